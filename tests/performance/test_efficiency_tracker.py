"""The ledger: what is credited, what is charged, and what is never claimed (invariant 7)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vynexus_tui.domain.automations import Automation, AutomationStatus, Risk, RiskLevel, Script, ScriptTemplate
from vynexus_tui.domain.identifiers import AutomationId, PatternId, RunId
from vynexus_tui.domain.patterns import AutomationPotential, Occurrence, Pattern, PatternKind, PatternStep
from vynexus_tui.domain.runs import Baseline, Run, SavingsSummary, TimeSaving
from vynexus_tui.performance.efficiency_tracker import EfficiencyTracker
from vynexus_tui.performance.ledger import Evidence

NOW = datetime(2025, 5, 16, 18, 0, tzinfo=UTC)
AUTOMATION = Automation(
    automation_id=AutomationId("a1"),
    name="ship",
    pattern_id=PatternId("p1"),
    status=AutomationStatus.LIVE,
    script=Script(text="true\n"),
    parameters=(),
    template=ScriptTemplate.WORKFLOW_SEQUENCE,
    potential=0.9,
    risk=Risk(level=RiskLevel.LOW),
    summary="",
    cwd=None,
    created_at=NOW,
)
BASELINE = Baseline(hands_on_s=50.0, low_s=40.0, high_s=65.0, occurrence_count=9)


def by_hand(
    seconds: Sequence[float | None], *, every: timedelta = timedelta(days=1), is_dated: bool = True, until: datetime = NOW
) -> Pattern:
    return Pattern(
        pattern_id=PatternId("p1"),
        kind=PatternKind.WORKFLOW,
        steps=(PatternStep(text="a"), PatternStep(text="b")),
        occurrences=tuple(
            Occurrence(
                event_ids=(i,), session_id="s", started_at=until - (len(seconds) - i) * every if is_dated else None, hands_on_s=value
            )
            for i, value in enumerate(seconds)
        ),
        potential=AutomationPotential(score=0.8, frequency_share=0.8, time_saving_share=None, recency_share=None, partial=True),
        worthy=True,
    )


def runs(*given: tuple[float, int], every: timedelta = timedelta(days=1), begin: datetime = NOW - timedelta(days=60)) -> list[Run]:
    return [
        Run(
            run_id=RunId(str(i)),
            automation_id=AUTOMATION.automation_id,
            script_sha256="",
            started_at=begin + i * every,
            duration_s=duration,
            exit_code=code,
        )
        for i, (duration, code) in enumerate(given)
    ]


def account(executed: list[Run], baseline: Baseline | None = BASELINE, now: datetime = NOW) -> TimeSaving:
    return EfficiencyTracker().account(AUTOMATION, Evidence(runs=executed), baseline, steps_per_run=3, now=now).saving


# --- the baseline --------------------------------------------------------------------------------------------------------------------


def test_the_baseline_is_the_median_by_hand_with_its_interval() -> None:
    found = EfficiencyTracker().baseline(by_hand([48, 50, 51, 49, 52, 47, 50, 53, 300]))
    assert found is not None
    assert found.hands_on_s == 50
    assert found.occurrence_count == 9
    assert 47 <= found.low_s < 50 < found.high_s <= 53


def test_two_measured_occurrences_are_no_baseline() -> None:
    tracker = EfficiencyTracker()
    assert tracker.baseline(by_hand([50, 50, None, None, None])) is None
    assert tracker.baseline(by_hand([50, 50, 50, None])) is not None


def test_three_equal_times_do_not_prove_certainty() -> None:
    found = EfficiencyTracker().baseline(by_hand([50, 50, 50]))
    assert found is not None
    assert found.low_s < 45
    assert found.high_s > 55


def test_how_it_was_done_years_ago_does_not_count() -> None:
    found = EfficiencyTracker().baseline(by_hand([500] * 80 + [50] * 50))
    assert found is not None
    assert (found.hands_on_s, found.occurrence_count) == (50, 50)


def test_what_was_done_after_the_approval_does_not_count() -> None:
    pattern = by_hand([50, 50, 50, 50, 5, 5, 5, 5, 5])
    found = EfficiencyTracker().baseline(pattern, before=NOW - timedelta(days=5))
    assert found is not None
    assert (found.hands_on_s, found.occurrence_count) == (50, 4)


def test_a_failed_attempt_by_hand_is_not_how_long_it_takes() -> None:
    pattern = by_hand([50, 50, 50, 500])
    failed = replace(pattern.occurrences[-1], is_successful=False)
    found = EfficiencyTracker().baseline(replace(pattern, occurrences=(*pattern.occurrences[:-1], failed)))
    assert found is not None
    assert found.occurrence_count == 3


def test_the_weekly_number_is_the_upper_bound_of_the_busiest_week() -> None:
    daily = EfficiencyTracker().baseline(by_hand([50] * 40))
    assert daily is not None
    assert daily.most_per_week == 14  # the 95 % bound of seven in seven days
    undated = EfficiencyTracker().baseline(by_hand([50] * 10, is_dated=False))
    assert undated is not None
    assert undated.most_per_week is None


# --- what is credited ----------------------------------------------------------------------------------------------------------------


def test_a_run_credits_the_time_by_hand_less_its_own() -> None:
    found = account(runs((2.0, 0), (2.0, 0)))
    assert (found.low_s, found.saved_s, found.high_s) == (76.0, 96.0, 126.0)
    assert (found.run_count, found.failed_count, found.steps_per_run) == (2, 0, 3)


def test_without_a_baseline_there_are_counts_and_no_seconds() -> None:
    found = account(runs((2.0, 0), (2.0, 1)), baseline=None)
    assert (found.low_s, found.saved_s, found.high_s, found.saved_by_day_s) == (None, None, None, ())
    assert (found.run_count, found.failed_count, found.steps_per_run) == (2, 1, 3)


def test_measured_and_counted_are_not_added_up() -> None:
    both = SavingsSummary(savings=(account(runs((2.0, 0))), account(runs((2.0, 0)), baseline=None)))
    assert both.low_s == 38.0
    assert both.run_count == 2
    assert SavingsSummary(savings=(account(runs((2.0, 0)), baseline=None),)).low_s is None


def test_a_failed_run_costs_its_time_and_the_time_until_the_next_attempt() -> None:
    found = account(runs((5.0, 1), (2.0, 0), every=timedelta(seconds=65)))
    assert found.failed_count == 1
    assert found.saved_s == -65.0 + 48.0
    assert found.low_s == -65.0 + 38.0


def test_a_failure_that_was_left_alone_costs_the_work_by_hand() -> None:
    found = account(runs((5.0, 1), (2.0, 0), every=timedelta(days=1)))
    assert found.saved_s == -55.0 + 48.0
    assert found.low_s == -70.0 + 38.0


def test_getting_over_a_failure_takes_ten_minutes_at_most() -> None:
    long = Baseline(hands_on_s=4000.0, low_s=3000.0, high_s=5000.0, occurrence_count=5)
    assert account(runs((5.0, 1)), baseline=long).low_s == -605.0


def test_failures_make_the_total_negative_and_it_is_shown_so() -> None:
    found = account(runs(*[(5.0, 1)] * 4))
    assert found.saved_s is not None
    assert found.saved_s < 0


def test_a_script_slower_than_the_hand_loses_time() -> None:
    assert account(runs((80.0, 0))).saved_s == -30.0


def test_running_it_more_often_than_it_was_ever_due_saves_nothing_more() -> None:
    capped = replace(BASELINE, most_per_week=5)
    monday = datetime(2025, 5, 5, 9, tzinfo=UTC)
    found = account(runs(*[(2.0, 0)] * 30, every=timedelta(hours=2), begin=monday), baseline=capped)
    assert found.saved_s == 5 * 48.0
    assert found.extra_run_count == 25
    assert account(runs(*[(2.0, 0)] * 30, every=timedelta(hours=2), begin=monday)).saved_s == 30 * 48.0


def test_no_runs_gave_back_nothing_and_that_is_known() -> None:
    found = account([])
    assert (found.low_s, found.saved_s, found.high_s) == (0, 0, 0)


def test_days_are_the_persons_days() -> None:
    executed = runs((2.0, 0), (2.0, 0), begin=datetime(2025, 5, 1, 23, 30, tzinfo=UTC), every=timedelta(minutes=40))
    east = timezone(timedelta(hours=2))
    assert account(executed).saved_by_day_s == (("2025-05-01", 48.0), ("2025-05-02", 48.0))
    assert account(executed, now=NOW.astimezone(east)).saved_by_day_s == (("2025-05-02", 96.0),)


@given(
    st.lists(st.tuples(st.floats(0, 500), st.sampled_from([0, 0, 0, 1, 130])), max_size=40),
    st.integers(30, 200_000),
    st.one_of(st.none(), st.integers(1, 20)),
)
def test_the_ledger_adds_up(given_runs: list[tuple[float, int]], every_s: int, most_per_week: int | None) -> None:
    found = account(runs(*given_runs, every=timedelta(seconds=every_s)), baseline=replace(BASELINE, most_per_week=most_per_week))
    assert found.low_s is not None
    assert found.saved_s is not None
    assert found.high_s is not None
    assert found.low_s <= found.saved_s + 1e-6
    assert found.saved_s <= found.high_s + 1e-6
    assert sum(seconds for _, seconds in found.saved_by_day_s) == pytest.approx(found.saved_s, abs=1e-6)
    assert [day for day, _ in found.saved_by_day_s] == sorted(day for day, _ in found.saved_by_day_s)
    assert found.saved_s <= BASELINE.hands_on_s * (found.run_count - found.failed_count - found.extra_run_count) + 1e-6
