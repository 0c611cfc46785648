"""Taking everything of ours away again, in the order in which nothing breaks on the way (invariant 5)."""

import shutil
from pathlib import Path

from vynexus_tui.domain.errors import ShellError
from vynexus_tui.engine.assembly import Workspace, build_shortcuts
from vynexus_tui.engine.recording import hook_status, remove_hook


def plan_removal(workspace: Workspace, *, purge: bool) -> tuple[str, ...]:
    """What would be removed, a line each. The database and the settings stay unless `purge`."""
    lines = [f"the marked block in {state.rc_path}" for state in hook_status(workspace) if state.is_installed or state.problem]
    lines += [str(path) for path in build_shortcuts(workspace).written_paths()]
    lines += [str(path) for path in _folders(workspace, purge=purge) if path.exists()]
    return tuple(dict.fromkeys(lines))


def remove_everything(workspace: Workspace, *, purge: bool) -> tuple[str, ...]:
    """Removes rc blocks first, then commands, then files; says what was done."""
    done = [remove_hook(workspace, state.shell) for state in hook_status(workspace) if state.is_installed or state.problem]
    shortcuts = build_shortcuts(workspace)
    for installed in shortcuts.list_installed():
        done += [f"deleted {path}" for path in shortcuts.remove(installed.name)]
    for path in _folders(workspace, purge=purge):
        if path.exists():
            _delete(path)
            done.append(f"deleted {path}")
    for folder in (workspace.paths.data_dir, workspace.paths.config_file.parent):
        if folder.name == "vynexus" and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    if not purge and workspace.paths.database.exists():
        done.append(f"kept {workspace.paths.database} (--purge deletes it too)")
    return tuple(done)


def _folders(workspace: Workspace, *, purge: bool) -> tuple[Path, ...]:
    paths = workspace.paths
    always = (paths.state_dir, paths.data_dir / "automations", paths.data_dir / "bin", paths.data_dir / "hooks")
    database = tuple(paths.database.with_name(paths.database.name + end) for end in ("", "-wal", "-shm"))
    return (*always, *database, paths.config_file) if purge else always


def _delete(path: Path) -> None:
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise ShellError(f"{error.filename} cannot be deleted: {error.strerror}", f"delete it by hand: rm -r {path}") from error
