import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vynexus_tui.sources.spool_records import parse_look, parse_records, parse_run

STARTED_US = 1_700_000_000_000_000
FIELD = st.binary(min_size=1, max_size=20).filter(lambda b: b"\0" not in b)


def record(seq: int, command: bytes = b"true", cwd: bytes = b"/") -> bytes:
    return b"\0VY1\0%d\0%d\0%d\0%d\0-\0b\0%s\0%s\0%d.\0" % (seq, STARTED_US, 5, 0, cwd, command, seq)


def test_a_record_is_read_field_by_field():
    raw = b"\0VY1\x007\x001700000000000001\x00250000\x003\x00120000\0bda\0/tmp/\xff\0echo \xfe\n2\x007.\0"
    (found,) = parse_records(raw).records
    assert found.seq == 7
    assert found.started_at == datetime(2023, 11, 14, 22, 13, 20, 1, tzinfo=UTC)
    assert (found.duration_us, found.exit_code, found.cpu_us, found.flags) == (250_000, 3, 120_000, "bda")
    assert (found.cwd, found.command) == ("/tmp/\udcff", "echo \udcfe\n2")


def test_a_dash_is_unknown_and_not_zero():
    (found,) = parse_records(b"\0VY1\x000\x001700000000000001\0-\x000\0-\0z\0/\0ls\x000.\0").records
    assert found.duration_us is None
    assert found.cpu_us is None


@given(st.lists(st.tuples(FIELD, FIELD), min_size=1, max_size=6))
def test_any_bytes_but_nul_come_back_exactly(pairs):
    raw = b"".join(record(seq, command, cwd) for seq, (command, cwd) in enumerate(pairs))
    found = parse_records(raw).records
    assert [(r.command.encode("utf-8", "surrogateescape"), r.cwd.encode("utf-8", "surrogateescape")) for r in found] == pairs


@given(st.lists(st.tuples(FIELD, st.integers(0, 80)), min_size=1, max_size=8))
def test_torn_records_are_left_out_and_every_whole_one_is_found(writes):
    """Each write is whole or cut short; the next one goes right behind it (and its first NUL can stand for a last NUL that was cut)."""
    raw, whole = b"", []
    for seq, (command, cut) in enumerate(writes):
        text = record(seq, command)
        raw += text[:cut]
        is_closed_by_next = cut == len(text) - 1 and any(later for _, later in writes[seq + 1 :])
        if cut >= len(text) or is_closed_by_next:
            whole.append(seq)
    assert [r.seq for r in parse_records(raw).records] == whole


@given(st.lists(FIELD, min_size=1, max_size=6), st.data())
def test_a_growing_file_read_in_pieces_gives_every_record_once(commands, data):
    raw = b"".join(record(seq, command) for seq, command in enumerate(commands))
    cuts = [*sorted(data.draw(st.lists(st.integers(0, len(raw)), max_size=6))), len(raw)]
    seen, start = [], 0
    for cut in cuts:
        parsed = parse_records(raw[start:cut])
        seen += [r.seq for r in parsed.records]
        start += parsed.resume_at
    assert seen == list(range(len(commands)))


def test_a_record_whose_last_byte_was_cut_does_not_hide_the_next_one_from_a_later_reading():
    raw = record(0)[:-1] + record(1)
    first = parse_records(raw[: len(record(0))])
    assert [r.seq for r in first.records] == [0]
    assert [r.seq for r in parse_records(raw[first.resume_at :]).records] == [1]


@given(st.binary(max_size=300))
def test_arbitrary_bytes_never_raise(raw):
    parse_records(raw)
    parse_records(b"\0VY1\0" + raw)
    parse_run(raw)
    parse_run(b"\0VYR1\0" + raw)


def test_a_record_without_a_start_is_kept_and_one_with_a_wrong_start_is_not():
    (found,) = parse_records(record(0).replace(b"1700000000000000", b"-")).records
    assert (found.seq, found.started_at, found.command) == (0, None, "true")
    assert [parse_records(record(0).replace(b"1700000000000000", wrong)).records for wrong in (b"", b"0", b"x", b"1.5", b"--")] == [[]] * 5


