"""Runs: real executions of automations, and what they gave back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from vynexus_tui.domain.events import CostSource
from vynexus_tui.domain.identifiers import AutomationId, RunId

ABORTED = frozenset({129, 130, 131, 141, 143, 146, 147, 148})
"""Hang-up, Ctrl-C, Ctrl-\\, closed pipe (`| head`), TERM, Ctrl-Z (macOS 146): somebody stopped it, it did not fail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One real execution of an automation by `vynexus run`."""

    run_id: RunId
    automation_id: AutomationId
    script_sha256: str
    started_at: datetime
    duration_s: float
    exit_code: int
    cpu_s: float | None = None
    peak_memory_bytes: int | None = None
    cwd: str | None = None
    is_scheduled: bool = False
    """Started by its schedule: nobody waited for it."""

    @property
    def has_failed(self) -> bool | None:
        """None: somebody stopped it, which says nothing about the script."""
        return None if self.exit_code in ABORTED else self.exit_code != 0


def failure_streak(runs: Sequence[Run]) -> int:
    """How many of the newest failed in a row; `runs` are oldest first."""
    return sum(1 for _ in takewhile(lambda run: run.exit_code != 0, reversed(runs)))


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandMetric:
    """What one execution of one command cost; the analyser's only input."""

    family: str
    """Program and sub-command: `git push`, `npm run build`, `pytest`."""
    command: str
    started_at: datetime | None
    duration_s: float | None
    exit_code: int | None
    cpu_s: float | None = None
    peak_memory_bytes: int | None = None
    cost_source: CostSource = CostSource.NONE
    project: str | None = None
    """Working directory; baselines are kept per project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """How long the work takes by hand, measured on the person's own occurrences before approval, frozen at approval."""

    hands_on_s: float
    """Median."""
    low_s: float
    high_s: float
    """90 % interval of the median."""
    occurrence_count: int
    most_per_week: int | None = None
    """How often a week the work can have been due (95 % bound for the busiest seven days by hand); more runs credit nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSaving:
    """What an automation gave back. Measured and counted are never mixed: without a baseline all seconds are None."""

    automation_id: AutomationId
    name: str
    run_count: int
    failed_count: int
    steps_per_run: int
    """Lines the person no longer types per run."""
    baseline: Baseline | None
    saved_s: float | None
    low_s: float | None
    """Lower bound; the headline. May be negative."""
    high_s: float | None
    saved_by_day_s: tuple[tuple[str, float], ...] = ()
    """(ISO day, seconds), oldest first; days without runs are left out. Adds up to `saved_s`."""
    extra_run_count: int = 0
    """Successful runs beyond the weekly number done by hand: they credit nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavingsSummary:
    """All automations together."""

    savings: tuple[TimeSaving, ...] = ()

    @property
    def low_s(self) -> float | None:
        """Headline: sum of the lower bounds of what was measured; None where nothing was."""
        known = [s.low_s for s in self.savings if s.low_s is not None]
        return sum(known) if known else None

    @property
    def saved_s(self) -> float | None:
        """Best estimate over what was measured."""
        known = [s.saved_s for s in self.savings if s.saved_s is not None]
        return sum(known) if known else None

    @property
    def run_count(self) -> int:
        """Runs of all automations, measured or not."""
        return sum(s.run_count for s in self.savings)
