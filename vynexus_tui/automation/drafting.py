"""From what was recorded to steps that can become a script or a shell function, or to the first thing that forbids it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from vynexus_tui.automation.fragility import fragile_reason
from vynexus_tui.automation.inputs import Inputs, build_inputs
from vynexus_tui.automation.own_names import steered_name
from vynexus_tui.automation.shell_functions import FUNCTION_ADDED, function_steps
from vynexus_tui.automation.shell_state import CONDA_ADDED, VENV_ADDED, is_conda, state_problem, with_virtual_environment
from vynexus_tui.automation.steps import (
    Problem,
    ScriptStep,
    build_steps,
    stretch_without_person,
    unknown_program,
    without_moves,
    without_person,
)
from vynexus_tui.domain.automations import RefusalReason
from vynexus_tui.domain.patterns import PatternStep, SlotSpan
from vynexus_tui.language.destruction import destructive_reason, whole_device_reason
from vynexus_tui.language.program_facts import privileged_reason, stateful_reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What is to become a script, wherever it comes from."""

    lines: tuple[tuple[str, tuple[SlotSpan, ...], str], ...]
    """Text, places of the parameters, and what must be said when it becomes part of the script."""
    values: tuple[Mapping[str, str], ...] = ()
    times: tuple[datetime | None, ...] = ()
    """When each of `values` was used."""
    origin: str
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What must be known of the person's machine."""

    aliases: Mapping[str, str]
    is_program: Callable[[str], bool]
    home: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Steps that can become a script, and in words what was changed."""

    steps: tuple[ScriptStep, ...]
    inputs: Inputs
    adds: tuple[str, ...]
    is_function: bool = False


_NOTHING = Inputs((), (), (), {})


def build_draft(recorded: Recorded, around: Surroundings) -> Draft | Problem:
    """The steps that can become a script and what they need; the first thing that forbids it otherwise."""
    steps: list[ScriptStep] = []
    said: list[tuple[tuple[ScriptStep, ...], str]] = []
    for text, slots, words in recorded.lines:
        built = build_steps(text, slots, around.aliases, around.is_program)
        if isinstance(built, Problem):
            return built
        steps += built
        said.append((built, words))
    stretch, left = stretch_without_person(steps)
    function = function_steps(stretch)
    if function and not isinstance(function, Problem):
        return _function(function, (*_always(said, function), *left, *recorded.left_out), around)
    without = without_person(without_moves(steps))
    if isinstance(without, Problem):
        return without
    moved = without_moves(without[0])
    kept = tuple(with_virtual_environment(step) for step in moved)
    adds = [*_always(said, moved), *without[1], *recorded.left_out]
    adds += [VENV_ADDED] if kept != moved else []
    adds += [CONDA_ADDED] if any(map(is_conda, kept)) else []
    if not moved and (reason := next((r for step in steps for part in step.parts if (r := stateful_reason(part))), None)):
        return function if isinstance(function, Problem) else Problem(RefusalReason.STATEFUL, reason)
    if problem := _forbidden(kept, around):
        return function if isinstance(function, Problem) and problem.reason is RefusalReason.STATEFUL else problem
    inputs = build_inputs(kept, recorded.values, recorded.times, around.home)
    if isinstance(inputs, Problem):
        return inputs
    if fragile := next((reason for step in moved if (reason := fragile_reason(step))), None):
        return Problem(RefusalReason.FRAGILE, fragile)
    adds += [f"takes for {{{name}}} only {guard.words}: {guard.program} would read more as code" for name, guard in inputs.guards.items()]
    adds += [f"takes today for {{{name}}} when it is not given" for name in inputs.today]
    return Draft(steps=kept, inputs=inputs, adds=tuple(adds))


def _always(said: Sequence[tuple[tuple[ScriptStep, ...], str]], kept: Sequence[ScriptStep]) -> list[str]:
    return [words for built, words in said if words and any(step in kept for step in built)]


def _function(steps: Sequence[ScriptStep], adds: Sequence[str], around: Surroundings) -> Draft | Problem:
    if problem := _harmful(steps) or _unknown(steps, around):
        return problem
    if fragile := next((reason for step in steps if (reason := fragile_reason(step))), None):
        return Problem(RefusalReason.FRAGILE, fragile)
    conda = [CONDA_ADDED] if any(map(is_conda, steps)) else []
    return Draft(steps=tuple(steps), inputs=_NOTHING, adds=(FUNCTION_ADDED, *adds, *conda), is_function=True)


def rare_step_problem(step: PatternStep, around: Surroundings) -> Problem | None:
    """Why a step that not every run had is better left out: it destroys, or no script could do it."""
    built = build_steps(step.text, step.slots, around.aliases, around.is_program)
    if isinstance(built, Problem):
        return built
    if problem := _harmful(built) or _unknown(built, around):
        return problem
    if reason := next((r for one in built for part in one.parts if (r := destructive_reason(part))), None):
        return Problem(RefusalReason.DESTRUCTIVE, reason)
    if reason := next((r for one in built if (r := fragile_reason(one))), None):
        return Problem(RefusalReason.FRAGILE, reason)
    inputs = build_inputs(built, (), (), around.home)
    return inputs if isinstance(inputs, Problem) else None


def _forbidden(steps: Sequence[ScriptStep], around: Surroundings) -> Problem | None:
    if not steps:
        return Problem(RefusalReason.NOT_WORTHY, "nothing is left that a script could do")
    return _harmful(steps) or state_problem(steps) or _unknown(steps, around)


def _harmful(steps: Sequence[ScriptStep]) -> Problem | None:
    """What no person should be offered: it cannot be tried, nothing would bring it back, or it steers the script around it."""
    parts = [part for step in steps for part in step.parts]
    if steered := steered_name(parts):
        return Problem(RefusalReason.FRAGILE, steered)
    if reason := next((r for part in parts if (r := privileged_reason(part))), None):
        return Problem(RefusalReason.PRIVILEGED, f"{reason}, and so cannot be tried")
    reason = next((r for part in parts if (r := whole_device_reason(part))), None)
    return Problem(RefusalReason.DESTRUCTIVE, reason) if reason else None


def _unknown(steps: Sequence[ScriptStep], around: Surroundings) -> Problem | None:
    unknown = unknown_program(steps, around.is_program)
    return Problem(RefusalReason.UNKNOWN_PROGRAM, unknown) if unknown else None
