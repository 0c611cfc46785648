"""The system call filter of a trial: what a script may never ask of the kernel, whatever its rights. A classic BPF program.

It is a second fence: without the first (namespaces, no capabilities) most of these calls would already fail.
"""

import ctypes
import struct
from errno import EAFNOSUPPORT, ENOSYS, EPERM
from typing import NamedTuple

from vynexus_tui.sandbox import linux_calls

_X86_64, _AARCH64 = 0, 1
_DENIED: dict[str, tuple[int | None, int | None]] = {
    # mounts and roots
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "move_mount": (429, 429),
    "open_tree": (428, 428), "open_tree_attr": (467, 467), "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432),
    "fspick": (433, 433), "mount_setattr": (442, 442), "swapon": (167, 224), "swapoff": (168, 225), "quotactl": (179, 60),
    "quotactl_fd": (443, 443), "open_by_handle_at": (304, 265), "fanotify_init": (300, 262),
    # namespaces, other processes, keys
    "unshare": (272, 97), "setns": (308, 268), "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "process_madvise": (440, 440), "kcmp": (312, 272), "pidfd_getfd": (438, 438), "add_key": (248, 217), "request_key": (249, 218),
    "keyctl": (250, 219), "perf_event_open": (298, 241), "bpf": (321, 280), "userfaultfd": (323, 282), "memfd_secret": (447, 447),
    # the machine itself
    "reboot": (169, 142), "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106), "kexec_load": (246, 104),
    "kexec_file_load": (320, 294), "acct": (163, 89), "settimeofday": (164, 170), "clock_settime": (227, 112), "adjtimex": (159, 171),
    "clock_adjtime": (305, 266), "syslog": (103, 116), "sethostname": (170, 161), "setdomainname": (171, 162), "vhangup": (153, 58),
    "lookup_dcookie": (212, 18), "iopl": (172, None), "ioperm": (173, None), "modify_ldt": (154, None), "uselib": (134, None),
}  # fmt: skip
_ABSENT: dict[str, tuple[int, int]] = {
    # ENOSYS sends programs to their fallback. clone3 hides its flags from a filter; io_uring walks around it; memory of a memfd
    # and of System V segments, messages and semaphores belongs to no process, so the memory limit would not see it.
    "clone3": (435, 435), "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "memfd_create": (319, 279), "shmget": (29, 194), "msgget": (68, 186), "semget": (64, 190),
}  # fmt: skip
_NEW_NAMESPACES = 0x7E020080
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_SOCKET_FAMILIES = (1, 2, 10, 16)  # unix, IPv4, IPv6, netlink (glibc asks it for interfaces)

_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL_PROCESS, _ERRNO, _ASK_LISTENER = 0x7FFF0000, 0x80000000, 0x00050000, 0x7FC00000
_AT_NUMBER, _AT_ARCHITECTURE, _AT_ARGUMENT_0, _AT_ARGUMENT_1, _AT_ARGUMENT_2 = 0, 4, 16, 24, 32
_SET_MODE_FILTER, _NEW_LISTENER = 1, 8


class _Machine(NamedTuple):
    """What differs between two kinds of processor."""

    audit_number: int
    column: int
    clone: int
    ioctl: int
    socket: int
    write: int
    prlimit64: int


MACHINES = {
    "x86_64": _Machine(0xC000003E, _X86_64, 56, 16, 41, 1, 302),
    "aarch64": _Machine(0xC00000B7, _AARCH64, 220, 29, 198, 64, 261),
}
"""Machines a filter can be built for. On any other a trial is refused."""


class Instruction(NamedTuple):
    """One BPF instruction: struct sock_filter."""

    code: int
    if_true: int
    if_false: int
    value: int


