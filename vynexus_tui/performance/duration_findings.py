"""Findings about time: commands above the settings' limit, and commands that changed against their own past."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from statistics import median

from vynexus_tui.domain.findings import Finding, FindingKind, Suggestion
from vynexus_tui.domain.runs import CommandMetric
from vynexus_tui.performance.causes import Repeats, Timeline, why_slow
from vynexus_tui.performance.command_series import (
    NEWEST,
    CommandSeries,
    cores_used,
    durations_s,
    has_cpu_time,
    waits_for_a_person,
)
from vynexus_tui.performance.ranking import Candidate, weekly_loss
from vynexus_tui.performance.slowdowns import LEAST_VALUES, REACH, WINDOW, Shift, find_shift, without_argument_effect
from vynexus_tui.performance.statistics import Interval, difference_interval, mean_interval, median_interval
from vynexus_tui.performance.wording import day_and_time, seconds_in_words

_LEAST_TIMED = 3
_COSTED_SHARE = 0.8
_COMPUTING_CORES = 0.5
"""From here a command's wall time is mostly computing, so wall time that grows alone means a busy machine."""


def slow_finding(series: CommandSeries, repeats: Mapping[str, Repeats], *, limit_s: float, core_count: int) -> Candidate | None:
    """A command whose typical time is above the limit, with what the excess costs."""
    times = series.comparable()[-NEWEST:]
    if len(times) < _LEAST_TIMED:
        return None
    values_s = durations_s(times)
    if median(values_s) <= limit_s or waits_for_a_person(times):
        return None
    typical = median_interval(values_s)
    loss = weekly_loss(series.rate, mean_interval([max(0.0, value - limit_s) for value in values_s]))
    often = "" if series.rate is None else f", {_times(series.rate.counted)} a week"
    finding = Finding(
        kind=FindingKind.SLOW,
        subject=series.family,
        fact=f"typically {seconds_in_words(typical.middle)} (90 % sure: {_range(typical)}), limit {seconds_in_words(limit_s)}{often}",
        lost_s_per_week=None if loss is None else loss.at_least_s,
        measured_count=len(times),
        suggestion=why_slow(series, times, repeats, core_count),
    )
    return Candidate(finding, None if loss is None else loss.at_most_s)


def change_finding(series: CommandSeries, timeline: Timeline, *, now: datetime) -> Candidate | None:
    """A lasting slow-down or speed-up of a command in one project.

    CPU time decides where it was measured: under load wall time moved 1.5-2.9 s while CPU time stayed at 0.38-0.39 s.
    """
    times = series.comparable()[-REACH:]
    if len(times) < LEAST_VALUES or waits_for_a_person(times):
        return None
    costed = [m for m in times if has_cpu_time(m)]
    if len(costed) >= max(LEAST_VALUES, _COSTED_SHARE * len(times)):
        return _change_of_costed(series, costed, timeline, now)
    shift = find_shift(without_argument_effect(times, durations_s(times)))
    return None if shift is None else _change(series, times, shift, shift.difference, timeline, now)


def _change_of_costed(series: CommandSeries, costed: Sequence[CommandMetric], timeline: Timeline, now: datetime) -> Candidate | None:
    walls_s = without_argument_effect(costed, durations_s(costed))
    cpu = find_shift(without_argument_effect(costed, [m.cpu_s or 0.0 for m in costed]))
    if cpu is not None:
        before, after = walls_s[max(0, cpu.split - WINDOW) : cpu.split], walls_s[cpu.split :][-WINDOW:]
        lost = difference_interval(before, after)
        if (lost.middle > 0) != (cpu.after_s > cpu.before_s):
            return None  # computes more in less time, or the reverse: nothing was lost
        words = f"CPU time {seconds_in_words(cpu.before_s)} → {seconds_in_words(cpu.after_s)}, so it does {_more(cpu)} work"
        wall = cpu._replace(before_s=median(before), after_s=median(after))
        return _change(series, costed, wall, lost, timeline, now, words)
    wall_shift = find_shift(walls_s)
    if wall_shift is None or (cores_used(costed) or 0.0) >= _COMPUTING_CORES:
        return None
    words = "its CPU time did not change, so it waits " + ("longer" if wall_shift.after_s > wall_shift.before_s else "less")
    return _change(series, costed, wall_shift, wall_shift.difference, timeline, now, words + ": disk, network, a lock or a busy machine")


def _more(shift: Shift) -> str:
    return "more" if shift.after_s > shift.before_s else "less"


def _change(
    series: CommandSeries,
    metrics: Sequence[CommandMetric],
    shift: Shift,
    lost_s: Interval,
    timeline: Timeline,
    now: datetime,
    explanation: str = "",
) -> Candidate:
    since = metrics[shift.split].started_at
    is_slower = shift.after_s > shift.before_s
    factor = shift.after_s / shift.before_s if is_slower and shift.before_s > 0 else shift.before_s / max(shift.after_s, 0.001)
    fact = (
        f"{'slower' if is_slower else 'quicker'} since {day_and_time(since, now) if since else f'{len(metrics) - shift.split} executions ago'}"
        f": {seconds_in_words(shift.before_s)} → {seconds_in_words(shift.after_s)} ({factor:.1f} times){_place(series)}"
    )
    loss = weekly_loss(series.rate, lost_s) if is_slower else None
    suspects = timeline.suspects(metrics[shift.split - 1].started_at, since)
    advice = "; ".join(part for part in (explanation, f"just before it: {suspects}" if suspects else "") if part)
    finding = Finding(
        kind=FindingKind.REGRESSION if is_slower else FindingKind.IMPROVEMENT,
        subject=series.family,
        fact=fact,
        lost_s_per_week=None if loss is None else loss.at_least_s,
        measured_count=len(metrics),
        since=since,
        suggestion=Suggestion(
            text=advice or f"compare `{metrics[shift.split - 1].command}` (last quick) with `{metrics[shift.split].command}` (first slow)",
            expected_saving_s=None if loss is None else loss.at_least_s,
        )
        if is_slower or advice
        else None,
        is_confirmed=shift.is_confirmed,
    )
    return Candidate(finding, None if loss is None else loss.at_most_s)


def _place(series: CommandSeries) -> str:
    return "" if series.project is None else f" in {series.project}"


def _range(interval: Interval) -> str:
    return f"{seconds_in_words(interval.low)} to {seconds_in_words(interval.high)}"


def _times(per_week: float) -> str:
    return f"{per_week:.0f} times" if per_week >= 1.5 else "once" if per_week >= 0.75 else f"{per_week:.1f} times"
