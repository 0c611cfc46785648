"""The head of a command: program and sub-command, the words that say what is done, without the values it is done to."""

import itertools
from functools import lru_cache

from vynexus_tui.language.commands_within import command_words
from vynexus_tui.language.lexing import Command, parse_command
from vynexus_tui.language.program_tables import LEADING_OPTIONS_WITH_VALUE, RUNNERS, THREE_WORD_HEADS, TWO_WORD_PROGRAMS


@lru_cache(maxsize=65_536)
def command_head(command: Command) -> tuple[str, ...]:
    """Program and sub-command(s): the words that say what is done, without the values it is done to."""
    return head_of(command_words(command))


def head_of(words: tuple[str, ...]) -> tuple[str, ...]:
    """The head of a command whose words are already read (see command_words)."""
    program = words[0] if words else ""
    if program not in TWO_WORD_PROGRAMS and program not in RUNNERS:
        return words[:1]
    operands = operands_of(words)
    if program in RUNNERS and RUNNERS[program] in words[1:-1]:
        return (program, "-m", words[words.index("-m") + 1])
    if program in RUNNERS and operands and operands[0].endswith(".py"):
        return (program, operands[0])
    if program not in TWO_WORD_PROGRAMS or not operands:
        return (program,)
    if f"{program} {operands[0]}" in THREE_WORD_HEADS and len(operands) > 1:
        return (program, operands[0], operands[1])
    return (program, operands[0])


def operands_of(words: tuple[str, ...]) -> list[str]:
    """Words that are neither options nor values of the options before the sub-command."""
    with_value = LEADING_OPTIONS_WITH_VALUE.get(words[0], frozenset())
    return [w for before, w in itertools.pairwise(words) if not w.startswith("-") and before not in with_value]


def command_family(text: str) -> str:
    """The name under which executions of a command line are measured together: `git push`, `npm run build`, `make › pytest`."""
    parts = parse_command(text)
    heads = [" ".join(command_head(part.commands[0])) if part.commands else part.text.split()[0] for part in parts if part.text.split()]
    return " › ".join(dict.fromkeys(h for h in heads if h)) or text.strip()[:40]
