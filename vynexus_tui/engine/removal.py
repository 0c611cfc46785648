"""Taking everything of ours away again, in the order in which nothing breaks on the way (invariant 5)."""

import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path

from vynexus_tui.domain.automations import ScheduleBackend
from vynexus_tui.domain.errors import ShellError
from vynexus_tui.engine.assembly import Workspace, build_shortcuts
from vynexus_tui.engine.hooks import hook_status, remove_hook
from vynexus_tui.engine.schedule_deployment import build_schedules
from vynexus_tui.shell.file_writing import leftovers
from vynexus_tui.shell.workflow_shortcuts import WorkflowShortcuts


def plan_removal(workspace: Workspace, *, purge: bool) -> tuple[str, ...]:
    """What would be removed, a line each. The database and the settings stay unless `purge`."""
    lines = [f"the marked block in {path}" for state in hook_status(workspace) for path in state.marked_paths]
    lines += [place for _, _, places in build_schedules(workspace).list_installed() for place in places]
    lines += [str(path) for path in build_shortcuts(workspace).written_paths()]
    lines += [str(path) for path in _leftovers(workspace)]
    lines += [str(path) for path in _folders(workspace, purge=purge) if path.exists()]
    return tuple(dict.fromkeys(lines))


def remove_everything(workspace: Workspace, *, purge: bool, now: datetime) -> tuple[str, ...]:
    """Removes rc blocks first, then timers, commands, files; says what was done, and what could not be done goes with its reason."""
    shortcuts = build_shortcuts(workspace)
    acts: list[Callable[[], str]] = [partial(_delete, path) for path in _leftovers(workspace)]
    acts += [partial(remove_hook, workspace, state.shell, now=now) for state in hook_status(workspace) if state.has_traces]
    acts += [
        partial(_remove_schedule, workspace, name, backend, places) for name, backend, places in build_schedules(workspace).list_installed()
    ]
    acts += [partial(_remove_shortcut, shortcuts, installed.name) for installed in shortcuts.list_installed()]
    acts += [partial(_delete, path) for path in _folders(workspace, purge=purge) if path.exists()]
    done = [_said(act) for act in acts]
    ours = [f for f in (workspace.paths.data_dir, workspace.paths.config_file.parent) if f.name == "vynexus"]
    for folder in ours:
        _remove_empty(folder)
    if purge:
        # The XDG folders above ours, where nobody else uses them; empty they mean nothing.
        for above in (workspace.paths.state_dir.parent, workspace.paths.data_dir.parent, workspace.paths.data_dir.parent.parent):
            _remove_empty(above)
    if not purge and workspace.paths.database.exists():
        done.append(f"kept {workspace.paths.database} (--purge deletes it too)")
    return tuple(done)


def _leftovers(workspace: Workspace) -> tuple[Path, ...]:
    """What a killed VyNexus left half written in folders that are not ours."""
    home = workspace.paths.home
    marked = [Path(path).parent for state in hook_status(workspace) for path in state.marked_paths]
    timers = [Path(place).parent for _, _, places in build_schedules(workspace).list_installed() for place in places if place[0] == "/"]
    return leftovers({home, home / ".config/systemd/user", *marked, *timers, *build_shortcuts(workspace).command_folders})


def _remove_empty(folder: Path) -> None:
    if folder.is_dir() and not folder.is_symlink() and not any(folder.iterdir()):
        with suppress(OSError):
            folder.rmdir()


def _remove_schedule(workspace: Workspace, name: str, backend: ScheduleBackend, places: tuple[str, ...]) -> str:
    build_schedules(workspace).remove(name, backend)
    return "deleted " + ", ".join(places)


def _remove_shortcut(shortcuts: WorkflowShortcuts, name: str) -> str:
    return "deleted " + ", ".join(str(path) for path in shortcuts.remove(name))


def _said(act: Callable[[], str]) -> str:
    """One thing that cannot be removed must not keep the rest."""
    try:
        return act()
    except ShellError as error:
        return f"NOT removed: {error.message}; {error.hint}"


def _folders(workspace: Workspace, *, purge: bool) -> tuple[Path, ...]:
    paths = workspace.paths
    always = (paths.state_dir, paths.data_dir / "automations", paths.data_dir / "bin", paths.data_dir / "hooks")
    database = tuple(paths.database.with_name(paths.database.name + end) for end in ("", "-wal", "-shm"))
    # A settings file named by --config or VYNEXUS_CONFIG is the person's own; only the one in its usual place is ours.
    config = (paths.config_file,) if paths.config_file.parent.name == "vynexus" else ()
    return (*always, *database, *config) if purge else always


def _delete(path: Path) -> str:
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise ShellError(f"{error.filename} cannot be deleted: {error.strerror}", f"delete it by hand: rm -r {path}") from error
    return f"deleted {path}"
