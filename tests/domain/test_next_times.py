"""When a schedule is due next: over the change of the clocks, in short months, and never twice."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.test_schedule_text import SCHEDULES
from vynexus_tui.domain.errors import RequestError
from vynexus_tui.domain.next_times import is_due_on, next_times
from vynexus_tui.domain.patterns import Schedule, ScheduleType
from vynexus_tui.domain.schedule_text import parse_schedule

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata")


def local(text: str, after: str, zone: str = "UTC", count: int = 3) -> list[str]:
    start = datetime.fromisoformat(after).replace(tzinfo=ZoneInfo(zone))
    return [f"{at:%a %Y-%m-%d %H:%M %z}" for at in next_times(parse_schedule(text), start, count)]


def test_a_time_that_the_clocks_skip_is_skipped() -> None:
    assert local("daily 02:30", "2026-03-28 00:00", "Europe/Berlin") == [
        "Sat 2026-03-28 02:30 +0100",
        "Mon 2026-03-30 02:30 +0200",
        "Tue 2026-03-31 02:30 +0200",
    ]


def test_a_time_that_comes_twice_is_due_the_first_time_only() -> None:
    assert local("daily 02:30", "2026-10-25 00:00", "Europe/Berlin", 2) == ["Sun 2026-10-25 02:30 +0200", "Mon 2026-10-26 02:30 +0100"]
    between = datetime(2026, 10, 25, 0, 40, tzinfo=UTC).astimezone(ZoneInfo("Europe/Berlin"))
    assert next_times(parse_schedule("daily 02:30"), between, 1)[0].day == 26


def test_hours_over_a_change_of_half_an_hour() -> None:
    assert local("hourly :45", "2026-04-05 00:50", "Australia/Lord_Howe", 2) == ["Sun 2026-04-05 01:45 +1100", "Sun 2026-04-05 02:45 +1030"]
    assert local("daily 02:15", "2026-10-03 03:00", "Australia/Lord_Howe", 1) == ["Mon 2026-10-05 02:15 +1100"]


def test_a_short_month_has_its_last_day_instead() -> None:
    assert [at[4:14] for at in local("monthly 30 08:00", "2028-01-01", count=3)] == ["2028-01-30", "2028-02-29", "2028-03-30"]
    assert [at[4:14] for at in local("monthly last 08:00", "2026-01-31 08:00", count=3)] == ["2026-02-28", "2026-03-31", "2026-04-30"]


def test_weekdays_of_the_month() -> None:
    assert [at[4:14] for at in local("monthly second tuesday 08:00", "2026-11-22")] == ["2026-12-08", "2027-01-12", "2027-02-09"]
    assert [at[4:14] for at in local("monthly last monday 08:00", "2026-11-22")] == ["2026-11-30", "2026-12-28", "2027-01-25"]


@pytest.mark.parametrize(
    "found",
    [
        Schedule(type=ScheduleType.WEEKLY, hour=9, minute=0),
        Schedule(type=ScheduleType.MONTHLY, hour=9, minute=0),
        Schedule(type=ScheduleType.MONTHLY, hour=9, minute=0, weekday=1),
    ],
)
def test_a_schedule_that_names_no_day_is_asked_back(found: Schedule) -> None:
    with pytest.raises(RequestError, match="not known on which day") as caught:
        next_times(found, datetime(2026, 1, 1, tzinfo=UTC), 1)
    assert "--at" in caught.value.hint


@given(SCHEDULES, st.integers(0, 20 * 366 * 86400), st.sampled_from(ZONES))
def test_times_rise_lie_in_the_future_and_say_what_the_schedule_says(schedule: Schedule, after_s: int, zone: str) -> None:
    start = (datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=after_s)).astimezone(ZoneInfo(zone))
    times = next_times(schedule, start, 5)
    moments = [at.astimezone(UTC) for at in times]
    assert len(set(moments)) == 5
    assert moments == sorted(moments)
    assert moments[0] > start.astimezone(UTC)
    for at in times:
        assert at.minute == schedule.minute
        assert schedule.type is ScheduleType.HOURLY or at.hour == schedule.hour
        assert is_due_on(schedule, at.date())


@given(SCHEDULES, st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_no_due_day_is_left_out(schedule: Schedule, day: date) -> None:
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    times = next_times(schedule, start - timedelta(seconds=1), 3)
    due = {at.date() for at in times}
    for number in range((times[-1] - start).days + 1):
        assert is_due_on(schedule, day + timedelta(days=number)) == (day + timedelta(days=number) in due)
