"""Real shells, a real store, and everything that can be killed is killed: no command is missing, none counts twice (invariant 3).

Each command writes a line to its shell's own witness file; what the store holds is compared with these.
"""

import os
import pty
import random
import re
import select
import shutil
import signal
import subprocess
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from vynexus_tui.engine import recording
from vynexus_tui.engine.assembly import Workspace, open_workspace, reading
from vynexus_tui.sources.hook_spool import MOST_CHUNKS, HookSpool
from vynexus_tui.store import events_table, sources_table

HOOKS = Path(__file__).parents[2] / "vynexus_tui/shell/hooks"
PROMPT = b"@@READY@@"
DEADLINE_S = 60.0
RC = {
    "bash": f"PS1={PROMPT.decode()} PS2= HISTFILE=~/.bash_history HISTCONTROL=\nbind 'set enable-bracketed-paste off'\n",
    "zsh": f"PROMPT={PROMPT.decode()} PS2= HISTFILE=~/.zsh_history SAVEHIST=10\nunsetopt prompt_cr prompt_sp\n",
    "fish": f"function fish_prompt; echo -n {PROMPT.decode()}; end\nfunction fish_greeting; end\n",
}
RC_FILE = {"bash": ".bashrc", "zsh": ".zshrc", "fish": ".config/fish/config.fish"}
ARGV = {"bash": ["-i"], "zsh": ["-i", "-o", "no_global_rcs"], "fish": ["-i"]}
_COMPLAINT = re.compile(rb"rror|No space|denied|ead-only|cannot|spool|such file")
"""Of error messages; nothing that is typed here holds one."""


class Shell:
    """A shell in a pseudo terminal: types its next command when it shows a prompt."""

    def __init__(
        self, name: str, workspace: Workspace, number: int, *, state_home: Path | None = None, inside: tuple[str, ...] = ()
    ) -> None:
        program = shutil.which(name)
        if program is None:
            pytest.skip(f"{name} is not installed here")
        home = workspace.paths.home
        rc = home / RC_FILE[name]
        if not rc.exists():  # else another shell may be reading it
            rc.parent.mkdir(parents=True, exist_ok=True)
            (home / ".local/share/fish").mkdir(parents=True, exist_ok=True)  # two fishes that make it at once complain
            rc.write_text(f"{RC[name]}. {HOOKS}/vynexus.{name}\n")
        self.witness = home / f"witness-{number}"
        self.witness.touch()
        self.shown = b""
        self.complaints: list[bytes] = []
        self.waiting: list[str] = []
        self.typed: list[str] = []
        self.is_at_prompt = False
        self.left_at_death = 0
        environment = {"HOME": str(home), "PATH": os.environ["PATH"], "TERM": "dumb", "LC_ALL": "C.UTF-8", "W": str(self.witness)}
        if state_home:
            environment["XDG_STATE_HOME"] = str(state_home)
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(home)
            os.execve("/usr/bin/env", ["env", *inside, program, *ARGV[name]], environment)

    def add(self, count: int) -> None:
        """Commands to be typed, one after another."""
        first = len(self.typed) + len(self.waiting)
        self.waiting += [f"echo {n} >>$W" for n in range(first, first + count)]

    def see(self) -> None:
        """Reads what the terminal shows."""
        with suppress(OSError):
            self.shown += os.read(self.fd, 65536)
        before, prompt, after = self.shown.rpartition(PROMPT)
        if prompt:
            self.is_at_prompt, self.shown = True, after
            self.complaints += [before] if _COMPLAINT.search(before) else []

    def type_next(self) -> None:
        """Types a command when there is a prompt."""
        if self.is_at_prompt and self.waiting:
            self.typed.append(self.waiting.pop(0))
            self.is_at_prompt = False
            os.write(self.fd, self.typed[-1].encode() + b"\r")

    def witnessed(self) -> int:
        """How many commands were completed."""
        return self.witness.read_bytes().count(b"\n")

    def leave(self) -> None:
        """Types the last line."""
        self.is_at_prompt = False
        os.write(self.fd, b" exit\r")

    def is_gone(self) -> bool:
        """Whether the shell has ended."""
        return os.waitpid(self.pid, os.WNOHANG)[0] != 0

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


def wait_for(is_so: Callable[[], bool], shells: list[Shell], *, meanwhile: Callable[[], None] = lambda: None) -> None:
    """Lets the shells work until it is so."""
    end = time.monotonic() + DEADLINE_S
    while not is_so():
        assert time.monotonic() < end, [(s.shown, s.typed[-1:], s.witnessed()) for s in shells]
        for shell in shells:
            shell.type_next()
        for fd in select.select([s.fd for s in shells], [], [], 0.002)[0]:
            next(s for s in shells if s.fd == fd).see()
        meanwhile()


