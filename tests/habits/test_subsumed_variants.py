"""A shorter or longer form of a habit is that habit, listed once."""

from tests.habits.typed_history import Person, agreement, event_ids, spelled, spelled_all

STEPS = ["git checkout main", "git pull --prune", "npm ci", "npm run build"]


def test_the_first_three_of_four_steps_are_no_second_habit():
    person = Person(1)
    for k in range(14):
        with person.sitting():
            person.does("morning", *(STEPS if k % 3 else STEPS[:3]))
    (pattern,) = person.habits()
    assert spelled(pattern) == STEPS
    assert event_ids(pattern) == person.planted["morning"]


def test_the_last_two_steps_alone_are_no_second_habit():
    person = Person(2)
    for k in range(16):
        with person.sitting():
            person.does("morning", *(STEPS if k % 4 else STEPS[2:]))
    (pattern,) = person.habits()
    assert spelled(pattern) == STEPS


def test_habits_that_begin_alike_and_end_differently_are_two():
    person = Person(3)
    ends = {"web": ["npm run build:web", "firebase deploy --only hosting"], "app": ["npx cap sync android", "fastlane android beta"]}
    for k in range(20):
        name = "web" if k % 2 else "app"
        with person.sitting():
            person.does(name, *STEPS[:2], *ends[name])
    patterns = person.habits()
    assert len(patterns) == 2
    for name, planted in person.planted.items():
        assert max(agreement(pattern, planted) for pattern in patterns) >= 0.6, name


def test_with_and_without_an_option_is_one_habit():
    person = Person(4)
    for k in range(12):
        with person.sitting():
            person.does("morning", "git checkout main", "git pull" if k % 4 == 0 else "git pull --prune", "npm ci", "npm run build")
    (pattern,) = person.habits()
    assert pattern.occurrence_count == 12


def test_wrappers_quotes_and_the_order_of_options_make_no_variant():
    person = Person(5)
    ways = [
        ["docker compose pull", "docker compose up -d --build", "docker image prune -f"],
        ["sudo docker compose pull", "docker compose up --build -d", "docker image prune -f"],
        ["docker compose pull  ", "time docker compose up -d --build", 'docker "image" prune -f'],
    ]
    for k in range(12):
        with person.sitting():
            person.does("update", *ways[k % 3])
    assert [event_ids(pattern) for pattern in person.habits()] == [person.planted["update"]]
    assert len(spelled_all(person.habits())) == 1
