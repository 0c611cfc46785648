"""A step that is done only when needed."""

import pytest

from tests.habits.typed_history import Person, event_ids, spelled, spelled_all

FRAME = ["bundle install --local", "flyway migrate", "yarn build"]


@pytest.mark.parametrize(
    "place",
    [1, 2, 3],
    ids=["second", "third", "last"],
)
def test_a_step_done_six_times_in_ten_is_an_optional_step(place):
    person = Person(place)
    steps = [*FRAME[:place], "rspec --tag smoke", *FRAME[place:]]
    for k in range(10):
        with person.sitting():
            person.does("rollout", *(steps if k % 5 < 3 else FRAME))
    (pattern,) = person.habits()
    assert spelled(pattern) == steps
    assert event_ids(pattern) == person.planted["rollout"]
    assert pattern.steps[place].presence_share == pytest.approx(0.6)


def test_a_step_done_twice_in_ten_times_does_not_split_the_habit():
    person = Person(5)
    for k in range(10):
        with person.sitting():
            person.does("rollout", *(FRAME if k % 5 else [FRAME[0], "psql -f seed.sql", *FRAME[1:]]))
    (pattern,) = person.habits()
    assert pattern.occurrence_count == 10
    assert [step for step in spelled_all([pattern])[0] if step != "psql -f seed.sql"] == FRAME
