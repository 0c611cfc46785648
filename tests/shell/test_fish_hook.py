"""The hook of fish in a real fish, typed at through a pseudo terminal."""

import os
import re
import shutil
import stat
import subprocess
import time
from datetime import UTC, datetime, timedelta

import pytest

from vynexus_tui.domain.events import Actor, CostSource, TimeQuality
from vynexus_tui.shell.person_aliases import read_aliases

# Without a fraction in its clock fish's first command may seem up to a second too early.
CLOCK_ERROR = timedelta(seconds=1.05)


@pytest.fixture
def fish(home):
    """Writes the rc file and starts the shell."""

    def start(*, before="", after="", hook=None, **extra):
        home.write_rc("fish", before=before, after=after, hook=hook)
        return home.shell("fish", **extra)

    return start


def spooled(home):
    return b"".join(path.read_bytes() for path in home.spool.iterdir())


def test_each_command_is_recorded_with_its_status_folder_and_time(home, fish):
    began = datetime.now(UTC)
    lines = ("true", "sh -c 'exit 7'", "cd /", "false | true", "true | false", "nosuchcommand 2>/dev/null", "sleep 0.2")
    with fish() as shell:
        for line in lines:
            shell.type(line)
        shell.type("exit", wait=False)
    events = home.read().events
    assert [(e.command, e.exit_code, e.cwd) for e in events[:7]] == [
        ("true", 0, str(home.root)),
        ("sh -c 'exit 7'", 7, str(home.root)),
        ("cd /", 0, str(home.root)),
        ("false | true", 0, "/"),
        ("true | false", 1, "/"),
        ("nosuchcommand 2>/dev/null", 127, "/"),
        ("sleep 0.2", 0, "/"),
    ]
    assert [e.sequence_no for e in events] == list(range(len(events)))
    assert all(began - CLOCK_ERROR <= e.started_at <= datetime.now(UTC) for e in events)
    assert 0.19 <= events[6].duration_s < 5
    assert {(e.shell, e.actor, e.origin, e.time_quality) for e in events} == {("fish", Actor.USER, "hook", TimeQuality.EXACT)}
    assert len({e.session_id for e in events}) == 1


def test_the_clock_comes_closer_with_each_look(home, fish):
    with fish() as shell:
        for number in range(12):
            shell.type(" set __vy_look -1")
            shell.type(f"sleep 0.1{number}")
        asked = datetime.now(UTC)
        shell.type("true")
    last = home.read().events[-1]
    assert timedelta(seconds=-0.4) < last.started_at - asked < timedelta(seconds=0.05)


@pytest.mark.parametrize("hours", [-3, 3])
def test_a_clock_that_was_set_is_followed(home, fish, hours):
    with fish() as shell:
        shell.type(f" set __vy_offset (math $__vy_offset + {hours} \\* 3600); set __vy_look -1")
        shell.type("true")
    (event,) = home.read().events
    assert abs(event.started_at - datetime.now(UTC)) < timedelta(seconds=10)


def test_without_the_folder_clock_the_start_of_the_machine_is_taken(home, fish):
    hook = home.hook_text("fish").replace("set -g __vy_path path", "set -g __vy_path nosuch")  # fish 3.2 to 3.5
    assert "builtin path" not in hook
    with fish(hook=hook) as shell:
        assert "nosuch" not in shell.type("true")
    (event,) = home.read().events
    assert abs(event.started_at - datetime.now(UTC)) < timedelta(seconds=10)


def test_without_proc_whole_seconds_are_known_and_no_cpu_time(home, fish):
    hook = home.hook_text("fish").replace("/proc/", "/nowhere/")
    with fish(hook=hook) as shell:
        began = datetime.now(UTC).replace(microsecond=0)
        shown = shell.type("sleep 0.15")
    (event,) = home.read().events
    assert began <= event.started_at <= datetime.now(UTC)
    assert event.started_at.microsecond == 0
    assert (event.cpu_s, event.exit_code) == (None, 0)
    assert "nowhere" not in shown


def test_any_text_and_several_lines_come_back_exactly(home, fish):
    with fish() as shell:
        shell.type("echo '你好' \\\\ \"%s\" {a,b} '*' \\'")
        shell.type("echo 'one", wait=False)
        shell.type("two%'")
        shell.type("for i in 1 2", wait=False)
        shell.type("echo $i; end # done")
    first, second, third = home.commands()
    assert first == "echo '你好' \\\\ \"%s\" {a,b} '*' \\'"
    assert second == "echo 'one\ntwo%'"
    assert re.fullmatch(r"for i in 1 2\n\s*echo \$i; end # done", third)


def test_bytes_and_tabs_come_back_as_fish_has_them(home, fish):
    with fish() as shell:
        shell.type(r" bind \ct 'commandline -i -- \t\xff\xfe'")
        shell.type(b"echo '\x14'")
    assert [os.fsencode(command) for command in home.commands()] == [b"echo '\t\xff\xfe'"]


