"""Would automating it help anybody? If not, the reasons in words for the screen."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from vynexus_tui.domain.events import CountQuality
from vynexus_tui.domain.patterns import Occurrence, PatternStep
from vynexus_tui.domain.targets import ProjectTarget
from vynexus_tui.language.lexing import Part, parse_command
from vynexus_tui.language.program_facts import command_head, interactive_reason, is_navigation, is_trivial, opens_session, programs
from vynexus_tui.mining.potential import times_apart
from vynexus_tui.mining.single_commands import LONG, SHORTEST
from vynexus_tui.mining.target_matching import find_target, is_target_call

_SIDE_BY_SIDE_SHARE = 0.3
_HELP = re.compile(r"\s--?help$|^-*help$|\s--version$")
_LOOKING = frozenset(
    "git blame|git branch|git diff|git log|git remote|git shortlog|git show|git stash list|git status|docker images|docker ps"
    "|docker compose ps|docker volume ls|kubectl get|kubectl describe|kubectl top|systemctl status|systemctl list-units|npm ls|npm outdated"
    "|pip list|pip show|pip freeze|brew list|gh pr list|gh pr status|gh run list|terraform show|conda env|ip addr|ip a|ip route".split("|")
)
"""Sub-commands that only show something; with a row of options they are worth a name of their own."""
_BURST_SHARE = 0.7
"""More of the occurrences than this in one session: one afternoon's retries, not a habit."""
_HABIT_SESSIONS = 5
"""Seen in this many sessions it is a habit that had one long afternoon."""


def reasons_against(
    steps: Sequence[PatternStep],
    occurrences: Sequence[Occurrence],
    *,
    count_quality: CountQuality,
    aliases: Mapping[str, str],
    known_targets: Sequence[ProjectTarget],
    gaps: Sequence[str] = (),
) -> tuple[str, ...]:
    """Why a script would not help, most telling first; empty when the pattern is worthy."""
    parts = [part for step in steps for part in parse_command(step.text)]
    reasons = [
        _looks_around(parts),
        _needs_a_person(steps) or _does_little(steps),
        _has_name_already(steps, occurrences, aliases, known_targets),
        _is_short_already(steps),
        _is_one_command_edited(steps),
        _is_burst(occurrences),
        _runs_side_by_side(occurrences),
        *gaps,
        _fails(occurrences),
        "how often is unknown: this history keeps one of each command" if count_quality is CountQuality.DEDUPED else None,
    ]
    return tuple(reason for reason in reasons if reason)


def _runs_side_by_side(occurrences: Sequence[Occurrence]) -> str | None:
    """A script does one step after the other; a server that the tests need would never end."""
    count = sum(occurrence.is_side_by_side for occurrence in occurrences)
    return "its steps run at the same time, in two terminals" if count >= _SIDE_BY_SIDE_SHARE * len(occurrences) and count else None


def is_pointless(steps: Sequence[PatternStep]) -> bool:
    """Not even worth listing: moving and looking around, one or two commands that only look, or a pair of which one does."""
    parts = [part for step in steps for part in parse_command(step.text)]
    if all(is_navigation(part) or is_trivial(part) or _HELP.search(part.text) for part in parts):
        return True
    idle = [_only_looks(part) or _is_only_for_people(part) for part in parts]
    if all(idle) and len({step.text for step in steps}) <= 2:
        return True
    return len(parts) == 2 and any(i and programs(part)[:1] != ("cd",) for i, part in zip(idle, parts, strict=True))


def is_session(step: PatternStep) -> bool:
    """Opens a session somewhere, which is worth a name although never a script."""
    return any(map(opens_session, parse_command(step.text)))


def _is_only_for_people(part: Part) -> bool:
    """Editors, pagers and the like; a session with arguments (`ssh -i KEY HOST`) is at least worth a name."""
    return interactive_reason(part) is not None and not opens_session(part)


def _only_looks(part: Part) -> bool:
    if is_trivial(part) or _HELP.search(part.text):
        return True
    has_options = any(word.text.startswith("-") for command in part.commands for word in command.words)
    return len(part.commands) == 1 and not has_options and " ".join(command_head(part.commands[0])) in _LOOKING


