"""What the templates add does what it says: run for real, on real files."""

import os
import re
import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from tests.automation.conftest import NOW, Workshop
from vynexus_tui.automation.micro_automation_creator import MicroAutomationCreator
from vynexus_tui.automation.script_facts import describe_script
from vynexus_tui.automation.value_classes import date_format
from vynexus_tui.domain.automations import Automation
from vynexus_tui.domain.settings import AutomationCreation

NEW_EACH_TIME = [{"f": "a.txt", "g": "x1"}, {"f": "b.txt", "g": "x2"}, {"f": "c.txt", "g": "x3"}]
DAYS = [{"date": f"{NOW - timedelta(days=30 - i):%Y-%m-%d}"} for i in range(3)]


@pytest.fixture
def work(workshop: Workshop):
    (workshop.folder / "work").mkdir()
    return workshop.folder / "work"


@pytest.mark.parametrize(
    ("step", "there"),
    [("cp {f} {g}", "new"), ("mv {f} {g}.bak", "new.bak"), ("cp {f} out/", "out/in"), ("mv '{f}' \"out/{g}\"", "out/new")],
)
def test_no_file_is_overwritten_unasked(workshop: Workshop, work, step: str, there: str) -> None:
    automation = workshop.made(step, values=NEW_EACH_TIME)
    assert "stops rather than overwrite a file" in automation.adds
    (work / "out").mkdir()
    (work / "in").write_text("in")
    (work / there).write_text("precious")
    arguments = [{"f": "in", "g": "new"}[p.name] for p in automation.parameters]
    result = workshop.run(automation, *arguments)
    assert (result.returncode, (work / there).read_text()) == (1, "precious")
    assert f"is already there: {there}" in result.stderr.decode()
    (work / there).unlink()
    assert workshop.run(automation, *arguments).returncode == 0
    assert (work / there).read_text() == "in"


@pytest.mark.parametrize(
    ("step", "values"),
    [
        ("cp -f {f} {g}", NEW_EACH_TIME), ("cp -n {f} {g}", NEW_EACH_TIME), ("mv -i {f} {g}", NEW_EACH_TIME), ("cp --backup {f} {g}", NEW_EACH_TIME),
        ("cp {f} latest.txt", NEW_EACH_TIME), ("cp {f} {g}", [*NEW_EACH_TIME, NEW_EACH_TIME[0]]), ("cp latest.txt out/", NEW_EACH_TIME),
        ("rsync -a {f} {g}", NEW_EACH_TIME),
    ],
)  # fmt: skip
def test_where_overwriting_is_asked_for_or_usual_it_is_not_refused(workshop: Workshop, step: str, values: list[dict[str, str]]) -> None:
    assert "is already there" not in workshop.made(step, values=values).script.text


def test_going_on_from_a_later_step_does_not_check_what_is_done(workshop: Workshop, work) -> None:
    automation = workshop.made("mv {f} {g}", "ls /nonexistent", values=NEW_EACH_TIME)
    (work / "in").write_text("in")
    arguments = [{"f": "in", "g": "new"}[p.name] for p in automation.parameters]
    first = workshop.run(automation, *arguments)
    assert b"stopped at step 2 of 2: ls /nonexistent" in first.stderr
    again = re.search(rb"to go on from there: \S+ (.*)", first.stderr)
    assert again
    second = workshop.run(automation, *again[1].decode().split())
    assert b"already there" not in second.stderr
    assert b"no such file" not in second.stderr
    assert second.returncode == 2


def test_output_takes_its_place_only_when_it_is_whole(workshop: Workshop, work) -> None:
    automation = workshop.made("sort {f} | uniq > {g}.sorted", values=NEW_EACH_TIME)
    (work / "in").write_text("b\na\nb\n")
    (work / "x.sorted").write_text("old\n")
    (work / "x.sorted").chmod(0o640)
    arguments = [{"f": "in", "g": "x"}[p.name] for p in automation.parameters]
    result = workshop.run(automation, *arguments)
    assert result.returncode == 0, result.stderr
    assert (work / "x.sorted").read_text() == "a\nb\n"
    assert (work / "x.sorted").stat().st_mode & 0o777 == 0o640
    assert b": 3 lines in, 2 out" in result.stderr
    assert sorted(p.name for p in work.iterdir()) == ["in", "x.sorted"]


def test_a_failed_pipeline_leaves_the_old_result(workshop: Workshop, work) -> None:
    automation = workshop.made("sort {f} | grep nothing > out.txt", "show done", values=NEW_EACH_TIME)
    (work / "in").write_text("b\n")
    (work / "out.txt").write_text("old\n")
    result = workshop.run(automation, "in")
    assert (result.returncode, (work / "out.txt").read_text()) == (1, "old\n")
    assert sorted(p.name for p in work.iterdir()) == ["in", "out.txt"]
    assert b"stopped at step 1 of 2" in result.stderr


