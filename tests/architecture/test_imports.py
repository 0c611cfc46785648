"""Who may import whom, in the source and at run time."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_the_import_contracts_are_kept() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("vynexus_tui.cli.run_command", ["textual", "rich", "yaml", "psutil", "sqlite3", "dataclasses", "plotext", "argparse", "msgspec"]),
        ("vynexus_tui", ["textual", "yaml", "psutil", "sqlite3", "dataclasses"]),
        ("vynexus_tui.cli.dispatch", ["textual", "rich", "plotext"]),
        ("vynexus_tui.engine.optimization_engine", ["textual", "rich", "plotext"]),
        ("vynexus_tui.tui.app", ["plotext"]),
    ],
)
def test_loading_one_thing_does_not_load_the_world(module: str, unwanted: list[str]) -> None:
    program = f"import json, sys; import {module}; print(json.dumps([m for m in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in json.loads(done.stdout)}
    assert not loaded & set(unwanted)


def test_the_named_components_can_be_imported_from_the_package() -> None:
    import vynexus_tui

    for name in vynexus_tui.__all__:
        assert getattr(vynexus_tui, name).__name__ == name
