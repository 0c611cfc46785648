"""What a template adds to the recorded commands, and the checks that two templates share."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from vynexus_tui.automation.quoting import Edit
from vynexus_tui.automation.steps import ScriptStep
from vynexus_tui.language.program_facts import command_words, is_navigation


class Additions(NamedTuple):
    """Lines and edits, and in words what they do: the person sees them before anything runs."""

    setup: tuple[str, ...] = ()
    """After `set -euo pipefail`."""
    checks: tuple[str, ...] = ()
    """Before the first step."""
    edits: Mapping[int, tuple[Edit, ...]] = {}
    """By step, counted from 0."""
    adds: tuple[str, ...] = ()


def programs_of(steps: Sequence[ScriptStep]) -> list[tuple[str, ...]]:
    """Programs of every step that does more than move around; () for a loop."""
    return [
        tuple(words[0] for command in step.commands if (words := command_words(command)))
        for step in steps
        if not all(is_navigation(part) for part in step.parts)
    ]


def input_checks(
    steps: Sequence[ScriptStep], variables: Mapping[str, str], is_input: Callable[[tuple[str, ...], int], bool], test: str, complaint: str
) -> tuple[str, ...]:
    """One line per parameter that the first working step reads, so that nothing starts without it.

    Only the first: what a later step reads an earlier one may make, and a `cd` before it moves the place to look.
    """
    first = next((step for step in steps if step.words[:1] != ("mkdir",)), None)
    names = dict.fromkeys(_input_variables(first, variables, is_input)) if first else ()
    return tuple(
        f'[[ {test} "${{{name}}}" ]] || {{ printf \'%s: {complaint}: %q\\n\' "$self" "${{{name}}}" >&2; exit 1; }}' for name in names
    )


def _input_variables(step: ScriptStep, variables: Mapping[str, str], is_input: Callable[[tuple[str, ...], int], bool]) -> Iterator[str]:
    for command in step.commands:
        words = command_words(command)
        skipped = len(command.words) - len(words)
        for at, word in enumerate(command.words):
            for slot in step.slots:
                is_whole = slot.start - word.start <= 1 and word.end - slot.end <= 1 and word.start <= slot.start and slot.end <= word.end
                if is_whole and slot.name in variables and ":" not in word.text and is_input(words, at - skipped):
                    yield variables[slot.name]


def operand_number(words: tuple[str, ...], index: int) -> int:
    """Which operand a word is: 1 for the first; 0 for an option. `-m 1` and `-k 2` are one option; other values are counted."""
    if words[index].startswith("-"):
        return 0
    pairs = itertools.pairwise(words[: index + 1])
    return sum(not word.startswith("-") and not (len(before) == 2 and before[0] == "-" and word.isdigit()) for before, word in pairs)
