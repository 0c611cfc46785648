"""The score: monotone, honest about what is unknown, calibrated."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mining.conftest import NOW
from vynexus_tui.domain.patterns import AutomationPotential, Occurrence
from vynexus_tui.domain.settings import RepetitiveTaskDetection
from vynexus_tui.mining.potential import score_potential, times_apart

DAYS = st.lists(st.floats(0, 700), min_size=3, max_size=40)


def _occurrences(days_ago, hands_on_s=None, sessions=None) -> list[Occurrence]:
    """One occurrence per entry, each in a session of its own unless `sessions` says otherwise."""
    return [
        Occurrence(
            event_ids=(i,),
            session_id=str(i if sessions is None else sessions[i]),
            started_at=None if d is None else NOW - timedelta(days=d),
            hands_on_s=hands_on_s,
        )
        for i, d in enumerate(days_ago)
    ]


def _score(days_ago, hands_on_s=None, sessions=None, **settings) -> AutomationPotential:
    return score_potential(_occurrences(days_ago, hands_on_s, sessions), RepetitiveTaskDetection(**settings), now=NOW)


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


SESSIONS = st.lists(st.integers(0, 3), min_size=40, max_size=40)


@given(DAYS, SESSIONS, st.floats(0, 700), st.integers(0, 9))
def test_one_more_occurrence_never_lowers_the_score_whichever_session_it_is_in(days, sessions, another, session):
    places = [*sessions[: len(days)], session]
    assert _score([*days, min(another, max(days))], 20, places).score >= _score(days, 20, places).score - 1e-9


@given(st.integers(3, 400), st.floats(0, 36_000) | st.none(), st.integers(1, 2))
def test_what_was_seen_in_fewer_than_three_sessions_or_days_is_not_above_the_threshold(count, hands_on_s, session_count):
    minutes_ago = [n / 1440 for n in range(count)]
    sessions = [n % session_count for n in range(count)]
    threshold = RepetitiveTaskDetection().automation_threshold
    assert not _score(minutes_ago, hands_on_s, sessions).score > threshold
    assert not _score([None] * count, None, sessions).score > threshold


def test_one_session_counts_less_than_two_and_two_less_than_three():
    scores = [_score([1] * 12, 60, [n % count for n in range(12)]).score for count in (1, 2, 3)]
    assert scores == sorted(scores)
    assert scores[0] < scores[1] < scores[2]


def test_one_session_over_three_days_is_a_habit_of_three_days():
    assert times_apart(_occurrences([1, 2, 3], sessions=[0, 0, 0])) == 3
    assert _score([1, 2, 3, 4, 5, 6], 20, [0] * 6).score > 0.7


@pytest.mark.parametrize(
    ("setting", "days_ago", "hands_on_s", "part"),
    [
        ({"frequency_half_per_week": 1.5}, [1, 5, 9, 14, 20, 25], None, "frequency_share"),
        ({"time_saving_half_s_per_week": 60.0}, [1, 8, 15, 22], 60.0, "time_saving_share"),
        ({"recency_half_life_days": 7.0}, [7, 14, 21], None, "recency_share"),
    ],
)
def test_each_part_is_one_half_where_its_setting_says(setting, days_ago, hands_on_s, part):
    assert getattr(_score(days_ago, hands_on_s, **setting), part) == pytest.approx(0.5)


def test_the_weights_are_those_of_the_settings():
    potential = _score([1, 9, 17], 30, frequency_weight=0.1, time_saving_weight=0.8, recency_weight=0.1)
    parts = (potential.frequency_share, potential.time_saving_share, potential.recency_share)
    assert potential.score == pytest.approx(0.1 * parts[0] + 0.8 * parts[1] + 0.1 * parts[2])


def test_weights_of_nothing_give_nothing():
    assert _score([1, 2, 3], 30, frequency_weight=0.0, time_saving_weight=0.0, recency_weight=0.0).score == 0
