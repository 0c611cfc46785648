"""Ids last as long as the habit does."""

import time
from dataclasses import replace
from datetime import timedelta

from tests.mining.conftest import NOW
from vynexus_tui.domain.identifiers import PatternId
from vynexus_tui.domain.patterns import AutomationPotential, Occurrence, Pattern, PatternKind, PatternStep
from vynexus_tui.mining.identity import inherit_ids, mint_id

RELEASE = ["git pull", "npm run build", "npm run deploy"]


def _renamed(pattern: Pattern, name: str) -> Pattern:
    return replace(pattern, pattern_id=PatternId(name))


def test_the_same_history_gives_the_same_ids(type_sessions, identify):
    (first,) = identify(type_sessions([RELEASE] * 5))
    (second,) = identify(type_sessions([RELEASE] * 9))
    assert first.pattern_id == second.pattern_id


def test_a_habit_keeps_its_id_when_it_grows_a_step(type_sessions, identify):
    events = type_sessions([RELEASE] * 5 + [[*RELEASE, "git tag done"]] * 9)
    (old,), (grown,) = identify(events[:15]), identify(events)
    assert old.pattern_id != grown.pattern_id
    (inherited,) = inherit_ids([grown], [_renamed(old, "kept")])
    assert inherited.pattern_id == "kept"
    assert inherited.steps == grown.steps


def test_habits_that_share_few_occurrences_are_different(type_sessions, identify):
    (pattern,) = identify(type_sessions([RELEASE] * 10))
    elsewhere = [replace(o, event_ids=(-n,), started_at=None) for n, o in enumerate(pattern.occurrences, start=1)]
    half = replace(pattern, steps=pattern.steps[:2], occurrences=(*pattern.occurrences[:5], *elsewhere[5:]))
    (inherited,) = inherit_ids([pattern], [_renamed(half, "other")])
    assert inherited.pattern_id == pattern.pattern_id


def test_a_habit_keeps_its_id_when_a_value_begins_to_vary(type_sessions, identify):
    names = ["shop", "blog", "crm", "wiki", "forum", "shop"]
    (new,) = identify(type_sessions([[f"pg_dump {name} -f {name}.sql", f"gzip {name}.sql"] for name in names]))
    assert len(new.parameter_names) == 1
    unvaried = tuple(replace(step, slots=()) for step in new.steps)
    old = replace(new, steps=unvaried, occurrences=tuple(replace(o, slot_values={}) for o in new.occurrences[:3]))
    assert mint_id(old.kind, old.steps) != mint_id(new.kind, new.steps)
    assert [p.pattern_id for p in inherit_ids([new], [_renamed(old, "kept")])] == ["kept"]


def test_a_habit_keeps_its_id_when_a_step_is_dropped_or_its_order_turns(type_sessions, identify):
    (old,) = identify(type_sessions([RELEASE] * 8))
    shorter = replace(old, steps=old.steps[1:], occurrences=tuple(replace(o, event_ids=o.event_ids[1:]) for o in old.occurrences))
    turned = [
        replace(o, event_ids=(*o.event_ids[1:], following.event_ids[0]))
        for o, following in zip(old.occurrences, old.occurrences[1:], strict=False)
    ]
    rotated = replace(old, steps=(*old.steps[1:], old.steps[0]), occurrences=tuple(turned))
    for changed in (shorter, rotated):
        assert inherit_ids([_renamed(changed, "new")], [_renamed(old, "kept")])[0].pattern_id == "kept"


def test_a_habit_keeps_its_id_when_its_oldest_occurrences_are_no_longer_looked_at(type_sessions, identify):
    events = type_sessions([RELEASE] * 40)
    (old,), (trimmed,) = identify(events[:60]), identify(events[45:])
    assert trimmed.occurrence_count == 25
    assert [p.pattern_id for p in inherit_ids([trimmed], [_renamed(old, "kept")])] == ["kept"]


def test_where_two_habits_became_one_the_bigger_ones_id_stays(type_sessions, identify):
    (whole,) = identify(type_sessions([RELEASE] * 10))
    small = _renamed(replace(whole, steps=whole.steps[:1], occurrences=whole.occurrences[:3]), "small")
    big = _renamed(replace(whole, steps=whole.steps[1:], occurrences=whole.occurrences[3:]), "big")
    assert [p.pattern_id for p in inherit_ids([whole], [small, big])] == ["big"]


def test_events_that_were_imported_anew_under_other_numbers_are_the_same_habit(type_sessions, identify):
    events = type_sessions([["pg_dump shop -f shop.sql", "gzip shop.sql"]] * 6)
    (old,) = identify(events)
    (new,) = identify([replace(e, event_id=f"again-{e.event_id}") for e in events])
    grown = replace(new, steps=new.steps[:1])
    assert [p.pattern_id for p in inherit_ids([grown], [_renamed(old, "kept")])] == ["kept"]


def test_undated_events_under_other_numbers_are_told_by_their_steps(type_sessions, identify):
    events = type_sessions([RELEASE] * 6, is_timed=False)
    (old,) = identify(events)
    (new,) = identify([replace(e, event_id=f"again-{e.event_id}") for e in events])
    assert [p.pattern_id for p in inherit_ids([new], [_renamed(old, "kept")])] == ["kept"]


def test_a_number_that_was_given_to_another_command_since_is_not_the_same_event(type_sessions, identify):
    (old,) = identify(type_sessions([RELEASE] * 6))
    (other,) = identify(type_sessions([["terraform fmt", "terraform validate", "terraform apply"]] * 6, days_apart=40))
    (inherited,) = inherit_ids([other], [_renamed(old, "kept")])
    assert inherited.pattern_id == other.pattern_id


def test_ids_of_500_patterns_with_80_000_occurrences_are_found_in_seconds():
    potential = AutomationPotential(score=0.5, frequency_share=0.5, time_saving_share=None, recency_share=None, partial=True)
    patterns = [
        Pattern(
            pattern_id=PatternId(f"p{n}"),
            kind=PatternKind.WORKFLOW,
            steps=(PatternStep(text=f"a {n}"), PatternStep(text=f"b {n}")),
            occurrences=tuple(
                Occurrence(event_ids=tuple(range(first, first + 3)), session_id="s", started_at=NOW - timedelta(seconds=first))
                for first in range(n * 480, n * 480 + 480, 3)
            ),
            potential=potential,
            worthy=True,
        )
        for n in range(500)
    ]
    began = time.perf_counter()
    assert [p.pattern_id for p in inherit_ids(patterns, patterns)] == [p.pattern_id for p in patterns]
    assert time.perf_counter() - began < 10  # 0.4 s on an idle machine


def test_the_bigger_half_of_a_split_habit_keeps_the_id(type_sessions, identify):
    (pattern,) = identify(type_sessions([RELEASE] * 10))
    small = _renamed(replace(pattern, occurrences=pattern.occurrences[:3]), "small")
    big = _renamed(replace(pattern, occurrences=pattern.occurrences[3:]), "big")
    found = inherit_ids([small, big], [_renamed(pattern, "kept")])
    assert found[1].pattern_id == "kept"
    assert found[0].pattern_id not in ("kept", "small")


def test_no_two_patterns_get_one_id(type_sessions, identify):
    (pattern,) = identify(type_sessions([RELEASE] * 6))
    stranger = replace(
        pattern, occurrences=tuple(replace(o, event_ids=(f"x{i}",), started_at=None) for i, o in enumerate(pattern.occurrences))
    )
    found = inherit_ids([stranger, pattern], [pattern])
    assert found[1].pattern_id == pattern.pattern_id
    assert found[0].pattern_id != pattern.pattern_id
