"""Other ways to find what repeats, on the symbols of one planted log; run by detection.py --peers, in an environment of their own.

    python detection_peers.py --list
    python detection_peers.py MINER symbols.json LIMIT_S        # JSON on standard output; killed by SIGALRM when mining takes longer

    python3 -m venv peers && peers/bin/pip install prefixspan drain3 seq2pat pm4py

Generous to them: they get our activities instead of raw lines (except the two that bring their own), every ranking below is tried
and the scorer takes the best cutoff in hindsight. seq2pat is GPL and pm4py AGPL: measured here, never a dependency.
Re-Pair (Larsson and Moffat 1999) and n-grams are written out below.
"""

import json
import math
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from heapq import heapify, heappop, heappush
from importlib.util import find_spec
from pathlib import Path
from typing import Any

Symbols = tuple[int, ...]
Found = dict[Symbols, list[list[int]] | None]
"""Patterns and their occurrences as positions; None: the miner does not say where, so we look it up."""
_LENGTHS = range(2, 8)
_LEAST = 4
_GAP = 4
"""Positions between one step and the next when we look up a pattern of a miner that allows gaps: what our own miner allows."""
_KEPT = 2000
"""Patterns per ranking that are handed back."""


class Log:
    """One planted log as symbols, cut into stretches of unbroken typing."""

    def __init__(self, path: str) -> None:
        columns = json.loads(Path(path).read_text(encoding="utf-8"))
        self.symbols: list[int] = columns["symbols"]
        self.segments: list[int] = columns["segments"]
        self.event_ids: list[int] = columns["event_ids"]
        self.texts: list[str] = columns["texts"]

    def sequences(self) -> list[list[int]]:
        """The symbols of each segment."""
        rows: defaultdict[int, list[int]] = defaultdict(list)
        for symbol, segment in zip(self.symbols, self.segments, strict=True):
            rows[segment].append(symbol)
        return list(rows.values())

    def least_support(self) -> int:
        """What the miners of all frequent patterns are asked for: lower than this they do not finish."""
        return 3 if len(self.symbols) < 5_000 else 5 if len(self.symbols) < 50_000 else 25


def _ngrams(log: Log) -> Found:
    found: defaultdict[Symbols, list[list[int]]] = defaultdict(list)
    symbols, segments = log.symbols, log.segments
    for length in _LENGTHS:
        last_end: dict[Symbols, int] = {}
        for start in range(len(symbols) - length + 1):
            if segments[start] == segments[start + length - 1]:
                gram = tuple(symbols[start : start + length])
                if last_end.get(gram, -1) < start:
                    last_end[gram] = start + length - 1
                    found[gram].append(list(range(start, start + length)))
    return {gram: places for gram, places in found.items() if len(places) >= _LEAST}


def _ngrams_of_raw_lines(log: Log) -> Found:
    numbers: dict[str, int] = {}
    log.symbols = [numbers.setdefault(text, len(numbers)) for text in log.texts]
    return _ngrams(log)


def _ngrams_of_drain3(log: Log) -> Found:
    from drain3 import TemplateMiner
    from drain3.template_miner_config import TemplateMinerConfig

    miner = TemplateMiner(config=TemplateMinerConfig())
    log.symbols = [miner.add_log_message(text)["cluster_id"] for text in log.texts]
    return _ngrams(log)


def _repair(log: Log) -> Found:
    """Replaces the most frequent pair by a new symbol until none occurs often enough; every rule is a pattern."""
    symbols, (preceding, following, places) = list(log.symbols), _neighbours(log)
    queue = [(-len(at), pair) for pair, at in places.items() if len(at) >= _LEAST]
    heapify(queue)
    found: Found = {}
    sizes = dict.fromkeys(symbols, 1)
    fresh = max(symbols, default=0)
    while queue:
        negative, pair = heappop(queue)
        if len(places[pair]) < _LEAST:
            continue
        if len(places[pair]) != -negative:
            heappush(queue, (-len(places[pair]), pair))
            continue
        fresh += 1
        sizes[fresh] = sizes[pair[0]] + sizes[pair[1]]
        starts, touched = [], set()
        for at in sorted(places.pop(pair)):
            right = following[at]
            if symbols[at] != pair[0] or right < 0 or symbols[right] != pair[1]:
                continue
            before, after = preceding[at], following[right]
            if before >= 0:
                places[symbols[before], symbols[at]].discard(before)
            if after >= 0:
                places[symbols[right], symbols[after]].discard(right)
                preceding[after] = at
            symbols[at], symbols[right], following[at] = fresh, -1, after
            for left in (before, at):
                if left >= 0 and following[left] >= 0:
                    changed = (symbols[left], symbols[following[left]])
                    places[changed].add(left)
                    touched.add(changed)
            starts.append(at)
        for changed in touched:
            heappush(queue, (-len(places[changed]), changed))
        if len(starts) >= _LEAST:
            gram = tuple(log.symbols[starts[0] : starts[0] + sizes[fresh]])
            found[gram] = [list(range(at, at + sizes[fresh])) for at in starts]
    return found


def _neighbours(log: Log) -> tuple[list[int], list[int], defaultdict[tuple[int, int], set[int]]]:
    """For each position the one before and after it in its segment (-1: none), and where each pair of symbols begins."""
    preceding, following = [-1] * len(log.symbols), [-1] * len(log.symbols)
    places: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
    for at in range(len(log.symbols) - 1):
        if log.segments[at] == log.segments[at + 1]:
            following[at], preceding[at + 1] = at + 1, at
            places[log.symbols[at], log.symbols[at + 1]].add(at)
    return preceding, following, places


