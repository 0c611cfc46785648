from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from vynexus_tui.domain.events import CountQuality, TimeQuality
from vynexus_tui.sources.history_stream import read_bytes

FIXTURES = Path(__file__).parent / "fixtures"
NOW = datetime(2026, 3, 1, tzinfo=UTC)
T = 1_700_000_000


def read(raw: bytes):
    return read_bytes(raw, "fish", path=None, now=NOW)


def rows(reading):
    return [(None if e.started_at is None else int(e.started_at.timestamp()), e.command) for e in reading.events]


def commands(raw: bytes) -> list[str]:
    return [e.command for e in read(raw).events]


def test_an_entry_has_its_command_and_the_time_of_its_last_run():
    reading = read(b"- cmd: ls\n  when: %d\n  added_when: %d\n  paths:\n    - /tmp\n    - when: 1\n" % (T, T - 500))
    assert rows(reading) == [(T, "ls")]
    (event,) = reading.events
    assert (event.shell, event.origin, event.session_id) == ("fish", "fish_history", f"fish_history:{T}")
    assert (event.time_quality, event.duration_s, event.exit_code, event.cwd) == (TimeQuality.EXACT, None, None, None)


def test_counts_are_never_known_however_many_copies_there_are():
    reading = read(b"- cmd: ls\n  when: %d\n- cmd: ls\n  when: %d\n" % (T, T + 9))
    assert {e.count_quality for e in reading.events} == {CountQuality.DEDUPED}
    assert reading.unknown[-1].startswith("counts unknown")
    assert reading.remedy == "run `vynexus hook install`"


def test_escapes_are_undone_in_one_pass_from_left_to_right():
    assert commands(rb"""- cmd: printf 'a\\nb'
  when: 1700000000
- cmd: grep '\\new'
- cmd: echo a\nb
- cmd: echo \t \\ \\\\ \\\n|
""") == ["printf 'a\\nb'", "grep '\\new'", "echo a\nb", "echo \\t \\ \\\\ \\\n|"]


def test_the_line_is_not_yaml():
    assert commands(b"- cmd: 'a': [1, # b\n  when: 1700000000\n- cmd:  two blanks \n") == ["'a': [1, # b", " two blanks "]


def test_lines_that_belong_to_no_entry_are_counted_with_what_hangs_on_them():
    reading = read((FIXTURES / "atuin_tests/fish_complex_corrupted.fish_history").read_bytes())
    assert (len(reading.events), reading.skipped_lines) == (8, 2)
    assert read(b"%YAML 1.1\n---\n\n- cmd: ls\n  when: 1700000000\n...\n").skipped_lines == 0


def test_a_date_that_cannot_be_is_unknown_and_its_command_stays():
    reading = read((FIXTURES / "atuin_tests/fish_bad_when.fish_history").read_bytes())
    assert rows(reading) == [(1639162832, "echo before"), (None, "echo corrupt"), (1639162851, "echo after")]
    assert "no dates for 1 of 3 commands" in reading.unknown
    assert reading.undated_count == 1
    assert rows(read(b"- cmd: ls\n  when: yesterday\n")) == [(None, "ls")]


def test_an_entry_that_is_still_being_written_is_left_for_later():
    whole = b"- cmd: ls\n  when: %d\n" % T
    for cut in (b"-", b"- cmd: mak", b"- cmd: make\n  wh", b"- cmd: make\n  when: 17000"):
        assert rows(read(whole + cut)) == [(T, "ls")]
    assert rows(read(whole + b"- cmd: make\n  when: %d" % T)) == [(T, "ls"), (T, "make")]
    assert rows(read((FIXTURES / "plaso/fish_history").read_bytes()))[-1] == (1625972315, "cd plaso")


def test_sessions_end_at_exit_and_where_time_runs_backwards():
    sessions = [e.session_id for e in read((FIXTURES / "histop/fish_history").read_bytes()).events]
    assert sessions == ["fish_history:1680820391"] * 16 + ["fish_history:1680820407"] * 5


def fish_writes(command: bytes, when: int) -> bytes:
    """What fish's own append_history_item_to_buffer writes."""
    return b"- cmd: %s\n  when: %d\n" % (command.replace(b"\\", b"\\\\").replace(b"\n", b"\\n"), when)


@given(
    st.lists(
        st.binary(min_size=1, max_size=30).filter(lambda b: b"\0" not in b and b.decode("utf-8", "surrogateescape").strip()), max_size=6
    )
)
def test_whatever_fish_writes_is_read_back_exactly(written):
    reading = read(b"".join(fish_writes(command, T + n) for n, command in enumerate(written)))
    assert [e.command.encode("utf-8", "surrogateescape") for e in reading.events] == written


@given(st.binary(max_size=300))
def test_no_bytes_are_too_strange(raw):
    for text in (raw, b"- cmd: " + raw, b"- cmd: ls\n " + raw.replace(b"\n", b"\n  when: 1")):
        assert all(e.command.strip() for e in read(text).events)
