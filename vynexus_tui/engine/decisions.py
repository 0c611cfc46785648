"""What a person decides about automations: approve, reject, pause, resume, retire, edit, schedule, snooze, undo.

Every verb holds the store's write lock from its first look to its last word: what was checked is what is changed, and a locked
store is noticed before anything happens. The shell is changed inside; where that fails, the store goes back with it, so that
neither says more than the other (invariants 1, 5, 10).
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta

from vynexus_tui.automation.script_facts import describe_script
from vynexus_tui.domain.automations import (
    FINISHED,
    INSTALLED,
    Action,
    Automation,
    AutomationStatus,
    Decision,
    DeployedSchedule,
    Script,
    advance,
    can_advance,
)
from vynexus_tui.domain.cycles import NEVER_AGAIN
from vynexus_tui.domain.errors import RequestError, ShellError, StaleTrialError, StoreBusyError, StoreError, VynexusError
from vynexus_tui.domain.identifiers import AutomationId, PatternId
from vynexus_tui.domain.schedule_text import schedule_text
from vynexus_tui.domain.trials import ApprovalRule, Consent, Trial, approval_rule
from vynexus_tui.engine.assembly import Workspace, build_shortcuts, is_folder, reading, writing
from vynexus_tui.engine.hooks import hook_status
from vynexus_tui.engine.reconciliation import reconcile_shortcuts, sync_shortcut
from vynexus_tui.engine.schedule_deployment import check_fit, is_installed, sync_schedule
from vynexus_tui.engine.schedule_reconciling import reconcile_schedules
from vynexus_tui.engine.snapshots import read_pattern
from vynexus_tui.engine.syntax import bash_syntax_error
from vynexus_tui.performance.efficiency_tracker import EfficiencyTracker
from vynexus_tui.sandbox.automation_sandbox import stale_paths
from vynexus_tui.shell.installed_shortcut import InstalledShortcut
from vynexus_tui.store import automations_table, patterns_table
from vynexus_tui.store.database import Connection, transaction

_ASIDE = frozenset({Action.SNOOZE, Action.NEVER})
"""Of a pattern; decisions on it are kept under its own id."""


def find_automation(workspace: Workspace, name_or_id: str) -> Automation:
    """The automation with this name or id. Raises RequestError naming what exists."""
    with reading(workspace) as connection:
        if connection is None:
            raise RequestError(f"no automation named {name_or_id!r}", "nothing was stored yet: vynexus import, then vynexus cycle")
        return _find(connection, name_or_id)


def approval_rule_for(workspace: Workspace, automation_id: str) -> ApprovalRule:
    """What approving takes now, and why."""
    automation = find_automation(workspace, automation_id)
    with reading(workspace) as connection:
        trial = automations_table.read_trial(connection, automation.automation_id, automation.script.sha256) if connection else None
    return approval_rule(trial, automation.script.sha256, automation.risk, runs_in=automation.runs_in)


def approve(workspace: Workspace, automation_id: str, script_sha256: str, *, confirm: str | None, now: datetime) -> str:
    """Installs the very script that was looked at. Raises RequestError saying what is missing; nothing is changed then."""
    with _deciding(workspace) as connection:
        automation = _find(connection, automation_id)
        if automation.script.sha256 != script_sha256:
            raise RequestError(f"{automation.name} changed since you looked at it", "look again and decide anew")
        status = advance_for(automation, Action.APPROVE)
        trial = automations_table.read_trial(connection, automation.automation_id, script_sha256)
        _check_consent(automation, trial, confirm)
        _decide(connection, automation, Action.APPROVE, replace(automation, status=status), now=now)
        _freeze_baseline(connection, automation, now=now)
        installed = _carry_out(workspace, connection, replace(automation, status=status), before=automation)
    where = _where_it_works(workspace, installed) if installed else ""
    compared = "; its first run like the try is compared with it" if installed and installed.is_predicted else ""
    return (
        f"{automation.name} is live: type {automation.name} {where}; u or `vynexus undo` takes it back."
        f" It runs for real, not in the sandbox{compared}"
    )


def choose_folder(workspace: Workspace, automation_id: str, folder: str | None) -> str:
    """Where an automation will run once it is approved: always in `folder`, or (None) where it is called."""
    if folder is not None and not (folder.startswith("/") and is_folder(folder) and "\n" not in folder):
        raise RequestError(f"{folder} is no folder it could run in", "name one that exists, by its full path")
    with _deciding(workspace) as connection:
        automation = _find(connection, automation_id)
        if automation.is_function:
            raise RequestError(f"{automation.name} is a function of your shell", "it runs where it is called")
        if not can_advance(automation.status, Action.EDIT) or automation.status in INSTALLED:
            raise RequestError(f"{automation.name} is {automation.status}", "where it runs is chosen when it is approved")
        automations_table.write_automation(connection, replace(automation, runs_in=folder, was_proposed=False))
    return f"{automation.name} will run {'where it is called' if folder is None else f'always in {folder}'}"


def reject(workspace: Workspace, automation_id: str, *, now: datetime) -> str:
    """The automation is not offered again."""
    automation = _change(workspace, automation_id, Action.REJECT, now=now)
    return f"{automation.name} rejected; undo takes that back"


def pause(workspace: Workspace, automation_id: str, *, now: datetime) -> str:
    """The command stays but refuses to run."""
    automation = _change(workspace, automation_id, Action.PAUSE, now=now)
    return f"{automation.name} paused"


def resume(workspace: Workspace, automation_id: str, *, now: datetime) -> str:
    """A paused command runs again."""
    _note_stop(workspace, automation_id, now=now)
    automation = _change(workspace, automation_id, Action.RESUME, now=now)
    return f"{automation.name} is live again"


def _note_stop(workspace: Workspace, automation_id: str, *, now: datetime) -> None:
    """Its command stops itself at once, the store learns of it at the next cycle: a person who resumes it may be faster."""
    with _deciding(workspace) as connection:
        automation = _find(connection, automation_id)
        installed = next((i for i in build_shortcuts(workspace).list_installed() if i.automation_id == automation.automation_id), None)
        if automation.status is AutomationStatus.LIVE and installed is not None and installed.has_stopped:
            stopped = replace(automation, status=advance_for(automation, Action.FAIL))
            reason = f"failed {installed.most_failures} times in a row"
            _decide(connection, automation, Action.FAIL, stopped, now=now, reason=reason)
            _carry_out(workspace, connection, stopped, before=automation)


def retire(workspace: Workspace, automation_id: str, *, now: datetime) -> str:
    """The command is gone for good; its runs stay in the ledger."""
    automation = _change(workspace, automation_id, Action.RETIRE, now=now)
    return f"{automation.name} retired; undo brings it back"


def edit(workspace: Workspace, automation_id: str, text: str, *, now: datetime) -> str:
    """A new script text; trial and approval are void. Raises RequestError where it is not bash."""
    if mistake := bash_syntax_error(text):
        raise RequestError(f"not valid bash: {mistake}", "nothing was saved; the script is as it was")
    with _deciding(workspace) as connection:
        automation = _find(connection, automation_id)
        if text == automation.script.text:
            return f"{automation.name} is unchanged"
        status = advance_for(automation, Action.EDIT)
        edited = _with_text(automation, status, text)
        _decide(connection, automation, Action.EDIT, edited, now=now)
        _carry_out(workspace, connection, edited, before=automation)
    return f"{automation.name} edited: try it again before it can be approved"


def schedule(workspace: Workspace, automation_id: str, deployed: DeployedSchedule, script_sha256: str, *, now: datetime) -> str:
    """The very script that was looked at is started at these times from now on."""
    with _deciding(workspace) as connection:
        automation = _find(connection, automation_id)
        if automation.script.sha256 != script_sha256:
            raise RequestError(f"{automation.name} changed since you looked at it", "look again and decide anew")
        check_fit(automation)
        after = replace(automation, status=advance_for(automation, Action.SCHEDULE), schedule=deployed)
        _decide(connection, automation, Action.SCHEDULE, after, now=now)
        _carry_out(workspace, connection, after, before=automation)
    return f"{automation.name} is scheduled: {schedule_text(deployed.schedule)}; undo takes that back"


def unschedule(workspace: Workspace, automation_id: str, *, now: datetime) -> str:
    """It is started by the person alone again."""
    with _deciding(workspace) as connection:
        automation = _find(connection, automation_id)
        if automation.schedule is None and is_installed(workspace, automation.name):
            sync_schedule(workspace, automation)  # a timer of which the store knows nothing
            return f"{automation.name} is no longer scheduled"
        if automation.schedule is None:
            raise RequestError(f"{automation.name} is not scheduled", "see what is: vynexus schedule")
        after = replace(automation, status=advance_for(automation, Action.UNSCHEDULE), schedule=None)
        _decide(connection, automation, Action.UNSCHEDULE, after, now=now)
        _carry_out(workspace, connection, after, before=automation)
    return f"{automation.name} is no longer scheduled; undo takes that back"


def snooze(workspace: Workspace, pattern_id: PatternId, *, now: datetime) -> str:
    """A pattern is not shown for some days."""
    days = workspace.settings.automation_creation.snooze_days
    _put_aside(workspace, pattern_id, Action.SNOOZE, now=now)
    return f"not shown for {days} days; undo brings it back"


def never(workspace: Workspace, pattern_id: PatternId, *, now: datetime) -> str:
    """A pattern is never shown again, and no automation is made of it."""
    with reading(workspace) as connection:
        automations = automations_table.read_automations(connection) if connection else []
    made = next((a for a in automations if a.pattern_id == pattern_id and a.status not in FINISHED), None)
    if made is not None:
        raise RequestError(f"an automation was made of it: {made.name}", f"vynexus reject {made.name}: neither is offered again")
    _put_aside(workspace, pattern_id, Action.NEVER, now=now)
    return f"never shown again; u or `vynexus undo {pattern_id}` takes it back"


def undo(workspace: Workspace, automation_id: str | None = None, *, now: datetime) -> str:
    """Takes back the last decision (of one automation); the shell is put back with it."""
    with _deciding(workspace) as connection:
        wanted = _decided_on(connection, automation_id) if automation_id else None
        standing = automations_table.read_decisions(connection, automation_id=wanted, only_standing=True, most=1)
        if not standing:
            raise RequestError("there is no decision to take back", "see what happened: vynexus report")
        decision = standing[0]
        automations_table.mark_undone(connection, decision.decision_id, now=now)
        if decision.action in _ASIDE:
            return f"took back: {decision.action}; {_undo_aside(workspace, connection, decision)}"
        automation = _find(connection, decision.automation_id)
        restored = _restored(connection, automation, decision)
        automations_table.write_automation(connection, restored)
        _carry_out(workspace, connection, restored, before=automation)
    return f"took back: {decision.action} {automation.name}; back to: {restored.status}"


def advance_for(automation: Automation, action: Action) -> AutomationStatus:
    """The status after `action`. Raises RequestError naming the automation and what is possible."""
    try:
        return advance(automation.status, action)
    except RequestError as error:
        raise RequestError(f"{automation.name}: {error.message}", error.hint) from None


@contextmanager
def _deciding(workspace: Workspace) -> Iterator[Connection]:
    if not workspace.paths.database.exists():
        raise RequestError("there is nothing to decide about yet", "vynexus import, then vynexus cycle")
    try:
        with writing(workspace) as connection, transaction(connection):
            yield connection
    except StoreBusyError:
        raise
    except (ShellError, StoreError):
        # The shell may have been changed for a decision that now does not stand.
        with suppress(VynexusError):
            reconcile_shortcuts(workspace)
            reconcile_schedules(workspace)
        raise


def _restored(connection: Connection, automation: Automation, undone: Decision) -> Automation:
    """The automation as it was before a decision; what VyNexus stopped since then stays stopped."""
    before = automations_table.read_before(connection, undone.decision_id) or replace(automation, status=undone.previous_status)
    if undone.action in (Action.SCHEDULE, Action.UNSCHEDULE):
        return replace(automation, schedule=before.schedule)
    later = automations_table.read_decisions(connection, automation_id=automation.automation_id)
    has_failed = any(d.action is Action.FAIL and d.decision_id > undone.decision_id for d in later)
    return replace(before, status=AutomationStatus.FAILING) if has_failed and before.status is AutomationStatus.LIVE else before


def _carry_out(workspace: Workspace, connection: Connection, after: Automation, *, before: Automation) -> InstalledShortcut | None:
    """The shell and the machine's schedulers follow the store; what is installed then."""
    installed = sync_shortcut(workspace, connection, after)
    sync_schedule(workspace, after, before=before)
    return installed


