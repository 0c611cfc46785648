"""What was tried is what is approved: where files moved on since the try, it is tried again, and only the same result goes live."""

import os
import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import Event, Thread

import pytest

from tests.engine.test_decisions import now_is, tried
from vynexus_tui.domain.automations import Automation, AutomationStatus
from vynexus_tui.domain.errors import RequestError
from vynexus_tui.domain.settings import Sandbox
from vynexus_tui.domain.trials import Trial
from vynexus_tui.engine import trials
from vynexus_tui.engine.assembly import Workspace, only_one, reading
from vynexus_tui.store import automations_table


def approve(workspace: Workspace, automation: Automation, now: datetime, retried: list[str]) -> str:
    return trials.approve_as_tried(
        workspace, automation.automation_id, automation.script.sha256, confirm=None, now=now, on_retry=retried.append
    )


def last_trial(workspace: Workspace, automation: Automation) -> Trial | None:
    with reading(workspace) as connection:
        return automations_table.read_last_trial(connection, automation.automation_id) if connection else None


def test_a_touched_file_that_changes_nothing_of_the_result_is_tried_again_and_approved(
    workspace: Workspace, proposed: Automation, project: Path, now: datetime
) -> None:
    touched = project / "data/north.sorted.csv"
    touched.write_text("old\n")
    tried(workspace, proposed, now)
    os.utime(touched)
    retried: list[str] = []
    approve(workspace, proposed, now, retried)
    assert retried == [f"{touched} changed since the try: trying it again"]
    assert now_is(workspace, proposed.name) is AutomationStatus.LIVE


def test_another_result_is_shown_and_not_approved_until_it_was_seen(
    workspace: Workspace, proposed: Automation, project: Path, now: datetime
) -> None:
    touched = project / "data/north.sorted.csv"
    touched.write_text("old\n")
    tried(workspace, proposed, now)
    touched.write_text("somebody's work\n")
    with pytest.raises(RequestError, match="a new try shows another result"):
        approve(workspace, proposed, now, [])
    assert now_is(workspace, proposed.name) is AutomationStatus.TRIED
    seen = last_trial(workspace, proposed)
    assert seen is not None
    assert "-somebody's work" in (seen.changes[0].diff or "")
    approve(workspace, proposed, now, [])
    assert now_is(workspace, proposed.name) is AutomationStatus.LIVE


def test_two_windows_try_one_after_the_other(workspace: Workspace, proposed: Automation, now: datetime) -> None:
    done = Event()

    def try_it() -> None:
        tried(workspace, proposed, now)
        done.set()

    other_window = Thread(target=try_it)
    with only_one(workspace, "trial", waits=False):
        other_window.start()
        assert not done.wait(0.5)
        assert last_trial(workspace, proposed) is None
    other_window.join(60)
    assert done.is_set()


def test_waiting_for_another_try_can_be_given_up(workspace: Workspace, proposed: Automation, project: Path, now: datetime) -> None:
    with only_one(workspace, "trial", waits=False), pytest.raises(RequestError, match="another try is running"):
        trials.try_command(workspace, "true", cwd=str(project), now=now, should_stop=lambda: True)


def test_a_try_that_waits_says_so_in_the_end(workspace: Workspace, project: Path, proposed: Automation, now: datetime) -> None:
    impatient = replace(workspace, settings=replace(workspace.settings, sandbox=Sandbox(wall_s=0.1)))
    began = time.monotonic()
    with only_one(workspace, "trial", waits=False), pytest.raises(RequestError, match="one at a time"):
        trials.try_command(impatient, "true", cwd=str(project), now=now, should_stop=lambda: time.monotonic() - began > 1)
