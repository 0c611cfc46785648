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
    steps: Sequence[PatternStep], run_count: int, harm: Callable[[PatternStep], RefusalReason | None]
) -> ChosenSteps | Problem:
    """A seldom step is left out, and so is one that destroys or takes other rights unless nearly every run had it."""
    is_seldom_all = all(step.presence_share < _SELDOM for step in steps)
    kept: list[tuple[PatternStep, str]] = []
    left_out: list[str] = []
    # More runs had a later step than had this one: it was done without it. If not more, that cannot be known.
    most_needed: float = 0.0
    needed: Problem | None = None
    for step in steps:
        often = f"`{' '.join(step.template.split())}`, which you did in {round(step.presence_share * run_count)} of {run_count} times"
        is_rare = step.presence_share < _NEARLY_ALWAYS
        reason = harm(step) if is_rare else None
        if reason is not None or (step.presence_share < _SELDOM and not is_seldom_all):
            left_out.append(f"leaves out {often}")
            if reason is not None and step.presence_share > most_needed:
                most_needed, needed = step.presence_share, Problem(reason, f"what follows may need {often}")
            continue
        if needed is not None and step.presence_share <= most_needed:
            return needed
        kept.append((step, f"always does {often}" if is_rare else ""))
    return ChosenSteps(tuple(kept), tuple(left_out))
