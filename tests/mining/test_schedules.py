"""Calendar rules. As a program (PYTHONPATH=. python tests/mining/test_schedules.py SEED) it prints how often planted schedules are found."""

import sys
from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from vynexus_tui.domain.patterns import LAST_DAY_OF_MONTH, Schedule, ScheduleType
from vynexus_tui.mining.schedules import DailyActivity, find_schedule

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
NOTHING_ELSE = DailyActivity([])
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")
MISSES = (0.0, 0.05, 0.15, 0.3)
JITTERS_MIN = (2, 5, 12)
SPAN_DAYS = {
    ScheduleType.HOURLY: 150,
    ScheduleType.DAILY: 240,
    ScheduleType.WEEKDAY: 240,
    ScheduleType.WEEKLY: 240,
    ScheduleType.MONTHLY: 365,
}
"""Long enough to cross a change of the clocks from any first day, hourly nearly always."""


class Planted(NamedTuple):
    """A habit that follows the calendar of its zone."""

    rule: Schedule
    starts: list[datetime]
    zone: ZoneInfo

    def is_found(self) -> bool:
        found = find_schedule(self.starts, _all_day(self.zone), zone=self.zone)
        if found is None or (found.type, found.weekday) != (self.rule.type, self.rule.weekday):
            return False
        if self.rule.type is ScheduleType.HOURLY:
            return abs((found.minute - self.rule.minute + 30) % 60 - 30) <= 15
        return abs((found.hour - self.rule.hour) * 60 + found.minute - self.rule.minute) <= 15


def plant(kind: ScheduleType, zone: str, miss_share: float, jitter_min: float, rng: Random) -> Planted:
    """Runs on the days of a random rule: some missed, most within `jitter_min` of the time (twice its standard deviation)."""
    weekday = rng.randrange(7) if kind is ScheduleType.WEEKLY else None
    day_of_month = rng.choice([1, 15, LAST_DAY_OF_MONTH, rng.randint(2, 28)]) if kind is ScheduleType.MONTHLY else None
    minute = rng.choice([0, 0, 15, 30, 45, rng.randrange(60)])
    rule = Schedule(type=kind, hour=rng.randint(8, 21), minute=minute, weekday=weekday, day_of_month=day_of_month)
    first = date(2025, 1, 1) + timedelta(days=rng.randrange(365))
    days = [day for day in (first + timedelta(days=n) for n in range(SPAN_DAYS[kind])) if _is_due(rule, day)]
    hours = range(9, 18) if kind is ScheduleType.HOURLY else (rule.hour,)
    starts = []
    for day, hour in product(days, hours):
        if rng.random() >= miss_share:
            wall_clock = datetime.combine(_workday_near(day, rng) if day_of_month else day, time(hour, minute), ZoneInfo(zone))
            starts.append((wall_clock + timedelta(minutes=rng.gauss(0, jitter_min / 2))).astimezone(UTC))
    return Planted(rule, starts, ZoneInfo(zone))


def _is_due(rule: Schedule, day: date) -> bool:
    if rule.type in (ScheduleType.WEEKDAY, ScheduleType.HOURLY):
        return day.weekday() < 5
    if rule.day_of_month is not None:
        return day.day == min(rule.day_of_month, monthrange(day.year, day.month)[1])
    return rule.weekday in (None, day.weekday())


def _workday_near(day: date, rng: Random) -> date:
    """Nobody pays the rent on a Sunday."""
    return day + timedelta(days={5: rng.choice([-1, 2]), 6: rng.choice([-2, 1])}.get(day.weekday(), 0))


