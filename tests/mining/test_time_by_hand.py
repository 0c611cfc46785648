"""How long an occurrence took the person: attention only, and nothing that no script takes over."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from vynexus_tui.domain.events import CommandEvent, TimeQuality
from vynexus_tui.mining.occurrences import time_by_hand

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def typed(*steps: tuple[str, float, float]) -> Sequence[CommandEvent]:
    """(command, seconds since the beginning, duration)."""
    return [
        CommandEvent(
            event_id=number,
            command=command,
            sequence_no=number,
            session_id="s",
            started_at=START + timedelta(seconds=at_s),
            duration_s=took_s,
            time_quality=TimeQuality.EXACT,
        )
        for number, (command, at_s, took_s) in enumerate(steps)
    ]


def test_steps_and_the_gaps_between_them_count() -> None:
    assert time_by_hand(typed(("git pull", 0, 2), ("make", 10, 5))) == (15.0, 15.0)


def test_of_a_long_break_30_seconds_count() -> None:
    assert time_by_hand(typed(("git pull", 0, 2), ("make", 3600, 5))) == (37.0, 37.0)


def test_of_a_long_wait_30_seconds_are_attention_and_all_of_it_is_elapsed() -> None:
    assert time_by_hand(typed(("git pull", 0, 2), ("docker build .", 10, 600), ("docker push x", 618, 40))) == (78.0, 658.0)


@pytest.mark.parametrize("own_work", ["vim README.md", "less app.log", "ssh web01", "python3", "git commit", "psql shop"])
def test_an_editor_a_pager_or_a_session_is_the_persons_own_work(own_work: str) -> None:
    with_it = typed(("git pull", 0, 2), (own_work, 10, 1800), ("make", 1815, 5))
    assert time_by_hand(with_it) == (12.0, 12.0)  # 2 + 5, and the gap of 5 s before make


def test_nothing_but_own_work_is_no_time_that_could_be_given_back() -> None:
    assert time_by_hand(typed(("ssh -i key host", 0, 900))) is None


def test_an_unknown_duration_makes_the_whole_unknown() -> None:
    first, second = typed(("git pull", 0, 2), ("make", 10, 5))
    unknown = CommandEvent(event_id=1, command="make", sequence_no=1, session_id="s", started_at=second.started_at)
    assert time_by_hand([first, unknown]) is None


def test_what_ran_in_another_terminal_is_not_waited_for_twice() -> None:
    assert time_by_hand(typed(("make", 0, 20), ("make docs", 5, 25))) == (30.0, 30.0)
