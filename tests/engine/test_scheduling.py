"""A schedule is a decision about the exact script: only what may, only while it is live, and it goes wherever the automation goes."""

import shlex
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.scheduler_programs import SchedulerPrograms, process_named
from vynexus_tui.domain.automations import (
    Automation,
    AutomationStatus,
    Parameter,
    Risk,
    RiskLevel,
    ScheduleBackend,
    Script,
    ScriptTemplate,
)
from vynexus_tui.domain.errors import RequestError, ShellError
from vynexus_tui.domain.identifiers import AutomationId, RunId
from vynexus_tui.domain.patterns import ScheduleType
from vynexus_tui.domain.runs import Run
from vynexus_tui.domain.schedule_text import parse_schedule
from vynexus_tui.domain.trials import SandboxLevel, Trial, Verdict
from vynexus_tui.engine import decisions, forgetting, trials
from vynexus_tui.engine.assembly import Workspace, build_shortcuts, open_workspace, writing
from vynexus_tui.engine.diagnosis import diagnose
from vynexus_tui.engine.optimization_engine import OptimizationEngine
from vynexus_tui.engine.removal import plan_removal, remove_everything
from vynexus_tui.engine.schedule_deployment import schedule_capability, sync_schedule
from vynexus_tui.engine.scheduling import SchedulePlan, plan_schedule
from vynexus_tui.engine.snapshots import build_snapshot
from vynexus_tui.store import automations_table, runs_table
from vynexus_tui.store.database import transaction

Live = Callable[..., Automation]
DAILY = parse_schedule("daily 09:00")
TEXT = '#!/usr/bin/env bash\nregion="${1:?usage}"\nwc -l "$region"\n'


@pytest.fixture
def programs(tmp_path: Path) -> SchedulerPrograms:
    (tmp_path / "home").mkdir()
    programs = SchedulerPrograms(tmp_path / "programs", tmp_path / "home")
    programs.add_systemd()
    return programs


@pytest.fixture
def workspace(programs: SchedulerPrograms) -> Workspace:
    return open_workspace(programs.environment)


@pytest.fixture
def live(workspace: Workspace, now: datetime) -> Live:
    """Writes a live automation as an approval does."""

    def make(
        text: str = TEXT, *, parameters: tuple[Parameter, ...] = (Parameter(name="region", default=None),), **more: object
    ) -> Automation:
        automation = Automation(
            automation_id=AutomationId("a1"),
            name="tally",
            pattern_id=None,
            status=AutomationStatus.LIVE,
            script=Script(text=text),
            parameters=parameters,
            template=ScriptTemplate.FILE_OPERATION,
            potential=None,
            risk=Risk(level=RiskLevel.LOW),
            summary="wc -l {region}",
            cwd=None,
            created_at=now,
            runs_in=str(workspace.paths.home),
        )
        automation = replace(automation, **more)  # type: ignore[arg-type]
        with writing(workspace) as connection, transaction(connection):
            automations_table.write_automation(connection, automation)
        build_shortcuts(workspace).install(automation)
        return automation

    return make


def plan(workspace: Workspace, now: datetime, **values: str) -> SchedulePlan:
    return plan_schedule(workspace, "tally", DAILY, values or {"region": "north"}, now=now)


def schedule(workspace: Workspace, now: datetime, **values: str) -> SchedulePlan:
    planned = plan(workspace, now, **values)
    decisions.schedule(workspace, "tally", planned.deployed, planned.automation.script.sha256, now=now)
    return planned


def units(workspace: Workspace) -> list[str]:
    return sorted(path.name for path in (workspace.paths.config_home / "systemd").rglob("vynexus-*") if not path.is_symlink())


DEPLOYED = ["vynexus-tally.service", "vynexus-tally.timer"]


def test_what_is_previewed_is_what_is_installed(workspace: Workspace, live: Live, now: datetime) -> None:
    live()
    planned = plan(workspace, now)
    assert units(workspace) == []
    assert planned.deployed.backend is ScheduleBackend.SYSTEMD
    assert len(planned.times) == 5
    schedule(workspace, now)
    assert [Path(place).read_text() for place, _ in planned.texts] == [text for _, text in planned.texts]
    assert "--scheduled --in" in planned.texts[0][1]
    assert " tally north\n" in planned.texts[0][1]
    assert decisions.find_automation(workspace, "tally").schedule == planned.deployed


