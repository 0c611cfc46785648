"""Between two whole looks a cycle looks at the newest commands only, and finds what a whole look would: real SQLite, whole cycles."""

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.conftest import routine
from vynexus_tui.domain.automations import AutomationStatus
from vynexus_tui.domain.cycles import CycleReport, PatternHead
from vynexus_tui.domain.patterns import Pattern
from vynexus_tui.domain.settings import RepetitiveTaskDetection
from vynexus_tui.engine import decisions, looks, recording
from vynexus_tui.engine.assembly import Workspace, open_workspace, reading
from vynexus_tui.engine.looks import LookMark
from vynexus_tui.engine.optimization_engine import OptimizationEngine
from vynexus_tui.engine.snapshots import build_snapshot
from vynexus_tui.store import automations_table, cycles_table, patterns_table

DAYS = 90
NOISE = ("htop", "df -h", "free", "who", "man ls", "uptime", "jobs", "date", "w", "id", "git status", "ls", "ls -la", "git diff", "top")
OLD_HABIT = ["tar -czf site.tar.gz site/public", "scp site.tar.gz deploy@web.example.org:/srv/site/"]
NEW_HABIT = ["pandoc report.md --toc -o report.pdf", "cp report.pdf /srv/share/reports/"]


@pytest.fixture(autouse=True)
def small_history(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looks, "ALWAYS_WHOLE_BELOW", 500)
    monkeypatch.setattr(looks, "WINDOW", 400)


def session(cwd: Path, commands: Sequence[str], *, at: datetime) -> list[dict[str, object]]:
    """One shell in which these were typed, half a minute apart."""
    stamps = [(at + timedelta(seconds=30 * number)).timestamp() for number in range(len(commands))]
    shared = {"session": f"{at:%m%d%H}", "cwd": str(cwd), "exit": 0, "duration_ms": 4000}
    return [{"ts": stamp, "cmd": command, **shared} for stamp, command in zip(stamps, commands, strict=True)]


def type_session(workspace: Workspace, cwd: Path, commands: Sequence[str], *, at: datetime) -> None:
    store(workspace, session(cwd, commands, at=at), now=at)


def store(workspace: Workspace, lines: Sequence[dict[str, object]], *, now: datetime) -> None:
    recording.import_history(workspace, None, "\n".join(map(json.dumps, lines)).encode(), source_format="jsonl", now=now)


@pytest.fixture
def grown(workspace: Workspace, project: Path, now: datetime) -> Workspace:
    """Three months of fifteen commands a day, seen whole: a routine every day, and another one that ended a month ago."""
    lines = []
    for day in range(DAYS):
        habits = routine("north" if day % 3 else "south") + (OLD_HABIT if day < 60 and day % 6 == 0 else [])
        commands = [*noise(6, seed=day), *habits, *noise(7, seed=day + DAYS)]
        lines += session(project, commands, at=now - timedelta(days=DAYS - day))
    store(workspace, lines, now=now)
    look(workspace, now)
    assert mark_of(workspace).whole_at == now
    return workspace


def noise(count: int, *, seed: int = 0) -> list[str]:
    """What is typed now and then, and no habit."""
    return random.Random(seed).sample(NOISE * 3, count)


def look(workspace: Workspace, now: datetime) -> CycleReport:
    report = OptimizationEngine(workspace).run_cycle(now)
    assert report.failures == ()
    return report


def mark_of(workspace: Workspace) -> LookMark:
    with reading(workspace) as connection:
        assert connection is not None
        mark = cycles_table.read_result(connection, "mined", LookMark)
    assert mark is not None
    return mark


def patterns_of(workspace: Workspace) -> dict[str, Pattern]:
    with reading(workspace) as connection:
        assert connection is not None
        return {p.title: p for p in patterns_table.read_patterns(connection)}


def heads_of(workspace: Workspace) -> list[PatternHead]:
    with reading(workspace) as connection:
        assert connection is not None
        return patterns_table.read_heads(connection)


def the(workspace: Workspace, words: str) -> Pattern:
    (found,) = [p for title, p in patterns_of(workspace).items() if words in title]
    return found


def test_one_more_run_today_is_added_to_the_habit_and_its_id_stays(grown: Workspace, project: Path, now: datetime) -> None:
    before, whole = the(grown, "sort -u"), mark_of(grown)
    type_session(grown, project, [*noise(3), *routine("west"), *noise(3)], at=now)
    report = look(grown, now + timedelta(hours=1))
    after = the(grown, "sort -u")
    assert mark_of(grown).whole_at == whole.whole_at, "it looked at everything"
    assert (report.new_event_count, report.event_count) == (8, DAYS * 15 + 20 + 8)
    assert after.pattern_id == before.pattern_id
    assert after.occurrence_count == before.occurrence_count + 1
    assert after.occurrences[:-1] == before.occurrences
    assert after.last_seen_at == now + timedelta(seconds=90)
    assert after.steps[0].text == "sort -u data/west.csv -o data/west.sorted.csv", "the steps are not as typed last"
    assert after.occurrences[-1].slot_values == {next(iter(after.parameter_names)): "west"}


