"""EfficiencyTracker: how long the work took by hand, and what running it as an automation gave back. A ledger a sceptic accepts."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from math import ceil

from vynexus_tui.domain.automations import Automation
from vynexus_tui.domain.patterns import Pattern
from vynexus_tui.domain.runs import Baseline, Run, TimeSaving
from vynexus_tui.performance.statistics import Interval, count_upper_bound, median_interval

_LEAST_MEASURED = 3
_NEWEST = 50
"""Occurrences that say how long it takes by hand today."""
_LONGEST_CLEANUP_S = 600.0
_WEEK = timedelta(weeks=1)


class EfficiencyTracker:
    """Accounts the time an automation gave back. Measured and counted never mix: without a baseline there are no seconds."""

    def baseline(self, pattern: Pattern, *, before: datetime | None = None) -> Baseline | None:
        """Hands-on time of the newest 50 occurrences by hand (those that started before `before`), or None below three measured."""
        by_hand = [
            (o.started_at, o.hands_on_s)
            for o in pattern.occurrences
            if o.hands_on_s is not None
            and o.is_successful is not False
            and (before is None or (o.started_at is not None and o.started_at < before))
        ]
        dated = sorted((at, seconds) for at, seconds in by_hand if at is not None)
        undated = [seconds for at, seconds in by_hand if at is None]
        measured = [*undated, *(seconds for _, seconds in dated)][-_NEWEST:]
        if len(measured) < _LEAST_MEASURED:
            return None
        typical = median_interval(measured)
        return Baseline(
            hands_on_s=typical.middle,
            low_s=typical.low,
            high_s=typical.high,
            occurrence_count=len(measured),
            most_per_week=_most_per_week([at for at, _ in dated]) if not undated else None,
        )

    def account(
        self, automation: Automation, runs: Sequence[Run], baseline: Baseline | None, *, steps_per_run: int, now: datetime
    ) -> TimeSaving:
        """What the automation's runs gave back, with its 90 % interval; days are those of the time zone of `now`.

        A run credits the time by hand less its own; a failed one costs its own time and what it took to get over it.
        Runs beyond the weekly number that were done by hand credit nothing: doing more because it is cheap saves no time.
        """
        own = sorted((r for r in runs if r.automation_id == automation.automation_id), key=lambda r: r.started_at)
        saved: Interval | None = None
        by_day: tuple[tuple[str, float], ...] = ()
        extra_count = 0
        if baseline is not None:
            credited = _credited(own, baseline.most_per_week, now)
            extra_count = sum(r.exit_code == 0 for r in own) - sum(credited)
            entries = [
                _entry(run, is_credited, after, baseline) for run, is_credited, after in zip(own, credited, _followers(own), strict=True)
            ]
            saved = Interval(*(sum(entry[i] for entry in entries) for i in range(3)))
            by_day = _by_day(own, [entry.middle for entry in entries], now)
        return TimeSaving(
            automation_id=automation.automation_id,
            name=automation.name,
            run_count=len(own),
            failed_count=sum(r.exit_code != 0 for r in own),
            steps_per_run=steps_per_run,
            baseline=baseline,
            saved_s=None if saved is None else saved.middle,
            low_s=None if saved is None else saved.low,
            high_s=None if saved is None else saved.high,
            saved_by_day_s=by_day,
            extra_run_count=extra_count,
        )


def _most_per_week(moments: Sequence[datetime]) -> int:
    """Times per week that the work may really have been due: the upper bound for the busiest seven days (`moments` oldest first)."""
    busiest = start = 0
    for end, moment in enumerate(moments):
        while moment - moments[start] >= _WEEK:
            start += 1
        busiest = max(busiest, end - start + 1)
    return ceil(count_upper_bound(busiest))


def _credited(runs: Sequence[Run], most_per_week: int | None, now: datetime) -> list[bool]:
    """Which runs succeeded and stay within the weekly number, by calendar week (`runs` oldest first)."""
    per_week: Counter[tuple[int, int]] = Counter()
    credited = []
    for run in runs:
        week = _day(run, now).isocalendar()[:2]
        counts = run.exit_code == 0 and (most_per_week is None or per_week[week] < most_per_week)
        per_week[week] += counts
        credited.append(counts)
    return credited


def _followers(runs: Sequence[Run]) -> list[Run | None]:
    """The run after each."""
    return [*runs[1:], None][: len(runs)]


def _entry(run: Run, is_credited: bool, following: Run | None, baseline: Baseline) -> Interval:
    """What one run gave back in seconds: low, best and high estimate."""
    if run.exit_code == 0:
        if not is_credited:
            return Interval(0.0, 0.0, 0.0)
        return Interval(baseline.low_s - run.duration_s, baseline.hands_on_s - run.duration_s, baseline.high_s - run.duration_s)
    # Getting over a failure lasts until the next attempt; where none came within ten minutes it was done by hand after all.
    if following is not None:
        pause_s = (following.started_at - run.started_at).total_seconds() - run.duration_s
        if pause_s <= _LONGEST_CLEANUP_S:
            lost_s = run.duration_s + max(0.0, pause_s)
            return Interval(-lost_s, -lost_s, -lost_s)
    by_hand = (baseline.high_s, baseline.hands_on_s, baseline.low_s)
    return Interval(*(-run.duration_s - min(_LONGEST_CLEANUP_S, seconds) for seconds in by_hand))


def _by_day(runs: Sequence[Run], saved_s: Sequence[float], now: datetime) -> tuple[tuple[str, float], ...]:
    days: defaultdict[str, float] = defaultdict(float)
    for run, seconds in zip(runs, saved_s, strict=True):
        days[_day(run, now).isoformat()] += seconds
    return tuple(sorted(days.items()))


def _day(run: Run, now: datetime) -> date:
    return run.started_at.astimezone(now.tzinfo).date()
