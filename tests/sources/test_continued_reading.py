"""Reading on from a mark gives what reading everything would, and nothing twice."""

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vynexus_tui.domain.events import CommandEvent, HistoryReading, TimeQuality
from vynexus_tui.sources import history_entries, history_marks
from vynexus_tui.sources.history_files import HistoryFormat, read_history

NOW = datetime(2026, 3, 1, tzinfo=UTC)
T = 1_700_000_000


class Grown:
    """A history file that grows."""

    def __init__(self, folder: Path, history_format: HistoryFormat) -> None:
        self.path = folder / "history"
        self.history_format = history_format
        self.path.touch()

    def holds(self, raw: bytes) -> None:
        self.path.write_bytes(raw)

    def read(self, since: str = "") -> HistoryReading:
        return read_history(self.path, history_format=self.history_format, now=NOW, since=since)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("grown")


def is_undated(event: CommandEvent) -> bool:
    return event.time_quality is not TimeQuality.EXACT


def check_growth(file: Grown, raw: bytes, cut: int) -> None:
    """Invariants of reading `raw[:cut]` and then going on, against reading all of it."""
    file.holds(raw)
    whole = file.read()
    file.holds(raw[:cut])
    first = file.read()
    file.holds(raw)
    then = file.read(first.mark)
    if not then.is_continued:
        assert list(then.events) == list(whole.events)
        assert then.unknown == whole.unknown
        return
    expected = list(whole.events)[len(whole.events) - len(then.events) :]
    for event, alike in zip(then.events, expected, strict=True):
        assert (event.command, event.sequence_no, event.started_at) == (alike.command, alike.sequence_no, alike.started_at)
        # What was given as dated stays dated, though so much came in the same second that the second dates nothing.
        assert is_undated(alike) or not is_undated(event)
    if [*map(is_undated, then.events)] == [*map(is_undated, expected)]:
        assert [e.session_id for e in then.events] == [e.session_id for e in expected]
    again = len(first.events) + len(then.events) - len(whole.events)
    assert again >= 0
    repeated = list(first.events)[len(first.events) - again :]
    assert not any(map(is_undated, [*repeated, *list(then.events)[:again]]))
    assert len({e.started_at for e in repeated}) <= 1
    assert then.skipped_lines + first.skipped_lines >= whole.skipped_lines
    assert then.unknown[-2:] == whole.unknown[-2:]


COMMANDS = st.sampled_from(
    [b"ls", b"ls", b"make", b"exit", b"echo 'a", b"b'", b"it's", b"cat <<E", b"E", b"x \\", b"#123", b"  ", b"git push"]
)
KEY = [
    b"-----BEGIN RSA " + b"PRIVATE KEY-----",
    b"b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAA",
    b"abcd=",
    b"-----END RSA " + b"PRIVATE KEY-----",
]
STEPS = st.sampled_from([0, 0, 0, 1, 40, -30])


@st.composite
def bash_files(draw: st.DrawFn) -> bytes:
    stamp, lines = T, []
    style = draw(st.sampled_from(["plain", "stamped", "mixed"]))
    for _ in range(draw(st.integers(0, 25))):
        stamp += draw(STEPS)
        if style == "stamped" or (style == "mixed" and draw(st.booleans())):
            lines.append(b"#%d" % stamp)
        if draw(st.integers(0, 19)) == 0:
            lines += draw(st.sampled_from([KEY, KEY[:2], KEY[:1]]))
        lines += draw(st.lists(COMMANDS, min_size=1 - (draw(st.integers(0, 9)) == 0), max_size=2))
    return b"\n".join(lines) + b"\n"


@st.composite
def zsh_files(draw: st.DrawFn) -> bytes:
    stamp, lines = T, []
    for _ in range(draw(st.integers(0, 25))):
        stamp += draw(STEPS)
        header = b": %d:%d;" % (stamp, draw(st.integers(0, 1))) if draw(st.integers(0, 3)) else b""
        lines.append(header + draw(st.sampled_from([b"ls", b"ls", b"make", b"exit", b"a\\\nb", b"", b"echo \x83\xb2"])))
    return b"\n".join(lines) + b"\n"


@st.composite
def fish_files(draw: st.DrawFn) -> bytes:
    stamp, lines = T, []
    for _ in range(draw(st.integers(0, 15))):
        stamp += draw(STEPS)
        lines.append(b"- cmd: " + draw(st.sampled_from([b"ls", b"make", b"exit", b"a\\nb"])))
        lines.append(draw(st.sampled_from([b"  when: %d" % stamp] * 6 + [b"  when: 99999999999999", b"junk"])))
        lines += draw(st.sampled_from([[], [b"  paths:", b"    - x"]]))
    return b"\n".join(lines) + b"\n"


@pytest.mark.parametrize(("history_format", "files"), [("bash", bash_files()), ("zsh", zsh_files()), ("fish", fish_files())])
def test_going_on_is_the_same_as_reading_everything_wherever_the_file_was_cut(folder, history_format, files):
    file = Grown(folder, history_format)

    @given(files, st.data())
    def grows(raw: bytes, data: st.DataObject) -> None:
        check_growth(file, raw, data.draw(st.integers(0, len(raw))))

    grows()


