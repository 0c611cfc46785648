"""Events are stored once, whole, and survive anything (invariant 3)."""

import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vynexus_tui.domain.events import Actor, CommandEvent, CountQuality, HistoryReading, TimeQuality
from vynexus_tui.store import events_table, hook_spans, sources_table
from vynexus_tui.store.database import Connection, open_database, transaction
from vynexus_tui.store.migrations import MIGRATIONS

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Connection]:
    connection = open_database(tmp_path / "vynexus.db", busy_timeout_ms=1000)
    yield connection
    connection.close()


def undated(*commands: str, path: str = "/home/a/.bash_history") -> HistoryReading:
    events = tuple(
        CommandEvent(event_id=i, command=c, sequence_no=i, session_id="s", origin="bash_history") for i, c in enumerate(commands)
    )
    return HistoryReading(events=events, origin="bash_history", path=path or None)


def dated(command: str, second: float, origin: str = "zsh_history", **more: Any) -> CommandEvent:
    at = NOW + timedelta(seconds=second)
    return CommandEvent(
        event_id=0, command=command, sequence_no=0, session_id="s", started_at=at, time_quality=TimeQuality.EXACT, origin=origin, **more
    )


def add(db: Connection, reading: HistoryReading) -> int:
    return sources_table.add_history(db, reading, fingerprint="", now=NOW).new_count


def commands(db: Connection) -> list[str]:
    return [e.command for e in events_table.read_events(db, most=1000)]


def test_importing_twice_is_importing_once(db: Connection) -> None:
    reading = undated("ls", "make", "ls", "make")
    assert add(db, reading) == 4
    assert add(db, reading) == 0
    assert commands(db) == ["ls", "make", "ls", "make"]


def test_a_history_that_grew_adds_only_what_is_new(db: Connection) -> None:
    add(db, undated("a", "b", "a"))
    assert add(db, undated("a", "b", "a", "b", "a")) == 2
    assert commands(db) == ["a", "b", "a", "b", "a"]


def test_a_history_whose_head_was_cut_adds_only_what_is_new(db: Connection) -> None:
    add(db, undated("old", "a", "b", "c", "d"))
    assert add(db, undated("b", "c", "d", "b", "c")) == 2
    assert commands(db) == ["old", "a", "b", "c", "d", "b", "c"]


@settings(max_examples=60)
@given(st.lists(st.sampled_from("abc"), min_size=8, max_size=40), st.integers(0, 4), st.lists(st.sampled_from("abcd"), max_size=6))
def test_nothing_is_counted_twice_however_a_history_is_cut_and_grows(first: list[str], cut: int, more: list[str]) -> None:
    with TemporaryDirectory() as folder:
        db = open_database(Path(folder) / "vynexus.db", busy_timeout_ms=1000)
        add(db, undated(*first))
        add(db, undated(*first[cut:], *more))
        stored = commands(db)
        db.close()
    assert stored[: len(first)] == first
    assert len(stored) <= len(first) + len(more)


def test_the_same_dated_command_in_two_sources_is_one_event_with_the_best_fields(db: Connection) -> None:
    hook = dated("make", 0.4, origin="hook", native_id="s1:1", duration_s=2.5, cwd="/src")
    with transaction(db):
        assert events_table.add_events(db, [hook]) == 1
        assert events_table.add_events(db, [dated("make", 0.0, exit_code=0)]) == 0
    (event,) = events_table.read_events(db, most=10)
    assert (event.duration_s, event.cwd, event.exit_code) == (2.5, "/src", 0)


def test_the_same_command_twice_in_one_second_stays_two(db: Connection) -> None:
    pair = [dated("ls", 0), dated("ls", 0)]
    with transaction(db):
        assert events_table.add_events(db, pair) == 2
        assert events_table.add_events(db, pair) == 0


