"""Automations made by hand: of commands a person chooses, and of any pattern."""

import json
import os
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from vynexus_tui.domain.automations import Automation, AutomationStatus
from vynexus_tui.domain.errors import RequestError
from vynexus_tui.domain.events import CommandEvent
from vynexus_tui.engine import decisions, making, recording
from vynexus_tui.engine.assembly import Workspace
from vynexus_tui.engine.optimization_engine import OptimizationEngine
from vynexus_tui.engine.snapshots import build_snapshot


def type_in(
    workspace: Workspace, commands: list[str], *, now: datetime, session: str = "s1", cwd: str | list[str] = "/srv/shop", **known: object
) -> tuple[CommandEvent, ...]:
    """Stores commands as one session typed them, ending now; gives what may be chosen of it."""
    folders = cwd if isinstance(cwd, list) else [cwd] * len(commands)
    lines = [
        {"ts": (now - timedelta(minutes=len(commands) - i)).timestamp(), "session": session, "cmd": c, "cwd": folder, "exit": 0} | known
        for i, (c, folder) in enumerate(zip(commands, folders, strict=True))
    ]
    recording.import_history(workspace, None, "\n".join(map(json.dumps, lines)).encode(), source_format="jsonl", now=now)
    return making.read_recent(workspace)


def texts(chosen: tuple[CommandEvent, ...]) -> list[str]:
    return [event.command for event in chosen]


def test_only_what_the_person_typed_can_be_chosen(workspace: Workspace, now: datetime) -> None:
    type_in(workspace, ["make", "vynexus new x --last 1", "vy patterns"], now=now)
    type_in(workspace, ["rm -rf /", "ls"], now=now, session="robot", actor="agent")
    assert texts(making.read_recent(workspace)) == ["make"]


def test_the_last_ones_do_something_and_keep_the_moves_between_them(workspace: Workspace, now: datetime) -> None:
    typed = type_in(workspace, ["cd /srv", "mkdir x", "ls", "cd x", "pwd", "git init", "cd ..", "clear"], now=now)
    assert texts(making.take_last(typed, 2)) == ["mkdir x", "cd x", "git init"]
    assert texts(making.take_last(typed, 1)) == ["git init"]
    with pytest.raises(RequestError, match="2 are known of this shell"):
        making.take_last(typed, 3)
    with pytest.raises(RequestError):
        making.take_last(typed, 0)


def test_numbers_and_ranges_choose_in_the_order_of_typing(workspace: Workspace, now: datetime) -> None:
    typed = type_in(workspace, ["a", "b", "c", "d", "e"], now=now)
    first = typed[0].event_id
    assert isinstance(first, int)
    assert texts(making.pick(typed, f"{first + 4}, {first}-{first + 1}")) == ["a", "b", "e"]
    for wrong in ("x", "", "3-", "-1", f"{first + 5}", "1,,2", "9" * 30):
        with pytest.raises(RequestError):
            making.pick(typed, wrong)


def test_the_calling_shells_own_session_is_told_by_its_process_number(workspace: Workspace, now: datetime) -> None:
    mine = f"{time.time_ns() // 1000}-{os.getpid()}-123"
    type_in(workspace, ["make mine"], now=now - timedelta(hours=1), session=mine)
    other = f"{time.time_ns() // 1000}-{2**22 + 1}-123"
    typed = type_in(workspace, ["make other"], now=now, session=other)
    assert [texts(commands) for commands, _ in [making.of_one_shell(typed, os.getpid())]] == [["make mine"]]
    commands, is_this_shell = making.of_one_shell(typed, 1)
    assert (texts(commands), is_this_shell) == (["make other"], False)
    # A number that another shell had before this one started.
    before = type_in(workspace, ["make old"], now=now + timedelta(hours=1), session=f"1000-{os.getpid()}-1")
    assert making.of_one_shell(before, os.getpid())[0][0].command == "make mine"


def test_chosen_commands_become_an_automation_that_starts_where_they_were_typed(workspace: Workspace, now: datetime) -> None:
    typed = type_in(
        workspace, ["mkdir -p out", "cd out", "sort ../north.csv -o north.txt"], now=now, cwd=["/srv/shop", "/srv/shop", "/srv/shop/out"]
    )
    made = making.create_from_commands(workspace, "sort-region", typed, {"region": "north"}, now=now).automation
    assert (made.name, made.status, made.cwd, made.pattern_id) == ("sort-region", AutomationStatus.NEW, "/srv/shop", None)
    (parameter,) = made.parameters
    assert (parameter.name, [(s.value, s.count) for s in parameter.seen]) == ("region", [("north", 1)])
    assert '../"${region}".csv' in made.script.text
    assert decisions.find_automation(workspace, "sort-region") == made
    assert [h.automation.name for h in build_snapshot(workspace, now=now).automations] == ["sort-region"]


def test_commands_of_several_folders_without_a_cd_are_pointed_out(workspace: Workspace, now: datetime) -> None:
    typed = type_in(workspace, ["make a", "make b"], now=now, cwd=["/srv/a", "/srv/b"])
    made = making.create_from_commands(workspace, "make-both", typed, now=now).automation
    assert made.cwd == "/srv/a"
    assert "runs in one folder what was typed in 2: no cd is among the commands" in made.adds


