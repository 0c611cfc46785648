"""Rewriting the past: what was redacted or forgotten is in no file of ours, and does not come back."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vynexus_tui.domain.automations import Automation, AutomationStatus
from vynexus_tui.domain.errors import RequestError
from vynexus_tui.domain.events import Actor
from vynexus_tui.domain.settings import Recording
from vynexus_tui.engine import decisions, forgetting, recording, trials
from vynexus_tui.engine.assembly import Workspace, reading
from vynexus_tui.engine.optimization_engine import OptimizationEngine
from vynexus_tui.engine.snapshots import build_snapshot
from vynexus_tui.store import automations_table, events_table, patterns_table

WORD = "Zebra-Quartz-77"
"""No rule of ours can know that this is a secret."""


def stored(workspace: Workspace) -> list[str]:
    with reading(workspace) as connection:
        return [e.command for e in events_table.read_events(connection, most=1000)] if connection else []


def found_on_disk(workspace: Workspace, word: str) -> list[Path]:
    ours = (workspace.paths.data_dir, workspace.paths.state_dir)
    return [path for folder in ours for path in folder.rglob("*") if path.is_file() and word.encode() in path.read_bytes()]


def import_zsh(workspace: Workspace, *entries: tuple[datetime, str]) -> Path:
    history = workspace.paths.home / ".zsh_history"
    history.write_text("".join(f": {int(at.timestamp())}:2;{command}\n" for at, command in entries))
    recording.import_history(workspace, str(history), now=datetime.now(UTC))
    return history


def test_a_redacted_word_is_in_no_file_of_ours_and_the_command_stays(workspace: Workspace, now: datetime) -> None:
    at = now - timedelta(days=1)
    import_zsh(workspace, (at, f"unlock {WORD} now"), (at + timedelta(minutes=1), "make"))
    assert found_on_disk(workspace, WORD)
    report = forgetting.redact_past(workspace, "Zebra-Q[a-z]+-77", dry_run=False, now=now)
    assert report.event_count == 1
    assert stored(workspace) == ["unlock {{secret:own}} now", "make"]
    assert found_on_disk(workspace, WORD) == []
    assert not report.has_leftover_log


def test_only_the_first_group_goes_where_the_expression_has_one(workspace: Workspace, now: datetime) -> None:
    import_zsh(workspace, (now, f"unlock {WORD} now"))
    forgetting.redact_past(workspace, r"unlock (\S+)", dry_run=False, now=now)
    assert stored(workspace) == ["unlock {{secret:own}} now"]


def test_a_dry_run_says_the_same_and_changes_nothing(workspace: Workspace, now: datetime) -> None:
    history = import_zsh(workspace, (now, f"unlock {WORD}"))
    before = workspace.paths.database.read_bytes()
    report = forgetting.redact_past(workspace, WORD, dry_run=True, now=now)
    assert (report.event_count, report.is_dry) == (1, True)
    assert report.elsewhere == (f"{history} (1 line)",)
    assert workspace.paths.database.read_bytes() == before


def test_a_dry_run_counts_what_the_real_one_changes(workspace: Workspace, proposed: Automation, now: datetime) -> None:
    before = workspace.paths.database.read_bytes()
    dry = forgetting.forget_commands(workspace, r"\bsort -u\b", dry_run=True, now=now)
    assert workspace.paths.database.read_bytes() == before
    done = forgetting.forget_commands(workspace, r"\bsort -u\b", dry_run=False, now=now)
    assert (dry.event_count, dry.changed_automations) == (done.event_count, done.changed_automations) == (24, (proposed.name,))


def test_a_word_that_only_a_try_printed_is_redacted_too(workspace: Workspace, proposed: Automation, project: Path, now: datetime) -> None:
    (project / "data/north.csv").write_text(f"3,{WORD}\n")
    trials.try_automation(workspace, proposed.automation_id, cwd=str(project), arguments=("north",), now=now)
    assert found_on_disk(workspace, WORD)
    forgetting.redact_past(workspace, WORD, dry_run=False, now=now)
    assert found_on_disk(workspace, WORD) == []


def test_what_was_redacted_does_not_come_back_from_the_shells_own_history(workspace: Workspace, now: datetime) -> None:
    history = import_zsh(workspace, (now - timedelta(hours=2), f"unlock {WORD}"), (now - timedelta(hours=1), "make"))
    forgetting.redact_past(workspace, WORD, dry_run=False, now=now)
    history.write_text(history.read_text().replace(": ", ":  ") + f": {int(now.timestamp()) + 60}:0;ls\n")
    recording.import_history(workspace, str(history), now=now)
    other = history.with_name("old_zsh_history")
    other.write_text(history.read_text())
    recording.import_history(workspace, str(other), now=now)
    assert sorted(stored(workspace)) == ["ls", "make", "unlock {{secret:own}}"]
    assert found_on_disk(workspace, WORD) == []


def test_a_script_that_held_the_word_is_live_no_longer(workspace: Workspace, proposed: Automation, project: Path, now: datetime) -> None:
    decisions.edit(workspace, proposed.automation_id, f"{proposed.script.text}\n: {WORD}\n", now=now)
    (automation,) = _automations(workspace)
    trials.try_automation(workspace, automation.automation_id, cwd=str(project), arguments=("north",), now=now)
    (automation,) = _automations(workspace)
    decisions.approve(workspace, automation.automation_id, automation.script.sha256, confirm=automation.name, now=now)
    assert _automations(workspace)[0].status is AutomationStatus.LIVE
    report = forgetting.redact_past(workspace, WORD, dry_run=False, now=now)
    (automation,) = _automations(workspace)
    assert report.changed_automations == (automation.name,)
    assert automation.status is AutomationStatus.NEW
    assert WORD not in automation.script.text
    assert found_on_disk(workspace, WORD) == []
    with pytest.raises(RequestError):
        decisions.undo(workspace, automation.automation_id, now=now)


def test_undo_never_brings_back_what_was_redacted_meanwhile(
    workspace: Workspace, proposed: Automation, project: Path, now: datetime
) -> None:
    decisions.edit(workspace, proposed.automation_id, f"{proposed.script.text}\n: {WORD}\n", now=now)
    (automation,) = _automations(workspace)
    trials.try_automation(workspace, automation.automation_id, cwd=str(project), arguments=("north",), now=now)
    decisions.approve(workspace, automation.automation_id, automation.script.sha256, confirm=automation.name, now=now)
    decisions.retire(workspace, automation.automation_id, now=now)
    forgetting.redact_past(workspace, WORD, dry_run=False, now=now)
    with pytest.raises(RequestError):
        decisions.undo(workspace, now=now)
    assert _automations(workspace)[0].status is AutomationStatus.RETIRED
    assert found_on_disk(workspace, WORD) == []


def test_a_name_or_session_that_holds_the_word_is_rewritten_too(workspace: Workspace, now: datetime) -> None:
    line = json.dumps({"cmd": "make", "ts": now.timestamp(), "session": f"s-{WORD}", "host": WORD, "shell": "bash", "cwd": f"/{WORD}"})
    recording.import_history(workspace, None, line.encode(), source_format="jsonl", now=now)
    forgetting.redact_past(workspace, WORD, dry_run=False, now=now)
    assert found_on_disk(workspace, WORD) == []


def test_patterns_keep_their_identity_when_a_word_in_them_goes(workspace: Workspace, proposed: Automation, now: datetime) -> None:
    with reading(workspace) as connection:
        assert connection is not None
        before = {p.pattern_id for p in patterns_table.read_patterns(connection)}
    forgetting.redact_past(workspace, "north", dry_run=False, now=now)
    OptimizationEngine(workspace).run_cycle(now)
    with reading(workspace) as connection:
        assert connection is not None
        after = {p.pattern_id for p in patterns_table.read_patterns(connection)}
    assert before & after
    assert found_on_disk(workspace, "north") == []


def test_forgotten_commands_are_gone_with_what_was_proposed_from_them(workspace: Workspace, proposed: Automation, now: datetime) -> None:
    count = len(stored(workspace))
    report = forgetting.forget_commands(workspace, r"\bsort -u\b", dry_run=False, now=now)
    assert report.event_count == 24
    assert report.changed_automations == (proposed.name,)
    assert len(stored(workspace)) == count - 24
    assert found_on_disk(workspace, "sort -u") == []
    OptimizationEngine(workspace).run_cycle(now)
    assert all("sort -u" not in head.title for head in build_snapshot(workspace, now=now).patterns)


def test_forgotten_commands_do_not_come_back_but_new_ones_are_recorded(workspace: Workspace, now: datetime) -> None:
    history = import_zsh(workspace, (now - timedelta(hours=2), "secret-plan"), (now - timedelta(hours=1), "make"))
    forgetting.forget_commands(workspace, "secret-plan", dry_run=False, now=now)
    lines = history.read_text()
    history.write_text(": 1:0;first\n" + lines + f": {int(now.timestamp()) + 60}:0;secret-plan\n")
    recording.import_history(workspace, str(history), now=now + timedelta(minutes=2))
    assert stored(workspace).count("secret-plan") == 1


def test_everything_before_a_day_goes_and_is_never_imported_again(workspace: Workspace, now: datetime) -> None:
    entries = [(now - timedelta(days=days), f"job {days}") for days in (90, 60, 30, 1)]
    history = import_zsh(workspace, *entries)
    report = forgetting.forget_before(workspace, now - timedelta(days=45), dry_run=False, now=now)
    assert report.event_count == 2
    other = history.with_name("backup_zsh_history")
    other.write_text(history.read_text())
    recording.import_history(workspace, str(other), now=now)
    assert stored(workspace) == ["job 30", "job 1"]
    assert found_on_disk(workspace, "job 90") == []


def test_the_retention_of_the_settings_is_kept_by_every_cycle(workspace: Workspace, now: datetime) -> None:
    import_zsh(workspace, (now - timedelta(days=40), "old"), (now - timedelta(days=1), "young"))
    settings = replace(workspace.settings, recording=Recording(retention_days=30))
    OptimizationEngine(replace(workspace, settings=settings)).run_cycle(now)
    assert stored(workspace) == ["young"]


def test_the_command_that_names_the_secret_is_never_stored(workspace: Workspace, now: datetime) -> None:
    import_zsh(workspace, (now, f"vynexus redact {WORD}"), (now, f"sudo vy forget --command {WORD} --yes"), (now, "vynexus status"))
    assert stored(workspace) == ["vynexus status"]
    with reading(workspace) as connection:
        assert connection is not None
        assert [e.actor for e in events_table.read_events(connection, most=9)] == [Actor.AUTOMATION]


@pytest.mark.parametrize("expression", ["(", "", "x*"])
def test_an_expression_that_is_none_or_matches_everything_is_refused(workspace: Workspace, now: datetime, expression: str) -> None:
    import_zsh(workspace, (now, "make"))
    with pytest.raises(RequestError):
        forgetting.redact_past(workspace, expression, dry_run=False, now=now)
    assert stored(workspace) == ["make"]


def _automations(workspace: Workspace) -> list[Automation]:
    with reading(workspace) as connection:
        return automations_table.read_automations(connection) if connection else []
