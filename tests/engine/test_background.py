"""The cycle in the background: one at a time, at the lowest priority, and never in the way."""

import subprocess
import sys
import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from tests.conftest import remember, routine
from vynexus_tui.domain.errors import RequestError
from vynexus_tui.engine import background
from vynexus_tui.engine.assembly import Workspace
from vynexus_tui.engine.snapshots import build_snapshot

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def busy(workspace: Workspace, project: Path, now: datetime) -> Workspace:
    remember(workspace, project, [[f"make target{n}", *routine("north")] for n in range(12)], now=now)
    return replace(workspace, environment={**workspace.environment, "PYTHONPATH": str(ROOT)})


def test_a_cycle_runs_in_a_child_and_its_results_are_there(busy: Workspace, now: datetime) -> None:
    assert background.start_cycle(busy).wait(timeout=120) == 0
    snapshot = build_snapshot(busy, now=now)
    assert snapshot.last_cycle is not None
    assert snapshot.patterns


def test_the_child_has_a_session_of_its_own_and_the_lowest_priority() -> None:
    program = (
        "import os, pathlib; from vynexus_tui.engine.background import lower_priority; lower_priority();"
        "group = pathlib.Path('/proc/self/autogroup');"
        "print(os.nice(0), os.getsid(0) == os.getpid(), group.read_text().split()[-1] if group.exists() else '19')"
    )
    group = Path("/proc/self/autogroup")
    before = group.read_text() if group.exists() else ""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, start_new_session=True, env={"PYTHONPATH": str(ROOT)}
    )
    assert done.stdout.split() == ["19", "True", "19"]
    assert (group.read_text() if group.exists() else "") == before, "the person's own session was slowed down"


def test_without_a_session_of_its_own_the_group_is_left_alone() -> None:
    group = Path("/proc/self/autogroup")
    if not group.exists():
        pytest.skip("this kernel has no autogroup")
    before = group.read_text()
    program = "from vynexus_tui.engine.background import lower_priority; lower_priority()"
    subprocess.run([sys.executable, "-c", program], check=True, env={"PYTHONPATH": str(ROOT)})
    assert group.read_text() == before


def test_only_one_cycle_runs_at_a_time_and_the_other_leaves_quietly(busy: Workspace) -> None:
    with background.only_cycle(busy):
        with pytest.raises(RequestError, match="running already"), background.only_cycle(busy):
            pass
        assert background.start_cycle(busy).wait(timeout=120) == 0


def test_a_killed_cycle_leaves_no_lock_behind(busy: Workspace) -> None:
    child = background.start_cycle(busy)
    time.sleep(0.05)
    child.kill()
    child.wait()
    with background.only_cycle(busy):
        pass


def test_a_cycle_is_wanted_when_something_new_waits(busy: Workspace, now: datetime) -> None:
    assert not background.needs_cycle(busy, now=now)
    history = busy.paths.home / ".bash_history"
    history.write_text("make\n")
    from vynexus_tui.engine.recording import import_history

    import_history(busy, str(history), now=now)
    assert not background.needs_cycle(busy, now=now)
    history.write_text("make\nmake test\n")
    assert background.needs_cycle(busy, now=now)
