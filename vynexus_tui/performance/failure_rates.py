"""What counts as a failure, and whether a command began to fail more often than it used to."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from vynexus_tui.domain.run_record import ABORTED
from vynexus_tui.domain.runs import CommandMetric
from vynexus_tui.performance.statistics import fisher_greater, wilson_interval

_ANSWERS_WITH_1 = frozenset(
    [
        *"grep egrep fgrep zgrep rg ag ack diff cmp colordiff comm test [ [[ expr pgrep which type command false".split(),
        *("git diff", "git grep", "git merge-base", "git check-ignore", "systemctl is-active", "systemctl is-enabled"),
    ]
)
"""Programs whose exit status 1 is their answer ("no match", "they differ")."""
_SEPARATORS = re.compile(r"[|;&\n]+")

OUTCOMES = 120
"""How many outcomes are looked at."""
_AFTER_SIZES = (3, 5, 8, 12, 20, 32)
_LEAST_BEFORE = 15
_TENTATIVE, _CONFIRMED = 3e-4, 1e-4
"""Significance. At 1e-4, 0 to 7 of 1000 steady commands alarm in 160 executions; a jump to 60 % is seen after 6 to 16."""
_OFTEN_SHARE = 0.2
_OFTEN_LEAST = 10


class FailureChange(NamedTuple):
    """More failures than before."""

    after_total: int
    """Newest outcomes with the new rate."""
    after_count: int
    before_total: int
    before_count: int
    is_confirmed: bool


def is_failure(metric: CommandMetric) -> bool | None:
    """Whether the command failed; None when the status is unknown or somebody stopped it."""
    code = metric.exit_code
    if code is None or code in ABORTED:
        return None
    if code == 0:
        return False
    return not (code == 1 and _status_is_an_answer(metric))


def _status_is_an_answer(metric: CommandMetric) -> bool:
    if metric.family in _ANSWERS_WITH_1:
        return True
    # The status of a pipeline or list is its last program's. Quoted separators fool this; the price is one failure not counted.
    words = _SEPARATORS.split(metric.command.strip())[-1].split()
    return bool(words) and (words[0] in _ANSWERS_WITH_1 or " ".join(words[:2]) in _ANSWERS_WITH_1)


def find_failure_change(outcomes: Sequence[bool]) -> FailureChange | None:
    """The strongest sign that failures (True) became more frequent at the end of `outcomes` (oldest first), or None.

    Fisher's exact test for a few sizes of "lately" over the newest 120.
    """
    window = outcomes[-OUTCOMES:]
    total, failed = len(window), sum(window)
    best: tuple[float, FailureChange] | None = None
    for after_total in _AFTER_SIZES:
        before_total = total - after_total
        if before_total < _LEAST_BEFORE:
            break
        after_count = sum(window[-after_total:])
        before_count = failed - after_count
        chance = fisher_greater(before_count, before_total, after_count, after_total)
        if chance < _TENTATIVE and (best is None or chance < best[0]):
            best = chance, FailureChange(after_total, after_count, before_total, before_count, chance < _CONFIRMED)
    return None if best is None else best[1]


def fails_often(outcomes: Sequence[bool]) -> bool:
    """Whether it surely (95 %) fails in more than a fifth of its newest 120 executions."""
    window = outcomes[-OUTCOMES:]
    return len(window) >= _OFTEN_LEAST and wilson_interval(sum(window), len(window))[0] > _OFTEN_SHARE
