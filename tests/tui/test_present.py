from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.builders import (
    NOW,
    SCRIPT,
    a_busy_snapshot,
    a_finding,
    a_pattern_head,
    a_potential,
    a_sample,
    a_saving,
    a_snapshot,
    a_trial,
    a_tried_automation,
    a_workflow,
    an_automation,
)
from vynexus_tui.domain.automations import Action, AutomationStatus, Refusal, RefusalReason, Risk, RiskLevel
from vynexus_tui.domain.cycles import RecordingState
from vynexus_tui.domain.events import CountQuality
from vynexus_tui.domain.findings import FindingKind, PerformanceReport
from vynexus_tui.domain.runs import SavingsSummary
from vynexus_tui.domain.trials import ChangeKind, FileChange, SandboxCapability, SandboxLevel, TrialStep, Verdict
from vynexus_tui.tui.present import automations, bottlenecks, header, patterns, possible, review, savings, trial, workflows
from vynexus_tui.tui.present.content import labelled, shown, shown_lines
from vynexus_tui.tui.present.filtering import matches
from vynexus_tui.tui.present.glyphs import ASCII, UNICODE, choose_glyphs
from vynexus_tui.tui.present.start_page import next_step
from vynexus_tui.tui.present.tabs import tabs
from vynexus_tui.tui.present.view import View
from vynexus_tui.tui.present.wrapping import wrapped
from vynexus_tui.tui.screens.main import SPECS
from vynexus_tui.tui.theme import choose_theme

HOSTILE = "[@click=app.quit]\x1b]2;PWNED\x1b\\[/]\u202e"


def a_view(snapshot=None, **given):
    return View(**{"snapshot": snapshot or a_busy_snapshot(), "now": NOW, "home": "/home/ada"} | given)


def ranked(spec, view, sort=0):
    return [row.key for row in sorted(spec.rows(view), key=lambda row: (row.ranks[sort], row.key))]


# ---- automations


def test_what_needs_the_person_comes_first_and_what_is_over_last():
    order = ranked(automations.LIST, a_view())
    assert order[:5] == ["id-release-notes", "id-ship-it", "id-bump-and-test", "id-csv-to-json", "id-resize-image"]
    assert order[-1] == "id-old-thing"


def test_the_title_counts_what_needs_the_person():
    assert automations.note(a_view()) == "5 need you"
    assert automations.note(a_view(a_snapshot(automations=(an_automation(),)))) == "1 needs you"
    assert automations.note(a_view(a_snapshot(automations=(an_automation(status=AutomationStatus.LIVE),)))) == "none needs you"


@pytest.mark.parametrize("status", list(AutomationStatus))
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_a_status_is_a_word_as_well_as_a_mark(status, glyphs):
    view = a_view(a_snapshot(automations=(an_automation(status=status, trial=a_trial(), run_count=4, failed_count=1),)), glyphs=glyphs)
    row = automations.rows(view)[0]
    assert row.cells[2].plain == status.value
    assert len(row.cells[0].plain) == 1
    assert glyphs is UNICODE or row.cells[0].plain.isascii()


def test_marks_of_different_statuses_differ():
    for glyphs in (UNICODE, ASCII):
        marks = [glyphs.mark(status).plain for status in AutomationStatus] + [glyphs.trying.plain]
        assert len(set(marks)) == len(marks)


def test_a_running_trial_is_a_state_of_the_row():
    row = automations.rows(a_view(a_snapshot(automations=(an_automation(),)), trying="id-bump-and-test"))[0]
    assert row.status == "trying"
    assert row.cells[-1].plain == "running in the sandbox"


def test_last_results():
    view = a_view()
    last = {row.key: row.cells[-1].plain for row in automations.rows(view)}
    assert last["id-bump-and-test"] == "passed: changes 2 files"
    assert last["id-csv-to-json"] == "stopped itself: failed 3 times in a row"
    assert last["id-pytest-changed"] == "ran 41×, 100 %"
    assert last["id-prune-logs"] == "not run yet"


