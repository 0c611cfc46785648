"""What the newest commands add to what is known: only runs with new commands, each event once, nothing lost."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from vynexus_tui.domain.events import CommandEvent, TimeQuality
from vynexus_tui.domain.identifiers import EventId
from vynexus_tui.domain.patterns import AutomationPotential, Occurrence, Pattern, PatternKind, PatternStep, Schedule, ScheduleType, SlotSpan
from vynexus_tui.domain.settings import RepetitiveTaskDetection
from vynexus_tui.mining.identity import mint_id
from vynexus_tui.mining.merging import Circumstances, as_examples, choose_examples, merge_newest

NOW = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
BY = Circumstances(settings=RepetitiveTaskDetection(), now=NOW, aliases={}, known_targets=())
NO_POTENTIAL = AutomationPotential(score=0.0, frequency_share=0.0, time_saving_share=None, recency_share=None, partial=True)
BUILD = ("docker build -t shop:latest .", "docker push registry.example.org/shop:latest")


def a_pattern(steps: Sequence[str | PatternStep], runs: Sequence[Sequence[int]], schedule: Schedule | None = None) -> Pattern:
    """A pattern with these steps; event number n was typed n hours after the first."""
    whole = tuple(step if isinstance(step, PatternStep) else PatternStep(text=step) for step in steps)
    occurrences = tuple(
        Occurrence(event_ids=tuple(run), session_id=f"s{run[0]}", started_at=NOW - timedelta(hours=100 - run[0]), cwd="/shop")
        for run in runs
    )
    kind = PatternKind.WORKFLOW if len(steps) > 1 else PatternKind.EXACT
    return Pattern(
        pattern_id=mint_id(kind, whole),
        kind=kind,
        steps=whole,
        occurrences=occurrences,
        potential=NO_POTENTIAL,
        worthy=True,
        schedule=schedule,
    )


def merged(stored: Sequence[Pattern], found: Sequence[Pattern], *, first_new: int) -> tuple[Pattern, ...]:
    seen = frozenset(i for p in (*stored, *found) for o in p.occurrences for i in o.event_ids)
    return merge_newest(stored, found, seen=seen, new=frozenset(i for i in seen if int(i) >= first_new), by=BY)


def runs_of(pattern: Pattern) -> list[tuple[int | str, ...]]:
    return [occurrence.event_ids for occurrence in pattern.occurrences]


def test_a_known_pattern_keeps_its_old_runs_and_gains_the_new_ones() -> None:
    known = a_pattern(BUILD, [(1, 2), (11, 12), (21, 22)])
    (after,) = merged([known], [a_pattern(BUILD, [(11, 12), (21, 22), (31, 32)])], first_new=30)
    assert after.pattern_id == known.pattern_id
    assert runs_of(after) == [(1, 2), (11, 12), (21, 22), (31, 32)]
    assert after.potential.score > 0


def test_old_runs_that_only_the_small_look_sees_do_not_count() -> None:
    known = a_pattern(BUILD, [(1, 2), (11, 12), (21, 22)])
    (after,) = merged([known], [a_pattern(BUILD, [(11, 12), (21, 22), (25, 26)])], first_new=30)
    assert after is known


def test_a_run_takes_no_event_that_another_pattern_has() -> None:
    known, other = a_pattern(BUILD, [(1, 2), (11, 12), (21, 22)]), a_pattern(["make release"], [(5,), (15,), (25,)])
    found = a_pattern(BUILD, [(1, 2), (11, 12), (25, 32), (31, 33)])
    after = merged([known, other], [found], first_new=30)
    assert runs_of(after[0]) == [(1, 2), (11, 12), (21, 22), (31, 33)]
    assert after[1] is other


def test_a_run_that_went_on_is_one_run() -> None:
    known = a_pattern(BUILD, [(1, 2), (11, 12), (21,)])
    (after,) = merged([known], [a_pattern(BUILD, [(1, 2), (11, 12), (21, 30)])], first_new=30)
    assert runs_of(after) == [(1, 2), (11, 12), (21, 30)]


def test_what_varies_is_known_best_from_all_runs() -> None:
    slots = (SlotSpan(start=20, end=26, name="tag"),)
    known = a_pattern([PatternStep(text="docker build -t shop:latest .", slots=slots), BUILD[1]], [(1, 2), (11, 12), (21, 22)])
    (after,) = merged([known], [a_pattern(BUILD, [(11, 12), (21, 22), (31, 32)])], first_new=30)
    assert after.steps == known.steps
    assert after.parameter_names == ("tag",)
    assert after.occurrences[-1].slot_values == {}


def test_a_new_pattern_needs_enough_runs_of_its_own() -> None:
    known = a_pattern(["make release"], [(5,), (15,), (25,)])
    found = a_pattern(BUILD, [(25, 30), (31, 32), (33, 34)])
    assert merged([known], [found], first_new=30) == (known,)
    _, new = merged([known], [a_pattern(BUILD, [(25, 30), (31, 32), (33, 34), (35, 36)])], first_new=30)
    assert runs_of(new) == [(31, 32), (33, 34), (35, 36)]


def test_a_routine_with_most_steps_of_a_known_one_waits_for_a_whole_look() -> None:
    known = a_pattern([*BUILD, "kubectl rollout restart deploy/shop"], [(1, 2, 3), (11, 12, 13), (21, 22, 23)])
    variant = a_pattern([BUILD[0], "htop", "kubectl rollout restart deploy/shop"], [(31, 32, 33), (34, 35, 36), (37, 38, 39)])
    assert merged([known], [variant], first_new=30) == (known,)


def test_a_schedule_is_for_the_whole_history_to_find() -> None:
    schedule = Schedule(type=ScheduleType.DAILY, hour=9, minute=0)
    runs = [(n, n + 1) for n in range(30, 50, 2)]
    (new,) = merged([], [a_pattern(BUILD, runs, schedule=schedule)], first_new=30)
    assert new.schedule is None
    assert merged([], [a_pattern(["git push"], [run[:1] for run in runs], schedule=schedule)], first_new=30) == ()
    known = a_pattern(BUILD, [(1, 2), (11, 12), (21, 22)], schedule=schedule)
    (after,) = merged([known], [a_pattern(BUILD, [(11, 12), (21, 22), (31, 32)])], first_new=30)
    assert after.schedule == schedule


def test_examples_are_the_newest_runs_before_the_window_and_no_event_twice() -> None:
    workflow = a_pattern(BUILD, [(n, n + 1) for n in range(0, 20, 2)])
    command = a_pattern(["make release"], [(n,) for n in range(15, 60)])
    chosen = choose_examples([workflow, command], {*range(56, 100)})
    assert [run.event_ids for run in chosen] == [(12, 13), (14, 15), (16, 17), (18, 19), (53,), (54,), (55,)]


def test_every_example_is_a_session_of_its_own() -> None:
    events: dict[EventId, CommandEvent] = {
        n: CommandEvent(
            event_id=n, command="make", sequence_no=n, session_id="one", started_at=NOW, time_quality=TimeQuality.EXACT, origin="hook"
        )
        for n in range(4)
    }
    runs = a_pattern(BUILD, [(0, 1), (2, 3), (8, 9)]).occurrences
    examples = as_examples(runs, events)
    assert [event.event_id for event in examples] == [0, 1, 2, 3], "a command that was deleted is no example"
    assert [event.session_id for event in examples] == ["example 0", "example 0", "example 1", "example 1"]
