"""Read an Atuin database without ever writing to it, and the filters its settings hold.

The columns are looked up by name, because they grew over the years; the documented meaning of their values is Atuin's own
(crates/atuin-client/src/history.rs): -1 and `unknown` stand for what an import did not know.
"""

import re
import sqlite3
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from vynexus_tui.domain.errors import SourceError
from vynexus_tui.domain.events import Actor, CommandEvent, HistoryReading, TimeQuality
from vynexus_tui.sources.history_entries import MAX_EVENTS, is_end_of_session, plausible_stamps
from vynexus_tui.sources.history_events import HOOK_REMEDY, missing_dates

SQLITE_MAGIC = b"SQLite format 3\0"
_ORIGIN = "atuin"
_BUSY_TIMEOUT_S = 0.05
"""Readers of a write-ahead log wait for nobody; only a database without one makes them."""
_NEEDED = ("id", "timestamp", "command")
_OPTIONAL = ("duration", "exit", "cwd", "session", "hostname", "deleted_at", "author", "author_kind", "shell")
_AGENT_KIND = 2
_AGENTS = frozenset({"claude-code", "codex", "copilot", "opencode", "pi"})
"""Authors that are agents where the kind is not said."""
_OVERLAP_ROWS = 2_000
"""A deleted row's number may be used again: so many before the last one are read again every time."""
_FULL_PASS_S = 3_600
"""... and all of them when this long ago all were read."""
_STILL_RUNNING_S = 86_400
"""A row that its start wrote and its end has not yet completed is left for later, for a day."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_S = 400 * 86_400
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)\})")


class AtuinFilters(NamedTuple):
    """Regular expressions, in Rust's dialect, of what Atuin does not record."""

    history_filter: tuple[str, ...] = ()
    cwd_filter: tuple[str, ...] = ()


class _Mark(msgspec.Struct, frozen=True, kw_only=True):
    atuin_row: int
    """The largest rowid that was there."""
    full_at_s: int
    """When all rows were read."""


class _Row(NamedTuple):
    """One row; None for columns this database does not have."""

    rowid: int
    id: str
    timestamp: int
    command: str
    duration: int | None
    exit: int | None
    cwd: str | None
    session: str | None
    hostname: str | None
    deleted_at: int | None
    author: str | None
    author_kind: int | None
    shell: str | None


def read_atuin_history(path: Path, *, now: datetime, since: str = "") -> HistoryReading:
    """What an Atuin database holds, oldest first; with `since`, what was added or given a used number again after that mark.

    Rows may be read twice: their `native_id` tells. Raises SourceError where the database is busy, damaged or not Atuin's.
    """
    mark = _decode_mark(since)
    try:
        with closing(_open(path)) as connection:
            columns = _columns(connection, path)
            (newest,) = connection.execute("SELECT COALESCE(MAX(rowid), 0) FROM history").fetchone()
            is_full = mark is None or newest < mark.atuin_row or now.timestamp() - mark.full_at_s >= _FULL_PASS_S
            after = -1 if mark is None or is_full else mark.atuin_row - _OVERLAP_ROWS
            events, count = _read_events(connection, columns, after=after, now=now)
    except sqlite3.OperationalError as error:
        raise SourceError(f"{path} cannot be read now: {error}", "let Atuin finish what it is doing, then try again") from error
    except sqlite3.Error as error:
        raise SourceError(f"{path} is not an Atuin database: {error}", "name Atuin's history.db, or a shell's history file") from error
    full_at_s = int(now.timestamp()) if mark is None or is_full else mark.full_at_s
    return HistoryReading(
        events=events,
        origin=_ORIGIN,
        path=str(path),
        mark=msgspec.json.encode(_Mark(atuin_row=newest, full_at_s=full_at_s)).decode(),
        # Every row has an identity of its own, so none needs to be told by its place.
        undated_count=0,
        is_continued=not is_full,
        unknown=_missing(events, count),
        remedy=HOOK_REMEDY,
    )


def find_atuin_database(environment: Mapping[str, str], home: Path) -> Path:
    """Where Atuin keeps its history: environment, then its settings, then its default."""
    settings = _read_settings(environment, home)
    named = environment.get("ATUIN_DB_PATH") or settings.get("db_path")
    if isinstance(named, str) and named:
        return _expanded(named, environment, home)
    folder = environment.get("ATUIN_DATA_DIR") or settings.get("data_dir")
    if isinstance(folder, str) and folder:
        return _expanded(folder, environment, home) / "history.db"
    data_home = environment.get("XDG_DATA_HOME", "")
    base = Path(data_home) if data_home.startswith("/") else home / ".local/share"
    return base / "atuin/history.db"


def read_atuin_filters(environment: Mapping[str, str], home: Path) -> AtuinFilters:
    """The filters of Atuin's settings; empty where there are none, or the file is broken."""
    settings = _read_settings(environment, home)
    return AtuinFilters(_texts(settings.get("history_filter")), _texts(settings.get("cwd_filter")))


