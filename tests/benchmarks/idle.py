"""What the dashboard costs while nobody touches it, all programs side by side in tmux (120x40) over the same seconds.

    python tests/benchmarks/idle.py [--seconds 30] [--rounds 2] [--events 2000]

CPU share of one core (children included), resident memory, and bytes written to the terminal, for the dashboard with and without the
focus and frozen, against a bare Textual app, `top` and, where they are installed, `htop` and `btop`.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from recorded_home import VYNEXUS, RecordedHome, plant_events
from terminal_program import BARE_APP, HEIGHT, WIDTH

WARM_UP_S = 8.0
FOCUS_LOST = "\x1b[O"
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


class Usage(NamedTuple):
    """What a program used so far."""

    cpu_s: float
    written_bytes: int


class Window:
    """A program in a window of a private tmux server; what it writes is copied to a file and counted."""

    def __init__(self, socket: Path, name: str, command: Sequence[str], person: RecordedHome) -> None:
        self._socket, self._name, self._written = socket, name, socket.parent / f"{name}.out"
        size = ["-x", str(WIDTH), "-y", str(HEIGHT)]
        # The pipe is attached before the program starts, so that nothing escapes it.
        words = " ".join(f"'{word}'" for word in command)
        self._tmux("-f", "/dev/null", "new-session", "-d", *size, "-s", name, "-c", str(person.home), f"read _; exec {words}", env=person)
        self._tmux("pipe-pane", "-O", "-t", name, f"exec cat >'{self._written}'")
        self.pid = int(self._tmux("display-message", "-p", "-t", name, "#{pane_pid}"))
        self._tmux("send-keys", "-t", name, "Enter")

    def type(self, text: str) -> None:
        """Sends bytes as the terminal would."""
        self._tmux("send-keys", "-t", self._name, "-H", *(f"{byte:02x}" for byte in text.encode()))

    def usage(self) -> Usage:
        """So far."""
        ticks = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        children_s = sum(map(int, ticks[13:15])) / _TICKS_PER_S
        # CPUCLOCK_SCHED of another process: nanoseconds, where /proc counts ticks of 10 ms.
        return Usage(time.clock_gettime((~self.pid << 3) | 2) + children_s, self._written.stat().st_size)

    def memory_mb(self) -> float:
        """Resident now."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20

    def _tmux(self, *arguments: str, env: RecordedHome | None = None) -> str:
        command = ["tmux", "-S", str(self._socket), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True, env=env.environment if env else None).stdout


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seconds", type=float, default=30)
    arguments.add_argument("--rounds", type=int, default=2)
    arguments.add_argument("--events", type=int, default=2000)
    options = arguments.parse_args()
    if shutil.which("tmux") is None:
        sys.exit("tmux is not installed here")
    with tempfile.TemporaryDirectory() as folder:
        person = RecordedHome(Path(folder) / "home")
        person.import_events(plant_events(options.events))
        person.vynexus("cycle")
        socket = Path(folder) / "tmux"
        windows = {name: Window(socket, name.split()[0], command, person) for name, command in _programs().items()}
        try:
            _measure(windows, options.seconds, options.rounds)
        finally:
            subprocess.run(["tmux", "-S", str(socket), "kill-server"], check=False)


def _programs() -> dict[str, Sequence[str]]:
    programs: dict[str, Sequence[str]] = {
        "focused dashboard": VYNEXUS,
        "unfocused dashboard": VYNEXUS,
        "frozen dashboard": VYNEXUS,
        "bare Textual app": [sys.executable, str(BARE_APP)],
        "top -d 2": ["top", "-d", "2"],
        "htop -d 20": ["htop", "-d", "20"],
        "btop": ["btop"],
    }
    return {name: command for name, command in programs.items() if shutil.which(command[0])}


def _measure(windows: dict[str, Window], duration_s: float, rounds: int) -> None:
    time.sleep(WARM_UP_S)
    windows["unfocused dashboard"].type(FOCUS_LOST)
    windows["frozen dashboard"].type(" ")
    time.sleep(2)
    shares: dict[str, list[float]] = {name: [] for name in windows}
    rates: dict[str, list[float]] = {name: [] for name in windows}
    for _ in range(rounds):
        before = {name: window.usage() for name, window in windows.items()}
        began = time.perf_counter()
        time.sleep(duration_s)
        elapsed_s = time.perf_counter() - began
        for name, window in windows.items():
            used = window.usage()
            shares[name].append((used.cpu_s - before[name].cpu_s) / elapsed_s * 100)
            rates[name].append((used.written_bytes - before[name].written_bytes) / elapsed_s)
    top = statistics.median(shares["top -d 2"]) if "top -d 2" in windows else None
    print(f"{'':<24}{'CPU %':>8}{'min':>7}{'x top':>7}{'RSS MB':>8}{'bytes/s':>9}")
    for name, window in windows.items():
        share = statistics.median(shares[name])
        ratio = f"{share / top:.2f}" if top else "-"
        print(f"{name:<24}{share:>8.2f}{min(shares[name]):>7.2f}{ratio:>7}{window.memory_mb():>8.1f}{statistics.median(rates[name]):>9.0f}")


if __name__ == "__main__":
    main()
