"""The crontab: our block on top, every other byte as it was, and arguments that reach the program through cron and /bin/sh (invariant 5)."""

import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.test_schedule_text import SCHEDULES
from tests.scheduler_programs import SchedulerPrograms, process_named
from tests.shell.test_systemd_timers import HOSTILE
from vynexus_tui.domain.errors import ShellError
from vynexus_tui.domain.next_times import is_due_on
from vynexus_tui.domain.patterns import Schedule, ScheduleType
from vynexus_tui.domain.schedule_text import parse_schedule
from vynexus_tui.shell.cron_table import CronTable, cron_rules, render_block, without_block
from vynexus_tui.shell.timed_command import Programs, TimedCommand

DATA_DIR = Path("/home/u/.local/share/vynexus")
DIGEST = "0" * 64
OWN = b"SHELL=/bin/bash\nMAILTO=me\n# mine \xff\n\n*/5 * * * *\ttrue % x\n"


def command(
    *arguments: str, name: str = "greet", at: str = "weekdays 9:00", python: str = sys.executable, path: str = "/usr/bin:/bin"
) -> TimedCommand:
    return TimedCommand(
        name=name, schedule=parse_schedule(at), arguments=arguments, folder="/tmp", python=python, sha256=DIGEST, environment={"PATH": path}
    )


@pytest.fixture
def programs(tmp_path: Path) -> SchedulerPrograms:
    (tmp_path / "home").mkdir()
    programs = SchedulerPrograms(tmp_path / "programs", tmp_path / "home")
    programs.add_crontab()
    return programs


def table(programs: SchedulerPrograms) -> CronTable:
    return CronTable(data_dir=data_dir(programs), environment=programs.environment)


def data_dir(programs: SchedulerPrograms) -> Path:
    return programs.home / ".local/share/vynexus"


@pytest.mark.parametrize("before", [None, b"", OWN, b"\n", OWN * 3])
def test_the_rest_of_the_crontab_stays_byte_for_byte(programs: SchedulerPrograms, before: bytes | None) -> None:
    programs.add_crontab(before)
    table(programs).install(command())
    assert programs.table.read_bytes().endswith(before or b"")
    table(programs).install(command(at="daily 7:00"))
    table(programs).install(command(name="other"))
    assert table(programs).list_installed() == ("greet", "other")
    assert programs.table.read_bytes().count(b">>> vynexus") == 2
    assert table(programs).remove("greet")
    assert table(programs).remove("other")
    assert (programs.table.read_bytes() if programs.table.exists() else None) == before
    assert not table(programs).remove("greet")


@pytest.mark.parametrize("order", [("one", "two", "three"), ("three", "one", "two"), ("two", "three", "one")])
def test_a_crontab_that_was_not_there_goes_with_the_last_block(programs: SchedulerPrograms, order: tuple[str, ...]) -> None:
    for name in ("one", "two", "three"):
        table(programs).install(command(name=name))
    for name in order:
        assert programs.table.exists()
        table(programs).remove(name)
    assert not programs.table.exists()


def test_what_the_person_adds_to_a_new_crontab_stays(programs: SchedulerPrograms) -> None:
    table(programs).install(command())
    programs.table.write_bytes(programs.table.read_bytes() + OWN)
    table(programs).remove("greet")
    assert programs.table.read_bytes() == OWN


def test_the_same_twice_is_written_once(programs: SchedulerPrograms) -> None:
    table(programs).install(command())
    table(programs).install(command())
    assert programs.calls("crontab").count("-") == 1


def test_another_profile_of_the_same_account_is_not_ours(programs: SchedulerPrograms) -> None:
    other = CronTable(data_dir=programs.home / "elsewhere", environment=programs.environment)
    other.install(command())
    assert table(programs).list_installed() == ()
    assert not table(programs).remove("greet")
    assert other.list_installed() == ("greet",)


def test_a_block_is_not_forgotten_while_the_crontab_cannot_be_read(programs: SchedulerPrograms) -> None:
    """Invariant 5: else uninstalling would leave it there without a word."""
    works = (programs.folder / "crontab").read_text()
    assert not table(programs).holds("greet")
    table(programs).install(command())
    (programs.folder / "crontab").write_text("#!/bin/sh\necho 'cannot lock, try later' >&2; exit 1\n")
    assert table(programs).list_installed() == ("greet",)
    with pytest.raises(ShellError, match="cannot lock"):
        table(programs).remove("greet")
    (programs.folder / "crontab").unlink()
    with pytest.raises(ShellError, match="crontab is not installed"):
        table(programs).remove("greet")
    assert table(programs).holds("greet")
    (programs.folder / "crontab").write_text(works)
    (programs.folder / "crontab").chmod(0o755)
    assert table(programs).remove("greet")
    assert not (data_dir(programs) / "crontab").exists()


