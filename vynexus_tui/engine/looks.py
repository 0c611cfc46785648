"""How much of the history a cycle looks at: nothing, the newest commands, or all of it.

Looking at 100,000 commands takes 6 s of CPU time, looking at the newest 0.2 s. That finds what the whole look finds, within 0.01 of
its F1 (twenty quick looks over 10 % new commands of planted logs), and errs only in what needs the whole: how rare things are
elsewhere, at what times the person types anything. So everything is looked at once a day (recency fades, too), when 2 % are new, and
whenever that is as cheap. What one cycle noted is what the next one builds on: a whole look counts when every stage saw it to its end.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple

from vynexus_tui.domain.events import CommandEvent, TimeQuality
from vynexus_tui.domain.identifiers import stable_id
from vynexus_tui.domain.settings import Settings
from vynexus_tui.store import cycles_table, events_table
from vynexus_tui.store.database import Connection

WHOLE_AFTER = timedelta(days=1)
ALWAYS_WHOLE_BELOW = 20_000
"""A whole look at so few commands takes a second."""
WINDOW = 1_000
"""Known commands that are looked at again beside the new ones: what was done twice in them may have been done for the third time.
3,000 cost 0.1 s more and found nothing more."""
_NEW_SHARE = 0.02
_MARK = "mined"


class Scope(Enum):
    """What patterns are looked for in."""

    NOTHING = "nothing"
    """Nothing came since, or it is not known what did: what was found still holds."""
    NEWEST = "the newest commands"
    EVERYTHING = "everything"


class LookMark(NamedTuple):
    """How far the history was looked at."""

    newest_event_id: int = 0
    whole_at: datetime | None = None
    """When all of it was, and every stage saw it to its end; None: has to be done."""
    whole_event_id: int = 0
    """The newest event then."""
    whole_count: int = 0
    """How many events it looked at."""
    settings_id: str = ""
    """By which settings."""


_NEVER = LookMark()


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one cycle looks at."""

    scope: Scope = Scope.NOTHING
    events: list[CommandEvent] = field(default_factory=list)
    """Oldest first; of the newest commands with the window before them."""
    mark: LookMark = _NEVER
    """How far the looks before this one came."""
    newest_event_id: int = 0
    event_count: int = 0
    """In the store."""
    new_event_count: int = 0
    """Since patterns were last looked for, imports included."""
    settings_id: str = ""

    @property
    def new_events(self) -> list[CommandEvent]:
        """Those that nobody looked at before."""
        return [event for event in self.events if int(event.event_id) > self.mark.newest_event_id]


def choose_look(connection: Connection, settings: Settings, *, now: datetime) -> Look:
    """The smallest look that does, at no more than the newest `max_events`."""
    most = settings.repetitive_task_detection.max_events
    mark = cycles_table.read_result(connection, _MARK, LookMark) or _NEVER
    new_count = events_table.count_newer(connection, mark.newest_event_id)
    count = events_table.count_events(connection)
    look = Look(
        mark=mark,
        newest_event_id=events_table.newest_event_id(connection),
        event_count=count,
        new_event_count=new_count,
        settings_id=stable_id(repr(settings)),
    )
    is_current = mark.whole_at is not None and abs(now - mark.whole_at) < WHOLE_AFTER and mark.settings_id == look.settings_id
    if is_current and new_count == 0:
        return look
    new_since_whole = events_table.count_newer(connection, mark.whole_event_id)
    if is_current and count >= ALWAYS_WHOLE_BELOW and new_since_whole <= _NEW_SHARE * mark.whole_count:
        events = events_table.read_events(connection, most=min(most, WINDOW + new_count))
        if not _has_older(events, mark.newest_event_id):
            return replace(look, scope=Scope.NEWEST, events=events)
    return replace(look, scope=Scope.EVERYTHING, events=events_table.read_events(connection, most=most))


def note_identified(connection: Connection, look: Look) -> None:
    """Patterns were looked for in it. A whole look is not done with that. Call inside a transaction."""
    whole = look.scope is Scope.EVERYTHING
    mark = LookMark(look.newest_event_id) if whole else look.mark._replace(newest_event_id=look.newest_event_id)
    cycles_table.write_result(connection, _MARK, mark)


def note_finished(connection: Connection, look: Look, *, now: datetime) -> None:
    """Every stage saw the whole look to its end. Call inside a transaction."""
    newest = look.newest_event_id
    cycles_table.write_result(connection, _MARK, LookMark(newest, now, newest, len(look.events), look.settings_id))


def _has_older(events: list[CommandEvent], newest_known: int) -> bool:
    """Whether something new began before the window: an old history was imported."""
    starts: tuple[list[datetime], list[datetime]] = ([], [])
    for event in events:
        if event.started_at is not None and event.time_quality is TimeQuality.EXACT:
            starts[int(event.event_id) > newest_known].append(event.started_at)
    known, new = starts
    return bool(known and new) and min(new) < min(known)
