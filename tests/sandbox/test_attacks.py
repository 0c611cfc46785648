"""Hostile scripts. After each the host is as it was, to the ctime of its files; and the ways out that were tried are known to work outside."""

from __future__ import annotations

import os
import pwd
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from vynexus_tui.domain.settings import Sandbox
from vynexus_tui.domain.trials import SandboxLevel, Trial, Verdict
from vynexus_tui.sandbox.trial_request import build_request

if TYPE_CHECKING:
    from tests.sandbox.conftest import Person


_SHARED = ("/dev/shm", "/var/tmp")
TIGHT = Sandbox(wall_s=6.0, cpu_s=1, memory_mb=300, processes=64, disk_mb=48, inodes=3000, output_kb=64)


def attack(person: Person, script: str, *, settings: Sandbox = TIGHT) -> Trial:
    """The trial; home and machine must be the same after it.

    /dev/shm and /var/tmp belong to everybody, also to the tests that run beside this one: what changed only there must change
    again in a second try of the same script before it counts. An escape does.
    """
    trial, changed = _tried(person, script, settings)
    if changed and all(path.startswith(_SHARED) for path in changed):
        trial, again = _tried(person, script, settings)
        changed = changed if again else []
    assert trial.level is SandboxLevel.FULL, trial.reason
    assert changed == []
    return trial


def _tried(person: Person, script: str, settings: Sandbox) -> tuple[Trial, list[str]]:
    before = person.fingerprint()
    trial = person.try_script(script, settings=settings)
    after = person.fingerprint()
    return trial, [p for p in before | after if before.get(p) != after.get(p)]


def python(person: Person, body: str) -> str:
    return f"{person.python} - <<'PYTHON'\n{body}\nPYTHON\n"


@pytest.mark.parametrize(
    ("name", "script", "limit"),
    [
        ("a fork bomb", ":(){ :|:& };:\nsleep 30", "processes"),
        ("an endless loop", "while :; do :; done", "CPU 1 s"),
        ("a full disk", "dd if=/dev/zero of=fill bs=1M count=500", "disk space"),
        ("a flood of files", "mkdir many; cd many; seq 9000 | xargs touch", "disk space"),
        ("a flood of output", "yes | head -c 300000000", "output"),
    ],
)
def test_greed_is_cut_off_and_the_limit_is_named(person: Person, name: str, script: str, limit: str) -> None:
    # 64 shells weigh up to 300 MB as well: with room for that, only their number can be the reason.
    settings = replace(TIGHT, memory_mb=2048) if limit == "processes" else TIGHT
    trial = attack(person, script, settings=settings)
    assert trial.verdict is Verdict.CUT_OFF, (name, trial.headline, trial.stderr[-300:])
    assert limit in (trial.limit or "")


@pytest.mark.parametrize(
    "body",
    [
        "held = []\nwhile True: held.append(bytearray(10_000_000))",
        "import mmap, time\nheld = mmap.mmap(-1, 900_000_000)\nfor i in range(0, 900_000_000, 4096): held[i] = 1\ntime.sleep(9)",
        "import os, time\nfor i in range(12):\n    if os.fork() == 0:\n        held = bytearray(b'x') * 60_000_000; time.sleep(9)\ntime.sleep(9)",
    ],
    ids=["one process", "shared memory", "twelve processes"],
)
def test_memory_hogs_are_cut_off(person: Person, body: str) -> None:
    trial = attack(person, python(person, body))
    assert (trial.verdict, trial.limit) == (Verdict.CUT_OFF, "memory 300 MB"), trial.stderr[-300:]


def test_memory_that_belongs_to_no_process_cannot_be_had(person: Person) -> None:
    trial = attack(person, python(person, "import os\ntry: os.memfd_create('x'); print('GOT IT')\nexcept OSError as e: print(e.errno)"))
    assert trial.stdout == "38\n"


def test_a_script_that_ignores_signals_ends_at_the_time_limit(me: Person) -> None:
    trial = me.try_script("trap '' TERM INT HUP; echo x > made; while :; do sleep 1; done", settings=Sandbox(wall_s=1.5))
    assert (trial.verdict, trial.limit) == (Verdict.CUT_OFF, "time 1.5 s")
    assert [Path(c.path).name for c in trial.changes] == ["made"], "what it did until then is still listed"


