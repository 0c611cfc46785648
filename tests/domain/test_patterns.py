"""A pattern says what it is from its own steps and occurrences."""

import pytest

from vynexus_tui.domain.identifiers import PatternId, stable_id, text_sha256
from vynexus_tui.domain.patterns import (
    AutomationPotential,
    Occurrence,
    Pattern,
    PatternKind,
    PatternStep,
    Schedule,
    ScheduleType,
    SlotSpan,
)


def a_pattern() -> Pattern:
    return Pattern(
        pattern_id=PatternId("p"),
        kind=PatternKind.WORKFLOW,
        steps=(
            PatternStep(
                text="docker build -t web:1 .", slots=(SlotSpan(start=16, end=19, name="app"), SlotSpan(start=20, end=21, name="n"))
            ),
            PatternStep(text="ls"),
            PatternStep(text="docker push web:1", slots=(SlotSpan(start=12, end=15, name="app"), SlotSpan(start=16, end=17, name="n"))),
        ),
        occurrences=tuple(Occurrence(event_ids=(i,), session_id=f"s{i % 2}") for i in range(5)),
        potential=AutomationPotential(score=0.8, frequency_share=0.8, time_saving_share=None, recency_share=None, partial=True),
        worthy=True,
    )


def test_what_varies_is_written_by_name() -> None:
    assert a_pattern().title == "docker build -t {app}:{n} . › ls › docker push {app}:{n}"
    assert a_pattern().parameter_names == ("app", "n")


def test_a_name_used_in_two_steps_is_one_shared_parameter() -> None:
    assert a_pattern().bindings == ((0, 2, "app"), (0, 2, "n"))


def test_occurrences_and_sessions_are_counted_from_the_evidence() -> None:
    assert (a_pattern().occurrence_count, a_pattern().session_count) == (5, 2)
    assert a_pattern().last_seen_at is None


def test_ids_depend_on_nothing_but_their_parts() -> None:
    assert stable_id("a", "b") == stable_id("a", "b")
    assert stable_id("a", "b") != stable_id("ab")
    assert text_sha256("\udcff") != text_sha256("?")


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (Schedule(type=ScheduleType.HOURLY, hour=0, minute=5), "hourly, at about :05"),
        (Schedule(type=ScheduleType.DAILY, hour=7, minute=0), "every day at about 07:00"),
        (Schedule(type=ScheduleType.WEEKDAY, hour=17, minute=30), "every weekday at about 17:30"),
        (Schedule(type=ScheduleType.WEEKLY, hour=9, minute=5, weekday=0), "Mondays at about 09:05"),
        (Schedule(type=ScheduleType.MONTHLY, hour=9, minute=0, day_of_month=1), "monthly, on the 1st at about 09:00"),
        (Schedule(type=ScheduleType.MONTHLY, hour=9, minute=0, day_of_month=12), "monthly, on the 12th at about 09:00"),
        (Schedule(type=ScheduleType.MONTHLY, hour=9, minute=0, day_of_month=22), "monthly, on the 22nd at about 09:00"),
        (Schedule(type=ScheduleType.MONTHLY, hour=9, minute=0, day_of_month=31), "monthly, on the last day at about 09:00"),
        (Schedule(type=ScheduleType.MONTHLY, hour=9, minute=0, weekday=1), "monthly, on a Tuesday at about 09:00"),
    ],
)
def test_a_schedule_in_words(when: Schedule, words: str) -> None:
    assert when.words == words
