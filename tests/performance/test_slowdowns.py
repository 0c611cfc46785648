"""Planted series with their answers: steady commands stay quiet, real changes are found, dated, and forgotten when they pass."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from math import exp, log
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vynexus_tui.domain.runs import CommandMetric
from vynexus_tui.performance.slowdowns import find_shift, without_argument_effect

Noise = Callable[[random.Random, int], list[float]]


def lognormal(sigma: float) -> Noise:
    return lambda r, n: [r.gauss(0, sigma) for _ in range(n)]


def hiccups(r: random.Random, n: int) -> list[float]:
    return [r.gauss(0, 0.15) + (log(2 + r.paretovariate(1.2)) if r.random() < 0.05 else 0) for _ in range(n)]


def cold_cache(r: random.Random, n: int) -> list[float]:
    return [r.gauss(0, 0.1) + (log(2.5) if r.random() < 0.25 else 0) for _ in range(n)]


def correlated(r: random.Random, n: int) -> list[float]:
    levels = [r.gauss(0, 0.2)]
    for _ in range(n - 1):
        levels.append(0.6 * levels[-1] + 0.8 * r.gauss(0, 0.2))
    return levels


def load_episodes(r: random.Random, n: int) -> list[float]:
    levels = [r.gauss(0, 0.12) for _ in range(n)]
    start = 0
    while (start := start + int(r.expovariate(1 / 45)) + 1) < n:
        length = r.randint(4, 12)
        extra = log(r.uniform(1.2, 1.7))
        for i in range(start, min(n, start + length)):
            levels[i] += extra
        start += length
    return levels


FAMILIES: dict[str, Noise] = {
    "lognormal 0.1": lognormal(0.1),
    "lognormal 0.25": lognormal(0.25),
    "lognormal 0.5": lognormal(0.5),
    "hiccups": hiccups,
    "cold cache": cold_cache,
}


def planted(noise: Noise, seed: int, *, size: int = 160, factor: float = 1.0, at: int | None = None) -> list[float]:
    r = random.Random(f"planted {seed}")
    base = exp(r.uniform(log(0.5), log(60)))
    return [base * exp(level) * (factor if at is not None and i >= at else 1) for i, level in enumerate(noise(r, size))]


def confirmed_during_life(values: list[float], stride: int = 3) -> int | None:
    """After how many executions a confirmed shift was first shown."""
    for end in range(17, len(values) + 1, stride):
        shift = find_shift(values[:end])
        if shift is not None and shift.is_confirmed:
            return end
    return None


@pytest.mark.parametrize("family", FAMILIES)
def test_a_steady_command_never_alarms_however_it_scatters(family: str) -> None:
    assert [s for s in range(25) if confirmed_during_life(planted(FAMILIES[family], s)) is not None] == []


def test_neighbouring_executions_being_alike_rarely_alarms() -> None:
    assert sum(confirmed_during_life(planted(correlated, s)) is not None for s in range(40)) <= 2


def test_whole_second_clocks_do_not_alarm() -> None:
    rounded = [[float(round(v)) for v in planted(lognormal(0.2), s)] for s in range(25)]
    assert [i for i, values in enumerate(rounded) if confirmed_during_life(values) is not None] == []


def test_one_whole_second_more_is_found_although_nearly_all_times_tie() -> None:
    before, after = ([1.0] * 8 + [2.0]) * 4, [2.0] * 6  # without the correction for ties: ten or more
    shift = find_shift(before + after)
    assert shift is not None
    assert (shift.before_s, shift.after_s) == (1.0, 2.0)


def test_episodes_of_machine_load_alarm_in_few_commands() -> None:
    # Wall time alone cannot tell them from a change; the CPU channel does (see the analyzer's tests).
    assert sum(confirmed_during_life(planted(load_episodes, s)) is not None for s in range(40)) <= 10


@pytest.mark.parametrize("family", ["lognormal 0.1", "lognormal 0.25", "hiccups"])
@pytest.mark.parametrize("at", [60, 100])
def test_a_command_that_takes_1_8_times_as_long_is_found_and_dated(family: str, at: int) -> None:
    found = [find_shift(planted(FAMILIES[family], s, factor=1.8, at=at)) for s in range(30)]
    right = [f for f in found if f is not None and f.is_confirmed and abs(f.split - at) <= 3 and f.after_s > f.before_s]
    assert len(right) >= 28


def test_it_is_found_within_a_dozen_executions() -> None:
    delays = [confirmed_during_life(planted(lognormal(0.1), s, factor=1.8, at=80), stride=1) for s in range(15)]
    assert all(d is not None for d in delays)
    assert median(d - 80 for d in delays if d is not None) <= 14


def test_before_and_after_are_the_levels_that_were_planted() -> None:
    shift = find_shift([2.0 + 0.01 * (i % 7) for i in range(60)] + [5.0 + 0.01 * (i % 7) for i in range(40)])
    assert shift is not None
    assert abs(shift.split - 60) <= 1
    assert (round(shift.before_s, 1), round(shift.after_s, 1)) == (2.0, 5.0)
    assert shift.difference.low <= 3.0 <= shift.difference.high


def test_a_quicker_command_is_found_too() -> None:
    shift = find_shift(planted(lognormal(0.1), 1, factor=0.4, at=90))
    assert shift is not None
    assert shift.after_s < shift.before_s
    assert shift.difference.high < 0


def test_a_new_slowdown_is_tentative_until_it_has_lasted() -> None:
    values = planted(lognormal(0.1), 3, factor=2.5, at=100)
    shown = [find_shift(values[:end]) for end in range(105, 125)]
    first = next(s for s in shown if s is not None)
    assert not first.is_confirmed
    assert shown[-1] is not None
    assert shown[-1].is_confirmed


def test_a_slowdown_stays_shown_after_the_window_has_moved_past_it() -> None:
    shift = find_shift(planted(lognormal(0.1), 5, size=220, factor=2.0, at=80))
    assert shift is not None
    assert abs(shift.split - 80) <= 2


def test_a_slowdown_that_was_repaired_is_shown_no_more_as_one() -> None:
    slow_then_fixed = planted(lognormal(0.1), 4, size=70)
    slow_then_fixed[30:50] = [v * 3 for v in slow_then_fixed[30:50]]
    shift = find_shift(slow_then_fixed)
    assert shift is None or shift.after_s < shift.before_s


def test_sixteen_executions_prove_nothing() -> None:
    assert find_shift([1.0] * 11 + [9.0] * 5) is None
    assert find_shift([1.0, 1.1, 1.2] * 4 + [9.0] * 12) is not None


def test_milliseconds_are_nobodys_problem() -> None:
    assert find_shift([0.010] * 40 + [0.080] * 40) is None


def test_a_fifth_more_is_within_what_machines_do() -> None:
    assert find_shift([10.0 + 0.1 * (i % 5) for i in range(50)] + [12.0 + 0.1 * (i % 5) for i in range(50)]) is None


@given(st.integers(0, 200), st.sampled_from([0.25, 2.0, 16.0]))
@settings(max_examples=30, deadline=None)
def test_the_unit_of_time_does_not_matter_to_a_change_of_seconds(seed: int, scale: float) -> None:
    values = planted(lognormal(0.2), seed, factor=2.0, at=90)
    one, other = find_shift(values), find_shift([v * scale for v in values])
    assert (one and (one.split, one.is_confirmed)) == (other and (other.split, other.is_confirmed))


def metric(command: str, duration_s: float) -> CommandMetric:
    return CommandMetric(family="make", command=command, started_at=datetime(2025, 1, 1, tzinfo=UTC), duration_s=duration_s, exit_code=0)


def test_using_another_argument_is_not_a_slowdown() -> None:
    r = random.Random("arguments")
    # lint first, later mostly docs, which always took three times as long
    names = ["docs" if r.random() < (0.15 if i < 55 else 0.9) else "lint" for i in range(100)]
    metrics = [metric(f"make {n}", (2.0 if n == "lint" else 6.0) * exp(r.gauss(0, 0.1))) for n in names]
    values = [m.duration_s or 0 for m in metrics]
    assert find_shift(values) is not None
    assert find_shift(without_argument_effect(metrics, values)) is None


def test_a_slowdown_of_every_argument_is_still_one() -> None:
    r = random.Random("both")
    metrics = [metric(f"make {r.choice(['lint', 'docs'])}", (1.0 if i < 60 else 2.2) * exp(r.gauss(0, 0.1))) for i in range(110)]
    metrics = [metric(m.command, (m.duration_s or 0) * (5 if "docs" in m.command else 1)) for m in metrics]
    shift = find_shift(without_argument_effect(metrics, [m.duration_s or 0 for m in metrics]))
    assert shift is not None
    assert abs(shift.split - 60) <= 3
