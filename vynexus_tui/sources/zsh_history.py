"""Read a zsh history file: plain or extended (`: <start>:<elapsed>;<command>`), metafied, with continuation lines."""

import re
from collections.abc import Iterator
from datetime import datetime

from vynexus_tui.domain.events import HistoryReading
from vynexus_tui.sources.history_entries import Entry, build_reading, is_plausible_stamp

_HEADER = re.compile(rb": *(-?\d{1,19}):(\d{1,19});")
_CUT_HEADER = re.compile(rb": *-?\d*:?\d*")
_PADDED = re.compile(rb"\\ +\Z")
_META = re.compile(rb"\x83(.)", re.DOTALL)
_LONGEST_S = 400 * 86_400


def read_zsh_history(raw: bytes, *, path: str | None, now: datetime) -> HistoryReading:
    """Every entry of the file in its order. Formats may be mixed in one file; a last line that is still being written is left out."""
    entries = []
    skipped = 0
    for text in _logical_lines(raw):
        entry = _entry(text, now)
        if entry is None:
            skipped += 1
        elif entry.text.strip():
            entries.append(entry)
    # SHARE_HISTORY and INC_APPEND_HISTORY write 0 for everything: then 0 says nothing.
    has_durations = any(e.duration_s for e in entries)
    if not has_durations:
        entries = [e._replace(duration_s=None) for e in entries]
    unknown = "durations in whole seconds" if has_durations else "no durations"
    return build_reading(entries, shell="zsh", path=path, skipped_lines=skipped, unknown=(unknown,))


def _logical_lines(raw: bytes) -> Iterator[bytes]:
    """Entries as bytes. zsh writes a newline inside a command as backslash and newline; exactly one backslash goes."""
    lines = raw.replace(b"\0", b"").split(b"\n")
    if _CUT_HEADER.fullmatch(lines[-1]):
        lines.pop()
    parts: list[bytes] = []
    for line in lines:
        if line.endswith(b"\\"):
            parts.append(line[:-1])
        elif parts:
            yield b"\n".join([*parts, line])
            parts = []
        elif line:
            yield line
    if parts:
        yield b"\n".join(parts)


def _entry(line: bytes, now: datetime) -> Entry | None:
    """None for a header without a command."""
    stamp_s: int | None = None
    duration_s: float | None = None
    header = _HEADER.match(line)
    if header is not None:
        line = line[header.end() :]
        started, second = int(header[1]), int(header[2])
        if is_plausible_stamp(started, now):
            stamp_s = started
        # The oldest format has the time of the end there; both are told apart as zsh itself does it.
        elapsed = second if second < started or stamp_s is None else second - started
        duration_s = float(elapsed) if elapsed <= _LONGEST_S else None
        if not line:
            return None
    elif line.startswith(b"\\:"):
        line = line[1:]
    if _PADDED.search(line):
        line = line[:-1]
    if b"\x83" in line:
        line = _META.sub(lambda found: bytes((found[1][0] ^ 0x20,)), line)
    return Entry(line.decode("utf-8", "surrogateescape"), stamp_s, duration_s)
