"""The executions of one command family, oldest first: what every finding is computed from."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean, median, stdev

from vynexus_tui.domain.events import CostSource
from vynexus_tui.domain.runs import CommandMetric
from vynexus_tui.performance.failure_rates import is_failure
from vynexus_tui.performance.weekly import RecordedSpan, WeeklyRate

NEWEST = 40
"""How many executions say how a command is now: enough for a narrow interval, few enough to forget what it once was."""
_SHORTEST_COSTED_S = 0.1
"""Below this, clock ticks of 10 ms say little about the share of CPU used."""
_ATTENDED_CPU_SHARE, _ATTENDED_S, _ATTENDED_VARIATION = 0.02, 20.0, 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandSeries:
    """One family's executions (in one project, where `project` is given), oldest first."""

    family: str
    project: str | None
    metrics: Sequence[CommandMetric]
    rate: WeeklyRate | None
    """None where nothing is dated."""

    def comparable(self) -> list[CommandMetric]:
        """Timed executions that did not fail: a failed one stops early and says nothing about speed."""
        return [m for m in self.metrics if m.duration_s is not None and (m.exit_code is None or is_failure(m) is False)]

    def failures(self) -> list[CommandMetric]:
        """Executions that failed."""
        return [m for m in self.metrics if is_failure(m)]

    def judged(self) -> list[CommandMetric]:
        """Executions of which it is known whether they failed."""
        return [m for m in self.metrics if is_failure(m) is not None]


def group_series(metrics: Iterable[CommandMetric], span: RecordedSpan | None, *, by_project: bool) -> list[CommandSeries]:
    """`metrics` (oldest first) by family, or by family and project."""
    groups: dict[tuple[str, str | None], list[CommandMetric]] = {}
    for metric in metrics:
        groups.setdefault((metric.family, metric.project if by_project else None), []).append(metric)
    return [
        CommandSeries(
            family=family,
            project=project,
            metrics=group,
            rate=None if span is None else span.rate([m.started_at for m in group if m.started_at is not None]),
        )
        for (family, project), group in groups.items()
    ]


def durations_s(metrics: Iterable[CommandMetric]) -> list[float]:
    """The known wall times."""
    return [m.duration_s for m in metrics if m.duration_s is not None]


def has_cpu_time(metric: CommandMetric) -> bool:
    """Whether its CPU time was measured, not sampled."""
    return metric.cpu_s is not None and metric.cost_source is not CostSource.NONE


def cores_used(metrics: Iterable[CommandMetric]) -> float | None:
    """Median of CPU time by wall time: 0.05 waits, 1.0 keeps one core busy. None below three measured executions."""
    ratios = [
        m.cpu_s / m.duration_s
        for m in metrics
        if m.cpu_s is not None and m.duration_s is not None and m.duration_s >= _SHORTEST_COSTED_S and has_cpu_time(m)
    ]
    return median(ratios) if len(ratios) >= 3 else None


def waits_for_a_person(metrics: Sequence[CommandMetric]) -> bool:
    """Whether the figures look like an interactive program: long, hardly any CPU, and never twice the same length."""
    times = durations_s(metrics)
    cores = cores_used(metrics)
    return (
        cores is not None
        and cores < _ATTENDED_CPU_SHARE
        and median(times) > _ATTENDED_S
        and stdev(times) > _ATTENDED_VARIATION * fmean(times)
    )


def oldest_first(metrics: Iterable[CommandMetric], dawn: datetime) -> list[CommandMetric]:
    """By start; undated ones keep their order and come first, as `dawn` does."""
    return sorted(metrics, key=lambda m: m.started_at or dawn)


def without_interactive(metrics: Iterable[CommandMetric], interactive: Callable[[str], bool]) -> list[CommandMetric]:
    """Executions whose time is the program's, not the person's at its prompt. `interactive` is asked once per distinct text."""
    known: dict[str, bool] = {}
    kept = []
    for metric in metrics:
        command = metric.command
        answer = known.get(command)
        if answer is None:
            answer = known[command] = interactive(command)
        if not answer:
            kept.append(metric)
    return kept
