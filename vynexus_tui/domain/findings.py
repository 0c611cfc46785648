"""Findings: measured facts about where time goes, and advice ranked by what it would give back."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from vynexus_tui.domain.identifiers import PatternId


class FindingKind(StrEnum):
    """What was found."""

    REGRESSION = "regression"
    """Slower than its own past."""
    IMPROVEMENT = "speed-up"
    FAILURES = "failures"
    SLOW = "slow"
    """Above the settings' duration limit."""
    CPU = "cpu"
    MEMORY = "memory"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Advice that names what to do."""

    text: str
    expected_saving_s: float | None = None
    """Per week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A measured fact about one command family, or about the machine."""

    kind: FindingKind
    subject: str
    """Command family, or resource."""
    fact: str
    """What was measured, in words with its figures."""
    lost_s_per_week: float | None
    """Lower bound where an interval is known; findings are ranked by it."""
    measured_count: int
    since: datetime | None = None
    suggestion: Suggestion | None = None
    is_confirmed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowScore:
    """0.0-1.0: success^.5 * performance^.3 * resources^.2 (weights in settings); None below 3 measured occurrences."""

    pattern_id: PatternId
    title: str
    occurrence_count: int
    measured_count: int
    score: float | None
    low: float | None
    """Lower bound."""
    success_share: float | None
    performance_share: float | None
    resource_share: float | None
    """None where neither CPU nor memory was measured; its weight is then left out."""
    worst_step: str | None
    worst_reason: str | None
    missing: str | None = None
    """What would have to be recorded to know more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Improvement:
    """What to do about a workflow, ranked by expected saving."""

    pattern_id: PatternId
    title: str
    text: str
    expected_saving_s: float | None
    """Per week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PerformanceReport:
    """What the analyser makes of the metrics."""

    findings: tuple[Finding, ...] = ()
    """Most time lost first; limits below regressions."""
    metric_count: int = 0
    median_duration_s: float | None = None
    failure_share: float | None = None
    busiest: tuple[tuple[str, float], ...] = ()
    """(family, seconds in total), most first."""
    missing: str | None = None
    """What would have to be recorded to know more; None when durations are there."""
    hidden_count: int = 0
    """Findings left out because they surely cost less than the settings' minimum per week."""
