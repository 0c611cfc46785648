"""Make the list of episodes non-redundant: one routine, one episode."""

import math
from collections import defaultdict
from collections.abc import Sequence

from vynexus_tui.mining.episode_growth import ABSENT, Episode, EpisodeGrower, Positions
from vynexus_tui.mining.templates import Activity
from vynexus_tui.mining.timeline import WINDOW, Timeline

_SAME_SHARE = 0.74
"""Two episodes with this share of steps in common are variants."""


def consolidate(found: list[Episode], grower: EpisodeGrower) -> list[Episode]:
    """Absorb fragments, fold variants, then recover occurrences that lack a step."""
    folded = _fold_variants(_absorb_fragments(found, grower), grower.timeline.templates.activities)
    _recover_partial(folded, grower.timeline)
    for episode in folded:
        episode.occurrences.sort()
    return folded


def _absorb_fragments(found: list[Episode], grower: EpisodeGrower) -> list[Episode]:
    """Fragments that mostly live next to a bigger episode are released, and the bigger one may take their steps."""
    found = sorted(found, key=lambda episode: -episode.saved_steps)
    owners = {i: (k, q) for k, episode in enumerate(found) for q, o in enumerate(episode.occurrences) for i in o}
    dead: set[int] = set()
    for number, episode in enumerate(found):
        if number in dead:
            continue
        for other, neighbours in _neighbours(episode, number, owners, grower.timeline).items():
            if other in dead or len(neighbours) < max(2, 0.5 * len(found[other].occurrences)):
                continue
            left = _absorb(found[number], found[other], neighbours, grower)
            if left is not None:
                found[number], rest = left
                found[other] = Episode(found[other].symbols, rest)
                if not rest:
                    dead.add(other)
    return [episode for number, episode in enumerate(found) if number not in dead]


def _neighbours(episode: Episode, number: int, owners: dict[int, tuple[int, int]], timeline: Timeline) -> dict[int, set[int]]:
    """Occurrences of smaller episodes within a window of this one's: {episode: {occurrence}}."""
    near: dict[int, set[int]] = defaultdict(set)
    for occurrence in episode.occurrences:
        segment = timeline.segments[occurrence[0]]
        first = max(occurrence[0] - WINDOW, timeline.firsts[segment])
        last = min(occurrence[-1] + WINDOW + 1, timeline.firsts[segment + 1])
        for position in range(first, last):
            owner = owners.get(position)
            if owner is not None and owner[0] > number:
                near[owner[0]].add(owner[1])
    return near


def _absorb(episode: Episode, fragment: Episode, neighbours: set[int], grower: EpisodeGrower) -> tuple[Episode, list[Positions]] | None:
    """The grown episode and what is left of the fragment, or None when nothing fits."""
    timeline = grower.timeline
    released = [fragment.occurrences[q] for q in sorted(neighbours)]
    for occurrence in released:
        timeline.cover(occurrence, covered=False)
    grown = grower.complete(episode, share=0.4)
    if len(grown.symbols) == len(episode.symbols):
        for occurrence in released:
            timeline.cover(occurrence)
        return None
    taken = {i for occurrence in grown.occurrences for i in occurrence}
    rest = [o for q, o in enumerate(fragment.occurrences) if q not in neighbours or taken.isdisjoint(o)]
    survives = len(rest) >= max(grower.min_occurrences, 0.4 * len(fragment.occurrences))
    for occurrence in rest:
        timeline.cover(occurrence, covered=survives)
    return grown, rest if survives else []


def _fold_variants(found: list[Episode], activities: Sequence[Activity]) -> list[Episode]:
    """Add the occurrences of each variant to the biggest episode it is a variant of."""
    kept: list[Episode] = []
    by_frame: dict[object, set[int]] = defaultdict(set)
    for episode in sorted(found, key=lambda episode: -episode.saved_steps):
        frames = {activities[symbol].frame for symbol in episode.symbols}
        candidates = sorted({k for frame in frames for k in by_frame[frame]})
        target = next((k for k in candidates if _is_variant(episode, kept[k], activities)), None)
        if target is not None:
            kept[target].occurrences += episode.occurrences
            continue
        for frame in frames:
            by_frame[frame].add(len(kept))
        kept.append(Episode(episode.symbols, list(episode.occurrences)))
    return kept


def _is_variant(episode: Episode, bigger: Episode, activities: Sequence[Activity]) -> bool:
    a, b = episode.symbols, bigger.symbols
    frames_a, frames_b = [activities[s].frame for s in a], [activities[s].frame for s in b]
    if frames_a == frames_b:
        differing = sum(activities[x].constants != activities[y].constants for x, y in zip(a, b, strict=True))
        return differing < len(a) or len({activities[symbol].constants for symbol in a}) == 1
    if len(a) == len(b) >= 3 and sum(x != y for x, y in zip(a, b, strict=True)) == 1 and (len(b) >= 4 or a[1] != b[1]):
        return True
    if len(a) == len(b) >= 3 and sum(x != y for x, y in zip(a, b, strict=True)) == 1 and _took_over(episode, bigger):
        return True
    count, bigger_count = len(episode.occurrences), len(bigger.occurrences)
    if _common_length(a, b) == len(a) and count <= 0.75 * bigger_count + 1:
        return True
    common = _common_length(frames_a, frames_b)
    return common >= _SAME_SHARE * max(len(a), len(b)) and count <= 0.5 * bigger_count + 1


def _took_over(a: Episode, b: Episode) -> bool:
    """Whether one was typed only before the other ever was: the person changed a step."""
    starts_a, starts_b = [o[0] for o in a.occurrences], [o[0] for o in b.occurrences]
    return max(starts_a) < min(starts_b) or max(starts_b) < min(starts_a)


def _common_length(a: Sequence[object], b: Sequence[object]) -> int:
    """Length of the longest common subsequence."""
    row = [0] * (len(b) + 1)
    for x in a:
        diagonal = 0
        for j, y in enumerate(b, 1):
            diagonal, row[j] = row[j], diagonal + 1 if x == y else max(row[j], row[j - 1])
    return row[-1]


def _recover_partial(episodes: list[Episode], timeline: Timeline) -> None:
    """Attach uncovered stretches that have at least 60 % of the steps of an episode of three or more."""
    anchors: dict[int, list[Episode]] = defaultdict(list)
    for episode in episodes:
        if len(episode.symbols) >= 3:
            for symbol in sorted(set(episode.symbols), key=lambda s: timeline.counts[s])[:2]:
                anchors[symbol].append(episode)
    for position, symbol in enumerate(timeline.symbols):
        if timeline.covered[position]:
            continue
        for episode in anchors.get(symbol, ()):
            at = episode.symbols.index(symbol)
            occurrence = (
                *reversed(_follow(timeline, position, episode.symbols[:at][::-1], forward=False)),
                position,
                *_follow(timeline, position, episode.symbols[at + 1 :], forward=True),
            )
            if len(occurrence) >= max(2, math.ceil(0.6 * len(episode.symbols))):
                episode.occurrences.append(occurrence)
                timeline.cover(occurrence)
                break


def _follow(timeline: Timeline, position: int, symbols: Positions, *, forward: bool) -> list[int]:
    """Positions of `symbols` in order from `position` on, one missing step at a time allowed."""
    found: list[int] = []
    for symbol in symbols:
        nearby = timeline.after(position) if forward else timeline.before(position)
        position_found = next((i for i in nearby if timeline.symbols[i] == symbol and not timeline.covered[i]), ABSENT)
        if position_found != ABSENT:
            found.append(position_found)
            position = position_found
    return found
