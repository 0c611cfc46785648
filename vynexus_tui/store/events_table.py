"""Events: added once however often they are seen, read back in order (invariant 3)."""

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from math import isfinite
from typing import Any

from vynexus_tui.domain.events import Actor, CommandEvent, CostSource, CountQuality, HistoryReading, TimeQuality
from vynexus_tui.store.database import Connection

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_REMEMBERED = 300_000
"""Commands of an undated file remembered to recognise it again: more than a reader ever gives of one file (8 bytes each)."""
_LARGEST = 1 << 62
"""SQLite holds 63 bits; what is larger was not measured but made up."""
_SAME_MOMENT_US = 1_500_000
"""zsh and bash histories keep whole seconds; the hook's start may fall into the second before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """What is known of a history file that was imported before."""

    origin: str
    path: str
    fingerprint: str
    """Size and mtime when it was read last."""
    unknown: tuple[str, ...]


def add_events(connection: Connection, events: Iterable[CommandEvent]) -> int:
    """Adds hook records and dated or natively numbered events; returns how many were new. Call inside a transaction."""
    added = 0
    seen_moments: Counter[tuple[str, int, int]] = Counter()
    for event in events:
        digest = _command_hash(event.command)
        if event.native_id is not None:
            key = _key("native", event.native_id)
        else:
            moment = (event.origin, _second(event), digest)
            seen_moments[moment] += 1
            key = _key("dated", event.origin, str(moment[1]), str(digest), str(seen_moments[moment]))
        if event.time_quality is TimeQuality.EXACT and _merge_into_known(connection, event, digest, key):
            continue
        added += _insert(connection, event, digest, key)
    return added


def add_history(connection: Connection, reading: HistoryReading, *, fingerprint: str, now: datetime) -> int:
    """Adds what a history file holds and was not added from it before; returns how many were new. Call inside a transaction.

    Undated lines have no identity of their own, and the file's head is cut as it grows; so the file is laid over what was
    read last time, and only what follows the overlap is new.
    """
    path = _plain(reading.path or "-")
    undated = [e for e in reading.events if _is_undated(e)]
    added = add_events(connection, (e for e in reading.events if not _is_undated(e)))
    row = connection.execute("SELECT tail, last_event_id FROM sources WHERE origin=? AND path=?", (reading.origin, path)).fetchone()
    known, last_event_id = (_unpack(row[0]), row[1]) if row else ([], None)
    hashes = [_command_hash(e.command) for e in undated]
    fresh = _after_overlap(undated, hashes, known)
    # What was known is kept, not replaced: different histories may come through the same pipe in turn.
    fresh_hashes = [_command_hash(e.command) for e in fresh]
    if last_event_id is not None:
        fresh = _without_hooked(connection, fresh, last_event_id)
    if fresh:
        start = connection.execute("SELECT COUNT(*) FROM events WHERE origin=?", (reading.origin,)).fetchone()[0]
        for number, event in enumerate(fresh, start=start):
            key = _key("undated", reading.origin, path, str(number), event.command)
            added += _insert(connection, event, _command_hash(event.command), key)
    last = connection.execute("SELECT COALESCE(MAX(event_id), 0) FROM events").fetchone()[0]
    connection.execute(
        "INSERT OR REPLACE INTO sources VALUES (?,?,?,?,?,?,?)",
        (
            reading.origin,
            path,
            _pack([*known, *fresh_hashes][-_MOST_REMEMBERED:]),
            last,
            fingerprint,
            now.isoformat(),
            "\n".join(reading.unknown),
        ),
    )
    return added


def read_events(connection: Connection, *, most: int) -> list[CommandEvent]:
    """The newest `most` events, oldest first."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM events ORDER BY event_id DESC LIMIT ?", (most,)).fetchall()
    return [_event(row) for row in reversed(rows)]


def read_events_by_id(connection: Connection, event_ids: Sequence[int]) -> list[CommandEvent]:
    """The named events, in the order named; missing ones are left out."""
    found = {}
    for start in range(0, len(event_ids), 500):
        chunk = event_ids[start : start + 500]
        marks = ",".join("?" * len(chunk))
        for row in connection.execute(f"SELECT {_COLUMNS} FROM events WHERE event_id IN ({marks})", chunk):
            found[row[0]] = _event(row)
    return [found[i] for i in event_ids if i in found]


