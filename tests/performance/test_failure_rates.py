"""What is a failure, and when it became frequent."""

import random
from datetime import UTC, datetime

import pytest

from vynexus_tui.domain.runs import CommandMetric
from vynexus_tui.performance.failure_rates import fails_often, find_failure_change, is_failure


def outcome(command: str, exit_code: int | None, family: str | None = None) -> bool | None:
    metric = CommandMetric(
        family=family or command.split()[0],
        command=command,
        started_at=datetime(2025, 1, 1, tzinfo=UTC),
        duration_s=1.0,
        exit_code=exit_code,
    )
    return is_failure(metric)


@pytest.mark.parametrize("code", [129, 130, 141, 143, 148])
def test_what_somebody_stopped_did_not_fail(code: int) -> None:
    assert outcome("make all", code) is None


def test_an_unknown_status_is_not_a_success() -> None:
    assert outcome("make all", None) is None


@pytest.mark.parametrize("command", ["grep foo bar", "diff a b", "test -f x", "[ -f x ]", "cat x | grep y", "cd src; rg foo"])
def test_status_1_of_a_program_that_answers_with_it_is_an_answer(command: str) -> None:
    assert outcome(command, 1) is False
    assert outcome(command, 2) is True


def test_the_answering_program_may_have_a_sub_command() -> None:
    assert outcome("git diff --exit-code", 1, "git diff") is False
    assert outcome("make && git diff --exit-code", 1) is False
    assert outcome("git push", 1, "git push") is True


@pytest.mark.parametrize("code", [1, 2, 126, 127, 137, 255])
def test_anything_else_but_0_failed(code: int) -> None:
    assert outcome("pytest -q", code) is True


def series(seed: int, before: float, after: float | None = None, *, at: int = 80, size: int = 160) -> list[bool]:
    r = random.Random(f"failures {seed}")
    return [r.random() < (before if after is None or i < at else after) for i in range(size)]


@pytest.mark.parametrize("rate", [0.02, 0.15, 0.3])
def test_a_steady_failure_rate_is_not_a_change(rate: float) -> None:
    alarmed = 0
    for seed in range(40):
        values = series(seed, rate)
        changes = (find_failure_change(values[:end]) for end in range(18, 161))
        alarmed += any(c is not None and c.is_confirmed for c in changes)
    assert alarmed <= 1


@pytest.mark.parametrize(("before", "within"), [(0.02, 12), (0.05, 20)])
def test_a_jump_to_six_of_ten_is_found_within_a_few_executions(before: float, within: int) -> None:
    found = 0
    for seed in range(30):
        values = series(seed, before, 0.6)
        assert find_failure_change(values[:80]) is None
        found += any(find_failure_change(values[:end]) is not None for end in range(81, 81 + within))
    assert found >= 27


def test_the_change_is_told_in_counts() -> None:
    change = find_failure_change([False] * 60 + [True] * 6)
    assert change is not None
    assert change.after_count == 6
    assert change.before_count == 0
    assert change.is_confirmed


def test_fewer_failures_are_no_finding() -> None:
    assert find_failure_change([True] * 40 + [False] * 40) is None


def test_nothing_is_claimed_without_a_past() -> None:
    assert find_failure_change([False] * 10 + [True] * 8) is None


def test_failing_often_needs_to_be_sure() -> None:
    assert not fails_often([True] * 4 + [False] * 8)
    assert fails_often([True] * 6 + [False] * 6)
    assert not fails_often([True] * 9)
    assert not fails_often([True] * 20 + [False] * 100)
