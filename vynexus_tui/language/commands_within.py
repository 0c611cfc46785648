"""Which commands a part of a command line may execute: behind wrappers, in loops, in texts handed to another interpreter."""

import re
from collections.abc import Iterator
from functools import lru_cache
from posixpath import basename

from vynexus_tui.language.lexing import Command, Part, parse_command
from vynexus_tui.language.program_tables import (
    FRAGMENT,
    NESTED,
    PRIVILEGED,
    RUNNER_OPERANDS,
    RUNNER_OPTIONS_WITH_VALUE,
    SHELLS,
    WRAPPER_OPTIONS_WITH_VALUE,
    WRAPPERS,
)

_ARITHMETIC = re.compile(r"\(\([^()`]*\)\)")
"""`(($# > 1))` compares; read as a command it would write to a file called 1."""


@lru_cache(maxsize=65_536)
def command_words(command: Command) -> tuple[str, ...]:
    """The command's words by value, with wrappers (sudo, env, time, nohup ...) and their options taken off."""
    values = [word.value for word in command.words]
    i = 0
    while i + 1 < len(values) and (wrapper := basename(values[i])) in WRAPPERS | PRIVILEGED:
        with_value = WRAPPER_OPTIONS_WITH_VALUE.get(wrapper, frozenset())
        i += 1
        while i < len(values) and (values[i].startswith("-") or "=" in values[i]):
            i += 2 if values[i] in with_value and i + 2 < len(values) else 1
        i += wrapper == "timeout"  # its duration
    rest = values[i:] or values
    return (basename(rest[0]) or rest[0], *rest[1:]) if rest else ()


def commands_within(part: Part) -> tuple[Command, ...]:
    """Every command a part may execute: its own, and those in loops, `$(...)`, `sh -c`, `ssh host ...`, xargs and find -exec.

    Rather one too many (a word inside quotes) than one too few.
    """
    return tuple(_commands_within(part, 4))


def _commands_within(part: Part, depth: int) -> Iterator[Command]:
    yield from part.commands
    texts = [text for command in part.commands if (text := inner_text(command_words(command)) or _split_string(command))]
    if not part.commands or NESTED.search(part.text):
        texts += [fragment for fragment in FRAGMENT.split(_ARITHMETIC.sub(" ", part.text)) if fragment.strip() and fragment != part.text]
    for text in texts if depth else ():
        for inner in parse_command(text):
            yield from _commands_within(inner, depth - 1)


def inner_text(words: tuple[str, ...]) -> str | None:
    """The command line that a command hands to another interpreter or runs for us (ssh, sh -c, xargs ...), or None."""
    program = words[0] if words else ""
    if program == "eval":
        return " ".join(words[1:])
    if program in SHELLS:
        at = next((i for i, w in enumerate(words) if i and w.startswith("-") and not w.startswith("--") and "c" in w), None)
        return words[at + 1] if at and at + 1 < len(words) else None
    if program == "find":
        return " ; ".join(_find_commands(words)) or None
    if program == "hyperfine":
        return " ; ".join(w for w in words[1:] if not w.startswith("-")) or None
    if words[:3] == ("ip", "netns", "exec"):
        return " ".join(words[4:]) or None
    if words[:2] == ("adb", "shell"):
        return " ".join(words[2:]) or None
    if program not in RUNNER_OPTIONS_WITH_VALUE:
        return None
    i, operands = 1, RUNNER_OPERANDS.get(program, 0)
    while i < len(words) and (words[i].startswith("-") or operands):
        operands -= not words[i].startswith("-")
        i += 2 if words[i] in RUNNER_OPTIONS_WITH_VALUE[program] else 1
    return " ".join(words[i:]) or None


def _find_commands(words: tuple[str, ...]) -> Iterator[str]:
    for i, word in enumerate(words):
        if word in ("-exec", "-execdir", "-ok", "-okdir"):
            end = next((j for j in range(i + 1, len(words)) if words[j] in (";", "+")), len(words))
            yield " ".join(words[i + 1 : end])


def _split_string(command: Command) -> str | None:
    """What `env -S 'a b'` runs: one word that env itself takes apart."""
    values = [word.value for word in command.words]
    if "env" not in map(basename, values):
        return None
    at = next((i for i, value in enumerate(values) if value.startswith(("-S", "--split-string"))), None)
    return None if at is None else " ".join([values[at].removeprefix("-S").removeprefix("--split-string").lstrip("="), *values[at + 1 :]])
