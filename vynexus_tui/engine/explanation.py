"""Why a pattern has the potential it has, and what became of it: each part with the fact behind it."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from statistics import median

from vynexus_tui.domain.automations import Automation, Refusal, SeenValue
from vynexus_tui.domain.identifiers import PatternId
from vynexus_tui.domain.patterns import Pattern
from vynexus_tui.domain.settings import RepetitiveTaskDetection
from vynexus_tui.engine.assembly import Workspace, reading
from vynexus_tui.mining.potential import busiest_window, times_apart, undated_count_more
from vynexus_tui.store import automations_table, patterns_table


@dataclass(frozen=True, slots=True, kw_only=True)
class PotentialPart:
    """One part of a pattern's potential."""

    name: str
    share: float | None
    """None: unknown, and left out of the score."""
    weight: float
    fact: str
    """What was measured, or why it is not known."""
    by_hand_s: float | None = None
    """Median time of a run, where that is what was measured: the front ends have the words for durations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VaryingValue:
    """A parameter of a pattern: what it was, in which steps."""

    name: str
    seen: tuple[SeenValue, ...]
    """Most frequent first."""
    steps: tuple[int, ...]
    """1-based. In more than one the value was the same in all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a pattern."""

    automation: Automation | None = None
    refusal: Refusal | None = None
    snoozed_until: datetime | None = None


def explain_potential(pattern: Pattern, settings: RepetitiveTaskDetection, *, now: datetime) -> tuple[PotentialPart, ...]:
    """Frequency, time saving and recency with their weights and facts."""
    potential = pattern.potential
    return (
        PotentialPart(
            name="frequency",
            share=potential.frequency_share,
            weight=settings.frequency_weight,
            fact=_frequency_fact(pattern, settings, now=now),
        ),
        PotentialPart(
            name="time saving",
            share=potential.time_saving_share,
            weight=settings.time_saving_weight,
            fact=_time_fact(pattern),
            by_hand_s=_typical_s(pattern) if potential.time_saving_share is not None else None,
        ),
        PotentialPart(
            name="recency",
            share=potential.recency_share,
            weight=settings.recency_weight,
            fact=_recency_fact(pattern, now=now),
        ),
    )


def held_back(pattern: Pattern, parts: tuple[PotentialPart, ...]) -> str | None:
    """Why the score is below the sum of its parts, or None."""
    known = [part for part in parts if part.share is not None]
    total = sum(part.weight for part in known)
    whole = sum((part.share or 0.0) * part.weight for part in known) / total if total else 0.0
    if pattern.potential.score > whole - 1e-9:
        return None
    count = times_apart(pattern.occurrences)
    if pattern.last_seen_at is None:
        seen = f"in {_plural(count, 'session', 'sessions')} only"
    else:
        seen = f"on {_plural(count, 'occasion', 'occasions')} only" + ("; one day counts as two at most" if count > 1 else "")
    return f"held at {pattern.potential.score:.2f} instead of {whole:.2f}: seen {seen}"


def varying_values(pattern: Pattern) -> tuple[VaryingValue, ...]:
    """Each parameter with the values it had."""
    found = []
    for name in pattern.parameter_names:
        values = Counter(o.slot_values[name] for o in pattern.occurrences if name in o.slot_values)
        steps = tuple(n for n, step in enumerate(pattern.steps, start=1) if any(slot.name == name for slot in step.slots))
        seen = tuple(SeenValue(value=value, count=count) for value, count in values.most_common())
        found.append(VaryingValue(name=name, seen=seen, steps=steps))
    return tuple(found)


def read_outcome(workspace: Workspace, pattern_id: PatternId) -> Outcome:
    """The automation made from a pattern, why there is none, or until when the person put it aside."""
    with reading(workspace) as connection:
        if connection is None:
            return Outcome()
        automations = [a for a in automations_table.read_automations(connection) if a.pattern_id == pattern_id]
        head = next((h for h in patterns_table.read_heads(connection, most=100_000) if h.pattern_id == pattern_id), None)
        until = patterns_table.read_snoozes(connection).get(pattern_id)
    refusal = head.refusal if head is not None else None
    return Outcome(automation=automations[-1] if automations else None, refusal=refusal, snoozed_until=until)


_WITHOUT_DATES_MORE = "left out: the runs without dates score more alone"


def _frequency_fact(pattern: Pattern, settings: RepetitiveTaskDetection, *, now: datetime) -> str:
    dates = [o.started_at for o in pattern.occurrences if o.started_at is not None]
    if not dates:
        return f"{_plural(pattern.occurrence_count, 'time', 'times')}; how often per week is unknown without dates"
    if undated_count_more(pattern.occurrences, settings, now=now):
        return f"{_plural(pattern.occurrence_count - len(dates), 'time', 'times')} without a date"
    count, weeks = busiest_window(dates, now=now)
    length = f"{weeks:.0f} weeks" if weeks.is_integer() else f"{ceil(weeks * 7)} days"
    return f"{_plural(count, 'time', 'times')} in the last {length}"


def _time_fact(pattern: Pattern) -> str:
    known = sum(o.hands_on_s is not None for o in pattern.occurrences)
    if pattern.last_seen_at is None:
        return "no dates are known"
    if not known:
        return "no durations are known"
    if pattern.potential.time_saving_share is None:
        return _WITHOUT_DATES_MORE
    measured = "" if known == pattern.occurrence_count else f" (measured {_plural(known, 'time', 'times')})"
    return f"by hand each time{measured}"


def _typical_s(pattern: Pattern) -> float:
    return median(o.hands_on_s for o in pattern.occurrences if o.hands_on_s is not None)


def _recency_fact(pattern: Pattern, *, now: datetime) -> str:
    if pattern.last_seen_at is None:
        return "no dates are known"
    return _WITHOUT_DATES_MORE if pattern.potential.recency_share is None else f"last seen {_days_ago(pattern.last_seen_at, now=now)}"


def _days_ago(moment: datetime, *, now: datetime) -> str:
    hours = (now - moment).total_seconds() / 3600
    if hours < 1:
        return "less than an hour ago"
    return f"{_plural(int(hours), 'hour', 'hours')} ago" if hours < 48 else f"{hours / 24:.0f} days ago"


def _plural(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
