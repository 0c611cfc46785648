"""Ids last as long as the habit does."""

from dataclasses import replace

from vynexus_tui.domain.identifiers import PatternId
from vynexus_tui.domain.patterns import Pattern
from vynexus_tui.mining.identity import inherit_ids

RELEASE = ["git pull", "npm run build", "npm run deploy"]


def _renamed(pattern: Pattern, name: str) -> Pattern:
    return replace(pattern, pattern_id=PatternId(name))


def test_the_same_history_gives_the_same_ids(type_sessions, identify):
    (first,) = identify(type_sessions([RELEASE] * 5))
    (second,) = identify(type_sessions([RELEASE] * 9))
    assert first.pattern_id == second.pattern_id


def test_a_habit_keeps_its_id_when_it_grows_a_step(type_sessions, identify):
    (old,) = identify(type_sessions([RELEASE] * 5))
    (grown,) = identify(type_sessions([[*RELEASE, "git tag done"]] * 9))
    assert old.pattern_id != grown.pattern_id
    (inherited,) = inherit_ids([grown], [_renamed(old, "kept")])
    assert inherited.pattern_id == "kept"
    assert inherited.steps == grown.steps


def test_habits_that_share_few_occurrences_are_different(type_sessions, identify):
    (pattern,) = identify(type_sessions([RELEASE] * 10))
    stored = _renamed(replace(pattern, occurrences=tuple(replace(o, event_ids=(-1,)) for o in pattern.occurrences)), "other")
    half = replace(stored, occurrences=pattern.occurrences[:5] + stored.occurrences[5:])
    (inherited,) = inherit_ids([pattern], [half])
    assert inherited.pattern_id == pattern.pattern_id


def test_the_bigger_half_of_a_split_habit_keeps_the_id(type_sessions, identify):
    (pattern,) = identify(type_sessions([RELEASE] * 10))
    small = _renamed(replace(pattern, occurrences=pattern.occurrences[:3]), "small")
    big = _renamed(replace(pattern, occurrences=pattern.occurrences[3:]), "big")
    found = inherit_ids([small, big], [_renamed(pattern, "kept")])
    assert found[1].pattern_id == "kept"
    assert found[0].pattern_id not in ("kept", "small")


def test_no_two_patterns_get_one_id(type_sessions, identify):
    (pattern,) = identify(type_sessions([RELEASE] * 6))
    stranger = replace(pattern, occurrences=tuple(replace(o, event_ids=(f"x{i}",)) for i, o in enumerate(pattern.occurrences)))
    found = inherit_ids([stranger, pattern], [pattern])
    assert found[1].pattern_id == pattern.pattern_id
    assert found[0].pattern_id != pattern.pattern_id
