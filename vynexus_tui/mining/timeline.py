"""The whole history as columns of small integers: what the mining stages look at."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from vynexus_tui.domain.traces import Step, Trace
from vynexus_tui.mining.templates import PLAIN_WORD, VERBS, ActivityTemplates, Shape, build_shape

WINDOW = 4
"""Steps of one routine lie at most this many positions apart; what lies between them is chance."""


@dataclass(slots=True)
class Timeline:
    """One entry per step in each column. `covered` marks steps that already belong to an episode."""

    templates: ActivityTemplates
    steps: list[Step] = field(default_factory=list)
    shapes: list[Shape] = field(default_factory=list)
    symbols: list[int] = field(default_factory=list)
    segments: list[int] = field(default_factory=list)
    """Number of the unbroken stretch of typing a step belongs to."""
    sessions: list[str] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    """How often each symbol occurs."""
    covered: bytearray = field(default_factory=bytearray)
    firsts: list[int] = field(default_factory=list)
    """Position of each segment's first step; one more entry for the end."""

    def __len__(self) -> int:
        return len(self.symbols)

    def after(self, position: int) -> range:
        """Nearby later positions of the same segment, nearest first."""
        return range(position + 1, min(position + WINDOW + 1, self.firsts[self.segments[position] + 1]))

    def before(self, position: int) -> range:
        """Nearby earlier positions of the same segment, nearest first."""
        return range(position - 1, max(position - WINDOW, self.firsts[self.segments[position]]) - 1, -1)

    def session_count(self, occurrences: Sequence[tuple[int, ...]]) -> int:
        """In how many sessions these occurrences began."""
        return len({self.sessions[occurrence[0]] for occurrence in occurrences})

    def cover(self, positions: Sequence[int], *, covered: bool = True) -> None:
        """Claim or release positions."""
        for position in positions:
            self.covered[position] = covered


def build_timeline(traces: Sequence[Trace]) -> Timeline:
    """Columns of all traces. Of immediate repeats of one command (retries) the last is kept: it is the one that worked."""
    texts = Counter(step.text for trace in traces for step in trace.steps)
    shapes = {text: build_shape(text) for text in texts}
    templates = ActivityTemplates(_names_of_things(traces, shapes))
    timeline, previous = Timeline(templates), -1
    for text, count in texts.items():
        templates.observe(shapes[text], count)
    symbols = {text: templates.abstract_command(shape) for text, shape in shapes.items()}
    same_meaning: dict[object, int] = {}
    meanings = {text: same_meaning.setdefault(shape[:2], len(same_meaning)) for text, shape in shapes.items()}
    for trace in traces:
        if not trace.is_continuation or not timeline.firsts:
            timeline.firsts.append(len(timeline.steps))
            previous = -1
        for step in trace.steps:
            if meanings[step.text] == previous:
                timeline.steps[-1], timeline.shapes[-1] = step, shapes[step.text]
                continue
            previous = meanings[step.text]
            timeline.steps.append(step)
            timeline.shapes.append(shapes[step.text])
            timeline.symbols.append(symbols[step.text])
            timeline.segments.append(len(timeline.firsts) - 1)
            timeline.sessions.append(trace.session_id)
    timeline.firsts.append(len(timeline.steps))
    timeline.covered = bytearray(len(timeline.steps))
    occurring = Counter(timeline.symbols)
    timeline.counts = [occurring[symbol] for symbol in range(len(templates.activities))]
    return timeline


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
