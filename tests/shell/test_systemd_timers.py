"""Systemd user timers: units that systemd itself accepts, arguments that arrive byte for byte, and nothing left behind (invariant 5)."""

import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.test_schedule_text import SCHEDULES
from tests.scheduler_programs import SchedulerPrograms
from vynexus_tui.domain.errors import ShellError
from vynexus_tui.domain.next_times import next_times
from vynexus_tui.domain.patterns import Schedule
from vynexus_tui.domain.schedule_text import FORMS, parse_schedule
from vynexus_tui.shell.systemd_timers import SystemdTimers, calendar_lines, render_units
from vynexus_tui.shell.timed_command import TimedCommand

ANALYZE = shutil.which("systemd-analyze")
needs_analyze = pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")
HOSTILE = (
    "a b",
    "%h %%",
    "$HOME $$ ${x}",
    "\"'",
    "\\",
    "\\n",
    "a\\",
    ";",
    "&& touch x",
    "*",
    "ü✓",
    "-rf",
    "",
    "`id`",
    "$(id)",
    "=",
    "#",
    "\\%",
    "\\\\%",
)
DATA_DIR = Path("/home/u/.local/share/vynexus")
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe")


def command(schedule: Schedule | None = None, *arguments: str, folder: str = "/tmp") -> TimedCommand:
    return TimedCommand(
        name="greet",
        schedule=schedule or parse_schedule("weekdays 9:00"),
        arguments=arguments,
        folder=folder,
        python=sys.executable,
        sha256="0" * 64,
        environment={"PATH": '/opt/100%/$x "y\\:/usr/bin'},
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def programs(tmp_path: Path, home: Path) -> SchedulerPrograms:
    programs = SchedulerPrograms(tmp_path / "programs", home)
    programs.add_systemd()
    return programs


def timers(programs: SchedulerPrograms) -> SystemdTimers:
    return SystemdTimers(
        config_home=programs.home / ".config",
        data_dir=programs.home / ".local/share/vynexus",
        environment=programs.environment,
        runtime_dir=programs.runtime_dir,
    )


def unquoted(line: str) -> list[str]:
    """A unit file's command line as systemd reads it: quotes and C escapes, then specifiers, then (not in the program) variables."""
    words, at = [], 0
    for found in re.finditer(r'"((?:[^"\\]|\\.)*)"|(\S+)', line):
        assert not line[at : found.start()].strip()
        at = found.end()
        word = re.sub(r"\\(.)", r"\1", found[1]) if found[1] is not None else found[2]
        assert not re.search(r"(?<!%)(?:%%)*%(?!%)", word), "a specifier"
        word = word.replace("%%", "%")
        if words:
            assert not re.search(r"(?<!\$)(?:\$\$)*\$(?!\$)", word), "a variable"
            word = word.replace("$$", "$")
        words.append(word)
    return words


def value_of(key: str, unit: str) -> str:
    (value,) = re.findall(rf"^{key}=(.*)$", unit, re.MULTILINE)
    return str(value)


@needs_analyze
@pytest.mark.parametrize("text", FORMS)
def test_systemd_accepts_the_units(tmp_path: Path, text: str) -> None:
    for name, unit in zip(
        ("vynexus-greet.service", "vynexus-greet.timer"), render_units(command(parse_schedule(text), *HOSTILE), DATA_DIR), strict=True
    ):
        (tmp_path / name).write_text(unit)
    done = subprocess.run(
        [ANALYZE or "", "--user", "verify", "--man=no", tmp_path / "vynexus-greet.timer"],
        capture_output=True,
        text=True,
        check=False,
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "XDG_RUNTIME_DIR": str(tmp_path), "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
    )
    assert not [line for line in done.stderr.splitlines() if "vynexus" in line], done.stderr


def says_systemd(expression: str, after: datetime, zone: str, count: int) -> list[datetime]:
    done = subprocess.run(
        [ANALYZE or "", "calendar", f"--iterations={count}", f"--base-time={after.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC", expression],
        capture_output=True,
        text=True,
        check=False,
        env={"TZ": zone, "PATH": "/usr/bin:/bin", "LC_ALL": "C"},
    )
    assert done.returncode == 0, done.stderr
    marks = re.findall(r"\(in UTC\): \w+ (\S+ \S+) UTC", done.stdout)
    marks = marks or re.findall(r"(?:elapse|#\d+): \w+ (\S+ \S+) UTC", done.stdout)
    return [datetime.fromisoformat(mark).replace(tzinfo=UTC) for mark in marks]


@needs_analyze
@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("text", [*FORMS, "daily 02:30", "daily 01:45", "daily 02:15", "hourly :45", "monthly 29 02:30", "monthly 30 02:30", "monthly last sunday 02:30"])  # fmt: skip
@pytest.mark.parametrize("start", ["2026-03-07", "2026-03-28", "2026-04-04", "2026-10-03", "2026-10-24", "2026-10-31"])
def test_the_next_times_are_those_of_systemd(text: str, zone: str, start: str) -> None:
    schedule = parse_schedule(text)
    after = datetime.fromisoformat(f"{start}T12:34:56").replace(tzinfo=ZoneInfo(zone))
    theirs = {at for line in calendar_lines(schedule) for at in says_systemd(line, after, zone, 30)}
    assert [at.astimezone(UTC) for at in next_times(schedule, after, 30)] == sorted(theirs)[:30]


@given(st.lists(st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" "), max_size=12), max_size=5))
def test_arguments_arrive_byte_for_byte(arguments: list[str]) -> None:
    scheduled = command(None, *arguments, folder="/x y/%h $z")
    service, _ = render_units(scheduled, DATA_DIR)
    assert tuple(unquoted(value_of("ExecStart", service))) == scheduled.words
    assert unquoted('"" ' + value_of("Environment", service).replace("$", "$$"))[1] == f"PATH={scheduled.environment['PATH']}"


