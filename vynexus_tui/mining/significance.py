"""What is together more often than chance explains: the arithmetic behind every routine.

Log likelihood ratios after Dunning 1993 ("Accurate methods for the statistics of surprise and coincidence"), in nats.
"""

import math
from collections import Counter, defaultdict
from functools import lru_cache
from itertools import product
from typing import NamedTuple, TypeAlias

from vynexus_tui.mining.shapes import Shape
from vynexus_tui.mining.timeline import ABSENT, WINDOW, Timeline

MIN_CONFIDENCE = 0.25
_LEAST_SIZE = 100
"""Steps a history is taken to have at least."""
INSEPARABLE = 0.9
"""Steps of which one is this seldom without the other."""
_LINKED_SURPRISE_NATS = 4.0
_SURPRISE_NATS = 6.5
"""Least log likelihood ratio of an added step, in nats: chance explains it once in 650 times."""
_EVERYDAY_NATS = 9.0
"""The same for what is mostly typed elsewhere: there are few such commands, but each lies beside everything."""
_LINK_REACH = 12
"""What one step makes another may use this many steps later: a value in common ties them across what lies between."""
_MOST_EARLIER = 4
_REACH = 2
"""Steps of a triple of everyday commands lie at most this far apart: further, chance finds them everywhere."""
_LEAST_TRIPLES = 5


Triple: TypeAlias = tuple[int, int, int]


class Pair(NamedTuple):
    """Two activities that follow each other more often than chance explains."""

    strength: float
    first: int
    second: int
    links: tuple[tuple[int, int], ...] = ()
    """Where they are, if only a value in common ties them."""


def significant_pairs(timeline: Timeline, *, min_occurrences: int) -> list[Pair]:
    """Strongest first."""
    counted, total = _count_pairs(timeline)
    adjacent = _count_adjacent(timeline)
    links = _find_links(timeline)
    size, seen, width = likely_size(timeline), timeline.counts, len(timeline.counts)
    reach = total / size
    threshold = math.log(max(len(counted), 2)) + 2
    pairs = []
    for key in counted.keys() | adjacent.keys() | links.keys():
        first, second = divmod(key, width)
        count, linked = max(counted[key], adjacent[key]), links.get(key, ())
        if max(count, len(linked)) < max(min_occurrences, MIN_CONFIDENCE * min(seen[first], seen[second])):
            continue
        near = Evidence(count, seen[first] * reach, seen[second], size)
        next_to = Evidence(adjacent[key], seen[first], seen[second], size)
        strongest = max((near, next_to), key=lambda evidence: evidence.nats)
        needed = _LINKED_SURPRISE_NATS if len(linked) >= min_occurrences else threshold
        confidence = count / min(seen[first], seen[second])
        if confidence >= MIN_CONFIDENCE and strongest.is_lifted(2.5) and strongest.nats > needed:
            pairs.append(Pair(strongest.nats * confidence, first, second))
        elif len(linked) >= min_occurrences and len({timeline.shapes[j].values for _, j in linked}) > 1:
            pairs.append(Pair(0.0, first, second, tuple(linked)))
    return sorted(pairs, key=lambda pair: (-pair.strength, pair.first, pair.second))


class Evidence(NamedTuple):
    """Of `seen` times, `hits` lie in the `looked_at` of all `size` places."""

    hits: int
    looked_at: float
    seen: int
    size: int

    @property
    def nats(self) -> float:
        """Log likelihood ratio of the four-field table; 0 where chance would have given more."""
        hits, expected = min(self.hits, self.seen), self.looked_at * self.seen / self.size
        if hits <= expected:
            return 0.0
        rows, columns = (self.looked_at, self.size - self.looked_at), (self.seen, self.size - self.seen)
        cells = ((hits, rows[0] - hits), (self.seen - hits, rows[1] - self.seen + hits))
        return sum(
            cell * math.log(cell * self.size / (row * column))
            for row, line in zip(rows, cells, strict=True)
            for column, cell in zip(columns, line, strict=True)
            if cell > 0 and row > 0 and column > 0
        )

    def is_lifted(self, times: float) -> bool:
        """So many times more than chance; where much of the history is looked at, half of the way from chance to certain."""
        by_chance = min(1.0, self.looked_at / self.size)
        return self.hits >= self.seen * min(times * by_chance, (1 + by_chance) / 2)


def significant_triples(timeline: Timeline) -> list[list[Triple]]:
    """Positions of three activities in a row that the pairs among them do not explain, strongest first; covered steps left out.

    People have habits without meaning them (`cd`, then `ls`): of a chain of such habits one expects n(ab) n(bc) / n(b) by chance.
    """
    width = len(timeline.counts)
    free = [ABSENT if timeline.covered[i] else symbol for i, symbol in enumerate(timeline.symbols)]
    seen, reaches = Counter(free), range(1, _REACH + 1)
    keys = {(i, j): _triple_keys(timeline, free, i, j, width) for i, j in product(reaches, reaches)}
    counted: Counter[int] = Counter()
    for column in keys.values():
        counted.update(column)
    del counted[ABSENT]
    pairs = {i: Counter(zip(free, free[i:], strict=False)) for i in reaches}
    threshold = math.log(max(len(counted), 2)) + 2
    surprising: dict[int, float] = {}
    for key, count in counted.items():
        if count >= _LEAST_TRIPLES:
            rest, c = divmod(key, width)
            a, b = divmod(rest, width)
            expected = sum(pairs[i][a, b] * pairs[j][b, c] for i, j in keys) / seen[b]
            nats = _surprise_nats(count, expected)
            if count >= 3 * expected and nats >= threshold:
                surprising[key] = nats
    places: dict[int, list[Triple]] = {key: [] for key in sorted(surprising, key=lambda key: (-surprising[key], key))}
    for (i, j), column in keys.items() if places else ():
        for position, key in enumerate(column):
            if key in places:
                places[key].append((position, position + i, position + i + j))
    return [sorted(found) for found in places.values()]


