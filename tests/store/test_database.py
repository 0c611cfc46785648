"""A database that cannot be used is said so in one clear line, and left as it is."""

from pathlib import Path

import pytest

from vynexus_tui.domain.errors import StoreBusyError, StoreError
from vynexus_tui.store.database import change_count, open_database, open_for_reading, transaction
from vynexus_tui.store.migrations import MIGRATIONS
from vynexus_tui.store.paths import build_paths


def test_a_database_of_a_newer_version_is_refused_and_untouched(tmp_path: Path) -> None:
    path = tmp_path / "v.db"
    db = open_database(path, busy_timeout_ms=100)
    db.execute(f"PRAGMA user_version={len(MIGRATIONS) + 1}")
    db.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="newer VyNexus"):
        open_database(path, busy_timeout_ms=100)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_named_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "v.db"
    path.write_bytes(b"this is not a database at all, and long enough to be looked at" * 20)
    with pytest.raises(StoreError, match="not a database") as caught:
        open_database(path, busy_timeout_ms=100)
    assert str(path) in caught.value.hint


def test_a_locked_database_is_busy_and_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "v.db"
    first, second = open_database(path, busy_timeout_ms=50), open_database(path, busy_timeout_ms=50)
    with transaction(first):
        first.execute("INSERT INTO snoozes VALUES ('p', 'x')")
        with pytest.raises(StoreBusyError), transaction(second):
            pass
    assert second.execute("SELECT COUNT(*) FROM snoozes").fetchone() == (1,)
    first.close()
    second.close()


def test_a_database_that_may_not_be_read_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "file"
    folder.write_text("not a directory")
    with pytest.raises(StoreError):
        open_database(folder / "v.db", busy_timeout_ms=50)


def test_reading_makes_no_database(tmp_path: Path) -> None:
    assert open_for_reading(tmp_path / "v.db", busy_timeout_ms=50) is None
    assert list(tmp_path.iterdir()) == []


def test_a_reader_sees_that_another_process_wrote(tmp_path: Path) -> None:
    writer = open_database(tmp_path / "v.db", busy_timeout_ms=50)
    reader = open_for_reading(tmp_path / "v.db", busy_timeout_ms=50)
    assert reader is not None
    before = change_count(reader)
    assert change_count(reader) == before
    with transaction(writer):
        writer.execute("INSERT INTO snoozes VALUES ('p', 'x')")
    assert change_count(reader) != before
    reader.close()
    writer.close()


def test_without_a_home_the_message_says_what_to_set() -> None:
    with pytest.raises(StoreError, match="HOME is not set"):
        build_paths({})


def test_files_lie_where_the_xdg_variables_say() -> None:
    paths = build_paths({"HOME": "/home/a", "XDG_DATA_HOME": "/d", "XDG_STATE_HOME": "relative", "XDG_CONFIG_HOME": "/c"})
    assert str(paths.database) == "/d/vynexus/vynexus.db"
    assert str(paths.spool_dir) == "/home/a/.local/state/vynexus/spool"
    assert str(paths.config_file) == "/c/vynexus/optimization_config.yaml"
