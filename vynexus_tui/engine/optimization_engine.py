"""One pass over everything: collect what happened, see what repeats, propose automations, measure, account, record."""

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from vynexus_tui.domain.automations import Automation, RefusalReason
from vynexus_tui.domain.cycles import CycleReport, OptimizationReport, PatternHead, Stage, StageFailure
from vynexus_tui.domain.errors import VynexusError
from vynexus_tui.domain.events import Actor, CommandEvent
from vynexus_tui.domain.findings import Improvement, PerformanceReport, WorkflowScore
from vynexus_tui.domain.identifiers import EventId
from vynexus_tui.domain.patterns import Pattern
from vynexus_tui.domain.runs import CommandMetric, SavingsSummary
from vynexus_tui.engine.accounting import read_books
from vynexus_tui.engine.assembly import Workspace, reading, writing
from vynexus_tui.engine.creation import Proposals, build_head, has_room, no_room, propose
from vynexus_tui.engine.forgetting import apply_retention
from vynexus_tui.engine.hooks import refresh_hooks
from vynexus_tui.engine.identification import identify_patterns
from vynexus_tui.engine.life_cycle import stop_failing
from vynexus_tui.engine.looks import Look, Scope, choose_look, note_finished, note_identified
from vynexus_tui.engine.reconciliation import reconcile_shortcuts
from vynexus_tui.engine.recording import CollectReport, collect
from vynexus_tui.engine.schedule_reconciling import reconcile_schedules
from vynexus_tui.language.program_facts import command_family, is_interactive
from vynexus_tui.store import automations_table, cycles_table, patterns_table
from vynexus_tui.store.database import transaction

_GONE = "gone"
"""Patterns that were decided on and are no longer found, so that a decision is not asked for twice when they come back."""
_LOOKING = frozenset({Stage.IDENTIFY, Stage.ANALYZE, Stage.OPTIMIZE})
"""The stages that a whole look goes through."""


@dataclass(slots=True, kw_only=True)
class _CycleState:
    """What the stages of one cycle hand on."""

    collected: CollectReport = field(default_factory=CollectReport)
    look: Look = field(default_factory=Look)
    patterns: tuple[Pattern, ...] = ()
    """As a whole look found them."""
    pattern_count: int = 0
    metrics: dict[EventId, CommandMetric] = field(default_factory=dict)
    created_count: int = 0
    failures: list[StageFailure] = field(default_factory=list)


