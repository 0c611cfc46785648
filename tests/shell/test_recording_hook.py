"""What bash and zsh record, typed at through a pseudo terminal."""

import os
import re
import shutil
import stat
import subprocess
import time
from datetime import UTC, datetime

import psutil
import pytest

from vynexus_tui.domain.events import Actor, CostSource, TimeQuality
from vynexus_tui.shell.person_aliases import read_aliases
from vynexus_tui.sources.hook_spool import HookSpool

BOTH = pytest.mark.parametrize("name", ["bash", "zsh"])


def as_bash_44(home) -> str:
    """The hook as a bash 4.4 would take it: seconds from the prompt's \\D, PROMPT_COMMAND a text."""
    text = home.hook_text("bash")
    version = "__vy_version=$((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1]))"
    assert text.count(version) == 1
    return text.replace(version, "__vy_version=404")


@BOTH
def test_each_command_is_recorded_with_its_status_folder_and_time(home, name):
    home.write_rc(name)
    began = datetime.now(UTC)
    with home.shell(name) as shell:
        for line in ("true", "(exit 7)", "cd /", "pwd | cat", "sleep 0.2"):
            shell.type(line)
    events = home.read().events
    assert [(e.command, e.exit_code, e.cwd) for e in events] == [
        ("true", 0, str(home.root)),
        ("(exit 7)", 7, str(home.root)),
        ("cd /", 0, str(home.root)),
        ("pwd | cat", 0, "/"),
        ("sleep 0.2", 0, "/"),
    ]
    assert [e.sequence_no for e in events] == [0, 1, 2, 3, 4]
    assert all(began <= e.started_at <= datetime.now(UTC) for e in events)
    assert 0.2 <= events[-1].duration_s < 5
    assert {(e.shell, e.actor, e.origin, e.time_quality) for e in events} == {(name, Actor.USER, "hook", TimeQuality.EXACT)}
    assert len({e.session_id for e in events}) == 1
    assert len({e.native_id for e in events}) == 5


@BOTH
def test_any_text_and_several_lines_come_back_exactly(home, name):
    home.write_rc(name)
    with home.shell(name) as shell:
        shell.type("echo '你好' \\\\ \"%s\"")
        shell.type("echo 'one", wait=False)
        shell.type("two'")
    assert home.commands() == ["echo '你好' \\\\ \"%s\"", "echo 'one\ntwo'"]


def test_bytes_that_are_no_text_come_back_exactly(home):  # zsh's own line editor replaces them
    home.write_rc("bash")
    with home.shell("bash") as shell:
        shell.type(b"echo \xff\xfe")
    assert [os.fsencode(command) for command in home.commands()] == [b"echo \xff\xfe"]


@BOTH
def test_nothing_is_recorded_for_empty_lines_and_a_line_that_was_given_up(home, name):
    home.write_rc(name)
    with home.shell(name) as shell:
        shell.type("true")
        shell.type("")
        shell.give_up("half typed#")
        shell.type("false")
    assert home.commands() == ["true", "false"]


def test_bash_44_records_too_and_does_not_pretend_to_know_short_durations(home):
    home.write_rc("bash", before="HISTCONTROL=ignoreboth\nPROMPT_COMMAND='seen=\"$seen $?\";'", hook=as_bash_44(home))
    with home.shell("bash") as shell:
        for line in ("true", "(exit 7)", "make --version", "make --version", " echo secret", "set -e", "! true"):
            shell.type(line)
        assert re.search(r"\[.* 0 7 .*\]", shell.type('echo "[$seen ]"'))
    events = home.read().events
    assert [e.command for e in events] == ["true", "(exit 7)", "make --version", "make --version", "set -e", "! true", 'echo "[$seen ]"']
    assert [e.exit_code for e in events[:3]] == [0, 7, 0]
    assert {e.duration_s for e in events} == {None}


@BOTH
def test_what_was_used_while_recording_was_off_is_nobodys_cpu_time(home, name):
    home.write_rc(name)
    (home.state / "paused").write_text("")
    with home.shell(name) as shell:
        shell.type("true")
        shell.type("bash -c 'for ((i = 0; i < 200000; i++)); do :; done'")
        (home.state / "paused").unlink()
        shell.type("true")
        shell.type("sleep 0.2")
    last = home.read().events[-1]
    assert last.command == "sleep 0.2"
    assert last.cpu_s < 0.1


@BOTH
def test_cpu_time_of_children_is_recorded_for_what_takes_a_while(home, name):
    home.write_rc(name)
    with home.shell(name) as shell:
        shell.type("sh -c 'i=0; while [ $i -lt 400000 ]; do i=$((i+1)); done'")
        shell.type("sleep 0.3")
        shell.type("true")
    busy, idle, short = home.read().events
    assert busy.cost_source is CostSource.SHELL_DELTA
    assert 0.05 < busy.cpu_s <= busy.duration_s + 0.05
    assert idle.cpu_s < 0.1
    assert short.cpu_s is None


@BOTH
def test_aliases_are_offered_once_per_session(home, name):
    home.write_rc(name, before="""alias gs='git status' q='echo "it'\\''s"'""")
    with home.shell(name) as shell:
        shell.type("true")
    assert read_aliases(home.state, home.root) | {"gs": "git status", "q": """echo "it's\""""} == read_aliases(home.state, home.root)
    assert stat.S_IMODE((home.state / f"aliases.{name}").stat().st_mode) == 0o600


