"""Patterns as a list, a preview, and a page of evidence."""

import math
from collections.abc import Sequence

from textual.content import Content

from vynexus_tui.domain.cycles import PatternHead
from vynexus_tui.domain.events import CommandEvent, CountQuality
from vynexus_tui.domain.patterns import AutomationPotential, Occurrence, Pattern
from vynexus_tui.tui.present import units
from vynexus_tui.tui.present.automations import nothing_found
from vynexus_tui.tui.present.content import BAD, GOOD, MUTED, STRONG, WARN, labelled, lines, shown, words
from vynexus_tui.tui.present.glyphs import Glyphs
from vynexus_tui.tui.present.view import Column, ListSpec, Row, View


def rows(view: View) -> tuple[Row, ...]:
    """One row per pattern; when they are asked for, those put aside come last."""
    aside = view.snapshot.put_aside if view.shows_put_aside else ()
    return tuple(_row(pattern, view) for pattern in (*view.snapshot.patterns, *aside))


def _row(pattern: PatternHead, view: View) -> Row:
    state = outcome_word(pattern)
    # What was not counted is ranked last by count, and found by the filter as `unknown`.
    is_counted = pattern.count_quality is CountQuality.EXACT
    count = pattern.occurrence_count if is_counted else 0
    return Row(
        key=pattern.pattern_id,
        cells=(
            shown(pattern.title),
            Content(units.seen(pattern.occurrence_count, pattern.count_quality)),
            Content(units.ago(pattern.last_seen_at, view.now) if pattern.last_seen_at else units.UNKNOWN),
            Content(units.duration(pattern.hands_on_s)),
            view.glyphs.bar(pattern.potential.score),
            Content.styled(state, MUTED),
        ),
        words=f"{pattern.title} {pattern.kind} {state}{'' if is_counted else ' count unknown'}".lower(),
        ranks=(
            -pattern.potential.score,
            -count,
            -(pattern.last_seen_at.timestamp() if pattern.last_seen_at else 0.0),
            -(pattern.hands_on_s or 0.0) * count,
        )
        if pattern.snoozed_until is None
        else (math.inf,) * 4,
        status=state,
        is_quiet=pattern.snoozed_until is not None
        or (pattern.automation_id is None and not (pattern.worthy and pattern.potential.score > 0.7)),
    )


def outcome_word(pattern: PatternHead) -> str:
    """What became of it."""
    if pattern.snoozed_until is not None:
        return "never" if pattern.is_hidden_for_good else "snoozed"
    if pattern.automation_id is not None:
        return "automated"
    if pattern.refusal is not None:
        return "refused"
    return "seen"


def note(view: View) -> str:
    """How many there are, and how many hold an automation."""
    made = sum(p.automation_id is not None for p in view.snapshot.patterns)
    known = [f"{units.count(len(view.snapshot.patterns))}, {made} automated"] if view.snapshot.patterns else []
    return " · ".join([*known, *([f"{len(view.snapshot.put_aside)} aside (A)"] if view.snapshot.put_aside else [])])


def preview(view: View, key: str) -> Content | None:
    """The steps, how often, how fit for automation, and what became of it."""
    pattern = view.pattern(key)
    if pattern is None:
        return None
    parts = [*steps(pattern.steps), Content(""), summary(pattern, view), Content(""), *potential(pattern.potential, view.glyphs)]
    return lines(*parts, Content(""), outcome(pattern, view))


def steps(templates: Sequence[str]) -> list[Content]:
    """Every step on its own line."""
    return [words((f"{number:>2}  ", MUTED), shown(template)) for number, template in enumerate(templates, 1)]


def summary(pattern: PatternHead, view: View) -> Content:
    """How often, where, how long, when."""
    parts = [units.seen_in(pattern.occurrence_count, pattern.session_count, pattern.count_quality)]
    if pattern.hands_on_s is not None:
        parts.append(f"{units.duration(pattern.hands_on_s)} each by hand (median)")
    if pattern.last_seen_at is not None:
        parts.append(f"last {units.ago(pattern.last_seen_at, view.now)}")
    rows_ = [Content(" · ".join(parts))]
    if pattern.schedule is not None:
        rows_.append(Content(pattern.schedule.words))
    return lines(*rows_)


