"""From a pattern, or from chosen commands, to a script a careful colleague would have written, or to the reason why not."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain

from vynexus_tui.automation.drafting import Draft, Recorded, Surroundings, build_draft, rare_step_problem
from vynexus_tui.automation.fragility import tolerates_early_end
from vynexus_tui.automation.naming import NAME, choose_name, is_subcommand
from vynexus_tui.automation.optional_steps import choose_steps
from vynexus_tui.automation.quoting import apply_edits
from vynexus_tui.automation.risk import assess
from vynexus_tui.automation.script_text import StepText, write_function, write_script
from vynexus_tui.automation.shell_functions import guarded
from vynexus_tui.automation.shell_state import conda_hook
from vynexus_tui.automation.steps import Problem
from vynexus_tui.automation.templates import choose_template
from vynexus_tui.automation.templates.additions import Routine
from vynexus_tui.automation.tidying import Tidied, tidy
from vynexus_tui.domain.automations import Automation, AutomationStatus, Refusal, Script, ScriptTemplate, SeenCase
from vynexus_tui.domain.errors import RequestError
from vynexus_tui.domain.identifiers import AutomationId, stable_id
from vynexus_tui.domain.patterns import Pattern, SlotSpan
from vynexus_tui.domain.settings import AutomationCreation
from vynexus_tui.language.program_facts import stateful_reason
from vynexus_tui.language.visible import visible

_EARLY_END = "set +o pipefail # head and grep end a pipeline early, which is no failure here"
_MOST_CASES = 8
"""Each is tried for up to half a minute."""
_LEAST_IN_ONE_FOLDER = 3
"""Fewer runs in one folder are no custom."""


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
        around = Surroundings(aliases=aliases, is_program=is_program, home=home)
        chosen = choose_steps(pattern.steps, pattern.occurrence_count, lambda step: rare_step_problem(step, around))
        if isinstance(chosen, Problem):
            return Refusal(pattern_id=pattern.pattern_id, reason=chosen.reason, detail=chosen.detail)
        recorded = Recorded(
            lines=tuple((step.text, step.slots, words) for step, words in chosen.steps),
            values=tuple(occurrence.slot_values for occurrence in pattern.occurrences),
            times=tuple(occurrence.started_at for occurrence in pattern.occurrences),
            origin=_origin(pattern),
            left_out=chosen.left_out,
        )
        draft = build_draft(recorded, around)
        if isinstance(draft, Problem):
            return Refusal(pattern_id=pattern.pattern_id, reason=draft.reason, detail=draft.detail)
        made = _automation(recorded, draft, name or choose_name(draft.steps, name_taken, is_function=draft.is_function), now, self.settings)
        cwds = [occurrence.cwd for occurrence in pattern.occurrences if occurrence.cwd]
        return replace(
            made,
            automation_id=AutomationId(stable_id("automation", pattern.pattern_id)),
            pattern_id=pattern.pattern_id,
            potential=pattern.potential.score,
            cwd=cwds[-1] if cwds else None,
            runs_in=None if made.is_function else _runs_in(pattern, home),
            cases=_cases(pattern, draft),
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
        recorded = Recorded(
            lines=tuple((c, tuple(places), "") for c, places in zip(commands, slots or [()] * len(commands), strict=True)),
            origin=f"Made by VyNexus from {_counted(len(commands), 'chosen command')}.",
        )
        draft = build_draft(recorded, Surroundings(aliases=aliases, is_program=is_program, home=home))
        if isinstance(draft, Problem):
            return Refusal(pattern_id=None, reason=draft.reason, detail=draft.detail)
        return replace(_automation(recorded, draft, name, now, self.settings), cwd=cwd)


def _check_name(name: str, name_taken: Callable[[str], bool]) -> None:
    if not NAME.fullmatch(name) or name.startswith("shellcheck"):
        raise RequestError(f"{visible(name)!r} cannot be a command's name", "use small letters, digits and -, for example build-and-test")
    if is_subcommand(name):
        dispatcher, _, word = name.partition("-")
        raise RequestError(f"{name} would also answer to `{dispatcher} {word}`", f"choose another name, for example my-{word}")
    if name_taken(name):
        raise RequestError(f"{name} is already the name of something", "choose another name")


def _automation(recorded: Recorded, draft: Draft, name: str, now: datetime, settings: AutomationCreation) -> Automation:
    tidied = [tidy(step) for step in draft.steps]
    summary = " › ".join(" ".join(step.template.split()) for step in draft.steps)
    if draft.is_function:
        text = _function_text(recorded, draft, name, summary, tidied)
        template, script, added = ScriptTemplate.WORKFLOW_SEQUENCE, text, tuple[str, ...]()
    else:
        template, script, added = _script_text(recorded, draft, name, summary, tidied, settings)
    adds = (*draft.adds, *added, *chain.from_iterable(changes.adds for changes in tidied))
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
        is_function=draft.is_function,
    )


def _script_text(
    recorded: Recorded, draft: Draft, name: str, summary: str, tidied: Sequence[Tidied], settings: AutomationCreation
) -> tuple[ScriptTemplate, str, tuple[str, ...]]:
    routine = Routine(draft.steps, draft.inputs.variables, recorded.values, settings)
    template, additions = choose_template(routine)
    if any(tolerates_early_end(step) for step in draft.steps):
        additions = additions._replace(setup=(_EARLY_END, *additions.setup))
    steps = []
    for number, (step, changes, placed) in enumerate(zip(draft.steps, tidied, draft.inputs.edits, strict=True)):
        added = (*additions.edits.get(number, ()), *conda_hook(step, is_function=False))
        # What a template replaces it writes whole, its parameters too.
        kept = [edit for edit in (*changes.edits, *placed) if not any(a.start <= edit.start < edit.end <= a.end for a in added)]
        steps.append(
            StepText(
                text=apply_edits(step.text, (*kept, *added)),
                is_state=any(stateful_reason(part) for part in step.parts),
                is_list="&&" in step.text or "||" in step.text or any("\n" in edit.text for edit in added) or len(step.parts) > 1,
            )
        )
    script = write_script(name=name, title=summary, origin=recorded.origin, inputs=draft.inputs, additions=additions, steps=steps)
    return template, script, additions.adds


def _function_text(recorded: Recorded, draft: Draft, name: str, summary: str, tidied: Sequence[Tidied]) -> str:
    texts = [
        apply_edits(step.text, (*changes.edits, *guarded(step), *conda_hook(step, is_function=True)))
        for step, changes in zip(draft.steps, tidied, strict=True)
    ]
    return write_function(name=name, title=summary, origin=recorded.origin, steps=texts)


def _cases(pattern: Pattern, draft: Draft) -> tuple[SeenCase, ...]:
    """The newest few sets of arguments, each once, where it was last used."""
    if not draft.inputs.parameters:
        return ()
    found: dict[tuple[str, ...], SeenCase] = {}
    for occurrence, arguments in zip(reversed(pattern.occurrences), reversed(draft.inputs.rows), strict=True):
        if arguments:
            found.setdefault(arguments, SeenCase(arguments=arguments, cwd=occurrence.cwd))
    return tuple(found.values())[:_MOST_CASES]


def _runs_in(pattern: Pattern, home: str | None) -> str | None:
    """The one folder that all runs were in, unless that is home or the first step says where to go."""
    cwds = [occurrence.cwd for occurrence in pattern.occurrences if occurrence.cwd]
    if len(cwds) < _LEAST_IN_ONE_FOLDER or len(set(cwds)) > 1 or cwds[0].rstrip("/") == (home or "").rstrip("/"):
        return None
    goes = pattern.steps[0].text.split()
    is_absolute = goes[:1] == ["cd"] and (len(goes) == 1 or goes[1].lstrip("\"'").startswith(("/", "~", "$HOME")))
    return None if is_absolute else cwds[0]


def _origin(pattern: Pattern) -> str:
    first, last = pattern.first_seen_at, pattern.last_seen_at
    dates = f"{first:%Y-%m-%d} to {last:%Y-%m-%d}" if first and last else "dates unknown"
    times, sessions = _counted(pattern.occurrence_count, "occurrence"), _counted(pattern.session_count, "session")
    return f"Made by VyNexus from {times} in {sessions}, {dates}."


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}"
