"""`vynexus schedule`: what would happen is shown before it does, and nothing happens without a yes."""

import json
import os
import pty
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.scheduler_programs import SchedulerPrograms
from vynexus_tui.domain.automations import Automation, AutomationStatus, Parameter, Risk, RiskLevel, Script, ScriptTemplate
from vynexus_tui.domain.identifiers import AutomationId
from vynexus_tui.engine.assembly import Workspace, build_shortcuts, open_workspace, writing
from vynexus_tui.store import automations_table
from vynexus_tui.store.database import transaction

ROOT = Path(__file__).resolve().parents[2]
TEXT = '#!/usr/bin/env bash\nregion="${1:?usage}"\necho "counting $region \x1b[31m"; [ "$region" != south ]\n'


@pytest.fixture
def programs(tmp_path: Path) -> SchedulerPrograms:
    (tmp_path / "home").mkdir()
    programs = SchedulerPrograms(tmp_path / "programs", tmp_path / "home")
    programs.add_systemd(lingers=False)
    return programs


@pytest.fixture
def workspace(programs: SchedulerPrograms) -> Workspace:
    workspace = open_workspace(programs.environment)
    automation = Automation(
        automation_id=AutomationId("a1"),
        name="tally",
        pattern_id=None,
        status=AutomationStatus.LIVE,
        script=Script(text=TEXT),
        parameters=(Parameter(name="region", default=None),),
        template=ScriptTemplate.FILE_OPERATION,
        potential=None,
        risk=Risk(level=RiskLevel.LOW),
        summary="tally {region}",
        cwd=None,
        created_at=datetime(2026, 11, 22, tzinfo=UTC),
        runs_in=str(programs.home),
    )
    with writing(workspace) as connection, transaction(connection):
        automations_table.write_automation(connection, automation)
    build_shortcuts(workspace).install(automation)
    return workspace


def environment(programs: SchedulerPrograms) -> dict[str, str]:
    return {**programs.environment, "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}


def vynexus(programs: SchedulerPrograms, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "vynexus_tui", *words]
    return subprocess.run(command, input="", capture_output=True, text=True, env=environment(programs), check=False, timeout=60)


def answered(programs: SchedulerPrograms, answer: str, *words: str) -> tuple[int, str]:
    """The same in a terminal, where one line is typed."""
    master, slave = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "vynexus_tui", *words], stdin=slave, stdout=subprocess.PIPE, text=True, env=environment(programs)
    )
    os.write(master, f"{answer}\n".encode())
    said, _ = child.communicate(timeout=60)
    os.close(master)
    os.close(slave)
    return child.returncode, said


def units(programs: SchedulerPrograms) -> int:
    return len(list(programs.units.glob("vynexus-*"))) if programs.units.exists() else 0


DAILY = ("schedule", "tally", "--at", "daily 9:00", "--arg", "region=north")


def test_the_preview_shows_everything_and_installs_nothing(programs: SchedulerPrograms, workspace: Workspace) -> None:
    done = vynexus(programs, *DAILY)
    assert done.returncode == 1
    assert "nothing was scheduled (--yes" in done.stdout
    for wanted in (
        "started by  systemd user timers",
        "runs in     ~",
        "with        region = north",
        "made up once",
        "loginctl enable-linger",
        "OnCalendar=*-*-* 09:00:00",
        "tally north",
    ):
        assert wanted in done.stdout
    times = [line.split(None, 1)[-1] for line in done.stdout.splitlines() if line.rstrip().endswith(" 09:00")]
    assert len(times) == 5
    assert units(programs) == 0


def test_it_asks_and_takes_no_for_an_answer(programs: SchedulerPrograms, workspace: Workspace) -> None:
    status, said = answered(programs, "", *DAILY)
    assert "schedule it? [y/N]" in said
    assert (status, units(programs)) == (1, 0)
    status, said = answered(programs, "y", *DAILY)
    assert (status, units(programs)) == (0, 2)
    assert "tally is scheduled: daily 09:00" in said


def test_it_is_listed_run_and_taken_off(programs: SchedulerPrograms, workspace: Workspace) -> None:
    assert "Nothing is scheduled" in vynexus(programs, "schedule").stdout
    assert vynexus(programs, *DAILY[:-1], "region=south", "--yes").returncode == 0
    listed = vynexus(programs, "schedule").stdout
    assert "daily 09:00" in listed
    assert "has not run yet" in listed
    for _ in range(2):
        assert vynexus(programs, "run", "--scheduled", "--in", "/", "tally", "south").returncode == 1
    assert "exit 1" in vynexus(programs, "schedule").stdout
    vynexus(programs, "cycle")
    listed = vynexus(programs, "schedule").stdout
    assert "2 failed in a row" in listed
    shown = vynexus(programs, "schedule", "tally").stdout
    assert "counting south" in shown
    assert "\x1b" not in shown, "invariant 8"
    (head,) = json.loads(vynexus(programs, "automations", "--json").stdout)["automations"]
    assert head["schedule"]["type"] == "daily"
    assert (head["failure_streak"], head["last_scheduled_run"]["exit_code"]) == (2, 1)
    assert datetime.fromisoformat(head["next_run_at"]) > datetime.now(tz=UTC)
    off = vynexus(programs, "schedule", "tally", "--off")
    assert "no longer scheduled" in off.stdout
    assert units(programs) == 0
    assert vynexus(programs, "undo").returncode == 0
    assert units(programs) == 2