def read_session_before(connection: Connection, event_id: int, *, most: int = 500) -> list[CommandEvent]:
    """The events of the same session up to and without `event_id`, oldest first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM events WHERE session_id=(SELECT session_id FROM events WHERE event_id=?) AND event_id<?"
        " ORDER BY event_id DESC LIMIT ?",
        (event_id, event_id, most),
    ).fetchall()
    return [_event(row) for row in reversed(rows)]


def count_events(connection: Connection) -> tuple[int, datetime | None, tuple[str, ...]]:
    """How many events there are, when the newest dated one started, and from which sources they come."""
    count, newest = connection.execute("SELECT COUNT(*), MAX(started_us) FROM events").fetchone()
    origins = tuple(row[0] for row in connection.execute("SELECT DISTINCT origin FROM events ORDER BY origin"))
    return count, _moment(newest), origins


def count_newer(connection: Connection, event_id: int) -> tuple[int, int]:
    """How many events came after `event_id`, and the newest event's id (0 where there is none)."""
    count, newest = connection.execute(
        "SELECT COUNT(*) FILTER (WHERE event_id>?), COALESCE(MAX(event_id), 0) FROM events", (event_id,)
    ).fetchone()
    return count, newest


def read_sources(connection: Connection) -> list[SourceState]:
    """History files imported before."""
    rows = connection.execute("SELECT origin, path, fingerprint, unknown FROM sources WHERE path LIKE '/%' ORDER BY path")
    return [SourceState(origin=o, path=p, fingerprint=f, unknown=tuple(u.split("\n")) if u else ()) for o, p, f, u in rows]


def read_spool_offsets(connection: Connection) -> dict[str, tuple[int, int]]:
    """Spool file name to (inode, bytes read)."""
    return {name: (inode, done) for name, inode, done in connection.execute("SELECT name, inode, read_bytes FROM spool_files")}


def write_spool_offsets(connection: Connection, offsets: Mapping[str, tuple[int, int]]) -> None:
    """Remembers how far each spool file was read; in the same transaction as its events."""
    connection.execute("DELETE FROM spool_files")
    connection.executemany("INSERT INTO spool_files VALUES (?,?,?)", [(name, inode, done) for name, (inode, done) in offsets.items()])


_COLUMNS = (
    "event_id, command, sequence_no, session_id, started_us, duration_us, exit_code, cwd, host, shell, actor, origin,"
    " time_quality, count_quality, cpu_us, peak_memory_bytes, cost_source"
)


def _insert(connection: Connection, event: CommandEvent, digest: int, key: bytes) -> int:
    cursor = connection.execute(
        "INSERT OR IGNORE INTO events VALUES (NULL,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            key,
            _bytes(event.command),
            digest,
            event.sequence_no,
            _plain(event.session_id),
            _microseconds(event.started_at),
            _storable(event.duration_s, 1e6),
            _storable(event.exit_code),
            None if event.cwd is None else _bytes(event.cwd),
            None if event.host is None else _plain(event.host),
            None if event.shell is None else _plain(event.shell),
            event.actor,
            event.origin,
            event.time_quality,
            event.count_quality,
            _storable(event.cpu_s, 1e6),
            _storable(event.peak_memory_bytes),
            event.cost_source,
        ),
    )
    return cursor.rowcount


def _merge_into_known(connection: Connection, event: CommandEvent, digest: int, key: bytes) -> bool:
    """Whether another source already holds this very execution; what that one did not know is then filled in."""
    started = _microseconds(event.started_at)
    row = connection.execute(
        "SELECT event_id FROM events WHERE command_hash=? AND started_us BETWEEN ? AND ? AND origin<>? AND time_quality='exact'"
        " AND NOT EXISTS (SELECT 1 FROM events WHERE import_key=?) ORDER BY ABS(started_us-?) LIMIT 1",
        (digest, (started or 0) - _SAME_MOMENT_US, (started or 0) + _SAME_MOMENT_US, event.origin, key, started),
    ).fetchone()
    if row is None:
        return False
    connection.execute(
        "UPDATE events SET duration_us=COALESCE(duration_us,?), exit_code=COALESCE(exit_code,?), cwd=COALESCE(cwd,?),"
        " host=COALESCE(host,?), cpu_us=COALESCE(cpu_us,?) WHERE event_id=?",
        (
            _storable(event.duration_s, 1e6),
            _storable(event.exit_code),
            None if event.cwd is None else _bytes(event.cwd),
            None if event.host is None else _plain(event.host),
            _storable(event.cpu_s, 1e6),
            row[0],
        ),
    )
    return True


