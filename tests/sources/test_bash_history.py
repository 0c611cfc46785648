from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from vynexus_tui.domain.events import CountQuality, TimeQuality
from vynexus_tui.sources.history_stream import read_bytes

FIXTURES = Path(__file__).parent / "fixtures"
NOW = datetime(2026, 3, 1, tzinfo=UTC)
T = 1_700_000_000


def read(text: str | bytes):
    return read_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape"), "bash", path=None, now=NOW)


def stamped(reading):
    return [(None if e.started_at is None else int(e.started_at.timestamp()), e.command) for e in reading.events]


def commands(text):
    return [e.command for e in read(text).events]


def test_an_unstamped_file_gives_its_lines_and_says_what_it_does_not_know():
    reading = read((FIXTURES / "atuin_tests/bash_no_ts.bash_history").read_bytes())
    assert [e.command for e in reading.events][:2] == ["cargo install atuin", "cargo update"]
    assert reading.unknown == ("no dates", "no durations", "no exit codes", "no folders")
    assert reading.remedy == "run `vynexus hook install`, or put `HISTTIMEFORMAT='%F %T '` into ~/.bashrc"
    (first, *_) = reading.events
    assert (first.started_at, first.duration_s, first.exit_code, first.cwd) == (None, None, None, None)
    assert first.time_quality is TimeQuality.NONE


def test_a_file_that_is_stamped_here_and_there_keeps_what_it_knows():
    reading = read((FIXTURES / "atuin_tests/bash_partial_ts.bash_history").read_bytes())
    assert stamped(reading) == [(None, "git reset"), (1672919006, "git clean -dxf"), (None, "cd ../")]
    assert "no dates for 2 of 3 commands" in reading.unknown


def test_stamped_entries_of_several_lines_come_back_whole():
    expected = [
        (1380630977, "/usr/lib/plaso"),
        (1380630978, "/bin/bash"),
        (1380630979, "/usr/local/bin/splunk -p 8080"),
        (1623364236, 'binary argument1 "--params=\\\nparam1=foo,\nparam2=bar\n" argument2'),
    ]
    assert stamped(read((FIXTURES / "plaso/bash_history").read_bytes())) == expected
    assert stamped(read((FIXTURES / "plaso/bash_history_desync").read_bytes())) == [(None, "/sbin/reboot"), *expected]


def test_an_exit_ends_a_session_in_an_untimed_file():
    sessions = [e.session_id for e in read((FIXTURES / "histop/bash_history").read_bytes()).events]
    assert sessions == ["bash_history:1"] * 16 + ["bash_history:2"] * 5


def test_a_quote_that_nothing_closes_swallows_no_command():
    reading = read((FIXTURES / "long_quoted_paste.bash_history").read_bytes())
    assert [e.command[:20] for e in reading.events] == ["ls -la", 'echo "-----BEGIN FAK', "cat id_fake"]


def test_lines_are_joined_where_a_quote_a_backslash_or_a_here_document_is_open():
    assert commands("echo 'a\nb'\nls\n") == ["echo 'a\nb'", "ls"]
    assert commands('git commit -m "one\n\ntwo"\nls\n') == ['git commit -m "one\n\ntwo"', "ls"]
    assert commands("cat <<EOF\nit's\nEOF\n\nls\n") == ["cat <<EOF\nit's\nEOF", "ls"]
    assert commands("cat <<-'END' >f\n\tx\n\tEND\nls\n") == ["cat <<-'END' >f\n\tx\n\tEND", "ls"]
    assert commands("ls \\\n-l\npwd\n") == ["ls \\\n-l", "pwd"]


def test_lines_are_not_joined_where_nothing_is_open():
    for text in ("echo $'it\\'s'", "ls # don't", 'echo "it\'s"', "cat <<< x", "echo $((1<<2))", "echo \\'", "echo a#'b'"):
        assert commands(f"{text}\nls\n") == [text, "ls"]


def test_every_hundred_lines_of_an_untimed_file_are_a_session():
    text = "".join(f"ls {n % 7}\n" for n in range(250))
    sessions = [e.session_id for e in read(text).events]
    assert [sessions.count(f"bash_history:{n}") for n in (1, 2, 3)] == [100, 100, 50]


def test_sessions_stay_what_they_are_when_the_file_grows():
    text = "".join(f"ls {n % 7}\n" if n % 40 else "exit\n" for n in range(300))
    before = [e.session_id for e in read(text).events]
    assert [e.session_id for e in read(text + "make\nexit\nls\n").events][:300] == before


def test_time_that_runs_backwards_starts_a_session():
    text = f"#{T}\na\n#{T + 9}\nb\n#{T - 500}\nc\n#{T - 400}\nd\n"
    assert [e.session_id for e in read(text).events] == [f"bash_history:{T}"] * 2 + [f"bash_history:{T - 500}"] * 2


def test_stamps_written_together_order_but_do_not_date():
    text = "".join(f"#{T}\nold {n}\n" for n in range(5)) + f"#{T + 1}\nnew\n#{T + 1}\nnewer\n"
    qualities = [e.time_quality for e in read(text).events]
    assert qualities == [TimeQuality.SESSION] * 5 + [TimeQuality.EXACT] * 2
    assert "no dates for 5 of 7 commands" in read(text).unknown


