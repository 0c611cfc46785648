"""`vynexus run`: quick, exact, and it runs nothing but what was approved (invariants 1 and 10)."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.shell.automations import automation
from vynexus_tui.domain.automations import Automation
from vynexus_tui.engine.assembly import Workspace
from vynexus_tui.shell.workflow_shortcuts import InstalledShortcut, WorkflowShortcuts
from vynexus_tui.sources.hook_spool import HookSpool

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = (
    '#!/usr/bin/env bash\nset -euo pipefail\nprintf "<%s>" greet "$@"\n[ "${1-}" != fail ] || exit 7\n[ "${1-}" != die ] || kill -9 $$\n'
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def install(home: Path, text: str = SCRIPT) -> InstalledShortcut:
    return shortcuts(home).install(automation("greet", text, automation_id="a1"))


def shortcuts(home: Path) -> WorkflowShortcuts:
    return WorkflowShortcuts(data_dir=home / ".local/share/vynexus", home=home, search_path="/usr/bin:/bin", python=sys.executable)


def environment(home: Path) -> dict[str, str]:
    return {"HOME": str(home), "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}


def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "vynexus_tui", "run", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment(home), check=False, cwd=home)


def recorded(home: Path) -> list[tuple[int, str]]:
    found = HookSpool(home / ".local/state/vynexus/spool").read({}, {}, datetime.now(tz=UTC))
    return [(r.exit_code, r.automation_id) for r in found.runs]


def test_it_runs_the_approved_script_with_its_arguments_and_keeps_a_record(home: Path) -> None:
    install(home)
    done = run(home, "greet", "a b", "*", "--help")
    assert (done.returncode, done.stdout, done.stderr) == (0, "<greet><a b><*><--help>", "")
    assert recorded(home) == [(0, "a1")]


def test_a_function_is_not_run_as_a_program_and_says_how_it_is_called(home: Path) -> None:
    shortcuts(home).install(automation("greet", ": step 1 &&\ncd /\n", is_function=True))
    done = run(home, "greet")
    assert (done.returncode, done.stdout, recorded(home)) == (126, "", [])
    assert "greet changes the shell that calls it" in done.stderr
    assert "type greet once more" in done.stderr


def test_it_exits_with_the_scripts_own_status(home: Path) -> None:
    install(home)
    assert run(home, "greet", "fail").returncode == 7
    assert run(home, "greet", "die").returncode == 128 + signal.SIGKILL
    assert sorted(recorded(home)) == [(7, "a1"), (137, "a1")]


def test_a_changed_script_is_refused_and_not_run(home: Path) -> None:
    installed = install(home)
    installed.script_path.write_text("touch " + str(home / "PWNED"))
    done = run(home, "greet")
    assert done.returncode == 126
    assert "not the script you approved" in done.stderr
    assert not (home / "PWNED").exists()
    assert recorded(home) == []


def test_a_paused_automation_says_how_to_resume_it(home: Path) -> None:
    install(home)
    shortcuts(home).pause("greet")
    done = run(home, "greet")
    assert done.returncode == 126
    assert "vynexus resume greet" in done.stderr


@pytest.mark.parametrize("name", ["nothing", "../greet", ".", "a/b"])
def test_what_was_not_approved_is_not_found(home: Path, name: str) -> None:
    install(home)
    assert run(home, name).returncode == 127


def test_the_shortcut_itself_runs_it(home: Path) -> None:
    installed = install(home)
    done = subprocess.run([installed.shortcut_path, "x"], capture_output=True, text=True, env=environment(home), check=False)
    assert (done.returncode, done.stdout) == (0, "<greet><x>")


def test_a_spool_that_cannot_be_written_does_not_stop_the_work(home: Path) -> None:
    install(home)
    state = home / ".local/state"
    state.parent.mkdir(parents=True, exist_ok=True)
    state.write_text("in the way")
    assert run(home, "greet", "x").stdout == "<greet><x>"


def test_ctrl_c_reaches_the_script_and_is_recorded(home: Path) -> None:
    install(home, "trap 'echo cleaned; exit 130' INT\necho ready\nsleep 30 & wait $!\n")
    command = [sys.executable, "-m", "vynexus_tui", "run", "greet"]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment(home), start_new_session=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    os.killpg(child.pid, signal.SIGINT)
    assert child.stdout.readline() == "cleaned\n"
    assert child.wait(timeout=20) == 130
    child.stdout.close()
    assert recorded(home) == [(130, "a1")]


def test_time_and_memory_are_those_of_the_script(home: Path) -> None:
    install(home, "python3 -c 'x = bytearray(60_000_000); import time; time.sleep(0.3)'\n")
    before = time.time()
    assert run(home, "greet").returncode == 0
    (measured,) = HookSpool(home / ".local/state/vynexus/spool").read({}, {}, datetime.now(tz=UTC)).runs
    assert 0.3 <= measured.duration_s <= time.time() - before
    assert (measured.peak_memory_bytes or 0) > 55_000_000
    assert measured.cwd == str(home)


def test_an_automation_that_calls_itself_is_stopped_at_once(home: Path) -> None:
    installed = install(home, f"exec {home}/.local/share/vynexus/bin/greet\n")
    done = subprocess.run([installed.shortcut_path], capture_output=True, text=True, env=environment(home), check=False, timeout=30)
    assert done.returncode == 126
    assert "greet calls itself" in done.stderr


def test_it_runs_the_bytes_that_were_checked_whatever_happens_to_the_file(home: Path) -> None:
    installed = install(home, 'sleep 0.3; printf "%s" "$(head -c 9 "$0")"; echo " approved"\n')
    command = [sys.executable, "-m", "vynexus_tui", "run", "greet"]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment(home))
    time.sleep(0.25)
    other = installed.script_path.with_name("other")
    other.write_text("echo foreign\n")
    other.replace(installed.script_path)
    assert child.communicate(timeout=20)[0] == "sleep 0.3 approved\n"


def test_nothing_from_the_environment_runs_before_the_script(home: Path) -> None:
    install(home, "echo only this\n")
    (home / "meddling").write_text("echo meddled\n")
    more = {"BASH_ENV": str(home / "meddling"), "BASH_FUNC_echo%%": "() { builtin echo shadowed; }"}
    command = [sys.executable, "-m", "vynexus_tui", "run", "greet"]
    done = subprocess.run(command, capture_output=True, text=True, env={**environment(home), **more}, check=False)
    assert done.stdout == "only this\n"


REFUSE = "refuse() { printf '%s: %s\\n' greet \"$1\" >&2; usage >&2; exit 64; }\n"
"""As every script that is proposed ends a wrong call."""


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["--dry-run"], ["--dry-run", "x"], ["wrong"]])
def test_help_rehearsals_and_wrong_calls_are_no_runs(home: Path, arguments: list[str]) -> None:
    install(home, REFUSE + '[ "$1" = wrong ] && refuse wrong; exit 0\n')
    run(home, "greet", *arguments)
    assert recorded(home) == []


def test_a_wrong_call_of_a_script_that_was_proposed_is_no_run(workspace: Workspace, proposed: Automation) -> None:
    home = workspace.paths.home
    install(home, proposed.script.text)
    done = run(home, "greet", "one", "too", "many")
    assert (done.returncode, recorded(home)) == (64, []), done.stderr


@pytest.mark.parametrize("text", ["sh -c 'exit 64'\n", REFUSE + "sleep 1.1; exit 64\n"])
def test_a_command_of_the_script_that_ends_with_64_is_a_failure(home: Path, text: str) -> None:
    install(home, text)
    assert run(home, "greet").returncode == 64
    assert recorded(home) == [(64, "a1")]


def test_a_schedule_whose_arguments_are_wrong_fails(home: Path) -> None:
    install(home, REFUSE + "refuse wrong\n")
    assert run(home, "--scheduled", "greet").returncode == 64
    assert recorded(home) == [(64, "a1")]


@pytest.mark.parametrize(
    ("arguments", "step"),
    [([], None), (["--from", "1"], None), (["--from", "3", "x"], 3), (["x", "--from", "3"], None), (["--from"], None)],
)
def test_a_record_says_from_which_step_the_run_went_on(home: Path, arguments: list[str], step: int | None) -> None:
    install(home)
    run(home, "greet", *arguments)
    (found,) = HookSpool(home / ".local/state/vynexus/spool").read({}, {}, datetime.now(tz=UTC)).runs
    assert found.from_step == step


# --- what the approved file says -------------------------------------------------------------------------------------------------------


def approved(home: Path) -> Path:
    return home / ".local/share/vynexus/automations/greet/approved"


@pytest.mark.parametrize("line_break", ["\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028"])
def test_a_folders_name_with_another_line_break_forges_no_field(home: Path, line_break: str) -> None:
    install(home)
    folder = home / f"x{line_break}status paused{line_break}kind function"
    folder.mkdir()
    with approved(home).open("a", encoding="utf-8", newline="") as file:
        file.write(f"cwd {folder}\n")
    done = run(home, "greet", "x")
    assert (done.returncode, done.stdout, done.stderr) == (0, "<greet><x>", "")
    (found,) = HookSpool(home / ".local/state/vynexus/spool").read({}, {}, datetime.now(tz=UTC)).runs
    assert found.cwd == str(folder)


def test_what_stands_below_does_not_speak_for_a_field_above(home: Path) -> None:
    install(home)
    shortcuts(home).pause("greet")
    with approved(home).open("a", encoding="utf-8") as file:
        file.write("status live\n")
    assert run(home, "greet").returncode == 126


# --- stopping itself -------------------------------------------------------------------------------------------------------------------


def may_fail(home: Path, times: str) -> Path:
    install(home)
    text = "".join(line for line in approved(home).read_text().splitlines(keepends=True) if not line.startswith("most_failures "))
    approved(home).write_text(f"{text}most_failures {times}\n")
    return approved(home).with_name("failures")


@pytest.mark.parametrize("how", [[], ["--scheduled"]])
def test_after_too_many_failures_in_a_row_it_stops_itself_at_once(home: Path, how: list[str]) -> None:
    failures = may_fail(home, "2")
    assert [run(home, *how, "greet", "fail").returncode for _ in range(3)] == [7, 7, 126]
    done = run(home, "greet")
    assert (done.returncode, done.stdout) == (126, "")
    assert "greet stopped itself: failed 2 times in a row" in done.stderr
    assert "vynexus show greet" in done.stderr
    assert "vynexus resume greet" in done.stderr
    assert len(recorded(home)) == 2
    failures.unlink()
    assert run(home, "greet").returncode == 0


def test_a_success_ends_the_row(home: Path) -> None:
    failures = may_fail(home, "2")
    assert [run(home, "greet", *arguments).returncode for arguments in (["fail"], [], ["fail"])] == [7, 0, 7]
    assert failures.stat().st_size == 1
    assert run(home, "greet").returncode == 0
    assert not failures.exists()


def test_what_was_stopped_or_rehearsed_is_neither_a_failure_nor_a_success(home: Path) -> None:
    install(home, 'case "${1-}" in stop) exit 130 ;; --dry-run) exit 0 ;; esac\nexit 7\n')
    approved(home).write_text(approved(home).read_text().replace("most_failures 3", "most_failures 2"))
    codes = [run(home, "greet", *arguments).returncode for arguments in ([], ["stop"], ["--dry-run"], [], [])]
    assert codes == [7, 130, 0, 7, 126]


@pytest.mark.parametrize("times", ["0", "", "-1", "many"])
def test_without_a_number_it_never_stops_itself(home: Path, times: str) -> None:
    may_fail(home, times)
    assert [run(home, "greet", "fail").returncode for _ in range(3)] == [7, 7, 7]


def test_failures_that_cannot_be_counted_do_not_stop_the_work(home: Path) -> None:
    may_fail(home, "2").mkdir()
    approved(home).write_text(approved(home).read_text().replace("most_failures 2", "most_failures 9999"))
    assert [run(home, "greet", *arguments).returncode for arguments in (["fail"], [])] == [7, 0]
    assert len(recorded(home)) == 2
