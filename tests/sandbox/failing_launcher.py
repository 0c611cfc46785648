"""A launcher in which one chosen system call fails or is held up, and the process that runs trials with it. All other calls are real.

As a program: answers a pickled list of faults with what became of each trial. As a module: what the launcher's start line calls.
"""

from __future__ import annotations

import builtins
import ctypes
import fcntl
import os
import pickle
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

_OS_CALLS = """chdir chmod chown close dup2 execve fork mkdir open pipe pipe2 read setsid setxattr statvfs symlink utime write""".split()
_OTHER_CALLS = ((builtins, "open"), (fcntl, "ioctl"), (resource, "setrlimit"), (signal, "signal"), (signal, "pthread_sigmask"))
_PR_SET_CHILD_SUBREAPER = 36
_MOST_WAIT_S = 2.0


class Call(NamedTuple):
    """One call of the set-up, told from all others by what leads to it: their number alone changes with every mount of the machine."""

    process: str
    """B, the launcher; B/1 its first child; and so on."""
    name: str
    target: str
    site: str
    """Lines of our own code, innermost first."""
    count: int
    """How many like it came before."""


class Fault(NamedTuple):
    """The call that fails, and with what error. Error 0: it is held up until somebody writes to the log, and then made."""

    call: Call
    errno: int


class Outcome(NamedTuple):
    """What became of one trial."""

    fault: Fault | None
    trial: Any
    said: str
    duration_s: float
    calls: list[Call]
    """Without a fault: those that succeeded (a call that fails is noted twice). With one: the call that failed, if it was made."""
    leftovers: list[str]


class Faults:
    """Counts the calls of the set-up, process by process, and makes one fail. `log_fd` hears of each (no fault), or of that one."""

    def __init__(self, fault: Fault | None, log_fd: int) -> None:
        self._fault = fault
        self._log_fd = log_fd
        self._process, self._forks = "B", 0
        self._seen: dict[tuple[str, ...], int] = {}
        self._last: Call | None = None
        self._write, self._fork = os.write, os.fork

    @property
    def _is_set_up(self) -> bool:
        """Until B has forked C (as root after a helper), until C has forked D: what follows is the run."""
        forks_in_set_up = {"B": 2 if os.geteuid() == 0 else 1, self._name_of_c: 1}
        return self._forks < forks_in_set_up.get(self._process, 9)

    @property
    def _name_of_c(self) -> str:
        return "B/2" if os.geteuid() == 0 else "B/1"

    def fails(self, name: str, arguments: tuple[Any, ...]) -> int | None:
        """The error this call is to fail with, or None."""
        if not self._is_set_up:
            return None
        target = next((repr(a) for a in arguments[1::-1] if isinstance(a, (str, bytes))), "")
        kind = (self._process, name, target, _own_lines())
        call = self._last = Call(*kind, self._seen.get(kind, 0))
        self._seen[kind] = call.count + 1
        if self._fault is None:
            self._note(call)
            return None
        if call != self._fault.call:
            return None
        self._note(call)
        if self._fault.errno == 0:
            self._wait_for_permission()
        return self._fault.errno

    def note_failure(self) -> None:
        """The last call, not made to fail, failed: as it always does here."""
        if self._fault is None and self._is_set_up and self._last is not None:
            self._note(self._last)

    def _note(self, call: Call) -> None:
        self._write(self._log_fd, ("\t".join(map(str, call)) + "\n").encode())

    def _wait_for_permission(self) -> None:
        size = os.fstat(self._log_fd).st_size
        while os.fstat(self._log_fd).st_size == size:
            time.sleep(0.01)

    def fork(self) -> int:
        """The real fork; the child counts for itself."""
        self._forks += 1
        child = self._fork()
        if child == 0:
            self._process, self._forks = f"{self._process}/{self._forks}", 0
        return child