def _all_day(zone: ZoneInfo) -> DailyActivity:
    """Other commands, from eight to eight on every day of two years."""
    begin = datetime(2025, 1, 1, 8, tzinfo=zone)
    return DailyActivity([begin + timedelta(days=n // 2, minutes=n * 137 % 720) for n in range(1460)], zone=zone)


def count_found(kind: ScheduleType, seed: int, habits: int = 1) -> Counter[tuple[object, bool]]:
    """(what was planted, whether it was found) -> how often; over all zones, missed shares and jitters."""
    counts: Counter[tuple[object, bool]] = Counter()
    for zone, miss_share, jitter_min, number in product(ZONES, MISSES, JITTERS_MIN, range(habits)):
        is_found = plant(kind, zone, miss_share, jitter_min, Random(f"{seed} {kind} {zone} {miss_share} {jitter_min} {number}")).is_found()
        counts.update((key, is_found) for key in ("all", zone, f"{miss_share:.0%} missed", f"±{jitter_min} min"))
    return counts


@pytest.mark.parametrize("kind", ScheduleType)
def test_of_planted_habits_95_in_100_get_their_schedule_in_every_zone_and_across_summer_time(kind):
    counts = count_found(kind, seed=90_210, habits=2)
    assert counts["all", True] >= 0.95 * (counts["all", True] + counts["all", False])


def _random_habit(rng: Random) -> tuple[list[datetime], list[datetime]]:
    """Runs of one command, and of every command, of a person whose sessions begin at any time of the working day."""
    everything, own = [], []
    share, most = rng.choice([0.05, 0.1, 0.3, 0.7]), rng.choice([1, 8])
    for day in range(rng.choice([20, 40, 90, 180, 360])):
        for _ in range(0 if day % 7 > 4 and rng.random() < 0.7 else rng.randint(0, 3)):
            session = MONDAY + timedelta(days=day, minutes=rng.uniform(9 * 60, 18 * 60))
            burst = [session + timedelta(minutes=rng.expovariate(1 / 15)) for _ in range(rng.randint(3, 25))]
            everything += burst
            if rng.random() < share:
                own += rng.sample(burst, rng.randint(1, min(most, len(burst))))
    return own, everything


@pytest.mark.parametrize("is_anything_else_known", [True, False])
def test_of_300_habits_at_random_times_at_most_two_get_a_schedule(is_anything_else_known):
    claimed = 0
    for number in range(300):
        own, everything = _random_habit(Random(f"random {number}"))
        claimed += find_schedule(own, DailyActivity(everything) if is_anything_else_known else NOTHING_ELSE) is not None
    assert claimed <= 2


def _at(days: Iterable[int], hour: int, minute: int, jitter_min: float = 0, seed: int = 1) -> list[datetime]:
    rng = Random(seed)
    return [MONDAY + timedelta(days=d, hours=hour, minutes=minute + rng.uniform(-jitter_min, jitter_min)) for d in days]


def _type_of(starts: list[datetime]) -> ScheduleType | None:
    found = find_schedule(starts, NOTHING_ELSE)
    return found.type if found else None


def test_every_workday_at_nine():
    days = [d for d in range(28) if d % 7 < 5]
    assert find_schedule(_at(days, 9, 0), NOTHING_ELSE) == Schedule(type=ScheduleType.WEEKDAY, hour=9, minute=0)


def test_every_friday_afternoon():
    found = find_schedule(_at(range(4, 70, 7), 16, 30), NOTHING_ELSE)
    assert found == Schedule(type=ScheduleType.WEEKLY, hour=16, minute=30, weekday=4)


def test_every_day_with_missed_days_and_jitter():
    found = find_schedule(_at([d for d in range(40) if d % 6], 21, 15, jitter_min=8), NOTHING_ELSE)
    assert found is not None
    assert found.type is ScheduleType.DAILY
    assert abs(found.hour * 60 + found.minute - (21 * 60 + 15)) <= 8


def test_every_hour_at_a_quarter_past():
    starts = [start for hour in range(9, 17) for start in _at((0, 1, 2, 3, 4), hour, 15, jitter_min=4, seed=hour)]
    found = find_schedule(starts, NOTHING_ELSE)
    assert found is not None
    assert (found.type, found.hour) == (ScheduleType.HOURLY, 0)
    assert abs(found.minute - 15) <= 3


def _in_months(day_of_month: Callable[[int, int], int], months: int = 8) -> list[datetime]:
    return [datetime(2026, m, day_of_month(2026, m), 9, 0, tzinfo=UTC) for m in range(1, months + 1)]


def test_the_first_of_the_month_or_the_workday_after_a_weekend():
    def first_workday(year: int, month: int) -> int:
        return {5: 3, 6: 2}.get(date(year, month, 1).weekday(), 1)

    assert find_schedule(_in_months(first_workday), NOTHING_ELSE) == Schedule(type=ScheduleType.MONTHLY, hour=9, minute=0, day_of_month=1)


def test_the_last_day_of_the_month_is_called_31():
    found = find_schedule(_in_months(lambda year, month: monthrange(year, month)[1]), NOTHING_ELSE)
    assert found == Schedule(type=ScheduleType.MONTHLY, hour=9, minute=0, day_of_month=LAST_DAY_OF_MONTH)


def test_the_second_tuesday_of_the_month():
    found = find_schedule(_in_months(lambda year, month: 8 + (1 - date(year, month, 8).weekday()) % 7), NOTHING_ELSE)
    assert found == Schedule(type=ScheduleType.MONTHLY, hour=9, minute=0, weekday=1, week=2)


def test_a_monthly_chore_may_be_done_any_time_of_the_morning():
    starts = [start + timedelta(minutes=25 * (n % 4)) for n, start in enumerate(_in_months(lambda *_: 15))]
    assert _type_of(starts) is ScheduleType.MONTHLY


def test_three_months_are_too_few():
    assert find_schedule(_in_months(lambda *_: 15, months=3), NOTHING_ELSE) is None
    assert _type_of(_in_months(lambda *_: 15, months=4)) is ScheduleType.MONTHLY


def test_around_midnight():
    found = find_schedule(_at(range(20), 0, 0, jitter_min=9), NOTHING_ELSE)
    assert found is not None
    assert found.type is ScheduleType.DAILY
    assert (found.hour * 60 + found.minute + 15) % 1440 <= 30


def test_a_run_just_after_midnight_belongs_to_the_evening_before():
    found = find_schedule(_at(range(6, 76, 7), 23, 50, jitter_min=20), NOTHING_ELSE)
    assert found is not None
    assert (found.type, found.weekday, found.hour) == (ScheduleType.WEEKLY, 6, 23)


def test_nine_in_the_morning_stays_nine_when_the_clocks_change():
    berlin = ZoneInfo("Europe/Berlin")
    starts = [datetime(2026, 3, 1, 9, 0, tzinfo=berlin) + timedelta(days=d) for d in range(60)]
    assert {start.astimezone(UTC).hour for start in starts} == {7, 8}
    assert find_schedule(starts, NOTHING_ELSE, zone=berlin) == Schedule(type=ScheduleType.DAILY, hour=9, minute=0)


def test_local_time_decides_the_day_too():
    starts = _at(range(6, 76, 7), 22, 0)
    found = find_schedule(starts, NOTHING_ELSE, zone=ZoneInfo("Asia/Kolkata"))
    assert found == Schedule(type=ScheduleType.WEEKLY, hour=3, minute=30, weekday=0)


def test_a_vacation_of_two_weeks_breaks_no_rule():
    workdays = [d for d in range(70) if d % 7 < 5 and not 21 <= d < 37]
    assert _type_of(_at(workdays, 9, 0)) is ScheduleType.WEEKDAY
    assert _type_of(_at([d for d in range(3, 84, 7) if not 21 <= d < 37], 9, 0)) is ScheduleType.WEEKLY


def test_a_weekend_now_and_then_does_not_make_it_daily():
    assert _type_of(_at([d for d in range(70) if d % 7 < 5 or d in (12, 40)], 9, 0)) is ScheduleType.WEEKDAY


def test_days_are_counted_not_runs():
    at_nine = [d for d in range(28) if d % 7 < 5]
    assert _type_of(_at(at_nine * 4, 9, 0, jitter_min=5) + _at([2] * 60, 15, 0, jitter_min=20)) is ScheduleType.WEEKDAY
    assert _type_of(_at([0, 1, 2, 3] * 20, 9, 0, jitter_min=5)) is None


def test_of_two_fixed_times_the_first_is_told():
    found = find_schedule(_at(range(30), 9, 0) + _at(range(30), 17, 0), NOTHING_ELSE)
    assert found == Schedule(type=ScheduleType.DAILY, hour=9, minute=0)


@pytest.mark.parametrize(
    "days",
    [
        pytest.param(range(0, 140, 14), id="every second week"),
        pytest.param([d for d in range(70) if d % 7 in (1, 3)], id="Tuesdays and Thursdays"),
        pytest.param([d for d in range(70) if d % 7 in (0, 2, 4)], id="Mondays, Wednesdays, Fridays"),
        pytest.param([d for d in range(70) if d % 7 in (0, 1)], id="Mondays and Tuesdays"),
        pytest.param([d for d in range(70) if d % 7 > 4], id="weekends"),
        pytest.param(range(0, 80, 8), id="every eighth day"),
        pytest.param(range(0, 400, 61), id="every second month"),
    ],
)
def test_a_rule_that_has_no_name_here_is_no_schedule(days):
    assert _type_of(_at(days, 9, 0)) is None


def test_any_time_of_day_is_no_schedule():
    rng = Random(3)
    assert find_schedule([MONDAY + timedelta(days=d, minutes=rng.uniform(480, 1080)) for d in range(60)], NOTHING_ELSE) is None


def test_all_day_long_is_not_hourly():
    rng = Random(4)
    assert (
        find_schedule([MONDAY + timedelta(days=d, minutes=rng.uniform(480, 1080)) for d in range(40) for _ in range(20)], NOTHING_ELSE)
        is None
    )


def test_the_hour_at_which_everything_is_typed_is_no_schedule():
    everything = DailyActivity(_at(list(range(20)) * 10, 9, 0, jitter_min=10))
    assert find_schedule(_at(range(20), 9, 0), everything) is None


def test_the_other_steps_of_a_morning_routine_are_not_everything():
    routine = [start + timedelta(seconds=40 * step) for start in _at(range(20), 9, 0) for step in range(6)]
    others = [MONDAY + timedelta(days=d, hours=10 + n * 2) for d in range(20) for n in range(3)]
    assert find_schedule(_at(range(20), 9, 0), DailyActivity(routine + others)) is not None


def test_four_days_are_too_few():
    assert find_schedule(_at(range(4), 9, 0), NOTHING_ELSE) is None


def test_years_of_days_are_no_burden():
    found = find_schedule(_at([d for d in range(4000) if d % 7 < 5], 9, 0, jitter_min=10), _all_day(ZoneInfo("UTC")))
    assert found is not None
    assert found.type is ScheduleType.WEEKDAY


if __name__ == "__main__":
    for kind in ScheduleType:
        table = count_found(kind, seed=int(sys.argv[1]), habits=5)
        shares = {key: table[key, True] / (table[key, True] + table[key, False]) for key, _ in table}
        print(f"{kind:<8}", "  ".join(f"{key} {share:.3f}" for key, share in shares.items()))