def test_even_a_habit_that_was_not_typed_for_weeks_gains_the_one_run_of_today(grown: Workspace, project: Path, now: datetime) -> None:
    before = the(grown, "scp")
    type_session(grown, project, [*noise(3), *OLD_HABIT, *noise(3)], at=now)
    look(grown, now + timedelta(hours=1))
    after = the(grown, "scp")
    assert (after.pattern_id, after.occurrence_count) == (before.pattern_id, before.occurrence_count + 1)
    assert after.potential.score > before.potential.score


def test_what_was_not_typed_lately_stays_listed_as_it_was(grown: Workspace, project: Path, now: datetime) -> None:
    before = the(grown, "scp")
    type_session(grown, project, [*noise(3), *routine("west"), *noise(3)], at=now)
    look(grown, now + timedelta(hours=1))
    assert the(grown, "scp") == before


def test_a_habit_that_lies_wholly_in_the_new_commands_is_found_and_gets_its_script(grown: Workspace, project: Path, now: datetime) -> None:
    for hours in range(3):
        type_session(grown, project, [*noise(2, seed=hours), *NEW_HABIT, *noise(2, seed=hours + 9)], at=now + timedelta(hours=5 * hours))
    report = look(grown, now + timedelta(hours=16))
    assert mark_of(grown).whole_at == now
    assert the(grown, "pandoc").occurrence_count == 3
    assert report.pattern_count == len(patterns_of(grown)) == len(heads_of(grown))


def test_a_habit_is_found_on_the_third_day_although_no_single_cycle_saw_it_three_times(
    grown: Workspace, project: Path, now: datetime
) -> None:
    for hours in range(3):
        assert not any("pandoc" in title for title in patterns_of(grown))
        at = now + timedelta(hours=5 * hours)
        type_session(grown, project, [*noise(2, seed=hours), *NEW_HABIT, *noise(2, seed=hours + 9)], at=at)
        look(grown, at + timedelta(hours=1))
    assert mark_of(grown).whole_at == now
    assert the(grown, "pandoc").occurrence_count == 3


def test_two_quick_cycles_give_what_one_gives(grown: Workspace, project: Path, now: datetime, tmp_path: Path) -> None:
    sessions = [[*noise(3), *routine("west"), *noise(2)], [*noise(2), *routine("south"), *noise(3)]]
    other = copy_of(grown, tmp_path)
    at = [now + timedelta(hours=h) for h in (1, 6)]
    for commands, started_at in zip(sessions, at, strict=True):
        type_session(grown, project, commands, at=started_at)
        look(grown, at[1] + timedelta(hours=1))
        type_session(other, project, commands, at=started_at)
    look(other, at[1] + timedelta(hours=1))
    assert mark_of(grown) == mark_of(other)
    assert mark_of(grown).whole_at == now
    assert patterns_of(grown) == patterns_of(other)
    assert [h.pattern_id for h in heads_of(grown)] == [h.pattern_id for h in heads_of(other)]


def test_after_quick_cycles_the_patterns_are_those_of_a_whole_look(grown: Workspace, project: Path, now: datetime, tmp_path: Path) -> None:
    for hours, commands in enumerate([routine("west"), OLD_HABIT, routine("north")]):
        at = now + timedelta(hours=3 * hours)
        type_session(grown, project, [*noise(2), *commands, *noise(2)], at=at)
        look(grown, now + timedelta(hours=10))
    assert mark_of(grown).whole_at == now
    quick = patterns_of(grown)
    look(grown, now + timedelta(days=1, hours=10))
    assert mark_of(grown).whole_at == now + timedelta(days=1, hours=10)
    whole = patterns_of(grown)
    assert {t: [o.event_ids for o in p.occurrences] for t, p in quick.items()} == {
        t: [o.event_ids for o in p.occurrences] for t, p in whole.items()
    }
    assert {t: p.pattern_id for t, p in quick.items()} == {t: p.pattern_id for t, p in whole.items()}


def test_a_run_that_a_cycle_cut_in_two_is_one_run(grown: Workspace, project: Path, now: datetime) -> None:
    before = the(grown, "sort -u").occurrence_count
    first, second = routine("west")
    type_session(grown, project, [*noise(3), first], at=now)
    look(grown, now + timedelta(minutes=3))
    type_session(grown, project, [second], at=now + timedelta(minutes=4))
    look(grown, now + timedelta(minutes=5))
    after = the(grown, "sort -u")
    assert after.occurrence_count == before + 1
    assert len(after.occurrences[-1].event_ids) == 2


def test_an_event_is_in_one_pattern_only(grown: Workspace, project: Path, now: datetime) -> None:
    for hours in range(4):
        at = now + timedelta(hours=4 * hours)
        type_session(grown, project, [*routine("west"), *OLD_HABIT], at=at)
        look(grown, at + timedelta(hours=1))
    event_ids = [i for p in patterns_of(grown).values() for o in p.occurrences for i in o.event_ids]
    assert len(event_ids) == len(set(event_ids))


