"""Commands that are worth a name on their own: long, typed often, and no part of a workflow."""

from collections import Counter, defaultdict

from vynexus_tui.mining.episode_growth import Episode, Positions
from vynexus_tui.mining.timeline import Timeline

SHORTEST = 20
"""Characters that do not vary; a shorter command is already as short as a name."""
LONG = 25
"""Commands shorter than this must be typed more often to be worth a name."""
_EXACT_SHARE = 0.6
"""Share of an activity's commands that must be the same text for it to be one exact command."""
_OWN_SHARE = 0.6
"""Share of an activity that no workflow has taken."""


def find_single_commands(timeline: Timeline, *, min_occurrences: int, min_sessions: int) -> list[Episode]:
    """Episodes of one step among the uncovered ones: exact where one text dominates, else with everything that varies."""
    free: dict[int, list[int]] = defaultdict(list)
    for position, symbol in enumerate(timeline.symbols):
        if not timeline.covered[position]:
            free[symbol].append(position)
    found = []
    for symbol, positions in free.items():
        if len(positions) < max(min_occurrences, _OWN_SHARE * timeline.counts[symbol]):
            continue
        chosen = _same_text(timeline, positions) or positions
        occurrences: list[Positions] = [(position,) for position in chosen]
        if len(chosen) >= min_occurrences and timeline.session_count(occurrences) >= min_sessions:
            found.append(Episode((symbol,), occurrences))
    return found


def _same_text(timeline: Timeline, positions: list[int]) -> list[int]:
    """The positions of the dominating text, or none when no text dominates."""
    values, count = Counter(timeline.shapes[i].values for i in positions).most_common(1)[0]
    if count < _EXACT_SHARE * len(positions):
        return []
    return [i for i in positions if timeline.shapes[i].values == values]
