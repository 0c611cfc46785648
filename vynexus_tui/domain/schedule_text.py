"""A schedule as a person types it: `daily 09:00`, `weekdays 9:00`, `mondays 14:30`, `hourly :15`, `monthly 1 08:00`, `monthly last 18:00`."""

import re

from vynexus_tui.domain.errors import RequestError
from vynexus_tui.domain.patterns import LAST_DAY_OF_MONTH, Schedule, ScheduleType

FORMS = (
    "daily 09:00",
    "weekdays 9:00",
    "mondays 14:30",
    "hourly :15",
    "monthly 1 08:00",
    "monthly last 18:00",
    "monthly first monday 09:00",
)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKS = ("first", "second", "third", "fourth", "last")
_TEXT = re.compile(r"(?P<when>[a-z]+)(?: (?P<day>[a-z]+|[0-9]{1,2}))?(?: (?P<weekday>[a-z]+))? (?P<hour>[0-9]{1,2})?:(?P<minute>[0-9]{2})")


def parse_schedule(text: str) -> Schedule:
    """The schedule that `text` says. Raises RequestError with the forms there are."""
    match = _TEXT.fullmatch(" ".join(text.lower().split()))
    schedule = _schedule(match) if match else None
    if schedule is None or schedule.hour > 23 or schedule.minute > 59:
        raise RequestError(f"{text!r} is no schedule", 'one of: "' + '", "'.join(FORMS) + '"')
    return schedule


def schedule_text(schedule: Schedule) -> str:
    """The reverse of `parse_schedule`, for a schedule that names its day."""
    at = f"{schedule.hour:02}:{schedule.minute:02}"
    match schedule.type:
        case ScheduleType.HOURLY:
            return f"hourly :{schedule.minute:02}"
        case ScheduleType.DAILY:
            return f"daily {at}"
        case ScheduleType.WEEKDAY:
            return f"weekdays {at}"
        case ScheduleType.WEEKLY:
            return f"{_DAYS[schedule.weekday or 0]}s {at}"
        case ScheduleType.MONTHLY if schedule.day_of_month is not None:
            return f"monthly {'last' if schedule.day_of_month == LAST_DAY_OF_MONTH else schedule.day_of_month} {at}"
        case ScheduleType.MONTHLY:
            return f"monthly {_WEEKS[(schedule.week or 1) - 1]} {_DAYS[schedule.weekday or 0]} {at}"


def _schedule(match: re.Match[str]) -> Schedule | None:
    when, day, weekday = match["when"], match["day"], match["weekday"]
    minute = int(match["minute"])
    if when == "hourly" and day is None and match["hour"] is None:
        return Schedule(type=ScheduleType.HOURLY, hour=0, minute=minute)
    if match["hour"] is None:
        return None
    hour = int(match["hour"])
    if day is None and when in ("daily", "weekdays"):
        return Schedule(type=ScheduleType.DAILY if when == "daily" else ScheduleType.WEEKDAY, hour=hour, minute=minute)
    if day is None and when.removesuffix("s") in _DAYS:
        return Schedule(type=ScheduleType.WEEKLY, hour=hour, minute=minute, weekday=_DAYS.index(when.removesuffix("s")))
    if when != "monthly" or day is None:
        return None
    if weekday is not None:
        if weekday not in _DAYS or day not in _WEEKS:
            return None
        week = _WEEKS.index(day) + 1
        return Schedule(type=ScheduleType.MONTHLY, hour=hour, minute=minute, weekday=_DAYS.index(weekday), week=week)
    number = LAST_DAY_OF_MONTH if day == "last" else int(day) if day.isdigit() else 0
    return Schedule(type=ScheduleType.MONTHLY, hour=hour, minute=minute, day_of_month=number) if 1 <= number <= LAST_DAY_OF_MONTH else None
