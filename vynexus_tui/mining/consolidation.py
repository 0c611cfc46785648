"""Make the list of episodes non-redundant: one routine, one episode.

Growth takes what is together most often first, so a routine whose steps are skipped, swapped or done another way now and then
comes out in pieces. Two pieces are one routine when a single line of steps explains the runs of both.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from itertools import combinations, takewhile
from math import ceil

from vynexus_tui.language.lexing import parse_command
from vynexus_tui.language.program_facts import interactive_reason, opens_session
from vynexus_tui.language.program_tables import NAVIGATION
from vynexus_tui.mining.episode_growth import MOST_STEPS, Episode, EpisodeGrower, Positions
from vynexus_tui.mining.filling import fill_inside
from vynexus_tui.mining.timeline import Timeline
from vynexus_tui.mining.usual_line import Line, usual_line

_MOST_OF_A_RUN = 0.6
"""A run has at least this share of the steps ..."""
_MOST_RUNS = 0.7
"""... in at least this share of the runs of two pieces that are one routine."""
_NEAR_SHARE = 0.5
"""Two pieces of which this share of the rarer one's runs lie beside runs of the other may be one routine."""
_TOGETHER_SHARE = 0.25
"""Steps that only one of two pieces has must be seen together this often, else the pieces are two routines that share a part."""

_OWN_SHARE = 0.4
"""A step that is typed elsewhere more often than this allows does not tell where a run was."""
_BOTH_SHARE = 0.6
"""Pieces without a common step are one routine only if this share of the runs has steps of both."""
_LONGEST_READ = 4096
_LOOSE_SHARE = 0.55
_SAME_ORDER = 0.8


def consolidate(found: list[Episode], grower: EpisodeGrower) -> list[Episode]:
    """Join pieces and variants of one routine, then recover runs that lack a step."""
    timeline = grower.timeline
    joined = [_settle(episode, grower) for episode in _Joining(found, grower).join_all()]
    joined = fill_inside(joined, grower)
    _recover_partial(joined, timeline)
    for episode in joined:
        episode.stand_ins = {x: y for x, y in usual_line(timeline, episode.occurrences).stand_ins.items() if y in episode.symbols}
        ordered = [_in_order(timeline, occurrence, episode.symbols) for occurrence in episode.occurrences]
        episode.occurrences = sorted(_with_repeats(timeline, occurrence) for occurrence in ordered if len(occurrence) > 1)
    return joined