class OptimizationEngine:
    """Coordinates all rooms: `run_cycle` does the work, `report` says what there is."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._settings = workspace.settings

    def run_cycle(self, now: datetime) -> CycleReport:
        """One cycle. A stage that fails is recorded and the others go on; each writes only when it succeeded."""
        started_s, cpu_s = time.perf_counter(), _own_cpu_s()
        state = _CycleState()
        stages: tuple[tuple[Stage, Callable[[_CycleState, datetime], None]], ...] = (
            (Stage.COLLECT, self._collect),
            (Stage.IDENTIFY, self._identify),
            (Stage.CREATE, self._create),
            (Stage.ANALYZE, self._analyze),
            (Stage.OPTIMIZE, self._optimize),
            (Stage.ACCOUNT, self._account),
        )
        for stage, work in stages:
            try:
                work(state, now)
            except VynexusError as error:
                state.failures.append(StageFailure(stage=stage, message=error.message, hint=error.hint))
        report = CycleReport(
            started_at=now,
            duration_s=time.perf_counter() - started_s,
            cpu_s=_own_cpu_s() - cpu_s,
            event_count=min(state.look.event_count, self._settings.repetitive_task_detection.max_events),
            new_event_count=state.look.new_event_count,
            pattern_count=state.pattern_count,
            created_count=state.created_count,
            skipped_lines=state.collected.skipped_lines,
            lost_event_count=state.collected.lost_event_count,
            failures=tuple(state.failures),
        )
        return self._record(report, state.look, now)

    def report(self, now: datetime) -> OptimizationReport:
        """The comprehensive report, from what the cycles recorded."""
        from vynexus_tui.engine.snapshots import build_snapshot

        snapshot = build_snapshot(self._workspace, now=now)
        threshold = self._settings.repetitive_task_detection.automation_threshold
        counts: dict[str, int] = {}
        for head in snapshot.automations:
            counts[head.automation.status] = counts.get(head.automation.status, 0) + 1
        return OptimizationReport(
            taken_at=now,
            event_count=snapshot.recording.event_count,
            pattern_count=len(snapshot.patterns),
            high_potential_count=sum(p.worthy and p.potential.score > threshold for p in snapshot.patterns),
            automation_counts=counts,
            top_patterns=snapshot.patterns[:10],
            automations=snapshot.automations,
            performance=snapshot.performance,
            workflows=snapshot.workflows,
            improvements=snapshot.improvements,
            savings=snapshot.savings,
            last_cycle=snapshot.last_cycle,
        )

    def _collect(self, state: _CycleState, now: datetime) -> None:
        state.collected = collect(self._workspace, now=now)
        apply_retention(self._workspace, now=now)
        refresh_hooks(self._workspace)
        reconcile_shortcuts(self._workspace)
        reconcile_schedules(self._workspace)

    def _identify(self, state: _CycleState, now: datetime) -> None:
        with reading(self._workspace) as connection:
            if connection is None:
                return
            look = choose_look(connection, self._settings, now=now)
            heads = {h.pattern_id: h for h in patterns_table.read_heads(connection, most=patterns_table.EVERY)}
            stored = patterns_table.read_patterns(connection) if look.scope is not Scope.NOTHING else []
            gone = cycles_table.read_result(connection, _GONE, tuple[Pattern, ...]) or ()
            decided = {a.pattern_id for a in automations_table.read_automations(connection)} | patterns_table.read_snoozes(
                connection
            ).keys()
        state.look, state.pattern_count = look, len(heads)
        if look.scope is Scope.NOTHING:
            return
        patterns = identify_patterns(self._workspace, look, stored, gone=gone, now=now)
        before = {id(pattern) for pattern in stored}
        unchanged = {p.pattern_id for p in patterns if id(p) in before}
        state.patterns, state.pattern_count = patterns, len(patterns)
        found = [(build_head(p, heads.get(p.pattern_id)), p) for p in patterns]
        with writing(self._workspace) as connection, transaction(connection):
            patterns_table.write_patterns(connection, found, unchanged=unchanged)
            known = {p.pattern_id for p in patterns}
            left = tuple(p for p in (*stored, *gone) if p.pattern_id in decided and p.pattern_id not in known)
            if left != gone:
                cycles_table.write_result(connection, _GONE, left)
            note_identified(connection, look)

    def _create(self, state: _CycleState, now: datetime) -> None:
        with reading(self._workspace) as connection:
            if connection is None:
                return
            existing = automations_table.read_automations(connection)
            heads = patterns_table.read_heads(connection, most=patterns_table.EVERY)
            snoozes = patterns_table.read_snoozes(connection)
            decided = {a.pattern_id for a in existing}
            candidates = [
                head
                for head in heads
                if head.pattern_id not in decided
                and not (head.pattern_id in snoozes and snoozes[head.pattern_id] > now)
                and self._may_have_a_script(head, state, existing)
            ]
            waiting = [(h, p) for h in candidates if (p := patterns_table.read_pattern(connection, h.pattern_id)) is not None]
        proposals = propose(self._workspace, waiting, existing, now=now)
        if proposals.outcomes:
            self._write_proposals(proposals, heads)
        state.created_count = sum(isinstance(o, Automation) for _, o in proposals.outcomes)

    def _may_have_a_script(self, head: PatternHead, state: _CycleState, existing: list[Automation]) -> bool:
        """What was refused stays refused until everything is looked at again (another run changes no step), or there is room for it."""
        if not head.worthy or head.potential.score <= self._settings.repetitive_task_detection.automation_threshold:
            return False
        if head.refusal is None or state.look.scope is Scope.EVERYTHING:
            return True
        return head.refusal.reason is RefusalReason.LIMIT and has_room(self._settings, existing, head.potential.score)

    def _write_proposals(self, proposals: Proposals, heads: list[PatternHead]) -> None:
        with writing(self._workspace) as connection, transaction(connection):
            for given_up in proposals.given_up:
                if automations_table.delete_proposal(connection, given_up):
                    for head in heads:
                        if head.pattern_id == given_up.pattern_id:
                            patterns_table.write_head(connection, replace(head, automation_id=None, refusal=no_room(head.pattern_id)))
            for head, outcome in proposals.outcomes:
                if isinstance(outcome, Automation):
                    if automations_table.read_automation(connection, outcome.automation_id) is not None:
                        continue  # the person made one of it meanwhile
                    automations_table.write_automation(connection, outcome)
                    patterns_table.write_head(connection, replace(head, automation_id=outcome.automation_id, refusal=None))
                elif head.refusal != outcome:
                    patterns_table.write_head(connection, replace(head, refusal=outcome))

    def _analyze(self, state: _CycleState, now: datetime) -> None:
        """Measures the whole history. Between two whole looks its results stand: 200 of 100,000 commands move no median."""
        if state.look.scope is not Scope.EVERYTHING:
            return
        from vynexus_tui.performance.performance_analyzer import PerformanceAnalyzer  # here: most cycles do without these 25 ms
        from vynexus_tui.sources.system_sampler import read_core_count, read_memory_bytes

        state.metrics = build_metrics(state.look.events[-self._settings.performance_analysis.max_metrics :])
        analyzer = PerformanceAnalyzer(self._settings.performance_analysis, core_count=read_core_count(), memory_bytes=read_memory_bytes())
        report = analyzer.analyze(tuple(state.metrics.values()), now=now, interactive=is_interactive)
        self._write_result("performance", report, PerformanceReport)

    def _optimize(self, state: _CycleState, now: datetime) -> None:
        """Scores the workflows by these measurements, so it is done when they are."""
        if state.look.scope is not Scope.EVERYTHING:
            return
        from vynexus_tui.performance.workflow_optimizer import WorkflowOptimizer
        from vynexus_tui.sources.system_sampler import read_core_count, read_memory_bytes

        optimizer = WorkflowOptimizer(self._settings.workflow_optimization, core_count=read_core_count(), memory_bytes=read_memory_bytes())
        workflows = [p for p in state.patterns if len(p.steps) > 1]
        scores = tuple(optimizer.score(p, state.metrics) for p in workflows)
        ranked = tuple(sorted(scores, key=lambda s: (s.score is None, s.score or 0.0)))
        self._write_result("workflows", ranked, tuple[WorkflowScore, ...])
        improvements = optimizer.rank(workflows, state.metrics, now=now)
        self._write_result("improvements", improvements, tuple[Improvement, ...])

    def _account(self, state: _CycleState, now: datetime) -> None:
        if self._workspace.paths.database.exists():
            self._write_result("savings", read_books(self._workspace, now=now).summary, SavingsSummary)
            stop_failing(self._workspace, now=now)

    def _write_result(self, name: str, value: object, kind: type) -> None:
        """Writes a result only when it differs from the stored one, so that an idle cycle changes no screen."""
        with reading(self._workspace) as connection:
            if connection is not None and cycles_table.read_result(connection, name, kind) == value:
                return
        with writing(self._workspace) as connection, transaction(connection):
            cycles_table.write_result(connection, name, value)

    def _record(self, report: CycleReport, look: Look, now: datetime) -> CycleReport:
        is_whole = look.scope is Scope.EVERYTHING and not any(failure.stage in _LOOKING for failure in report.failures)
        try:
            with writing(self._workspace) as connection, transaction(connection):
                cycles_table.add_cycle(connection, report)
                if is_whole:
                    note_finished(connection, look, now=now)
        except VynexusError as error:
            failure = StageFailure(stage=Stage.RECORD, message=error.message, hint=error.hint)
            return replace(report, failures=(*report.failures, failure))
        return report


def build_metrics(events: list[CommandEvent]) -> dict[EventId, CommandMetric]:
    """What each of a person's commands cost, unknown where nothing was measured; automations are accounted by their runs."""
    return {
        e.event_id: CommandMetric(
            family=command_family(e.command),
            command=e.command,
            started_at=e.started_at,
            duration_s=e.duration_s,
            exit_code=e.exit_code,
            cpu_s=e.cpu_s,
            peak_memory_bytes=e.peak_memory_bytes,
            cost_source=e.cost_source,
            project=e.cwd,
        )
        for e in events
        if e.actor is not Actor.AUTOMATION
    }


def _own_cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
