"""WorkflowOptimizer: how well each workflow goes (0-1), which step holds it back, and what changing that would give per week."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from statistics import median
from typing import NamedTuple

from vynexus_tui.domain.findings import Improvement, WorkflowScore
from vynexus_tui.domain.identifiers import EventId
from vynexus_tui.domain.patterns import Pattern
from vynexus_tui.domain.runs import CommandMetric
from vynexus_tui.domain.settings import WorkflowOptimization
from vynexus_tui.performance.statistics import low_quantile, median_interval, wilson_interval
from vynexus_tui.performance.weekly import RecordedSpan, recorded_span
from vynexus_tui.performance.wording import gibibytes, percent, seconds_in_words
from vynexus_tui.performance.workflow_figures import MeasuredOccurrence, MeasuredStep, measured_occurrences, why_unmeasured
from vynexus_tui.performance.workflow_scoring import GOOD_QUANTILE, best_estimate, combine, losses, lower_bound

_NOTICEABLE_S = 0.1
_LEAST_SAVING_S = 1.0


class _Weakness(NamedTuple):
    """What holds a workflow back, and where."""

    step: str
    reason: str
    lost_each_s: float
    """Seconds per occurrence, lower bound."""


class WorkflowOptimizer:
    """Scores workflows by success, performance and resource use, and ranks what would improve them."""

    def __init__(self, settings: WorkflowOptimization, core_count: int, memory_bytes: int | None) -> None:
        self._settings = settings
        self._core_count = core_count
        self._memory_bytes = memory_bytes

    def score(self, pattern: Pattern, metrics_by_event: Mapping[EventId, CommandMetric]) -> WorkflowScore:
        """The score with its lower bound, parts and worst step; all None, with what is missing, below the least number measured."""
        occurrences = measured_occurrences(pattern, metrics_by_event)
        if len(occurrences) < self._settings.min_measured:
            return WorkflowScore(
                pattern_id=pattern.pattern_id,
                title=pattern.title,
                occurrence_count=pattern.occurrence_count,
                measured_count=len(occurrences),
                score=None,
                low=None,
                success_share=None,
                performance_share=None,
                resource_share=None,
                worst_step=None,
                worst_reason=None,
                missing=why_unmeasured(pattern, metrics_by_event, self._settings.min_measured),
            )
        shares = best_estimate(occurrences, self._core_count, self._memory_bytes)
        score = combine(shares, self._settings)
        low = combine(lower_bound(occurrences, self._core_count, self._memory_bytes), self._settings)
        step, reason = self._worst_step(occurrences)
        return WorkflowScore(
            pattern_id=pattern.pattern_id,
            title=pattern.title,
            occurrence_count=pattern.occurrence_count,
            measured_count=len(occurrences),
            score=score,
            low=min(low, score),
            success_share=shares.success,
            performance_share=shares.performance,
            resource_share=shares.resources,
            worst_step=step,
            worst_reason=reason,
            missing=None if shares.resources is not None else "CPU and memory: `vynexus hook install` records CPU time from now on",
        )

    def rank(
        self, patterns: Sequence[Pattern], metrics_by_event: Mapping[EventId, CommandMetric], *, now: datetime
    ) -> tuple[Improvement, ...]:
        """What to change, most seconds per week first; where nothing is dated the saving is unknown and comes last."""
        span = recorded_span((o.started_at for p in patterns for o in p.occurrences if o.started_at is not None), now)
        found = [i for pattern in patterns for i in self._improvements(pattern, metrics_by_event, span)]
        found.sort(key=lambda i: (i.expected_saving_s is None, -(i.expected_saving_s or 0.0), i.title))
        return tuple(found)

    def _improvements(
        self, pattern: Pattern, metrics_by_event: Mapping[EventId, CommandMetric], span: RecordedSpan | None
    ) -> Iterator[Improvement]:
        occurrences = measured_occurrences(pattern, metrics_by_event)
        if len(occurrences) < self._settings.min_measured:
            return
        moments = sorted(o.started_at for o in pattern.occurrences if o.started_at is not None)
        per_week = span.rate(moments).counted if span is not None and moments else None
        for weakness in (_most_failing(occurrences), _most_varying(occurrences), _most_paused(occurrences)):
            if weakness is None:
                continue
            saving_s = None if per_week is None else per_week * weakness.lost_each_s
            if saving_s is None or saving_s >= _LEAST_SAVING_S:
                yield Improvement(
                    pattern_id=pattern.pattern_id,
                    title=pattern.title,
                    text=f"`{weakness.step}` {weakness.reason}",
                    expected_saving_s=saving_s,
                )

    def _worst_step(self, occurrences: Sequence[MeasuredOccurrence]) -> tuple[str, str]:
        """The step behind the part of the score that costs most; where nothing is wrong, the longest one."""
        cost = losses(best_estimate(occurrences, self._core_count, self._memory_bytes), self._settings)
        candidates = (
            (cost.success, _most_failing(occurrences)),
            (cost.performance, _most_varying(occurrences)),
            (cost.resources or 0.0, self._hungriest(occurrences)),
        )
        known = [(lost, weakness) for lost, weakness in candidates if weakness is not None]
        if not known:
            return _longest(occurrences)
        _, worst = max(known, key=lambda candidate: candidate[0])
        return worst.step, worst.reason

    def _hungriest(self, occurrences: Sequence[MeasuredOccurrence]) -> _Weakness | None:
        """The step that uses most of the machine, if that costs the score anything."""
        if best_estimate(occurrences, self._core_count, self._memory_bytes).resources in (None, 1.0):
            return None
        used: list[tuple[float, str, str]] = []
        for label, steps in _by_label(occurrences).items():
            cores = [s.metric.cpu_s / s.wall_s for s in steps if s.metric.cpu_s is not None and s.wall_s > 0]
            peaks = [s.metric.peak_memory_bytes for s in steps if s.metric.peak_memory_bytes is not None]
            if cores:
                share = median(cores) / self._core_count
                used.append((share, label, f"keeps {median(cores):.1f} of {self._core_count} cores busy"))
            if peaks and self._memory_bytes:
                share = median(peaks) / self._memory_bytes
                used.append((share, label, f"takes {gibibytes(median(peaks))} of memory ({percent(share)})"))
        if not used:
            return None
        _, label, reason = max(used)
        return _Weakness(label, reason, 0.0)


def _by_label(occurrences: Sequence[MeasuredOccurrence]) -> dict[str, list[MeasuredStep]]:
    grouped: dict[str, list[MeasuredStep]] = {}
    for occurrence in occurrences:
        for step in occurrence.steps:
            grouped.setdefault(step.label, []).append(step)
    return grouped


def _typical_s(occurrences: Sequence[MeasuredOccurrence], seconds: Callable[[MeasuredStep], float]) -> dict[str, float]:
    """What each step takes of a typical occurrence, 0 in those without it: never more than the whole of a typical one."""
    found: dict[str, dict[int, float]] = {}
    for number, occurrence in enumerate(occurrences):
        for step in occurrence.steps:
            parts = found.setdefault(step.label, dict.fromkeys(range(len(occurrences)), 0.0))
            parts[number] += seconds(step)
    return {label: median(parts.values()) for label, parts in found.items()}


def _most_failing(occurrences: Sequence[MeasuredOccurrence]) -> _Weakness | None:
    """The step that fails most often; an occurrence with a failed step is lost time as a whole."""
    failures = {label: [s for s in steps if s.has_failed] for label, steps in _by_label(occurrences).items()}
    label, failed = max(failures.items(), key=lambda item: len(item[1]))
    if not failed:
        return None
    codes = sorted({s.metric.exit_code for s in failed if s.metric.exit_code is not None})
    lost = [o.total_s for o in occurrences if any(s.has_failed and s.label == label for s in o.steps)]
    total = len(occurrences)
    reason = f"fails in {len(lost)} of {total} occurrences (exit {', '.join(map(str, codes))})"
    return _Weakness(label, reason, wilson_interval(len(lost), total)[0] * median(lost))


def _most_varying(occurrences: Sequence[MeasuredOccurrence]) -> _Weakness | None:
    """The step whose typical time is furthest above its own good time."""
    found: list[_Weakness] = []
    for label, steps in _by_label([o for o in occurrences if not o.has_failed]).items():
        walls_s = [s.wall_s for s in steps]
        typical_s, good_s = median(walls_s), low_quantile(walls_s, GOOD_QUANTILE)
        if len(walls_s) < 3 or typical_s - good_s < _NOTICEABLE_S:
            continue
        surely_s = max(0.0, median_interval(walls_s).low - good_s)
        reason = f"typically takes {seconds_in_words(typical_s)}, {seconds_in_words(typical_s - good_s)} above its own good times"
        found.append(_Weakness(label, reason, surely_s))
    return max(found, key=lambda w: w.lost_each_s, default=None)


def _most_paused(occurrences: Sequence[MeasuredOccurrence]) -> _Weakness | None:
    """The pauses between the steps, named after the longest: one script would run the steps without them."""
    occurrences = [o for o in occurrences if not o.has_failed]
    pauses_s = [sum(s.pause_s for s in o.steps) for o in occurrences]
    if len(pauses_s) < 3 or median(pauses_s) < _NOTICEABLE_S:
        return None
    label, longest_s = max(_typical_s(occurrences, lambda step: step.pause_s).items(), key=lambda item: item[1])
    total_s = median(o.total_s for o in occurrences)
    reason = (
        f"waits {seconds_in_words(longest_s)} to be typed; pauses between steps take {seconds_in_words(median(pauses_s))} "
        f"of {seconds_in_words(total_s)}, a script has none"
    )
    return _Weakness(label, reason, median_interval(pauses_s).low)


def _longest(occurrences: Sequence[MeasuredOccurrence]) -> tuple[str, str]:
    label, wall_s = max(_typical_s(occurrences, lambda step: step.wall_s).items(), key=lambda item: item[1])
    return label, f"takes {seconds_in_words(wall_s)} of {seconds_in_words(median(o.total_s for o in occurrences))}"
