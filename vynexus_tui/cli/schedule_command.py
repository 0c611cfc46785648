"""`vynexus schedule [NAME]`: what is scheduled, what scheduling would mean, and, after a yes, have it started without the person."""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from vynexus_tui.cli.json_shapes import automation_shape, deployed_shape
from vynexus_tui.cli.printing import ask, day, duration, folder, now_utc, print_json, print_table, shown, shown_block
from vynexus_tui.cli.show_command import find_head
from vynexus_tui.domain.cycles import AutomationHead
from vynexus_tui.domain.errors import RequestError
from vynexus_tui.domain.schedule_text import parse_schedule, schedule_text
from vynexus_tui.engine import decisions
from vynexus_tui.engine.assembly import Workspace
from vynexus_tui.engine.scheduled_starts import LastStart, read_last_start
from vynexus_tui.engine.scheduling import SchedulePlan, plan_schedule, start_troubles
from vynexus_tui.engine.snapshots import build_snapshot

_MOST_OUTPUT_LINES = 10


def run(workspace: Workspace, options: argparse.Namespace) -> int:
    """Lists, shows, schedules or takes off."""
    if options.name is None:
        return _list(workspace, as_json=options.json)
    if options.off:
        print(decisions.unschedule(workspace, options.name, now=now_utc()))
        return 0
    head = find_head(workspace, options.name)
    if head is not None and head.automation.schedule is not None and head.automation.status != "live" and not options.json:
        print(f"{head.automation.name} is {head.automation.status}, so it is not started; it will be again once it is live")
        print("\n".join(_state_lines(head, read_last_start(workspace, head.automation.name))))
        return 0
    plan = plan_schedule(workspace, options.name, parse_schedule(options.at) if options.at else None, _values(options.arg), now=now_utc())
    is_news = head is None or head.automation.schedule != plan.deployed
    if options.json:
        said = _schedule(workspace, plan) if options.yes and is_news else None
        last = read_last_start(workspace, plan.automation.name)
        print_json(_plan_shape(plan) | {"is_scheduled": not is_news or said is not None, "last_start": asdict(last) if last else None})
        return 0
    print("\n".join(_plan_lines(plan)))
    if not is_news:
        print("\n".join(_state_lines(head, read_last_start(workspace, plan.automation.name)) if head else ()))
    elif options.yes or ask("\nschedule it?"):
        print(f"\n{_schedule(workspace, plan)}")
    else:
        print("\nnothing was scheduled (--yes schedules without asking)")
        return 1
    return 0


def _schedule(workspace: Workspace, plan: SchedulePlan) -> str:
    automation = plan.automation
    return decisions.schedule(workspace, automation.automation_id, plan.deployed, automation.script.sha256, now=now_utc())


def _list(workspace: Workspace, *, as_json: bool) -> int:
    heads = [head for head in build_snapshot(workspace, now=now_utc()).automations if head.automation.schedule is not None]
    troubles = start_troubles(workspace, [head.automation for head in heads])
    if as_json:
        print_json({"schedules": [_listed_shape(head, troubles.get(head.automation.automation_id)) for head in heads]})
    elif heads:
        rows = [_row(head, read_last_start(workspace, head.automation.name), troubles.get(head.automation.automation_id)) for head in heads]
        print_table(("automation", "when", "next run", "last result"), rows)
    else:
        print("Nothing is scheduled. A live automation can be: vynexus schedule NAME")
    return 0


def _listed_shape(head: AutomationHead, trouble: str | None) -> dict[str, Any]:
    next_run_at = None if trouble else head.next_run_at
    return automation_shape(head.automation, None, head) | {"next_run_at": next_run_at, "not_started": trouble}


def _row(head: AutomationHead, last: LastStart | None, trouble: str | None) -> tuple[str, str, str, str]:
    assert head.automation.schedule is not None
    why_none = trouble or (None if head.next_run_at else f"it is {head.automation.status}")
    following = f"none: {why_none}" if why_none or head.next_run_at is None else _local(head.next_run_at)
    return head.automation.name, schedule_text(head.automation.schedule.schedule), following, _result(head, last)


def _result(head: AutomationHead, last: LastStart | None) -> str:
    """The newest of what is known: a run that was recorded, else a start that came to none or waits to be taken in."""
    newest = head.last_scheduled_run
    if last is not None and (newest is None or last.at > newest.started_at):
        refused = f"; it was not run: vynexus schedule {head.automation.name}" if last.exit_code in (64, 126, 127) else ""
        return f"exit {last.exit_code}, {day(last.at)}{refused}"
    if newest is None:
        return "has not run yet"
    streak = f"; {head.failure_streak} failed in a row" if head.failure_streak > 1 else ""
    return f"exit {newest.exit_code} after {duration(newest.duration_s)}, {day(newest.started_at)}{streak}"


def _plan_lines(plan: SchedulePlan) -> Iterator[str]:
    found = ", as you do it yourself" if plan.is_found else ""
    yield f"{plan.automation.name}  ({schedule_text(plan.deployed.schedule)}{found})"
    yield f"  started by  {shown(plan.backend_words)}"
    yield f"  runs in     {folder(plan.deployed.cwd or '')}"
    for name, value in plan.arguments:
        yield f"  with        {name} = {shown(value) if value is not None else 'its default'}"
    for number, at in enumerate(plan.times):
        yield f"  {'next' if number == 0 else '    '}        {_local(at)}"
    yield f"  missed      {plan.missed}"
    for warning in plan.warnings:
        yield f"  but         {shown(warning)}"
    for place, text in plan.texts:
        yield f"\n{folder(place)}:"
        yield shown_block(text, indent="  │ ")


def _state_lines(head: AutomationHead, last: LastStart | None) -> Iterator[str]:
    if head.automation.schedule is not None:
        yield f"\nscheduled ({schedule_text(head.automation.schedule.schedule)}); last result: {_result(head, last)}"
    if last is not None and last.exit_code and last.output.strip():
        lines = last.output.rstrip("\n").split("\n")[-_MOST_OUTPUT_LINES:]
        yield f"it said last ({day(last.at)}):"
        yield shown_block("\n".join(lines), indent="  │ ")
    yield f"take it off: vynexus schedule {head.automation.name} --off"


def _values(given: Sequence[str]) -> dict[str, str]:
    values = {}
    for text in given:
        key, mark, value = text.partition("=")
        if not mark:
            raise RequestError(f"--arg {text}: no value", "for example: --arg region=north")
        values[key] = value
    return values


def _local(at: datetime) -> str:
    """In the zone it comes in: that of the machine's schedulers."""
    return f"{at:%a %Y-%m-%d %H:%M}"


def _plan_shape(plan: SchedulePlan) -> dict[str, Any]:
    return {
        "automation_id": plan.automation.automation_id,
        "name": plan.automation.name,
        "schedule": deployed_shape(plan.deployed),
        "parameters": [{"name": name, "value": value} for name, value in plan.arguments],
        "texts": [{"place": place, "text": text} for place, text in plan.texts],
        "next_run_at": [at.isoformat() for at in plan.times],
        "missed": plan.missed,
        "warnings": list(plan.warnings),
    }
