"""EfficiencyTracker: how long the work took by hand, and what running it as an automation gave back. A ledger a sceptic accepts."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from math import ceil
from statistics import median
from typing import NamedTuple

from vynexus_tui.domain.automations import INSTALLED, Automation
from vynexus_tui.domain.patterns import Occurrence, Pattern
from vynexus_tui.domain.runs import Baseline, LedgerEntry, LedgerKind, TimeSaving, add_up
from vynexus_tui.performance.ledger import Evidence, attended_s, build_ledger, is_clean_up, local_day, run_end
from vynexus_tui.performance.statistics import count_upper_bound, median_interval

_LEAST_MEASURED = 3
_NEWEST = 50
"""Occurrences that say how long it takes by hand today."""
_WEEK = timedelta(weeks=1)
_COST_OF_FAILING = (LedgerKind.FAILED, LedgerKind.CLEAN_UP)


class Account(NamedTuple):
    """What one automation gave back: every line, and what they come to."""

    saving: TimeSaving
    entries: tuple[LedgerEntry, ...]


class EfficiencyTracker:
    """Accounts the time an automation gave back. Measured and counted never mix: without a baseline its runs have no seconds."""

    def baseline(self, pattern: Pattern, *, before: datetime | None = None) -> Baseline | None:
        """Time by hand of the newest 50 occurrences (those that started before `before`), or None below three measured."""
        occurrences = pattern.occurrences
        if before is not None:
            occurrences = tuple(o for o in occurrences if o.started_at is not None and o.started_at < before)
        return _baseline(occurrences, frozen_at=before)

    def account(
        self, automation: Automation, evidence: Evidence, baseline: Baseline | None, *, steps_per_run: int, now: datetime
    ) -> Account:
        """Every line of the automation's ledger, and their sum. Days are those of the time zone of `now`.

        A run credits the time by hand (of the steps it did) less its own, a failed one costs its own time and what it took to get over it, and looking at the
        automation costs what that took. Each line has the bounds of the baseline: its error is the same in all runs of the automation,
        so in their sum it does not level out. Where the work is quicker by hand since approval, the lower bound rests on that.
        """
        since = _baseline(evidence.by_hand)
        low_s = None if baseline is None else min(baseline.low_s, since.low_s if since else baseline.low_s)
        entries = build_ledger(automation.automation_id, evidence, baseline, low_s=low_s, steps_per_run=steps_per_run, now=now)
        measured = [e for e in entries if e.saved_s is not None]
        is_known = baseline is not None or bool(measured)
        forgotten_count = _typed_by_hand_count(evidence) if automation.status in INSTALLED else 0
        days = ((local_day(e.at, now.tzinfo).isoformat(), e.saved_s or 0.0) for e in measured)
        saving = TimeSaving(
            automation_id=automation.automation_id,
            name=automation.name,
            run_count=len(evidence.runs) + len(evidence.counted_at),
            failed_count=sum(r.exit_code != 0 for r in evidence.runs),
            steps_per_run=steps_per_run,
            baseline=baseline,
            saved_s=_sum(e.saved_s for e in measured) if is_known else None,
            low_s=_sum(e.low_s for e in measured) if is_known else None,
            high_s=_sum(e.high_s for e in measured) if is_known else None,
            saved_by_day_s=add_up(days),
            extra_run_count=sum(e.kind is LedgerKind.EXTRA for e in entries),
            elapsed_s=None if baseline is None or baseline.elapsed_s is None else _sum(e.elapsed_s for e in measured),
            failed_cost_s=None if baseline is None else _sum(-(e.saved_s or 0.0) for e in measured if e.kind in _COST_OF_FAILING),
            attention_s=_sum(-(e.saved_s or 0.0) for e in measured if e.kind is LedgerKind.ATTENTION),
            typed_by_hand_count=forgotten_count,
            missed_low_s=None if baseline is None or low_s is None else _missed_s(forgotten_count, low_s, evidence, baseline),
            by_hand_since=since,
        )
        return Account(saving, tuple(entries))


def _baseline(occurrences: Iterable[Occurrence], *, frozen_at: datetime | None = None) -> Baseline | None:
    by_hand = [o for o in occurrences if o.hands_on_s is not None and o.is_successful is not False]
    dated = sorted((o for o in by_hand if o.started_at is not None), key=_start)
    undated = [o for o in by_hand if o.started_at is None]
    measured = [*undated, *dated][-_NEWEST:]
    if len(measured) < _LEAST_MEASURED:
        return None
    typical = median_interval([o.hands_on_s for o in measured if o.hands_on_s is not None])
    elapsed = [o.elapsed_s for o in measured if o.elapsed_s is not None]
    return Baseline(
        hands_on_s=typical.middle,
        low_s=typical.low,
        high_s=typical.high,
        occurrence_count=len(measured),
        most_per_week=_most_per_week([_start(o) for o in dated]) if not undated else None,
        elapsed_s=median(elapsed) if len(elapsed) == len(measured) else None,
        frozen_at=frozen_at or measured[-1].started_at,
    )


def _start(occurrence: Occurrence) -> datetime:
    assert occurrence.started_at is not None
    return occurrence.started_at


def _most_per_week(moments: Sequence[datetime]) -> int:
    """Times per week that the work may really have been due: the upper bound for the busiest seven days (`moments` oldest first)."""
    busiest = start = 0
    for end, moment in enumerate(moments):
        while moment - moments[start] >= _WEEK:
            start += 1
        busiest = max(busiest, end - start + 1)
    return ceil(count_upper_bound(busiest))


def _typed_by_hand_count(evidence: Evidence) -> int:
    """Times the work was typed although there was a shortcut; not what only got over a failed run."""
    failed_ends = sorted(run_end(run) for run in evidence.runs if run.exit_code != 0)
    return sum(o.is_successful is not False and not is_clean_up(o, failed_ends) for o in evidence.by_hand)


def _missed_s(count: int, low_s: float, evidence: Evidence, baseline: Baseline) -> float | None:
    """What the shortcut would have given back at least, had it been used; None where that is not known."""
    attended = [attended_s(run, baseline) for run in evidence.runs if run.exit_code == 0 and run.from_step is None]
    return None if not attended or not count else round(count * (low_s - median(attended)), 1)


def _sum(seconds: Iterable[float | None]) -> float:
    """Of whole tenths, exactly."""
    return round(sum(s for s in seconds if s is not None), 1)
