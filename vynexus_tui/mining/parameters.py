"""What varies between the occurrences of a pattern becomes a parameter; what several steps share becomes one parameter.

Anti-unification (Plotkin 1970) of aligned steps, value by value.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from vynexus_tui.domain.patterns import SlotSpan
from vynexus_tui.mining.parameter_names import name_parameter
from vynexus_tui.mining.templates import Argument, Shape

Column: TypeAlias = tuple[str, ...]
"""One value per compared occurrence."""
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

    @property
    def origin(self) -> "_Slot":
        return self if self.shared_with is None else self.shared_with.origin


class Parameters(NamedTuple):
    """Slots per step, and what each occurrence put into them."""

    spans: tuple[tuple[SlotSpan, ...], ...]
    values: tuple[dict[str, str], ...]
    """One per compared row, in the same order."""


def find_parameters(texts: Sequence[str], rows: Sequence[Sequence[Shape]]) -> Parameters:
    """Parameters of aligned occurrences. `rows` holds one shape per step; the last row is the one typed as `texts`."""
    slots = [slot for step, text in enumerate(texts) for slot in _varying(step, text, [row[step] for row in rows])]
    slots = _share(slots)
    slots.sort(key=lambda slot: (slot.step, slot.start))
    names: dict[int, str] = {}
    for before, slot in zip([None, *slots], slots, strict=False):
        if id(slot.origin) not in names:
            is_first = before is None or before.argument != slot.argument or before.step != slot.step
            names[id(slot.origin)] = name_parameter(
                texts[slot.step], slot.start, slot.origin.column, set(names.values()), has_label=is_first
            )
    spans: list[list[SlotSpan]] = [[] for _ in texts]
    for slot in slots:
        spans[slot.step].append(SlotSpan(start=slot.start, end=slot.start + len(slot.column[-1]), name=names[id(slot.origin)]))
    values: list[dict[str, str]] = [{} for _ in rows]
    for slot in reversed(slots):
        for row, value in enumerate(slot.column):
            values[row][names[id(slot.origin)]] = value
    return Parameters(tuple(tuple(step) for step in spans), tuple(values))


def _varying(step: int, text: str, shapes: list[Shape]) -> list[_Slot]:
    newest = shapes[-1]
    comparable = [shape for shape in shapes if len(shape.values) == len(newest.values)]
    if len(comparable) < len(shapes):
        shapes = [shape if len(shape.values) == len(newest.values) else newest for shape in shapes]
    found = []
    for place, argument in enumerate(newest.arguments):
        column = tuple(shape.values[place] for shape in shapes)
        if len(set(column)) > 1:
            found.append(_cut_slot(step, text, argument, column))
    return found


def _cut_slot(step: int, text: str, argument: Argument, column: Column) -> _Slot:
    raw = text[argument.start : argument.end]
    inner = raw[1:-1] if len(raw) > 1 and raw[0] == raw[-1] and raw[0] in "\"'" else raw
    start = argument.start + (len(raw) - len(inner)) // 2
    if inner != column[-1]:
        # Quotes within the word or escapes: offsets in the value are not offsets in the text, so the word stays whole.
        return _Slot(step, argument, argument.start, (*column[:-1], raw))
    head, tail = _common_edges(column)
    return _Slot(step, argument, start + head, tuple(v[head : len(v) - tail] for v in column))


def _common_edges(column: Column) -> tuple[int, int]:
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
    pending = sorted(slots, key=lambda slot: (sum(map(len, slot.column)), slot.step, slot.start))
    while pending:
        slot = pending.pop(0)
        twin = next((other for other in done if _agree(slot.column, other.column)), None)
        if twin is not None:
            slot.shared_with = twin
            done.append(slot)
            continue
        part = next((found for other in done if (found := _split(slot, other))), None)
        if part is None:
            done.append(slot)
        else:
            pending[:0] = part
    return done


def _agree(a: Column, b: Column) -> bool:
    """Whether the newest values are equal and nearly all others; one exception needs three different values in agreement."""
    same = {(row, x) for row, (x, y) in enumerate(zip(a, b, strict=True)) if x == y}
    exceptions = len(a) - len(same)
    if a[-1] != b[-1] or exceptions > max(1, (1 - _SHARED) * len(a)):
        return False
    return exceptions == 0 or len({value for _, value in same}) >= 3


def _split(slot: _Slot, other: _Slot) -> list[_Slot] | None:
    """Up to three slots in place of one that holds `other`'s value in every row (before it, it, after it)."""
    if min(map(len, other.column)) < _SHORTEST_INSIDE or len(other.column[-1]) == len(slot.column[-1]):
        return None
    places = [value.find(inner) for value, inner in zip(slot.column, other.column, strict=True)]
    if min(places) < 0:
        return None
    before = tuple(value[:place] for value, place in zip(slot.column, places, strict=True))
    after = tuple(v[p + len(inner) :] for v, p, inner in zip(slot.column, places, other.column, strict=True))
    if not (_ends_at_boundary(before) and _ends_at_boundary(tuple(value[::-1] for value in after))):
        return None
    middle = places[-1]
    found = [_Slot(slot.step, slot.argument, slot.start + middle, other.column)]
    if len(set(before)) > 1:
        found.append(_trimmed(slot, 0, before))
    if len(set(after)) > 1:
        found.append(_trimmed(slot, middle + len(other.column[-1]), after))
    return found


def _trimmed(slot: _Slot, offset: int, column: Column) -> _Slot:
    head, tail = _common_edges(column)
    return _Slot(slot.step, slot.argument, slot.start + offset + head, tuple(v[head : len(v) - tail] for v in column))


def _ends_at_boundary(edges: Column) -> bool:
    """Whether a cut after these texts reads well: always the same text, or each ends where a word ends."""
    return len(set(edges)) == 1 or all(edge and not edge[-1].isalnum() for edge in edges)