def test_who_never_had_a_block_is_not_asked_for_a_crontab(programs: SchedulerPrograms) -> None:
    programs.add_crontab(OWN)
    assert table(programs).read_installed() == {}
    assert programs.calls("crontab") == []
    table(programs).install(command())
    table(programs).remove("greet")
    asked = len(programs.calls("crontab"))
    assert table(programs).read_installed() == {}
    assert len(programs.calls("crontab")) == asked


@settings(max_examples=30)
@given(schedule=SCHEDULES, other=SCHEDULES)
def test_what_a_block_starts_is_read_from_its_lines(schedule: Schedule, other: Schedule) -> None:
    one = replace(command("a b%", "'\\%"), schedule=schedule)
    cron = CronTable(data_dir=DATA_DIR, environment={"PATH": "/usr/bin:/bin"})
    lines = "\n".join(program_lines(render_block(one, Programs({"PATH": "/usr/bin:/bin"}), DATA_DIR)))
    assert cron.starts(lines, replace(one, environment={"PATH": "/elsewhere", "LANG": "C"}))
    assert not cron.starts(lines, replace(one, arguments=("a b%",)))
    assert not cron.starts(lines, replace(one, sha256="1" * 64))
    assert not cron.starts("", one)
    assert cron.starts(lines, replace(one, schedule=other)) == (cron_rules(schedule) == cron_rules(other))


def test_a_block_without_an_end_is_said_not_guessed(programs: SchedulerPrograms) -> None:
    programs.add_crontab(damaged := f"# >>> vynexus greet >>> {data_dir(programs)}\n0 9 * * * true\n".encode())
    with pytest.raises(ShellError, match="has no end"):
        table(programs).remove("greet")
    assert programs.table.read_bytes() == damaged


@pytest.mark.parametrize(
    "complaint",
    [
        "You (u) are not allowed to use this program (crontab)",
        "crontab: error while loading shared libraries: libx.so: cannot open shared object file: No such file or directory",
        "",
    ],
)
def test_a_crontab_that_cannot_be_read_is_never_written_over(programs: SchedulerPrograms, complaint: str) -> None:
    (programs.folder / "crontab").write_text(
        f"#!/bin/sh\n[ $1 = -l ] || touch '{programs.folder}/written'\necho '{complaint}' >&2; exit 1\n"
    )
    with pytest.raises(ShellError, match="crontab -l: "):
        table(programs).install(command())
    assert table(programs).list_installed() == ()
    assert not (programs.folder / "written").exists()


@pytest.mark.parametrize(
    "complaint", ["no crontab for u", "crontab: no crontab for u", "crontab: can't open 'u': No such file or directory"]
)
def test_every_cron_says_in_its_own_words_that_there_is_none(programs: SchedulerPrograms, complaint: str) -> None:
    asked = f'#!/bin/sh\n[ "$1" = - ] && exec cat > \'{programs.table}\'\necho "{complaint}" >&2; exit 1\n'
    (programs.folder / "crontab").write_text(asked)
    table(programs).install(command())
    assert programs.table.read_bytes().startswith(b"# >>> vynexus greet >>> ")


def test_a_daemon_must_live_not_only_the_program(programs: SchedulerPrograms, tmp_path: Path) -> None:
    proc = tmp_path / "proc"
    for pid, comm in (("self", "python"), ("12", "sshd")):
        (proc / pid).mkdir(parents=True)
        (proc / pid / "comm").write_text(comm + "\n")
    cron = CronTable(data_dir=DATA_DIR, environment=programs.environment, proc=proc)
    assert cron.trouble() == ("cron is installed, but does not run", "start it: sudo service cron start")
    (proc / "12" / "comm").write_text("crond\n")
    assert cron.trouble() is None
    unknown = CronTable(data_dir=DATA_DIR, environment=programs.environment, proc=tmp_path).trouble()
    assert unknown is not None
    assert unknown[0] == "whether cron runs cannot be told on this machine"


@pytest.mark.skipif(not Path("/proc/self/comm").exists(), reason="no /proc: whether cron runs cannot be told here")
def test_a_living_cron_is_found(programs: SchedulerPrograms) -> None:
    with process_named("cron", programs.folder):
        assert table(programs).trouble() is None


# ---- what the lines say


def as_cron_passes_it(line: str, *, halves_backslashes: bool) -> str:
    """What a cron hands to /bin/sh: crons agree that \\% is a percent sign and % a line break, and differ about two backslashes."""
    text = line.split(None, 5)[5]
    out, escaped = "", False
    for character in text:
        if escaped:
            if character == "%" or (character == "\\" and halves_backslashes):
                out = out[:-1]
            out, escaped = out + character, False
            continue
        escaped = character == "\\"
        if character == "%":
            break
        out += character
    return out


