"""Making an automation by hand on the dashboard, and putting patterns aside for good."""

import json
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from textual import events
from textual.widgets import Input

from tests.tui.builders import NOW, a_pattern_head, a_snapshot
from tests.tui.driving import at_main, screen_text, showing, until, until_hearing, until_shown
from vynexus_tui.domain.cycles import NEVER_AGAIN
from vynexus_tui.engine import making, recording
from vynexus_tui.engine.optimization_engine import OptimizationEngine
from vynexus_tui.tui.app import VynexusApp
from vynexus_tui.tui.present import choosing, patterns, possible
from vynexus_tui.tui.present.glyphs import ASCII
from vynexus_tui.tui.present.view import View
from vynexus_tui.tui.screens.choosing import ChoosingScreen
from vynexus_tui.tui.screens.main import MainScreen
from vynexus_tui.tui.screens.page import PageScreen
from vynexus_tui.tui.screens.review import ReviewScreen

SIZE = (120, 40)
HOSTILE = "echo [@click=app.quit]x[/] \x1b]2;PWNED\x07 \u202eexe"


def type_in(workspace, *commands, session="s-now"):
    now = datetime.now(tz=UTC)
    lines = [
        {"ts": (now - timedelta(seconds=len(commands) - i)).timestamp(), "session": session, "cmd": c, "cwd": str(workspace.paths.home)}
        | {"exit": int(c.startswith("false"))}
        for i, c in enumerate(commands)
    ]
    recording.import_history(workspace, None, "\n".join(map(json.dumps, lines)).encode(), source_format="jsonl", now=now)


async def burst(pilot, *keys):
    """Keys as a fast typist sends them: all in the queue before the first is looked at."""
    named = {" ": "space", "-": "minus", "=": "equals_sign"}
    for key in keys:
        pilot.app.post_message(events.Key(named.get(key, key), key if len(key) == 1 else None))
    await pilot.pause()


async def until_choosing(pilot):
    await until(pilot, lambda: isinstance(pilot.app.screen, ChoosingScreen), what="choosing")
    return pilot.app.screen


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_commands_chosen_by_key_become_an_automation_under_review(workspace, size):
    type_in(workspace, "ls", "sort north.csv -o out.csv", "false", "wc -l north.csv")
    app = VynexusApp(workspace)
    async with app.run_test(size=size) as pilot:
        await at_main(pilot)
        await pilot.press("n")
        await until_choosing(pilot)
        await until_shown(pilot, "wc -l north.csv")
        assert "nothing chosen yet" in screen_text(app)
        await pilot.press("space", "up", "up", "space")
        await until_shown(pilot, "2 chosen  sort north.csv -o out.csv › wc -l north.csv")
        await pilot.press("enter", *"sort-it region=north", "enter")
        await until(pilot, lambda: isinstance(app.screen, ReviewScreen), what="review")
        await until_shown(pilot, "made sort-it: s tries it")
        (head,) = app.snapshot.automations
        assert (head.automation.name, [p.name for p in head.automation.parameters]) == ("sort-it", ["region"])
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, MainScreen), what="main")


async def test_somebody_who_types_fast_loses_no_key(workspace):
    type_in(workspace, "sort a -o b", "sort b -o c", "sort c -o d")
    app = VynexusApp(workspace)
    async with app.run_test(size=SIZE) as pilot:
        await at_main(pilot)
        await burst(pilot, "n", "shift+up", "enter", *"go-g-jk", "enter")
        await until(pilot, lambda: isinstance(app.screen, ReviewScreen), what="review")
        assert app.screen.chosen().automation.name == "go-g-jk"
        assert "sort b -o c › sort c -o d" in app.screen.chosen().automation.summary
        assert app.status.frozen_at is None


async def test_what_is_typed_in_a_shell_meanwhile_comes_in_below_and_moves_nothing(workspace, monkeypatch):
    type_in(workspace, "sort a", "sort b")
    may_go_on = threading.Event()
    collect = recording.collect

    def collect_later(*given, **named):
        may_go_on.wait(10)
        return collect(*given, **named)

    app = VynexusApp(workspace)
    async with app.run_test(size=SIZE) as pilot:
        await at_main(pilot)
        monkeypatch.setattr(recording, "collect", collect_later)
        await pilot.press("n", "up", "space")
        screen = await until_choosing(pilot)
        type_in(workspace, "sort newer", session="other")
        may_go_on.set()
        await until_shown(pilot, "sort newer")
        assert screen.query_one("#commands").cursor_row.words == "sort a"
        assert "1 chosen  sort a" in screen_text(app)


async def test_a_refusal_is_said_and_what_was_typed_stays(workspace):
    type_in(workspace, "sudo reboot")
    app = VynexusApp(workspace)
    async with app.run_test(size=SIZE) as pilot:
        await at_main(pilot)
        await pilot.press("n", "enter")
        await until_shown(pilot, "choose commands first: space")
        await pilot.press("space", "enter", "enter")
        await until_shown(pilot, "it needs a name")
        await pilot.press(*"boot-it", "enter")
        await until_shown(pilot, "no script can be made of it: privileged")
        assert app.screen.query_one(Input).value == "boot-it"
        await pilot.press("escape")
        assert isinstance(app.screen, ChoosingScreen)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, MainScreen), what="main")


