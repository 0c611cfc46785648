"""Lets the tests of this folder say `from tests.tui.builders import ...`, however pytest was started."""

import sys
from pathlib import Path

_ROOT = str(Path(__file__).resolve().parents[2])
if _ROOT not in sys.path:
    sys.path.insert(0, _ROOT)

import json  # noqa: E402
import os  # noqa: E402
from datetime import UTC, datetime, timedelta  # noqa: E402

import pytest  # noqa: E402

from vynexus_tui.domain.trials import SandboxLevel  # noqa: E402
from vynexus_tui.engine import recording, trials  # noqa: E402
from vynexus_tui.engine.assembly import Workspace, open_workspace  # noqa: E402
from vynexus_tui.engine.optimization_engine import OptimizationEngine  # noqa: E402

ROUTINE = ("cp notes.txt notes.bak", "sort notes.txt -o notes.sorted", "wc -l notes.sorted")


@pytest.fixture(autouse=True)
def _calm(monkeypatch):
    """No animations, whatever the machine's own preferences are."""
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    for name in ("NO_COLOR", "COLORFGBG", "TEXTUAL_THEME"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    """A person who has nothing stored."""
    return open_workspace({"HOME": str(tmp_path), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "SHELL": "/bin/bash", "PYTHONPATH": _ROOT})


@pytest.fixture
def habitual(workspace) -> Workspace:
    """A person with one routine of three commands, typed 24 times in 12 sessions, already looked at: one new automation."""
    project = workspace.paths.home / "project"
    project.mkdir()
    (project / "notes.txt").write_text("b\na\n")
    now = datetime.now(tz=UTC)
    events = []
    for session in range(12):
        at = now - timedelta(days=12 - session)
        for _ in range(2):
            for command in ROUTINE:
                events.append(
                    {
                        "id": len(events),
                        "ts": at.timestamp(),
                        "session": f"s{session}",
                        "cmd": command,
                        "cwd": str(project),
                        "exit": 0,
                        "duration_ms": 4000,
                    }
                )
                at += timedelta(seconds=9)
            at += timedelta(hours=1)
    raw = "\n".join(json.dumps(event) for event in events).encode()
    recording.import_history(workspace, None, raw, source_format="jsonl", now=now)
    report = OptimizationEngine(workspace).run_cycle(now)
    assert report.created_count == 1, report
    return workspace


@pytest.fixture
def isolating(habitual) -> Workspace:
    """The same person, on a machine that can isolate a trial."""
    capability = trials.sandbox_capability(habitual)
    if capability.level is not SandboxLevel.FULL:
        pytest.skip(f"no sandbox on this machine: {capability.failed_stage}")
    return habitual
