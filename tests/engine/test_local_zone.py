"""Schedules are told in the machine's local time, with the offset that held on each date."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from vynexus_tui.domain.patterns import Schedule, ScheduleType
from vynexus_tui.engine import peeking
from vynexus_tui.engine.assembly import Workspace, local_zone

SetZone = Callable[[str], None]


@pytest.fixture
def set_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[SetZone]:
    def apply(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield apply
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("name", ["Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe"])
def test_every_date_has_its_own_offset(set_zone: SetZone, name: str) -> None:
    set_zone(name)
    for hour in range(0, 366 * 24, 5):
        at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hour)
        local = at.astimezone(local_zone())
        assert local.isoformat() == at.astimezone(ZoneInfo(name)).isoformat()
        assert local.astimezone(UTC) == at


def test_a_zone_given_as_a_rule_has_summer_time_too(set_zone: SetZone) -> None:
    set_zone("EST5EDT,M3.2.0,M11.1.0")
    assert [datetime(2026, month, 5, 17, tzinfo=UTC).astimezone(local_zone()).hour for month in (1, 7)] == [12, 13]


def test_a_morning_routine_keeps_its_hour_over_the_change_of_the_clocks(set_zone: SetZone, workspace: Workspace, now: datetime) -> None:
    set_zone("Europe/Berlin")
    lines = []
    for day in range(60):
        start = datetime(2026, 9, 20, 8, 30, tzinfo=ZoneInfo("Europe/Berlin")) + timedelta(days=day)
        lines.append(f"#{start.timestamp():.0f}\nrsync -a --delete photos/ /mnt/backup/photos\n")
    found = peeking.peek(workspace, None, "".join(lines).encode(), source_format="bash", now=now)
    assert [pattern.schedule for pattern in found.patterns] == [Schedule(type=ScheduleType.DAILY, hour=8, minute=30)]
