"""Two habits at once: their steps lie among each other."""

import pytest

from tests.habits.typed_history import Person, agreement, event_ids, spelled_all

DUMP = ["pg_dump -Fc shop -f shop.dump", "gzip -f shop.dump", "rclone copy shop.dump.gz remote:dumps"]
DEPLOY = ["docker build -t shop .", "docker push shop", "kubectl rollout restart deploy/shop"]


def _weave(person: Person) -> None:
    rest = {"dump": list(DUMP), "deploy": list(DEPLOY)}
    ids: dict[str, list[int]] = {"dump": [], "deploy": []}
    while any(rest.values()):
        name = person.rng.choice([name for name, steps in rest.items() if steps])
        ids[name].append(person.types(rest[name].pop(0)))
    for name, found in ids.items():
        person.planted[name].append(tuple(found))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_two_habits_are_told_apart_although_a_third_of_the_time_they_are_done_at_once(seed):
    person = Person(seed)
    for k in range(18):
        with person.sitting():
            if k % 3 == 0:
                _weave(person)
            else:
                person.does(*(("dump", *DUMP) if k % 3 == 1 else ("deploy", *DEPLOY)))
    patterns = person.habits()
    assert spelled_all(patterns) == [DEPLOY, DUMP]
    for pattern in patterns:
        assert agreement(pattern, person.planted["dump" if "pg_dump" in pattern.title else "deploy"]) >= 0.9


def test_no_event_is_counted_for_both():
    person = Person(4)
    for k in range(12):
        with person.sitting():
            if k % 3 == 0:
                _weave(person)
            else:
                person.does("dump", *DUMP)
                person.does("deploy", *DEPLOY)
    owned = [e for pattern in person.habits() for occurrence in pattern.occurrences for e in occurrence.event_ids]
    assert len(owned) == len(set(owned))


def test_two_habits_often_done_one_after_the_other_in_either_order_are_two():
    person = Person(5)
    for k in range(16):
        with person.sitting():
            first, second = (("dump", DUMP), ("deploy", DEPLOY)) if k % 2 else (("deploy", DEPLOY), ("dump", DUMP))
            person.does(first[0], *first[1])
            if k % 3:
                person.potters(1)
                person.does(second[0], *second[1])
    patterns = person.habits()
    assert spelled_all(patterns) == [DEPLOY, DUMP]
    for pattern in patterns:
        assert event_ids(pattern) == person.planted["dump" if "pg_dump" in pattern.title else "deploy"]
