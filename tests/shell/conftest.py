"""A real shell in a real pseudo terminal, typed at like a person does."""

import contextlib
import os
import pty
import select
import shutil
import signal
import termios
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from vynexus_tui.sources.hook_spool import HookSpool, SpoolReading

PROMPT = b"@@READY@@"
HOOKS = Path(__file__).parents[2] / "vynexus_tui" / "shell" / "hooks"


class PtyShell:
    """Type lines, wait for the prompt."""

    def __init__(self, argv: list[str], env: dict[str, str], cwd: Path) -> None:
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            os.chdir(cwd)
            os.execve(argv[0], argv, env)
        self._is_over = False
        self.wait()

    def type(self, text: str | bytes, *, wait: bool = True) -> str:
        """Types one line and gives back what the terminal showed until the next prompt."""
        os.write(self._fd, (text.encode() if isinstance(text, str) else text) + b"\r")
        return self.wait() if wait else ""

    def give_up(self, text: str) -> str:
        """Types `text` and then Ctrl-C, once the line editor has shown the text and waits for more."""
        self._wait_until_idle()
        os.write(self._fd, text.encode())
        self.wait(until=text[-1:].encode())
        self._wait_until_idle()
        os.write(self._fd, b"\x03")
        return self.wait()

    def _wait_until_idle(self) -> None:
        shell = psutil.Process(self.pid)
        while termios.tcgetattr(self._fd)[3] & termios.ICANON or shell.status() != psutil.STATUS_SLEEPING:
            time.sleep(0.002)

    def wait(self, timeout_s: float = 20.0, *, until: bytes = PROMPT) -> str:
        seen = b""
        end = time.monotonic() + timeout_s
        while until not in seen:
            ready, _, _ = select.select([self._fd], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                raise TimeoutError(f"no prompt; seen: {seen[-400:]!r}")
            seen += os.read(self._fd, 65536)
        return seen.decode("utf-8", "replace")

    def close(self) -> None:
        """Ends the shell the polite way, else with SIGKILL."""
        if self._is_over:
            return
        self._is_over = True
        with contextlib.suppress(OSError):
            os.write(self._fd, b"\x15exit\r")
        end = time.monotonic() + 3
        while time.monotonic() < end and os.waitpid(self.pid, os.WNOHANG)[0] == 0:
            with contextlib.suppress(OSError):
                if select.select([self._fd], [], [], 0.02)[0]:
                    os.read(self._fd, 65536)
        with contextlib.suppress(OSError):
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self._fd)

    def kill(self) -> None:
        """SIGKILL, as a crash would."""
        self._is_over = True
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._fd)


class Home:
    """A throwaway home directory with the hook in its rc files."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.state = root / ".local/state/vynexus"
        self.data = root / ".local/share/vynexus"
        self.spool = self.state / "spool"
        self.spool.mkdir(parents=True, mode=0o700)
        self.data.mkdir(parents=True)
        self.env = {"HOME": str(root), "PATH": os.environ["PATH"], "TERM": "dumb", "LC_ALL": "C.UTF-8"}

    def write_rc(self, shell: str, *, before: str = "", after: str = "", hook: str | None = None) -> None:
        """The rc file: what a Debian person has, then the hook, then `after`."""
        text = (HOOKS / f"vynexus.{shell}").read_text() if hook is None else hook
        (self.data / f"vynexus.{shell}").write_text(text)
        prompt = PROMPT.decode()
        common = {
            "bash": f"PS1='{prompt}' PS2= HISTFILE=~/.bash_history HISTSIZE=1000 HISTCONTROL=\nbind 'set enable-bracketed-paste off'\n",
            "zsh": f"PROMPT='{prompt}' PS2= HISTFILE=~/.zsh_history HISTSIZE=1000 SAVEHIST=1000\nunsetopt prompt_cr prompt_sp\n",
        }[shell]
        (self.root / f".{shell}rc").write_text(f"{common}{before}\n. ~/.local/share/vynexus/vynexus.{shell}\n{after}\n")

    @contextlib.contextmanager
    def shell(self, name: str, **extra: str) -> Iterator[PtyShell]:
        path = shutil.which(name)
        if path is None:
            pytest.skip(f"{name} is not installed here")
        shell = PtyShell([path, *(["-i"] if name == "bash" else ["-i", "-o", "no_global_rcs"])], self.env | extra, self.root)
        try:
            yield shell
        finally:
            shell.close()

    def read(self, offsets: Mapping[str, tuple[int, int]] | None = None) -> SpoolReading:
        return HookSpool(self.spool).read(offsets or {}, datetime.now(UTC))

    def commands(self) -> list[str]:
        return [event.command for event in self.read().events]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)
