"""`vynexus report`: the comprehensive report as text, Markdown or JSON."""

import argparse
from collections.abc import Iterator
from dataclasses import asdict

from vynexus_tui.cli.json_shapes import automation_shape, pattern_head_shape
from vynexus_tui.cli.printing import counted, day, duration, now_utc, print_json, share, shown
from vynexus_tui.cli.savings_command import saved_words, savings_shape, together_words
from vynexus_tui.domain.cycles import OptimizationReport
from vynexus_tui.engine.assembly import Workspace
from vynexus_tui.engine.optimization_engine import OptimizationEngine


def run(workspace: Workspace, options: argparse.Namespace) -> int:
    """Prints the report."""
    report = OptimizationEngine(workspace).report(now_utc())
    if options.json:
        print_json(_shape(report))
        return 0
    heading, bullet = ("## ", "- ") if options.markdown else ("", "  ")
    if options.markdown:
        print("# VyNexus report\n")
    for title, lines in _sections(report):
        print(f"{heading}{title}" + ("\n" if options.markdown else ""))
        for line in lines:
            print(f"{bullet}{line}")
        print()
    return 0


def _sections(report: OptimizationReport) -> Iterator[tuple[str, list[str]]]:
    looked = report.last_cycle
    yield (
        f"Optimization report, {day(report.taken_at)}",
        [
            f"commands recorded: {report.event_count:,}",
            f"patterns: {report.pattern_count}, of high potential: {report.high_potential_count}",
            "automations: " + (", ".join(f"{n} {status}" for status, n in report.automation_counts.items()) or "none yet"),
            f"last cycle: {day(looked.started_at)}, {duration(looked.duration_s)}" if looked else "last cycle: none yet (vynexus cycle)",
        ],
    )
    yield (
        "Top patterns",
        [f"{share(p.potential.score)}  {p.occurrence_count}x  {shown(p.title, limit=100)}" for p in report.top_patterns] or ["none yet"],
    )
    yield (
        "Automations",
        [
            f"{h.automation.name}: {h.automation.status}, potential {share(h.automation.potential)}, ran {h.run_count}x"
            + (f", {100 * h.success_share:.0f} % succeeded" if h.success_share is not None else "")
            for h in report.automations
        ]
        + list(_first_run_lines(report))
        or ["none yet"],
    )
    yield "Performance", list(_performance_lines(report))
    yield (
        "Workflows",
        [
            f"{share(w.score)}  {shown(w.title, limit=80)}" + (f"  worst step: {shown(w.worst_step, limit=40)}" if w.worst_step else "")
            for w in report.workflows
        ]
        + [f"improve {shown(i.title, limit=50)}: {shown(i.text)}" for i in report.improvements]
        or ["none yet"],
    )
    yield "Time saved", list(_savings_lines(report))


def _first_run_lines(report: OptimizationReport) -> Iterator[str]:
    """How far tries could be believed: the first real runs beside what they had shown."""
    compared = [(h.automation.name, h.comparison) for h in report.automations if h.comparison is not None]
    if compared:
        alike = sum(comparison.is_as_predicted for _, comparison in compared)
        yield f"first runs as their try showed: {alike} of {len(compared)}"
    for name, comparison in compared:
        if not comparison.is_as_predicted:
            yield f"{name}: {comparison.headline}"


def _performance_lines(report: OptimizationReport) -> Iterator[str]:
    performance = report.performance
    yield f"measured commands: {performance.metric_count:,}, median {duration(performance.median_duration_s)}"
    if performance.failure_share is not None:
        yield f"failed: {100 * performance.failure_share:.1f} %"
    for name, seconds in performance.busiest[:5]:
        yield f"most time: {shown(name)} {duration(seconds)}"
    for finding in performance.findings:
        advice = f" › {shown(finding.suggestion.text)}" if finding.suggestion else ""
        yield f"{finding.kind}: {shown(finding.subject)}: {shown(finding.fact)}{advice}"
    if performance.missing:
        yield performance.missing


def _savings_lines(report: OptimizationReport) -> Iterator[str]:
    savings = report.savings
    if together := together_words(savings):
        yield f"{together}, in {counted(savings.run_count, 'run')}"
    used = [s for s in savings.savings if s.run_count]
    for s in used:
        runs = f"{counted(s.run_count, 'run')}, {s.failed_count} failed"
        if s.low_s is None:
            yield f"{s.name}: {runs}, {counted(s.steps_per_run, 'line')} each (by hand never measured)"
        else:
            yield f"{s.name}: {saved_words(s.low_s)} in {runs}"
        if s.typed_by_hand_count:
            yield f"{s.name}: typed by hand {counted(s.typed_by_hand_count, 'time')} since approval"
    if not used:
        yield "nothing ran yet"


def _shape(report: OptimizationReport) -> dict[str, object]:
    return {
        "taken_at": report.taken_at,
        "event_count": report.event_count,
        "pattern_count": report.pattern_count,
        "high_potential_count": report.high_potential_count,
        "automation_counts": report.automation_counts,
        "top_patterns": [pattern_head_shape(p) for p in report.top_patterns],
        "automations": [automation_shape(h.automation, h.trial, h) for h in report.automations],
        "performance": asdict(report.performance),
        "workflows": [asdict(w) for w in report.workflows],
        "improvements": [asdict(i) for i in report.improvements],
        "savings": savings_shape(report.savings),
        "last_cycle": asdict(report.last_cycle) if report.last_cycle else None,
    }
