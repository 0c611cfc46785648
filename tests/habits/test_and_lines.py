"""`a && b` typed as one line is the same habit as `a` and `b` on lines of their own."""

import pytest

from tests.habits.typed_history import Person, event_ids, spelled

STEPS = ["git fetch upstream", "git rebase upstream/main", "git push --force-with-lease"]


@pytest.mark.parametrize("joint", [" && ", "; ", " ; "])
def test_one_line_or_three_is_one_habit(joint):
    person = Person(1)
    for k in range(10):
        with person.sitting():
            person.does("sync", *([joint.join(STEPS)] if k % 2 else STEPS))
    (pattern,) = person.habits()
    assert spelled(pattern) == STEPS
    assert event_ids(pattern) == person.planted["sync"]


def test_any_two_steps_may_share_a_line():
    person = Person(2)
    lines = [STEPS, [" && ".join(STEPS[:2]), STEPS[2]], [STEPS[0], " && ".join(STEPS[1:])]]
    for k in range(12):
        with person.sitting():
            person.does("sync", *lines[k % 3], noise_share=0.2)
    (pattern,) = person.habits()
    assert spelled(pattern) == STEPS
    assert event_ids(pattern) == person.planted["sync"]


def test_a_line_typed_as_one_every_time_is_a_habit_of_its_parts():
    person = Person(3)
    for version in ("v1.4.0", "v1.4.1", "v1.5.0", "v2.0.0", "v2.0.3", "v2.1.0", "v3.0.0"):
        with person.sitting():
            person.does("tag", f"git tag {version} && git push origin {version} && gh release create {version}")
    (pattern,) = person.habits()
    assert spelled(pattern) == ["git tag {1}", "git push origin {1}", "gh release create {1}"]
