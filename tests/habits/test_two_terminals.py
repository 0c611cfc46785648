"""Steps of one habit typed in two terminals of one person, for example two panes of tmux."""

from datetime import timedelta

from tests.habits.typed_history import Person, event_ids, spelled, spelled_all


def test_services_in_one_pane_and_tests_in_the_other_are_one_habit():
    person = Person(1)
    for _ in range(9):
        with person.sitting():
            ids = (
                person.types("docker compose up -d postgres redis", pane="%1"),
                person.types("pytest -x tests/integration", pane="%2"),
                person.types("docker compose down --volumes", pane="%1"),
            )
            person.planted["integration"].append(ids)
    (pattern,) = person.habits()
    assert spelled(pattern) == ["docker compose up -d postgres redis", "pytest -x tests/integration", "docker compose down --volumes"]
    assert event_ids(pattern) == person.planted["integration"]


def test_a_habit_is_the_same_in_one_terminal_or_across_two():
    person = Person(2)
    for k in range(12):
        with person.sitting():
            ids = (
                person.types("stripe listen --forward-to localhost:4242"),
                person.types("npm run e2e -- --headless", pane="%2" if k % 3 == 0 else ""),
                person.types("redis-cli flushall"),
            )
            person.planted["e2e"].append(ids)
    (pattern,) = person.habits()
    assert pattern.occurrence_count == 12
    assert event_ids(pattern) == person.planted["e2e"]


def test_two_terminals_at_work_on_different_things_make_no_habit_of_both():
    person = Person(3)
    for k in range(12):
        with person.sitting():
            left = ["cargo build --release", "cargo package --list"]
            right = ["hugo --minify", "rsync -a public/ web:/srv/blog"]
            if k % 2:
                person.does("left", *left)
            else:
                person.does("right", *right)
            person.potters(k % 3)
            for pane, steps in (("%1", left), ("%2", right)) if k % 4 == 0 else ():
                for step in steps:
                    person.types(step, pane=pane)
    assert spelled_all(person.habits()) == [
        ["cargo build --release", "cargo package --list"],
        ["hugo --minify", "rsync -a public/ web:/srv/blog"],
    ]


def test_a_server_here_and_its_tests_there_are_listed_and_not_offered_as_one_script():
    person = Person(4)
    for _ in range(9):
        with person.sitting():
            person.types("npm run start-server -- --port 4000", pane="%1", duration_s=600.0)
            person.now -= timedelta(seconds=580)
            person.types("npm run e2e -- --headless", pane="%2")
            person.now += timedelta(seconds=600)
    (pattern,) = person.habits()
    assert not pattern.worthy
    assert pattern.reasons == ("its steps run at the same time, in two terminals",)
