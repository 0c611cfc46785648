"""A habit's time of day and week."""

from datetime import UTC, datetime

import pytest

from tests.habits.typed_history import FIRST_DAY, Person, mine, spelled
from vynexus_tui.domain.patterns import Schedule, ScheduleType

STEPS = ["poetry update --lock", "make nightly-report"]


def _person(seed: int, days: list[int], at: str) -> Person:
    person = Person(seed)
    hour, minute = map(int, at.split(":"))
    for day in range(max(days) + 1):
        if (FIRST_DAY.weekday() + day) % 7 < 5:
            for _ in range(2):
                with person.sitting(day=day):
                    person.potters(4)
        if day in days:
            late = person.rng.randint(0, 8)
            with person.sitting(day=day, at=f"{hour}:{minute + late}", noise=1):
                person.does("report", *STEPS)
    person.events.sort(key=lambda event: event.started_at or FIRST_DAY)
    return person


@pytest.mark.parametrize(
    ("days", "at", "schedule_type", "weekday"),
    [
        ([d for d in range(42) if d % 7 < 5 and d not in (9, 24)], "9:15", ScheduleType.WEEKDAY, None),
        ([d for d in range(42) if d not in (3, 17, 30)], "18:30", ScheduleType.DAILY, None),
        ([d for d in range(84) if d % 7 == 4], "16:00", ScheduleType.WEEKLY, 4),
    ],
    ids=["workdays", "every day", "fridays"],
)
def test_a_habit_at_a_fixed_time_has_a_schedule(days, at, schedule_type, weekday):
    person = _person(1, days, at)
    (pattern,) = person.habits()
    hour, minute = map(int, at.split(":"))
    assert spelled(pattern) == STEPS
    assert pattern.schedule is not None
    assert (pattern.schedule.type, pattern.schedule.weekday) == (schedule_type, weekday)
    assert abs(pattern.schedule.hour * 60 + pattern.schedule.minute - hour * 60 - minute) <= 15


def test_a_habit_on_the_first_of_each_month_is_monthly():
    firsts = [(datetime(2026, month, 1, tzinfo=UTC) - FIRST_DAY).days for month in range(2, 13)]
    (pattern,) = (p for p in _person(5, firsts, "10:00").habits() if spelled(p) == STEPS)
    assert pattern.schedule is not None
    assert pattern.schedule.type is ScheduleType.MONTHLY
    assert abs(pattern.schedule.hour * 60 + pattern.schedule.minute - 600) <= 15


def test_a_habit_at_ten_past_every_hour_is_hourly():
    person = Person(6)
    for day in range(12):
        for hour in range(8, 18):
            with person.sitting(day=day, at=f"{hour}:{8 + person.rng.randint(0, 4)}", noise=2):
                person.does("report", *STEPS)
                person.potters(person.rng.randint(0, 6))
    (pattern,) = person.habits()
    assert pattern.schedule is not None
    assert pattern.schedule.type is ScheduleType.HOURLY
    assert abs(pattern.schedule.minute - 10) <= 5


def test_a_habit_at_any_time_has_none():
    person = Person(2)
    for _ in range(30):
        with person.sitting():
            person.does("report", *STEPS)
    (pattern,) = person.habits()
    assert pattern.schedule is None


def test_without_dates_there_is_no_schedule():
    person = _person(3, [d for d in range(42) if d % 7 < 5], "9:15")
    (pattern,) = mine(person.without_times(), now=person.now)
    assert pattern.schedule is None
    assert {occurrence.hands_on_s for occurrence in pattern.occurrences} == {None}


def test_a_single_command_every_morning_is_listed_for_its_schedule():
    person = Person(4)
    for day in range(40):
        if day % 7 < 5:
            with person.sitting(day=day):
                person.potters(6)
            with person.sitting(day=day, at=f"8:{30 + day % 7}", noise=1):
                person.types("timew start office")
    (pattern,) = person.habits()
    assert spelled(pattern) == ["timew start office"]
    assert isinstance(pattern.schedule, Schedule)
    assert pattern.schedule.type is ScheduleType.WEEKDAY
