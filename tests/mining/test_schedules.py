"""Calendar rules."""

from datetime import UTC, datetime, timedelta
from random import Random

from vynexus_tui.domain.patterns import Schedule, ScheduleType
from vynexus_tui.mining.schedules import DailyActivity, find_schedule

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
NOTHING_ELSE = DailyActivity([])


def _at(days, hour, minute, jitter_min=0, seed=1):
    rng = Random(seed)
    return [MONDAY + timedelta(days=d, hours=hour, minutes=minute + rng.uniform(-jitter_min, jitter_min)) for d in days]


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


def test_around_midnight():
    found = find_schedule(_at(range(20), 0, 0, jitter_min=9), NOTHING_ELSE)
    assert found is not None
    assert (found.hour * 60 + found.minute + 15) % 1440 <= 30


def test_local_time_decides():
    found = find_schedule(_at(range(20), 7, 0), NOTHING_ELSE, utc_offset_s=2 * 3600)
    assert found is not None
    assert found.hour == 9


def test_any_time_of_day_is_no_schedule():
    rng = Random(3)
    assert find_schedule([MONDAY + timedelta(days=d, minutes=rng.uniform(480, 1080)) for d in range(60)], NOTHING_ELSE) is None


def test_the_hour_at_which_everything_is_typed_is_no_schedule():
    everything = DailyActivity(_at(list(range(20)) * 10, 9, 0, jitter_min=10))
    assert find_schedule(_at(range(20), 9, 0), everything) is None


def test_four_days_are_too_few():
    assert find_schedule(_at(range(4), 9, 0), NOTHING_ELSE) is None
