"""What a script needs from outside: its parameters with the values seen, and secrets from the environment."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from vynexus_tui.automation.destinations import chooses_destination
from vynexus_tui.automation.own_names import FUNCTIONS, VARIABLES
from vynexus_tui.automation.placement import placement_problem
from vynexus_tui.automation.quoting import Context, Edit, Reading, literal_value, place, read_quoting
from vynexus_tui.automation.shell_state import assigned_names, used_names
from vynexus_tui.automation.steps import Problem, ScriptStep
from vynexus_tui.automation.value_classes import Guard, class_guard, date_format
from vynexus_tui.domain.automations import Parameter, RefusalReason, SeenValue
from vynexus_tui.domain.patterns import SlotSpan
from vynexus_tui.language.destruction import destructive_reason
from vynexus_tui.language.redaction import SECRET_MARK
from vynexus_tui.language.visible import has_unseen

_MOST_SEEN = 8
"""Values kept per parameter, most frequent first."""
_TAKEN = (
    frozenset(
        """path cdpath ifs home uid euid gid random seconds status argv histfile prompt ps1 ps4 shell term user pwd oldpwd lines columns
    ppid reply optarg optind funcname groups hostname hosttype machtype ostype shlvl usage if then else elif fi case esac for
    select while until do done in function time coproc""".split()
    )
    | FUNCTIONS
    | VARIABLES
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
    guards: Mapping[str, Guard] = {}
    """Variable to what its value may be at run time."""
    today: Mapping[str, str] = {}
    """Variable to the format of the date it is when it is not given."""
    has_inner: bool = False
    """Whether a variable stands among other text in double quotes."""
    rows: tuple[tuple[str, ...] | None, ...] = ()
    """Per occurrence the arguments it used, in the order of the parameters; None where one of them is not known."""


class _Slot(NamedTuple):
    span: SlotSpan
    step: ScriptStep
    reading: Reading


def build_inputs(
    steps: Sequence[ScriptStep], values: Sequence[Mapping[str, str]], times: Sequence[datetime | None], home: str | None
) -> Inputs | Problem:
    """Parameters, secrets and their places. `values` holds what each occurrence put into the slots, oldest first, and `times` when."""
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
    guards: dict[str, Guard] = {}
    for step, reading in zip(steps, readings, strict=True):
        mine: list[Edit] = []
        for start, end, name, reason in [*_slot_places(step, slots, variables), *_secret_places(step, taken, secrets)]:
            what = f"{{{name}}}" if reason is RefusalReason.UNQUOTABLE else "the secret"
            problem = placement_problem(step, start)
            if problem and (guard := class_guard(step, start, _raw_values(name, variables, values, step.text[start:end]))):
                guards[name], problem = _stricter(guards.get(name), guard), None
            placed = problem or place(step.text, reading, start, end, name, is_mark=name in secrets)
            if isinstance(placed, str):
                return Problem(reason, f"{what} {placed}")
            mine.append(placed)
        edits.append(tuple(mine))
    parameters: list[Parameter] = []
    today: dict[str, str] = {}
    for name, variable in variables.items():
        own = [s for s in slots if s.span.name == name]
        if (form := _date_of_run(name, values, times)) and not _is_fixed(own):
            today[variable] = form
        parameters.append(_parameter(variable, own, values, home, is_today=variable in today))
    parameters.sort(key=lambda parameter: parameter.default is not None)
    firsts = {variables[name]: next(s for s in slots if s.span.name == name) for name in variables}
    rows = tuple(_row([firsts[p.name] for p in parameters], occurrence, home) for occurrence in values)
    has_inner = any(slot.reading.contexts[slot.span.start] is Context.DOUBLE for slot in slots)
    return Inputs(tuple(parameters), tuple(secrets), tuple(edits), variables, guards, today, has_inner, rows)


def _raw_values(variable: str, variables: Mapping[str, str], values: Sequence[Mapping[str, str]], newest: str) -> list[str]:
    return [newest, *(row[name] for name, known in variables.items() if known == variable for row in values if name in row)]


def _stricter(one: Guard | None, other: Guard) -> Guard:
    """Of two guards of one value the narrower; the classes lie within each other and the narrower expression is the shorter."""
    return other if one is None or len(other.expression) < len(one.expression) else one


def _date_of_run(name: str, values: Sequence[Mapping[str, str]], times: Sequence[datetime | None]) -> str | None:
    rows = [(row[name], at) for row, at in zip(values, times, strict=True) if name in row]
    return date_format([value for value, _ in rows], [at for _, at in rows])


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


def _is_fixed(slots: Sequence[_Slot]) -> bool:
    """Whether no value may be assumed: it says where a step takes effect, or what is destroyed."""
    return any(chooses_destination(slot.step, slot.span.start) for slot in slots) or any(
        destructive_reason(part) for slot in slots for part in slot.step.parts
    )


def _parameter(
    variable: str, slots: Sequence[_Slot], values: Sequence[Mapping[str, str]], home: str | None, *, is_today: bool
) -> Parameter:
    first = slots[0]
    # Newest first, so that of equally frequent values the newest leads.
    raws = [occurrence[first.span.name] for occurrence in reversed(values) if first.span.name in occurrence]
    meanings = [_meaning(first, raw, home) for raw in raws or [_newest(first)]]
    seen = Counter(meant for meant in meanings if meant)
    ranked = tuple(SeenValue(value=value, count=count) for value, count in seen.most_common(_MOST_SEEN))
    must_be_given = variable.rstrip("0123456789_") in _NEW_EACH_TIME or _is_fixed(slots)
    # "" is what the script itself replaces by today's date.
    default = "" if is_today else None if must_be_given else _usual(meanings[:_RECENT_RUNS])
    return Parameter(name=variable, default=default, seen=ranked)


def _row(firsts: Sequence[_Slot], occurrence: Mapping[str, str], home: str | None) -> tuple[str, ...] | None:
    meant = [_meaning(slot, occurrence[slot.span.name], home) if slot.span.name in occurrence else None for slot in firsts]
    known = tuple(value for value in meant if value is not None)
    return known if len(known) == len(firsts) else None


def _newest(slot: _Slot) -> str:
    return slot.step.text[slot.span.start : slot.span.end]


def _meaning(slot: _Slot, raw: str, home: str | None) -> str | None:
    """What a recorded value means as an argument; None for what the script would refuse, or could not show in its header."""
    context = slot.reading.contexts[slot.span.start]
    meant = literal_value(raw, context) if raw == _newest(slot) else _as_value(raw, context)
    # Within a word the shell leaves ~ as it is.
    is_home = meant is not None and meant.startswith("~/") and _begins_word(slot)
    meant = home + meant[1:] if meant and home and is_home else meant
    is_value = meant and not meant.startswith("|") and (home is not None or not is_home) and meant.isprintable() and not has_unseen(meant)
    return meant if is_value else None


def _begins_word(slot: _Slot) -> bool:
    start = slot.span.start
    return slot.reading.contexts[start] is Context.BARE and (start == 0 or slot.step.text[start - 1] in " \t\n;|&(<>")


def _usual(meanings: Sequence[str | None]) -> str | None:
    """What is clearly meant when nothing is said, or None. A value that was never used twice is an example."""
    (usual, most), *others = Counter(meanings).most_common(2)
    is_clear = most > _MAJORITY_SHARE * len(meanings) and all(most >= 2 * count for _, count in others)
    return usual if is_clear and most > 1 else None


def _as_value(raw: str, context: Context) -> str | None:
    """Other occurrences come without quotes; what the shell would have expanded is not a value."""
    return None if context is not Context.SINGLE and re.search(r"[$`]|\{\{secret:", raw) else raw
