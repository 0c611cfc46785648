"""Read a bash history file: plain lines, or entries under `#<epoch>` stamps (written while HISTTIMEFORMAT is set).

Under stamps all text up to the next stamp is one entry. Without them an entry of several lines cannot be told from several entries;
lines are joined where a quote, a here-document or a trailing backslash is open and a later line closes it.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from vynexus_tui.sources.history_entries import UNKNOWN, EntryLog, plausible_stamps
from vynexus_tui.sources.history_marks import HistoryMark
from vynexus_tui.sources.open_lines import MAX_HERE_DOCUMENT_LINES, EntryEnd, find_entry_end
from vynexus_tui.sources.pasted_keys import PastedKeys

_STAMP = re.compile(rb"#\+?(\d{9,10})")
"""tcsh writes `#+<epoch>`."""
_CUT_STAMP = re.compile(rb"#\+?\d{0,10}")
_MAX_LOOKS_AHEAD = 1_000_000
"""After so many lines looked at for a close that never came, the file is no history that joining could help."""
_MAX_ENTRY_COMMANDS = 5
"""A stamped entry with more complete commands than this is one command, followed by a session that wrote no stamps."""
_WINDOW_LINES = (_MAX_ENTRY_COMMANDS + 2) * MAX_HERE_DOCUMENT_LINES
"""So many lines are always looked at together: nothing is decided by a line that is further away."""


class _Block(NamedTuple):
    """The commands under one stamp: no more than are needed to tell what it is."""

    commands: list[tuple[int, int]]
    """First line and the line after the last one of each."""
    stop: int
    is_whole: bool
    """The block ends at `stop`."""
    is_open: bool


class BashParser:
    """Takes a bash history line by line."""

    shell = "bash"
    is_always_deduped = False

    def __init__(self, now: datetime, mark: HistoryMark | None = None, *, at: int = 0) -> None:
        """Goes on after `mark`, else begins `at` that byte of the file."""
        self.log = EntryLog(mark.log, has_made_up=True, has_repeats=mark.has_repeats) if mark else EntryLog(has_made_up=True)
        self.whole_until = mark.size_bytes if mark else at
        """Up to here the file holds whole entries."""
        self.is_open = False
        """The last entry may go on."""
        self.is_within_key = False
        """The file ends in a private key, which may have begun before the last stamp."""
        self.starts_stamped = mark.starts_stamped if mark else None
        """The file begins with a stamp, so that all of it was written with stamps."""
        self.looks = mark.looks if mark else 0
        """Lines looked at in vain."""
        self._stamps = plausible_stamps(now)
        self._keys = PastedKeys()
        self._lines: list[bytes] = []
        self._sizes: list[int] = []
        """Bytes of each line in the file."""
        self._next = 0

    def feed(self, lines: Sequence[bytes]) -> None:
        """The next whole lines, without their newlines."""
        self._gather(lines, is_last=False)
        self._consume(len(self._lines) - _WINDOW_LINES, is_last=False)

    def finish(self, partial: bytes) -> None:
        """The end of the file; `partial` is a last line without a newline."""
        is_whole = not partial or _CUT_STAMP.fullmatch(partial) is not None
        self._gather([] if is_whole else [partial], is_last=True)
        self._consume(len(self._lines), is_last=True)
        self.is_open = self.is_open or not is_whole
        self.is_within_key = self._keys.is_open
        self.log.finish()

    def _gather(self, lines: Sequence[bytes], *, is_last: bool) -> None:
        for line, size in self._keys.replace(lines, is_last=is_last):
            # NULs are what a file system crash leaves behind; no command holds one.
            self._lines.append(line.replace(b"\0", b"") if b"\0" in line else line)
            self._sizes.append(size)

    def _consume(self, limit: int, *, is_last: bool) -> None:
        while self._next < limit:
            stamp_s = self._stamp(self._lines[self._next])
            if stamp_s != UNKNOWN:
                if self.starts_stamped is None:
                    self.starts_stamped = True
                if not self._take_stamped(stamp_s, is_last=is_last):
                    break
            else:
                self._take_plain()
        del self._lines[: self._next], self._sizes[: self._next]
        self._next = 0

    def _take_plain(self) -> None:
        """One entry without a stamp. The line after it may be a stamp: only right after a stamp is one text."""
        at = self._next
        line = self._lines[at]
        end = EntryEnd(at + 1)
        if self.looks < _MAX_LOOKS_AHEAD:
            end = find_entry_end(self._lines, at, self._is_stamp)
            self.looks += end.looks
            self.is_open = self.is_open or end.is_open
        if line:
            self.starts_stamped = self.starts_stamped or False
        self._append(at, end.stop)
        self._advance(end.stop)

    def _take_stamped(self, stamp_s: int, *, is_last: bool) -> bool:
        """The entry under a stamp; False where the file ends before its text."""
        at, lines = self._next, self._lines
        if at + 2 < len(lines) and lines[at + 1].strip() and self._is_stamp(lines[at + 2]) and not self._is_stamp(lines[at + 1]):
            # Nearly every entry is one line between two stamps.
            self._append(at + 1, at + 2, stamp_s)
            self._advance(at + 2)
            return True
        block = self._read_block(at + 1)
        if not block.commands:
            if block.stop == len(self._lines) and is_last:
                return False
            self.log.skipped_count += 1
            self._advance(block.stop)
            return True
        count = len(block.commands)
        first, stop = block.commands[0]
        if block.is_whole and 1 < count <= _MAX_ENTRY_COMMANDS and self.starts_stamped:
            first, stop = at + 1, block.stop
        elif count > 1:
            # The lines after the first command have no stamps of their own, and are taken as they come.
            self.is_open = self.is_open or block.is_open
        self._append(first, stop, stamp_s)
        self._advance(block.stop if count == 1 else stop)
        return True

    def _read_block(self, at: int) -> _Block:
        """The commands from the line after a stamp on.

        That line is text even when it looks like a stamp (a typed `#1699999999`), unless ordinary text follows it: then someone has
        deleted the command between two stamps.
        """
        lines, count = self._lines, len(self._lines)
        if at < count and self._is_stamp(lines[at]) and at + 1 < count and lines[at + 1] and not self._is_stamp(lines[at + 1]):
            return _Block([], at, is_whole=True, is_open=False)
        commands: list[tuple[int, int]] = []
        is_open = False
        number = at
        while number < count and (number == at or not self._is_stamp(lines[number])):
            if len(commands) > _MAX_ENTRY_COMMANDS:
                return _Block(commands, number, is_whole=False, is_open=is_open)
            end = find_entry_end(lines, number, self._is_stamp)
            is_open = is_open or end.is_open
            if lines[number].strip():
                commands.append((number, end.stop))
            number = end.stop
        return _Block(commands, number, is_whole=True, is_open=is_open)

    def _is_stamp(self, line: bytes) -> bool:
        return line[:1] == b"#" and self._stamp(line) != UNKNOWN

    def _stamp(self, line: bytes) -> int:
        if line[:1] != b"#" or not (found := _STAMP.fullmatch(line)):
            return UNKNOWN
        stamp_s = int(found[1])
        return stamp_s if self._stamps.earliest_s <= stamp_s <= self._stamps.latest_s else UNKNOWN

    def _append(self, at: int, stop: int, stamp_s: int = UNKNOWN) -> None:
        text = self._lines[at] if stop == at + 1 else b"\n".join(self._lines[at:stop])
        # What is under a stamp may end in blank lines: bash writes one after a here-document.
        self.log.append(text if stamp_s == UNKNOWN else text.rstrip(b"\n"), stamp_s, at=self.whole_until)

    def _advance(self, stop: int) -> None:
        self.whole_until += sum(self._sizes[self._next : stop])
        self._next = stop
