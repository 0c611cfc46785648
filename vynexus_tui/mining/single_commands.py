"""Commands that are worth a name on their own: long, typed often, and no part of a workflow."""

from collections import defaultdict
from collections.abc import Sequence

from vynexus_tui.mining.episode_growth import Episode, Positions
from vynexus_tui.mining.timeline import Timeline

SHORTEST = 20
"""Characters that do not vary; a shorter command is already as short as a name."""
LONG = 25
"""Commands shorter than this must be typed more often to be worth a name."""
VERY_LONG = 30
"""Commands of this length are worth a name after three times."""
_EXACT_SHARE = 0.6
"""Share of an activity's commands that must be the same text for it to be one exact command."""
_FAVOURITE_SHARE = 0.25
_FAVOURITE_COUNT = 10
_FEW_TEXTS = 4
"""Where an activity is short (`ssh HOST`) a text with this share and count is a command of its own; not where there are only
a few texts, for then all of them are the habit."""
_OWN_SHARE = 0.6
"""Share of an activity that no workflow has taken."""
_WITHIN_SHARE = 0.5
"""A command that is typed this often inside workflows is one of their steps done another way."""


def find_single_commands(timeline: Timeline, workflows: Sequence[Episode], *, min_occurrences: int, min_sessions: int) -> list[Episode]:
    """Episodes of one step among the uncovered ones: exact where one text dominates, else with everything that varies."""
    within = _positions_within(timeline, workflows)
    free: dict[int, list[int]] = defaultdict(list)
    for position, symbol in enumerate(timeline.symbols):
        if not timeline.covered[position]:
            free[symbol].append(position)
    found = []
    for symbol, positions in free.items():
        if len(positions) < max(min_occurrences, _OWN_SHARE * timeline.counts[symbol]):
            continue
        if sum(within[i] for i in positions) >= _WITHIN_SHARE * len(positions):
            continue
        occurrences: list[Positions] = [(position,) for position in _choose(timeline, symbol, positions)]
        if len(occurrences) >= min_occurrences and timeline.session_count(occurrences) >= min_sessions:
            found.append(Episode((symbol,), occurrences))
    return found


def _choose(timeline: Timeline, symbol: int, positions: list[int]) -> list[int]:
    """The dominating text alone, or the favourite of a short activity; else all together."""
    by_text: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for position in positions:
        by_text[timeline.shapes[position].values].append(position)
    commonest = max(by_text.values(), key=len)
    if len(commonest) >= _EXACT_SHARE * len(positions):
        return commonest
    frame, constants = timeline.templates.activities[symbol][:2]
    constant_length = len(" ".join([frame.program, *frame.options, *filter(None, constants)]))
    is_favourite = len(commonest) >= max(_FAVOURITE_COUNT, _FAVOURITE_SHARE * len(positions)) and len(by_text) > _FEW_TEXTS
    return commonest if constant_length < SHORTEST and is_favourite else positions


def _positions_within(timeline: Timeline, workflows: Sequence[Episode]) -> bytearray:
    """Marks every position between a workflow's steps."""
    within = bytearray(len(timeline) + 1)
    for episode in workflows:
        for occurrence in episode.occurrences:
            first, last = occurrence[0], occurrence[-1] + 1
            within[first:last] = b"\1" * (last - first)
    return within
