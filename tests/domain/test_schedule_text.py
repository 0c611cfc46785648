"""A schedule is typed in plain words, and shown in the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vynexus_tui.domain.errors import RequestError
from vynexus_tui.domain.patterns import Schedule, ScheduleType
from vynexus_tui.domain.schedule_text import FORMS, parse_schedule, schedule_text

_TIMES = {"hour": st.integers(0, 23), "minute": st.integers(0, 59)}
SCHEDULES = st.one_of(
    st.builds(Schedule, type=st.just(ScheduleType.HOURLY), hour=st.just(0), minute=_TIMES["minute"]),
    st.builds(Schedule, type=st.sampled_from([ScheduleType.DAILY, ScheduleType.WEEKDAY]), **_TIMES),
    st.builds(Schedule, type=st.just(ScheduleType.WEEKLY), weekday=st.integers(0, 6), **_TIMES),
    st.builds(Schedule, type=st.just(ScheduleType.MONTHLY), day_of_month=st.integers(1, 31), **_TIMES),
    st.builds(Schedule, type=st.just(ScheduleType.MONTHLY), weekday=st.integers(0, 6), week=st.integers(1, 5), **_TIMES),
)


@given(SCHEDULES)
def test_what_is_shown_can_be_typed(schedule: Schedule) -> None:
    assert parse_schedule(schedule_text(schedule)) == schedule


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("daily 9:00", Schedule(type=ScheduleType.DAILY, hour=9, minute=0)),
        ("  Weekdays  09:05 ", Schedule(type=ScheduleType.WEEKDAY, hour=9, minute=5)),
        ("monday 14:30", Schedule(type=ScheduleType.WEEKLY, hour=14, minute=30, weekday=0)),
        ("hourly :15", Schedule(type=ScheduleType.HOURLY, hour=0, minute=15)),
        ("monthly last 18:00", Schedule(type=ScheduleType.MONTHLY, hour=18, minute=0, day_of_month=31)),
        ("monthly last friday 18:00", Schedule(type=ScheduleType.MONTHLY, hour=18, minute=0, weekday=4, week=5)),
    ],
)
def test_forms(text: str, meant: Schedule) -> None:
    assert parse_schedule(text) == meant


@pytest.mark.parametrize("text", FORMS)
def test_every_form_that_is_offered_is_understood(text: str) -> None:
    parse_schedule(text)


@pytest.mark.parametrize(
    "text",
    ["", "daily", "daily 24:00", "daily 9:60", "hourly 9:15", "monthly 32 8:00", "monthly 0 8:00", "monthly fifth monday 8:00", "mondayss 9:00",
     "monthly first 8:00", "daily 5 9:00", "weekdays :15", "mondays ٩:٠٠", "now", "*-*-* 9:00", "daily 9:00\n[Service]"],
)  # fmt: skip
def test_anything_else_is_answered_with_the_forms(text: str) -> None:
    with pytest.raises(RequestError, match="is no schedule") as caught:
        parse_schedule(text)
    assert all(form in caught.value.hint for form in FORMS)
