"""What varies between the occurrences of a pattern becomes a parameter; what several steps share becomes one parameter.

Anti-unification (Plotkin 1970) of aligned steps, value by value.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from vynexus_tui.domain.patterns import SlotSpan
from vynexus_tui.mining.parameter_names import name_parameter
from vynexus_tui.mining.shapes import Argument, Shape

Column: TypeAlias = tuple[str | None, ...]
"""One value per compared occurrence, None where it lacks the step; the last one is always known."""
Row: TypeAlias = Sequence[Shape | None]
_SHARED = 0.9
"""Columns that agree in this share of the occurrences are one parameter."""
_SHORTEST_INSIDE = 3
"""A value shorter than this is found inside others by chance."""
_HEAD = re.compile(r"(?:.*[^A-Za-z0-9])?", re.DOTALL)
_TAIL = re.compile(r"(?:[^A-Za-z0-9].*)?$", re.DOTALL)
_NUMBER_HEAD = re.compile(r"[0-9][0-9.:_-]*$")
_NUMBER_TAIL = re.compile(r"^[0-9.:_-]*[0-9]")


@dataclass(slots=True)
class _Slot:
    """A varying piece of one argument: `value[cut:len(value)-rest]` in every row."""

    step: int
    argument: Argument
    start: int
    """Offset in the newest step's text."""
    column: Column
    shared_with: "_Slot | None" = None
    is_seen_varying: bool = True
    """False where few occurrences have the step and its value did not vary in them: a slot only if it follows another one."""

    @property
    def known(self) -> list[str]:
        return [value for value in self.column if value is not None]

    @property
    def newest(self) -> str:
        return self.column[-1] or ""

    @property
    def origin(self) -> "_Slot":
        return self if self.shared_with is None else self.shared_with.origin


class Parameters(NamedTuple):
    """Slots per step, and what each occurrence put into them."""

    spans: tuple[tuple[SlotSpan, ...], ...]
    values: tuple[dict[str, str], ...]
    """One per compared row, in the same order."""


def find_parameters(texts: Sequence[str], rows: Sequence[Row]) -> Parameters:
    """Parameters of aligned occurrences. A row holds one shape per step, None for a step it lacks; the last is the one typed as `texts`."""
    slots = [slot for step, text in enumerate(texts) for slot in _varying(step, text, [row[step] for row in rows])]
    slots = _share(slots)
    slots.sort(key=lambda slot: (slot.step, slot.start))
    names: dict[int, str] = {}
    for before, slot in zip([None, *slots], slots, strict=False):
        if id(slot.origin) not in names:
            is_first = before is None or before.argument != slot.argument or before.step != slot.step
            names[id(slot.origin)] = name_parameter(
                texts[slot.step], slot.start, slot.origin.known, set(names.values()), has_label=is_first
            )
    spans: list[list[SlotSpan]] = [[] for _ in texts]
    for slot in slots:
        spans[slot.step].append(SlotSpan(start=slot.start, end=slot.start + len(slot.newest), name=names[id(slot.origin)]))
    values: list[dict[str, str]] = [{} for _ in rows]
    for slot in reversed(slots):
        for row, value in ((row, value) for row, value in enumerate(slot.column) if value is not None):
            values[row][names[id(slot.origin)]] = value
    return Parameters(tuple(tuple(step) for step in spans), tuple(values))


def _varying(step: int, text: str, shapes: Sequence[Shape | None]) -> list[_Slot]:
    newest = shapes[-1]
    if newest is None:
        return []
    size = len(newest.values)
    found = []
    for place, argument in enumerate(newest.arguments):
        column = tuple(None if shape is None or len(shape.values) != size else shape.values[place] for shape in shapes)
        if len(set(column) - {None}) > 1:
            found.append(_cut_slot(step, text, argument, column))
        elif None in column:
            slot = _cut_slot(step, text, argument, column)
            slot.is_seen_varying = False
            found.append(slot)
    return found


def _cut_slot(step: int, text: str, argument: Argument, column: Column) -> _Slot:
    raw = text[argument.start : argument.end]
    inner = raw[1:-1] if len(raw) > 1 and raw[0] == raw[-1] and raw[0] in "\"'" else raw
    start = argument.start + (len(raw) - len(inner)) // 2
    if inner != column[-1]:
        # Quotes within the word or escapes: offsets in the value are not offsets in the text, so the word stays whole.
        return _Slot(step, argument, argument.start, (*column[:-1], raw))
    return _Slot(step, argument, start, column) if len(set(column) - {None}) == 1 else _trimmed(step, argument, start, column)


