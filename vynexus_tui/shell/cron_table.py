"""Automations in the person's crontab: one marked block each, above everything else, which stays byte for byte.

    # >>> vynexus <name> >>> <data_dir>
    0 9 * * 1-5 PATH=... nice -n 10 timeout -k 60 21600 python -P -m vynexus_tui run --scheduled ...
    # <<< vynexus <name> <<<

<data_dir>/crontab/<name> is an empty file that is there as long as there may be such a block: whoever never used cron is not asked for
a crontab, and a block is not forgotten while the crontab cannot be read.

Above, because a crontab's own SHELL and PATH hold for the lines below them. The folder, because one account may have several
profiles: a block of another one is not ours. Format: crontab(5).
"""

import contextlib
import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

from vynexus_tui.domain.errors import ShellError
from vynexus_tui.domain.next_times import check_complete
from vynexus_tui.domain.patterns import LAST_DAY_OF_MONTH, LAST_WEEK_OF_MONTH, Schedule, ScheduleType
from vynexus_tui.shell.timed_command import LONGEST_RUN_S, NICENESS, Programs, TimedCommand, check_printable, running_names

_DAEMONS = frozenset({"cron", "crond"})
_LONGEST_LINE_BYTES = 990
"""cron cuts a command at 1,000."""
_THERE_IS_NONE = re.compile(r"\bno crontab for |^crontab: can't open '[^']*': No such file")
"""As Vixie cron and cronie say it, and BusyBox; with LC_ALL=C."""
_IS_NEW = " (a new crontab)"
_LONG_MONTHS, _SHORT_MONTHS, _FEBRUARY = "1,3,5,7,8,10,12", "4,6,9,11", "2"
_YEAR_OF_FOUR = "$(($(date +%Y) % 4))"
_IS_LEAP, _IS_NOT_LEAP = f"[ {_YEAR_OF_FOUR} -eq 0 ] && ", f"[ {_YEAR_OF_FOUR} -ne 0 ] && "
"""Right until 2099, and without the `date -d` that only GNU has."""


def cron_rules(schedule: Schedule) -> tuple[tuple[str, str], ...]:
    """The five fields, and the condition before the command, of every line that says this schedule."""
    check_complete(schedule)
    at = f"{schedule.minute} {schedule.hour}"
    match schedule.type:
        case ScheduleType.HOURLY:
            return ((f"{schedule.minute} * * * *", ""),)
        case ScheduleType.DAILY:
            return ((f"{at} * * *", ""),)
        case ScheduleType.WEEKDAY:
            return ((f"{at} * * 1-5", ""),)
        case ScheduleType.WEEKLY:
            return ((f"{at} * * {_cron_day(schedule.weekday)}", ""),)
        case ScheduleType.MONTHLY:
            return tuple((f"{at} {days} {months} *", condition) for days, months, condition in _days_of_months(schedule))


def render_block(command: TimedCommand, programs: Programs, data_dir: Path, *, is_new_table: bool = False) -> str:
    """The lines of one automation. Raises ShellError for what a crontab cannot hold."""
    check_printable(command)
    if not str(data_dir).isprintable():
        raise ShellError(f"{str(data_dir)!r} cannot be written into a crontab", "set XDG_DATA_HOME to another folder")
    lines = [_line(command, fields, condition, programs) for fields, condition in cron_rules(command.schedule)]
    return "\n".join([_begin(command.name, data_dir) + _IS_NEW * is_new_table, *lines, _end(command.name)]) + "\n"


def without_block(table: bytes, name: str, data_dir: Path) -> bytes | None:
    """The table without that block; None where nothing is left and there was no table before. Raises ShellError for a damaged block."""
    begin, end = _begin(name, data_dir).encode(), _end(name).encode()
    found = re.search(rb"^%b(%b)?\n(?:.*\n)*?%b\n" % (re.escape(begin), re.escape(_IS_NEW.encode()), re.escape(end)), table, re.MULTILINE)
    if found is None:
        if begin in table:
            raise ShellError(f"the block '{begin.decode()}' in your crontab has no end", "delete its lines by hand: crontab -e")
        return table
    rest = table[: found.start()] + table[found.end() :]
    if not found[1]:
        return rest
    # Which block came first no longer matters: the last one to go takes the table with it.
    others = re.sub(
        rb"^(# >>> vynexus \S+ >>> %b)$" % re.escape(str(data_dir).encode()), rb"\1" + _IS_NEW.encode(), rest, count=1, flags=re.MULTILINE
    )
    return others or None


