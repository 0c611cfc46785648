import io
import json
import os
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from vynexus_tui.domain.errors import SourceError
from vynexus_tui.sources import history_files
from vynexus_tui.sources.history_files import detect_format, find_histories, read_history

FIXTURES = Path(__file__).parent / "fixtures"
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def commands(reading):
    return [e.command for e in reading.events]


@pytest.mark.parametrize(
    ("raw", "name", "expected"),
    [
        (b"ls\n", "-", "bash"),
        (b"#1700000000\nls\n", "-", "bash"),
        (b": 1700000000:0;ls\n", "-", "zsh"),
        (b"plain\n: 1700000000:0;ls\n", "-", "zsh"),
        (b"ls\n", "/home/u/.zsh_history", "zsh"),
        (b"ls\n", "/home/zsh/.bash_history", "bash"),
        (b'{"cmd": "ls"}\n', "-", "jsonl"),
        (b'\n{"ts": 1, "cmd": "ls"}\n', "x", "jsonl"),
        (b"- cmd: ls\n  when: 1700000000\n", "-", "fish"),
        (b"junk\n- cmd: ls\n  when: 1700000000\n", "-", "fish"),
        (b"echo\n- cmd: ls\n", "-", "bash"),
        (b"SQLite format 3\0...", "/home/u/.zsh_history", "atuin"),
        (b"{ echo a; echo b; }\n", "-", "bash"),
        (b"", "-", "bash"),
    ],
)
def test_the_format_is_told_from_the_content_and_then_the_name(raw, name, expected):
    assert detect_format(raw, name) == expected


def test_standard_input_is_read_like_a_file():
    reading = read_history(None, io.BytesIO(b": 1700000000:0;ls\n"), now=NOW)
    assert (reading.origin, reading.path, commands(reading)) == ("zsh_history", None, ["ls"])
    assert len(read_history(None, io.BytesIO(b""), now=NOW).events) == 0


def test_a_pipe_in_place_of_a_file_is_read_to_its_end(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_bytes(b"ls\n" * 50_000))
    writer.start()
    with pipe.open("rb") as held:  # as the shell holds <(command) open
        reading = read_history(Path(f"/dev/fd/{held.fileno()}"), now=NOW) if Path("/dev/fd").exists() else None
    writer.join()
    if reading is None:
        pytest.skip("no /dev/fd here")
    assert len(reading.events) == 50_000


def test_a_link_to_a_file_is_followed(tmp_path):
    (tmp_path / "real").write_text("ls\n")
    (tmp_path / "link").symlink_to("real")
    assert commands(read_history(tmp_path / "link", now=NOW)) == ["ls"]


def test_what_cannot_be_read_says_why_and_what_to_do(tmp_path):
    (tmp_path / "db").write_bytes(b"SQLite format 3\0" + bytes(100))
    (tmp_path / "program").write_bytes(bytes(range(256)) * 20)
    (tmp_path / "loop").symlink_to("loop")
    for name, word in {
        "none": "no file",
        ".": "folder",
        "db": "not an Atuin database",
        "program": "not text",
        "loop": "cannot be read",
    }.items():
        with pytest.raises(SourceError, match=word) as raised:
            read_history(tmp_path / name, now=NOW)
        assert raised.value.hint
    with pytest.raises(SourceError, match="neither a file nor a pipe"):
        read_history(Path("/dev/zero"), now=NOW)


def test_a_database_in_a_pipe_asks_for_the_name_of_its_file():
    with pytest.raises(SourceError, match="through a pipe") as raised:
        read_history(None, io.BytesIO(b"SQLite format 3\0" + bytes(5000)), now=NOW)
    assert "name the file" in raised.value.hint


def test_a_database_is_no_text_history_whatever_was_asked_for(tmp_path):
    (tmp_path / "db").write_bytes(b"SQLite format 3\0" + bytes(100))
    with pytest.raises(SourceError, match="not a zsh history") as raised:
        read_history(tmp_path / "db", history_format="zsh", now=NOW)
    assert "--from atuin" in raised.value.hint


