from random import Random

from hypothesis import given
from hypothesis import strategies as st

from vynexus_tui.performance.error_budget import burnt_reason

FAILED, DONE = True, False


def test_three_failures_in_a_row_burn_the_budget_and_two_do_not():
    assert burnt_reason([FAILED] * 3, most_in_a_row=3) == "failed 3 times in a row"
    assert burnt_reason([DONE] * 20 + [FAILED] * 2, most_in_a_row=3) is None
    assert burnt_reason([FAILED] * 2, most_in_a_row=3) is None
    assert burnt_reason([DONE] * 20 + [FAILED, FAILED, DONE, FAILED], most_in_a_row=3) is None


def test_failures_spread_among_successes_burn_it_once_it_is_certain():
    assert burnt_reason([FAILED, DONE] * 2, most_in_a_row=3) is None
    reason = burnt_reason([FAILED, DONE] * 10, most_in_a_row=3)
    assert reason == "10 of its last 20 runs failed"


def test_an_automation_that_keeps_its_goal_of_95_percent_is_hardly_ever_stopped():
    random = Random(6)
    stopped = 0
    for _ in range(300):
        runs = [random.random() < 0.05 for _ in range(60)]
        stopped += any(burnt_reason(runs[:n], most_in_a_row=3) for n in range(1, 61))
    assert stopped <= 6


@given(st.lists(st.booleans(), max_size=80))
def test_runs_that_succeed_never_burn_it(failures):
    if burnt_reason(failures, most_in_a_row=3) is None:
        assert burnt_reason([*failures, DONE], most_in_a_row=3) is None or len(failures) >= 50
    assert burnt_reason([DONE] * len(failures), most_in_a_row=1) is None
