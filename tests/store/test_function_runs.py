"""Calls of shell functions are known by what the hook recorded."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from vynexus_tui.domain.events import Actor, CommandEvent, TimeQuality
from vynexus_tui.domain.identifiers import AutomationId
from vynexus_tui.store.database import open_database, transaction
from vynexus_tui.store.events_table import add_events
from vynexus_tui.store.function_runs import read_function_runs

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
FUNCTIONS = {"go-shop": (AutomationId("a1"), NOW), "go-late": (AutomationId("a2"), NOW + timedelta(minutes=30))}


def called(
    command: str, *, minutes: int, took_s: float | None = 0.5, exit_code: int | None = 0, actor: Actor = Actor.AUTOMATION
) -> CommandEvent:
    return CommandEvent(
        event_id=minutes,
        command=command,
        sequence_no=minutes,
        session_id="s",
        started_at=NOW + timedelta(minutes=minutes),
        duration_s=took_s,
        exit_code=exit_code,
        actor=actor,
        origin="hook",
        time_quality=TimeQuality.EXACT,
        native_id=f"s:{minutes}",
    )


def test_calls_with_a_time_are_runs_and_the_others_are_counted(tmp_path: Path) -> None:
    db = open_database(tmp_path / "v.db", busy_timeout_ms=100)
    events = [
        called("go-shop", minutes=1),
        called("go-shop", minutes=2, exit_code=1),
        called("go-shop", minutes=3, took_s=None),
        called("go-shop", minutes=4, exit_code=None),
        called("go-shop && make", minutes=5),
        called("bump", minutes=6),
        called("go-shop --help", minutes=8),
        called("go-shop -h", minutes=9),
        called("go-late", minutes=10),
        called("go-late", minutes=31),
        called("go-shop", minutes=7, actor=Actor.AGENT),
        called("go-shop", minutes=-600),
    ]
    with transaction(db):
        add_events(db, events)
    found = read_function_runs(db, FUNCTIONS)
    assert found.keys() == {"a1", "a2"}
    assert [r.started_at for r in found[AutomationId("a2")].runs] == [NOW + timedelta(minutes=31)]
    assert read_function_runs(db, {}) == {}
    assert [(r.started_at, r.duration_s, r.exit_code) for r in found[AutomationId("a1")].runs] == [
        (NOW + timedelta(minutes=1), 0.5, 0),
        (NOW + timedelta(minutes=2), 0.5, 1),
    ]
    assert found[AutomationId("a1")].counted_at == [NOW + timedelta(minutes=m) for m in (3, 4, 5)]
    db.close()
