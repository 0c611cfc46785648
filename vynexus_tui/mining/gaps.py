"""What the runs of a routine do that its steps do not say: a script of the steps alone would do something else.

An activity has one place in a routine. `git checkout main … git checkout develop` has two, a row of fourteen steps may come out as
two routines, `git add` takes now one file and now four. Better no script than one that leaves `docker push` out.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from vynexus_tui.domain.events import CommandEvent
from vynexus_tui.domain.identifiers import EventId
from vynexus_tui.language.lexing import Part, parse_command
from vynexus_tui.language.program_facts import interactive_reason, is_navigation, is_trivial
from vynexus_tui.mining.episode_growth import Episode, Positions
from vynexus_tui.mining.occurrences import is_same_step
from vynexus_tui.mining.timeline import Timeline

_Head: TypeAlias = tuple[str, ...]
_LONGEST_READ = 4096
_MOST_RUNS = 200
_LAST_RUNS = 5
"""Done the other way within the last times, it is a choice and no change of habit."""
_INSIDE_SHARE = 0.5
_BESIDE_SHARE = 0.8
_SOMETIMES_SHARE = 0.3
_ELSEWHERE_SHARE = 0.2
_MOVES = frozenset(("cd", "pushd", "popd", "z", "zoxide"))


def find_gaps(timeline: Timeline, episode: Episode, model: Positions, events: Mapping[EventId, CommandEvent]) -> tuple[str, ...]:
    """What is wrong with the steps of `model` as a script, in words; empty where nothing is known to be."""
    if len(episode.symbols) < 2:
        return ()
    runs = episode.occurrences[-_MOST_RUNS:]
    inside, again, beside = Counter[_Head](), Counter[_Head](), Counter[_Head]()
    texts: dict[_Head, str] = {}
    for run in runs:
        heads = {i: _head(timeline, i) for i in _around(timeline, run)}
        texts |= {head: timeline.steps[i].text for i, head in heads.items()}
        between = [i for i in heads if run[0] < i < run[-1]]
        twice = Counter(timeline.symbols[i] for i in run)
        again.update({heads[i] for i in run if twice[timeline.symbols[i]] > 1})
        inside.update({heads[i] for i in between if i not in run and _matters(timeline.steps[i].text)})
        # Where the routine itself goes from folder to folder, the first move decides where all the rest happens.
        asks = _matters if any(heads.get(i, ("",))[0] in _MOVES for i in run) else _is_work
        ends = [i for i in heads if not run[0] <= i <= run[-1] and not timeline.covered[i]]
        beside.update({heads[i] for i in ends if asks(timeline.steps[i].text)})
    enough = len(runs)
    found = [f"does `{_short(texts[head])}` more than once in a run" for head, n in again.items() if n >= _INSIDE_SHARE * enough]
    found += [f"`{_short(texts[head])}` is done in between, too" for head, n in inside.items() if n >= _INSIDE_SHARE * enough]
    found += [f"`{_short(texts[head])}` is always done right before or after" for head, n in beside.items() if n >= _BESIDE_SHARE * enough]
    found += [
        f"now `{_short(_text_of(timeline, runs, other))}`, now `{_short(_text_of(timeline, runs, step))}`"
        for other, step in episode.stand_ins.items()
        if any(timeline.symbols[i] == other for run in runs[-_LAST_RUNS:] for i in run)
    ]
    found += [
        f"`{_short(_text_of(timeline, runs, symbol))}` is done in {count} of {enough} runs, the other steps in the others"
        for symbol, count in _without_place(timeline, episode, runs, model).items()
        if count >= _SOMETIMES_SHARE * enough
    ]
    if sum(_is_scattered(timeline, run, events) for run in runs) >= _ELSEWHERE_SHARE * enough:
        found.append("typed in several terminals, in different folders")
    return tuple(found)


def _without_place(timeline: Timeline, episode: Episode, runs: Sequence[Positions], model: Positions) -> Counter[int]:
    """How many runs have an activity that is none of the steps, nor another way to do one."""
    known = {timeline.symbols[i] for i in model} | episode.stand_ins.keys()
    return Counter(
        timeline.symbols[i]
        for run in runs
        for i in run
        if timeline.symbols[i] not in known and not any(is_same_step(timeline, i, step) for step in model)
    )


def _around(timeline: Timeline, run: Positions) -> Iterator[int]:
    """What was typed in the run's terminals from right before it to right after it."""
    sessions = {timeline.sessions[i] for i in run}
    span = range(timeline.neighbour(run[0], -1), timeline.neighbour(run[-1], 1) + 1)
    return (i for i in span if timeline.sessions[i] in sessions)


def _head(timeline: Timeline, position: int) -> _Head:
    """What is done, however many things it is done to: `git add`, `rm`, `set RPORT`."""
    frame, constants = timeline.templates.activities[timeline.symbols[position]][:2]
    return (frame.program, *(constant for constant in constants[: max(1, frame.head_size)] if constant is not None))


def _matters(text: str) -> bool:
    """Whether leaving it out changes what the rest does."""
    parts = parse_command(text) if len(text) <= _LONGEST_READ else ()
    return any(_is_work_part(part) or (part.text.split() or [""])[0] in _MOVES for part in parts)


def _is_work(text: str) -> bool:
    return any(map(_is_work_part, parse_command(text))) if len(text) <= _LONGEST_READ else False


def _is_work_part(part: Part) -> bool:
    return not is_navigation(part) and not is_trivial(part) and interactive_reason(part) is None


def _is_scattered(timeline: Timeline, run: Sequence[int], events: Mapping[EventId, CommandEvent]) -> bool:
    """Whether its steps were typed in several terminals and not, as far as is known, in one folder."""
    if len({timeline.sessions[i] for i in run}) == 1:
        return False
    folders = {events[timeline.steps[i].event_id].cwd for i in run}
    return len(folders) > 1 or None in folders


def _text_of(timeline: Timeline, runs: Sequence[Positions], symbol: int) -> str:
    return next((timeline.steps[i].text for run in reversed(runs) for i in run if timeline.symbols[i] == symbol), "")


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"
