"""Attacks that want all there is: every one is cut off, and the limit is named."""

from dataclasses import replace

from tests.sandbox.attacks.attack import SHORT, TIGHT, Attack, bash, python


def _cut_off(attack: Attack, limit: str) -> Attack:
    return replace(attack, limit=limit, ends=None, exit_code=None)


ATTACKS = (
    # 64 shells weigh up to 300 MB as well: with room for that, only their number can be the reason.
    _cut_off(bash("a fork bomb", ":(){ :|:& };:\nsleep 30", settings=replace(TIGHT, memory_mb=2048)), "processes"),
    _cut_off(bash("an endless loop", "while :; do :; done"), "CPU 1 s"),
    _cut_off(bash("a full disk", "set -e; dd if=/dev/zero of=fill bs=1M count=500"), "disk space"),
    _cut_off(bash("a full disk elsewhere", "set -e; dd if=/dev/zero of=@SHARED@/fill bs=1M count=500"), "disk space"),
    _cut_off(bash("a flood of files", "mkdir many; cd many; seq 9000 | xargs touch"), "disk space"),
    _cut_off(bash("a flood of output", "yes | head -c 300000000"), "output"),
    _cut_off(bash("a flood of errors", "yes >&2"), "output"),
    _cut_off(
        bash("a flood of trace", "head -c 30000000 /dev/zero >&199; while :; do echo + : step 5 >&199; done"), "any"
    ),  # who is first, the CPU or the clock
    _cut_off(bash("sleeping for ever", "sleep infinity", settings=SHORT), "time 1 s"),
    _cut_off(python("memory of one process", "held = []\nwhile True: held.append(bytearray(10_000_000))"), "memory 300 MB"),
    _cut_off(
        python(
            "shared memory",
            "import mmap\nheld = mmap.mmap(-1, 900_000_000)\nfor i in range(0, 900_000_000, 4096): held[i] = 1\ntime.sleep(9)",
        ),
        "memory 300 MB",
    ),
    _cut_off(
        python(
            "memory of twelve processes",
            "for i in range(12):\n    if os.fork() == 0:\n        held = bytearray(b'x') * 60_000_000; time.sleep(9)\ntime.sleep(9)",
        ),
        "memory 300 MB",
    ),
    bash(
        "memory as a file",
        "dd if=/dev/zero of=/dev/shm/x bs=1M count=500; dd if=/dev/zero of=/run/lock/x bs=1M count=500; dd if=/dev/zero of=/sys/x bs=1M count=500; rm -f /dev/shm/x",
    ),
)
