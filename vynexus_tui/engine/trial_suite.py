"""Trying a script with every set of arguments the person used by hand: what they typed before are its test cases."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from vynexus_tui.domain.automations import Automation, SeenCase
from vynexus_tui.domain.errors import RequestError, SandboxError
from vynexus_tui.domain.trials import Trial, TrialCase, red_list
from vynexus_tui.engine.assembly import Workspace, is_folder
from vynexus_tui.engine.decisions import find_automation
from vynexus_tui.engine.trials import keep_trial, plan_trial, try_command


def plan_suite(workspace: Workspace, automation_id: str) -> tuple[SeenCase, ...]:
    """Every set of arguments seen and where it would be tried, the newest first: folders that are gone give way to the planned one."""
    automation = find_automation(workspace, automation_id)
    plan = plan_trial(workspace, automation_id)
    placed = [replace(case, cwd=_folder(automation, case, plan.cwd)) for case in automation.cases]
    found = tuple(dict.fromkeys(case for case in placed if case.cwd is not None))
    if len(found) < 2:
        raise RequestError(
            f"{automation.name} was seen with {'one set' if found else 'no set'} of arguments",
            f"one try is all there is: vynexus try {automation.name}",
        )
    return found


def try_suite(
    workspace: Workspace,
    automation_id: str,
    *,
    now: datetime,
    on_case: Callable[[int, int, SeenCase], None] | None = None,
    on_output: Callable[[str], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Trial:
    """Tries them one after the other. What is kept is the try of the newest set, with what the others showed; an approval needs the
    name typed where one of those did not pass. Stopped early, it holds those that were tried to their end.
    """
    automation = find_automation(workspace, automation_id)
    cases = plan_suite(workspace, automation_id)
    tried: list[Trial] = []
    for number, case in enumerate(cases, 1):
        if on_case is not None:
            on_case(number, len(cases), case)
        try:
            trial = try_command(
                workspace,
                automation.script.text,
                cwd=case.cwd or "",
                arguments=case.arguments,
                now=now,
                on_output=on_output,
                should_stop=should_stop,
            )
        except SandboxError:
            if not tried or should_stop is None or not should_stop():
                raise
            break  # stopped before this one began
        if tried and should_stop is not None and should_stop():
            break
        tried.append(trial)
    first, *others = tried
    return keep_trial(workspace, automation, replace(first, cases=tuple(map(_case, others))))


def _folder(automation: Automation, case: SeenCase, planned: str | None) -> str | None:
    if automation.runs_in is not None:
        return automation.runs_in
    return case.cwd if case.cwd is not None and is_folder(case.cwd) else planned


def _case(trial: Trial) -> TrialCase:
    return TrialCase(
        arguments=trial.arguments,
        cwd=trial.cwd,
        verdict=trial.verdict,
        headline=trial.headline,
        reasons=(*red_list(trial), *trial.not_known),
    )
