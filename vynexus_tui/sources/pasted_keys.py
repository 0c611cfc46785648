"""Private keys that were pasted into a shell: a history without stamps cuts them into many entries, and redaction sees entries."""

import re
from collections.abc import Iterator, Sequence

_KEY_BEGINS = re.compile(rb"-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
# Possessive quantifiers: linear on any input, the bytes are not ours.
_KEY_BODY = re.compile(rb"\s*(?:[A-Za-z0-9+/=]*+|[A-Za-z-]+: [^;|&]*|#\d{9,10})[\s\\]*")
"""Armour, its headers, and the stamps of a shell that kept every line of a paste as an entry."""
_KEY_LINE = re.compile(rb"\s*[A-Za-z0-9+/=]{40,}[\s\\]*")
_MOST_BODY_LINES = 2_000
"""A key of 16,384 bits has 200, twice that with stamps."""
_MARK = b"{{secret:private-key}}"


class PastedKeys:
    """Passes lines on, with the text of every private key replaced by one mark."""

    def __init__(self) -> None:
        self.is_open = False
        """The lines ended within a key."""
        self._held: list[bytes] = []
        """From the line on in which a key begins, while its end is not in sight."""

    def replace(self, lines: Sequence[bytes], *, is_last: bool) -> Iterator[tuple[bytes, int]]:
        """Each line with the bytes it took in the file, newlines included. What is not decided yet comes with the next lines."""
        lines = [*self._held, *lines] if self._held else lines
        self._held = []
        at = 0
        while at < len(lines):
            line = lines[at]
            if b"PRIVATE KEY" not in line or not _KEY_BEGINS.search(line):
                yield line, len(line) + 1
                at += 1
                continue
            limit = min(len(lines), at + 1 + _MOST_BODY_LINES)
            stop = next((n for n in range(at + 1, limit) if not _KEY_BODY.fullmatch(lines[n])), limit)
            if stop == len(lines) and not is_last:
                self._held = list(lines[at:])
                return
            self.is_open = stop == len(lines)
            yield line, len(line) + 1
            at += 1
            if stop == limit or b"-----END" not in lines[stop]:
                # Without an end `ls` could be armour as well; only what is too long for a word is taken.
                stop = next((n for n in range(stop, at, -1) if _KEY_LINE.fullmatch(lines[n - 1])), at)
            if stop > at:
                yield _MARK, sum(len(taken) + 1 for taken in lines[at:stop])
                at = stop
