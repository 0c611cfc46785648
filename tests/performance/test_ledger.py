"""Every line of the ledger: what it credits or costs, and that the figures are the sums of the lines."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.performance.test_efficiency_tracker import AUTOMATION, BASELINE, NOW, runs
from vynexus_tui.domain.patterns import Occurrence
from vynexus_tui.domain.runs import Activity, Attention, Baseline, LedgerKind, Run, SavingsSummary
from vynexus_tui.performance.efficiency_tracker import Account, EfficiencyTracker
from vynexus_tui.performance.ledger import Evidence

MEASURED = replace(BASELINE, elapsed_s=120.0, frozen_at=NOW - timedelta(days=70))
"""A baseline in which of every wait at most 30 s are hands-on."""
BEGIN = NOW - timedelta(days=60)


def account(evidence: Evidence, baseline: Baseline | None = MEASURED) -> Account:
    return EfficiencyTracker().account(AUTOMATION, evidence, baseline, steps_per_run=3, now=NOW)


def typed(seconds: float = 50.0, *, at: datetime = BEGIN, is_successful: bool | None = True) -> Occurrence:
    return Occurrence(event_ids=(1,), session_id="s", started_at=at, hands_on_s=seconds, elapsed_s=seconds, is_successful=is_successful)


def spent(duration_s: float, activity: Activity = Activity.REVIEW, *, at: datetime = BEGIN) -> Attention:
    return Attention(automation_id=AUTOMATION.automation_id, started_at=at, duration_s=duration_s, activity=activity)


def lines(evidence: Evidence, baseline: Baseline | None = MEASURED) -> list[tuple[LedgerKind, float | None]]:
    return [(entry.kind, entry.saved_s) for entry in account(evidence, baseline).entries]


# --- waiting ---------------------------------------------------------------------------------------------------------------------------


def test_of_a_long_run_30_seconds_are_attention_and_all_of_it_is_elapsed() -> None:
    (entry,) = account(Evidence(runs=runs((95.0, 0)))).entries
    assert (entry.low_s, entry.saved_s, entry.high_s, entry.elapsed_s) == (10.0, 20.0, 35.0, 25.0)
    assert entry.why == "by hand 50 s (40 to 65) minus 30 s of the 95 s it took"


def test_a_baseline_that_counted_waiting_is_set_against_the_whole_run() -> None:
    assert lines(Evidence(runs=runs((95.0, 0))), BASELINE) == [(LedgerKind.RUN, -45.0)]


def test_nobody_waits_for_a_scheduled_run_but_its_result_is_read() -> None:
    scheduled = [replace(run, is_scheduled=True) for run in runs((95.0, 0), (7.0, 1))]
    entries = account(Evidence(runs=scheduled)).entries
    assert [(e.kind, e.saved_s) for e in entries[:2]] == [(LedgerKind.SCHEDULED, 45.0), (LedgerKind.FAILED, -5.0)]
    assert entries[0].elapsed_s == 115.0
    assert entries[0].why.endswith("minus 5 s to read its result")


@pytest.mark.parametrize(
    ("from_step", "seconds", "why"),
    [
        (2, (26.6 - 2, 33.3 - 2, 43.4 - 2), "by hand 33.3 s (26.6 to 43.4) from step 2 of 3 minus 2 s"),
        (3, (13.3 - 2, 16.6 - 2, 21.7 - 2), "by hand 16.6 s (13.3 to 21.7) from step 3 of 3 minus 2 s"),
        (4, (-2.0, -2.0, -2.0), "by hand 0 s (0 to 0) from step 4 of 3 minus 2 s"),
    ],
)
def test_a_run_that_went_on_from_a_later_step_is_credited_for_the_rest(
    from_step: int, seconds: tuple[float, float, float], why: str
) -> None:
    (entry,) = account(Evidence(runs=[replace(runs((2.0, 0))[0], from_step=from_step)])).entries
    assert (entry.low_s, entry.saved_s, entry.high_s) == pytest.approx(seconds)
    assert entry.elapsed_s == (120.0 * (4 - from_step) / 3 - 2)
    assert entry.why == why


def test_what_the_shortcut_would_have_saved_rests_on_whole_runs() -> None:
    executed = [replace(run, from_step=step) for run, step in zip(runs((20.0, 0), (1.0, 0), (1.0, 0)), (None, 3, 3), strict=True)]
    assert account(Evidence(runs=executed, by_hand=[typed(at=NOW)])).saving.missed_low_s == 20.0


# --- failures --------------------------------------------------------------------------------------------------------------------------


def test_a_success_by_hand_ends_the_clean_up() -> None:
    failed = runs((5.0, 1), begin=BEGIN)
    by_hand = [typed(at=BEGIN + timedelta(seconds=20), is_successful=False), typed(at=BEGIN + timedelta(seconds=45))]
    assert lines(Evidence(runs=failed, by_hand=by_hand)) == [(LedgerKind.FAILED, -5.0), (LedgerKind.CLEAN_UP, -40.0)]


def test_two_failures_in_a_row_charge_the_time_between_them_once() -> None:
    found = lines(Evidence(runs=runs((5.0, 1), (5.0, 1), (2.0, 0), every=timedelta(seconds=65))))
    assert [seconds for _, seconds in found] == [-5.0, -60.0, -5.0, -60.0, 48.0]


# --- attention -------------------------------------------------------------------------------------------------------------------------


def test_looking_at_an_automation_costs_what_it_took_and_a_try_is_waited_for_as_any_command() -> None:
    attention = [spent(90.0), spent(300.0, Activity.TRY), spent(7200.0, Activity.EDIT), spent(0.42, Activity.APPROVE)]
    account_ = account(Evidence(runs=runs((2.0, 0)), attention=attention))
    assert [e.saved_s for e in account_.entries if e.kind is LedgerKind.ATTENTION] == [-90.0, -30.0, -600.0, -0.5]
    assert account_.saving.attention_s == 720.5
    assert account_.saving.low_s == 38.0 - 720.5


def test_time_spent_on_what_was_never_run_is_a_cost_of_the_whole() -> None:
    used = account(Evidence(runs=runs((2.0, 0)))).saving
    rejected = account(Evidence(attention=[spent(60.0)]), baseline=None).saving
    assert rejected.low_s == -60.0
    assert SavingsSummary(savings=(used, rejected)).low_s == 38.0 - 60.0
    assert SavingsSummary(savings=(rejected,)).low_s is None, "a saving was claimed or denied before anything ran"


def test_what_was_never_measured_has_no_seconds_on_either_side() -> None:
    found = account(Evidence(runs=runs((2.0, 0)), attention=[spent(60.0)]), baseline=None)
    assert {e.saved_s for e in found.entries} == {None}
    assert (found.saving.low_s, found.saving.attention_s, found.saving.run_count) == (None, 0.0, 1)
    assert "60 s" in next(e.why for e in found.entries if e.kind is LedgerKind.ATTENTION)


def test_a_call_that_nobody_timed_is_counted_and_never_measured() -> None:
    found = account(Evidence(runs=runs((2.0, 0)), counted_at=[BEGIN, BEGIN])).saving
    assert (found.run_count, found.saved_s) == (3, 48.0)


# --- the weekly number -----------------------------------------------------------------------------------------------------------------


def test_what_was_done_by_hand_that_week_is_no_longer_due() -> None:
    five = replace(MEASURED, most_per_week=5)
    monday = datetime(2025, 5, 5, 9, tzinfo=UTC)
    by_hand = [typed(at=monday + timedelta(hours=h)) for h in range(3)]
    found = account(Evidence(runs=runs(*[(2.0, 0)] * 5, every=timedelta(hours=2), begin=monday + timedelta(days=1)), by_hand=by_hand), five)
    assert (found.saving.extra_run_count, found.saving.saved_s) == (3, 2 * 48.0)
    assert "number 6 of that week; by hand it was due 5 times at most" in [e.why for e in found.entries]


# --- typed by hand all the same --------------------------------------------------------------------------------------------------------


def test_work_typed_by_hand_since_approval_is_missed_and_never_saved() -> None:
    by_hand = [typed(at=BEGIN + timedelta(days=d)) for d in range(1, 7)]
    without = account(Evidence(runs=runs((2.0, 0)))).saving
    found = account(Evidence(runs=runs((2.0, 0)), by_hand=by_hand)).saving
    assert (found.typed_by_hand_count, found.missed_low_s) == (6, 6 * 38.0)
    assert (found.low_s, found.saved_s) == (without.low_s, without.saved_s)


def test_getting_over_a_failed_run_is_not_forgetting_the_shortcut() -> None:
    evidence = Evidence(runs=runs((5.0, 1), begin=BEGIN), by_hand=[typed(at=BEGIN + timedelta(minutes=4))])
    assert account(evidence).saving.typed_by_hand_count == 0


def test_where_it_is_quicker_by_hand_now_the_lower_bound_rests_on_that() -> None:
    by_hand = [typed(20.0, at=NOW - timedelta(days=d)) for d in range(9, 0, -1)]
    found = account(Evidence(runs=runs((2.0, 0)), by_hand=by_hand)).saving
    assert (found.low_s, found.saved_s, found.high_s) == (18.0, 48.0, 63.0)


def test_a_baseline_is_stale_after_30_days_unless_later_times_by_hand_refresh_it() -> None:
    old = account(Evidence()).saving
    assert (old.baseline_age_days(NOW), old.is_stale(NOW)) == (70, True)
    refreshed = account(Evidence(by_hand=[typed(at=NOW - timedelta(days=d)) for d in (12, 10, 8)])).saving
    assert (refreshed.baseline_age_days(NOW), refreshed.is_stale(NOW)) == (8, False)


# --- the sums --------------------------------------------------------------------------------------------------------------------------

_runs = st.lists(st.tuples(st.floats(0, 500), st.sampled_from([0, 0, 0, 1, 130]), st.booleans()), max_size=40)
_attention = st.lists(st.tuples(st.floats(0.001, 4000), st.sampled_from(Activity), st.integers(0, 5_000_000)), max_size=8)
_by_hand = st.lists(st.tuples(st.floats(0.01, 300), st.integers(0, 5_000_000)), max_size=8)


def _made(given_runs: Sequence[tuple[float, int, bool]], every_s: int) -> list[Run]:
    plain = runs(*[(duration, code) for duration, code, _ in given_runs], every=timedelta(seconds=every_s))
    return [replace(run, is_scheduled=scheduled) for run, (_, _, scheduled) in zip(plain, given_runs, strict=True)]


def _tenths(values: Sequence[float | None]) -> int:
    """The sum as a person with a pencil has it."""
    found = 0
    for value in values:
        whole = f"{value:.1f}"
        assert float(whole) == value, f"{value} is not in whole tenths"
        found += int(whole.replace(".", ""))
    return found


@given(_runs, st.integers(30, 200_000), _attention, _by_hand, st.floats(0.1, 300), st.one_of(st.none(), st.integers(1, 20)))
def test_the_lines_add_up_to_the_figures_per_day_per_automation_and_in_all(
    given_runs: list[tuple[float, int, bool]],
    every_s: int,
    attention: list[tuple[float, Activity, int]],
    by_hand: list[tuple[float, int]],
    typical_s: float,
    most: int | None,
) -> None:
    evidence = Evidence(
        runs=_made(given_runs, every_s),
        attention=[spent(took, activity, at=BEGIN + timedelta(seconds=after)) for took, activity, after in attention],
        by_hand=sorted((typed(s, at=BEGIN + timedelta(seconds=after)) for s, after in by_hand), key=lambda o: o.started_at or NOW),
    )
    baseline = replace(MEASURED, low_s=typical_s * 0.83, hands_on_s=typical_s, high_s=typical_s * 1.37, most_per_week=most)
    first, second = account(evidence, baseline), account(Evidence(runs=evidence.runs[::2]), baseline)
    for one in (first, second):
        saving = one.saving
        assert (saving.low_s, saving.saved_s, saving.high_s) == tuple(
            _tenths([e[column] for e in one.entries]) / 10 for column in (3, 4, 5)
        )
        assert saving.elapsed_s == _tenths([e.elapsed_s for e in one.entries]) / 10
        days = groupby(sorted(one.entries, key=lambda e: e.at), key=lambda e: e.at.date().isoformat())
        assert saving.saved_by_day_s == tuple((day, _tenths([e.saved_s for e in of_day]) / 10) for day, of_day in days)
        assert all(
            e.low_s <= e.saved_s <= e.high_s for e in one.entries if e.low_s is not None and e.saved_s is not None and e.high_s is not None
        )
    summary = SavingsSummary(savings=(first.saving, second.saving))
    if given_runs:
        assert summary.low_s == _tenths([e.low_s for e in (*first.entries, *second.entries)]) / 10
        assert summary.saved_s == pytest.approx(sum(s for _, s in summary.by_week_s), abs=1e-6)
