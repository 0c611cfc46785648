"""Steps that a routine's runs have between two of its own belong to it, whoever took them first."""

from collections import Counter
from collections.abc import Sequence

from vynexus_tui.mining.episode_growth import MOST_STEPS, Episode, EpisodeGrower
from vynexus_tui.mining.significance import is_surprising
from vynexus_tui.mining.timeline import ABSENT, Timeline
from vynexus_tui.mining.usual_line import OPTIONAL_STEP, usual_line

_MOST_RUNS = 0.5


def fill_inside(episodes: Sequence[Episode], grower: EpisodeGrower) -> list[Episode]:
    """Give each routine, the biggest first, the steps that most of its runs have between two of its own, whosever they were."""
    timeline = grower.timeline
    owners = {i: (number, at) for number, episode in enumerate(episodes) for at, o in enumerate(episode.occurrences) for i in o}
    filled = [Episode(episode.symbols, list(episode.occurrences)) for episode in episodes]
    for number in sorted(range(len(filled)), key=lambda n: -filled[n].saved_steps):
        episode = filled[number]
        for symbol in _missing_inside(timeline, episode):
            if len(episode.symbols) >= MOST_STEPS:
                break
            for at, run in enumerate(episode.occurrences):
                between = range(run[0] + 1, run[-1]) if run else ()
                position = next((i for i in between if timeline.symbols[i] == symbol and i not in run), ABSENT)
                if position == ABSENT:
                    continue
                loser = owners.get(position)
                if loser is not None:
                    own = filled[loser[0]].occurrences
                    own[loser[1]] = tuple(i for i in own[loser[1]] if i != position)
                episode.occurrences[at] = tuple(sorted((*run, position)))
                owners[position] = (number, at)
                timeline.cover((position,))
            line = usual_line(timeline, episode.occurrences)
            ordered = {s: place for place, s in enumerate((*line.symbols, *line.stand_ins))}
            episode.symbols = tuple(sorted({*episode.symbols, symbol}, key=lambda s: ordered.get(s, len(ordered))))
    return [episode for episode in (_what_is_left(e, grower) for e in filled) if episode is not None]


def _missing_inside(timeline: Timeline, episode: Episode) -> list[int]:
    """Activities that stand between the steps in most runs, more often than chance explains, and are no steps."""
    runs = [run for run in episode.occurrences if len(run) > 1]
    inside = [[i for i in range(run[0] + 1, run[-1]) if i not in run] for run in runs]
    present = Counter(symbol for places in inside for symbol in {timeline.symbols[i] for i in places} - set(episode.symbols))
    looked_at = sum(map(len, inside))
    return [
        symbol
        for symbol, count in present.most_common()
        if count >= _MOST_RUNS * len(runs) and is_surprising(timeline, symbol, hits=count, looked_at=looked_at)
    ]


def _what_is_left(episode: Episode, grower: EpisodeGrower) -> Episode | None:
    """The episode after others took steps from it, None where too little remains."""
    timeline = grower.timeline
    runs = [run for run in episode.occurrences if len(run) > 1]
    for run in episode.occurrences:
        if len(run) == 1:
            timeline.cover(run, covered=False)
    present = Counter(timeline.symbols[i] for run in runs for i in run)
    symbols = tuple(symbol for symbol in episode.symbols if present[symbol] >= OPTIONAL_STEP * len(runs))
    if len(runs) < grower.min_occurrences or len(symbols) < 2 or timeline.session_count(runs) < grower.min_sessions:
        for run in runs:
            timeline.cover(run, covered=False)
        return None
    return Episode(symbols, runs)
