"""Whichever process is killed, and whenever: nothing of the trial survives, and what is said about it is true.

A runs the supervisor, B is the launcher, C process 1 of the trial, D the script.
"""

from __future__ import annotations

import ctypes
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.conftest import cache_dir, fingerprint
from vynexus_tui.domain.trials import SandboxLevel, Verdict

if TYPE_CHECKING:
    from tests.sandbox.conftest import Person

# The process that runs the trials knows these classes by this name too.
sys.path.insert(0, str(Path(__file__).parent))
from failing_launcher import Call, Fault, Outcome

sys.path.pop(0)

RUNNER = str(Path(__file__).with_name("failing_launcher.py"))
_PR_SET_CHILD_SUBREAPER = 36
LONGEST_S = 5.0


def children_of(pid: int) -> list[int]:
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return []


def descendants_of(pid: int) -> set[int]:
    found = set(children_of(pid))
    return found.union(*(descendants_of(child) for child in found))


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def wait_for(what: str, look: Callable[[], object], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if look():
            return
        time.sleep(0.005)
    raise AssertionError(f"{what}: not within {seconds} s")


class Run:
    """One trial in a process of its own, whose processes can be found and killed."""

    def __init__(self, person: Person, script: str, fault: Fault | None, folder: Path) -> None:
        self.log = folder / "log"
        self.log.write_bytes(b"")
        os.chown(self.log, person.user, -1)
        self._before = children_of(os.getpid())
        given = {"cwd": str(person.home), "environment": person.environment, "now": person.now}
        request = {
            "home": str(person.home),
            "cache_dir": cache_dir(person.user),
            "script": script,
            "log": str(self.log),
            "faults": [fault],
            "given": given,
        }
        self.process = subprocess.Popen(
            [person.python, RUNNER, person.checkout],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=person.environment,
            cwd="/",
            **person.identity,
        )
        assert self.process.stdin is not None
        pickle.dump(request, self.process.stdin)
        self.process.stdin.close()
        self.process.stdin = None

    def pid_of(self, who: str) -> int:
        """The process A, B, C, D, the helper that writes root's id maps, or the one whose command has `who` in it."""
        ways = {"A": "", "B": "A", "helper": "B", "C": "B", "D": "C"}
        if who not in ways:
            return next((pid for pid in descendants_of(self.process.pid) if who in command_of(pid)), 0)
        if who == "A":
            return self.process.pid
        children = children_of(self.pid_of(ways[who]))
        return (children[0] if who == "D" else children[-1]) if children else 0  # B may have had a helper, orphans of D become C's

    def kill(self, who: str) -> None:
        pid = self.pid_of(who)
        assert pid, f"there is no {who}"
        os.kill(pid, signal.SIGKILL)

    def let_go(self) -> None:
        """The call that was held up may be made."""
        with open(self.log, "a") as file:
            file.write("go\t\t\t\t0\n")

    def outcome(self) -> Outcome:
        """What A says; nothing may be left by then."""
        began = time.monotonic()
        answer, _ = self.process.communicate(timeout=30)
        assert time.monotonic() - began < LONGEST_S
        (outcome,) = pickle.loads(answer)
        assert isinstance(outcome, Outcome)
        assert outcome.leftovers == []
        return outcome

    def assert_nothing_survives(self) -> None:
        self.process.wait(LONGEST_S)
        wait_for("the end of all processes", lambda: not self._survivors(), LONGEST_S)

    def _survivors(self) -> list[int]:
        orphans = [pid for pid in children_of(os.getpid()) if pid not in self._before]
        return [pid for pid in orphans if os.waitpid(pid, os.WNOHANG) == (0, 0)]


@pytest.fixture
def beside() -> Iterator[Path]:
    """A folder that is not the person's home, and that they can write to (pytest's own is closed to them)."""
    with tempfile.TemporaryDirectory(prefix="vx-beside-", dir="/tmp") as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


@contextmanager
def running(person: Person, script: str, beside: Path, fault: Fault | None = None) -> Iterator[Run]:
    """Whatever loses its parent becomes a child of this process, so nothing can survive unseen. Files and mounts are the same after it."""
    before = (Path("/proc/self/mountinfo").read_text(), fingerprint(person.home))
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    run = Run(person, script, fault, beside)
    try:
        yield run
        run.assert_nothing_survives()
    finally:
        for pid in descendants_of(run.process.pid) | {run.process.pid}:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        run.process.wait()
        assert run.process.stdout is not None
        run.process.stdout.close()
        libc.prctl(_PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
    assert (Path("/proc/self/mountinfo").read_text(), fingerprint(person.home)) == before


def calls_of_the_set_up(person: Person, beside: Path) -> list[Call]:
    with running(person, "echo RAN", beside) as run:
        outcome = run.outcome()
        assert outcome.said == "RAN\n"
        return outcome.calls


MOMENTS = {
    "before it is tied to us": ("B", "libc prctl", 0.0, "A B"),
    "while the id maps are written": ("helper", "open", 1.0, "A B helper"),
    "half way through the tree": ("B", "libc mount", 0.5, "A B"),
    "before process 1 is there": ("B", "fork", 1.0, "A B"),
    "before the old root is left": ("C", "libc umount2", 0.0, "A B C"),
    "before the script is there": ("D", "setsid", 0.0, "A B C D"),
}


def test_killed_during_set_up_it_never_runs_the_script(person: Person, beside: Path) -> None:
    calls = calls_of_the_set_up(person, beside)
    number_of_c = 2 if person.user == 0 else 1
    paths = {"B": "B", "helper": "B/1", "C": f"B/{number_of_c}", "D": f"B/{number_of_c}/1"}
    for process, name, share, victims in MOMENTS.values():
        if process == "helper" and person.user != 0:
            continue
        alike = [call for call in calls if (call.process, call.name) == (paths[process], name)]
        fault = Fault(alike[int((len(alike) - 1) * share)], 0)
        for victim in victims.split():
            check_killed_during_set_up(person, victim, beside, fault)


def check_killed_during_set_up(person: Person, victim: str, beside: Path, fault: Fault) -> None:
    with running(person, "echo RAN > ran; echo RAN", beside, fault) as run:
        wait_for("the held up call", lambda: run.log.stat().st_size)
        run.kill(victim)
        run.let_go()
        if victim != "A":
            outcome = run.outcome()
            assert (outcome.trial.level, outcome.trial.verdict, outcome.said) == (SandboxLevel.STATIC, Verdict.NOT_TRIED, ""), victim
            assert outcome.trial.reason, victim


RUNS = """
(setsid bash -c 'trap "" TERM HUP; sleep 9{0} & sleep 9{0}' < /dev/null > /dev/null 2>&1 &)
echo made > made
sleep 7{0} &
wait $!
echo "its child ended with $?"
"""


def killed_while_it_runs(person: Person, victim: str, beside: Path) -> Any:
    marks = f"7{os.getpid()}", f"9{os.getpid()}"
    with running(person, RUNS.format(os.getpid()), beside) as run:
        for mark in marks:
            wait_for("the script's processes", lambda: run.pid_of(f"sleep {mark}"))  # noqa: B023
        run.kill(f"sleep {marks[0]}" if victim == "child" else victim)
        return None if victim == "A" else run.outcome().trial


def test_killing_the_supervising_process_while_the_script_runs_ends_all(person: Person, beside: Path) -> None:
    killed_while_it_runs(person, "A", beside)


def test_killing_the_launcher_while_the_script_runs_is_said(person: Person, beside: Path) -> None:
    trial = killed_while_it_runs(person, "B", beside)
    assert (trial.level, trial.verdict, trial.limit) == (SandboxLevel.FULL, Verdict.CUT_OFF, "its launcher ended early")
    assert trial.changes == ()
    assert "there is no list of changes" in trial.not_known


def test_killing_process_1_while_the_script_runs_keeps_the_list_of_changes(person: Person, beside: Path) -> None:
    trial = killed_while_it_runs(person, "C", beside)
    assert (trial.level, trial.verdict, trial.exit_code) == (SandboxLevel.FULL, Verdict.CUT_OFF, None)
    assert [Path(change.path).name for change in trial.changes] == ["made"]


def test_killing_the_script_is_a_failure_of_the_script(person: Person, beside: Path) -> None:
    trial = killed_while_it_runs(person, "D", beside)
    assert (trial.level, trial.verdict, trial.exit_code) == (SandboxLevel.FULL, Verdict.FAILED, 137)
    assert [Path(change.path).name for change in trial.changes] == ["made"]
    assert trial.leftover_processes >= 3


def test_killing_a_child_of_the_script_is_the_script_s_affair(person: Person, beside: Path) -> None:
    trial = killed_while_it_runs(person, "child", beside)
    assert (trial.verdict, trial.stdout) == (Verdict.PASSED, "its child ended with 137\n")
    assert trial.leftover_processes >= 2


@pytest.mark.parametrize("victim", ["A", "B"])
def test_killed_during_the_comparison_it_has_no_list_of_changes(person: Person, victim: str, beside: Path) -> None:
    for number in range(6):  # each costs difflib half a second
        person.write(f"{number}.txt", "".join(f"{n % 104}\n" for n in range(2490)))
    script = "for i in {0..5}; do for ((n = 0; n < 2490; n++)); do echo $((n * 7 % 104)); done > $i.txt; done; sleep 0."
    mark = str(os.getpid()).rjust(9, "7")
    with running(person, script + mark, beside) as run:
        wait_for("the script", lambda: run.pid_of(f"sleep 0.{mark}"))
        launcher = run.pid_of("B")
        wait_for("the end of the script", lambda: not children_of(launcher))
        run.kill(victim)
        if victim == "B":
            trial = run.outcome().trial
            assert (trial.level, trial.verdict, trial.limit) == (SandboxLevel.FULL, Verdict.CUT_OFF, "its launcher ended early")
            assert "there is no list of changes" in trial.not_known
