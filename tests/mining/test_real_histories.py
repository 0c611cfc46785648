"""What a careful reader would automate, list or reject in real command logs (KYPO training games), label by label."""

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest

from vynexus_tui.domain.events import CommandEvent
from vynexus_tui.domain.identifiers import EventId
from vynexus_tui.domain.patterns import Pattern
from vynexus_tui.domain.settings import RepetitiveTaskDetection
from vynexus_tui.mining.repetitive_task_identifier import RepetitiveTaskIdentifier
from vynexus_tui.sources.jsonl_events import read_jsonl_events

DATA = Path(__file__).parents[3] / "shared" / "data"
GOLD = DATA / "gold" / "gold_dev.json"
pytestmark = pytest.mark.skipif(not GOLD.exists(), reason="needs the real command logs in ../shared/data, which are not released")

MEANING: dict[str, tuple[str, ...]] = {
    "john --wordlist=<F> <F>": (r"john --wordlist=\S+ \S+",),
    "ssh -i tmp/id_rsa cni@10.1.17.4": (r"ssh -i tmp/id_rsa cni@10\.1\.17\.4",),
    "ls | exit | pwd | cd": (r"(?:ls|exit|pwd|cd)\b.*",),
    "scp <F> <U@H:P>": (r"scp \S+ \S+",),
    "fcrackzip -u -D -p <F> <F>": (r"fcrackzip -u -D -p \S+ \S+",),
    "passwd admin": (r"passwd admin",),
    "sudo /etc/hosts": (r"sudo /etc/hosts",),
    "cd <W> -> cd -> cd <W> -> cd": (r"cd\b.*",),
    "set <opt> <V> -> exploit": (r"set \S+ \S+", "exploit"),
    "ssh <U@H>": (r"ssh \S+@\S+",),
    "use <module> -> set RHOSTS <IP> -> set RPORT <N> -> run": (r"use\s+\S+", r"set RHOSTS\s+\S+", r"set RPORT\s+\d+", "run"),
    "cd/cd/cd chains": (r"cd\b.*",),
}
"""The labels' templates, step by step."""
SAME_SHARE = 0.6
"""A pattern is the labelled one when it has this share of its occurrences, and of each of them this share of the events."""


def _read(folder: str) -> dict[str, list[CommandEvent]]:
    """Events by user."""
    found: dict[str, list[CommandEvent]] = defaultdict(list)
    for path in sorted((DATA / "jsonl" / folder).glob("*.jsonl")):
        raw = path.read_bytes()
        users = [json.loads(line)["user"] for line in raw.splitlines() if line.strip()]
        for user, event in zip(users, read_jsonl_events(raw, path=None).events, strict=True):
            found[user].append(event)
    return found


@cache
def _logs() -> dict[str, list[CommandEvent]]:
    return _read("kypo") | _read("pooled")


@cache
def _mined(user: str) -> tuple[Pattern, ...]:
    events = _logs()[user]
    now = max(e.started_at for e in events if e.started_at) + timedelta(hours=1)
    return RepetitiveTaskIdentifier(RepetitiveTaskDetection()).identify(events, now=now)


def _labels(*expected: str) -> list[pytest.param]:
    if not GOLD.exists():
        return [pytest.param("", "", id="no logs")]
    labels = json.loads(GOLD.read_text(encoding="utf-8"))["labels"]
    return [pytest.param(x["user"], x["template"], id=f"{x['user'][-9:]}: {x['template']}") for x in labels if x["expect"] in expected]


def _label_occurrences(events: Sequence[CommandEvent], template: str) -> list[list[EventId]]:
    """Where the label's steps were typed one after the other in one session, with at most two other commands between two steps."""
    steps = [re.compile(step) for step in MEANING[template]]
    by_session: dict[str, list[CommandEvent]] = defaultdict(list)
    for event in events:
        by_session[event.session_id].append(event)
    found = []
    for typed in by_session.values():
        last = -1
        for start in range(len(typed)):
            places = [start] if start > last and steps[0].fullmatch(typed[start].command.strip()) else []
            for step in steps[1:]:
                near = range(places[-1] + 1, min(places[-1] + 4, len(typed))) if places else range(0)
                at = next((i for i in near if step.fullmatch(typed[i].command.strip())), None)
                places = [*places, at] if at is not None else []
            if places:
                found.append([typed[i].event_id for i in places])
                last = places[-1]
    return found


def _is_labelled(pattern: Pattern, occurrences: list[list[EventId]]) -> bool:
    owner = {event_id: number for number, o in enumerate(pattern.occurrences) for event_id in o.event_ids}
    hits = 0
    for occurrence in occurrences:
        owners = [owner.get(event_id) for event_id in occurrence]
        hits += any(owners.count(number) >= SAME_SHARE * len(occurrence) for number in set(owners) - {None})
    return bool(occurrences) and hits >= SAME_SHARE * len(occurrences)


def _consists_of(pattern: Pattern, events: Sequence[CommandEvent], template: str) -> bool:
    """Whether most of what the pattern holds is what the label talks about."""
    commands = {event.event_id: event.command.strip() for event in events}
    held = [commands[event_id] for o in pattern.occurrences for event_id in o.event_ids]
    return sum(any(re.fullmatch(step, command) for step in MEANING[template]) for command in held) >= SAME_SHARE * len(held)


@pytest.mark.parametrize(("user", "template"), _labels("found", "automate"))
def test_what_a_reader_sees_repeated_is_listed(user, template):
    occurrences = _label_occurrences(_logs()[user], template)
    assert len(occurrences) >= 3, "the label is not in this log"
    assert any(_is_labelled(p, occurrences) for p in _mined(user)), [p.title for p in _mined(user)]


@pytest.mark.parametrize(("user", "template"), _labels("automate"))
def test_what_a_reader_would_automate_is_worthy_and_above_the_threshold(user, template):
    occurrences = _label_occurrences(_logs()[user], template)
    (pattern,) = [p for p in _mined(user) if _is_labelled(p, occurrences)]
    assert pattern.worthy, pattern.reasons
    assert pattern.potential.score > 0.7


@pytest.mark.parametrize(("user", "template"), _labels("reject"))
def test_what_a_reader_rejects_is_not_worthy(user, template):
    rejected = [p for p in _mined(user) if _consists_of(p, _logs()[user], template)]
    assert [p.title for p in rejected if p.worthy] == []


def test_a_trial_loop_of_one_afternoon_says_so_and_stays_below_the_threshold():
    (loop,) = [p for p in _mined("kypo_house-of-cards_2019-08-15_s399") if len(p.steps) == 2]
    assert not loop.worthy
    assert "seen in one session only" in loop.reasons
    assert loop.potential.score < 0.7


def test_no_participant_gets_more_than_five_automations():
    participants = [user for user in _logs() if user.startswith("kypo_")]
    assert len(participants) > 50
    counts = {user: sum(p.worthy and p.potential.score > 0.7 for p in _mined(user)) for user in participants}
    assert {user: count for user, count in counts.items() if count > 5} == {}


def test_who_typed_in_one_session_only_gets_no_automation():
    for user in _logs():
        patterns = _mined(user)
        assert [p.title for p in patterns if p.worthy and p.session_count == 1] == []