def _put_aside(workspace: Workspace, pattern_id: PatternId, action: Action, *, now: datetime) -> None:
    read_pattern(workspace, pattern_id)
    with _deciding(workspace) as connection:
        patterns_table.snooze(connection, pattern_id, _aside_until(workspace, action, now))
        automations_table.add_decision(connection, AutomationId(pattern_id), "", action, AutomationStatus.NEW, now=now)


def _aside_until(workspace: Workspace, action: Action, decided_at: datetime) -> datetime:
    return NEVER_AGAIN if action is Action.NEVER else decided_at + timedelta(days=workspace.settings.automation_creation.snooze_days)


def _undo_aside(workspace: Workspace, connection: Connection, undone: Decision) -> str:
    """Shows a pattern again, unless it had been put aside before that."""
    pattern_id = PatternId(undone.automation_id)
    earlier = automations_table.read_decisions(connection, automation_id=undone.automation_id, only_standing=True)
    before = next((d for d in earlier if d.action in _ASIDE), None)
    if before is None:
        patterns_table.wake(connection, pattern_id)
        return "the pattern is shown again"
    patterns_table.snooze(connection, pattern_id, _aside_until(workspace, before.action, before.decided_at))
    return "what was decided before holds again"


def _decided_on(connection: Connection, name_or_id: str) -> AutomationId:
    """The automation, or the pattern that was put aside, with this name or id."""
    if any(d.action in _ASIDE for d in automations_table.read_decisions(connection, automation_id=AutomationId(name_or_id))):
        return AutomationId(name_or_id)
    return _find(connection, name_or_id).automation_id


