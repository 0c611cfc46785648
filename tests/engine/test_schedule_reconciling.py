"""The machine's schedulers and the store agree again after a crash between the two: no timer runs what nobody scheduled (invariants 1, 5)."""

import os
import shlex
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from tests.engine.test_scheduling import DAILY, DEPLOYED, TEXT, Live, live, plan, programs, schedule, units, workspace
from tests.scheduler_programs import SchedulerPrograms
from vynexus_tui.domain.automations import AutomationStatus, ScheduleBackend
from vynexus_tui.domain.errors import ShellError
from vynexus_tui.engine import decisions
from vynexus_tui.engine.assembly import Workspace, build_shortcuts, open_workspace, writing
from vynexus_tui.engine.removal import plan_removal, remove_everything
from vynexus_tui.engine.schedule_deployment import is_installed, sync_schedule
from vynexus_tui.engine.schedule_reconciling import reconcile_schedules
from vynexus_tui.engine.scheduling import plan_schedule
from vynexus_tui.store import automations_table
from vynexus_tui.store.database import transaction

__all__ = ["live", "programs", "workspace"]  # fixtures
OWN = b"5 4 * * * mine\n"
BACKENDS = list(ScheduleBackend)


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest, programs: SchedulerPrograms) -> ScheduleBackend:
    programs.add_crontab(OWN)
    return ScheduleBackend(request.param)


def is_there(workspace: Workspace, programs: SchedulerPrograms) -> bool:
    return units(workspace) == DEPLOYED or b"--scheduled" in programs.table.read_bytes()


def scheduled_by(backend: ScheduleBackend, workspace: Workspace, now: datetime) -> None:
    planned = plan(workspace, now)
    deployed = replace(planned.deployed, backend=backend)
    decisions.schedule(workspace, "tally", deployed, planned.automation.script.sha256, now=now)


