"""What came back, from the real store: runs, calls of functions, attention, and what was typed by hand all the same."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.conftest import remember, routine
from vynexus_tui.domain.automations import Action, Automation, AutomationStatus
from vynexus_tui.domain.events import Actor, CommandEvent, TimeQuality
from vynexus_tui.domain.identifiers import AutomationId, RunId
from vynexus_tui.domain.runs import Activity, Baseline, LedgerKind, Run, TimeSaving
from vynexus_tui.engine.accounting import note_attention, read_books
from vynexus_tui.engine.assembly import Workspace, writing
from vynexus_tui.engine.optimization_engine import OptimizationEngine
from vynexus_tui.engine.snapshots import build_snapshot
from vynexus_tui.store import automations_table, events_table, runs_table
from vynexus_tui.store.database import transaction


def go_live(workspace: Workspace, automation: Automation, *, at: datetime, baseline: Baseline | None, is_function: bool = False) -> None:
    """As an approval leaves the store; the shell is not needed here."""
    with writing(workspace) as connection, transaction(connection):
        live = replace(automation, status=AutomationStatus.LIVE, is_function=is_function, created_at=min(at, automation.created_at))
        automations_table.write_automation(connection, live)
        automations_table.write_baseline(connection, automation.automation_id, baseline)
        automations_table.add_decision(connection, automation.automation_id, "", Action.APPROVE, AutomationStatus.TRIED, now=at)


def a_baseline(at: datetime) -> Baseline:
    return Baseline(hands_on_s=40.0, low_s=30.0, high_s=52.0, occurrence_count=14, elapsed_s=40.0, frozen_at=at)


def store_runs(workspace: Workspace, automation: Automation, starts: Sequence[datetime], *, exit_code: int = 0) -> None:
    with writing(workspace) as connection, transaction(connection):
        runs_table.add_runs(
            connection,
            [
                Run(
                    run_id=RunId(start.isoformat()),
                    automation_id=automation.automation_id,
                    script_sha256=automation.script.sha256,
                    started_at=start,
                    duration_s=2.0,
                    exit_code=exit_code,
                )
                for start in starts
            ],
        )


def saving(workspace: Workspace, now: datetime) -> TimeSaving:
    (found,) = read_books(workspace, now=now).summary.savings
    return found


def test_nothing_stored_is_nothing_accounted(workspace: Workspace, now: datetime) -> None:
    assert read_books(workspace, now=now).accounts == ()
    assert not workspace.paths.database.exists()


def test_the_dashboards_figure_is_the_sum_of_the_audits_lines(workspace: Workspace, proposed: Automation, now: datetime) -> None:
    go_live(workspace, proposed, at=now, baseline=a_baseline(now))
    store_runs(workspace, proposed, [now + timedelta(hours=h) for h in range(1, 5)])
    store_runs(workspace, proposed, [now + timedelta(hours=6)], exit_code=1)
    note_attention(workspace, proposed.automation_id, Activity.REVIEW, started_at=now, duration_s=41.24)
    later = now + timedelta(days=1)
    OptimizationEngine(workspace).run_cycle(later)
    shown = build_snapshot(workspace, now=later).savings
    books = read_books(workspace, now=later)
    assert shown == books.summary
    assert shown.low_s == round(sum(e.low_s or 0.0 for e in books.entries), 1) == 16.7  # 4 x 28.0 - 2.0 - 52.0 - 41.3


def test_work_typed_by_hand_after_approval_is_seen(workspace: Workspace, proposed: Automation, project: Path, now: datetime) -> None:
    approved_at = now - timedelta(days=6, hours=1)
    go_live(workspace, proposed, at=approved_at, baseline=a_baseline(approved_at))
    store_runs(workspace, proposed, [now - timedelta(hours=1)])
    found = saving(workspace, now)
    assert (found.typed_by_hand_count, found.missed_low_s) == (6, pytest.approx(6 * (found.low_s or 0.0), abs=0.6))
    assert found.by_hand_since is not None
    assert found.by_hand_since.occurrence_count == 6
    remember(workspace, project, [routine("north")], now=now + timedelta(days=1))
    OptimizationEngine(workspace).run_cycle(now + timedelta(days=1))
    assert saving(workspace, now + timedelta(days=1)).typed_by_hand_count == 7


def test_a_retired_command_cannot_be_forgotten(workspace: Workspace, proposed: Automation, now: datetime) -> None:
    go_live(workspace, proposed, at=now - timedelta(days=6), baseline=a_baseline(now))
    store_runs(workspace, proposed, [now - timedelta(hours=1)])
    with writing(workspace) as connection, transaction(connection):
        automations_table.write_automation(connection, replace(proposed, status=AutomationStatus.RETIRED))
    assert saving(workspace, now).typed_by_hand_count == 0


def a_call(command: str, number: int, at: datetime, took_s: float | None) -> CommandEvent:
    return CommandEvent(
        event_id=number,
        command=command,
        sequence_no=number,
        session_id="f",
        started_at=at,
        duration_s=took_s,
        exit_code=0,
        actor=Actor.AUTOMATION,
        origin="hook",
        time_quality=TimeQuality.EXACT,
        native_id=f"f:{number}",
    )


def test_calls_of_a_function_are_its_runs(workspace: Workspace, proposed: Automation, now: datetime) -> None:
    go_live(workspace, proposed, at=now, baseline=a_baseline(now), is_function=True)
    calls = [a_call(proposed.name, n, now + timedelta(minutes=n), took_s) for n, took_s in enumerate((1.0, None, 3.0), start=1)]
    with writing(workspace) as connection, transaction(connection):
        events_table.add_events(connection, calls)
    found = saving(workspace, now + timedelta(hours=1))
    assert (found.run_count, found.saved_s) == (3, 39.0 + 37.0)


def test_attention_on_made_up_data_or_without_a_store_is_not_charged(workspace: Workspace, proposed: Automation, now: datetime) -> None:
    note_attention(replace(workspace, is_demo=True), proposed.automation_id, Activity.REVIEW, started_at=now, duration_s=60.0)
    assert read_books(workspace, now=now).accounts == ()
    note_attention(workspace, proposed.automation_id, Activity.REVIEW, started_at=now, duration_s=60.0)
    (account,) = read_books(workspace, now=now).accounts
    assert [e.kind for e in account.entries] == [LedgerKind.ATTENTION]


def test_days_are_the_persons_days(workspace: Workspace, proposed: Automation, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    go_live(workspace, proposed, at=now, baseline=a_baseline(now))
    store_runs(workspace, proposed, [now.replace(hour=23, minute=30)])
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        assert saving(workspace, now + timedelta(days=1)).saved_by_day_s == (("2026-11-23", 38.0),)
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_baseline_frozen_before_its_date_was_kept_is_as_old_as_the_approval(
    workspace: Workspace, proposed: Automation, now: datetime
) -> None:
    go_live(workspace, proposed, at=now - timedelta(days=44), baseline=replace(a_baseline(now), frozen_at=None, elapsed_s=None))
    with writing(workspace) as connection, transaction(connection):
        automations_table.write_automation(connection, replace(proposed, status=AutomationStatus.LIVE, pattern_id=None))
    assert saving(workspace, now).baseline_age_days(now) == 44


def test_what_was_called_before_the_approval_or_with_options_is_no_run(workspace: Workspace, proposed: Automation, now: datetime) -> None:
    go_live(workspace, replace(proposed, created_at=now - timedelta(days=3)), at=now, baseline=a_baseline(now), is_function=True)
    name = proposed.name
    calls = [
        a_call(name, 1, now - timedelta(days=1), 1.0),
        a_call(name, 2, now - timedelta(days=1), None),
        a_call(f"{name} --help", 3, now + timedelta(minutes=1), 0.1),
        a_call(name, 4, now + timedelta(minutes=2), 1.0),
    ]
    with writing(workspace) as connection, transaction(connection):
        events_table.add_events(connection, calls)
        again = replace(proposed, status=AutomationStatus.LIVE, is_function=True)
        automations_table.write_automation(connection, again)
        automations_table.add_decision(
            connection, proposed.automation_id, "", Action.APPROVE, AutomationStatus.LIVE, now=now + timedelta(minutes=3)
        )
    found = saving(workspace, now + timedelta(hours=1))
    assert (found.run_count, found.saved_s) == (1, 39.0), "an edited version was approved later: what was called before counts"


def test_a_run_of_another_automation_is_no_next_attempt(workspace: Workspace, proposed: Automation, now: datetime) -> None:
    go_live(workspace, proposed, at=now, baseline=a_baseline(now))
    store_runs(workspace, proposed, [now + timedelta(minutes=1)], exit_code=1)
    store_runs(workspace, replace(proposed, automation_id=AutomationId("another")), [now + timedelta(minutes=2)])
    entries = read_books(workspace, now=now + timedelta(hours=1)).entries
    (clean_up,) = [e for e in entries if e.kind is LedgerKind.CLEAN_UP]
    assert (clean_up.saved_s, clean_up.why) == (-40.0, "no next attempt within 10 min: as if it was then done by hand")
