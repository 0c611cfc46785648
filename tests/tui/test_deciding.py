"""Trying, approving, rejecting, editing, undoing: the real engine, a real store, a real sandbox."""

import asyncio
import sys

import pytest

from tests.tui.driving import at_main, screen_text, until, until_hearing, until_shown
from vynexus_tui.domain.automations import AutomationStatus
from vynexus_tui.engine import background, decisions, snapshots
from vynexus_tui.tui.app import VynexusApp
from vynexus_tui.tui.screens.confirm import ConfirmScreen
from vynexus_tui.tui.screens.first_run import FirstRunScreen
from vynexus_tui.tui.screens.history import HistoryScreen
from vynexus_tui.tui.screens.live_screen import LiveScreen
from vynexus_tui.tui.screens.main import MainScreen
from vynexus_tui.tui.screens.page import PageScreen
from vynexus_tui.tui.screens.review import ReviewScreen

SIZE = (120, 40)
S = AutomationStatus


def the_automation(app):
    return app.snapshot.automations[0]


async def open_review(pilot):
    await at_main(pilot)
    await until_hearing(pilot)
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, ReviewScreen), what="review")
    await until(pilot, lambda: pilot.app.screen.query("#folder"), what="plan")
    await until_hearing(pilot)
    return pilot.app.screen


async def try_it(pilot):
    review = await open_review(pilot)
    await pilot.press("s")
    await until(pilot, lambda: the_automation(pilot.app).trial is not None, what="trial")
    await until_hearing(pilot)
    return review


async def test_try_approve_and_undo_with_three_keys(isolating):
    app = VynexusApp(isolating)
    async with app.run_test(size=SIZE) as pilot:
        await try_it(pilot)
        await until_shown(pilot, "passed: changes 2 files")
        await until_shown(pilot, "a  approves it at once")
        assert not (isolating.paths.home / "project/notes.bak").exists()
        await pilot.press("a")
        await until(pilot, lambda: the_automation(app).automation.status is S.LIVE, what="live")
        await until_shown(pilot, "is live: type")
        await until_hearing(pilot)
        await pilot.press("u")
        await until(pilot, lambda: the_automation(app).automation.status is S.TRIED, what="tried again")
        assert the_automation(app).shortcut_path is None


async def test_a_held_key_and_a_fresh_screen_decide_nothing(isolating, monkeypatch):
    app = VynexusApp(isolating)
    async with app.run_test(size=SIZE) as pilot:
        await try_it(pilot)
        monkeypatch.setattr(LiveScreen, "DEAF_S", 60.0)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, MainScreen), what="main")
        await pilot.press("a", "a", "a", "a")
        await pilot.pause()
        assert app.screen.is_deaf
        app.screen._hear()
        app.app_focus = False
        app.app_focus = True
        await pilot.press("a", "x", "D", "u")
        await pilot.pause()
        assert app.screen.is_deaf
        assert the_automation(app).automation.status is S.TRIED
        app.screen._hear()
        await pilot.press("a", "a", "u")
        await until(pilot, lambda: the_automation(app).automation.status is S.LIVE, what="live, and the u of the same moment dropped")


async def test_the_folder_and_the_result_are_seen_before_anything_counts(isolating):
    app = VynexusApp(isolating)
    async with app.run_test(size=SIZE) as pilot:
        review = await open_review(pilot)
        assert review.query_one("#folder").value == str(isolating.paths.home / "project")
        await pilot.press("2", "ctrl+u", "enter")
        await until_hearing(pilot)
        await pilot.press("s")
        await until_shown(pilot, "in which folder?")
        assert the_automation(app).trial is None
        other = isolating.paths.home / "elsewhere"
        other.mkdir()
        await pilot.press(*"~/elsewhere", "enter")
        await until_hearing(pilot)
        await pilot.press("s")
        await until(pilot, lambda: the_automation(app).trial is not None, what="trial")
        assert the_automation(app).trial.cwd == str(other)
        await until_shown(pilot, "failed")
        await until_hearing(pilot)
        await pilot.press("a")
        await until_shown(pilot, "not approved: failed")
        assert the_automation(app).automation.status is S.TRIED


async def test_a_script_that_deletes_needs_its_name_typed(isolating):
    app = VynexusApp(isolating)
    async with app.run_test(size=SIZE) as pilot:
        await at_main(pilot)
        head = the_automation(app)
        name = head.automation.name
        decisions.edit(isolating, head.automation.automation_id, "#!/usr/bin/env bash\nrm notes.txt\n", now=app.now())
        await until(pilot, lambda: "rm notes" in the_automation(app).automation.script.text, what="edited elsewhere")
        await try_it(pilot)
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen), what="confirm")
        await until_shown(pilot, "deletes 1 path")
        await pilot.press(*"wrong", "enter")
        await until_shown(pilot, "that is not")
        await pilot.press("escape")
        await until_shown(pilot, "nothing was done")
        assert the_automation(app).automation.status is S.TRIED
        await until_hearing(pilot)
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen), what="confirm")
        await pilot.press(*name, "enter")
        await until(pilot, lambda: the_automation(app).automation.status is S.LIVE, what="live")
        assert (isolating.paths.home / "project/notes.txt").exists()


