"""From a proposal to a live command and back, by the engine alone (invariants 1, 5, 10)."""

import subprocess
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest

from vynexus_tui.domain.automations import Automation, AutomationStatus, RiskLevel
from vynexus_tui.domain.errors import RequestError, StoreBusyError
from vynexus_tui.domain.settings import Engine
from vynexus_tui.domain.trials import SandboxLevel, Trial, Verdict
from vynexus_tui.engine import decisions, trials
from vynexus_tui.engine.assembly import Workspace, reading, writing
from vynexus_tui.engine.snapshots import build_snapshot
from vynexus_tui.store import automations_table
from vynexus_tui.store.database import transaction

STATUS = AutomationStatus


def tree(home: Path) -> dict[str, bytes]:
    """Every file but the store's own."""
    return {str(p.relative_to(home)): p.read_bytes() for p in sorted(home.rglob("*")) if p.is_file() and "vynexus.db" not in p.name}


def now_is(workspace: Workspace, name: str) -> AutomationStatus:
    return decisions.find_automation(workspace, name).status


def tried(workspace: Workspace, automation: Automation, now: datetime) -> Trial:
    plan = trials.plan_trial(workspace, automation.name)
    assert plan.cwd is not None
    trial = trials.try_automation(workspace, automation.name, cwd=plan.cwd, arguments=tuple(v for _, v in plan.arguments), now=now)
    if trial.level is SandboxLevel.STATIC:
        pytest.skip(f"no sandbox on this machine: {trial.reason}")
    return trial


def approve(workspace: Workspace, automation: Automation, now: datetime, *, confirm: str | None = None) -> str:
    return decisions.approve(workspace, automation.automation_id, automation.script.sha256, confirm=confirm, now=now)


def test_nothing_goes_live_that_was_not_tried(workspace: Workspace, proposed: Automation, now: datetime) -> None:
    with pytest.raises(RequestError, match="cannot approve an automation that is new"):
        approve(workspace, proposed, now, confirm=proposed.name)
    assert not (workspace.paths.data_dir / "automations").exists()


def test_a_try_shows_what_would_change_and_changes_nothing(
    workspace: Workspace, proposed: Automation, project: Path, now: datetime
) -> None:
    before = tree(project)
    trial = tried(workspace, proposed, now)
    assert trial.verdict is Verdict.PASSED, trial
    (change,) = trial.changes
    assert change.path.startswith(str(project / "data"))
    assert "+1,x" in (change.diff or "")
    assert tree(project) == before
    assert now_is(workspace, proposed.name) is STATUS.TRIED


def test_an_approved_automation_is_a_command_and_undo_takes_back_exactly_that(
    workspace: Workspace, proposed: Automation, now: datetime
) -> None:
    tried(workspace, proposed, now)
    before = tree(workspace.paths.home)
    approve(workspace, proposed, now)
    assert now_is(workspace, proposed.name) is STATUS.LIVE
    (head,) = build_snapshot(workspace, now=now).automations
    assert head.shortcut_path is not None
    assert Path(head.shortcut_path).exists()
    decisions.undo(workspace, now=now)
    assert tree(workspace.paths.home) == before
    assert now_is(workspace, proposed.name) is STATUS.TRIED


def test_an_edit_voids_trial_and_approval(workspace: Workspace, proposed: Automation, now: datetime) -> None:
    tried(workspace, proposed, now)
    approve(workspace, proposed, now)
    decisions.edit(workspace, proposed.automation_id, proposed.script.text + "echo more\n", now=now)
    assert now_is(workspace, proposed.name) is STATUS.NEW
    assert not list((workspace.paths.data_dir / "automations").glob("*/*"))
    edited = decisions.find_automation(workspace, proposed.name)
    with pytest.raises(RequestError):
        approve(workspace, edited, now, confirm=edited.name)


def test_an_approval_of_another_text_than_the_one_looked_at_is_refused(workspace: Workspace, proposed: Automation, now: datetime) -> None:
    tried(workspace, proposed, now)
    with pytest.raises(RequestError, match="changed since you looked"):
        decisions.approve(workspace, proposed.automation_id, "0" * 64, confirm=None, now=now)
    assert now_is(workspace, proposed.name) is STATUS.TRIED


def test_a_file_that_changed_since_the_try_asks_for_another_try(workspace: Workspace, proposed: Automation, now: datetime) -> None:
    trial = tried(workspace, proposed, now)
    Path(trial.changes[0].path).write_text("somebody was faster\n")
    with pytest.raises(RequestError, match="changed since the try"):
        approve(workspace, proposed, now)


def test_what_a_try_of_a_failing_script_shows_blocks_the_approval(workspace: Workspace, proposed: Automation, now: datetime) -> None:
    decisions.edit(workspace, proposed.automation_id, "#!/usr/bin/env bash\nexit 3\n", now=now)
    edited = decisions.find_automation(workspace, proposed.name)
    assert tried(workspace, edited, now).verdict is Verdict.FAILED
    with pytest.raises(RequestError, match="failed"):
        approve(workspace, edited, now, confirm=edited.name)


