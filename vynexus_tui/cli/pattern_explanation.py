"""A pattern explained in 80 terminal cells: what it is, what varied, why its potential is what it is, whether a script would help."""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vynexus_tui.cli.json_shapes import pattern_shape, refusal_shape
from vynexus_tui.cli.printing import counted, day, duration, put_aside_until, shown
from vynexus_tui.domain.cycles import NEVER_AGAIN
from vynexus_tui.domain.events import CommandEvent, CountQuality
from vynexus_tui.domain.patterns import Occurrence, Pattern
from vynexus_tui.engine.explanation import Outcome, PotentialPart, VaryingValue
from vynexus_tui.language.program_facts import is_interactive

_WIDTH = 80
_MOST_VALUES = 4
_MOST_FOLDERS = 3
_LONGEST_VALUE = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """Everything that is told about one pattern."""

    pattern: Pattern
    parts: Sequence[PotentialPart]
    held: str | None
    varying: Sequence[VaryingValue]
    outcome: Outcome
    evidence: Sequence[Sequence[CommandEvent]]
    """The recorded commands of the newest occurrences, newest first."""
    threshold: float
    now: datetime
    home: str


def explanation_lines(explained: Explained) -> list[str]:
    """The lines to print; recorded text is harmless in them."""
    pattern = explained.pattern
    lines = [f"pattern {pattern.pattern_id}: {_kind_words(pattern)}", ""]
    lines += _step_lines(pattern)
    lines += ["", *_seen_lines(pattern, explained.home)]
    lines += ["", *_varying_lines(explained.varying, len(pattern.steps))]
    lines += ["", *_potential_lines(pattern, explained.parts, explained.held)]
    lines += ["", *_verdict_lines(explained)]
    lines += ["", *_occurrence_lines(explained)]
    return lines


def explained_shape(explained: Explained) -> dict[str, Any]:
    """The same as JSON: a pattern's shape and the reasons behind it."""
    pattern, outcome = explained.pattern, explained.outcome
    return pattern_shape(pattern) | {
        "occurrence_count": pattern.occurrence_count,
        "session_count": pattern.session_count,
        "first_seen_at": pattern.first_seen_at,
        "last_seen_at": pattern.last_seen_at,
        "count_quality": pattern.count_quality,
        "presence_shares": [step.presence_share for step in pattern.steps],
        "parameters": [
            {"name": v.name, "steps": [n - 1 for n in v.steps], "seen": [{"value": s.value, "count": s.count} for s in v.seen]}
            for v in explained.varying
        ],
        "potential_parts": [{"name": p.name, "share": p.share, "weight": p.weight, "fact": _fact(p)} for p in explained.parts],
        "held": explained.held,
        "evidence": [
            {"started_at": o.started_at, "session": o.session_id, "cwd": o.cwd, "hands_on_s": o.hands_on_s, "values": dict(o.slot_values)}
            for o in pattern.occurrences
        ],
        "automation_id": outcome.automation.automation_id if outcome.automation else None,
        "refusal": refusal_shape(outcome.refusal) if outcome.refusal else None,
        "snoozed_until": "never" if outcome.snoozed_until == NEVER_AGAIN else outcome.snoozed_until,
    }


def _kind_words(pattern: Pattern) -> str:
    words = {
        "exact": "one command, always the same",
        "parameterised": "one command with values that vary",
        "workflow": f"a workflow of {len(pattern.steps)} steps",
        "rule": "after the first command nearly always the second",
    }
    return words[pattern.kind]


def _step_lines(pattern: Pattern) -> Iterator[str]:
    for number, step in enumerate(pattern.steps, start=1):
        yield from _wrapped(f"{number:>3}  ", shown(step.template, limit=2000))
        if step.presence_share < 1:
            yield f"       optional: in {round(step.presence_share * pattern.occurrence_count)} of {pattern.occurrence_count}"


def _seen_lines(pattern: Pattern, home: str) -> Iterator[str]:
    count = pattern.occurrence_count
    often = "at least " if pattern.count_quality is CountQuality.DEDUPED else ""
    yield f"seen      {often}{counted(count, 'time')} in {counted(pattern.session_count, 'session')}"
    if pattern.first_seen_at is not None:
        yield f"from      {day(pattern.first_seen_at)} to {day(pattern.last_seen_at)}"
    else:
        yield "from      unknown: the commands have no dates"
    if pattern.schedule is not None:
        yield f"usually   {pattern.schedule.words}"
    folders = Counter(o.cwd for o in pattern.occurrences if o.cwd).most_common()
    if folders:
        named = [f"{_folder(folder, home, 50)} {times}x" for folder, times in folders[:_MOST_FOLDERS]]
        yield from _listed("in        ", named, len(folders) - len(named))
    else:
        yield "in        folder unknown"
    known = [o.is_successful for o in pattern.occurrences if o.is_successful is not None]
    yield f"result    succeeded {known.count(True)} of {counted(len(known), 'time')}" if known else "result    unknown: no exit codes"


def _varying_lines(varying: Sequence[VaryingValue], step_count: int) -> Iterator[str]:
    if not varying:
        yield "what varied: nothing"
        return
    yield "what varied"
    for value in varying:
        where = ""
        if len(value.steps) > 1:
            where = f", the same in steps {', '.join(map(str, value.steps))}"
        elif step_count > 1 and value.steps:
            where = f", in step {value.steps[0]}"
        yield f"  {{{shown(value.name)}}}  {counted(len(value.seen), 'value')}{where}"
        named = [f"{_head(shown(s.value), _LONGEST_VALUE + 1) or '(nothing)'} {s.count}x" for s in value.seen[:_MOST_VALUES]]
        yield from _listed("      ", named, len(value.seen) - len(named))


