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
KYPO = Path(__file__).parents[3] / "shared/data/import_fixtures/derived_kypo"
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
        (b"{ echo a; echo b; }\n", "-", "bash"),
        (b"", "-", "bash"),
    ],
)
def test_the_format_is_told_from_the_content_and_then_the_name(raw, name, expected):
    assert detect_format(raw, name) == expected


@pytest.mark.parametrize("name", ["extended.zsh_history", "timestamped.bash_history", "plain.bash_history", "expected.jsonl"])
def test_one_persons_history_is_the_same_in_every_format(name):
    if not KYPO.is_dir():
        pytest.skip("the shared data set is not beside this checkout")
    expected = [json.loads(line) for line in (KYPO / "expected.jsonl").read_text().splitlines()]
    reading = read_history(KYPO / name, now=NOW)
    assert commands(reading) == [row["cmd"] for row in expected]
    if name != "plain.bash_history":
        assert [e.started_at.timestamp() for e in reading.events] == [row["ts"] for row in expected]


def test_standard_input_is_read_like_a_file():
    reading = read_history(None, io.BytesIO(b": 1700000000:0;ls\n"), now=NOW)
    assert (reading.origin, reading.path, commands(reading)) == ("zsh_history", None, ["ls"])
    assert read_history(None, io.BytesIO(b""), now=NOW).events == []


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
    (tmp_path / "fish").write_text("- cmd: ls\n  when: 1700000000\n")
    (tmp_path / "loop").symlink_to("loop")
    for name, word in {
        "none": "no file",
        ".": "folder",
        "db": "SQLite",
        "program": "not text",
        "fish": "fish",
        "loop": "cannot be read",
    }.items():
        with pytest.raises(SourceError, match=word) as raised:
            read_history(tmp_path / name, now=NOW)
        assert raised.value.hint
    with pytest.raises(SourceError, match="neither a file nor a pipe"):
        read_history(Path("/dev/zero"), now=NOW)


def test_an_empty_file_is_no_error(tmp_path):
    (tmp_path / "empty").touch()
    assert read_history(tmp_path / "empty", now=NOW).events == []


def test_of_a_very_long_file_the_end_is_read_and_that_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(history_files, "MAX_HISTORY_BYTES", 2 << 20)
    monkeypatch.setattr(history_files, "_BLOCK_BYTES", 1 << 16)
    lines = [f"command {n % 5000}" for n in range(300_000)]
    long = tmp_path / "long"
    long.write_text("\n".join(lines) + "\n")
    reading = read_history(long, now=NOW)
    assert commands(reading) == lines[-len(reading.events) :]
    assert 2 << 20 >= sum(len(c) + 1 for c in commands(reading)) > (2 << 20) - 100
    assert reading.unknown[-1] == "only the last 2 MiB were read"


def test_the_line_numbers_of_a_long_jsonl_stay_those_of_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr(history_files, "MAX_HISTORY_BYTES", 1 << 20)
    monkeypatch.setattr(history_files, "_BLOCK_BYTES", 1 << 16)
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