def test_unmeasured_savings_are_a_dash_and_costs_are_negative():
    saved = {row.key: row.cells[4].plain for row in automations.rows(a_view())}
    assert saved["id-prune-logs"] == "–"
    assert saved["id-csv-to-json"] == "cost 12 s"
    assert saved["id-pytest-changed"] == "18 min"


def test_the_preview_says_what_a_would_do_before_the_script():
    text = automations.preview(a_view(), "id-bump-and-test").plain
    assert text.index("passed: changes 2 files") < text.index("approves it at once") < text.index(": step 1") < text.index("src/app.py")
    assert "adds the command  bump-and-test [part]" in text
    assert "38 times in 12 sessions, 17 s each by hand" in text


@pytest.mark.parametrize(
    ("status", "title"),
    [
        (AutomationStatus.NEW, "If you approve"),
        (AutomationStatus.TRIED, "If you approve"),
        (AutomationStatus.LIVE, "What is installed"),
        (AutomationStatus.FAILING, "What is installed, stopped"),
        (AutomationStatus.PAUSED, "What is installed, paused"),
        (AutomationStatus.REJECTED, "Nothing is installed"),
    ],
)
def test_the_part_about_approving_is_called_what_it_is(status, title):
    assert review.approval_title(an_automation(status=status)) == title


def test_a_pattern_that_is_not_listed_is_not_called_chosen_commands():
    view = a_view(a_snapshot())
    assert "commands you chose" in automations.evidence(an_automation(), view).plain
    hidden = an_automation(status=AutomationStatus.REJECTED, pattern_id="p-hidden")
    assert "not among those listed" in automations.evidence(hidden, view).plain
    assert "Its pattern is not among those listed" in review.why(hidden, view).plain


def test_a_parameter_without_default_is_shown_as_required():
    head = an_automation()
    parameters = (replace(head.automation.parameters[0], name="path", default=None), *head.automation.parameters)
    assert automations.usage(parameters) == "<path> [part]"


def test_the_preview_of_a_vanished_row_is_nothing():
    assert all(spec.preview(a_view(), "gone") is None for spec in SPECS)


# ---- consent and keys


def test_one_key_only_after_a_clean_trial_of_this_script():
    head = a_tried_automation()
    assert possible.why_not(Action.APPROVE, head, a_view()) is None
    assert "approves it at once" in automations.approval(head, None).plain
    stale = replace(head, trial=a_trial("echo other"))
    assert "the script changed since the try" in possible.why_not(Action.APPROVE, stale, a_view())
    assert "try it first (s)" in possible.why_not(Action.APPROVE, replace(head, trial=None), a_view())


@pytest.mark.parametrize("verdict", [Verdict.FAILED, Verdict.ASKS_FOR_INPUT, Verdict.CUT_OFF])
def test_a_failed_trial_says_why_it_blocks(verdict):
    head = a_tried_automation(trial=a_trial(verdict=verdict, limit="30 s", reason="step 1 failed"))
    reason = possible.why_not(Action.APPROVE, head, a_view())
    assert reason == f"not approved: {head.trial.headline}"


def test_the_red_list_is_shown_before_the_name_is_typed():
    change = FileChange(path="/home/ada/.bashrc", kind=ChangeKind.DELETE, type="file")
    head = a_tried_automation(trial=a_trial(changes=(change,)), risk=Risk(level=RiskLevel.HIGH, reasons=("needs sudo",)))
    text = automations.approval(head, None).plain
    for reason in ("type its name", "deletes 1 path", "outside /home/ada/src/shop", "executed later", "needs sudo"):
        assert reason in text


@pytest.mark.parametrize("verb", list(Action))
@pytest.mark.parametrize("status", list(AutomationStatus))
def test_every_key_either_works_or_gives_a_reason(status, verb):
    head = an_automation(status=status, trial=a_trial())
    reason = possible.why_not(verb, head, a_view())
    assert reason is None or len(reason) > 10
    assert possible.why_not(verb, None, a_view()) == possible.NO_ROW