async def test_a_stale_screen_approves_nothing(isolating):
    app = VynexusApp(isolating)
    async with app.run_test(size=SIZE) as pilot:
        await try_it(pilot)
        await pilot.press("escape")
        await pilot.press("space")
        await until_hearing(pilot)
        head = the_automation(app)
        decisions.edit(isolating, head.automation.automation_id, "#!/usr/bin/env bash\ntrue\n", now=app.now())
        await until(pilot, lambda: the_automation(app).automation.status is S.NEW, what="edited elsewhere")
        assert "passed: changes" in screen_text(app)
        await pilot.press("a")
        await until_shown(pilot, "changed since you looked at it")
        assert the_automation(app).automation.status is S.NEW


async def test_stopping_a_long_try(isolating):
    app = VynexusApp(isolating)
    async with app.run_test(size=SIZE) as pilot:
        await at_main(pilot)
        script = "#!/usr/bin/env bash\nset -e\necho begun\nsleep 20\n"
        decisions.edit(isolating, the_automation(app).automation.automation_id, script, now=app.now())
        await until(pilot, lambda: "sleep 20" in the_automation(app).automation.script.text, what="edited")
        await open_review(pilot)
        await pilot.press("s")
        await until_shown(pilot, "begun")
        await until_hearing(pilot)
        await pilot.press("s")
        await until_shown(pilot, "one try at a time")
        await pilot.press("escape")
        await until(pilot, lambda: app.trying is None, what="stopped")
        assert isinstance(app.screen, ReviewScreen)


async def test_editing_voids_the_trial_and_one_escape_loses_nothing(isolating):
    app = VynexusApp(isolating)
    async with app.run_test(size=SIZE) as pilot:
        review = await try_it(pilot)
        await pilot.press("e")
        await until(pilot, lambda: review.query("#editor"), what="editor")
        await pilot.press(*"# a", "enter", "escape")
        await until_shown(pilot, "not saved")
        assert review.query("#editor")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: the_automation(app).automation.status is S.NEW, what="new again")
        assert the_automation(app).automation.script.text.startswith("# a\n")
        assert the_automation(app).trial is None
        await until_hearing(pilot)
        await pilot.press("a")
        await until_shown(pilot, "try it first (s)")


async def test_a_syntax_error_keeps_the_editor_with_what_was_typed(habitual):
    app = VynexusApp(habitual)
    async with app.run_test(size=SIZE) as pilot:
        review = await open_review(pilot)
        before = the_automation(app).automation.script.text
        await pilot.press("e")
        await until(pilot, lambda: review.query("#editor"), what="editor")
        await pilot.press(*"if", "enter", "ctrl+s")
        await until_shown(pilot, "not valid bash")
        assert review.query_one("#editor").text.startswith("if\n")
        assert review.focused is review.query_one("#editor")
        assert the_automation(app).automation.script.text == before
        await pilot.press("up", "delete", "delete", "delete", *"# b", "enter", "ctrl+s")
        await until(pilot, lambda: not review.query("#editor"), what="saved and closed")
        await until(pilot, lambda: the_automation(app).automation.script.text.startswith("# b\n"), what="stored")


async def test_runs_are_noticed_without_a_key(isolating):
    app = VynexusApp(isolating)
    async with app.run_test(size=SIZE) as pilot:
        await try_it(pilot)
        await pilot.press("a")
        await until(pilot, lambda: the_automation(app).automation.status is S.LIVE, what="live")
        name = the_automation(app).automation.name
        command = [sys.executable, "-m", "vynexus_tui", "run", name]
        cwd = isolating.paths.home / "project"
        running = await asyncio.create_subprocess_exec(*command, env=dict(isolating.environment), cwd=cwd)
        assert await running.wait() == 0
        await until(pilot, lambda: the_automation(app).run_count == 1, what="the run counted", timeout_s=60)
        assert not background.has_new_runs(isolating)


async def test_looking_now_works_in_the_review_and_on_pages(habitual):
    app = VynexusApp(habitual)
    async with app.run_test(size=SIZE) as pilot:
        await open_review(pilot)
        for keys, screen in (((), ReviewScreen), (("i",), PageScreen), (("escape", "escape", "H"), HistoryScreen)):
            await pilot.press(*keys)
            await until(pilot, lambda screen=screen: isinstance(app.screen, screen), what="screen")
            await pilot.press("R")
            await until(pilot, lambda: app.status.is_looking, what="looking")
            await until(pilot, lambda: not app.status.is_looking, what="looked", timeout_s=60)


async def test_reject_make_snooze_and_their_undo(habitual):
    app = VynexusApp(habitual)
    async with app.run_test(size=SIZE) as pilot:
        await at_main(pilot)
        await until_hearing(pilot)
        await pilot.press("x")
        await until(pilot, lambda: the_automation(app).automation.status is S.REJECTED, what="rejected")
        await until_hearing(pilot)
        await pilot.press("u")
        await until(pilot, lambda: the_automation(app).automation.status is S.NEW, what="new again")
        await until_hearing(pilot)
        await pilot.press("2", "x")
        await until_shown(pilot, "it has an automation already")
        await pilot.press("i")
        await until(pilot, lambda: isinstance(app.screen, PageScreen), what="evidence")
        await until_shown(pilot, "Seen 24 times")
        assert screen_text(app).count("cp notes.txt notes.bak") > 2


