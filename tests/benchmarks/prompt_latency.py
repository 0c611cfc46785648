"""How much the recording hook adds to a prompt, from Enter until the next prompt is seen, against hooks that start two tiny programs.

Run by hand: `python tests/benchmarks/prompt_latency.py [samples] [shell...]`. All shells of a kind stay open and are typed at in random
order, so that a noisy machine hits all alike; the ratios say more than the microseconds. "added" is the difference of medians.
"""

import os
import pty
import random
import re
import select
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

HOOKS = Path(__file__).parents[2] / "vynexus_tui" / "shell" / "hooks"
PROMPT = re.compile(rb"@@READY([0-9]+)@@")
WARM_UP = 20
SETUP = {
    "bash": "PS1='@@READY\\#@@' HISTFILE=~/.history HISTCONTROL=ignoreboth\nbind 'set enable-bracketed-paste off'\nalias ll='ls -l'\n",
    "zsh": "setopt prompt_subst; PROMPT='@@READY${HISTCMD}@@' HISTFILE=~/.history HISTSIZE=5000 SAVEHIST=5000\n"
    "unsetopt prompt_cr prompt_sp\nalias ll='ls -l'\n",
    # fish draws a prompt as often as it likes; only the first drawing of each has a new number.
    "fish": "set -g fish_greeting\nset -g fish_autosuggestion_enabled 0\nset -g shown 0\nalias ll='ls -l'\n"
    "function count_prompts --on-event fish_prompt; set -g shown (math $shown + 1); end\n"
    'function fish_prompt; echo -n "@@READY$shown@@"; end\n',
}
# The least that two programs can cost: one before the command, one after it, both waited for.
FOREGROUND = {
    "bash": "PS0='$(TINY)' PROMPT_COMMAND=TINY",
    "zsh": "preexec() { TINY }; precmd() { TINY }",
    "fish": "function before --on-event fish_preexec; TINY; end; function after --on-event fish_postexec; TINY; end",
}
# As Atuin calls its program: it takes the text and gives an id back before the command, and is told the status in the background.
ID_AND_BACKGROUND = {
    "bash": """PS0='${two:=$(TINY start -- "$(HISTTIMEFORMAT= builtin history 1)")}'
two_end() { local status=$?; (TINY end --exit "$status" -- "$two" >/dev/null 2>&1 &); two=; }
PROMPT_COMMAND=two_end""",
    "zsh": """preexec() { two=$(TINY start -- "$1") }
precmd() { local rc=$?; (TINY end --exit $rc -- $two >/dev/null 2>&1 &) }""",
    "fish": """function before --on-event fish_preexec; set -g two (TINY start -- "$argv[1]"); end
function after --on-event fish_postexec; set -l rc $status; TINY end --exit $rc -- $two >/dev/null 2>&1 & disown; end""",
}


class Kind(NamedTuple):
    """What one of the compared shells has in its rc file."""

    name: str
    rc_lines: str


class OpenShell:
    """One interactive shell in a pseudo terminal."""

    def __init__(self, shell: str, home: Path, rc_lines: str) -> None:
        rc_file = home / {"bash": ".bashrc", "zsh": ".zshrc", "fish": ".config/fish/config.fish"}[shell]
        for folder in (home / ".local/state/vynexus/spool", rc_file.parent, home / ".local/share/fish/generated_completions"):
            folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        rc_file.write_text(SETUP[shell] + rc_lines + "\n")
        environment = {"HOME": str(home), "PATH": os.environ["PATH"], "TERM": "dumb", "LC_ALL": "C.UTF-8"}
        self._shown: set[bytes] = set()
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            os.execve(shutil.which(shell) or shell, [shell, "-i"], environment)
        self._wait_for_prompt()

    def prompt_us(self, line: bytes) -> float:
        """Microseconds from Enter to the next prompt."""
        os.write(self._terminal, line)
        while line[-1:] not in self._read(20):
            pass
        began = time.perf_counter_ns()
        os.write(self._terminal, b"\r")
        self._wait_for_prompt()
        return (time.perf_counter_ns() - began) / 1000

    def close(self) -> None:
        os.write(self._terminal, b"exit\r")
        while self._read(5):
            pass
        os.waitpid(self.pid, 0)
        os.close(self._terminal)

    def _wait_for_prompt(self) -> None:
        seen = b""
        while not (new := set(PROMPT.findall(seen)) - self._shown):
            piece = self._read(20)
            if not piece:
                raise TimeoutError(f"no prompt in {seen!r}")
            seen += piece
            if b"\x1b[c" in piece or b"\x1b[0c" in piece:
                os.write(self._terminal, b"\x1b[?62;22c")  # fish 4 asks what the terminal can do, and waits
        self._shown |= new

    def _read(self, patience_s: float) -> bytes:
        if not select.select([self._terminal], [], [], patience_s)[0]:
            return b""
        try:
            return os.read(self._terminal, 65536)
        except OSError:  # Linux's way of saying that the other end is closed
            return b""


