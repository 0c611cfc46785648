"""What a person decides about automations: approve, reject, pause, resume, retire, edit, snooze, undo.

Every verb changes the store first and the shell second; where the shell cannot be changed the store is put back, so that
neither says more than the other (invariants 1, 5, 10).
"""

from dataclasses import replace
from datetime import datetime, timedelta

from vynexus_tui.domain.automations import (
    DEPLOYED,
    Action,
    Automation,
    AutomationStatus,
    Decision,
    Refusal,
    Script,
    advance,
)
from vynexus_tui.domain.cycles import AutomationHead
from vynexus_tui.domain.errors import RequestError, ShellError
from vynexus_tui.domain.identifiers import AutomationId, PatternId
from vynexus_tui.domain.trials import ApprovalRule, Consent, approval_rule
from vynexus_tui.engine.assembly import Workspace, build_shortcuts, reading, writing
from vynexus_tui.engine.creation import create_automation
from vynexus_tui.engine.snapshots import read_pattern
from vynexus_tui.engine.syntax import bash_syntax_error
from vynexus_tui.performance.efficiency_tracker import EfficiencyTracker
from vynexus_tui.sandbox.automation_sandbox import stale_paths
from vynexus_tui.store import automations_table, patterns_table
from vynexus_tui.store.database import transaction


def find_automation(workspace: Workspace, name_or_id: str) -> Automation:
    """The automation with this name or id. Raises RequestError naming what exists."""
    with reading(workspace) as connection:
        found = automations_table.read_automation(connection, name_or_id) if connection else None
        if found is None:
            known = [a.name for a in automations_table.read_automations(connection)] if connection else []
            raise RequestError(f"no automation named {name_or_id!r}", "there are: " + (", ".join(known[:12]) or "none yet"))
    return found


def approval_rule_for(workspace: Workspace, automation_id: str) -> ApprovalRule:
    """What approving takes now, and why."""
    automation = find_automation(workspace, automation_id)
    with reading(workspace) as connection:
        trial = automations_table.read_trial(connection, automation.automation_id, automation.script.sha256) if connection else None
    return approval_rule(trial, automation.script.sha256, automation.risk)


def approve(workspace: Workspace, automation_id: str, script_sha256: str, *, confirm: str | None, now: datetime) -> str:
    """Installs the very script that was looked at. Raises RequestError saying what is missing; nothing is changed then."""
    automation = find_automation(workspace, automation_id)
    if automation.script.sha256 != script_sha256:
        raise RequestError(f"{automation.name} changed since you looked at it", "look again and decide anew")
    status = advance_for(automation, Action.APPROVE)
    with reading(workspace) as connection:
        trial = automations_table.read_trial(connection, automation.automation_id, script_sha256) if connection else None
    rule = approval_rule(trial, script_sha256, automation.risk)
    if rule.consent is Consent.BLOCKED:
        raise RequestError(f"{automation.name} cannot be approved: {'; '.join(rule.reasons)}", f"vynexus try {automation.name}")
    if rule.consent is Consent.TYPED_NAME and confirm != automation.name:
        hint = f"vynexus approve {automation.name} --sha256 {script_sha256} --confirm {automation.name}"
        raise RequestError(f"{automation.name} needs its name typed: {'; '.join(rule.reasons)}", hint)
    moved = stale_paths(trial) if trial else ()
    if moved:
        raise RequestError(f"{moved[0]} changed since the try", f"try it again: vynexus try {automation.name}")
    approved = replace(automation, status=status)
    number = _decide(workspace, approved, Action.APPROVE, automation.status, now=now)
    try:
        installed = build_shortcuts(workspace).install(automation.name, automation.script, automation.automation_id)
    except ShellError:
        _restore(workspace, automation, number, now=now)
        raise
    _freeze_baseline(workspace, automation, now=now)
    where = "in new shells (no hook found)" if installed.needs_new_shell else "at your next prompt"
    return f"{automation.name} is live: type {automation.name} {where}; u or `vynexus undo` takes it back"


def reject(workspace: Workspace, automation_id: str, *, now: datetime) -> str:
    """The automation is not offered again."""
    automation = _decide_status(workspace, automation_id, Action.REJECT, now=now)
    return f"{automation.name} rejected; undo takes that back"


def pause(workspace: Workspace, automation_id: str, *, now: datetime) -> str:
    """The command stays but refuses to run."""
    automation = find_automation(workspace, automation_id)
    advance_for(automation, Action.PAUSE)
    build_shortcuts(workspace).pause(automation.name)
    _decide_status(workspace, automation_id, Action.PAUSE, now=now)
    return f"{automation.name} paused"


def resume(workspace: Workspace, automation_id: str, *, now: datetime) -> str:
    """A paused command runs again."""
    automation = find_automation(workspace, automation_id)
    advance_for(automation, Action.RESUME)
    build_shortcuts(workspace).resume(automation.name)
    _decide_status(workspace, automation_id, Action.RESUME, now=now)
    return f"{automation.name} is live again"


def retire(workspace: Workspace, automation_id: str, *, now: datetime) -> str:
    """The command is gone for good; its runs stay in the ledger."""
    automation = find_automation(workspace, automation_id)
    advance_for(automation, Action.RETIRE)
    build_shortcuts(workspace).remove(automation.name)
    _decide_status(workspace, automation_id, Action.RETIRE, now=now)
    return f"{automation.name} retired; undo brings it back"


