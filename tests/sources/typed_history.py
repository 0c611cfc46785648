"""Types at a real shell in a pseudo terminal, so that it writes its own history file."""

import os
import pty
import select
import shutil
import signal
import time
from pathlib import Path

import pytest

READY, MORE = b"@@READY@@", b"@@MORE@@"
_PATIENCE_S = 20.0


class TypedShell:
    """One interactive shell with a home of its own; it ends when it is closed, and has written its history by then."""

    def __init__(self, argv: list[str], home: Path) -> None:
        path = shutil.which(argv[0])
        if path is None:
            pytest.skip(f"{argv[0]} is not installed here")
        environment = {"HOME": str(home), "PATH": os.environ["PATH"], "TERM": "dumb", "LC_ALL": "C.UTF-8"}
        self._pid, self._terminal = pty.fork()
        if self._pid == 0:
            os.chdir(home)
            os.execve(path, argv, environment)
        self._seen = b""
        self.wait(READY)

    def type(self, command: bytes, *, until: bytes = READY) -> None:
        """One command, line by line, as a person would; then waits for the prompt."""
        *first, last = command.split(b"\n")
        for line in first:
            self._write(line + b"\r")
            self.wait(MORE)
        self._write(last + b"\r")
        self.wait(until)

    def paste(self, text: bytes, *, until: bytes) -> None:
        """All at once, newlines as they are; for an editor that shows no second prompt."""
        self._write(text.replace(b"\n", b"\r") + b"\r")
        self.wait(until)

    def close(self) -> None:
        """Types `exit` and waits for the end."""
        self._write(b"exit\r")
        end = time.monotonic() + _PATIENCE_S
        while time.monotonic() < end:
            if os.waitpid(self._pid, os.WNOHANG)[0]:
                os.close(self._terminal)
                return
            self._read(0.02)
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._terminal)
        raise TimeoutError("the shell did not end")

    def wait(self, text: bytes) -> None:
        """Until the terminal has shown `text`."""
        end = time.monotonic() + _PATIENCE_S
        while text not in self._seen:
            if time.monotonic() > end:
                raise TimeoutError(f"no {text!r}; seen: {self._seen[-400:]!r}")
            self._read(0.2)
        self._seen = self._seen.partition(text)[2]

    def _write(self, text: bytes) -> None:
        os.write(self._terminal, text)

    def _read(self, timeout_s: float) -> None:
        if select.select([self._terminal], [], [], timeout_s)[0]:
            try:
                self._seen += os.read(self._terminal, 65536)
            except OSError:  # the shell has closed its side
                time.sleep(timeout_s / 10)