def _prefixspan_closed(log: Log) -> Found:
    from prefixspan import PrefixSpan

    miner = PrefixSpan(log.sequences())
    miner.minlen, miner.maxlen = _LENGTHS.start, _LENGTHS.stop - 1
    return {tuple(pattern): None for _, pattern in miner.frequent(log.least_support(), closed=True)}


def _seq2pat_gap(log: Log) -> Found:
    from sequential.seq2pat import Attribute, Seq2Pat

    sequences = [row for row in log.sequences() if len(row) > 1]
    # It refuses the number 0.
    miner = Seq2Pat(sequences=[[symbol + 1 for symbol in row] for row in sequences], n_jobs=1)
    miner.add_constraint(1 <= Attribute([list(range(1, len(row) + 1)) for row in sequences]).gap() <= _GAP)
    rows = miner.get_patterns(min_frequency=log.least_support())
    return {tuple(symbol - 1 for symbol in row[:-1]): None for row in rows if len(row) - 1 in _LENGTHS}


def _pm4py_dfg(log: Log) -> Found:
    import contextlib

    # It prints a banner.
    with contextlib.redirect_stdout(sys.stderr):
        import pandas
        import pm4py

        frame = pandas.DataFrame(
            {
                "case:concept:name": [str(segment) for segment in log.segments],
                "concept:name": [str(symbol) for symbol in log.symbols],
                "time:timestamp": pandas.to_datetime(range(len(log.symbols)), unit="s", utc=True),
            }
        )
        graph, _, _ = pm4py.discover_dfg(frame)
    return {(int(a), int(b)): None for (a, b), count in graph.items() if count >= _LEAST and a != b}


_MINERS: dict[str, tuple[str, Callable[[Log], Found]]] = {
    "n-grams, raw lines": ("json", _ngrams_of_raw_lines),
    "n-grams, activities": ("json", _ngrams),
    "n-grams, drain3": ("drain3", _ngrams_of_drain3),
    "Re-Pair": ("json", _repair),
    "PrefixSpan closed": ("prefixspan", _prefixspan_closed),
    "seq2pat gap <= 4": ("sequential", _seq2pat_gap),
    "pm4py DFG": ("pm4py", _pm4py_dfg),
}
"""Name: the module it needs, and the miner."""


def main() -> None:
    if sys.argv[1] == "--list":
        print("\n".join(name for name, (module, _) in _MINERS.items() if find_spec(module)))
        return
    _, miner = _MINERS[sys.argv[1]]
    log = Log(sys.argv[2])
    # The default action of SIGALRM ends the process even inside C code.
    signal.alarm(int(sys.argv[3]))
    begin_s = time.perf_counter()
    found = miner(log)
    wall_s = time.perf_counter() - begin_s
    signal.alarm(0)
    peak_mb = _peak_mb()
    print(json.dumps({"rankings": _rank(found, log), "count": len(found), "wall_s": wall_s, "peak_mb": peak_mb}))


def _peak_mb() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM:"))


def _rank(found: Found, log: Log) -> dict[str, list[dict[str, Any]]]:
    """The patterns by saved steps, by lift and by log-likelihood, each with its occurrences as events."""
    postings: defaultdict[int, list[int]] = defaultdict(list)
    for position, symbol in enumerate(log.symbols):
        postings[symbol].append(position)
    total = len(log.symbols)

    def expected(pattern: Symbols) -> float:
        return total * math.prod(len(postings[symbol]) / total for symbol in pattern)

    supports = _supports(found, log, postings)
    orders: dict[str, Callable[[Symbols], float]] = {
        "savings": lambda p: (len(p) - 1) * len(supports[p]),
        "lift": lambda p: len(supports[p]) / expected(p),
        "likelihood": lambda p: len(supports[p]) * math.log(len(supports[p]) / expected(p)),
    }
    rankings = {}
    for name, order in orders.items():
        best = sorted(supports, key=lambda p: (-order(p), p))[:_KEPT]
        rankings[name] = [{"steps": list(p), "occ": [[log.event_ids[at] for at in places] for places in supports[p]]} for p in best]
    return rankings


def _supports(found: Found, log: Log, postings: dict[int, list[int]]) -> dict[Symbols, list[list[int]]]:
    located = {pattern: _locate(pattern, log, postings) if places is None else places for pattern, places in found.items()}
    return {pattern: places for pattern, places in located.items() if places}


def _locate(pattern: Sequence[int], log: Log, postings: dict[int, list[int]]) -> list[list[int]]:
    """Where the steps stand in order, each at most `_GAP` behind the last, no position twice; from the rarest step outwards."""
    rarest = min(range(len(pattern)), key=lambda step: len(postings[pattern[step]]))
    taken: set[int] = set()
    occurrences = []
    for anchor in postings[pattern[rarest]]:
        places: list[int] | None = [anchor]
        for step in range(rarest + 1, len(pattern)):
            places = _extend(places, pattern[step], 1, log, taken)
        for step in range(rarest - 1, -1, -1):
            places = _extend(places, pattern[step], -1, log, taken)
        if places and taken.isdisjoint(places):
            taken.update(places)
            occurrences.append(places)
    return occurrences


def _extend(places: list[int] | None, symbol: int, way: int, log: Log, taken: set[int]) -> list[int] | None:
    if places is None:
        return None
    edge = places[-1] if way > 0 else places[0]
    for at in range(edge + way, edge + way * (_GAP + 1), way):
        if not 0 <= at < len(log.symbols) or log.segments[at] != log.segments[edge]:
            return None
        if log.symbols[at] == symbol and at not in taken:
            return [*places, at] if way > 0 else [at, *places]
    return None


if __name__ == "__main__":
    main()