def test_a_link_stays_a_link_and_a_device_is_left_alone(workshop: Workshop, work) -> None:
    automation = workshop.made("sort {f} > {g}", values=NEW_EACH_TIME)
    (work / "in").write_text("b\na\n")
    (work / "real").write_text("old\n")
    (work / "link").symlink_to("real")
    names = [p.name for p in automation.parameters]
    assert workshop.run(automation, *[{"f": "in", "g": "link"}[n] for n in names]).returncode == 0
    assert (work / "link").is_symlink()
    assert (work / "real").read_text() == "a\nb\n"
    os.mkfifo(work / "pipe")
    refused = workshop.run(automation, *[{"f": "in", "g": "pipe"}[n] for n in names])
    assert (refused.returncode, (work / "pipe").is_fifo()) == (1, True)


def test_no_planted_link_is_written_through_and_the_mode_is_that_of_the_file(workshop: Workshop, work) -> None:
    automation = workshop.made("sort in > out")
    (work / "in").write_text("b\na\n")
    (work / "precious").write_text("mine\n")
    # A name that anyone can foretell is a name that anyone can plant; the script's process takes one of the next numbers.
    for number in range(os.getpid(), os.getpid() + 3000):
        (work / f"out.unfinished-{number}").symlink_to("precious")
    assert workshop.run(automation).returncode == 0
    assert (work / "precious").read_text() == "mine\n"
    assert ((work / "out").is_symlink(), (work / "out").read_text()) == (False, "a\nb\n")
    new = work / "new"
    new.touch()
    assert (work / "out").stat().st_mode == new.stat().st_mode
    (work / "out").chmod(0o640)
    assert workshop.run(automation).returncode == 0
    assert (work / "out").stat().st_mode & 0o777 == 0o640
    assert not [one for one in work.iterdir() if ".unfinished-" in one.name and not one.is_symlink()]


@pytest.mark.parametrize(
    "step",
    ["sort {f} >> out", "sort {f} > /dev/null", "sort {f} 2> out", "sort {f} &> out", "make > out", "cat * > out", "grep -r a . > out", "sort a > a", "sort {f} >| out"],
)  # fmt: skip
def test_other_redirections_stay_as_they_are(workshop: Workshop, step: str) -> None:
    assert "unfinished" not in workshop.made(step, values=NEW_EACH_TIME).script.text


def test_a_date_that_was_always_the_day_itself_is_today(workshop: Workshop) -> None:
    automation = workshop.made("show notes-{date}.tar", "show {date}", values=DAYS)
    assert [(p.name, p.default) for p in automation.parameters] == [("date", "")]
    before = f"{datetime.now():%Y-%m-%d}"  # noqa: DTZ005
    said = workshop.run(automation).stdout.decode()
    assert said in {f"<notes-{day}.tar><{day}>" for day in (before, f"{datetime.now():%Y-%m-%d}")}  # noqa: DTZ005
    assert workshop.run(automation, "2020-02-02").stdout == b"<notes-2020-02-02.tar><2020-02-02>"
    assert workshop.run(automation, "").stdout.decode() == said
    assert "takes today for {date} when it is not given" in automation.adds


@pytest.mark.parametrize(
    ("values", "form"),
    [
        (["2026-03-01", "2026-03-02", "2026-03-03"], "%F"), (["20260301", "20260302", "20260303"], "%Y%m%d"), (["01.03.2026", "02.03.2026", "03.03.2026"], "%d.%m.%Y"),
        (["2026-03-02", "2026-03-03", "2026-03-04"], "%F"), (["2026-03-01", "2026-03-02"], None), (["2026-03-01", "2026-03-02", "2026-03-05"], None),
        (["2026-03-01", "2026-03-03", "2026-03-03"], None), (["1", "2", "3"], None),
    ],
)  # fmt: skip
def test_a_format_must_fit_every_run(values: list[str], form: str | None) -> None:
    times = [datetime(2026, 3, day, 20, tzinfo=UTC) for day in range(1, len(values) + 1)]
    assert date_format(values, times) == form


def test_a_date_says_nothing_where_it_decides_what_is_destroyed(workshop: Workshop) -> None:
    assert workshop.made("rm -r backup-{date}", values=DAYS).parameters[0].default is None


def test_a_missing_argument_is_named_with_the_usage(workshop: Workshop) -> None:
    automation = workshop.made("show {f} {g}", values=NEW_EACH_TIME)
    for arguments in (("a",), ("a", "")):
        result = workshop.run(automation, *arguments)
        assert result.returncode == 64
        assert result.stderr.decode().startswith(f"{automation.name}: {automation.parameters[1].name} is missing\n")
        assert "Usage: " in result.stderr.decode()


