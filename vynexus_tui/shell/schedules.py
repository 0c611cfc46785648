"""Have an approved automation started without the person: by a systemd user timer, else by cron, else not at all, and say why."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from vynexus_tui.domain.automations import ScheduleBackend
from vynexus_tui.shell.cron_table import CronTable
from vynexus_tui.shell.systemd_timers import SystemdTimers
from vynexus_tui.shell.timed_command import TimedCommand


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleCapability:
    """What starts scheduled automations on this machine."""

    backend: ScheduleBackend | None
    """None: nothing does."""
    words: str
    """`systemd user timers`, or why there is none of the two."""
    missed: str = ""
    """What happens to a time at which the machine is off."""
    warning: str = ""
    """When they would not run although they are scheduled."""
    fix: str = ""
    """The one line that mends a None."""


class _Backend(Protocol):
    def install(self, command: TimedCommand) -> None: ...
    def remove(self, name: str) -> object: ...
    def list_installed(self) -> tuple[str, ...]: ...
    def holds(self, name: str) -> bool: ...
    def read_installed(self) -> Mapping[str, str]: ...
    def starts(self, text: str, command: TimedCommand) -> bool: ...


class Schedules:
    """Installs and removes the schedules of one person; `install` and `remove` are exact reverses."""

    def __init__(self, *, systemd: SystemdTimers, cron: CronTable, user: str) -> None:
        self._systemd, self._cron, self._user = systemd, cron, user
        self._backends: dict[ScheduleBackend, _Backend] = {ScheduleBackend.SYSTEMD: systemd, ScheduleBackend.CRON: cron}

    def capability(self) -> ScheduleCapability:
        """Which of the two works here now; both are asked, neither is assumed."""
        no_systemd = self._systemd.trouble()
        if no_systemd is None:
            only_logged_in = self._systemd.stops_at_logout(self._user)
            return ScheduleCapability(
                backend=ScheduleBackend.SYSTEMD,
                words="systemd user timers",
                missed="a time at which the machine is off is made up once, when it is on again",
                warning="it runs only while you are logged in: loginctl enable-linger" if only_logged_in else "",
            )
        no_cron = self._cron.trouble()
        if no_cron is None:
            return ScheduleCapability(
                backend=ScheduleBackend.CRON,
                words=f"cron ({no_systemd})",
                missed="a time at which the machine is off is missed and not made up",
            )
        why, fix = no_cron
        return ScheduleCapability(backend=None, words=f"{no_systemd}; {why}", fix=fix)

    def texts(self, backend: ScheduleBackend, command: TimedCommand) -> tuple[tuple[str, str], ...]:
        """Exactly what `install` writes: (place, text) each. Raises ShellError for what cannot be written."""
        if backend is ScheduleBackend.CRON:
            return (("your crontab", self._cron.block(command)),)
        return self._systemd.texts(command)

    def install(self, backend: ScheduleBackend, command: TimedCommand) -> None:
        """Has it started by `backend` and by nothing else. Raises ShellError, and then nothing was scheduled."""
        self._backends[backend].install(command)

    def remove(self, name: str, backend: ScheduleBackend) -> bool:
        """The reverse; whether there was one. Raises ShellError where it stays."""
        return bool(self._backends[backend].remove(name))

    def holds(self, name: str, backend: ScheduleBackend) -> bool:
        """Whether anything may be installed under that name, as far as files of our own tell."""
        return self._backends[backend].holds(name)

    def can_remove(self, backend: ScheduleBackend) -> bool:
        """Without the program there is nothing that could be told to start less."""
        return backend is not ScheduleBackend.CRON or self._cron.is_there

    def trouble(self, backend: ScheduleBackend) -> str | None:
        """Why nothing is started by `backend` now, or None."""
        if backend is ScheduleBackend.SYSTEMD:
            return self._systemd.trouble()
        no_cron = self._cron.trouble()
        return no_cron[0] if no_cron else None

    def read_installed(self, backend: ScheduleBackend) -> Mapping[str, str]:
        """What is installed for each automation, as text; costs nothing where there is nothing of ours. Raises ShellError."""
        return self._backends[backend].read_installed()

    def starts(self, backend: ScheduleBackend, text: str, command: TimedCommand) -> bool:
        """Whether that text starts that command at its times."""
        return self._backends[backend].starts(text, command)

    def list_installed(self) -> tuple[tuple[str, ScheduleBackend, tuple[str, ...]], ...]:
        """(automation, backend, places in words) of all there are, whatever else is known of them."""
        timers = [
            (n, ScheduleBackend.SYSTEMD, tuple(str(p) for p in self._systemd.paths(n) if p.exists()))
            for n in self._systemd.list_installed()
        ]
        blocks = [
            (n, ScheduleBackend.CRON, (f"the block of {n} in your crontab", *(str(self._cron.mark_path(n)),) * self._cron.holds(n)))
            for n in self._cron.list_installed()
        ]
        return (*timers, *blocks)

    def remove_all_of(self, name: str) -> None:
        """Whatever is installed under that name."""
        for installed, backend, _ in self.list_installed():
            if installed == name:
                self.remove(name, backend)
