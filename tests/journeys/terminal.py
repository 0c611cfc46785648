"""A person at a terminal: a private tmux server, keys that are really typed, and what the screen shows."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

PATIENCE_S = 60.0
READING_S = 0.5
_LEFT = "left with status"


class Terminal:
    """One tmux window."""

    def __init__(self, socket: Path, name: str) -> None:
        self._socket = socket
        self._name = name

    def type(self, text: str) -> None:
        """Types the text and presses enter."""
        self._tmux("send-keys", "-t", self._name, "-l", text)
        self.press("Enter")

    def press(self, *keys: str) -> None:
        """Presses keys by tmux's names, as somebody who has read the screen: for 300 ms after it opens the dashboard is deaf to
        keys that decide something, by design."""
        for key in keys:
            time.sleep(READING_S)
            self._tmux("send-keys", "-t", self._name, key)

    def screen(self, *, colour: bool = False) -> str:
        """What is on the screen now."""
        return self._tmux("capture-pane", "-p", "-t", self._name, *(["-e"] if colour else []))

    def wait_for(self, *wanted: str, without: str | None = None, patience_s: float = PATIENCE_S) -> str:
        """Waits until all of `wanted` (and nothing of `without`) is on the screen; fails showing the screen."""
        end = time.monotonic() + patience_s
        while time.monotonic() < end:
            shown = self.screen()
            if all(w in shown for w in wanted) and (without is None or without not in shown):
                return shown
            time.sleep(0.1)
        raise AssertionError(f"waited {patience_s:.0f} s for {wanted} (without {without!r}); the screen shows:\n{self.screen()}")

    def wait_until_ended(self) -> int:
        """Waits until the program has ended; gives its exit status."""
        return int(self.wait_for(_LEFT).rpartition(_LEFT)[2].split()[0])

    def state(self, variable: str) -> str:
        """A tmux format variable of the pane, such as alternate_on."""
        return self._tmux("display-message", "-p", "-t", self._name, f"#{{{variable}}}").strip()

    def resize(self, width: int, height: int) -> None:
        """Makes the window another size."""
        self._tmux("resize-window", "-t", self._name, "-x", str(width), "-y", str(height))

    def _tmux(self, *arguments: str) -> str:
        done = subprocess.run(["tmux", "-S", str(self._socket), *arguments], capture_output=True, text=True, check=True)
        return done.stdout


class Desk:
    """All terminals of one person."""

    def __init__(self, socket: Path, environment: Mapping[str, str]) -> None:
        self._socket = socket
        self._environment = dict(environment)

    def open(self, name: str, command: str, *, width: int = 120, height: int = 40, cwd: Path | None = None) -> Terminal:
        """Opens a window that runs `command` (a shell command line), and says how it ended."""
        # Not tmux's remain-on-exit: now and then its server leaves the ended program unreaped, and its status unknown.
        command = f"{command}; printf '{_LEFT} %s\\n' $?; exec sleep 1000"
        where = ["-c", str(cwd)] if cwd else []
        subprocess.run(
            [
                "tmux",
                "-S",
                str(self._socket),
                "-f",
                "/dev/null",
                "new-session",
                "-d",
                "-s",
                name,
                "-x",
                str(width),
                "-y",
                str(height),
                *where,
                command,
            ],
            env=self._environment,
            check=True,
        )
        subprocess.run(
            ["tmux", "-S", str(self._socket), "set-option", "-t", name, "window-size", "manual"], env=self._environment, check=True
        )
        return Terminal(self._socket, name)


@contextmanager
def a_desk(folder: Path, environment: Mapping[str, str]) -> Iterator[Desk]:
    """A tmux server of its own; it and everything in it is gone at the end."""
    # A socket's path may have 107 bytes; pytest's folders can be longer.
    socket = Path("/tmp") / f"vy-{os.getpid()}-{abs(hash(folder)) % 10**8}.tmux"
    try:
        yield Desk(socket, environment)
    finally:
        subprocess.run(["tmux", "-S", str(socket), "kill-server"], capture_output=True, check=False)
        socket.unlink(missing_ok=True)


def has_tmux() -> bool:
    """Whether journeys can be made here."""
    return shutil.which("tmux") is not None