def test_times_are_said_five_ahead_and_the_next_one_is_in_the_snapshot(workspace: Workspace, live: Live, now: datetime) -> None:
    live()
    planned = schedule(workspace, now)
    (head,) = build_snapshot(workspace, now=now).automations
    assert head.next_run_at == planned.times[0] > now
    assert (head.last_scheduled_run, head.failure_streak) == (None, 0)


def test_the_failure_streak_counts_the_newest_scheduled_runs(workspace: Workspace, live: Live, now: datetime) -> None:
    automation = live()
    schedule(workspace, now)
    runs = [
        Run(
            run_id=RunId(f"r{number}"),
            automation_id=automation.automation_id,
            script_sha256=automation.script.sha256,
            started_at=now + timedelta(hours=number),
            duration_s=1.0,
            exit_code=exit_code,
            is_scheduled=is_scheduled,
        )
        for number, (exit_code, is_scheduled) in enumerate([(1, True), (0, True), (1, True), (0, False), (2, True)])
    ]
    with writing(workspace) as connection, transaction(connection):
        runs_table.add_runs(connection, runs)
    (head,) = build_snapshot(workspace, now=now).automations
    assert head.failure_streak == 2
    assert head.last_scheduled_run == runs[-1]


def test_every_decision_takes_the_timer_along_and_undo_brings_it_back(workspace: Workspace, live: Live, now: datetime) -> None:
    live()
    schedule(workspace, now)
    before = {p: p.read_bytes() for p in workspace.paths.config_home.rglob("vynexus-*") if p.is_file()}
    acts: list[Callable[[], object]] = [
        lambda: decisions.pause(workspace, "tally", now=now),
        lambda: decisions.retire(workspace, "tally", now=now),
        lambda: decisions.edit(workspace, "tally", TEXT + "echo more\n", now=now),
        lambda: decisions.unschedule(workspace, "tally", now=now),
    ]
    for act in acts:
        act()
        assert units(workspace) == []
        decisions.undo(workspace, now=now)
        assert {p: p.read_bytes() for p in workspace.paths.config_home.rglob("vynexus-*") if p.is_file()} == before
        assert build_shortcuts(workspace).list_installed()[0].status == "live"
    decisions.pause(workspace, "tally", now=now)
    decisions.resume(workspace, "tally", now=now)
    assert units(workspace) == DEPLOYED
    decisions.undo(workspace, now=now)
    decisions.undo(workspace, now=now)
    decisions.undo(workspace, now=now)
    assert units(workspace) == []
    assert decisions.find_automation(workspace, "tally").schedule is None


def test_an_edit_voids_the_schedule_with_the_approval(workspace: Workspace, live: Live, now: datetime) -> None:
    """Invariant 1."""
    live()
    schedule(workspace, now)
    decisions.edit(workspace, "tally", TEXT + "echo more\n", now=now)
    assert decisions.find_automation(workspace, "tally").schedule is None


def test_an_automation_that_stopped_itself_is_not_started_again(workspace: Workspace, live: Live, now: datetime) -> None:
    live()
    schedule(workspace, now)
    sync_schedule(workspace, replace(decisions.find_automation(workspace, "tally"), status=AutomationStatus.FAILING))
    assert units(workspace) == []


def test_a_schedule_for_another_script_than_the_one_looked_at_is_refused(workspace: Workspace, live: Live, now: datetime) -> None:
    live()
    planned = plan(workspace, now)
    with pytest.raises(RequestError, match="changed since you looked"):
        decisions.schedule(workspace, "tally", planned.deployed, "0" * 64, now=now)
    assert units(workspace) == []


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ({"status": AutomationStatus.TRIED}, "only a live automation"),
        ({"status": AutomationStatus.PAUSED}, "only a live automation"),
        ({"risk": Risk(level=RiskLevel.HIGH, reasons=("force push",))}, "never scheduled: force push"),
        ({"is_function": True}, "changes the shell that calls it"),
        ({"runs_in": "/gone"}, "/gone is gone"),
        ({"runs_in": None}, "folder it runs in is not known"),
    ],
)
def test_what_is_never_started_without_the_person(
    workspace: Workspace, live: Live, now: datetime, what: dict[str, object], said: str
) -> None:
    live(**what)
    with pytest.raises(RequestError, match=said):
        plan(workspace, now)


