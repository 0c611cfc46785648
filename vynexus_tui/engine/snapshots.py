"""What a screen or a list is drawn from: read in one transaction, never computed there."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from vynexus_tui.domain.automations import Action, Automation, AutomationStatus, Decision
from vynexus_tui.domain.cycles import AutomationHead, CycleReport, JournalEntry, PatternHead, Snapshot, SystemSample
from vynexus_tui.domain.errors import RequestError
from vynexus_tui.domain.events import CommandEvent
from vynexus_tui.domain.findings import Improvement, PerformanceReport, WorkflowScore
from vynexus_tui.domain.identifiers import AutomationId, PatternId
from vynexus_tui.domain.patterns import Pattern
from vynexus_tui.domain.run_comparison import RunComparison
from vynexus_tui.domain.runs import Run, SavingsSummary
from vynexus_tui.domain.trials import Trial
from vynexus_tui.engine.assembly import Workspace, build_shortcuts, reading
from vynexus_tui.engine.recording_quality import recording_state
from vynexus_tui.shell.installed_shortcut import InstalledShortcut
from vynexus_tui.sources.system_sampler import SystemSampler
from vynexus_tui.store import automations_table, comparisons_table, cycles_table, events_table, patterns_table, runs_table
from vynexus_tui.store.database import Connection, change_count, open_for_reading

_STATUS_ORDER = {
    status: place
    for place, status in enumerate(
        (
            AutomationStatus.FAILING,
            AutomationStatus.TRIED,
            AutomationStatus.NEW,
            AutomationStatus.LIVE,
            AutomationStatus.PAUSED,
            AutomationStatus.REJECTED,
            AutomationStatus.RETIRED,
        )
    )
}
_DECISION_WORDS = {
    Action.APPROVE: "approved",
    Action.REJECT: "rejected",
    Action.PAUSE: "paused",
    Action.RESUME: "resumed",
    Action.RETIRE: "retired",
    Action.EDIT: "edited",
    Action.SNOOZE: "put aside",
}


def build_snapshot(workspace: Workspace, *, now: datetime) -> Snapshot:
    """Everything one screen shows. An empty one where nothing was stored yet."""
    with reading(workspace) as connection:
        recording = recording_state(workspace, connection, now=now)
        if connection is None:
            return Snapshot(taken_at=now, recording=recording)
        heads = patterns_table.read_heads(connection)
        snoozes = patterns_table.read_snoozes(connection)
        automations = automations_table.read_automations(connection)
        runs = runs_table.read_runs(connection)
        comparisons = comparisons_table.read_comparisons(connection)
        savings = cycles_table.read_result(connection, "savings", SavingsSummary) or SavingsSummary()
        trials = {a.automation_id: automations_table.read_trial(connection, a.automation_id, a.script.sha256) for a in automations}
        cycles = cycles_table.read_cycles(connection, most=50)
        decisions = automations_table.read_decisions(connection, most=100)
        newest_trials = automations_table.read_trials(connection, most=100)
        performance = cycles_table.read_result(connection, "performance", PerformanceReport) or PerformanceReport()
        workflows = cycles_table.read_result(connection, "workflows", tuple[WorkflowScore, ...]) or ()
        improvements = cycles_table.read_result(connection, "improvements", tuple[Improvement, ...]) or ()
    saved = {s.automation_id: s.low_s for s in savings.savings}
    shims = {s.name: s for s in build_shortcuts(workspace).list_installed()}
    runs_of: dict[AutomationId, list[Run]] = {}
    for run in runs:
        runs_of.setdefault(run.automation_id, []).append(run)
    automation_heads = [
        _automation_head(
            _with_potential(a, heads),
            trials[a.automation_id],
            runs_of.get(a.automation_id, []),
            saved.get(a.automation_id),
            shims.get(a.name),
            comparisons.get((a.automation_id, a.script.sha256)),
        )
        for a in automations
    ]
    automation_heads.sort(key=lambda h: (_STATUS_ORDER[h.automation.status], -(h.automation.potential or 0.0), h.automation.name))
    return Snapshot(
        taken_at=now,
        recording=recording,
        automations=tuple(automation_heads[:500]),
        patterns=_visible_patterns(heads, snoozes, automations, now),
        performance=performance,
        workflows=workflows,
        improvements=improvements,
        savings=savings,
        last_cycle=cycles[0] if cycles else None,
        journal=_journal(
            {a.automation_id: a.name for a in automations}, runs[-100:], comparisons.values(), decisions, newest_trials, cycles
        ),
    )


def read_pattern(workspace: Workspace, pattern_id: PatternId) -> Pattern:
    """One pattern with its occurrences. Raises RequestError for an unknown id."""
    with reading(workspace) as connection:
        pattern = patterns_table.read_pattern(connection, pattern_id) if connection else None
    if pattern is None:
        raise RequestError(f"no pattern {pattern_id}", "list them: vynexus patterns")
    return pattern


def read_evidence(workspace: Workspace, pattern_id: PatternId, *, most: int = 50) -> tuple[tuple[CommandEvent, ...], ...]:
    """The recorded commands behind the newest occurrences, newest first."""
    pattern = read_pattern(workspace, pattern_id)
    newest = pattern.occurrences[-most:][::-1]
    with reading(workspace) as connection:
        if connection is None:
            return ()
        return tuple(tuple(events_table.read_events_by_id(connection, [i for i in o.event_ids if isinstance(i, int)])) for o in newest)


class ChangeWatch:
    """Tells whether another process changed the database since last asked. Use it from one thread."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._connection: Connection | None = None
        self._last: int | None = None

    def has_changed(self) -> bool:
        """True the first time, and whenever something was committed or the database appeared."""
        if self._connection is None:
            path = self._workspace.paths.database
            self._connection = open_for_reading(path, busy_timeout_ms=self._workspace.settings.engine.busy_timeout_ms)
            if self._connection is None:
                changed, self._last = self._last is None, -1
                return changed
        count = change_count(self._connection)
        changed, self._last = count != self._last, count
        return changed

    def close(self) -> None:
        """Lets go of the database."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class MachineWatch:
    """Live readings of the machine; kept in memory only."""

    def __init__(self) -> None:
        self._sampler = SystemSampler()

    def sample(self, now: datetime, *, with_busiest: bool = False) -> SystemSample:
        """One reading; shares are since the reading before."""
        return self._sampler.sample(now, with_busiest=with_busiest)


def _visible_patterns(
    heads: list[PatternHead], snoozes: dict[PatternId, datetime], automations: list[Automation], now: datetime
) -> tuple[PatternHead, ...]:
    rejected = {a.pattern_id for a in automations if a.status is AutomationStatus.REJECTED}
    return tuple(h for h in heads if not (h.pattern_id in snoozes and snoozes[h.pattern_id] > now) and h.pattern_id not in rejected)


def _with_potential(automation: Automation, heads: list[PatternHead]) -> Automation:
    """Its pattern's potential today, not on the day it was made: the same routine has one figure on the screen."""
    score = next((h.potential.score for h in heads if h.pattern_id == automation.pattern_id), automation.potential)
    return automation if score == automation.potential else replace(automation, potential=score)


