"""SystemSampler: one reading of the machine, cheap enough to take every two seconds.

Reads /proc directly: psutil's walk over all processes costs 5 to 11 times as much. psutil takes over where there is no /proc (macOS).
"""

import os
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from vynexus_tui.domain.cycles import SystemSample

_PROC = Path("/proc")
_BUSIEST_COUNT = 3
_BUSIEST_EVERY = timedelta(seconds=10)
"""A scan of all processes costs 3 ms for 290 of them, 13 ms for 1100."""
_FIRST_BUSIEST_AFTER = timedelta(seconds=1)
_CPU_FIELDS = 8
"""user nice system idle iowait irq softirq steal; guest time, after these, is already part of user."""
_IDLE, _IOWAIT = 3, 4


class _CpuTime(NamedTuple):
    busy: float
    total: float


class _Processes(NamedTuple):
    """CPU seconds used so far by every process: {(pid, start): (program, seconds)}."""

    taken_at: datetime
    cpu_s: Mapping[tuple[int, float], tuple[str, float]]


class SystemSampler:
    """Takes readings; the shares between two of them need the one before, so the first has none."""

    def __init__(self, proc: Path = _PROC) -> None:
        self._proc = proc if (proc / "stat").exists() else None
        self._cpu: _CpuTime | None = None
        self._own: tuple[datetime, float] | None = None
        self._processes: _Processes | None = None
        self._busiest: tuple[tuple[str, float], ...] = ()

    def sample(self, now: datetime, *, with_busiest: bool = False) -> SystemSample:
        """The machine at `now`. `with_busiest` also names the three busiest programs, looked up every 10 s at most."""
        memory_share, swap_share = _psutil_memory() if self._proc is None else _proc_memory(self._proc)
        return SystemSample(
            taken_at=now,
            cpu_share=self._cpu_share(),
            memory_share=memory_share,
            load_1min=_load(),
            own_cpu_share=self._own_cpu_share(now),
            own_memory_bytes=_psutil_own_memory() if self._proc is None else _proc_own_memory(self._proc),
            swap_share=swap_share,
            pressure_cpu_share=None if self._proc is None else _pressure(self._proc),
            busiest=self._busiest_programs(now) if with_busiest else (),
        )

    def _cpu_share(self) -> float | None:
        before = self._cpu
        self._cpu = latest = _psutil_cpu() if self._proc is None else _proc_cpu(self._proc)
        if before is None or latest is None or latest.total <= before.total:
            return None
        return min(1.0, max(0.0, (latest.busy - before.busy) / (latest.total - before.total)))

    def _own_cpu_share(self, now: datetime) -> float | None:
        """Ours and our finished children's: a cycle's cost appears in the reading after it ended."""
        used = os.times()
        cpu_s = used.user + used.system + used.children_user + used.children_system
        before, self._own = self._own, (now, cpu_s)
        if before is None or now <= before[0]:
            return None
        return max(0.0, cpu_s - before[1]) / (now - before[0]).total_seconds()

    def _busiest_programs(self, now: datetime) -> tuple[tuple[str, float], ...]:
        before = self._processes
        due_after = _BUSIEST_EVERY if self._busiest else _FIRST_BUSIEST_AFTER
        if before is not None and timedelta() <= now - before.taken_at < due_after:
            return self._busiest
        self._processes = latest = _Processes(now, _psutil_processes() if self._proc is None else _proc_processes(self._proc))
        if before is not None and now > before.taken_at:
            self._busiest = _compare(before, latest)
        return self._busiest


def read_memory_bytes(proc: Path = _PROC) -> int | None:
    """All memory of the machine; None where it does not say."""
    if not (proc / "meminfo").exists():
        return _psutil_total_memory()
    return _meminfo(proc).get("MemTotal")


