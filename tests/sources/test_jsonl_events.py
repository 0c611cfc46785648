import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from vynexus_tui.domain.events import Actor, CountQuality, TimeQuality
from vynexus_tui.sources.jsonl_events import read_jsonl_events


def read(*lines, **arguments):
    raw = b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    return read_jsonl_events(raw, path=None, **arguments)


def test_every_field_of_the_shape_is_read():
    (event,) = read(
        {
            "id": "e-9", "ts": 1700000000.5, "session": "s", "cmd": "make", "cwd": "/srv", "exit": 2, "duration_ms": 1500, "host": "h",
            "shell": "zsh", "actor": "agent", "time_quality": "session", "count_quality": "deduped", "user": "u", "kind": "x",
        }
    ).events  # fmt: skip
    assert event.event_id == "e-9"
    assert event.started_at == datetime(2023, 11, 14, 22, 13, 20, 500_000, tzinfo=UTC)
    assert (event.session_id, event.command, event.cwd, event.exit_code, event.duration_s) == ("s", "make", "/srv", 2, 1.5)
    assert (event.host, event.shell, event.actor) == ("h", "zsh", Actor.AGENT)
    assert (event.time_quality, event.count_quality) == (TimeQuality.SESSION, CountQuality.DEDUPED)


def test_only_the_command_is_required():
    (event,) = read({"cmd": "ls"}).events
    assert (event.event_id, event.started_at, event.time_quality, event.actor) == (0, None, TimeQuality.NONE, Actor.UNKNOWN)
    assert (event.exit_code, event.duration_s, event.cwd) == (None, None, None)
    assert event.session_id == "jsonl:1"


def test_an_id_keeps_its_type_and_else_is_the_line_number():
    reading = read({"cmd": "a", "id": 7}, {"cmd": "b", "id": "7"}, b"", {"cmd": "c"}, {"cmd": "d", "id": None}, {"cmd": "e", "id": True})
    assert [e.event_id for e in reading.events] == [7, "7", 3, 4, 5]
    assert [e.event_id for e in read({"cmd": "a"}, {"cmd": "b"}, first_line=100).events] == [100, 101]


def test_a_time_without_a_quality_is_exact():
    (event,) = read({"cmd": "a", "ts": 1700000000}).events
    assert event.time_quality is TimeQuality.EXACT


def test_bad_lines_are_counted_and_the_others_read():
    reading = read({"cmd": "a"}, b"not json", b"[1]", {"ts": 1}, {"cmd": 5}, {"cmd": "  "}, b"[" * 100_000, b'{"cmd": "half', {"cmd": "b"})
    assert [e.command for e in reading.events] == ["a", "b"]
    assert reading.skipped_lines == 7


def test_fields_that_make_no_sense_are_unknown():
    strange = {"cmd": "a", "ts": "yesterday", "exit": 1.5, "duration_ms": -1, "cwd": 3, "actor": "cat", "session": None, "shell": []}
    (event,) = read(strange).events
    assert (event.started_at, event.exit_code, event.duration_s, event.cwd, event.shell) == (None, None, None, None, None)
    assert event.actor is Actor.UNKNOWN
    for ts in (True, float("nan"), float("inf"), -5, 10**400, 1e300):
        assert read({"cmd": "a", "ts": ts}).events[0].started_at is None
    assert read({"cmd": "a", "session": 3}).events[0].session_id == "3"


def test_without_sessions_every_hundred_lines_and_each_exit_make_one():
    reading = read(*({"cmd": f"c{n % 9}"} for n in range(150)), {"cmd": "exit"}, {"cmd": "ls"})
    sessions = [e.session_id for e in reading.events]
    assert [sessions.count(f"jsonl:{n}") for n in (1, 2, 3)] == [100, 51, 1]


def test_what_no_line_says_is_named():
    assert read({"cmd": "a"}).unknown == ("no dates", "no durations", "no exit codes", "no folders")
    assert read({"cmd": "a", "ts": 1700000000, "cwd": "/", "exit": 0, "duration_ms": 1}).unknown == ()
    assert read().unknown == ()


def test_text_that_could_not_be_stored_is_replaced():
    assert read(b'{"cmd": "a\\u0000b\\ud800c\\udcffd"}').events[0].command == "a\ufffdb\ufffdc\udcffd"
    assert read(b'\xef\xbb\xbf{"cmd": "a\xff"}').events[0].command == "a\udcff"


@given(
    st.binary(max_size=200),
    st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), lambda c: st.lists(c), max_leaves=4),
)
def test_no_line_is_too_strange(raw, value):
    read(raw)
    fields = ("id", "ts", "session", "cmd", "cwd", "exit", "duration_ms", "host", "shell", "actor", "time_quality", "count_quality")
    for event in read(dict.fromkeys(fields, value) | {"cmd": "ls"}).events:
        assert event.session_id.encode("utf-8", "surrogateescape")


_VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(st.characters(categories=None)) | st.sampled_from(
        [3.0, 0, -0.0, 2**31, 2**64, 10**400, 1700000000, 1700000000.25, "", "user", "agent", "session", "none", "exact", "deduped", "\ud800", "\0", "ls"]
    ),
    lambda c: st.lists(c) | st.dictionaries(st.text(), c),
    max_leaves=4,
)  # fmt: skip
_FIELDS = ("id", "ts", "session", "cmd", "cwd", "exit", "duration_ms", "host", "shell", "actor", "time_quality", "count_quality", "other")


@given(st.lists(st.tuples(st.sampled_from(_FIELDS), _VALUES)), st.booleans())
def test_the_quick_reading_and_the_patient_one_agree(pairs, is_ascii):
    members = [f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=is_ascii)}" for k, v in [("cmd", "ls"), *pairs]]
    line = ("{" + ", ".join(members) + "}").encode("utf-8", "surrogatepass")
    # A byte order mark is nothing the quick reader knows.
    assert read(line) == read(b"\xef\xbb\xbf" + line)
