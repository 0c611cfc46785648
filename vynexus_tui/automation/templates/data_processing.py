"""Searching, filtering, summarising text: nothing starts when the input cannot be read."""

from collections.abc import Mapping, Sequence

from vynexus_tui.automation.steps import ScriptStep
from vynexus_tui.automation.templates.additions import Additions, input_checks, operand_number, programs_of

_AFTER_PROGRAM = frozenset("grep egrep fgrep rg sed awk gawk mawk jq yq".split())
"""Their first operand is a program or pattern, the rest are files."""
_READERS = frozenset("sort uniq cut wc head tail cat paste join comm column nl tac rev fold iconv diff cmp csvcut csvgrep csvsort".split())
PROGRAMS = _AFTER_PROGRAM | _READERS | frozenset("tr tee mlr xsv datamash xargs printf echo base64 strings xxd od".split())


def fits(steps: Sequence[ScriptStep]) -> bool:
    """Whether every step only reads and transforms text."""
    programs = programs_of(steps)
    return bool(programs) and all(step and set(step) <= PROGRAMS for step in programs)


def additions(steps: Sequence[ScriptStep], variables: Mapping[str, str]) -> Additions:
    """A check that the input can be read."""
    checks = input_checks(steps, variables, _is_input, "-r", "cannot be read")
    return Additions(checks=checks, adds=("checks that the input can be read before it starts",) if checks else ())


def _is_input(words: tuple[str, ...], index: int) -> bool:
    number = operand_number(words, index)
    if number == 0 or words[index - 2].startswith("--arg") or (index > 1 and words[index - 1].startswith("-") and words[0] != "cat"):
        return False
    return number >= 2 if words[0] in _AFTER_PROGRAM else words[0] in _READERS