def test_no_connection_reaches_the_host(person: Person) -> None:
    with socket.socket() as listener, socket.socket(socket.AF_UNIX) as named, socket.socket(socket.AF_UNIX) as abstract:
        path, name = str(person.home / "agent.sock"), f"\0vynexus-test-{os.getpid()}"
        ways = {("127.0.0.1", 0): listener, path: named, name: abstract}
        for address, server in ways.items():
            server.bind(address)
            server.listen(5)
            server.settimeout(0)
        os.chmod(path, 0o777)
        probe = (
            "import socket\n"
            f"for a in (('127.0.0.1', {listener.getsockname()[1]}), {path!r}, {name!r}):\n"
            "    s = socket.socket(socket.AF_INET if isinstance(a, tuple) else socket.AF_UNIX)\n"
            "    try: s.connect(a); print('CONNECTED', a)\n"
            "    except OSError as e: print('refused')\n"
        )
        outside = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
        assert outside.stdout.count("CONNECTED") == 3, "the probe works where nothing stops it"
        for server in ways.values():
            server.accept()[0].close()
        trial = attack(person, python(person, probe))
        assert trial.stdout == "refused\n" * 3
        for server in ways.values():
            with pytest.raises(BlockingIOError):
                server.accept()


def test_secrets_cannot_be_read_by_any_way(person: Person) -> None:
    for name in (".ssh/id_ed25519", ".aws/credentials", ".netrc", ".bash_history", "real-config/gh/hosts.yml"):
        person.write(name, "CANARY\n", 0o600)
    home = person.home
    for link, target in (("link", ".ssh"), (".config", "real-config")):
        os.symlink(target if link == "link" else home / target, home / link)
    person.environment |= {"GITHUB_TOKEN": "CANARY", "SSH_AUTH_SOCK": "/CANARY"}
    script = (
        "cat ~/.ssh/id_ed25519 link/id_ed25519 ~/.aws/credentials ~/.netrc ~/.bash_history ~/.config/gh/hosts.yml real-config/gh/hosts.yml\n"
        "chmod 700 ~/.ssh; cat ~/.ssh/*; umount ~/.ssh; cat ~/.ssh/*; mv ~/.ssh s; cat s/*; cp -r ~/.aws a; ln ~/.netrc n; cat n\n"
        'for p in /proc/[0-9]*; do cat $p/environ $p/root"$HOME"/.netrc $p/cwd/.netrc; done; env; grep -r CANARY ~; ls /proc/1/fd /proc/1/cwd\n'
    )
    trial = attack(person, script)
    assert "CANARY" not in trial.stdout + trial.stderr + repr(trial.changes)
    assert any(".ssh is hidden from trials" in note for note in trial.not_known)


def test_no_fence_can_be_taken_down(person: Person) -> None:
    body = """
import ctypes, os, platform
libc = ctypes.CDLL(None, use_errno=True)
calls = dict(
    umount=lambda: libc.umount2(b"/proc", 2), mount=lambda: libc.mount(b"none", b"/tmp", b"tmpfs", 0, None),
    userns=lambda: libc.unshare(0x10000000), mountns=lambda: libc.unshare(0x20000), setns=lambda: libc.setns(0, 0),
    chroot=lambda: libc.chroot(b"/tmp"), clone3=lambda: libc.syscall(435, 0, 0), open_tree=lambda: libc.syscall(428, -100, b"/", 1),
    fsopen=lambda: libc.syscall(430, b"tmpfs", 0), io_uring=lambda: libc.syscall(425, 8, ctypes.create_string_buffer(120)),
    ptrace=lambda: libc.ptrace(16, 1, 0, 0), remount=lambda: libc.mount(None, b"/proc", None, 32, None),
    hostname=lambda: libc.sethostname(b"x", 1), acct=lambda: libc.acct(None),
    packet=lambda: libc.socket(17, 3, 0), vsock=lambda: libc.socket(40, 1, 0), alg=lambda: libc.socket(38, 5, 0),
    mknod=lambda: libc.mknod(b"device", 0o60600, os.makedev(254, 0)),
)
print([name for name, call in calls.items() if call() >= 0])
try:
    open("/proc/1/mem", "rb+"); print("MEMORY OPEN")
except OSError:
    print("closed")
"""
    assert attack(person, python(person, body)).stdout == "[]\nclosed\n"


def test_host_processes_are_neither_seen_nor_hit(person: Person) -> None:
    with subprocess.Popen(["sleep", "60"]) as victim:
        trial = attack(
            person,
            f"ps ax 2>/dev/null | grep -c 'sleep 6[0]'; kill -9 {victim.pid}; kill -9 1; kill -INT 1; kill -TERM 1; echo alive; kill -9 -1",
        )
        assert victim.poll() is None
        victim.kill()
    assert trial.stdout.splitlines()[-1] == "alive", "process 1 obeys nobody in there"


