"""Does a pattern follow the calendar? Every run as a minute of local time, then the first rule that explains the runs.

A rule is believed by three questions that holidays, double runs and a missed Monday leave alone: is the time of day (or the
minute of the hour) far from chance, do the days lie on the rule, and after a hit is the very next expected day a hit, too?
"""

import itertools
import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, tzinfo
from typing import NamedTuple

from vynexus_tui.domain.patterns import LAST_DAY_OF_MONTH, LAST_WEEK_OF_MONTH, Schedule, ScheduleType

_HOUR_MIN, _DAY_MIN, _WEEK_DAYS = 60, 1440, 7
_WORKDAYS, _WEEKEND = range(5), range(5, 7)
_STRETCH_MIN = 5
_STRETCHES_A_DAY = _DAY_MIN // _STRETCH_MIN
_EPOCH_DAY = date(1970, 1, 1).toordinal()

_MIN_DAYS = 5
_MIN_MONTHS = 4
_WINDOW_MIN = 30
_MONTHLY_WINDOW_MIN = 120
"""A monthly chore is done in the morning rather than at nine; its day of the month is the evidence."""
_INSIDE_SHARE = 0.6
"""Share of a pattern's days that must have a run in the busiest window."""
_TIMES_CHANCE = 3.0
"""So many times more days have a run in that window than the person's other commands would lead to expect."""
_SURPRISE = math.log(10_000)
"""So many days by chance less often than once in 10,000 times: the busiest of some twenty windows is looked at."""
_CHANCE_WHERE_UNKNOWN = 0.05
"""Half an hour of a day of ten hours, for a person of whom nothing else is recorded."""
_NEXT_SHARE = 0.55
"""After a hit the next expected day is hit that often. Monday-Wednesday-Friday as "weekday" reaches 1/3, every second week 0."""
_LEEWAY_ERRORS = 1.3
"""Standard errors of that share forgiven: with three in ten missed, eight hits fail 3 times in 100 instead of 13."""
_UNEVEN = 6.0
"""G statistic of run days over Monday to Friday. Missing three of ten days at random reaches it once in 2,000 times; four runs on
Mondays and Tuesdays or six on Mondays, Wednesdays and Fridays reach it."""
_RARELY = 1 / 3
"""Whoever runs it on weekends more than this often, compared with workdays, runs it daily."""
_ON_RULE_SHARE = 0.8
"""Share of the days that a weekly or monthly rule must explain."""
_HOURLY_FOCUS = 0.35
"""Mean resultant length of the minutes on the clock face: 0 spread out, 1 always the same; ±12 minutes give 0.76, a standard deviation
of 12 gives 0.45."""
_HOURLY_EVIDENCE = 9.0
"""Rayleigh's n·R²: minutes that are spread out reach it once in e^9 = 8,000 times."""
_SAME_RUN_MIN = 15
_HOURS_A_DAY = 3


def find_schedule(starts: Sequence[datetime], activity: "DailyActivity", *, zone: tzinfo = UTC) -> Schedule | None:
    """The calendar rule behind these exact starts, in the local time of `zone` on each date, or None.

    Needs five different days (monthly: four different months). A time at which the person does most of everything
    (`activity`) is not a schedule.
    """
    if len(starts) < _MIN_MONTHS:
        return None
    moments = sorted(_local_minutes(starts, zone))
    return _find_hourly(moments) or _find_by_weekday(moments, activity) or _find_monthly(moments)


