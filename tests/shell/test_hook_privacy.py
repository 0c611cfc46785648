"""What is never recorded, and whose commands they are: the bash and zsh hooks through a pseudo terminal."""

import os
import shutil
import stat
import subprocess
import time

import pytest

from vynexus_tui.domain.events import Actor

BOTH = pytest.mark.parametrize("name", ["bash", "zsh"])


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


AGENT_MARKS = (
    "AI_AGENT AMP_CURRENT_THREAD_ID ANTIGRAVITY_AGENT AUGMENT_AGENT CLAUDECODE CLINE_ACTIVE CODEX_CI CODEX_SANDBOX CODEX_THREAD_ID"
    " COPILOT_AGENT COPILOT_CLI CURSOR_AGENT GEMINI_CLI GOOSE_TERMINAL OPENCODE PI_CODING_AGENT QWEN_CODE ROO_ACTIVE TRAE_AI_SHELL_ID"
).split()


def agent_test(home, name: str) -> str:
    """The function of the hook that tells an agent's shell."""
    text = home.hook_text(name)
    start = text.index("__vy_is_agent() {")
    return text[start : text.index("\n}\n", start) + 3]


@BOTH
def test_commands_of_an_agents_shell_are_marked(home, name):
    home.write_rc(name)
    with home.shell(name, CLAUDECODE="1") as shell:
        shell.type("true")
    assert [e.actor for e in home.read().events] == [Actor.AGENT]


@BOTH
def test_every_agent_is_known_by_what_it_sets_and_a_person_is_not_taken_for_one(home, name):
    script = agent_test(home, name) + "\n__vy_is_agent"
    agents = [*((mark, "1") for mark in AGENT_MARKS), ("AGENT", "goose"), ("AGENT", "claude-code")]
    # An editor's terminal, a host, settings, and other meanings of a common word.
    persons = [("CURSOR_TRACE_ID", "x"), ("TERM_PROGRAM", "vscode"), ("REPL_ID", "x"), ("CODEX_HOME", "/x"), ("AGENT", "ssh"), ("A", "1")]
    path = shutil.which(name) or pytest.skip(f"{name} is not installed here")
    for known, expected in ((agents, 0), (persons, 1)):
        for variable, value in known:
            assert subprocess.run([path, "-c", script], env={variable: value}).returncode == expected, variable


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
@pytest.mark.parametrize("damage", ["missing", "a link", "taken away", "someone else's"])
def test_without_a_folder_of_our_own_the_hook_stays_quiet(home, name, damage):
    home.write_rc(name)
    if damage == "someone else's":
        if os.geteuid() != 0:
            pytest.skip("only root can give a folder to someone else")
        os.chown(home.spool, 65534, 65534)
    elif damage != "taken away":
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
    if damage == "someone else's":
        assert not any(home.spool.iterdir())
    assert not (home.root / "elsewhere").exists() or not any((home.root / "elsewhere").iterdir())


def test_what_history_ignore_hides_in_zsh_is_not_recorded(home):
    home.write_rc("zsh", before="HISTORY_IGNORE='(ls|cd *)'")
    with home.shell("zsh") as shell:
        for line in ("true", "ls", "cd /", "ls -a", "false"):
            shell.type(line)
    assert home.commands() == ["true", "ls -a", "false"]


@BOTH
@pytest.mark.parametrize("program", ["vynexus", "vy"])
def test_rewriting_the_past_leaves_no_trace_of_itself_and_no_gap(home, name, program):
    home.write_rc(name, before="PATH=/nowhere")
    with home.shell(name) as shell:
        shell.type("true")
        shell.type(f"{program} redact 'my.secret'")
        shell.type(f"true; ~/bin/{program}  forget --command my.secret")
        shell.type(f"{program} status")
        shell.type("cd redact 2>&-")
    reading = home.read()
    assert [e.command for e in reading.events] == ["true", f"{program} status", "cd redact 2>&-"]
    assert [e.sequence_no for e in reading.events] == [0, 1, 2]
    assert not any(b"secret" in path.read_bytes() for path in home.spool.iterdir())


