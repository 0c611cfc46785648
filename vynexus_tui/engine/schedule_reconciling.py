"""The machine's schedulers brought back to what the store says, after a process died between the two or somebody removed a timer."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from vynexus_tui.domain.automations import AutomationStatus, ScheduleBackend
from vynexus_tui.domain.errors import ShellError
from vynexus_tui.engine.assembly import Workspace, reading, writing
from vynexus_tui.engine.schedule_deployment import build_schedules, timed_command
from vynexus_tui.shell.schedules import Schedules
from vynexus_tui.shell.timed_command import TimedCommand
from vynexus_tui.store import automations_table
from vynexus_tui.store.database import Connection, transaction


class _Difference(NamedTuple):
    name: str
    backend: ScheduleBackend
    command: TimedCommand | None
    """What should be started and is not; None: nothing should be."""


def reconcile_schedules(workspace: Workspace) -> tuple[str, ...]:
    """Takes off every timer that the store does not know and puts back those that are gone or start something else; says which.

    Asks no scheduler where they agree. One that is away is said, not raised. Raises StoreError.
    """
    if workspace.is_demo:
        return ()
    schedules = build_schedules(workspace)
    with reading(workspace) as connection:
        differences = list(_differences(workspace, schedules, connection))
    if not differences:
        return ()
    # Asked before the store is locked: an answer may take seconds.
    wants_systemd = any(d.command is not None and d.backend is ScheduleBackend.SYSTEMD for d in differences)
    no_systemd = schedules.trouble(ScheduleBackend.SYSTEMD) if wants_systemd else None
    with writing(workspace) as connection, transaction(connection):
        # Another process may have been between its timer and its record.
        return tuple(_mended(schedules, _differences(workspace, schedules, connection), no_systemd))


def _differences(workspace: Workspace, schedules: Schedules, connection: Connection | None) -> Iterator[_Difference]:
    automations = automations_table.read_automations(connection) if connection else []
    scheduled = [(a, a.schedule) for a in automations if a.schedule is not None and a.status is AutomationStatus.LIVE]
    for backend in ScheduleBackend:
        commands = {a.name: timed_command(workspace, a, deployed) for a, deployed in scheduled if deployed.backend is backend}
        try:
            installed = schedules.read_installed(backend)
        except ShellError:
            continue  # what is there is not known; it starts no script but the one it was bound to
        yield from (_Difference(name, backend, None) for name in installed if name not in commands)
        for name, command in commands.items():
            try:
                is_as_wanted = name in installed and schedules.starts(backend, installed[name], command)
            except ShellError:
                continue  # it cannot be written into a timer any more: installing would say so each time
            if not is_as_wanted:
                yield _Difference(name, backend, command)


def _mended(schedules: Schedules, differences: Iterable[_Difference], no_systemd: str | None) -> Iterator[str]:
    for name, backend, command in list(differences):
        try:
            if command is None:
                if schedules.remove(name, backend):
                    yield f"took off a timer of {name} that was not on record"
            elif no_systemd is not None and backend is ScheduleBackend.SYSTEMD:
                yield f"{name} is scheduled but not started: {no_systemd}"
            else:
                schedules.install(backend, command)
                yield f"scheduled {name} again: its timer was gone or started something else"
        except ShellError as error:
            yield f"{name} is {'scheduled but not started' if command else 'not scheduled, but its timer stays'}: {error.message}"