@pytest.mark.parametrize(
    ("step", "values", "good", "bad"),
    [
        ("make HOST={x}", ["web-1", "db"], "a.example.org", "$(ls)"),
        ("psql -c 'select * from t where id = {x}'", ["12", "7"], "99", "1 or 1=1"),
        ("psql -c \"select * from t where day = '{x}'\"", ["2026-03-01", "2026-03-02"], "2026-04-01", "1' or '1"),
        ("sqlite3 a.db \"select * from t where name = '{x}'\"", ["ann", "bob"], "zoe", "o'b"),
        ("mysql -e 'delete from t where id = {x}' shop", ["1", "2"], "3", "3 or true"),
    ],
)
def test_a_value_read_again_is_held_to_the_class_of_those_seen(
    workshop: Workshop, step: str, values: list[str], good: str, bad: str
) -> None:
    automation = workshop.made(step, values=[{"x": value} for value in values])
    assert any("would read more as code" in words for words in automation.adds)
    stub = workshop.folder / "bin" / step.split()[0]
    workshop.run(automation)
    stub.write_text("#!/bin/sh\nprintf '<%s>' \"$@\"\n")
    stub.chmod(0o755)
    assert good.encode() in workshop.run(automation, good).stdout
    refused = workshop.run(automation, bad)
    assert (refused.returncode, refused.stdout) == (64, b"")


@pytest.mark.parametrize(
    ("step", "values"),
    [("psql -c 'select * from {x}'", ["users", "orders"]), ("sqlite3 a.db '.shell {x}'", ["1", "2"]), ("make SHELL={x}", ["a", "b"]), ("make V={x}", ["a b", "c"])],
)  # fmt: skip
def test_where_no_class_is_narrow_enough_it_is_refused(workshop: Workshop, step: str, values: list[str]) -> None:
    assert "read as code" in workshop.refused(step, values=[{"x": value} for value in values]).detail


def test_where_every_run_was_in_one_folder_it_runs_there(workshop: Workshop) -> None:
    assert _runs_in(workshop, "/srv/a", "make") == "/srv/a"
    assert _runs_in(workshop, "/home/me", "make") is None
    assert _runs_in(workshop, "/srv/a", "cd /srv/b", "make") is None
    assert _runs_in(workshop, "/srv/a", "cd sub", "make") == "/srv/a"
    assert _runs_in(workshop, "/srv/a", "cd sub", "source env.sh") is None
    assert workshop.made("make").runs_in is None


def _runs_in(workshop: Workshop, folder: str, *steps: str) -> str | None:
    made = workshop.made(*steps, cwd=folder)
    return made.runs_in


def test_time_limits_and_retries_are_settings(workshop: Workshop) -> None:
    settings = AutomationCreation(connect_timeout_s=3, request_timeout_s=9, request_retries=0, keeps_existing_files=False)
    made = MicroAutomationCreator(settings).create_from_commands(
        ["curl https://example.com"], "ask-it", name_taken=lambda n: False, aliases={}, is_program=lambda n: True, now=NOW, home=None
    )
    assert isinstance(made, Automation)
    assert "curl --fail --connect-timeout 3 --max-time 9 https" in made.script.text


def test_a_program_named_like_a_function_of_ours_is_still_the_program(workshop: Workshop) -> None:
    automation = workshop.made("stop {g}", "finish", values=NEW_EACH_TIME)
    workshop.run(automation)
    for name in ("stop", "finish"):
        (workshop.folder / "bin" / name).write_text(f"#!/bin/sh\nprintf '<{name} %s>' \"$@\"\n")
        (workshop.folder / "bin" / name).chmod(0o755)
    assert workshop.run(automation, "web").stdout == b"<stop web><finish >"


@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="this system has no files in memory")
def test_read_from_memory_it_still_knows_its_steps_and_its_usage(workshop: Workshop) -> None:
    automation = workshop.made("echo a {g}", "ls /nonexistent", values=NEW_EACH_TIME)
    for arguments, status, words in (
        (["x"], 2, f"{automation.name}: to go on from there: {automation.name} --from 2 x\n"),
        (["--help"], 0, f"Usage: {automation.name} [--dry-run | --from STEP] <g>\n"),
        (["--dry-run", "x y"], 0, "echo a 'x y'\n"),
        ([], 64, f"{automation.name}: g is missing\n"),
    ):
        descriptor = os.memfd_create("script", 0)
        os.write(descriptor, automation.script.text.encode())
        done = subprocess.run(
            ["bash", f"/proc/self/fd/{descriptor}", *arguments],
            pass_fds=[descriptor],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        os.close(descriptor)
        assert done.returncode == status
        assert words in done.stdout + done.stderr


def test_the_default_of_a_date_is_read_back_from_the_text(workshop: Workshop) -> None:
    automation = workshop.made("show {date}", values=DAYS)
    assert [(p.name, p.default) for p in describe_script(automation.script.text).parameters] == [("date", "")]
