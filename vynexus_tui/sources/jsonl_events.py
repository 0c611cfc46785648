"""Read events as JSON, one object per line: the shape that `import --dry-run --json` prints, and that other programs may write."""

import json
import math
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from vynexus_tui.domain.events import Actor, CommandEvent, CountQuality, HistoryReading, TimeQuality
from vynexus_tui.sources.history_entries import SESSION_LINES, is_end_of_session
from vynexus_tui.sources.history_events import HOOK_REMEDY, missing_dates

_Word = TypeVar("_Word", bound=StrEnum)
_ORIGIN = "jsonl"
MAX_JSONL_EVENTS = 250_000
"""The newest are kept; they take about 0.5 KB each."""
_LATEST_S = 253_402_300_799
_UNWRITABLE = re.compile("[\0\ud800-\udc7f\udd00-\udfff]")
"""What no command line can hold and UTF-8 with surrogate escapes cannot write."""


def read_jsonl_events(raw: bytes, *, path: str | None, first_line: int = 0) -> HistoryReading:
    """The events of `raw`. Only `cmd` is required; a line without it is counted as skipped, other fields that make no sense are unknown.

    `id` keeps its JSON type; without one it is the 0-based line number, counted from `first_line`.
    """
    found: deque[tuple[int, dict[str, Any], str]] = deque(maxlen=MAX_JSONL_EVENTS)
    count = skipped = 0
    for number, line in enumerate(raw.split(b"\n"), first_line):
        if not line.strip():
            continue
        fields = _fields(line)
        command = _text(fields.get("cmd")) if fields is not None else None
        if fields is None or command is None or not command.strip():
            skipped += 1
        else:
            found.append((number, fields, command))
            count += 1
    stretches = _stretches(command for _, _, command in found)
    events = [_event(number, fields, command, stretch) for (number, fields, command), stretch in zip(found, stretches, strict=True)]
    missing = _missing(events)
    if count > len(found):
        missing += (f"only the newest {MAX_JSONL_EVENTS:,} commands",)
    return HistoryReading(events=events, origin=_ORIGIN, path=path, skipped_lines=skipped, unknown=missing, remedy=HOOK_REMEDY)


def _stretches(commands: Iterable[str]) -> Iterator[int]:
    """Numbers, from 1, of stretches of 100 lines or up to an `exit`: sessions where none is given."""
    stretch, length = 1, 0
    for command in commands:
        if length == SESSION_LINES:
            stretch, length = stretch + 1, 0
        yield stretch
        length = SESSION_LINES if is_end_of_session(command.encode("utf-8", "surrogateescape")) else length + 1


def _event(number: int, fields: dict[str, Any], command: str, stretch: int) -> CommandEvent:
    stamp_s, duration_ms, status = _number(fields.get("ts")), _number(fields.get("duration_ms")), fields.get("exit")
    started_at = datetime.fromtimestamp(stamp_s, UTC) if stamp_s is not None and 0 < stamp_s <= _LATEST_S else None
    own_id = fields.get("id")
    return CommandEvent(
        # No native_id: numbers from 0 are in every such file.
        event_id=own_id if type(own_id) is int else _text(own_id) or number,
        command=command,
        sequence_no=number,
        session_id=_session(fields.get("session")) or f"{_ORIGIN}:{stretch}",
        started_at=started_at,
        duration_s=duration_ms / 1000 if duration_ms is not None and duration_ms >= 0 else None,
        exit_code=status if type(status) is int and abs(status) < 2**31 else None,
        cwd=_text(fields.get("cwd")) or None,
        host=_text(fields.get("host")) or None,
        shell=_text(fields.get("shell")) or None,
        actor=_word(Actor, fields.get("actor"), Actor.UNKNOWN),
        origin=_ORIGIN,
        time_quality=TimeQuality.NONE if started_at is None else _word(TimeQuality, fields.get("time_quality"), TimeQuality.EXACT),
        count_quality=_word(CountQuality, fields.get("count_quality"), CountQuality.EXACT),
    )


def _fields(line: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(line.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape"))
    except (ValueError, RecursionError):  # RecursionError: a line of brackets
        return None
    return value if isinstance(value, dict) else None


def _text(value: object) -> str | None:
    return _UNWRITABLE.sub("\ufffd", value) if isinstance(value, str) else None


def _session(value: object) -> str | None:
    return str(value) if type(value) is int else _text(value)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and _is_finite(value) else None


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # an integer of 400 digits
        return False


def _word(words: type[_Word], value: object, default: _Word) -> _Word:
    return next((word for word in words if word == value), default)


def _missing(events: Sequence[CommandEvent]) -> tuple[str, ...]:
    """What no event says, and how many have no date."""
    if not events:
        return ()
    missing = [word for word in (missing_dates(sum(1 for e in events if e.started_at is None), len(events)),) if word]
    if all(e.duration_s is None for e in events):
        missing.append("no durations")
    if all(e.exit_code is None for e in events):
        missing.append("no exit codes")
    if all(e.cwd is None for e in events):
        missing.append("no folders")
    if all(e.count_quality is CountQuality.DEDUPED for e in events):
        missing.append("counts unknown")
    return tuple(missing)
