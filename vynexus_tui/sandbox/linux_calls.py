"""The few Linux calls Python has no function for, through ctypes. Only the launcher calls them; importing this is harmless anywhere."""

import ctypes
import os
import struct
from functools import cache

CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC = 0x20000, 0x2000000, 0x4000000, 0x8000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 8, 32, 4096, 16384, 1 << 18
MNT_DETACH = 2
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 4, 24, 38

_SYSCALL_NUMBERS = {
    "x86_64": {"pivot_root": 155, "capset": 126, "seccomp": 317},
    "aarch64": {"pivot_root": 41, "capset": 91, "seccomp": 277},
}
_SAME_NUMBERS = {"mount_setattr": 442, "landlock_create_ruleset": 444, "landlock_restrict_self": 446}
"""Calls newer than 2019 have one number on every machine."""
_CAPABILITY_VERSION_3 = 0x20080522
_AT_FDCWD = -100
_AF_INET, _SOCK_DGRAM, _SIOCSIFFLAGS, _IFF_UP_RUNNING = 2, 2, 0x8914, 0x41
_MOUNT_ATTR_RDONLY = 1


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else os.fsencode(text)


def mount(source: str | None, target: str, kind: str | None = None, flags: int = 0, options: str | None = None) -> None:
    """Puts a file system, or with MS_BIND a directory, at `target`. Raises OSError naming it."""
    result = _libc().mount(_bytes(source), _bytes(target), _bytes(kind), ctypes.c_ulong(flags), _bytes(options))
    _checked(result, f"mount {kind or source} on {target}")


def unmount(target: str, flags: int = 0) -> None:
    """Takes a mount off."""
    _checked(_libc().umount2(_bytes(target), flags), f"unmount {target}")


def make_read_only(target: str) -> None:
    """Adds read-only to the one mount at `target` and leaves its other flags, which are locked in a user namespace (Linux 5.12)."""
    attributes = (ctypes.c_uint64 * 4)(_MOUNT_ATTR_RDONLY, 0, 0, 0)
    system_call("mount_setattr", _AT_FDCWD, _bytes(target), 0, ctypes.byref(attributes), ctypes.c_size_t(32))


def unshare(flags: int) -> None:
    """Moves this process into new namespaces."""
    _checked(_libc().unshare(flags), "unshare")


def process_control(operation: int, argument: int) -> None:
    """The system call prctl(2), with one argument."""
    zero = ctypes.c_ulong(0)
    _checked(_libc().prctl(operation, ctypes.c_ulong(argument), zero, zero, zero), f"prctl {operation}")


def bring_up_loopback() -> None:
    """Switches on `lo` in this network namespace (netdevice(7)). Not by the module socket, which takes 3 ms to import."""
    handle = _checked(_libc().socket(_AF_INET, _SOCK_DGRAM, 0), "socket")
    try:
        request = struct.pack("16sH14x", b"lo", _IFF_UP_RUNNING)
        _checked(_libc().ioctl(handle, ctypes.c_ulong(_SIOCSIFFLAGS), request), "ioctl lo")
    finally:
        os.close(handle)


def system_call(name: str, *arguments: object) -> int:
    """Any system call by name, with the number for this machine. Raises OSError(ENOSYS) on a machine whose numbers are not known."""
    machine = os.uname().machine
    numbers = _SYSCALL_NUMBERS.get(machine)
    if numbers is None:
        raise OSError(38, f"no system call table for {machine}")
    number = _SAME_NUMBERS.get(name) or numbers[name]
    return _checked(_libc().syscall(ctypes.c_long(number), *arguments), name)


def pivot_root_here() -> None:
    """Makes the current directory the root and lets go of the old one."""
    system_call("pivot_root", b".", b".")
    unmount(".", MNT_DETACH)
    os.chdir("/")


def keep_capabilities(mask: int) -> None:
    """Drops every capability that is not in the bit `mask`, from all sets, for good."""
    with open("/proc/sys/kernel/cap_last_cap", encoding="ascii") as file:
        last = int(file.read())
    for number in range(last + 1):
        if not mask >> number & 1:
            process_control(PR_CAPBSET_DROP, number)
    low, high = mask & 0xFFFFFFFF, mask >> 32
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)(low, low, 0, high, high, 0)
    system_call("capset", ctypes.byref(header), ctypes.byref(sets))