def _find(connection: Connection, name_or_id: str) -> Automation:
    found = automations_table.read_automation(connection, name_or_id)
    if found is None:
        known = ", ".join(a.name for a in automations_table.read_automations(connection)[:12])
        raise RequestError(f"no automation named {name_or_id!r}", f"there are: {known or 'none yet'}")
    return found


def _with_text(automation: Automation, status: AutomationStatus, text: str) -> Automation:
    """What is said of it is read from the new text; nothing of the old one is believed (invariant 1)."""
    facts = describe_script(text)
    seen = {p.name: p.seen for p in automation.parameters}
    return replace(
        automation,
        status=status,
        script=Script(text=text, language=automation.script.language),
        risk=facts.risk,
        summary=facts.summary,
        parameters=tuple(replace(p, seen=seen.get(p.name, ())) for p in facts.parameters),
        adds=("edited by you",),
        was_proposed=False,
        schedule=None,
    )


def _check_consent(automation: Automation, trial: Trial | None, confirm: str | None) -> None:
    rule = approval_rule(trial, automation.script.sha256, automation.risk, runs_in=automation.runs_in)
    if rule.consent is Consent.BLOCKED:
        raise RequestError(f"{automation.name} cannot be approved: {'; '.join(rule.reasons)}", f"vynexus try {automation.name}")
    if rule.consent is Consent.TYPED_NAME and confirm != automation.name:
        hint = f"vynexus approve {automation.name} --sha256 {automation.script.sha256} --confirm {automation.name}"
        raise RequestError(f"{automation.name} needs its name typed: {'; '.join(rule.reasons)}", hint)
    if trial is not None and (moved := stale_paths(trial)):
        raise StaleTrialError(f"{moved[0]} changed since the try", f"try it again: vynexus try {automation.name}")