def edit(workspace: Workspace, automation_id: str, text: str, *, now: datetime) -> str:
    """A new script text; trial and approval are void. Raises RequestError where it is not bash."""
    automation = find_automation(workspace, automation_id)
    if text == automation.script.text:
        return f"{automation.name} is unchanged"
    if mistake := bash_syntax_error(text):
        raise RequestError(f"not valid bash: {mistake}", "the script was kept as it was")
    status = advance_for(automation, Action.EDIT)
    if automation.status in DEPLOYED or automation.status is AutomationStatus.PAUSED:
        build_shortcuts(workspace).remove(automation.name)
    edited = replace(automation, status=status, script=Script(text=text, language=automation.script.language))
    _decide(workspace, edited, Action.EDIT, automation.status, now=now)
    return f"{automation.name} edited: try it again before it can be approved"


def snooze(workspace: Workspace, pattern_id: PatternId, *, now: datetime) -> str:
    """A pattern is not shown for some days."""
    days = workspace.settings.automation_creation.snooze_days
    read_pattern(workspace, pattern_id)
    with writing(workspace) as connection, transaction(connection):
        patterns_table.snooze(connection, pattern_id, now + timedelta(days=days))
    return f"not shown for {days} days"


def create_from_pattern(workspace: Workspace, pattern_id: PatternId, *, now: datetime) -> AutomationHead:
    """An automation from any pattern, also below the threshold. Raises RequestError with the refusal's reason."""
    pattern = read_pattern(workspace, pattern_id)
    with reading(workspace) as connection:
        existing = automations_table.read_automations(connection) if connection else []
    finished = (AutomationStatus.REJECTED, AutomationStatus.RETIRED)
    if any(a.pattern_id == pattern_id and a.status not in finished for a in existing):
        raise RequestError("this pattern already has an automation", "see: vynexus automations")
    if sum(a.status not in finished for a in existing) >= workspace.settings.automation_creation.max_automations:
        raise RequestError("the limit of automations is reached", "retire one first: vynexus retire NAME")
    outcome = create_automation(workspace, pattern, {a.name for a in existing}, now=now)
    if isinstance(outcome, Refusal):
        raise RequestError(f"no script for this pattern: {outcome.reason}: {outcome.detail}", "copy its commands with y")
    with writing(workspace) as connection, transaction(connection):
        automations_table.write_automation(connection, outcome)
        for head in patterns_table.read_heads(connection):
            if head.pattern_id == pattern_id:
                patterns_table.write_head(connection, replace(head, automation_id=outcome.automation_id, refusal=None))
    return AutomationHead(automation=outcome, trial=None)


def undo(workspace: Workspace, automation_id: str | None = None, *, now: datetime) -> str:
    """Takes back the last decision (of one automation); the shell is put back with it."""
    wanted = find_automation(workspace, automation_id).automation_id if automation_id else None
    with reading(workspace) as connection:
        standing = automations_table.read_decisions(connection, automation_id=wanted, only_standing=True, most=1) if connection else []
    if not standing:
        raise RequestError("there is no decision to take back", "see what happened: vynexus report")
    decision = standing[0]
    automation = find_automation(workspace, decision.automation_id)
    if decision.action is Action.EDIT:
        raise RequestError(f"the last decision was an edit of {automation.name}", f"edit it again: vynexus edit {automation.name}")
    restored = replace(automation, status=decision.previous_status)
    _undo_in_shell(workspace, automation, decision)
    _restore(workspace, restored, decision.decision_id, now=now)
    return f"took back: {decision.action} {automation.name}; it is {restored.status} again"


def advance_for(automation: Automation, action: Action) -> AutomationStatus:
    """The status after `action`. Raises RequestError naming the automation and what is possible."""
    try:
        return advance(automation.status, action)
    except RequestError as error:
        raise RequestError(f"{automation.name}: {error.message}", error.hint) from None


def _undo_in_shell(workspace: Workspace, automation: Automation, decision: Decision) -> None:
    shortcuts = build_shortcuts(workspace)
    match decision.action:
        case Action.APPROVE:
            shortcuts.remove(automation.name)
        case Action.PAUSE:
            shortcuts.resume(automation.name)
        case Action.RESUME:
            shortcuts.pause(automation.name)
        case Action.RETIRE if decision.previous_status in DEPLOYED or decision.previous_status is AutomationStatus.PAUSED:
            shortcuts.install(automation.name, automation.script, automation.automation_id)
            if decision.previous_status is AutomationStatus.PAUSED:
                shortcuts.pause(automation.name)
        case _:
            pass


def _decide_status(workspace: Workspace, automation_id: str, action: Action, *, now: datetime) -> Automation:
    automation = find_automation(workspace, automation_id)
    changed = replace(automation, status=advance_for(automation, action))
    _decide(workspace, changed, action, automation.status, now=now)
    return changed


def _decide(workspace: Workspace, changed: Automation, action: Action, previous: AutomationStatus, *, now: datetime) -> int:
    with writing(workspace) as connection, transaction(connection):
        automations_table.write_automation(connection, changed)
        return automations_table.add_decision(connection, changed.automation_id, changed.script.sha256, action, previous, now=now)


def _restore(workspace: Workspace, automation: Automation, decision_id: int, *, now: datetime) -> None:
    with writing(workspace) as connection, transaction(connection):
        automations_table.write_automation(connection, automation)
        automations_table.mark_undone(connection, decision_id, now=now)


def _freeze_baseline(workspace: Workspace, automation: Automation, *, now: datetime) -> None:
    """How long the work took by hand before approval; never touched again (invariant 7)."""
    if automation.pattern_id is None:
        return
    with reading(workspace) as connection:
        pattern = patterns_table.read_pattern(connection, automation.pattern_id) if connection else None
    if pattern is None:
        return
    baseline = EfficiencyTracker().baseline(pattern, before=now)
    with writing(workspace) as connection, transaction(connection):
        automations_table.write_baseline(connection, AutomationId(automation.automation_id), baseline)