def _after_overlap(events: list[CommandEvent], hashes: list[int], known: list[int]) -> list[CommandEvent]:
    overlap = _overlap(hashes, known)
    if not known or overlap * 2 >= min(len(known), len(hashes)):
        return events[overlap:]
    # The file was rewritten (erasedups, an editor): only what it holds more often than before counts as new. That may miss
    # repeats, but never counts one twice.
    left = Counter(known)
    fresh = []
    for event, digest in zip(events, hashes, strict=True):
        if left[digest] > 0:
            left[digest] -= 1
        else:
            fresh.append(event)
    return fresh


def _overlap(new: list[int], old: list[int]) -> int:
    """Length of the longest beginning of `new` that `old` ends with (Knuth-Morris-Pratt, linear)."""
    if not new:
        return 0
    failure = [0] * len(new)
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


def _without_hooked(connection: Connection, events: list[CommandEvent], since_event_id: int) -> list[CommandEvent]:
    """Lines the hook recorded too since the file was read last: the shell wrote them to its history at exit."""
    rows = connection.execute(
        "SELECT command_hash, COUNT(*) FROM events WHERE origin='hook' AND event_id>? GROUP BY command_hash", (since_event_id,)
    )
    hooked = Counter(dict(rows.fetchall()))
    fresh = []
    for event in events:
        digest = _command_hash(event.command)
        if hooked[digest] > 0:
            hooked[digest] -= 1
        else:
            fresh.append(event)
    return fresh


def _is_undated(event: CommandEvent) -> bool:
    return event.native_id is None and (event.started_at is None or event.time_quality is not TimeQuality.EXACT)


def _event(row: tuple[Any, ...]) -> CommandEvent:
    (event_id, command, sequence_no, session, started, duration, exit_code, cwd, host, shell, actor, origin, time_quality, count_quality,
     cpu, memory, cost) = row  # fmt: skip
    return CommandEvent(
        event_id=event_id,
        command=_text(command),
        sequence_no=sequence_no,
        session_id=session,
        started_at=_moment(started),
        duration_s=None if duration is None else duration / 1e6,
        exit_code=exit_code,
        cwd=None if cwd is None else _text(cwd),
        host=host,
        shell=shell,
        actor=Actor(actor),
        origin=origin,
        time_quality=TimeQuality(time_quality),
        count_quality=CountQuality(count_quality),
        cpu_s=None if cpu is None else cpu / 1e6,
        peak_memory_bytes=memory,
        cost_source=CostSource(cost),
    )


def _key(*parts: str) -> bytes:
    return blake2b("\0".join(parts).encode("utf-8", "surrogateescape"), digest_size=16).digest()


def _command_hash(command: str) -> int:
    return int.from_bytes(blake2b(_bytes(command), digest_size=8).digest(), "big", signed=True)


def _storable(value: float | None, factor: float = 1) -> int | None:
    """A whole number SQLite can hold; None for what is unknown, not finite or absurd."""
    if value is None or not isfinite(value) or abs(value * factor) > _LARGEST:
        return None
    return round(value * factor)


def _plain(text: str) -> str:
    """Text that SQLite takes; bytes that are not UTF-8 are written out."""
    return text.encode("utf-8", "backslashreplace").decode()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _text(value: object) -> str:
    return bytes(value).decode("utf-8", "surrogateescape")  # type: ignore[call-overload,no-any-return]


def _microseconds(moment: datetime | None) -> int | None:
    return None if moment is None else (moment - _EPOCH) // timedelta(microseconds=1)


def _moment(microseconds: object) -> datetime | None:
    return None if microseconds is None else _EPOCH + timedelta(microseconds=microseconds)  # type: ignore[arg-type]


def _second(event: CommandEvent) -> int:
    return (_microseconds(event.started_at) or 0) // 1_000_000


def _pack(hashes: Sequence[int]) -> bytes:
    return array("q", hashes).tobytes()


def _unpack(blob: bytes) -> list[int]:
    return array("q", blob).tolist()
