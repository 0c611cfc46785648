"""Events: added once however often they are seen, read back in order (invariant 3)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import groupby, islice
from math import isfinite
from typing import Any

from vynexus_tui.domain.events import Actor, CommandEvent, CostSource, CountQuality, TimeQuality
from vynexus_tui.language.secret_marks import is_same_but_for_secrets
from vynexus_tui.store.database import Connection
from vynexus_tui.store.hook_spans import read_hook_spans

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LARGEST = 1 << 62
"""SQLite holds 63 bits; what is larger was not measured but made up."""
_SAME_MOMENT_US = 1_500_000
"""zsh and bash histories keep whole seconds; the hook's start may fall into the second before."""
_RANKS = {"hook": 3, "atuin": 2, "jsonl": 1}
"""Of one execution in two sources, the session, start and counts of the higher are kept; other histories have 0."""
_MARK = "{{secret:"
_BATCH = 5_000
_FEW = 200
"""So few events are looked for one by one; for more it pays to ask first which time other sources cover."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginCount:
    """What one source gave, of one shell."""

    origin: str
    shell: str
    event_count: int
    newest_at: datetime | None


class EventWriter:
    """Adds the events of one reading. Dated ones that another source holds already are merged into it, each with one row only."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.left_out_count = 0
        """Events that the person had deleted, or that a hook saw and did not record."""
        self._hooked = read_hook_spans(connection)
        self._moments: set[int] = set()
        self._repeats: Counter[int] = Counter()
        self._used: set[int] = set()
        self._looked_for = 0
        self._forgotten = dict(connection.execute("SELECT command_hash, until_us FROM forgotten").fetchall())
        self._kept_from = connection.execute("SELECT COALESCE(MAX(started_us), -1) FROM kept_from").fetchone()[0]
        self._span: tuple[int, int] | None = None
        first, last = connection.execute("SELECT MIN(import_key), MAX(import_key) FROM merged_keys").fetchone()
        self._first_merged: bytes = b"~" if first is None else first
        self._last_merged: bytes = last or b""
        self._added = connection.execute("SELECT COALESCE(MAX(event_id), 0) FROM events").fetchone()[0]

    def add(self, events: Iterable[CommandEvent]) -> int:
        """Adds hook records and dated or natively numbered events; returns how many were new. Call inside a transaction."""
        return self._insert(self._new_rows(events))

    def add_undated(self, events: Iterable[tuple[CommandEvent, bytes]]) -> int:
        """Adds events that have no identity of their own, each with a key; returns how many were new. Call inside a transaction."""
        return self._insert(self._undated_rows(events))

    def _new_rows(self, events: Iterable[CommandEvent]) -> Iterator[tuple[Any, ...]]:
        may_forget = bool(self._forgotten) or self._kept_from >= 0
        for event in events:
            command, started_us = text_bytes(event.command), _microseconds(event.started_at)
            digest, second = _hash(command), (started_us or 0) // 1_000_000
            if may_forget and self._is_forgotten(digest, started_us):
                self.left_out_count += 1
                continue
            if event.native_id is None:
                key = b"%d:%d:%d:%s" % (second, digest, self._ordinal(digest ^ second), event.origin.encode())
            else:
                # Another program's own id may be anything, a secret too.
                native = text_bytes(event.native_id)
                name = native if event.origin == "hook" else blake2b(native, digest_size=12).hexdigest().encode()
                key = b"%d:%d:native:%s" % (second, digest, name)
            if self._first_merged <= key <= self._last_merged and self._is_merged(key):
                continue
            is_exact = event.time_quality is TimeQuality.EXACT
            if is_exact and self._may_merge(started_us or 0) and self._merge(event, key, digest, started_us or 0):
                continue
            if event.shell in self._hooked and event.origin.endswith("_history") and self._was_hooked(event.shell, started_us):
                self.left_out_count += 1
                continue
            # A history's own places start anew whenever its head is cut: its events are numbered in the order in which they came.
            self._added += 1
            yield _row(event, key, command, digest, started_us, self._added if event.native_id is None else event.sequence_no)

    def _undated_rows(self, events: Iterable[tuple[CommandEvent, bytes]]) -> Iterator[tuple[Any, ...]]:
        for event, key in events:
            command, started_us = text_bytes(event.command), _microseconds(event.started_at)
            digest = _hash(command)
            if self._is_forgotten(digest, started_us):
                self.left_out_count += 1
                continue
            self._added += 1
            yield _row(event, key, command, digest, started_us, self._added)

    def _ordinal(self, moment: int) -> int:
        """A second of a history may hold the same command twice: this tells them apart, and is the same at every reading."""
        if moment not in self._moments:
            self._moments.add(moment)
            return 1
        self._repeats[moment] += 1
        return self._repeats[moment] + 1

    def _insert(self, rows: Iterator[tuple[Any, ...]]) -> int:
        added = 0
        while batch := list(islice(rows, _BATCH)):
            for length, alike in groupby(batch, key=len):
                cursor = self._connection.executemany(_INSERTS[length], alike)
                added += max(0, cursor.rowcount)
        return added

    def _is_forgotten(self, digest: int, started_us: int | None) -> bool:
        """Whether the person had this very text deleted after it was run, or everything up to a day."""
        if started_us is not None and started_us < self._kept_from:
            return True
        until = self._forgotten.get(digest) if self._forgotten else None
        return until is not None and (started_us or 0) <= until

    def _is_merged(self, key: bytes) -> bool:
        return self._connection.execute("SELECT 1 FROM merged_keys WHERE import_key=?", (key,)).fetchone() is not None

    def _was_hooked(self, shell: str, started_us: int | None) -> bool:
        """Whether the hook was there then: what it did not record was not meant to be (switched off, filtered, hidden)."""
        return started_us is not None and any(
            first <= started_us and (last is None or started_us <= last) for first, last in self._hooked[shell]
        )

    def _merge(self, event: CommandEvent, key: bytes, digest: int, started_us: int) -> bool:
        """Whether another source already holds this very execution; what that one did not know is then filled in."""
        if self._connection.execute("SELECT 1 FROM events WHERE import_key=?", (key,)).fetchone():
            return True
        rows = self._connection.execute(
            "SELECT event_id, origin, started_us, command_hash, command, shell, host FROM events"
            " WHERE import_key BETWEEN ? AND ? AND started_us BETWEEN ? AND ? AND time_quality='exact' LIMIT 100",
            _around(started_us),
        ).fetchall()
        found = min(
            (row for row in rows if row[0] not in self._used and _is_same_execution(event, digest, *row[1:])),
            # Histories keep the second in which it started.
            key=lambda row: (row[2] // 1_000_000 != started_us // 1_000_000, abs(row[2] - started_us)),
            default=None,
        )
        if found is None:
            return False
        event_id, origin, text = found[0], found[1], found[4]
        self._used.add(event_id)
        is_better = _RANKS.get(event.origin, 0) > _RANKS.get(origin, 0)
        self._connection.execute(_TAKE_OVER if is_better else _FILL_IN, (*_merged(event, is_better=is_better), event_id))
        if _MARK in event.command and _MARK.encode() not in text:
            values = (text_bytes(event.command), digest, event_id)
            self._connection.execute("UPDATE events SET command=?, command_hash=? WHERE event_id=?", values)
        self._connection.execute("INSERT INTO merged_keys VALUES (?)", (key,))
        return True

    def _may_merge(self, started_us: int) -> bool:
        """Whether anything is known of that time at all: for most of a first import nothing is."""
        self._looked_for += 1
        if self._looked_for <= _FEW:
            return True
        first, last = self._span or self._read_span()
        return first - _SAME_MOMENT_US <= started_us <= last + _SAME_MOMENT_US

    def _read_span(self) -> tuple[int, int]:
        query = "SELECT COALESCE(MIN(started_us), 0), COALESCE(MAX(started_us), 0) FROM events WHERE time_quality='exact'"
        first, last = self._connection.execute(query).fetchone()
        self._span = (first, last)
        return self._span


def _is_same_execution(
    event: CommandEvent, digest: int, origin: str, started_us: int, command_hash: int, command: bytes, shell: str | None, host: str | None
) -> bool:
    if (shell and event.shell and shell != event.shell) or (host and event.host and host != plain(event.host)):
        return False
    if origin != event.origin and command_hash == digest:
        return True
    # Once with a secret and once without: the rules, an alias or the settings have changed, or the hook knew less than we do.
    is_marked = _MARK.encode() in command or _MARK in event.command
    if not is_marked or (origin == event.origin and started_us // 1_000_000 != _second(event)):
        return False
    return command_hash != digest and is_same_but_for_secrets(_text(command), event.command)


def _second(event: CommandEvent) -> int:
    return (_microseconds(event.started_at) or 0) // 1_000_000


def _around(started_us: int) -> tuple[bytes, bytes, int, int]:
    """The keys and the moments that may be the same execution."""
    first_us, last_us = started_us - _SAME_MOMENT_US, started_us + _SAME_MOMENT_US
    return key_of_second(first_us // 1_000_000), key_of_second(last_us // 1_000_000 + 1), first_us, last_us


def key_of_second(second: int) -> bytes:
    """No key of an earlier second comes after it (from 2001 to 2286 seconds have ten digits)."""
    return b"%d" % second


def add_events(connection: Connection, events: Iterable[CommandEvent]) -> int:
    """Adds hook records and dated or natively numbered events; returns how many were new. Call inside a transaction."""
    return EventWriter(connection).add(events)


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


def count_events(connection: Connection) -> int:
    """How many events there are: of a million 20 ms."""
    count: int = connection.execute("SELECT COUNT(*) FROM events").fetchone()[0]
    return count


def count_by_origin(connection: Connection, *, after: int = 0) -> list[OriginCount]:
    """Events with a higher id than `after` and their newest start, per source and shell: of a million half a second."""
    rows = connection.execute(
        "SELECT origin, COALESCE(shell, ''), COUNT(*), MAX(started_us) FROM events WHERE event_id>? GROUP BY 1, 2 ORDER BY 1, 2", (after,)
    )
    return [OriginCount(origin=o, shell=s, event_count=n, newest_at=_moment(at)) for o, s, n, at in rows]


def newest_event_id(connection: Connection) -> int:
    """The id that was given last, 0 where there is no event."""
    newest: int = connection.execute("SELECT COALESCE(MAX(event_id), 0) FROM events").fetchone()[0]
    return newest


def count_newer(connection: Connection, event_id: int) -> int:
    """How many events have a higher id than `event_id`."""
    newer: int = connection.execute("SELECT COUNT(*) FROM events WHERE event_id>?", (event_id,)).fetchone()[0]
    return newer


_COLUMNS = (
    "event_id, command, sequence_no, session_id, started_us, duration_us, exit_code, cwd, host, shell, actor, origin,"
    " time_quality, count_quality, cpu_us, peak_memory_bytes, cost_source"
)
_INSERTS = {
    18: "INSERT OR IGNORE INTO events VALUES (NULL,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    12: "INSERT OR IGNORE INTO events VALUES (NULL,?,?,?,?,?,?,?,NULL,NULL,NULL,?,?,?,?,?,NULL,NULL,'none')",
}
"""By the number of values: what a shell's own history knows costs a quarter less than everything a hook knows."""
_FILL_IN = (
    "UPDATE events SET duration_us=COALESCE(duration_us,?), exit_code=COALESCE(exit_code,?), cwd=COALESCE(cwd,?),"
    " host=COALESCE(host,?), cpu_us=COALESCE(cpu_us,?), count_quality=MAX(count_quality,?),"  # exact > deduped
    " actor=CASE actor WHEN 'unknown' THEN ? ELSE actor END WHERE event_id=?"
)
_TAKE_OVER = (
    "UPDATE events SET duration_us=COALESCE(?,duration_us), exit_code=COALESCE(?,exit_code), cwd=COALESCE(?,cwd),"
    " host=COALESCE(?,host), cpu_us=COALESCE(?,cpu_us), session_id=?, sequence_no=?, started_us=?, shell=COALESCE(?,shell), actor=?,"
    " origin=?, count_quality=?, cost_source=? WHERE event_id=?"
)


def _merged(event: CommandEvent, *, is_better: bool) -> tuple[Any, ...]:
    filled = (
        _storable(event.duration_s, 1e6),
        _storable(event.exit_code),
        None if event.cwd is None else text_bytes(event.cwd),
        None if event.host is None else plain(event.host),
        _storable(event.cpu_s, 1e6),
    )
    if not is_better:
        return (*filled, str(event.count_quality), str(event.actor))
    shell = None if event.shell is None else plain(event.shell)
    started = _microseconds(event.started_at)
    quality = (str(event.actor), event.origin, str(event.count_quality), str(event.cost_source))
    return (*filled, plain(event.session_id), event.sequence_no, started, shell, *quality)


def _row(event: CommandEvent, key: bytes, command: bytes, digest: int, started_us: int | None, sequence_no: int) -> tuple[Any, ...]:
    known = (
        key,
        command,
        digest,
        sequence_no,
        plain(event.session_id),
        started_us,
        None if event.duration_s is None else _storable(event.duration_s, 1e6),
    )
    whose = (
        None if event.shell is None else plain(event.shell),
        str(event.actor),  # SQLite takes a plain text twice as fast as a word of an enum
        event.origin,
        str(event.time_quality),
        str(event.count_quality),
    )
    if event.cwd is None and event.exit_code is None and event.host is None and event.cpu_s is None and event.peak_memory_bytes is None:
        return (*known, *whose)
    return (
        *known,
        None if event.exit_code is None else _storable(event.exit_code),
        None if event.cwd is None else text_bytes(event.cwd),
        None if event.host is None else plain(event.host),
        *whose,
        None if event.cpu_s is None else _storable(event.cpu_s, 1e6),
        None if event.peak_memory_bytes is None else _storable(event.peak_memory_bytes),
        str(event.cost_source),
    )


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


def command_hash(command: str) -> int:
    """64 bits that stand for a command's text."""
    return _hash(text_bytes(command))


def _hash(command: bytes) -> int:
    return int.from_bytes(blake2b(command, digest_size=8).digest(), "big", signed=True)


def text_bytes(text: str) -> bytes:
    """A command or path as it was, byte for byte."""
    return text.encode("utf-8", "surrogateescape")


def plain(text: str) -> str:
    """Text that SQLite takes; bytes that are not UTF-8 are written out."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _storable(value: float | None, factor: float = 1) -> int | None:
    """A whole number SQLite can hold; None for what is unknown, not finite or absurd."""
    if value is None or not isfinite(value) or abs(value * factor) > _LARGEST:
        return None
    return round(value * factor)


def _text(value: object) -> str:
    return bytes(value).decode("utf-8", "surrogateescape")  # type: ignore[call-overload,no-any-return]


def _microseconds(moment: datetime | None) -> int | None:
    return None if moment is None else (moment - _EPOCH) // _MICROSECOND


def _moment(microseconds: object) -> datetime | None:
    return None if microseconds is None else _EPOCH + timedelta(microseconds=microseconds)  # type: ignore[arg-type]