@pytest.mark.parametrize("argument", ["a\nb", "a\rb", "\x1b[2J", "a\0b", "\udcff", "\u202e"])
def test_what_a_unit_cannot_hold_is_refused(argument: str) -> None:
    with pytest.raises(ShellError, match="cannot be written into a timer"):
        render_units(command(None, argument), DATA_DIR)


@given(SCHEDULES)
def test_every_schedule_has_a_calendar_line(schedule: Schedule) -> None:
    assert all(re.fullmatch(r"[A-Za-z0-9 *:.~-]+", line) for line in calendar_lines(schedule))


def test_it_is_installed_once_and_removed_without_a_trace(programs: SchedulerPrograms) -> None:
    own = programs.units / "mine.service"
    own.parent.mkdir(parents=True)
    own.write_text("# mine\n")
    (programs.home / ".local/share").mkdir(parents=True)
    before = sorted(programs.home.rglob("*"))
    timers(programs).install(command())
    asked = ["daemon-reload", "enable --now vynexus-greet.timer", "show -p LoadState vynexus-greet.service"]
    assert programs.calls("systemctl") == [f"--user {words}" for words in asked]
    assert timers(programs).list_installed() == ("greet",)
    timers(programs).install(command())
    assert len(programs.calls("systemctl")) == len(asked)
    assert timers(programs).remove("greet")
    assert "--user disable --now vynexus-greet.timer" in programs.calls("systemctl")
    assert sorted(programs.home.rglob("*")) == before
    assert timers(programs).remove("greet") == ()


def test_where_there_was_nothing_no_folder_remains(programs: SchedulerPrograms) -> None:
    timers(programs).install(command())
    timers(programs).remove("greet")
    assert not [p for p in programs.home.rglob("*") if "systemd" in p.parts]


def test_another_time_takes_the_place_of_the_former(programs: SchedulerPrograms) -> None:
    timers(programs).install(command())
    timers(programs).install(command(parse_schedule("daily 7:30")))
    assert "OnCalendar=*-*-* 07:30:00\n" in timers(programs).paths("greet")[1].read_text()
    # A running timer does not take another time over: it is stopped, and the new one started.
    assert [c.split()[1] for c in programs.calls("systemctl")][-3:] == ["daemon-reload", "enable", "show"]
    assert "--user disable --now vynexus-greet.timer" in programs.calls("systemctl")


@pytest.mark.parametrize("verb", ["daemon-reload", "enable"])
def test_what_systemd_refuses_leaves_nothing(programs: SchedulerPrograms, verb: str) -> None:
    programs.break_(verb)
    with pytest.raises(ShellError, match="it is broken") as caught:
        timers(programs).install(command())
    assert caught.value.hint == "nothing was scheduled"
    assert not list(programs.home.rglob("vynexus-*"))


