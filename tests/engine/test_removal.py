"""Uninstalling takes away what is ours and nothing else (invariant 5)."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from vynexus_tui.engine.assembly import Workspace, open_workspace
from vynexus_tui.engine.hooks import install_hook
from vynexus_tui.engine.recording import import_history
from vynexus_tui.engine.removal import plan_removal, remove_everything


def test_a_settings_file_that_lies_elsewhere_is_the_persons_own(workspace: Workspace, now: datetime) -> None:
    own = workspace.paths.home / "dotfiles/vy.yaml"
    own.parent.mkdir()
    own.write_text("engine:\n  cycle_interval_s: 60\n")
    other = open_workspace(workspace.environment, config=str(own))
    import_history(other, None, b"ls\n", source_format="bash", now=now)
    remove_everything(other, purge=True, now=now)
    assert own.exists()
    assert not other.paths.database.exists()


def test_an_rc_file_that_is_not_ours_keeps_nothing_from_being_removed(workspace: Workspace, now: datetime) -> None:
    rc = workspace.paths.home / ".bashrc"
    rc.write_text("# mine\n")
    rc.chmod(0o444)
    import_history(workspace, None, b"ls\n", source_format="bash", now=now)
    assert not any(".bashrc" in line for line in plan_removal(workspace, purge=True))
    remove_everything(workspace, purge=True, now=now)
    assert not workspace.paths.database.exists()
    assert rc.read_text() == "# mine\n"


def test_what_cannot_be_removed_is_said_and_the_rest_goes(workspace: Workspace, now: datetime) -> None:
    rc = workspace.paths.home / ".bashrc"
    rc.write_text("# mine\n")
    install_hook(workspace, "bash", now=now)
    import_history(workspace, None, b"ls\n", source_format="bash", now=now)
    target = Path(workspace.paths.state_dir)
    done = remove_everything(workspace, purge=True, now=now)
    assert rc.read_text() == "# mine\n"
    assert not target.exists()
    assert not [line for line in done if line.startswith("NOT")]
    assert plan_removal(replace(workspace), purge=True) == ()