def _potential_lines(pattern: Pattern, parts: Sequence[PotentialPart], held: str | None) -> Iterator[str]:
    yield f"potential {pattern.potential.score:.2f}" + ("  (partial: what is unknown is left out)" if pattern.potential.partial else "")
    for part in parts:
        share = "unknown" if part.share is None else f"{part.share:.2f} × {part.weight:g}"
        yield f"  {part.name:<12} {share:<11}  {_fact(part)}"
    if held:
        yield from _wrapped("  ", held)


def _verdict_lines(explained: Explained) -> Iterator[str]:
    pattern, outcome = explained.pattern, explained.outcome
    if not pattern.worthy:
        yield "not worth automating"
        for reason in pattern.reasons:
            yield from _wrapped("  · ", shown(reason))
    elif outcome.automation is not None:
        name, status = outcome.automation.name, outcome.automation.status
        yield f"worth automating: {name} is {status}, see it with `vynexus show {name}`"
    elif outcome.refusal is not None:
        yield "worth automating, but no script can be made"
        yield from _wrapped("  · ", shown(f"{outcome.refusal.reason}: {outcome.refusal.detail}"))
    elif pattern.potential.score <= explained.threshold:
        yield f"worth automating, but not proposed: potential is not above {explained.threshold:.2f}"
    else:
        yield f"worth automating: potential is above {explained.threshold:.2f}; the next cycle makes a script"
    if outcome.snoozed_until is not None and outcome.snoozed_until > explained.now:
        yield f"  · put aside by you; shown again: {put_aside_until(outcome.snoozed_until)} (now: vynexus undo {pattern.pattern_id})"
    if outcome.automation is None and outcome.refusal is None and not any(is_interactive(step.text) for step in pattern.steps):
        yield f"  a script all the same: vynexus new --pattern {pattern.pattern_id} (on the dashboard: m)"


def _occurrence_lines(explained: Explained) -> Iterator[str]:
    pattern = explained.pattern
    newest = pattern.occurrences[::-1][: len(explained.evidence)]
    yield "occurrences, newest first"
    for occurrence, commands in zip(newest, explained.evidence, strict=False):
        yield f"  {_occurrence_words(occurrence, commands, explained.home)}"
        for event in commands:
            failed = f"  exit {event.exit_code}" if event.exit_code else ""
            yield f"    {_head(shown(event.command), _WIDTH - 4 - len(failed))}{failed}"
        if not commands:
            yield "    its commands are no longer stored"
    rest = pattern.occurrence_count - len(newest)
    if rest:
        yield f"  and {rest} more (--json lists all)"


def _occurrence_words(occurrence: Occurrence, commands: Sequence[CommandEvent], home: str) -> str:
    at = day(occurrence.started_at) if occurrence.started_at is not None else "date unknown"
    folder = occurrence.cwd or next((event.cwd for event in commands if event.cwd), None)
    by_hand = f"  {duration(occurrence.hands_on_s)} by hand" if occurrence.hands_on_s is not None else ""
    return f"{at}  {_folder(folder, home, 36) if folder else 'folder unknown'}{by_hand}"


def _folder(path: str, home: str, limit: int) -> str:
    if home and (path == home or path.startswith(home + "/")):
        path = "~" + path[len(home) :]
    text = shown(path)
    return text if _cells(text) <= limit else "…" + text[-_fitting(text[::-1], limit - 1) :]


def _listed(start: str, named: Sequence[str], more: int) -> Iterator[str]:
    """Comma-separated, wrapped between the items."""
    items = [*named, *([f"{more} more"] if more else [])]
    line = start
    for place, item in enumerate(items):
        text = item + ("," if place < len(items) - 1 else "")
        if line != start and line.strip() and _cells(line) + _cells(text) + 1 > _WIDTH:
            yield line.rstrip()
            line = " " * len(start)
        line += text + " "
    yield line.rstrip()


def _wrapped(start: str, text: str) -> Iterator[str]:
    """Cut between words where there is one, so that a long command can be read whole."""
    room = _WIDTH - len(start)
    while (fitting := _fitting(text, room)) < len(text):
        cut = text.rfind(" ", fitting // 2, fitting + 1)
        cut = fitting if cut < 0 else cut
        yield start + text[:cut]
        start, text = " " * (len(start) + 2 * (start.strip() != "")), text[cut:].lstrip(" ")
        room = _WIDTH - len(start)
    yield start + text


def _head(text: str, room: int) -> str:
    """Its beginning in at most so many cells, with an ellipsis where something is missing."""
    return text if _cells(text) <= room else text[: _fitting(text, room - 1)] + "…"


def _fitting(text: str, room: int) -> int:
    """How many of its first characters fit into so many cells."""
    if len(text) <= room and text.isascii():
        return len(text)
    width = 0
    for place, ch in enumerate(text):
        width += _cells(ch)
        if width > room:
            return place
    return len(text)


def _cells(text: str) -> int:
    """Cells that a terminal gives to a text: two for a wide character, none for a mark on the one before it."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(ch) in "WF" else unicodedata.category(ch) not in ("Mn", "Me") for ch in text)


def _fact(part: PotentialPart) -> str:
    return part.fact if part.by_hand_s is None else f"about {duration(part.by_hand_s)} {part.fact}"