def test_a_typed_comment_that_looks_like_a_stamp_is_text_and_a_stamp_without_a_command_is_skipped():
    assert stamped(read(f"#{T}\n#1699999999\n#{T + 1}\nls\n")) == [(T, "#1699999999"), (T + 1, "ls")]
    reading = read(f"#{T}\npwd\n#{T + 1}\n#{T + 2}\nls\n")
    assert stamped(reading) == [(T, "pwd"), (T + 2, "ls")]
    assert reading.skipped_lines == 1


def test_numbers_that_are_no_time_of_a_command_are_comments():
    assert stamped(read("#1699999999999999999\n#12345\nls\n")) == [(None, "#1699999999999999999"), (None, "#12345"), (None, "ls")]


def test_a_session_without_stamps_after_a_stamped_one_is_not_one_long_command():
    text = f"#{T}\nfirst\n" + "".join(f"later {n}\n" for n in range(8))
    assert stamped(read(text)) == [(T, "first"), *((None, f"later {n}") for n in range(8))]


def test_a_file_without_any_repeat_says_that_its_counts_are_unknown():
    reading = read("".join(f"command {n}\n" for n in range(60)))
    assert {e.count_quality for e in reading.events} == {CountQuality.DEDUPED}
    assert any("counts unknown" in word for word in reading.unknown)
    assert read("ls\n" + "".join(f"command {n}\n" for n in range(60)) + "ls\n").events[0].count_quality is CountQuality.EXACT


def test_bytes_that_are_no_text_and_the_nuls_of_a_crash_are_survived():
    assert commands(b"echo \xff\n\0\0\0\0\0ls\n") == ["echo \udcff", "ls"]


def test_a_stamp_that_is_still_being_written_is_left_for_later():
    for cut in ("#", "#17000", f"#{T}"):
        assert stamped(read(f"#{T}\nls\n{cut}")) == [(T, "ls")]
        assert commands(f"ls\n{cut}") == ["ls"]
    assert commands("ls\nmake") == ["ls", "make"]


def test_an_empty_file_has_no_events_and_no_complaints():
    assert len(read("").events) == 0
    assert read("\n\n").unknown == ()


@given(st.binary(max_size=400))
def test_no_bytes_are_too_strange(raw):
    for text in (raw, b"#1700000000\n" + raw.replace(b" ", b"\n#1700000001\n")):
        reading = read(text)
        assert [e.sequence_no for e in reading.events] == list(range(len(reading.events)))
        assert all(e.command.strip() for e in reading.events)


@given(st.lists(st.text(alphabet="ab '\"\\<EOF#\t$(", max_size=12).filter(lambda s: "\n" not in s), max_size=30))
def test_joining_loses_no_line(lines):
    text = "".join(f"{line}\n" for line in lines)
    assert [line for c in commands(text) for line in c.split("\n") if line.strip()] == [line for line in lines if line.strip()]


KEY = [
    "-----BEGIN OPENSSH " + "PRIVATE KEY-----",
    *("b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAABlwAAAAdzc2gtcn" for _ in range(80)),
    "abCd==",
]
END = "-----END OPENSSH " + "PRIVATE KEY-----"


def test_a_private_key_pasted_as_a_long_here_document_stays_out_of_every_entry():
    found = commands("\n".join(["ls", "cat > key <<'EOF'", *KEY, END, "EOF", "make", ""]))
    assert (found[0], found[-1], len(found)) == ("ls", "make", 3)
    assert not any("b3Blbn" in text or "abCd" in text for text in found)


def test_a_private_key_kept_line_by_line_is_one_mark_with_and_without_stamps():
    for lines in (["cat > key", *KEY, END, "make"], [x for line in ["cat > key", *KEY, END, "make"] for x in (f"#{T}", line)]):
        found = commands("\n".join([*lines, ""]))
        assert not any("b3Blbn" in text or "abCd" in text for text in found)
        assert (found[0], found[-1]) == ("cat > key", "make")
        assert len(found) <= 6


def test_a_private_key_without_an_end_takes_no_command_with_it():
    found = commands("\n".join([*KEY[:-1], "ls", "make", ""]))
    assert found[-2:] == ["ls", "make"]
    assert not any("b3Blbn" in text for text in found)


def test_a_search_for_keys_takes_no_command_with_it():
    lines = ["grep -r 'BEGIN RSA " + "PRIVATE KEY' .", "grep -r -- '-----BEGIN RSA " + "PRIVATE KEY-----' .", "ls", "make", "git status"]
    assert commands("\n".join([*lines, ""])) == lines


def test_a_here_document_of_hundreds_of_lines_is_one_entry():
    document = "\n".join(["cat > a <<EOF", *(f"line {n}" for n in range(400)), "EOF"])
    assert commands(f"ls\n{document}\nmake\n") == ["ls", document, "make"]


def test_here_documents_that_never_end_do_not_make_reading_slow():
    lines = [f"cat > a{n} <<EOF" for n in range(20_000)]
    assert commands("\n".join([*lines, ""])) == lines
