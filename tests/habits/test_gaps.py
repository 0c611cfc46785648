"""Other commands get in between the steps."""

import pytest

from tests.habits.typed_history import Person, event_ids, spelled_all

STEPS = ["npm ci", "npm run build", "npm run deploy"]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_one_command_in_every_second_gap_is_no_part_of_the_habit(seed):
    person = Person(seed)
    for _ in range(8):
        with person.sitting():
            person.does("deploy", *STEPS, noise_share=0.5)
    (pattern,) = person.habits()
    assert spelled_all([pattern]) == [STEPS]
    assert event_ids(pattern) == person.planted["deploy"]


@pytest.mark.parametrize("seed", [4, 5, 6])
def test_up_to_three_commands_in_every_gap_do_not_hide_the_habit(seed):
    person = Person(seed)
    for _ in range(12):
        with person.sitting():
            person.does("deploy", *STEPS, noise_share=1.0, most_noise=3)
    (pattern,) = person.habits()
    assert spelled_all([pattern]) == [STEPS]
    assert event_ids(pattern) == person.planted["deploy"]


def test_a_habit_seen_four_times_is_found_among_noise_in_its_gaps():
    person = Person(7)
    for week in range(12):
        with person.sitting(noise=6):
            if week % 3 == 0:
                person.does("deploy", *STEPS, noise_share=0.4)
    (pattern,) = person.habits()
    assert event_ids(pattern) == person.planted["deploy"]


def test_everyday_commands_alone_are_no_habit():
    for seed in range(5):
        person = Person(seed)
        for _ in range(20):
            with person.sitting(noise=12):
                pass
        assert spelled_all(person.habits()) == []
