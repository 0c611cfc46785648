"""Traces: the events of one session between idle gaps, cut into the steps that may form a workflow."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from vynexus_tui.domain.identifiers import EventId


class Step(NamedTuple):
    """One simple command or pipeline of an event (`a && b` has two). NamedTuple: one per command, 0.4 v. 1.4 us each."""

    event_id: EventId
    text: str
    """The step's own text, cut from the event's command byte for byte."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Steps in order, with no long pause between them."""

    session_id: str
    steps: tuple[Step, ...]
    started_at: datetime | None = None
    is_continuation: bool = False
    """Typed right after the trace before it; only counted as another session (untimed histories)."""
    host: str | None = None
    times_s: tuple[float, ...] = ()
    """When each step's command started (epoch seconds); empty where not every one is exactly known."""
    end_s: float = 0.0
    """When the last step's command had ended, where `times_s` is known."""
