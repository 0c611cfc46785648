"""All steps are one program with different sub-commands or targets."""

import pytest

from tests.habits.typed_history import Person, event_ids, spelled


@pytest.mark.parametrize(
    "steps",
    [
        ["make clean", "make bundle", "make upload"],
        ["npm run lint", "npm run build:web", "npm run deploy-staging"],
        ["rails db:drop", "rails db:create", "rails db:schema:load", "rails db:seed"],
        ["just reset-db", "just load-fixtures", "just smoke-test"],
        ["python manage.py makemigrations", "python manage.py migrate", "python manage.py collectstatic"],
        ["./gradlew clean", "./gradlew :app:assembleRelease", "./gradlew :app:publish"],
    ],
    ids=["make", "npm", "rails", "just", "manage.py", "gradlew"],
)
def test_targets_of_one_program_are_steps_of_their_own(steps):
    person = Person(1)
    for _ in range(10):
        with person.sitting():
            person.does("targets", *steps, noise_share=0.1)
    (pattern,) = person.habits()
    assert spelled(pattern) == steps
    assert event_ids(pattern) == person.planted["targets"]


def test_of_two_steps_alike_the_one_left_out_is_the_optional_one():
    person = Person(2)
    for k in range(12):
        with person.sitting():
            person.does("ship", "npm ci", *(["npm run build"] if k % 4 else []), "npm run deploy")
    (pattern,) = person.habits()
    assert spelled(pattern) == ["npm ci", "npm run build", "npm run deploy"]
    assert [step.presence_share for step in pattern.steps] == [1.0, 0.75, 1.0]