def forks_per_prompt(shell: OpenShell, prompts: int = 10) -> float | None:
    """clone, fork and vfork calls, those of its children included, threads not; None where strace cannot attach."""
    if shutil.which("strace") is None:
        return None
    with tempfile.NamedTemporaryFile("r") as log:
        calls = "trace=clone,clone3,fork,vfork"
        tracer = subprocess.Popen(["strace", "-f", "-e", calls, "-o", log.name, "-p", str(shell.pid)], stderr=subprocess.PIPE)
        if tracer.stderr is None or b"attached" not in tracer.stderr.readline():
            tracer.kill()
            return None
        for number in range(prompts):
            shell.prompt_us(b": forks %d" % number)
        tracer.terminate()
        tracer.wait()
        found = [line for line in log if re.search(r"(?:clone3?|v?fork)\(", line) and "CLONE_THREAD" not in line]
        return len(found) / prompts


def measure(name: str, samples: int, tiny: Path) -> None:
    """Prints the table of one shell."""
    kinds = (
        Kind("bare", ""),
        Kind("ours", f". {HOOKS}/vynexus.{name}"),
        Kind("two programs", FOREGROUND[name].replace("TINY", str(tiny))),
        Kind("two, as Atuin does", ID_AND_BACKGROUND[name].replace("TINY", str(tiny))),
    )
    with tempfile.TemporaryDirectory() as folder:
        shells = {kind.name: OpenShell(name, Path(folder) / str(number), kind.rc_lines) for number, kind in enumerate(kinds)}
        times: dict[str, list[float]] = {kind: [] for kind in shells}
        for number in range(samples + WARM_UP):
            for kind in random.sample(list(shells), k=len(shells)):
                elapsed = shells[kind].prompt_us(b": %d" % number)
                if number >= WARM_UP:
                    times[kind].append(elapsed)
        forks = {kind: forks_per_prompt(shell) for kind, shell in shells.items()}
        for shell in shells.values():
            shell.close()
    added = {kind: statistics.median(found) - statistics.median(times["bare"]) for kind, found in times.items()}
    print(f"{name:22} median us   p95 us   added us   added/ours   forks per prompt")
    for kind, found in times.items():
        ratio = "" if kind == "bare" else f"{added[kind] / added['ours']:.1f}"
        count = forks[kind]
        print(
            f"  {kind:20} {statistics.median(found):9.0f} {statistics.quantiles(found, n=20)[-1]:8.0f} {added[kind]:10.0f} {ratio:>12}"
            f"   {'?' if count is None else f'{count:.1f}':>16}"
        )


def build_tiny(folder: Path) -> Path:
    """A static program that ends at once; without a compiler /bin/true, which is slower to start."""
    source, program = folder / "tiny.c", folder / "tiny"
    source.write_text("int main(void) { return 0; }\n")
    if shutil.which("gcc") and subprocess.run(["gcc", "-O2", "-static", source, "-o", program], capture_output=True).returncode == 0:
        return program
    return Path("/bin/true")


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    with tempfile.TemporaryDirectory() as built:
        tiny_program = build_tiny(Path(built))
        print(f"{count} prompts each; the tiny program is {'static, from C' if tiny_program.name == 'tiny' else tiny_program}")
        for shell_name in sys.argv[2:] or SETUP:
            if shutil.which(shell_name):
                measure(shell_name, count, tiny_program)
            else:
                print(f"{shell_name}: not installed here")
