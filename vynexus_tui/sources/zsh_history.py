"""Read a zsh history file: plain or extended (`: <start>:<elapsed>;<command>`), metafied, with continuation lines."""

import re
from collections.abc import Sequence
from datetime import datetime

from vynexus_tui.sources.history_entries import UNKNOWN, EntryLog, plausible_stamps
from vynexus_tui.sources.history_marks import HistoryMark

_HEADER = re.compile(rb": *(-?\d{1,19}):(\d{1,19});")
_CUT_HEADER = re.compile(rb": *-?\d*:?\d*")
_PADDED = re.compile(rb"\\ +\Z")
_META = re.compile(rb"\x83(.)", re.DOTALL)
_LONGEST_S = 400 * 86_400
_MOST_LINES = 100_000
"""No entry has more; a file of nothing but backslashes must not fill the memory."""


class ZshParser:
    """Takes a zsh history line by line. Formats may be mixed in one file."""

    shell = "zsh"
    is_within_key = False
    starts_stamped: bool | None = None
    looks = 0
    is_always_deduped = False

    def __init__(self, now: datetime, mark: HistoryMark | None = None, *, at: int = 0) -> None:
        """Goes on after `mark`, else begins `at` that byte of the file."""
        self.log = EntryLog(mark.log, has_repeats=mark.has_repeats) if mark else EntryLog()
        self.whole_until = mark.size_bytes if mark else at
        """Up to here the file holds whole entries."""
        self.is_open = False
        """The last entry may go on."""
        self._stamps = plausible_stamps(now)
        self._at = self.whole_until
        self._parts: list[bytes] = []
        """Lines of an unfinished entry: zsh writes a newline inside a command as backslash and newline; exactly one backslash goes."""

    def feed(self, lines: Sequence[bytes]) -> None:
        """The next whole lines, without their newlines."""
        for line in lines:
            following = self._at + len(line) + 1
            if b"\0" in line:
                # What a file system crash leaves behind; no command holds one, and zsh writes it metafied.
                line = line.replace(b"\0", b"")
            if line.endswith(b"\\") and len(self._parts) < _MOST_LINES:
                self._parts.append(line[:-1])
            else:
                if self._parts:
                    line = b"\n".join([*self._parts, line])
                    self._parts.clear()
                if line:
                    self._take(line)
                self.whole_until = following
            self._at = following

    def finish(self, partial: bytes) -> None:
        """The end of the file; `partial` is a last line without a newline."""
        partial = partial.replace(b"\0", b"")
        is_header = not self._parts and _CUT_HEADER.fullmatch(partial) is not None
        if self._parts or (partial and not is_header):
            # zsh reads such an entry too, and an editor may have left it so; the mark stays before it.
            self._take(b"\n".join([*self._parts, partial.removesuffix(b"\\")]))
            self.is_open = True
        self.log.finish()

    def _take(self, line: bytes) -> None:
        """One entry, with what zsh added when it wrote it taken away; a header without a command is skipped."""
        stamp_s = duration_s = UNKNOWN
        if line[:1] == b":" and (header := _HEADER.match(line)):
            line = line[header.end() :]
            started, second = int(header[1]), int(header[2])
            if self._stamps.earliest_s <= started <= self._stamps.latest_s:
                stamp_s = started
            # The oldest format has the time of the end there; both are told apart as zsh itself does it.
            elapsed = second if second < started or stamp_s == UNKNOWN else second - started
            duration_s = elapsed if elapsed <= _LONGEST_S else UNKNOWN
            if not line:
                self.log.skipped_count += 1
                return
        elif line.startswith(b"\\:"):
            line = line[1:]
        if line.endswith(b" ") and _PADDED.search(line):
            line = line[:-1]
        if b"\x83" in line:
            line = _META.sub(lambda found: bytes((found[1][0] ^ 0x20,)), line)
        self.log.append(line, stamp_s, duration_s, at=self.whole_until)
