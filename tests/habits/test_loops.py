"""A step that is done once to four times in a row before the habit goes on."""

from tests.habits.typed_history import Person, event_ids, spelled


def _person(seed: int) -> Person:
    person = Person(seed)
    for k in range(12):
        with person.sitting():
            files = [f"photos/{person.rng.choice('abcdefgh')}{k}{n}.png" for n in range(1 + k % 4)]
            person.does(
                "album", "mkdir -p album", *(f"convert {file} -resize 800x album/" for file in files), "rclone sync album remote:album"
            )
    return person


def test_a_step_repeated_with_other_values_is_one_step():
    (pattern,) = _person(1).habits()
    assert spelled(pattern) == ["mkdir -p album", "convert photos/{1}.png -resize 800x album/", "rclone sync album remote:album"]
    assert pattern.occurrence_count == 12


def test_every_round_of_the_loop_belongs_to_the_occurrence():
    person = _person(2)
    (pattern,) = person.habits()
    assert event_ids(pattern) == person.planted["album"]


def test_the_same_command_tried_until_it_works_is_one_step():
    person = Person(3)
    for k in range(10):
        with person.sitting():
            person.types("git pull --rebase")
            for _ in range(k % 3):
                person.types("make integration", exit_code=2)
            person.types("make integration")
            person.types("make upload")
    (pattern,) = person.habits()
    assert spelled(pattern) == ["git pull --rebase", "make integration", "make upload"]
    assert pattern.occurrence_count == 10
    assert all(occurrence.is_successful for occurrence in pattern.occurrences)
