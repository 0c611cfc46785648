"""The engine as a whole: one cycle over everything, and what it never does (invariants 2, 4 and 6)."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.conftest import remember, routine
from vynexus_tui.domain.automations import Automation, AutomationStatus
from vynexus_tui.domain.cycles import Snapshot, Stage
from vynexus_tui.domain.settings import AutomationCreation, RepetitiveTaskDetection
from vynexus_tui.engine import decisions, recording
from vynexus_tui.engine.assembly import Workspace, reading
from vynexus_tui.engine.optimization_engine import OptimizationEngine
from vynexus_tui.engine.snapshots import ChangeWatch, build_snapshot
from vynexus_tui.store import cycles_table, events_table, patterns_table


def cycle(workspace: Workspace, now: datetime) -> Snapshot:
    OptimizationEngine(workspace).run_cycle(now)
    return build_snapshot(workspace, now=now)


def days(*commands: str, times: int = 8, noise: Sequence[str] = ("htop", "man ls", "df -h", "free", "who")) -> list[list[str]]:
    return [[noise[i % len(noise)], *commands, noise[(i * 3 + 1) % len(noise)]] for i in range(times)]


def test_a_routine_becomes_a_pattern_an_automation_and_a_workflow_with_a_score(workspace: Workspace, project: Path, now: datetime) -> None:
    remember(workspace, project, days(*routine("north"), times=12), now=now)
    report = OptimizationEngine(workspace).run_cycle(now)
    assert (report.event_count, report.new_event_count, report.created_count, report.failures) == (48, 48, 1, ())
    snapshot = build_snapshot(workspace, now=now)
    (pattern,) = snapshot.patterns
    assert pattern.occurrence_count == 12
    assert pattern.potential.score > 0.7
    (head,) = snapshot.automations
    assert head.automation.pattern_id == pattern.pattern_id
    (workflow,) = snapshot.workflows
    assert workflow.score is not None
    assert snapshot.performance.metric_count == 48


def test_what_is_below_the_threshold_is_shown_but_makes_no_automation(workspace: Workspace, project: Path, now: datetime) -> None:
    strict = replace(workspace.settings, repetitive_task_detection=RepetitiveTaskDetection(automation_threshold=1.0))
    remember(workspace, project, days(*routine("north"), times=5), now=now)
    snapshot = cycle(replace(workspace, settings=strict), now)
    assert len(snapshot.patterns) == 1
    assert snapshot.automations == ()


def test_no_more_automations_are_made_than_the_limit_and_the_rest_says_so(workspace: Workspace, project: Path, now: datetime) -> None:
    few = replace(workspace.settings, automation_creation=AutomationCreation(max_automations=1))
    remember(workspace, project, days("sort data/north.csv -o a.txt", "wc -l a.txt", "cut -d, -f1 a.txt"), now=now)
    remember(
        workspace,
        project,
        days("gzip -k data/west.csv", "sha256sum data/west.csv.gz", "stat data/west.csv.gz"),
        now=now - timedelta(hours=4),
    )
    snapshot = cycle(replace(workspace, settings=few), now)
    assert len(snapshot.automations) == 1
    assert [p.refusal.reason for p in snapshot.patterns if p.refusal] == ["automation limit reached"]


def test_a_program_that_is_not_there_is_refused_by_name(workspace: Workspace, project: Path, now: datetime) -> None:
    remember(workspace, project, days("frobnicate data/north.csv --all", "wc -l data/north.csv"), now=now)
    snapshot = cycle(workspace, now)
    assert snapshot.automations == ()
    assert [p.refusal.detail for p in snapshot.patterns if p.refusal and "frobnicate" in p.refusal.detail]


def test_a_second_cycle_makes_nothing_twice_and_changes_no_screen_but_its_own_time(
    workspace: Workspace, proposed: Automation, now: datetime
) -> None:
    before = build_snapshot(workspace, now=now)
    report = OptimizationEngine(workspace).run_cycle(now + timedelta(minutes=5))
    after = build_snapshot(workspace, now=now)
    assert (report.new_event_count, report.created_count) == (0, 0)
    assert replace(after, last_cycle=None, journal=()) == replace(before, last_cycle=None, journal=())


def test_recency_fades_although_nothing_new_comes(workspace: Workspace, proposed: Automation, now: datetime) -> None:
    (before,) = build_snapshot(workspace, now=now).patterns
    for hours in (8, 16, 24 * 40):
        (after,) = cycle(workspace, now + timedelta(hours=hours)).patterns
    assert after.potential.recency_share is not None
    assert before.potential.recency_share is not None
    assert after.potential.recency_share < before.potential.recency_share / 2


def test_a_pattern_keeps_its_id_and_its_decision_while_the_history_grows(
    workspace: Workspace, proposed: Automation, project: Path, now: datetime
) -> None:
    decisions.reject(workspace, proposed.name, now=now)
    later = now + timedelta(days=3)
    remember(workspace, project, days(*routine("east"), times=3), now=later)
    with reading(workspace) as connection:
        assert connection is not None
        before = {p.pattern_id: p.occurrence_count for p in patterns_table.read_patterns(connection)}
    snapshot = cycle(workspace, later)
    with reading(workspace) as connection:
        assert connection is not None
        after = {p.pattern_id: p.occurrence_count for p in patterns_table.read_patterns(connection)}
    assert proposed.pattern_id is not None
    assert after[proposed.pattern_id] > before[proposed.pattern_id]
    assert [h.automation.status for h in snapshot.automations] == [AutomationStatus.REJECTED], "the decision was asked again"


def test_our_own_runs_and_agents_commands_are_never_habits(workspace: Workspace, project: Path, now: datetime) -> None:
    for actor in ("automation", "agent"):
        lines = [
            {
                "cmd": c,
                "session": f"{actor}{i}",
                "ts": (now - timedelta(days=i)).timestamp(),
                "actor": actor,
                "cwd": str(project),
                "exit": 0,
            }
            for i in range(1, 9)
            for c in routine("north")
        ]
        recording.import_history(workspace, None, "\n".join(map(json.dumps, lines)).encode(), source_format="jsonl", now=now)
    snapshot = cycle(workspace, now)
    assert snapshot.recording.event_count > 0
    assert snapshot.patterns == ()


def test_a_stage_that_fails_is_recorded_and_the_others_go_on(workspace: Workspace, project: Path, now: datetime) -> None:
    remember(workspace, project, days(*routine("north")), now=now)
    spool = workspace.paths.spool_dir
    spool.parent.mkdir(parents=True, exist_ok=True)
    spool.symlink_to(project)
    report = OptimizationEngine(workspace).run_cycle(now)
    assert [f.stage for f in report.failures] == [Stage.COLLECT]
    assert "spool" in report.failures[0].message
    with reading(workspace) as connection:
        assert connection is not None
        assert cycles_table.read_cycles(connection, most=1)[0].failures == report.failures


def test_ten_thousand_commands_and_five_thousand_measurements_are_looked_at(workspace: Workspace, project: Path, now: datetime) -> None:
    lines = []
    for n in range(11_000):
        at = now - timedelta(minutes=3 * (11_000 - n))
        command = routine("north")[n % 2] if n % 40 < 2 else f"command-{n % 97} --n {n % 13}"
        lines.append({"cmd": command, "session": f"s{n // 40}", "ts": at.timestamp(), "exit": 0, "duration_ms": 900, "cwd": str(project)})
    recording.import_history(workspace, None, "\n".join(map(json.dumps, lines)).encode(), source_format="jsonl", now=now)
    report = OptimizationEngine(workspace).run_cycle(now)
    assert report.event_count == 11_000
    snapshot = build_snapshot(workspace, now=now)
    assert snapshot.performance.metric_count == 11_000
    assert any("sort -u data/north.csv" in p.title for p in snapshot.patterns)


def test_the_report_says_everything_in_one_place(workspace: Workspace, proposed: Automation, now: datetime) -> None:
    report = OptimizationEngine(workspace).report(now)
    assert report.event_count == 96
    assert (report.pattern_count, report.high_potential_count) == (1, 1)
    assert report.automation_counts == {"new": 1}
    assert report.top_patterns[0].automation_id == proposed.automation_id
    assert report.performance.metric_count == 96
    assert report.last_cycle is not None
    assert report.savings.savings == ()


def test_a_report_before_anything_was_recorded_is_empty_and_writes_nothing(workspace: Workspace, now: datetime) -> None:
    report = OptimizationEngine(workspace).report(now)
    assert (report.event_count, report.pattern_count, report.last_cycle) == (0, 0, None)
    assert not list(workspace.paths.home.iterdir())


def test_an_untimed_history_says_what_is_missing_instead_of_guessing(workspace: Workspace, now: datetime) -> None:
    text = "\n".join(["make", "ls", "git status"] * 40)
    recording.import_history(workspace, None, text.encode(), source_format="bash", now=now)
    snapshot = cycle(workspace, now)
    assert snapshot.performance.median_duration_s is None
    assert "hook install" in (snapshot.performance.missing or "")
    assert snapshot.performance.findings == ()
    assert all(p.potential.recency_share is None and p.potential.partial for p in snapshot.patterns)


def test_the_screen_notices_what_another_process_stored(workspace: Workspace, proposed: Automation, now: datetime) -> None:
    watch = ChangeWatch(workspace)
    assert watch.has_changed()
    assert not watch.has_changed()
    decisions.reject(workspace, proposed.name, now=now)
    assert watch.has_changed()
    assert not watch.has_changed()
    watch.close()


def test_without_a_database_there_is_an_empty_screen_and_no_file(workspace: Workspace, now: datetime) -> None:
    watch = ChangeWatch(workspace)
    assert watch.has_changed()
    assert not watch.has_changed()
    assert build_snapshot(workspace, now=now).automations == ()
    assert not list(workspace.paths.home.iterdir())


def test_a_secret_in_a_routine_becomes_a_variable_and_is_nowhere_on_disk(workspace: Workspace, project: Path, now: datetime) -> None:
    if shutil.which("curl", path=workspace.environment["PATH"]) is None:
        pytest.skip("curl is not installed")
    secret = "glpat-" + "x7Yt3Kq9" * 3
    call = f'curl -fsS -H "PRIVATE-TOKEN: {secret}" https://git.example.org/api/v4/projects -o projects.json'
    remember(workspace, project, days(call, "wc -c projects.json", times=9), now=now)
    snapshot = cycle(workspace, now)
    (head,) = snapshot.automations
    assert secret not in head.automation.script.text
    assert "{{secret" not in head.automation.script.text.split("set -euo pipefail")[1]
    for path in workspace.paths.home.rglob("*"):
        assert not path.is_file() or secret.encode() not in path.read_bytes(), path


def test_events_of_many_sessions_come_back_in_order(workspace: Workspace, project: Path, now: datetime) -> None:
    remember(workspace, project, days("make"), now=now)
    with reading(workspace) as connection:
        assert connection is not None
        events = events_table.read_events(connection, most=1000)
    assert [e.started_at for e in events] == sorted(e.started_at for e in events if e.started_at)