def test_lines_that_the_hook_recorded_are_not_imported_again_from_the_history_file(db: Connection) -> None:
    add(db, undated("ls"))
    with transaction(db):
        events_table.add_events(db, [dated("make", 1, origin="hook", native_id="s1:1", shell="bash")])
    assert add(db, undated("ls", "make", "git push")) == 1
    assert commands(db) == ["ls", "make", "git push"]


def test_bytes_that_are_not_text_come_back_as_they_were(db: Connection) -> None:
    hostile = "printf '\udcff\udc80' \x1b]0;x\x07"
    add(db, undated(hostile))
    assert commands(db) == [hostile]


def test_the_database_is_private(tmp_path: Path) -> None:
    open_database(tmp_path / "new/vynexus.db", busy_timeout_ms=1000).close()
    assert (tmp_path / "new/vynexus.db").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700


def test_a_kill_in_the_middle_of_writing_loses_and_doubles_nothing(tmp_path: Path) -> None:
    program = textwrap.dedent(
        f"""
        import sys
        from pathlib import Path
        sys.path.insert(0, {str(Path(__file__).resolve().parents[2])!r})
        from vynexus_tui.domain.events import CommandEvent
        from vynexus_tui.store import events_table, hook_spans, sources_table
        from vynexus_tui.store.database import open_database, transaction
        db = open_database(Path({str(tmp_path / "vynexus.db")!r}), busy_timeout_ms=5000)
        for batch in range(10_000):
            with transaction(db):
                for i in range(20):
                    n = batch * 20 + i
                    events_table.add_events(db, [CommandEvent(event_id=n, command=f"c{{n}}", sequence_no=n, session_id="s", native_id=str(n))])
                sources_table.write_spool_offsets(db, {{"f": (1, (batch + 1) * 20)}})
            print(batch, flush=True)
        """
    )
    for _ in range(4):
        child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        for _ in range(7):
            child.stdout.readline()
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        db = open_database(tmp_path / "vynexus.db", busy_timeout_ms=5000)
        (count,) = db.execute("SELECT COUNT(*) FROM events").fetchone()
        offset = sources_table.read_spool_offsets(db)["f"][1]
        assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        db.close()
        assert count >= offset, "an offset was kept whose events were not"
        assert count % 20 == 0, "half a batch was stored"


def test_a_long_undated_history_is_counted_once_too(db: Connection) -> None:
    lines = [f"make t{n}" for n in range(8000)]
    assert add(db, undated(*lines)) == 8000
    assert add(db, undated(*lines)) == 0
    assert add(db, undated(*lines, "ls 1")) == 1
    assert add(db, undated(*lines[3:], "ls 1", "ls 2")) == 1


def test_two_histories_piped_in_turn_are_told_apart(db: Connection) -> None:
    first, second = undated("a", "b", "c", path=""), undated("x", "y", path="")
    assert [add(db, r) for r in (first, second, first, second)] == [3, 2, 0, 0]


def test_absurd_figures_and_broken_names_are_stored_as_unknown_or_written_out(db: Connection) -> None:
    odd = dated("ls", 0, native_id="n", duration_s=1e17, exit_code=10**30, host="h\udcff", peak_memory_bytes=10**40)
    with transaction(db):
        assert events_table.add_events(db, [odd, dated("ls", 9, native_id="m", duration_s=float("nan"))]) == 2
    first, second = events_table.read_events(db, most=2)
    assert (first.duration_s, first.exit_code, first.host, first.peak_memory_bytes) == (None, None, "h\\udcff", None)
    assert second.duration_s is None


def test_the_better_source_takes_over_session_start_and_counts(db: Connection) -> None:
    fish = dated("make", 0, origin="fish_history", count_quality=CountQuality.DEDUPED)
    hook = dated("make", -0.4, origin="hook", native_id="s1:0", exit_code=2, duration_s=3.0, actor=Actor.USER)
    with transaction(db):
        assert events_table.add_events(db, [fish]) == 1
        assert events_table.add_events(db, [hook]) == 0
        assert events_table.add_events(db, [fish]) == 0
    (event,) = events_table.read_events(db, most=9)
    assert (event.origin, event.exit_code, event.duration_s, event.count_quality) == ("hook", 2, 3.0, CountQuality.EXACT)
    assert event.started_at == hook.started_at


