"""A B C A B C: the same three steps round and round, wherever a session begins and ends, are one habit."""

import pytest

from tests.habits.typed_history import Person, agreement, spelled

STEPS = ["ansible-playbook site.yml --check", "ansible-lint roles", "molecule converge -s default"]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_round_cut_anywhere_is_one_habit(seed):
    person = Person(seed)
    for k in range(10):
        with person.sitting():
            begin, count = k % 3, person.rng.randint(5, 9)
            person.does("round", *(STEPS[(begin + n) % 3] for n in range(count)))
    (pattern,) = person.habits()
    assert sorted(spelled(pattern)) == sorted(STEPS)
    assert agreement(pattern, person.planted["round"]) >= 0.75


def test_two_steps_back_and_forth_are_one_habit():
    person = Person(4)
    for k in range(10):
        with person.sitting():
            steps = ["make flash PORT=/dev/ttyUSB0", "make verify PORT=/dev/ttyUSB0"]
            person.does("flash", *(steps[(k + n) % 2] for n in range(6)))
    (pattern,) = person.habits()
    assert len(pattern.steps) == 2


def test_a_round_with_a_clear_beginning_keeps_it():
    person = Person(5)
    for k in range(10):
        with person.sitting():
            person.does("round", *(STEPS * (1 + k % 3)))
    (pattern,) = person.habits()
    assert spelled(pattern) == STEPS
    assert pattern.occurrence_count == 19