def test_nothing_is_recorded_for_empty_lines_comments_and_a_line_that_was_given_up(home, fish):
    with fish() as shell:
        for line in ("true", "", "# only a comment"):
            shell.type(line)
        shell.give_up("half typed#")
        shell.type("false")
    assert home.commands() == ["true", "false"]


def test_a_command_ended_by_ctrl_c_and_one_stopped_by_ctrl_z_have_the_status_of_bash(home, fish):
    with fish() as shell:
        shell.type("sh -c 'kill -INT $$'")
        shell.type("true")
        shell.type("sh -c 'kill -TSTP $$; exit 5'")
        shell.type("true")
        shell.type("sleep 0.01 &")
    assert [e.exit_code for e in home.read().events] == [130, 0, 148, 0, 0]


@pytest.mark.parametrize(
    ("hide", "show"),
    [
        ("set -g fish_private_mode 1", "set -e fish_private_mode"),
        ("set -g fish_history ''", "set -e fish_history"),
        ("set -g VYNEXUS_OFF 1", "set -e VYNEXUS_OFF"),
        ("function fish_should_add_to_history; return 1; end", "functions -e fish_should_add_to_history"),
    ],
)
def test_what_is_private_leaves_nothing_behind(home, fish, hide, show):
    with fish() as shell:
        for line in ("true", " echo secret", f" {hide}", "echo secret too", f" {show}", "false"):
            shell.type(line)
    assert home.commands() == ["true", "false"]
    assert b"secret" not in spooled(home)


def test_fish_started_private_or_with_recording_off_records_nothing(home, fish):
    with fish() as shell:
        shell.type("fish --private")
        shell.type("echo secret")
        shell.type("exit")
        shell.type("VYNEXUS_OFF=1 fish")
        shell.type("echo secret")
        shell.type("exit")
    assert home.commands() == ["fish --private", "VYNEXUS_OFF=1 fish"]
    assert b"secret" not in spooled(home)


def test_recording_can_be_paused_for_a_while_or_until_further_notice(home, fish):
    paused = home.state / "paused"
    with fish() as shell:
        shell.type("true")
        paused.write_text("")
        shell.type("echo secret")
        paused.write_text(f"{int(time.time()) + 3600}\n")
        shell.type("echo secret too")
        paused.write_text(f"{int(time.time()) - 2}\n")
        shell.type("false")
    assert home.commands() == ["true", "false"]
    assert b"secret" not in spooled(home)


@pytest.mark.parametrize(
    "line", ["vynexus redact mypass", "vy forget --command mypass", "true; vy redact mypass", "/opt/bin/vy  redact mypass"]
)
def test_the_command_that_makes_us_forget_is_not_recorded_itself(home, fish, line):
    with fish(before="function vynexus; end; function vy; end") as shell:
        shell.type(f"{line} 2>/dev/null")
        shell.type("vy report")
    (event,) = home.read().events
    assert (event.command, event.sequence_no) == ("vy report", 0)
    assert b"mypass" not in spooled(home)


def test_cpu_time_of_children_is_recorded_for_what_takes_a_while(home, fish):
    with fish() as shell:
        shell.type("sh -c 'i=0; while [ $i -lt 400000 ]; do i=$((i+1)); done'")
        shell.type("sleep 0.3")
        shell.type("true")
    busy, idle, short = home.read().events
    assert busy.cost_source is CostSource.SHELL_DELTA
    assert 0.05 < busy.cpu_s <= busy.duration_s + 0.05
    assert idle.cpu_s < 0.1
    assert short.cpu_s is None


@pytest.mark.parametrize("start", ["fish", "exec fish"])
def test_each_shell_is_a_session_of_its_own(home, fish, start):
    with fish() as shell:
        shell.type("true")
        shell.type(start)
        shell.type("echo inner")
        if start == "fish":
            shell.type("exit")
            shell.type("false")
    sessions = {e.command: e.session_id for e in home.read().events}
    assert sessions["true"] != sessions["echo inner"]
    assert start == "exec fish" or sessions["false"] == sessions["true"]


def test_commands_of_an_agents_shell_are_marked(home, fish):
    with fish(CLAUDECODE="1") as shell:
        shell.type("true")
    assert [e.actor for e in home.read().events] == [Actor.AGENT]


def test_what_the_person_set_up_is_survived_and_survives(home, fish):
    mine = """
    fish_vi_key_bindings
    function mine_before --on-event fish_preexec; set -g seen $seen before; false; end
    function mine_after --on-event fish_postexec; set -g seen $seen $status; false; end
    function path; echo mine; end
    function date; echo mine; end
    set -g IFS x
    """
    with fish(before=mine) as shell:
        shell.type("sh -c 'exit 7'")
        assert re.search(r"[\nl]7 ", shell.type("echo $status ."))
        shell.type("umask 027")
        assert "[before 7 before 0 before 0 before]" in shell.type('echo "[$seen]"')
    assert [(e.command, e.exit_code) for e in home.read().events] == [
        ("sh -c 'exit 7'", 7),
        ("echo $status .", 0),
        ("umask 027", 0),
        ('echo "[$seen]"', 0),
    ]