def test_what_deletes_needs_its_name_typed(workspace: Workspace, proposed: Automation, project: Path, now: datetime) -> None:
    decisions.edit(workspace, proposed.automation_id, "#!/usr/bin/env bash\nrm data/north.csv\n", now=now)
    edited = decisions.find_automation(workspace, proposed.name)
    tried(workspace, edited, now)
    with pytest.raises(RequestError, match="needs its name typed: deletes 1 path"):
        approve(workspace, edited, now)
    approve(workspace, edited, now, confirm=edited.name)
    assert now_is(workspace, proposed.name) is STATUS.LIVE
    assert (project / "data/north.csv").exists()


def test_text_that_is_not_bash_is_not_taken_over(workspace: Workspace, proposed: Automation, now: datetime) -> None:
    with pytest.raises(RequestError, match="not valid bash"):
        decisions.edit(workspace, proposed.automation_id, "if true; then\n", now=now)
    assert decisions.find_automation(workspace, proposed.name).script == proposed.script


def test_pause_resume_and_retire_can_each_be_taken_back(workspace: Workspace, proposed: Automation, now: datetime) -> None:
    tried(workspace, proposed, now)
    approve(workspace, proposed, now)
    live = tree(workspace.paths.home)
    decisions.pause(workspace, proposed.name, now=now)
    assert now_is(workspace, proposed.name) is STATUS.PAUSED
    decisions.undo(workspace, now=now)
    assert (now_is(workspace, proposed.name), tree(workspace.paths.home)) == (STATUS.LIVE, live)
    decisions.retire(workspace, proposed.name, now=now)
    assert now_is(workspace, proposed.name) is STATUS.RETIRED
    assert not list((workspace.paths.data_dir / "automations").glob("*/*"))
    decisions.undo(workspace, now=now)
    assert (now_is(workspace, proposed.name), tree(workspace.paths.home)) == (STATUS.LIVE, live)


def test_a_rejected_automation_is_never_offered_again_until_that_is_undone(
    workspace: Workspace, proposed: Automation, now: datetime
) -> None:
    from vynexus_tui.engine.optimization_engine import OptimizationEngine

    decisions.reject(workspace, proposed.name, now=now)
    OptimizationEngine(workspace).run_cycle(now + timedelta(days=2))
    snapshot = build_snapshot(workspace, now=now)
    assert [h.automation.status for h in snapshot.automations] == [STATUS.REJECTED]
    assert proposed.pattern_id not in {p.pattern_id for p in snapshot.patterns}
    decisions.undo(workspace, now=now)
    assert now_is(workspace, proposed.name) is STATUS.NEW


def test_a_snoozed_pattern_comes_back_by_itself(workspace: Workspace, proposed: Automation, now: datetime) -> None:
    assert proposed.pattern_id is not None
    decisions.snooze(workspace, proposed.pattern_id, now=now)
    shown = {p.pattern_id for p in build_snapshot(workspace, now=now).patterns}
    later = {p.pattern_id for p in build_snapshot(workspace, now=now + timedelta(days=31)).patterns}
    assert proposed.pattern_id not in shown
    assert proposed.pattern_id in later


def test_with_nothing_decided_undo_says_so(workspace: Workspace, now: datetime) -> None:
    with pytest.raises(RequestError, match="nothing to decide about yet"):
        decisions.undo(workspace, now=now)


def test_an_unknown_name_lists_what_there_is(workspace: Workspace, proposed: Automation) -> None:
    with pytest.raises(RequestError) as caught:
        decisions.find_automation(workspace, "nothing")
    assert proposed.name in caught.value.hint


