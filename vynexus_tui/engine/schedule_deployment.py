"""The machine's schedulers kept to what the store says: a live automation with a schedule has a timer, every other one has none."""

import os
import pwd
import sys
from pathlib import Path

from vynexus_tui.domain.automations import Automation, AutomationStatus, DeployedSchedule, RiskLevel, ScheduleBackend
from vynexus_tui.domain.errors import RequestError, ShellError
from vynexus_tui.engine.assembly import Workspace
from vynexus_tui.shell.cron_table import CronTable
from vynexus_tui.shell.schedules import ScheduleCapability, Schedules
from vynexus_tui.shell.systemd_timers import SystemdTimers
from vynexus_tui.shell.timed_command import TimedCommand

_CARRIED = ("PATH", "LANG", "LC_ALL", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "VYNEXUS_CONFIG")
"""What a script needs to find its programs, sort as it does by hand, and leave its record where we look; a timer has none of it."""


def schedule_capability(workspace: Workspace) -> ScheduleCapability:
    """What starts scheduled automations here, found out now."""
    if workspace.is_demo:
        return ScheduleCapability(backend=None, words="the demo leaves the machine's schedulers alone", fix="schedule in your own profile")
    return build_schedules(workspace).capability()


def build_schedules(workspace: Workspace) -> Schedules:
    """The schedulers of this person's account."""
    paths, environment = workspace.paths, workspace.environment
    runtime_dir = Path(environment.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}")
    systemd = SystemdTimers(config_home=paths.config_home, data_dir=paths.data_dir, environment=environment, runtime_dir=runtime_dir)
    return Schedules(systemd=systemd, cron=CronTable(data_dir=paths.data_dir, environment=environment), user=str(os.getuid()))


def check_fit(automation: Automation) -> None:
    """Raises RequestError for what is never started without the person."""
    name = automation.name
    if automation.status is not AutomationStatus.LIVE:
        raise RequestError(
            f"{name} is {automation.status}: only a live automation can be scheduled", f"vynexus show {name} says what it needs"
        )
    if automation.risk.level is RiskLevel.HIGH:
        reasons = "; ".join(automation.risk.reasons)
        raise RequestError(f"{name} is never scheduled: {reasons or 'its risk is high'}", f"run it yourself: {name}")
    if automation.is_function:
        raise RequestError(f"{name} changes the shell that calls it, and a timer has none", f"call it yourself: {name}")


def timed_command(workspace: Workspace, automation: Automation, deployed: DeployedSchedule) -> TimedCommand:
    """What a timer starts for an automation: its script as it is now, and no other."""
    carried = {key: workspace.environment[key] for key in _CARRIED if workspace.environment.get(key)}
    if str(workspace.paths.home) != pwd.getpwuid(os.getuid()).pw_dir:
        carried["HOME"] = str(workspace.paths.home)
    return TimedCommand(
        name=automation.name,
        sha256=automation.script.sha256,
        schedule=deployed.schedule,
        arguments=deployed.arguments,
        folder=deployed.cwd or str(workspace.paths.home),
        python=sys.executable,
        environment={key: value for key, value in carried.items() if value.isprintable()},
    )


def is_installed(workspace: Workspace, name: str) -> bool:
    """Whether a timer of that name may be there, whatever the store says of it."""
    schedules = build_schedules(workspace)
    return not workspace.is_demo and any(schedules.holds(name, backend) for backend in ScheduleBackend)


def sync_schedule(workspace: Workspace, automation: Automation, *, before: Automation | None = None) -> None:
    """Makes the machine's schedulers agree with the automation's record; `before`: the record until now, where it had another schedule.

    What is installed without a record goes too. Asks no scheduler where there is neither. Raises ShellError, and then nothing new is
    scheduled.
    """
    if workspace.is_demo:
        return
    wanted = automation.schedule if automation.status is AutomationStatus.LIVE else None
    recorded = {record.schedule.backend for record in (automation, before) if record is not None and record.schedule is not None}
    schedules = build_schedules(workspace)
    for backend in ScheduleBackend:
        is_there = backend in recorded or schedules.holds(automation.name, backend)
        if is_there and (wanted is None or wanted.backend is not backend) and schedules.can_remove(backend):
            schedules.remove(automation.name, backend)
    if wanted is None:
        return
    try:
        schedules.install(wanted.backend, timed_command(workspace, automation, wanted))
    except ShellError as error:
        if before is None or before.schedule != wanted:
            raise
        # It is about something else, a pause that ends: that must not depend on a scheduler that is gone.
        raise ShellError(error.message, f"take its schedule off first: vynexus schedule {automation.name} --off") from error
