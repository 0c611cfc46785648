"""What works on this machine, and what to do about what does not."""

import os
import shutil
import sys
from dataclasses import dataclass

from vynexus_tui.domain.errors import VynexusError
from vynexus_tui.domain.trials import SandboxCapability, SandboxLevel
from vynexus_tui.engine.assembly import Workspace, reading
from vynexus_tui.engine.recording import found_histories, hook_status
from vynexus_tui.engine.trials import sandbox_capability
from vynexus_tui.sandbox.capability import apparmor_profile
from vynexus_tui.store import events_table


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing looked at."""

    name: str
    works: bool
    state: str
    fix: str = ""


def diagnose(workspace: Workspace) -> tuple[Check, ...]:
    """Every check, in the order a person would ask."""
    return (_python(), _bash(workspace), *_recording(workspace), _database(workspace), _sandbox(workspace), *_paths(workspace))


def _python() -> Check:
    return Check(name="python", works=True, state=f"{sys.version.split()[0]} at {sys.executable}")


def _bash(workspace: Workspace) -> Check:
    path = shutil.which("bash", path=workspace.environment.get("PATH"))
    return Check(name="bash", works=path is not None, state=path or "not found", fix="install bash: automations are bash scripts")


def _recording(workspace: Workspace) -> tuple[Check, ...]:
    hooks = tuple(
        Check(
            name=f"recording in {state.shell}",
            works=state.is_installed,
            state=f"{'installed' if state.is_installed else 'not installed'} in {state.rc_path}",
            fix=f"vynexus hook install {state.shell}",
        )
        for state in hook_status(workspace)
        if state.is_available
    )
    histories = found_histories(workspace)
    return (
        *hooks,
        Check(name="shell history", works=bool(histories), state=", ".join(histories) or "none found", fix="vynexus import FILE"),
    )


def _database(workspace: Workspace) -> Check:
    try:
        with reading(workspace) as connection:
            count = events_table.count_events(connection)[0] if connection else 0
    except VynexusError as error:
        return Check(name="database", works=False, state=error.message, fix=error.hint)
    return Check(name="database", works=True, state=f"{workspace.paths.database}, {count:,} commands")


def _sandbox(workspace: Workspace) -> Check:
    capability = sandbox_capability(workspace)
    if capability.level is SandboxLevel.FULL:
        return Check(name="sandbox", works=True, state="level full" + "".join(f"; {n}" for n in capability.notes))
    state = f"level static: nothing is executed in a try (failed: {capability.failed_stage})"
    return Check(name="sandbox", works=False, state=state, fix=sandbox_repair(capability))


def sandbox_repair(capability: SandboxCapability) -> str:
    """What to do for level full; where AppArmor is in the way, with the profile itself to load."""
    repair = capability.repair or ""
    return f"{repair}\n{apparmor_profile(os.path.realpath(sys.executable))}" if "AppArmor" in repair else repair


def _paths(workspace: Workspace) -> tuple[Check, ...]:
    paths = workspace.paths
    named = {"settings": paths.config_file, "data": paths.data_dir, "state": paths.state_dir}
    return tuple(Check(name=name, works=True, state=f"{path}{'' if path.exists() else ' (not there yet)'}") for name, path in named.items())
