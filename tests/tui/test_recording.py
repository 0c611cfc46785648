"""The recording light, and the page about what is recorded."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.builders import NOW, a_busy_snapshot, a_poor_source, a_recording, a_sample, a_snapshot, a_source
from tests.tui.driving import at_main, screen_text, showing, until, until_hearing, until_shown
from vynexus_tui.domain.cycles import RecordingState
from vynexus_tui.engine import hooks
from vynexus_tui.tui.app import VynexusApp
from vynexus_tui.tui.messages import RecordSeen, SampleTaken
from vynexus_tui.tui.panels.lines import Line
from vynexus_tui.tui.present import header, recording
from vynexus_tui.tui.present.content import WARN
from vynexus_tui.tui.present.glyphs import ASCII, UNICODE
from vynexus_tui.tui.present.view import View
from vynexus_tui.tui.present.wrapping import wrapped
from vynexus_tui.tui.screens.first_run import FirstRunScreen
from vynexus_tui.tui.screens.main import MainScreen
from vynexus_tui.tui.screens.recording import RecordingScreen

HOSTILE = "[@click=app.quit]\x1b]2;PWNED\x1b\\[/]\u202e"
FULL = "the spool of a shell is full: run vynexus cycle"
LONG = "nothing can be written to ~/.local/state/vynexus/spool, where there is no space left: free some, then open a new shell"
LOOKS_SOON = header.Status(next_cycle_at=NOW + timedelta(minutes=5))


def a_view(state: RecordingState, **given) -> View:
    return View(**{"snapshot": replace(a_busy_snapshot(), recording=state), "now": NOW, "home": "/home/ada"} | given)


def top_line(state: RecordingState, width: int, status: header.Status = LOOKS_SOON, **given) -> str:
    return header.header(a_view(state, **given), status, width).plain


def clock(at: datetime) -> str:
    return f"{at.astimezone():%H:%M}"


# ---- the light


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (a_recording(), "● recording bash, zsh · last command 3 s ago · 14,832 commands  next look in 5 min"),
        (a_recording(last_record_at=NOW - timedelta(minutes=59, seconds=59)), "last command 59 min ago"),
        (a_recording(last_record_at=NOW - timedelta(hours=23)), "last command 23 h ago"),
        (a_recording(last_record_at=NOW - timedelta(days=40)), "last command 40 d ago"),
        (a_recording(last_record_at=NOW + timedelta(seconds=2)), "last command 0 s ago"),
        (a_recording(last_record_at=None), "● recording bash, zsh · nothing recorded yet: open a new shell"),
        (RecordingState(), "○ not recording: no hook (F)"),
        (a_recording(is_paused=True), "‖ recording paused (P goes on)"),
        (
            a_recording(is_paused=True, paused_until=NOW + timedelta(minutes=2)),
            f"‖ recording paused until {clock(NOW + timedelta(minutes=2))} (P goes on)",
        ),
        (a_recording(problems=(FULL,)), f"▲ {FULL} (W)"),
        (a_recording(problems=(FULL, "x: y", "z: w")), f"▲ {FULL} · 2 more (W)"),
    ],
)
def test_the_light_says_what_is_recorded_or_why_nothing_is(state, text):
    assert text in top_line(state, 120)


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (a_recording(), "● recording bash, zsh · last command 3 s ago   "),
        (a_recording(hooked_shells=("bash", "zsh", "fish")), "● recording bash, zsh, fish · last 3 s ago   "),
        (a_recording(last_record_at=None), "recording bash, zsh · open a new shell   "),
        (RecordingState(), "○ not recording: no hook (F)   "),
        (a_recording(is_paused=True, paused_until=NOW + timedelta(minutes=2)), f"paused until {clock(NOW + timedelta(minutes=2))} (P"),
        (a_recording(problems=(FULL,)), f"▲ {FULL} (W)   "),
        (a_recording(problems=(LONG,)), "▲ nothing can be written to ~/.local/state/vynexus/spool, where t… (W)"),
    ],
)
def test_80_columns_keep_the_most_telling_part(state, text):
    assert text in top_line(state, 80)


def test_the_next_look_gives_way_before_the_light_and_the_headline():
    assert "next look" not in top_line(a_recording(), 80)
    assert "saved at least" in top_line(a_recording(), 80)
    assert "recording · last 3 s ago" in top_line(a_recording(), 60)


def test_a_failed_cycle_never_gives_way():
    for width in (55, 60, 80, 100, 120):
        assert "last cycle failed · R" in top_line(a_recording(), width, header.Status(last_cycle_failed=True))


def test_what_to_do_about_a_problem_comes_before_the_headline():
    assert "saved" not in top_line(a_recording(problems=(FULL,)), 70)
    assert FULL in top_line(a_recording(problems=(FULL,)), 70)


def test_a_problem_is_drawn_as_a_warning():
    line = header.header(a_view(a_recording(problems=(FULL,))), LOOKS_SOON, 120)
    start = line.plain.index(FULL)
    assert any(span.style == WARN and span.start <= start and span.end >= start + len(FULL) for span in line.spans)


def test_a_pause_that_has_run_out_is_none():
    state = a_recording(is_paused=True, paused_until=NOW)
    assert "recording bash, zsh · last command" in top_line(state, 120)
    assert "paused" in top_line(state, 120, now=NOW - timedelta(seconds=1))


def test_made_up_data_needs_no_hook():
    line = top_line(RecordingState(), 120, replace(LOOKS_SOON, is_demo=True))
    assert "demo  ○ not recording  next look" in line


STATES = st.builds(
    RecordingState,
    hooked_shells=st.sampled_from([(), ("bash",), ("bash", "zsh", "fish"), (HOSTILE,)]),
    is_paused=st.booleans(),
    paused_until=st.none() | st.sampled_from([NOW, NOW + timedelta(minutes=9), NOW + timedelta(days=3)]),
    problems=st.sampled_from([(), (FULL,), (LONG, FULL), (HOSTILE * 9,)]),
    event_count=st.integers(0, 10**9),
    last_record_at=st.none() | st.timedeltas(timedelta(seconds=-5), timedelta(days=900)).map(lambda age: NOW - age),
)
STATUSES = st.builds(
    header.Status,
    is_looking=st.booleans(),
    last_cycle_failed=st.booleans(),
    next_cycle_at=st.none() | st.just(NOW + timedelta(minutes=5)),
    is_demo=st.booleans(),
    is_resting=st.booleans(),
)


@given(STATES, STATUSES, st.integers(2, 220), st.sampled_from([UNICODE, ASCII]))
def test_the_top_line_is_exactly_as_wide_as_the_screen(state, status, width, glyphs):
    line = header.header(a_view(state, glyphs=glyphs), status, width)
    assert line.cell_length == width
    assert not {"\x1b", "\u202e", "\n"} & set(line.plain)
    assert all("click" not in str(span.style) for span in line.spans)


def test_without_the_focus_the_top_line_names_times_that_stay_true():
    resting = replace(LOOKS_SOON, is_resting=True)
    line = top_line(a_recording(), 120, resting)
    assert f"last command at {clock(NOW - timedelta(seconds=3))}" in line
    assert f"next look at {clock(NOW + timedelta(minutes=5))}" in line
    assert line == top_line(a_recording(), 120, resting, now=NOW + timedelta(minutes=3))
    assert top_line(a_recording(), 120) != top_line(a_recording(), 120, now=NOW + timedelta(minutes=3))


# ---- the page


def page_text(state: RecordingState, width: int = 75) -> str:
    return "\n".join(row.plain.rstrip() for row in wrapped(recording.page(a_view(state)), width))


def test_every_source_says_where_it_is_what_it_gave_and_what_it_cannot_say():
    text = page_text(a_recording(sources=(a_source(), a_poor_source(skipped_count=1)), lost_event_count=12))
    for line in (
        "14,832 commands, newest just now",
        "12 commands lost in all: run, but could not be written",
        "bash hook   12,004 commands, newest just now",
        "from      ~/.bashrc",
        "quality   says when, where, how long and how it ended",
        "zsh history   2,828 commands, newest 2 d ago",
        "quality   no durations, no exit codes, no folders",
        "skipped   1 line that could not be understood",
        "mend it   setopt EXTENDED_HISTORY  y copies it",
    ):
        assert line in text.splitlines()


def test_what_is_not_known_is_left_out_and_not_zero():
    text = page_text(a_recording(sources=(a_source("JSONL events", path=None, newest_at=None),)))
    assert "JSONL events   12,004 commands\n" in text
    assert "from" not in text
    assert " lost" not in text
    assert "skipped" not in text


def test_the_page_says_every_problem_and_still_whether_the_rest_is_recorded():
    text = page_text(a_recording(problems=(FULL, "zsh is not recorded: vynexus hook install zsh")))
    assert f"▲ {FULL}" in text
    assert "▲ zsh is not recorded: vynexus hook install zsh" in text
    assert "● recording bash, zsh · last command at" in text


def test_a_long_path_and_many_unknowns_fit_the_narrow_page():
    long = a_poor_source(path="/srv/" + "a-long-folder/" * 12 + "history", unknown=tuple(f"unknown thing {i}" for i in range(9)))
    rows = page_text(a_recording(sources=(long,))).splitlines()
    assert max(map(len, rows)) <= 75
    assert "".join(row.strip() for row in rows).count("a-long-folder/") == 12


def test_a_remedy_that_several_sources_share_is_copied_once():
    sources = (
        a_poor_source(),
        a_source(),
        a_poor_source("other history", path="/x"),
        a_poor_source("fish", remedy="vynexus hook install fish"),
    )
    things = recording.remedies(a_view(a_recording(sources=sources)))
    assert [text for text, _ in things] == ["setopt EXTENDED_HISTORY", "vynexus hook install fish"]
    assert things[0][1].startswith("what mends the zsh history")


def test_an_empty_page_says_what_to_do():
    text = page_text(RecordingState())
    assert "not recording: no hook" in text
    assert "F looks into your shell's history" in text
    assert "vynexus hook install records from now on" in text
    imported = page_text(a_recording(hooked_shells=(), last_record_at=None))
    assert "h what recording would add to your shells" in imported


def test_hostile_paths_and_names_stay_text_on_the_page():
    evil = a_poor_source(HOSTILE, path=f"/{HOSTILE}", unknown=(HOSTILE,), remedy=HOSTILE)
    content = recording.page(a_view(a_recording(hooked_shells=(HOSTILE,), problems=(HOSTILE,), sources=(evil,))))
    assert not {"\x1b", "\u202e"} & set(content.plain)
    assert all("click" not in str(span.style) for span in content.spans)


# ---- in the dashboard


async def at_recording(pilot, state: RecordingState) -> RecordingScreen:
    await showing(pilot, a_snapshot(recording=state))
    await pilot.press("W")
    await until(pilot, lambda: isinstance(pilot.app.screen, RecordingScreen), what="the page")
    await until_shown(pilot, "What is recorded")
    return pilot.app.screen


async def test_the_page_opens_by_key_and_its_remedies_are_copied_one_after_the_other(workspace):
    app = VynexusApp(workspace)
    sources = (a_source(), a_poor_source(), a_poor_source("fish history", remedy="vynexus hook install fish"))
    async with app.run_test(size=(80, 24)) as pilot:
        await at_recording(pilot, a_recording(sources=sources))
        await until_shown(pilot, "mend it   setopt EXTENDED_HISTORY  y copies it")
        for copied in ("setopt EXTENDED_HISTORY", "vynexus hook install fish", "setopt EXTENDED_HISTORY"):
            await pilot.press("y")
            await until(pilot, lambda copied=copied: app.clipboard == copied, what=copied)
        await until_shown(pilot, "copied what mends the zsh history: setopt EXTENDED_HISTORY; y again: the next")
        await pilot.press("W")
        await until(pilot, lambda: isinstance(app.screen, MainScreen), what="back")


async def test_a_page_without_a_remedy_says_that_there_is_nothing_to_copy(workspace):
    app = VynexusApp(workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        await at_recording(pilot, a_recording(sources=(a_source(),)))
        assert "y Copy" not in screen_text(app)
        await pilot.press("y")
        await until_shown(pilot, "nothing to copy here")


async def test_a_long_list_of_sources_scrolls_by_letter(workspace):
    app = VynexusApp(workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        await at_recording(pilot, a_recording(sources=tuple(a_poor_source(f"history {i}") for i in range(12))))
        assert "recording bash, zsh" in screen_text(app)
        await pilot.press("j", "j", "j")
        await until(pilot, lambda: "recording bash, zsh" not in screen_text(app), what="three lines further")
        await pilot.press("k", "k", "k")
        await until_shown(pilot, "recording bash, zsh")
        assert "history 11" not in screen_text(app)
        await pilot.press("end")
        await until_shown(pilot, "history 11")


async def test_a_click_on_the_light_opens_the_page(workspace):
    app = VynexusApp(workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await showing(pilot, a_snapshot())
        await pilot.click("#header", offset=(14, 0))
        await until(pilot, lambda: isinstance(app.screen, RecordingScreen), what="the page")


async def test_the_page_leads_to_the_first_look(workspace):
    app = VynexusApp(workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        await at_recording(pilot, RecordingState())
        await pilot.press("F")
        await until(pilot, lambda: isinstance(app.screen, FirstRunScreen), what="first look")


async def test_the_key_is_in_the_help_and_in_the_palette(workspace):
    app = VynexusApp(workspace)
    async with app.run_test(size=(120, 60)) as pilot:
        await showing(pilot, a_snapshot())
        await pilot.press("question_mark")
        await until_shown(pilot, "What is recorded, and how well")
        await pilot.press("escape", "ctrl+p", *"how well")
        await until_shown(pilot, "What is recorded, and how well")
        await pilot.pause(0.3)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, RecordingScreen), what="the page")


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


async def test_the_age_moves_with_the_readings_of_the_machine_and_is_painted_when_its_text_changes(workspace, monkeypatch):
    clock = Clock()
    app = VynexusApp(workspace, clock=clock)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await showing(pilot, a_snapshot(recording=a_recording(last_record_at=NOW - timedelta(minutes=3))))
        app._feed.stop()
        await until_shown(pilot, "last command 3 min ago")
        painted = []
        update = Line.update
        monkeypatch.setattr(Line, "update", lambda self, *args, **given: (painted.append(self.id), update(self, *args, **given)))
        for seconds in (2, 4, 6):
            clock.now = NOW + timedelta(seconds=seconds)
            app.post_message(SampleTaken(a_sample()))
        await pilot.pause()
        assert "header" not in painted
        clock.now = NOW + timedelta(seconds=61)
        app.post_message(SampleTaken(a_sample()))
        await until_shown(pilot, "last command 4 min ago")
        assert screen.is_current


async def test_a_frozen_dashboard_and_one_without_the_focus_stand_still_however_late_it_gets(workspace):
    clock = Clock()
    app = VynexusApp(workspace, clock=clock)
    async with app.run_test(size=(120, 40)) as pilot:
        await showing(pilot, a_busy_snapshot())
        app._feed.stop()
        app.status = replace(app.status, next_cycle_at=NOW + timedelta(minutes=5))
        await pilot.press("space")
        await until_shown(pilot, "FROZEN")
        frozen = screen_text(app)
        assert "last command 3 s ago" in frozen
        for hours in (1, 2):
            clock.now = NOW + timedelta(hours=hours)
            app._bring_clock_forward()
            app.post_message(SampleTaken(a_sample()))
            await pilot.pause()
            assert screen_text(app) == frozen
        await pilot.press("space")
        await until_shown(pilot, "last command 2 h ago")
        app.app_focus = False
        await until_shown(pilot, "last command at")
        unfocused = screen_text(app)
        clock.now = NOW + timedelta(hours=3)
        app._bring_clock_forward()
        await pilot.pause()
        assert screen_text(app) == unfocused
        app.app_focus = True
        await until_shown(pilot, "last command 3 h ago")


async def test_a_command_recorded_in_another_window_is_seen_without_a_cycle(workspace):
    hooks.install_hook(workspace, "bash", now=NOW)
    app = VynexusApp(workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await at_main(pilot)
        await until_shown(pilot, "recording bash · nothing recorded yet: open a new shell")
        spool = workspace.paths.spool_dir
        spool.mkdir(parents=True, exist_ok=True, mode=0o700)
        (spool / "1790000000000000-4242-31337@host@boot.0").write_bytes(b"\0")
        await until_shown(pilot, "recording bash · last command")
        assert app.snapshot.last_cycle is None


async def test_an_older_sign_of_life_does_not_replace_a_newer_one(workspace):
    app = VynexusApp(workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await showing(pilot, a_snapshot())
        app._feed.stop()
        for at in (NOW - timedelta(hours=1), NOW + timedelta(hours=1), NOW):
            app.post_message(RecordSeen(at))
        await pilot.pause()
        assert app.snapshot.recording.last_record_at == NOW + timedelta(hours=1)


async def test_a_pause_made_in_another_terminal_is_seen(workspace):
    hooks.install_hook(workspace, "bash", now=NOW)
    app = VynexusApp(workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await at_main(pilot)
        await until_shown(pilot, "recording bash")
        hooks.pause_recording(workspace, minutes=None, now=app.now())
        await until_shown(pilot, "recording paused (P goes on)")
        await until_hearing(pilot)
        await pilot.press("P")
        await until_shown(pilot, "recording bash")
