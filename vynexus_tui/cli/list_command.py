"""`vynexus patterns|automations|bottlenecks|workflows`: the panels as lists."""

import argparse
from dataclasses import asdict

from vynexus_tui.cli.json_shapes import automation_shape, pattern_head_shape
from vynexus_tui.cli.printing import day, duration, now_utc, print_json, print_table, put_aside_until, share, shown
from vynexus_tui.domain.automations import AutomationStatus
from vynexus_tui.domain.cycles import AutomationHead, PatternHead, Snapshot
from vynexus_tui.domain.schedule_text import schedule_text
from vynexus_tui.engine.assembly import Workspace
from vynexus_tui.engine.snapshots import build_snapshot


def run(workspace: Workspace, options: argparse.Namespace) -> int:
    """Prints one list."""
    snapshot = build_snapshot(workspace, now=now_utc())
    if options.command == "patterns" and options.aside:
        _put_aside(snapshot, as_json=options.json)
        return 0
    printers = {
        "patterns": _patterns,
        "automations": _automations,
        "bottlenecks": _bottlenecks,
        "workflows": _workflows,
    }
    printers[options.command](snapshot, as_json=options.json)
    return 0


def _patterns(snapshot: Snapshot, *, as_json: bool) -> None:
    if as_json:
        print_json({"patterns": [pattern_head_shape(p) for p in snapshot.patterns]})
    elif not snapshot.patterns:
        print(nothing_yet(snapshot, "pattern"))
    else:
        rows = [
            (p.pattern_id, share(p.potential.score), f"{p.occurrence_count}x", _outcome(p), shown(p.title, limit=90))
            for p in snapshot.patterns
        ]
        print_table(("id", "potential", "seen", "outcome", "pattern"), rows)
    if snapshot.put_aside and not as_json:
        print(f"\n{len(snapshot.put_aside)} put aside (vynexus patterns --aside lists them)")


def _put_aside(snapshot: Snapshot, *, as_json: bool) -> None:
    if as_json:
        print_json({"patterns": [pattern_head_shape(p) for p in snapshot.put_aside]})
    elif not snapshot.put_aside:
        print("No pattern is put aside.")
    else:
        rows = [(p.pattern_id, put_aside_until(p.snoozed_until), shown(p.title, limit=90)) for p in snapshot.put_aside]
        print_table(("id", "shown again", "pattern"), rows)
        print(f"\nShow one again: vynexus undo {snapshot.put_aside[0].pattern_id}")


def _outcome(head: PatternHead) -> str:
    if head.automation_id:
        return "automation"
    if head.refusal:
        return f"no script: {shown(head.refusal.detail, limit=50)}"
    return shown(head.reasons[0], limit=50) if head.reasons else "below the threshold"


def _automations(snapshot: Snapshot, *, as_json: bool) -> None:
    if as_json:
        print_json({"automations": [automation_shape(h.automation, h.trial, h) for h in snapshot.automations]})
    elif not snapshot.automations:
        print(nothing_yet(snapshot, "automation"))
    else:
        rows = [
            (
                h.automation.name,
                f"{h.automation.status}, {schedule_text(h.automation.schedule.schedule)}" if h.automation.schedule else h.automation.status,
                share(h.automation.potential),
                _last_result(h, snapshot),
                shown(h.automation.summary, limit=70),
            )
            for h in snapshot.automations
        ]
        print_table(("name", "status", "potential", "last result", "does"), rows)


def _last_result(head: AutomationHead, snapshot: Snapshot) -> str:
    if head.comparison is not None and head.comparison.needs_a_look(snapshot.taken_at):
        return f"{head.comparison.headline}: vynexus show {head.automation.name}"
    name, status = head.automation.name, head.automation.status
    if status is AutomationStatus.FAILING:
        return f"stopped itself: {shown(head.stopped_reason or 'its runs failed')}: vynexus resume {name}"
    if head.unused_reason is not None:
        return f"{head.unused_reason}: vynexus retire {name}"
    if head.run_count:
        low, high = head.success_interval or (0.0, 1.0)
        rate = 100 * (head.success_share or 0.0)
        succeeded = f", {rate:.0f} % succeeded ({100 * low:.0f} to {100 * high:.0f} %)" if head.success_interval else ""
        return f"ran {head.run_count}x{succeeded}"
    if status in (AutomationStatus.NEW, AutomationStatus.TRIED) and not head.needs_you:
        return "later: others first"
    return shown(head.trial.headline, limit=60) if head.trial else f"try it: vynexus try {head.automation.name}"


def _bottlenecks(snapshot: Snapshot, *, as_json: bool) -> None:
    report = snapshot.performance
    if as_json:
        print_json(asdict(report))
        return
    for finding in report.findings:
        lost = f"  at least {duration(finding.lost_s_per_week)} a week" if finding.lost_s_per_week else ""
        print(f"{finding.kind:<10}  {shown(finding.subject)}: {shown(finding.fact)}{lost}")
        if finding.suggestion:
            print(f"            › {shown(finding.suggestion.text)}")
    if not report.findings:
        print(report.missing or f"nothing above the limits in {report.metric_count:,} measured commands")


def _workflows(snapshot: Snapshot, *, as_json: bool) -> None:
    if as_json:
        print_json({"workflows": [asdict(w) for w in snapshot.workflows], "improvements": [asdict(i) for i in snapshot.improvements]})
        return
    if not snapshot.workflows:
        print(nothing_yet(snapshot, "workflow"))
        return
    rows = [
        (
            share(w.score),
            share(w.success_share),
            share(w.performance_share),
            share(w.resource_share),
            str(w.measured_count),
            shown(w.title, limit=80),
        )
        for w in snapshot.workflows
    ]
    print_table(("score", "success", "performance", "resources", "measured", "workflow"), rows)
    for workflow in snapshot.workflows:
        if workflow.missing:
            print(f"\n{shown(workflow.missing)}")
            break
    if snapshot.improvements:
        print("\nWhat to improve, most first:")
    for number, improvement in enumerate(snapshot.improvements, start=1):
        saving = f"  ({duration(improvement.expected_saving_s)} a week)" if improvement.expected_saving_s else ""
        print(f"{number:>3}  {shown(improvement.title, limit=60)}: {shown(improvement.text)}{saving}")


def nothing_yet(snapshot: Snapshot, word: str) -> str:
    """What would fill an empty list."""
    if snapshot.recording.event_count == 0:
        return f"No {word} yet: nothing is recorded. Import what you have: vynexus import. Record from now on: vynexus hook install"
    if snapshot.last_cycle is None:
        return f"No {word} yet: {snapshot.recording.event_count:,} commands wait to be looked at. Look now: vynexus cycle"
    return f"No {word} yet in {snapshot.recording.event_count:,} commands (last look {day(snapshot.last_cycle.started_at)})."
