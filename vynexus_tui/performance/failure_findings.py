"""Findings about failures: commands that began to fail, and commands that fail often."""

from collections.abc import Sequence
from datetime import datetime
from statistics import median

from vynexus_tui.domain.findings import Finding, FindingKind, Suggestion
from vynexus_tui.domain.runs import CommandMetric
from vynexus_tui.performance.causes import Timeline, why_failing
from vynexus_tui.performance.command_series import CommandSeries
from vynexus_tui.performance.failure_rates import OUTCOMES, fails_often, find_failure_change, is_failure
from vynexus_tui.performance.ranking import Candidate, weekly_loss
from vynexus_tui.performance.statistics import Interval, wilson_interval
from vynexus_tui.performance.wording import day_and_time, percent

_LONGEST_RECOVERY_S = 600.0
"""A success that comes later than this is another piece of work, not the recovery from the failure."""


def failure_finding(series: CommandSeries, timeline: Timeline, *, now: datetime) -> Candidate | None:
    """A command that fails more than it used to, else one that fails often."""
    judged = series.judged()
    outcomes = [bool(is_failure(m)) for m in judged]
    if not any(outcomes):
        return None
    return _began_to_fail(series, judged, outcomes, timeline, now) or _fails_often(series, judged, outcomes)


def _began_to_fail(
    series: CommandSeries, judged: Sequence[CommandMetric], outcomes: Sequence[bool], timeline: Timeline, now: datetime
) -> Candidate | None:
    change = find_failure_change(outcomes)
    if change is None:
        return None
    begin = len(judged) - change.after_total
    first = next(i for i in range(begin, len(judged)) if outcomes[i])
    since = judged[first].started_at
    low, high = wilson_interval(change.after_count, change.after_total)
    before_share = change.before_count / change.before_total
    fact = (
        f"fails {change.after_count} of {change.after_total}"
        + (f" since {day_and_time(since, now)}" if since else " lately")
        + f", before {change.before_count} of {change.before_total} ({percent(before_share)}){_place(series)}"
    )
    suspects = timeline.suspects(judged[first - 1].started_at if first else None, since)
    cause = why_failing(series_of(series, judged[begin:]))
    extra = Interval(low - before_share, change.after_count / change.after_total - before_share, high - before_share)
    return _candidate(
        series,
        fact,
        extra,
        since=since,
        suggestion=Suggestion(text=cause.text + (f"; just before it: {suspects}" if suspects else "")),
        measured_count=len(judged),
        is_confirmed=change.is_confirmed,
    )


def _fails_often(series: CommandSeries, judged: Sequence[CommandMetric], outcomes: Sequence[bool]) -> Candidate | None:
    if not fails_often(outcomes):
        return None
    newest = judged[-OUTCOMES:]
    failed = sum(outcomes[-OUTCOMES:])
    low, high = wilson_interval(failed, len(newest))
    fact = (
        f"fails {failed} of {len(newest)} ({percent(failed / len(newest))}, 90 % sure: {percent(low)} to {percent(high)}){_place(series)}"
    )
    cause = why_failing(series_of(series, newest))
    return _candidate(series, fact, Interval(low, failed / len(newest), high), suggestion=cause, measured_count=len(newest))


def _candidate(
    series: CommandSeries,
    fact: str,
    share: Interval,
    *,
    suggestion: Suggestion,
    measured_count: int,
    since: datetime | None = None,
    is_confirmed: bool = True,
) -> Candidate:
    each_s = cost_of_failure_s(series.metrics)
    loss = None if each_s is None else weekly_loss(series.rate, Interval(share.low * each_s, share.middle * each_s, share.high * each_s))
    finding = Finding(
        kind=FindingKind.FAILURES,
        subject=series.family,
        fact=fact,
        lost_s_per_week=None if loss is None else loss.at_least_s,
        measured_count=measured_count,
        since=since,
        suggestion=Suggestion(text=suggestion.text, expected_saving_s=None if loss is None else loss.at_least_s),
        is_confirmed=is_confirmed,
    )
    return Candidate(finding, None if loss is None else loss.at_most_s)


def cost_of_failure_s(metrics: Sequence[CommandMetric]) -> float | None:
    """Typical time of a failed execution plus the time until the next success begins. None where failures were not timed."""
    failed_s: list[float] = []
    recovery_s: list[float] = []
    next_success_at: datetime | None = None
    for metric in reversed(metrics):
        outcome = is_failure(metric)
        if outcome is False:
            next_success_at = metric.started_at
        elif outcome and metric.duration_s is not None:
            failed_s.append(metric.duration_s)
            if metric.started_at is not None and next_success_at is not None:
                pause_s = (next_success_at - metric.started_at).total_seconds() - metric.duration_s
                if 0 <= pause_s <= _LONGEST_RECOVERY_S:
                    recovery_s.append(pause_s)
    if not failed_s:
        return None
    return median(failed_s) + (median(recovery_s) if recovery_s else 0.0)


def series_of(series: CommandSeries, metrics: Sequence[CommandMetric]) -> CommandSeries:
    """The same series, looking at some of its executions only."""
    return CommandSeries(family=series.family, project=series.project, metrics=metrics, rate=series.rate)


def _place(series: CommandSeries) -> str:
    return "" if series.project is None else f" in {series.project}"
