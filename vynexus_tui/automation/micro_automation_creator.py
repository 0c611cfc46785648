"""From a pattern, or from chosen commands, to a script a careful colleague would have written, or to the reason why not."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from vynexus_tui.automation.fragility import fragile_reason, tolerates_early_end
from vynexus_tui.automation.inputs import Inputs, build_inputs
from vynexus_tui.automation.naming import NAME, choose_name, is_subcommand
from vynexus_tui.automation.optional_steps import choose_steps
from vynexus_tui.automation.quoting import apply_edits
from vynexus_tui.automation.risk import assess
from vynexus_tui.automation.script_text import write_script
from vynexus_tui.automation.shell_state import VENV_ADDED, state_problem, with_virtual_environment
from vynexus_tui.automation.steps import Problem, ScriptStep, build_steps, unknown_program, without_moves, without_person
from vynexus_tui.automation.templates import choose_template
from vynexus_tui.automation.tidying import tidy
from vynexus_tui.domain.automations import Automation, AutomationStatus, Refusal, RefusalReason, Script
from vynexus_tui.domain.errors import RequestError
from vynexus_tui.domain.identifiers import AutomationId, stable_id
from vynexus_tui.domain.patterns import Pattern, PatternStep, SlotSpan
from vynexus_tui.domain.settings import AutomationCreation
from vynexus_tui.language.program_facts import PLAIN_DELETION, destructive_reason, privileged_reason, stateful_reason
from vynexus_tui.language.visible import visible

_EARLY_END = "set +o pipefail # head and grep end a pipeline early, which is no failure here"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recorded:
    """What is to become a script, wherever it comes from."""

    lines: tuple[tuple[str, tuple[SlotSpan, ...], str], ...]
    """Text, places of the parameters, and what must be said when it becomes part of the script."""
    values: tuple[Mapping[str, str], ...] = ()
    origin: str
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Surroundings:
    """What must be known of the person's machine."""

    aliases: Mapping[str, str]
    is_program: Callable[[str], bool]
    home: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """Steps that can become a script, and in words what was changed."""

    steps: tuple[ScriptStep, ...]
    inputs: Inputs
    adds: tuple[str, ...]


class MicroAutomationCreator:
    """Writes scripts. Pure: it makes text, it runs nothing."""

    def __init__(self, settings: AutomationCreation) -> None:
        self.settings = settings

    def create(
        self,
        pattern: Pattern,
        *,
        name_taken: Callable[[str], bool],
        aliases: Mapping[str, str],
        is_program: Callable[[str], bool],
        now: datetime,
        home: str | None,
        name: str | None = None,
    ) -> Automation | Refusal:
        """The automation of a pattern, always under the same id, or why there is none. Raises RequestError for a `name` it cannot have."""
        if name is not None:
            _check_name(name, name_taken)
        around = _Surroundings(aliases=aliases, is_program=is_program, home=home)
        chosen = choose_steps(pattern.steps, pattern.occurrence_count, lambda step: _harm(step, around))
        if isinstance(chosen, Problem):
            return Refusal(pattern_id=pattern.pattern_id, reason=chosen.reason, detail=chosen.detail)
        recorded = _Recorded(
            lines=tuple((step.text, step.slots, words) for step, words in chosen.steps),
            values=tuple(occurrence.slot_values for occurrence in pattern.occurrences),
            origin=_origin(pattern),
            left_out=chosen.left_out,
        )
        draft = _draft(recorded, around)
        if isinstance(draft, Problem):
            return Refusal(pattern_id=pattern.pattern_id, reason=draft.reason, detail=draft.detail)
        made = _automation(recorded, draft, name or choose_name(draft.steps, name_taken), now)
        cwds = [occurrence.cwd for occurrence in pattern.occurrences if occurrence.cwd]
        return replace(
            made,
            automation_id=AutomationId(stable_id("automation", pattern.pattern_id)),
            pattern_id=pattern.pattern_id,
            potential=pattern.potential.score,
            cwd=cwds[-1] if cwds else None,
        )

    def create_from_commands(
        self,
        commands: Sequence[str],
        name: str,
        *,
        name_taken: Callable[[str], bool],
        aliases: Mapping[str, str],
        is_program: Callable[[str], bool],
        now: datetime,
        home: str | None,
        cwd: str | None = None,
        slots: Sequence[Sequence[SlotSpan]] = (),
    ) -> Automation | Refusal:
        """An automation of chosen commands; `slots`: the parameters' places in each of them. Raises RequestError for a `name` it cannot have."""
        _check_name(name, name_taken)
        recorded = _Recorded(
            lines=tuple((c, tuple(places), "") for c, places in zip(commands, slots or [()] * len(commands), strict=True)),
            origin=f"Made by VyNexus from {_counted(len(commands), 'chosen command')}.",
        )
        draft = _draft(recorded, _Surroundings(aliases=aliases, is_program=is_program, home=home))
        if isinstance(draft, Problem):
            return Refusal(pattern_id=None, reason=draft.reason, detail=draft.detail)
        return replace(_automation(recorded, draft, name, now), cwd=cwd)


