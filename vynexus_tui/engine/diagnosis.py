"""What works on this machine, and what to do about what does not."""

import shutil
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from vynexus_tui.domain.cycles import SourceQuality
from vynexus_tui.domain.errors import VynexusError
from vynexus_tui.domain.trials import SandboxCapability, SandboxLevel
from vynexus_tui.engine.assembly import Workspace, build_shortcuts, reading
from vynexus_tui.engine.hooks import hook_status
from vynexus_tui.engine.recording_quality import recording_state
from vynexus_tui.engine.schedule_deployment import schedule_capability
from vynexus_tui.engine.trials import sandbox_capability
from vynexus_tui.sandbox import apparmor
from vynexus_tui.sources.hook_spool import HookSpool
from vynexus_tui.store import events_table, sources_table


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing looked at."""

    name: str
    works: bool
    state: str
    fix: str = ""


def diagnose(workspace: Workspace, *, now: datetime) -> tuple[Check, ...]:
    """Every check, in the order a person would ask."""
    return (
        _python(),
        _bash(workspace),
        *_settings(workspace),
        *_recording(workspace, now=now),
        _spool(workspace, now=now),
        _database(workspace),
        _sandbox(workspace),
        _schedules(workspace),
        *_paths(workspace),
    )


def _python() -> Check:
    return Check(name="python", works=True, state=f"{sys.version.split()[0]} at {sys.executable}")


def _bash(workspace: Workspace) -> Check:
    path = shutil.which("bash", path=workspace.environment.get("PATH"))
    fix = "" if path else "install bash: automations are bash scripts"
    return Check(name="bash", works=path is not None, state=path or "not found", fix=fix)


def _settings(workspace: Workspace) -> tuple[Check, ...]:
    mistake = workspace.settings_error
    return () if mistake is None else (Check(name="settings", works=False, state=mistake.message, fix=mistake.hint),)


def _recording(workspace: Workspace, *, now: datetime) -> tuple[Check, ...]:
    """A line per source: what it gave, what it cannot say, and what mends that."""
    with reading(workspace) as connection:
        state = recording_state(workspace, connection, now=now)
    checks = [_source_check(source) for source in state.sources]
    if state.is_paused:
        checks.append(Check(name="recording", works=False, state="switched off", fix="vynexus record on"))
    checks += [Check(name="recording", works=False, state=problem, fix="") for problem in state.problems]
    if not any(s.event_count or "hook" not in s.name for s in state.sources):
        checks.append(Check(name="shell history", works=False, state="none found", fix="vynexus import FILE"))
    return tuple(checks)


def _source_check(source: SourceQuality) -> Check:
    newest = f", newest {source.newest_at.astimezone():%Y-%m-%d %H:%M}" if source.newest_at else ""
    unknown = f"; cannot say: {', '.join(source.unknown)}" if source.unknown else ""
    skipped = f"; {source.skipped_count:,} lines were not understood" if source.skipped_count else ""
    state = f"{source.event_count:,} commands{newest} ({source.path}){unknown}{skipped}"
    is_hook_missing = source.unknown == ("not installed",)
    return Check(name=source.name, works=not is_hook_missing, state=state, fix=source.remedy)


def _spool(workspace: Workspace, *, now: datetime) -> Check:
    with reading(workspace) as connection:
        lost = sources_table.count_lost(connection) if connection else 0
    try:
        refused = HookSpool(workspace.paths.spool_dir).read({}, {}, now).refused
    except VynexusError as error:
        return Check(name="spool", works=False, state=error.message, fix=error.hint)
    state = f"{workspace.paths.spool_dir}" + (f"; {lost:,} commands were lost (a full disk or a full spool)" if lost else "")
    if refused:
        return Check(name="spool", works=False, state=f"not ours to read: {', '.join(refused)}", fix=f"look at {workspace.paths.spool_dir}")
    return Check(name="spool", works=True, state=state)


def _database(workspace: Workspace) -> Check:
    try:
        with reading(workspace) as connection:
            count = events_table.count_events(connection) if connection else 0
    except VynexusError as error:
        return Check(name="database", works=False, state=error.message, fix=error.hint)
    return Check(name="database", works=True, state=f"{workspace.paths.database}, {count:,} commands")


def _sandbox(workspace: Workspace) -> Check:
    capability = sandbox_capability(workspace)
    if capability.level is SandboxLevel.FULL:
        return Check(name="sandbox", works=True, state="level full" + "".join(f"; {n}" for n in capability.notes))
    state = f"level static: nothing is executed in a try (failed: {capability.failed_stage})"
    return Check(name="sandbox", works=False, state=state, fix=sandbox_repair(capability))


def _schedules(workspace: Workspace) -> Check:
    capability = schedule_capability(workspace)
    state = capability.words + (f"; {capability.warning}" if capability.warning else "")
    return Check(name="schedules", works=capability.backend is not None, state=state, fix=capability.fix)


def sandbox_repair(capability: SandboxCapability) -> str:
    """What to do for level full; where AppArmor is in the way, with the profile itself to load."""
    repair = capability.repair or ""
    return f"{repair}\n{apparmor.loading_commands(apparmor.path_to_name())}" if "AppArmor" in repair else repair


def _paths(workspace: Workspace) -> tuple[Check, ...]:
    """Every path in use."""
    paths = workspace.paths
    named = {
        "settings": paths.config_file,
        "data": paths.data_dir,
        "state": paths.state_dir,
        "log": paths.log_file,
        "commands": build_shortcuts(workspace).bin_directory,
        **{f"rc file of {hook.shell}": Path(hook.rc_path) for hook in hook_status(workspace) if hook.is_installed},
    }
    return tuple(Check(name=name, works=True, state=f"{path}{'' if path.exists() else ' (not there yet)'}") for name, path in named.items())
