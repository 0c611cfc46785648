"""From the entries of a shell's own history file to events: sessions, and honest words about what such a file cannot say."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from vynexus_tui.domain.events import CommandEvent, CountQuality, HistoryReading, TimeQuality

REMEDY = "run `vynexus hook install`"
"""What makes every history better from now on: the hook knows dates, folders, durations and exit codes."""
SESSION_LINES = 100
"""Without dates, this many lines count as a session."""
MAX_EVENTS = 250_000
"""The newest are kept; mining looks at 100,000 by default, and an event takes about 0.5 KB."""
_EARLIEST_S = 600_000_000
_FUTURE_S = 400 * 86_400
_DEDUPED_FROM = 50
"""So many commands without a single repeat happen only where the shell drops repeats."""
_END_OF_SESSION = re.compile(r"\s*(?:exit|logout)(?:\s+\d+)?\s*;?\s*")


class Entry(NamedTuple):
    """One history entry. NamedTuple: made once per line."""

    text: str
    stamp_s: int | None = None
    duration_s: float | None = None
    is_fabricated: bool = False
    """The stamp is the session's start, not the command's."""


def is_plausible_stamp(stamp_s: int, now: datetime) -> bool:
    """Whether a number can be the time of a command (1989 to 400 days from now); 19-digit stamps have crashed shells."""
    return _EARLIEST_S <= stamp_s <= now.timestamp() + _FUTURE_S


def build_reading(
    entries: Sequence[Entry], *, shell: str, path: str | None, skipped_lines: int = 0, unknown: tuple[str, ...] = ()
) -> HistoryReading:
    """Events of a bash or zsh history, in the order of the file. `unknown`: what the reader of the format adds to what is missing."""
    origin = f"{shell}_history"
    is_deduped = len(entries) >= _DEDUPED_FROM and len({e.text for e in entries}) == len(entries)
    first = max(0, len(entries) - MAX_EVENTS)
    events = [
        CommandEvent(
            event_id=position,
            command=entry.text,
            sequence_no=position,
            session_id=f"{origin}:{session}",
            started_at=None if entry.stamp_s is None else datetime.fromtimestamp(entry.stamp_s, UTC),
            duration_s=entry.duration_s,
            shell=shell,
            origin=origin,
            time_quality=_quality(entry),
            count_quality=CountQuality.DEDUPED if is_deduped else CountQuality.EXACT,
        )
        for position, (entry, session) in enumerate(zip(entries, session_numbers(entries), strict=True))
        if position >= first
    ]
    missing = [_missing_dates(entries), *unknown, "no exit codes", "no folders"]
    if is_deduped:
        missing.append("counts unknown (the shell keeps one copy of each command)")
    if first:
        missing.append(f"only the newest {MAX_EVENTS:,} commands")
    return HistoryReading(
        events=events,
        origin=origin,
        path=path,
        skipped_lines=skipped_lines,
        unknown=tuple(word for word in missing if word) if entries else (),
        remedy=REMEDY,
    )


def session_numbers(entries: Sequence[Entry]) -> Iterator[int]:
    """The session of each entry, from 1; appending to the file changes none of them.

    A new one starts after `exit`, where time runs backwards (each shell writes its block when it ends) and after 100 entries without a date.
    """
    session, undated, latest = 1, 0, 0
    is_over = False
    for entry in entries:
        if is_over or undated == SESSION_LINES or (entry.stamp_s is not None and entry.stamp_s < latest - 1):
            session += 1
            undated = latest = 0
        yield session
        is_over = _END_OF_SESSION.fullmatch(entry.text) is not None
        if entry.stamp_s is None:
            undated += 1
        else:
            undated, latest = 0, entry.stamp_s


def _quality(entry: Entry) -> TimeQuality:
    if entry.stamp_s is None:
        return TimeQuality.NONE
    return TimeQuality.SESSION if entry.is_fabricated else TimeQuality.EXACT


def _missing_dates(entries: Sequence[Entry]) -> str:
    undated = sum(1 for e in entries if e.stamp_s is None)
    fabricated = sum(1 for e in entries if e.is_fabricated)
    if undated == len(entries):
        return "no dates"
    if undated or fabricated:
        return f"no dates for {undated + fabricated:,} of {len(entries):,} commands"
    return ""
