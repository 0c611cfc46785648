"""History files and spool files: how far each was read, so that only what is new goes in (invariant 3)."""

from array import array
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import count, islice
from secrets import token_hex

from vynexus_tui.domain.events import CommandEvent, HistoryReading, TimeQuality
from vynexus_tui.store.database import Connection, transaction
from vynexus_tui.store.events_table import EventWriter, command_hash, plain
from vynexus_tui.store.hook_spans import read_hook_spans

_MOST_REMEMBERED = 1_000_000
"""Commands of an undated file remembered to recognise it again: as many as a reader gives of one file (8 bytes each)."""
_FEW = 20
"""Fewer lines than this may be alike by chance."""
_BATCH = 20_000
"""Events per transaction, about half a second: nobody waits longer for the database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """What is known of a history file that was imported before."""

    origin: str
    path: str
    fingerprint: str
    """Size and mtime when it was read last."""
    mark: str
    """How far it was read, in the source's own words."""
    unknown: tuple[str, ...]
    remedy: str
    skipped_count: int


@dataclass(slots=True, kw_only=True)
class _Progress:
    """What is remembered of a file while it is added."""

    path: str
    fingerprint: str
    mark: str
    tail: list[int]
    """Hashes of its undated lines."""
    last_event_id: int | None
    session_no: int
    skipped_count: int


