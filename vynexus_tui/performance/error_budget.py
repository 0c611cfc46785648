"""When an automation has failed so often that it must not run again before somebody looked at it."""

from collections.abc import Sequence
from math import comb

_EXPECTED_SHARE = 0.8
"""Below this success rate an automation costs more than it saves: each failure has to be noticed and cleaned up."""
_CERTAINTY = 0.9
_PRIOR_SUCCESSES, _PRIOR_FAILURES = 4, 1
"""Worth five runs at 80 %: one failure at the start is no proof."""
_NEWEST = 50


def burnt_reason(failures: Sequence[bool], *, most_in_a_row: int) -> str | None:
    """Why the error budget is burnt, or None. `failures`: the runs since it was let run, oldest first, True where one failed.

    Either `most_in_a_row` failures at the end, or less than 80 % of the newest 50 succeed with 90 % certainty (Beta posterior).
    """
    if len(failures) >= most_in_a_row and all(failures[-most_in_a_row:]):
        return f"failed {most_in_a_row} times in a row" if most_in_a_row > 1 else "failed"
    newest = failures[-_NEWEST:]
    failed = sum(newest)
    # Two failures at once would do, by a hair (0.901): never fewer than what stops it in a row.
    if failed >= most_in_a_row and _chance_below(_EXPECTED_SHARE, len(newest) - failed, failed) > _CERTAINTY:
        return f"{failed} of its last {len(newest)} runs failed"
    return None


def _chance_below(share: float, successes: int, failed: int) -> float:
    """Chance that the true success rate is below `share`: the Beta distribution function, for whole numbers a binomial tail."""
    a, b = successes + _PRIOR_SUCCESSES, failed + _PRIOR_FAILURES
    trials = a + b - 1
    return sum(comb(trials, k) * share**k * (1 - share) ** (trials - k) for k in range(a, trials + 1))
