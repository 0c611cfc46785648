"""Whether the saved time can be believed: made-up persons whose true times are known."""

import pytest

from tests.benchmarks.savings import COUNTS, judge, verdict

PERSONS = 200
TRUTH_DRAWS = 401


@pytest.mark.parametrize("count", COUNTS)
def test_the_interval_holds_the_truth_in_88_of_100_and_the_headline_claims_no_more_than_that(count: int) -> None:
    judged = [judge(31 * seed + count, by_hand_count=count, truth_draws=TRUTH_DRAWS) for seed in range(PERSONS)]
    typical, actual = verdict(judged), verdict(judged, actual=True)
    assert typical.covered_share >= 0.88
    assert typical.held_share >= 0.92
    assert actual.held_share >= 0.97  # a mean is longer than a typical time, and the headline rests on the typical one
    assert typical.held_back_share < 0.35, "the lower bound is so low that it says nothing"


def test_the_bounds_of_several_automations_are_added_which_is_on_the_side_of_caution() -> None:
    found = verdict([judge(31 * seed, by_hand_count=5, automation_count=5, truth_draws=TRUTH_DRAWS) for seed in range(50)])
    assert found.held_share >= 0.97
    assert found.held_back_share < 0.35