class CronTable:
    """Installs and removes the blocks of one profile in the account's crontab."""

    def __init__(self, *, data_dir: Path, environment: Mapping[str, str], proc: Path = Path("/proc")) -> None:
        self._data_dir = data_dir
        self._marks = data_dir / "crontab"
        self._programs = Programs(environment)
        self._proc = proc

    @property
    def is_there(self) -> bool:
        """Whether there is a `crontab` program at all."""
        return self._programs.path("crontab") is not None

    def trouble(self) -> tuple[str, str] | None:
        """Why nothing can be put in a crontab, and what mends that; None where a cron daemon lives and the account may use it."""
        if not self.is_there:
            return "cron is not installed", "install cron and start it: sudo apt install cron"
        names = running_names(self._proc)
        if names is None:
            return "whether cron runs cannot be told on this machine", "write a line of your own that calls `vynexus run NAME`: crontab -e"
        if not _DAEMONS.intersection(names):
            return "cron is installed, but does not run", "start it: sudo service cron start"
        try:
            self._read()
        except ShellError as error:
            return error.message, error.hint
        return None

    def block(self, command: TimedCommand) -> str:
        """The lines as they are, or would be, installed."""
        table = self._read()
        is_new = table is None or f"{_begin(command.name, self._data_dir)}{_IS_NEW}\n".encode() in table
        return render_block(command, self._programs, self._data_dir, is_new_table=is_new)

    def install(self, command: TimedCommand) -> None:
        """Puts the block on top; the same as now is left alone. Raises ShellError, and then the crontab is as it was."""
        table = self._read()
        block = self.block(command).encode()
        self._mark(command.name)
        if table is not None and block in table:
            return
        rest = b"" if table is None else without_block(table, command.name, self._data_dir)
        self._write(block + (rest or b""))

    def remove(self, name: str) -> bool:
        """Takes the block out; whether there was one. A crontab that began with it goes with it. Raises ShellError where it may stay."""
        if not self.is_there and not self.holds(name):
            return False
        table = self._read()
        rest = None if table is None else without_block(table, name, self._data_dir)
        if rest != table:
            self._write(rest)
        self._unmark(name)
        return rest != table

    def holds(self, name: str) -> bool:
        """Whether there may be a block of that name, as far as that is known without asking cron."""
        return (self._marks / name).exists()

    def mark_path(self, name: str) -> Path:
        """The file that is there as long as there may be a block."""
        return self._marks / name

    def read_installed(self) -> dict[str, str]:
        """The lines of every automation that may have a block; none are asked for where there never was one. Raises ShellError."""
        marked = self._marked()
        if not marked or not self.is_there:
            return {}
        return {**dict.fromkeys(marked, ""), **self._blocks(self._read())}

    def starts(self, text: str, command: TimedCommand) -> bool:
        """Whether these lines start that command at its times, in whatever environment."""
        lines = text.splitlines()
        rules = cron_rules(command.schedule)
        words = _escaped(" ".join(map(_quoted, command.words)))
        return len(lines) == len(rules) and all(
            line.startswith(f"{fields} {_escaped(condition)}")
            and line.startswith("[", len(fields) + 1) == bool(condition)
            and line.endswith(f" {words}")
            for line, (fields, condition) in zip(lines, rules, strict=True)
        )

    def list_installed(self) -> tuple[str, ...]:
        """Names of the automations that have a block of this profile, or may have one although the crontab cannot be read."""
        try:
            blocks = self._blocks(self._read() if self.is_there else None)
        except ShellError:
            blocks = {}
        return tuple(sorted({*self._marked(), *blocks}))

    def _blocks(self, table: bytes | None) -> dict[str, str]:
        """The lines of each block of this profile; of one without an end, none."""
        ends = rb"^# >>> vynexus (\S+) >>> %b(?:%b)?\n(?:((?:(?!# >>> vynexus ).*\n)*?)# <<< vynexus \1 <<<$)?"
        folder, is_new = (re.escape(text.encode()) for text in (str(self._data_dir), _IS_NEW))
        found = re.findall(ends % (folder, is_new), table or b"", re.MULTILINE)
        return {name.decode("utf-8", "replace"): lines.decode("utf-8", "replace") for name, lines in found}

    def _marked(self) -> tuple[str, ...]:
        return tuple(path.name for path in self._marks.iterdir()) if self._marks.is_dir() else ()

    def _mark(self, name: str) -> None:
        try:
            self._marks.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.mark_path(name).touch(0o600)
        except OSError as error:
            raise ShellError(f"{error.filename} cannot be written: {error.strerror}", "your crontab is as it was") from error

    def _unmark(self, name: str) -> None:
        with contextlib.suppress(OSError):  # not there, or others are
            self.mark_path(name).unlink(missing_ok=True)
            self._marks.rmdir()

    def _read(self) -> bytes | None:
        answer = self._programs.ask(["crontab", "-l"])
        if answer.status == 0:
            return answer.output
        # Nothing else may be taken for "there is none": the person's own table would be written over.
        if answer.status == 1 and _THERE_IS_NONE.search(answer.complaint):
            return None
        raise ShellError(f"crontab -l: {answer.complaint}", "see whether you may use it: crontab -l")

    def _write(self, table: bytes | None) -> None:
        answer = self._programs.ask(["crontab", "-r"]) if table is None else self._programs.ask(["crontab", "-"], stdin=table)
        if answer.status != 0:
            raise ShellError(f"crontab: {answer.complaint}", "your crontab is as it was")