def test_one_try_at_a_time():
    assert "one try at a time" in possible.why_not(Action.TRY, an_automation(), a_view(trying="other"))


def test_a_pattern_with_an_automation_is_neither_snoozed_nor_made_again():
    made = a_pattern_head(automation_id="id-x")
    assert possible.why_not_make(made)
    assert possible.why_not_snooze(made)
    assert possible.why_not_make(a_pattern_head()) is None
    assert possible.why_not_snooze(a_pattern_head()) is None


# ---- trials


def test_no_screen_ever_says_safe_or_ok():
    view = a_view(a_busy_snapshot())
    texts = [spec.preview(view, row.key).plain for spec in SPECS for row in spec.rows(view)]
    texts += [review.sandbox(h, view, "", "~").plain + review.approval(h, view).plain for h in view.snapshot.automations]
    words = {w.strip(".,:;").lower() for text in texts for w in text.split()}
    assert words.isdisjoint({"safe", "ok", "safely"})


def test_the_result_shows_steps_changes_diffs_output_and_what_is_not_known():
    result = trial.result(
        a_trial(not_known=("what the server would answer",), stderr="warning: x\n"), a_tried_automation().automation.script.sha256, a_view()
    )
    text = result.plain
    for expected in (
        "passed: changes 2 files  6 min ago · this exact script",
        "exit 0   4.1 s   cpu 2.8 s   peak 96 MB",
        "1  passed        python tools/bump.py",
        "Would change 2 paths from ~/src/shop",
        "M src/app.py  modify, +1 −1",
        '-VERSION = "1.2"',
        "A .pytest_cache  create, dir, 12 entries",
        "Network   not used",
        "what the server would answer",
        "41 passed in 2.31s",
        "warning: x",
    ):
        assert expected in text


def test_a_trial_of_another_script_is_not_called_this_one():
    assert "an earlier version of the script" in trial.about(a_trial(), "0" * 64, a_view()).plain


def test_a_script_that_was_only_read_is_not_said_to_change_nothing():
    static = a_trial(
        level=SandboxLevel.STATIC,
        verdict=Verdict.NOT_TRIED,
        changes=(),
        calls=("git", "pytest"),
        network_attempted=None,
        reason="no user namespaces",
    )
    text = trial.result(static, static.script_sha256, a_view()).plain
    assert "nothing was executed" in text
    assert "git, pytest" in text
    assert "Would change" not in text
    assert "Network   not known" in text


def test_the_network_step_is_named():
    steps = (TrialStep(number=1, text="a", outcome="passed"), TrialStep(number=2, text="curl x", outcome="failed"))
    stopped = a_trial(verdict=Verdict.STOPS_AT_NETWORK, exit_code=6, steps=steps, network_attempted=True)
    text = trial.result(stopped, stopped.script_sha256, a_view()).plain
    assert text.startswith("stops at network, step 2 of 2")
    assert "asked for, and refused" in text


def test_changes_outside_the_folder_keep_their_whole_path_and_warnings():
    changes = (
        FileChange(path="/etc/cron.d/x", kind=ChangeKind.CREATE, type="file", warning="setuid", size_bytes=12),
        FileChange(path="/home/ada/src/shopping/a", kind=ChangeKind.RENAME, type="file", renamed_from="/home/ada/b"),
    )
    text = trial.changes(a_trial(changes=changes), a_view()).plain
    assert "A /etc/cron.d/x  create, 12 B" in text
    assert "setuid" in text
    assert "R ~/src/shopping/a from ~/b" in text


def test_what_git_keeps_for_itself_is_one_line_after_everything_else():
    def change(name, kind=ChangeKind.CREATE, **given):
        return FileChange(path=f"/home/ada/src/shop/{name}", kind=kind, type="file", **given)

    own = tuple(change(f".git/objects/{i:02}/x") for i in range(20))
    listed = (change("notes"), change(".git/hooks/pre-commit"), change(".git/odd", warning="setuid"))
    tried = a_trial(changes=(*own, change(".git/index", ChangeKind.MODIFY), *listed))
    rows = trial.changes(tried, a_view()).plain.splitlines()
    assert rows[0] == "Would change 24 paths from ~/src/shop"
    assert rows[-1].strip() == "21 files below .git/ (git's own)  20 create, 1 modify"
    assert "objects" not in "".join(rows)
    assert [name for name in ("notes", "pre-commit", "odd") if not any(name in row for row in rows[1:-1])] == []


