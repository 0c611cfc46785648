"""The hooks in real shells, typed at through a pseudo terminal."""

import os
import re
import shutil
import stat
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from vynexus_tui.domain.events import Actor, CostSource, TimeQuality
from vynexus_tui.shell.person_aliases import read_aliases
from vynexus_tui.sources.hook_spool import HookSpool

BOTH = pytest.mark.parametrize("name", ["bash", "zsh"])
HOOKS = Path(__file__).parents[2] / "vynexus_tui" / "shell" / "hooks"


def as_bash_44() -> str:
    """The hook as a bash 4.4 would take it: seconds from the prompt's \\D, PROMPT_COMMAND a text."""
    text = (HOOKS / "vynexus.bash").read_text()
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


@BOTH
def test_a_line_that_starts_with_a_blank_is_never_recorded(home, name):
    home.write_rc(name, before="HISTCONTROL=ignorespace" if name == "bash" else "setopt hist_ignore_space")
    with home.shell(name) as shell:
        for line in ("true", " echo secret", "false", "\techo secret" if name == "zsh" else " echo secret"):
            shell.type(line)
    assert home.commands() == ["true", "false"]
    assert not any(b"secret" in path.read_bytes() for path in home.spool.iterdir())


@BOTH
def test_a_private_session_leaves_nothing_behind(home, name):
    home.write_rc(name, before="HISTCONTROL=ignoreboth")
    with home.shell(name) as shell:
        shell.type("true")
        shell.type("unset HISTFILE")
        shell.type("echo secret")
        shell.type(" HISTFILE=~/.history")
        shell.type(" echo hidden")
        shell.type("false")
    assert home.commands() == ["true", "false"]
    assert not any(b"secret" in path.read_bytes() for path in home.spool.iterdir())


def test_what_histignore_and_set_o_history_hide_is_not_recorded(home):
    home.write_rc("bash", before="HISTIGNORE='ls*' HISTCONTROL=ignoredups")
    with home.shell("bash") as shell:
        for line in ("true", "ls", "ls -a", "true", "set +o history", "echo secret", "set -o history", "false"):
            shell.type(line)
    commands = home.commands()
    assert "false" in commands
    assert not {"ls", "ls -a", "echo secret"} & set(commands)


@pytest.mark.parametrize("control", ["ignoreboth", "ignoredups", "ignorespace:ignoredups", "erasedups", "", "ignorespace"])
def test_bash_repeats_are_counted_whatever_the_history_drops(home, control):
    home.write_rc("bash", before=f"HISTCONTROL={control}\nalias ll='ls -d'")
    with home.shell("bash") as shell:
        for line in ("true", "true", "true", "ll .", "ll .", "echo a | cat", "echo a | cat", "true"):
            shell.type(line)
    assert home.commands() == ["true", "true", "true", "ll .", "ll .", "echo a | cat", "echo a | cat", "true"]


def test_a_hidden_command_is_not_taken_for_a_repeat_of_the_one_before(home):
    home.write_rc("bash", before="HISTCONTROL=ignoreboth")
    with home.shell("bash") as shell:
        for line in ("make --version", " echo secret", "make --version"):
            shell.type(line)
    assert home.commands() == ["make --version", "make --version"]


@BOTH
@pytest.mark.parametrize("option", ["set -e", "set -u", "set -C", "set -f", "IFS=x", "set -o posix", "HISTSIZE=3", "set -x"])
def test_the_persons_options_survive_and_are_survived(home, name, option):
    if name == "zsh" and "posix" in option:
        pytest.skip("zsh has no such option")
    home.write_rc(name)
    with home.shell(name) as shell:
        shell.type(option)
        # Under -e a failing command ends the shell itself, with or without us.
        shell.type("! true")
        shell.type("true")
        options = shell.type("echo $-")
        shell.type("cd /")
    assert home.commands() == [option, "! true", "true", "echo $-", "cd /"]
    if re.fullmatch("set -[eufCx]", option) and name == "bash":
        assert re.search(rf"\n\w*{option[-1]}\w*\r", options)


@BOTH
def test_the_status_reaches_the_persons_own_prompt_command(home, name):
    own = "PROMPT_COMMAND='seen=\"$seen $?\"'" if name == "bash" else 'precmd() { seen="$seen $?" }'
    home.write_rc(name, before=own)
    with home.shell(name) as shell:
        shell.type("(exit 7)")
        shell.type("(exit 9)")
        shown = shell.type('echo "[$seen ]"')
    assert re.search(r"\[.* 7 9 \]", shown)