def build_filter(machine: str) -> list[Instruction]:
    """The filter for `machine`. Raises OSError(ENOSYS) where the system call numbers are not known."""
    if machine not in MACHINES:
        raise OSError(ENOSYS, f"no system call filter for {machine}")
    kind = MACHINES[machine]
    program = [
        Instruction(_LOAD, 0, 0, _AT_ARCHITECTURE),
        Instruction(_JUMP_EQUAL, 1, 0, kind.audit_number),
        Instruction(_RETURN, 0, 0, _KILL_PROCESS),  # 32-bit calls have other numbers: no filter would hold
        Instruction(_LOAD, 0, 0, _AT_NUMBER),
    ]
    if kind.column == _X86_64:
        program += [Instruction(_JUMP_AT_LEAST, 0, 1, 0x40000000), Instruction(_RETURN, 0, 0, _ERRNO | ENOSYS)]  # the x32 numbers
    for error, table in ((EPERM, _DENIED), (ENOSYS, _ABSENT)):
        for numbers in table.values():
            number = numbers[kind.column]
            if number is not None:
                program += [Instruction(_JUMP_EQUAL, 0, 1, number), Instruction(_RETURN, 0, 0, _ERRNO | error)]
    program += _check_argument(kind.clone, _AT_ARGUMENT_0, [(_JUMP_ANY_BIT, _NEW_NAMESPACES)], refused=EPERM)
    program += _check_argument(kind.ioctl, _AT_ARGUMENT_1, [(_JUMP_EQUAL, _TIOCSTI), (_JUMP_EQUAL, _TIOCLINUX)], refused=EPERM)
    program += _allow_only(kind.prlimit64, _AT_ARGUMENT_0, (0,), refused=EPERM)  # its own limits, not those of process 1
    program += _allow_only(kind.socket, _AT_ARGUMENT_0, _SOCKET_FAMILIES, refused=EAFNOSUPPORT)
    return [*program, Instruction(_RETURN, 0, 0, _ALLOW)]


def _check_argument(number: int, offset: int, tests: list[tuple[int, int]], *, refused: int) -> list[Instruction]:
    """System call `number` is refused when any test holds for the low half of its argument; the kernel ignores the high half."""
    body = [Instruction(_LOAD, 0, 0, offset)]
    for code, value in tests:
        body += [Instruction(code, 0, 1, value), Instruction(_RETURN, 0, 0, _ERRNO | refused)]
    body.append(Instruction(_RETURN, 0, 0, _ALLOW))
    return [Instruction(_JUMP_EQUAL, 0, len(body), number), *body]


def _allow_only(number: int, offset: int, values: tuple[int, ...], *, refused: int) -> list[Instruction]:
    body = [Instruction(_LOAD, 0, 0, offset)]
    for value in values:
        body += [Instruction(_JUMP_EQUAL, 0, 1, value), Instruction(_RETURN, 0, 0, _ALLOW)]
    body.append(Instruction(_RETURN, 0, 0, _ERRNO | refused))
    return [Instruction(_JUMP_EQUAL, 0, len(body), number), *body]


def build_write_listener(machine: str, descriptor: int, lengths: range) -> list[Instruction]:
    """A filter that lets everything pass, but has a listener asked first where `lengths` bytes are written to `descriptor`."""
    kind = MACHINES[machine]
    tests = [
        Instruction(_LOAD, 0, 0, _AT_NUMBER),
        Instruction(_JUMP_EQUAL, 0, 6, kind.write),
        Instruction(_LOAD, 0, 0, _AT_ARGUMENT_0),
        Instruction(_JUMP_EQUAL, 0, 4, descriptor),
        Instruction(_LOAD, 0, 0, _AT_ARGUMENT_2),
        Instruction(_JUMP_AT_LEAST, 0, 2, lengths.start),
        Instruction(_JUMP_AT_LEAST, 1, 0, lengths.stop),
        Instruction(_RETURN, 0, 0, _ASK_LISTENER),
    ]
    architecture = [Instruction(_LOAD, 0, 0, _AT_ARCHITECTURE), Instruction(_JUMP_EQUAL, 0, len(tests), kind.audit_number)]
    return [*architecture, *tests, Instruction(_RETURN, 0, 0, _ALLOW)]


def install_filter(machine: str) -> None:
    """Puts the filter on this process and all it will start. Raises OSError where the kernel refuses it."""
    _install(build_filter(machine), 0)


def install_write_listener(machine: str, descriptor: int, lengths: range) -> int:
    """Puts that filter on this process and all it will start. Returns the listener's file descriptor (Linux 5.5)."""
    return _install(build_write_listener(machine, descriptor, lengths), _NEW_LISTENER)


def _install(program: list[Instruction], flags: int) -> int:
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *i) for i in program))
    header = ctypes.create_string_buffer(struct.pack("@HxxxxxxQ", len(program), ctypes.addressof(code)))
    return linux_calls.system_call("seccomp", _SET_MODE_FILTER, flags, header)