@pytest.mark.parametrize("history_format", ["bash", "zsh", "fish"])
def test_no_bytes_are_too_strange_to_go_on_with(folder, history_format):
    file = Grown(folder, history_format)

    @given(st.binary(max_size=200), st.integers(0, 200))
    def grows(raw: bytes, cut: int) -> None:
        raw = b"ls\nls\n: 1700000000:0;ls\n#1700000000\n" + raw.replace(b"SQLite", b"")
        if len(raw) - len(raw.translate(None, bytes(range(32)))) < len(raw) / 20:
            check_growth(file, raw, min(cut, len(raw)))

    grows()


def test_a_second_reading_gives_the_last_second_again_and_nothing_else(tmp_path):
    file = Grown(tmp_path, "zsh")
    file.holds(b"".join(b": %d:1;ls %d\n" % (T + n // 2, n % 5) for n in range(99)) + b": %d:1;make\n: %d:2;make\n" % (T + 90, T + 90))
    first = file.read()
    second = file.read(first.mark)
    assert second.is_continued
    assert list(second.events) == list(first.events[-2:])
    assert (second.mark, second.unknown, second.remedy) == (first.mark, first.unknown, first.remedy)


def test_undated_lines_are_read_once(tmp_path):
    file = Grown(tmp_path, "bash")
    file.holds(b"ls\nls\nmake\n")
    first = file.read()
    assert list(file.read(first.mark).events) == []
    file.holds(b"ls\nls\nmake\ngit push\n")
    second = file.read(first.mark)
    assert [(e.command, e.sequence_no, e.session_id) for e in second.events] == [("git push", 3, "bash_history:1")]
    assert (second.is_continued, second.undated_count) == (True, 1)


def test_a_session_goes_on_where_it_was(tmp_path):
    file = Grown(tmp_path, "zsh")
    file.holds(b": %d:0;ls\n: %d:0;ls\n" % (T, T + 5))
    first = file.read()
    file.holds(b": %d:0;ls\n: %d:0;ls\n: %d:0;exit\n: %d:0;ls\n" % (T, T + 5, T + 9, T + 20))
    second = file.read(first.mark)
    assert [e.session_id for e in second.events] == [f"zsh_history:{T}"] * 2 + [f"zsh_history:{T + 20}"]


def test_a_file_whose_head_was_cut_is_read_from_its_beginning(tmp_path):
    file = Grown(tmp_path, "bash")
    file.holds(b"ls\nls\nmake\n")
    mark = file.read().mark
    for raw in (b"ls\nmake\ngit\n", b"ls\n", b"", b"LS\nls\nmake\nx\n"):
        file.holds(raw)
        second = file.read(mark)
        assert not second.is_continued
        assert [e.command for e in second.events] == raw.decode().split()


@pytest.mark.parametrize("mark", ["", "{}", "nonsense", "[1]", '{"size_bytes": -1}', "\udcff"])
def test_a_mark_that_is_none_of_ours_is_no_mark(tmp_path, mark):
    file = Grown(tmp_path, "bash")
    file.holds(b"ls\nls\n")
    assert (file.read(mark).is_continued, len(file.read(mark).events)) == (False, 2)


def test_the_mark_of_one_format_is_none_of_another(tmp_path):
    file = Grown(tmp_path, "zsh")
    file.holds(b"ls\nls\n")
    mark = file.read().mark
    assert not Grown(tmp_path, "bash").read(mark).is_continued


def test_durations_that_were_seen_once_are_durations_from_then_on(tmp_path):
    file = Grown(tmp_path, "zsh")
    head = b": %d:3;make\n: %d:0;ls\n: %d:0;ls\n" % (T, T + 5, T + 9)
    file.holds(head)
    mark = file.read().mark
    file.holds(head + b": %d:0;pwd\n" % (T + 12))
    assert [e.duration_s for e in file.read(mark).events] == [0.0, 0.0]


def test_lines_stamped_together_are_still_known_as_such_when_more_of_them_follow(tmp_path):
    file = Grown(tmp_path, "bash")
    head = b"#%d\nls\n" % T * 6
    file.holds(head)
    first = file.read()
    assert {e.time_quality for e in first.events} == {TimeQuality.SESSION}
    file.holds(head + b"#%d\nmake\n#%d\nlast\n" % (T, T + 1))
    second = file.read(first.mark)
    assert [e.time_quality for e in second.events] == [TimeQuality.SESSION] * 7 + [TimeQuality.EXACT]
    assert not second.is_continued
    assert "no dates for 7 of 8 commands" in second.unknown


def test_what_was_dated_stays_dated_when_a_paste_fills_its_second(tmp_path):
    file = Grown(tmp_path, "bash")
    head = b"#%d\nls\n" % T * 3
    file.holds(head)
    first = file.read()
    file.holds(head * 3)
    second = file.read(first.mark)
    assert len(second.events) == 9
    assert {e.time_quality for e in second.events} == {TimeQuality.EXACT}


def test_counts_that_were_unknown_are_looked_at_anew(tmp_path):
    file = Grown(tmp_path, "bash")
    head = b"".join(b"command %d\n" % n for n in range(60))
    file.holds(head)
    first = file.read()
    assert any("counts unknown" in word for word in first.unknown)
    assert (file.read(first.mark).is_continued, len(file.read(first.mark).events)) == (True, 0)
    assert file.read(first.mark).unknown == first.unknown
    file.holds(head + b"command 7\n")
    second = file.read(first.mark)
    assert not second.is_continued
    assert not any("counts unknown" in word for word in second.unknown)


def test_a_quote_that_is_still_open_is_decided_by_what_follows(tmp_path):
    file = Grown(tmp_path, "bash")
    file.holds(b"ls\nls\necho 'a\n")
    mark = file.read().mark
    file.holds(b"ls\nls\necho 'a\nb'\n")
    assert [e.command for e in file.read(mark).events] == ["ls", "ls", "echo 'a\nb'"]


def test_a_skipped_line_is_counted_once(tmp_path):
    file = Grown(tmp_path, "zsh")
    head = b": %d:0;ls\n: %d:0;ls\n: %d:0;\n" % (T, T + 1, T + 1)
    file.holds(head)
    first = file.read()
    file.holds(head + b": %d:0;\n" % (T + 2))
    assert (first.skipped_lines, file.read(first.mark).skipped_lines) == (1, 1)


def test_blocks_may_end_anywhere(tmp_path, monkeypatch):
    raw = b"".join(b": %d:%d;echo %d\\\n more\n" % (T + n, n % 3, n % 7) for n in range(500))
    file = Grown(tmp_path, "zsh")
    file.holds(raw)
    whole = file.read()
    monkeypatch.setattr("vynexus_tui.sources.history_stream.BLOCK_BYTES", 97)
    monkeypatch.setattr(history_marks, "BLOCK_BYTES", 89)
    small = file.read()
    assert list(small.events) == list(whole.events)
    assert small.mark == whole.mark
    assert file.read(whole.mark).is_continued


@pytest.mark.parametrize("stamped_share", [0.0, 0.5, 1.0])
def test_a_long_bash_history_is_the_same_in_many_blocks_as_in_one(tmp_path, monkeypatch, stamped_share):
    chosen = random.Random(5)
    known = [b"ls", b"make", b"echo 'a", b"b'", b"it's", b"cat <<E", b"E", b"x \\", b"#123", b"", *KEY]
    lines = []
    for number in range(12_000):
        if chosen.random() < stamped_share:
            lines.append(b"#%d" % (T + number // 2))
        lines += chosen.choices(known, weights=[60, 60, 1, 1, 1, 1, 1, 3, 1, 3, 1, 1, 1, 1], k=chosen.choice([1, 1, 1, 2, 9]))
    lines += [b"cat <<NEVER", *[b"ls"] * 3_000]
    file = Grown(tmp_path, "bash")
    file.holds(b"\n".join(lines) + b"\n")
    whole = file.read()
    monkeypatch.setattr("vynexus_tui.sources.history_stream.BLOCK_BYTES", 3_001)
    small = file.read()
    assert len(whole.events) > 10_000
    assert list(small.events) == list(whole.events)
    assert (small.mark, small.unknown, small.skipped_lines) == (whole.mark, whole.unknown, whole.skipped_lines)


def test_only_the_newest_of_very_many_are_kept_and_that_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(history_entries, "MAX_EVENTS", 100)
    monkeypatch.setattr("vynexus_tui.sources.history_events.MAX_EVENTS", 100)
    for history_format, raw in (
        ("zsh", b"".join(b": %d:0;ls %d\n" % (T + n, n % 7) for n in range(777))),
        ("bash", b"".join(b"ls %d\n" % (n % 7) for n in range(777))),
    ):
        file = Grown(tmp_path, history_format)
        file.holds(raw)
        reading = file.read()
        assert [(e.sequence_no, e.command) for e in reading.events] == [(n, f"ls {n % 7}") for n in range(677, 777)]
        assert "only the newest 100 commands" in reading.unknown


def test_events_are_a_sequence_like_any_other(tmp_path):
    file = Grown(tmp_path, "bash")
    file.holds(b"".join(b"ls %d\n" % (n % 7) for n in range(30)))
    events = file.read().events
    plain = list(events)
    assert (len(events), events[0], events[-1], list(events[5:9]), list(events[-3:])) == (30, plain[0], plain[-1], plain[5:9], plain[-3:])
    assert list(reversed(events)) == plain[::-1] == list(events[::-1])
    assert list(events[5:20][2:4]) == plain[7:9]
    assert isinstance(plain[0], CommandEvent)
    with pytest.raises(IndexError):
        events[30]
