"""Automations as systemd user timers: two unit files each, and nothing of them left when they are removed.

    <config_home>/systemd/user/vynexus-<name>.service      what is started
    <config_home>/systemd/user/vynexus-<name>.timer        when

Formats: systemd.service(5), systemd.timer(5), systemd.time(7).
"""

import contextlib
from collections.abc import Mapping
from pathlib import Path

from vynexus_tui.domain.errors import ShellError
from vynexus_tui.domain.next_times import check_complete
from vynexus_tui.domain.patterns import LAST_DAY_OF_MONTH, LAST_WEEK_OF_MONTH, Schedule, ScheduleType
from vynexus_tui.shell.file_writing import write_whole
from vynexus_tui.shell.timed_command import LONGEST_RUN_S, NICENESS, Programs, TimedCommand, check_printable

_MARK = "# A VyNexus schedule of "
"""And the profile's data folder: one account may have several profiles, and a timer of another one is not ours."""
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./+:@=,")
_FEBRUARY_IS_SHORTER = 28
_PROBE_S = 3.0


def calendar_lines(schedule: Schedule) -> tuple[str, ...]:
    """The OnCalendar expressions of a schedule; it is due whenever one of them is."""
    check_complete(schedule)
    at = f"{schedule.hour:02}:{schedule.minute:02}:00"
    match schedule.type:
        case ScheduleType.HOURLY:
            return (f"*-*-* *:{schedule.minute:02}:00",)
        case ScheduleType.DAILY:
            return (f"*-*-* {at}",)
        case ScheduleType.WEEKDAY:
            return (f"Mon..Fri *-*-* {at}",)
        case ScheduleType.WEEKLY:
            return (f"{_DAYS[schedule.weekday or 0]} *-*-* {at}",)
        case ScheduleType.MONTHLY if schedule.day_of_month is None:
            week = schedule.week or 1
            days = "*-*~01..07" if week == LAST_WEEK_OF_MONTH else f"*-*-{7 * week - 6:02}..{7 * week:02}"
            return (f"{_DAYS[schedule.weekday or 0]} {days} {at}",)
        case ScheduleType.MONTHLY if schedule.day_of_month == LAST_DAY_OF_MONTH:
            return (f"*-*~01 {at}",)
        case ScheduleType.MONTHLY if schedule.day_of_month is not None and schedule.day_of_month > _FEBRUARY_IS_SHORTER:
            return (f"*-*-{schedule.day_of_month} {at}", f"*-02~01 {at}")
        case ScheduleType.MONTHLY:
            return (f"*-*-{schedule.day_of_month:02} {at}",)


def render_units(command: TimedCommand, data_dir: Path) -> tuple[str, str]:
    """The texts of service and timer. Raises ShellError for what a unit file cannot hold."""
    check_printable(command)
    if not str(data_dir).isprintable():
        raise ShellError(f"{str(data_dir)!r} cannot be written into a timer", "set XDG_DATA_HOME to another folder")
    head = f"{_head(data_dir)}# `vynexus schedule {command.name} --off` removes it.\n[Unit]\nDescription=VyNexus: {command.name}\n\n"
    service = ["[Service]", "Type=oneshot", f"ExecStart={_command_line(command.words)}"]
    service += [f"Environment={_quoted(f'{name}={value}')}" for name, value in command.environment.items()]
    service += [f"Nice={NICENESS}", "IOSchedulingClass=idle", f"TimeoutStartSec={LONGEST_RUN_S}"]
    timer = ["[Timer]", *(f"OnCalendar={line}" for line in calendar_lines(command.schedule)), "Persistent=true"]
    install = ["", "[Install]", "WantedBy=timers.target"]
    return head + "\n".join(service) + "\n", head + "\n".join([*timer, *install]) + "\n"