def _change(workspace: Workspace, automation_id: str, action: Action, *, now: datetime) -> Automation:
    with _deciding(workspace) as connection:
        automation = _find(connection, automation_id)
        after = replace(automation, status=advance_for(automation, action))
        _decide(connection, automation, action, after, now=now)
        _carry_out(workspace, connection, after, before=automation)
    return automation


def _decide(
    connection: Connection, before: Automation, action: Action, after: Automation, *, now: datetime, reason: str | None = None
) -> None:
    automations_table.write_automation(connection, after)
    automations_table.add_decision(
        connection, after.automation_id, after.script.sha256, action, before.status, now=now, before=before, reason=reason
    )


def _where_it_works(workspace: Workspace, installed: InstalledShortcut) -> str:
    hooked = {state.shell for state in hook_status(workspace) if state.is_installed}
    if installed.is_function:
        shells = hooked if installed.is_said_in_fish else hooked - {"fish"}
        where = f"at your next prompt in {' and '.join(sorted(shells))}" if shells else "in a shell with the hook (vynexus hook install)"
        return where + ("; fish cannot say it" if "fish" in hooked - shells else "")
    if hooked or not build_shortcuts(workspace).needs_new_shell(installed):
        return "at your next prompt"
    return f"once {installed.shortcut_path.parent} is on your PATH (the hook adds it)"


def _freeze_baseline(connection: Connection, automation: Automation, *, now: datetime) -> None:
    """How long the work took by hand before approval; never touched again (invariant 7)."""
    pattern = patterns_table.read_pattern(connection, automation.pattern_id) if automation.pattern_id is not None else None
    if pattern is not None:
        automations_table.write_baseline(connection, automation.automation_id, EfficiencyTracker().baseline(pattern, before=now))
