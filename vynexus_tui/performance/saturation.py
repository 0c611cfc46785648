"""When the machine itself is the limit: commands that need nearly all of it, and readings that show it is full and stalling."""

from collections.abc import Sequence
from statistics import median

from vynexus_tui.domain.cycles import SystemSample
from vynexus_tui.domain.findings import Finding, FindingKind, Suggestion
from vynexus_tui.domain.settings import PerformanceAnalysis
from vynexus_tui.performance.command_series import NEWEST, CommandSeries, cores_used, durations_s
from vynexus_tui.performance.wording import gibibytes, percent, seconds_in_words

_LEAST_MEASURED = 3
_RECENT, _LEAST_FULL = 5, 3
_STALLING_SHARE = 0.2
"""Pressure (some, 10 s) that means programs are queueing. A starting point from oomd's rules, not calibrated."""


def cpu_finding(series: CommandSeries, settings: PerformanceAnalysis, core_count: int) -> Finding | None:
    """A command that keeps more of the machine's cores busy than the settings' limit."""
    times = series.comparable()[-NEWEST:]
    cores = cores_used(times)
    if cores is None or cores / core_count <= settings.cpu_limit_share:
        return None
    typical = median(durations_s(times))
    return Finding(
        kind=FindingKind.CPU,
        subject=series.family,
        fact=f"keeps {cores:.1f} of {core_count} cores busy ({percent(cores / core_count)}, limit {percent(settings.cpu_limit_share)}) "
        f"for {seconds_in_words(typical)}",
        lost_s_per_week=None,
        measured_count=len(times),
        suggestion=Suggestion(
            text=f"`nice {series.family} …` leaves the machine usable for those {seconds_in_words(typical)}"
            + (f"; with {core_count - 1} jobs one core stays free" if core_count > 1 else "")
        ),
    )


def memory_finding(series: CommandSeries, settings: PerformanceAnalysis, memory_bytes: int | None) -> Finding | None:
    """A command whose largest process needs more of the memory than the settings' limit."""
    measured = [m for m in series.metrics if m.peak_memory_bytes is not None][-NEWEST:]
    if not memory_bytes or len(measured) < _LEAST_MEASURED:
        return None
    peaks = [m.peak_memory_bytes for m in measured if m.peak_memory_bytes is not None]
    typical = median(peaks)
    if typical / memory_bytes <= settings.memory_limit_share:
        return None
    largest = max(measured, key=lambda m: m.peak_memory_bytes or 0)
    return Finding(
        kind=FindingKind.MEMORY,
        subject=series.family,
        fact=f"its largest process takes {gibibytes(typical)} of {gibibytes(memory_bytes)} "
        f"({percent(typical / memory_bytes)}, limit {percent(settings.memory_limit_share)})",
        lost_s_per_week=None,
        measured_count=len(measured),
        suggestion=Suggestion(
            text=f"{gibibytes(max(0.0, memory_bytes - typical))} are left for everything else; "
            f"the most was {gibibytes(max(peaks))} with `{largest.command}`: give it less at once, or close what else is large"
        ),
    )


def machine_findings(samples: Sequence[SystemSample], settings: PerformanceAnalysis) -> tuple[Finding, ...]:
    """What is full now: CPU or memory above its limit in three of the newest five readings. High use that stalls nobody is no finding."""
    recent = samples[-_RECENT:]
    found = []
    cpu = [s.cpu_share for s in recent if s.cpu_share is not None and s.cpu_share > settings.cpu_limit_share and _is_queueing(s)]
    if len(cpu) >= _LEAST_FULL:
        busiest = next((s.busiest for s in reversed(recent) if s.busiest), ())
        named = ", ".join(f"{name} {share:.1f} cores" for name, share in busiest[:3])
        found.append(
            _machine_finding(
                "CPU",
                f"{percent(median(cpu))} used, programs are queueing (limit {percent(settings.cpu_limit_share)})",
                f"busiest: {named}" if named else None,
                len(cpu),
            )
        )
    memory = [s.memory_share for s in recent if s.memory_share is not None and s.memory_share > settings.memory_limit_share]
    if len(memory) >= _LEAST_FULL:
        swap = recent[-1].swap_share
        found.append(
            _machine_finding(
                "memory",
                f"{percent(median(memory))} used (limit {percent(settings.memory_limit_share)})",
                f"{percent(swap)} of swap is in use already" if swap else None,
                len(memory),
            )
        )
    return tuple(found)


def _is_queueing(sample: SystemSample) -> bool:
    """Where the kernel does not tell (no pressure figures), high use alone has to do."""
    return sample.pressure_cpu_share is None or sample.pressure_cpu_share >= _STALLING_SHARE


def _machine_finding(subject: str, fact: str, advice: str | None, count: int) -> Finding:
    return Finding(
        kind=FindingKind.SYSTEM,
        subject=subject,
        fact=fact,
        lost_s_per_week=None,
        measured_count=count,
        suggestion=None if advice is None else Suggestion(text=advice),
    )
