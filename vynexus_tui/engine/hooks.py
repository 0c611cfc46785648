"""Recording in the shells: put in, taken out, kept current, switched off and on."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from vynexus_tui.domain.errors import RequestError
from vynexus_tui.engine.assembly import Workspace, build_hook_paths, build_shortcuts
from vynexus_tui.engine.recording import note_hooks
from vynexus_tui.shell import hook_installation, recording_pause
from vynexus_tui.shell.hook_installation import HOOK_SHELLS, HookShell, HookStatus, read_hook_status
from vynexus_tui.shell.rc_block import render_rc_block


@dataclass(frozen=True, slots=True, kw_only=True)
class HookState:
    """Whether one shell records."""

    shell: str
    rc_path: str
    is_installed: bool
    is_available: bool
    """The shell is on this machine and the person uses it."""
    has_traces: bool = False
    """Anything of ours is there, be it whole or damaged."""
    marked_paths: tuple[str, ...] = ()
    """The rc files with a marker of ours."""
    problem: str | None = None


def hook_status(workspace: Workspace) -> tuple[HookState, ...]:
    """Which shells record."""
    paths = build_hook_paths(workspace)
    measures_cpu = workspace.settings.recording.measures_cpu
    return tuple(_hook_state(workspace, read_hook_status(shell, paths, measures_cpu=measures_cpu)) for shell in HOOK_SHELLS)


def install_hook(workspace: Workspace, shell: str, *, now: datetime) -> str:
    """Writes the hook and its rc lines; says what was written."""
    measures_cpu = workspace.settings.recording.measures_cpu
    change = hook_installation.install_hook(_hook_shell(shell), build_hook_paths(workspace), measures_cpu=measures_cpu)
    note_hooks(workspace, now=now)
    done = (
        f"1 block in {change.rc_file} added"
        if change.rc_changed
        else f"the block was in {change.rc_file} already, {change.hook_file} is new"
    )
    return f"{shell} records from its next start: {done}; `vynexus hook remove {shell}` takes it out"


def refresh_hooks(workspace: Workspace) -> None:
    """Brings our own hook files, and what they read, up to this version and these settings, after an update; rc files are not touched.

    Raises ShellError where one cannot be written.
    """
    paths = build_hook_paths(workspace)
    for shell in HOOK_SHELLS:
        hook_installation.refresh_hook(shell, paths, measures_cpu=workspace.settings.recording.measures_cpu)
    build_shortcuts(workspace).refresh()


def remove_hook(workspace: Workspace, shell: str, *, now: datetime) -> str:
    """Takes the hook out again, byte for byte."""
    change = hook_installation.remove_hook(_hook_shell(shell), build_hook_paths(workspace))
    note_hooks(workspace, now=now)
    return f"{change.rc_file} is as it was before" if change.rc_changed else f"{shell} had no hook"


def rc_block(workspace: Workspace, shell: str) -> str:
    """The exact lines that would be added to the rc file."""
    paths = build_hook_paths(workspace)
    return render_rc_block(paths.hook_file(_hook_shell(shell)), home=paths.home, bin_directory=paths.bin_dir, shell=shell)


def _hook_state(workspace: Workspace, status: HookStatus) -> HookState:
    found = shutil.which(status.shell, path=workspace.environment.get("PATH"))
    return HookState(
        shell=status.shell,
        rc_path=str(status.rc_file),
        is_installed=status.is_installed,
        is_available=found is not None and _is_used(workspace, status),
        has_traces=status.has_traces,
        marked_paths=tuple(map(str, status.marked_files)),
        problem=status.problem,
    )


def _is_used(workspace: Workspace, status: HookStatus) -> bool:
    """The login shell, or one with an rc file: nobody wants a .zshrc because zsh happens to be installed."""
    return Path(workspace.environment.get("SHELL", "")).name == status.shell or status.rc_file.exists()


def _hook_shell(shell: str) -> HookShell:
    for known in HOOK_SHELLS:
        if shell == known:
            return known
    raise RequestError(f"{shell} cannot be recorded", "shells with a hook: " + ", ".join(HOOK_SHELLS))


def pause_recording(workspace: Workspace, *, minutes: int | None, now: datetime) -> str:
    """Hooks stop recording at their next prompt, for a while or until resumed."""
    if minutes is not None and minutes <= 0:
        raise RequestError("recording can only be paused for 1 minute or more", "for example: vynexus record off 30m")
    recording_pause.pause(workspace.paths.state_dir, until_s=None if minutes is None else int(now.timestamp()) + minutes * 60)
    return "recording is off" + (f" for {minutes} minutes" if minutes else " until: vynexus record on")


def resume_recording(workspace: Workspace) -> str:
    """Hooks record again."""
    recording_pause.resume(workspace.paths.state_dir)
    return "recording is on"


def is_paused(workspace: Workspace, *, now: datetime) -> bool:
    """Whether recording is switched off now."""
    return recording_pause.is_paused(workspace.paths.state_dir, now_s=int(now.timestamp()))


def paused_until(workspace: Workspace) -> datetime | None:
    """When a pause ends; None without one, or until further notice."""
    end_s = recording_pause.pause_end_s(workspace.paths.state_dir)
    return None if end_s is None else datetime.fromtimestamp(end_s, UTC)