def _check_name(name: str, name_taken: Callable[[str], bool]) -> None:
    if not NAME.fullmatch(name) or name.startswith("shellcheck"):
        raise RequestError(f"{visible(name)!r} cannot be a command's name", "use small letters, digits and -, for example build-and-test")
    if is_subcommand(name):
        dispatcher, _, word = name.partition("-")
        raise RequestError(f"{name} would also answer to `{dispatcher} {word}`", f"choose another name, for example my-{word}")
    if name_taken(name):
        raise RequestError(f"{name} is already the name of something", "choose another name")


def _draft(recorded: _Recorded, around: _Surroundings) -> _Draft | Problem:
    """The steps that can become a script and what they need; the first thing that forbids it otherwise."""
    steps: list[ScriptStep] = []
    said: list[tuple[tuple[ScriptStep, ...], str]] = []
    for text, slots, words in recorded.lines:
        built = build_steps(text, slots, around.aliases, around.is_program)
        if isinstance(built, Problem):
            return built
        steps += built
        said.append((built, words))
    without = without_person(without_moves(steps))
    if isinstance(without, Problem):
        return without
    moved = without_moves(without[0])
    kept = tuple(with_virtual_environment(step) for step in moved)
    always = [words for built, words in said if words and any(step in moved for step in built)]
    adds = [*always, *without[1], *recorded.left_out, *([VENV_ADDED] if kept != moved else [])]
    if not moved and (reason := next((r for step in steps for part in step.parts if (r := stateful_reason(part))), None)):
        return Problem(RefusalReason.STATEFUL, reason)
    if problem := _forbidden(kept, around):
        return problem
    inputs = build_inputs(kept, recorded.values, around.home)
    if isinstance(inputs, Problem):
        return inputs
    if fragile := next((reason for step in kept if (reason := fragile_reason(step))), None):
        return Problem(RefusalReason.FRAGILE, fragile)
    return _Draft(steps=kept, inputs=inputs, adds=tuple(adds))


def _harm(step: PatternStep, around: _Surroundings) -> RefusalReason | None:
    """Whether a recorded step takes other rights or destroys, its aliases written out."""
    built = build_steps(step.text, step.slots, around.aliases, around.is_program)
    parts = [] if isinstance(built, Problem) else [part for one in built for part in one.parts]
    if any(privileged_reason(part) for part in parts):
        return RefusalReason.PRIVILEGED
    return RefusalReason.DESTRUCTIVE if any(destructive_reason(part) for part in parts) else None


def _forbidden(steps: Sequence[ScriptStep], around: _Surroundings) -> Problem | None:
    if not steps:
        return Problem(RefusalReason.NOT_WORTHY, "nothing is left that a script could do")
    parts = [part for step in steps for part in step.parts]
    if reason := next((r for part in parts if (r := privileged_reason(part))), None):
        return Problem(RefusalReason.PRIVILEGED, reason)
    destroys = [destructive_reason(part) for part in parts]
    worst = next((r for r in destroys if r and r != PLAIN_DELETION), None) or (PLAIN_DELETION if all(destroys) else None)
    if worst:
        return Problem(RefusalReason.DESTRUCTIVE, worst)
    if problem := state_problem(steps):
        return problem
    unknown = unknown_program(steps, around.is_program)
    return Problem(RefusalReason.UNKNOWN_PROGRAM, unknown) if unknown else None


def _automation(recorded: _Recorded, draft: _Draft, name: str, now: datetime) -> Automation:
    template, additions = choose_template(draft.steps, draft.inputs.variables)
    tidied = [tidy(step) for step in draft.steps]
    texts = [
        apply_edits(step.text, (*changes.edits, *placed, *additions.edits.get(number, ())))
        for number, (step, changes, placed) in enumerate(zip(draft.steps, tidied, draft.inputs.edits, strict=True))
    ]
    early = any(tolerates_early_end(step) for step in draft.steps)
    summary = " › ".join(" ".join(step.template.split()) for step in draft.steps)
    script = write_script(
        name=name,
        title=summary,
        origin=recorded.origin,
        inputs=draft.inputs,
        setup=(*([_EARLY_END] if early else ()), *additions.setup),
        checks=additions.checks,
        steps=texts,
    )
    adds = (*draft.adds, *additions.adds, *chain.from_iterable(changes.adds for changes in tidied))
    return Automation(
        automation_id=AutomationId(stable_id("automation", name, script)),
        name=name,
        pattern_id=None,
        status=AutomationStatus.NEW,
        script=Script(text=script),
        parameters=draft.inputs.parameters,
        template=template,
        potential=None,
        risk=assess([part for step in draft.steps for part in step.parts]),
        summary=visible(summary, limit=200),
        cwd=None,
        created_at=now,
        adds=tuple(dict.fromkeys(adds)),
    )


def _origin(pattern: Pattern) -> str:
    first, last = pattern.first_seen_at, pattern.last_seen_at
    dates = f"{first:%Y-%m-%d} to {last:%Y-%m-%d}" if first and last else "dates unknown"
    times, sessions = _counted(pattern.occurrence_count, "occurrence"), _counted(pattern.session_count, "session")
    return f"Made by VyNexus from {times} in {sessions}, {dates}."


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}"
