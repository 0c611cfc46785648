"""Put what was found in the newest commands beside what is known already, without looking at the whole history again.

The newest commands are read together with the last few runs of every known habit (`choose_examples`): one more run today is too
little to be found, one more beside seven others is not. Only runs with a new command in them count then (`merge_newest`): whatever
is older was judged when the whole history was looked at, and stays as it is until that is done again.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from vynexus_tui.domain.events import CommandEvent, CountQuality
from vynexus_tui.domain.identifiers import EventId, PatternId
from vynexus_tui.domain.patterns import Occurrence, Pattern
from vynexus_tui.domain.settings import RepetitiveTaskDetection
from vynexus_tui.domain.targets import ProjectTarget
from vynexus_tui.mining.identity import inherit_ids
from vynexus_tui.mining.potential import score_potential
from vynexus_tui.mining.worthiness import reasons_against

_EXAMPLES_OF_A_COMMAND = 7
"""The most that a single command must be typed to be listed."""
_EXAMPLES_OF_A_WORKFLOW = 4
"""One more than a workflow needs; a workflow is known from its steps, a command from how often it is typed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a pattern is judged by, beside its own runs."""

    settings: RepetitiveTaskDetection
    now: datetime
    aliases: Mapping[str, str]
    known_targets: Sequence[ProjectTarget]


def choose_examples(stored: Iterable[Pattern], window: Collection[EventId]) -> tuple[Occurrence, ...]:
    """The newest runs of each known habit that lie before the window, no event twice."""
    taken = set(window)
    examples = []
    for pattern in stored:
        most = _EXAMPLES_OF_A_WORKFLOW if len(pattern.steps) > 1 else _EXAMPLES_OF_A_COMMAND
        for occurrence in pattern.occurrences[-most:]:
            if taken.isdisjoint(occurrence.event_ids):
                taken.update(occurrence.event_ids)
                examples.append(occurrence)
    return tuple(examples)


def as_examples(occurrences: Iterable[Occurrence], events: Mapping[EventId, CommandEvent]) -> list[CommandEvent]:
    """The events of these runs, each run as a session of its own: what lay between two of them is not there."""
    return [
        replace(events[event_id], session_id=f"example {number}")
        for number, occurrence in enumerate(occurrences)
        for event_id in occurrence.event_ids
        if event_id in events
    ]


def merge_newest(
    stored: Sequence[Pattern], found: Sequence[Pattern], *, seen: frozenset[EventId], new: frozenset[EventId], by: Circumstances
) -> tuple[Pattern, ...]:
    """The stored patterns with the runs that `found` adds to them, then those that are new. What gained nothing is the same object.

    `seen` are the events among which `found` was found, `new` those of them that nobody has looked at before. A run takes no
    event that another pattern has: that one was found in the whole history, this one in a small part of it.
    """
    owners = {event_id: p.pattern_id for p in stored for o in p.occurrences for event_id in o.event_ids}
    merged = {p.pattern_id: p for p in stored}
    for pattern in inherit_ids(found, [_within(p, seen) for p in stored]):
        runs = _own_runs(pattern, owners)
        gained = [run for run in runs if not new.isdisjoint(run.event_ids)]
        if not gained:
            continue
        known = merged.get(pattern.pattern_id)
        if known is None and not (_is_enough(runs, by.settings) and _stands_alone(pattern, stored)):
            continue
        grown = replace(pattern, occurrences=tuple(runs), schedule=None) if known is None else _grown(known, pattern, gained)
        merged[pattern.pattern_id] = _judged(grown, by)
        owners.update((event_id, pattern.pattern_id) for run in grown.occurrences for event_id in run.event_ids)
    return tuple(merged.values())


def _within(pattern: Pattern, seen: frozenset[EventId]) -> Pattern:
    return replace(pattern, occurrences=tuple(o for o in pattern.occurrences if seen.issuperset(o.event_ids)))


def _own_runs(pattern: Pattern, owners: Mapping[EventId, PatternId]) -> list[Occurrence]:
    own = pattern.pattern_id
    return [run for run in pattern.occurrences if all(owners.get(event_id, own) == own for event_id in run.event_ids)]


def _is_enough(runs: Sequence[Occurrence], settings: RepetitiveTaskDetection) -> bool:
    return len(runs) >= settings.min_occurrences and len({run.session_id for run in runs}) >= settings.min_sessions


def _stands_alone(begun: Pattern, stored: Iterable[Pattern]) -> bool:
    """Whether the newest commands alone can tell that it is a pattern. What they cannot tell waits for the next whole look:

    at what time a person types everything else, so there is no schedule yet, nor what is listed for its schedule alone; and whether
    runs that have most of their steps from a known pattern are that one, done another way.
    """
    if len(begun.steps) == 1:
        return begun.schedule is None
    steps = {step.template for step in begun.steps}
    return not any(2 * len(steps.intersection(step.template for step in known.steps)) > len(steps) for known in stored)


def _grown(known: Pattern, found: Pattern, gained: Sequence[Occurrence]) -> Pattern:
    """The known pattern with more runs; one of its own that has gone on since is replaced by the whole run.

    What varies is known best from all runs: where the few examples show other slots, the known steps stay.
    """
    continued = {event_id for run in gained for event_id in run.event_ids}
    kept = [run for run in known.occurrences if continued.isdisjoint(run.event_ids)]
    steps = known.steps
    if [step.template for step in found.steps] == [step.template for step in steps]:
        steps = tuple(replace(new, presence_share=old.presence_share) for new, old in zip(found.steps, steps, strict=True))
    else:
        gained = [replace(run, slot_values={}) for run in gained]
    is_deduped = CountQuality.DEDUPED in (known.count_quality, found.count_quality)
    quality = CountQuality.DEDUPED if is_deduped else CountQuality.EXACT
    return replace(known, steps=steps, occurrences=(*kept, *gained), count_quality=quality)


def _judged(pattern: Pattern, by: Circumstances) -> Pattern:
    """Judged anew by all its runs."""
    reasons = reasons_against(
        pattern.steps,
        pattern.occurrences,
        count_quality=pattern.count_quality,
        aliases=by.aliases,
        known_targets=by.known_targets,
        gaps=pattern.gaps,
    )
    potential = score_potential(pattern.occurrences, by.settings, now=by.now)
    return replace(pattern, potential=potential, worthy=not reasons, reasons=reasons)
