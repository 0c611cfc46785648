"""One afternoon's tries are not a habit."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.habits.typed_history import Person, event_ids, mine, spelled, spelled_all


def test_twenty_tries_of_one_command_in_an_afternoon_are_not_worth_automating():
    person = Person(1)
    for k in range(10):
        with person.sitting():
            if k == 5:
                for _ in range(20):
                    person.types("gcc -O2 -Wall -Wextra -o solver solver.c", exit_code=person.rng.randint(0, 1))
                    person.potters(person.rng.randint(0, 1))
    assert spelled_all(p for p in person.habits() if p.worthy) == []


def test_edit_compile_run_of_one_afternoon_is_not_worth_automating():
    person = Person(2)
    for k in range(10):
        with person.sitting():
            for _ in range(12 if k == 5 else 0):
                for step in ("vim solver.c", "gcc -O2 -o solver solver.c", "./solver input.txt"):
                    person.types(step)
    assert spelled_all(p for p in person.habits() if p.worthy) == []


@pytest.mark.parametrize("tries", [2, 5])
def test_tries_within_a_habit_count_once(tries):
    person = Person(3)
    for k in range(9):
        with person.sitting():
            begin = person.types("kubectl apply -f deploy.yaml")
            for _ in range(tries if k % 3 == 0 else 0):
                person.types("kubectl wait --for=condition=ready pod -l app=shop", exit_code=1)
            waited = person.types("kubectl wait --for=condition=ready pod -l app=shop")
            person.planted["roll"].append((begin, waited, person.types("kubectl logs -l app=shop --tail=20")))
    (pattern,) = person.habits()
    assert len(spelled(pattern)) == 3
    assert event_ids(pattern) == person.planted["roll"]


def test_a_mistyped_step_is_none():
    person = Person(4)
    for k in range(9):
        with person.sitting():
            begin = person.types("git fetch --prune origin")
            if k % 2:
                person.types("gti rebase origin/main", exit_code=127)
            person.planted["sync"].append((begin, person.types("git rebase origin/main"), person.types("git push --force-with-lease")))
    (pattern,) = person.habits()
    assert event_ids(pattern) == person.planted["sync"]


def test_one_run_that_four_sources_tell_of_is_one_run():
    person = Person(77)
    with person.sitting():
        person.does("install", "wget https://x.example/z.tar.gz", "./configure --prefix=/opt/z", "make -j8 install")
    copies = [
        replace(e, event_id=len(person.events) * n + int(e.event_id), session_id=f"{e.session_id}-{n}")
        for n in range(4)
        for e in person.events
    ]
    assert mine(copies, now=person.now + timedelta(hours=1)) == ()
