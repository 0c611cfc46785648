"""Turn positions in the timeline into a pattern's steps and occurrences."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from vynexus_tui.domain.events import CommandEvent, TimeQuality
from vynexus_tui.domain.identifiers import EventId
from vynexus_tui.domain.patterns import Occurrence, PatternStep
from vynexus_tui.language.program_facts import is_interactive
from vynexus_tui.mining.episode_growth import Episode, Positions
from vynexus_tui.mining.parameters import find_parameters
from vynexus_tui.mining.timeline import ABSENT, Timeline

LONGEST_ATTENDED_S = 30.0
"""A longer pause between two steps is no work; of a command that takes longer the rest is waited for without attention."""
_CLOCK_ERROR_S = 1.0
_COMPARED = 200
"""Newest occurrences that decide what varies, complete ones first."""


def build_steps(timeline: Timeline, episode: Episode, model: Positions) -> tuple[tuple[PatternStep, ...], dict[Positions, dict[str, str]]]:
    """The steps as typed in `model` with their slots, and the slot values of each compared occurrence. Occurrences: oldest first."""
    if len(model) == 1:
        aligned = {o: o for o in episode.occurrences[-_COMPARED:]}
    else:
        aligned = {o: _align(timeline, o, model, episode.stand_ins) for o in episode.occurrences}
    # Stable: complete ones are the newest of all.
    others = sorted((o for o in aligned if o != model), key=lambda o: ABSENT not in aligned[o])
    rows = [*others[-_COMPARED + 1 :], model]
    texts = [timeline.steps[i].text for i in model]
    shapes = [
        [timeline.shapes[i] if i != ABSENT and _is_same_frame(timeline, i, step) else None for i, step in zip(row, model, strict=True)]
        for row in (aligned.get(occurrence, model) for occurrence in rows)
    ]
    parameters = find_parameters(texts, shapes)
    shares = [sum(places[k] != ABSENT for places in aligned.values()) / len(aligned) for k in range(len(model))]
    steps = tuple(
        PatternStep(text=text, slots=slots, presence_share=share)
        for text, slots, share in zip(texts, parameters.spans, shares, strict=True)
    )
    return steps, dict(zip(rows, parameters.values, strict=True))


def newest_complete(timeline: Timeline, episode: Episode) -> Positions:
    """Of the last occurrence that has all steps (else most) the positions of each, in the usual order."""
    most = max(len({timeline.symbols[i] for i in o}) for o in episode.occurrences[-_COMPARED:])
    wanted = set(episode.symbols)
    found: Positions = ()
    for occurrence in reversed(episode.occurrences[-_COMPARED:]):
        places = {timeline.symbols[i]: i for i in occurrence}
        if wanted <= places.keys():
            return tuple(places[symbol] for symbol in episode.symbols)
        if not found and len(places) == most:
            found = tuple(sorted(places.values()))
    return found


def _align(timeline: Timeline, occurrence: Positions, model: Positions, stand_ins: Mapping[int, int]) -> Positions:
    """Position of each of the model's steps in an occurrence, in whatever order it has them; ABSENT where it lacks one."""
    left, symbols = list(occurrence), timeline.symbols
    aligned = dict.fromkeys(model, ABSENT)
    ways: tuple[Callable[[int, int], bool], ...] = (
        lambda i, step: symbols[i] == symbols[step],
        # Not by frame alone: beside `cd ..`, `cd NAME` is another step, and so are `npm run build` and `npm run test`.
        lambda i, step: is_same_step(timeline, i, step),
        lambda i, step: stand_ins.get(symbols[i]) == symbols[step],
    )
    for is_same in ways:
        for step in model:
            found = next((i for i in left if is_same(i, step)), ABSENT) if aligned[step] == ABSENT else ABSENT
            if found != ABSENT:
                aligned[step] = found
                left.remove(found)
    return tuple(aligned.values())


def _is_same_frame(timeline: Timeline, i: int, j: int) -> bool:
    return timeline.shapes[i].frame == timeline.shapes[j].frame


def is_same_step(timeline: Timeline, i: int, j: int) -> bool:
    """Whether they are read alike and differ at most in that one has a value where the other has a constant."""
    one, other = (timeline.templates.activities[timeline.symbols[k]].constants for k in (i, j))
    return _is_same_frame(timeline, i, j) and all(x == y or x is None or y is None for x, y in zip(one, other, strict=False))


def build_occurrence(
    timeline: Timeline, positions: Positions, events: Mapping[EventId, CommandEvent], values: Mapping[str, str]
) -> Occurrence:
    """One occurrence with what its events tell about time, place and success."""
    ids = tuple(dict.fromkeys(timeline.steps[i].event_id for i in positions))
    own = [events[event_id] for event_id in ids]
    exit_codes = [event.exit_code for event in own if event.exit_code is not None]
    by_hand = time_by_hand(own)
    return Occurrence(
        event_ids=ids,
        session_id=timeline.sessions[positions[0]],
        slot_values=values,
        started_at=exact_start(own[0]),
        hands_on_s=by_hand.hands_on_s if by_hand else None,
        elapsed_s=by_hand.elapsed_s if by_hand else None,
        cwd=own[0].cwd,
        is_successful=not any(exit_codes) if exit_codes else None,
        is_side_by_side=_is_side_by_side(own),
    )


def _is_side_by_side(events: Sequence[CommandEvent]) -> bool:
    """Whether a step began, in another terminal, well before the one before it had ended: a server here, its tests there."""
    return any(before.session_id != event.session_id and _overlap_s(before, event) > _CLOCK_ERROR_S for before, event in pairwise(events))


def _overlap_s(before: CommandEvent, event: CommandEvent) -> float:
    start, next_start = exact_start(before), exact_start(event)
    if start is None or next_start is None or before.duration_s is None:
        return 0.0
    return before.duration_s - (next_start - start).total_seconds()


def exact_start(event: CommandEvent) -> datetime | None:
    """When the command started, None where the stamp does not date it."""
    return event.started_at if event.time_quality is TimeQuality.EXACT else None


class TimeByHand(NamedTuple):
    """What one occurrence took the person."""

    hands_on_s: float
    elapsed_s: float


def time_by_hand(events: Sequence[CommandEvent]) -> TimeByHand | None:
    """Wall time of the steps and the gaps between them, each gap at most 30 s; of each step hands-on at most 30 s.

    Editors, pagers, sessions and the like are the person's own work, which no script takes over: neither they nor the pause before
    them count. None where a start or duration is unknown, or every step is of that kind.
    """
    hands_on = elapsed = 0.0
    previous_end: float | None = None
    counted = 0
    for event in events:
        started_at = exact_start(event)
        if event.duration_s is None or (started_at is None and len(events) > 1):
            return None
        start = started_at.timestamp() if started_at else 0.0
        end = start + event.duration_s
        if not is_interactive(event.command):
            # What ran in another terminal at the same time is not waited for twice.
            wall = max(0.0, end - max(start, previous_end)) if previous_end is not None else event.duration_s
            gap = min(LONGEST_ATTENDED_S, max(0.0, start - previous_end)) if previous_end is not None else 0.0
            hands_on += gap + min(LONGEST_ATTENDED_S, wall)
            elapsed += gap + wall
            counted += 1
        previous_end = end if previous_end is None else max(previous_end, end)
    return TimeByHand(hands_on, elapsed) if counted else None
