"""A routine whose steps do not say all that its runs do is listed and never offered: its script would do something else."""

from collections.abc import Callable
from datetime import timedelta

from tests.habits.typed_history import Person, spelled


def test_a_step_that_takes_now_one_file_and_now_three():
    person = Person(1)
    for k in range(12):
        with person.sitting():
            files = " ".join(f"src/part{k}{n}.py" for n in range(1 + k % 4))
            person.does("publish", f"git add {files}", f"git commit -m 'change {k}'", "git push origin main")
    worthy = [spelled(p) for p in person.habits() if p.worthy]
    assert all(any(step.startswith("git add") for step in steps) for steps in worthy)


def test_the_same_command_at_two_places():
    person = Person(2)
    for _ in range(12):
        with person.sitting():
            steps = [
                "git checkout develop",
                "git pull --ff-only",
                "git checkout main",
                "git merge develop",
                "git push",
                "git checkout develop",
            ]
            person.does("release", *steps)
    (pattern,) = (p for p in person.habits() if len(p.steps) > 2)
    assert not pattern.worthy
    assert any("git checkout develop" in reason for reason in pattern.reasons)


def test_two_terminals_in_different_folders_are_not_one_script():
    person = Person(3)
    for _ in range(12):
        with person.sitting():
            for pane, command in zip(
                "ababab", ["rm -f *.o", "rsync -a . nas:/x", "cmake --build .", "exiftool -all= *.jpg", "ctest", "ls"], strict=True
            ):
                person.types(command, pane=f"%{pane}")
                person.move_last(f"/home/ada/{'build' if pane == 'a' else 'photos'}")
                person.now += timedelta(seconds=1)
    for pattern in person.habits():
        folders = {person.events[int(e)].cwd for o in pattern.occurrences for e in o.event_ids}
        assert not pattern.worthy or len(folders) == 1


def _person_who_ships(seed: int, times: int, has_switched: Callable[[int], bool]) -> Person:
    person = Person(seed)
    for k in range(times):
        with person.sitting():
            sync = "aws s3 sync dist/ s3://a" if has_switched(k) else "rsync -a dist/ web:/srv/"
            person.does("ship", "git fetch --all", "npm ci", "npm run build", sync, "npm run notify")
    return person


def test_one_of_two_commands_each_time_is_a_choice_that_a_script_cannot_make():
    person = _person_who_ships(4, 14, lambda k: bool(k % 2))
    (pattern,) = person.habits()
    assert not pattern.worthy
    assert any(reason.startswith("now `") for reason in pattern.reasons)


def test_a_tool_that_took_over_is_the_step_from_now_on():
    person = _person_who_ships(5, 16, lambda k: k > 8)
    (pattern,) = person.habits()
    assert pattern.worthy
    assert "aws s3 sync dist/ s3://a" in spelled(pattern)
    assert all(step.presence_share == 1.0 for step in pattern.steps)
