"""Read a bash history file: plain lines, or entries under `#<epoch>` stamps (written while HISTTIMEFORMAT is set)."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby, pairwise

from vynexus_tui.domain.events import HistoryReading
from vynexus_tui.sources.history_entries import Entry, build_reading, is_plausible_stamp

_STAMP = re.compile(r"#(\d{9,10})")
_MAX_JOINED_LINES = 50
_MAX_HERE_DOCUMENT_LINES = 1_000
_MAX_HERE_DOCUMENT_CHARS = 65_536
"""A here-document says with which line it ends, so that more lines can be taken than after a quote, which may be a mere apostrophe."""
_MAX_LOOKS_AHEAD = 1_000_000
"""After so many lines looked at for a close that never came, the file is no history that joining could help."""
_MAX_ENTRY_COMMANDS = 5
"""A stamped entry with more complete commands than this is one command, followed by a session that wrote no stamps."""
_FABRICATED_RUN = 5
"""So many entries of one second were stamped together: `history -w` gives all old unstamped lines the second the session started."""
_MAY_CONTINUE = re.compile(r"""['"\\]|<<""")
# Possessive quantifiers: linear on any input, the bytes are not ours.
_COMPLETE = re.compile(
    r"""(?: [^\\'"$\#]++ | \\. | '[^']*+' | "(?:[^\\"]++|\\.)*+" | \$'(?:[^\\']++|\\.)*+' | \$
          | (?:(?<=[\s;&|(])|\A)\#[^\n]*+ | (?<=[^\s;&|(])\# )*+""",
    re.VERBOSE | re.DOTALL,
)
_KEY_BEGINS = re.compile(r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_KEY_BODY = re.compile(r"\s*(?:[A-Za-z0-9+/=]*+|[A-Za-z-]+: [^;|&]*|#\d{9,10})[\s\\]*")
"""Armour, its headers, and the stamps of a shell that kept every line of a paste as an entry."""
_KEY_LINE = re.compile(r"\s*[A-Za-z0-9+/=]{40,}[\s\\]*")
_HERE_DOCUMENT = re.compile(r"""(?<![<(])<<(?P<dash>-?)[ \t]*(?P<quote>["']?)(?P<word>\w+)(?P=quote)""")


def read_bash_history(raw: bytes, *, path: str | None, now: datetime) -> HistoryReading:
    """Every entry of the file in its order; entries of several lines come back whole where the file allows it.

    Under stamps all text up to the next stamp is one entry. Without them an entry of several lines cannot be told from several entries;
    lines are joined where a quote, a here-document or a trailing backslash is open and a later line closes it.
    """
    # NULs are what a file system crash leaves behind; no command holds one.
    lines = list(_without_keys(raw.replace(b"\0", b"").decode("utf-8", "surrogateescape").split("\n")))
    stamps = _stamped_lines(lines, now)
    if not stamps:
        return build_reading([Entry(text) for text in _joined(lines)], shell="bash", path=path, unknown=("no durations",))
    first = min(stamps)
    starts_stamped = not any(lines[:first])
    entries = [Entry(text) for text in _joined(lines[:first])]
    orphans = 0
    places = [*sorted(stamps), len(lines)]
    for at, following in pairwise(places):
        texts = _block_entries(lines[at + 1 : following], is_one_entry=starts_stamped)
        orphans += not texts
        entries += [Entry(text, stamps[at] if number == 0 else None) for number, text in enumerate(texts)]
    return build_reading(list(_fabricated_marked(entries)), shell="bash", path=path, skipped_lines=orphans, unknown=("no durations",))


def _without_keys(lines: Sequence[str]) -> Iterator[str]:
    """The lines, with the text of every private key replaced by one mark: redaction sees entries, and a key may be cut into many."""
    at = 0
    while at < len(lines):
        yield lines[at]
        at += 1
        if "PRIVATE KEY" not in lines[at - 1] or not _KEY_BEGINS.search(lines[at - 1]):
            continue
        stop = next((n for n in range(at, len(lines)) if not _KEY_BODY.fullmatch(lines[n])), len(lines))
        if stop == len(lines) or "-----END" not in lines[stop]:
            # Without an end `ls` could be armour as well; only what is too long for a word is taken.
            long = (n for n in range(stop, at, -1) if _KEY_LINE.fullmatch(lines[n - 1]))
            stop = next(long, at)
        if stop > at:
            yield "{{secret:private-key}}"
            at = stop


def _stamped_lines(lines: Sequence[str], now: datetime) -> dict[int, int]:
    """Line number to epoch seconds of the lines that are stamps.

    The line after a stamp is text even when it looks like one (a typed `#1699999999`), unless ordinary text follows it: then
    someone has deleted the command between two stamps.
    """
    alike: dict[int, int] = {}
    for number, line in enumerate(lines):
        if line.startswith("#") and (found := _STAMP.fullmatch(line)) and is_plausible_stamp(stamp := int(found[1]), now):
            alike[number] = stamp
    stamps: dict[int, int] = {}
    for number, stamp in alike.items():
        ends_block = number + 1 in alike or not any(lines[number + 1 : number + 2])
        if number - 1 not in stamps or not ends_block:
            stamps[number] = stamp
    return stamps


def _block_entries(block: Sequence[str], *, is_one_entry: bool) -> list[str]:
    if len(block) == 1:
        return [block[0]] if block[0].strip() else []
    commands = list(_joined(block))
    if is_one_entry and 1 < len(commands) <= _MAX_ENTRY_COMMANDS:
        return ["\n".join(block).rstrip("\n")]
    return commands


def _joined(lines: Sequence[str]) -> Iterator[str]:
    """The entries of unstamped lines; blank lines are none."""
    at = looks = 0
    while at < len(lines):
        line = lines[at]
        stop = at + 1
        if looks < _MAX_LOOKS_AHEAD and _MAY_CONTINUE.search(line):
            stop = _entry_end(lines, at)
            if stop == at + 1:
                looks += _MAX_HERE_DOCUMENT_LINES if _HERE_DOCUMENT.search(line) else _MAX_JOINED_LINES * (not _COMPLETE.fullmatch(line))
        if line.strip():
            yield line if stop == at + 1 else "\n".join(lines[at:stop])
        at = stop


def _entry_end(lines: Sequence[str], at: int) -> int:
    """The line after the entry that starts at `at`; one line where nothing closes what is open."""
    limit = min(len(lines), at + _MAX_JOINED_LINES)
    open_text = _unfinished(lines[at])
    if not open_text:
        return _after_here_documents(lines, at)
    for number in range(at + 1, limit):
        open_text = _unfinished(f"{open_text}\n{lines[number]}")
        if not open_text:
            return number + 1
    return at + 1


def _unfinished(text: str) -> str:
    """What is left of `text` from its open quote or last backslash on; empty when nothing is open."""
    found = _COMPLETE.match(text)
    return text if found is None else text[found.end() :]


def _after_here_documents(lines: Sequence[str], at: int) -> int:
    stop = at + 1
    limit = min(len(lines), at + _MAX_HERE_DOCUMENT_LINES)
    for document in _HERE_DOCUMENT.finditer(lines[at]):
        ends = (n for n in range(stop, limit) if (lines[n].lstrip("\t") if document["dash"] else lines[n]) == document["word"])
        end = next(ends, None)
        if end is None:
            return at + 1
        stop = end + 1
    return stop if sum(map(len, lines[at:stop])) <= _MAX_HERE_DOCUMENT_CHARS else at + 1


def _fabricated_marked(entries: Iterable[Entry]) -> Iterator[Entry]:
    for stamp_s, run in groupby(entries, key=lambda e: e.stamp_s):
        together = list(run)
        if stamp_s is not None and len(together) >= _FABRICATED_RUN:
            together = [e._replace(is_fabricated=True) for e in together]
        yield from together
