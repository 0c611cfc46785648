"""What a pattern's occurrences cost, step by step, as far as they were measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from vynexus_tui.domain.identifiers import EventId
from vynexus_tui.domain.patterns import Occurrence, Pattern
from vynexus_tui.domain.runs import CommandMetric
from vynexus_tui.performance.failure_rates import is_failure

_LONGEST_PAUSE_S = 30.0
"""A longer gap between two steps is a break, not work: counting it overstated the time by hand 3.4 times (median)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredStep:
    """One command of an occurrence."""

    label: str
    """The pattern's steps it stands for, joined by && where one command line held several."""
    metric: CommandMetric
    wall_s: float
    pause_s: float
    """Between the end of the step before and its start, 30 s at most."""
    has_failed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredOccurrence:
    """An occurrence of which every step's duration and outcome is known."""

    steps: tuple[MeasuredStep, ...]
    total_s: float
    """Steps and pauses, so that no part is longer than the whole. Not the occurrence's own time, which leaves breaks out otherwise."""
    started_at: datetime | None

    @property
    def has_failed(self) -> bool:
        """Whether a step failed."""
        return any(step.has_failed for step in self.steps)

    @property
    def cores(self) -> float | None:
        """CPU time by wall time of the steps whose CPU time is known."""
        costed = [(s.metric.cpu_s, s.wall_s) for s in self.steps if s.metric.cpu_s is not None]
        wall_s = sum(wall for _, wall in costed)
        return sum(cpu for cpu, _ in costed) / wall_s if wall_s > 0 else None

    @property
    def peak_memory_bytes(self) -> int | None:
        """Largest single process of all steps."""
        return max((s.metric.peak_memory_bytes for s in self.steps if s.metric.peak_memory_bytes is not None), default=None)


def measured_occurrences(pattern: Pattern, metrics_by_event: Mapping[EventId, CommandMetric]) -> list[MeasuredOccurrence]:
    """The occurrences that are measured throughout, in the pattern's order."""
    found = (_measure(pattern, occurrence, metrics_by_event) for occurrence in pattern.occurrences)
    return [m for m in found if m is not None]


def _measure(pattern: Pattern, occurrence: Occurrence, metrics_by_event: Mapping[EventId, CommandMetric]) -> MeasuredOccurrence | None:
    event_ids = list(dict.fromkeys(occurrence.event_ids))
    metrics = [metrics_by_event[e] for e in event_ids if e in metrics_by_event]
    walls_s = [m.duration_s for m in metrics if m.duration_s is not None]
    outcomes = [failed for m in metrics if (failed := is_failure(m)) is not None]
    if not event_ids or not len(event_ids) == len(walls_s) == len(outcomes):
        return None
    labels = _labels(pattern, occurrence, metrics)
    pauses_s = [0.0, *(_pause_s(early, late) for early, late in pairwise(metrics))]
    steps = tuple(
        MeasuredStep(label=label, metric=metric, wall_s=wall, pause_s=pause, has_failed=failed)
        for label, metric, wall, pause, failed in zip(labels, metrics, walls_s, pauses_s, outcomes, strict=True)
    )
    return MeasuredOccurrence(steps=steps, total_s=sum(walls_s) + sum(pauses_s), started_at=occurrence.started_at or metrics[0].started_at)


def _labels(pattern: Pattern, occurrence: Occurrence, metrics: Sequence[CommandMetric]) -> list[str]:
    """What to call each command: the pattern's own words, or its family where an optional step was left out."""
    if len(occurrence.event_ids) != len(pattern.steps):
        return [m.family for m in metrics]
    words: dict[EventId, list[str]] = {}
    for event_id, step in zip(occurrence.event_ids, pattern.steps, strict=True):
        words.setdefault(event_id, []).append(step.template)
    return [" && ".join(templates) for templates in words.values()]


def _pause_s(early: CommandMetric, late: CommandMetric) -> float:
    if early.started_at is None or late.started_at is None:
        return 0.0
    pause_s = (late.started_at - early.started_at).total_seconds() - (early.duration_s or 0.0)
    return min(_LONGEST_PAUSE_S, max(0.0, pause_s))


def why_unmeasured(pattern: Pattern, metrics_by_event: Mapping[EventId, CommandMetric], least: int) -> str:
    """What is missing for a score, and the one command that records it."""
    metrics = [metrics_by_event[e] for o in pattern.occurrences for e in o.event_ids if e in metrics_by_event]
    if not any(m.duration_s is not None for m in metrics):
        return "no durations: `vynexus hook install` records them from now on"
    if not any(m.exit_code is not None for m in metrics):
        return "no exit codes: `vynexus hook install` records them from now on"
    return f"{len(measured_occurrences(pattern, metrics_by_event))} of {least} occurrences measured from first to last step"