def dies_before_the_commit(act: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    """In a process of its own, which is gone right after the machine's scheduler was told."""
    if (pid := os.fork()) == 0:

        def sync_and_die(*arguments: object, **options: object) -> None:
            sync_schedule(*arguments, **options)  # type: ignore[arg-type]
            os._exit(9)

        monkeypatch.setattr(decisions, "sync_schedule", sync_and_die)
        try:
            act()
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 9


def test_a_timer_that_is_not_on_record_is_taken_off(
    backend: ScheduleBackend,
    workspace: Workspace,
    programs: SchedulerPrograms,
    live: Live,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    live()
    dies_before_the_commit(lambda: scheduled_by(backend, workspace, now), monkeypatch)
    assert is_there(workspace, programs)
    assert decisions.find_automation(workspace, "tally").schedule is None
    assert is_installed(workspace, "tally")
    assert reconcile_schedules(workspace) == ("took off a timer of tally that was not on record",)
    assert not is_there(workspace, programs)
    assert programs.table.read_bytes() == OWN
    assert not is_installed(workspace, "tally")
    assert reconcile_schedules(workspace) == ()


def test_any_decision_takes_a_timer_off_that_is_not_on_record(
    backend: ScheduleBackend,
    workspace: Workspace,
    programs: SchedulerPrograms,
    live: Live,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    live()
    dies_before_the_commit(lambda: scheduled_by(backend, workspace, now), monkeypatch)
    decisions.edit(workspace, "tally", TEXT + "echo more\n", now=now)
    assert not is_there(workspace, programs)
    assert programs.table.read_bytes() == OWN


def test_a_timer_that_is_gone_is_put_back(
    backend: ScheduleBackend,
    workspace: Workspace,
    programs: SchedulerPrograms,
    live: Live,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    live()
    scheduled_by(backend, workspace, now)
    before = (programs.table.read_bytes(), units(workspace))
    dies_before_the_commit(lambda: decisions.unschedule(workspace, "tally", now=now), monkeypatch)
    assert not is_there(workspace, programs)
    assert reconcile_schedules(workspace) == ("scheduled tally again: its timer was gone or started something else",)
    assert (programs.table.read_bytes(), units(workspace)) == before
    assert reconcile_schedules(workspace) == ()


def test_a_timer_that_starts_something_else_is_put_right(
    backend: ScheduleBackend, workspace: Workspace, programs: SchedulerPrograms, live: Live, now: datetime
) -> None:
    automation = live()
    scheduled_by(backend, workspace, now)
    for path in (programs.table, workspace.paths.config_home / "systemd/user/vynexus-tally.service"):
        if path.exists():
            path.write_text(path.read_text().replace(automation.script.sha256, "0" * 64))
    assert len(reconcile_schedules(workspace)) == 1
    installed = [programs.table, *(workspace.paths.config_home / "systemd/user").glob("vynexus-tally.service")]
    assert automation.script.sha256 in "".join(path.read_text() for path in installed)
    assert reconcile_schedules(workspace) == ()


def test_another_environment_alone_changes_no_timer(
    backend: ScheduleBackend, workspace: Workspace, programs: SchedulerPrograms, live: Live, now: datetime
) -> None:
    live()
    scheduled_by(backend, workspace, now)
    before = len(programs.calls("systemctl")), programs.table.read_bytes()
    elsewhere = open_workspace({**programs.environment, "PATH": programs.environment["PATH"] + ":/opt/bin", "LANG": "C.UTF-8"})
    assert reconcile_schedules(elsewhere) == ()
    assert (len(programs.calls("systemctl")), programs.table.read_bytes()) == before


def test_a_block_that_was_never_written_is_no_news(workspace: Workspace, programs: SchedulerPrograms, live: Live) -> None:
    live()
    programs.add_crontab(OWN)
    (mark := workspace.paths.data_dir / "crontab/tally").parent.mkdir()
    mark.touch()
    assert reconcile_schedules(workspace) == ()
    assert not mark.parent.exists()


def test_the_timers_of_another_profile_are_not_ours(workspace: Workspace, programs: SchedulerPrograms, live: Live, now: datetime) -> None:
    live()
    schedule(workspace, now)
    other = open_workspace({**programs.environment, "XDG_DATA_HOME": str(programs.home / "other")})
    assert reconcile_schedules(other) == ()
    assert plan_removal(other, purge=True) == ()
    assert units(workspace) == DEPLOYED


def test_where_nothing_is_scheduled_no_scheduler_is_asked_and_no_time_lost(
    workspace: Workspace, programs: SchedulerPrograms, live: Live
) -> None:
    live()
    programs.add_crontab(OWN)
    reconcile_schedules(workspace)
    started_s = time.process_time()
    for _ in range(20):
        assert reconcile_schedules(workspace) == ()
    assert (time.process_time() - started_s) / 20 < 0.005
    assert programs.calls("systemctl") + programs.calls("crontab") == []


def test_a_scheduler_that_is_away_is_said_not_raised(
    backend: ScheduleBackend, workspace: Workspace, programs: SchedulerPrograms, live: Live, now: datetime
) -> None:
    live()
    scheduled_by(backend, workspace, now)
    with writing(workspace) as connection, transaction(connection):
        automation = automations_table.read_automation(connection, "tally")
        assert automation is not None
        automations_table.write_automation(connection, replace(automation, status=AutomationStatus.PAUSED))
    programs.break_("disable")
    (programs.folder / "crontab").write_text("#!/bin/sh\necho 'cannot lock, try later' >&2; exit 1\n")
    assert len(reconcile_schedules(workspace)) == (backend is ScheduleBackend.SYSTEMD)
    assert is_there(workspace, programs)
    with writing(workspace) as connection, transaction(connection):
        automations_table.write_automation(connection, automation)
    (programs.folder / "crontab").unlink()
    (programs.folder / "state").write_text("offline\n")
    for path in workspace.paths.config_home.rglob("vynexus-tally.timer"):
        path.unlink()
    (said,) = reconcile_schedules(workspace)
    assert said.startswith("tally is scheduled but not started: ")


def test_a_crontab_that_cannot_be_read_is_not_taken_for_one_without_us(
    workspace: Workspace, programs: SchedulerPrograms, live: Live, now: datetime
) -> None:
    """Invariant 5: what stays is said."""
    live()
    programs.add_crontab(OWN)
    scheduled_by(ScheduleBackend.CRON, workspace, now)
    works = (programs.folder / "crontab").read_text()
    (programs.folder / "crontab").write_text("#!/bin/sh\necho 'cannot lock, try later' >&2; exit 1\n")
    with pytest.raises(ShellError, match="cannot lock"):
        decisions.unschedule(workspace, "tally", now=now)
    done = remove_everything(workspace, purge=True, now=now)
    assert [line for line in done if line.startswith("NOT removed: crontab -l: cannot lock")]
    (programs.folder / "crontab").write_text(works)
    remove_everything(workspace, purge=True, now=now)
    assert programs.table.read_bytes() == OWN
    assert not list(workspace.paths.home.rglob("*vynexus*"))


def test_a_hanging_service_manager_holds_the_store_for_seconds_only(
    workspace: Workspace, programs: SchedulerPrograms, live: Live, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    live()
    schedule(workspace, now)
    monkeypatch.setattr("vynexus_tui.shell.timed_command._PATIENCE_S", 0.3)
    programs.hang("systemctl")
    asked = len(programs.calls("systemctl"))
    decisions.pause(workspace, "tally", now=now)
    assert len(programs.calls("systemctl")) == asked + 1
    assert build_shortcuts(workspace).list_installed()[0].status == "paused"


def test_an_old_line_does_not_start_the_script_that_was_approved_later(
    workspace: Workspace, programs: SchedulerPrograms, live: Live, now: datetime
) -> None:
    automation = live("#!/usr/bin/env bash\ntouch first\n", parameters=())
    planned = plan_schedule_of(workspace, now)
    live("#!/usr/bin/env bash\ntouch second\n", parameters=())
    (line,) = [line for line in planned.splitlines() if line.startswith("ExecStart=")]
    assert f"--sha256 {automation.script.sha256} tally" in line
    done = subprocess.run(
        shlex.split(line.removeprefix("ExecStart=")),
        env={**programs.environment, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        check=False,
        timeout=60,
    )
    assert done.returncode == 126
    assert not (workspace.paths.home / "second").exists()


def plan_schedule_of(workspace: Workspace, now: datetime) -> str:
    return plan_schedule(workspace, "tally", DAILY, {}, now=now).texts[0][1]
