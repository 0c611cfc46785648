"""Two neighbouring steps, sometimes done the other way round: one habit."""

import pytest

from tests.habits.typed_history import Person, event_ids, spelled

STEPS = ["cargo fmt --all", "cargo clippy --workspace", "cargo test --workspace", "cargo publish --dry-run"]


@pytest.mark.parametrize("first", [0, 1, 2])
def test_three_swaps_in_twelve_times_are_no_second_habit(first):
    person = Person(first)
    for k in range(12):
        steps = list(STEPS)
        if k % 4 == 1:
            steps[first : first + 2] = steps[first + 1], steps[first]
        with person.sitting():
            person.does("check", *steps)
    (pattern,) = person.habits()
    assert spelled(pattern) == STEPS
    assert pattern.occurrence_count == 12


def test_the_events_of_a_swapped_run_all_belong_to_it():
    person = Person(4)
    for k in range(12):
        with person.sitting():
            person.does("check", *([STEPS[0], STEPS[2], STEPS[1], STEPS[3]] if k % 4 == 1 else STEPS))
    (pattern,) = person.habits()
    assert [sorted(ids) for ids in event_ids(pattern)] == [sorted(ids) for ids in person.planted["check"]]


def test_two_steps_in_either_order_half_the_time_are_one_habit():
    person = Person(3)
    for k in range(12):
        with person.sitting():
            person.does("check", STEPS[0], *([STEPS[1], STEPS[2]] if k % 2 else [STEPS[2], STEPS[1]]), STEPS[3])
    (pattern,) = person.habits()
    assert pattern.occurrence_count == 12
    assert sorted(spelled(pattern)) == sorted(STEPS)
