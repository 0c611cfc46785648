"""What scheduling an automation would mean, before it is done: when it runs, with what, by whom, and what speaks against it."""

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from vynexus_tui.domain.automations import Automation, AutomationStatus, DeployedSchedule, Parameter
from vynexus_tui.domain.errors import RequestError
from vynexus_tui.domain.identifiers import AutomationId
from vynexus_tui.domain.next_times import check_complete, next_times
from vynexus_tui.domain.patterns import Schedule
from vynexus_tui.domain.schedule_text import FORMS
from vynexus_tui.domain.trials import Trial, Verdict
from vynexus_tui.engine.assembly import Workspace, build_redactor, reading
from vynexus_tui.engine.decisions import find_automation
from vynexus_tui.engine.schedule_deployment import build_schedules, check_fit, schedule_capability, timed_command
from vynexus_tui.engine.schedule_times import scheduler_zone
from vynexus_tui.store import automations_table, patterns_table

_SHOWN_TIMES = 5
_GONE = "its timer is gone; vynexus cycle puts it back"
_NEEDED = re.compile(r'^: "\$\{([A-Za-z_]\w*):\?', re.MULTILINE)
"""As a script asks for a secret from the environment."""
_GUARDED = re.compile(r'^must_be_plain "\$\{([A-Za-z_]\w*)\}"', re.MULTILINE)
"""As a script refuses a value that would be read as an option or a command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulePlan:
    """Everything a person sees before they say yes. Nothing was changed for it."""

    automation: Automation
    deployed: DeployedSchedule
    backend_words: str
    arguments: tuple[tuple[str, str | None], ...]
    """(parameter, value); None: the script's own default, at the time of the run."""
    texts: tuple[tuple[str, str], ...]
    """(place, text): exactly what is written."""
    times: tuple[datetime, ...]
    """The next five, in the zone of the machine's schedulers."""
    missed: str
    is_found: bool
    """The times are those at which the person does it; nobody named them."""
    warnings: tuple[str, ...] = ()


def plan_schedule(
    workspace: Workspace, automation_id: str, at: Schedule | None, values: Mapping[str, str], *, now: datetime
) -> SchedulePlan:
    """The plan. `at`: None takes the schedule that was found in the person's own routine. Raises RequestError saying what is missing."""
    automation = find_automation(workspace, automation_id)
    check_fit(automation)
    capability = schedule_capability(workspace)
    if capability.backend is None:
        raise RequestError(f"nothing here can start it: {capability.words}", capability.fix)
    schedule = at or _found_schedule(workspace, automation)
    check_complete(schedule)
    arguments = _arguments(workspace, automation, values)
    trial = _read_trial(workspace, automation)
    deployed = DeployedSchedule(
        schedule=schedule,
        backend=capability.backend,
        arguments=tuple(value for _, value in arguments if value is not None),
        cwd=_folder(automation, trial),
    )
    return SchedulePlan(
        automation=automation,
        deployed=deployed,
        backend_words=capability.words,
        arguments=arguments,
        texts=build_schedules(workspace).texts(capability.backend, timed_command(workspace, automation, deployed)),
        times=next_times(schedule, now.astimezone(scheduler_zone(workspace)), _SHOWN_TIMES),
        missed=capability.missed,
        is_found=at is None and automation.schedule is None,
        warnings=tuple(w for w in (capability.warning, *_warnings(workspace, automation, trial, deployed)) if w),
    )


def start_troubles(workspace: Workspace, automations: Iterable[Automation]) -> dict[AutomationId, str]:
    """Why live automations that are scheduled are not started; asks each scheduler once, and only one that is used."""
    live = [(a, a.schedule.backend) for a in automations if a.schedule is not None and a.status is AutomationStatus.LIVE]
    if workspace.is_demo or not live:
        return {}
    schedules = build_schedules(workspace)
    away = {backend: schedules.trouble(backend) for backend in {backend for _, backend in live}}
    gone = {a.automation_id: _GONE for a, backend in live if not schedules.holds(a.name, backend)}
    return gone | {a.automation_id: trouble for a, backend in live if (trouble := away[backend]) is not None}


