"""Does a pattern follow the calendar? Folded time of day first, then the day rule that explains the days."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from vynexus_tui.domain.patterns import Schedule, ScheduleType

_WINDOW_MIN = 30.0
_DAY_MIN = 1440.0
_MIN_DAYS = 5
_INSIDE_SHARE = 0.6
"""Share of the runs that must fall into the busiest half hour, and of the expected days that must have one."""
_TIMES_CHANCE = 3.0
"""So many times more often at that time than the person's other commands."""
_ONE_WEEKDAY_SHARE = 0.9
_WORKDAY_SHARE = 0.97


def find_schedule(starts: Sequence[datetime], activity: "DailyActivity", *, utc_offset_s: int = 0) -> Schedule | None:
    """The calendar rule behind these exact starts, in local time, or None. Needs five different days.

    A time at which the person does most of everything (`activity`) is not a schedule.
    """
    if len(starts) < _MIN_DAYS:
        return None
    local = [start + timedelta(seconds=utc_offset_s) for start in starts]
    minutes = sorted((_minute_of_day(at), at.date().toordinal()) for at in local)
    inside = _busiest_window(minutes)
    days = sorted({day for _, day in inside})
    if len(inside) < _INSIDE_SHARE * len(starts) or len(days) < _MIN_DAYS:
        return None
    minute = round(inside[len(inside) // 2][0] % _DAY_MIN) % int(_DAY_MIN)
    if len(inside) < _TIMES_CHANCE * activity.share_around(minute, besides=minutes) * len(starts):
        return None
    return _day_rule(days, minute)


class DailyActivity:
    """At what time of day a person types anything at all."""

    def __init__(self, starts: Sequence[datetime], *, utc_offset_s: int = 0) -> None:
        offset = timedelta(seconds=utc_offset_s)
        self._counts = Counter(int(_minute_of_day(start + offset)) for start in starts)

    def share_around(self, minute: int, *, besides: Sequence[tuple[float, int]]) -> float:
        """Share of all commands but `besides` typed in the half hour around `minute`; 0 where there are fewer than 20 others."""
        own = Counter(int(at) for at, _ in besides)
        others = self._counts.total() - own.total()
        half = int(_WINDOW_MIN / 2)
        around = [at % int(_DAY_MIN) for at in range(minute - half, minute + half + 1)]
        return sum(self._counts[at] - own[at] for at in around) / others if others >= 20 else 0.0


def _minute_of_day(at: datetime) -> float:
    return at.hour * 60 + at.minute + at.second / 60


def _busiest_window(minutes: list[tuple[float, int]]) -> list[tuple[float, int]]:
    """The runs of the half hour (across midnight too) that holds most of them."""
    around = minutes + [(minute + _DAY_MIN, day) for minute, day in minutes]
    best, low = (0, 0), 0
    for high, (minute, _) in enumerate(around):
        while minute - around[low][0] > _WINDOW_MIN:
            low += 1
        if high - low >= len(minutes):
            break
        if high - low + 1 > best[1] - best[0]:
            best = (low, high + 1)
    return around[best[0] : best[1]]


def _day_rule(days: list[int], minute: int) -> Schedule | None:
    span = days[-1] - days[0] + 1
    weekdays = Counter((day - 1) % 7 for day in days)
    weekday, on_weekday = weekdays.most_common(1)[0]
    hour, minute = divmod(minute, 60)
    if on_weekday >= _ONE_WEEKDAY_SHARE * len(days) and len(days) >= _INSIDE_SHARE * span / 7:
        return Schedule(type=ScheduleType.WEEKLY, hour=hour, minute=minute, weekday=weekday)
    on_workdays = sum(count for day, count in weekdays.items() if day < 5)
    if on_workdays >= _WORKDAY_SHARE * len(days) and len(days) >= _INSIDE_SHARE * span * 5 / 7:
        return Schedule(type=ScheduleType.WEEKDAY, hour=hour, minute=minute)
    if len(days) >= _INSIDE_SHARE * span:
        return Schedule(type=ScheduleType.DAILY, hour=hour, minute=minute)
    return None