def _days_of_months(schedule: Schedule) -> Iterator[tuple[str, str, str]]:
    """Days, months and condition of every line: cron knows neither the last day nor the weekday of a month."""
    if schedule.day_of_month is None:
        is_day = f'[ "$(date +%u)" = {(schedule.weekday or 0) + 1} ] && '
        week = schedule.week or 1
        if week < LAST_WEEK_OF_MONTH:
            yield f"{7 * week - 6}-{7 * week}", "*", is_day
            return
        yield "25-31", _LONG_MONTHS, is_day
        yield "24-30", _SHORT_MONTHS, is_day
        yield "22-28", _FEBRUARY, _IS_NOT_LEAP + is_day
        yield "23-29", _FEBRUARY, _IS_LEAP + is_day
        return
    day = schedule.day_of_month
    if day <= 28:
        yield str(day), "*", ""
        return
    yield str(day), {29: "*", 30: "1,3-12", LAST_DAY_OF_MONTH: _LONG_MONTHS}[day], ""
    if day == LAST_DAY_OF_MONTH:
        yield "30", _SHORT_MONTHS, ""
    if day > 29:
        yield "29", _FEBRUARY, ""
    yield "28", _FEBRUARY, _IS_NOT_LEAP


def _cron_day(weekday: int | None) -> int:
    """Sunday is 0."""
    return ((weekday or 0) + 1) % 7


def _line(command: TimedCommand, fields: str, condition: str, programs: Programs) -> str:
    """One line; where it would be too long, the last folders of PATH are left out (Windows' own, for example)."""
    limits = [("nice", "-n", str(NICENESS)), ("timeout", "-k", "60", str(LONGEST_RUN_S))]
    before = [word for program, *options in limits if (found := programs.path(program)) for word in (found, *options)]
    folders = command.environment.get("PATH", "").split(":")
    while True:
        environment = {**command.environment, "PATH": ":".join(folders)}
        settings = [f"{name}={_quoted(value)}" for name, value in environment.items() if value]
        words = [*settings, *map(_quoted, (*before, *command.words))]
        line = f"{fields} {_escaped(condition + ' '.join(words))}"
        if len(line.encode()) <= _LONGEST_LINE_BYTES:
            return line
        if not folders:
            raise ShellError(f"{command.name} with these arguments is too long for a line of a crontab", "shorten them")
        folders.pop()


def _escaped(text: str) -> str:
    """An unescaped percent sign is a line break to cron."""
    return text.replace("%", "\\%")


def _quoted(word: str) -> str:
    # No backslash may stand before another or before a percent sign: crons differ in what they make of the two.
    return re.sub(r"\\(?=[\\%])", "\\\\''", shlex.quote(word))


def _begin(name: str, data_dir: Path) -> str:
    return f"# >>> vynexus {name} >>> {data_dir}"


def _end(name: str) -> str:
    return f"# <<< vynexus {name} <<<"
