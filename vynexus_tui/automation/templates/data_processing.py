"""Searching, filtering, summarising text: nothing starts when the input cannot be read, and no result is left half written."""

import re
from collections.abc import Sequence

from vynexus_tui.automation.quoting import Edit
from vynexus_tui.automation.steps import ScriptStep
from vynexus_tui.automation.templates.additions import (
    Additions,
    Routine,
    input_checks,
    input_paths,
    operand_number,
    programs_of,
    word_in_script,
)
from vynexus_tui.language.lexing import Word
from vynexus_tui.language.program_tables import HARMLESS_DEVICES

_AFTER_PROGRAM = frozenset("grep egrep fgrep rg sed awk gawk mawk jq yq".split())
"""Their first operand is a program or pattern, the rest are files."""
_READERS = frozenset("sort uniq cut wc head tail cat paste join comm column nl tac rev fold iconv diff cmp csvcut csvgrep csvsort".split())
PROGRAMS = _AFTER_PROGRAM | _READERS | frozenset("tr tee mlr xsv datamash xargs printf echo base64 strings xxd od".split())
_UNFINISHED = (
    "# Output is written beside its file and takes its place only when it is whole.",
    "unfinished=''",
    'trap \'[[ -z "$unfinished" ]] || rm -f -- "$unfinished"\' EXIT',
    'begin() { [[ -f "$1" || ! -e "$1" ]] || stop "is no ordinary file" "$1"',
    '  _target="$(readlink -f -- "$1")"; unfinished="$(mktemp "$_target.unfinished-XXXXXX")"',
    '  if [[ -e "$_target" ]]; then cp -p -- "$_target" "$unfinished"; else chmod +rw "$unfinished"; fi; }',
)
"""`mktemp` makes a file that was not there, so no link planted under its name is written through; `cp -p` for the mode and owner the
file has, `chmod +rw` for those a new one would have; `readlink`, so that a link stays one.
"""
_FINISH = 'finish() { mv -f -- "$unfinished" "$_target"; unfinished=\'\'; }'
_FINISH_COUNTED = (
    'finish() { (($# < 2)) || printf \'%s: %s lines in, %s out\\n\' "$self" "$(wc -l < "$2")" "$(wc -l < "$unfinished")" >&2',
    '  mv -f -- "$unfinished" "$_target"; unfinished=\'\'; }',
)


_LOOKS_AROUND = re.compile(r"[*?\[]|\s-\w*[rR]|\s--recursive|\s[<>]\(")


def fits(steps: Sequence[ScriptStep]) -> bool:
    """Whether every step only reads and transforms text."""
    programs = programs_of(steps)
    return bool(programs) and all(step and set(step) <= PROGRAMS for step in programs)


def additions(routine: Routine) -> Additions:
    """A check that the input can be read; output that is whole or not there."""
    checks = input_checks(routine, _is_input, "-r", "cannot be read")
    adds = ["checks that the input can be read before it starts"] if checks else []
    edits: dict[int, tuple[Edit, ...]] = {}
    is_counted = False
    for number, step in enumerate(routine.steps):
        if (target := _output(step)) and (path := word_in_script(step, target, routine.variables)):
            source = next(iter(input_paths(step, routine.variables, _is_input)), None)
            is_counted = is_counted or source is not None
            counted = f" {source}" if source else ""
            edits[number] = (
                Edit(0, 0, f"begin {path}\n"),
                Edit(target.start, target.end, '"$unfinished"'),
                Edit(len(step.text), len(step.text), f"\nfinish {path}{counted}"),
            )
    if not edits:
        return Additions(checks=checks, adds=tuple(adds))
    adds.append("writes output to a temporary file beside it, then moves it")
    adds += ["says how many lines went in and came out"] if is_counted else []
    setup = (*_UNFINISHED, *(_FINISH_COUNTED if is_counted else (_FINISH,)))
    return Additions(setup=setup, checks=checks, edits=edits, adds=tuple(adds))


def _output(step: ScriptStep) -> Word | None:
    """The file of a plain `>` at the end of a pipeline of text programs, where the file is not read by it as well."""
    programs = programs_of([step])
    if len(step.parts) != 1 or step.parts[0].is_compound or not programs or not programs[0] or not set(programs[0]) <= PROGRAMS:
        return None
    # These would find the unfinished file as well.
    if _LOOKS_AROUND.search(step.text) or "rg" in programs[0]:
        return None
    found = [redirect for command in step.commands for redirect in command.redirects]
    if len(found) != 1 or found[0] not in step.commands[-1].redirects or found[0].operator not in (">", "1>") or found[0].target is None:
        return None
    target = found[0].target
    is_read = any(word.value == target.value for command in step.commands for word in command.words)
    return None if is_read or target.value.startswith(("/dev/", *HARMLESS_DEVICES)) else target


def _is_input(words: tuple[str, ...], index: int) -> bool:
    number = operand_number(words, index)
    if number == 0 or words[index - 2].startswith("--arg") or (index > 1 and words[index - 1].startswith("-") and words[0] != "cat"):
        return False
    return number >= 2 if words[0] in _AFTER_PROGRAM else words[0] in _READERS
