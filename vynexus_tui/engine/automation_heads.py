"""Automations as lists show them: each with its trial, its runs, and whether it asks for the person."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from vynexus_tui.domain.automations import Automation, AutomationStatus
from vynexus_tui.domain.cycles import AutomationHead, PatternHead
from vynexus_tui.domain.identifiers import AutomationId
from vynexus_tui.domain.run_comparison import RunComparison
from vynexus_tui.domain.runs import Run, SavingsSummary, failure_streak
from vynexus_tui.domain.trials import Trial
from vynexus_tui.engine.accounting import read_function_calls
from vynexus_tui.engine.assembly import Workspace, build_shortcuts
from vynexus_tui.engine.life_cycle import unused_reason, with_attention
from vynexus_tui.engine.schedule_times import next_run
from vynexus_tui.performance.statistics import wilson_interval
from vynexus_tui.shell.installed_shortcut import InstalledShortcut
from vynexus_tui.store import automations_table, comparisons_table
from vynexus_tui.store.database import Connection

_STATUS_ORDER = {
    status: place
    for place, status in enumerate(
        (
            AutomationStatus.TRIED,
            AutomationStatus.FAILING,
            AutomationStatus.NEW,
            AutomationStatus.LIVE,
            AutomationStatus.PAUSED,
            AutomationStatus.REJECTED,
            AutomationStatus.RETIRED,
        )
    )
}


def read_automation_heads(
    workspace: Workspace,
    connection: Connection,
    automations: Sequence[Automation],
    runs: Sequence[Run],
    patterns: Sequence[PatternHead],
    savings: SavingsSummary,
    *,
    now: datetime,
) -> list[AutomationHead]:
    """Those that need the person first, then by worth."""
    settings = workspace.settings.automation_creation
    comparisons = comparisons_table.read_comparisons(connection)
    allowed = automations_table.read_run_permissions(connection)
    stopped = automations_table.read_stop_reasons(connection)
    saved = {s.automation_id: s.low_s for s in savings.savings if s.run_count}
    shims = {s.name: s for s in build_shortcuts(workspace).list_installed()}
    calls = [run for calls in read_function_calls(connection, automations).values() for run in calls.runs]
    runs_of: dict[AutomationId, list[Run]] = {}
    for run in (*runs, *calls):
        runs_of.setdefault(run.automation_id, []).append(run)
    heads = []
    for automation in automations:
        key = automation.automation_id
        head = _automation_head(
            _with_potential(automation, patterns),
            automations_table.read_trial(connection, key, automation.script.sha256),
            runs_of.get(key, []),
            saved.get(key),
            shims.get(automation.name),
            comparisons.get((key, automation.script.sha256)),
            next_run(workspace, automation, now=now),
        )
        unused = unused_reason(head, allowed.get(key), unused_days=settings.unused_days, now=now)
        has_stopped = automation.status is AutomationStatus.FAILING
        heads.append(replace(head, unused_reason=unused, stopped_reason=stopped.get(key) if has_stopped else None))
    heads.sort(key=lambda h: (_STATUS_ORDER[h.automation.status], -(h.automation.potential or 0.0), h.automation.name))
    return with_attention(heads, most_proposals=settings.most_proposals)


def _with_potential(automation: Automation, patterns: Sequence[PatternHead]) -> Automation:
    """Its pattern's potential today, not on the day it was made: the same routine has one figure on the screen."""
    score = next((h.potential.score for h in patterns if h.pattern_id == automation.pattern_id), automation.potential)
    return automation if score == automation.potential else replace(automation, potential=score)


def _automation_head(
    automation: Automation,
    trial: Trial | None,
    runs: list[Run],
    saved_low_s: float | None,
    installed: InstalledShortcut | None,
    comparison: RunComparison | None,
    next_run_at: datetime | None,
) -> AutomationHead:
    scheduled = [run for run in runs if run.is_scheduled]
    judged = [run.has_failed for run in runs if run.has_failed is not None]
    return AutomationHead(
        automation=automation,
        trial=trial,
        run_count=len(runs),
        failed_count=sum(judged),
        aborted_count=len(runs) - len(judged),
        success_interval=wilson_interval(len(judged) - sum(judged), len(judged)) if judged else None,
        last_run_at=max((r.started_at for r in runs), default=None),
        saved_low_s=saved_low_s,
        shortcut_path=None if installed is None else str(installed.shortcut_path),
        comparison=comparison,
        awaits_comparison=installed is not None and installed.is_predicted,
        next_run_at=next_run_at,
        last_scheduled_run=scheduled[-1] if scheduled else None,
        failure_streak=failure_streak(scheduled),
    )
