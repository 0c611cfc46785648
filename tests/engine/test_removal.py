"""Uninstalling takes away what is ours and nothing else (invariant 5)."""

import os
import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from vynexus_tui.engine.assembly import Workspace, open_workspace
from vynexus_tui.engine.hooks import install_hook
from vynexus_tui.engine.recording import import_history
from vynexus_tui.engine.removal import plan_removal, remove_everything
from vynexus_tui.shell.file_writing import write_whole


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


def test_what_a_killed_writer_left_beside_the_persons_files_goes_and_theirs_stays(workspace: Workspace, now: datetime) -> None:
    home = workspace.paths.home
    import_history(workspace, None, b"ls\n", source_format="bash", now=now)
    bin_folder = home / ".local/bin"
    bin_folder.mkdir(parents=True)
    places = (home / ".bashrc", bin_folder / "tidy-logs")
    for place in places:
        if (pid := os.fork()) == 0:
            os.fsync = lambda _: os._exit(9)  # type: ignore[assignment,return-value]
            write_whole(place, b"half", 0o600)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 9
    left = sorted(str(path) for place in places for path in place.parent.glob(".vynexus*"))
    assert len(left) == 2
    theirs = [home / ".vynexus-notes", home / ".vynexusrc", bin_folder / ".vynexus-backup-of-mine"]
    for path in theirs:
        path.write_text("mine\n")
    assert set(left) <= set(plan_removal(workspace, purge=False))
    remove_everything(workspace, purge=True, now=now)
    assert sorted(home.glob(".vynexus*")) + sorted(bin_folder.iterdir()) == theirs
    assert plan_removal(workspace, purge=True) == ()


@pytest.mark.parametrize("lost", ["hooks/vynexus.bash", "hooks", "."])
def test_the_block_goes_although_our_own_files_are_gone(workspace: Workspace, now: datetime, lost: str) -> None:
    rc = workspace.paths.home / ".bashrc"
    rc.write_text("# mine\n")
    install_hook(workspace, "bash", now=now)
    gone = workspace.paths.data_dir / lost
    gone.unlink() if gone.is_file() else shutil.rmtree(gone)
    assert f"the marked block in {rc}" in plan_removal(workspace, purge=True)
    remove_everything(workspace, purge=True, now=now)
    assert rc.read_text() == "# mine\n"
    assert plan_removal(workspace, purge=True) == ()


def test_a_damaged_block_is_said_with_what_to_do(workspace: Workspace, now: datetime) -> None:
    rc = workspace.paths.home / ".bashrc"
    rc.write_text("# mine\n")
    install_hook(workspace, "bash", now=now)
    rc.write_text(damaged := rc.read_text().replace("# <<< vynexus <<<\n", ""))
    assert f"the marked block in {rc}" in plan_removal(workspace, purge=True)
    (said,) = [line for line in remove_everything(workspace, purge=True, now=now) if line.startswith("NOT removed")]
    assert str(rc) in said
    assert "by hand" in said
    assert rc.read_text() == damaged
    assert not workspace.paths.state_dir.exists()


@pytest.mark.parametrize(("shell", "variable"), [("zsh", "ZDOTDIR"), ("fish", "XDG_CONFIG_HOME")])
def test_the_block_goes_although_the_variable_is_another_now(workspace: Workspace, now: datetime, shell: str, variable: str) -> None:
    folder = workspace.paths.home / "dotfiles"
    then = open_workspace({**workspace.environment, variable: str(folder)})
    rc = folder / (".zshrc" if shell == "zsh" else "fish/config.fish")
    rc.parent.mkdir(parents=True)
    rc.write_text("# mine\n")
    install_hook(then, shell, now=now)
    assert "vynexus" in rc.read_text()
    assert f"the marked block in {rc}" in plan_removal(workspace, purge=True)
    remove_everything(workspace, purge=True, now=now)
    assert rc.read_text() == "# mine\n"
    assert plan_removal(workspace, purge=True) == ()