def test_the_kernels_files_cannot_be_written(person: Person) -> None:
    targets = "/proc/sysrq-trigger /proc/sys/vm/drop_caches /proc/sys/kernel/core_pattern /proc/sys/user/max_user_namespaces /proc/self/oom_score_adj"
    script = (
        f"for f in {targets} /sys/kernel/x /dev/kmsg /dev/sda /dev/mem /dev/tty; do (echo 1 > $f) 2>/dev/null && echo wrote $f; done\n"
        "ls /sys; head -c 5 /dev/urandom | wc -c; echo x > /dev/null && echo null; cat <(echo substitution)"
    )
    assert attack(person, script).stdout.split() == ["5", "null", "substitution"]


def test_a_setuid_copy_gives_no_rights_and_is_flagged(person: Person) -> None:
    trial = attack(person, "cp /bin/bash sb; chmod 4755 sb; ./sb -p -c 'echo $EUID'")
    assert trial.stdout.split() == [str(person.user)]
    assert [c.warning for c in trial.changes] == ["setuid"]


def test_writing_through_links_stays_inside_and_names_the_real_target(person: Person) -> None:
    person.write("doc/a.txt", "one\n")
    trial = attack(person, "ln -s /var/tmp/out o; echo leak > o; ln doc/a.txt hard; echo more >> hard; ln -s doc d; echo x > d/new")
    assert {c.path for c in trial.changes} >= {"/var/tmp/out", f"{person.home}/doc/new", f"{person.home}/doc/a.txt"}


def test_daemons_die_with_the_trial_and_are_counted(person: Person) -> None:
    marker = f"3{os.getpid()}"
    trial = attack(person, f"(setsid nohup sleep {marker} > /dev/null 2>&1 &); (setsid sleep {marker} &); echo done; exit 0")
    assert (trial.verdict, trial.leftover_processes) == (Verdict.PASSED, 2)
    assert trial.stdout == "done\n"
    listed = subprocess.run(["pgrep", "-f", f"^sleep {marker}$"], capture_output=True, check=False)
    assert listed.stdout == b""


def test_deleting_everything_deletes_nothing(person: Person) -> None:
    for name in ("doc/a.txt", "doc/sub/b.txt"):
        person.write(name, "text\n")
    trial = attack(person, 'rm -rf "$HOME"/* /etc 2>/dev/null; ls -A "$HOME"')
    deleted = {c.path: c for c in trial.changes}
    assert deleted[f"{person.home}/doc"].contained_count == 3
    assert trial.stdout == ""
    if person.user:
        assert not any(path.startswith("/etc") for path in deleted), "what the person may not delete is not listed as deleted"
    else:
        assert "/etc/passwd" in deleted


def test_hostile_names_are_reported_byte_for_byte(person: Person) -> None:
    names = ["new\nline", "esc\x1b[31mred", "bad\udcff\udcfe", "-rf", " lead", "tab\t", "bidi\u202eb", "colon:comma,back\\slash", "x" * 255]
    quoted = " ".join("./$'" + n.replace("\\", "\\\\").replace("\udcff\udcfe", "\\xff\\xfe").replace("\n", "\\n") + "'" for n in names)
    trial = attack(person, f"touch {quoted}")
    assert {c.path for c in trial.changes} == {f"{person.home}/{n}" for n in names}


def test_a_pipe_of_the_host_carries_nothing_out(person: Person) -> None:
    person.write("doc/a.txt")
    fifo = person.home / "doc" / "fifo"
    os.mkfifo(fifo, 0o666)
    os.chmod(fifo, 0o666)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    attack(person, "timeout 1 bash -c 'echo leak > doc/fifo'")
    assert os.read(reader, 100) == b""
    os.close(reader)


def test_the_script_cannot_change_itself_or_its_limits(person: Person) -> None:
    body = "import resource, os\nfor f in (lambda: resource.setrlimit(resource.RLIMIT_NPROC, (9999, 9999)), lambda: os.nice(-5)):\n    try: f(); print('RAISED')\n    except (OSError, ValueError): print('kept')"
    trial = attack(person, '{ echo "echo CHANGED" >> "$0"; rm -f "$0"; } 2>/dev/null\n' + python(person, body))
    assert trial.stdout == "kept\nkept\n"


def test_many_programs_one_after_the_other_are_no_fork_bomb(person: Person) -> None:
    trial = person.try_script("for i in {1..700}; do /bin/true; done; echo $?")
    assert (trial.verdict, trial.stdout) == (Verdict.PASSED, "0\n")


def test_root_reads_nobody_elses_secrets(me: Person) -> None:
    request = build_request("true", settings=Sandbox(), home=str(me.home), cwd=str(me.home), environment=me.environment)
    homes = {entry.pw_dir for entry in pwd.getpwall() if os.path.isdir(entry.pw_dir)} - {"/"} if me.user == 0 else set()
    assert {f"{home}/.ssh" for home in homes | {str(me.home)}} <= set(request["masked_paths"])