def test_high_risk_is_refused_at_the_last_moment_too(workspace: Workspace, live: Live, now: datetime) -> None:
    automation = live()
    planned = plan(workspace, now)
    with writing(workspace) as connection, transaction(connection):
        automations_table.write_automation(connection, replace(automation, risk=Risk(level=RiskLevel.HIGH)))
    with pytest.raises(RequestError, match="never scheduled"):
        decisions.schedule(workspace, "tally", planned.deployed, automation.script.sha256, now=now)


def test_no_parameter_is_left_unbound(workspace: Workspace, live: Live, now: datetime) -> None:
    live(
        parameters=(
            Parameter(name="region", default=None),
            Parameter(name="day", default="$(date +%F)"),
            Parameter(name="form", default="csv"),
        )
    )
    with pytest.raises(RequestError, match="nobody will be there to say region") as caught:
        plan_schedule(workspace, "tally", DAILY, {}, now=now)
    assert "--arg region=VALUE" in caught.value.hint
    # The script computes its own day; only what was said is handed over.
    assert plan(workspace, now, region="north").deployed.arguments == ("north",)
    assert plan(workspace, now, region="north", day="x", form="tsv").deployed.arguments == ("north", "x", "tsv")
    assert plan(workspace, now, region="north", day="x").deployed.arguments == ("north", "x")
    with pytest.raises(RequestError, match="to say day"):
        plan(workspace, now, region="north", form="tsv")
    with pytest.raises(RequestError, match="no parameter 'speed'"):
        plan(workspace, now, region="north", speed="9")


def test_another_time_keeps_the_arguments(workspace: Workspace, live: Live, now: datetime) -> None:
    live()
    schedule(workspace, now, region="south")
    again = plan_schedule(workspace, "tally", parse_schedule("mondays 7:00"), {}, now=now)
    assert again.deployed.arguments == ("south",)
    assert plan_schedule(workspace, "tally", None, {}, now=now).deployed.schedule == DAILY


@pytest.mark.parametrize("value", ["a\nb", "\x1b[2J", "AKIAIOSFODNN7EXAMPLE", "token=ghp_" + "a1B2" * 9, "\udcff"])
def test_neither_secrets_nor_control_characters_get_into_a_timer(workspace: Workspace, live: Live, now: datetime, value: str) -> None:
    """Invariant 4."""
    live()
    with pytest.raises(RequestError, match="value of region cannot be written into a timer") as caught:
        plan(workspace, now, region=value)
    assert value not in caught.value.message + caught.value.hint


@pytest.mark.parametrize("value", ["-x", "|sh"])
def test_a_value_that_the_script_always_refuses_is_refused_at_once(workspace: Workspace, live: Live, now: datetime, value: str) -> None:
    live(TEXT + 'must_be_plain "${region}"\n')
    with pytest.raises(RequestError, match="would be read as an option or a command") as caught:
        plan(workspace, now, region=value)
    assert "begins with neither - nor |" in caught.value.hint
    assert plan(workspace, now, region="a-b").deployed.arguments == ("a-b",)
    live(TEXT)  # such a value was seen, so the script has no guard for it
    assert plan(workspace, now, region=value).deployed.arguments == (value,)


def test_without_a_found_time_the_forms_are_said(workspace: Workspace, live: Live, now: datetime) -> None:
    live()
    with pytest.raises(RequestError, match="say when") as caught:
        plan_schedule(workspace, "tally", None, {"region": "north"}, now=now)
    assert "monthly last 18:00" in caught.value.hint


def test_a_scheduler_that_fails_changes_neither_store_nor_machine(
    workspace: Workspace, programs: SchedulerPrograms, live: Live, now: datetime
) -> None:
    live()
    planned = plan(workspace, now)
    programs.break_("enable")
    with pytest.raises(ShellError, match="it is broken"):
        decisions.schedule(workspace, "tally", planned.deployed, planned.automation.script.sha256, now=now)
    assert units(workspace) == []
    assert decisions.find_automation(workspace, "tally").schedule is None
    programs.mend()
    schedule(workspace, now)
    programs.break_("disable")
    with pytest.raises(ShellError, match="it is broken"):
        decisions.pause(workspace, "tally", now=now)
    assert decisions.find_automation(workspace, "tally").status is AutomationStatus.LIVE
    assert build_shortcuts(workspace).list_installed()[0].status == "live"