def test_aliases_are_offered_once_per_session(home, fish):
    before = """alias gs='git status'\nalias q "echo 'it'"\nfunction g --wraps git; git $argv; end"""
    with fish(before=before) as shell:
        shell.type("true")
        written = (home.state / "aliases.fish").stat()
        shell.type("alias later 'ls -l'")
    assert read_aliases(home.state, home.root) == {"gs": "git status", "q": "echo 'it'"}
    assert stat.S_IMODE(written.st_mode) == 0o600
    assert (home.state / "aliases.fish").stat().st_mtime_ns == written.st_mtime_ns


def test_files_are_private_and_the_umask_is_kept(home, fish):
    with fish(before="umask 027") as shell:
        shell.type("true")
        assert "027" in shell.type("umask")
    assert {stat.S_IMODE(path.stat().st_mode) for path in home.spool.iterdir()} == {0o600}


@pytest.mark.parametrize("damage", ["missing", "a link", "taken away", "chunk taken away"])
def test_without_a_folder_of_our_own_the_hook_stays_quiet(home, fish, damage):
    elsewhere = home.root / "elsewhere"
    if damage in ("missing", "a link"):
        home.spool.rmdir()
    if damage == "a link":
        elsewhere.mkdir()
        home.spool.symlink_to(elsewhere)
    with fish() as shell:
        shell.type("true")
        if damage == "taken away":
            shutil.rmtree(home.state)
        if damage == "chunk taken away":
            next(home.spool.glob("*.0")).unlink()
        shown = shell.type("echo fine") + shell.type("sh -c 'exit 3'") + shell.type("echo $status")
        assert not re.search("vynexus|warning|No such|rror", shown)
        assert re.search(r"[\nl]3\r", shown)  # l: the end of an escape sequence
    assert not elsewhere.exists() or not any(elsewhere.iterdir())
    if damage == "chunk taken away":
        assert home.commands() == ["echo fine", "sh -c 'exit 3'", "echo $status"]


def test_a_full_disk_is_mentioned_once_in_a_while_and_recording_goes_on_afterwards(home, fish):
    with fish() as shell:
        shell.type("true")
        chunk = next(home.spool.glob("*.0"))
        kept = chunk.read_bytes()
        chunk.unlink()
        chunk.symlink_to("/dev/full")
        shown = "".join(shell.type(f"echo {number}") for number in range(30))
        assert shown.count("No space left") <= 5  # fish says it past any 2>
        chunk.unlink()
        chunk.write_bytes(kept)
        for number in range(64):
            shell.type(f"echo again {number}")
    reading = home.read()
    assert reading.events[-1].command == "echo again 63"
    assert reading.lost_count == 95 - len(reading.events)
    assert reading.lost_count >= 30


def test_when_nobody_reads_the_spool_stops_growing_and_the_rest_is_counted_as_lost(home, fish):
    with fish() as shell:
        shell.type("true")
        shell.type(f" set __vy_next {20 * 512}; set __vy_numbers")
        base = next(home.spool.glob("*.0")).name.removesuffix(".0")
        for chunk in range(1, 20):
            (home.spool / f"{base}.{chunk}").write_bytes(b"")
        shell.type("echo written nowhere")
        assert not (home.spool / f"{base}.20").exists()
        (home.spool / f"{base}.1").unlink()
        shell.type("echo written again")
        assert (home.spool / f"{base}.20").exists()
    reading = home.read()
    assert reading.events[-1].command == "echo written again"
    assert reading.lost_count == reading.events[-1].sequence_no - len(reading.events) + 1


def test_what_a_killed_shell_had_finished_is_all_there(home, fish):
    with fish() as shell:
        for number in range(20):
            shell.type(f"echo {number}")
        shell.kill()
    reading = home.read()
    assert [e.command for e in reading.events] == [f"echo {number}" for number in range(20)]
    assert reading.lost_count == 0
    assert len(reading.deletable) == 1


def test_a_prompt_forks_nothing_and_writes_each_record_at_once(home, fish, tmp_path):
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed here: forks cannot be counted")
    log = tmp_path / "trace"
    with fish(before="alias gs='git status'") as shell:
        shell.type("true")
        tracer = subprocess.Popen(
            ["strace", "-f", "-e", "trace=clone,clone3,fork,vfork,execve,write", "-s", "300", "-o", str(log), "-p", str(shell.pid)],
            stderr=subprocess.PIPE,
        )
        if b"attached" not in tracer.stderr.readline():
            tracer.kill()
            pytest.skip("strace may not attach here: forks cannot be counted")
        for number in range(20):
            shell.type(f"true MARK{number}")
        tracer.terminate()
        tracer.wait()
    lines = log.read_text(errors="replace").splitlines()
    # fish colours what is typed in threads of its own.
    assert not [line for line in lines if re.search(r"(clone3?|v?fork|execve)\(", line) and "CLONE_THREAD" not in line]
    records = [line for line in lines if "write(" in line and r"\0VY1\0" in line]
    assert len(records) == 20
    assert all(re.search(rf"true MARK{number}\\0", line) for number, line in enumerate(records))
