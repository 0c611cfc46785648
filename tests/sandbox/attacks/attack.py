"""What a hostile script is here: a name, the script, and how its trial must end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain

from vynexus_tui.domain.settings import Sandbox

TIGHT = Sandbox(wall_s=6.0, cpu_s=1, memory_mb=300, processes=64, disk_mb=48, inodes=3000, output_kb=64)
SHORT = replace(TIGHT, wall_s=1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One hostile script. Words like @HOME@ stand for what is known only when it runs: see Scene.fill."""

    name: str
    script: str
    ends: str | None = "tried"
    """The last line of its output: proof that everything in it was tried. None for a script that is not to reach its end."""
    limit: str | None = None
    """The limit that cuts it off; `any` where it depends on the machine whether one does."""
    exit_code: int | None = 0
    lists: tuple[str, ...] = ()
    """Lines like `modify @HOME@/doc/a.txt` that must be among the changes."""
    outside: str | None = None
    """The finding that must come up when the same script runs without a sandbox, as proof that attack and detector work."""
    settings: Sandbox = TIGHT


def bash(name: str, script: str, **more: object) -> Attack:
    """An attack in bash; what it complains about is of no interest."""
    return Attack(name=name, script=f"{script}\necho tried", **more)  # type: ignore[arg-type]


def python(name: str, body: str, **more: object) -> Attack:
    """An attack in Python. `attempt(name, call)` prints ESCAPED if the call does not fail; `system(name, ...)` is any system call."""
    return Attack(name=name, script=f"@PYTHON@ - <<'PYTHON'\n{_PRELUDE}\n{body.strip()}\nprint('tried')\nPYTHON\n", **more)  # type: ignore[arg-type]


def unique(*families: tuple[Attack, ...]) -> tuple[Attack, ...]:
    """All attacks of all families; each name once."""
    attacks = tuple(chain.from_iterable(families))
    assert len({a.name for a in attacks}) == len(attacks)
    return attacks


_PRELUDE = """
import ctypes, errno, fcntl, functools, os, resource, signal, socket, sys, time
print = functools.partial(print, flush=True)
libc = ctypes.CDLL(None, use_errno=True)
# Not taken from the filter under test: a wrong number there must not hide here. x86_64, aarch64.
NUMBERS = dict(
    mount=(165, 40), umount2=(166, 39), pivot_root=(155, 41), chroot=(161, 51), open_tree=(428, 428), move_mount=(429, 429), fsopen=(430, 430),
    fspick=(433, 433), mount_setattr=(442, 442), unshare=(272, 97), setns=(308, 268), clone=(56, 220), clone3=(435, 435), ptrace=(101, 117),
    process_vm_readv=(310, 270), process_vm_writev=(311, 271), pidfd_open=(434, 434), pidfd_send_signal=(424, 424), pidfd_getfd=(438, 438),
    io_uring_setup=(425, 425), bpf=(321, 280), perf_event_open=(298, 241), userfaultfd=(323, 282), add_key=(248, 217), request_key=(249, 218),
    keyctl=(250, 219), init_module=(175, 105), finit_module=(313, 273), delete_module=(176, 106), kexec_load=(246, 104), kexec_file_load=(320, 294),
    reboot=(169, 142), swapon=(167, 224), swapoff=(168, 225), acct=(163, 89), quotactl=(179, 60), syslog=(103, 116), sethostname=(170, 161),
    setdomainname=(171, 162), settimeofday=(164, 170), clock_settime=(227, 112), adjtimex=(159, 171), fanotify_init=(300, 262),
    name_to_handle_at=(303, 264), open_by_handle_at=(304, 265), memfd_create=(319, 279), memfd_secret=(447, 447), shmget=(29, 194),
    msgget=(68, 186), semget=(64, 190), mq_open=(240, 180), ioprio_set=(251, 30), sched_setattr=(314, 274), kcmp=(312, 272), vhangup=(153, 58),
    capset=(126, 91), seccomp=(317, 277), renameat2=(316, 276), process_madvise=(440, 440),
)
def system(name, *arguments):
    number = NUMBERS[name][os.uname().machine == "aarch64"]
    plain = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return libc.syscall(ctypes.c_long(number), *plain)
def attempt(name, call):
    try:
        result = call()
    except (OSError, ValueError, OverflowError) as error:
        print(name, "refused:", error)
        return None
    if type(result) is int and result < 0:
        print(name, "refused:", os.strerror(ctypes.get_errno()))
        return None
    print("ESCAPED", name, repr(result)[:80])
    return result
def quietly(call, *arguments):
    try:
        return call(*arguments)
    except OSError as error:
        print("no:", error)
"""
