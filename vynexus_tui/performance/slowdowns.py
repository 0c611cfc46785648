"""RankScan: when did a command become slower or quicker than its own past, if it did?

A windowed Mann-Whitney change-point scan. Ranks make it blind to outliers and to the shape of the noise, so one threshold,
simulated once, holds for every command: 8 false alarms per 1000 stationary series, where "3 sigma" gives 33 and misses two thirds.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import exp, log, sqrt
from statistics import fmean, median
from typing import NamedTuple

from vynexus_tui.domain.runs import CommandMetric
from vynexus_tui.performance.statistics import Interval, difference_interval, middle_ranks

WINDOW = 64
_LEAST_BEFORE = 12
_LEAST_AFTER = 5
LEAST_VALUES = _LEAST_BEFORE + _LEAST_AFTER
"""Below this many values nothing is claimed."""
_THRESHOLD = 4.0
"""99.5 % quantile of the scan's maximum over 160 executions that never changed."""
_LEAST_RATIO = 1.25
_LEAST_DIFFERENCE_S = 0.1
_MOST_CORRELATED = 0.85
_HOLD = 8
"""Executions a shift must outlast to be confirmed: machine load comes and goes in episodes of 4 to 12."""
_STRIDE = 20
_LOOK_BACK = 160
"""How many executions a shift stays news before it is simply how the command is."""
REACH = _LOOK_BACK + 2 * WINDOW
"""Newest values that can matter; more need not be given."""
_LEAST_PER_ARGUMENT = 5
_ARGUMENT_EXPLAINS = 0.5


class Shift(NamedTuple):
    """A lasting change of level in a series of seconds."""

    split: int
    """Index of the first value of the new level."""
    before_s: float
    after_s: float
    difference: Interval
    """after - before; negative when it became quicker."""
    is_confirmed: bool


class _Alarm(NamedTuple):
    split: int
    is_slower: bool


def find_shift(values_s: Sequence[float]) -> Shift | None:
    """The newest lasting shift in `values_s` (oldest first), or None."""
    size = len(values_s)
    if size < LEAST_VALUES or max(values_s) < _LEAST_DIFFERENCE_S:
        return None
    oldest_end = max(LEAST_VALUES, size - _LOOK_BACK)
    for end in range(size, oldest_end - 1, -_STRIDE):
        alarm = _alarm_at(values_s, end)
        if alarm is not None:
            return _lasting_shift(values_s, alarm, end)
    return None


def _alarm_at(values_s: Sequence[float], end: int) -> _Alarm | None:
    """What the scan says after `end` values, as if the later ones were not known yet."""
    start = max(0, end - WINDOW)
    window = values_s[start:end]
    ranks, tie_sum = middle_ranks(window)
    z, after = _largest_z(ranks, tie_sum)
    if abs(z) <= _THRESHOLD or abs(z) * _deflation(ranks, after) <= _THRESHOLD:
        return None
    split = len(window) - after
    if not _is_large_enough(median(window[:split]), median(window[split:]), is_slower=z > 0):
        return None
    return _Alarm(start + split, z > 0)


def _largest_z(ranks: Sequence[float], tie_sum: int) -> tuple[float, int]:
    """The standardised rank sum that is furthest from zero over all splits, and the size of its later part."""
    size = len(ranks)
    if size < LEAST_VALUES:
        return 0.0, 0
    variance = ((size + 1) - tie_sum / (size * (size - 1))) / 12
    if variance <= 1e-9:  # all values equal
        return 0.0, 0
    expected = (size + 1) / 2
    best, best_after = 0.0, 0
    rank_sum = sum(ranks[size - _LEAST_AFTER + 1 :])
    for after in range(_LEAST_AFTER, size - _LEAST_BEFORE + 1):
        rank_sum += ranks[size - after]
        z = (rank_sum - after * expected) / sqrt(after * (size - after) * variance)
        if abs(z) > abs(best):
            best, best_after = z, after
    return best, best_after


def _deflation(ranks: Sequence[float], after: int) -> float:
    """By how much neighbouring executions being alike overstates z. Without it, correlated series alarm 17 times as often."""
    split = len(ranks) - after
    early, late = fmean(ranks[:split]), fmean(ranks[split:])
    residuals = [rank - early for rank in ranks[:split]] + [rank - late for rank in ranks[split:]]
    energy = sum(r * r for r in residuals)
    if energy <= 0:
        return 1.0
    correlation = sum(a * b for a, b in pairwise(residuals)) / energy + 1 / len(ranks)
    correlation = min(_MOST_CORRELATED, max(0.0, correlation))
    return sqrt((1 - correlation) / (1 + correlation))


def _is_large_enough(before_s: float, after_s: float, *, is_slower: bool) -> bool:
    low, high = (before_s, after_s) if is_slower else (after_s, before_s)
    return high - low >= _LEAST_DIFFERENCE_S and high >= _LEAST_RATIO * low


def _lasting_shift(values_s: Sequence[float], alarm: _Alarm, seen_until: int) -> Shift | None:
    """The alarm as a shift, unless the newest executions have gone back."""
    before = values_s[max(0, alarm.split - WINDOW) : alarm.split]
    after = values_s[alarm.split :]
    before_s = median(before)
    for level in (median(after), median(after[-_HOLD:])):
        if not _is_large_enough(before_s, level, is_slower=alarm.is_slower):
            return None
    newest = after[-WINDOW:]
    return Shift(
        split=alarm.split,
        before_s=before_s,
        after_s=median(newest),
        difference=difference_interval(before, newest),
        is_confirmed=_has_held(values_s, alarm, seen_until),
    )


def _has_held(values_s: Sequence[float], alarm: _Alarm, seen_until: int) -> bool:
    """Whether the same alarm was given after each of the eight executions up to `seen_until`."""
    for end in range(seen_until - 1, seen_until - _HOLD, -1):
        earlier = _alarm_at(values_s, end)
        if earlier is None or earlier.is_slower != alarm.is_slower:
            return False
    return True


def without_argument_effect(metrics: Sequence[CommandMetric], values_s: Sequence[float]) -> list[float]:
    """`values_s` as if every execution had the same argument, where the argument explains more than half of the variance.

    Else `make docs` after a week of `make lint` would look like a slow-down. Arguments seen less than five times share one level.
    """
    logs = [log(max(0.001, value)) for value in values_s]
    by_argument: dict[str, list[float]] = {}
    for metric, value in zip(metrics, logs, strict=True):
        by_argument.setdefault(metric.command, []).append(value)
    rare = [v for values in by_argument.values() if len(values) < _LEAST_PER_ARGUMENT for v in values]
    common = {argument: values for argument, values in by_argument.items() if len(values) >= _LEAST_PER_ARGUMENT}
    groups = [*common.values(), rare] if rare else list(common.values())
    if len(groups) < 2:
        return list(values_s)
    centre = fmean(logs)
    explained = sum(len(g) * (fmean(g) - centre) ** 2 for g in groups)
    if explained <= _ARGUMENT_EXPLAINS * sum((v - centre) ** 2 for v in logs):
        return list(values_s)
    typical = median(values_s)
    rare_level = median(rare) if rare else 0.0
    levels = {argument: median(values) for argument, values in common.items()}
    return [typical * exp(value - levels.get(m.command, rare_level)) for m, value in zip(metrics, logs, strict=True)]
