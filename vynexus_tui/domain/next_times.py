"""When a schedule is due next, in the local time of a zone.

The clocks' change is treated as systemd treats it: a time of day that a date does not have is skipped, one that it has twice is due the
first time only.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

from vynexus_tui.domain.errors import RequestError
from vynexus_tui.domain.patterns import LAST_WEEK_OF_MONTH, Schedule, ScheduleType

_WEEK_DAYS = 7


def next_times(schedule: Schedule, after: datetime, count: int) -> tuple[datetime, ...]:
    """The next `count` times after the aware `after`, in its zone. Raises RequestError for a schedule that names no day."""
    check_complete(schedule)
    return tuple(islice(_times(schedule, after), count))


def is_due_on(schedule: Schedule, day: date) -> bool:
    """Whether it is due on that date at all."""
    match schedule.type:
        case ScheduleType.HOURLY | ScheduleType.DAILY:
            return True
        case ScheduleType.WEEKDAY:
            return day.weekday() < 5
        case ScheduleType.WEEKLY:
            return day.weekday() == schedule.weekday
        case ScheduleType.MONTHLY if schedule.day_of_month is not None:
            return day.day == min(schedule.day_of_month, _days_in_month(day))
        case ScheduleType.MONTHLY:
            is_last = day.day + _WEEK_DAYS > _days_in_month(day)
            is_week = is_last if schedule.week == LAST_WEEK_OF_MONTH else (day.day - 1) // _WEEK_DAYS + 1 == schedule.week
            return day.weekday() == schedule.weekday and is_week


def check_complete(schedule: Schedule) -> None:
    """Raises RequestError where a found schedule does not say on which day it is due."""
    is_on_weekday = schedule.weekday is not None and (schedule.type is ScheduleType.WEEKLY or schedule.week is not None)
    if schedule.type in (ScheduleType.WEEKLY, ScheduleType.MONTHLY) and schedule.day_of_month is None and not is_on_weekday:
        example = "mondays 09:00" if schedule.type is ScheduleType.WEEKLY else "monthly first monday 09:00"
        raise RequestError(f"{schedule.words}: it is not known on which day", f'for example: --at "{example}"')


def _times(schedule: Schedule, after: datetime) -> Iterator[datetime]:
    day = after.date()
    hours = range(24) if schedule.type is ScheduleType.HOURLY else (schedule.hour,)
    after_utc = after.astimezone(UTC)
    while day < date.max:
        for hour in hours if is_due_on(schedule, day) else ():
            at = datetime.combine(day, time(hour, schedule.minute), tzinfo=after.tzinfo)
            at_utc = at.astimezone(UTC)
            # Comparing in UTC: two times of one zone are compared by what their clocks show. A skipped time comes back as another one.
            if at_utc > after_utc and at_utc.astimezone(after.tzinfo).replace(tzinfo=None) == at.replace(tzinfo=None):
                yield at
        day += timedelta(days=1)


def _days_in_month(day: date) -> int:
    return 31 if day.month == 12 else (day.replace(month=day.month + 1, day=1) - timedelta(days=1)).day
