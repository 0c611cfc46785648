"""What the kernel counted in the launcher's own cgroup (Linux, admin-guide/cgroup-v2.rst: memory.events, pids.events)."""

import os

from vynexus_tui.sandbox.limits import Limits


class ScopeCounters:
    """To be opened before /sys is covered. Raises OSError where there is no cgroup of version 2 with both controllers."""

    def __init__(self) -> None:
        with open("/proc/self/cgroup", encoding="utf-8", errors="surrogateescape") as file:
            own = next((line[3:].rstrip("\n") for line in file if line.startswith("0::")), "")
        folder = f"/sys/fs/cgroup{own}"
        self._memory = os.open(f"{folder}/memory.events", os.O_RDONLY)
        self._pids = os.open(f"{folder}/pids.events", os.O_RDONLY)

    def broken_limit(self, limits: Limits) -> str | None:
        """The limit for which the kernel ended a process or refused one, or None."""
        if _counted(self._memory, "oom_kill"):
            return limits.memory_text
        return "processes" if _counted(self._pids, "max") else None


def _counted(file: int, name: str) -> int:
    pairs = (line.split() for line in os.pread(file, 4096, 0).decode("ascii").splitlines())
    return next((int(value) for key, value in pairs if key == name), 0)