class _Joining:
    """Joins pieces two by two, the closest first, as long as one line explains both."""

    def __init__(self, found: Sequence[Episode], grower: EpisodeGrower) -> None:
        self._grower = grower
        self._timeline = grower.timeline
        self._episodes: dict[int, Episode] = {}
        self._next = 0
        self._by_symbol: defaultdict[int, set[int]] = defaultdict(set)
        self._owners: dict[int, int] = {}
        for episode in sorted(found, key=lambda episode: (-episode.saved_steps, episode.occurrences[0])):
            self._claim(episode)

    def join_all(self) -> list[Episode]:
        pending = list(self._episodes)
        while pending:
            number = pending.pop(0)
            for other in self._candidates(number) if number in self._episodes else ():
                joined = self._join(number, other) or self._join_beside(number, other)
                if joined:
                    pending += joined
                    break
        return sorted(self._episodes.values(), key=lambda episode: -episode.saved_steps)

    def _claim(self, episode: Episode) -> int:
        name, self._next = self._next, self._next + 1
        self._episodes[name] = episode
        for symbol in episode.symbols:
            self._by_symbol[symbol].add(name)
        for occurrence in episode.occurrences:
            self._timeline.cover(occurrence)
            self._owners.update(dict.fromkeys(occurrence, name))
        return name

    def _release(self, number: int) -> None:
        episode = self._episodes.pop(number)
        for symbol in episode.symbols:
            self._by_symbol[symbol].discard(number)
        for occurrence in episode.occurrences:
            self._timeline.cover(occurrence, covered=False)
            for position in occurrence:
                self._owners.pop(position, None)

    def _join(self, number: int, other: int) -> list[int]:
        """The one episode in place of two, or nothing where no line explains both."""
        line = self._joined_line(self._episodes[number], self._episodes[other])
        if line is None:
            return []
        self._release(number)
        self._release(other)
        return [self._claim_whole(line)]

    def _join_beside(self, number: int, other: int) -> list[int]:
        """A pair that several routines share gives the runs beside a rarer one to it, and keeps the rest.

        Three steps or more stand for themselves: what is done after them now and then is another routine.
        """
        rarer, shared = sorted((number, other), key=lambda n: len(self._episodes[n].occurrences))
        if len(self._episodes[shared].symbols) > 2:
            return []
        beside, rest = self._parted(self._episodes[shared], rarer)
        enough = max(self._grower.min_occurrences, _NEAR_SHARE * len(self._episodes[rarer].occurrences))
        if len(beside) < enough or not rest:
            return []
        symbols = self._episodes[shared].symbols
        line = self._joined_line(self._episodes[rarer], Episode(symbols, beside))
        if line is None:
            return []
        self._release(rarer)
        self._release(shared)
        names = [self._claim_whole(line)]
        rest = [o for o in rest if not any(self._timeline.covered[i] for i in o)]
        if len(rest) >= self._grower.min_occurrences and self._timeline.session_count(rest) >= self._grower.min_sessions:
            names.append(self._claim_whole(Line(symbols, rest, {})))
        return names

    def _claim_whole(self, line: Line) -> int:
        for run in line.runs:
            self._timeline.cover(run)
        return self._claim(self._grower.complete(Episode(line.symbols, line.runs), share=0.4))

    def _parted(self, episode: Episode, other: int) -> tuple[list[Positions], list[Positions]]:
        """The runs that have a run of the other episode within a window, and those that have none."""
        parts: tuple[list[Positions], list[Positions]] = ([], [])
        for occurrence in episode.occurrences:
            parts[not any(self._owners.get(i) == other for i in self._timeline.around(occurrence))].append(occurrence)
        return parts

    def _candidates(self, number: int) -> list[int]:
        """Pieces that share a step or lie beside this one, closest first."""
        episode = self._episodes[number]
        near = self._neighbours(number)
        sharing = {other for symbol in episode.symbols for other in self._by_symbol[symbol]} - {number}
        closeness: dict[int, float] = {}
        for other in sharing | near.keys():
            bigger = self._episodes[other]
            beside = near[other] / min(len(episode.occurrences), len(bigger.occurrences))
            shared = len(set(episode.symbols) & set(bigger.symbols)) / min(len(episode.symbols), len(bigger.symbols))
            if beside >= _NEAR_SHARE or shared >= 0.5:
                closeness[other] = beside + shared
        return sorted(closeness, key=lambda other: (-closeness[other], other))

    def _neighbours(self, number: int) -> Counter[int]:
        """How many runs of this piece have a run of another within a window."""
        timeline = self._timeline
        near: Counter[int] = Counter()
        for occurrence in self._episodes[number].occurrences:
            near.update({self._owners[i] for i in timeline.around(occurrence) if i in self._owners} - {number})
        return near

    def _joined_line(self, a: Episode, b: Episode) -> Line | None:
        symbols = set(a.symbols) | set(b.symbols)
        own = {i for episode in (a, b) for occurrence in episode.occurrences for i in occurrence}
        runs = _without_shared(sorted(_gather(self._timeline, o, symbols, own) for o in (*a.occurrences, *b.occurrences)))
        line = usual_line(self._timeline, runs)
        return line if _explains(line, a, b, self._timeline) else None