def test_a_few_changes_below_git_are_listed_like_others():
    few = tuple(FileChange(path=f"/home/ada/src/shop/.git/{n}", kind=ChangeKind.MODIFY, type="file") for n in ("HEAD", "index"))
    assert "M .git/HEAD" in trial.changes(a_trial(changes=few), a_view()).plain


def test_a_thousand_changes_are_counted_not_listed():
    changes = tuple(FileChange(path=f"/home/ada/src/shop/{i}", kind=ChangeKind.CREATE, type="file") for i in range(1000))
    text = trial.changes(a_trial(changes=changes), a_view()).plain
    assert "Would change 1,000 paths" in text
    assert "and 800 more" in text


def test_diff_headers_do_not_count_as_changed_lines():
    assert trial.diff_counts("--- a\n+++ b\n@@\n-x\n+y\n+z\n") == "+2 −1"


def test_without_a_sandbox_the_failed_stage_and_the_repair_are_shown():
    none = SandboxCapability(level=SandboxLevel.STATIC, failed_stage="unshare: EPERM", repair="sysctl kernel.unprivileged_userns_clone=1")
    text = review.sandbox(an_automation(), a_view(a_snapshot(sandbox=none)), "", "~").plain
    assert "only reads the script" in text
    assert "unshare: EPERM" in text
    assert "sysctl" in text
    assert trial.capability(SandboxCapability(level=SandboxLevel.FULL)) is None


# ---- patterns, bottlenecks, workflows


def test_patterns_best_first_and_what_gets_no_script_dim():
    rows = {row.key: row for row in patterns.rows(a_view())}
    assert not rows["p-bump"].is_quiet
    assert rows["p-ssh {host}"].is_quiet
    assert ranked(patterns.LIST, a_view())[0].startswith("p-git add")
    assert ranked(patterns.LIST, a_view(), sort=1)[0].startswith("p-git add")


def test_a_refusal_is_shown_with_its_reason_and_the_way_on():
    refusal = Refusal(pattern_id=None, reason=RefusalReason.PRIVILEGED, detail="sudo asks for a password")
    text = patterns.preview(a_view(a_snapshot(patterns=(a_pattern_head("sudo x", refusal=refusal),))), "p-sudo x").plain
    assert "privileged" in text
    assert "sudo asks for a password" in text
    assert "y copies its commands" in text


def test_the_potential_is_split_and_an_unknown_share_is_named():
    pattern = a_pattern_head("x", potential=a_potential(0.7, time_saving_share=None, partial=True))
    text = patterns.preview(a_view(a_snapshot(patterns=(pattern,))), "p-x").plain
    assert "partial" in text
    assert "time saving  not known" in text
    assert ".85" in text
    assert ".95" in text


def test_what_was_not_counted_has_no_number_anywhere():
    unknown = a_pattern_head("make", pattern_id="p-make", count_quality=CountQuality.DEDUPED, occurrence_count=777)
    made = an_automation(pattern_id="p-make")
    view = a_view(a_snapshot(patterns=(unknown, a_pattern_head("ls", occurrence_count=3)), automations=(made,)))
    row = next(row for row in patterns.rows(view) if row.key == "p-make")
    assert row.cells[1].plain == "–"
    assert matches(row, "unknown")
    assert ranked(patterns.LIST, view, sort=1)[-1] == "p-make"
    texts = [patterns.preview(view, "p-make").plain, automations.evidence(made, view).plain]
    assert all("count unknown (its history keeps one copy of each command)" in text for text in texts)
    assert not any("777" in text for text in texts)


