"""What VyNexus does with automations by itself: whole cycles over real SQLite, real scripts, real shortcuts."""

import subprocess
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.conftest import remember
from tests.engine.test_decisions import approve, now_is, tried
from vynexus_tui.domain.automations import Automation, AutomationStatus
from vynexus_tui.domain.identifiers import RunId
from vynexus_tui.domain.runs import Run
from vynexus_tui.domain.settings import AutomationCreation
from vynexus_tui.engine import decisions
from vynexus_tui.engine.assembly import Workspace, reading, writing
from vynexus_tui.engine.optimization_engine import OptimizationEngine
from vynexus_tui.engine.snapshots import build_snapshot
from vynexus_tui.store import automations_table, runs_table
from vynexus_tui.store.database import transaction

STATUS = AutomationStatus


def ran(workspace: Workspace, automation: Automation, exit_codes: list[int], *, at: datetime) -> None:
    """Runs as `vynexus run` would have recorded them, a minute apart."""
    runs = [
        Run(
            run_id=RunId(f"{at.timestamp()}-{number}"),
            automation_id=automation.automation_id,
            script_sha256=automation.script.sha256,
            started_at=at + timedelta(minutes=number),
            duration_s=0.2,
            exit_code=code,
        )
        for number, code in enumerate(exit_codes)
    ]
    with writing(workspace) as connection, transaction(connection):
        runs_table.add_runs(connection, runs)


@pytest.fixture
def live(workspace: Workspace, proposed: Automation, now: datetime) -> Automation:
    tried(workspace, proposed, now)
    approve(workspace, proposed, now)
    return decisions.find_automation(workspace, proposed.name)


def shortcut(workspace: Workspace, *arguments: str) -> "subprocess.CompletedProcess[str]":
    (head,) = build_snapshot(workspace, now=datetime.fromisoformat("2026-11-22T12:00:00+00:00")).automations
    assert head.shortcut_path is not None
    return subprocess.run([head.shortcut_path, *arguments], capture_output=True, text=True, check=False, env=dict(workspace.environment))


def test_three_failures_in_a_row_stop_it_and_its_command_says_why(workspace: Workspace, live: Automation, now: datetime) -> None:
    ran(workspace, live, [0, 1, 1, 1], at=now + timedelta(minutes=1))
    later = now + timedelta(hours=1)
    OptimizationEngine(workspace).run_cycle(later)
    assert now_is(workspace, live.name) is STATUS.FAILING
    refused = shortcut(workspace, "north")
    assert refused.returncode == 126
    assert "stopped itself" in refused.stderr
    assert f"vynexus resume {live.name}" in refused.stderr
    snapshot = build_snapshot(workspace, now=later)
    assert snapshot.automations[0].stopped_reason == "failed 3 times in a row"
    assert snapshot.automations[0].needs_you
    (entry,) = [e for e in snapshot.journal if e.word == "stopped"]
    assert entry.detail == "by itself: failed 3 times in a row"


def test_two_failures_or_three_that_the_person_stopped_do_not(workspace: Workspace, live: Automation, now: datetime) -> None:
    ran(workspace, live, [1, 1, 130, 143, 130], at=now + timedelta(minutes=1))
    OptimizationEngine(workspace).run_cycle(now + timedelta(hours=1))
    assert now_is(workspace, live.name) is STATUS.LIVE


def test_resuming_what_stopped_itself_gives_it_a_new_budget(workspace: Workspace, live: Automation, now: datetime) -> None:
    ran(workspace, live, [1, 1, 1], at=now + timedelta(minutes=1))
    OptimizationEngine(workspace).run_cycle(now + timedelta(hours=1))
    decisions.resume(workspace, live.name, now=now + timedelta(hours=2))
    OptimizationEngine(workspace).run_cycle(now + timedelta(hours=3))
    assert now_is(workspace, live.name) is STATUS.LIVE
    assert shortcut(workspace, "north").returncode != 126
    ran(workspace, live, [1, 1, 1], at=now + timedelta(hours=4))
    OptimizationEngine(workspace).run_cycle(now + timedelta(hours=5))
    assert now_is(workspace, live.name) is STATUS.FAILING


def test_undo_takes_back_the_persons_last_decision_and_never_what_vynexus_did(
    workspace: Workspace, live: Automation, now: datetime
) -> None:
    ran(workspace, live, [1, 1, 1], at=now + timedelta(minutes=1))
    OptimizationEngine(workspace).run_cycle(now + timedelta(hours=1))
    decisions.resume(workspace, live.name, now=now + timedelta(hours=2))
    assert "took back: resume" in decisions.undo(workspace, now=now + timedelta(hours=3))
    assert now_is(workspace, live.name) is STATUS.FAILING
    assert "stopped itself" in shortcut(workspace, "north").stderr
    assert "took back: approve" in decisions.undo(workspace, now=now + timedelta(hours=4))
    assert now_is(workspace, live.name) is STATUS.TRIED
    assert not list((workspace.paths.data_dir / "automations").glob("*/*"))


def test_the_success_rate_comes_with_its_interval(workspace: Workspace, live: Automation, now: datetime) -> None:
    ran(workspace, live, [0] * 9 + [1, 130], at=now + timedelta(minutes=1))
    (head,) = build_snapshot(workspace, now=now + timedelta(hours=1)).automations
    assert (head.run_count, head.failed_count, head.aborted_count, head.success_share) == (11, 1, 1, 0.9)
    assert head.success_interval is not None
    low, high = head.success_interval
    assert 0.6 < low < 0.9 < high < 1


