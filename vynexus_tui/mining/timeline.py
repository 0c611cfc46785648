"""The whole history as columns of small integers: what the mining stages look at."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, zip_longest

from vynexus_tui.domain.traces import Step, Trace
from vynexus_tui.language.lexing import parse_command
from vynexus_tui.language.program_facts import opens_session
from vynexus_tui.mining.shapes import Frame, Shape, build_shape
from vynexus_tui.mining.templates import PLAIN_WORD, VERBS, ActivityTemplates

WINDOW = 4
"""Steps of one routine lie at most this many positions apart; what lies between them is chance."""

ABSENT = -1
"""Stands for a step that an occurrence does not have."""
_TURN_REACH = 8
_MOST_ALIKE = 4
_LEAST_TURNS = 3
_TURN_SHARE = 0.7
_MOST_A_RUN = 2
"""A command may be used twice in a run (`git checkout develop` before and after)."""
_LONGEST_OPENER = 1000
_MOST_TERMINALS = 4


@dataclass(slots=True)
class Timeline:
    """One entry per step in each column. `covered` marks steps that already belong to an episode.

    What one person typed in several terminals at the same time lies side by side, in order of time.
    """

    templates: ActivityTemplates
    steps: list[Step] = field(default_factory=list)
    shapes: list[Shape] = field(default_factory=list)
    symbols: list[int] = field(default_factory=list)
    segments: list[int] = field(default_factory=list)
    """Number of the sitting a step belongs to: unbroken typing, in one or more terminals."""
    sessions: list[str] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    """How often each symbol occurs."""
    covered: bytearray = field(default_factory=bytearray)
    reach_after: list[int] = field(default_factory=list)
    """Position of the last step of the same terminal that is still near."""
    reach_before: list[int] = field(default_factory=list)
    terminals: list[list[int]] = field(default_factory=list)
    """Positions of what was typed in one terminal without a pause."""

    def __len__(self) -> int:
        return len(self.symbols)

    def after(self, position: int) -> range:
        """Nearby later positions, nearest first; what lies between them in other terminals is near as well."""
        return range(position + 1, self.reach_after[position] + 1)

    def before(self, position: int) -> range:
        """Nearby earlier positions, nearest first."""
        return range(position - 1, self.reach_before[position] - 1, -1)

    def neighbour(self, position: int, step: int) -> int:
        """The position before (-1) or after (1) it; itself at the edge of a sitting."""
        other = position + step
        return other if 0 <= other < len(self) and self.segments[other] == self.segments[position] else position

    def near_before(self, occurrence: Sequence[int]) -> int:
        """Where the steps that lie near before an occurrence begin, in any of its terminals; absent steps (-1) are passed over."""
        return min([self.reach_before[i] for i in occurrence if i >= 0])

    def near_after(self, occurrence: Sequence[int]) -> int:
        """Where the steps that lie near after an occurrence end, in any of its terminals."""
        return max([self.reach_after[i] for i in occurrence if i >= 0])

    def around(self, occurrence: Sequence[int]) -> range:
        """From what lies near before an occurrence to what lies near after it."""
        return range(self.near_before(occurrence), self.near_after(occurrence) + 1)

    def session_count(self, occurrences: Sequence[tuple[int, ...]]) -> int:
        """In how many sessions these occurrences began."""
        return len({self.sessions[occurrence[0]] for occurrence in occurrences})

    def cover(self, positions: Iterable[int], *, covered: bool = True) -> None:
        """Claim or release positions."""
        for position in positions:
            self.covered[position] = covered


def build_timeline(traces: Sequence[Trace]) -> Timeline:
    """Columns of all traces. Of immediate repeats of one command (retries) the last is kept: it is the one that worked."""
    texts = Counter(step.text for trace in traces for step in trace.steps)
    shapes = {text: build_shape(text) for text in texts}
    templates = ActivityTemplates(_names_of_things(traces, shapes))
    timeline = Timeline(templates)
    for text, count in texts.items():
        templates.observe(shapes[text], count)
    own = _used_in_turn(traces, shapes)
    symbols = {text: templates.abstract_command(shape, is_its_own=text in own) for text, shape in shapes.items()}
    last_tries = _LastTries(shapes)
    for number, sitting in enumerate(_sittings(traces)):
        terminals: dict[int, list[int]] = {}
        for trace, terminal, step in _in_order(sitting, last_tries):
            terminals.setdefault(terminal, []).append(len(timeline.steps))
            timeline.steps.append(step)
            timeline.shapes.append(shapes[step.text])
            timeline.symbols.append(symbols[step.text])
            timeline.segments.append(number)
            timeline.sessions.append(trace.session_id)
        timeline.terminals += terminals.values()
    timeline.reach_after, timeline.reach_before = [0] * len(timeline), [0] * len(timeline)
    for positions in timeline.terminals:
        for k, position in enumerate(positions):
            # The very next step is near, whichever terminal it was typed in.
            timeline.reach_after[position] = max(positions[min(k + WINDOW, len(positions) - 1)], timeline.neighbour(position, 1))
            timeline.reach_before[position] = min(positions[max(k - WINDOW, 0)], timeline.neighbour(position, -1))
    timeline.covered = bytearray(len(timeline))
    occurring = Counter(timeline.symbols)
    timeline.counts = [occurring[symbol] for symbol in range(len(templates.activities))]
    return timeline


def _sittings(traces: Sequence[Trace]) -> list[list[Trace]]:
    """Traces that belong together: typed at the same time on one host, or cut only to be counted as sessions. In order of time."""
    sittings: list[list[Trace]] = []
    open_until: dict[str | None, tuple[float, list[Trace]]] = {}
    for trace in sorted(traces, key=lambda trace: trace.times_s[0] if trace.times_s else -1.0):
        end_s, sitting = open_until.get(trace.host, (-1.0, []))
        if trace.is_continuation and sittings:
            sittings[-1].append(trace)
        elif trace.times_s and trace.times_s[0] <= end_s:
            sitting.append(trace)
            open_until[trace.host] = (max(end_s, trace.end_s), sitting)
        else:
            sittings.append([trace])
            if trace.times_s:
                open_until[trace.host] = (trace.end_s, sittings[-1])
    return [part for sitting in sittings for part in ([sitting] if _is_one_pair_of_hands(sitting) else [[trace] for trace in sitting])]


def _is_one_pair_of_hands(sitting: Sequence[Trace]) -> bool:
    """Whether no more terminals are in use at once than a person looks after; a pooled log has dozens."""
    if len(sitting) <= _MOST_TERMINALS or sitting[-1].is_continuation:
        return True
    ends = sorted((edge_s, change) for trace in sitting for edge_s, change in ((trace.times_s[0], 1), (trace.end_s, -1)))
    return max(accumulate(change for _, change in ends)) <= _MOST_TERMINALS


def _in_order(sitting: Sequence[Trace], last_tries: "_LastTries") -> Iterator[tuple[Trace, int, Step]]:
    """(trace, terminal, step) as they were typed."""
    if len(sitting) == 1 or sitting[-1].is_continuation:
        for trace, number in last_tries.of(sitting):
            yield trace, 0, trace.steps[number]
        return
    typed = [(t.times_s[n], terminal, n) for terminal, trace in enumerate(sitting) for t, n in last_tries.of([trace])]
    for _, terminal, number in sorted(typed):
        yield sitting[terminal], terminal, sitting[terminal].steps[number]


class _LastTries:
    """Of a command typed again right away only the last time counts; a session that is opened again is no retry."""

    def __init__(self, shapes: Mapping[str, Shape]) -> None:
        same: dict[object, int] = {}
        self._meanings = {text: same.setdefault(shape[:2], len(same)) for text, shape in shapes.items()}

    def of(self, traces: Sequence[Trace]) -> Iterator[tuple[Trace, int]]:
        """(trace, number of the step) of traces that follow each other."""
        typed = [(trace, number) for trace in traces for number in range(len(trace.steps))]
        for (trace, number), following in zip_longest(typed, typed[1:]):
            text = trace.steps[number].text
            next_text = following[0].steps[following[1]].text if following is not None else None
            is_retried = next_text is not None and self._meanings[text] == self._meanings[next_text]
            if not is_retried or (len(text) < _LONGEST_OPENER and any(map(opens_session, parse_command(text)))):
                yield trace, number


def _used_in_turn(traces: Sequence[Trace], shapes: Mapping[str, Shape]) -> frozenset[str]:
    """Commands alike that mostly come together, exactly as they are: `kubectl config use-context prod` … `use-context dev`.

    Each is an activity of its own; taken for one activity with a parameter, only one of them would have a place in the routine.
    """
    seen: Counter[str] = Counter()
    together: Counter[tuple[str, str]] = Counter()
    for trace in traces:
        newest: dict[Frame, list[tuple[int, str]]] = {}
        pairs: set[tuple[str, str]] = set()
        for number, step in enumerate(trace.steps):
            seen[step.text] += 1
            if shapes[step.text].values:
                before = newest.setdefault(shapes[step.text].frame, [])
                pairs |= {(text, step.text) for at, text in before[-_MOST_ALIKE:] if number - at <= _TURN_REACH and text != step.text}
                before.append((number, step.text))
        together.update(pairs)
    return frozenset(
        text
        for pair, count in together.items()
        if count >= _LEAST_TURNS and count >= _TURN_SHARE * max(seen[pair[0]], seen[pair[1]]) / _MOST_A_RUN
        for text in pair
    )


def _names_of_things(traces: Sequence[Trace], shapes: Mapping[str, Shape]) -> frozenset[str]:
    """Plain first operands that mostly have another program nearby take the same value (`stop web`, `copy web`): not sub-commands."""
    words = {text: _plain_operand(shape) for text, shape in shapes.items()}
    seen: Counter[str] = Counter()
    shared: Counter[str] = Counter()
    for trace in traces:
        row = [shapes[step.text] for step in trace.steps]
        for i, step in enumerate(trace.steps):
            word = words[step.text]
            if word:
                seen[word] += 1
                nearby = row[max(0, i - WINDOW) : i + WINDOW + 1]
                shared[word] += any(word in other.values and other.frame.program != row[i].frame.program for other in nearby)
    return frozenset(word for word, count in shared.items() if count >= 3 and count >= 0.5 * seen[word])


def _plain_operand(shape: Shape) -> str:
    if not shape.frame.may_have_subcommand or not shape.values or not PLAIN_WORD.match(shape.values[0]):
        return ""
    return "" if shape.values[0] in VERBS else shape.values[0]
