"""Open the one SQLite file, bring it to the newest shape, and translate what SQLite says into what a person can do."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from vynexus_tui.domain.errors import StoreBusyError, StoreError
from vynexus_tui.store.migrations import MIGRATIONS

_CACHE_KB = 16 * 1024
"""An import of a million commands touches the ends of three trees; with SQLite's 2 MB they are written again and again."""

Connection: TypeAlias = sqlite3.Connection


def open_database(path: Path, *, busy_timeout_ms: int) -> sqlite3.Connection:
    """A connection to the newest shape of the database, made (0600, directory 0700) when it is missing.

    Raises StoreBusyError when another process holds it for longer than `busy_timeout_ms`, StoreError when it cannot be
    opened, is damaged, or was written by a newer version.
    """
    with translated_errors(path):
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        connection = _connect(path, busy_timeout_ms, read_only=False)
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > len(MIGRATIONS):
            connection.close()
            raise _too_new(path, version)
        if version < len(MIGRATIONS):
            connection.execute("PRAGMA journal_mode=WAL")
            _migrate(connection)
        return connection


def open_for_reading(path: Path, *, busy_timeout_ms: int) -> sqlite3.Connection | None:
    """A connection that cannot write; None where there is no database yet. Raises as open_database does."""
    if not path.exists():
        return None
    with translated_errors(path):
        connection = _connect(path, busy_timeout_ms, read_only=True)
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > len(MIGRATIONS):
            connection.close()
            raise _too_new(path, version)
        if version < len(MIGRATIONS):
            connection.close()
            return None if version == 0 else open_database(path, busy_timeout_ms=busy_timeout_ms)
        return connection


@contextmanager
def transaction(connection: sqlite3.Connection, *, is_rehearsal: bool = False) -> Iterator[sqlite3.Connection]:
    """All of it or nothing; of a rehearsal nothing. The write lock is taken first, so it never fails half way."""
    with translated_errors():
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.rollback()
            raise
        if is_rehearsal:
            connection.rollback()
        else:
            connection.commit()


def compact(connection: sqlite3.Connection) -> bool:
    """Leaves nothing of what was deleted in free pages or in the write-ahead log.

    False when another process reads at this moment: then the log keeps its old pages until a later call.
    """
    with translated_errors():
        connection.execute("VACUUM")
        return bool(connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0)


def change_count(connection: sqlite3.Connection) -> int:
    """A number that moves when another connection committed (PRAGMA data_version: 3-7 us, does not see its own commits)."""
    with translated_errors():
        return int(connection.execute("PRAGMA data_version").fetchone()[0])


@contextmanager
def translated_errors(path: Path | None = None) -> Iterator[None]:
    """Turns sqlite3 and file errors into StoreError with what to do."""
    where = str(path) if path else "the database"
    try:
        yield
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise StoreBusyError(f"{where} is locked by another process", "wait a moment; nothing was lost") from error
        if "readonly" in str(error):
            raise StoreError(f"{where} cannot be written", f"check its permissions: ls -l {where}") from error
        raise StoreError(f"{where}: {error}", "run: vynexus doctor") from error
    except sqlite3.DatabaseError as error:
        hint = f"move it away to start anew, keeping it for rescue: mv {where} {where}.damaged"
        raise StoreError(f"{where} is not a database we can read ({error})", hint) from error
    except OSError as error:
        raise StoreError(f"{error.filename or where}: {error.strerror}", "check the directory's permissions and free space") from error


def _connect(path: Path, busy_timeout_ms: int, *, read_only: bool) -> sqlite3.Connection:
    mode = "?mode=ro" if read_only else "?mode=rw"
    connection = sqlite3.connect(
        path.absolute().as_uri() + mode, uri=True, timeout=busy_timeout_ms / 1000, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA secure_delete=ON")
    connection.execute(f"PRAGMA cache_size=-{_CACHE_KB}")
    return connection


def _migrate(connection: sqlite3.Connection) -> None:
    with transaction(connection):
        # Read again under the lock: another process may have been quicker.
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        for number, statements in enumerate(MIGRATIONS[version:], start=version + 1):
            for statement in statements.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version={number}")


def _too_new(path: Path, version: int) -> StoreError:
    return StoreError(
        f"{path} was written by a newer VyNexus (shape {version}, this one knows {len(MIGRATIONS)})",
        "update VyNexus; nothing was changed",
    )
