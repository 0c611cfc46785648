"""Find routines that are typed with other commands in between: significant pairs first, then grow each while it pays.

Serial episodes with gaps (Mannila 1997) searched greedily: nothing is enumerated, every step belongs to one episode at most.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from vynexus_tui.mining.significance import (
    INSEPARABLE,
    MIN_CONFIDENCE,
    Pair,
    is_surprising,
    significant_pairs,
    significant_triples,
    wilson_low,
)
from vynexus_tui.mining.timeline import ABSENT, Timeline

Positions: TypeAlias = tuple[int, ...]
MOST_STEPS = 20
_SAMPLE = 400
"""Newest occurrences that are looked at when a step is chosen."""
_RETRIES = 6
_OPTIONAL_SHARE = 0.55
_USUAL_SHARE = 0.75
_MOST_ADDED = 12
_TELLING_NATS = 15.0
"""What tells workflows with a common piece apart must be beyond doubt: in a short history something is beside it by chance."""
_SHARED_SHARE = 0.15
_SPECIFIC_SHARE = 0.6
"""A step that is typed elsewhere more often than not says nothing about which workflow this is."""
_MANY_PAIRS = 10
"""A pair seen less often than this needs more evidence: in a log without routines such pairs turn up by chance."""
_CERTAIN_PAIR = 5
_ANNOUNCES = 0.4
"""Least lower bound of the share of times that one step is followed by the other."""
_ANNOUNCES_SURELY = 0.78
"""Six of six."""


@dataclass(slots=True)
class Episode:
    """Activities in order and the positions at which they occur; an occurrence may lack optional steps."""

    symbols: Positions
    occurrences: list[Positions]
    stand_ins: dict[int, int] = field(default_factory=dict)
    """Activities that are another way to do one of `symbols`: {stand-in: step}."""

    @property
    def saved_steps(self) -> int:
        """Steps that one command in place of all would have saved."""
        return (len(self.symbols) - 1) * len(self.occurrences)


class _NextStep(NamedTuple):
    support: int
    """Occurrences that have it."""
    place: int
    """0 before the first step, then between, last after the last."""
    symbol: int


class EpisodeGrower:
    """Grows episodes on one timeline. The order of the calls decides who owns a step."""

    def __init__(self, timeline: Timeline, *, min_occurrences: int = 3, min_sessions: int = 2) -> None:
        self.timeline = timeline
        self.min_occurrences = min_occurrences
        self.min_sessions = min_sessions
        self._positions: defaultdict[int, list[int]] = defaultdict(list)

    def grow_all(self) -> list[Episode]:
        """Every episode, grown from the strongest pair on."""
        pairs = significant_pairs(self.timeline, min_occurrences=self.min_occurrences)
        wanted = {symbol for pair in pairs for symbol in pair[1:]}
        for position, symbol in enumerate(self.timeline.symbols):
            if symbol in wanted:
                self._positions[symbol].append(position)
        found: list[Episode] = []
        for pair in pairs:
            for _ in range(_RETRIES):
                seeds = self._linked_occurrences(pair) if pair.links else self._pair_occurrences(pair.first, pair.second)
                if len(seeds) < self.min_occurrences:
                    break
                occurrences = self._narrow(self._grow(seeds))
                episode = self._claim(occurrences)
                if episode is None:
                    break
                found.append(episode)
                if len(seeds) - len(occurrences) < self.min_occurrences:
                    break
        return found + self._grow_common()

    def _grow_common(self) -> list[Episode]:
        """Episodes of everyday commands, each of which is typed elsewhere more often than here."""
        found = []
        for triple in significant_triples(self.timeline):
            seeds = _without_overlaps([o for o in triple if not any(self.timeline.covered[i] for i in o)])
            if len(seeds) >= _CERTAIN_PAIR and self.timeline.session_count(seeds) >= self.min_sessions:
                occurrences = self._grow(seeds)
                for occurrence in occurrences:
                    self.timeline.cover(occurrence)
                found.append(Episode(tuple(self.timeline.symbols[i] for i in occurrences[0]), occurrences))
        return found

    def _claim(self, occurrences: list[Positions]) -> Episode | None:
        """The episode of these occurrences with its optional steps, if it is more than chance; it then owns its positions."""
        symbols = tuple(self.timeline.symbols[i] for i in occurrences[0])
        if not self._is_accepted(symbols, occurrences):
            return None
        for occurrence in occurrences:
            self.timeline.cover(occurrence)
        episode = self.complete(Episode(symbols, occurrences))
        if len(episode.symbols) == 2 and len(occurrences) < _MANY_PAIRS and not self._is_certain(episode):
            for occurrence in occurrences:
                self.timeline.cover(occurrence, covered=False)
            return None
        return episode

    def _is_certain(self, pair: Episode) -> bool:
        """Whether a rare pair is more than chance: a value in common, or hardly ever one without the other.

        One of them may be an everyday command if the other was typed six times and never without it.
        """
        count = len(pair.occurrences)
        seen = sorted(self.timeline.counts[symbol] for symbol in pair.symbols)
        if count < _CERTAIN_PAIR:
            is_certain = count > self.min_occurrences and count >= INSEPARABLE * seen[1]
        else:
            is_certain = wilson_low(count, seen[1]) >= _ANNOUNCES or wilson_low(count, seen[0]) >= _ANNOUNCES_SURELY
        return is_certain or self._share_a_value(pair.occurrences)

    def complete(self, episode: Episode, *, share: float = _OPTIONAL_SHARE) -> Episode:
        """Insert steps that at least `share` of the occurrences have, claiming their positions.

        At either end no more than one: what is done before or after the others only now and then in several steps is a routine of
        its own.
        """
        symbols, is_usual = list(episode.symbols), [True] * len(episode.symbols)
        aligned = [self._align(occurrence, symbols) for occurrence in episode.occurrences]
        for _ in range(_MOST_ADDED):
            if len(symbols) >= MOST_STEPS:
                break
            sample = aligned[-_SAMPLE:]
            step = self._best_step(sample, max(self.min_occurrences, share * len(sample)))
            if step is None:
                break
            is_usual.insert(step.place, step.support >= _USUAL_SHARE * len(sample))
            symbols.insert(step.place, step.symbol)
            for occurrence in aligned:
                position = self._find_in_gap(occurrence, step)
                occurrence.insert(step.place, position)
                if position != ABSENT:
                    self.timeline.covered[position] = True
        before, after = is_usual.index(True), is_usual[::-1].index(True)
        first = before if _come_together(aligned, range(before)) else 0
        last = len(symbols) - (after if _come_together(aligned, range(-after, 0)) else 0)
        added = [tuple(position for position in occurrence[first:last] if position != ABSENT) for occurrence in aligned]
        for occurrence, positions, own in zip(aligned, added, episode.occurrences, strict=True):
            self.timeline.cover({*occurrence} - {ABSENT, *positions, *own}, covered=False)
        whole = [tuple(sorted({*more, *own})) for more, own in zip(added, episode.occurrences, strict=True)]
        return Episode(tuple(symbols[first:last]), whole)

    def _align(self, occurrence: Positions, symbols: Sequence[int]) -> list[int]:
        """Position of each step, ABSENT where the occurrence lacks it."""
        places = {self.timeline.symbols[i]: i for i in reversed(occurrence)}
        return [places.get(symbol, ABSENT) for symbol in symbols]

    def _pair_occurrences(self, first: int, second: int) -> list[Positions]:
        timeline, found = self.timeline, list[Positions]()
        if len(self._positions[first]) <= len(self._positions[second]):
            for i in self._positions[first]:
                j = ABSENT if timeline.covered[i] else self._find_uncovered(timeline.after(i), second, barrier=first)
                if j != ABSENT:
                    found.append((i, j))
        else:
            for j in self._positions[second]:
                i = ABSENT if timeline.covered[j] else self._find_uncovered(timeline.before(j), first, barrier=second)
                if i != ABSENT:
                    found.append((i, j))
        return _without_overlaps(found)

    def _linked_occurrences(self, pair: Pair) -> list[Positions]:
        covered = self.timeline.covered
        return _without_overlaps(sorted(link for link in pair.links if not covered[link[0]] and not covered[link[1]]))

    def _find_uncovered(self, nearby: range, symbol: int, *, barrier: int = ABSENT) -> int:
        symbols, covered = self.timeline.symbols, self.timeline.covered
        for position in nearby:
            if symbols[position] == barrier:
                break
            if symbols[position] == symbol and not covered[position]:
                return position
        return ABSENT

    def _grow(self, occurrences: list[Positions]) -> list[Positions]:
        """Add the best step while the number of saved steps does not fall, or falls only for one step."""
        best, is_falling = occurrences, False
        while len(occurrences[0]) < MOST_STEPS:
            length, sample = len(occurrences[0]), occurrences[-_SAMPLE:]
            # With one more step, or with two after a fall, as many steps must be saved as the best so far saves.
            needed = _saved_steps(best) / (length if is_falling else length + 1)
            step = self._best_step(sample, max(self.min_occurrences, needed) * len(sample) / len(occurrences))
            grown = self._with_step(occurrences, step) if step is not None else []
            if len(grown) < max(self.min_occurrences, needed):
                break
            occurrences, is_falling = grown, _saved_steps(grown) < _saved_steps(best)
            best = best if is_falling else occurrences
        return best

    def _narrow(self, occurrences: list[Positions]) -> list[Positions]:
        """Of a piece that several workflows share, the occurrences of one of them; the others are seeded again.

        That a workflow ends differently now and then is a choice within it, so behind the piece two more steps are asked for.
        """
        sample, length = occurrences[-_SAMPLE:], len(occurrences[0])
        for place, more_steps in ((0, 1), (length, 2)):
            step = self._best_step(sample, max(self.min_occurrences, _SHARED_SHARE * len(sample)), (place,))
            if step is None or step.support >= _OPTIONAL_SHARE * len(sample):
                continue
            subset = self._with_step(occurrences, step)
            if len(subset) < max(_CERTAIN_PAIR, _SPECIFIC_SHARE * self.timeline.counts[step.symbol]):
                continue
            grown = self._grow(subset)
            if len(grown[0]) >= length + more_steps:
                return grown
        return occurrences

    def _with_step(self, occurrences: list[Positions], step: _NextStep) -> list[Positions]:
        grown = []
        for occurrence in occurrences:
            position = self._find_in_gap(occurrence, step)
            if position != ABSENT:
                grown.append((*occurrence[: step.place], position, *occurrence[step.place :]))
        return _without_overlaps(sorted(grown))

    def _best_step(self, sample: Sequence[Sequence[int]], needed: float, places: Sequence[int] | None = None) -> _NextStep | None:
        """The most frequent addition that chance does not explain, at any place or at one of `places`."""
        if not sample:
            return None
        timeline, length = self.timeline, len(sample[0])
        own = {timeline.symbols[i] for occurrence in sample for i in occurrence if i != ABSENT}
        best: _NextStep | None = None
        for place in (length, *range(length)) if places is None else places:
            gaps = [gap for occurrence in sample if (gap := self._gap(occurrence, place))]
            near = Counter(symbol for gap in gaps for symbol in {timeline.symbols[i] for i in gap if not timeline.covered[i]} - own)
            likely = [(symbol, count) for symbol, count in near.items() if count >= needed and (best is None or count > best.support)]
            # Whether a piece belongs to several workflows is not told by what happens to lie beside it.
            has_end = places is None and place in (0, length)
            nearest = Counter(timeline.symbols[gap[0]] for gap in gaps) if likely and has_end else Counter()
            looked_at = sum(map(len, gaps))
            least_nats = 0.0 if places is None else _TELLING_NATS
            for symbol, count in likely:
                if (best is None or count > best.support) and (
                    is_surprising(timeline, symbol, hits=count, looked_at=looked_at, least_nats=least_nats)
                    or is_surprising(timeline, symbol, hits=nearest[symbol], looked_at=len(gaps))
                ):
                    best = _NextStep(count, place, symbol)
        return best

    def _gap(self, occurrence: Sequence[int], place: int) -> range:
        """Positions at which a step at `place` may lie, likeliest first."""
        timeline = self.timeline
        left = occurrence[place - 1] if place else ABSENT
        right = occurrence[place] if place < len(occurrence) else ABSENT
        if ABSENT in occurrence:
            left = next((i for i in reversed(occurrence[:place]) if i != ABSENT), ABSENT)
            right = next((i for i in occurrence[place:] if i != ABSENT), ABSENT)
        if left == ABSENT:
            return range(right - 1, timeline.near_before(occurrence) - 1, -1)
        return range(left + 1, timeline.near_after(occurrence) + 1) if right == ABSENT else range(left + 1, right)

    def _find_in_gap(self, occurrence: Sequence[int], step: _NextStep) -> int:
        return self._find_uncovered(self._gap(occurrence, step.place), step.symbol)

    def _is_accepted(self, symbols: Positions, occurrences: list[Positions]) -> bool:
        """Whether the first step really announces the rest, or the steps are rare elsewhere, or share a value."""
        if self.timeline.session_count(occurrences) < self.min_sessions:
            return False
        count, seen = len(occurrences), self.timeline.counts
        specific = sum(count >= MIN_CONFIDENCE * seen[symbol] for symbol in symbols)
        announces = wilson_low(count, seen[symbols[0]]) >= _ANNOUNCES
        if len(symbols) > 2:
            return specific >= 2 or announces or self._share_a_value(occurrences)
        follows = wilson_low(count, seen[symbols[1]]) >= _ANNOUNCES
        if announces or (specific == 2 and follows):
            return True
        return count >= 0.5 * seen[symbols[1]] and self._share_a_value(occurrences)

    def _share_a_value(self, occurrences: list[Positions]) -> bool:
        """Whether the last step takes a value of the first one, nearly always."""
        recent = occurrences[-40:]
        return sum(self._has_common_value(o[0], o[-1]) for o in recent) >= 0.8 * len(recent)

    def _has_common_value(self, first: int, last: int) -> bool:
        shape = self.timeline.shapes[last]
        earlier = {value for value in self.timeline.shapes[first].values if len(value) > 2}
        for place, value in enumerate(shape.values):
            is_common = value in earlier or any(len(other) > 3 and other in value for other in earlier)
            if is_common and self.timeline.templates.value_share(shape, place) < 0.2:
                return True
        return False


def _saved_steps(occurrences: Sequence[Positions]) -> int:
    """Steps that one command in place of all would have saved."""
    return (len(occurrences[0]) - 1) * len(occurrences)


def _come_together(aligned: Sequence[Sequence[int]], places: range) -> bool:
    """Whether two or more steps are mostly there all or none; not so where one stands in for the other."""
    counts = [sum(row[place] != ABSENT for place in places) for row in aligned]
    return len(places) > 1 and counts.count(len(places)) * 2 >= len(counts) - counts.count(0)


def _without_overlaps(occurrences: list[Positions]) -> list[Positions]:
    kept, last = list[Positions](), ABSENT
    for occurrence in occurrences:
        if occurrence[0] > last:
            kept.append(occurrence)
            last = occurrence[-1]
    return kept