def test_a_pause_can_end_although_the_scheduler_is_gone(
    workspace: Workspace, programs: SchedulerPrograms, live: Live, now: datetime
) -> None:
    live()
    schedule(workspace, now)
    decisions.pause(workspace, "tally", now=now)
    programs.break_("enable")
    with pytest.raises(ShellError, match="it is broken") as caught:
        decisions.resume(workspace, "tally", now=now)
    assert caught.value.hint == "take its schedule off first: vynexus schedule tally --off"
    decisions.unschedule(workspace, "tally", now=now)
    decisions.resume(workspace, "tally", now=now)
    assert decisions.find_automation(workspace, "tally").status is AutomationStatus.LIVE


def test_uninstalling_takes_timers_first_and_leaves_nothing(workspace: Workspace, live: Live, now: datetime) -> None:
    """Invariant 5."""
    live()
    schedule(workspace, now)
    assert any(line.endswith("vynexus-tally.timer") for line in plan_removal(workspace, purge=True))
    done = remove_everything(workspace, purge=True, now=now)
    assert "vynexus-tally.timer" in done[0]
    assert not list(workspace.paths.home.rglob("*vynexus*"))
    assert not (workspace.paths.config_home / "systemd").exists()
    assert plan_removal(workspace, purge=True) == ()


def test_uninstalling_finds_timers_of_which_the_store_knows_nothing(workspace: Workspace, live: Live, now: datetime) -> None:
    live()
    schedule(workspace, now)
    workspace.paths.database.unlink()
    remove_everything(workspace, purge=True, now=now)
    assert units(workspace) == []


@pytest.mark.parametrize("expression", ["north", r"wc -l"])
def test_a_text_that_is_redacted_leaves_the_timer_too(workspace: Workspace, live: Live, now: datetime, expression: str) -> None:
    live()
    schedule(workspace, now)
    forgetting.redact_past(workspace, expression, dry_run=False, now=now)
    changed = decisions.find_automation(workspace, "tally")
    assert (changed.status, changed.schedule) == (AutomationStatus.NEW, None)
    assert units(workspace) == []
    assert build_shortcuts(workspace).list_installed() == ()


def test_where_nothing_can_start_it_that_is_said_with_the_fix(tmp_path: Path, live: Live, now: datetime) -> None:
    live()
    bare = open_workspace({"HOME": str(tmp_path / "home"), "PATH": str(tmp_path / "none"), "XDG_RUNTIME_DIR": str(tmp_path / "none")})
    with pytest.raises(RequestError, match="no systemd user manager runs here; cron is not installed") as caught:
        plan(bare, now)
    assert caught.value.hint.startswith("install cron")
    (check,) = [check for check in diagnose(bare, now=now) if check.name == "schedules"]
    assert (check.works, check.fix) == (False, caught.value.hint)
    demo = replace(bare, is_demo=True)
    assert schedule_capability(demo).backend is None


@pytest.mark.skipif(not Path("/proc/self/comm").exists(), reason="no /proc: whether cron runs cannot be told here")
def test_cron_takes_over_where_there_is_no_systemd(workspace: Workspace, programs: SchedulerPrograms, live: Live, now: datetime) -> None:
    live()
    programs.add_crontab(own := b"# mine\n")
    (programs.folder / "state").write_text("offline\n")
    with process_named("crond", programs.folder):
        planned = schedule(workspace, now)
        assert planned.deployed.backend is ScheduleBackend.CRON
        assert "not made up" in planned.missed
        assert programs.table.read_bytes() == planned.texts[0][1].encode() + own
        # systemd is back; what is in the crontab is taken out of the crontab.
        (programs.folder / "state").write_text("running\n")
        schedule(workspace, now)
        assert programs.table.read_bytes() == own
        assert units(workspace) == DEPLOYED
        decisions.undo(workspace, now=now)
        assert (programs.table.read_bytes() != own, units(workspace)) == (True, [])
        remove_everything(workspace, purge=True, now=now)
    assert programs.table.read_bytes() == own