def test_a_run_gives_its_time_back_to_the_ledger(workspace: Workspace, proposed: Automation, project: Path, now: datetime) -> None:
    from vynexus_tui.engine.optimization_engine import OptimizationEngine

    tried(workspace, proposed, now)
    approve(workspace, proposed, now)
    (head,) = build_snapshot(workspace, now=now).automations
    environment = {**workspace.environment, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    done = subprocess.run([str(head.shortcut_path), "south"], cwd=project, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (project / "data/south.sorted.csv").read_text() == "1,x\n3,south\n"
    OptimizationEngine(workspace).run_cycle(now + timedelta(minutes=5))
    (saving,) = build_snapshot(workspace, now=now).savings.savings
    assert (saving.run_count, saving.failed_count) == (1, 0)
    assert saving.baseline is not None
    assert saving.saved_s is not None
    assert saving.low_s is not None
    assert saving.low_s <= saving.saved_s


def test_a_baseline_is_frozen_at_approval(workspace: Workspace, proposed: Automation, now: datetime) -> None:
    tried(workspace, proposed, now)
    approve(workspace, proposed, now)
    with reading(workspace) as connection:
        assert connection is not None
        before = automations_table.read_baselines(connection)
    assert before[proposed.automation_id].occurrence_count >= 3
    decisions.pause(workspace, proposed.name, now=now)
    with reading(workspace) as connection:
        assert connection is not None
        assert automations_table.read_baselines(connection) == before


def test_a_name_that_became_a_program_meanwhile_is_not_hidden(workspace: Workspace, proposed: Automation, now: datetime) -> None:
    tried(workspace, proposed, now)
    program = workspace.paths.home / "bin" / proposed.name
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    changed = replace(workspace, environment={**workspace.environment, "PATH": f"{program.parent}:/usr/bin:/bin"})
    with pytest.raises(Exception, match=proposed.name):
        approve(changed, proposed, now)
    assert now_is(workspace, proposed.name) is STATUS.TRIED


def test_a_locked_store_changes_neither_store_nor_shell(workspace: Workspace, proposed: Automation, now: datetime) -> None:
    tried(workspace, proposed, now)
    approve(workspace, proposed, now)
    hasty = replace(workspace, settings=replace(workspace.settings, engine=Engine(busy_timeout_ms=100)))
    before = tree(workspace.paths.home)
    with writing(workspace) as holder, transaction(holder):
        for verb in (decisions.pause, decisions.retire):
            with pytest.raises(StoreBusyError):
                verb(hasty, proposed.name, now=now)
        with pytest.raises(StoreBusyError):
            decisions.edit(hasty, proposed.automation_id, proposed.script.text + "echo more\n", now=now)
    assert tree(workspace.paths.home) == before
    assert now_is(workspace, proposed.name) is STATUS.LIVE


def test_an_edit_and_an_approval_at_once_never_leave_an_unapproved_script_live(
    workspace: Workspace, proposed: Automation, now: datetime
) -> None:
    tried(workspace, proposed, now)
    outcomes: list[str] = []

    def decide(verb: str) -> None:
        try:
            if verb == "edit":
                decisions.edit(workspace, proposed.automation_id, proposed.script.text + "echo more\n", now=now)
            else:
                approve(workspace, proposed, now)
            outcomes.append(verb)
        except RequestError:
            pass

    with writing(workspace) as holder, transaction(holder):
        threads = [Thread(target=decide, args=(verb,)) for verb in ("edit", "approve")]
        for thread in threads:
            thread.start()
    for thread in threads:
        thread.join()
    assert "edit" in outcomes
    edited = decisions.find_automation(workspace, proposed.name)
    assert (edited.status, "echo more" in edited.script.text) == (STATUS.NEW, True)
    assert not list((workspace.paths.data_dir / "automations").glob("*/*"))


def test_an_edit_can_be_taken_back_with_all_it_had(workspace: Workspace, proposed: Automation, now: datetime) -> None:
    tried(workspace, proposed, now)
    approve(workspace, proposed, now)
    live = tree(workspace.paths.home)
    decisions.edit(workspace, proposed.automation_id, proposed.script.text + "echo more\n", now=now)
    decisions.undo(workspace, now=now)
    restored = decisions.find_automation(workspace, proposed.name)
    assert (restored.script, restored.status) == (proposed.script, STATUS.LIVE)
    assert tree(workspace.paths.home) == live


def test_undo_after_a_snooze_shows_the_pattern_again_and_touches_nothing_else(
    workspace: Workspace, proposed: Automation, now: datetime
) -> None:
    tried(workspace, proposed, now)
    approve(workspace, proposed, now)
    assert proposed.pattern_id is not None
    decisions.snooze(workspace, proposed.pattern_id, now=now)
    assert "snooze" in decisions.undo(workspace, now=now)
    assert proposed.pattern_id in {p.pattern_id for p in build_snapshot(workspace, now=now).patterns}
    assert now_is(workspace, proposed.name) is STATUS.LIVE


def test_a_folder_that_is_not_there_is_no_try(workspace: Workspace, proposed: Automation, now: datetime) -> None:
    tried(workspace, proposed, now)
    with pytest.raises(RequestError, match="no folder /nowhere"):
        trials.try_automation(workspace, proposed.name, cwd="/nowhere", arguments=("north",), now=now)
    approve(workspace, proposed, now)


def test_the_folder_of_the_last_try_is_offered_again(workspace: Workspace, proposed: Automation, project: Path, now: datetime) -> None:
    (project / "copy").mkdir()
    decisions.choose_folder(workspace, proposed.automation_id, None)
    trials.try_automation(workspace, proposed.name, cwd=str(project / "copy"), arguments=("north",), now=now)
    assert trials.plan_trial(workspace, proposed.name).cwd == str(project / "copy")


def test_what_is_said_of_an_edited_script_is_read_from_its_new_text(workspace: Workspace, proposed: Automation, now: datetime) -> None:
    text = '#!/usr/bin/env bash\nset -euo pipefail\nbranch="${1:-main}"\n\n: step 1\ngit push --force origin "${branch}" || true\n'
    decisions.edit(workspace, proposed.automation_id, text, now=now)
    edited = decisions.find_automation(workspace, proposed.name)
    assert edited.risk.level is RiskLevel.HIGH
    assert "git push" in edited.summary
    assert [(p.name, p.default) for p in edited.parameters] == [("branch", "main")]
    tried(workspace, edited, now)
    with pytest.raises(RequestError, match="needs its name typed"):
        approve(workspace, edited, now)