def type_all(shells: list[Shell], count: int) -> None:
    for shell in shells:
        shell.add(count)
    wait_for(lambda: all(s.is_at_prompt and s.witnessed() == len(s.typed) and not s.waiting for s in shells), shells)


def leave(shell: Shell) -> None:
    shell.leave()
    wait_for(shell.is_gone, [shell])


def collect(workspace: Workspace) -> None:
    recording.collect(workspace, now=datetime.now(UTC))


def rows(workspace: Workspace) -> dict[int, list[str]]:
    """The commands of each shell, by its process number, in order."""
    found: dict[int, list[str]] = {}
    with reading(workspace) as connection:
        assert connection is not None
        events = events_table.read_events(connection, most=100_000)
    assert len({(e.session_id, e.sequence_no) for e in events}) == len(events)
    for event in sorted(events, key=lambda e: e.sequence_no):
        found.setdefault(int(event.session_id.split("-")[1]), []).append(event.command)
    return found


def lost_count(workspace: Workspace) -> int:
    with reading(workspace) as connection:
        assert connection is not None
        return sources_table.count_lost(connection)


class Reader:
    """A process that takes the spool in, again and again; it is killed at a random moment more often than not."""

    def __init__(self, workspace: Workspace, chance: random.Random) -> None:
        self.workspace = workspace
        self.chance = chance
        self.killed = 0
        self.finished = 0
        self.usual_s = 0.05
        self.pid: int | None = None

    def go_on(self) -> None:
        if self.pid is None:
            self.began_s = time.monotonic()
            self.killed_after_s = self.chance.choice([self.usual_s * self.chance.uniform(0.2, 1.1)] * 3 + [DEADLINE_S])
            self.pid = os.fork()
            if self.pid == 0:
                self.read_and_exit()
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        took_s = time.monotonic() - self.began_s
        if pid:
            assert status == 0
            self.finished += 1
            self.usual_s = took_s
            self.pid = None
        elif took_s > self.killed_after_s:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self.killed += 1
            self.pid = None

    def read_and_exit(self) -> None:
        status = 1
        try:
            collect(self.workspace)
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)

    def stop(self) -> None:
        if self.pid is not None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)


def test_killed_shells_and_killed_readers_lose_no_command_and_count_none_twice(workspace: Workspace) -> None:
    workspace.paths.spool_dir.mkdir(parents=True, mode=0o700)
    chance = random.Random()
    reader = Reader(workspace, chance)
    # Two shells fill more than one file of 512 commands; two of three shells are killed.
    to_come = [name for name in ["bash", "zsh", "bash", "zsh", "fish", "bash"] * 4 if shutil.which(name)]
    shells: list[Shell] = []
    living: list[Shell] = []
    killed: list[Shell] = []

    def meanwhile() -> None:
        reader.go_on()
        for shell in list(living):
            if shell.waiting and len(shell.waiting) <= shell.left_at_death:
                time.sleep(chance.uniform(0, 0.003))  # in the command, in the hook, or at the prompt
                shell.kill()
                living.remove(shell)
                killed.append(shell)
            elif shell.is_gone():
                living.remove(shell)
            elif shell.is_at_prompt and not shell.waiting:
                shell.leave()
        while to_come and len(living) < 6:
            shell = Shell(to_come.pop(0), workspace, len(shells))
            shell.add(600 if len(shells) < 2 else chance.randrange(40, 80))
            shell.left_at_death = chance.randrange(1, 30) if len(shells) % 3 else 0
            shells.append(shell)
            living.append(shell)

    meanwhile()
    wait_for(lambda: not living and reader.killed >= 40, living, meanwhile=meanwhile)
    reader.stop()
    collect(workspace)
    print(f"readers killed {reader.killed}, finished {reader.finished}; {len(killed)} of {len(shells)} shells killed")
    found = rows(workspace)
    for shell in shells:
        done = shell.witnessed()
        # A killed shell may have died between its command and its record.
        assert found[shell.pid] in ([shell.typed[:done], shell.typed[: done - 1]] if shell in killed else [shell.typed])
    assert lost_count(workspace) == 0
    assert [shell.complaints for shell in shells] == [[]] * len(shells)
    assert list(workspace.paths.spool_dir.iterdir()) == []


