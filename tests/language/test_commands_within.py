"""What runs another command is taken off, and what a line hides in brackets, texts and loops is found."""

import pytest

from vynexus_tui.language.commands_within import command_words, commands_within
from vynexus_tui.language.destruction import destructive_reason
from vynexus_tui.language.lexing import parse_command
from vynexus_tui.language.program_facts import interactive_reason, privileged_reason


@pytest.mark.parametrize(
    "wrapper",
    ["sudo", "sudo -u U", "sudo -E --user=x", "sudo A=1", "env A=b -i", "env -u A B=c", "time", "time -p", "nohup", "nice -n 5", "nice -5", "ionice -c2", "ionice -c 2 -n 7",
     "stdbuf -oL", "stdbuf -o L", "timeout 5s", "timeout -k 1 5s", "timeout --signal=KILL 5", "doas -u u", "command", "command -p", "builtin", "exec", "exec -a n",
     "noglob", "nocorrect", "setsid", "setsid -w", "chronic", "taskset -c 0-3", "taskset 0x3", "chrt -f 10", "fakeroot", "systemd-inhibit", "xvfb-run -a", "!", "not",
     "sudo env A=1 nice -n 5 time", "/usr/bin/sudo /usr/bin/env", "FOO=1", "FOO=1 sudo"],
)  # fmt: skip
def test_a_wrapper_is_taken_off_with_its_options(wrapper: str) -> None:
    (part,) = parse_command(f"{wrapper} rsync -a 'x y' z")
    assert command_words(part.commands[0]) == ("rsync", "-a", "x y", "z")


@pytest.mark.parametrize("text", ["env", "time", "sudo -l", "command -v git", "command -V git", "su - postgres", "nice"])
def test_what_wraps_nothing_stands_for_itself(text: str) -> None:
    (part,) = parse_command(text)
    assert command_words(part.commands[0]) == tuple(text.split())


@pytest.mark.parametrize(
    "text",
    ["echo (rm -rf x)", "echo a(rm -rf x)", "vim =(rm -rf x)", "repeat 3 rm -rf x", "for f (*) rm -rf $f", "if [[ -f x ]] { rm -rf x }", "begin; rm -rf x; end",
     "if a; and rm -rf x; end", "while a; rm -rf x; end", "function f; rm -rf x; end", "a; or rm -rf x", "! rm -rf x", "not rm -rf x", "su - u -c 'rm -rf x'",
     "su --command='rm -rf x' u", "cat <(rm -rf x)", "rm -rf x <<E", "cat <<E && rm -rf x\nbody\nE\n"],
)  # fmt: skip
def test_a_deletion_is_seen_wherever_it_hides(text: str) -> None:
    assert any(destructive_reason(part) == "rm -r deletes directories" for part in parse_command(text))


def test_changing_the_user_is_seen_and_opens_a_session_unless_it_runs_one_command() -> None:
    (session,), (command,) = parse_command("su - postgres"), parse_command("su - postgres -c 'pg_dump db'")
    assert privileged_reason(session)
    assert privileged_reason(command)
    assert interactive_reason(session) == "su opens a session"
    assert interactive_reason(command) is None
    assert [command_words(c)[0] for c in commands_within(command)] == ["su", "pg_dump"]