def test_two_runs_in_one_source_are_never_merged_into_one_of_another(db: Connection) -> None:
    with transaction(db):
        events_table.add_events(db, [dated("make", 0, origin="hook", native_id="s1:0")])
        assert events_table.add_events(db, [dated("make", 0), dated("make", 1)]) == 1
        assert events_table.add_events(db, [dated("make", 0), dated("make", 1)]) == 0
    assert commands(db) == ["make", "make"]


def test_sessions_of_an_undated_file_keep_their_numbers_when_its_head_is_cut(db: Connection) -> None:
    def lines(first: int, last: int) -> HistoryReading:
        events = tuple(
            CommandEvent(event_id=i, command=f"c{n}", sequence_no=i, session_id=f"bash_history:{1 + i // 100}", origin="bash_history")
            for i, n in enumerate(range(first, last))
        )
        return HistoryReading(events=events, origin="bash_history", path="/home/a/.bash_history")

    add(db, lines(0, 250))
    add(db, lines(200, 400))
    sessions = [e.session_id for e in events_table.read_events(db, most=1000)]
    assert sessions[:250] == [f"bash_history:{1 + i // 100}" for i in range(250)]
    assert sessions[250] == "bash_history:3"
    assert sorted(set(sessions[250:])) == ["bash_history:3", "bash_history:4"]


def test_what_a_shell_lost_adds_up_over_readings(db: Connection) -> None:
    with transaction(db):
        sources_table.write_next_numbers(db, {"s": 10}, {"s": 2})
        sources_table.write_next_numbers(db, {"s": 12, "t": 3}, {"t": 1})
    assert sources_table.read_next_numbers(db) == {"s": 12, "t": 3}
    assert sources_table.count_lost(db) == 3


def test_a_database_of_the_first_release_is_brought_up_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "vynexus.db"
    old = sqlite3.connect(path, isolation_level=None)
    for statement in MIGRATIONS[0].split(";"):
        old.execute(statement)
    old.execute("PRAGMA user_version=1")
    old.execute(
        "INSERT INTO events VALUES (1, x'00', CAST('make' AS BLOB), 5, 0, 's', 1700000000000000, NULL, 0, NULL, NULL, 'bash', 'user', 'hook',"
        " 'exact', 'exact', NULL, NULL, 'none')"
    )
    for number, second in enumerate((1_700_000_100, 1_700_000_100, 1_700_000_200), start=2):
        old.execute(
            "INSERT INTO events VALUES (?, ?, CAST('ls' AS BLOB), ?, 0, 's', ?, NULL, 0, NULL, NULL, 'zsh', 'unknown', 'zsh_history',"
            " 'exact', 'exact', NULL, NULL, 'none')",
            (number, bytes([number]), events_table.command_hash("ls"), second * 1_000_000),
        )
    old.execute("INSERT INTO sources VALUES ('bash_history', '/h', x'', 1, '1:1', '2026-01-01', 'no dates')")
    old.close()
    db = open_database(path, busy_timeout_ms=1000)
    assert commands(db) == ["make", "ls", "ls", "ls"]
    again = [dated("ls", s - NOW.timestamp()) for s in (1_700_000_100, 1_700_000_100, 1_700_000_200, 1_700_000_300)]
    with transaction(db):
        assert events_table.add_events(db, again) == 1
    assert sources_table.read_next_numbers(db) == {"s": 1}
    (source,) = sources_table.read_sources(db)
    assert (source.path, source.mark, source.unknown) == ("/h", "", ("no dates",))
    db.close()


