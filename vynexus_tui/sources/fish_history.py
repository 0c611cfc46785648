"""Read a fish history file: `- cmd:` entries with indented fields. It looks like YAML and is none.

fish keeps one copy of each command, with the time of its last run; it drops the others when it rewrites the file, at random times.
So how often something was run cannot be learnt here.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from vynexus_tui.sources.history_entries import UNKNOWN, EntryLog, plausible_stamps
from vynexus_tui.sources.history_marks import HistoryMark

_ESCAPE = re.compile(rb"\\([\\n])")
_ESCAPED = {b"\\": b"\\", b"n": b"\n"}
_WHEN = re.compile(rb"when: *(\d{1,19})\s*")
_WHOLE_WHEN = re.compile(rb"\s+when: *\d{10}\s*")
"""Without a newline after it, a number may have lost its last digits."""
_COMMAND = b"- cmd:"
_BLANKS = (b" ", b"\t")
_NO_ENTRY = (b"%", b"---", b"...")
"""Lines that YAML has and fish itself passes over."""


class FishParser:
    """Takes a fish history line by line; a line that belongs to no entry is counted as skipped and goes with its indented lines."""

    shell = "fish"
    is_within_key = False
    starts_stamped: bool | None = None
    looks = 0
    is_always_deduped = True

    def __init__(self, now: datetime, mark: HistoryMark | None = None, *, at: int = 0) -> None:
        """Goes on after `mark`, else begins `at` that byte of the file."""
        self.log = EntryLog(mark.log, has_repeats=mark.has_repeats) if mark else EntryLog(has_repeats=True)
        self.whole_until = mark.size_bytes if mark else at
        """Up to here the file holds whole entries."""
        self.is_open = False
        """The last entry may go on."""
        self._stamps = plausible_stamps(now)
        self._at = self.whole_until
        self._command: bytes | None = None
        self._stamp_s = UNKNOWN

    def feed(self, lines: Sequence[bytes]) -> None:
        """The next whole lines, without their newlines."""
        for line in lines:
            self._take(line.replace(b"\0", b""))
            self._at += len(line) + 1

    def finish(self, partial: bytes) -> None:
        """The end of the file; `partial` is a last line without a newline."""
        if partial[:1] in _BLANKS:
            if self._command is not None and self._stamp_s == UNKNOWN and not _WHOLE_WHEN.fullmatch(partial):
                # Half a number would be a wrong date: the entry is still being written.
                self._command = None
                self.log.finish()
                return
            self._take(partial)
        self.is_open = self._command is not None and self._stamp_s == UNKNOWN
        self._end_entry()
        self.log.finish()

    def _take(self, line: bytes) -> None:
        if line.startswith(_COMMAND):
            self._end_entry()
            self._command = line[len(_COMMAND) :].removeprefix(b" ")
        elif line[:1] in _BLANKS:
            if self._stamp_s == UNKNOWN and (found := _WHEN.fullmatch(line.lstrip())):
                stamp_s = int(found[1])
                self._stamp_s = stamp_s if self._stamps.earliest_s <= stamp_s <= self._stamps.latest_s else UNKNOWN
        else:
            self._end_entry()
            if line.strip() and not line.startswith(_NO_ENTRY):
                self.log.skipped_count += 1

    def _end_entry(self) -> None:
        if self._command is not None:
            # One pass from left to right: of `\\n` the backslash is escaped and the n is an n.
            text = _ESCAPE.sub(lambda found: _ESCAPED[found[1]], self._command) if b"\\" in self._command else self._command
            self.log.append(text, self._stamp_s, at=self.whole_until)
        self.whole_until = self._at
        self._command, self._stamp_s = None, UNKNOWN
