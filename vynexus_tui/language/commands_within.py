"""Which commands a part of a command line may execute: behind wrappers, in loops, in texts handed to another interpreter."""

import re
from collections.abc import Iterator
from posixpath import basename

from vynexus_tui.language.lexing import Command, Part, parse_command, unquote
from vynexus_tui.language.program_tables import (
    FRAGMENT,
    NESTED,
    PRIVILEGED,
    RUNNER_OPERANDS,
    RUNNER_OPTIONS_WITH_VALUE,
    SHELLS,
    WRAPPER_OPTIONS_WITH_VALUE,
    WRAPPERS,
    WRAPPERS_WITH_OPERAND,
)
from vynexus_tui.language.runner_tables import runner_of
from vynexus_tui.language.texts_within import echoed_texts, named_commands, texts_within

_CARRIERS = (WRAPPERS | PRIVILEGED) - {"su"}
"""`su` takes a user's name where the others take a command."""
_NO_OPTIONS: frozenset[str] = frozenset()
_ARITHMETIC = re.compile(r"\(\([^()`]*\)\)")
"""`(($# > 1))` compares; read as a command it would write to a file called 1."""
_BLANK = re.compile(r"\$(?:IFS|\{IFS\})")
"""`rm${IFS}-rf` is `rm -rf`."""


def command_words(command: Command) -> tuple[str, ...]:
    """The command's words by value, with wrappers (sudo, env, time, nohup ...) and their options taken off."""
    values = [unquote(word.text) for word in command.words]
    if not values:
        return ()
    i = 0
    while i + 1 < len(values) and (wrapper := _name(values[i])) in _CARRIERS:
        if wrapper == "command" and values[i + 1] in ("-v", "-V"):
            break  # asks where it is
        with_value = WRAPPER_OPTIONS_WITH_VALUE.get(wrapper, _NO_OPTIONS)
        i += 1
        while i < len(values) and (values[i].startswith("-") or "=" in values[i]):
            i += 2 if values[i] in with_value and i + 2 < len(values) else 1
        i += wrapper in WRAPPERS_WITH_OPERAND
    rest = values[i:] or values
    rest[0] = _name(rest[0])
    return tuple(rest)


def _name(program: str) -> str:
    """The program without its folder."""
    return (basename(program) or program) if "/" in program else program


def commands_within(part: Part) -> tuple[Command, ...]:
    """Every command a part may execute: its own, and those in loops, `$(...)`, `sh -c`, `ssh host ...`, xargs and find -exec.

    Rather one too many (a word inside quotes) than one too few.
    """
    return tuple(_commands_within(part, 4))


def _commands_within(part: Part, depth: int) -> Iterator[Command]:
    yield from part.commands
    texts = [text for command in part.commands if (text := inner_text(command_words(command)) or _split_string(command))]
    if not part.commands or NESTED.search(part.text) or any(map(_has_bracket, part.commands)):
        texts += [fragment for fragment in FRAGMENT.split(_ARITHMETIC.sub(" ", part.text)) if fragment.strip() and fragment != part.text]
    if depth:
        texts += _handed_texts(part, texts)
    for text in texts if depth else ():
        for inner in parse_command(text):
            yield from _commands_within(inner, depth - 1)


def _handed_texts(part: Part, fragments: list[str]) -> list[str]:
    """Texts among the part's words, and what it prints where a shell reads it."""
    own = [command_words(command) for command in part.commands]
    nested = [command_words(command) for text in fragments for inner in parse_command(text) for command in inner.commands]
    found = [*echoed_texts([*own, *nested]), *(text for words in own for text in texts_within(words))]
    for command, words in zip(part.commands, own, strict=True):
        if command.redirects and words and words[0] in SHELLS:
            found += [redirect.target.value for redirect in command.redirects if redirect.target and redirect.operator.endswith("<<<")]
    found += named_commands(unquote(word.text) for command in part.commands for word in command.assignments if command.words)
    if "IFS" in part.text:
        found.append(_BLANK.sub(" ", part.text))
    return [text for text in found if text.strip() and text != part.text]


def _has_bracket(command: Command) -> bool:
    """Whether a word may run a command as zsh's `=(cmd)` and fish's `name(cmd)` do."""
    return any("(" in word.text and word.text[0] not in "\"'" for word in (*command.words, *command.assignments))


def inner_text(words: tuple[str, ...]) -> str | None:
    """The command line that a command hands to another interpreter or runs for us (ssh, sh -c, xargs ...), or None."""
    program = words[0] if words else ""
    if program == "eval":
        return " ".join(words[1:])
    if program in SHELLS:
        at = next((i for i, w in enumerate(words) if i and w.startswith("-") and not w.startswith("--") and "c" in w), None)
        return words[at + 1] if at and at + 1 < len(words) else None
    if program == "su":
        return _value_of(words, "-c", "--command")
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


def started_words(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words of the program that `docker exec web rm x` and `poetry run rm x` start; () where nothing is started so."""
    started: tuple[str, ...] = ()
    while (runner := runner_of(words)) and runner[1] < len(words):
        started = words = (_name(words[runner[1]]), *words[runner[1] + 1 :])
    return started


def _value_of(words: tuple[str, ...], short: str, long: str) -> str | None:
    """The value of an option, written `-c x`, `-cx`, `--command x` or `--command=x`."""
    for i, word in enumerate(words):
        if word in (short, long):
            return words[i + 1] if i + 1 < len(words) else None
        if word.startswith(f"{long}="):
            return word[len(long) + 1 :]
        if word.startswith(short):
            return word[len(short) :]
    return None


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
