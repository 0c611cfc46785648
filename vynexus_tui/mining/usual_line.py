"""The usual line of a routine: which steps most of its runs have, in which order, and which stand in for each other."""

from collections import Counter
from collections.abc import Collection, Sequence
from itertools import combinations, pairwise
from typing import NamedTuple

from vynexus_tui.mining.episode_growth import Positions
from vynexus_tui.mining.significance import MIN_CONFIDENCE, is_lifted
from vynexus_tui.mining.timeline import Timeline

OPTIONAL_STEP = 0.35
"""A step that fewer runs have is no part of the routine."""
_LAST_TIMES = 5
_RARELY = 0.15
"""Steps that are in the same run no more often than this exclude each other."""


class Line(NamedTuple):
    """The steps of a routine in their usual order, and its runs."""

    symbols: Positions
    runs: list[Positions]
    stand_ins: dict[int, int]
    """Steps that are another way to do one of `symbols`: {stand-in: step}."""


def usual_line(timeline: Timeline, runs: Sequence[Positions]) -> Line:
    """Steps that enough runs have, ordered by which one usually comes first."""
    rows = [[timeline.symbols[i] for i in run] for run in runs]
    present = Counter(symbol for row in rows for symbol in set(row))
    looked_at = sum(len(timeline.around(run)) for run in runs)
    kept = [
        symbol
        for symbol, count in present.items()
        # Among the twenty steps around a long run there is an `ls` by chance.
        if count >= OPTIONAL_STEP * len(rows)
        and (count >= MIN_CONFIDENCE * timeline.counts[symbol] or is_lifted(timeline, symbol, hits=count, looked_at=looked_at))
    ]
    before: Counter[tuple[int, int]] = Counter(pair for row in rows for pair in combinations(row, 2))
    wins = {x: sum((before[x, y] > before[y, x]) - (before[x, y] < before[y, x]) for y in kept if y != x) for x in kept}
    mean = {x: sum(row.index(x) / len(row) for row in rows if x in row) / present[x] for x in kept}
    ordered = sorted(kept, key=lambda x: (-wins[x], mean[x], x))
    stand_ins = _stand_ins(ordered, rows)
    return Line(tuple(x for x in ordered if x not in stand_ins), list(runs), stand_ins)


def _stand_ins(ordered: Sequence[int], rows: Sequence[Sequence[int]]) -> dict[int, int]:
    """At most one pair of neighbours of which a run has only one, while all else is the same: one stands in for the other.

    The first step only where three others are the same: routines that only end alike are different ones.
    """
    for place, (x, y) in enumerate(pairwise(ordered)):
        with_x, with_y = ([set(row) for row in rows if symbol in row] for symbol in (x, y))
        others = [z for z in ordered if z not in (x, y)]
        together = sum(y in row for row in with_x)
        are_exclusive = together <= _RARELY * min(len(with_x), len(with_y))
        if are_exclusive and len(others) >= 2 + (place == 0) and all(_share_with(z, r) >= 0.5 for z in others for r in (with_x, with_y)):
            return {x: y} if _is_in_use(y, x, rows) else {y: x}
    return {}


def _is_in_use(symbol: int, other: int, rows: Sequence[Sequence[int]]) -> bool:
    """Whether a step was done rather than the other one the last times: people change a step and stay with it."""
    last = [symbol in row for row in rows if symbol in row or other in row][-_LAST_TIMES:]
    return sum(last) * 2 > len(last)


def _share_with(symbol: int, rows: Sequence[Collection[int]]) -> float:
    return sum(symbol in row for row in rows) / len(rows)
