"""The names that every script of ours defines, and which recorded commands would set them or speak in the script's name."""

import re
from collections.abc import Iterator, Sequence

from vynexus_tui.automation.quoting import Context, read_quoting
from vynexus_tui.language.commands_within import command_words, commands_within
from vynexus_tui.language.lexing import Command, Part

FUNCTIONS = frozenset("usage refuse stop stopped must_be_plain begin finish redefined".split())
"""What script_text and the templates define."""
VARIABLES = frozenset("self from_step dry_run unfinished step _target _text _name _value".split())
"""What these keep their state in."""
_TRACE = frozenset("PS4 BASH_XTRACEFD SHELLOPTS BASHOPTS".split())
"""What decides how the trace looks from which a trial reads the steps."""
_OURS = FUNCTIONS | VARIABLES | _TRACE
_SETTERS = frozenset("export unset read readonly declare typeset local mapfile readarray getopts wait".split())
_COMPOUND = re.compile(r"\b(?:for|select|function)\s+([A-Za-z_]\w*)|(?:^|[\s;&|({])([A-Za-z_]\w*)(?:(?:\[[^\]]*\])?\+?=|\s*\(\s*\))")
_EXPANSION = re.compile(r"\$\{([A-Za-z_]\w*):?=")
_ARITHMETIC = re.compile(r"\(\(.*?\)\)|\blet\s[^;&|\n]*", re.DOTALL)
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
_UNKNOWN_PROGRAM = re.compile(r"(?:^|[;&|{\n]|\$\(|\b(?:do|then|else|elif|if|while|until|command|builtin|eval)\s)\s*\"?\$(?:\{?\w|['\"])")


def steered_name(parts: Sequence[Part]) -> str | None:
    """Which name of ours these would set, in words, or None."""
    found = {name for part in parts for name in _set_by(part) if name in _OURS}
    return f"sets {min(found)}, a name that the script itself uses" if found else None


def forges_mark(parts: Sequence[Part]) -> bool:
    """Whether these may write `: step 2` to the trace, from which a trial reads how far the script came."""
    for part in parts:
        for command in commands_within(part):
            words = command_words(command)
            if len(words) > 1 and words[0] == ":":
                return True
        if not part.commands and _UNKNOWN_PROGRAM.search(part.text):
            contexts = read_quoting(part.text).contexts
            if any(contexts[m.start()] not in (Context.SINGLE, Context.DOUBLE) for m in _UNKNOWN_PROGRAM.finditer(part.text)):
                return True
    return False


def _set_by(part: Part) -> Iterator[str]:
    if not part.commands:
        yield from (name for names in _COMPOUND.findall(part.text) for name in names)
    yield from _EXPANSION.findall(part.text)
    for expression in _ARITHMETIC.findall(part.text):
        yield from _IDENTIFIER.findall(expression)
    for command in commands_within(part):
        yield from (word.text.replace("[", "=").partition("=")[0].rstrip("+") for word in command.assignments)
        yield from _set_by_builtin(command)


def _set_by_builtin(command: Command) -> Iterator[str]:
    words = command_words(command)
    if words[:1] == ("printf",) and words[1:2] and words[1].startswith("-v"):
        yield words[1][2:] or "".join(words[2:3])
    elif words and words[0] in _SETTERS:
        for word in words[1:]:
            name, _, value = re.sub(r"^-[a-zA-Z]", "", word).partition("=")
            yield re.sub(r"\[.*|\+$", "", name)
            if any(option.startswith("-") and "n" in option for option in words[1:]):
                yield value
