"""The statistics against brute force, textbook values and simulation."""

import random
from itertools import combinations
from math import comb, exp, isclose
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vynexus_tui.performance.statistics import (
    count_upper_bound,
    difference_interval,
    fisher_greater,
    low_quantile,
    mean_interval,
    median_interval,
    middle_ranks,
    wilson_interval,
)

positive = st.floats(0.01, 1e5)


@given(st.lists(st.integers(0, 6), min_size=1, max_size=30))
def test_ranks_share_the_middle_where_values_tie(values: list[int]) -> None:
    ranks, tie_sum = middle_ranks(values)
    assert ranks == [sum(o < v for o in values) + (sum(o == v for o in values) + 1) / 2 for v in values]
    assert tie_sum == sum(values.count(v) ** 3 - values.count(v) for v in set(values))


@given(st.integers(1, 8), st.integers(1, 5), st.data())
def test_fisher_counts_every_arrangement(before_total: int, after_total: int, data: st.DataObject) -> None:
    before, after = data.draw(st.integers(0, before_total)), data.draw(st.integers(0, after_total))
    events, total = before + after, before_total + after_total
    arrangements = list(combinations(range(total), events))
    extreme = sum(sum(place >= before_total for place in chosen) >= after for chosen in arrangements)
    assert len(arrangements) == comb(total, events)
    assert isclose(fisher_greater(before, before_total, after, after_total), extreme / len(arrangements), abs_tol=1e-9)


def test_fisher_knows_the_lady_who_tasted_tea() -> None:
    assert isclose(fisher_greater(1, 4, 3, 4), 17 / 70)


def test_wilson_gives_the_textbook_interval() -> None:
    low, high = wilson_interval(4, 90)
    assert (round(low, 3), round(high, 3)) == (0.020, 0.095)
    assert wilson_interval(0, 0) == (0.0, 1.0)


@given(st.integers(0, 500), st.integers(1, 500))
def test_wilson_holds_the_share_and_stays_between_0_and_1(count: int, total: int) -> None:
    count = min(count, total)
    low, high = wilson_interval(count, total)
    assert 0 <= low <= count / total + 1e-12
    assert count / total - 1e-12 <= high <= 1


@pytest.mark.parametrize(("count", "exact"), [(0, 2.996), (1, 4.744), (3, 7.754), (10, 16.962), (100, 118.08)])
def test_the_bound_of_a_count_is_poissons(count: int, exact: float) -> None:
    assert count_upper_bound(count) == pytest.approx(exact, rel=0.02)


@given(st.lists(positive, min_size=3, max_size=60))
def test_a_median_lies_in_its_own_interval(values: list[float]) -> None:
    low, middle, high = median_interval(values)
    assert low <= middle <= high
    assert middle == median(values)


@pytest.mark.parametrize("size", [3, 5, 7, 8, 12, 30, 120])
def test_the_interval_of_a_median_covers_the_truth_nine_times_in_ten(size: int) -> None:
    r = random.Random(f"coverage {size}")
    covered = 0
    for _ in range(2000):
        spread = r.uniform(0.1, 0.5)
        low, _, high = median_interval([40 * exp(r.gauss(0, spread)) for _ in range(size)])
        covered += low <= 40 <= high
    assert covered / 2000 >= 0.87


def test_the_interval_of_a_difference_covers_the_truth() -> None:
    r = random.Random("difference")
    covered = 0
    for _ in range(300):
        before = [10 + r.gauss(0, 1) for _ in range(20)]
        after = [13 + r.gauss(0, 1) for _ in range(12)]
        low, middle, high = difference_interval(before, after)
        assert low <= middle <= high
        covered += low <= 3 <= high
    assert covered / 300 >= 0.86


def test_an_outlier_widens_the_interval_of_a_mean_instead_of_raising_its_lower_bound() -> None:
    steady, jumpy = mean_interval([10.0] * 20), mean_interval([10.0] * 19 + [400.0])
    assert steady == (10.0, 10.0, 10.0)
    assert jumpy.low < steady.low < jumpy.middle < jumpy.high


def test_one_value_each_still_has_a_difference() -> None:
    assert difference_interval([2.0], [5.0]) == (3.0, 3.0, 3.0)


@given(st.lists(positive, min_size=1, max_size=40))
def test_an_added_copy_of_a_good_value_leaves_the_good_value(values: list[float]) -> None:
    good = low_quantile(values, 0.2)
    assert good in values
    assert low_quantile([*values, good], 0.2) == good
