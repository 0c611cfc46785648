from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from vynexus_tui.sources.history_stream import read_bytes

FIXTURES = Path(__file__).parent / "fixtures"
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def read(raw: bytes):
    return read_bytes(raw, "zsh", path=None, now=NOW)


def rows(reading):
    return [(None if e.started_at is None else int(e.started_at.timestamp()), e.duration_s, e.command) for e in reading.events]


def fixture(name: str):
    return read((FIXTURES / name).read_bytes())


def test_extended_entries_have_a_start_and_a_duration():
    found = rows(fixture("atuin_tests/zsh_multiline.zsh_history"))
    assert found[0] == (1613322469, 0.0, "cargo install atuin")
    # The file says `\\` and a newline: the command has one backslash (zsh strips exactly one when it reads the file back).
    assert found[1] == (1613322469, 10.0, "cargo install atuin; \\\ncargo update")
    assert len(found) == 3


def test_metafied_bytes_become_text_again():
    assert [row[2] for row in rows(fixture("atuin_tests/zsh_metafied.zsh_history"))] == ["echo 你好", "ls ~/音乐"]


def test_malformed_headers_are_text_and_impossible_numbers_unknown():
    assert rows(fixture("atuin_tests/zsh_malformed.zsh_history")) == [
        (None, None, ": not-extended"),
        (None, None, ": 1613322469:0"),
        (None, 0.0, "echo hello"),
        (1613322469, None, "echo hello"),
        (1613322469, 10.0, "cargo install atuin;cargo update"),
    ]


def test_a_time_before_the_epoch_is_unknown():
    assert rows(fixture("atuin_tests/zsh_ts_before_epoch.zsh_history")) == [
        (None, None, "cargo install atuin"),
        (None, None, "cargo update"),
    ]


def test_durations_that_are_all_zero_are_unknown():
    reading = fixture("histop/zsh_history")
    assert len(reading.events) == 21
    assert {e.duration_s for e in reading.events} == {None}
    assert "no durations" in reading.unknown
    assert reading.events[0].started_at == datetime.fromtimestamp(1680820391, UTC)


def test_a_last_line_without_a_newline_counts():
    assert [row[2] for row in rows(fixture("plaso/zsh_extended_history.txt"))] == [
        "cd plaso",
        "ls",
        "echo dfgdfg \\\n& touch /tmp/afile",
        "PYTHONPATH=. ./runtests.py",
    ]


def test_a_header_that_is_still_being_written_is_left_out():
    for cut in (b": ", b": 1700000001", b": 1700000001:0"):
        assert [row[2] for row in rows(read(b": 1700000000:0;ls\n" + cut))] == ["ls"]
    assert read(b": 1700000000:0;\n").skipped_lines == 1


def test_what_zsh_adds_when_it_writes_is_taken_away_again():
    assert [row[2] for row in rows(read(b"\\: colon\necho a\\ \necho b\\  \necho c  \n  d\n"))] == [
        ": colon",
        "echo a\\",
        "echo b\\ ",
        "echo c  ",
        "  d",
    ]


def test_the_oldest_format_has_the_end_instead_of_the_duration():
    assert rows(read(b": 1700000000:1700000007;make\n")) == [(1700000000, 7.0, "make")]


def test_sessions_end_where_time_runs_backwards():
    raw = b": 1700000100:0;a\n: 1700000200:0;b\n: 1700000050:0;c\n: 1700000060:0;exit\n: 1700000061:0;d\n"
    assert [e.session_id for e in read(raw).events] == [
        f"zsh_history:{n}" for n in (1700000100, 1700000100, 1700000050, 1700000050, 1700000061)
    ]


def zsh_writes(command: bytes) -> bytes:
    """What zsh's own savehistfile writes for a command (extended format)."""
    text = b"".join(bytes((0x83, b ^ 0x20)) if b == 0 or 0x83 <= b <= 0xA2 else bytes((b,)) for b in command)
    text = text.replace(b"\n", b"\\\n")
    if text.rstrip(b" ").endswith(b"\\"):
        text += b" "
    return b": 1700000000:1;" + text + b"\n"


@given(
    st.lists(
        st.binary(min_size=1, max_size=30).filter(lambda b: b"\0" not in b and b.decode("utf-8", "surrogateescape").strip()), max_size=5
    )
)
def test_whatever_zsh_writes_is_read_back_exactly(commands):
    reading = read(b"".join(map(zsh_writes, commands)))
    assert [e.command.encode("utf-8", "surrogateescape") for e in reading.events] == commands


@given(st.binary(max_size=300))
def test_no_bytes_are_too_strange(raw):
    read(raw)
    read(b": 1700000000:0;" + raw)
