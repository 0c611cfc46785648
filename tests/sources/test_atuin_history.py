"""Real databases with the schema that Atuin's own migrations make, written to while they are read."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vynexus_tui.domain.errors import SourceError
from vynexus_tui.domain.events import Actor, CountQuality, TimeQuality
from vynexus_tui.sources.atuin_history import find_atuin_database, read_atuin_filters, read_atuin_history
from vynexus_tui.sources.history_files import find_histories, read_history

NOW = datetime(2026, 3, 1, tzinfo=UTC)
T = 1_700_000_000
OLD = (
    "CREATE TABLE history (id text primary key, timestamp integer not null, duration integer not null, exit integer not null,"
    " command text not null, cwd text not null, session text not null, hostname text not null{more}, unique(timestamp, cwd, command))"
)
NEW_COLUMNS = ", deleted_at integer, author text, intent text, shell text, author_kind integer"


class Atuin:
    """A database and its writer, which stays open as Atuin's daemon does."""

    def __init__(self, path: Path, *, more: str = NEW_COLUMNS, journal: str = "wal") -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.writer = sqlite3.connect(path, isolation_level=None)
        self.writer.execute(f"PRAGMA journal_mode={journal}")
        self.writer.execute("PRAGMA synchronous=off")
        self.writer.execute(OLD.format(more=more))

    def add(self, command: str, **fields: object) -> None:
        count = self.writer.execute("SELECT COUNT(*) FROM history").fetchone()[0]
        row = {
            "id": f"id-{command}-{count}", "timestamp": (T + count) * 10**9, "duration": 2_500_000_000, "exit": 0, "command": command,
            "cwd": "/srv", "session": "s1", "hostname": "box:anna", **fields,
        }  # fmt: skip
        self.writer.execute(f"INSERT INTO history ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values()))

    def read(self, since: str = "", now: datetime = NOW):
        return read_history(self.path, now=now, since=since)

    def commands(self, since: str = "", now: datetime = NOW) -> list[str]:
        return [e.command for e in self.read(since, now).events]


@pytest.fixture
def atuin(tmp_path: Path) -> Iterator[Atuin]:
    made = Atuin(tmp_path / "history.db")
    yield made
    made.writer.close()


def test_every_column_becomes_what_it_means(atuin):
    atuin.add("make", id="abc", timestamp=T * 10**9 + 250_000_000, exit=2, shell="zsh", author="anna", author_kind=1)
    reading = atuin.read()
    (event,) = reading.events
    assert (event.command, event.cwd, event.exit_code, event.duration_s, event.session_id) == ("make", "/srv", 2, 2.5, "s1")
    assert (event.host, event.shell, event.actor, event.native_id) == ("box", "zsh", Actor.USER, "atuin:abc")
    assert event.started_at == datetime.fromtimestamp(T, UTC) + timedelta(milliseconds=250)
    assert (event.time_quality, event.count_quality) == (TimeQuality.EXACT, CountQuality.EXACT)
    assert (reading.origin, reading.path, reading.unknown, reading.undated_count) == ("atuin", str(atuin.path), (), 0)


def test_rows_that_are_still_in_the_write_ahead_log_are_read_while_the_writer_is_open(atuin):
    atuin.add("ls")
    atuin.writer.execute("BEGIN IMMEDIATE")
    atuin.add("not yet there")
    assert (atuin.path.parent / "history.db-wal").stat().st_size > 0
    assert atuin.commands() == ["ls"]
    atuin.writer.execute("COMMIT")
    assert atuin.commands() == ["ls", "not yet there"]


def test_reading_changes_no_byte_of_the_database(tmp_path):
    atuin = Atuin(tmp_path / "history.db")
    atuin.add("ls")
    atuin.writer.close()
    before = atuin.path.read_bytes()
    assert atuin.commands() == ["ls"]
    assert atuin.path.read_bytes() == before
    # SQLite itself leaves these beside it, empty of rows.
    assert {path.name: path.stat().st_size for path in tmp_path.iterdir()}.get("history.db-wal", 0) == 0


@pytest.mark.parametrize("more", ["", ", deleted_at integer", NEW_COLUMNS])
def test_columns_that_came_later_may_be_missing(tmp_path, more):
    atuin = Atuin(tmp_path / "history.db", more=more)
    atuin.add("ls")
    assert [(e.command, e.actor, e.shell) for e in atuin.read().events] == [("ls", Actor.USER, None)]
    atuin.writer.close()


def test_deleted_rows_are_left_out(atuin):
    atuin.add("ls")
    atuin.add("secret", deleted_at=T * 10**9)
    assert atuin.commands() == ["ls"]


def test_agents_are_told_from_people(atuin):
    for command, author, kind in (
        ("mine", "anna", 1), ("kind agent", "anything", 2), ("known agent", "codex", None), ("other name", "berta", None), ("none", None, None),
    ):  # fmt: skip
        atuin.add(command, author=author, author_kind=kind)
    atuin.add("a person called pi", author="pi", hostname="box:pi")
    agents = {e.command for e in atuin.read().events if e.actor is Actor.AGENT}
    assert agents == {"kind agent", "known agent"}


def test_what_an_import_did_not_know_is_unknown_and_chained_by_time(atuin):
    for number, command in enumerate(("ls", "exit", "make")):
        atuin.add(command, duration=-1, exit=-1, cwd="unknown", session=f"own-{number}")
    reading = atuin.read()
    assert {(e.duration_s, e.exit_code, e.cwd) for e in reading.events} == {(None, None, None)}
    assert [e.session_id for e in reading.events] == [f"atuin:{T}", f"atuin:{T}", f"atuin:{T + 2}"]
    assert reading.unknown == ("no durations", "no exit codes", "no folders")


def test_stamps_that_an_import_made_up_order_but_do_not_date(atuin):
    atuin.add("dated", duration=-1, exit=-1, cwd="unknown")
    atuin.add("made up", duration=-1, exit=-1, cwd="unknown", timestamp=(T + 9) * 10**9 + 1_000_000)
    atuin.add("no import", timestamp=(T + 10) * 10**9 + 1_000_000)
    assert [e.time_quality for e in atuin.read().events] == [TimeQuality.EXACT, TimeQuality.SESSION, TimeQuality.EXACT]


def test_a_command_that_still_runs_is_left_for_later(atuin):
    started = NOW - timedelta(hours=2)
    atuin.add("sleep 9999", id="run", timestamp=int(started.timestamp()) * 10**9, duration=-1, exit=-1)
    first = atuin.read()
    assert list(first.events) == []
    atuin.writer.execute("UPDATE history SET duration=7200000000000, exit=0 WHERE id='run'")
    (event,) = atuin.read(first.mark).events
    assert (event.duration_s, event.exit_code) == (7200.0, 0)


def test_a_command_whose_end_never_came_is_kept_after_a_day(atuin):
    atuin.add("ssh box", duration=-1, exit=-1)
    (event,) = atuin.read().events
    assert (event.duration_s, event.exit_code, event.cwd) == (None, None, "/srv")


def test_only_what_is_new_is_read_again_and_it_misses_nothing(atuin):
    for number in range(3000):
        atuin.add(f"c {number}")
    first = atuin.read()
    assert (len(first.events), first.is_continued) == (3000, False)
    atuin.add("synced late", timestamp=(T - 99_999) * 10**9)
    second = atuin.read(first.mark)
    assert second.is_continued
    assert len(second.events) == 2001
    assert second.events[0].command == "synced late"
    # The number of a deleted row is used again: text keys do not keep SQLite from that.
    atuin.writer.execute("DELETE FROM history WHERE command='synced late'")
    atuin.add("in its place", timestamp=(T + 99_999) * 10**9)
    assert atuin.commands(second.mark)[-1] == "in its place"


def test_rows_below_the_last_ones_are_found_by_the_full_pass_of_every_hour(atuin):
    for number in range(5000):
        atuin.add(f"c {number}", id=f"id {number}")
    mark = atuin.read().mark
    atuin.writer.execute("UPDATE history SET id='new', command='far below' WHERE rowid=7")
    soon, later = atuin.read(mark, NOW + timedelta(minutes=59)), atuin.read(mark, NOW + timedelta(minutes=60))
    assert (soon.is_continued, "far below" in [e.command for e in soon.events]) == (True, False)
    assert (later.is_continued, "far below" in [e.command for e in later.events]) == (False, True)
    assert atuin.read(later.mark, NOW + timedelta(minutes=61)).is_continued


def test_many_deleted_rows_or_another_database_are_read_from_the_beginning(atuin):
    for number in range(2500):
        atuin.add(f"c {number}")
    mark = atuin.read().mark
    atuin.writer.execute("DELETE FROM history WHERE rowid>10")
    assert len(atuin.read(mark).events) == 10
    assert not atuin.read(mark).is_continued
    for other in ("", "{}", "nonsense", '{"atuin_row": "x", "full_at_s": 1}'):
        assert not atuin.read(other).is_continued


def test_a_locked_database_says_what_to_do(tmp_path):
    atuin = Atuin(tmp_path / "history.db", journal="delete")
    atuin.add("ls")
    atuin.writer.execute("BEGIN EXCLUSIVE")
    with pytest.raises(SourceError, match="cannot be read now") as raised:
        atuin.read()
    assert "try again" in raised.value.hint
    atuin.writer.execute("COMMIT")
    assert atuin.commands() == ["ls"]
    atuin.writer.close()


def test_a_database_of_something_else_is_named_as_such(tmp_path):
    other = tmp_path / "places.sqlite"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE history (url text)")
    with pytest.raises(SourceError, match="not Atuin's"):
        read_history(other, now=NOW)
    (tmp_path / "broken").write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    with pytest.raises(SourceError, match="not an Atuin database"):
        read_history(tmp_path / "broken", now=NOW)
    (tmp_path / "text").write_text("ls\n")
    with pytest.raises(SourceError, match="not a SQLite database"):
        read_history(tmp_path / "text", history_format="atuin", now=NOW)


def test_a_path_with_signs_that_mean_something_in_an_address_is_a_path(tmp_path):
    atuin = Atuin(tmp_path / "a?mode=rwc#b %41" / "history.db")
    atuin.add("ls")
    assert atuin.commands() == ["ls"]
    atuin.writer.close()


def test_rows_that_hold_what_no_program_of_atuin_writes_are_survived(atuin):
    atuin.add("ls", duration="soon", exit="x", cwd=b"/\xff", timestamp="never", hostname="box", session=b"s")
    atuin.add("huge", timestamp=2**62, duration=2**62, exit=2**40)
    atuin.add("   ")
    ls, huge = sorted(atuin.read().events, key=lambda e: e.command, reverse=True)
    assert (ls.started_at, ls.duration_s, ls.exit_code, ls.cwd, ls.host) == (None, None, None, "/\udcff", "box")
    assert (huge.started_at, huge.duration_s, huge.exit_code) == (None, None, None)


def test_the_database_is_found_where_atuin_looks_for_it(tmp_path):
    home, settings = tmp_path, tmp_path / ".config/atuin/config.toml"
    settings.parent.mkdir(parents=True)
    assert find_atuin_database({}, home) == home / ".local/share/atuin/history.db"
    assert find_atuin_database({"XDG_DATA_HOME": "/data"}, home) == Path("/data/atuin/history.db")
    assert find_atuin_database({"XDG_DATA_HOME": "relative"}, home) == home / ".local/share/atuin/history.db"
    settings.write_text('data_dir = "~/atuin-data"\n')
    assert find_atuin_database({}, home) == home / "atuin-data/history.db"
    settings.write_text('data_dir = "/elsewhere"\ndb_path = "$BASE/${NAME}.db"\n')
    assert find_atuin_database({"BASE": "/b", "NAME": "n"}, home) == Path("/b/n.db")
    assert find_atuin_database({"ATUIN_DATA_DIR": "/d", "BASE": "/b"}, home) == Path("/b/.db")
    settings.write_text("data_dir = 5")
    assert find_atuin_database({"ATUIN_DATA_DIR": "/d"}, home) == Path("/d/history.db")
    assert find_atuin_database({"ATUIN_DB_PATH": "/own.db"}, home) == Path("/own.db")
    (tmp_path / "other").mkdir()
    (tmp_path / "other/config.toml").write_text('db_path = "/third.db"\n')
    assert find_atuin_database({"ATUIN_CONFIG_DIR": str(tmp_path / "other")}, home) == Path("/third.db")
    atuin = Atuin(home / ".local/share/atuin/history.db")
    settings.unlink()
    assert find_histories({}, home) == (atuin.path,)
    atuin.writer.close()


def test_its_filters_are_read_and_a_broken_file_has_none(tmp_path):
    assert read_atuin_filters({}, tmp_path) == ((), ())
    settings = tmp_path / ".config/atuin/config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text("history_filter = ['^secret', 5]\ncwd_filter = ['^/private']\n[sync]\nrecords = true\n")
    filters = read_atuin_filters({}, tmp_path)
    assert (filters.history_filter, filters.cwd_filter) == (("^secret",), ("^/private",))
    for broken in ("history_filter = [", "history_filter = 'x'", "\udcff"):
        settings.write_text(broken, errors="surrogateescape")
        assert read_atuin_filters({}, tmp_path) == ((), ())


def test_a_missing_database_is_a_missing_file(tmp_path):
    with pytest.raises(SourceError):
        read_atuin_history(tmp_path / "none.db", now=NOW)
    assert list(tmp_path.iterdir()) == []
