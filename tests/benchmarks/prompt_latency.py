"""How much the recording hook adds to a prompt: Enter written until the next prompt is seen, bare shell and hooked shell in turn.

Run by hand: `python tests/benchmarks/prompt_latency.py [samples]`. Both shells stay open and are typed at alternately, so that a noisy
machine hits both alike; the ratio says more than the microseconds.
"""

import os
import pty
import random
import select
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

PROMPT = b"@@READY@@"
HOOKS = Path(__file__).parents[2] / "vynexus_tui" / "shell" / "hooks"
SETUP = {
    "bash": f"PS1='{PROMPT.decode()}' HISTFILE=~/.history HISTCONTROL=ignoreboth\nbind 'set enable-bracketed-paste off'\n",
    "zsh": f"PROMPT='{PROMPT.decode()}' HISTFILE=~/.history HISTSIZE=1000 SAVEHIST=1000\nunsetopt prompt_cr prompt_sp\n",
}


class OpenShell:
    """One interactive shell in a pseudo terminal."""

    def __init__(self, name: str, home: Path, *, is_hooked: bool) -> None:
        (home / ".local/state/vynexus/spool").mkdir(parents=True, mode=0o700)
        hook = f". {HOOKS}/vynexus.{name}\n" if is_hooked else ""
        (home / f".{name}rc").write_text(SETUP[name] + hook)
        environment = {"HOME": str(home), "PATH": os.environ["PATH"], "TERM": "dumb", "LC_ALL": "C.UTF-8"}
        self._pid, self._terminal = pty.fork()
        if self._pid == 0:
            os.execve(shutil.which(name), [name, "-i"], environment)
        self._wait()

    def prompt_us(self, line: bytes) -> float:
        """Microseconds from Enter to the next prompt."""
        os.write(self._terminal, line)
        self._wait_for(line)
        began = time.perf_counter_ns()
        os.write(self._terminal, b"\r")
        self._wait()
        return (time.perf_counter_ns() - began) / 1000

    def close(self) -> None:
        os.write(self._terminal, b"exit\r")
        os.waitpid(self._pid, 0)
        os.close(self._terminal)

    def _wait(self) -> None:
        self._wait_for(PROMPT)

    def _wait_for(self, text: bytes) -> None:
        seen = b""
        while text not in seen:
            if not select.select([self._terminal], [], [], 20)[0]:
                raise TimeoutError(f"no {text!r} in {seen!r}")
            seen += os.read(self._terminal, 65536)


def measure(name: str, samples: int) -> str:
    """One line of the table."""
    with tempfile.TemporaryDirectory() as folder:
        shells = {kind: OpenShell(name, Path(folder) / kind, is_hooked=kind == "hooked") for kind in ("bare", "hooked")}
        times: dict[str, list[float]] = {kind: [] for kind in shells}
        for number in range(samples + 20):
            for kind in random.sample(list(shells), k=2):
                elapsed = shells[kind].prompt_us(b": %d" % number)
                if number >= 20:
                    times[kind].append(elapsed)
        for shell in shells.values():
            shell.close()
    median = {kind: statistics.median(found) for kind, found in times.items()}
    p95 = {kind: statistics.quantiles(found, n=20)[-1] for kind, found in times.items()}
    added = median["hooked"] - median["bare"]
    return (
        f"{name:5} bare {median['bare']:6.0f} us (p95 {p95['bare']:6.0f})   hooked {median['hooked']:6.0f} us (p95 {p95['hooked']:6.0f})   "
        f"added {added:5.0f} us   ratio {median['hooked'] / median['bare']:4.1f}"
    )


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    for shell_name in SETUP:
        print(measure(shell_name, count) if shutil.which(shell_name) else f"{shell_name}: not installed here")