def potential(value: AutomationPotential, glyphs: Glyphs) -> list[Content]:
    """The score and the three shares it was made of."""
    head = words(
        ("Potential".ljust(15), STRONG),
        glyphs.bar(value.score, 10),
        ("  partial: an unknown share was left out", MUTED) if value.partial else "",
    )
    shares = (("frequency", value.frequency_share), ("time saving", value.time_saving_share), ("recency", value.recency_share))
    return [
        head,
        *(words((f"  {name:<13}", MUTED), glyphs.bar(share, 10) if share is not None else ("not known", MUTED)) for name, share in shares),
    ]


def outcome(pattern: PatternHead, view: View) -> Content:
    """What became of it, with the reason, and the key that changes it."""
    head = view.automation(pattern.automation_id)
    if head is not None:
        return labelled(
            "Automation",
            words(view.glyphs.mark(head.automation.status), " ", shown(head.automation.name), f"  {head.automation.status}"),
            width=13,
        )
    parts = []
    if pattern.snoozed_until is not None:
        until = "for good" if pattern.is_hidden_for_good else f"until {units.day(pattern.snoozed_until, view.now)}"
        parts.append(labelled("Put aside", words(until, "; ", ("x", STRONG), " shows it again"), width=13))
    if pattern.refusal is not None:
        parts.append(labelled("No script", shown(pattern.refusal.reason.value, BAD), shown(pattern.refusal.detail), width=13))
    if pattern.reasons:
        parts.append(
            labelled(
                "Worth it" if pattern.worthy else "Not worth it",
                *(shown(r, "" if pattern.worthy else WARN) for r in pattern.reasons),
                width=13,
            )
        )
    parts.append(
        labelled(
            "",
            words(
                ("m", STRONG),
                " makes an automation of it   " if pattern.worthy else " makes one all the same, where a script can do it   ",
                ("y", STRONG),
                " copies its commands",
            ),
            width=13,
        )
    )
    return lines(*parts)


def evidence(pattern: Pattern, commands: Sequence[Sequence[CommandEvent]], view: View) -> Content:
    """The newest occurrences: when, where, what exactly."""
    by_events = {o.event_ids: o for o in pattern.occurrences}
    blocks = []
    for events in commands:
        occurrence = by_events.get(tuple(e.event_id for e in events))
        blocks.append(lines(_occurrence_head(events, occurrence, view), *(_command(event) for event in events)))
    shown_count = len(blocks)
    how_often = units.seen_in(pattern.occurrence_count, pattern.session_count, pattern.count_quality)
    head = words(("Seen ", STRONG), f"{how_often}, the newest {shown_count}:" if shown_count else "")
    return lines(head, *blocks)


def _occurrence_head(events: Sequence[CommandEvent], occurrence: Occurrence | None, view: View) -> Content:
    first = events[0] if events else None
    at = occurrence.started_at if occurrence else first.started_at if first else None
    where = (occurrence.cwd if occurrence else None) or (first.cwd if first else None)
    by_hand = f"  {units.duration(occurrence.hands_on_s)} by hand" if occurrence and occurrence.hands_on_s is not None else ""
    place = shown("  " + units.folder(where, view.home), MUTED) if where else Content("")
    return words((f"{units.moment(at, view.now)}", STRONG), place, (by_hand, MUTED))


def _command(event: CommandEvent) -> Content:
    outcome_mark = (
        ("", "") if event.exit_code is None else ("  exit 0", GOOD) if event.exit_code == 0 else (f"  exit {event.exit_code}", BAD)
    )
    took = f"  {units.duration(event.duration_s)}" if event.duration_s is not None else ""
    return words("    ", shown(event.command), (took, MUTED), outcome_mark)


LIST = ListSpec(
    panel_id="patterns",
    number=2,
    name="Patterns",
    columns=(
        Column("pattern", None),
        Column("seen", 6, align="right"),
        Column("last", 10, needs=84),
        Column("by hand", 8, needs=70, align="right"),
        Column("potential", 10),
        Column("", 9, needs=96),
    ),
    sorts=("potential", "seen", "last", "time by hand"),
    rows=rows,
    note=note,
    empty=nothing_found,
    preview=preview,
)