def test_a_line_with_a_blank_does_not_stay_in_the_scratch_file_either(home):
    home.write_rc("bash", before="HISTCONTROL=")  # the person's history keeps such lines
    with home.shell("bash") as shell:
        shell.type(" echo secret")
        assert not any(b"secret" in path.read_bytes() for path in home.spool.iterdir())
        shell.type("true")
    assert home.commands() == ["true"]


@pytest.mark.parametrize("text", ["x" * 300, "x" * 480, "x" * 2600, "\U0001f600" * 460, "\U0001f600" * 900])
def test_nothing_of_an_earlier_longer_line_stays_in_the_scratch_file(home, text):
    home.write_rc("bash")
    with home.shell("bash") as shell:
        shell.type(f": {text} my own way of a hunter2")
        shell.type("true")
        (scratch,) = home.spool.glob("*.h")
        left = scratch.read_bytes()
        assert b"hunter2" not in left
        assert text[-1].encode() not in left
        shell.type("sleep 0.2")
    assert home.commands() == [f": {text} my own way of a hunter2", "true", "sleep 0.2"]
    assert home.read().events[-1].cpu_s is not None


def test_a_long_line_does_not_stay_in_the_scratch_file_until_the_next_prompt(home):
    home.write_rc("bash")
    with home.shell("bash") as shell:
        shell.type(": " + "x" * 2600 + " hunter2")
        (scratch,) = home.spool.glob("*.h")
        assert b"hunter2" not in scratch.read_bytes()


def test_all_of_a_text_is_covered_when_others_have_prompt_commands_or_the_pause_ends(home):
    home.write_rc("bash")
    with home.shell("bash") as shell:
        shell.type(": " + "x" * 400 + " hunter2")
        (home.state / "paused").write_text("")
        shell.type("echo secret")
        (home.state / "paused").unlink()
        shell.type("true")
        (scratch,) = home.spool.glob("*.h")
        assert b"hunter2" not in scratch.read_bytes()
        shell.type("PROMPT_COMMAND=true; : " + "y" * 400 + " hunter2")  # nothing is recorded until the hook is back
        assert b"hunter2" not in scratch.read_bytes()


PRINT_EXPORTED = "env | grep -c __vy"


@BOTH
@pytest.mark.parametrize("hook", ["as it is", "bash 4.4"])
def test_under_set_a_nothing_of_ours_goes_to_programs_and_a_replaced_shell_records(home, name, hook):
    if hook == "bash 4.4" and name != "bash":
        pytest.skip("only bash has two ways")
    text = home.hook_text(name)
    if hook == "bash 4.4":
        text = text.replace("__vy_version=$((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1]))", "__vy_version=404")
    home.write_rc(name, before="set -a\nHISTCONTROL=ignoreboth\nPS0=", hook=text)
    with home.shell(name) as shell:
        shell.type("true")
        shell.type("true")
        assert "\n0\r" in shell.type(PRINT_EXPORTED)
        assert "\n0\r" in shell.type(PRINT_EXPORTED)
        shell.type("mine=5")
        assert "mine=5" in shell.type("env")
        shell.type("exec bash" if name == "bash" else "exec zsh -o no_global_rcs")
        shell.type("false")
    assert home.commands().count("false") == 1  # in whole seconds (bash 4.4) the two sessions have no order


@BOTH
def test_set_a_typed_later_exports_nothing_of_ours_either(home, name):
    home.write_rc(name, before="HISTCONTROL=ignoreboth")
    with home.shell(name) as shell:
        shell.type("set -a")
        shell.type("sleep 0.2")
        assert "\n0\r" in shell.type(PRINT_EXPORTED)
        assert "\n0\r" in shell.type(PRINT_EXPORTED)
