"""Now and then a step is left out: it is the same habit, and those times count."""

import pytest

from tests.habits.typed_history import Person, event_ids, spelled_all

STEPS = ["terraform fmt", "terraform validate", "terraform plan -out=next.plan", "terraform apply next.plan"]


@pytest.mark.parametrize("left_out", [0, 1, 2, 3], ids=["first", "second", "third", "last"])
def test_a_step_left_out_twice_in_ten_times_is_still_a_step(left_out):
    person = Person(left_out)
    for k in range(10):
        with person.sitting():
            person.does("apply", *(step for number, step in enumerate(STEPS) if k not in (3, 6) or number != left_out))
    (pattern,) = person.habits()
    assert spelled_all([pattern]) == [STEPS]
    assert event_ids(pattern) == person.planted["apply"]
    assert [step.presence_share for step in pattern.steps] == pytest.approx([0.8 if n == left_out else 1.0 for n in range(4)])


def test_any_inner_step_may_be_left_out():
    person = Person(9)
    for k in range(14):
        with person.sitting():
            dropped = {2: 1, 5: 2, 8: 1, 11: 2}.get(k)
            person.does("apply", *(step for number, step in enumerate(STEPS) if number != dropped), noise_share=0.2)
    (pattern,) = person.habits()
    assert spelled_all([pattern]) == [STEPS]
    assert event_ids(pattern) == person.planted["apply"]
