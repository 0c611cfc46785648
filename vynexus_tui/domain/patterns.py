"""Patterns: what the person repeats, how often, with which values, and how fit it is for automation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from vynexus_tui.domain.events import CountQuality
from vynexus_tui.domain.identifiers import EventId, PatternId


class PatternKind(StrEnum):
    """What shape the repetition has."""

    EXACT = "exact"
    PARAMETERISED = "parameterised"
    WORKFLOW = "workflow"
    RULE = "rule"
    """After A always B, without a fixed frame around them."""


class ScheduleType(StrEnum):
    """Calendar rules people live by."""

    HOURLY = "hourly"
    DAILY = "daily"
    WEEKDAY = "weekday"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


LAST_DAY_OF_MONTH, LAST_WEEK_OF_MONTH = 31, 5
_WEEKS = ("first", "second", "third", "fourth", "last")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When a pattern happens, in the machine's local time."""

    type: ScheduleType
    hour: int
    """0 for hourly, where it says nothing."""
    minute: int
    weekday: int | None = None
    """0 is Monday. For weekly; for monthly where it is one weekday of the month, such as its first Monday."""
    day_of_month: int | None = None
    """1-31, only for monthly. In a month that is too short it means its last day, so 31 is the last day of every month."""
    week: int | None = None
    """For monthly with a weekday: its first to fourth in the month, 5 is the last. None: not known which."""

    @property
    def words(self) -> str:
        """For people: every weekday at about 09:00."""
        at = f"at about {self.hour:02}:{self.minute:02}"
        match self.type:
            case ScheduleType.HOURLY:
                return f"hourly, at about :{self.minute:02}"
            case ScheduleType.DAILY:
                return f"every day {at}"
            case ScheduleType.WEEKDAY:
                return f"every weekday {at}"
            case ScheduleType.WEEKLY:
                return f"weekly, {at}" if self.weekday is None else f"{_DAYS[self.weekday]}s {at}"
            case ScheduleType.MONTHLY if self.day_of_month is not None:
                return f"monthly, on the {_day_words(self.day_of_month)} {at}"
            case ScheduleType.MONTHLY:
                which = "a" if self.week is None else f"the {_WEEKS[self.week - 1]}"
                return f"monthly, {at}" if self.weekday is None else f"monthly, on {which} {_DAYS[self.weekday]} {at}"


def _day_words(day_of_month: int) -> str:
    if day_of_month == LAST_DAY_OF_MONTH:
        return "last day"
    endings = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd"}
    return f"{day_of_month}{endings.get(day_of_month, 'th')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotSpan:
    """Where in a step's text a value varies: text[start:end] is this occurrence's value of parameter `name`."""

    start: int
    end: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternStep:
    """One step as it was last typed, with the parts that vary marked."""

    text: str
    """Recorded text of the newest complete occurrence, byte for byte."""
    slots: tuple[SlotSpan, ...] = ()
    """In order, not overlapping. A name used in several steps is one shared parameter."""
    presence_share: float = 1.0
    """Share of the occurrences that have this step; below 1.0 it is optional."""

    @property
    def template(self) -> str:
        """The text with every varying part written as {name}."""
        parts: list[str] = []
        last = 0
        for slot in self.slots:
            parts += (self.text[last : slot.start], "{", slot.name, "}")
            last = slot.end
        parts.append(self.text[last:])
        return "".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One instance of a pattern."""

    event_ids: tuple[EventId, ...]
    session_id: str
    slot_values: Mapping[str, str] = field(default_factory=dict)
    started_at: datetime | None = None
    hands_on_s: float | None = None
    """Steps' wall time plus gaps, each at most 30 s: a long break is no work, a long wait no attention. Steps that are the person's own
    work (an editor, a session) are left out. None where durations are unknown, or nothing else is left."""
    elapsed_s: float | None = None
    """The same with the whole wall time of the steps, machine waiting included."""
    cwd: str | None = None
    is_successful: bool | None = None
    """Every step with a known exit code succeeded; None where none is known."""
    is_side_by_side: bool = False
    """A step ran while the one before it was still running in another terminal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomationPotential:
    """0.0-1.0 fitness for automation: the weighted sum of the known shares, weights renormalised over what is known."""

    score: float
    frequency_share: float
    time_saving_share: float | None
    recency_share: float | None
    partial: bool
    """True when an unknown share was left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """Something repeated 3 times or more, in at least 2 sessions."""

    pattern_id: PatternId
    kind: PatternKind
    steps: tuple[PatternStep, ...]
    occurrences: tuple[Occurrence, ...]
    potential: AutomationPotential
    worthy: bool
    """Whether automating it would help anybody; the reasons say why not."""
    reasons: tuple[str, ...] = ()
    schedule: Schedule | None = None
    gaps: tuple[str, ...] = ()
    """What its runs do that its steps do not say; they are among the reasons."""
    count_quality: CountQuality = CountQuality.EXACT

    @property
    def occurrence_count(self) -> int:
        """How often it was seen."""
        return len(self.occurrences)

    @property
    def session_count(self) -> int:
        """In how many sessions it was seen."""
        return len({o.session_id for o in self.occurrences})

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """Names of what varies, in order of first appearance."""
        return tuple(dict.fromkeys(slot.name for step in self.steps for slot in step.slots))

    @property
    def title(self) -> str:
        """The steps in one line."""
        return " › ".join(step.template for step in self.steps)

    @property
    def last_seen_at(self) -> datetime | None:
        """Start of the newest dated occurrence."""
        return max((o.started_at for o in self.occurrences if o.started_at), default=None)

    @property
    def first_seen_at(self) -> datetime | None:
        """Start of the oldest dated occurrence."""
        return min((o.started_at for o in self.occurrences if o.started_at), default=None)

    @property
    def bindings(self) -> tuple[tuple[int, int, str], ...]:
        """(step, later step, name) for every parameter that several steps share."""
        found = []
        for name in self.parameter_names:
            users = [i for i, step in enumerate(self.steps) if any(s.name == name for s in step.slots)]
            found += [(users[0], later, name) for later in users[1:]]
        return tuple(found)
