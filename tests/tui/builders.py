"""Made-up snapshots, automations, patterns: what a test says matters, the rest is filled in."""

from datetime import UTC, datetime, timedelta
from typing import Any

from vynexus_tui.domain.automations import (
    Automation,
    AutomationStatus,
    Parameter,
    Refusal,
    RefusalReason,
    Risk,
    RiskLevel,
    Script,
    ScriptTemplate,
    SeenValue,
)
from vynexus_tui.domain.cycles import (
    AutomationHead,
    CycleReport,
    JournalEntry,
    PatternHead,
    RecordingState,
    Snapshot,
    SourceQuality,
    SystemSample,
)
from vynexus_tui.domain.findings import Finding, FindingKind, Improvement, PerformanceReport, Suggestion, WorkflowScore
from vynexus_tui.domain.identifiers import AutomationId, PatternId
from vynexus_tui.domain.patterns import AutomationPotential, PatternKind, Schedule, ScheduleType
from vynexus_tui.domain.runs import Baseline, SavingsSummary, TimeSaving
from vynexus_tui.domain.trials import ChangeKind, FileChange, SandboxLevel, Trial, TrialStep, Verdict

NOW = datetime(2026, 11, 22, 9, 31, tzinfo=UTC)
SCRIPT = """#!/usr/bin/env bash
set -euo pipefail
part=${1:-patch}
: step 1
python tools/bump.py "$part"
: step 2
pytest -q --maxfail=1
: step 3
git add -A
"""
DIFF = """--- a/src/app.py
+++ b/src/app.py
@@ -3,2 +3,2 @@
 import os
-VERSION = "1.2"
+VERSION = "1.3"
"""


def a_trial(text: str = SCRIPT, **given: Any) -> Trial:
    values: dict[str, Any] = {
        "script_sha256": Script(text=text).sha256,
        "level": SandboxLevel.FULL,
        "verdict": Verdict.PASSED,
        "cwd": "/home/ada/src/shop",
        "arguments": ("patch",),
        "exit_code": 0,
        "duration_s": 4.1,
        "cpu_s": 2.8,
        "peak_memory_bytes": 96_000_000,
        "steps": (
            TrialStep(number=1, text='python tools/bump.py "$part"', outcome="passed"),
            TrialStep(number=2, text="pytest -q --maxfail=1", outcome="passed"),
            TrialStep(number=3, text="git add -A", outcome="passed"),
        ),
        "changes": (
            FileChange(path="/home/ada/src/shop/src/app.py", kind=ChangeKind.MODIFY, type="file", diff=DIFF),
            FileChange(path="/home/ada/src/shop/.pytest_cache", kind=ChangeKind.CREATE, type="dir", contained_count=12),
        ),
        "network_attempted": False,
        "leftover_processes": 0,
        "stdout": "....\n41 passed in 2.31s\n",
        "tried_at": NOW - timedelta(minutes=6),
    }
    return Trial(**(values | given))


def an_automation(
    name: str = "bump-and-test",
    status: AutomationStatus = AutomationStatus.NEW,
    *,
    text: str = SCRIPT,
    trial: Trial | None = None,
    pattern_id: str | None = None,
    risk: Risk | None = None,
    **given: Any,
) -> AutomationHead:
    head_fields = {k: given.pop(k) for k in list(given) if k in AutomationHead.__dataclass_fields__}
    head_fields.setdefault("needs_you", status in (AutomationStatus.NEW, AutomationStatus.TRIED, AutomationStatus.FAILING))
    values: dict[str, Any] = {
        "automation_id": AutomationId(f"id-{name}"),
        "name": name,
        "pattern_id": PatternId(pattern_id) if pattern_id else None,
        "status": status,
        "script": Script(text=text),
        "parameters": (
            Parameter(name="part", default="patch", seen=(SeenValue(value="patch", count=36), SeenValue(value="minor", count=2))),
        ),
        "template": ScriptTemplate.WORKFLOW_SEQUENCE,
        "potential": 0.88,
        "risk": risk or Risk(level=RiskLevel.LOW),
        "summary": "python tools/bump.py <part> › pytest -q › git add -A",
        "cwd": "/home/ada/src/shop",
        "created_at": NOW - timedelta(days=3),
        "adds": ("stops at the first failing step",),
    }
    return AutomationHead(automation=Automation(**(values | given)), trial=trial, **head_fields)


def a_tried_automation(name: str = "bump-and-test", **given: Any) -> AutomationHead:
    text = given.get("text", SCRIPT)
    return an_automation(name, AutomationStatus.TRIED, trial=given.pop("trial", None) or a_trial(text), **given)