def _triple_keys(timeline: Timeline, free: list[int], i: int, j: int, width: int) -> list[int]:
    """One number per position for it, the one i after it and the one j after that; ABSENT where they are no triple."""
    columns = zip(free, free[i:], free[i + j :], timeline.segments, timeline.segments[i + j :], strict=False)
    return [
        (a * width + b) * width + c if s == t and a >= 0 and b >= 0 and c >= 0 and a != b and b != c and a != c else ABSENT
        for a, b, c, s, t in columns
    ]


def likely_size(timeline: Timeline) -> int:
    """Number of steps to compare with."""
    return max(_LEAST_SIZE, len(timeline))


def _surprise_nats(count: float, expected: float) -> float:
    """Log likelihood ratio of `count` where `expected` would be chance."""
    return count * math.log(count / expected) - (count - expected)


def wilson_low(hits: int, trials: int, z: float = 1.28) -> float:
    """Lower bound of a share, 90 % one-sided (Wilson 1927)."""
    share, z2 = hits / trials, z * z
    centre = share + z2 / (2 * trials)
    return (centre - z * math.sqrt(max(0.0, share * (1 - share) / trials + z2 / (4 * trials * trials)))) / (1 + z2 / trials)


def is_surprising(timeline: Timeline, symbol: int, *, hits: int, looked_at: int, least_nats: float = 0.0) -> bool:
    """Whether an activity is at these places so much more often that chance does not explain it."""
    evidence = Evidence(hits, looked_at, timeline.counts[symbol], likely_size(timeline))
    is_everyday = hits < MIN_CONFIDENCE * timeline.counts[symbol]
    return evidence.is_lifted(3) and evidence.nats >= max(least_nats, _EVERYDAY_NATS if is_everyday else _SURPRISE_NATS)


def is_lifted(timeline: Timeline, symbol: int, *, hits: int, looked_at: int) -> bool:
    """Whether an activity is at these places at least twice as often as elsewhere, be they ever so few."""
    return Evidence(hits, looked_at, timeline.counts[symbol], likely_size(timeline)).is_lifted(2)


def _count_pairs(timeline: Timeline) -> tuple[Counter[int], int]:
    """How often each activity is followed by another within the window; the key is first * number of activities + second.

    One list comprehension per distance: 100,000 steps take 0.2 s, a quarter of a loop that looks at each step's window.
    """
    symbols, terminals, width = *_by_terminal(timeline), len(timeline.counts)
    counted: Counter[int] = Counter()
    total = 0
    for distance in range(1, WINDOW + 1):
        between = [symbols[k:] for k in range(1, distance)]
        columns = zip(symbols, symbols[distance:], terminals, terminals[distance:], *between, strict=False)
        keys = [a * width + b for a, b, s, t, *middle in columns if s == t and a != b and b not in middle]
        counted.update(keys)
        total += len(keys)
    return counted, total


def _by_terminal(timeline: Timeline) -> tuple[list[int], list[int]]:
    """Symbols terminal by terminal, and the number of each one's terminal."""
    symbols = [timeline.symbols[i] for positions in timeline.terminals for i in positions]
    return symbols, [number for number, positions in enumerate(timeline.terminals) for _ in positions]


def _count_adjacent(timeline: Timeline) -> Counter[int]:
    """How often each activity comes right after another, be it in another terminal. Same keys."""
    symbols, segments, width = timeline.symbols, timeline.segments, len(timeline.counts)
    columns = zip(symbols, symbols[1:], segments, segments[1:], strict=False)
    return Counter(a * width + b for a, b, s, t in columns if s == t and a != b)


def _find_links(timeline: Timeline) -> dict[int, list[tuple[int, int]]]:
    """Positions of two activities that take the same value, which chance hardly ever does. Same keys."""
    width, symbols = len(timeline.counts), timeline.symbols
    links: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    newest: dict[str, list[int]] = {}
    segment = -1
    for position, shape in enumerate(timeline.shapes):
        if timeline.segments[position] != segment:
            segment = timeline.segments[position]
            newest = {}
        tied: dict[int, int] = {}
        for value in _distinctive_values(shape):
            earlier = newest.setdefault(value, [])
            tied |= {symbols[i]: i for i in earlier[-_MOST_EARLIER:] if position - i <= _LINK_REACH and symbols[i] != symbols[position]}
            earlier.append(position)
        for symbol, i in tied.items():
            links[symbol * width + symbols[position]].append((i, position))
    return links


@lru_cache(maxsize=65_536)
def _distinctive_values(shape: Shape) -> frozenset[str]:
    """Values long enough not to agree by chance, and the names within paths: `out/a.tar.gz` also counts as `a`."""
    stems = (value.rpartition("/")[2].partition(".")[0] for value in shape.values)
    return frozenset(value for value in (*shape.values, *stems) if len(value) > 3)