def test_what_was_rejected_is_not_offered_again(grown: Workspace, project: Path, now: datetime) -> None:
    with reading(grown) as connection:
        assert connection is not None
        automations = automations_table.read_automations(connection)
    (proposed,) = [a for a in automations if "sort -u" in a.script.text]
    decisions.reject(grown, proposed.name, now=now)
    for hours in range(3):
        at = now + timedelta(hours=4 * hours)
        type_session(grown, project, [*noise(2), *routine("west"), *noise(2)], at=at)
        assert look(grown, at + timedelta(hours=1)).created_count == 0
    assert the(grown, "sort -u").pattern_id == proposed.pattern_id
    found = [h.automation for h in build_snapshot(grown, now=now).automations if "sort -u" in h.automation.script.text]
    assert [a.status for a in found] == [AutomationStatus.REJECTED]


def test_an_old_history_that_is_imported_late_is_looked_at_whole(grown: Workspace, project: Path, now: datetime) -> None:
    for day in range(3):
        type_session(grown, project, [*noise(2, seed=day), *NEW_HABIT, *noise(2)], at=now - timedelta(days=300 + day))
    look(grown, now + timedelta(hours=1))
    assert mark_of(grown).whole_at == now + timedelta(hours=1)
    assert the(grown, "pandoc").occurrence_count == 3


@pytest.mark.parametrize(("new_count", "is_whole"), [(27, False), (28, True)])
def test_more_than_two_percent_new_commands_are_looked_at_with_all_others(
    grown: Workspace, project: Path, now: datetime, new_count: int, is_whole: bool
) -> None:
    assert mark_of(grown).whole_count == DAYS * 15 + 20
    type_session(grown, project, noise(new_count), at=now)
    later = now + timedelta(hours=1)
    look(grown, later)
    assert (mark_of(grown).whole_at == later) == is_whole


def test_many_small_cycles_do_not_put_the_whole_look_off(grown: Workspace, project: Path, now: datetime) -> None:
    at = now
    for _ in range(3):
        at += timedelta(hours=1)
        type_session(grown, project, noise(10), at=at)
        look(grown, at + timedelta(minutes=10))
    assert mark_of(grown).whole_at == at + timedelta(minutes=10)


def test_after_a_day_everything_is_looked_at_again(grown: Workspace, now: datetime) -> None:
    look(grown, now + timedelta(hours=23))
    assert mark_of(grown).whole_at == now
    look(grown, now + timedelta(hours=24))
    assert mark_of(grown).whole_at == now + timedelta(hours=24)


def test_other_settings_are_tried_on_everything(grown: Workspace, now: datetime) -> None:
    stricter = RepetitiveTaskDetection(min_occurrences=20)
    look(replace(grown, settings=replace(grown.settings, repetitive_task_detection=stricter)), now + timedelta(hours=1))
    assert all(p.occurrence_count >= 20 for p in patterns_of(grown).values())


class KilledEngine(OptimizationEngine):
    """Dies after the patterns were written."""

    def _create(self, state: object, now: datetime) -> None:
        raise KeyboardInterrupt


def test_a_whole_look_that_was_killed_half_way_is_done_again(grown: Workspace, now: datetime) -> None:
    later = now + timedelta(days=2)
    with pytest.raises(KeyboardInterrupt):
        KilledEngine(grown).run_cycle(later)
    assert mark_of(grown).whole_at is None
    look(grown, later + timedelta(minutes=5))
    assert mark_of(grown).whole_at == later + timedelta(minutes=5)
    assert build_snapshot(grown, now=later).performance.metric_count == DAYS * 15 + 20


def test_a_quick_look_that_was_killed_half_way_counts_nothing_twice(
    grown: Workspace, project: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looks, "WHOLE_AFTER", timedelta(days=30))
    for day in range(4):
        type_session(grown, project, [*noise(1), *NEW_HABIT, *noise(1)], at=now + timedelta(hours=25 * day))
    with pytest.raises(KeyboardInterrupt):
        KilledEngine(grown).run_cycle(now + timedelta(hours=76))
    before = patterns_of(grown)
    report = look(grown, now + timedelta(hours=77))
    assert patterns_of(grown) == before
    assert report.new_event_count == 0
    head = next(h for h in heads_of(grown) if "pandoc" in h.title)
    assert head.occurrence_count == 4
    assert head.automation_id is not None or head.refusal is not None, "nobody asked whether a script can be made of it"


def test_a_collection_that_fails_takes_no_pattern_away(grown: Workspace, project: Path, now: datetime) -> None:
    before = patterns_of(grown)
    grown.paths.spool_dir.parent.mkdir(parents=True, exist_ok=True)
    grown.paths.spool_dir.symlink_to(project)
    report = OptimizationEngine(grown).run_cycle(now + timedelta(hours=1))
    assert len(report.failures) == 1
    assert patterns_of(grown) == before


def copy_of(workspace: Workspace, folder: Path) -> Workspace:
    home = folder / "copy"
    database = home / workspace.paths.database.relative_to(workspace.paths.home)
    database.parent.mkdir(parents=True)
    for file in workspace.paths.database.parent.glob("vynexus.db*"):
        (database.parent / file.name).write_bytes(file.read_bytes())
    return open_workspace({**workspace.environment, "HOME": str(home)})
