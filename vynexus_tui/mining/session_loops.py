"""What is done over and over within one sitting (`set X Y`, `exploit`): listed where a history is a single session, never automated.

Such a loop is one program right before another, whatever their arguments, so that no activity of it need repeat.
"""

import math
from collections import Counter
from collections.abc import Iterator

from vynexus_tui.language.program_tables import NAVIGATION, TRIVIAL
from vynexus_tui.mining.episode_growth import Episode
from vynexus_tui.mining.significance import Evidence
from vynexus_tui.mining.timeline import Timeline

_LEAST_COUNT = 5
_SURPRISE_NATS = 8.0
"""Least log likelihood ratio beyond the number of pairs compared: chance makes such a loop in one session of 3000."""


def find_loops(timeline: Timeline) -> list[Episode]:
    """Pairs of programs of which the second nearly always follows the first, strongest first; each then owns its positions."""
    programs = [shape.frame.program for shape in timeline.shapes]
    following = Counter((programs[i], programs[i + 1]) for i in _free_pairs(timeline, programs))
    total, compared = Counter(programs), sum(count >= 3 for count in following.values())
    strengths = {
        pair: Evidence(count, total[pair[0]], total[pair[1]], len(programs)).nats - math.log(compared)
        for pair, count in following.items()
        if count >= _LEAST_COUNT
    }
    found = []
    for pair in sorted((p for p, nats in strengths.items() if nats >= _SURPRISE_NATS), key=lambda p: (-strengths[p], p)):
        at = [i for i in _free_pairs(timeline, programs) if (programs[i], programs[i + 1]) == pair]
        if len(at) >= _LEAST_COUNT:
            occurrences = [(i, i + 1) for i in at]
            for occurrence in occurrences:
                timeline.cover(occurrence)
            found.append(Episode((timeline.symbols[at[-1]], timeline.symbols[at[-1] + 1]), list(occurrences)))
    return found


def _free_pairs(timeline: Timeline, programs: list[str]) -> Iterator[int]:
    """Positions that belong to nothing yet and whose next one is of another program, neither of them one that only looks."""
    for i in range(len(programs) - 1):
        is_free = not timeline.covered[i] and not timeline.covered[i + 1] and timeline.segments[i] == timeline.segments[i + 1]
        if is_free and programs[i] != programs[i + 1] and not {programs[i], programs[i + 1]} & (NAVIGATION | TRIVIAL):
            yield i