def test_a_long_history_that_was_merged_into_another_adds_nothing_when_read_again(db: Connection) -> None:
    zsh = [dated(f"c{n}", n * 10) for n in range(600)]
    atuin = [dated(f"c{n}", n * 10 + 0.3, origin="atuin", native_id=f"atuin:{n}") for n in range(600)]
    with transaction(db):
        assert events_table.add_events(db, zsh) == 600
        assert events_table.add_events(db, atuin) == 0
    with transaction(db):
        assert events_table.add_events(db, atuin) == 0
        assert events_table.add_events(db, zsh) == 0
    assert len(commands(db)) == 600


def test_the_same_undated_lines_under_another_name_are_the_same_history(db: Connection) -> None:
    lines = [f"make t{n % 40}" for n in range(60)]
    assert add(db, undated(*lines, path="")) == 60
    assert add(db, undated(*lines)) == 0
    assert add(db, undated(*lines, "ls new", path="/home/a/backup")) == 1


def test_what_an_installed_hook_did_not_record_is_not_taken_from_the_history(db: Connection) -> None:
    first, later = undated("old"), undated("old", "typed while recording was off")
    add(db, first)
    with transaction(db):
        hook_spans.write_hooked_shells(db, {"bash": NOW, "zsh": NOW}, now=NOW)
        recorded = dated("make", 60, origin="hook", native_id="s:0", shell="zsh")
        events_table.add_events(db, [recorded])
    assert add(db, later) == 0
    zsh = [dated("before", -60, shell="zsh"), dated("make", 60, shell="zsh"), dated("hidden", 70, shell="zsh")]
    assert add(db, HistoryReading(events=zsh, origin="zsh_history", path="/z")) == 1
    assert sorted(commands(db)) == ["before", "make", "old"]
    with transaction(db):
        hook_spans.write_hooked_shells(db, {}, now=NOW + timedelta(minutes=5))
    assert add(db, undated("old", "typed while recording was off", "after the hook")) == 1
    assert add(db, HistoryReading(events=[*zsh, dated("later", 600, shell="zsh")], origin="zsh_history", path="/z2")) == 1


def test_new_rules_for_secrets_do_not_double_the_past_and_clean_it(db: Connection) -> None:
    plain = [dated(f"unlock zebra{n}", n) for n in range(5)]
    redacted = [dated("unlock {{secret:own}}", n) for n in range(5)]
    with transaction(db):
        assert events_table.add_events(db, plain) == 5
        assert events_table.add_events(db, redacted) == 0
        assert events_table.add_events(db, redacted) == 0
    assert commands(db) == ["unlock {{secret:own}}"] * 5


def test_a_command_that_the_hook_redacted_otherwise_is_the_same_command(db: Connection) -> None:
    hook = dated("curl -H 'Authorization: Bearer {{secret:bearer-token}}' x", -0.3, origin="hook", native_id="s:0")
    history = dated("curl -H 'Authorization: Bearer {{secret:authorization}}' x", 0)
    with transaction(db):
        assert events_table.add_events(db, [hook]) == 1
        assert events_table.add_events(db, [history]) == 0
        assert events_table.add_events(db, [dated("curl -H 'Authorization: Bearer {{secret:authorization}}' other", 0)]) == 1


def test_quick_repeats_find_their_counterparts_whatever_came_first(db: Connection) -> None:
    starts = [0.2, 0.9, 1.1, 1.8, 2.4, 2.95]
    hook = [dated("make a", s, origin="hook", native_id=f"s:{n}") for n, s in enumerate(starts)]
    zsh = [dated("make a", int(s)) for s in starts]
    with transaction(db):
        assert events_table.add_events(db, zsh) == 6
        assert events_table.add_events(db, hook) == 0


def test_the_same_words_in_two_shells_or_on_two_machines_are_two_commands(db: Connection) -> None:
    with transaction(db):
        events_table.add_events(db, [dated("git status", 0, shell="zsh")])
        assert events_table.add_events(db, [dated("git status", 0, origin="bash_history", shell="bash")]) == 1
        events_table.add_events(db, [dated("make", 5, origin="hook", native_id="s:1", host="a")])
        assert events_table.add_events(db, [dated("make", 5, origin="atuin", native_id="atuin:1", host="b")]) == 1