def test_retiring_is_proposed_after_sixty_days_without_a_run(workspace: Workspace, live: Automation, now: datetime) -> None:
    def said(days: int) -> tuple[str | None, bool]:
        (head,) = build_snapshot(workspace, now=now + timedelta(days=days)).automations
        return head.unused_reason, head.needs_you

    assert said(59) == (None, False)
    assert said(60) == ("never used in 60 days", True)
    ran(workspace, live, [0], at=now + timedelta(days=30))
    assert said(60) == (None, False)
    assert said(90) == ("not used for 60 days", True)


def _more_proposals(workspace: Workspace, project: Path, now: datetime) -> list[Automation]:
    """Three routines, the later ones more often."""
    noise = ["git status", "vim notes", "htop", "man sort", "df -h"]
    routines = (
        ["sort -u data/north.csv -o data/north.sorted.csv", "wc -l data/north.sorted.csv"],
        ["md5sum data/west.csv", "cp data/west.csv data/west.copy.csv"],
        ["gzip -kf data/south.csv", "du -h data/south.csv.gz"],
    )
    days = []
    for number in range(42):
        typed = routines[(0, 0, 0, 1, 1, 2)[number % 6]]
        days.append([noise[number % 5], *typed, noise[(number * 3 + 1) % 5]])
    remember(workspace, project, days, now=now)
    OptimizationEngine(workspace).run_cycle(now)
    with reading(workspace) as connection:
        assert connection is not None
        return automations_table.read_automations(connection)


def with_settings(workspace: Workspace, **given: int) -> Workspace:
    return replace(workspace, settings=replace(workspace.settings, automation_creation=AutomationCreation(**given)))


def test_at_most_a_few_proposals_ask_for_attention_and_the_best_ones_do(workspace: Workspace, project: Path, now: datetime) -> None:
    proposals = _more_proposals(workspace, project, now)
    assert len(proposals) >= 3
    heads = build_snapshot(with_settings(workspace, most_proposals=2), now=now).automations
    asking = [h.automation for h in heads if h.needs_you]
    assert len(asking) == 2
    others = [h.automation for h in heads if not h.needs_you]
    assert min(a.potential or 0 for a in asking) >= max(a.potential or 0 for a in others)


def test_at_the_limit_the_least_valuable_proposal_gives_way_and_nothing_that_the_person_touched(
    workspace: Workspace, project: Path, now: datetime
) -> None:
    proposals = _more_proposals(workspace, project, now)
    least, *_, best = sorted(proposals, key=lambda a: a.potential or 0)
    with writing(workspace) as connection, transaction(connection):
        connection.execute("DELETE FROM automations WHERE automation_id=?", (best.automation_id,))
    full = with_settings(workspace, max_automations=len(proposals) - 1)
    OptimizationEngine(full).run_cycle(now + timedelta(days=2))
    names = {h.automation.automation_id for h in build_snapshot(full, now=now).automations}
    assert best.automation_id in names
    assert least.automation_id not in names
    (refusal,) = [h.refusal for h in build_snapshot(full, now=now).patterns if h.pattern_id == least.pattern_id]
    assert refusal is not None
    assert "make room" in refusal.detail


def test_a_proposal_that_was_tried_never_gives_way(workspace: Workspace, project: Path, now: datetime) -> None:
    proposals = _more_proposals(workspace, project, now)
    *others, best = sorted(proposals, key=lambda a: a.potential or 0)
    with writing(workspace) as connection, transaction(connection):
        connection.execute("DELETE FROM automations WHERE automation_id=?", (best.automation_id,))
        for other in others:
            automations_table.write_automation(connection, replace(other, status=STATUS.TRIED))
    full = with_settings(workspace, max_automations=len(others))
    OptimizationEngine(full).run_cycle(now + timedelta(days=2))
    assert {h.automation.automation_id for h in build_snapshot(full, now=now).automations} == {a.automation_id for a in others}


def test_it_stops_at_its_third_failure_in_a_row_without_a_cycle(
    workspace: Workspace, live: Automation, project: Path, now: datetime
) -> None:
    (project / "data/north.csv").rename(project / "away.csv")
    assert [shortcut(workspace, "north").returncode for _ in range(4)] == [2, 2, 2, 126]
    refused = shortcut(workspace, "north")
    assert "stopped itself: failed 3 times in a row" in refused.stderr
    (project / "away.csv").rename(project / "data/north.csv")
    assert shortcut(workspace, "north").returncode == 126
    OptimizationEngine(workspace).run_cycle(datetime.now(tz=now.tzinfo))
    assert now_is(workspace, live.name) is STATUS.FAILING
    decisions.resume(workspace, live.name, now=datetime.now(tz=now.tzinfo))
    assert shortcut(workspace, "north").returncode == 0


def test_what_stopped_itself_can_be_resumed_before_any_cycle_saw_it(
    workspace: Workspace, live: Automation, project: Path, now: datetime
) -> None:
    (project / "data/north.csv").rename(project / "away.csv")
    assert [shortcut(workspace, "north").returncode for _ in range(4)] == [2, 2, 2, 126]
    (project / "away.csv").rename(project / "data/north.csv")
    decisions.resume(workspace, live.name, now=datetime.now(tz=now.tzinfo))
    assert shortcut(workspace, "north").returncode == 0
    OptimizationEngine(workspace).run_cycle(datetime.now(tz=now.tzinfo))
    assert now_is(workspace, live.name) is STATUS.LIVE
