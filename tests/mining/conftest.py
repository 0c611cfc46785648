"""Histories to mine: typed by an imaginary person, one list of lines per session."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from vynexus_tui.domain.events import CommandEvent, TimeQuality
from vynexus_tui.domain.patterns import Pattern
from vynexus_tui.domain.settings import RepetitiveTaskDetection
from vynexus_tui.mining.repetitive_task_identifier import RepetitiveTaskIdentifier

NOW = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
TypeSessions = Callable[..., list[CommandEvent]]
Identify = Callable[..., tuple[Pattern, ...]]


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def type_sessions() -> TypeSessions:
    """Events of sessions a day apart (the last one yesterday), a command every 10 s that takes 2 s."""

    def build(sessions: Sequence[Sequence[str]], *, days_apart: float = 1.0, is_timed: bool = True, **fields: object) -> list[CommandEvent]:
        events = []
        for number, lines in enumerate(sessions):
            begin = NOW - timedelta(days=days_apart * (len(sessions) - number), minutes=37 * (number % 11))
            for place, line in enumerate(lines):
                timing = {
                    "started_at": begin + timedelta(seconds=10 * place),
                    "duration_s": 2.0,
                    "exit_code": 0,
                    "time_quality": TimeQuality.EXACT,
                }
                known = {"session_id": f"s{number}", "origin": "hook", **(timing if is_timed else {}), **fields}
                events.append(CommandEvent(event_id=len(events), command=line, sequence_no=len(events), **known))  # type: ignore[arg-type]
        return events

    return build


@pytest.fixture
def identify() -> Identify:
    """Patterns of these events with default settings."""

    def run(events: Sequence[CommandEvent], **options: object) -> tuple[Pattern, ...]:
        return RepetitiveTaskIdentifier(RepetitiveTaskDetection()).identify(events, now=NOW, **options)  # type: ignore[arg-type]

    return run
