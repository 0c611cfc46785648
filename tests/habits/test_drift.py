"""A habit whose step is replaced one day stays the same habit."""

import pytest

from tests.habits.typed_history import Person, event_ids, spelled


@pytest.mark.parametrize("place", [0, 1, 3], ids=["first", "inner", "last"])
def test_a_step_replaced_in_mid_history_is_no_second_habit(place):
    person = Person(place)
    steps = ["git pull --ff-only", "pip install -r requirements.txt", "python manage.py migrate", "systemctl reload gunicorn"]
    new = {0: "git fetch --all --tags", 1: "uv pip sync requirements.lock", 3: "docker compose restart web"}[place]
    for k in range(16):
        with person.sitting():
            person.does("deploy", *steps[:place], new if k >= 8 else steps[place], *steps[place + 1 :])
    (pattern,) = person.habits()
    assert pattern.occurrence_count == 16
    assert spelled(pattern) == [*steps[:place], new, *steps[place + 1 :]]


def test_occurrences_before_and_after_the_change_have_all_their_events():
    person = Person(5)
    for k in range(16):
        with person.sitting():
            person.does("deploy", "git pull --ff-only", "yarn install" if k < 8 else "pnpm install", "pm2 reload shop")
    (pattern,) = person.habits()
    assert event_ids(pattern) == person.planted["deploy"]


def test_a_step_added_later_is_part_of_the_habit():
    person = Person(6)
    for k in range(14):
        with person.sitting():
            person.does("deploy", "git pull --ff-only", "make bundle", *(["make sign-bundle"] if k >= 6 else []), "make upload")
    (pattern,) = person.habits()
    assert pattern.occurrence_count == 14
    assert spelled(pattern) == ["git pull --ff-only", "make bundle", "make sign-bundle", "make upload"]