def _common_edges(column: Sequence[str]) -> tuple[int, int]:
    """Lengths of what all values begin and end with, cut where a word or number ends so that a slot is readable."""
    if any(" " in value for value in column):
        return 0, 0
    low, high = min(column), max(column)
    shortest = min(map(len, column))
    head = next((i for i in range(shortest) if low[i] != high[i]), shortest)
    common = _NUMBER_HEAD.sub("", low[:head])
    match = _HEAD.match(common)
    head = match.end() if match else 0
    if common[:head].endswith("://"):
        return 0, 0
    backwards = [value[::-1] for value in column]
    low, high = min(backwards), max(backwards)
    tail = next((i for i in range(shortest) if low[i] != high[i]), shortest)
    common = _NUMBER_TAIL.sub("", low[:tail][::-1])
    match = _TAIL.search(common)
    tail = len(match.group()) if match else 0
    if head + tail >= shortest:
        tail = 0
    return (head, tail) if head < shortest else (0, 0)


def _share(slots: list[_Slot]) -> list[_Slot]:
    """Let equal columns be one parameter, and take longer columns apart where they hold a shorter one."""
    done: list[_Slot] = []
    pending = sorted(slots, key=lambda slot: (not slot.is_seen_varying, _mean_length(slot), slot.step, slot.start))
    while pending:
        slot = pending.pop(0)
        twin = next((other for other in done if _agree(slot, other)), None)
        if twin is not None:
            slot.shared_with = twin
            done.append(slot)
            continue
        part = next((found for other in done if (found := _split(slot, other))), None)
        if part is not None:
            pending[:0] = part
        elif slot.is_seen_varying:
            done.append(slot)
    return done


def _mean_length(slot: _Slot) -> float:
    return sum(map(len, slot.known)) / len(slot.known)


def _agree(a: _Slot, b: _Slot) -> bool:
    """Whether the newest values are equal and nearly all others; one exception needs three different values in agreement.

    What was not seen to vary must be long enough not to be equal by chance.
    """
    both = [(x, y) for x, y in zip(a.column, b.column, strict=True) if x is not None and y is not None]
    same = [x for x, y in both if x == y]
    exceptions = len(both) - len(same)
    if a.newest != b.newest or exceptions > max(1, (1 - _SHARED) * len(both)):
        return False
    if not a.is_seen_varying and len(a.newest) < _SHORTEST_INSIDE:
        return False
    return exceptions == 0 or len(set(same)) >= 3


def _split(slot: _Slot, other: _Slot) -> list[_Slot] | None:
    """Up to three slots in place of one that nearly always holds `other`'s value (before it, it, after it)."""
    if min(map(len, other.known)) < _SHORTEST_INSIDE or len(other.newest) == len(slot.newest):
        return None
    cut = [
        value.partition(inner) if value is not None and inner is not None else None
        for value, inner in zip(slot.column, other.column, strict=True)
    ]
    holding = [pieces if pieces is not None and pieces[1] else None for pieces in cut]
    known = [pieces for pieces in holding if pieces is not None]
    if holding[-1] is None or len(known) < _SHARED * sum(pieces is not None for pieces in cut):
        return None
    if not (_ends_at_boundary([before for before, _, _ in known]) and _ends_at_boundary([after[::-1] for _, _, after in known])):
        return None
    before, inside, after = (tuple(pieces[k] if pieces is not None else None for pieces in holding) for k in range(3))
    middle = slot.start + len(before[-1] or "")
    found = [_Slot(slot.step, slot.argument, middle, inside, is_seen_varying=slot.is_seen_varying)]
    if len(set(before) - {None}) > 1:
        found.append(_trimmed(slot.step, slot.argument, slot.start, before))
    if len(set(after) - {None}) > 1:
        found.append(_trimmed(slot.step, slot.argument, middle + len(other.newest), after))
    return found


def _trimmed(step: int, argument: Argument, start: int, column: Column) -> _Slot:
    """A slot without what all its values begin and end with."""
    head, tail = _common_edges([value for value in column if value is not None])
    return _Slot(step, argument, start + head, tuple(None if v is None else v[head : len(v) - tail] for v in column))


def _ends_at_boundary(edges: Sequence[str]) -> bool:
    """Whether a cut after these texts reads well: always the same text, or each ends where a word ends."""
    return len(set(edges)) == 1 or all(edge and not edge[-1].isalnum() for edge in edges)
