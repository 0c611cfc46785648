"""What a hostile script could want: secrets, files, services and a process beside it. And what is found when it got at one of them."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sandbox.conftest import Person

_NEIGHBOUR = str(Path(__file__).with_name("neighbour.py"))
_SECRETS = (".ssh/id_ed25519", ".aws/credentials", ".netrc", ".bash_history", "real-config/gh/hosts.yml")
_DEVICES = ("null", "zero", "full", "random", "urandom")
_MACHINE = (
    "sys/kernel/core_pattern", "sys/kernel/hostname", "sys/kernel/domainname", "sys/kernel/pid_max", "sys/user/max_user_namespaces",
    "sys/kernel/randomize_va_space", "sys/vm/overcommit_memory", "sys/kernel/sysrq", "modules", "swaps", "self/mountinfo",
)  # fmt: skip
_SOMEBODY_ELSE = 54321
_ALSO_OF_OTHERS = (
    "changed: /dev/shm",
    "changed: /var/tmp",
    "the neighbour complains: it cannot watch",
)


class Scene:
    """The home of `person`, a shared directory, three servers, a pipe and a neighbour."""

    def __init__(self, person: Person, shared: Path) -> None:
        self.person = person
        self.shared = shared
        self._mark = f"vx-attack-{os.getpid()}-{person.home.name[-8:]}"
        self._servers: dict[str, socket.socket] = {}
        for name in _SECRETS:
            person.write(name, "CANARY\n", 0o600)
        person.environment |= {"GITHUB_TOKEN": "CANARY", "SSH_AUTH_SOCK": str(person.home / "agent.sock")}
        for name, content in (("a.txt", "one\ntwo\n"), ("sub/b.txt", "b\n"), ("big.bin", "x" * 300_000), ("private", "mine\n")):
            person.write(f"doc/{name}", content, 0o600 if name == "private" else 0o644)
        os.symlink(".ssh", person.home / "link")
        os.symlink(person.home / "real-config", person.home / ".config")
        self._theirs = Path(f"/tmp/{self._mark}-theirs")  # the sticky bit protects it from everybody but root
        self._theirs.write_text("theirs\n")
        if os.geteuid() == 0:
            os.chown(shared, person.user, person.user)
            os.chown(self._theirs, *2 * (0 if person.user else _SOMEBODY_ELSE,))
        self._fifo = person.home / "doc" / "fifo"
        os.mkfifo(self._fifo)
        self._fifo.chmod(0o666)
        self._fifo_end = os.open(self._fifo, os.O_RDONLY | os.O_NONBLOCK)
        self._serve("tcp", socket.AF_INET, ("127.0.0.1", 0))
        self._serve("unix", socket.AF_UNIX, str(person.home / "agent.sock"))
        self._serve("abstract", socket.AF_UNIX, f"\0{self._mark}")
        (person.home / "agent.sock").chmod(0o777)
        person.own(person.home)
        self.neighbour = subprocess.Popen(
            [person.python, "-I", "-S", _NEIGHBOUR, str(person.home)],
            stdout=subprocess.PIPE,
            bufsize=0,
            env={"SECRET": "CANARY"},
            cwd="/",
            **person.identity,
        )
        assert self.neighbour.stdout is not None
        self._words = {
            "HOME": str(person.home),
            "SHARED": str(shared),
            "THEIRS": str(self._theirs),
            "PYTHON": os.path.realpath(person.python),
            "PORT": str(self._servers["tcp"].getsockname()[1]),
            "ABSTRACT": self._mark,
            "NEIGHBOUR": str(self.neighbour.pid),
            "KEY_DESCRIPTOR": self.neighbour.stdout.readline().decode().strip(),
        }
        os.set_blocking(self.neighbour.stdout.fileno(), False)
        self.look_again()

    def look_again(self) -> None:
        """Takes everything as it is now for what it should be."""
        self._before = self._host()

    def _serve(self, name: str, family: int, address: object) -> None:
        server = socket.socket(family)
        server.bind(address)  # type: ignore[arg-type]
        server.listen(5)
        server.settimeout(0)
        self._servers[name] = server

    def close(self) -> None:
        """Ends what was started."""
        os.close(self._fifo_end)
        for server in self._servers.values():
            server.close()
        self.neighbour.kill()
        with self.neighbour:  # waits for its end
            pass
        for pid in self._left_processes():
            os.kill(pid, signal.SIGKILL)
        self._theirs.unlink()
        subprocess.run(["chmod", "-R", "u+rwX", str(self.person.home)], check=False)
        subprocess.run(["find", str(self.person.home), "-mindepth", "1", "-delete"], check=True)

    def fill(self, script: str) -> str:
        """The script with its words replaced."""
        for word, value in self._words.items():
            script = script.replace(f"@{word}@", value)
        return script

    def findings(self, output: str) -> list[str]:
        """Every trace that a script left outside, and every secret or success in its `output`; nothing where it was contained."""
        found = [f"escaped: {line}" for line in output.splitlines() if line.startswith("ESCAPED")]
        if "CANARY" in output:
            found.append("a secret leaked")
        found += [f"{pid} left running" for pid in self._left_processes()]
        found += self._knocks()
        found += self._of_the_neighbour()
        after = self._host()
        return found + [f"changed: {path}" for path in self._before | after if self._before.get(path) != after.get(path)]

    def _knocks(self) -> Iterator[str]:
        for name, server in self._servers.items():
            with contextlib.suppress(BlockingIOError):
                server.accept()[0].close()
                yield f"connected: {name}"
        with contextlib.suppress(BlockingIOError):
            if os.read(self._fifo_end, 100):
                yield "written to the pipe"

    def _of_the_neighbour(self) -> Iterator[str]:
        time.sleep(0.03)  # it looks around every 0.02 s
        if self.neighbour.poll() is not None:
            yield "the neighbour was killed"
            return
        if Path(f"/proc/{self.neighbour.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T":
            yield "the neighbour was stopped"
        assert self.neighbour.stdout is not None
        yield from sorted({f"the neighbour complains: {line}" for line in (self.neighbour.stdout.read(4096) or b"").decode().splitlines()})

    def _left_processes(self) -> list[int]:
        """Processes with this home in their environment or command line: it is nobody else's."""
        found = []
        for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):
            with contextlib.suppress(OSError):
                told = Path(f"/proc/{pid}/environ").read_bytes() + Path(f"/proc/{pid}/cmdline").read_bytes()
                if str(self.person.home).encode() in told and pid != self.neighbour.pid:
                    found.append(pid)
        return found

    def _host(self) -> dict[str, object]:
        """Files of the host and of the home, what the machine says of itself, and what may be set on the neighbour from outside."""
        found: dict[str, object] = dict(self.person.fingerprint(self.shared, self._theirs))
        for name in _DEVICES:
            status = os.stat(f"/dev/{name}")
            found[f"/dev/{name}"] = (status.st_mode, status.st_uid, status.st_gid, status.st_rdev, status.st_ctime_ns)
        for name in _MACHINE:
            with contextlib.suppress(OSError):
                found[f"/proc/{name}"] = Path("/proc", name).read_bytes()
        for kind in ("msg", "sem", "shm"):
            with contextlib.suppress(OSError):
                found[f"/proc/sysvipc/{kind}"] = [line.split()[1] for line in Path(f"/proc/sysvipc/{kind}").read_text().splitlines()]
        with contextlib.suppress(OSError):  # it may have been killed
            pid = self.neighbour.pid
            found["neighbour's limits"] = Path(f"/proc/{pid}/limits").read_text()
            found["neighbour's processors"] = os.sched_getaffinity(pid)
            found["neighbour's priority"] = (os.getpriority(os.PRIO_PROCESS, pid), os.sched_getscheduler(pid))
            found["neighbour's oom score"] = Path(f"/proc/{pid}/oom_score_adj").read_text()
        return found


def may_be_of_others(findings: list[str]) -> bool:
    """Whether all that was found are things that also other tests have to do with."""
    return all(finding.startswith(_ALSO_OF_OTHERS) for finding in findings)


@contextlib.contextmanager
def a_scene(person: Person) -> Iterator[Scene]:
    """A scene for one attack."""
    with tempfile.TemporaryDirectory(prefix="vx-shared-", dir="/tmp") as shared:
        scene = Scene(person, Path(shared))
        try:
            yield scene
        finally:
            scene.close()
