from dataclasses import replace
from datetime import timedelta

import pytest
from rich.style import Style
from textual import events
from textual.color import Color
from textual.widgets import Input

from tests.tui.builders import NOW, a_busy_snapshot, a_pattern_head, a_snapshot, a_trial, a_tried_automation, an_automation
from tests.tui.driving import at_main, screen_text, showing, until, until_hearing, until_shown
from vynexus_tui.domain.cycles import RecordingState
from vynexus_tui.domain.settings import Settings, Ui
from vynexus_tui.domain.trials import ChangeKind, FileChange
from vynexus_tui.tui.app import VynexusApp
from vynexus_tui.tui.messages import FeedFailed, SnapshotFetched
from vynexus_tui.tui.panels.row_list import RowList
from vynexus_tui.tui.present.glyphs import ASCII
from vynexus_tui.tui.screens.live_screen import LiveScreen
from vynexus_tui.tui.screens.review import ReviewScreen

HOSTILE = "[@click=app.quit]x[/] echo [/nope] \x1b]2;PWNED\x1b\\ \x9b31m \u202eexe"


def many(count: int) -> tuple:
    return tuple(an_automation(f"auto-{i:03}", potential=i / 200) for i in range(count))


@pytest.mark.parametrize(
    ("size", "present", "absent"),
    [
        ((80, 24), ("1 Automations ◆5", "bump-and-test", "cpu "), ("3 Bottlenecks ·",)),
        ((120, 40), ("2 Patterns · 8, 2 automated", "3 Bottlenecks · from", "4 Workflows · 2 of 3", "5 Saved"), ("System",)),
        ((200, 50), ("2 Patterns · 8", "4 Workflows", "System", "release-notes · enter: all of it"), ()),
        ((40, 10), ("needs 60x16, is 40x10",), ("Automations",)),
    ],
)
async def test_every_size_shows_what_it_has_room_for(workspace, size, present, absent):
    app = VynexusApp(workspace)
    async with app.run_test(size=size) as pilot:
        await showing(pilot, a_busy_snapshot())
        for text in present:
            await until_shown(pilot, text)
        assert not [text for text in absent if text in screen_text(app)]


