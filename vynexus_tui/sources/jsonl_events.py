"""Read events as JSON, one object per line: the shape that `import --dry-run --json` prints, and that other programs may write.

Nearly every line has the types its fields should have: msgspec reads those at once. Any other is taken apart field by field.
"""

import json
import math
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import repeat

import msgspec

from vynexus_tui.domain.events import Actor, CommandEvent, CostSource, CountQuality, HistoryReading, TimeQuality
from vynexus_tui.sources.history_entries import SESSION_LINES, is_end_of_session
from vynexus_tui.sources.history_events import HOOK_REMEDY, missing_dates

_ORIGIN = "jsonl"
MAX_JSONL_EVENTS = 250_000
"""The newest are kept; they take about 0.5 KB each."""
_LATEST_S = 253_402_300_799
_UNWRITABLE = re.compile("[\0\ud800-\udc7f\udd00-\udfff]")
"""What no command line can hold and UTF-8 with surrogate escapes cannot write."""
_ESCAPED_NUL = rb"\u0000"
"""Of what is unwritable, msgspec lets only this through."""
_ACTORS = {actor.value: actor for actor in Actor}
_TIME_QUALITIES = {quality.value: quality for quality in TimeQuality}
_COUNT_QUALITIES = {quality.value: quality for quality in CountQuality}
_NO_COST, _EXACT_TIME, _NO_TIME = CostSource.NONE, TimeQuality.EXACT, TimeQuality.NONE
_UNKNOWN_ACTOR, _EXACT_COUNT = Actor.UNKNOWN, CountQuality.EXACT
"""Looked up once: a member of an enumeration costs 0.1 µs."""


class _Line(msgspec.Struct, gc=False):
    """One line's fields, of the right types and writable; None where a field is missing or makes no sense."""

    cmd: str
    id: int | float | str | None = None
    ts: float | None = None
    session: int | str | None = None
    cwd: str | None = None
    exit: int | float | None = None
    duration_ms: float | None = None
    host: str | None = None
    shell: str | None = None
    actor: str | None = None
    time_quality: str | None = None
    count_quality: str | None = None


_DECODER = msgspec.json.Decoder(_Line)


class _Draft:
    """A CommandEvent in the making: `__init__` of a frozen dataclass takes five times as long (see history_events)."""

    __slots__ = CommandEvent.__slots__

    def __init__(self, number: int, line: _Line, session_id: str) -> None:
        stamp_s, duration_ms, status, own_id = line.ts, line.duration_ms, line.exit, line.id
        started_at = datetime.fromtimestamp(stamp_s, UTC) if stamp_s is not None and 0 < stamp_s <= _LATEST_S else None
        # No native_id: numbers from 0 are in every such file.
        self.event_id = own_id if type(own_id) is int or (type(own_id) is str and own_id) else number
        self.command = line.cmd
        self.sequence_no = number
        self.session_id = session_id
        self.started_at = started_at
        self.duration_s = duration_ms / 1000 if duration_ms is not None and duration_ms >= 0 else None
        self.exit_code = status if type(status) is int and abs(status) < 2**31 else None
        self.cwd = line.cwd or None
        self.host = line.host or None
        self.shell = line.shell or None
        self.actor = _ACTORS.get(line.actor or "", _UNKNOWN_ACTOR)
        self.origin = _ORIGIN
        self.time_quality = _TIME_QUALITIES.get(line.time_quality or "", _EXACT_TIME) if started_at else _NO_TIME
        self.count_quality = _COUNT_QUALITIES.get(line.count_quality or "", _EXACT_COUNT)
        self.cpu_s = self.peak_memory_bytes = self.native_id = None
        self.cost_source = _NO_COST


def read_jsonl_events(raw: bytes, *, path: str | None, first_line: int = 0) -> HistoryReading:
    """The events of `raw`. Only `cmd` is required; a line without it is counted as skipped, other fields that make no sense are unknown.

    `id` keeps its JSON type; without one it is the 0-based line number, counted from `first_line`.
    """
    found: deque[tuple[int, _Line]] = deque(maxlen=MAX_JSONL_EVENTS)
    count = skipped = 0
    for number, text in enumerate(raw.split(b"\n"), first_line):
        if not text or text.isspace():
            continue
        line = _read_line(text)
        if line is None or not line.cmd or line.cmd.isspace():
            skipped += 1
        else:
            found.append((number, line))
            count += 1
    # Counting stretches is left out where every line names its session.
    stretches = _stretches(line.cmd for _, line in found) if any(line.session in (None, "") for _, line in found) else repeat(0)
    events = [_event(number, line, stretch) for (number, line), stretch in zip(found, stretches, strict=False)]
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


def _event(number: int, line: _Line, stretch: int) -> CommandEvent:
    session = line.session
    draft = _Draft(number, line, str(session) if session not in (None, "") else f"{_ORIGIN}:{stretch}")
    draft.__class__ = CommandEvent  # type: ignore[assignment]
    return draft  # type: ignore[return-value]


def _read_line(text: bytes) -> _Line | None:
    """The line's fields, or None where it is no object with a command."""
    if _ESCAPED_NUL not in text:
        try:
            return _DECODER.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            pass  # BOM, NaN, bytes that are not UTF-8, other types than expected
    try:
        fields = json.loads(text.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape"))
    except (ValueError, RecursionError):  # RecursionError: a line of brackets
        return None
    command = _text(fields.get("cmd")) if isinstance(fields, dict) else None
    if command is None:
        return None
    return _Line(
        cmd=command,
        id=_number_or_text(fields.get("id")),
        ts=_number(fields.get("ts")),
        session=_number_or_text(fields.get("session")),
        cwd=_text(fields.get("cwd")),
        exit=_whole(fields.get("exit")),
        duration_ms=_number(fields.get("duration_ms")),
        host=_text(fields.get("host")),
        shell=_text(fields.get("shell")),
        actor=_text(fields.get("actor")),
        time_quality=_text(fields.get("time_quality")),
        count_quality=_text(fields.get("count_quality")),
    )


def _text(value: object) -> str | None:
    return _UNWRITABLE.sub("\ufffd", value) if isinstance(value, str) else None


def _whole(value: object) -> int | None:
    return value if type(value) is int else None


def _number_or_text(value: object) -> int | str | None:
    return value if type(value) is int else _text(value)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and _is_finite(value) else None


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # an integer of 400 digits
        return False


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