@BOTH
def test_when_nobody_reads_the_spool_stops_growing_and_the_rest_is_counted_as_lost(home, name):
    home.write_rc(name)
    with home.shell(name) as shell:
        shell.type("true")
        shell.type(f"__vy_seq={20 * 512 - 1}")
        base = next(home.spool.glob("*.0")).name.removesuffix(".0")
        for chunk in range(1, 19):
            (home.spool / f"{base}.{chunk}").write_bytes(b"")
        shell.type("echo written nowhere")
        assert not (home.spool / f"{base}.20").exists()
        (home.spool / f"{base}.1").unlink()
        shell.type("echo written again")
        assert (home.spool / f"{base}.20").exists()
    reading = home.read()
    assert [e.command for e in reading.events][-1] == "echo written again"
    assert reading.lost_count == reading.events[-1].sequence_no - len(reading.events) + 1


@BOTH
def test_a_prompt_forks_nothing_and_writes_each_record_at_once(home, name, tmp_path):
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed here: forks cannot be counted")
    home.write_rc(name, before="HISTCONTROL=ignoreboth")
    log = tmp_path / "trace"
    with home.shell(name) as shell:
        shell.type("true")
        tracer = subprocess.Popen(
            ["strace", "-f", "-e", "trace=clone,clone3,fork,vfork,execve,write", "-s", "200", "-o", str(log), "-p", str(shell.pid)],
            stderr=subprocess.PIPE,
        )
        if b"attached" not in tracer.stderr.readline():
            tracer.kill()
            pytest.skip("strace may not attach here: forks cannot be counted")
        for number in range(20):
            shell.type(f": MARK{number}")
        shell.type(": TOKEN=hunter2")
        tracer.terminate()
        tracer.wait()
    lines = log.read_text(errors="replace").splitlines()
    assert not [line for line in lines if re.search(r"(clone3?|v?fork|execve)\(", line)]
    records = [line for line in lines if "write(" in line and r"\0VY1\0" in line]
    assert len(records) == 21
    assert all(re.search(rf": MARK{number}\\0", line) for number, line in enumerate(records[:20]))
    assert "hunter2" not in records[20]


@BOTH
def test_without_the_setting_no_cpu_time_is_measured(home, name):
    text = home.hook_text(name)
    assert text.count("__vy_cpu=1\n") == 1
    home.write_rc(name, hook=text.replace("__vy_cpu=1\n", "__vy_cpu=\n"))
    with home.shell(name) as shell:
        shell.type("sh -c 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done'")
    assert [(e.cpu_s, e.cost_source) for e in home.read().events] == [(None, CostSource.NONE)]


@BOTH
def test_a_command_that_was_interrupted_or_stopped_has_the_status_the_shell_saw(home, name):
    home.write_rc(name)
    with home.shell(name) as shell:
        press_while(shell, "sleep 600", b"\x03")
        press_while(shell, "sleep 601", b"\x1a")
        press_while(shell, "fg", b"\x03")
        shell.type("true")
    assert [(e.command, e.exit_code) for e in home.read().events] == [("sleep 600", 130), ("sleep 601", 148), ("fg", 130), ("true", 0)]


def press_while(shell, line: str, key: bytes) -> None:
    """Types `line`, waits until its program runs in the foreground, presses `key`."""
    shell.type(line, wait=False)
    end = time.monotonic() + 20
    while not any(
        child.status() == psutil.STATUS_SLEEPING and child.name() == "sleep" and os.tcgetpgrp(shell._fd) == os.getpgid(child.pid)
        for child in psutil.Process(shell.pid).children()
    ):
        assert time.monotonic() < end, "the program does not run"
        time.sleep(0.005)
    os.write(shell._fd, key)
    shell.wait()


@BOTH
def test_a_number_with_a_comma_is_no_trap(home, name, tmp_path):
    if shutil.which("localedef") is None:
        pytest.skip("localedef is not installed here: no locale with a decimal comma can be made")
    made = subprocess.run(["localedef", "-i", "de_DE", "-f", "UTF-8", tmp_path / "de_DE.UTF-8"], capture_output=True)
    if not (tmp_path / "de_DE.UTF-8").exists():
        pytest.skip(f"the locale de_DE cannot be made here: {made.stderr!r}")
    home.write_rc(name)
    began = datetime.now(UTC)
    with home.shell(name, LOCPATH=str(tmp_path), LC_ALL="", LC_NUMERIC="de_DE.UTF-8", LANG="C.UTF-8") as shell:
        assert "1,5" in shell.type("printf '%.1f\\n' 1,5")
        shell.type("sleep 0.2")
    event = home.read().events[-1]
    assert began <= event.started_at <= datetime.now(UTC)
    assert 0.2 <= event.duration_s < 5


def test_killed_shells_and_killed_readers_lose_nothing_and_count_nothing_twice(home):
    home.write_rc("bash")
    stored: dict[str, str] = {}
    offsets: dict[str, tuple[int, int]] = {}
    numbers: dict[str, int] = {}
    lost = 0
    spool = HookSpool(home.spool)
    typed = []
    for session in range(4):
        with home.shell("bash") as shell:
            for number in range(12):
                shell.type(f"echo {session}-{number}")
                typed.append(f"echo {session}-{number}")
                reading = spool.read(offsets, numbers, datetime.now(UTC))
                if number % 3 == 0:
                    continue  # the reader dies before its commit
                for event in reading.events:
                    assert event.native_id not in stored
                    stored[event.native_id] = event.command
                offsets = dict(reading.offsets)
                numbers |= reading.next_numbers
                lost += reading.lost_count
                if number % 3 == 1:
                    spool.discard(reading.deletable)  # else it dies after the commit
            if session % 2:
                shell.kill()
    reading = spool.read(offsets, numbers, datetime.now(UTC))
    stored |= {e.native_id: e.command for e in reading.events}
    spool.discard(reading.deletable)
    assert sorted(stored.values()) == sorted(typed)
    assert lost + reading.lost_count == 0
    assert list(home.spool.iterdir()) == []
