"""A program in a pseudo terminal of 120x40, read byte for byte, with the CPU time it used (Linux)."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

BARE_APP = Path(__file__).with_name("bare_app.py")
WIDTH, HEIGHT = 120, 40
_PATIENCE_S = 60.0


class Repaint(NamedTuple):
    """What followed a key."""

    first_ms: float
    """To the first byte."""
    last_ms: float
    """To the last byte before a silence."""
    byte_count: int


class TerminalProgram:
    """One running program. `seen` is all it has written."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], *, cwd: Path) -> None:
        self._began = time.perf_counter()
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            os.chdir(cwd)
            # The size must be there before the program looks.
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", HEIGHT, WIDTH, 0, 0))
            os.execvpe(command[0], list(command), dict(environment))
        self.seen = b""

    def wait_for(self, text: bytes) -> tuple[float, float]:
        """Reads until `text` was written; gives (wall seconds, CPU seconds) since the start."""
        while text not in self.seen:
            if not self._read(_PATIENCE_S):
                raise SystemExit(f"waited {_PATIENCE_S:.0f} s for {text!r}; got {self.seen[-2000:]!r}")
        return time.perf_counter() - self._began, self.cpu_s()

    def read_for(self, duration_s: float) -> None:
        """Reads whatever comes for so long."""
        end = time.perf_counter() + duration_s
        while (left_s := end - time.perf_counter()) > 0:
            self._read(left_s)

    def press(self, key: bytes, *, silence_s: float = 0.04) -> Repaint | None:
        """Types a key and times what it repaints; None when nothing did within a second."""
        while self._read(0):
            pass
        before = len(self.seen)
        began = last = time.perf_counter()
        os.write(self._terminal, key)
        if not self._read(1.0):
            return None
        first = last = time.perf_counter()
        while self._read(silence_s):
            last = time.perf_counter()
        return Repaint((first - began) * 1e3, (last - began) * 1e3, len(self.seen) - before)

    def cpu_s(self) -> float:
        """CPU seconds of all its threads so far, children not counted."""
        # CPUCLOCK_SCHED of another process, as clock_getcpuclockid(3) computes it: nanoseconds, where /proc counts ticks of 10 ms.
        return time.clock_gettime((~self.pid << 3) | 2)

    def has_children(self) -> bool:
        """Whether it runs other programs now."""
        return any(path.read_text().strip() for path in Path(f"/proc/{self.pid}/task").glob("*/children"))

    def close(self) -> None:
        """Ends it."""
        os.kill(self.pid, signal.SIGTERM)
        end = time.monotonic() + 5
        while os.waitpid(self.pid, os.WNOHANG)[0] == 0:
            self._read(0.05)
            if time.monotonic() > end:
                os.kill(self.pid, signal.SIGKILL)
        os.close(self._terminal)

    def _read(self, patience_s: float) -> bool:
        if not select.select([self._terminal], [], [], patience_s)[0]:
            return False
        try:
            piece = os.read(self._terminal, 65536)
        except OSError:  # Linux's way of saying that the other end is closed
            return False
        self.seen += piece
        return bool(piece)