Clean = Callable[[Iterable[CommandEvent]], Iterator[CommandEvent]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What one reading brought."""

    new_count: int
    left_out_count: int
    """Not taken in again: deleted by the person, or not recorded by the hook that was there."""


def add_history(connection: Connection, reading: HistoryReading, *, clean: Clean = iter, fingerprint: str, now: datetime) -> Added:
    """Adds what a history holds, after `clean`, and was not added from it before. Commits as it goes.

    Undated lines have no identity of their own, and the file's head is cut as it grows; so the file is laid over what was
    read last time, and only what follows the overlap is new. After a crash the next reading goes on where the last batch ended:
    dated events are known by their keys, undated ones by what is remembered in the same transaction.
    """
    progress = _read_progress(connection, reading, clean)
    writer = EventWriter(connection)
    added = 0
    if reading.is_continued:
        # All of it or nothing: undated lines that came in without their mark would be read again.
        with transaction(connection):
            added = sum(batch() for batch in _batches(connection, reading, clean, progress, writer))
            _write_end(connection, reading, progress, fingerprint, now)
        return Added(new_count=added, left_out_count=writer.left_out_count)
    for batch in _batches(connection, reading, clean, progress, writer):
        with transaction(connection):
            added += batch()
            _write_progress(connection, reading, progress, now)
    with transaction(connection):
        _write_end(connection, reading, progress, fingerprint, now)
    return Added(new_count=added, left_out_count=writer.left_out_count)


def read_source(connection: Connection, path: str) -> SourceState | None:
    """What is known of one history file."""
    return next((s for s in read_sources(connection) if s.path == plain(path)), None)


def read_sources(connection: Connection) -> list[SourceState]:
    """History files imported before."""
    rows = connection.execute(
        "SELECT origin, path, fingerprint, mark, unknown, remedy, skipped_count FROM sources WHERE path LIKE '/%' ORDER BY path"
    )
    return [
        SourceState(origin=o, path=p, fingerprint=f, mark=m, unknown=tuple(u.split("\n")) if u else (), remedy=r, skipped_count=s)
        for o, p, f, m, u, r, s in rows
    ]


def read_spool_offsets(connection: Connection) -> dict[str, tuple[int, int]]:
    """Spool file name to (inode, bytes read)."""
    return {name: (inode, done) for name, inode, done in connection.execute("SELECT name, inode, read_bytes FROM spool_files")}


def write_spool_offsets(connection: Connection, offsets: Mapping[str, tuple[int, int]]) -> None:
    """Remembers how far each spool file was read; in the same transaction as its events."""
    connection.execute("DELETE FROM spool_files")
    connection.executemany("INSERT INTO spool_files VALUES (?,?,?)", [(name, inode, done) for name, (inode, done) in offsets.items()])


def read_next_numbers(connection: Connection) -> dict[str, int]:
    """Hook session to the number that its next command has."""
    return dict(connection.execute("SELECT session, next_seq FROM spool_sessions").fetchall())


def write_next_numbers(connection: Connection, next_numbers: Mapping[str, int], lost: Mapping[str, int]) -> None:
    """Remembers the numbers and adds up what was lost; in the same transaction as the events."""
    connection.executemany(
        "INSERT INTO spool_sessions VALUES (?1,?2,?3) ON CONFLICT DO UPDATE SET next_seq=?2, lost_count=lost_count+?3",
        [(session, number, lost.get(session, 0)) for session, number in next_numbers.items()],
    )


def count_lost(connection: Connection) -> int:
    """Commands that hooks saw but could not write, over all time."""
    return int(connection.execute("SELECT COALESCE(SUM(lost_count), 0) FROM spool_sessions").fetchone()[0])


def _batches(
    connection: Connection, reading: HistoryReading, clean: Clean, progress: _Progress, writer: EventWriter
) -> Iterator[Callable[[], int]]:
    """The adding in pieces, undated lines first, as they are older; each gives the number of new events."""
    if reading.undated_count != 0:
        yield from _undated_batches(connection, reading, clean, progress, writer)
    if reading.undated_count == len(reading.events):
        return
    dated = clean(reading.events if reading.undated_count == 0 else (e for e in reading.events if not _is_undated(e)))
    while batch := list(islice(dated, _BATCH)):
        yield partial(writer.add, batch)


def _undated_batches(
    connection: Connection, reading: HistoryReading, clean: Clean, progress: _Progress, writer: EventWriter
) -> Iterator[Callable[[], int]]:
    hashes = _undated_hashes(reading, clean)
    # Nothing before the mark is read again, so an overlap would be chance.
    fresh: Container[int] = range(len(hashes)) if reading.is_continued else _fresh_positions(hashes, progress.tail)
    shell = reading.origin.removesuffix("_history")
    spans = read_hook_spans(connection).get(shell, [])
    # A hook that is there sees what is typed: a file that was known before can only bring what it did not record.
    is_hooked = bool(spans) and spans[-1][1] is None and progress.last_event_id is not None
    hooked = _hooked_since(connection, shell, progress.last_event_id or 0)
    undated = (e for e in clean(reading.events) if _is_undated(e))
    events = _renumbered((e for position, e in enumerate(undated) if position in fresh), reading.origin, progress)
    keys = (f"undated:{name}:{number:09}".encode() for name in (token_hex(8),) for number in count())

    def add(batch: list[CommandEvent]) -> int:
        # What was known is kept, not replaced: different histories may come through the same pipe in turn.
        progress.tail = [*progress.tail, *(command_hash(e.command) for e in batch)][-_MOST_REMEMBERED:]
        if is_hooked:
            writer.left_out_count += len(batch)
            return 0
        return writer.add_undated(zip(_without_hooked(batch, hooked), keys, strict=False))

    while batch := list(islice(events, _BATCH)):
        yield partial(add, batch)


def _undated_hashes(reading: HistoryReading, clean: Clean) -> Sequence[int]:
    return array("q", (command_hash(e.command) for e in clean(reading.events) if _is_undated(e)))


def _write_end(connection: Connection, reading: HistoryReading, progress: _Progress, fingerprint: str, now: datetime) -> None:
    progress.fingerprint, progress.mark = fingerprint, reading.mark
    progress.skipped_count = reading.skipped_lines + (progress.skipped_count if reading.is_continued else 0)
    _write_progress(connection, reading, progress, now)


def _read_progress(connection: Connection, reading: HistoryReading, clean: Clean) -> _Progress:
    path = plain(reading.path or "-")
    columns = "fingerprint, mark, tail, last_event_id, session_no, skipped_count"
    row = connection.execute(f"SELECT {columns} FROM sources WHERE origin=? AND path=?", (reading.origin, path)).fetchone()
    if row is None and reading.undated_count != 0:
        others = connection.execute(f"SELECT {columns} FROM sources WHERE length(tail)>=?", (8 * _FEW,)).fetchall()
        hashes = _undated_hashes(reading, clean) if others else ()
        # The same lines under another name (a pipe, a backup) are the same history.
        row = next((("", "", *o[2:]) for o in others if _is_same(hashes, _unpack(o[2]))), None)
    fingerprint, mark, tail, last_event_id, session_no, skipped_count = row or ("", "", b"", None, 0, 0)
    return _Progress(
        path=path,
        fingerprint=fingerprint,
        mark=mark,
        tail=_unpack(tail),
        last_event_id=last_event_id,
        session_no=session_no,
        skipped_count=skipped_count,
    )


def _is_same(hashes: Sequence[int], known: list[int]) -> bool:
    """Whether all of the shorter one is where the two overlap."""
    return len(hashes) >= _FEW and (_overlap(hashes, known) >= min(len(hashes), len(known)) or _is_within(hashes, known))


def _is_within(hashes: Sequence[int], known: list[int]) -> bool:
    return len(hashes) <= len(known) and not Counter(hashes) - Counter(known)


def _write_progress(connection: Connection, reading: HistoryReading, progress: _Progress, now: datetime) -> None:
    last_event_id = connection.execute("SELECT COALESCE(MAX(event_id), 0) FROM events").fetchone()[0]
    connection.execute(
        "INSERT OR REPLACE INTO sources"
        " (origin, path, tail, last_event_id, fingerprint, imported_at, unknown, mark, remedy, skipped_count, session_no)"
        " VALUES (?,?,?,?,?,?,?,?,?,?,?)",
        (
            reading.origin,
            progress.path,
            array("q", progress.tail).tobytes(),
            last_event_id,
            progress.fingerprint,
            now.isoformat(),
            "\n".join(reading.unknown),
            progress.mark,
            reading.remedy,
            progress.skipped_count,
            progress.session_no,
        ),
    )


def _fresh_positions(hashes: Sequence[int], known: list[int]) -> Container[int]:
    overlap = _overlap(hashes, known)
    if not known or overlap * 2 >= min(len(known), len(hashes)):
        return range(overlap, len(hashes))
    # The file was rewritten (erasedups, an editor): only what it holds more often than before counts as new. That may miss
    # repeats, but never counts one twice.
    left = Counter(known)
    fresh = set()
    for position, digest in enumerate(hashes):
        if left[digest] > 0:
            left[digest] -= 1
        else:
            fresh.add(position)
    return fresh


def _overlap(new: Sequence[int], old: list[int]) -> int:
    """Length of the longest beginning of `new` that `old` ends with (Knuth-Morris-Pratt, linear)."""
    if not new or not old:
        return 0
    failure = array("q", bytes(8 * len(new)))
    k = 0
    for i in range(1, len(new)):
        while k and new[i] != new[k]:
            k = failure[k - 1]
        k += new[i] == new[k]
        failure[i] = k
    k = 0
    for position, digest in enumerate(old):
        while k and (k == len(new) or digest != new[k]):
            k = failure[k - 1]
        k += digest == new[k]
        if k == len(new) and position < len(old) - 1:
            k = failure[k - 1]
    return k


def _renumbered(events: Iterable[CommandEvent], origin: str, progress: _Progress) -> Iterator[CommandEvent]:
    """Sessions counted over everything that was ever added: the file's own count starts anew whenever its head is cut."""
    current = None
    for event in events:
        if event.session_id != current:
            # The first lines go on with the session that was the last one.
            progress.session_no += current is not None or progress.session_no == 0
            current = event.session_id
        yield replace(event, session_id=f"{origin}:{progress.session_no}")


def _hooked_since(connection: Connection, shell: str, event_id: int) -> Counter[int]:
    """Commands the hook recorded too since the file was read last: the shell writes them to its history when it ends."""
    rows = connection.execute(
        "SELECT command_hash, COUNT(*) FROM events WHERE origin='hook' AND shell=? AND event_id>? GROUP BY command_hash", (shell, event_id)
    )
    return Counter(dict(rows.fetchall()))


def _without_hooked(events: Iterable[CommandEvent], hooked: Counter[int]) -> Iterator[CommandEvent]:
    for event in events:
        digest = command_hash(event.command)
        if hooked[digest] > 0:
            hooked[digest] -= 1
        else:
            yield event


def _is_undated(event: CommandEvent) -> bool:
    return event.native_id is None and (event.started_at is None or event.time_quality is not TimeQuality.EXACT)


def _unpack(blob: bytes) -> list[int]:
    return array("q", blob).tolist()
