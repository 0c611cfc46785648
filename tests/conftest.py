"""A person with a home of their own, a clock that stands still, and a machine that may be busy."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings

from vynexus_tui.domain.automations import Automation
from vynexus_tui.engine import recording
from vynexus_tui.engine.assembly import Workspace, open_workspace, reading
from vynexus_tui.engine.optimization_engine import OptimizationEngine
from vynexus_tui.store import automations_table

# A shared and busy machine must not fail a property by being slow.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    home = tmp_path / "home"
    home.mkdir()
    return open_workspace({"HOME": str(home), "PATH": "/usr/local/bin:/usr/bin:/bin", "SHELL": "/bin/bash", "LANG": "C.UTF-8"})


@pytest.fixture
def project(workspace: Workspace) -> Path:
    """A folder with something to work on."""
    folder = workspace.paths.home / "shop"
    (folder / "data").mkdir(parents=True)
    for region in ("north", "south", "west"):
        (folder / f"data/{region}.csv").write_text(f"3,{region}\n1,x\n3,{region}\n")
    return folder


def routine(region: str) -> list[str]:
    return [f"sort -u data/{region}.csv -o data/{region}.sorted.csv", f"wc -l data/{region}.sorted.csv"]


def remember(workspace: Workspace, cwd: Path, days: Sequence[list[str]], *, now: datetime, took_s: float = 4.0) -> None:
    """Stores what a hook would have recorded: one session a day up to `now`."""
    lines = []
    for back, commands in enumerate(reversed(days), start=1):
        at = now - timedelta(days=back)
        for number, command in enumerate(commands):
            lines.append(
                {
                    "ts": (at + timedelta(seconds=30 * number)).timestamp(),
                    "session": f"s{back}",
                    "cmd": command,
                    "cwd": str(cwd),
                    "exit": 0,
                    "duration_ms": took_s * 1000,
                }
            )
    lines.sort(key=lambda e: float(str(e["ts"])))
    recording.import_history(workspace, None, "\n".join(json.dumps(e) for e in lines).encode(), source_format="jsonl", now=now)


@pytest.fixture
def proposed(workspace: Workspace, project: Path, now: datetime) -> Automation:
    """One automation that a cycle proposed from a month of the same routine."""
    regions = ["north", "south", "north", "west"] * 6
    noise = ["git status", "vim notes", "htop", "man sort", "df -h"]
    remember(workspace, project, [[noise[i % 5], *routine(r), noise[(i * 3 + 1) % 5]] for i, r in enumerate(regions)], now=now)
    OptimizationEngine(workspace).run_cycle(now)
    with reading(workspace) as connection:
        assert connection is not None
        (automation,) = automations_table.read_automations(connection)
    return automation