def read_core_count() -> int:
    """Cores this process may use: fewer than the machine has where a container or taskset limits it."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _load() -> float | None:
    try:
        return os.getloadavg()[0]
    except OSError:
        return None


def _compare(before: _Processes, latest: _Processes) -> tuple[tuple[str, float], ...]:
    """Cores used since `before` by program, most first. What started in between counts whole."""
    used: Counter[str] = Counter()
    elapsed_s = (latest.taken_at - before.taken_at).total_seconds()
    for key, (program, cpu_s) in latest.cpu_s.items():
        _, earlier_s = before.cpu_s.get(key, (program, 0.0))
        if cpu_s > earlier_s:
            used[program] += (cpu_s - earlier_s) / elapsed_s  # type: ignore[assignment]  # Counter's stub knows whole numbers only
    return tuple(used.most_common(_BUSIEST_COUNT))


# --- Linux ---------------------------------------------------------------------------------------------------------------------------


def _read(path: Path) -> bytes | None:
    """A file of /proc, or None where the kernel does not offer it or the process is gone."""
    try:
        return path.read_bytes()
    except OSError:
        return None


def _proc_cpu(proc: Path) -> _CpuTime | None:
    text = _read(proc / "stat")
    if text is None or not text.startswith(b"cpu "):
        return None
    ticks = [int(field) for field in text[: text.index(b"\n")].split()[1 : 1 + _CPU_FIELDS]]
    total = sum(ticks)
    return _CpuTime(busy=total - ticks[_IDLE] - ticks[_IOWAIT], total=total)


def _meminfo(proc: Path) -> dict[str, int]:
    """Bytes by name; the file counts in kB."""
    found = {}
    for line in (_read(proc / "meminfo") or b"").splitlines():
        words = line.split()
        if len(words) == 3 and words[2] == b"kB":
            found[words[0].rstrip(b":").decode("ascii", "replace")] = int(words[1]) * 1024
    return found


def _proc_memory(proc: Path) -> tuple[float | None, float | None]:
    """(memory share, swap share). MemAvailable is honest; "used" counts the page cache, which costs nobody anything."""
    figures = _meminfo(proc)
    return (
        _used_share(figures.get("MemAvailable"), figures.get("MemTotal")),
        _used_share(figures.get("SwapFree"), figures.get("SwapTotal")),
    )


def _used_share(free: int | None, total: int | None) -> float | None:
    return None if free is None or not total else 1 - free / total


def _proc_own_memory(proc: Path) -> int | None:
    text = _read(proc / "self" / "statm")
    return None if text is None else int(text.split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _pressure(proc: Path) -> float | None:
    """Share of the last 10 s in which some program waited for a core; None where the kernel keeps no such figures."""
    for line in (_read(proc / "pressure" / "cpu") or b"").splitlines():
        if line.startswith(b"some avg10="):
            return float(line.split()[1].removeprefix(b"avg10=")) / 100
    return None


def _proc_processes(proc: Path) -> dict[tuple[int, float], tuple[str, float]]:
    tick_s = 1 / os.sysconf("SC_CLK_TCK")
    found = {}
    for name in os.listdir(proc):  # noqa: PTH208  (names are all that is needed: 1000 Path objects cost as much as the reads)
        if not name[0].isdigit():
            continue
        text = _read_stat(f"{proc}/{name}/stat")
        if text is None:
            continue
        # The program's name stands in brackets and may hold brackets itself: the last one closes it.
        close = text.rindex(b")")
        program = text[text.index(b"(") + 1 : close].decode("utf-8", "surrogateescape")
        fields = text[close + 2 :].split(None, 20)
        found[int(name), float(fields[19])] = program, (int(fields[11]) + int(fields[12])) * tick_s
    return found


def _read_stat(path: str) -> bytes | None:
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return None
    try:
        return os.read(descriptor, 1024)
    except OSError:  # it ended in between
        return None
    finally:
        os.close(descriptor)


# --- elsewhere: psutil, imported only there (20 ms) ----------------------------------------------------------------------------------


def _psutil_cpu() -> _CpuTime:
    import psutil

    times = psutil.cpu_times()
    total = float(sum(times[:_CPU_FIELDS]))
    return _CpuTime(busy=total - times.idle - getattr(times, "iowait", 0.0), total=total)


def _psutil_memory() -> tuple[float | None, float | None]:
    import psutil

    memory = psutil.virtual_memory()
    try:
        swap = psutil.swap_memory()
    except OSError:  # macOS refuses it in some sandboxes
        return _used_share(memory.available, memory.total), None
    return _used_share(memory.available, memory.total), _used_share(swap.free, swap.total)


def _psutil_total_memory() -> int | None:
    import psutil

    return int(psutil.virtual_memory().total)


def _psutil_own_memory() -> int | None:
    import psutil

    return int(psutil.Process().memory_info().rss)


def _psutil_processes() -> dict[tuple[int, float], tuple[str, float]]:
    import psutil

    found = {}
    for process in psutil.process_iter(["pid", "name", "cpu_times", "create_time"]):
        seen = process.info
        if seen["cpu_times"] is not None:  # other people's processes do not tell
            used = seen["cpu_times"].user + seen["cpu_times"].system
            found[seen["pid"], seen["create_time"]] = seen["name"] or "?", used
    return found
