"""What the dashboard says of the first real run: surprises stand out, and the words blame nobody."""

from datetime import timedelta
from typing import Any

import pytest

from tests.tui.builders import NOW, a_snapshot, a_trial, a_tried_automation, an_automation
from vynexus_tui.domain.automations import AutomationStatus
from vynexus_tui.domain.cycles import AutomationHead
from vynexus_tui.domain.identifiers import AutomationId, RunId
from vynexus_tui.domain.run_comparison import RunComparison
from vynexus_tui.tui.present import automations, comparison, review
from vynexus_tui.tui.present.view import View

HOSTILE = "[@click=app.quit]\x1b]2;PWNED\x1b\\[/]\u202e"


def compared(**given: Any) -> RunComparison:
    values: dict[str, Any] = {
        "run_id": RunId("r"), "automation_id": AutomationId("id-bump"), "script_sha256": "s", "started_at": NOW - timedelta(hours=1),
        "exit_code": 0, "as_predicted_count": 3,
    }  # fmt: skip
    return RunComparison(**(values | given))


def a_live_one(found: RunComparison | None, **given: Any) -> AutomationHead:
    head = an_automation("bump", AutomationStatus.LIVE, trial=a_trial(), run_count=1, shortcut_path="/home/ada/.local/bin/bump")
    fields = {"automation": head.automation, "trial": head.trial, "run_count": 1, "shortcut_path": head.shortcut_path, "comparison": found}
    return AutomationHead(**(fields | given))


def a_view(head: AutomationHead) -> View:
    return View(snapshot=a_snapshot(automations=(head,)), now=NOW, home="/home/ada")


SURPRISING = compared(surprises=(("/home/ada/src/shop/extra", "created"),), surprise_count=1)


def test_a_surprise_is_in_the_warning_colour_with_words_that_blame_nobody() -> None:
    head = a_live_one(SURPRISING)
    said = comparison.first_run(head, a_view(head))
    assert said is not None
    assert "First run 1 surprise  1 h ago" in said.plain
    assert "created  ~/src/shop/extra" in said.plain
    assert "other programs may have done it" in said.plain
    styled = {said.plain[span.start : span.end] for span in said.spans if span.style == "$text-warning"}
    assert styled == {"1 surprise", "~/src/shop/extra"}


def test_it_is_on_the_list_for_a_week_and_then_the_runs_are_again() -> None:
    head = a_live_one(SURPRISING)
    assert automations.last_result(head, a_view(head)).plain == "first run: 1 surprise"
    old = a_live_one(compared(surprises=(("/a", "created"),), surprise_count=1, started_at=NOW - timedelta(days=9)))
    assert automations.last_result(old, a_view(old)).plain == "ran 1×, 100 %"
    as_told = a_live_one(compared())
    assert automations.last_result(as_told, a_view(as_told)).plain == "ran 1×, 100 %"


def test_it_stands_before_the_trial_in_the_review_and_in_the_preview() -> None:
    head = a_live_one(SURPRISING)
    page = review.sandbox(head, a_view(head), "", "~").plain
    assert page.index("1 surprise") < page.index("passed: changes 2 files")
    assert "1 surprise" in automations.preview(a_view(head), head.automation.automation_id).plain


def test_a_run_as_the_try_showed_is_one_line() -> None:
    head = a_live_one(compared())
    said = comparison.first_run(head, a_view(head))
    assert said is not None
    assert said.plain == "First run as the try showed (3 paths)  1 h ago"


def test_what_it_waits_for_is_said_and_nothing_where_nothing_is_to_come() -> None:
    waiting, nothing = a_live_one(None, awaits_comparison=True), a_live_one(None)
    assert "waits for one in the folder and with the arguments of the try" in comparison.first_run(waiting, a_view(waiting)).plain
    assert comparison.first_run(nothing, a_view(nothing)) is None


def test_missing_unknown_and_partial_are_said() -> None:
    head = a_live_one(
        compared(
            missing=(("/home/ada/out", "create"),), missing_count=1, not_known=(("/home/ada/log", "rewritten"),), reasons=("no network",)
        )
    )
    text = comparison.first_run(head, a_view(head)).plain
    for words in ("1 path of the try did not change, compared in part", "create  ~/out", "rewritten  ~/log", "in part: no network"):
        assert words in text


def test_many_paths_are_counted() -> None:
    many = tuple((f"/home/ada/{n}", "created") for n in range(100))
    head = a_live_one(compared(surprises=many, surprise_count=1_500))
    assert "and 1,480 more" in comparison.first_run(head, a_view(head)).plain
    assert "and 1,497 more" in comparison.first_run(head, a_view(head), most=3).plain


def test_a_hostile_name_stays_text() -> None:
    hostile = ((HOSTILE, HOSTILE),)
    head = a_live_one(
        compared(surprises=hostile, surprise_count=1, missing=hostile, missing_count=1, not_known=hostile, reasons=(HOSTILE,))
    )
    for content in (comparison.first_run(head, a_view(head)), automations.preview(a_view(head), head.automation.automation_id)):
        assert "\x1b" not in content.plain
        assert "\u202e" not in content.plain
        assert not any("@click" in str(span.style) for span in content.spans)


@pytest.mark.parametrize("draw", [review.approval, lambda head, view: automations.preview(view, head.automation.automation_id)])
def test_who_is_about_to_approve_reads_that_it_runs_for_real(draw: Any) -> None:
    head = a_tried_automation()
    assert "runs for real, not in the sandbox" in draw(head, a_view(head)).plain
