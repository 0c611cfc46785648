"""What a trial may use: hard limits the kernel keeps, and a watchdog for what it does not count over a whole family of processes."""

import os
import re
import time
from collections.abc import Mapping
from typing import NamedTuple

_MIB = 1 << 20
PROCESSES = "processes"
OPEN_FILES = 1024
"""File descriptors of one process."""
_LOCKED_BYTES = 64 << 10
_PID_MAX = 4096
"""Process numbers of a trial by root. Not fewer: after the first round the kernel gives out only those above 300, and a small
rest would make fork fail in a script that merely starts many programs one after the other."""
_PID_MAX_PER_NAMESPACE = (6, 14)
"""Before this version pid_max is the whole machine's, and root in a trial would change it for everybody."""
_HOST_FLOOR_BYTES = 1 << 30
SAMPLE_INTERVAL_S = 0.05
_PROCESS_SLACK = 8
"""The kernel's own ceiling lies this much above the setting (it counts the launcher too), so that the watchdog is the one who says no."""


class Limits(NamedTuple):
    """Limits of one trial."""

    wall_s: float
    cpu_s: int
    memory_bytes: int
    processes: int
    disk_bytes: int
    inodes: int

    @property
    def time_text(self) -> str:
        """The wall clock limit as a person reads it."""
        return f"time {self.wall_s:g} s"

    @property
    def cpu_text(self) -> str:
        """The CPU limit as a person reads it."""
        return f"CPU {self.cpu_s} s"

    @property
    def memory_text(self) -> str:
        """The memory limit as a person reads it."""
        return f"memory {self.memory_bytes // _MIB} MB"


def disk_cap_bytes(setting_mb: int) -> int:
    """What a trial may write: the setting, but at most a quarter of the memory that is free now, because it is held there."""
    available = available_memory_bytes()
    wanted = setting_mb * _MIB
    return wanted if available is None else min(wanted, available // 4)


def available_memory_bytes() -> int | None:
    """MemAvailable of the machine; None where there is no /proc/meminfo."""
    try:
        with open("/proc/meminfo", encoding="ascii") as lines:
            return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), None)
    except OSError:
        return None


def apply_process_limits(limits: Limits) -> None:
    """Sets the limits every process of the trial inherits and none can raise."""
    import resource

    wanted = {
        resource.RLIMIT_CPU: limits.cpu_s,
        resource.RLIMIT_FSIZE: limits.disk_bytes,
        resource.RLIMIT_DATA: limits.memory_bytes,
        resource.RLIMIT_NPROC: limits.processes + _PROCESS_SLACK,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_CORE: 1,  # of all values only this one keeps a crash from a program named in core_pattern (core(5) has no 0 for it)
        resource.RLIMIT_MEMLOCK: _LOCKED_BYTES,
        resource.RLIMIT_MSGQUEUE: _LOCKED_BYTES,
        resource.RLIMIT_NICE: 0,
        resource.RLIMIT_RTPRIO: 0,
    }
    for kind, value in wanted.items():
        hard = resource.getrlimit(kind)[1]
        soft = value if hard == resource.RLIM_INFINITY else min(value, hard)
        # One second between the two CPU limits: SIGXCPU first, which says why, then SIGKILL for a process that ignores it.
        has_room = hard == resource.RLIM_INFINITY or soft < hard
        resource.setrlimit(kind, (soft, soft + 1 if kind == resource.RLIMIT_CPU and has_room else soft))


def bound_process_numbers() -> None:
    """Sets this pid namespace's own ceiling, the only one that binds root. Does nothing on a kernel that has none."""
    if _has_pid_max_per_namespace():
        with open("/proc/sys/kernel/pid_max", "w", encoding="ascii") as file:
            file.write(str(_PID_MAX))


def yield_to_the_watchdog() -> None:
    """For root's script where nothing in the kernel bounds its processes: at normal priority a fork bomb keeps the watchdog from seeing
    it (Linux 6.1: 98 s instead of 10).
    """
    if os.geteuid() == 0 and not _has_pid_max_per_namespace():
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def _has_pid_max_per_namespace() -> bool:
    release = re.match(r"(\d+)\.(\d+)", os.uname().release)
    return release is not None and (int(release[1]), int(release[2])) >= _PID_MAX_PER_NAMESPACE


class Watchdog:
    """Looks at all processes of the trial, from its own process 1, and names the limit they broke together."""

    def __init__(self, limits: Limits) -> None:
        self.peak_memory_bytes = 0
        self._limits = limits
        self._started = time.monotonic()
        self._host_memory = available_memory_bytes()

    @property
    def elapsed_s(self) -> float:
        """Seconds since the script was started."""
        return time.monotonic() - self._started

    def broken_limit(self) -> str | None:
        """The limit that is broken now, in words, or None."""
        memory, count = _measure_processes()
        if memory > self._limits.memory_bytes:
            memory = _shared_fairly(memory)
        self.peak_memory_bytes = max(self.peak_memory_bytes, memory)
        if self.elapsed_s > self._limits.wall_s:
            return self._limits.time_text
        if memory > self._limits.memory_bytes or self._drains_the_host():
            return self._limits.memory_text
        if count > self._limits.processes:
            return PROCESSES
        return None

    def _drains_the_host(self) -> bool:
        """A backstop for memory no process is charged with (pipe and socket buffers): three times what all limits allow."""
        now = available_memory_bytes()
        if now is None or self._host_memory is None:
            return False
        return self._host_memory - now > max(_HOST_FLOOR_BYTES, 3 * (self._limits.memory_bytes + self._limits.disk_bytes))


def running_processes() -> list[int]:
    """Process ids in this pid namespace, without process 1."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and name != "1"]


def _measure_processes() -> tuple[int, int]:
    """Anonymous and shared memory of all processes in bytes (pages shared by a fork count for each), and their number."""
    total = count = 0
    for pid in running_processes():
        status = _read_status(pid)
        count += 1
        total += sum(int(status.get(key, "0").split()[0]) for key in ("RssAnon", "RssShmem", "VmSwap")) * 1024
    return total, count


def _shared_fairly(counted: int) -> int:
    """The same with each shared page counted once in all (PSS): a program that forks 300 times holds its pages once. It takes longer to
    find out, so only what seems too much is counted this way; `counted` where the kernel does not say.
    """
    total = 0
    for pid in running_processes():
        try:
            with open(f"/proc/{pid}/smaps_rollup", encoding="utf-8", errors="replace") as lines:
                pairs = dict(line.split(":", 1) for line in lines if line.startswith(("Pss_Anon:", "Pss_Shmem:", "SwapPss:")))
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended meanwhile
        except OSError:
            return counted
        if "Pss_Anon" not in pairs and _read_status(pid):
            return counted
        total += sum(int(value.split()[0]) for value in pairs.values()) * 1024
    return min(total, counted)


def _read_status(pid: int) -> Mapping[str, str]:
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as lines:
            return dict(line.split(":", 1) for line in lines if line.startswith(("RssAnon", "RssShmem", "VmSwap")))
    except (FileNotFoundError, ProcessLookupError):
        return {}  # it ended between the listing and now
