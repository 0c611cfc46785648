"""A real shell in a real pseudo terminal, typed at like a person does."""

import contextlib
import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
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
RC_FILES = {"bash": ".bashrc", "zsh": ".zshrc", "fish": ".config/fish/config.fish"}
_RC_STARTS = {
    "bash": f"PS1='{PROMPT.decode()}' PS2= HISTFILE=~/.bash_history HISTSIZE=1000 HISTCONTROL=\nbind 'set enable-bracketed-paste off'\n",
    "zsh": f"PROMPT='{PROMPT.decode()}' PS2= HISTFILE=~/.zsh_history HISTSIZE=1000 SAVEHIST=1000\nunsetopt prompt_cr prompt_sp\n",
    # fish draws a prompt as often as it likes; only the first drawing of each has a new number.
    "fish": """
set -g fish_greeting
set -g fish_autosuggestion_enabled 0
set -g prompt_of (random)
set -g prompt_number 0
function prompt_count --on-event fish_prompt
    set -g prompt_number (math $prompt_number + 1)
end
function fish_prompt
    echo -n "@@READY$prompt_of.$prompt_number@@"
end
""",
}
_FISH_PROMPT = re.compile(rb"@@READY[0-9]+\.[0-9]+@@")


class PtyShell:
    """Type lines, wait for the prompt."""

    def __init__(self, argv: list[str], env: dict[str, str], cwd: Path) -> None:
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            os.chdir(cwd)
            os.execve(argv[0], argv, env)
        self._is_over = False
        self._old_prompts: set[bytes] | None = None
        if Path(argv[0]).name == "fish":
            self._old_prompts = set()
            fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 250, 0, 0))
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
        if self._old_prompts is not None:  # fish may draw the same prompt again: only Enter brings a new one
            self.wait(until=b"\r")
            self._wait_until_idle()
            os.write(self._fd, b"\r")
        return self.wait()

    def _wait_until_idle(self) -> None:
        shell = psutil.Process(self.pid)
        while termios.tcgetattr(self._fd)[3] & termios.ICANON or shell.status() != psutil.STATUS_SLEEPING:
            time.sleep(0.002)

    def wait(self, timeout_s: float = 20.0, *, until: bytes = PROMPT) -> str:
        seen = b""
        end = time.monotonic() + timeout_s
        while not self._has_come(until, seen):
            ready, _, _ = select.select([self._fd], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                raise TimeoutError(f"no prompt; seen: {seen[-400:]!r}")
            seen += (read := os.read(self._fd, 65536))
            if b"\x1b[c" in read or b"\x1b[0c" in read:
                os.write(self._fd, b"\x1b[?62;22c")  # fish 4 asks what the terminal can do, and waits
        return seen.decode("utf-8", "replace")

    def _has_come(self, until: bytes, seen: bytes) -> bool:
        if self._old_prompts is None or until != PROMPT:
            return until in seen
        new = set(_FISH_PROMPT.findall(seen)) - self._old_prompts
        self._old_prompts |= new
        return bool(new)

    def close(self) -> None:
        """Ends the shell the polite way, else with SIGKILL."""
        if self._is_over:
            return
        self._is_over = True
        with contextlib.suppress(OSError):
            os.write(self._fd, b"\x15 exit\r")
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
        (self.data / f"vynexus.{shell}").write_text(self.hook_text(shell) if hook is None else hook)
        rc_file = self.root / RC_FILES[shell]
        rc_file.parent.mkdir(parents=True, exist_ok=True)
        rc_file.write_text(f"{_RC_STARTS[shell]}{before}\n. ~/.local/share/vynexus/vynexus.{shell}\n{after}\n")
        if shell == "fish":  # else its first start runs Python in the background, over all manual pages
            (self.root / ".local/share/fish/generated_completions").mkdir(parents=True, exist_ok=True)

    def hook_text(self, shell: str) -> str:
        return (HOOKS / f"vynexus.{shell}").read_text()

    @contextlib.contextmanager
    def shell(self, name: str, **extra: str) -> Iterator[PtyShell]:
        path = shutil.which(name)
        if path is None:
            pytest.skip(f"{name} is not installed here")
        options = {"bash": [], "zsh": ["-o", "no_global_rcs"], "fish": []}[name]
        shell = PtyShell([path, "-i", *options], self.env | extra, self.root)
        try:
            yield shell
        finally:
            shell.close()

    def read(self, offsets: Mapping[str, tuple[int, int]] | None = None, next_numbers: Mapping[str, int] | None = None) -> SpoolReading:
        return HookSpool(self.spool).read(offsets or {}, next_numbers or {}, datetime.now(UTC))

    def commands(self) -> list[str]:
        return [event.command for event in self.read().events]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)
