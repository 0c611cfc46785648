"""The cycle in the background: a child process that never disturbs what the person is doing.

A thread would make keys 4-6 times slower and a niced thread holding the GIL up to 11 s late, so it is a process (measured;
see the notes in ARCHITECTURE.md). Linux groups processes by session when autogroup is on, so nice alone does nothing there: the
child makes its own session and lowers that group.
"""

import ctypes
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from vynexus_tui.domain.errors import RequestError
from vynexus_tui.engine.assembly import Workspace, make_state_dir, only_one
from vynexus_tui.engine.recording import has_new_records

_LOWEST = 19


def start_cycle(workspace: Workspace) -> subprocess.Popen[bytes]:
    """Starts `vynexus cycle` as a child of lowest priority; exit status 0 means done."""
    make_state_dir(workspace)
    with open(workspace.paths.log_file, "ab", opener=lambda path, flags: os.open(path, flags, 0o600)) as log:
        return subprocess.Popen(
            [sys.executable, "-m", "vynexus_tui", "cycle", "--background"],
            env=dict(workspace.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
            start_new_session=True,
        )


def lower_priority() -> None:
    """For the child: nice 19, idle I/O, and the same for its own session's scheduling group. Not SCHED_IDLE: the cycle takes
    the store's write lock, and a starved holder would make the dashboard wait.
    """
    os.nice(_LOWEST)
    group = Path("/proc/self/autogroup")
    if group.exists() and os.getsid(0) == os.getpid():
        try:
            group.write_text(str(_LOWEST))
        except OSError:
            # Some kernels have the file and refuse the write; nice alone must do there.
            pass
    _idle_io()


@contextmanager
def only_cycle(workspace: Workspace) -> Iterator[None]:
    """One cycle at a time. Raises RequestError when another one is running."""
    try:
        with only_one(workspace, "cycle", waits=False):
            yield
    except BlockingIOError:
        raise RequestError("a cycle is running already", "wait for it; it takes seconds") from None


def needs_cycle(workspace: Workspace, *, now: datetime) -> bool:
    """Whether new commands or runs wait."""
    return has_new_records(workspace, now=now)


def has_new_runs(workspace: Workspace) -> bool:
    """Whether a run waits to be accounted: one directory listing, for asking every few seconds."""
    try:
        return any(entry.match("run-*.r") for entry in workspace.paths.spool_dir.iterdir())
    except OSError:
        return False


def _idle_io() -> None:
    """I/O class idle, ioprio_set(2); where it is refused, nice must do."""
    numbers = {"x86_64": 251, "aarch64": 30}
    number = numbers.get(os.uname().machine)
    if sys.platform == "linux" and number is not None:
        ctypes.CDLL(None).syscall(number, 1, 0, 3 << 13)