def program_lines(block: str) -> list[str]:
    return [line for line in block.splitlines() if not line.startswith("#")]


@pytest.fixture(scope="module")
def recorder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stands where Python would: prints its arguments and PATH, NUL between."""
    program = tmp_path_factory.mktemp("it's 100% \\n") / "py thon"
    program.write_text('#!/bin/sh\nprintf "%s\\0" "$@" "$PATH"\n')
    program.chmod(0o755)
    return program


@settings(max_examples=40)
@given(
    arguments=st.one_of(
        st.just(list(HOSTILE)),
        st.lists(st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" \\%'"), max_size=10), max_size=4),
    ),
    halves=st.booleans(),
)
def test_arguments_reach_the_program_byte_for_byte(recorder: Path, arguments: list[str], halves: bool) -> None:
    scheduled = command(*arguments, python=str(recorder), path="/usr/bin:/bin:/a b%\\%")
    (line,) = program_lines(render_block(scheduled, Programs({"PATH": "/usr/bin:/bin"}), DATA_DIR))
    done = subprocess.run(["/bin/sh", "-c", as_cron_passes_it(line, halves_backslashes=halves)], capture_output=True, check=True)
    *received, path, _ = done.stdout.decode().split("\0")
    assert (tuple(received), path) == (scheduled.words[1:], scheduled.environment["PATH"])


def test_a_path_too_long_for_a_line_loses_its_last_folders(programs: SchedulerPrograms) -> None:
    long = ":".join(["/usr/bin", *(f"/mnt/c/Program Files/{number}" for number in range(80))])
    (line,) = program_lines(render_block(command(path=long), Programs(programs.environment), DATA_DIR))
    assert len(line) <= 990
    assert "/usr/bin:/mnt/c/Program Files/0:" in line
    with pytest.raises(ShellError, match="too long"):
        render_block(command("x" * 1000), Programs(programs.environment), DATA_DIR)


@pytest.mark.parametrize("argument", ["a\nb", "\x1b]0;x\x07", "\udcff"])
def test_what_a_crontab_cannot_hold_is_refused(argument: str) -> None:
    with pytest.raises(ShellError, match="cannot be written"):
        render_block(command(argument), Programs({}), DATA_DIR)


def _holds(field: str, number: int) -> bool:
    ranges = (part.partition("-") for part in field.split(","))
    return field == "*" or any(int(low) <= number <= int(high or low) for low, _, high in ranges)


def _is_met(condition: str, day: date) -> bool:
    """The conditions are a shell's: they are run by one, with a `date` of that day."""
    if not condition:
        return True
    said = {"%Y": str(day.year), "%u": str(day.isoweekday())}
    asked = "".join(f"{key}) echo {value} ;; " for key, value in said.items())
    stub = f'date() {{ case "${{1#+}}" in {asked} esac; }}; '
    return subprocess.run(["/bin/sh", "-c", f"{stub}{condition}true"], check=False).returncode == 0


@settings(max_examples=60)
@given(schedule=SCHEDULES, start=st.dates(date(2023, 1, 1), date(2029, 1, 1)))
def test_cron_starts_it_on_the_days_of_the_schedule_and_once_a_day(schedule: Schedule, start: date) -> None:
    rules = cron_rules(schedule)
    for number in range(70):
        day = start + timedelta(days=number)
        hits = 0
        for fields, condition in rules:
            _, hours, days, months, weekdays = fields.split()
            if _holds(days, day.day) and _holds(months, day.month) and _holds(weekdays, day.isoweekday() % 7):
                hits += _is_met(condition, day)
            assert days == "*" or weekdays == "*", "cron would take either for both"
            assert (hours == "*") == (schedule.type is ScheduleType.HOURLY)
        assert hits == is_due_on(schedule, day), (day, rules)


def test_conditions_are_plain_posix(programs: SchedulerPrograms) -> None:
    text = "\n".join(c for at in ("monthly last 18:00", "monthly last monday 9:00") for _, c in cron_rules(parse_schedule(at)))
    assert "date -d" not in text
    year = datetime.now(tz=UTC).year
    expected = 0 if year % 4 == 0 else 1
    (leap, *_) = re.findall(r"\[ \$\(\(\$\(date \+%Y\) % 4\)\) -eq 0 \]", text)
    assert subprocess.run(["/bin/sh", "-c", leap], check=False).returncode == expected


def test_a_text_that_only_looks_like_a_block_is_kept() -> None:
    own = b"# >>> vynexus greet >>> /elsewhere\n0 0 * * * x\n# <<< vynexus greet <<<\n"
    assert without_block(own, "greet", DATA_DIR) == own
