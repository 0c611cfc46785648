"""Detection as a whole on a realistic untimed `.bash_history` with an answer key."""

import pytest

from tests.habits.planted_history import PlantedHabit, build_untimed_history
from vynexus_tui.domain.events import CommandEvent
from vynexus_tui.domain.patterns import Pattern


def _mine(lines, identify) -> tuple[Pattern, ...]:
    return identify(
        [CommandEvent(event_id=i, command=line, sequence_no=i, session_id="", origin="bash_history") for i, line in enumerate(lines)]
    )


def _events(pattern: Pattern) -> set[int]:
    return {e for o in pattern.occurrences for e in o.event_ids if isinstance(e, int)}


def _is_found(habit: PlantedHabit, patterns: tuple[Pattern, ...]) -> bool:
    return any(len(habit.lines & _events(p)) / len(habit.lines | _events(p)) >= 0.6 for p in patterns)


@pytest.mark.parametrize("seed", [101, 102, 103])
def test_every_habit_of_a_debian_history_is_found_once_and_nothing_else(seed, identify):
    lines, key = build_untimed_history(seed, 2000)
    patterns = _mine(lines, identify)
    assert [habit.name for habit in key if not _is_found(habit, patterns)] == []
    assert len(patterns) <= len(key) + 1


def test_frequency_alone_tells_habits_from_rare_ones(identify):
    lines, _ = build_untimed_history(104, 2000)
    patterns = _mine(lines, identify)
    assert all(p.potential.partial for p in patterns)
    assert all((p.potential.score > 0.7) == (p.occurrence_count >= 8) for p in patterns)


def test_shared_values_are_one_parameter_in_a_history_without_dates(identify):
    lines, _ = build_untimed_history(105, 2000)
    titles = {p.title for p in _mine(lines, identify)}
    assert "convert {name}.png -resize 1200x {name}.jpg › jpegoptim {name}.jpg › scp {name}.jpg web:/srv/img/" in titles
    assert any("registry.lan/shop:{version}" in title and "kubectl set image" in title for title in titles)


def test_noise_alone_gives_no_patterns(identify):
    lines, key = build_untimed_history(106, 2000)
    planted = set().union(*(habit.lines for habit in key))
    assert _mine([line for i, line in enumerate(lines) if i not in planted], identify) == ()


def test_ten_thousand_lines_hold_the_same_habits(identify):
    lines, _ = build_untimed_history(107, 10_000)
    assert len(_mine(lines, identify)) >= 9