async def test_keys_go_to_panels_and_the_preview_follows(workspace):
    app = VynexusApp(workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await showing(pilot, a_busy_snapshot())
        await pilot.press("2", "j")
        await until_shown(pilot, "2  pytest -q")
        assert screen.active.spec.panel_id == "patterns"
        await pilot.press("tab")
        await until_shown(pilot, "3 Bottlenecks · from")
        await pilot.press("shift+tab", "shift+tab", "z")
        await until(pilot, lambda: screen.panel("automations").size.height > 15, what="zoomed")
        await pilot.press("escape")
        await until(pilot, lambda: screen.panel("automations").size.height < 15, what="not zoomed")


async def test_a_filter_narrows_and_escape_brings_everything_back(workspace):
    app = VynexusApp(workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await showing(pilot, a_busy_snapshot())
        await pilot.press("slash", *"live", "enter")
        await until_shown(pilot, "1 Automations · 3 of 10")
        await pilot.press("slash", *" qqq")
        await until_shown(pilot, "Nothing matches")
        await pilot.press("escape")
        await until_shown(pilot, "1 Automations · 5 need you")


async def test_letters_typed_right_after_the_slash_belong_to_the_filter(workspace):
    app = VynexusApp(workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await showing(pilot, a_busy_snapshot())
        for key, character in (("slash", "/"), ("a", "a"), ("x", "x"), ("slash", "/"), ("q", "q")):
            app.post_message(events.Key(key, character))
        await pilot.pause()
        assert app.screen.query_one("#filter", Input).value == "ax/q"
        assert app.is_running


async def test_the_list_that_is_looked_at_does_not_move(workspace):
    app = VynexusApp(workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await showing(pilot, a_snapshot(automations=many(100)))
        panel = screen.panel("automations")
        await pilot.press(*["ctrl+d"] * 4, "k", "k")
        under_cursor, top = panel.cursor_key, panel.scroll_y
        assert top > 0
        changed = tuple(replace(h, automation=replace(h.automation, potential=0.9 - (h.automation.potential or 0))) for h in many(100)[:95])
        app.post_message(
            SnapshotFetched(
                a_snapshot(taken_at=NOW + timedelta(seconds=1), automations=(*changed, an_automation("newcomer", potential=1.0)))
            )
        )
        await until(pilot, lambda: "id-newcomer" in panel.keys, what="newcomer")
        assert panel.cursor_key == under_cursor
        assert panel.scroll_y == top
        assert panel.keys.index("id-newcomer") > panel.keys.index(under_cursor)
        await pilot.press("o", "o", "o", "o")
        await until(pilot, lambda: panel.keys[0] == "id-newcomer", what="sorted on request")
        assert panel.cursor_key == under_cursor


async def test_nothing_is_painted_when_nothing_changed(workspace, monkeypatch):
    app = VynexusApp(workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await showing(pilot, a_busy_snapshot())
        await pilot.pause()
        painted = []
        monkeypatch.setattr(RowList, "refresh", lambda self, *regions, **_: painted.append((self.id, regions)))
        for later in range(1, 4):
            app.post_message(SnapshotFetched(replace(a_busy_snapshot(), taken_at=NOW + timedelta(milliseconds=later))))
            await pilot.pause()
        assert painted == []


async def test_a_frozen_view_stands_still_until_space(workspace):
    app = VynexusApp(workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await showing(pilot, a_snapshot(automations=(an_automation("first"),)))
        await pilot.press("space")
        await until_shown(pilot, "FROZEN")
        app.post_message(SnapshotFetched(a_snapshot(taken_at=NOW + timedelta(seconds=1), automations=(an_automation("second"),))))
        await until(pilot, lambda: app.snapshot.taken_at > NOW, what="the newer snapshot")
        assert "second" not in screen_text(app)
        await pilot.press("space")
        await until_shown(pilot, "second")
        assert "FROZEN" not in screen_text(app)


async def test_hostile_history_is_text_on_every_screen(workspace):
    head = a_tried_automation(HOSTILE, summary=HOSTILE, text=f"echo '{HOSTILE}'\n", pattern_id="p-x")
    snapshot = a_snapshot(automations=(head,), patterns=(a_pattern_head(HOSTILE, pattern_id="p-x"),))
    app = VynexusApp(workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await showing(pilot, snapshot)
        await until_shown(pilot, "[@click=app.quit]x[/]")
        for keys in (("enter",), ("escape", "2", "enter"), ("escape", "1", "ctrl+p", *"click")):
            await pilot.press(*keys)
            await pilot.pause(0.1)
            text = screen_text(app)
            assert "click" in text
            assert not {"\x1b", "\x9b", "\u202e"} & set(text)
        await pilot.press("escape")
        await pilot.click(screen.panel("automations"), offset=(6, 2))
        await pilot.pause()
        assert app.is_running


async def test_a_key_that_cannot_do_anything_says_why(workspace):
    app = VynexusApp(workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await showing(pilot, a_snapshot(automations=(an_automation("fresh"),), patterns=(a_pattern_head(),)))
        for keys, reason in (
            (("a",), "try it first (s)"),
            (("p",), "only a live automation can be paused"),
            (("m",), "choose one first (2)"),
            (("2", "a"), "choose an automation first (1)"),
            (("3", "y"), "nothing to copy here"),
        ):
            await pilot.press(*keys)
            await until_shown(pilot, reason)


async def test_the_commands_of_any_pattern_can_be_copied(workspace):
    app = VynexusApp(workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await showing(pilot, a_snapshot(patterns=(a_pattern_head("sudo apt update", "sudo apt upgrade"),)))
        await pilot.press("2", "y")
        await until(pilot, lambda: app.clipboard == "sudo apt update\nsudo apt upgrade", what="copied")


async def test_an_unreadable_store_is_a_banner_not_an_end(workspace):
    app = VynexusApp(workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await showing(pilot, a_busy_snapshot())
        app.post_message(FeedFailed("disk image is malformed [/x]"))
        await until_shown(pilot, "database: disk image is malformed [/x]")
        assert "bump-and-test" in screen_text(app)


async def test_pasted_text_decides_nothing(workspace):
    app = VynexusApp(workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await showing(pilot, a_snapshot(automations=(a_tried_automation(),)))
        app.screen.post_message(events.Paste("axDau\n"))
        await pilot.pause(0.1)
        assert "id-bump-and-test" in app.screen.panel("automations").keys
        assert not app.screen.is_deaf


async def test_ascii_marks_and_frames_for_a_plain_locale(workspace):
    plain = replace(workspace, settings=Settings(ui=Ui(glyphs="ascii")))
    app = VynexusApp(plain)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await showing(pilot, a_busy_snapshot())
        text = screen_text(app)
        assert screen.view.glyphs is ASCII
        assert not set("━╌◆◇●▲╭│▌") & set(text)
        assert "+ " in text


async def test_the_palette_finds_keys_by_their_meaning_and_automations_by_name(workspace):
    app = VynexusApp(workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await showing(pilot, a_busy_snapshot())
        await pilot.press("ctrl+p", *"freeze")
        await until_shown(pilot, "Freeze the view")
        await pilot.press("escape", "ctrl+p", *"fetch-rates")
        await until_shown(pilot, "fetch-rates  live")
        await pilot.pause(0.3)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ReviewScreen), what="review")
        assert app.screen.chosen().automation.name == "fetch-rates"


async def test_help_shows_the_keys_of_this_place(workspace):
    app = VynexusApp(workspace)
    async with app.run_test(size=(140, 40)) as pilot:
        await showing(pilot, a_busy_snapshot())
        await pilot.press("question_mark")
        await until_shown(pilot, "j k move")
        await pilot.press("question_mark")
        await until(pilot, lambda: "j k move" not in screen_text(app), what="help gone")


async def test_every_key_has_an_id_of_its_own(workspace):
    app = VynexusApp(workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await showing(pilot, a_busy_snapshot())
        classes = {
            cls
            for node in (app, screen, screen.panel("automations"))
            for cls in type(node).__mro__
            if cls.__module__.startswith("vynexus_tui.")
        }
        ours = [binding for cls in classes for binding in cls.__dict__.get("BINDINGS", ())]
        assert {"automation.approve", "main.freeze", "list.open", "app.help"} <= {binding.id for binding in ours}
        assert all(binding.id for binding in ours)
        ids = [binding.id for binding in ours]
        assert len(ids) == len(set(ids))
        deciding = {"a", "x", "D"}
        keys = [key for binding in ours for key in binding.key.split(",")]
        assert all(keys.count(key) == 1 for key in deciding)


async def test_nothing_stored_opens_the_first_look_and_escape_shows_the_way(workspace):
    app = VynexusApp(workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await until_shown(pilot, "No shell history was found")
        await at_main(pilot)
        await until_shown(pilot, "How it goes")
        await until_shown(pilot, "Nothing recorded yet.")


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
async def test_quiet_text_is_quieter_than_text_and_still_readable(workspace, theme):
    app = VynexusApp(replace(workspace, settings=Settings(ui=Ui(theme=theme))))
    async with app.run_test(size=(120, 40)) as pilot:
        await showing(pilot, a_snapshot(automations=(an_automation("fresh"),)))
        styles = {s.text.strip(): s.style for strip in app.screen._compositor.render_strips() for s in strip if s.style and s.text.strip()}
        quiet, normal = styles["made from commands you chose"], styles["python tools/bump.py <part> › pytest -q › git add -A"]
        assert contrast(normal) > contrast(quiet) >= 4.5


async def test_without_colours_everything_is_still_said(workspace, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    app = VynexusApp(workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await showing(pilot, a_busy_snapshot())
        styles = [s.style for strip in app.screen._compositor.render_strips() for s in strip if s.style]
        colours = [Color.from_rich_color(c) for style in styles for c in (style.color, style.bgcolor) if c]
        assert all(colour.r == colour.g == colour.b for colour in colours)
        text = screen_text(app)
        assert all(word in text for word in ("tried", "failing", "live", "paused", "rejected"))


def contrast(style: Style) -> float:
    """WCAG 2 contrast ratio of text on its background."""

    def luminance(colour: Color) -> float:
        parts = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in colour.normalized]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    low, high = sorted(luminance(Color.from_rich_color(colour)) for colour in (style.color, style.bgcolor))
    return (high + 0.05) / (low + 0.05)


async def test_nothing_of_a_script_or_diff_hides_right_of_the_edge(workspace):
    hidden = "x" * 400 + "ENDOFLINE"
    change = FileChange(path="/home/ada/src/shop/a", kind=ChangeKind.MODIFY, type="file", diff=f"--- a\n+++ b\n@@ -1 +1 @@\n+{hidden}\n")
    head = a_tried_automation(text=f"echo {hidden}\n", trial=a_trial(f"echo {hidden}\n", changes=(change,), steps=(), stdout=""))
    app = VynexusApp(workspace)
    async with app.run_test(size=(120, 50)) as pilot:
        await showing(pilot, a_snapshot(automations=(head,)))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ReviewScreen), what="review")
        await until(pilot, lambda: sum("ENDOF" in column(screen_text(app), side) for side in (0, 1)) == 2, what="both ends")


def column(text: str, side: int) -> str:
    """The left or right half of a two-column screen as one run of text, so that folded words are whole again."""
    halves = (line[: len(line) // 2] if side == 0 else line[len(line) // 2 :] for line in text.splitlines())
    return "".join(half.strip("│╭╮╰╯─ ›") for half in halves)


async def test_a_script_that_changes_under_the_cursor_must_be_looked_at_again(workspace, monkeypatch):
    app = VynexusApp(workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await showing(pilot, a_snapshot(automations=(a_tried_automation(),)))
        monkeypatch.setattr(LiveScreen, "DEAF_S", 60.0)
        other = a_tried_automation(text="rm -rf ~\n")
        app.post_message(SnapshotFetched(a_snapshot(taken_at=NOW + timedelta(seconds=1), automations=(other,))))
        await until_shown(pilot, "the script of bump-and-test changed: look again")
        await pilot.press("a")
        await until_shown(pilot, "press it again")
        assert screen.is_deaf


async def test_the_keys_in_the_bottom_line_can_be_clicked(workspace):
    app = VynexusApp(workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await showing(pilot, a_busy_snapshot())
        bottom = screen_text(app).splitlines()[-1]
        await pilot.click("#hints", offset=(bottom.index("space"), 0))
        await until_shown(pilot, "FROZEN")


async def test_an_action_of_the_palette_is_done(workspace):
    app = VynexusApp(workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await showing(pilot, a_busy_snapshot())
        await pilot.press("ctrl+p", *"zoom")
        await until_shown(pilot, "Zoom the panel")
        await pilot.pause(0.3)
        await pilot.press("enter")
        await until(pilot, lambda: screen.panel("automations").size.height > 25, what="zoomed")


async def test_without_the_focus_the_machine_is_not_read(workspace):
    app = VynexusApp(workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await showing(pilot, a_busy_snapshot())
        app.app_focus = False
        await pilot.pause()
        assert app._feed.is_resting
        app.app_focus = True
        await pilot.pause()
        assert not app._feed.is_resting


async def burst(pilot, *keys):
    """Keys as a fast typist or a held key sends them: all in the queue before the first is looked at."""
    for key in keys:
        pilot.app.post_message(events.Key(key, key if len(key) == 1 else None))
    await pilot.pause()


async def test_keys_typed_in_one_go_act_in_their_order(workspace):
    app = VynexusApp(workspace)
    patterns = (a_pattern_head("make clean", "make all", score=0.9), a_pattern_head("git fetch", "git rebase", score=0.8))
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await showing(pilot, a_snapshot(automations=(an_automation("fresh"),), patterns=patterns))
        await burst(pilot, "2", "j", "y", "1")
        await until(pilot, lambda: app.clipboard == "git fetch\ngit rebase", what="the second pattern copied")
        assert screen.active.spec.panel_id == "automations"
        await burst(pilot, "2", "1", "y")
        await until(pilot, lambda: app.clipboard == an_automation("fresh").automation.script.text, what="the script copied")
        await burst(pilot, "tab", "k", "y", "shift+tab")
        await until(pilot, lambda: app.clipboard == "make clean\nmake all", what="the first pattern copied")
        assert screen.focused is screen.panel("automations")


async def test_a_letter_right_after_a_panel_digit_belongs_to_that_panel(workspace):
    app = VynexusApp(workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        await showing(pilot, a_snapshot(automations=(an_automation("fresh"),), patterns=(a_pattern_head(),)))
        await pilot.press("1")
        await burst(pilot, "2", "p")
        await until_shown(pilot, "choose an automation first (1)")
        await burst(pilot, "1", "p")
        await until_shown(pilot, "only a live automation can be paused")


async def test_help_can_be_read_to_its_end_by_keys_and_holds_only_our_keys(workspace):
    app = VynexusApp(workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        await showing(pilot, a_busy_snapshot())
        for close in ("escape", "question_mark", "q"):
            await pilot.press("question_mark")
            await until_shown(pilot, "Deciding")
            assert "Every list: j k move" in screen_text(app)
            seen = screen_text(app)
            for key in ("j", "k", "pagedown", "pagedown", "pagedown"):
                await pilot.press(key)
                await pilot.pause()
                seen += screen_text(app)
            for text in ("Lists", "Here", "Everywhere", "D  ", "Pause or go on recording"):
                assert text in seen
            assert "super+c" not in seen
            assert "Scroll Left" not in seen
            await pilot.press("pageup", "pageup", "pageup")
            await until_shown(pilot, "Deciding")
            await pilot.press(close)
            await until(pilot, lambda: "Deciding" not in screen_text(app), what="help gone")
        assert app.is_running


async def test_retiring_what_was_never_approved_says_why_not(workspace):
    app = VynexusApp(workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await showing(pilot, a_snapshot(automations=(a_tried_automation("fresh"),)))
        await pilot.press("D")
        await until_shown(pilot, "there is no command yet to retire; x rejects it")


async def test_freezing_shows_at_once_without_anything_else_happening(workspace):
    app = VynexusApp(workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await showing(pilot, a_busy_snapshot())
        app._feed.stop()
        await pilot.pause()
        await pilot.press("space")
        await until_shown(pilot, "FROZEN", timeout_s=0.6)
        await pilot.press("space")
        await until(pilot, lambda: "FROZEN" not in screen_text(app), what="live", timeout_s=0.6)


@pytest.mark.parametrize(
    ("recording", "said"),
    [
        (RecordingState(), "nothing is being recorded"),
        (RecordingState(hooked_shells=("bash",)), "recording by the hook goes on"),
        (RecordingState(hooked_shells=("bash",), is_paused=True), "nothing is being recorded"),
    ],
)
async def test_escape_says_whether_recording_goes_on(workspace, recording, said):
    app = VynexusApp(workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await showing(pilot, a_snapshot(recording=recording))
        await pilot.press("escape")
        await until_shown(pilot, f"q leaves; {said}")


async def test_on_a_narrow_screen_script_lines_break_between_words_and_once(workspace):
    text = '#!/usr/bin/env bash\nconvert "photos/incoming/$name" -resize 800x600 -quality 85 "photos/small/${name}" && rm -- out\n'
    app = VynexusApp(workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        await showing(pilot, a_snapshot(automations=(an_automation("resize", text=text),)))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ReviewScreen), what="review")
        await pilot.press("1")
        await until_shown(pilot, "convert")
        shown = [line.strip("│ ") for line in screen_text(app).splitlines()]
        start = next(i for i, line in enumerate(shown) if "convert" in line)
        words = " ".join(line.removeprefix("› ").removeprefix("2  ") for line in shown[start : start + 2])
        assert words == text.splitlines()[1]
        assert shown[start + 1].startswith("› ")


async def test_a_letter_right_after_escape_decides_nothing_on_the_screen_below(workspace):
    app = VynexusApp(workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await showing(pilot, a_snapshot(automations=(a_tried_automation(),)))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ReviewScreen), what="review")
        await until_hearing(pilot)
        await burst(pilot, "escape", "a")
        await until_shown(pilot, "dropped: too soon")
        assert app.screen.is_deaf