class DailyActivity:
    """At what time of day a person types anything at all, counted in stretches of five minutes: a burst of commands is one."""

    def __init__(self, starts: Sequence[datetime], *, zone: tzinfo = UTC) -> None:
        self._stretches = _stretches(_local_minutes(starts, zone))
        self._counts = Counter(stretch % _STRETCHES_A_DAY for stretch in self._stretches)

    def share_around(self, minute: float, *, besides: Sequence[float]) -> float:
        """Share of all stretches without `besides` in the half hour around `minute`; assumed where there are fewer than 20."""
        own = _stretches(besides) & self._stretches
        others = len(self._stretches) - len(own)
        if others < 20:
            return _CHANCE_WHERE_UNKNOWN
        first = round((minute - _WINDOW_MIN / 2) / _STRETCH_MIN)
        around = {stretch % _STRETCHES_A_DAY for stretch in range(first, first + _WINDOW_MIN // _STRETCH_MIN)}
        return (sum(self._counts[stretch] for stretch in around) - sum(stretch % _STRETCHES_A_DAY in around for stretch in own)) / others


def _stretches(moments: Iterable[float]) -> set[int]:
    return {int(moment // _STRETCH_MIN) for moment in moments}


def _local_minutes(starts: Iterable[datetime], zone: tzinfo) -> list[float]:
    """Local wall-clock minutes, counted from day 0 of date.toordinal(). The zone is asked once per half hour: its offset jumps only there."""
    offsets_s: dict[int, float] = {}
    minutes = []
    for start in starts:
        epoch_s = start.timestamp()
        half_hour = int(epoch_s // 1800)
        offset_s = offsets_s.get(half_hour)
        if offset_s is None:
            offset = start.astimezone(zone).utcoffset()
            offset_s = offsets_s[half_hour] = offset.total_seconds() if offset is not None else 0.0
        minutes.append((epoch_s + offset_s) / 60 + _EPOCH_DAY * _DAY_MIN)
    return minutes


class _TimeOfDay(NamedTuple):
    """The time of day at which most days have a run."""

    minute: float
    days: list[int]
    """Ordinals of the days with a run near it. A run at 23:55 belongs to the next day where the time is just after midnight."""
    hit_days: int
    run_days: int
    """Days with a run inside the busiest window; days with any run."""


def _may_have_a_time(moments: Sequence[float], window_min: int, least_days: int) -> bool:
    """Whether two stretches of the day side by side hold enough days for a window to. Most commands stop here, at a third of the cost."""
    stretches = _DAY_MIN // window_min
    days_of: list[set[int]] = [set() for _ in range(stretches)]
    for moment in moments:
        day, minute = divmod(moment, _DAY_MIN)
        days_of[int(minute // window_min)].add(int(day))
    needed = max(least_days, _INSIDE_SHARE * len(set().union(*days_of)))
    return any(len(days_of[i - 1] | days_of[i]) >= needed for i in range(stretches))


def _busiest_time(moments: Sequence[float], window_min: int) -> _TimeOfDay:
    """The window, across midnight too, that has a run on most days; the first of two that are equal."""
    points = sorted((moment % _DAY_MIN, int(moment // _DAY_MIN)) for moment in moments)
    points += [(minute + _DAY_MIN, day) for minute, day in points]
    inside: Counter[int] = Counter()
    best, low, most = (0, 0), 0, 0
    for high, (minute, day) in enumerate(points):
        inside[day] += 1
        while minute - points[low][0] > window_min:
            left = points[low][1]
            inside[left] -= 1
            if not inside[left]:
                del inside[left]
            low += 1
        if len(inside) > most:
            best, most = (low, high), len(inside)
    rough = points[sum(best) // 2][0]
    # Settled by a window twice as wide around the middle, whatever the first one cut off.
    shifts = sorted(_signed(moment - rough, _DAY_MIN) for moment in moments)
    shifts = shifts[bisect_left(shifts, -window_min) : bisect_right(shifts, window_min)]
    minute = (rough + shifts[len(shifts) // 2]) % _DAY_MIN
    days = {round((moment - minute) / _DAY_MIN) for moment in moments if abs(_signed(moment - minute, _DAY_MIN)) <= window_min}
    return _TimeOfDay(minute, sorted(days), most, len({day for _, day in points}))


def _signed(distance: float, circle: int) -> float:
    """The shorter way round the circle, from -circle/2 up to circle/2."""
    return (distance + circle / 2) % circle - circle / 2


def _is_regular(steps: Sequence[int]) -> bool:
    """Steps from one hit to the next: mostly to the very next slot, with leeway for few. A vacation is one long step."""
    least = _NEXT_SHARE * len(steps) - _LEEWAY_ERRORS * math.sqrt(_NEXT_SHARE * (1 - _NEXT_SHARE) * len(steps))
    return bool(steps) and steps.count(1) >= least


def _steps(slots: Iterable[int]) -> list[int]:
    return [later - slot for slot, later in itertools.pairwise(slots)]


def _clock(minute: float) -> tuple[int, int]:
    return divmod(round(minute) % _DAY_MIN, _HOUR_MIN)


# ---- hourly


def _find_hourly(moments: Sequence[float]) -> Schedule | None:
    """About the same minute, hour after hour, on five days or more. Minutes are points of a circle: their mean direction."""
    runs = [moments[0]]
    runs += [moment for before, moment in itertools.pairwise(moments) if moment - before >= _SAME_RUN_MIN]
    angles = [moment * math.tau / _HOUR_MIN for moment in runs]
    across, along = math.fsum(map(math.sin, angles)) / len(runs), math.fsum(map(math.cos, angles)) / len(runs)
    focus = math.hypot(across, along)
    if focus < _HOURLY_FOCUS or len(runs) * focus**2 < _HOURLY_EVIDENCE:
        return None
    minute = math.atan2(across, along) * _HOUR_MIN / math.tau
    hours_of: dict[int, set[int]] = {}
    for hour in (round((moment - minute) / _HOUR_MIN) for moment in runs):
        hours_of.setdefault(hour // 24, set()).add(hour)
    long_days = [sorted(hours) for hours in hours_of.values() if len(hours) >= _HOURS_A_DAY]
    if len(long_days) < max(_MIN_DAYS, len(hours_of) / 2):
        return None
    if not _is_regular([step for hours in long_days for step in _steps(hours)]):
        return None
    return Schedule(type=ScheduleType.HOURLY, hour=0, minute=round(minute) % _HOUR_MIN)


# ---- daily, weekday, weekly


def _find_by_weekday(moments: Sequence[float], activity: DailyActivity) -> Schedule | None:
    if not _may_have_a_time(moments, _WINDOW_MIN, _MIN_DAYS):
        return None
    found = _busiest_time(moments, _WINDOW_MIN)
    if found.hit_days < max(_MIN_DAYS, _INSIDE_SHARE * found.run_days):
        return None
    half_hours_a_day = len({int(moment // _WINDOW_MIN) for moment in moments}) / found.run_days
    chance = 1 - (1 - activity.share_around(found.minute, besides=moments)) ** half_hours_a_day
    if not _is_beyond_chance(found.hit_days, found.run_days, chance):
        return None
    hour, minute = _clock(found.minute)
    rule = _day_rule(found.days)
    return Schedule(type=rule[0], hour=hour, minute=minute, weekday=rule[1]) if rule else None


def _is_beyond_chance(hits: int, days: int, chance: float) -> bool:
    """Whether so many of the days are hit that chance explains neither the share nor (Chernoff's bound) the number."""
    if hits < _TIMES_CHANCE * chance * days:
        return False
    parts = ((hits, chance), (days - hits, 1 - chance))
    surprise = math.fsum(count * math.log(count / days / expected) for count, expected in parts if count and expected)
    return chance == 0 or surprise >= _SURPRISE


def _day_rule(days: Sequence[int]) -> tuple[ScheduleType, int | None] | None:
    """Weekly (and its weekday, 0 Monday), weekday or daily."""
    weekdays = Counter(map(_weekday, days))
    weekday, on_weekday = weekdays.most_common(1)[0]
    if on_weekday >= _ON_RULE_SHARE * len(days):
        weeks = [day // _WEEK_DAYS for day in days if _weekday(day) == weekday]
        return (ScheduleType.WEEKLY, weekday) if on_weekday >= _MIN_DAYS and _is_regular(_steps(weeks)) else None
    span = Counter(map(_weekday, range(days[0], days[-1] + 1)))
    on_workdays, on_weekends = (sum(weekdays[weekday] for weekday in part) for part in (_WORKDAYS, _WEEKEND))
    workdays, weekends = (sum(span[weekday] for weekday in part) for part in (_WORKDAYS, _WEEKEND))
    if not _is_even([weekdays[weekday] for weekday in _WORKDAYS]) or on_workdays * weekends < _RARELY * on_weekends * workdays:
        return None
    if on_weekends * workdays > _RARELY * on_workdays * weekends:
        return (ScheduleType.DAILY, None) if _is_regular(_steps(days)) else None
    numbers = [_workday_number(day) for day in days if _weekday(day) in _WORKDAYS]
    return (ScheduleType.WEEKDAY, None) if on_workdays >= _MIN_DAYS and _is_regular(_steps(numbers)) else None


def _weekday(day: int) -> int:
    return (day - 1) % _WEEK_DAYS


def _workday_number(day: int) -> int:
    """Consecutive numbers for Friday and the Monday after it."""
    return (day - 1) // _WEEK_DAYS * 5 + _weekday(day)


def _is_even(counts: Sequence[int]) -> bool:
    """Whether no weekday stands out (G test). Somebody's Mondays and Tuesdays are not every weekday."""
    mean = sum(counts) / len(counts)
    return 2 * math.fsum(count * math.log(count / mean) for count in counts if count) <= _UNEVEN


# ---- monthly


def _find_monthly(moments: Sequence[float]) -> Schedule | None:
    """On one day of the month, give or take a day, or on one weekday of it such as its first Monday."""
    if not _may_have_a_time(moments, _MONTHLY_WINDOW_MIN, _MIN_MONTHS):
        return None
    found = _busiest_time(moments, _MONTHLY_WINDOW_MIN)
    months = _month(found.days[-1]) - _month(found.days[0]) + 1
    is_sparse = len(found.days) <= 2 * months
    if not is_sparse or found.hit_days < max(_MIN_MONTHS, _INSIDE_SHARE * found.run_days):
        return None
    hour, minute = _clock(found.minute)
    follower = max((_follow_day(found.days, number) for number in range(1, LAST_DAY_OF_MONTH + 1)), key=lambda one: one.rank)
    if follower.explains(found.days):
        return Schedule(type=ScheduleType.MONTHLY, hour=hour, minute=minute, day_of_month=follower.day_of_month)
    follower = _follow_weekday(found.days)
    if follower.explains(found.days):
        return Schedule(type=ScheduleType.MONTHLY, hour=hour, minute=minute, weekday=follower.weekday, week=follower.week)
    return None


class _Follower(NamedTuple):
    """How well runs follow one day of the month, or one weekday of it."""

    months: list[int]
    on_rule: int
    distance: int = 0
    day_of_month: int | None = None
    weekday: int | None = None
    week: int | None = None

    @property
    def rank(self) -> tuple[int, int]:
        return len(self.months), -self.distance

    def explains(self, days: Sequence[int]) -> bool:
        return len(self.months) >= _MIN_MONTHS and self.on_rule >= _ON_RULE_SHARE * len(days) and _is_regular(_steps(self.months))


def _follow_weekday(days: Sequence[int]) -> _Follower:
    """The weekday and its place in the month (first to fifth, or last) that most runs share."""
    months: dict[tuple[int, int], list[int]] = {}
    for day in days:
        month = _month(day)
        places = {(day - _day_in_month(month, 1)) // _WEEK_DAYS}
        if day + _WEEK_DAYS > _day_in_month(month, LAST_DAY_OF_MONTH):
            places.add(-1)
        for place in places:
            months.setdefault((_weekday(day), place), []).append(month)
    (weekday, place), shared = max(months.items(), key=lambda item: len(item[1]))
    week = place + 1 if 0 <= place < LAST_WEEK_OF_MONTH - 1 else LAST_WEEK_OF_MONTH
    return _Follower(shared, len(shared), weekday=weekday, week=week)


def _follow_day(days: Sequence[int], day_of_month: int) -> _Follower:
    distances: dict[int, int] = {}
    on_rule = 0
    for day in days:
        for month in range(_month(day) - 1, _month(day) + 2):
            distance = _distance(day, _day_in_month(month, day_of_month))
            if distance is not None:
                on_rule += 1
                distances[month] = min(distance, distances.get(month, distance))
    return _Follower(sorted(distances), on_rule, sum(distances.values()), day_of_month)


def _distance(day: int, due: int) -> int | None:
    """0 on the due day or on the workday next to a due weekend, 1 a day beside it, else None."""
    if day == due:
        return 0
    if _weekday(due) >= 5 and day in (due - _weekday(due) + 4, due - _weekday(due) + 7):
        return 0
    return 1 if abs(day - due) == 1 else None


def _month(day: int) -> int:
    at = date.fromordinal(day)
    return at.year * 12 + at.month - 1


def _day_in_month(month: int, day_of_month: int) -> int:
    """The ordinal of that day, of the last day in a month that is shorter."""
    first, following = (date(number // 12, number % 12 + 1, 1).toordinal() for number in (month, month + 1))
    return min(first + day_of_month, following) - 1
