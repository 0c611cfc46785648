"""What VyNexus does with automations by itself: it stops those that fail, gives up the least valuable proposal for a better one, and says
which ones need the person. Each is journaled with its reason. Nothing is ever approved here.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from vynexus_tui.domain.automations import Action, Automation, AutomationStatus, advance
from vynexus_tui.domain.cycles import AutomationHead
from vynexus_tui.domain.errors import ShellError
from vynexus_tui.domain.identifiers import AutomationId
from vynexus_tui.domain.runs import Run
from vynexus_tui.engine.accounting import read_function_calls
from vynexus_tui.engine.assembly import Workspace, build_shortcuts, reading, writing
from vynexus_tui.engine.schedule_deployment import sync_schedule
from vynexus_tui.performance.error_budget import burnt_reason
from vynexus_tui.store import automations_table, runs_table
from vynexus_tui.store.database import Connection, transaction

_S = AutomationStatus


def stop_failing(workspace: Workspace, *, now: datetime) -> None:
    """Stops each live automation whose error budget is burnt: its command says so until the person lets it run again."""
    with reading(workspace) as connection:
        if connection is None:
            return
        burnt = _burnt(workspace, connection)
    for looked_at, reason in burnt:
        with writing(workspace) as connection, transaction(connection):
            if automations_table.read_automation(connection, looked_at.automation_id) != looked_at:
                continue  # somebody decided otherwise meanwhile
            stopped = replace(looked_at, status=advance(looked_at.status, Action.FAIL))
            automations_table.write_automation(connection, stopped)
            automations_table.add_decision(
                connection,
                looked_at.automation_id,
                looked_at.script.sha256,
                Action.FAIL,
                looked_at.status,
                now=now,
                before=looked_at,
                reason=reason,
            )
            build_shortcuts(workspace).pause(looked_at.name, is_failing=True)
            # A scheduler that cannot be reached now would start a command that refuses to run.
            with suppress(ShellError):
                sync_schedule(workspace, stopped, before=looked_at)


def _burnt(workspace: Workspace, connection: Connection) -> list[tuple[Automation, str]]:
    limit = workspace.settings.automation_creation.failures_until_paused
    started = automations_table.read_run_permissions(connection)
    runs_of: dict[AutomationId, list[Run]] = {}
    automations = automations_table.read_automations(connection)
    calls = [run for calls in read_function_calls(connection, automations).values() for run in calls.runs]
    for run in (*runs_table.read_runs(connection), *calls):
        runs_of.setdefault(run.automation_id, []).append(run)
    found = []
    for automation in automations:
        since = started.get(automation.automation_id)
        runs = runs_of.get(automation.automation_id, ())
        if automation.status is _S.LIVE and runs:
            reason = burnt_reason(_failures(automation, runs, since), most_in_a_row=limit)
            found += [(automation, reason)] if reason else []
    return found


def _failures(automation: Automation, runs: Iterable[Run], since: datetime | None) -> list[bool]:
    """Whether each run failed since the person let this very script run; runs that somebody stopped say nothing."""
    return [
        run.has_failed
        for run in runs
        if (automation.is_function or run.script_sha256 == automation.script.sha256)
        and (since is None or run.started_at >= since)
        and run.has_failed is not None
    ]


def least_valuable_proposal(automations: Iterable[Automation]) -> Automation | None:
    """The proposal that makes room for a better one: made by a cycle, never tried, never touched by the person."""
    return min((a for a in automations if a.was_proposed and a.status is _S.NEW), key=lambda a: (a.potential or 0.0, a.name), default=None)


def unused_reason(head: AutomationHead, allowed_at: datetime | None, *, unused_days: int, now: datetime) -> str | None:
    """Why retiring a live automation is proposed, or None. Functions are left out: a shell calls them without us."""
    automation = head.automation
    used = [moment for moment in (head.last_run_at, allowed_at) if moment is not None]
    if automation.status is not _S.LIVE or automation.is_function or not used or now - max(used) < timedelta(days=unused_days):
        return None
    days = (now - max(used)).days
    return f"not used for {days} days" if head.run_count else f"never used in {days} days"


def with_attention(heads: Sequence[AutomationHead], *, most_proposals: int) -> list[AutomationHead]:
    """The heads, with those marked that ask for the person: what stopped itself or is not used, and the first few proposals (`heads` are in
    the order of their worth).
    """
    proposed = [h for h in heads if h.automation.status is _S.TRIED] + [h for h in heads if h.automation.status is _S.NEW]
    asking = {h.automation.automation_id for h in proposed[:most_proposals]}
    return [
        replace(h, needs_you=h.automation.automation_id in asking or h.automation.status is _S.FAILING or h.unused_reason is not None)
        for h in heads
    ]