def find_alias(steps: Sequence[PatternStep], aliases: Mapping[str, str]) -> str | None:
    """The person's own alias for this command, or for what it is before its parameters."""
    typed = " && ".join(step.template.strip() for step in steps)
    matching = [name for name, value in aliases.items() if _is_spelt_out(typed, value.strip())]
    return max(matching, key=lambda name: len(aliases[name]), default=None)


def _is_spelt_out(typed: str, value: str) -> bool:
    return bool(value) and (typed == value or typed.startswith(value + " {"))


def _needs_a_person(steps: Sequence[PatternStep]) -> str | None:
    """The first step that waits for a person; not when a routine follows the last of them (one at the very end is left to the person)."""
    waiting = [_waits_for_a_person(step) for step in steps]
    first = next(filter(None, waiting), None)
    if first is None:
        return None
    end = max((i + 1 for i, reason in enumerate(waiting) if reason is None), default=0)
    start = max((i + 1 for i in range(end) if waiting[i]), default=0)
    tail = [step for step in steps[start:end] if not _step_only_looks(step)]
    is_routine = len(tail) > 1 or any(literal_length(step) >= LONG for step in tail)
    return None if is_routine else first


def _waits_for_a_person(step: PatternStep) -> str | None:
    return next(filter(None, map(interactive_reason, parse_command(step.text))), None)


def _step_only_looks(step: PatternStep) -> bool:
    return all(map(_only_looks, parse_command(step.text)))


def _looks_around(parts: Sequence[Part]) -> str | None:
    return "only looks around" if parts and all(map(_only_looks, parts)) else None


def _does_little(steps: Sequence[PatternStep]) -> str | None:
    """One short command among others that only show things: those a person reads, so nothing is left to shorten."""
    works = [step for step in steps if not _step_only_looks(step) or step.text.startswith("cd ")]
    is_one = len(steps) > 1 and len(works) == 1 and literal_length(works[0]) < LONG
    return "all but one short step only look around" if is_one else None


def _has_name_already(
    steps: Sequence[PatternStep], occurrences: Sequence[Occurrence], aliases: Mapping[str, str], known_targets: Sequence[ProjectTarget]
) -> str | None:
    alias = find_alias(steps, aliases)
    if alias is not None:
        return f"use your alias {alias}"
    if len(steps) == 1 and is_target_call(steps[0]):
        return f"{steps[0].template.strip()} is a name already"
    target = find_target(steps, {occurrence.cwd for occurrence in occurrences}, known_targets)
    return None if target is None else f"use yours: {target.command}"


def _is_short_already(steps: Sequence[PatternStep]) -> str | None:
    if len(steps) > 1 or literal_length(steps[0]) >= SHORTEST:
        return None
    return "already short"


def literal_length(step: PatternStep) -> int:
    """Characters of a step that never vary."""
    return len(step.text.strip()) - sum(slot.end - slot.start for slot in step.slots)


def _is_burst(occurrences: Sequence[Occurrence]) -> str | None:
    sessions = Counter(occurrence.session_id for occurrence in occurrences)
    if times_apart(occurrences) == 1:
        return "seen in one session only" if len(sessions) == 1 else "a burst: all within an hour"
    busiest = sessions.most_common(1)[0][1]
    is_dated = any(occurrence.started_at for occurrence in occurrences)
    # Where lines were counted to tell sessions apart, that one has most says little.
    if is_dated and busiest > _BURST_SHARE * len(occurrences) and len(sessions) < _HABIT_SESSIONS:
        return f"a burst: {busiest} of {len(occurrences)} times in one session"
    days = {occurrence.started_at.date() for occurrence in occurrences if occurrence.started_at}
    if len(days) == 1 and all(occurrence.started_at for occurrence in occurrences):
        return "a burst: all on one day"
    return None


def _is_one_command_edited(steps: Sequence[PatternStep]) -> str | None:
    """The same program over and over with values that have nothing to do with each other."""
    heads = {command_head(part.commands[0]) for step in steps for part in parse_command(step.text) if part.commands}
    names = [slot.name for step in steps for slot in step.slots]
    if len(steps) < 2 or len(heads) > 1 or not names or len(set(names)) < len(names):
        return None
    return "one command, tried in different ways"


def _fails(occurrences: Sequence[Occurrence]) -> str | None:
    known = [occurrence.is_successful for occurrence in occurrences if occurrence.is_successful is not None]
    failed = known.count(False)
    return f"fails: {failed} of {len(known)} times" if failed > len(known) / 2 else None
