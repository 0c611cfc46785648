"""`vynexus cycle`: one engine cycle now; also what the dashboard and timers start in the background."""

import argparse
import gc
import sys
import traceback
from dataclasses import asdict

from vynexus_tui.cli.printing import counted, duration, now_utc, print_json
from vynexus_tui.domain.cycles import CycleReport
from vynexus_tui.domain.errors import RequestError
from vynexus_tui.engine.assembly import Workspace, build_redactor
from vynexus_tui.engine.background import lower_priority, only_cycle
from vynexus_tui.engine.optimization_engine import OptimizationEngine


def run(workspace: Workspace, options: argparse.Namespace) -> int:
    """Runs a cycle. In the background a fault of ours is written to the log with its traceback, and the exit status is 1."""
    # 100,000 events are many objects and no cycles among them: collecting cost a third of the CPU time, for 1 MB.
    gc.disable()
    if options.background:
        lower_priority()
        try:
            report = _cycle(workspace)
        except RequestError:
            # Another cycle is at it and will find the same.
            return 0
        except Exception:  # noqa: BLE001  (the child's entry point: one of the two places where anything may be caught)
            print(build_redactor(workspace).output(traceback.format_exc()), file=sys.stderr)
            return 1
        return 0 if not report.failures else 1
    report = _cycle(workspace)
    if options.json:
        print_json(asdict(report))
    else:
        print(
            f"{counted(report.event_count, 'command')} ({report.new_event_count:,} new), {counted(report.pattern_count, 'pattern')},"
            f" {counted(report.created_count, 'automation')} made, {duration(report.duration_s)}"
        )
        for failure in report.failures:
            print(f"  {failure.stage} failed: {failure.message}\n    {failure.hint}", file=sys.stderr)
        if report.created_count:
            print("Look at them: vynexus automations")
    return 1 if report.failures else 0


def _cycle(workspace: Workspace) -> CycleReport:
    with only_cycle(workspace):
        return OptimizationEngine(workspace).run_cycle(now_utc())