class SystemdTimers:
    """Installs and removes the timers of one person."""

    def __init__(self, *, config_home: Path, data_dir: Path, environment: Mapping[str, str], runtime_dir: Path) -> None:
        """`runtime_dir`: where the person's service manager listens (XDG_RUNTIME_DIR)."""
        self._data_dir = data_dir
        self._units = config_home / "systemd" / "user"
        self._stamps = data_dir.parent / "systemd" / "timers"
        self._runtime_dir = runtime_dir
        self._programs = Programs({**environment, "XDG_RUNTIME_DIR": str(runtime_dir)})

    def trouble(self) -> str | None:
        """Why no timer can be installed, in words; None where the service manager answers."""
        if not self._has_manager:
            return "no systemd user manager runs here"
        answer = self._programs.ask(["systemctl", "--user", "is-system-running"], within_s=_PROBE_S)
        said = answer.output.decode("utf-8", "replace").strip()
        return (
            None
            if said in ("running", "degraded", "starting")
            else f"the systemd user manager does not answer ({said or answer.complaint})"
        )

    def stops_at_logout(self, user: str) -> bool | None:
        """Whether timers run only while the person is logged in; None: not known."""
        said = self._programs.ask(["loginctl", "show-user", user, "-p", "Linger"]).output.strip()
        return {b"Linger=no": True, b"Linger=yes": False}.get(said)

    def paths(self, name: str) -> tuple[Path, Path]:
        """The two unit files."""
        return self._units / f"vynexus-{name}.service", self._units / f"vynexus-{name}.timer"

    def texts(self, command: TimedCommand) -> tuple[tuple[str, str], ...]:
        """Exactly what `install` writes: (path, text) each."""
        return tuple(zip(map(str, self.paths(command.name)), render_units(command, self._data_dir), strict=True))

    def install(self, command: TimedCommand) -> None:
        """Writes both units and starts the timer; the same as now is left alone. Raises ShellError, and then nothing is scheduled."""
        wanted = {Path(path): text.encode() for path, text in self.texts(command)}
        if self._is_enabled(command.name) and all(path.exists() and path.read_bytes() == text for path, text in wanted.items()):
            return
        for path in wanted:
            if path.exists() and not self._is_ours(path):
                raise ShellError(f"{path} exists and is not from this VyNexus", "rename it, then try again")
        self.remove(command.name)
        try:
            self._units.mkdir(parents=True, exist_ok=True)
            for path, text in wanted.items():
                write_whole(path, text, 0o600)
        except OSError as error:
            self._delete(command.name)
            raise ShellError(f"{error.filename} cannot be written: {error.strerror}", "nothing was scheduled") from error
        try:
            self._start(command.name)
        except ShellError:
            self._programs.ask(["systemctl", "--user", "disable", "--now", f"vynexus-{command.name}.timer"])
            self._delete(command.name)
            self._programs.ask(["systemctl", "--user", "daemon-reload"])
            raise

    def _start(self, name: str) -> None:
        """Raises ShellError where systemd refuses one of the units. It starts a timer whose service it cannot read; that is asked for."""
        for words in (["daemon-reload"], ["enable", "--now", f"vynexus-{name}.timer"]):
            answer = self._programs.ask(["systemctl", "--user", *words])
            if answer.status != 0:
                raise ShellError(f"systemctl --user {words[0]}: {answer.complaint}", "nothing was scheduled")
        state = self._programs.ask(["systemctl", "--user", "show", "-p", "LoadState", f"vynexus-{name}.service"]).output.decode().strip()
        if state != "LoadState=loaded":
            raise ShellError(f"systemd does not accept vynexus-{name}.service ({state})", "nothing was scheduled")

    def remove(self, name: str) -> tuple[Path, ...]:
        """Stops the timer and deletes its units; gives the deleted paths. A run that is under way goes on to its end."""
        if not self.holds(name):
            return ()
        if self._has_manager:
            answer = self._programs.ask(["systemctl", "--user", "disable", "--now", f"vynexus-{name}.timer"])
            if answer.status != 0 and self.trouble() is None:
                raise ShellError(f"systemctl --user disable vynexus-{name}.timer: {answer.complaint}", "the timer is as it was")
        removed = self._delete(name)
        if self._has_manager:
            self._programs.ask(["systemctl", "--user", "daemon-reload"])
            self._programs.ask(["systemctl", "--user", "reset-failed", f"vynexus-{name}.service"])
        return removed

    def list_installed(self) -> tuple[str, ...]:
        """Names of the automations that have a unit of ours."""
        if not self._units.is_dir():
            return ()
        return tuple(sorted({path.stem.removeprefix("vynexus-") for path in self._units.glob("vynexus-*.*") if self._is_ours(path)}))

    def holds(self, name: str) -> bool:
        """Whether there is a unit of ours for it."""
        return any(self._is_ours(path) for path in self.paths(name))

    def read_installed(self) -> dict[str, str]:
        """The units of every automation that has one, as text; an empty text where they start nothing."""
        return {name: "".join(map(_read, self.paths(name))) if self._is_enabled(name) else "" for name in self.list_installed()}

    def starts(self, text: str, command: TimedCommand) -> bool:
        """Whether these units start that command at its times, in whatever environment."""
        return _without_environment(text) == _without_environment("".join(render_units(command, self._data_dir)))

    def _is_enabled(self, name: str) -> bool:
        return self._link(name).is_symlink()

    def _link(self, name: str) -> Path:
        return self._units / "timers.target.wants" / f"vynexus-{name}.timer"

    def _is_ours(self, path: Path) -> bool:
        return not path.is_symlink() and path.is_file() and _read(path).startswith(_head(self._data_dir))

    @property
    def _has_manager(self) -> bool:
        return (self._runtime_dir / "systemd" / "private").exists()

    def _delete(self, name: str) -> tuple[Path, ...]:
        """The units, the link that enabled them, the stamp of the last start (a new timer would make up for it), and empty folders."""
        timer = f"vynexus-{name}.timer"
        links = (self._link(name), self._stamps / f"stamp-{timer}")
        removed = []
        try:
            for path in (*self.paths(name), *links):
                if path.is_symlink() or path.exists():
                    path.unlink()
                    removed.append(path)
        except OSError as error:
            raise ShellError(f"{error.filename} cannot be deleted: {error.strerror}", "delete it by hand") from error
        for folder in (links[0].parent, self._units, self._units.parent, self._stamps, self._stamps.parent):
            with contextlib.suppress(OSError):  # in use, or not there
                folder.rmdir()
        return tuple(removed)


def _command_line(words: tuple[str, ...]) -> str:
    """An ExecStart value. The program's own path knows no variables, so a dollar stands for itself there."""
    program, *arguments = words
    return " ".join([_quoted(program), *(_quoted(word).replace("$", "$$") for word in arguments)])


def _quoted(word: str) -> str:
    return word if word and not set(word) - _PLAIN else f'"{_escaped(word)}"'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")


def _head(data_dir: Path) -> str:
    return f"{_MARK}{data_dir}\n"


def _without_environment(units: str) -> list[str]:
    return [line for line in units.splitlines() if not line.startswith("Environment=")]


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "surrogateescape")
    except OSError:
        return ""