@pytest.mark.parametrize(
    "clobber",
    [
        'PROMPT_COMMAND="true; $PROMPT_COMMAND"',
        "PROMPT_COMMAND=true",
        'PROMPT_COMMAND=(true "${PROMPT_COMMAND[@]}")',
        "PS0='-'",
        "trap 'x=1' DEBUG",
        "PROMPT_COMMAND+=(true)",
    ],
)
def test_another_tool_that_takes_over_the_prompt_of_bash_does_not_silence_us(home, clobber):
    home.write_rc("bash", before="HISTCONTROL=ignoreboth", after=clobber)
    with home.shell("bash") as shell:
        for line in ("true", "(exit 5)", clobber, "(exit 6)", "(exit 7)", "(exit 8)"):
            shell.type(line)
    statuses = {e.command: e.exit_code for e in home.read().events}
    assert statuses["(exit 7)"] == 7
    assert statuses["(exit 8)"] == 8


def test_another_tool_that_goes_first_in_zsh_does_not_eat_the_status(home):
    home.write_rc("zsh", after="other() { true }; precmd_functions=(other $precmd_functions)")
    with home.shell("zsh") as shell:
        for line in ("true", "(exit 5)", "precmd_functions=(other $precmd_functions)", "(exit 6)", "(exit 7)"):
            shell.type(line)
    assert [(e.command, e.exit_code) for e in home.read().events if "exit" in e.command] == [
        ("(exit 5)", 5),
        ("(exit 6)", 6),
        ("(exit 7)", 7),
    ]


def test_a_debug_trap_of_the_person_stays_theirs(home):
    home.write_rc("bash", before="HISTCONTROL=ignoreboth\nn=0; trap 'n=$((n+1))' DEBUG")
    with home.shell("bash") as shell:
        shell.type("true")
        assert "n=$((n+1))" in shell.type("trap -p DEBUG")
    assert home.commands() == ["true", "trap -p DEBUG"]


def test_the_last_argument_of_the_former_command_is_kept(home):
    home.write_rc("bash", before="HISTCONTROL=ignoreboth")
    with home.shell("bash") as shell:
        shell.type("echo one two")
        assert "[two]" in shell.type('echo "[$_]"')


def test_bash_44_records_too_and_does_not_pretend_to_know_short_durations(home):
    home.write_rc("bash", before="HISTCONTROL=ignoreboth\nPROMPT_COMMAND='seen=\"$seen $?\";'", hook=as_bash_44())
    with home.shell("bash") as shell:
        for line in ("true", "(exit 7)", "make --version", "make --version", " echo secret", "set -e", "! true"):
            shell.type(line)
        assert re.search(r"\[.* 0 7 .*\]", shell.type('echo "[$seen ]"'))
    events = home.read().events
    assert [e.command for e in events] == ["true", "(exit 7)", "make --version", "make --version", "set -e", "! true", 'echo "[$seen ]"']
    assert [e.exit_code for e in events[:3]] == [0, 7, 0]
    assert {e.duration_s for e in events} == {None}


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
def test_recording_can_be_paused_for_a_while_or_until_further_notice(home, name):
    home.write_rc(name, before="HISTCONTROL=ignoreboth")
    paused = home.state / "paused"
    with home.shell(name) as shell:
        shell.type("true")
        paused.write_text("")
        shell.type("echo secret")
        paused.write_text(f"{int(time.time()) + 3600}\n")
        shell.type("echo secret too")
        paused.write_text(f"{int(time.time()) - 1}\n")
        shell.type(" true")
        shell.type("false")
    assert home.commands() == ["true", "false"]
    assert not any(b"secret" in path.read_bytes() for path in home.spool.iterdir())


@BOTH
def test_nested_shells_are_sessions_of_their_own(home, name):
    home.write_rc(name)
    with home.shell(name) as shell:
        shell.type("true")
        shell.type(name if name == "bash" else "zsh -o no_global_rcs")
        shell.type("echo inner")
        shell.type("exit")
        shell.type("false")
    events = home.read().events
    sessions = {e.command: e.session_id for e in events}
    assert sessions["true"] == sessions["false"] != sessions["echo inner"]


@BOTH
def test_commands_of_an_agents_shell_are_marked(home, name):
    home.write_rc(name)
    with home.shell(name, CLAUDECODE="1") as shell:
        shell.type("true")
    assert [e.actor for e in home.read().events] == [Actor.AGENT]


