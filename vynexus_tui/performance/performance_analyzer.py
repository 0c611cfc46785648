"""PerformanceAnalyzer: from what commands cost to ranked findings, each with its figures and a cause where they show one."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from statistics import median

from vynexus_tui.domain.cycles import SystemSample
from vynexus_tui.domain.findings import Finding, PerformanceReport
from vynexus_tui.domain.runs import CommandMetric
from vynexus_tui.domain.settings import PerformanceAnalysis
from vynexus_tui.performance.causes import Timeline, find_repeats
from vynexus_tui.performance.command_series import durations_s, group_series, oldest_first, without_interactive
from vynexus_tui.performance.duration_findings import change_finding, slow_finding
from vynexus_tui.performance.failure_findings import failure_finding
from vynexus_tui.performance.failure_rates import is_failure
from vynexus_tui.performance.ranking import Candidate, rank_findings
from vynexus_tui.performance.saturation import cpu_finding, machine_findings, memory_finding
from vynexus_tui.performance.weekly import recorded_span

_DAWN = datetime(1, 1, 1, tzinfo=UTC)
_BUSIEST = 10


class PerformanceAnalyzer:
    """Where time goes on this machine, judged by its owner's limits."""

    def __init__(self, settings: PerformanceAnalysis, core_count: int, memory_bytes: int | None) -> None:
        self._settings = settings
        self._core_count = core_count
        self._memory_bytes = memory_bytes

    def analyze(self, metrics: Sequence[CommandMetric], *, now: datetime, interactive: Callable[[str], bool]) -> PerformanceReport:
        """Findings about commands. `interactive` says of a command text that its time is the person's own, at its prompt."""
        newest = oldest_first(metrics, _DAWN)[-self._settings.max_metrics :]
        own = without_interactive(newest, interactive)
        times = durations_s(own)
        judged = [failed for m in own if (failed := is_failure(m)) is not None]
        findings, hidden_count = rank_findings(self._candidates(own, now), self._settings.min_lost_s_per_week)
        spent: Counter[str] = Counter()
        for metric in own:
            if metric.duration_s is not None:
                spent[metric.family] += metric.duration_s  # type: ignore[assignment]  # Counter's stub knows whole numbers only
        return PerformanceReport(
            findings=findings,
            metric_count=sum(m.duration_s is not None or m.exit_code is not None for m in newest),
            median_duration_s=median(times) if times else None,
            failure_share=sum(judged) / len(judged) if judged else None,
            busiest=tuple(spent.most_common(_BUSIEST)),
            missing=None if times else _missing(newest),
            hidden_count=hidden_count,
        )

    def examine_machine(self, samples: Sequence[SystemSample]) -> tuple[Finding, ...]:
        """Findings about the machine itself from its newest readings (oldest first)."""
        return machine_findings(samples, self._settings)

    def _candidates(self, metrics: Sequence[CommandMetric], now: datetime) -> Iterator[Candidate]:
        span = recorded_span((m.started_at for m in metrics if m.started_at is not None), now)
        repeats = find_repeats(metrics)
        timeline = Timeline(metrics)
        for series in group_series(metrics, span, by_project=False):
            slow = slow_finding(series, repeats, limit_s=self._settings.slow_command_ms / 1000, core_count=self._core_count)
            limits = (cpu_finding(series, self._settings, self._core_count), memory_finding(series, self._settings, self._memory_bytes))
            yield from (c for c in (slow, *(Candidate(f) for f in limits if f is not None)) if c is not None)
        for series in group_series(metrics, span, by_project=True):
            found = (change_finding(series, timeline, now=now), failure_finding(series, timeline, now=now))
            yield from (c for c in found if c is not None)


def _missing(metrics: Sequence[CommandMetric]) -> str:
    if not metrics:
        return "no commands yet: `vynexus hook install` records what each one takes from now on"
    return "no durations: this history does not time its commands; `vynexus hook install` records them from now on"
