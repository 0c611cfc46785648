"""What does the person repeat? From events to a ranked list in which every habit stands once."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo

from vynexus_tui.domain.events import CommandEvent, CountQuality
from vynexus_tui.domain.identifiers import EventId, PatternId
from vynexus_tui.domain.patterns import Occurrence, Pattern, PatternKind, PatternStep
from vynexus_tui.domain.settings import RepetitiveTaskDetection
from vynexus_tui.domain.targets import ProjectTarget
from vynexus_tui.mining.consolidation import consolidate
from vynexus_tui.mining.episode_growth import Episode, EpisodeGrower, Positions
from vynexus_tui.mining.gaps import find_gaps
from vynexus_tui.mining.identity import mint_id
from vynexus_tui.mining.occurrences import build_occurrence, build_steps, exact_start, newest_complete
from vynexus_tui.mining.potential import score_potential
from vynexus_tui.mining.schedules import DailyActivity, find_schedule
from vynexus_tui.mining.segmentation import build_traces
from vynexus_tui.mining.session_loops import find_loops
from vynexus_tui.mining.single_commands import LONG, SHORTEST, VERY_LONG, find_single_commands
from vynexus_tui.mining.timeline import Timeline, build_timeline
from vynexus_tui.mining.worthiness import find_alias, is_pointless, is_session, literal_length, reasons_against

_LONG_BESIDE_VALUES = 40
"""A parameterised command with this many constant characters is worth a name after four times, a shorter one after five."""
_ALWAYS = 0.8
_ELSEWHERE = 0.5
_NO_ALIASES: Mapping[str, str] = {}


class RepetitiveTaskIdentifier:
    """Finds exact commands, parameterised commands and workflows that a person repeats."""

    def __init__(self, settings: RepetitiveTaskDetection) -> None:
        self._settings = settings

    def identify(
        self,
        events: Sequence[CommandEvent],
        *,
        now: datetime,
        zone: tzinfo = UTC,
        aliases: Mapping[str, str] = _NO_ALIASES,
        known_targets: Sequence[ProjectTarget] = (),
    ) -> tuple[Pattern, ...]:
        """All patterns, worthy ones first, best first. `aliases` are the person's own, `known_targets` their projects' (`make deploy`)."""
        events = events[-self._settings.max_events :]
        timeline = build_timeline(build_traces(events, idle_gap_s=self._settings.idle_gap_s))
        builder = _PatternBuilder(timeline, events, self._settings, now, zone, aliases, known_targets)
        found = [builder.build(episode) for episode in self._find_episodes(timeline)]
        patterns = [pattern for pattern in found if pattern is not None]
        return tuple(sorted(patterns, key=rank_of))

    def _find_episodes(self, timeline: Timeline) -> list[Episode]:
        if not len(timeline):
            return []
        limits = self._settings
        session_count = len(set(timeline.sessions))
        min_sessions = min(limits.min_sessions, session_count)
        grower = EpisodeGrower(timeline, min_occurrences=limits.min_occurrences, min_sessions=min_sessions)
        loops = find_loops(timeline) if session_count < limits.min_sessions else []
        workflows = loops + consolidate(grower.grow_all(), grower)
        singles = find_single_commands(timeline, workflows, min_occurrences=limits.min_occurrences, min_sessions=min_sessions)
        return workflows + singles


class _PatternBuilder:
    """Everything that is told about one episode, put together."""

    def __init__(
        self,
        timeline: Timeline,
        events: Sequence[CommandEvent],
        settings: RepetitiveTaskDetection,
        now: datetime,
        zone: tzinfo,
        aliases: Mapping[str, str],
        known_targets: Sequence[ProjectTarget],
    ) -> None:
        self._timeline = timeline
        self._events: dict[EventId, CommandEvent] = {event.event_id: event for event in events}
        self._ages = {event.event_id: (_epoch_s(event), event.sequence_no) for event in events}
        self._settings = settings
        self._now = now
        self._zone = zone
        dated = [start for event in events if (start := exact_start(event)) is not None]
        self._activity = DailyActivity(dated, zone=zone)
        self._aliases = aliases
        self._known_targets = known_targets
        self._taken: set[PatternId] = set()
        self._owned: set[EventId] = set()
        self._session_count = len(set(timeline.sessions))

    def build(self, episode: Episode) -> Pattern | None:
        """The pattern of an episode, None when nobody would want to see it."""
        timeline = self._timeline
        if not self._is_listed(episode) or (len(episode.symbols) == 1 and self._is_pointless(episode.occurrences[-1])):
            return None
        episode.occurrences.sort(key=lambda positions: self._ages[timeline.steps[positions[0]].event_id])
        episode.occurrences = self._with_own_events(episode)
        if not self._is_listed(episode):
            return None
        model = newest_complete(timeline, episode)
        if self._is_pointless(model):
            return None
        steps, values = build_steps(timeline, episode, model)
        began = [self._events[timeline.steps[positions[0]].event_id] for positions in episode.occurrences]
        schedule = find_schedule([start for event in began if (start := exact_start(event))], self._activity, zone=self._zone)
        if len(steps) == 1 and schedule is None and not self._is_worth_a_name(steps, episode):
            return None
        occurrences = tuple(build_occurrence(timeline, o, self._events, values.get(o, {})) for o in episode.occurrences)
        kind = _kind(timeline, episode, steps)
        quality = self._count_quality(occurrences)
        gaps = find_gaps(timeline, episode, model, self._events)
        reasons = reasons_against(
            steps, occurrences, count_quality=quality, aliases=self._aliases, known_targets=self._known_targets, gaps=gaps
        )
        pattern_id = mint_id(kind, steps, self._taken)
        self._taken.add(pattern_id)
        self._owned.update(event_id for occurrence in occurrences for event_id in occurrence.event_ids)
        return Pattern(
            pattern_id=pattern_id,
            kind=kind,
            steps=steps,
            occurrences=occurrences,
            potential=score_potential(occurrences, self._settings, now=self._now),
            worthy=not reasons,
            reasons=reasons,
            schedule=schedule,
            gaps=gaps,
            count_quality=quality,
        )

    def _is_pointless(self, positions: Positions) -> bool:
        return is_pointless([PatternStep(text=self._timeline.steps[i].text) for i in positions])

    def _with_own_events(self, episode: Episode) -> list[Positions]:
        """The occurrences without events that an earlier pattern or occurrence has: `a && b` may hold steps of two."""
        kept, owned, starts = [], set[EventId](), set[float]()
        for occurrence in episode.occurrences:
            # One run that two sources tell of under other names: nobody does the same twice in one instant.
            start_s = self._ages[self._timeline.steps[occurrence[0]].event_id][0]
            if start_s and start_s in starts:
                continue
            starts.add(start_s)
            ids = {i: self._timeline.steps[i].event_id for i in occurrence}
            own = tuple(i for i in occurrence if ids[i] not in self._owned and ids[i] not in owned)
            if len(own) >= min(2, len(episode.symbols)):
                kept.append(own)
                owned.update(ids.values())
        return kept

    def _is_listed(self, episode: Episode) -> bool:
        least_sessions = min(self._settings.min_sessions, self._session_count)
        is_often = len(episode.occurrences) >= self._settings.min_occurrences
        return is_often and self._timeline.session_count(episode.occurrences) >= least_sessions

    def _is_worth_a_name(self, steps: Sequence[PatternStep], episode: Episode) -> bool:
        """A single command: long enough, or the person's alias for it should be pointed out."""
        if find_alias(steps, self._aliases) is not None:
            return True
        length, count = literal_length(steps[0]), len(episode.occurrences)
        if length < SHORTEST:
            return False
        if steps[0].slots:
            is_often = count >= (4 if length >= _LONG_BESIDE_VALUES else 5) and length >= LONG
            return is_often and self._timeline.session_count(episode.occurrences) >= min(3, self._session_count)
        return count >= (3 if length >= VERY_LONG else 4 if length >= LONG or is_session(steps[0]) else 7)

    def _count_quality(self, occurrences: Sequence[Occurrence]) -> CountQuality:
        ids = {event_id for occurrence in occurrences for event_id in occurrence.event_ids}
        is_deduped = any(self._events[i].count_quality is CountQuality.DEDUPED for i in ids)
        return CountQuality.DEDUPED if is_deduped else CountQuality.EXACT


def _epoch_s(event: CommandEvent) -> float:
    return event.started_at.timestamp() if event.started_at is not None else 0.0


def _kind(timeline: Timeline, episode: Episode, steps: Sequence[PatternStep]) -> PatternKind:
    if len(steps) == 1:
        return PatternKind.PARAMETERISED if steps[0].slots else PatternKind.EXACT
    if len(steps) == 2:
        first, second = (timeline.counts[symbol] for symbol in episode.symbols)
        count = len(episode.occurrences)
        if count >= _ALWAYS * first and count < _ELSEWHERE * second:
            return PatternKind.RULE
    return PatternKind.WORKFLOW


def rank_of(pattern: Pattern) -> tuple[bool, float, int, str]:
    """Sorts worthy patterns first, by potential, then by the steps they would save."""
    return (not pattern.worthy, -pattern.potential.score, -len(pattern.steps) * pattern.occurrence_count, pattern.pattern_id)
