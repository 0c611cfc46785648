"""Runs of automations that are shell functions: the hook recorded them as commands, for no program of ours was started."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from vynexus_tui.domain.events import Actor
from vynexus_tui.domain.identifiers import AutomationId, RunId
from vynexus_tui.domain.runs import Run
from vynexus_tui.store.database import Connection
from vynexus_tui.store.events_table import key_of_second, read_events_by_id


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionRuns:
    """How often a function was called."""

    runs: list[Run] = field(default_factory=list)
    counted_at: list[datetime] = field(default_factory=list)
    """Calls whose duration or outcome nobody measured, or that were only a part of the line."""


def read_function_runs(connection: Connection, functions: Mapping[str, tuple[AutomationId, datetime]]) -> dict[AutomationId, FunctionRuns]:
    """Calls of functions by name, each since its own moment (its approval), oldest first.

    Functions take no arguments, so a line is its name; with an option (`--help`) it only says something about itself, which is no run.
    """
    if not functions:
        return {}
    since = min(at for _, at in functions.values())
    rows = connection.execute(
        "SELECT event_id FROM events WHERE import_key>=? AND actor=? ORDER BY started_us",
        (key_of_second(int(since.timestamp())), Actor.AUTOMATION),
    )
    found: dict[AutomationId, FunctionRuns] = {}
    for event in read_events_by_id(connection, [row[0] for row in rows]):
        words = event.command.split()
        called = functions.get(words[0]) if words else None
        if called is None or event.started_at is None or event.started_at < called[1] or (words[1:2] and words[1].startswith("-")):
            continue
        automation_id = called[0]
        calls = found.setdefault(automation_id, FunctionRuns())
        if len(words) > 1 or event.duration_s is None or event.exit_code is None:
            calls.counted_at.append(event.started_at)
        else:
            calls.runs.append(
                Run(
                    run_id=RunId(f"event-{event.event_id}"),
                    automation_id=automation_id,
                    script_sha256="",
                    started_at=event.started_at,
                    duration_s=event.duration_s,
                    exit_code=event.exit_code,
                    cpu_s=event.cpu_s,
                    cwd=event.cwd,
                )
            )
    return found