def _own_lines() -> str:
    lines = []
    frame = sys._getframe(2)
    while frame.f_back is not None:
        frame = frame.f_back
        if "vynexus_tui" in frame.f_code.co_filename:
            lines.append(f"{Path(frame.f_code.co_filename).stem}:{frame.f_lineno}")
    return " ".join(lines)


def start(fault: tuple[tuple[str, str, str, str, int], int] | None, log: str) -> None:
    """The launcher's main, with the fault in it."""
    from vynexus_tui.sandbox import launcher, linux_calls

    counter = Faults(Fault(Call(*fault[0]), fault[1]) if fault else None, os.open(log, os.O_WRONLY | os.O_APPEND))
    real = linux_calls._libc()

    class Libc:
        def __getattr__(self, name: str) -> Callable[..., int]:
            def call(*arguments: Any) -> int:
                if number := counter.fails(f"libc {name}", arguments):
                    ctypes.set_errno(number)
                    return -1
                result = int(getattr(real, name)(*arguments))
                if result < 0:
                    counter.note_failure()
                return result

            return call

    linux_calls._libc = Libc  # type: ignore[assignment]
    for module, name in [*((os, name) for name in _OS_CALLS), *_OTHER_CALLS]:
        setattr(module, name, _fallible(counter, name, counter.fork if name == "fork" else getattr(module, name)))
    launcher.main()


def _fallible(counter: Faults, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any, **named: Any) -> Any:
        if number := counter.fails(name, arguments):
            raise OSError(number, os.strerror(number))
        try:
            return real(*arguments, **named)
        except OSError:
            counter.note_failure()
            raise

    return call


def main() -> None:
    """Arguments: the checkout. Input: a pickled request; output: a pickled list of outcomes."""
    sys.path.insert(0, sys.argv[1])
    from vynexus_tui.domain.settings import Sandbox
    from vynexus_tui.sandbox.automation_sandbox import AutomationSandbox

    request = pickle.load(sys.stdin.buffer)
    # What loses its parent becomes our child: nothing can outlive a trial unseen.
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    sandbox = AutomationSandbox(Sandbox(), home=request["home"], cache_dir=request["cache_dir"])
    sandbox.capability()
    outcomes = [_one_trial(sandbox, fault, request) for fault in request["faults"]]
    pickle.dump(outcomes, sys.stdout.buffer)


def _one_trial(sandbox: Any, fault: Fault | None, request: dict[str, Any]) -> Outcome:
    from vynexus_tui.sandbox import supervisor

    log = Path(request["log"])
    log.write_bytes(b"")
    mounts = Path("/proc/self/mountinfo").read_text()
    supervisor._START = (
        f"import sys; sys.path.append(sys.argv[1]); sys.path.append({str(Path(__file__).parent)!r});"
        f" import failing_launcher; failing_launcher.start({(tuple(fault.call), fault.errno) if fault else None}, {str(log)!r})"
    )
    said: list[str] = []
    began = time.monotonic()
    trial = sandbox.run_trial(request["script"], on_output=said.append, **request["given"])
    duration_s = time.monotonic() - began
    leftovers = _reap_all()
    if Path("/proc/self/mountinfo").read_text() != mounts:
        leftovers.append("a mount")
    noted = Counter(log.read_text().splitlines())
    calls = [Call(*line.split("\t")[:4], int(line.split("\t")[4])) for line, times in noted.items() if times == 1]
    return Outcome(fault, trial, "".join(said), duration_s, calls, leftovers)


def _reap_all() -> list[str]:
    """Waits for orphans to end. Command lines of those that do not."""
    deadline = time.monotonic() + _MOST_WAIT_S
    while time.monotonic() < deadline:
        try:
            if os.waitpid(-1, os.WNOHANG) == (0, 0):
                time.sleep(0.005)
        except ChildProcessError:
            return []
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return [Path(f"/proc/{child}/cmdline").read_text() for child in children]


if __name__ == "__main__":
    # Pickled under the name the test imports.
    sys.path.insert(0, str(Path(__file__).parent))
    import failing_launcher

    failing_launcher.main()
