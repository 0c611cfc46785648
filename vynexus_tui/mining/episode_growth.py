"""Find routines that are typed with other commands in between: significant pairs first, then grow each while it pays.

Serial episodes with gaps (Mannila 1997) searched greedily: nothing is enumerated, every step belongs to one episode at most.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from vynexus_tui.mining.templates import Shape
from vynexus_tui.mining.timeline import WINDOW, Timeline

Positions: TypeAlias = tuple[int, ...]
ABSENT = -1
"""Stands for a step that an occurrence does not have."""
MOST_STEPS = 10
_MIN_LIFT = 2.5
_MIN_CONFIDENCE = 0.25
_SAMPLE = 400
"""Newest occurrences that are looked at when a step is chosen."""
_RETRIES = 6
_OPTIONAL_SHARE = 0.55
_SHARED_SHARE = 0.15
_SPECIFIC_SHARE = 0.6
"""A step that is typed elsewhere more often than not says nothing about which workflow this is."""
_LEAST_SIZE = 100
"""Steps a history is taken to have at least: in a short one a routine may be all there is, and would explain itself."""
_INSEPARABLE = 0.9
"""Steps that occur together this often need no comparison with chance, which is high where a routine is all there is."""
_CERTAIN_PAIR = 5
"""A pair seen less often than this must share a value: in a log without routines such pairs turn up by chance."""
_LINKED_SURPRISE_NATS = 4.0
_SURPRISE_NATS = 6.0
"""Least log likelihood ratio of an added step, in nats: chance explains it once in 400 times."""


@dataclass(slots=True)
class Episode:
    """Activities in order and the positions at which they occur; an occurrence may lack optional steps."""

    symbols: Positions
    occurrences: list[Positions]

    @property
    def saved_steps(self) -> int:
        """Steps that one command in place of all would have saved."""
        return (len(self.symbols) - 1) * len(self.occurrences)

    def is_complete(self, occurrence: Positions) -> bool:
        """Whether an occurrence has every step."""
        return len(occurrence) == len(self.symbols)


class Pair(NamedTuple):
    """Two activities that follow each other more often than chance explains."""

    strength: float
    first: int
    second: int


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
        pairs = self._significant_pairs()
        wanted = {symbol for pair in pairs for symbol in pair[1:]}
        for position, symbol in enumerate(self.timeline.symbols):
            if symbol in wanted:
                self._positions[symbol].append(position)
        found: list[Episode] = []
        for pair in pairs:
            for _ in range(_RETRIES):
                seeds = self._pair_occurrences(pair.first, pair.second)
                if len(seeds) < self.min_occurrences:
                    break
                occurrences = self._narrow(self._grow(seeds))
                episode = self._claim(occurrences)
                if episode is None:
                    break
                found.append(episode)
                if len(seeds) - len(occurrences) < self.min_occurrences:
                    break
        return found

    def _claim(self, occurrences: list[Positions]) -> Episode | None:
        """The episode of these occurrences with its optional steps, if it is more than chance; it then owns its positions."""
        symbols = tuple(self.timeline.symbols[i] for i in occurrences[0])
        if not self._is_accepted(symbols, occurrences):
            return None
        for occurrence in occurrences:
            self.timeline.cover(occurrence)
        episode = self.complete(Episode(symbols, occurrences))
        if len(episode.symbols) == 2 and len(occurrences) < _CERTAIN_PAIR and not self._share_a_value(occurrences):
            for occurrence in occurrences:
                self.timeline.cover(occurrence, covered=False)
            return None
        return episode

    def complete(self, episode: Episode, *, share: float = _OPTIONAL_SHARE) -> Episode:
        """Insert steps that at least `share` of the occurrences have, claiming their positions."""
        symbols = list(episode.symbols)
        aligned = [list(o) for o in episode.occurrences if episode.is_complete(o)]
        partial = [o for o in episode.occurrences if not episode.is_complete(o)]
        for _ in range(6):
            if len(symbols) >= MOST_STEPS:
                break
            sample = aligned[-_SAMPLE:]
            step = self._best_step(sample, max(self.min_occurrences, share * len(sample)))
            if step is None:
                break
            symbols.insert(step.place, step.symbol)
            for occurrence in aligned:
                position = self._find_in_gap(occurrence, step)
                occurrence.insert(step.place, position)
                if position != ABSENT:
                    self.timeline.covered[position] = True
        return Episode(tuple(symbols), [tuple(p for p in o if p != ABSENT) for o in aligned] + partial)

    def _significant_pairs(self) -> list[Pair]:
        counted, total = _count_pairs(self.timeline)
        size = max(_LEAST_SIZE, len(self.timeline))
        linked = _count_linked_pairs(self.timeline)
        threshold = math.log(max(len(counted), 2)) + 2
        seen, width = self.timeline.counts, len(self.timeline.counts)
        pairs = []
        for key, count in counted.items():
            if count < self.min_occurrences:
                continue
            first, second = divmod(key, width)
            expected = seen[first] * seen[second] * total / size**2
            confidence = count / min(seen[first], seen[second])
            surprise = count * math.log(count / expected) - (count - expected)
            needed = _LINKED_SURPRISE_NATS if linked[key] >= self.min_occurrences else threshold
            is_unlikely = count > _MIN_LIFT * expected and surprise > needed and confidence >= _MIN_CONFIDENCE
            if is_unlikely or count >= _INSEPARABLE * max(seen[first], seen[second]):
                pairs.append(Pair(surprise * confidence, first, second))
        return sorted(pairs, key=lambda pair: (-pair.strength, pair.first, pair.second))

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

    def _find_uncovered(self, nearby: range, symbol: int, *, barrier: int = ABSENT) -> int:
        symbols, covered = self.timeline.symbols, self.timeline.covered
        for position in nearby:
            if symbols[position] == barrier:
                break
            if symbols[position] == symbol and not covered[position]:
                return position
        return ABSENT

    def _grow(self, occurrences: list[Positions]) -> list[Positions]:
        """Add the best step while the number of saved steps does not fall."""
        while len(occurrences[0]) < MOST_STEPS:
            length, sample = len(occurrences[0]), occurrences[-_SAMPLE:]
            needed = max(self.min_occurrences * len(sample) / len(occurrences), (length - 1) / length * len(sample))
            step = self._best_step(sample, needed)
            if step is None:
                break
            grown = self._with_step(occurrences, step)
            if len(grown) < self.min_occurrences or len(grown) * length < (length - 1) * len(occurrences):
                break
            occurrences = grown
        return occurrences

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
        counters: list[Counter[int]] = [Counter() for _ in range(length + 1)]
        looked_at = [0] * (length + 1)
        chosen = (length, *range(length)) if places is None else places
        for occurrence in sample:
            for place in chosen:
                gap = self._gap(occurrence, place)
                if gap:
                    looked_at[place] += len(gap)
                    counters[place].update({timeline.symbols[i] for i in gap if not timeline.covered[i]})
        best: _NextStep | None = None
        for place in chosen:
            for symbol, count in counters[place].items():
                expected = looked_at[place] * timeline.counts[symbol] / max(_LEAST_SIZE, len(timeline))
                if count < needed or (best is not None and count <= best.support):
                    continue
                is_inseparable = count >= _INSEPARABLE * max(timeline.counts[symbol], len(sample))
                if is_inseparable or _is_surprising(count, expected):
                    best = _NextStep(count, place, symbol)
        return best

    def _gap(self, occurrence: Sequence[int], place: int) -> range:
        """Positions at which a step at `place` may lie, likeliest first."""
        left = next((i for i in reversed(occurrence[:place]) if i != ABSENT), ABSENT)
        right = next((i for i in occurrence[place:] if i != ABSENT), ABSENT)
        if left == ABSENT:
            return self.timeline.before(right)
        return self.timeline.after(left) if right == ABSENT else range(left + 1, right)

    def _find_in_gap(self, occurrence: Sequence[int], step: _NextStep) -> int:
        return self._find_uncovered(self._gap(occurrence, step.place), step.symbol)

    def _is_accepted(self, symbols: Positions, occurrences: list[Positions]) -> bool:
        """Whether the first step really announces the rest, or the steps are rare elsewhere, or share a value."""
        if self.timeline.session_count(occurrences) < self.min_sessions:
            return False
        count, seen = len(occurrences), self.timeline.counts
        specific = sum(count >= _MIN_CONFIDENCE * seen[symbol] for symbol in symbols)
        announces = wilson_low(count, seen[symbols[0]]) >= 0.4
        if len(symbols) > 2:
            return specific >= 2 or announces or self._share_a_value(occurrences)
        follows = wilson_low(count, seen[symbols[1]]) >= 0.4
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


def wilson_low(hits: int, trials: int, z: float = 1.28) -> float:
    """Lower bound of a share, 90 % one-sided (Wilson 1927)."""
    share, z2 = hits / trials, z * z
    centre = share + z2 / (2 * trials)
    return (centre - z * math.sqrt(max(0.0, share * (1 - share) / trials + z2 / (4 * trials * trials)))) / (1 + z2 / trials)


def _is_surprising(count: int, expected: float) -> bool:
    return count >= 3 * expected and count * math.log(count / expected) - (count - expected) >= _SURPRISE_NATS


def _count_pairs(timeline: Timeline) -> tuple[Counter[int], int]:
    """How often each activity is followed by another within the window; the key is first * number of activities + second.

    One list comprehension per distance: 100,000 steps take 0.2 s, a quarter of a loop that looks at each step's window.
    """
    symbols, segments, width = timeline.symbols, timeline.segments, len(timeline.counts)
    counted: Counter[int] = Counter()
    total = 0
    for distance in range(1, WINDOW + 1):
        between = [symbols[k:] for k in range(1, distance)]
        columns = zip(symbols, symbols[distance:], segments, segments[distance:], *between, strict=False)
        keys = [a * width + b for a, b, s, t, *middle in columns if s == t and a != b and b not in middle]
        counted.update(keys)
        total += len(keys)
    return counted, total


def _count_linked_pairs(timeline: Timeline) -> Counter[int]:
    """How often two activities within the window take the same value, which chance hardly ever does. Same keys."""
    width = len(timeline.counts)
    distinctive = [_distinctive_values(shape) for shape in timeline.shapes]
    linked: Counter[int] = Counter()
    for position, values in enumerate(distinctive):
        if values:
            symbol = timeline.symbols[position]
            for later in timeline.after(position):
                if timeline.symbols[later] != symbol and not values.isdisjoint(distinctive[later]):
                    linked[symbol * width + timeline.symbols[later]] += 1
    return linked


@lru_cache(maxsize=65_536)
def _distinctive_values(shape: Shape) -> frozenset[str]:
    """Values long enough not to agree by chance, and the names within paths: `out/a.tar.gz` also counts as `a`."""
    stems = (value.rpartition("/")[2].partition(".")[0] for value in shape.values)
    return frozenset(value for value in (*shape.values, *stems) if len(value) > 3)


def _without_overlaps(occurrences: list[Positions]) -> list[Positions]:
    kept, last = list[Positions](), ABSENT
    for occurrence in occurrences:
        if occurrence[0] > last:
            kept.append(occurrence)
            last = occurrence[-1]
    return kept
