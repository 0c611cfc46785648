"""Scores: their properties, their explanation, and the order of what to improve."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import exp, log
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vynexus_tui.domain.events import CostSource
from vynexus_tui.domain.findings import WorkflowScore
from vynexus_tui.domain.identifiers import EventId, PatternId
from vynexus_tui.domain.patterns import AutomationPotential, Occurrence, Pattern, PatternKind, PatternStep
from vynexus_tui.domain.runs import CommandMetric
from vynexus_tui.domain.settings import WorkflowOptimization
from vynexus_tui.performance.workflow_figures import measured_occurrences
from vynexus_tui.performance.workflow_optimizer import WorkflowOptimizer
from vynexus_tui.performance.workflow_scoring import best_estimate, combine, losses, lower_bound

NOW = datetime(2025, 5, 16, 18, 0, tzinfo=UTC)
GIB = 2**30
STEPS = ("git pull", "pytest -q", "git push")


class Ran(NamedTuple):
    """One step as it was executed."""

    wall_s: float | None
    exit_code: int | None = 0
    cpu_s: float | None = None
    memory_bytes: int | None = None
    pause_s: float = 0.0


Scored = tuple[Pattern, dict[EventId, CommandMetric]]


def workflow(
    occurrences: Sequence[Sequence[Ran]], *, steps: Sequence[str] = STEPS, name: str = "p", every: timedelta = timedelta(days=1)
) -> Scored:
    metrics: dict[EventId, CommandMetric] = {}
    found = []
    for number, ran in enumerate(occurrences):
        at = NOW - (len(occurrences) - number) * every
        begun = at
        ids = []
        for step, (wall_s, code, cpu_s, memory, pause_s) in zip(steps, ran, strict=False):
            at += timedelta(seconds=pause_s)
            event_id = f"{name}-{len(metrics)}"
            ids.append(event_id)
            metrics[event_id] = CommandMetric(
                family=" ".join(step.split()[:2]),
                command=step,
                started_at=at,
                duration_s=wall_s,
                exit_code=code,
                cpu_s=cpu_s,
                peak_memory_bytes=memory,
                cost_source=CostSource.NONE if cpu_s is None else CostSource.RUSAGE,
            )
            at += timedelta(seconds=wall_s or 0)
        found.append(Occurrence(event_ids=tuple(ids), session_id=str(number), started_at=begun))
    pattern = Pattern(
        pattern_id=PatternId(name),
        kind=PatternKind.WORKFLOW,
        steps=tuple(PatternStep(text=s) for s in steps),
        occurrences=tuple(found),
        potential=AutomationPotential(score=0.8, frequency_share=0.8, time_saving_share=None, recency_share=None, partial=True),
        worthy=True,
    )
    return pattern, metrics


def score(scored: Scored, settings: WorkflowOptimization | None = None, core_count: int = 2) -> WorkflowScore:
    return WorkflowOptimizer(settings or WorkflowOptimization(), core_count, 8 * GIB).score(*scored)


def value(found: WorkflowScore) -> tuple[float, float]:
    assert found.score is not None
    assert found.low is not None
    return found.score, found.low


def usual(test_s: float = 30.0, *, fails: bool = False) -> list[Ran]:
    return [Ran(2.0, 0, 0.3), Ran(test_s, int(fails), test_s * 0.9, GIB // 2, 4.0), Ran(3.0, 0, 0.2, None, 6.0)]


# --- properties ----------------------------------------------------------------------------------------------------------------------

walls = st.floats(0.01, 5000)
ran = st.builds(
    Ran,
    walls,
    st.sampled_from([0, 0, 0, 2]),
    st.one_of(st.none(), st.floats(0, 500)),
    st.one_of(st.none(), st.integers(0, 16 * GIB)),
    st.floats(0, 60),
)
histories = st.lists(st.lists(ran, min_size=3, max_size=3), min_size=3, max_size=25)
weights = st.builds(
    WorkflowOptimization, success_weight=st.floats(0, 1), performance_weight=st.floats(0, 1), resource_weight=st.floats(0, 1)
)


@given(histories, weights)
def test_scores_and_shares_lie_between_0_and_1_and_the_bound_below_the_score(
    history: list[list[Ran]], settings: WorkflowOptimization
) -> None:
    found = score(workflow(history), settings)
    best, low = value(found)
    assert 0 <= low <= best <= 1
    for share in (found.success_share, found.performance_share, found.resource_share):
        assert share is None or 0 <= share <= 1


@given(st.lists(walls, min_size=3, max_size=20), st.integers(0, 10))
def test_one_more_failure_never_raises_the_score(times: list[float], failures: int) -> None:
    good = [[Ran(t)] * 3 for t in times]
    bad = [[Ran(1.0, 2)] * 3]
    assert value(score(workflow(good + bad * (failures + 1)))) < value(score(workflow(good + bad * failures)))


@given(st.integers(3, 30), st.integers(0, 10), walls)
def test_one_more_success_raises_the_score(successes: int, failures: int, wall_s: float) -> None:
    bad = [[Ran(1.0, 2)] * 3] * failures
    good = [[Ran(wall_s)] * 3]
    assert value(score(workflow(good * (successes + 1) + bad))) > value(score(workflow(good * successes + bad)))


@given(histories, st.integers(1, 5), weights)
def test_more_good_occurrences_never_lower_the_bound(history: list[list[Ran]], more: int, settings: WorkflowOptimization) -> None:
    history = [[r._replace(cpu_s=None, memory_bytes=None, pause_s=0) for r in o] for o in history]
    measured = measured_occurrences(*workflow(history))
    succeeded = sorted((sum(r.wall_s or 0 for r in o), i) for i, o in enumerate(history) if not measured[i].has_failed)
    if not succeeded:
        return
    good = history[succeeded[int(0.2 * (len(succeeded) - 1))][1]]
    before, after = value(score(workflow(history), settings))[1], value(score(workflow(history + [good] * more), settings))[1]
    assert after >= before - 1e-12


def test_repeating_a_good_time_never_weakens_the_bound_of_a_workflow_that_varies() -> None:
    only_time = WorkflowOptimization(success_weight=0, performance_weight=1, resource_weight=0)
    quick, slow = [Ran(1.0)] * 3, [Ran(20.0)] * 3
    bounds = [value(score(workflow([quick] * n + [slow] * 40), only_time))[1] for n in range(10, 16)]
    assert bounds == sorted(bounds)


@given(histories, st.sampled_from([0.5, 2.0, 100.0]))
def test_a_machine_that_is_slower_throughout_changes_no_score(history: list[list[Ran]], factor: float) -> None:
    history = [[r._replace(pause_s=0.0) for r in o] for o in history]
    scaled = [
        [r._replace(wall_s=(r.wall_s or 0) * factor, cpu_s=None if r.cpu_s is None else r.cpu_s * factor) for r in o] for o in history
    ]
    assert value(score(workflow(scaled))) == pytest.approx(value(score(workflow(history))), rel=1e-3)  # moments are whole microseconds


@given(histories, weights)
def test_the_losses_add_up_to_the_score(history: list[list[Ran]], settings: WorkflowOptimization) -> None:
    shares = best_estimate(measured_occurrences(*workflow(history)), 2, 8 * GIB)
    parts = [part for part in losses(shares, settings) if part is not None]
    assert all(part >= 0 for part in parts)
    assert combine(shares, settings) == pytest.approx(exp(-sum(parts)))


@given(histories)
def test_the_bound_of_every_share_is_below_its_best_estimate(history: list[list[Ran]]) -> None:
    occurrences = measured_occurrences(*workflow(history))
    best, low = best_estimate(occurrences, 2, 8 * GIB), lower_bound(occurrences, 2, 8 * GIB)
    assert low.success <= best.success
    assert low.performance <= best.performance


def test_the_weights_are_settings() -> None:
    failing = workflow([usual()] * 10 + [usual(fails=True)] * 10)
    all_success = value(score(failing, WorkflowOptimization(success_weight=1, performance_weight=0, resource_weight=0)))[0]
    assert all_success == pytest.approx(14 / 25)
    assert value(score(failing))[0] > all_success


# --- honest unknowns -----------------------------------------------------------------------------------------------------------------


def test_two_measured_occurrences_give_no_score() -> None:
    found = score(workflow([usual()] * 2))
    assert (found.score, found.low, found.success_share, found.worst_step) == (None, None, None, None)
    assert found.missing == "2 of 3 occurrences measured from first to last step"


def test_an_untimed_history_gives_no_score_and_says_what_is_missing() -> None:
    found = score(workflow([[Ran(None, None)] * 3] * 9))
    assert (found.score, found.occurrence_count, found.measured_count) == (None, 9, 0)
    assert found.missing is not None
    assert "no durations" in found.missing
    assert "vynexus hook install" in found.missing


def test_without_exit_codes_success_is_not_assumed() -> None:
    found = score(workflow([[Ran(2.0, None)] * 3] * 9))
    assert found.score is None
    assert found.missing is not None
    assert "no exit codes" in found.missing


def test_unknown_events_are_not_measured() -> None:
    pattern, metrics = workflow([usual()] * 5)
    metrics.pop(pattern.occurrences[0].event_ids[1])
    assert score((pattern, metrics)).measured_count == 4


def test_without_cpu_and_memory_that_weight_is_left_out() -> None:
    found = score(workflow([[Ran(2.0), Ran(30.0), Ran(3.0)]] * 20))
    assert found.resource_share is None
    assert found.missing is not None
    assert value(found)[0] == pytest.approx(exp((0.5 * log(24 / 25) + 0.3 * log(22.4 / 23)) / 0.8))


def test_an_occurrence_stopped_by_hand_is_neither_success_nor_failure() -> None:
    assert score(workflow([usual()] * 4 + [[Ran(2.0), Ran(9.0, 130), Ran(1.0)]] * 4)).measured_count == 4


# --- the worst step ------------------------------------------------------------------------------------------------------------------


def test_the_step_that_fails_is_named_with_its_figures() -> None:
    found = score(workflow([usual()] * 14 + [usual(fails=True)] * 6))
    assert found.worst_step == "pytest -q"
    assert found.worst_reason == "fails in 6 of 20 occurrences (exit 1)"


def test_the_step_that_varies_is_named_with_its_figures() -> None:
    found = score(workflow([usual()] * 6 + [usual(60.0)] * 14))
    assert found.worst_step == "pytest -q"
    assert found.worst_reason == "typically takes 1 min, 30 s above its own good times"


def test_the_step_that_needs_the_machine_is_named_with_its_figures() -> None:
    found = score(workflow([[Ran(2.0, 0, 0.1), Ran(30.0, 0, 58.0, 7 * GIB), Ran(3.0, 0, 0.1)]] * 20))
    assert found.worst_step == "pytest -q"
    assert found.worst_reason is not None
    assert "2 cores busy" in found.worst_reason
    assert found.resource_share is not None
    assert found.resource_share < 0.2


def test_where_nothing_is_wrong_the_longest_step_is_named() -> None:
    found = score(workflow([usual()] * 20))
    assert found.worst_step == "pytest -q"
    assert found.worst_reason == "takes 30 s of 45 s"
    assert value(found)[0] > 0.95


def test_two_steps_typed_as_one_line_are_named_together() -> None:
    pattern, metrics = workflow([usual()] * 5)
    joined = tuple(
        Occurrence(event_ids=(o.event_ids[0], o.event_ids[1], o.event_ids[1]), session_id=o.session_id, started_at=o.started_at)
        for o in pattern.occurrences
    )
    whole = Pattern(
        pattern_id=pattern.pattern_id,
        kind=pattern.kind,
        steps=pattern.steps,
        occurrences=joined,
        potential=pattern.potential,
        worthy=True,
    )
    found = score((whole, metrics))
    assert found.measured_count == 5
    assert found.worst_step == "pytest -q && git push"


def test_an_optional_step_that_was_left_out_does_not_shift_the_names() -> None:
    scored = workflow([usual()] * 3 + [[Ran(2.0), Ran(30.0, 7)]] * 8, steps=STEPS)
    found = score(scored)
    assert found.measured_count == 11
    assert found.worst_step == "pytest -q"


# --- improvements --------------------------------------------------------------------------------------------------------------------


def improvements(*scored: Scored) -> list[tuple[str, str, float | None]]:
    metrics: dict[EventId, CommandMetric] = {}
    for _, own in scored:
        metrics |= own
    found = WorkflowOptimizer(WorkflowOptimization(), 2, 8 * GIB).rank([p for p, _ in scored], metrics, now=NOW)
    return [(i.pattern_id, i.text, i.expected_saving_s) for i in found]


def test_improvements_are_ranked_by_what_they_save_per_week_and_name_the_step() -> None:
    failing = workflow([usual()] * 14 + [usual(fails=True)] * 14, name="failing")
    varying = workflow([usual()] * 9 + [usual(600.0)] * 19, name="varying")
    found = improvements(failing, varying)
    savings = [s for _, _, s in found if s is not None]
    assert savings == sorted(savings, reverse=True)
    assert found[0][0] == "varying"
    assert "`pytest -q` typically takes 10 min, 9 min 30 s above its own good times" in found[0][1]
    assert found[0][2] == pytest.approx(7 * 570, rel=0.05)
    assert any(p == "failing" and "`pytest -q` fails in 14 of 28 occurrences (exit 1)" in t for p, t, _ in found)


def test_pauses_between_steps_are_an_improvement_named_after_the_longest() -> None:
    [(_, text, saving_s)] = improvements(workflow([usual()] * 28))
    assert text.startswith("`git push` waits 6.0 s to be typed; pauses between steps take 10 s of 45 s")
    assert saving_s == pytest.approx(7 * 10, rel=0.05)


def in_seconds(words: str) -> float:
    sizes = {"h": 3600.0, "min": 60.0, "s": 1.0}
    return sum(float(number) * sizes[unit] for number, unit in re.findall(r"([0-9.]+) (h|min|s)\b", words))


@given(st.lists(st.lists(ran, min_size=2, max_size=3), min_size=3, max_size=25), st.floats(0, 600))
def test_no_part_takes_longer_than_the_whole(history: list[list[Ran]], elapsed_s: float) -> None:
    """Whatever the occurrences' own times say, and although steps are left out in some of them."""
    pattern, metrics = workflow(history, steps=("git pull", "git push", "git pull"))
    for occurrence in pattern.occurrences:
        object.__setattr__(occurrence, "elapsed_s", elapsed_s)
    said = [text for _, text, _ in improvements((pattern, metrics))] + [score((pattern, metrics)).worst_reason or ""]
    for text in said:
        if found := re.search(r"waits (.*) to be typed; pauses between steps take (.*) of (.*), a script", text):
            longest_s, pauses_s, whole_s = map(in_seconds, found.groups())
            assert longest_s <= pauses_s <= whole_s, text
        elif found := re.search(r"takes ([^,]* s|[^,]* min|[^,]* h) of (.*)", text):
            assert in_seconds(found[1]) <= in_seconds(found[2]), text
        elif found := re.search(r"fails in (\d+) of (\d+) occurrences", text):
            assert int(found[1]) <= int(found[2]), text