def test_a_start_that_came_to_nothing_is_shown(programs: SchedulerPrograms, workspace: Workspace) -> None:
    vynexus(programs, *DAILY, "--yes")
    vynexus(programs, "run", "--scheduled", "--in", "/gone", "tally", "north")
    assert "it was not run: vynexus schedule tally" in vynexus(programs, "schedule").stdout
    assert "scheduled to run in /gone" in vynexus(programs, "schedule", "tally").stdout
    vynexus(programs, "pause", "tally")
    shown = vynexus(programs, "schedule", "tally").stdout
    assert "tally is paused, so it is not started" in shown
    assert "none: it is paused" in vynexus(programs, "schedule").stdout


def test_a_timer_that_starts_nothing_is_shown_as_such(programs: SchedulerPrograms, workspace: Workspace) -> None:
    vynexus(programs, *DAILY, "--yes")
    next(programs.units.glob("vynexus-tally.timer")).unlink()
    next(programs.units.glob("vynexus-tally.service")).unlink()
    assert "none: its timer is gone; vynexus cycle puts it back" in vynexus(programs, "schedule").stdout
    assert "it is not started: its timer is gone" in vynexus(programs, "schedule", "tally").stdout
    vynexus(programs, "schedule", "tally", "--at", "daily 10:00", "--yes")
    (programs.folder / "state").write_text("offline\n")
    assert "none: the systemd user manager does not answer" in vynexus(programs, "schedule").stdout
    (one,) = json.loads(vynexus(programs, "schedule", "--json").stdout)["schedules"]
    assert one["not_started"].startswith("the systemd user manager does not answer")
    assert one["next_run_at"] is None


def test_a_start_of_another_script_than_the_scheduled_one_is_shown(programs: SchedulerPrograms, workspace: Workspace) -> None:
    vynexus(programs, *DAILY, "--yes")
    vynexus(programs, "run", "--scheduled", "--in", "/", "--sha256", "0" * 64, "tally", "north")
    assert "exit 126" in vynexus(programs, "schedule").stdout
    assert "it was not run: vynexus schedule tally" in vynexus(programs, "schedule").stdout
    assert "approved anew since it was scheduled" in vynexus(programs, "schedule", "tally").stdout


def test_json_is_the_plan(programs: SchedulerPrograms, workspace: Workspace) -> None:
    plan = json.loads(vynexus(programs, *DAILY, "--json").stdout)
    assert (plan["schedule"]["backend"], plan["schedule"]["arguments"], plan["is_scheduled"]) == ("systemd", ["north"], False)
    times = [datetime.fromisoformat(at) for at in plan["next_run_at"]]
    assert times == [times[0] + timedelta(days=number) for number in range(5)]
    assert units(programs) == 0
    assert json.loads(vynexus(programs, *DAILY, "--json", "--yes").stdout)["is_scheduled"]
    vynexus(programs, "run", "--scheduled", "tally", "south")
    known = json.loads(vynexus(programs, "schedule", "tally", "--json").stdout)
    assert known["is_scheduled"]
    assert known["last_start"]["exit_code"] == 1
    (one,) = json.loads(vynexus(programs, "schedule", "--json").stdout)["schedules"]
    assert one["name"] == "tally"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nothing"], "no automation named 'nothing'"),
        (["tally", "--at", "sometimes"], "is no schedule"),
        (["tally", "--at", "daily 9:00"], "nobody will be there to say region"),
        (["tally", "--arg", "region"], "no value"),
        (["tally", "--arg", "region=north"], "no regular time was found for tally"),
        (["tally", "--off"], "tally is not scheduled"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(programs: SchedulerPrograms, workspace: Workspace, words: list[str], said: str) -> None:
    done = vynexus(programs, "schedule", *words)
    assert done.returncode == 1
    first, hint, *_ = done.stderr.splitlines()
    assert first.startswith("vynexus: ")
    assert said in first
    assert hint.strip()
    assert "Traceback" not in done.stderr


def test_high_risk_has_no_way_around(programs: SchedulerPrograms, workspace: Workspace) -> None:
    with writing(workspace) as connection, transaction(connection):
        automation = automations_table.read_automation(connection, "tally")
        assert automation is not None
        automations_table.write_automation(connection, replace(automation, risk=Risk(level=RiskLevel.HIGH, reasons=("deletes",))))
    done = vynexus(programs, *DAILY, "--yes")
    assert done.returncode == 1
    assert "never scheduled: deletes" in done.stderr
    assert units(programs) == 0
