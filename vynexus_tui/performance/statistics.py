"""The few statistics everything here rests on. No distribution is assumed where ranks or counts will do."""

from collections.abc import Sequence
from functools import lru_cache
from math import comb, exp, lgamma, log, sqrt
from statistics import fmean, median, stdev
from typing import NamedTuple

ONE_SIDED_95 = 1.645
"""Normal quantile; both ends of a 90 % interval use it, so each bound alone holds with 95 %."""
_COVERED = 0.9
_SHORTEST_S = 0.01
"""Clock ticks are 10 ms: a shorter time is not told apart from it, and its logarithm would run away."""
_SMALL_SAMPLE = 8
"""From here the order-statistic interval covers 90 %; below it the t-interval does (0.90-0.91 measured for 3 to 7)."""
_PRIOR_SPREAD, _PRIOR_WEIGHT = 0.35, 4
"""Log-spread of a command typed by hand, worth four observations: three equal times are no proof of certainty."""
_T_95 = {4: 2.132, 5: 2.015, 6: 1.943, 7: 1.895, 8: 1.860, 9: 1.833, 10: 1.812}
"""Student t, one-sided 95 %, by degrees of freedom (sample size - 1 + prior weight)."""


class Interval(NamedTuple):
    """A best estimate between the bounds of its 90 % interval."""

    low: float
    middle: float
    high: float


def low_quantile(values: Sequence[float], share: float) -> float:
    """The value below which at most `share` of `values` lie. Always one of them, so an added copy of it leaves it unchanged."""
    return sorted(values)[int(share * (len(values) - 1))]


def wilson_interval(count: int, total: int) -> tuple[float, float]:
    """90 % interval of a share (Wilson 1927): honest for few observations and near 0 and 1, where p ± z·σ is not."""
    if total == 0:
        return 0.0, 1.0
    z2 = ONE_SIDED_95**2
    share = count / total
    middle = share + z2 / (2 * total)
    half = ONE_SIDED_95 * sqrt(share * (1 - share) / total + z2 / (4 * total * total))
    scale = 1 + z2 / total
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def count_upper_bound(count: int) -> float:
    """Upper end of the 90 % interval of a Poisson mean after `count` events (Byar's approximation, within 1 % of exact)."""
    above = count + 1
    return float(above * (1 - 1 / (9 * above) + ONE_SIDED_95 / (3 * sqrt(above))) ** 3)


def fisher_greater(before_count: int, before_total: int, after_count: int, after_total: int) -> float:
    """Chance of at least `after_count` of all events falling into the later part if the rate never changed (Fisher's exact test)."""
    events, total = before_count + after_count, before_total + after_total
    everything = _log_choose(total, events)
    chance = sum(
        exp(_log_choose(after_total, later) + _log_choose(before_total, events - later) - everything)
        for later in range(max(after_count, events - before_total), min(events, after_total) + 1)
    )
    return min(1.0, chance)


@lru_cache(maxsize=20_000)
def _log_choose(total: int, chosen: int) -> float:
    return lgamma(total + 1) - lgamma(chosen + 1) - lgamma(total - chosen + 1)


def middle_ranks(values: Sequence[float]) -> tuple[list[float], int]:
    """Rank of each value (ties share their middle rank), and the sum of t³ - t over the ties, which the variance needs."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks = [0.0] * len(values)
    tie_sum = start = 0
    while start < len(order):
        end = start + 1
        tied = values[order[start]]
        while end < len(order) and values[order[end]] == tied:
            end += 1
        for position in order[start:end]:
            ranks[position] = (start + end + 1) / 2
        size = end - start
        tie_sum += size * size * size - size
        start = end
    return ranks, tie_sum


def median_interval(values: Sequence[float]) -> Interval:
    """The median of positive `values` (three or more) with its 90 % interval.

    Order statistics from eight values on; below that Student t on logarithms with a weak prior on the spread.
    """
    ordered = sorted(values)
    middle = median(ordered)
    if len(ordered) >= _SMALL_SAMPLE:
        cut, weight = _order_cut(len(ordered))
        low = ordered[cut] + weight * (ordered[cut + 1] - ordered[cut])
        high = ordered[-1 - cut] - weight * (ordered[-1 - cut] - ordered[-2 - cut])
        return Interval(low, middle, high)
    logs = [log(max(_SHORTEST_S, value)) for value in ordered]
    centre = fmean(logs)
    freedom = len(logs) - 1 + _PRIOR_WEIGHT
    spread = sqrt(((len(logs) - 1) * stdev(logs) ** 2 + _PRIOR_WEIGHT * _PRIOR_SPREAD**2) / freedom)
    half = _T_95[freedom] * spread / sqrt(len(logs))
    return Interval(min(middle, exp(centre - half)), middle, max(middle, exp(centre + half)))


@lru_cache(maxsize=512)
def _order_cut(size: int) -> tuple[int, float]:
    """How many values to drop at each end so that the rest still spans the median with 90 %, and how far to go towards the next one.

    Whole values alone would span it with up to 98 %: between two of them it is interpolated (Hettmansperger and Sheather 1986).
    """
    chance, cut, covered = 0.0, 0, 1.0
    for below in range(size // 2):
        chance += comb(size, below) / 2**size
        if 1 - 2 * chance < _COVERED:
            share = (covered - _COVERED) / (covered - (1 - 2 * chance))
            kept = cut + 1
            return cut, (size - kept) * share / (kept + (size - 2 * kept) * share)
        cut, covered = below, 1 - 2 * chance
    return cut, 0.0


def mean_interval(values: Sequence[float]) -> Interval:
    """The mean with its 90 % interval: what an addition over many executions comes to, outliers widening it."""
    middle = fmean(values)
    half = ONE_SIDED_95 * stdev(values) / sqrt(len(values)) if len(values) > 1 else 0.0
    return Interval(middle - half, middle, middle + half)


def difference_interval(before: Sequence[float], after: Sequence[float]) -> Interval:
    """How much larger `after` is: the Hodges-Lehmann shift with its 90 % interval (the one that belongs to Mann-Whitney)."""
    differences = sorted(late - early for late in after for early in before)
    pairs = len(differences)
    reach = ONE_SIDED_95 * sqrt(pairs * (len(before) + len(after) + 1) / 12)
    cut = min(max(0, int(pairs / 2 - reach)), (pairs - 1) // 2)
    return Interval(differences[cut], median(differences), differences[-1 - cut])