@BOTH
def test_aliases_are_offered_once_per_session(home, name):
    home.write_rc(name, before="""alias gs='git status' q='echo "it'\\''s"'""")
    with home.shell(name) as shell:
        shell.type("true")
    assert read_aliases(home.state, home.root) | {"gs": "git status", "q": """echo "it's\""""} == read_aliases(home.state, home.root)
    assert stat.S_IMODE((home.state / f"aliases.{name}").stat().st_mode) == 0o600


@BOTH
def test_files_are_private_and_the_umask_is_kept(home, name):
    home.write_rc(name)
    with home.shell(name) as shell:
        shell.type("umask 027")
        shell.type("true")
        assert "027" in shell.type("umask")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in home.spool.iterdir()}
    assert modes == {0o600}


@BOTH
@pytest.mark.parametrize("damage", ["missing", "a link", "taken away"])
def test_without_a_folder_of_our_own_the_hook_stays_quiet(home, name, damage):
    home.write_rc(name)
    if damage != "taken away":
        home.spool.rmdir()
    if damage == "a link":
        elsewhere = home.root / "elsewhere"
        elsewhere.mkdir()
        home.spool.symlink_to(elsewhere)
    with home.shell(name) as shell:
        shell.type("true")
        if damage == "taken away":
            shutil.rmtree(home.state)
        shown = shell.type("echo fine") + shell.type("(exit 3)") + shell.type("echo $?")
        assert "vynexus" not in shown
        assert "\n3\r" in shown
    assert not (home.root / "elsewhere").exists() or not any((home.root / "elsewhere").iterdir())


@BOTH
def test_when_nobody_reads_the_spool_stops_growing_and_the_rest_is_counted_as_lost(home, name):
    home.write_rc(name)
    with home.shell(name) as shell:
        shell.type("true")
        shell.type(f"__vy_seq={20 * 512 - 1}")
        base = next(home.spool.glob("*.0")).name.removesuffix(".0")
        (home.spool / f"{base}.1").write_bytes(b"")
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
        tracer.terminate()
        tracer.wait()
    lines = log.read_text(errors="replace").splitlines()
    assert not [line for line in lines if re.search(r"(clone3?|v?fork|execve)\(", line)]
    records = [line for line in lines if "write(" in line and r"\0VY1\0" in line]
    assert len(records) == 20
    assert all(re.search(rf": MARK{number}\\0", line) for number, line in enumerate(records))


@BOTH
def test_a_running_shell_finds_a_new_command_at_its_next_prompt_and_forgets_a_deleted_one(home, name):
    first, second = home.root / "bin1", home.root / "bin2"
    first.mkdir(), second.mkdir()
    home.write_rc(name, before=f"PATH={first}:{second}:$PATH")
    (home.data / "automations").mkdir()
    with home.shell(name) as shell:
        assert "not found" in shell.type("tidy-logs")
        write_command(first / "tidy-logs", "first")
        write_command(second / "tidy-logs", "second")
        assert "first" in shell.type("tidy-logs")
        (first / "tidy-logs").unlink()
        os.utime(home.data / "automations")
        shell.type("true")
        assert "second" in shell.type("tidy-logs")


def write_command(path: Path, says: str) -> None:
    path.write_text(f"#!/bin/sh\necho {says}\n")
    path.chmod(0o755)


def test_killed_shells_and_killed_readers_lose_nothing_and_count_nothing_twice(home):
    home.write_rc("bash")
    stored: dict[str, str] = {}
    offsets: dict[str, tuple[int, int]] = {}
    spool = HookSpool(home.spool)
    typed = []
    for session in range(4):
        with home.shell("bash") as shell:
            for number in range(12):
                shell.type(f"echo {session}-{number}")
                typed.append(f"echo {session}-{number}")
                reading = spool.read(offsets, datetime.now(UTC))
                if number % 3 == 0:
                    continue  # the reader dies before its commit
                for event in reading.events:
                    assert event.native_id not in stored
                    stored[event.native_id] = event.command
                offsets = dict(reading.offsets)
                if number % 3 == 1:
                    spool.discard(reading.deletable)  # else it dies after the commit
            if session % 2:
                shell.kill()
    reading = spool.read(offsets, datetime.now(UTC))
    stored |= {e.native_id: e.command for e in reading.events}
    spool.discard(reading.deletable)
    assert sorted(stored.values()) == sorted(typed)
    assert reading.lost_count == 0
    assert list(home.spool.iterdir()) == []
