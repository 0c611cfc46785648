"""After approval nothing is sandboxed: the first real run is compared with the try, and what nobody was shown is named."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vynexus_tui.domain.automations import Automation
from vynexus_tui.domain.run_comparison import RunComparison
from vynexus_tui.domain.trials import ChangeKind, FileChange, SandboxLevel, Trial, Verdict
from vynexus_tui.engine import decisions, forgetting, recording, trials
from vynexus_tui.engine.assembly import Workspace, reading
from vynexus_tui.engine.removal import plan_removal, remove_everything
from vynexus_tui.engine.run_comparing import write_prediction
from vynexus_tui.engine.snapshots import build_snapshot
from vynexus_tui.store import automations_table, comparisons_table

ROOT = Path(__file__).resolve().parents[2]
EXTRA = "\n[ ! -e appeared ] || echo more > extra\n"


def vynexus(workspace: Workspace, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**workspace.environment, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "vynexus_tui", *words]
    return subprocess.run(command, env=environment, cwd=cwd, capture_output=True, text=True, check=False, timeout=60)


def approved(workspace: Workspace, name: str, text: str, project: Path, now: datetime, *arguments: str) -> Automation:
    """The automation with another script, tried and approved."""
    if decisions.find_automation(workspace, name).script.text != text:
        decisions.edit(workspace, name, text, now=now)
    trial = trials.try_automation(workspace, name, cwd=str(project), arguments=arguments, now=now)
    if trial.level is SandboxLevel.STATIC:
        pytest.skip(f"no sandbox on this machine: {trial.reason}")
    automation = decisions.find_automation(workspace, name)
    decisions.approve(workspace, automation.automation_id, automation.script.sha256, confirm=automation.name, now=now)
    return automation


def compared(workspace: Workspace) -> RunComparison | None:
    recording.collect(workspace, now=datetime.now(UTC))
    (head,) = build_snapshot(workspace, now=datetime.now(UTC)).automations
    return head.comparison


def predicted_file(workspace: Workspace, name: str) -> Path:
    return workspace.paths.data_dir / "automations" / name / "predicted"


def below(project: Path, found: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    return [(os.path.relpath(path, project), what) for path, what in found]


def test_a_run_that_does_what_the_try_showed_is_as_predicted(
    workspace: Workspace, proposed: Automation, project: Path, now: datetime
) -> None:
    approved(workspace, proposed.name, proposed.script.text, project, now, "north")
    assert vynexus(workspace, "run", proposed.name, "north", cwd=project).returncode == 0
    found = compared(workspace)
    assert found is not None
    assert (found.headline, found.is_as_predicted, found.is_partial) == ("first run: as the try showed (1 path)", True, False)


def test_the_whole_way_from_a_try_to_a_named_surprise(workspace: Workspace, proposed: Automation, project: Path, now: datetime) -> None:
    automation = approved(workspace, proposed.name, proposed.script.text + EXTRA, project, now, "north")
    (project / "appeared").touch()
    waits = vynexus(workspace, "show", automation.name, cwd=project).stdout
    assert "first run: not compared yet" in waits
    assert vynexus(workspace, "run", automation.name, "north", cwd=project).returncode == 0
    assert vynexus(workspace, "cycle", cwd=project).returncode == 0
    shown = vynexus(workspace, "show", automation.name, cwd=project).stdout
    assert "first run: 1 surprise" in shown
    assert f"    created  {project}/extra" in shown.splitlines()
    assert "other programs may have done it" in shown
    assert f"{automation.name}: first run: 1 surprise" in vynexus(workspace, "status", cwd=project).stdout
    assert f"first run: 1 surprise: vynexus show {automation.name}" in vynexus(workspace, "automations", cwd=project).stdout
    (listed,) = json.loads(vynexus(workspace, "automations", "--json", cwd=project).stdout)["automations"]
    assert listed["first_run"]["surprises"] == [{"path": f"{project}/extra", "what": "created"}]
    assert listed["first_run"]["as_predicted_count"] == 1
    report = vynexus(workspace, "report", cwd=project).stdout
    assert "first runs as their try showed: 0 of 1" in report


def test_what_the_try_showed_and_nobody_saw_is_named(workspace: Workspace, proposed: Automation, project: Path, now: datetime) -> None:
    (project / "wanted").touch()
    approved(workspace, proposed.name, "#!/usr/bin/env bash\n[ ! -e wanted ] || echo x > out\n", project, now)
    (project / "wanted").unlink()
    vynexus(workspace, "run", proposed.name, cwd=project)
    found = compared(workspace)
    assert found is not None
    assert (below(project, found.missing), found.surprise_count) == ([("out", "create")], 0)
    assert found.headline == "first run: 1 path of the try did not change"


def test_a_comparison_is_taken_in_exactly_once(workspace: Workspace, proposed: Automation, project: Path, now: datetime) -> None:
    approved(workspace, proposed.name, proposed.script.text, project, now, "north")
    vynexus(workspace, "run", proposed.name, "north", cwd=project)
    (look,) = workspace.paths.spool_dir.glob("look-*")
    raw = look.read_bytes()
    assert look.stat().st_mode & 0o777 == 0o600
    first = compared(workspace)
    assert not list(workspace.paths.spool_dir.glob("look-*"))
    look.write_bytes(raw)
    assert compared(workspace) == first
    with reading(workspace) as connection:
        assert connection is not None
        assert connection.execute("SELECT COUNT(*) FROM run_comparisons").fetchone() == (1,)


def test_an_undo_takes_the_prediction_away_and_a_new_approval_writes_it_anew(
    workspace: Workspace, proposed: Automation, project: Path, now: datetime
) -> None:
    automation = approved(workspace, proposed.name, proposed.script.text, project, now, "north")
    path = predicted_file(workspace, automation.name)
    assert path.stat().st_mode & 0o777 == 0o600
    decisions.undo(workspace, now=now)
    assert not path.exists()
    decisions.approve(workspace, automation.automation_id, automation.script.sha256, confirm=automation.name, now=now)
    assert path.exists()


def test_what_was_compared_is_not_compared_again_after_a_retirement_was_taken_back(
    workspace: Workspace, proposed: Automation, project: Path, now: datetime
) -> None:
    automation = approved(workspace, proposed.name, proposed.script.text, project, now, "north")
    vynexus(workspace, "run", automation.name, "north", cwd=project)
    assert compared(workspace) is not None
    decisions.retire(workspace, automation.name, now=now)
    decisions.undo(workspace, now=now)
    assert not predicted_file(workspace, automation.name).exists()


def test_another_script_is_not_judged_by_the_first_run_of_the_former_one(
    workspace: Workspace, proposed: Automation, project: Path, now: datetime
) -> None:
    approved(workspace, proposed.name, proposed.script.text, project, now, "north")
    vynexus(workspace, "run", proposed.name, "north", cwd=project)
    assert compared(workspace) is not None
    approved(workspace, proposed.name, "#!/usr/bin/env bash\necho x > out\n", project, now)
    assert compared(workspace) is None
    vynexus(workspace, "run", proposed.name, cwd=project)
    found = compared(workspace)
    assert found is not None
    assert found.headline == "first run: as the try showed (1 path)"


def test_a_commit_of_git_is_as_the_try_showed(workspace: Workspace, proposed: Automation, project: Path, now: datetime) -> None:
    (project / ".git").mkdir()
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "init", "-q"], cwd=project, check=True)
    text = f"#!/usr/bin/env bash\nset -e\nexport HOME=/nowhere\n{' '.join(git)} add -A\n{' '.join(git)} commit -qm work\n"
    approved(workspace, proposed.name, text, project, now)
    assert vynexus(workspace, "run", proposed.name, cwd=project).returncode == 0
    found = compared(workspace)
    assert found is not None
    assert (found.surprises, found.missing) == ((), ())


def a_trial(automation: Automation, project: Path, now: datetime, **given: object) -> Trial:
    trial = Trial(script_sha256=automation.script.sha256, level=SandboxLevel.FULL, verdict=Verdict.PASSED, cwd=str(project), tried_at=now)
    return replace(trial, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "given",
    [
        {"level": SandboxLevel.STATIC, "verdict": Verdict.NOT_TRIED},
        {"verdict": Verdict.FAILED},
        {"arguments": ("{{secret:password}}",)},
    ],
)
def test_nothing_is_predicted_where_nothing_was_shown_or_no_run_could_be_recognised(
    workspace: Workspace, proposed: Automation, project: Path, now: datetime, given: dict[str, object]
) -> None:
    assert write_prediction(workspace, proposed, a_trial(proposed, project, now, **given)) is None
    assert write_prediction(workspace, proposed, None) is None


def test_a_folder_is_meant_whatever_link_leads_to_it(workspace: Workspace, proposed: Automation, project: Path, now: datetime) -> None:
    link = project.with_name("linked")
    link.symlink_to(project)
    written = write_prediction(workspace, proposed, a_trial(proposed, link, now))
    assert written is not None
    assert json.loads(written)["cwd"] == str(project)


def test_places_that_the_try_hid_are_left_out_and_that_is_said(workspace: Workspace, proposed: Automation, now: datetime) -> None:
    home = workspace.paths.home
    (home / ".ssh").mkdir()
    (home / "mounted").mkdir()
    text = "#!/usr/bin/env bash\necho x > out\n[ ! -e appeared ] || { echo x > .ssh/config; echo x > mounted/y; }\n"
    decisions.edit(workspace, proposed.name, text, now=now)
    automation = decisions.find_automation(workspace, proposed.name)
    trial = a_trial(automation, home, now, not_known=(f"{home}/mounted is read-only in the trial",))
    written = write_prediction(workspace, automation, trial)
    assert written is not None
    hidden = json.loads(written)["not_shown"]
    assert {f"{home}/.ssh", f"{home}/mounted", str(workspace.paths.data_dir), str(workspace.paths.state_dir)} <= set(hidden)
    assert all(place.startswith(f"{home}/") for place in hidden)


def test_a_secret_in_a_name_is_kept_nowhere_and_the_name_still_meets_itself(
    workspace: Workspace, proposed: Automation, project: Path, now: datetime
) -> None:
    secret = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    text = f'#!/usr/bin/env bash\nname=$(printf "ghp_%s" "{secret[4:]}")\n: > "told-$name"\n[ ! -e appeared ] || : > "extra-$name"\n'
    approved(workspace, proposed.name, text, project, now)
    (project / "appeared").touch()
    vynexus(workspace, "run", proposed.name, cwd=project)
    found = compared(workspace)
    assert found is not None
    assert [os.path.relpath(path, project) for path, _ in found.surprises] == ["extra-{{secret:github-token}}"]
    assert (found.missing, found.as_predicted_count) == ((), 1)
    ours = (workspace.paths.data_dir, workspace.paths.state_dir)
    assert not [p for folder in ours for p in folder.rglob("*") if p.is_file() and secret.encode() in p.read_bytes()]


def test_a_secret_in_the_name_of_what_is_renamed_is_not_written_down(
    workspace: Workspace, proposed: Automation, project: Path, now: datetime
) -> None:
    secret = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    change = FileChange(path=f"{project}/new", kind=ChangeKind.RENAME, type="file", renamed_from=f"{project}/{secret}")
    written = write_prediction(workspace, proposed, a_trial(proposed, project, now, changes=(change,)))
    assert written is not None
    assert secret.encode() not in written


WORD = "Zebra-Quartz-77"


def test_a_redacted_word_goes_from_predictions_and_comparisons_too(
    workspace: Workspace, proposed: Automation, project: Path, now: datetime
) -> None:
    text = '#!/usr/bin/env bash\n: > "$(cat wanted)"\n'
    (project / "wanted").write_text(WORD)
    automation = approved(workspace, proposed.name, text, project, now)
    path = predicted_file(workspace, automation.name)
    assert WORD in path.read_text()
    forgetting.redact_past(workspace, WORD, dry_run=False, now=now)
    assert not path.exists()
    approved_again = write_prediction(workspace, automation, a_trial(automation, project, now))
    assert approved_again is not None
    path.write_bytes(approved_again)
    vynexus(workspace, "run", automation.name, cwd=project)
    found = compared(workspace)
    assert found is not None
    assert WORD in found.surprises[0][0]
    forgetting.redact_past(workspace, WORD, dry_run=False, now=now)
    assert WORD not in repr(compared(workspace))
    ours = (workspace.paths.data_dir, workspace.paths.state_dir)
    assert not [p for folder in ours for p in folder.rglob("*") if p.is_file() and WORD.encode() in p.read_bytes()]


def test_uninstalling_names_the_prediction_and_takes_it_away(
    workspace: Workspace, proposed: Automation, project: Path, now: datetime
) -> None:
    automation = approved(workspace, proposed.name, proposed.script.text, project, now, "north")
    path = predicted_file(workspace, automation.name)
    assert str(path) in plan_removal(workspace, purge=False)
    remove_everything(workspace, purge=False, now=now)
    assert not path.parent.parent.exists()


def test_forgetting_an_automation_forgets_its_first_run(workspace: Workspace, proposed: Automation, project: Path, now: datetime) -> None:
    approved(workspace, proposed.name, proposed.script.text, project, now, "north")
    vynexus(workspace, "run", proposed.name, "north", cwd=project)
    assert compared(workspace) is not None
    decisions.retire(workspace, proposed.name, now=now)
    forgetting.forget_commands(workspace, r"\bsort -u\b", dry_run=False, now=now)
    with reading(workspace) as connection:
        assert connection is not None
        assert automations_table.read_automations(connection) == []
        assert comparisons_table.read_comparisons(connection) == {}


def test_a_surprise_stands_out_for_a_week(workspace: Workspace, proposed: Automation, project: Path, now: datetime) -> None:
    approved(workspace, proposed.name, proposed.script.text + EXTRA, project, now, "north")
    (project / "appeared").touch()
    vynexus(workspace, "run", proposed.name, "north", cwd=project)
    found = compared(workspace)
    assert found is not None
    assert found.needs_a_look(found.started_at + timedelta(days=6))
    assert not found.needs_a_look(found.started_at + timedelta(days=8))


def test_approving_says_that_the_real_run_is_not_in_the_sandbox(
    workspace: Workspace, proposed: Automation, project: Path, now: datetime
) -> None:
    trials.try_automation(workspace, proposed.name, cwd=str(project), arguments=("north",), now=now)
    assert "runs for real, not in the sandbox" in vynexus(workspace, "show", proposed.name, cwd=project).stdout
    words = ("approve", proposed.name, "--sha256", proposed.script.sha256, "--confirm", proposed.name)
    assert "runs for real, not in the sandbox" in vynexus(workspace, *words, cwd=project).stdout
