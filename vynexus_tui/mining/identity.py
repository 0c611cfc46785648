"""Give patterns ids that last: minted once from their shape, inherited when the same habit is found again."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeAlias

from vynexus_tui.domain.identifiers import EventId, PatternId, stable_id
from vynexus_tui.domain.patterns import Occurrence, Pattern, PatternKind, PatternStep

_Owners: TypeAlias = dict[EventId | datetime, list[tuple[int, datetime | None]]]
"""What marks an occurrence, and the stored patterns (number, start of the occurrence) that have it."""
_SAME_HABIT_SHARE = 0.6
_SAME_TIME = timedelta(days=1)
"""Occurrences that share an event number lie nearer than this, or the number was given to another command since."""


def mint_id(kind: PatternKind, steps: Sequence[PatternStep], taken: Iterable[PatternId] = ()) -> PatternId:
    """An id that depends only on kind and steps with their slots blanked; numbered when `taken` holds it."""
    shape = [kind.value, *map(_blanked, steps)]
    ids, number = frozenset(taken), 1
    minted = PatternId(stable_id(*shape))
    while minted in ids:
        number += 1
        minted = PatternId(stable_id(*shape, str(number)))
    return minted


def inherit_ids(found: Sequence[Pattern], stored: Sequence[Pattern]) -> tuple[Pattern, ...]:
    """`found` with the ids of the stored patterns with which they share most occurrences (at least 60 % of the shorter list).

    One to one, the largest overlap first, so a pattern that was split keeps its id on the bigger half, and where two became one the
    bigger one's id stays. An occurrence is the same one when it shares an event or, where events were imported anew and have other
    ids, when it began at the same moment. What shares nothing inherits by its shape: the same steps are the same habit, too.
    Ids that were not inherited and are in use elsewhere are minted anew.
    """
    inherited: dict[int, PatternId] = {}
    left = dict(enumerate(stored))
    for _, position, number in sorted(_overlaps(found, stored)):
        if position not in inherited and number in left:
            inherited[position] = left.pop(number).pattern_id
    by_shape = {_shape(pattern): pattern.pattern_id for pattern in reversed(left.values())}
    taken = {pattern.pattern_id for pattern in stored}
    result = []
    for position, pattern in enumerate(found):
        pattern_id = inherited.get(position) or by_shape.pop(_shape(pattern), None)
        if pattern_id is None:
            pattern_id = mint_id(pattern.kind, pattern.steps, taken)
            taken.add(pattern_id)
        result.append(replace(pattern, pattern_id=pattern_id))
    return tuple(result)


def _overlaps(found: Sequence[Pattern], stored: Sequence[Pattern]) -> list[tuple[int, int, int]]:
    """(minus the occurrences in common, place in `found`, place in `stored`) of every two that are the same habit."""
    owners: _Owners = {}
    for number, pattern in enumerate(stored):
        for occurrence in pattern.occurrences:
            owner = (number, occurrence.started_at)
            for mark in _marks(occurrence):
                owners.setdefault(mark, []).append(owner)
    overlaps = []
    for position, pattern in enumerate(found):
        for number, shared in _shared_occurrences(pattern, owners).items():
            if shared >= _SAME_HABIT_SHARE * min(pattern.occurrence_count, stored[number].occurrence_count):
                overlaps.append((-shared, position, number))
    return overlaps


def _shared_occurrences(pattern: Pattern, owners: _Owners) -> Counter[int]:
    shared: Counter[int] = Counter()
    for occurrence in pattern.occurrences:
        same = (owner for mark in _marks(occurrence) for owner in owners.get(mark, ()))
        shared.update({number for number, started_at in same if _is_near(occurrence.started_at, started_at)})
    return shared


def _marks(occurrence: Occurrence) -> tuple[EventId | datetime, ...]:
    return occurrence.event_ids if occurrence.started_at is None else (*occurrence.event_ids, occurrence.started_at)


def _is_near(a: datetime | None, b: datetime | None) -> bool:
    return a is None or b is None or abs(a - b) < _SAME_TIME


def _shape(pattern: Pattern) -> tuple[str, ...]:
    return (pattern.kind.value, *map(_blanked, pattern.steps))


def _blanked(step: PatternStep) -> str:
    parts, last = [], 0
    for slot in step.slots:
        parts += [step.text[last : slot.start], "\0"]
        last = slot.end
    return "".join([*parts, step.text[last:]])