@pytest.mark.parametrize("name", ["bash", "zsh"])
def test_a_shell_whose_files_nobody_reads_is_named_as_full(workspace: Workspace, name: str) -> None:
    spool = workspace.paths.spool_dir
    spool.mkdir(parents=True, mode=0o700)
    shell = Shell(name, workspace, 0)
    hooks = HookSpool(spool)
    type_all([shell], 1)
    seen = []
    for chunk in range(1, MOST_CHUNKS + 3):
        shell.waiting.append(f"__vy_seq={512 * chunk}; echo {chunk} >>$W")
        type_all([shell], 0)
        seen.append((len(list(spool.glob("*.[0-9]*"))), bool(hooks.full_sessions())))
    assert seen == [(min(count, MOST_CHUNKS), count >= MOST_CHUNKS) for count in range(2, MOST_CHUNKS + 4)]
    leave(shell)


class SmallDisk:
    """A file system of 64 KiB in a mount namespace that a process of ours holds open."""

    def __init__(self, place: Path) -> None:
        place.mkdir()
        self.place = place
        self._holder = subprocess.Popen(
            ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", 'mount -t tmpfs -o size=64k,mode=0700 none "$1" && echo mounted && exec cat', "sh", str(place)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._holder.stdout
        assert self._holder.stderr
        if self._holder.stdout.readline() != "mounted\n":
            pytest.skip(f"no file system can be mounted here: {self._holder.stderr.read().strip()}")
        self.inside = ("nsenter", "--preserve-credentials", "--user", "--mount", f"--target={self._holder.pid}")
        self.seen_from_here = Path(f"/proc/{self._holder.pid}/root{place}")

    def fill(self) -> None:
        with (self.seen_from_here / "ballast").open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(b"x" * 512)
        assert os.statvfs(self.seen_from_here).f_bavail == 0

    def empty(self) -> None:
        (self.seen_from_here / "ballast").unlink()

    def make_read_only(self) -> None:
        subprocess.run([*self.inside, "mount", "-o", "remount,ro", str(self.place)], check=True)

    def make_writable(self) -> None:
        subprocess.run([*self.inside, "mount", "-o", "remount,rw", str(self.place)], check=True)

    def close(self) -> None:
        self._holder.communicate()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    if not shutil.which("unshare") or not shutil.which("nsenter"):
        pytest.skip("unshare and nsenter are not installed here: no small disk can be made")
    disk = SmallDisk(tmp_path / "state")
    yield disk
    disk.close()


@pytest.mark.parametrize("trouble", ["full", "read-only"])
@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_what_cannot_be_written_is_counted_without_a_word_and_recording_goes_on(
    workspace: Workspace, small_disk: SmallDisk, name: str, trouble: str
) -> None:
    workspace = open_workspace({**workspace.environment, "XDG_STATE_HOME": str(small_disk.seen_from_here)})
    workspace.paths.spool_dir.mkdir(parents=True, mode=0o700)
    shell = Shell(name, workspace, 0, state_home=small_disk.place, inside=small_disk.inside)
    type_all([shell], 450)
    collect(workspace)
    (small_disk.fill if trouble == "full" else small_disk.make_read_only)()
    # fish itself reports a full disk, past every redirection; so its hook tries again only after 2, 4, 8 ... commands.
    said, again = (8, 300) if (name, trouble) == ("fish", "full") else (0, 20)
    type_all([shell], 150)  # the next file of 512 cannot be begun, or not be written
    collect(workspace)
    (small_disk.empty if trouble == "full" else small_disk.make_writable)()
    type_all([shell], again)
    leave(shell)
    collect(workspace)
    (found,) = rows(workspace).values()
    print(f"{name}, {trouble}: {len(found)} stored, {lost_count(workspace)} lost, {len(shell.complaints)} complaints")
    assert found == [command for command in shell.typed if command in set(found)]
    assert len(found) + lost_count(workspace) == shell.witnessed() == 600 + again
    assert found[:450] == shell.typed[:450]
    assert found[-20:] == shell.typed[-20:]
    assert lost_count(workspace) >= 50
    assert len(shell.complaints) <= said
    assert list(workspace.paths.spool_dir.iterdir()) == []


@pytest.mark.parametrize("name", ["bash", "zsh"])
def test_a_shell_that_begins_on_a_full_disk_counts_what_it_cannot_write(workspace: Workspace, small_disk: SmallDisk, name: str) -> None:
    workspace = open_workspace({**workspace.environment, "XDG_STATE_HOME": str(small_disk.seen_from_here)})
    workspace.paths.spool_dir.mkdir(parents=True, mode=0o700)
    # In an empty history bash gives the first command the number that it had before.
    (workspace.paths.home / ".bash_history").write_text("ls\n")
    small_disk.fill()
    shell = Shell(name, workspace, 0, state_home=small_disk.place, inside=small_disk.inside)
    type_all([shell], 30)
    small_disk.empty()
    type_all([shell], 20)
    leave(shell)
    collect(workspace)
    assert list(rows(workspace).values()) == [shell.typed[30:]]
    assert lost_count(workspace) == 30
    assert shell.complaints == []
