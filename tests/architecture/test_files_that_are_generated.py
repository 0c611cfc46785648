"""Generated files are fresh, and the wheel holds what the program needs."""

import re
import subprocess
import sys
import zipfile
from dataclasses import fields
from pathlib import Path

import pytest

from vynexus_tui.domain.settings import SECTIONS
from vynexus_tui.store.settings_file import render_settings

ROOT = Path(__file__).resolve().parents[2]


def test_the_settings_file_is_what_the_settings_say() -> None:
    text = (ROOT / "config/optimization_config.yaml").read_text(encoding="utf-8")
    assert text == render_settings(), "run: python -m vynexus_tui config write and copy the result to config/"


def test_the_settings_file_names_every_key() -> None:
    text = (ROOT / "config/optimization_config.yaml").read_text(encoding="utf-8")
    for name, section in SECTIONS.items():
        assert f"\n{name}:\n" in text
        for field in fields(section):
            assert f"  {field.name}: " in text


def test_the_wheel_holds_style_sheet_hooks_and_type_marker(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)], cwd=ROOT, check=True, capture_output=True
    )
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    for wanted in (
        "tui/app.tcss",
        "shell/hooks/vynexus.bash",
        "shell/hooks/vynexus.zsh",
        "py.typed",
        "sandbox/launcher.py",
        "ARCHITECTURE.md",
    ):
        assert f"vynexus_tui/{wanted}" in names
    assert not [n for n in names if n.startswith(("tests/", "screenshots/"))]


def test_the_map_names_every_room() -> None:
    text = (ROOT / "vynexus_tui/ARCHITECTURE.md").read_text(encoding="utf-8")
    for folder in (ROOT / "vynexus_tui").iterdir():
        if folder.is_dir() and folder.name != "__pycache__":
            assert f"`{folder.name}/`" in text, f"ARCHITECTURE.md does not say what {folder.name}/ is"


@pytest.mark.parametrize("number", range(1, 11))
def test_every_invariant_is_promised_by_a_test_that_names_it(number: int) -> None:
    named = re.compile(rf"[Ii]nvariants? (?:\d+(?:, | and ))*{number}\b")
    tests = (path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    assert any(named.search(text) for text in tests)
