"""Which lines of a history belong together: an open quote, a last backslash or a here-document goes on in the next line.

A history without stamps does not say it; so lines are joined where something is open and a later line closes it.
"""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

_MAX_JOINED_LINES = 50
MAX_HERE_DOCUMENT_LINES = 1_000
_MAX_HERE_DOCUMENT_BYTES = 65_536
"""A here-document says with which line it ends, so that more lines can be taken than after a quote, which may be a mere apostrophe."""
_MAY_CONTINUE = re.compile(rb"""['"\\]|<<""")
# Possessive quantifiers: linear on any input, the bytes are not ours.
_COMPLETE = re.compile(
    rb"""(?: [^\\'"$\#]++ | \\. | '[^']*+' | "(?:[^\\"]++|\\.)*+" | \$'(?:[^\\']++|\\.)*+' | \$
          | (?:(?<=[\s;&|(])|\A)\#[^\n]*+ | (?<=[^\s;&|(])\# )*+""",
    re.VERBOSE | re.DOTALL,
)
_HERE_DOCUMENT = re.compile(rb"""(?<![<(])<<(?P<dash>-?)[ \t]*(?P<quote>["']?)(?P<word>[\w\x80-\xff]+)(?P=quote)""")


class EntryEnd(NamedTuple):
    """Where an entry ends."""

    stop: int
    """The line after it."""
    looks: int = 0
    """Lines that were looked at in vain."""
    is_open: bool = False
    """The lines ended before it was clear."""


def find_entry_end(lines: Sequence[bytes], at: int, is_boundary: Callable[[bytes], bool]) -> EntryEnd:
    """The end of the entry that starts at `at`: one line where nothing before the next boundary closes what is open."""
    line = lines[at]
    if not _MAY_CONTINUE.search(line):
        return EntryEnd(at + 1)
    open_text = _unfinished(line)
    if not open_text:
        return _after_here_documents(lines, at, is_boundary)
    limit = at + _MAX_JOINED_LINES
    for number in range(at + 1, min(len(lines), limit)):
        if is_boundary(lines[number]):
            return EntryEnd(at + 1, _MAX_JOINED_LINES)
        open_text = _unfinished(open_text + b"\n" + lines[number])
        if not open_text:
            return EntryEnd(number + 1)
    return EntryEnd(at + 1, _MAX_JOINED_LINES, limit > len(lines))


def _unfinished(text: bytes) -> bytes:
    """What is left of `text` from its open quote or last backslash on; empty when nothing is open."""
    found = _COMPLETE.match(text)
    return text if found is None else text[found.end() :]


def _after_here_documents(lines: Sequence[bytes], at: int, is_boundary: Callable[[bytes], bool]) -> EntryEnd:
    number = at + 1
    limit = at + MAX_HERE_DOCUMENT_LINES
    for document in _HERE_DOCUMENT.finditer(lines[at]):
        while number < limit:
            if number == len(lines):
                return EntryEnd(at + 1, MAX_HERE_DOCUMENT_LINES, is_open=True)
            line = lines[number]
            if is_boundary(line):
                return EntryEnd(at + 1, MAX_HERE_DOCUMENT_LINES)
            number += 1
            if (line.lstrip(b"\t") if document["dash"] else line) == document["word"]:
                break
        else:
            return EntryEnd(at + 1, MAX_HERE_DOCUMENT_LINES)
    is_short = sum(map(len, lines[at:number])) <= _MAX_HERE_DOCUMENT_BYTES
    return EntryEnd(number if is_short else at + 1)