def a_potential(score: float = 0.88, **given: Any) -> AutomationPotential:
    values: dict[str, Any] = {"score": score, "frequency_share": 0.85, "time_saving_share": 0.9, "recency_share": 0.95, "partial": False}
    return AutomationPotential(**(values | given))


def a_pattern_head(*steps: str, pattern_id: str | None = None, score: float = 0.66, **given: Any) -> PatternHead:
    steps = steps or ("git add -A", "git commit -m {message}", "git push")
    values: dict[str, Any] = {
        "pattern_id": PatternId(pattern_id or "p-" + "-".join(steps)),
        "kind": PatternKind.WORKFLOW if len(steps) > 1 else PatternKind.PARAMETERISED,
        "steps": steps,
        "occurrence_count": 38,
        "session_count": 12,
        "potential": a_potential(score),
        "worthy": True,
        "reasons": ("38 times in 12 sessions",),
        "schedule": None,
        "last_seen_at": NOW - timedelta(hours=3),
        "hands_on_s": 17.0,
    }
    return PatternHead(**(values | given))


def a_saving(name: str = "pytest-changed", **given: Any) -> TimeSaving:
    values: dict[str, Any] = {
        "automation_id": AutomationId(f"id-{name}"),
        "name": name,
        "run_count": 41,
        "failed_count": 0,
        "steps_per_run": 3,
        "baseline": Baseline(hands_on_s=31.0, low_s=28.0, high_s=35.0, occurrence_count=38),
        "saved_s": 1190.0,
        "low_s": 1070.0,
        "high_s": 1310.0,
        "saved_by_day_s": tuple(((NOW - timedelta(days=d)).date().isoformat(), 60.0 * (1 + d * 7 % 5)) for d in range(20, -1, -1) if d % 3),
    }
    return TimeSaving(**(values | given))


def a_finding(subject: str = "npm run build", **given: Any) -> Finding:
    values: dict[str, Any] = {
        "kind": FindingKind.REGRESSION,
        "subject": subject,
        "fact": "p95 94 s, 31 % slower than before 15 Nov",
        "lost_s_per_week": 420.0,
        "measured_count": 64,
        "since": NOW - timedelta(days=7),
        "suggestion": Suggestion(text="slow only after rm -rf dist: keep the cache", expected_saving_s=300.0),
    }
    return Finding(**(values | given))


def a_workflow(title: str = "bump › pytest › git add", **given: Any) -> WorkflowScore:
    values: dict[str, Any] = {
        "pattern_id": PatternId("p-bump"),
        "title": title,
        "occurrence_count": 38,
        "measured_count": 31,
        "score": 0.84,
        "low": 0.79,
        "success_share": 0.96,
        "performance_share": 0.81,
        "resource_share": 0.74,
        "worst_step": "pytest -q",
        "worst_reason": "fails 1 in 25",
    }
    return WorkflowScore(**(values | given))


def a_source(name: str = "bash hook", **given: Any) -> SourceQuality:
    values: dict[str, Any] = {"path": "/home/ada/.bashrc", "event_count": 12_004, "newest_at": NOW - timedelta(seconds=3)}
    return SourceQuality(name=name, **(values | given))


def a_poor_source(name: str = "zsh history", **given: Any) -> SourceQuality:
    """A history that cannot say much, and what mends it."""
    values: dict[str, Any] = {
        "path": "/home/ada/.zsh_history",
        "event_count": 2_828,
        "newest_at": NOW - timedelta(days=2),
        "unknown": ("no durations", "no exit codes", "no folders"),
        "remedy": "setopt EXTENDED_HISTORY",
    }
    return a_source(name, **(values | given))


def a_recording(**given: Any) -> RecordingState:
    values: dict[str, Any] = {
        "hooked_shells": ("bash", "zsh"),
        "event_count": 14_832,
        "last_event_at": NOW,
        "last_record_at": NOW - timedelta(seconds=3),
        "sources": (a_source(), a_poor_source()),
    }
    return RecordingState(**(values | given))


def a_snapshot(**given: Any) -> Snapshot:
    values: dict[str, Any] = {
        "taken_at": NOW,
        "recording": a_recording(),
    }
    return Snapshot(**(values | given))


def a_sample(cpu: float = 0.12, *, at: datetime = NOW) -> SystemSample:
    return SystemSample(
        taken_at=at, cpu_share=cpu, memory_share=0.41, load_1min=0.8, own_cpu_share=0.004, own_memory_bytes=46_000_000,
        swap_share=0.0, pressure_cpu_share=0.01, busiest=(("node", 0.31), ("chrome", 0.12)),
    )  # fmt: skip


