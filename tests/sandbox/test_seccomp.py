"""The system call filter, run by a small BPF machine, for both kinds of processor, and its numbers against the kernel's headers."""

import errno
import re
import struct
from pathlib import Path

import pytest

from vynexus_tui.sandbox import seccomp
from vynexus_tui.sandbox.linux_calls import _SAME_NUMBERS, _SYSCALL_NUMBERS

ALLOW, KILL, ASK = "allow", "kill", "ask"
HEADERS = {
    "x86_64": ("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "/usr/include/asm/unistd_64.h"),
    "aarch64": ("/usr/include/asm-generic/unistd.h",),
}


def decide(
    machine: str, number: int, *arguments: int, audit: int | None = None, program: list[seccomp.Instruction] | None = None
) -> str | int:
    """What the filter answers: allow, kill, ask, or an errno. Semantics: Linux, networking/filter.rst and seccomp_filter.rst."""
    audit = seccomp.MACHINES[machine].audit_number if audit is None else audit
    data = struct.pack("<iIQ6Q", number, audit, 0, *arguments, *[0] * (6 - len(arguments)))
    program = program or seccomp.build_filter(machine)
    accumulator = position = 0
    while True:
        code, if_true, if_false, value = program[position]
        position += 1
        if code == 0x20:
            accumulator = struct.unpack_from("<I", data, value)[0]
        elif code == 0x06:
            return {0x7FFF0000: ALLOW, 0x80000000: KILL, 0x7FC00000: ASK}.get(value, value & 0xFFFF)
        else:
            holds = {0x15: accumulator == value, 0x35: accumulator >= value, 0x45: bool(accumulator & value)}[code]
            position += if_true if holds else if_false


@pytest.mark.parametrize("machine", seccomp.MACHINES)
def test_the_dangerous_calls_are_refused_and_the_plain_ones_are_not(machine: str) -> None:
    kind = seccomp.MACHINES[machine]
    column = kind.column
    for numbers in seccomp._DENIED.values():
        if (number := numbers[column]) is not None:
            assert decide(machine, number) == errno.EPERM
    for numbers in seccomp._ABSENT.values():
        assert decide(machine, numbers[column]) == errno.ENOSYS
    for plain in (0, 1, 3) if machine == "x86_64" else (63, 64, 57):  # read, write, close
        assert decide(machine, plain) == ALLOW


@pytest.mark.parametrize("machine", seccomp.MACHINES)
def test_arguments_decide_where_the_number_does_not(machine: str) -> None:
    kind = seccomp.MACHINES[machine]
    assert decide(machine, kind.clone, 17) == ALLOW
    for flag in (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000):
        assert decide(machine, kind.clone, flag | 17) == errno.EPERM
    assert decide(machine, kind.ioctl, 0, 0x5413) == ALLOW
    assert decide(machine, kind.ioctl, 0, 0x5412) == errno.EPERM
    assert decide(machine, kind.ioctl, 0, 0x5412 | 1 << 32) == errno.EPERM, "the kernel drops the high half, so must the filter"
    assert (decide(machine, kind.prlimit64, 0), decide(machine, kind.prlimit64, 1)) == (ALLOW, errno.EPERM)
    assert {family: decide(machine, kind.socket, family) for family in (1, 2, 10, 16)} == dict.fromkeys((1, 2, 10, 16), ALLOW)
    assert {decide(machine, kind.socket, family) for family in (0, 17, 38, 40)} == {errno.EAFNOSUPPORT}


@pytest.mark.parametrize("machine", seccomp.MACHINES)
def test_only_writes_of_a_marks_length_to_the_trace_are_held(machine: str) -> None:
    kind = seccomp.MACHINES[machine]
    program = seccomp.build_write_listener(machine, 199, range(11, 18))
    answers = {n: decide(machine, kind.write, 199, 0, n, program=program) for n in (0, 10, 11, 17, 18, 4096)}
    assert answers == {0: ALLOW, 10: ALLOW, 11: ASK, 17: ASK, 18: ALLOW, 4096: ALLOW}
    assert decide(machine, kind.write, 1, 0, 12, program=program) == ALLOW
    assert decide(machine, kind.write + 1, 199, 0, 12, program=program) == ALLOW
    assert decide(machine, kind.write, 199, 0, 12, audit=0x40000003, program=program) == ALLOW, "the other filter kills those"


@pytest.mark.parametrize("machine", seccomp.MACHINES)
def test_a_foreign_calling_convention_kills(machine: str) -> None:
    assert decide(machine, 1, audit=0x40000003) == KILL
    if machine == "x86_64":
        assert decide(machine, 0x40000000 | 165) == errno.ENOSYS


def test_an_unknown_machine_is_refused() -> None:
    with pytest.raises(OSError, match="riscv64"):
        seccomp.build_filter("riscv64")


@pytest.mark.parametrize("machine", seccomp.MACHINES)
def test_the_numbers_are_those_of_the_kernels_headers(machine: str) -> None:
    header = next((Path(p) for p in HEADERS[machine] if Path(p).exists()), None)
    if header is None:
        pytest.skip(f"no kernel headers for {machine} here")
    official = {name: int(n) for name, n in re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", header.read_text())}
    kind = seccomp.MACHINES[machine]
    ours = {name: numbers[kind.column] for table in (seccomp._DENIED, seccomp._ABSENT) for name, numbers in table.items()}
    ours |= {"clone": kind.clone, "ioctl": kind.ioctl, "socket": kind.socket, "write": kind.write, "prlimit64": kind.prlimit64}
    ours |= _SYSCALL_NUMBERS[machine] | _SAME_NUMBERS
    newer_than_many_headers = {"open_tree_attr"}
    assert {n: v for n, v in ours.items() if v is not None and official.get(n) != v}.keys() <= newer_than_many_headers - official.keys()