def test_bottlenecks_are_ranked_by_what_they_cost():
    assert ranked(bottlenecks.LIST, a_view()) == ["regression:npm run build", "slow:docker build", "failures:pytest"]
    text = bottlenecks.preview(a_view(), "regression:npm run build").plain
    assert "at least 7 min a week" in text
    assert "keep the cache" in text


def test_unmeasured_is_not_the_same_as_nothing_found():
    nothing = bottlenecks.empty(a_view(a_snapshot(performance=PerformanceReport(missing="this history has no durations")))).plain
    assert "no durations" in nothing
    assert "Nothing costs" in bottlenecks.empty(a_view(a_snapshot(performance=PerformanceReport(metric_count=50)))).plain


def test_an_unscored_workflow_is_last_and_says_what_is_missing():
    view = a_view()
    assert ranked(workflows.LIST, view)[-1] == "p-cd"
    assert "hook measures durations" in workflows.preview(view, "p-cd").plain
    assert "run pytest before bump  (40 s a week)" in workflows.preview(view, "p-bump").plain


def test_two_findings_of_one_command_are_two_rows():
    report = PerformanceReport(findings=(a_finding(), a_finding(kind=FindingKind.FAILURES)))
    assert len(bottlenecks.rows(a_view(a_snapshot(performance=report)))) == 2


# ---- savings


def test_the_headline_is_the_lower_bound():
    assert savings.headline(SavingsSummary(savings=(a_saving(),))) == "saved at least 17 min"  # 17 min 50 s
    assert savings.headline(SavingsSummary(savings=(a_saving(low_s=-120.0),))) == "cost up to 2 min"
    assert savings.headline(SavingsSummary()) == "nothing saved yet"


def test_a_loss_is_a_cost_and_never_a_negative_saving():
    loss = a_saving(low_s=-43.0, saved_s=-20.0, high_s=-3.0, saved_by_day_s=((NOW.date().isoformat(), -20.0),))
    view = a_view(a_snapshot(savings=SavingsSummary(savings=(loss,)), automations=(an_automation("pytest-changed", saved_low_s=-43.0),)))
    texts = [savings.headline(view.snapshot.savings), savings.preview(view, loss.automation_id).plain, savings.totals(view).plain]
    texts += [cell.plain for spec in SPECS for row in spec.rows(view) for cell in row.cells]
    assert not [text for text in texts if "−" in text]
    assert "Cost up to   43 s" in texts[1]
    assert "cost up to 43 s" in texts
    assert "at least" not in " ".join(texts).lower()


def test_without_a_baseline_lines_are_counted_and_no_minutes_shown():
    counted = a_saving(baseline=None, saved_s=None, low_s=None, high_s=None)
    view = a_view(a_snapshot(savings=SavingsSummary(savings=(counted,))))
    assert savings.headline(view.snapshot.savings) == "41 runs, no times measured"
    text = savings.preview(view, counted.automation_id).plain
    assert "123 lines not typed" in text
    assert "min" not in text.replace("minus", "")


def test_days_without_runs_are_zero_and_the_last_day_is_today():
    by_day = savings.by_day(SavingsSummary(savings=(a_saving(saved_by_day_s=(("2026-11-20", 60.0),)),)), NOW, 7)
    assert len(by_day) == 7
    assert by_day[-1][0] == NOW.astimezone().date()
    assert [seconds for _, seconds in by_day] == [0, 0, 0, 0, 60.0, 0, 0]


# ---- top line, filter, tabs


@pytest.mark.parametrize("width", [20, 60, 80, 120, 200])
def test_the_top_line_fills_its_width_exactly(width):
    assert header.header(a_view(), header.Status(next_cycle_at=NOW + timedelta(minutes=3)), width).cell_length == width


def test_a_failed_cycle_names_the_key_that_tries_again():
    assert "last cycle failed · R" in header.header(a_view(), header.Status(last_cycle_failed=True), 120).plain
    assert "looking…" in header.header(a_view(), header.Status(is_looking=True), 120).plain
    assert "next look in 3 min" in header.header(a_view(), header.Status(next_cycle_at=NOW + timedelta(minutes=3)), 120).plain


