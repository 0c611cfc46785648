"""Runs: real executions of automations, and what they gave back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import takewhile
from typing import NamedTuple

from vynexus_tui.domain.events import CostSource
from vynexus_tui.domain.identifiers import AutomationId, RunId
from vynexus_tui.domain.run_record import ABORTED


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
    from_step: int | None = None
    """The step it went on from (2 or more); None: it began at the first."""

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
    elapsed_s: float | None = None
    """Median with everything that was waited for."""
    frozen_at: datetime | None = None
    """When it was approved; occurrences from then on are not in it. Of a baseline since approval: its newest occurrence."""


class Activity(StrEnum):
    """What a person does about an automation, beside using it."""

    REVIEW = "review"
    TRY = "try"
    EDIT = "edit"
    APPROVE = "approve"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """Time that looking at an automation took the person."""

    automation_id: AutomationId
    started_at: datetime
    duration_s: float
    activity: Activity


class LedgerKind(StrEnum):
    """Why a line of the ledger is there."""

    RUN = "run"
    SCHEDULED = "scheduled run"
    EXTRA = "extra run"
    """Beyond the weekly number by hand: credits nothing."""
    COUNTED = "counted run"
    """How long it took is not known: counted, never measured."""
    FAILED = "failed run"
    CLEAN_UP = "clean-up"
    ATTENTION = "attention"


class LedgerEntry(NamedTuple):
    """One line of the ledger. Whole tenths of a second, rounded against us, so that anybody can add them up."""

    automation_id: AutomationId
    at: datetime
    kind: LedgerKind
    low_s: float | None
    """None, as the next three: counted, not measured."""
    saved_s: float | None
    """Best estimate."""
    high_s: float | None
    elapsed_s: float | None
    """Best estimate with everything that was waited for; None where that was not measured by hand."""
    why: str


STALE_AFTER_DAYS = 30


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
    """(ISO day, seconds), oldest first; days without entries are left out. Adds up to `saved_s`."""
    extra_run_count: int = 0
    """Successful runs beyond the weekly number done by hand: they credit nothing."""
    elapsed_s: float | None = None
    """What came back with everything that was waited for, best estimate."""
    failed_cost_s: float | None = None
    """Of that: what failed runs and getting over them cost, best estimate. Positive."""
    attention_s: float = 0.0
    """Of that: what trying, editing, reviewing and approving it took. Positive."""
    typed_by_hand_count: int = 0
    """Times the work was typed by hand although the shortcut was there."""
    missed_low_s: float | None = None
    """What the shortcut would have saved in those at least. Never part of the savings; None where nothing is measured."""
    by_hand_since: Baseline | None = None
    """How long it takes by hand since approval. Where it is quicker now, the lower bound rests on it."""

    def baseline_age_days(self, now: datetime) -> int | None:
        """Days since the time by hand was last measured; None where it is not known."""
        known = [b.frozen_at for b in (self.baseline, self.by_hand_since) if b is not None and b.frozen_at is not None]
        return (now - max(known)).days if known else None

    def is_stale(self, now: datetime) -> bool:
        """Whether the time by hand was measured so long ago that it may have changed."""
        age_days = self.baseline_age_days(now)
        return age_days is not None and age_days > STALE_AFTER_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class SavingsSummary:
    """All automations together."""

    savings: tuple[TimeSaving, ...] = ()

    @property
    def low_s(self) -> float | None:
        """Headline: sum of the lower bounds of what was measured; None until something ran that is measured."""
        return self._sum([s.low_s for s in self.savings])

    @property
    def saved_s(self) -> float | None:
        """Best estimate over what was measured."""
        return self._sum([s.saved_s for s in self.savings])

    @property
    def high_s(self) -> float | None:
        """Sum of the upper bounds of what was measured."""
        return self._sum([s.high_s for s in self.savings])

    @property
    def run_count(self) -> int:
        """Runs of all automations, measured or not."""
        return sum(s.run_count for s in self.savings)

    @property
    def failed_cost_s(self) -> float:
        """What failed runs and getting over them cost."""
        return round(sum(s.failed_cost_s or 0.0 for s in self.savings), 1)

    @property
    def attention_s(self) -> float:
        """What looking at automations took, those that never ran included."""
        return round(sum(s.attention_s for s in self.savings), 1)

    @property
    def by_day_s(self) -> tuple[tuple[str, float], ...]:
        """Best estimate per ISO day, all automations together, oldest first."""
        return add_up((day, seconds) for s in self.savings for day, seconds in s.saved_by_day_s)

    @property
    def by_week_s(self) -> tuple[tuple[str, float], ...]:
        """Best estimate per ISO week (2026-W47), all automations together, oldest first."""
        return add_up((iso_week(date.fromisoformat(day)), seconds) for day, seconds in self.by_day_s)

    def _sum(self, parts: list[float | None]) -> float | None:
        has_run = any(s.run_count and s.low_s is not None for s in self.savings)
        # Bounds are added, not their squares: the parts of a person's day do not err independently, and every line adds up.
        return round(sum(p for p in parts if p is not None), 1) if has_run else None


def iso_week(day: date) -> str:
    """2026-W47."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def add_up(parts: Iterable[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    """Sums by name, in the names' order."""
    sums: dict[str, float] = {}
    for name, seconds in parts:
        sums[name] = sums.get(name, 0.0) + seconds
    return tuple((name, round(sums[name], 1)) for name in sorted(sums))
