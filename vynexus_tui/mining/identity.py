"""Give patterns ids that last: minted once from their shape, inherited when the same habit is found again."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from vynexus_tui.domain.identifiers import EventId, PatternId, stable_id
from vynexus_tui.domain.patterns import Pattern, PatternKind, PatternStep

_SAME_HABIT_SHARE = 0.6


def mint_id(kind: PatternKind, steps: Sequence[PatternStep], taken: Iterable[PatternId] = ()) -> PatternId:
    """An id that depends only on kind and steps with their slots blanked; numbered when `taken` holds it."""
    shape = [kind.value, *(_blanked(step) for step in steps)]
    ids, number = frozenset(taken), 1
    minted = PatternId(stable_id(*shape))
    while minted in ids:
        number += 1
        minted = PatternId(stable_id(*shape, str(number)))
    return minted


def inherit_ids(found: Sequence[Pattern], stored: Sequence[Pattern]) -> tuple[Pattern, ...]:
    """`found` with the ids of the stored patterns with which they share most occurrences (at least 60 % of the shorter list).

    One to one, the largest overlap first, so a pattern that was split keeps its id on the bigger half. An occurrence is the
    same one when it shares an event. Ids that were not inherited and are in use elsewhere are minted anew.
    """
    owners: dict[EventId, list[int]] = {}
    for number, pattern in enumerate(stored):
        for event_id in {e for occurrence in pattern.occurrences for e in occurrence.event_ids}:
            owners.setdefault(event_id, []).append(number)
    overlaps = []
    for position, pattern in enumerate(found):
        for number, shared in _shared_occurrences(pattern, owners).items():
            if shared >= _SAME_HABIT_SHARE * min(pattern.occurrence_count, stored[number].occurrence_count):
                overlaps.append((-shared, position, number))
    inherited: dict[int, int] = {}
    for _, position, number in sorted(overlaps):
        if position not in inherited and number not in inherited.values():
            inherited[position] = number
    taken = {pattern.pattern_id for pattern in stored}
    result = []
    for position, pattern in enumerate(found):
        if position in inherited:
            pattern_id = stored[inherited[position]].pattern_id
        else:
            pattern_id = mint_id(pattern.kind, pattern.steps, taken)
            taken.add(pattern_id)
        result.append(replace(pattern, pattern_id=pattern_id))
    return tuple(result)


def _shared_occurrences(pattern: Pattern, owners: dict[EventId, list[int]]) -> dict[int, int]:
    shared: dict[int, int] = {}
    for occurrence in pattern.occurrences:
        for number in {n for event_id in occurrence.event_ids for n in owners.get(event_id, ())}:
            shared[number] = shared.get(number, 0) + 1
    return shared


def _blanked(step: PatternStep) -> str:
    parts, last = [], 0
    for slot in step.slots:
        parts += [step.text[last : slot.start], "\0"]
        last = slot.end
    return "".join([*parts, step.text[last:]])
