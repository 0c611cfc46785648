"""What a script needs from outside: its parameters with the values seen, and secrets from the environment."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from vynexus_tui.automation.destinations import chooses_destination
from vynexus_tui.automation.placement import placement_problem
from vynexus_tui.automation.quoting import Context, Edit, Reading, literal_value, place, read_quoting
from vynexus_tui.automation.shell_state import assigned_names, used_names
from vynexus_tui.automation.steps import Problem, ScriptStep
from vynexus_tui.domain.automations import Parameter, RefusalReason, SeenValue
from vynexus_tui.domain.patterns import SlotSpan
from vynexus_tui.language.program_facts import destructive_reason
from vynexus_tui.language.redaction import SECRET_MARK
from vynexus_tui.language.visible import has_unseen

_MOST_SEEN = 8
"""Values kept per parameter, most frequent first."""
_TAKEN = frozenset(
    """path cdpath ifs home uid euid gid random seconds status argv histfile prompt ps1 ps4 shell term user pwd oldpwd lines columns
    ppid self reply optarg optind funcname groups hostname hosttype machtype ostype shlvl usage if then else elif fi case esac for
    select while until do done in function time coproc""".split()
)
"""Names that bash, other shells or the script itself give a meaning."""


_NEW_EACH_TIME = frozenset({"message", "branch", "version", "date", "tag", "commit"})
"""Parameters for which an old value is wrong more often than right."""
_RECENT_RUNS = 20
"""What was usual before these is not what is meant now."""
_MAJORITY_SHARE = 0.6
"""A default is the value of more than this share of the recent runs, and of twice as many as any other value."""


class Inputs(NamedTuple):
    """Parameters and secrets of a script, and where they go."""

    parameters: tuple[Parameter, ...]
    """In the order of the arguments: first those that must be given."""
    secrets: tuple[str, ...]
    """Environment variables that must be set."""
    edits: tuple[tuple[Edit, ...], ...]
    """Per step."""
    variables: Mapping[str, str]
    """Slot name to variable."""


class _Slot(NamedTuple):
    span: SlotSpan
    step: ScriptStep
    reading: Reading


def build_inputs(steps: Sequence[ScriptStep], values: Sequence[Mapping[str, str]], home: str | None) -> Inputs | Problem:
    """Parameters, secrets and their places. `values` holds what each occurrence put into the slots, oldest first."""
    readings = [read_quoting(step.text) for step in steps]
    taken = set(_TAKEN) | assigned_names(step.text for step in steps) | set().union(*(used_names(step.text) for step in steps))
    slots = [
        _Slot(span, step, reading)
        for step, reading in zip(steps, readings, strict=True)
        for span in step.slots
        if not _holds_secret(step, span)
    ]
    variables: dict[str, str] = {}
    for slot in slots:
        variables.setdefault(slot.span.name, _variable(slot.span.name, taken | set(variables.values())))
    edits: list[tuple[Edit, ...]] = []
    secrets: list[str] = []
    for step, reading in zip(steps, readings, strict=True):
        mine: list[Edit] = []
        for start, end, name, reason in [*_slot_places(step, slots, variables), *_secret_places(step, taken, secrets)]:
            what = f"{{{name}}}" if reason is RefusalReason.UNQUOTABLE else "the secret"
            placed = placement_problem(step, start) or place(step.text, reading, start, end, name, is_mark=name in secrets)
            if isinstance(placed, str):
                return Problem(reason, f"{what} {placed}")
            mine.append(placed)
        edits.append(tuple(mine))
    parameters = [_parameter(variables[name], [s for s in slots if s.span.name == name], values, home) for name in variables]
    parameters.sort(key=lambda parameter: parameter.default is not None)
    return Inputs(tuple(parameters), tuple(secrets), tuple(edits), variables)


def _slot_places(step: ScriptStep, slots: Sequence[_Slot], variables: Mapping[str, str]) -> Iterator[tuple[int, int, str, RefusalReason]]:
    for slot in slots:
        if slot.step is step:
            yield slot.span.start, slot.span.end, variables[slot.span.name], RefusalReason.UNQUOTABLE


def _secret_places(step: ScriptStep, taken: set[str], secrets: list[str]) -> Iterator[tuple[int, int, str, RefusalReason]]:
    for match in SECRET_MARK.finditer(step.text):
        base = match.group(1).upper().replace("-", "_")
        base = f"MY_{base}" if base in taken else base
        name = next(n for n in (base, *(f"{base}_{i}" for i in range(2, 99))) if n not in secrets)
        secrets.append(name)
        yield match.start(), match.end(), name, RefusalReason.SECRET


def _holds_secret(step: ScriptStep, span: SlotSpan) -> bool:
    return any(match.start() < span.end and span.start < match.end() for match in SECRET_MARK.finditer(step.text))


def _variable(name: str, taken: set[str]) -> str:
    base = re.sub(r"[^a-z0-9_]+", "_", name.lower()).strip("_")[:24] or "value"
    base = f"value_{base}" if base[0].isdigit() else base
    if base in _TAKEN:
        base = f"{base}_name" if f"{base}_name" not in taken else base
    return next(n for n in (base, *(f"{base}_{i}" for i in range(2, 99))) if n not in taken)


def _parameter(variable: str, slots: Sequence[_Slot], values: Sequence[Mapping[str, str]], home: str | None) -> Parameter:
    first = slots[0]
    context = first.reading.contexts[first.span.start]
    newest = first.step.text[first.span.start : first.span.end]
    meanings: list[str | None] = []
    # Newest first, so that of equally frequent values the newest leads.
    for raw in [occurrence[first.span.name] for occurrence in reversed(values) if first.span.name in occurrence] or [newest]:
        meant = literal_value(raw, context) if raw == newest else _as_value(raw, context)
        meant = home + meant[1:] if meant and home and meant.startswith("~/") else meant
        # What the script itself would refuse, or could not show in its header, is no value to offer.
        is_value = meant and not meant.startswith(("~/", "|")) and meant.isprintable() and not has_unseen(meant)
        meanings.append(meant if is_value else None)
    seen = Counter(meant for meant in meanings if meant)
    ranked = tuple(SeenValue(value=value, count=count) for value, count in seen.most_common(_MOST_SEEN))
    must_be_given = (
        variable.rstrip("0123456789_") in _NEW_EACH_TIME
        or any(chooses_destination(slot.step, slot.span.start) for slot in slots)
        or any(destructive_reason(part) for slot in slots for part in slot.step.parts)
    )
    return Parameter(name=variable, default=None if must_be_given else _usual(meanings[:_RECENT_RUNS]), seen=ranked)


def _usual(meanings: Sequence[str | None]) -> str | None:
    """What is clearly meant when nothing is said, or None. A value that was never used twice is an example."""
    (usual, most), *others = Counter(meanings).most_common(2)
    is_clear = most > _MAJORITY_SHARE * len(meanings) and all(most >= 2 * count for _, count in others)
    return usual if is_clear and (most > 1 or len(meanings) < 2) else None


def _as_value(raw: str, context: Context) -> str | None:
    """Other occurrences come without quotes; what the shell would have expanded is not a value."""
    return None if context is not Context.SINGLE and re.search(r"[$`]|\{\{secret:", raw) else raw
