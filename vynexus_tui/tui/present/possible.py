"""Which key makes sense on what; where one does not, the reason it gives."""

from vynexus_tui.domain.automations import INSTALLED, Action, AutomationStatus, RiskLevel, can_advance
from vynexus_tui.domain.cycles import AutomationHead, PatternHead
from vynexus_tui.domain.trials import Consent, approval_rule
from vynexus_tui.tui.present.view import View

_S = AutomationStatus
NO_ROW = "choose an automation first (1)"


def why_not(verb: Action, head: AutomationHead | None, view: View) -> str | None:
    """Why `verb` cannot be done to this automation now; None when it can."""
    if head is None:
        return NO_ROW
    name, status = head.automation.name, head.automation.status
    if verb is Action.TRY and view.trying is not None:
        return "one try at a time: esc in its review stops it"
    if verb is Action.APPROVE:
        return _why_not_approve(head)
    if verb is Action.PAUSE and status is not _S.LIVE:
        return f"{name} is {status}: only a live automation can be paused"
    if verb is Action.RETIRE and status in (_S.NEW, _S.TRIED):
        return f"{name} is {status}: there is no command yet to retire; x rejects it"
    if verb is Action.RESUME and status not in (_S.PAUSED, _S.FAILING):
        return f"{name} is {status}: only a paused one can be resumed"
    if not can_advance(status, verb):
        undo = "; u takes a decision back" if status in (_S.REJECTED, _S.RETIRED) else ""
        also = "; p pauses it, D retires it" if verb is Action.REJECT and status in INSTALLED else ""
        return f"{name} is {status}: cannot {verb} it{undo}{also}"
    return None


def _why_not_approve(head: AutomationHead) -> str | None:
    automation = head.automation
    if automation.status is _S.LIVE:
        return f"{automation.name} is live already"
    if automation.status in INSTALLED:
        return f"{automation.name} was approved and {_stopped(automation.status)}: p resumes it"
    if automation.status in (_S.REJECTED, _S.RETIRED):
        return f"{automation.name} is {automation.status}; u takes a decision back"
    rule = approval_rule(head.trial, automation.script.sha256, automation.risk, runs_in=automation.runs_in)
    if rule.consent is Consent.BLOCKED:
        return f"not approved: {'; '.join(rule.reasons)}"
    return None


def _stopped(status: AutomationStatus) -> str:
    return "stopped by its failures" if status is _S.FAILING else "paused"


def why_not_schedule(head: AutomationHead | None) -> str | None:
    """Why there is nothing to schedule, or to take off; None where the schedule screen has more to say."""
    if head is None:
        return NO_ROW
    automation = head.automation
    if automation.schedule is not None:
        return None
    if automation.status is not _S.LIVE:
        return f"{automation.name} is {automation.status}: only a live automation can be scheduled"
    if automation.risk.level is RiskLevel.HIGH:
        return f"{automation.name} is never scheduled: {'; '.join(automation.risk.reasons)}"
    return f"{automation.name} changes the shell that calls it, and a timer has none" if automation.is_function else None


def why_not_folder(head: AutomationHead) -> str | None:
    """Why the folder it runs in cannot be changed now."""
    automation = head.automation
    if automation.is_function:
        return f"{automation.name} is a function of your shell: it runs where it is called"
    if automation.status not in (_S.NEW, _S.TRIED):
        return f"{automation.name} is {automation.status}: where it runs is chosen before it is approved"
    if automation.runs_in is None and automation.cwd is None and head.trial is None:
        return "its folder is not known: try it in one first (s)"
    return None


def why_not_snooze(pattern: PatternHead | None) -> str | None:
    """Why a pattern cannot be put aside now."""
    if pattern is None:
        return "choose a pattern first (2)"
    if pattern.snoozed_until is not None:
        return None
    return "it has an automation already: reject that one (1, x)" if pattern.automation_id is not None else None


def why_not_make(pattern: PatternHead | None) -> str | None:
    """Why no automation can be made of a pattern now."""
    if pattern is None:
        return "m makes an automation of a pattern: choose one first (2)"
    return "it has an automation already (1)" if pattern.automation_id is not None else None