def _gather(timeline: Timeline, occurrence: Positions, symbols: Collection[int], own: Collection[int] = ()) -> Positions:
    """The run around some of its steps: every step of `symbols` within a window, in whatever order, each once."""
    run, seen = set(occurrence), {timeline.symbols[i] for i in occurrence}
    while True:
        nearest = [
            i
            for i in timeline.around((min(run), max(run)))
            if timeline.symbols[i] in symbols and timeline.symbols[i] not in seen and (i in own or not timeline.covered[i])
        ]
        if not nearest:
            return tuple(sorted(run))
        chosen = min(nearest, key=lambda i: min(abs(i - j) for j in run))
        run.add(chosen)
        seen.add(timeline.symbols[chosen])


def _in_order(timeline: Timeline, run: Positions, symbols: Positions) -> Positions:
    """The run without the steps that stand elsewhere than in the line; neighbours may have changed places."""
    rank = {symbol: place for place, symbol in enumerate(symbols)}
    kept = list(run)
    while True:
        ranked = [(i, rank[timeline.symbols[i]]) for i in kept if timeline.symbols[i] in rank]
        misplaced = Counter(i for (x, a), (y, b) in combinations(ranked, 2) if a > b + 1 for i in (x, y))
        if not misplaced:
            return tuple(kept)
        worst = max(misplaced, key=lambda i: (misplaced[i], i))
        kept.remove(worst)
        timeline.cover((worst,), covered=False)


def _with_repeats(timeline: Timeline, run: Positions) -> Positions:
    """The run with every step that was done several times in a row, with whatever values; going on to another folder is none."""
    whole = list(run)
    for position in (i for i in run if timeline.shapes[i].frame.program not in NAVIGATION):
        for nearby in (timeline.after(position), timeline.before(position)):
            is_repeated = (timeline.symbols[i] == timeline.symbols[position] and not timeline.covered[i] for i in nearby)
            whole += [i for i, _ in zip(nearby, takewhile(bool, is_repeated), strict=False)]
        timeline.cover(whole)
    return tuple(sorted(whole))


def _without_shared(runs: Sequence[Positions]) -> list[Positions]:
    """Of runs that share a step only the longest is kept."""
    taken: set[int] = set()
    kept = []
    for run in sorted(runs, key=lambda run: (-len(run), run)):
        if taken.isdisjoint(run):
            taken.update(run)
            kept.append(run)
    return sorted(kept)


def _explains(line: Line, a: Episode, b: Episode, timeline: Timeline) -> bool:
    """Whether most runs have most steps of the line, and the line loses at most one step of either piece."""
    steps, stand_ins = set(line.symbols), line.stand_ins
    pieces = [{stand_ins.get(symbol, symbol) for symbol in piece.symbols} for piece in (a, b)]
    if not 2 <= len(steps) <= MOST_STEPS or any(len(piece - steps) > 1 for piece in pieces):
        return False
    rows = [{stand_ins.get(symbol, symbol) for symbol in map(timeline.symbols.__getitem__, run)} & steps for run in line.runs]
    needed = max(2, ceil(_MOST_OF_A_RUN * len(steps)))
    if sum(len(row) >= needed for row in rows) < _MOST_RUNS * len(rows) or not _belong_together(line, a, b, timeline):
        return False
    for x in (pieces[0] - pieces[1]) & steps:
        for y in (pieces[1] - pieces[0]) & steps:
            together = sum(x in row and y in row for row in rows)
            rarer = min(sum(x in row for row in rows), sum(y in row for row in rows))
            if together < _TOGETHER_SHARE * rarer:
                return False
    return True


