"""In which order findings are shown, and which are too small to show."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from vynexus_tui.domain.findings import Finding, FindingKind
from vynexus_tui.performance.statistics import Interval
from vynexus_tui.performance.weekly import WeeklyRate

_TIERS = {
    FindingKind.REGRESSION: 0,
    FindingKind.FAILURES: 0,
    FindingKind.SYSTEM: 0,
    FindingKind.SLOW: 1,
    FindingKind.CPU: 1,
    FindingKind.MEMORY: 1,
    FindingKind.IMPROVEMENT: 2,
}
"""Something that got worse comes before something that merely is above a limit, as a 90 s build always is."""


class WeeklyLoss(NamedTuple):
    """Seconds per week."""

    at_least_s: float
    at_most_s: float


class Candidate(NamedTuple):
    """A finding, and what it costs at most: it is left out only when even that is too little."""

    finding: Finding
    at_most_s: float | None = None


def weekly_loss(rate: WeeklyRate | None, each_s: Interval) -> WeeklyLoss | None:
    """What losing `each_s` every time adds up to; None where it is not known how often."""
    if rate is None:
        return None
    return WeeklyLoss(rate.counted * max(0.0, each_s.low), rate.at_most * max(0.0, each_s.high))


def rank_findings(candidates: Iterable[Candidate], min_lost_s: float) -> tuple[tuple[Finding, ...], int]:
    """Findings in the order to show them, and how many were left out because they surely cost less than `min_lost_s` per week."""
    given: Sequence[Candidate] = list(candidates)
    shown = [c.finding for c in given if c.at_most_s is None or c.at_most_s >= min_lost_s]
    shown.sort(key=lambda f: (_TIERS[f.kind], not f.is_confirmed, -(f.lost_s_per_week or 0.0), f.subject))
    return tuple(shown), len(given) - len(shown)