def test_a_frozen_or_unreadable_view_says_so():
    assert header.banner(header.Status()) is None
    assert "FROZEN" in header.banner(header.Status(frozen_at=NOW)).plain
    assert "database: disk is full" in header.banner(header.Status(frozen_at=NOW, database_error="disk is full")).plain


def test_what_the_machine_does_not_say_is_left_out():
    silent = replace(a_sample(), cpu_share=None, load_1min=None, own_cpu_share=None)
    line = header.machine([silent], UNICODE, 120).plain
    assert "cpu " not in line.replace("% cpu", "")
    assert "load" not in line
    assert header.machine([], UNICODE, 120).plain == ""


def test_a_filter_has_words_negations_and_a_status():
    row = automations.rows(a_view())[0]
    assert matches(row, "")
    assert matches(row, "BUMP pytest")
    assert not matches(row, "bump nothing")
    assert matches(row, "!docker")
    assert not matches(row, "!bump")
    assert matches(row, "status:tried")
    assert not matches(row, "status:live")
    assert not matches(row, "!status:tried")


def test_what_is_live_is_found_also_when_it_fails():
    rows = {row.key: row for row in automations.rows(a_view())}
    assert [key for key, row in rows.items() if matches(row, "status:live")] == [
        "id-csv-to-json",
        "id-pytest-changed",
        "id-fetch-rates",
        "id-prune-logs",
    ]
    assert [key for key, row in rows.items() if matches(row, "status:failing")] == ["id-csv-to-json"]


def test_tabs_count_and_fit():
    line = tabs(SPECS, "automations", {spec.panel_id: len(spec.rows(a_view())) for spec in SPECS}, a_view(), 80)
    assert line.plain.strip() == "1 Automations ◆5   2 Patterns 8   3 Bottlenecks 3   4 Workflows 3   5 Saved"
    assert line.cell_length <= 80


def test_nothing_yet_says_what_would_fill_it_and_which_key():
    empty = a_view(a_snapshot(recording=RecordingState()))
    for spec in SPECS:
        assert len(spec.empty(empty).plain) > 10
    assert "F shows what your shell history holds" in patterns.LIST.empty(empty).plain
    assert "m on one of them" in automations.empty(a_view(a_snapshot(patterns=(a_pattern_head(),)))).plain
    assert "F imports your history" in next_step(empty).plain


def test_glyphs_follow_the_setting_and_the_locale():
    assert choose_glyphs("auto", "UTF-8") is UNICODE
    assert choose_glyphs("auto", "ANSI_X3.4-1968") is ASCII
    assert choose_glyphs("ascii", "UTF-8") is ASCII
    assert ASCII.bar(0.8).plain.isascii()
    assert UNICODE.bar(1.0).plain == "━━━━━━ 1.0"
    assert UNICODE.bar(0.0).plain == "╌╌╌╌╌╌ .00"


def test_curves_never_leave_their_blocks():
    assert UNICODE.curve([0, 0.5, 2.0], top=1.0) == "▁▅█"
    assert UNICODE.curve([0.0, 0.0]) == "▁▁"
    assert UNICODE.curve([]) == ""


# ---- hostile text everywhere