def _belong_together(line: Line, a: Episode, b: Episode, timeline: Timeline) -> bool:
    """Whether what only one piece has and what only the other has come together, and in the same order nearly always.

    Two routines of one morning, now this one first and now that one, are two.
    """
    only_a, only_b = (set(x.symbols) - set(y.symbols) for x, y in ((a, b), (b, a)))
    if only_a == set(a.symbols) and only_b == set(b.symbols):
        both = sum(not only.isdisjoint(map(timeline.symbols.__getitem__, run)) for run in line.runs for only in (only_a, only_b))
        are_whole = min(len(only_a), len(only_b)) > 2
        if both - len(line.runs) < _BOTH_SHARE * len(line.runs):
            return False
        # A script cannot go on over an editor: what is done before it and what after it are two.
        ends = [piece.occurrences[-1][end] for piece in (a, b) for end in (0, -1)]
        if are_whole and _waits_for_a_person(ends, timeline):
            return False
    kept, orders = {*line.symbols, *line.stand_ins}, list[bool]()
    only_a, only_b = only_a & kept, only_b & kept
    for run in line.runs:
        places = [[k for k, i in enumerate(run) if timeline.symbols[i] in only] for only in (only_a, only_b)]
        if all(places):
            orders.append(sum(places[0]) / len(places[0]) < sum(places[1]) / len(places[1]))
    return not orders or max(sum(orders), len(orders) - sum(orders)) >= _SAME_ORDER * len(orders)


def _waits_for_a_person(run: Sequence[int], timeline: Timeline) -> bool:
    parts = [part for i in run for part in parse_command(timeline.steps[i].text[:_LONGEST_READ])]
    return any(interactive_reason(part) and not opens_session(part) for part in parts)


def _settle(episode: Episode, grower: EpisodeGrower) -> Episode:
    """The episode with steps that are done every other time, and with the newer one of two that stand in for each other."""
    timeline = grower.timeline
    whole = grower.complete(episode, share=0.4)
    if len(whole.symbols) == len(episode.symbols):
        return episode
    line = usual_line(timeline, [_gather(timeline, occurrence, whole.symbols) for occurrence in whole.occurrences])
    for run in line.runs:
        timeline.cover(run)
    is_loss = len(line.symbols) + len(line.stand_ins) < len(whole.symbols)
    return _without_loose_end(Episode(whole.symbols if is_loss else line.symbols, line.runs), episode, line, timeline)


def _without_loose_end(settled: Episode, episode: Episode, line: Line, timeline: Timeline) -> Episode:
    """Without a first or last step that was added though fewer than half of the runs have it, unless it took another's place."""
    for end in (0, -1):
        symbol = settled.symbols[end]
        if symbol in episode.symbols or symbol in line.stand_ins.values():
            continue
        having = [run for run in settled.occurrences if any(timeline.symbols[i] == symbol for i in run)]
        if len(having) < _LOOSE_SHARE * len(settled.occurrences):
            settled.symbols = tuple(s for s in settled.symbols if s != symbol)
            for number, run in enumerate(settled.occurrences):
                timeline.cover([i for i in run if timeline.symbols[i] == symbol], covered=False)
                settled.occurrences[number] = tuple(i for i in run if timeline.symbols[i] != symbol)
    return settled


def _recover_partial(episodes: list[Episode], timeline: Timeline) -> None:
    """Attach uncovered stretches that have at least 60 % of the steps of an episode of three or more."""
    anchors: dict[int, list[Episode]] = defaultdict(list)
    for episode in episodes:
        if len(episode.symbols) >= 3:
            present = Counter(timeline.symbols[i] for occurrence in episode.occurrences for i in occurrence)
            own = [symbol for symbol in episode.symbols if present[symbol] >= _OWN_SHARE * timeline.counts[symbol]]
            for symbol in sorted(own, key=lambda symbol: timeline.counts[symbol])[:2]:
                anchors[symbol].append(episode)
    for position, symbol in enumerate(timeline.symbols):
        if timeline.covered[position]:
            continue
        for episode in anchors.get(symbol, ()):
            run = _gather(timeline, (position,), episode.symbols)
            if len(run) >= max(2, ceil(_MOST_OF_A_RUN * len(episode.symbols))):
                episode.occurrences.append(run)
                timeline.cover(run)
                break
