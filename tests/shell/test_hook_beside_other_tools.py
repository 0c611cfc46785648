"""The bash and zsh hooks beside a person's options and other tools, through a pseudo terminal."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

BOTH = pytest.mark.parametrize("name", ["bash", "zsh"])
OPTIONS = [
    *((name, option) for name in ("bash", "zsh") for option in ("set -e", "set -u", "set -C", "set -f", "set -x", "IFS=x", "HISTSIZE=3")),
    *(("bash", option) for option in ("set -o vi", "set -o posix", "HISTTIMEFORMAT='%F %T '", "HISTCONTROL=erasedups")),
    ("bash", "shopt -s extglob nocasematch nocaseglob nullglob failglob"),
    *(
        ("zsh", option)
        for option in ("bindkey -v", "setopt ksh_arrays sh_word_split extended_glob", "setopt glob_subst no_unset err_return")
    ),
]
PREEXEC_LIKE = """
# Like bash-preexec, by its documentation: installs itself at the first prompt, wraps PROMPT_COMMAND, owns the DEBUG trap, takes
# ignorespace out of HISTCONTROL.
tool_armed='' tool_seen=''
tool_precmd() { tool_status=$?; return $tool_status; }
tool_arm() { tool_armed=1; }
tool_debug() {
    [[ $tool_armed ]] || return 0
    case $BASH_COMMAND in tool_*|__vy_*|'(('*|'[['*) return 0 ;; esac
    tool_armed=''
    tool_seen="$tool_seen<$(HISTTIMEFORMAT= history 1)>"
}
tool_install() {
    HISTCONTROL=${HISTCONTROL/ignoreboth/ignoredups}
    PROMPT_COMMAND=${PROMPT_COMMAND/tool_install/true}
    PROMPT_COMMAND=$'tool_precmd\n'$PROMPT_COMMAND$'\ntool_arm'
    trap 'tool_debug' DEBUG
    tool_arm
}
PROMPT_COMMAND=${PROMPT_COMMAND:+$PROMPT_COMMAND$'\n'}tool_install
"""


@pytest.mark.parametrize(("name", "option"), OPTIONS)
def test_the_persons_options_survive_and_are_survived(home, name, option):
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


@pytest.mark.parametrize("order", ["before our hook", "after our hook"])
def test_a_tool_that_works_like_bash_preexec_and_we_do_not_disturb_each_other(home, order):
    beside_preexec(home, PREEXEC_LIKE, order, seen='echo "${#tool_seen} $tool_seen"')


@pytest.mark.parametrize("order", ["before our hook", "after our hook"])
def test_the_real_bash_preexec_and_we_do_not_disturb_each_other(home, order):
    given = os.environ.get("VYNEXUS_TEST_BASH_PREEXEC")
    if given is None:
        pytest.skip("VYNEXUS_TEST_BASH_PREEXEC does not name a bash-preexec.sh")
    tool = f'. {Path(given).resolve()}\npreexec() {{ tool_seen="$tool_seen<$1>"; }}\n'
    beside_preexec(home, tool, order, seen='echo "$tool_seen"')


def beside_preexec(home, tool: str, order: str, *, seen: str) -> None:
    before = "HISTCONTROL=ignoreboth\n"
    home.write_rc("bash", before=before + tool) if order.startswith("before") else home.write_rc("bash", before=before, after=tool)
    typed = ["true", "(exit 5)", "sh -c 'exit 6'", "echo a | cat", "echo a | cat", " echo secret", "for i in 1 2; do :; done", "cd /"]
    with home.shell("bash") as shell:
        for line in typed:
            shell.type(line)
        shown = shell.type(seen)
        assert "DEBUG" in shell.type("trap -p DEBUG")
    events = [(e.command, e.exit_code) for e in home.read().events]
    assert events[:3] == [("true", 0), ("(exit 5)", 5), ("sh -c 'exit 6'", 6)]
    assert [command for command, _ in events[3:-2]] == [line for line in typed[3:] if "secret" not in line]
    assert "cd /" in shown
    assert "__vy" not in shown


@BOTH
def test_a_shell_that_replaces_itself_is_a_new_session(home, name):
    home.write_rc(name)
    with home.shell(name) as shell:
        shell.type("true")
        shell.type("exec bash" if name == "bash" else "exec zsh -o no_global_rcs")
        shell.type("false")
    events = home.read().events
    assert [e.command for e in events if e.command in ("true", "false")] == ["true", "false"]
    assert len({e.session_id for e in events}) == 2


def test_two_panes_of_tmux_are_two_sessions_and_lose_nothing(home):
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed here")
    home.write_rc("bash")
    bash = f"{shutil.which('bash')} -i"

    def tmux(*words: str) -> None:
        # Beside a socket path of its own, for the path of a socket may not be long.
        subprocess.run(["tmux", "-L", f"vynexus-test-{os.getpid()}", "-f", "/dev/null", *words], check=True, env=home.env, timeout=60)

    tmux("new-session", "-d", "-s", "s", "-c", str(home.root), bash)
    try:
        tmux("split-window", "-t", "s", "-c", str(home.root), bash)
        for number in range(5):
            for pane in (0, 1):
                tmux("send-keys", "-t", f"s.{pane}", f": {pane}-{number}", "Enter")
        for pane in (0, 1):
            tmux("send-keys", "-t", f"s.{pane}", f"tmux wait-for -S done-{pane}", "Enter")
            tmux("wait-for", f"done-{pane}")
    finally:
        tmux("kill-server")
    events = [e for e in home.read().events if e.command.startswith(":")]
    assert sorted(e.command for e in events) == sorted(f": {pane}-{number}" for pane in (0, 1) for number in range(5))
    assert len({(e.session_id, e.command[2]) for e in events}) == 2


@pytest.mark.parametrize("stamp", ["%F %T ", "[%c]  ", "5 * "])
def test_a_read_only_history_time_format_does_not_get_into_the_text(home, stamp):
    home.write_rc("bash", before=f"HISTCONTROL=ignoreboth\nreadonly HISTTIMEFORMAT='{stamp}'")
    with home.shell("bash") as shell:
        shell.type("true 1")
        shell.type("true 1")
        shell.type(" echo hidden")
        shell.type("echo 'one", wait=False)
        shell.type("   two ", wait=False)
        shell.type("", wait=False)
        shell.type("'")
        shell.type("cd / ")
        shell.type("sleep 0.2; : TOKEN=hunter2")
    events = home.read().events
    assert [e.command for e in events] == ["true 1", "true 1", "echo 'one\n   two \n\n'", "cd / ", "sleep 0.2; : TOKEN={{secret:token}}"]
    assert events[-1].cpu_s is not None
    assert not any(b"hunter2" in path.read_bytes() for path in home.spool.iterdir())


@BOTH
def test_what_the_person_told_the_shell_about_a_program_stays(home, name):
    (home.data / "automations").mkdir()
    home.write_rc(name)
    with home.shell(name) as shell:
        shell.type("hash -p /bin/echo say" if name == "bash" else "hash say=/bin/echo")
        shell.type("true")
        shell.type("true")
        assert "\nhello" in shell.type("say hello")