def test_a_service_that_systemd_cannot_read_is_not_scheduled(programs: SchedulerPrograms) -> None:
    """It starts the timer all the same, and the automation would never run."""
    (programs.folder / "load-state").write_text("bad-setting\n")
    with pytest.raises(ShellError, match=r"does not accept vynexus-greet\.service"):
        timers(programs).install(command())
    assert "--user disable --now vynexus-greet.timer" in programs.calls("systemctl")
    assert not list(programs.home.rglob("*vynexus-*"))


def test_a_unit_of_the_persons_own_is_left_alone(programs: SchedulerPrograms) -> None:
    own = programs.units / "vynexus-greet.service"
    own.parent.mkdir(parents=True)
    own.write_text("# mine\n")
    with pytest.raises(ShellError, match="is not from this VyNexus"):
        timers(programs).install(command())
    assert timers(programs).remove("greet") == ()
    assert own.read_text() == "# mine\n"


def test_without_a_manager_units_are_deleted_all_the_same(programs: SchedulerPrograms) -> None:
    timers(programs).install(command())
    shutil.rmtree(programs.runtime_dir)
    assert timers(programs).trouble() == "no systemd user manager runs here"
    timers(programs).remove("greet")
    assert not list(programs.home.rglob("*vynexus*"))


def test_a_manager_that_answers_no_more_keeps_nothing_from_being_removed(programs: SchedulerPrograms) -> None:
    timers(programs).install(command())
    programs.break_("disable")
    with pytest.raises(ShellError, match="it is broken"):
        timers(programs).remove("greet")
    assert timers(programs).list_installed() == ("greet",)
    (programs.folder / "state").write_text("stopping\n")
    timers(programs).remove("greet")
    assert not list(programs.home.rglob("*vynexus-*"))


@pytest.mark.parametrize(
    ("state", "works"), [("running", True), ("degraded", True), ("starting", True), ("stopping", False), ("offline", False), ("", False)]
)
def test_the_manager_is_asked_not_assumed(tmp_path: Path, home: Path, state: str, works: bool) -> None:
    programs = SchedulerPrograms(tmp_path / "others", home)
    programs.add_systemd(state=state)
    assert (timers(programs).trouble() is None) == works


def test_a_timer_that_makes_up_for_missed_times_forgets_them_when_it_is_removed(programs: SchedulerPrograms) -> None:
    """Else a resumed automation would start at once."""
    timers(programs).install(command())
    stamp = programs.home / ".local/share/systemd/timers/stamp-vynexus-greet.timer"
    assert stamp.exists()
    timers(programs).remove("greet")
    assert not stamp.exists()


def test_the_times_of_a_month_do_not_drift() -> None:
    after = datetime(2026, 1, 1, tzinfo=UTC)
    assert next_times(parse_schedule("monthly 1 08:00"), after, 1)[0] - after == timedelta(hours=8)


def test_a_manager_that_hangs_is_waited_for_once(programs: SchedulerPrograms, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store's write lock is held meanwhile."""
    timers(programs).install(command())
    monkeypatch.setattr("vynexus_tui.shell.timed_command._PATIENCE_S", 0.3)
    programs.hang("systemctl")
    asked = len(programs.calls("systemctl"))
    timers(programs).remove("greet")
    assert len(programs.calls("systemctl")) == asked + 1
    assert not list(programs.home.rglob("*vynexus-*"))


def test_units_that_were_written_but_not_enabled_are_started_by_the_next_install(programs: SchedulerPrograms) -> None:
    """The process died between the two."""
    timers(programs).install(command())
    (programs.units / "timers.target.wants/vynexus-greet.timer").unlink()
    assert timers(programs).read_installed() == {"greet": ""}
    timers(programs).install(command())
    assert (programs.units / "timers.target.wants/vynexus-greet.timer").is_symlink()
    assert timers(programs).starts(timers(programs).read_installed()["greet"], command())


def test_the_timer_of_another_profile_is_left_alone(programs: SchedulerPrograms) -> None:
    timers(programs).install(command())
    other = SystemdTimers(
        config_home=programs.home / ".config",
        data_dir=programs.home / "other/vynexus",
        environment=programs.environment,
        runtime_dir=programs.runtime_dir,
    )
    assert other.list_installed() == ()
    assert other.remove("greet") == ()
    with pytest.raises(ShellError, match="is not from this VyNexus"):
        other.install(command())
    assert timers(programs).holds("greet")