def test_hostile_text_in_every_field_stays_text():
    change = FileChange(path=f"/home/ada/{HOSTILE}", kind=ChangeKind.MODIFY, type="file", diff=f"+{HOSTILE}\n", warning=HOSTILE)
    steps = (TrialStep(number=1, text=HOSTILE, outcome="passed"),)
    evil = a_trial(
        SCRIPT,
        changes=(change,),
        steps=steps,
        stdout=HOSTILE,
        stderr=HOSTILE,
        not_known=(HOSTILE,),
        arguments=(HOSTILE,),
        cwd=f"/{HOSTILE}",
    )
    head = a_tried_automation(
        HOSTILE, trial=evil, summary=HOSTILE, adds=(HOSTILE,), shortcut_path=HOSTILE, risk=Risk(level=RiskLevel.HIGH, reasons=(HOSTILE,))
    )
    snapshot = a_snapshot(
        automations=(head,),
        patterns=(
            a_pattern_head(HOSTILE, reasons=(HOSTILE,), refusal=Refusal(pattern_id=None, reason=RefusalReason.SYNTAX, detail=HOSTILE)),
        ),
        performance=PerformanceReport(findings=(a_finding(HOSTILE, fact=HOSTILE),), busiest=((HOSTILE, 1.0),)),
        workflows=(a_workflow(HOSTILE, worst_step=HOSTILE, worst_reason=HOSTILE, missing=HOSTILE),),
        savings=SavingsSummary(savings=(a_saving(HOSTILE),)),
        recording=RecordingState(hooked_shells=(HOSTILE,)),
    )
    view = a_view(snapshot)
    contents = [header.header(view, header.Status(database_error=HOSTILE), 200), header.banner(header.Status(database_error=HOSTILE))]
    for spec in SPECS:
        for row in spec.rows(view):
            contents += [*row.cells, spec.preview(view, row.key)]
    contents += [
        review.title(head, view),
        review.origin(head, view),
        review.script(HOSTILE, 60),
        review.approval(head, view),
        review.sandbox(head, view, HOSTILE, HOSTILE),
    ]
    for content in contents:
        assert "\x1b" not in content.plain
        assert "\u202e" not in content.plain
        assert all("click" not in str(span.style) for span in content.spans)
    assert "[@click=app.quit]" in automations.rows(view)[0].cells[1].plain


def test_a_long_script_line_is_folded_never_cut():
    text = "echo " + "a" * 300 + " ; rm -rf /tmp/hidden"
    folded = review.script(text, 60)
    assert max(len(line) for line in folded.plain.splitlines()) <= 60
    assert "".join(line[5:] for line in folded.plain.splitlines()).replace(" ", "") == text.replace(" ", "")


def test_changes_inside_the_folder_come_before_those_outside():
    changes = (
        FileChange(path="/etc/x", kind=ChangeKind.CREATE, type="file"),
        FileChange(path="/home/ada/src/shop/y", kind=ChangeKind.CREATE, type="file"),
    )
    text = trial.changes(a_trial(changes=changes), a_view()).plain
    assert text.index("A y") < text.index("A /etc/x")


@given(st.text(alphabet="ab  \n", max_size=300), st.integers(24, 80))
def test_wrapping_loses_nothing_but_blanks_and_fits(text, width):
    rows = wrapped(shown_lines(text), width)
    assert all(row.cell_length <= width for row in rows)
    assert "".join(row.plain for row in rows).replace(" ", "") == text.replace(" ", "").replace("\n", "")


def test_a_wrapped_value_stays_right_of_its_label():
    rows = wrapped(labelled("Missing", shown("CPU time " * 6)), 40)
    assert rows[0].plain.startswith("Missing   CPU")
    assert all(row.plain.startswith(" " * 10 + "C") or row.plain.startswith(" " * 10 + "t") for row in rows[1:])


@pytest.mark.parametrize(
    ("setting", "environment", "theme"),
    [
        ("auto", {}, "textual-dark"),
        ("auto", {"COLORFGBG": "0;15"}, "textual-light"),
        ("auto", {"COLORFGBG": "15;0"}, "textual-dark"),
        ("auto", {"COLORFGBG": "15;default;8"}, "textual-dark"),
        ("auto", {"COLORFGBG": "0;15", "TEXTUAL_THEME": "nord"}, "nord"),
        ("nord", {"TEXTUAL_THEME": "gone"}, "nord"),
        ("no-such-theme", {}, "textual-dark"),
    ],
)
def test_the_theme_is_the_chosen_one_or_fits_the_terminal(setting, environment, theme):
    assert choose_theme(setting, environment, {"textual-dark", "textual-light", "nord"}) == theme