def test_a_stamp_beyond_all_calendars_is_no_record():
    assert parse_records(record(0).replace(b"1700000000000000", b"999999999999999999")).records == []


RUN = b"\0VYR1\x0017-1\0a1b2\0" + b"e" * 64 + b"\x001700000000500000\x001500000\x003\x001200000\x0020480\0/srv/x\x0017-1.\0"


SCHEDULED = RUN.replace(b"VYR1", b"VYR2").replace(b"20480\0", b"20480\x001\x000\0")


def test_a_run_says_whether_its_schedule_started_it():
    assert [parse_run(raw).is_scheduled for raw in (RUN, SCHEDULED, SCHEDULED.replace(b"20480\x001", b"20480\x000"))] == [
        False,
        True,
        False,
    ]
    assert parse_run(SCHEDULED).cwd == "/srv/x"


def test_a_run_says_from_which_step_it_went_on():
    steps = [parse_run(SCHEDULED.replace(b"20480\x001\x000", b"20480\x001\0" + step)) for step in (b"0", b"1", b"2", b"12")]
    assert [run.from_step for run in steps] == [None, None, 2, 12]
    assert parse_run(RUN).from_step is None
    assert parse_run(SCHEDULED.replace(b"20480\x001\x000", b"20480\x001\0-2")) is None


@pytest.mark.parametrize("run_id", [b"", b"r-1", b"1-2\n", b"1", b"1-2-3", b"1-\xd9\xa1", b"1-2[red]"])
def test_a_run_id_of_another_form_than_ours_is_no_run(run_id):
    assert parse_run(RUN.replace(b"17-1", run_id)) is None


def test_a_run_file_gives_a_run():
    run = parse_run(RUN)
    assert (run.run_id, run.automation_id, run.script_sha256) == ("17-1", "a1b2", "e" * 64)
    assert run.started_at == datetime(2023, 11, 14, 22, 13, 20, 500_000, tzinfo=UTC)
    assert (run.duration_s, run.exit_code, run.cpu_s, run.peak_memory_bytes, run.cwd) == (1.5, 3, 1.2, 20480 * 1024, "/srv/x")


def test_a_run_whose_cost_is_unknown_says_so():
    run = parse_run(re.sub(rb"\x001200000\x0020480\0", b"\0-\0-\0", RUN))
    assert run.cpu_s is None
    assert run.peak_memory_bytes is None


def test_a_run_file_that_is_not_whole_is_none():
    assert [parse_run(RUN[:size]) for size in range(len(RUN))] == [None] * len(RUN)


LOOK = (
    b'{"run_id":"1700000000500000-7","automation_id":"a1b2","started_us":1700000000500000,"exit_code":0,"reach":"top",'
    b'"prediction":{"script_sha256":"e","cwd":"/srv","arguments":["north"],"defaults":["north",null],'
    b'"changes":[{"path":"/srv/caf\\udce9","kind":"create","type":"file","renamed_from":null,"has_mode":true,"is_tree":false}],'
    b'"not_shown":[],"ends_early":null},"changes":[{"path":"/srv/x","kind":"rewritten","type":"file"}]}'
)


def test_a_look_file_gives_what_a_first_run_changed():
    look = parse_look(LOOK)
    assert (look.run_id, look.automation_id, look.exit_code, look.reach) == ("1700000000500000-7", "a1b2", 0, "top")
    assert [(c.path, c.kind.value) for c in look.changes] == [("/srv/x", "rewritten")]
    (told,) = look.prediction.changes
    assert (told.path, told.has_mode) == ("/srv/caf\udce9", True)


def test_a_look_file_that_is_not_whole_or_not_ours_is_none():
    assert [parse_look(LOOK[:size]) for size in range(len(LOOK))] == [None] * len(LOOK)
    for wrong in (b'"exit_code":"0"', b'"exit_code":null', b'"exit":0'):
        assert parse_look(LOOK.replace(b'"exit_code":0', wrong)) is None
    assert parse_look(LOOK.replace(b"1700000000500000,", b"999999999999999999,")) is None
    assert parse_look(LOOK.replace(b'"rewritten"', b'"improved"')) is None
    assert parse_look(b"[" * 100_000) is None


@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_no_look(raw):
    assert parse_look(raw) is None
