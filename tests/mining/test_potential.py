"""The score: monotone, honest about what is unknown, calibrated."""

from datetime import timedelta

import pytest
from hypothesis import example, given
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


RUN = st.tuples(st.floats(-5, 2000) | st.none(), st.integers(0, 4))
"""Days ago or unknown, and the session."""


@given(st.lists(RUN, min_size=1, max_size=30), RUN, st.floats(0, 36_000) | st.none())
@example([(40, 0), (50, 1), (60, 2)], (1000, 3), 20)
@example([(None, n) for n in range(8)], (200, 9), None)
@example([(0.0, 0), (0.07, 1), (3, 2)], (0.035, 3), 60)
def test_one_more_run_never_lowers_the_score(runs, another, hands_on_s):
    days, sessions = zip(*runs, another, strict=True)
    before = _score(days[:-1], hands_on_s, sessions[:-1]).score
    assert _score(days, hands_on_s, sessions).score >= before - 1e-9  # up to rounding


@given(st.lists(RUN, min_size=1, max_size=30), RUN)
def test_one_more_run_never_makes_it_fewer_times_apart(runs, another):
    days, sessions = zip(*runs, another, strict=True)
    assert times_apart(_occurrences(days, sessions=sessions)) >= times_apart(_occurrences(days[:-1], sessions=sessions[:-1]))


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
    assert _score([1, 183, 365, 548], 3600).score < 0.65
    assert _score([0, 1, 366], 3600).score < 0.7


def test_a_habit_that_came_back_counts_again():
    assert _score([1, 3, 5, 8, 400, 500, 600], 20).score > _score([1, 400, 450, 500, 550, 580, 600], 20).score


def test_without_dates_eight_times_is_a_habit_and_three_is_not():
    assert _score([None] * 8).score > 0.7 > _score([None] * 7).score
    assert _score([None] * 3).score < 0.7


def test_what_is_unknown_is_left_out_and_said():
    potential = _score([1, 2, 3])
    assert potential.time_saving_share is None
    assert potential.partial
    assert potential.score == (0.4 * potential.frequency_share + 0.3 * (potential.recency_share or 0)) / 0.7
    assert not _score([1, 2, 3], 10).partial


def test_runs_without_dates_count_beside_a_dated_one():
    assert _score([*[None] * 8, 200]).score == _score([None] * 8).score > 0.7
    assert _score([*[None] * 8, 200]).partial
    assert _score([*[None] * 40, 2]).score > 0.95


_HOUR = 1 / 24


@given(
    st.lists(st.tuples(st.floats(0, 1 - 1e-6), st.integers(0, 50)), min_size=3, max_size=60),
    st.floats(0, 36_000) | st.none(),
    st.floats(0, 2),
)
def test_one_day_never_passes_the_threshold_however_many_shells_it_has(runs, hands_on_s, offset):
    days, sessions = zip(*runs, strict=True)
    assert not _score([d + offset for d in days], hands_on_s, sessions).score > RepetitiveTaskDetection().automation_threshold


def test_panes_that_type_the_same_at_once_are_one_time():
    panes = [3 + n / 86400 / 10 for n in range(6)]
    assert times_apart(_occurrences(panes)) == 1
    assert _score(panes, 300).score == 0.5


def test_shells_of_one_afternoon_are_two_times_at_most_and_of_two_days_more():
    afternoon = [5 + n * 0.4 * _HOUR for n in range(8)]
    assert times_apart(_occurrences(afternoon)) == 2
    assert times_apart(_occurrences([*afternoon, *(d + 1 for d in afternoon)])) == 4


@given(st.integers(3, 400), st.integers(1, 2))
def test_what_was_seen_in_fewer_than_three_sessions_without_dates_is_not_above_the_threshold(count, session_count):
    sessions = [n % session_count for n in range(count)]
    assert not _score([None] * count, None, sessions).score > RepetitiveTaskDetection().automation_threshold


def test_one_time_counts_less_than_two_and_two_less_than_three():
    dated = [_score([1 + (n % count) * 1.5 * 16 * _HOUR for n in range(12)], 60).score for count in (1, 2, 3)]
    undated = [_score([None] * 12, None, [n % count for n in range(12)]).score for count in (1, 2, 3)]
    for scores in (dated, undated):
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
