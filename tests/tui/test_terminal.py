"""The real program in a real terminal: whatever ends it, the terminal is left as it was found."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.journey, pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")]
CRASHING = """
import os, sys
from vynexus_tui.engine.assembly import open_workspace
from vynexus_tui.tui.app import VynexusApp

class Crashing(VynexusApp):
    def on_key(self):
        raise RuntimeError("crashed on purpose")

app = Crashing(open_workspace(os.environ))
app.run()
sys.exit(app.return_code)
"""


class Terminal:
    """One tmux server with one pane that runs a program and then a shell's last word."""

    def __init__(self, folder: Path, *, columns: int = 120, rows: int = 40, arguments: str = "-m vynexus_tui") -> None:
        self._socket = str(folder / "tmux")
        environment = {
            "HOME": str(folder),
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            "PYTHONPATH": str(ROOT),
        }
        command = f"cd {folder} && echo $$ > shell.pid; {sys.executable} {arguments}; echo status=$?; sleep 600"
        self._run("new-session", "-d", "-x", str(columns), "-y", str(rows), "-s", "main", command, environment=environment)
        self._folder = folder

    def _run(self, *arguments: str, environment: dict[str, str] | None = None) -> str:
        return subprocess.run(
            ["tmux", "-f", "/dev/null", "-S", self._socket, *arguments], env=environment, check=True, capture_output=True, text=True
        ).stdout

    def screen(self) -> str:
        return self._run("capture-pane", "-p", "-t", "main")

    def wait_for(self, text: str, *, timeout_s: float = 30.0) -> None:
        end = time.monotonic() + timeout_s
        while text not in self.screen():
            assert time.monotonic() < end, f"{text!r} never came:\n{self.screen()}"
            time.sleep(0.05)

    def send_keys(self, *keys: str) -> None:
        self._run("send-keys", "-t", "main", *keys)

    def flags(self) -> str:
        return self._run("display", "-p", "-t", "main", "#{alternate_on} #{mouse_any_flag} #{cursor_flag}").strip()

    def signal_program(self, number: signal.Signals) -> None:
        shell = (self._folder / "shell.pid").read_text().strip()
        children = subprocess.run(["ps", "-o", "pid=", "--ppid", shell], check=True, capture_output=True, text=True).stdout.split()
        os.kill(int(children[0]), number)

    def close(self) -> None:
        subprocess.run(["tmux", "-S", self._socket, "kill-server"], check=False, capture_output=True)


@pytest.fixture
def terminal(tmp_path):
    opened = []

    def open_terminal(**given) -> Terminal:
        opened.append(Terminal(tmp_path, **given))
        return opened[-1]

    yield open_terminal
    for each in opened:
        each.close()


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)])
def test_a_signal_ends_it_and_the_terminal_is_restored(terminal, number, status):
    pane = terminal()
    pane.wait_for("No shell history was found")
    assert pane.flags().startswith("1 1")
    pane.signal_program(number)
    pane.wait_for(f"status={status}")
    assert pane.flags() == "0 0 1"


def test_leaving_restores_the_terminal_and_returns_0(terminal):
    pane = terminal()
    pane.wait_for("No shell history was found")
    pane.send_keys("Escape")
    pane.wait_for("How it goes")
    pane.send_keys("q")
    pane.wait_for("status=0")
    assert pane.flags() == "0 0 1"


def test_a_crash_restores_the_terminal_and_says_what_happened(terminal, tmp_path):
    (tmp_path / "crash.py").write_text(CRASHING)
    pane = terminal(arguments="crash.py")
    pane.wait_for("No shell history was found")
    pane.send_keys("k")
    pane.wait_for("status=1")
    assert "crashed on purpose" in pane.screen()
    assert pane.flags() == "0 0 1"


def test_a_window_too_small_says_so_and_grows(terminal):
    pane = terminal(columns=40, rows=10)
    pane.wait_for("No shell history was found")
    pane.send_keys("Escape")
    pane.wait_for("needs 60x16, is 40x10")
    pane._run("resize-window", "-t", "main", "-x", "100", "-y", "30")
    pane.wait_for("How it goes")


def test_recorded_escapes_do_not_reach_the_terminal(terminal, tmp_path):
    lines = [f"#{1_790_000_000 + s * 86_400 + i}\necho \x1b]2;PWNED\x1b\\ > f{i}\n" for s in range(9) for i in range(2)]
    (tmp_path / ".bash_history").write_text("".join(lines))
    pane = terminal()
    pane.wait_for("nothing stored yet")
    pane.wait_for("18 commands")
    assert "PWNED" not in pane._run("display", "-p", "-t", "main", "#{pane_title}")


def test_without_a_terminal_it_says_so_and_returns_2(tmp_path):
    environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "vynexus_tui"],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 2
    assert "not a terminal; try `vynexus status`" in done.stderr
    assert done.stdout == ""
