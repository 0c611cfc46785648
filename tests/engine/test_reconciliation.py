"""The shell agrees with the store, whatever was interrupted on the way: real store, real files, real scripts."""

import subprocess
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.engine.test_decisions import approve, now_is, tree, tried
from tests.engine.test_life_cycle import ran
from vynexus_tui.domain.automations import Automation, AutomationStatus
from vynexus_tui.domain.errors import ShellError
from vynexus_tui.domain.trials import Consent, StepOutcome
from vynexus_tui.engine import decisions
from vynexus_tui.engine.assembly import Workspace, build_shortcuts, writing
from vynexus_tui.engine.optimization_engine import OptimizationEngine
from vynexus_tui.engine.reconciliation import reconcile_shortcuts
from vynexus_tui.store import automations_table
from vynexus_tui.store.database import transaction

STATUS = AutomationStatus


@pytest.fixture
def live(workspace: Workspace, proposed: Automation, now: datetime) -> Automation:
    tried(workspace, proposed, now)
    approve(workspace, proposed, now)
    return decisions.find_automation(workspace, proposed.name)


def status_on_disk(workspace: Workspace) -> list[str]:
    return [installed.status for installed in build_shortcuts(workspace).list_installed()]


def test_a_command_without_a_standing_approval_goes_with_the_next_cycle(workspace: Workspace, proposed: Automation, now: datetime) -> None:
    """As after a kill between the installation and the commit."""
    before = tree(workspace.paths.home)
    build_shortcuts(workspace).install(proposed)
    OptimizationEngine(workspace).run_cycle(now + timedelta(hours=1))
    assert status_on_disk(workspace) == []
    assert tree(workspace.paths.home) == before


def test_a_live_automation_whose_command_is_gone_or_another_one_gets_it_back(workspace: Workspace, live: Automation, now: datetime) -> None:
    build_shortcuts(workspace).remove(live.name)
    assert reconcile_shortcuts(workspace) == (live.name,)
    build_shortcuts(workspace).install(replace(live, script=replace(live.script, text="#!/usr/bin/env bash\necho other\n")))
    assert reconcile_shortcuts(workspace) == (live.name,)
    (installed,) = build_shortcuts(workspace).list_installed()
    assert installed.sha256 == live.script.sha256
    assert reconcile_shortcuts(workspace) == ()


def test_what_is_paused_in_the_store_is_paused_in_the_shell(workspace: Workspace, live: Automation, now: datetime) -> None:
    decisions.pause(workspace, live.name, now=now)
    build_shortcuts(workspace).resume(live.name)
    reconcile_shortcuts(workspace)
    assert status_on_disk(workspace) == ["paused"]


def test_rejecting_takes_away_a_command_that_should_not_be_there(workspace: Workspace, proposed: Automation, now: datetime) -> None:
    build_shortcuts(workspace).install(proposed)
    decisions.reject(workspace, proposed.name, now=now)
    assert status_on_disk(workspace) == []


def test_undo_across_a_stop_leaves_it_stopped(workspace: Workspace, live: Automation, now: datetime) -> None:
    decisions.pause(workspace, live.name, now=now + timedelta(minutes=1))
    decisions.resume(workspace, live.name, now=now + timedelta(minutes=2))
    ran(workspace, live, [1, 1, 1], at=now + timedelta(minutes=3))
    OptimizationEngine(workspace).run_cycle(now + timedelta(hours=1))
    assert now_is(workspace, live.name) is STATUS.FAILING
    decisions.undo(workspace, now=now + timedelta(hours=2))
    decisions.undo(workspace, now=now + timedelta(hours=2))
    assert now_is(workspace, live.name) is STATUS.FAILING
    assert status_on_disk(workspace) == ["failing"]
    refused = subprocess.run(
        [build_shortcuts(workspace).list_installed()[0].shortcut_path], capture_output=True, env=dict(workspace.environment), check=False
    )
    assert refused.returncode == 126


def test_an_undo_that_the_shell_cannot_follow_changes_nothing(
    workspace: Workspace, live: Automation, now: datetime, tmp_path: Path
) -> None:
    decisions.retire(workspace, live.name, now=now)
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / live.name).write_text("#!/bin/sh\n")
    (programs / live.name).chmod(0o755)
    with_program = replace(workspace, environment={**workspace.environment, "PATH": f"{programs}:{workspace.environment['PATH']}"})
    with pytest.raises(ShellError, match=live.name):
        decisions.undo(with_program, now=now)
    assert now_is(workspace, live.name) is STATUS.RETIRED
    assert status_on_disk(workspace) == []


def test_a_try_that_did_not_come_to_a_step_asks_for_the_name(workspace: Workspace, proposed: Automation, now: datetime) -> None:
    text = "#!/usr/bin/env bash\nset -eu\nif [ -z never ]; then\n  exit 1\nfi\nexit 0\n\n: step 1\n\nrm -r data\n"
    decisions.edit(workspace, proposed.automation_id, text, now=now)
    edited = decisions.find_automation(workspace, proposed.name)
    trial = tried(workspace, edited, now)
    assert [step.outcome for step in trial.steps] in ([StepOutcome.NOT_REACHED], [StepOutcome.UNKNOWN])
    rule = decisions.approval_rule_for(workspace, edited.automation_id)
    assert rule.consent is Consent.TYPED_NAME
    assert "what step 1 would do was not seen" in rule.reasons


def test_a_cycle_never_writes_its_proposal_over_what_the_person_made(workspace: Workspace, live: Automation, now: datetime) -> None:
    """The person made, tried and approved it between the cycle's look and its writing."""
    engine = OptimizationEngine(workspace)
    with writing(workspace) as connection, transaction(connection):
        connection.execute("DELETE FROM automations")
    read = automations_table.read_automations

    def read_and_then_approve(connection: object) -> list[Automation]:
        found = read(connection)  # type: ignore[arg-type]
        with writing(workspace) as other, transaction(other):
            automations_table.write_automation(other, live)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vynexus_tui.engine.optimization_engine.automations_table.read_automations", read_and_then_approve)
        engine.run_cycle(now + timedelta(days=2))
    assert now_is(workspace, live.name) is STATUS.LIVE