def _found_schedule(workspace: Workspace, automation: Automation) -> Schedule:
    with reading(workspace) as connection:
        pattern = patterns_table.read_pattern(connection, automation.pattern_id) if connection and automation.pattern_id else None
    found = automation.schedule.schedule if automation.schedule else pattern.schedule if pattern else None
    if found is None:
        first, *others = (f'"{form}"' for form in FORMS)
        hint = f"vynexus schedule {automation.name} --at {first}\n  or {', '.join(others)}"
        raise RequestError(f"no regular time was found for {automation.name}: say when", hint)
    return found


def _arguments(workspace: Workspace, automation: Automation, values: Mapping[str, str]) -> tuple[tuple[str, str | None], ...]:
    """A value for every parameter that has no default; a default is left to the script unless a later argument is given."""
    names = [p.name for p in automation.parameters]
    if unknown := [name for name in values if name not in names]:
        raise RequestError(f"{automation.name} has no parameter {unknown[0]!r}", f"it has: {', '.join(names) or 'none'}")
    # What was said before holds until something else is said.
    former = dict(zip(names, automation.schedule.arguments, strict=False)) if automation.schedule else {}
    given = {**former, **values}
    bound = max((number for number, name in enumerate(names) if name in given), default=-1) + 1
    missing = [
        p.name for number, p in enumerate(automation.parameters) if not given.get(p.name) and not _is_said(p, is_bound=number < bound)
    ]
    if missing:
        asked = " ".join(f"--arg {name}=VALUE" for name in missing)
        raise RequestError(f"nobody will be there to say {', '.join(missing)}", f"vynexus schedule {automation.name} {asked}")
    redactor = build_redactor(workspace)
    for name, value in given.items():
        if not value.isprintable() or redactor.output(f"{name}={value}") != f"{name}={value}" or redactor.output(value) != value:
            raise RequestError(
                f"the value of {name} cannot be written into a timer: it holds a secret or is not printable",
                "a secret belongs in a file that only your script reads",
            )
    for name in _GUARDED.findall(automation.script.text):
        if given.get(name, "").startswith(("-", "|")):
            raise RequestError(
                f"{automation.name} refuses {name} = {given[name]!r}: it would be read as an option or a command",
                "every start would fail; name a value that begins with neither - nor |",
            )
    return tuple((p.name, given.get(p.name, p.default) if number < bound else None) for number, p in enumerate(automation.parameters))


def _is_said(parameter: Parameter, *, is_bound: bool) -> bool:
    """Whether the script's default does. One that the script computes (a date) cannot be handed to it, only left to it."""
    return parameter.default is not None and not (is_bound and re.search(r"[$`]", parameter.default))


def _read_trial(workspace: Workspace, automation: Automation) -> Trial | None:
    with reading(workspace) as connection:
        return automations_table.read_trial(connection, automation.automation_id, automation.script.sha256) if connection else None


def _folder(automation: Automation, trial: Trial | None) -> str:
    """Where it runs: what the approval says, else where the try showed what it does."""
    folder = automation.runs_in or (trial.cwd if trial else None) or automation.cwd
    if folder is None or not Path(folder).is_dir():
        what = f"{folder} is gone" if folder else "the folder it runs in is not known"
        raise RequestError(
            f"{automation.name} cannot be scheduled: {what}", f"try it where it shall run: vynexus try {automation.name} --cwd DIR"
        )
    return folder


def _warnings(workspace: Workspace, automation: Automation, trial: Trial | None, deployed: DeployedSchedule) -> Iterator[str]:
    if automation.schedule == deployed and (trouble := start_troubles(workspace, [automation]).get(automation.automation_id)):
        yield f"it is not started: {trouble}"
    if trial is not None and trial.verdict is not Verdict.PASSED:
        yield f"its newest try {trial.headline}"
    if trial is not None and trial.arguments[: len(deployed.arguments)] != deployed.arguments:
        options = [
            word for p, value in zip(automation.parameters, deployed.arguments, strict=False) for word in ("--arg", f"{p.name}={value}")
        ]
        again = shlex.join(["vynexus", "try", automation.name, *options])
        yield f"it was tried with other values ({' '.join(trial.arguments)}); try it with these: {again}"
    if trial is not None and trial.cwd != deployed.cwd:
        yield f"it was tried in another folder ({trial.cwd})"
    if needed := sorted(set(_NEEDED.findall(automation.script.text))):
        yield f"it needs {', '.join(needed)} in its environment, which a timer does not have: runs fail until that is set there"
    if zone := workspace.environment.get("TZ"):
        yield f"times are those of the machine's clock; TZ={zone} of this shell does not reach a timer"