def test_a_name_is_used_once_and_a_refusal_says_why(workspace: Workspace, now: datetime) -> None:
    typed = type_in(workspace, ["sort b", "sudo rm x"], now=now)
    making.create_from_commands(workspace, "sort-b", typed[:1], now=now)
    with pytest.raises(RequestError, match=r"sort-b is an automation already \(new\)"):
        making.create_from_commands(workspace, "sort-b", typed[:1], now=now)
    with pytest.raises(RequestError, match="already the name of something"):
        making.create_from_commands(workspace, "sort", typed[:1], now=now)
    with pytest.raises(RequestError, match="cannot be a command's name"):
        making.create_from_commands(workspace, "A b", typed[:1], now=now)
    with pytest.raises(RequestError, match="no script can be made of it: privileged"):
        making.create_from_commands(workspace, "remove-x", typed[1:], now=now)
    with pytest.raises(RequestError, match="no command was chosen"):
        making.create_from_commands(workspace, "nothing-at-all", (), now=now)
    assert len(build_snapshot(workspace, now=now).automations) == 1


def test_a_command_that_was_not_recorded_whole_becomes_no_script(workspace: Workspace, now: datetime) -> None:
    typed = type_in(workspace, ["show {{secret:long-line}}", "show " + "x" * 70_000], now=now)
    for event in typed:
        with pytest.raises(RequestError, match="too long to be recorded whole"):
            making.create_from_commands(workspace, "show-it", (event,), now=now)


def test_a_parameter_that_no_script_would_have_is_refused(workspace: Workspace, now: datetime) -> None:
    typed = type_in(workspace, ["vim north.csv", "sort south.csv"], now=now)
    with pytest.raises(RequestError, match="leaves to you"):
        making.create_from_commands(workspace, "sort-it", typed, {"region": "north"}, now=now)
    with pytest.raises(RequestError, match=r"\{dir\} "):
        making.create_from_commands(
            workspace, "sort-it", type_in(workspace, ["echo $(cat x/y) | sort"], now=now)[-1:], {"dir": "x"}, now=now
        )


def test_any_pattern_can_become_an_automation_under_a_name_of_ones_own(workspace: Workspace, proposed: Automation, now: datetime) -> None:
    assert proposed.pattern_id is not None
    with pytest.raises(RequestError, match=f"already has an automation: {proposed.name}"):
        making.create_from_pattern(workspace, proposed.pattern_id, now=now)
    decisions.reject(workspace, proposed.name, now=now)
    made = making.create_from_pattern(workspace, proposed.pattern_id, now=now, name="my-sorting").automation
    assert made.name == "my-sorting"
    assert "# my-sorting: " in made.script.text
    with pytest.raises(RequestError, match="no pattern"):
        making.create_from_pattern(workspace, "nonsense", now=now)  # type: ignore[arg-type]


def test_never_hides_a_pattern_for_good_and_undo_brings_it_back(workspace: Workspace, proposed: Automation, now: datetime) -> None:
    pattern_id = proposed.pattern_id
    assert pattern_id is not None
    with pytest.raises(RequestError, match="an automation was made of it"):
        decisions.never(workspace, pattern_id, now=now)
    decisions.retire(workspace, proposed.name, now=now)
    decisions.snooze(workspace, pattern_id, now=now)
    decisions.never(workspace, pattern_id, now=now)
    in_years = now + timedelta(days=4000)
    OptimizationEngine(workspace).run_cycle(now + timedelta(days=1))
    snapshot = build_snapshot(workspace, now=in_years)
    assert pattern_id not in {p.pattern_id for p in snapshot.patterns}
    (aside,) = snapshot.put_aside
    assert (aside.pattern_id, aside.is_hidden_for_good) == (pattern_id, True)
    assert snapshot.journal[0].word
    assert "what was decided before holds again" in decisions.undo(workspace, pattern_id, now=now)
    (aside,) = build_snapshot(workspace, now=now).put_aside
    assert aside.snoozed_until == now + timedelta(days=30)
    assert "is shown again" in decisions.undo(workspace, pattern_id, now=now)
    snapshot = build_snapshot(workspace, now=now)
    assert (pattern_id in {p.pattern_id for p in snapshot.patterns}, snapshot.put_aside) == (True, ())


def test_of_what_is_never_to_be_shown_a_cycle_makes_no_automation(workspace: Workspace, project: Path, now: datetime) -> None:
    from tests.conftest import remember, routine

    days = [["git status", *routine(region), "htop"] for region in ["north", "south", "west"] * 8]
    strict = type(workspace)(settings=workspace.settings, paths=workspace.paths, environment={**workspace.environment, "PATH": "/nowhere"})
    remember(workspace, project, days, now=now)
    OptimizationEngine(strict).run_cycle(now)
    snapshot = build_snapshot(workspace, now=now)
    assert not snapshot.automations
    for pattern in snapshot.patterns:
        decisions.never(workspace, pattern.pattern_id, now=now)
    remember(workspace, project, days[:3], now=now + timedelta(days=4))
    report = OptimizationEngine(workspace).run_cycle(now + timedelta(days=4))
    assert (report.created_count, build_snapshot(workspace, now=now).patterns) == (0, ())