def _automation_head(
    automation: Automation,
    trial: Trial | None,
    runs: list[Run],
    saved_low_s: float | None,
    installed: InstalledShortcut | None,
    comparison: RunComparison | None,
) -> AutomationHead:
    return AutomationHead(
        automation=automation,
        trial=trial,
        run_count=len(runs),
        failed_count=sum(r.exit_code != 0 for r in runs),
        last_run_at=max((r.started_at for r in runs), default=None),
        saved_low_s=saved_low_s,
        shortcut_path=None if installed is None else str(installed.shortcut_path),
        comparison=comparison,
        awaits_comparison=installed is not None and installed.is_predicted,
    )


def _journal(
    names: dict[AutomationId, str],
    runs: list[Run],
    comparisons: Iterable[RunComparison],
    decisions: list[Decision],
    trials: list[Trial],
    cycles: list[CycleReport],
) -> tuple[JournalEntry, ...]:
    said = {comparison.run_id: f" · {comparison.headline}" for comparison in comparisons}
    entries = [_run_entry(run, names.get(run.automation_id, run.automation_id), said.get(run.run_id, "")) for run in runs]
    for decision in decisions:
        subject = names.get(decision.automation_id, decision.automation_id)
        entries.append(JournalEntry(at=decision.decided_at, word=_DECISION_WORDS[decision.action], subject=subject, detail="by you"))
        if decision.undone_at:
            detail = f"took back: {_DECISION_WORDS[decision.action]}"
            entries.append(JournalEntry(at=decision.undone_at, word="undone", subject=subject, detail=detail))
    for trial in trials:
        subject = names.get(trial.automation_id, "") if trial.automation_id else ""
        entries.append(JournalEntry(at=trial.tried_at, word="tried", subject=subject, detail=trial.headline))
    for cycle in cycles:
        if cycle.new_event_count or cycle.failures:
            detail = f"{cycle.new_event_count:,} new commands · {cycle.pattern_count} patterns · {cycle.duration_s:.1f} s"
            failed = "".join(f" · {f.stage} failed: {f.message}" for f in cycle.failures)
            entries.append(JournalEntry(at=cycle.started_at, word="looked", subject="", detail=detail + failed))
    return tuple(sorted(entries, key=lambda e: e.at, reverse=True)[:200])


def _run_entry(run: Run, name: str, compared: str) -> JournalEntry:
    word = "ran" if run.exit_code == 0 else "failed"
    return JournalEntry(at=run.started_at, word=word, subject=name, detail=f"exit {run.exit_code} after {run.duration_s:.1f} s{compared}")
