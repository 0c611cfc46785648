"""The JSON other programs may rely on: fields are added freely, never renamed."""

from typing import Any

from vynexus_tui.domain.automations import Automation, DeployedSchedule, Refusal
from vynexus_tui.domain.cycles import AutomationHead, PatternHead
from vynexus_tui.domain.events import CommandEvent
from vynexus_tui.domain.patterns import AutomationPotential, Pattern, Schedule
from vynexus_tui.domain.run_comparison import RunComparison
from vynexus_tui.domain.runs import Run
from vynexus_tui.domain.trials import Trial


def event_shape(event: CommandEvent) -> dict[str, Any]:
    """One event, as `import` reads it and `import --dry-run --json` prints it."""
    return {
        "id": event.event_id,
        "ts": event.started_at.timestamp() if event.started_at else None,
        "session": event.session_id,
        "cmd": event.command,
        "cwd": event.cwd,
        "exit": event.exit_code,
        "duration_ms": None if event.duration_s is None else event.duration_s * 1000,
        "host": event.host,
        "shell": event.shell,
        "actor": event.actor,
        "time_quality": event.time_quality,
        "count_quality": event.count_quality,
    }


def pattern_shape(pattern: Pattern) -> dict[str, Any]:
    """One pattern with all its occurrences."""
    return {
        "pattern_id": pattern.pattern_id,
        "kind": pattern.kind,
        "steps": [step.template for step in pattern.steps],
        "occurrences": [list(o.event_ids) for o in pattern.occurrences],
        "bindings": [list(b) for b in pattern.bindings],
        "schedule": _schedule_shape(pattern.schedule),
        "potential": _potential_shape(pattern.potential),
        "worthy": pattern.worthy,
        "reasons": list(pattern.reasons),
    }


def pattern_head_shape(head: PatternHead) -> dict[str, Any]:
    """One pattern as lists show it."""
    return {
        "pattern_id": head.pattern_id,
        "kind": head.kind,
        "steps": list(head.steps),
        "occurrence_count": head.occurrence_count,
        "session_count": head.session_count,
        "schedule": _schedule_shape(head.schedule),
        "potential": _potential_shape(head.potential),
        "worthy": head.worthy,
        "reasons": list(head.reasons),
        "last_seen_at": head.last_seen_at,
        "hands_on_s": head.hands_on_s,
        "automation_id": head.automation_id,
        "refusal": refusal_shape(head.refusal) if head.refusal else None,
        "snoozed_until": "never" if head.is_hidden_for_good else head.snoozed_until,
    }


def automation_shape(automation: Automation, trial: Trial | None = None, head: AutomationHead | None = None) -> dict[str, Any]:
    """One automation with its script."""
    shape: dict[str, Any] = {
        "automation_id": automation.automation_id,
        "name": automation.name,
        "pattern_id": automation.pattern_id,
        "status": automation.status,
        "script": {"text": automation.script.text, "sha256": automation.script.sha256, "language": automation.script.language},
        "parameters": [
            {"name": p.name, "default": p.default, "seen": [{"value": s.value, "count": s.count} for s in p.seen]}
            for p in automation.parameters
        ],
        "template": automation.template,
        "potential": automation.potential,
        "risk": {"level": automation.risk.level, "reasons": list(automation.risk.reasons)},
        "summary": automation.summary,
        "adds": list(automation.adds),
        "cwd": automation.cwd,
        "runs_in": automation.runs_in,
        "is_function": automation.is_function,
        "cases": [{"arguments": list(c.arguments), "cwd": c.cwd} for c in automation.cases],
        "schedule": deployed_shape(automation.schedule) if automation.schedule else None,
        "trial": trial_shape(trial) if trial else None,
    }
    if head is not None:
        shape |= {
            "run_count": head.run_count,
            "failed_count": head.failed_count,
            "aborted_count": head.aborted_count,
            "success_interval": list(head.success_interval) if head.success_interval else None,
            "needs_you": head.needs_you,
            "unused_reason": head.unused_reason,
            "stopped_reason": head.stopped_reason,
            "last_run_at": head.last_run_at,
            "saved_low_s": head.saved_low_s,
            "shortcut_path": head.shortcut_path,
            "first_run": comparison_shape(head.comparison) if head.comparison else None,
            "awaits_first_run": head.awaits_comparison,
            "next_run_at": head.next_run_at,
            "last_scheduled_run": run_shape(head.last_scheduled_run) if head.last_scheduled_run else None,
            "failure_streak": head.failure_streak,
        }
    return shape