def a_busy_snapshot() -> Snapshot:
    """Every panel filled, every status present."""
    status = AutomationStatus
    high = Risk(level=RiskLevel.HIGH, reasons=("git push publishes",))
    return a_snapshot(
        automations=(
            a_tried_automation("bump-and-test", pattern_id="p-bump"),
            a_tried_automation("release-notes", trial=a_trial(changes=()), potential=0.91),
            a_tried_automation("ship-it", trial=a_trial(verdict=Verdict.STOPS_AT_NETWORK), potential=0.9, risk=high),
            an_automation("resize-image", status.NEW, potential=0.79, pattern_id="p-img"),
            an_automation("csv-to-json", status.FAILING, run_count=5, failed_count=3, stopped_reason="failed 3 times in a row", saved_low_s=-12.0, trial=a_trial(), potential=0.74),
            an_automation("pytest-changed", status.LIVE, run_count=41, saved_low_s=1070.0, trial=a_trial(), potential=0.93, shortcut_path="/home/ada/.local/bin/pytest-changed"),
            an_automation("fetch-rates", status.LIVE, run_count=12, failed_count=1, saved_low_s=144.0, trial=a_trial(), potential=0.82),
            an_automation("prune-logs", status.LIVE, trial=a_trial(), potential=0.71),
            an_automation("sync-notes", status.PAUSED, trial=a_trial(), potential=0.72),
            an_automation("old-thing", status.REJECTED, potential=0.72),
        ),
        patterns=(
            a_pattern_head("git add -A", "git commit -m {message}", "git push", score=0.91, occurrence_count=61),
            a_pattern_head("python tools/bump.py {part}", "pytest -q", "git add -A", pattern_id="p-bump", score=0.88, automation_id=AutomationId("id-bump-and-test")),
            a_pattern_head("convert {img} -resize 800x {img2}", pattern_id="p-img", score=0.79, automation_id=AutomationId("id-resize-image"), last_seen_at=NOW - timedelta(days=2)),
            a_pattern_head("docker compose logs -f {service}", score=0.66, schedule=Schedule(type=ScheduleType.WEEKDAY, hour=9, minute=0)),
            a_pattern_head("kubectl get pods -n {ns}", score=0.63, last_seen_at=NOW - timedelta(days=5)),
            a_pattern_head("sudo apt update", "sudo apt upgrade", score=0.81, refusal=Refusal(pattern_id=None, reason=RefusalReason.PRIVILEGED, detail="sudo asks for a password")),
            a_pattern_head("cd {dir}", "ls -la", score=0.41, worthy=False, reasons=("saves less than a second",), hands_on_s=1.1),
            a_pattern_head("ssh {host}", score=0.35, worthy=False, reasons=("interactive",), hands_on_s=None),
        ),
        performance=PerformanceReport(
            findings=(
                a_finding(),
                a_finding("docker build", kind=FindingKind.SLOW, fact="median 71 s", lost_s_per_week=200.0, suggestion=None),
                a_finding("pytest", kind=FindingKind.FAILURES, fact="fails 1 in 5", lost_s_per_week=95.0),
            ),
            metric_count=9_214,
            median_duration_s=0.4,
            busiest=(("npm run build", 5400.0), ("pytest", 3100.0)),
        ),
        workflows=(
            a_workflow(),
            a_workflow("git pull › make › make install", pattern_id=PatternId("p-make"), score=0.58, low=0.5, success_share=0.81),
            a_workflow("cd › ls", pattern_id=PatternId("p-cd"), score=None, low=None, success_share=None, performance_share=None, resource_share=None, measured_count=0, missing="the recording hook measures durations", worst_step=None),
        ),
        improvements=(Improvement(pattern_id=PatternId("p-bump"), title="bump", text="run pytest before bump", expected_saving_s=40.0),),
        savings=SavingsSummary(savings=(a_saving(), a_saving("fetch-rates", run_count=12, failed_count=1, low_s=144.0, saved_s=180.0), a_saving("csv-to-json", run_count=5, failed_count=2, low_s=-12.0, saved_s=-4.0), a_saving("prune-logs", run_count=3, baseline=None, saved_s=None, low_s=None, high_s=None, saved_by_day_s=()))),
        last_cycle=CycleReport(started_at=NOW - timedelta(minutes=2), duration_s=0.9, cpu_s=0.7, event_count=14_832, new_event_count=12, pattern_count=8, created_count=1),
        journal=(
            JournalEntry(at=NOW - timedelta(minutes=6), word="tried", subject="bump-and-test", detail="passed: changes 2 files"),
            JournalEntry(at=NOW - timedelta(hours=15), word="approved", subject="prune-logs", detail="by you"),
        ),
    )  # fmt: skip
