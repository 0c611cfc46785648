"""What is known about programs by name: which ask a person, need privileges, reach the network, or are trivial.

A reason is a few words for the screen; None means nothing is known against it. The tables are in program_tables.py.
"""

import re
from functools import lru_cache
from posixpath import basename

from vynexus_tui.language.command_heads import command_family, command_head, head_of
from vynexus_tui.language.commands_within import command_words, commands_within, inner_text
from vynexus_tui.language.lexing import Command, Part, parse_command
from vynexus_tui.language.program_tables import (
    BATCH_OPTIONS,
    INTERACTIVE_REASON,
    NAVIGATION,
    NEEDS_OPERANDS,
    NETWORK,
    NETWORK_HEADS,
    OTHER_DAEMON,
    PRIVILEGED,
    SERVER_WORDS,
    STATEFUL,
    TRIVIAL,
    UNTIL_STOPPED_HEADS,
    WRAPPERS,
)

__all__ = [
    "NAVIGATION",
    "PRIVILEGED",
    "STATEFUL",
    "TRIVIAL",
    "WRAPPERS",
    "command_family",
    "command_head",
    "command_words",
    "commands_within",
    "head_of",
    "inner_text",
    "interactive_reason",
    "is_interactive",
    "is_navigation",
    "is_trivial",
    "left_running_reason",
    "network_reason",
    "opens_session",
    "outside_reason",
    "privileged_reason",
    "programs",
    "stateful_reason",
]


def programs(part: Part) -> tuple[str, ...]:
    """Programs a part calls, wrappers taken off."""
    return tuple(words[0] for command in part.commands if (words := command_words(command)))


def interactive_reason(part: Part) -> str | None:
    """Why a person has to be there, or None."""
    for command in commands_within(part):
        words = command_words(command)
        if words and (reason := _asks_a_person(command, words, part)):
            return reason
    return None


def _asks_a_person(command: Command, words: tuple[str, ...], part: Part) -> str | None:
    program = words[0]
    reason = INTERACTIVE_REASON.get(program)
    is_first, is_last = command in part.commands[:1], command in part.commands[-1:]
    if program == "read" and ("<" in part.text or "|" in part.text):
        return None
    if reason and not _runs_in_batch(command, words) and not _is_fed_or_read(command, reason, is_first=is_first, is_last=is_last):
        return f"{program} {reason}"
    if program in NEEDS_OPERANDS and len(words) == 1 and not command.redirects and is_first:
        return f"{program} without a file waits at its own prompt"
    if program in ("docker", "podman", "kubectl") and _has_tty_flag(words):
        return f"{program} with -it opens a session"
    if program == "git" and _git_opens_editor(words):
        return "git opens an editor here"
    if program in ("tail", "journalctl", "docker", "kubectl", "podman") and _follows(words):
        return f"{program} -f runs until a person stops it"
    if _runs_until_stopped(command, words):
        return f"{' '.join(command_head(command))} runs until a person stops it"
    return None


def _is_fed_or_read(command: Command, reason: str, *, is_first: bool, is_last: bool) -> bool:
    """Whether a pipe or file takes the person's place: a session fed by a pipe, a pager whose output another program reads."""
    if reason == "opens a session":
        return not is_first
    is_written = any(">" in r.operator and not r.operator.startswith("2") for r in command.redirects)
    if "until a person stops it" in reason:
        return not is_last
    return "pager" in reason and (is_written or not is_last)


def _runs_until_stopped(command: Command, words: tuple[str, ...]) -> bool:
    head = " ".join(command_head(command))
    if head in UNTIL_STOPPED_HEADS or " ".join(words[:2]) in UNTIL_STOPPED_HEADS:
        return True
    if words[0] in SERVER_WORDS:
        return words[1:2] == (SERVER_WORDS[words[0]],) or words[1:2] in (("notebook",), ("lab",))
    if head in ("docker compose up", "docker-compose up"):
        return not any(w in ("-d", "--detach", "--no-start") for w in words)
    if words[0] == "tmux":
        return len(words) == 1 or words[1] in ("a", "at", "attach", "attach-session") or (words[1].startswith("new") and "-d" not in words)
    return words[0] in ("ping", "ping6") and not any(w.startswith(("-c", "-w")) for w in words)


def opens_session(part: Part) -> bool:
    """A session that is opened somewhere, such as `ssh -i KEY HOST`: nothing for a script, but worth a name."""
    reason = interactive_reason(part)
    return reason is not None and "session" in reason and any(len(command.words) > 1 for command in part.commands)


@lru_cache(maxsize=65_536)
def is_interactive(text: str) -> bool:
    """Whether any part of a command line waits for a person."""
    return any(interactive_reason(part) for part in parse_command(text))


