"""From what a cycle looks at to the patterns it knows afterwards, each with an id that lasts."""

from collections.abc import Sequence
from datetime import datetime

from vynexus_tui.domain.events import Actor, CommandEvent
from vynexus_tui.domain.patterns import Pattern
from vynexus_tui.engine.assembly import Workspace, known_aliases, known_targets, local_zone, reading
from vynexus_tui.engine.looks import Look, Scope
from vynexus_tui.mining.identity import inherit_ids
from vynexus_tui.mining.merging import Circumstances, as_examples, choose_examples, merge_newest
from vynexus_tui.mining.repetitive_task_identifier import RepetitiveTaskIdentifier, rank_of
from vynexus_tui.store import events_table


def identify_patterns(
    workspace: Workspace, look: Look, stored: Sequence[Pattern], *, gone: Sequence[Pattern] = (), now: datetime
) -> tuple[Pattern, ...]:
    """All patterns, best first. After a look at the newest commands those that gained nothing are the stored objects themselves.

    `gone` are patterns that were decided on and no longer found: when one comes back, it has its id.
    """
    settings, aliases = workspace.settings.repetitive_task_detection, known_aliases(workspace)
    examples = _read_examples(workspace, look, stored) if look.scope is Scope.NEWEST else []
    minable = [*examples, *(e for e in look.events if _is_minable(e, workspace))]
    targets = known_targets(minable)
    identifier = RepetitiveTaskIdentifier(settings)
    found = identifier.identify(minable, now=now, zone=local_zone(), aliases=aliases, known_targets=targets)
    if look.scope is Scope.EVERYTHING:
        return inherit_ids(found, [*stored, *gone])
    merged = merge_newest(
        stored,
        found,
        seen=frozenset(e.event_id for e in minable),
        new=frozenset(e.event_id for e in look.new_events),
        by=Circumstances(settings=settings, now=now, aliases=aliases, known_targets=targets),
    )
    return tuple(sorted(merged, key=rank_of))


def _is_minable(event: CommandEvent, workspace: Workspace) -> bool:
    return event.actor in (Actor.USER, Actor.UNKNOWN) or (event.actor is Actor.AGENT and workspace.settings.recording.includes_agents)


def _read_examples(workspace: Workspace, look: Look, stored: Sequence[Pattern]) -> list[CommandEvent]:
    runs = choose_examples(stored, {e.event_id for e in look.events})
    with reading(workspace) as connection:
        if connection is None:
            return []
        events = events_table.read_events_by_id(connection, [int(event_id) for run in runs for event_id in run.event_ids])
    return as_examples(runs, {e.event_id: e for e in events})