async def test_with_nothing_recorded_it_says_what_would_fill_it(workspace):
    app = VynexusApp(workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        await at_main(pilot)
        await pilot.press("n")
        await until_choosing(pilot)
        await until_shown(pilot, "No command of yours is recorded yet.")
        await pilot.press("space", "shift+up", "enter", "j", "q")
        await until(pilot, lambda: isinstance(app.screen, MainScreen), what="main")


async def test_its_keys_are_listed_and_hostile_commands_are_only_text(workspace):
    type_in(workspace, HOSTILE)
    app = VynexusApp(workspace)
    async with app.run_test(size=SIZE) as pilot:
        await at_main(pilot)
        await pilot.press("n", "space")
        await until_choosing(pilot)
        await until_shown(pilot, "1 chosen")
        text = screen_text(app)
        assert "[@click=app.quit]x[/]" in text
        assert not set("\x1b\x07\u202e") & set(text)
        await pilot.press("question_mark")
        await until_shown(pilot, "Choose it and the one above")
        await until_shown(pilot, "deploy region=north")


def test_a_row_says_how_it_ended_where_and_when(workspace):
    type_in(workspace, "false --hard")
    (event,) = making.read_recent(workspace)
    view = View(snapshot=a_snapshot(), now=datetime.now(tz=UTC), glyphs=ASCII, home=str(workspace.paths.home))
    (row,) = choosing.rows((event,), {str(event.event_id)}, view)
    assert [cell.plain for cell in row.cells] == ["+", "false --hard", "1", "just now", "~"]
    (row,) = choosing.rows((event,), (), view)
    assert row.cells[0].plain == " "


async def test_m_makes_an_automation_of_a_pattern_and_goes_on_to_its_review(seldom):
    app = VynexusApp(seldom)
    async with app.run_test(size=SIZE) as pilot:
        await at_main(pilot)
        await until_hearing(pilot)
        await pilot.press("2", "m")
        await until(pilot, lambda: isinstance(app.screen, ReviewScreen), what="review")
        await until_shown(pilot, ": s tries it")
        assert app.screen.chosen().automation.pattern_id is not None


async def test_never_again_is_found_again_and_taken_back(seldom):
    app = VynexusApp(seldom)
    async with app.run_test(size=SIZE) as pilot:
        screen = await at_main(pilot)
        await until_hearing(pilot)
        count = len(app.snapshot.patterns)
        await pilot.press("2", "X")
        await until(pilot, lambda: len(app.snapshot.put_aside) == 1, what="put aside")
        (aside,) = app.snapshot.put_aside
        assert aside.is_hidden_for_good
        await until_shown(pilot, "1 aside (A)")
        assert aside.pattern_id not in screen.panel("patterns").keys
        await until_hearing(pilot)
        await pilot.press("A", "G")
        await until_shown(pilot, "1 put aside, listed last")
        await until(pilot, lambda: screen.panel("patterns").cursor_key == aside.pattern_id, what="the one put aside, last")
        await until_shown(pilot, "for good; x shows it again")
        await pilot.press("X")
        await until_shown(pilot, "it is put aside for good already")
        await pilot.press("i")
        await until(pilot, lambda: isinstance(app.screen, PageScreen), what="evidence")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, MainScreen), what="main")
        await until_hearing(pilot)
        await pilot.press("x")
        await until(pilot, lambda: len(app.snapshot.patterns) == count and not app.snapshot.put_aside, what="shown again")


async def test_keys_of_patterns_say_why_they_do_nothing_elsewhere(workspace):
    app = VynexusApp(workspace)
    async with app.run_test(size=SIZE) as pilot:
        await showing(pilot, a_snapshot(patterns=(a_pattern_head(automation_id="id-x"),)))
        await pilot.press("X")
        await until_shown(pilot, "choose a pattern first (2)")
        await pilot.press("2", "X")
        await until_shown(pilot, "it has an automation already")


def test_patterns_put_aside_come_last_and_only_when_asked_for():
    aside = a_pattern_head("zz", score=0.99, snoozed_until=NEVER_AGAIN)
    snapshot = a_snapshot(patterns=(a_pattern_head("aa", score=0.1),), put_aside=(aside,))
    hidden, shown = (View(snapshot=snapshot, now=NOW, shows_put_aside=asked) for asked in (False, True))
    assert [row.status for row in patterns.rows(hidden)] == ["seen"]
    assert [row.status for row in sorted(patterns.rows(shown), key=lambda row: row.ranks[0])] == ["seen", "never"]
    assert patterns.note(hidden).endswith("1 aside (A)")
    assert possible.why_not_snooze(aside) is None


@pytest.fixture
def seldom(workspace):
    """A person with a routine that was not fit enough to be proposed."""
    now = datetime.now(tz=UTC)
    lines = []
    for day in range(4):
        for i, command in enumerate(["git status", "sort names.txt -o names.sorted", "wc -l names.sorted", "git diff"]):
            at = now - timedelta(days=9 * day, seconds=-7 * i)
            lines.append({"ts": at.timestamp(), "session": f"s{day}", "cmd": command, "cwd": "/srv", "exit": 0, "duration_ms": 100})
    lines.sort(key=lambda line: line["ts"])
    recording.import_history(workspace, None, "\n".join(map(json.dumps, lines)).encode(), source_format="jsonl", now=now)
    strict = replace(workspace.settings.repetitive_task_detection, automation_threshold=0.99)
    OptimizationEngine(replace(workspace, settings=replace(workspace.settings, repetitive_task_detection=strict))).run_cycle(now)
    return workspace
