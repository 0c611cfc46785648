"""What automations gave back: their runs, what looking at them took, and what was typed by hand all the same.

Set against the person's own times. One calculation for the dashboard's figure and for the lines of the audit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from vynexus_tui.domain.automations import INSTALLED, Action, Automation
from vynexus_tui.domain.errors import StoreError
from vynexus_tui.domain.identifiers import AutomationId
from vynexus_tui.domain.patterns import Occurrence
from vynexus_tui.domain.runs import Activity, Attention, LedgerEntry, Run, SavingsSummary
from vynexus_tui.engine.assembly import Workspace, local_zone, reading, writing
from vynexus_tui.performance.efficiency_tracker import Account, EfficiencyTracker
from vynexus_tui.performance.ledger import Evidence
from vynexus_tui.store import attention_table, automations_table, function_runs, patterns_table, runs_table
from vynexus_tui.store.database import Connection, transaction
from vynexus_tui.store.function_runs import FunctionRuns


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """The accounts of all automations that were run, can be run, or took the person's time."""

    accounts: tuple[Account, ...] = ()
    automations: tuple[Automation, ...] = ()
    """All there are."""
    runs_of: Mapping[AutomationId, Sequence[Run]]
    """Runs by `vynexus run` and of functions, oldest first."""

    @property
    def summary(self) -> SavingsSummary:
        """The figures without their lines."""
        return SavingsSummary(savings=tuple(account.saving for account in self.accounts))

    @property
    def entries(self) -> tuple[LedgerEntry, ...]:
        """Every line, automation by automation."""
        return tuple(entry for account in self.accounts for entry in account.entries)


def read_books(workspace: Workspace, *, now: datetime) -> Books:
    """Everything accounted anew from what is stored; empty where nothing is. Days are local ones."""
    with reading(workspace) as connection:
        if connection is None:
            return Books(runs_of={})
        automations = tuple(automations_table.read_automations(connection))
        approved_at = _approvals(connection)
        baselines = {
            key: baseline if baseline.frozen_at else replace(baseline, frozen_at=approved_at.get(key))
            for key, baseline in automations_table.read_baselines(connection).items()
        }
        evidence = _read_evidence(connection, automations, approved_at)
    tracker = EfficiencyTracker()
    return Books(
        accounts=tuple(
            tracker.account(
                automation,
                evidence[automation.automation_id],
                baselines.get(automation.automation_id),
                steps_per_run=automation.script.text.count("\n: step "),
                now=now.astimezone(local_zone()),
            )
            for automation in automations
            if automation.automation_id in evidence
        ),
        automations=automations,
        runs_of={automation_id: of.runs for automation_id, of in evidence.items()},
    )


def note_attention(workspace: Workspace, automation_id: str, activity: Activity, *, started_at: datetime, duration_s: float) -> None:
    """Charges what looking at an automation took. Not on made-up data; trouble with the store is no reason to refuse anything."""
    if workspace.is_demo or duration_s <= 0 or not workspace.paths.database.exists():
        return
    attention = Attention(automation_id=AutomationId(automation_id), started_at=started_at, duration_s=duration_s, activity=activity)
    try:
        with writing(workspace) as connection, transaction(connection):
            attention_table.add_attention(connection, attention)
    except StoreError:
        pass  # what could not be charged is worth less than what the person is doing


def _read_evidence(
    connection: Connection, automations: Sequence[Automation], approved_at: Mapping[AutomationId, datetime]
) -> dict[AutomationId, Evidence]:
    runs_of: dict[AutomationId, list[Run]] = {}
    for run in runs_table.read_runs(connection):
        runs_of.setdefault(run.automation_id, []).append(run)
    attention_of: dict[AutomationId, list[Attention]] = {}
    for attention in attention_table.read_attention(connection):
        attention_of.setdefault(attention.automation_id, []).append(attention)
    calls_of = read_function_calls(connection, automations)
    evidence = {}
    for automation in automations:
        key = automation.automation_id
        calls = calls_of.get(key, FunctionRuns())
        if key in runs_of or key in calls_of or key in attention_of or automation.status in INSTALLED:
            runs = sorted([*runs_of.get(key, ()), *calls.runs], key=lambda run: run.started_at)
            by_hand = _by_hand_since(connection, automation, approved_at.get(key))
            evidence[key] = Evidence(runs=runs, counted_at=calls.counted_at, by_hand=by_hand, attention=attention_of.get(key, ()))
    return evidence


def read_function_calls(connection: Connection, automations: Sequence[Automation]) -> dict[AutomationId, FunctionRuns]:
    """How often the shell functions among them were called since they were first approved: no program of ours saw it, the hook did."""
    if not any(a.is_function for a in automations):
        return {}
    approved_at = _approvals(connection, is_first=True)
    functions = {
        a.name: (a.automation_id, approved_at[a.automation_id]) for a in automations if a.is_function and a.automation_id in approved_at
    }
    return function_runs.read_function_runs(connection, functions)


def _approvals(connection: Connection, *, is_first: bool = False) -> dict[AutomationId, datetime]:
    """When each automation was last approved, or first."""
    newest_first = automations_table.read_decisions(connection, only_standing=True, most=-1)
    decisions = newest_first if is_first else reversed(newest_first)
    return {d.automation_id: d.decided_at for d in decisions if d.action is Action.APPROVE}


def _by_hand_since(connection: Connection, automation: Automation, approved_at: datetime | None) -> tuple[Occurrence, ...]:
    if automation.pattern_id is None or approved_at is None:
        return ()
    return tuple(patterns_table.read_occurrences_after(connection, automation.pattern_id, approved_at))