def test_a_person_who_does_not_linger_is_warned(
    tmp_path: Path, programs: SchedulerPrograms, workspace: Workspace, live: Live, now: datetime
) -> None:
    live()
    assert plan(workspace, now).warnings == ()
    (programs.folder / "linger").write_text("Linger=no\n")
    assert plan(workspace, now).warnings == ("it runs only while you are logged in: loginctl enable-linger",)


def test_what_was_not_tried_like_this_is_said(workspace: Workspace, live: Live, now: datetime) -> None:
    automation = live()
    home = str(workspace.paths.home)
    trial = Trial(
        script_sha256=automation.script.sha256,
        level=SandboxLevel.FULL,
        verdict=Verdict.PASSED,
        cwd=home,
        arguments=("north",),
        tried_at=now,
    )

    def warned_after(**more: object) -> tuple[str, ...]:
        with writing(workspace) as connection, transaction(connection):
            automations_table.add_trial(connection, automation.automation_id, replace(trial, **more))  # type: ignore[arg-type]
        return plan(workspace, now).warnings

    assert warned_after() == ()
    assert warned_after(arguments=("south",)) == (
        "it was tried with other values (south); try it with these: vynexus try tally --arg region=north",
    )
    assert warned_after(cwd="/") == ("it was tried in another folder (/)",)
    assert warned_after(verdict=Verdict.FAILED, exit_code=3) == ("its newest try failed: exit 3",)


def test_a_secret_that_a_timer_does_not_have_is_named(workspace: Workspace, live: Live, now: datetime) -> None:
    live('#!/usr/bin/env bash\n: "${API_TOKEN:?set it in the environment first}"\ncurl x\n', parameters=())
    (warning,) = plan_schedule(workspace, "tally", DAILY, {}, now=now).warnings
    assert "API_TOKEN" in warning


def test_times_are_the_machines_whatever_this_shell_says(programs: SchedulerPrograms, live: Live, now: datetime) -> None:
    live()
    elsewhere = open_workspace({**programs.environment, "TZ": "Pacific/Kiritimati"})
    planned = plan(elsewhere, now)
    assert "TZ=Pacific/Kiritimati" in planned.warnings[0]
    assert planned.times[0].utcoffset() != timedelta(hours=14)
    assert planned.times[0].hour == 9


def test_an_automation_without_a_schedule_asks_no_scheduler(
    workspace: Workspace, programs: SchedulerPrograms, live: Live, now: datetime
) -> None:
    live()
    decisions.pause(workspace, "tally", now=now)
    decisions.resume(workspace, "tally", now=now)
    decisions.retire(workspace, "tally", now=now)
    assert programs.calls("systemctl") == []


def test_from_a_routine_to_a_run_that_nobody_started(
    workspace: Workspace, programs: SchedulerPrograms, proposed: Automation, project: Path, now: datetime
) -> None:
    trial = trials.try_automation(workspace, proposed.name, cwd=str(project), arguments=("south",), now=now)
    if trial.level is SandboxLevel.STATIC:
        pytest.skip(f"no sandbox on this machine: {trial.reason}")
    decisions.approve(workspace, proposed.automation_id, proposed.script.sha256, confirm=None, now=now)
    (parameter,) = proposed.parameters
    planned = plan_schedule(workspace, proposed.name, None, {parameter.name: "south"}, now=now)
    assert planned.is_found
    assert planned.deployed.schedule.type is ScheduleType.DAILY
    assert (planned.deployed.cwd, planned.warnings) == (str(project), ())
    decisions.schedule(workspace, proposed.name, planned.deployed, proposed.script.sha256, now=now)
    (line,) = [line for line in planned.texts[0][1].splitlines() if line.startswith("ExecStart=")]
    root = str(Path(__file__).resolve().parents[2])
    done = subprocess.run(
        shlex.split(line.removeprefix("ExecStart=")), env={**programs.environment, "PYTHONPATH": root}, cwd="/", check=False, timeout=60
    )
    assert done.returncode == 0
    assert (project / "data/south.sorted.csv").read_text() == "1,x\n3,south\n"
    OptimizationEngine(workspace).run_cycle(now + timedelta(minutes=5))
    (head,) = build_snapshot(workspace, now=now).automations
    assert head.last_scheduled_run is not None
    assert (head.last_scheduled_run.exit_code, head.last_scheduled_run.cwd, head.failure_streak) == (0, str(project), 0)