def test_every_format_can_be_told_or_named(tmp_path):
    for name, raw in {
        "bash": b"#1700000000\nls\n",
        "zsh": b": 1700000000:0;ls\n",
        "fish": b"- cmd: ls\n  when: 1700000000\n",
        "jsonl": b'{"cmd": "ls", "ts": 1700000000}\n',
    }.items():
        (tmp_path / name).write_bytes(raw)
        for history_format in ("auto", name):
            for reading in (
                read_history(tmp_path / name, history_format=history_format, now=NOW),
                read_history(None, io.BytesIO(raw), history_format=history_format, now=NOW),
            ):
                assert [(e.command, e.started_at.timestamp()) for e in reading.events] == [("ls", 1700000000)]


def test_fish_histories_are_found_under_the_name_they_have(tmp_path):
    for name in ("fish_history", "work_history"):
        path = tmp_path / ".local/share/fish" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("- cmd: ls\n")
    fish = tmp_path / ".local/share/fish"
    assert find_histories({}, tmp_path) == find_histories({"fish_history": "default"}, tmp_path) == (fish / "fish_history",)
    assert find_histories({"fish_history": "work"}, tmp_path) == (fish / "work_history",)
    assert find_histories({"fish_history": ""}, tmp_path) == ()
    assert find_histories({"XDG_DATA_HOME": str(tmp_path / "elsewhere")}, tmp_path) == ()


def test_an_empty_file_is_no_error(tmp_path):
    (tmp_path / "empty").touch()
    assert len(read_history(tmp_path / "empty", now=NOW).events) == 0


def test_of_a_very_long_file_the_end_is_read_and_that_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(history_files, "MAX_HISTORY_BYTES", 2 << 20)
    lines = [f"command {n % 5000}" for n in range(300_000)]
    long = tmp_path / "long"
    long.write_text("\n".join(lines) + "\n")
    reading = read_history(long, now=NOW)
    assert commands(reading) == lines[-len(reading.events) :]
    assert 2 << 20 >= sum(len(c) + 1 for c in commands(reading)) > (2 << 20) - 100
    assert reading.unknown[-1] == "only the last 2 MiB were read"
    again = read_history(long, now=NOW, since=reading.mark)
    assert (again.is_continued, len(again.events)) == (True, 0)
    with long.open("a") as file:
        file.write("one more\n")
    assert commands(read_history(long, now=NOW, since=reading.mark)) == ["one more"]


def test_the_line_numbers_of_a_long_jsonl_stay_those_of_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr(history_files, "MAX_JSONL_BYTES", 1 << 20)
    long = tmp_path / "long.jsonl"
    long.write_text("".join(json.dumps({"cmd": f"c {n}"}) + "\n" for n in range(100_000)))
    reading = read_history(long, now=NOW)
    assert reading.events[0].event_id > 0
    assert all(e.command == f"c {e.event_id}" for e in reading.events)


def test_the_newest_history_of_each_shell_is_found(tmp_path):
    def write(name: str, age_s: int) -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("ls\n")
        os.utime(path, (1_700_000_000 - age_s,) * 2)
        return path

    assert find_histories({}, tmp_path) == ()
    write(".bash_history", 50)
    old_zsh = write(".histfile", 40)
    assert find_histories({}, tmp_path) == (old_zsh, tmp_path / ".bash_history")
    (tmp_path / ".bashrc").write_text('# x\nexport HISTFILE="$HOME/logs/bash" # mine\n')
    (tmp_path / ".zshrc").write_text("HISTFILE=${ZDOTDIR:-$HOME}/state/zhist\nHISTFILE=$(evil)/x\n")
    named_bash, named_zsh = write("logs/bash", 30), write("state/zhist", 20)
    assert find_histories({}, tmp_path) == (named_zsh, named_bash)
    exported = write("exported", 0)
    assert find_histories({"HISTFILE": str(exported), "SHELL": "/bin/bash"}, tmp_path) == (exported, named_zsh)


def test_events_know_which_file_they_came_from():
    reading = read_history(FIXTURES / "histop/bash_history", now=NOW)
    assert reading.path == str(FIXTURES / "histop/bash_history")
