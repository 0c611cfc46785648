"""The score: monotone, honest about what is unknown, calibrated."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.mining.conftest import NOW
from vynexus_tui.domain.patterns import AutomationPotential, Occurrence
from vynexus_tui.domain.settings import RepetitiveTaskDetection
from vynexus_tui.mining.potential import score_potential

DAYS = st.lists(st.floats(0, 700), min_size=3, max_size=40)


def _score(days_ago, hands_on_s=None) -> AutomationPotential:
    occurrences = [
        Occurrence(event_ids=(i,), session_id="s", started_at=None if d is None else NOW - timedelta(days=d), hands_on_s=hands_on_s)
        for i, d in enumerate(days_ago)
    ]
    return score_potential(occurrences, RepetitiveTaskDetection(), now=NOW)


@given(DAYS, st.floats(0, 700))
def test_one_more_occurrence_never_lowers_the_score(days, another):
    # Up to rounding, and where it does not push the first one further back.
    assert _score([*days, min(another, max(days))], 20).score >= _score(days, 20).score - 1e-9


@given(DAYS, st.floats(1, 5000), st.floats(0, 5000))
def test_more_time_by_hand_never_lowers_the_score(days, hands_on_s, more_s):
    assert _score(days, hands_on_s + more_s).score >= _score(days, hands_on_s).score - 1e-9


@given(DAYS, st.floats(0, 100))
def test_longer_ago_never_raises_the_score(days, idle):
    assert _score([d + idle for d in days], 20).score <= _score(days, 20).score + 1e-9


@given(DAYS, st.floats(0, 5000) | st.none())
def test_all_shares_are_between_0_and_1(days, hands_on_s):
    potential = _score(days, hands_on_s)
    shares = (potential.score, potential.frequency_share, potential.time_saving_share, potential.recency_share)
    assert all(0 <= share <= 1 for share in shares if share is not None)


def test_five_runs_in_recent_weeks_are_enough():
    assert _score([2, 6, 11, 17, 25], 1.0).score > 0.7
    assert _score([2, 6, 11, 17, 25]).score > 0.7


def test_two_runs_a_year_are_not_even_for_an_hours_work():
    assert _score([1, 183, 365, 548], 3600).score < 0.7


def test_a_habit_that_came_back_counts_again():
    assert _score([1, 3, 5, 8, 400, 500, 600], 20).score > _score([1, 400, 450, 500, 550, 580, 600], 20).score


def test_without_dates_eight_times_is_a_habit_and_three_is_not():
    assert _score([None] * 8).score > 0.7
    assert _score([None] * 3).score < 0.7


def test_what_is_unknown_is_left_out_and_said():
    potential = _score([1, 2, 3])
    assert potential.time_saving_share is None
    assert potential.partial
    assert potential.score == (0.4 * potential.frequency_share + 0.3 * (potential.recency_share or 0)) / 0.7
    assert not _score([1, 2, 3], 10).partial