def _open(path: Path) -> sqlite3.Connection:
    """Read-only, and never `immutable`: that would miss what is still in the write-ahead log."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_BUSY_TIMEOUT_S)
    connection.execute("PRAGMA query_only=1")
    connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    return connection


def _columns(connection: sqlite3.Connection, path: Path) -> frozenset[str]:
    columns = frozenset(row[1] for row in connection.execute("PRAGMA table_info(history)"))
    if not columns.issuperset(_NEEDED):
        raise SourceError(f"{path} is a SQLite database, but not Atuin's", "name Atuin's history.db, or a shell's history file")
    return columns


def _read_events(connection: sqlite3.Connection, columns: frozenset[str], *, after: int, now: datetime) -> tuple[list[CommandEvent], int]:
    """The newest events after that rowid, oldest first, and how many there are without that limit."""
    wanted = ", ".join(name if name in columns else f"NULL AS {name}" for name in (*_NEEDED, *_OPTIONAL))
    where = "rowid>?" + (" AND deleted_at IS NULL" if "deleted_at" in columns else "")
    (count,) = connection.execute(f"SELECT COUNT(*) FROM history WHERE {where}", (after,)).fetchone()
    newest = f"SELECT rowid, {wanted} FROM history WHERE {where} ORDER BY timestamp DESC, rowid DESC LIMIT {MAX_EVENTS}"
    rows = connection.execute(f"SELECT * FROM ({newest}) ORDER BY timestamp, rowid", (after,))
    return list(_events(map(_Row._make, rows), now)), count


def _events(rows: Iterator[_Row], now: datetime) -> Iterator[CommandEvent]:
    stamps = plausible_stamps(now)
    known: dict[str, str] = {}
    imported_session: str | None = None
    for row in rows:
        stamp_s = _number(row.timestamp, 0) // 10**9
        command = _text(row.command) or ""
        is_unfinished = row.duration == -1 and row.exit == -1
        is_imported = is_unfinished and row.cwd == "unknown"
        if not command.strip() or (is_unfinished and not is_imported and 0 <= now.timestamp() - stamp_s < _STILL_RUNNING_S):
            continue
        is_dated = stamps.earliest_s <= stamp_s <= stamps.latest_s
        session = _text(row.session) or _ORIGIN
        if is_imported:
            # Each has a session of its own: that would chain nothing.
            imported_session = imported_session or f"{_ORIGIN}:{stamp_s}"
            session = imported_session
            if is_end_of_session(command.encode("utf-8", "surrogateescape")):
                imported_session = None
        host, _, user = (_text(row.hostname) or "").partition(":")
        cwd = _text(row.cwd)
        yield CommandEvent(
            event_id=row.rowid,
            command=command,
            sequence_no=row.rowid,
            # One object for the same text: a million rows share a few folders and sessions.
            session_id=known.setdefault(session, session),
            started_at=_EPOCH + timedelta(microseconds=row.timestamp // 1000) if is_dated else None,
            duration_s=_duration_s(row.duration),
            exit_code=row.exit if isinstance(row.exit, int) and 0 <= row.exit < 2**31 else None,
            cwd=None if cwd in (None, "", "unknown") else known.setdefault(cwd, cwd),
            host=known.setdefault(host, host) or None,
            shell=_text(row.shell) or None,
            actor=_actor(row, user),
            origin=_ORIGIN,
            time_quality=_quality(row.timestamp, is_dated=is_dated, is_imported=is_imported),
            native_id=f"{_ORIGIN}:{row.id}",
        )


def _actor(row: _Row, user: str) -> Actor:
    if row.author_kind is not None:
        return Actor.AGENT if row.author_kind == _AGENT_KIND else Actor.USER
    return Actor.AGENT if row.author in _AGENTS and row.author != user else Actor.USER


def _quality(timestamp_ns: int, *, is_dated: bool, is_imported: bool) -> TimeQuality:
    """Histories that were imported keep whole seconds; where they had none, Atuin counted up in milliseconds from the import."""
    if not is_dated:
        return TimeQuality.NONE
    return TimeQuality.SESSION if is_imported and timestamp_ns % 10**9 else TimeQuality.EXACT


def _duration_s(duration_ns: int | None) -> float | None:
    if not isinstance(duration_ns, int) or not 0 <= duration_ns <= _LONGEST_S * 10**9:
        return None
    return duration_ns / 1e9


def _missing(events: list[CommandEvent], count: int) -> tuple[str, ...]:
    """What some event does not say; nothing is said of no events."""
    if not events:
        return ()
    total = len(events)
    missing = [missing_dates(sum(1 for e in events if e.time_quality is not TimeQuality.EXACT), total)]
    for name, unknown in (
        ("durations", sum(1 for e in events if e.duration_s is None)),
        ("exit codes", sum(1 for e in events if e.exit_code is None)),
        ("folders", sum(1 for e in events if e.cwd is None)),
    ):
        if unknown:
            missing.append(f"no {name}" if unknown == total else f"no {name} for {unknown:,} of {total:,} commands")
    if count > MAX_EVENTS:
        missing.append(f"only the newest {MAX_EVENTS:,} commands")
    return tuple(word for word in missing if word)


def _decode_mark(text: str) -> _Mark | None:
    try:
        return msgspec.json.decode(text, type=_Mark)
    except (msgspec.DecodeError, UnicodeError):
        return None


def _read_settings(environment: Mapping[str, str], home: Path) -> dict[str, Any]:
    folder = environment.get("ATUIN_CONFIG_DIR")
    file = (_expanded(folder, environment, home) if folder else home / ".config/atuin") / "config.toml"
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError):  # ValueError: neither TOML nor UTF-8
        return {}


def _expanded(name: str, environment: Mapping[str, str], home: Path) -> Path:
    """A path as Atuin reads it, with `~` and variables; a relative one is taken from the home folder."""
    plain = _VARIABLE.sub(lambda m: environment.get(m[1] or m[2], ""), re.sub(r"^~(?=/|$)", lambda _: str(home), name))
    return home / plain


def _texts(value: object) -> tuple[str, ...]:
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()


def _text(value: object) -> str | None:
    """Text as SQLite has it, whatever the column says."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return value if isinstance(value, str) else None


def _number(value: object, default: int) -> int:
    return value if isinstance(value, int) else default