async def test_looking_now_runs_a_cycle_in_a_child(habitual):
    app = VynexusApp(habitual)
    async with app.run_test(size=SIZE) as pilot:
        await at_main(pilot)
        await until(pilot, lambda: app.status.next_cycle_at is not None, what="planned")
        before = app.snapshot.last_cycle.started_at
        await pilot.press("R")
        await until_shown(pilot, "looking…")
        await until(pilot, lambda: not app.status.is_looking, what="looked", timeout_s=60)
        assert not app.status.last_cycle_failed
        await until(pilot, lambda: app.snapshot.last_cycle.started_at > before, what="a newer cycle")


async def test_recording_is_paused_and_goes_on(habitual):
    app = VynexusApp(habitual)
    async with app.run_test(size=SIZE) as pilot:
        await at_main(pilot)
        await pilot.press("P")
        await until_shown(pilot, "recording paused")
        await pilot.press("P")
        await until(pilot, lambda: not app.snapshot.recording.is_paused, what="recording")


@pytest.mark.parametrize("key", ["q", "escape"])
async def test_the_first_look_stores_nothing(workspace, key):
    history = workspace.paths.home / ".bash_history"
    history.write_text(
        "".join(
            f"#{1_790_000_000 + s * 86_400 + i}\n{c}\n"
            for s in range(9)
            for i, c in enumerate(("make clean", "make all", "cp a b", "exit"))
        )
    )
    before = sorted(p for p in workspace.paths.home.rglob("*"))
    app = VynexusApp(workspace)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: isinstance(app.screen, FirstRunScreen) and app.screen.look.is_complete, what="first look")
        await until_shown(pilot, "nothing stored yet")
        await until_shown(pilot, "~/.bash_history")
        await until_hearing(pilot)
        await pilot.press("h")
        await until_shown(pilot, "Recording adds exactly these lines")
        await pilot.press("escape")
        await until_shown(pilot, "nothing stored yet")
        await pilot.press(key)
        await until(pilot, lambda: not app.is_running or isinstance(app.screen, MainScreen), what="left")
    assert sorted(p for p in workspace.paths.home.rglob("*")) == before


async def test_enter_stores_the_history_and_looks_at_it(workspace):
    history = workspace.paths.home / ".bash_history"
    lines = [(s, c) for s in range(9) for c in ("cp notes.txt notes.bak", "sort notes.txt -o notes.sorted", "wc -l notes.sorted", "exit")]
    history.write_text("".join(f"#{1_790_000_000 + s * 86_400 + i}\n{c}\n" for i, (s, c) in enumerate(lines)))
    app = VynexusApp(workspace)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: isinstance(app.screen, FirstRunScreen) and app.screen.look.is_complete, what="first look")
        await until_hearing(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: app.snapshot.patterns, what="patterns", timeout_s=60)
        assert isinstance(app.screen, MainScreen)
        assert not app.snapshot.automations
        await until_hearing(pilot)
        await pilot.press("2", "m")
        await until(pilot, lambda: app.snapshot.automations, what="an automation below the threshold, on request")
        assert snapshots.build_snapshot(workspace, now=app.now()).recording.event_count == len(lines)


async def test_in_an_empty_home_enter_is_dim_and_says_what_else_there_is(workspace):
    app = VynexusApp(workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, FirstRunScreen) and app.screen.look.is_complete, what="first look")
        await until_shown(pilot, "vynexus demo shows the dashboard with made-up data")
        await until_shown(pilot, "d Demo  q Leave")
        await pilot.press("enter")
        await until_shown(pilot, "no history was found: h records from now on, vynexus demo")


async def test_the_first_look_says_what_its_keys_do_and_what_is_stored(workspace):
    history = workspace.paths.home / ".bash_history"
    lines = [(s, c) for s in range(9) for c in ("cp notes.txt notes.bak", "sort notes.txt -o notes.sorted", "wc -l notes.sorted", "exit")]
    history.write_text("".join(f"#{1_790_000_000 + s * 86_400 + i}\n{c}\n" for i, (s, c) in enumerate(lines)))
    app = VynexusApp(workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, FirstRunScreen) and app.screen.look.is_complete, what="first look")
        await until_shown(pilot, "nothing stored yet")
        await until_shown(pilot, "h shows what it would add")
        text = screen_text(app)
        assert "vynexus hook install" not in text
        assert "d Demo  q Leave" in text
        await until_hearing(pilot)
        await pilot.press("h")
        await until_shown(pilot, "h Import and record  enter Import only  esc Back  q Leave")
        await pilot.press("escape")
        await until_hearing(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, MainScreen) and app.snapshot.patterns, what="imported", timeout_s=60)
        await pilot.press("F")
        await until_shown(pilot, "36 commands stored already")
        assert "nothing stored yet" not in screen_text(app)
