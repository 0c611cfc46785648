"""What is repeated in a history, without storing anything."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from vynexus_tui.domain.automations import Automation, Refusal
from vynexus_tui.domain.events import Actor, HistoryReading
from vynexus_tui.domain.identifiers import PatternId
from vynexus_tui.domain.patterns import Pattern
from vynexus_tui.engine.assembly import Workspace, known_aliases, known_targets, local_zone
from vynexus_tui.engine.creation import create_automation
from vynexus_tui.engine.recording import read_cleaned
from vynexus_tui.language.program_facts import command_family
from vynexus_tui.mining.repetitive_task_identifier import RepetitiveTaskIdentifier

_COUNTED_FOR_WORDS = 5000
"""Commands that are counted to say what is used most; the parse of 250,000 distinct lines takes half a minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peek:
    """What a history repeats."""

    reading: HistoryReading
    patterns: tuple[Pattern, ...]
    """Best first, all of them."""
    outcomes: Mapping[PatternId, Automation | Refusal]
    """For worthy patterns: the script, or why there is none."""
    explanation: str
    """One or two sentences: what was found, or exactly why nothing was."""


def peek(
    workspace: Workspace, path: str | None, raw: bytes | None = None, *, source_format: str = "auto", now: datetime, most_scripts: int = 100
) -> Peek:
    """Reads, detects and writes scripts in memory. Raises SourceError where the history cannot be read."""
    history = read_cleaned(workspace, path, raw, source_format=source_format, now=now)
    minable = [e for e in history.events if e.actor in (Actor.USER, Actor.UNKNOWN)]
    patterns = RepetitiveTaskIdentifier(workspace.settings.repetitive_task_detection).identify(
        minable,
        now=now,
        zone=local_zone(),
        aliases=known_aliases(workspace),
        known_targets=known_targets(minable),
    )
    outcomes: dict[PatternId, Automation | Refusal] = {}
    names: set[str] = set()
    for pattern in [p for p in patterns if p.worthy][:most_scripts]:
        outcome = create_automation(workspace, pattern, names, now=now)
        outcomes[pattern.pattern_id] = outcome
        if isinstance(outcome, Automation):
            names.add(outcome.name)
    return Peek(reading=history, patterns=patterns, outcomes=outcomes, explanation=_explain(workspace, history, patterns, outcomes))


def _explain(
    workspace: Workspace, history: HistoryReading, patterns: tuple[Pattern, ...], outcomes: Mapping[PatternId, Automation | Refusal]
) -> str:
    where = history.path or "standard input"
    count = len(history.events)
    if count == 0:
        return f"{where} holds no commands yet"
    scripts = sum(isinstance(o, Automation) for o in outcomes.values())
    if scripts:
        return f"{scripts} routine{'s' * (scripts != 1)} worth automating in {count:,} commands of {where}"
    if outcomes:
        reasons = Counter(o.reason for o in outcomes.values() if isinstance(o, Refusal)).most_common(1)
        return f"{len(outcomes)} routine{'s' * (len(outcomes) != 1)} in {count:,} commands of {where}, but no script can be made: mostly {reasons[0][0]}"
    needed = workspace.settings.repetitive_task_detection.min_occurrences
    top = Counter(command_family(e.command) for e in history.events[-_COUNTED_FOR_WORDS:]).most_common(3)
    most = ", ".join(f"{name} {times}x" for name, times in top)
    if patterns:
        return f"{len(patterns)} repetition{'s' * (len(patterns) != 1)} in {count:,} commands of {where}, none worth a script: {patterns[0].reasons[0]}. Most used: {most}"
    if all(e.started_at is None for e in history.events) and len({e.session_id for e in history.events}) == 1:
        why = f"they have no dates, so all of them count as one session, and a routine must be seen {needed} times in 2 sessions"
        return f"no routine in {count:,} commands of {where}: {why}. Most used: {most}"
    few = f"nothing but single short commands is repeated {needed} times in 2 sessions"
    return f"no routine in {count:,} commands of {where}: {few}. Most used: {most}"