def deployed_shape(deployed: DeployedSchedule) -> dict[str, Any]:
    """When an automation is started without the person, and with what."""
    shape = _schedule_shape(deployed.schedule) or {}
    return shape | {"backend": deployed.backend, "arguments": list(deployed.arguments), "cwd": deployed.cwd}


def run_shape(run: Run) -> dict[str, Any]:
    """One real run."""
    return {"run_id": run.run_id, "started_at": run.started_at, "duration_s": run.duration_s, "exit_code": run.exit_code}


def comparison_shape(comparison: RunComparison) -> dict[str, Any]:
    """The first real run beside its try."""
    return {
        "headline": comparison.headline,
        "run_id": comparison.run_id,
        "script_sha256": comparison.script_sha256,
        "started_at": comparison.started_at,
        "exit_code": comparison.exit_code,
        "as_predicted_count": comparison.as_predicted_count,
        "surprise_count": comparison.surprise_count,
        "surprises": [{"path": path, "what": what} for path, what in comparison.surprises],
        "missing_count": comparison.missing_count,
        "missing": [{"path": path, "what": what} for path, what in comparison.missing],
        "not_known": [{"path": path, "what": what} for path, what in comparison.not_known],
        "is_partial": comparison.is_partial,
        "reasons": list(comparison.reasons),
    }


def refusal_shape(refusal: Refusal) -> dict[str, Any]:
    """Why there is no script."""
    return {"reason": refusal.reason, "detail": refusal.detail}


def trial_shape(trial: Trial) -> dict[str, Any]:
    """One trial."""
    return {
        "level": trial.level,
        "verdict": trial.verdict,
        "headline": trial.headline,
        "exit_code": trial.exit_code,
        "duration_s": trial.duration_s,
        "steps": [{"number": s.number, "text": s.text, "outcome": s.outcome} for s in trial.steps],
        "changes": [
            {
                "path": c.path,
                "kind": c.kind,
                "type": c.type,
                "diff": c.diff,
                "no_diff": c.no_diff,
                "size_bytes": c.size_bytes,
                "contained_count": c.contained_count,
                "mode": c.mode,
                "renamed_from": c.renamed_from,
                "warning": c.warning,
                "steps": c.steps,
            }
            for c in trial.changes
        ],
        "network_attempted": trial.network_attempted,
        "leftover_processes": trial.leftover_processes,
        "stdout": trial.stdout,
        "stderr": trial.stderr,
        "limit": trial.limit,
        "reason": trial.reason,
        "not_known": list(trial.not_known),
        "calls": list(trial.calls),
        "cwd": trial.cwd,
        "arguments": list(trial.arguments),
        "script_sha256": trial.script_sha256,
        "tried_at": trial.tried_at,
        "cases": [{"arguments": list(c.arguments), "cwd": c.cwd, "verdict": c.verdict, "headline": c.headline} for c in trial.cases],
    }


def _potential_shape(potential: AutomationPotential) -> dict[str, Any]:
    return {
        "score": potential.score,
        "frequency_share": potential.frequency_share,
        "time_saving_share": potential.time_saving_share,
        "recency_share": potential.recency_share,
        "partial": potential.partial,
    }


def _schedule_shape(schedule: Schedule | None) -> dict[str, Any] | None:
    if schedule is None:
        return None
    return {
        "type": schedule.type,
        "hour": schedule.hour,
        "minute": schedule.minute,
        "weekday": schedule.weekday,
        "day_of_month": schedule.day_of_month,
        "week": schedule.week,
    }
