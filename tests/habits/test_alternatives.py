"""One of two commands at a place: `npm test` on some days, `npm run e2e` on others."""

from tests.habits.typed_history import Person, agreement, event_ids, spelled

BEFORE, AFTER = ["git fetch --all", "npm ci"], ["npm run build", "npm run deploy"]


def _person(seed: int, first: str, second: str, times: int = 12) -> Person:
    person = Person(seed)
    for k in range(times):
        with person.sitting():
            person.does("ship", *BEFORE, first if k % 2 else second, *AFTER)
    return person


def test_two_commands_that_take_turns_at_a_place_make_one_habit():
    person = _person(1, "npm test", "npm run e2e")
    (pattern,) = person.habits()
    assert pattern.occurrence_count == 12
    assert [step for step in spelled(pattern) if step in BEFORE + AFTER] == BEFORE + AFTER


def test_each_occurrence_has_the_command_that_was_used_then():
    person = _person(2, "npm test", "npm run e2e")
    (pattern,) = person.habits()
    assert event_ids(pattern) == person.planted["ship"]


def test_alternatives_need_not_be_the_same_program():
    person = _person(3, "pytest -x tests/unit", "tox -e py312")
    (pattern,) = person.habits()
    assert pattern.occurrence_count == 12
    assert agreement(pattern, person.planted["ship"]) >= 0.8


def test_two_ways_to_begin_are_one_habit():
    person = Person(4)
    for k in range(12):
        with person.sitting():
            person.does("ship", "git pull --rebase" if k % 2 else "git fetch --all", "npm ci", *AFTER)
    (pattern,) = person.habits()
    assert pattern.occurrence_count == 12
