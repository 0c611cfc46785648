"""Which steps of a pattern become part of its script when not every run had them, and the words that say so."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from vynexus_tui.automation.steps import Problem
from vynexus_tui.domain.automations import RefusalReason
from vynexus_tui.domain.patterns import PatternStep

_SELDOM = 0.5
"""A step that less than this share of the runs had is left out."""
_NEARLY_ALWAYS = 0.9
"""A step that at least this share of the runs had is part of it without a word."""


class ChosenSteps(NamedTuple):
    """Steps of the script, each with what must be said if it stays, and what is left out."""

    steps: tuple[tuple[PatternStep, str], ...]
    left_out: tuple[str, ...] = ()


def choose_steps(
    steps: Sequence[PatternStep], run_count: int, problem_of: Callable[[PatternStep], Problem | None]
) -> ChosenSteps | Problem:
    """A seldom step is left out, and so is one that destroys or that no script can do, unless nearly every run had it.

    What was never done without such a step is left out with it; only when nothing else remains is there no script.
    """
    is_seldom_all = all(step.presence_share < _SELDOM for step in steps)
    kept: list[tuple[PatternStep, str]] = []
    left_out: list[str] = []
    # More runs had a later step than had this one: it was done without it. If not more, that cannot be known.
    most_needed: float = 0.0
    needed: Problem | None = None
    first: Problem | None = None
    for step in steps:
        often = f"`{' '.join(step.template.split())}`, which you did in {round(step.presence_share * run_count)} of {run_count} times"
        is_rare = step.presence_share < _NEARLY_ALWAYS
        problem = problem_of(step) if is_rare else None
        if problem is not None or (step.presence_share < _SELDOM and not is_seldom_all):
            left_out.append(f"leaves out {often}")
            if problem is not None and step.presence_share > most_needed:
                most_needed, needed = step.presence_share, Problem(problem.reason, f"what follows may need {often}")
                first = first or problem
            continue
        if needed is not None and step.presence_share <= most_needed:
            left_out.append(f"leaves out `{' '.join(step.template.split())}`, which you never did without that")
            first = needed
            continue
        kept.append((step, f"always does {often}" if is_rare else ""))
    if not kept:
        return first or Problem(RefusalReason.NOT_WORTHY, "no step is done often enough")
    return ChosenSteps(tuple(kept), tuple(left_out))
