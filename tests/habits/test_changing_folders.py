"""`cd` is noise between habits, and a step within one."""

import pytest

from tests.habits.typed_history import Person, spelled, spelled_all


@pytest.mark.parametrize(
    "steps",
    [
        ["cd ~/shop", "git pull", "make install"],
        ["make -C lib all", "cd dist", "zip -r ../dist.zip ."],
        ["cd frontend", "npm run build", "cd ../backend", "make bundle"],
    ],
    ids=["first", "inside", "twice"],
)
def test_cd_is_kept_where_the_habit_needs_it(steps):
    person = Person(1)
    for _ in range(9):
        with person.sitting():
            person.does("work", *steps, noise_share=0.15)
    (pattern,) = person.habits()
    assert spelled(pattern) == steps
    assert pattern.worthy


def test_cd_to_another_project_each_time_is_a_parameter():
    person = Person(2)
    for k, name in enumerate(["shop", "blog", "api", "wiki", "site", "docs", "game", "mail", "bot"]):
        with person.sitting(noise=3 + k % 2):
            person.does("update", f"cd ~/projects/{name}", "git pull --ff-only", "make deploy")
    (pattern,) = person.habits()
    assert spelled(pattern) == ["cd ~/projects/{1}", "git pull --ff-only", "make deploy"]


def test_going_somewhere_and_looking_around_is_no_habit():
    person = Person(3)
    for k in range(30):
        with person.sitting():
            person.types(f"cd ~/projects/{'abcde'[k % 5]}")
            person.types("ls -la" if k % 2 else "ls")
            person.types("cd ..")
    assert spelled_all(p for p in person.habits() if p.worthy) == []
