"""From a pattern to what is proposed: its automation or the reason why there is none, and its line in the lists."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from statistics import median
from typing import NamedTuple

from vynexus_tui.domain.automations import FINISHED, Automation, Refusal, RefusalReason
from vynexus_tui.domain.cycles import PatternHead
from vynexus_tui.domain.identifiers import PatternId
from vynexus_tui.domain.patterns import Pattern
from vynexus_tui.domain.settings import Settings
from vynexus_tui.engine.assembly import Workspace, build_shortcuts, is_program, known_aliases
from vynexus_tui.engine.life_cycle import least_valuable_proposal


class Proposals(NamedTuple):
    """What a cycle proposes, and what gives way to it."""

    outcomes: tuple[tuple[PatternHead, Automation | Refusal], ...]
    given_up: tuple[Automation, ...]


def propose(
    workspace: Workspace, waiting: Sequence[tuple[PatternHead, Pattern]], existing: Sequence[Automation], *, now: datetime
) -> Proposals:
    """An automation, or why there is none, for each pattern; best first. At the limit the least valuable proposal gives way to a better one."""
    kept, given_up = list(existing), []
    outcomes: list[tuple[PatternHead, Automation | Refusal]] = []
    for head, pattern in waiting:
        if not has_room(workspace.settings, kept, pattern.potential.score):
            outcomes.append((head, no_room(pattern.pattern_id)))
            continue
        outcome = create_automation(workspace, pattern, {a.name for a in kept}, now=now)
        if isinstance(outcome, Automation):
            outcome = repetition_of(outcome, kept) or replace(outcome, was_proposed=True)
        if isinstance(outcome, Automation):
            if room(workspace.settings, kept) <= 0 and (least := least_valuable_proposal(kept)) is not None:
                kept.remove(least)
                given_up.append(least)
            kept.append(outcome)
        outcomes.append((head, outcome))
    return Proposals(tuple(outcomes), tuple(given_up))


def room(settings: Settings, automations: Iterable[Automation]) -> int:
    """How many more automations there may be."""
    return settings.automation_creation.max_automations - sum(a.status not in FINISHED for a in automations)


def has_room(settings: Settings, automations: Sequence[Automation], potential: float) -> bool:
    """Whether one of this potential may be made: there is room, or a less valuable proposal."""
    least = least_valuable_proposal(automations)
    return room(settings, automations) > 0 or (least is not None and (least.potential or 0.0) < potential)


def no_room(pattern_id: PatternId) -> Refusal:
    """There are as many automations as there may be, and all are worth more."""
    return Refusal(pattern_id=pattern_id, reason=RefusalReason.LIMIT, detail="retire one to make room")


def create_automation(
    workspace: Workspace, pattern: Pattern, names: set[str], *, now: datetime, name: str | None = None
) -> Automation | Refusal:
    """An automation for a pattern, named (unless it is told its name) so that it hides no command of the person's."""
    from vynexus_tui.automation.micro_automation_creator import MicroAutomationCreator  # 9 ms that most cycles do not need

    shortcuts = build_shortcuts(workspace)
    aliases = known_aliases(workspace)
    return MicroAutomationCreator(workspace.settings.automation_creation).create(
        pattern,
        name_taken=lambda name: name in names or shortcuts.collision(name) is not None,
        aliases=aliases,
        is_program=lambda name: is_program(workspace, name),
        now=now,
        home=str(workspace.paths.home),
        name=name,
    )


def repetition_of(made: Automation, existing: Iterable[Automation]) -> Refusal | None:
    """Refuses what an automation already does: a pattern that splits or grows gets another id, and a decision must not be asked for twice."""
    steps = _steps(made)
    same = next((a for a in existing if _steps(a) == steps), None)
    if same is None:
        return None
    detail = f"the same script as {same.name}, which is {same.status}"
    return Refusal(pattern_id=made.pattern_id, reason=RefusalReason.REPEATED, detail=detail)


def _steps(automation: Automation) -> str:
    """What a script does. Left out is what changes with every look: its name, counts, dates, seen values and so the default."""
    text = automation.script.text
    return text[max(text.find("\n: step 1"), 0) :]


def build_head(pattern: Pattern, known: PatternHead | None = None) -> PatternHead:
    """What lists show of a pattern; automation and refusal are kept from the head known before."""
    by_hand = [o.hands_on_s for o in pattern.occurrences if o.hands_on_s is not None]
    return PatternHead(
        pattern_id=pattern.pattern_id,
        kind=pattern.kind,
        steps=tuple(step.template for step in pattern.steps),
        occurrence_count=pattern.occurrence_count,
        session_count=pattern.session_count,
        potential=pattern.potential,
        worthy=pattern.worthy,
        reasons=pattern.reasons,
        schedule=pattern.schedule,
        last_seen_at=pattern.last_seen_at,
        hands_on_s=median(by_hand) if by_hand else None,
        automation_id=known.automation_id if known else None,
        refusal=known.refusal if known else None,
        count_quality=pattern.count_quality,
    )
