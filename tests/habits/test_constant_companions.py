"""`git status` a thousand times is no habit, and no part of one."""

from tests.habits.typed_history import Person, agreement, spelled, spelled_all


def test_git_status_a_thousand_times_is_no_habit():
    person = Person(1)
    for _ in range(40):
        with person.sitting():
            for _ in range(25):
                person.types("git status")
                person.potters(person.rng.randint(0, 2))
    assert spelled_all(person.habits()) == []


def test_git_status_after_every_step_is_no_step():
    person = Person(2)
    steps = ["git add -A", "git commit --amend --no-edit", "git push --force-with-lease"]
    for _ in range(20):
        with person.sitting():
            ids = []
            for step in steps:
                for _ in range(person.rng.randint(0, 2)):
                    person.types("git status")
                    person.potters(person.rng.randint(0, 1))
                ids.append(person.types(step))
            person.planted["amend"].append(tuple(ids))
            for _ in range(12):
                person.types("git status")
                person.potters(1)
    (pattern,) = person.habits()
    assert spelled(pattern) == steps
    assert agreement(pattern, person.planted["amend"]) >= 0.95


def test_ls_after_cd_is_no_habit():
    person = Person(3)
    for _ in range(30):
        with person.sitting():
            for _ in range(6):
                person.types(f"cd ~/{person.rng.choice('abcdefgh')}")
                person.types("ls")
    assert spelled_all(p for p in person.habits() if p.worthy) == []
