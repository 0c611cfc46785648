"""What a template adds to the recorded commands, and what the templates share."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from vynexus_tui.automation.quoting import Edit, apply_edits, place, read_quoting
from vynexus_tui.automation.steps import ScriptStep
from vynexus_tui.domain.settings import AutomationCreation
from vynexus_tui.language.lexing import Word
from vynexus_tui.language.program_facts import command_words, is_navigation


class Routine(NamedTuple):
    """What a template looks at."""

    steps: Sequence[ScriptStep]
    variables: Mapping[str, str]
    """Slot name to variable."""
    values: Sequence[Mapping[str, str]]
    """What each occurrence put into the slots."""
    settings: AutomationCreation


class Additions(NamedTuple):
    """Lines and edits, and in words what they do: the person sees them before anything runs."""

    setup: tuple[str, ...] = ()
    """After `set -euo pipefail`."""
    checks: tuple[tuple[int, str], ...] = ()
    """Before the first step: the step it is for, counted from 0, and one line."""
    edits: Mapping[int, tuple[Edit, ...]] = {}
    """By step, counted from 0."""
    adds: tuple[str, ...] = ()


def merged(several: Sequence[Additions]) -> Additions:
    """All of them together."""
    edits: dict[int, tuple[Edit, ...]] = {}
    for one in several:
        for number, more in one.edits.items():
            edits[number] = (*edits.get(number, ()), *more)
    return Additions(
        setup=tuple(line for one in several for line in one.setup),
        checks=tuple(sorted((check for one in several for check in one.checks), key=lambda check: check[0])),
        edits=edits,
        adds=tuple(words for one in several for words in one.adds),
    )


def programs_of(steps: Sequence[ScriptStep]) -> list[tuple[str, ...]]:
    """Programs of every step that does more than move around; () for a loop."""
    return [
        tuple(words[0] for command in step.commands if (words := command_words(command)))
        for step in steps
        if not all(is_navigation(part) for part in step.parts)
    ]


def moves_before(steps: Sequence[ScriptStep], number: int) -> bool:
    """Whether a step before this one changes the folder, so that what is checked first would be looked for in the wrong place."""
    return any(step.words[:1] in (("cd",), ("pushd",), ("popd",)) or not step.commands for step in steps[:number])


def input_checks(
    routine: Routine, is_input: Callable[[tuple[str, ...], int], bool], test: str, complaint: str
) -> tuple[tuple[int, str], ...]:
    """One line per parameter that the first working step reads, so that nothing starts without it.

    Only the first: what a later step reads an earlier one may make, and a `cd` before it moves the place to look.
    """
    number, first = next(((n, step) for n, step in enumerate(routine.steps) if step.words[:1] != ("mkdir",)), (0, None))
    paths = dict.fromkeys(input_paths(first, routine.variables, is_input)) if first else ()
    return tuple((number, f'[[ {test} {path} ]] || stop "{complaint}" {path}') for path in paths)


def input_paths(step: ScriptStep, variables: Mapping[str, str], is_input: Callable[[tuple[str, ...], int], bool]) -> Iterator[str]:
    """The words of a step that hold a parameter and are read by it, as the script writes them."""
    for command in step.commands:
        words = command_words(command)
        skipped = len(command.words) - len(words)
        for at, word in enumerate(command.words):
            is_slotted = any(word.start <= slot.start and slot.end <= word.end and slot.name in variables for slot in step.slots)
            if is_slotted and not {":", "%"} & set(word.text) and at > skipped and is_input(words, at - skipped):
                path = word_in_script(step, word, variables)
                if path is not None:
                    yield path


def operand_number(words: tuple[str, ...], index: int) -> int:
    """Which operand a word is: 1 for the first; 0 for an option. `-m 1` and `-k 2` are one option; other values are counted."""
    if words[index].startswith("-"):
        return 0
    pairs = itertools.pairwise(words[: index + 1])
    return sum(not word.startswith("-") and not (len(before) == 2 and before[0] == "-" and word.isdigit()) for before, word in pairs)


def word_in_script(step: ScriptStep, word: Word, variables: Mapping[str, str]) -> str | None:
    """A word of a step as it stands in the script, its parameters as variables; None where that is not simply a path."""
    if any(ch in word.text for ch in "*?[$`(){}<>\n") or word.text.startswith("-"):
        return None
    reading = read_quoting(step.text)
    slots = [slot for slot in step.slots if word.start <= slot.start and slot.end <= word.end]
    placed = [place(step.text, reading, slot.start, slot.end, variables[slot.name]) for slot in slots if slot.name in variables]
    edits = [Edit(edit.start - word.start, edit.end - word.start, edit.text) for edit in placed if isinstance(edit, Edit)]
    return apply_edits(word.text, edits) if len(edits) == len(slots) else None


def is_made_anew(step: ScriptStep, words: Sequence[Word], values: Sequence[Mapping[str, str]]) -> bool:
    """Whether these words, which name a target, were different in every run: what is there already is then no earlier run's result."""
    names = {slot.name for word in words for slot in step.slots if word.start <= slot.start and slot.end <= word.end}
    named = [tuple(row.get(name) for name in sorted(names)) for row in values]
    return bool(names) and len(named) > 1 and len(set(named)) == len(named)