def test_pauses_are_set_against_the_time_of_the_same_clock() -> None:
    pattern, metrics = workflow([usual()] * 28)
    for occurrence in pattern.occurrences:
        object.__setattr__(occurrence, "elapsed_s", 8.0)
    [(_, text, _)] = improvements((pattern, metrics))
    assert "pauses between steps take 10 s of 45 s" in text


def test_a_step_that_comes_twice_and_fails_twice_fails_in_one_occurrence() -> None:
    found = improvements(workflow([[Ran(2.0), Ran(3.0, 1), Ran(3.0, 1)]] * 28, steps=("git pull", "pytest -q", "pytest -q")))
    assert any("`pytest -q` fails in 28 of 28 occurrences" in text for _, text, _ in found)


def test_a_workflow_that_is_not_measured_gets_no_invented_advice() -> None:
    assert improvements(workflow([[Ran(None, None)] * 3] * 30)) == []


def test_undated_improvements_come_last_with_an_unknown_saving() -> None:
    pattern, metrics = workflow([usual()] * 9 + [usual(90.0)] * 19, name="undated")
    for occurrence in pattern.occurrences:
        object.__setattr__(occurrence, "started_at", None)
    found = improvements((pattern, metrics), workflow([usual()] * 28, name="dated"))
    assert [p for p, _, s in found if s is None] == [p for p, _, _ in found][-2:] == ["undated", "undated"]
