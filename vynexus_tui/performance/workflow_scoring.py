"""The workflow score: a weighted geometric mean of three shares, so that one bad share cannot hide behind two good ones."""

from collections.abc import Sequence
from math import exp, log
from statistics import median
from typing import NamedTuple

from vynexus_tui.domain.settings import WorkflowOptimization
from vynexus_tui.performance.statistics import low_quantile, wilson_interval
from vynexus_tui.performance.workflow_figures import MeasuredOccurrence

_PRIOR_SUCCESSES, _PRIOR_OCCURRENCES = 4, 5
"""Before anything is known, four of five succeed."""
_PRIOR_PERFORMANCE, _PRIOR_TIMES = 0.8, 3
GOOD_QUANTILE = 0.2
"""An occurrence's good time is the one that a fifth of them reach."""
_LEAST_SHARE = 0.001
_CPU_FREE, _CPU_ZERO = 0.8, 1.6
_MEMORY_FREE, _MEMORY_ZERO = 0.5, 0.9
"""Use of the machine up to the first value costs nothing, at the second the share is 0."""


class Shares(NamedTuple):
    """The three parts of a score, each 0-1; resources None where neither CPU nor memory was measured."""

    success: float
    performance: float
    resources: float | None


def best_estimate(occurrences: Sequence[MeasuredOccurrence], core_count: int, memory_bytes: int | None) -> Shares:
    """The shares, pulled towards 0.8 as long as there are few occurrences."""
    total = len(occurrences)
    succeeded = sum(not o.has_failed for o in occurrences)
    raw, timed = _raw_performance(occurrences)
    return Shares(
        success=(succeeded + _PRIOR_SUCCESSES) / (total + _PRIOR_OCCURRENCES),
        performance=(raw * timed + _PRIOR_PERFORMANCE * _PRIOR_TIMES) / (timed + _PRIOR_TIMES),
        resources=_resource_share(occurrences, core_count, memory_bytes),
    )


def lower_bound(occurrences: Sequence[MeasuredOccurrence], core_count: int, memory_bytes: int | None) -> Shares:
    """The shares as a sceptic reads them: Wilson's bound, and few good times prove little. One more good one never lowers them."""
    best = best_estimate(occurrences, core_count, memory_bytes)
    succeeded = sum(not o.has_failed for o in occurrences)
    raw, timed = _raw_performance(occurrences)
    return Shares(
        success=min(best.success, wilson_interval(succeeded, len(occurrences))[0]),
        performance=raw * timed / (timed + _PRIOR_TIMES),
        resources=best.resources,
    )


def _raw_performance(occurrences: Sequence[MeasuredOccurrence]) -> tuple[float, int]:
    """Its own good time by its typical time (1.0: always as quick as when it goes well), and how many times that rests on."""
    totals_s = [o.total_s for o in occurrences if not o.has_failed]
    if not totals_s:
        return 0.0, 0
    typical_s = median(totals_s)
    return (low_quantile(totals_s, GOOD_QUANTILE) / typical_s if typical_s > 0 else 1.0), len(totals_s)


def _resource_share(occurrences: Sequence[MeasuredOccurrence], core_count: int, memory_bytes: int | None) -> float | None:
    cores = [c for o in occurrences if (c := o.cores) is not None]
    peaks = [p for o in occurrences if (p := o.peak_memory_bytes) is not None]
    parts = []
    if cores:
        parts.append(_headroom(median(cores) / core_count, _CPU_FREE, _CPU_ZERO))
    if peaks and memory_bytes:
        parts.append(_headroom(median(peaks) / memory_bytes, _MEMORY_FREE, _MEMORY_ZERO))
    return min(parts, default=None)


def _headroom(use_share: float, free: float, zero: float) -> float:
    return min(1.0, max(0.0, 1 - (use_share - free) / (zero - free)))


def losses(shares: Shares, settings: WorkflowOptimization) -> Shares:
    """What each share costs: they add up to -ln(score), so the largest is the reason. Weights of unknown shares are left out."""
    weights = (settings.success_weight, settings.performance_weight, settings.resource_weight)
    known = [(w, share) for w, share in zip(weights, shares, strict=True) if share is not None]
    total = sum(w for w, _ in known)
    parts = [
        None if share is None else -(w / total if total > 0 else 1 / len(known)) * log(max(_LEAST_SHARE, share))
        for w, share in zip(weights, shares, strict=True)
    ]
    return Shares(success=parts[0] or 0.0, performance=parts[1] or 0.0, resources=parts[2])


def combine(shares: Shares, settings: WorkflowOptimization) -> float:
    """The score, 0-1."""
    return exp(-sum(part for part in losses(shares, settings) if part is not None))