def privileged_reason(part: Part) -> str | None:
    """Which word asks for another user's rights, or None."""
    for command in commands_within(part):
        for word in command.words:
            name = basename(word.value)
            if name in PRIVILEGED:
                return f"{name} asks for other rights"
            if name not in WRAPPERS and not word.value.startswith("-") and "=" not in name:
                break
    return None


def network_reason(part: Part) -> str | None:
    """Which program reaches the network, or None."""
    for command in commands_within(part):
        words, head = command_words(command), " ".join(command_head(command))
        if words and (words[0] in NETWORK or head in NETWORK_HEADS or " ".join(head.split()[:2]) in NETWORK_HEADS):
            return f"{head} uses the network"
    return None


def outside_reason(part: Part) -> str | None:
    """Which program works through another process, so that a sandbox cannot see its effects, or None."""
    names = [words[0] for command in commands_within(part) if (words := command_words(command))]
    return next((f"{name} works through a service outside the sandbox" for name in names if name in OTHER_DAEMON), None)


def is_trivial(part: Part) -> bool:
    """Looking around or moving: alone not worth a script."""
    names = programs(part)
    return not part.is_compound and bool(names) and all(name in TRIVIAL for name in names) and not _writes(part)


def is_navigation(part: Part) -> bool:
    """Only moving between folders and listing them."""
    names = programs(part)
    return not part.is_compound and bool(names) and all(name in NAVIGATION for name in names) and not _writes(part)


def stateful_reason(part: Part) -> str | None:
    """Which word changes the calling shell, or None. `cd` counts: a script's own `cd` ends with it."""
    for command in part.commands:
        if command.assignments and not command.words:
            return "sets a variable of the shell"
        words = command_words(command)
        if words and words[0] in STATEFUL:
            return f"{words[0]} changes the calling shell"
    return None


def _writes(part: Part) -> bool:
    return any(">" in redirect.operator for command in part.commands for redirect in command.redirects)


_SSH_VALUES = frozenset("-" + letter for letter in "bBcDEeFIiJLlmOopPQRSwW")
"""Options of ssh(1) whose next word is their value, not a host or a command."""


def _count_operands(words: tuple[str, ...]) -> int:
    pairs = zip(("", *words[1:]), words[1:], strict=False)
    return sum(not word.startswith("-") and not (words[0] == "ssh" and _ssh_cluster(before)[1]) for before, word in pairs)


def _ssh_cluster(word: str) -> tuple[str, bool]:
    """The option letters of a word such as -fNL, and whether the next word is the last one's value."""
    letters = re.match("-([a-zA-Z0-9]*)", word)
    for at, letter in enumerate(letters[1] if letters else ""):
        if f"-{letter}" in _SSH_VALUES:
            return word[1 : at + 2], at + 2 == len(word)
    return letters[1] if letters else "", False


def left_running_reason(part: Part) -> str | None:
    """What still runs when the command has returned, or None."""
    for command in commands_within(part):
        words = command_words(command)
        if words[:1] == ("ssh",) and _goes_to_background(words):
            return "ssh -f leaves a connection running after the script has ended"
    return None


def _goes_to_background(words: tuple[str, ...]) -> bool:
    """`ssh -fN -L ...` returns at once: -f goes to the background, -N runs no command there."""
    letters = {letter for word in words[1:] for letter in _ssh_cluster(word)[0]}
    return letters >= {"f", "N"} and _count_operands(words) == 1


def _runs_in_batch(command: Command, words: tuple[str, ...]) -> bool:
    rule = BATCH_OPTIONS.get(words[0])
    if rule is None:
        return False
    if words[0] == "ssh" and _goes_to_background(words):
        return True
    if isinstance(rule, int):
        return any(r.operator.startswith("<") for r in command.redirects) or _count_operands(words) >= rule
    return any(w == r or w.startswith(r + "=") for w in words[1:] for r in rule) or any(r.operator in rule for r in command.redirects)


def _has_tty_flag(words: tuple[str, ...]) -> bool:
    return any(
        w in ("--tty", "--interactive") or (w.startswith("-") and not w.startswith("--") and "t" in w and "i" in w) for w in words[1:5]
    )


def _follows(words: tuple[str, ...]) -> bool:
    if words[0] in ("docker", "kubectl", "podman") and "logs" not in words:
        return False
    return any(w in ("--follow", "-F") or (w.startswith("-") and not w.startswith("--") and "f" in w) for w in words[1:])


def _git_opens_editor(words: tuple[str, ...]) -> bool:
    if len(words) < 2:
        return False
    options = [w for w in words[2:] if w.startswith("-")]
    if words[1] == "commit":
        return not any(
            o.startswith(("-m", "-am", "--message", "-F", "--file", "--no-edit", "-C", "--fixup", "-qm")) or o.endswith("m")
            for o in options
        )
    if words[1] in ("rebase", "add"):
        return any(o in ("-i", "--interactive", "-p", "--patch") for o in options)
    return words[1] in ("mergetool", "difftool", "citool", "gui")
