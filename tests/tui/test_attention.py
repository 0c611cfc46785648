"""Reviewing costs the person time, which is measured by their keys."""

from datetime import UTC, datetime, timedelta

from textual.color import Color

from tests.tui.builders import NOW, a_saving, a_snapshot
from tests.tui.driving import at_main, showing, until, until_hearing, until_shown
from tests.tui.test_present import a_view
from vynexus_tui.domain.runs import Activity, Attention, Baseline, SavingsSummary
from vynexus_tui.engine.assembly import Workspace, reading
from vynexus_tui.store.attention_table import read_attention
from vynexus_tui.tui.app import VynexusApp
from vynexus_tui.tui.attention import AttentionClock
from vynexus_tui.tui.present import savings
from vynexus_tui.tui.present.content import BAD
from vynexus_tui.tui.screens.main import MainScreen
from vynexus_tui.tui.screens.review import ReviewScreen


def noted(workspace: Workspace) -> list[Attention]:
    with reading(workspace) as connection:
        return read_attention(connection) if connection else []


def test_a_pause_between_two_keys_counts_30_seconds_at_most():
    moments = iter([NOW + timedelta(seconds=s) for s in (0, 4, 4000, 4010)])
    clock = AttentionClock(lambda: next(moments))
    for _ in range(3):
        clock.note_key()
    assert (clock.started_at, clock.seconds) == (NOW, 4 + 30 + 10)


async def test_a_review_is_charged_when_it_is_left(habitual):
    moved = [datetime.now(tz=UTC)]
    app = VynexusApp(habitual, clock=lambda: moved[0])
    async with app.run_test(size=(120, 40)) as pilot:
        await at_main(pilot)
        await until_hearing(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ReviewScreen) and app.screen.query("#folder"), what="review")
        for wait_s, key in ((10, "down"), (500, "1"), (5, "escape")):
            moved[0] += timedelta(seconds=wait_s)
            await pilot.press(key)
        await until(pilot, lambda: isinstance(app.screen, MainScreen), what="main")
        await until(pilot, lambda: noted(habitual), what="attention")
    (attention,) = noted(habitual)
    assert attention.activity is Activity.REVIEW
    assert attention.duration_s == 10 + 30 + 5
    assert attention.automation_id == app.snapshot.automations[0].automation.automation_id


def test_days_that_lost_time_are_red_and_as_high_as_they_lost():
    saving = a_saving(saved_by_day_s=(("2026-11-20", 60.0), ("2026-11-21", -60.0), ("2026-11-22", 30.0)))
    (row,) = savings.rows(a_view(a_snapshot(savings=SavingsSummary(savings=(saving,)))))
    assert row.cells[-1].plain == "██▅"
    assert [span.style for span in row.cells[-1].spans if span.start == 1] == [BAD]


def test_negative_totals_are_red():
    view = a_view(a_snapshot(savings=SavingsSummary(savings=(a_saving(low_s=-43.0, saved_s=-20.0),))))
    assert BAD in [span.style for span in savings.totals(view).spans]


def test_the_preview_says_what_was_typed_by_hand_and_how_old_the_baseline_is():
    old = Baseline(hands_on_s=31.0, low_s=28.0, high_s=35.0, occurrence_count=38, frozen_at=NOW - timedelta(days=44))
    saving = a_saving(baseline=old, typed_by_hand_count=6, missed_low_s=150.0)
    text = savings.preview(a_view(a_snapshot(savings=SavingsSummary(savings=(saving,)))), saving.automation_id).plain
    assert "by hand 6 times since approval" in text
    assert "at least 2 m 30 s missed" in text
    assert "baseline is 44 days old" in text


def test_weeks_are_iso_weeks_and_empty_ones_are_zero():
    saving = a_saving(saved_by_day_s=(("2026-11-15", 60.0), ("2026-11-16", 30.0), ("2026-11-22", -90.0)))
    weeks = savings.by_week(SavingsSummary(savings=(saving,)), NOW, 3)
    assert weeks == (("2026-W45", 0.0), ("2026-W46", 60.0), ("2026-W47", -60.0))


async def test_the_history_draws_what_was_lost_in_red_per_day_and_per_week(workspace):
    days = tuple(((NOW - timedelta(days=back)).date().isoformat(), -120.0 if back == 2 else 180.0) for back in range(9, -1, -1))
    snapshot = a_snapshot(savings=SavingsSummary(savings=(a_saving(saved_by_day_s=days),)))
    app = VynexusApp(workspace, clock=lambda: NOW)
    async with app.run_test(size=(120, 40)) as pilot:
        await showing(pilot, snapshot)
        await pilot.press("H")
        await until_shown(pilot, "Minutes saved per day")
        red = Color.parse(app.theme_variables["error"]).rich_color
        strips = app.screen._compositor.render_strips()
        assert any(segment.style and segment.style.color == red for strip in strips for segment in strip if "█" in segment.text)
        await pilot.press("t", "t")
        await until_shown(pilot, "Minutes saved per week")
        await until_shown(pilot, "last 13 weeks")
