"""What a person typed before are a script's test cases; where it runs is chosen before it is approved. Real sandbox, real store."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from tests.engine.test_decisions import approve, now_is, tried
from vynexus_tui.domain.automations import Automation, AutomationStatus, SeenCase
from vynexus_tui.domain.errors import RequestError
from vynexus_tui.domain.trials import Consent, SandboxLevel, Verdict
from vynexus_tui.engine import decisions
from vynexus_tui.engine.assembly import Workspace, writing
from vynexus_tui.engine.trial_suite import plan_suite, try_suite
from vynexus_tui.engine.trials import plan_trial
from vynexus_tui.store import automations_table
from vynexus_tui.store.database import transaction


def with_cases(workspace: Workspace, automation: Automation, *cases: SeenCase) -> Automation:
    changed = replace(automation, cases=cases)
    with writing(workspace) as connection, transaction(connection):
        automations_table.write_automation(connection, changed)
    return changed


@pytest.fixture
def isolated(workspace: Workspace, proposed: Automation, now: datetime) -> Automation:
    assert tried(workspace, proposed, now).level is SandboxLevel.FULL
    return proposed


def test_what_was_typed_by_hand_are_its_cases_the_newest_first(proposed: Automation, project: Path) -> None:
    assert proposed.cases == tuple(SeenCase(arguments=(region,), cwd=str(project)) for region in ("west", "north", "south"))


def test_every_set_of_arguments_is_tried_and_one_that_fails_asks_for_the_name(
    workspace: Workspace, isolated: Automation, project: Path, now: datetime
) -> None:
    cwd = str(project)
    cases = [SeenCase(arguments=(name,), cwd=cwd) for name in ("north", "south", "nowhere")]
    with_cases(workspace, isolated, *cases)
    said: list[tuple[int, int, str]] = []
    trial = try_suite(workspace, isolated.name, now=now, on_case=lambda n, count, case: said.append((n, count, case.arguments[0])))
    assert said == [(1, 3, "north"), (2, 3, "south"), (3, 3, "nowhere")]
    assert (trial.arguments, trial.verdict) == (("north",), Verdict.PASSED)
    assert [(c.arguments, c.verdict) for c in trial.cases] == [(("south",), Verdict.PASSED), (("nowhere",), Verdict.FAILED)]
    assert trial.headline.endswith("2 of 3 sets of values passed")
    rule = decisions.approval_rule_for(workspace, isolated.automation_id)
    assert rule.consent is Consent.TYPED_NAME
    assert "1 of 3 sets of arguments did not pass" in rule.reasons
    with pytest.raises(RequestError, match="1 of 3 sets"):
        approve(workspace, isolated, now)
    approve(workspace, isolated, now, confirm=isolated.name)


def test_a_set_whose_folder_is_gone_is_tried_where_the_others_are(
    workspace: Workspace, isolated: Automation, project: Path, now: datetime
) -> None:
    with_cases(workspace, isolated, SeenCase(arguments=("north",), cwd=str(project)), SeenCase(arguments=("west",), cwd="/gone/for/good"))
    assert [case.cwd for case in plan_suite(workspace, isolated.name)] == [str(project)] * 2
    trial = try_suite(workspace, isolated.name, now=now)
    assert [c.verdict for c in trial.cases] == [Verdict.PASSED]
    assert decisions.approval_rule_for(workspace, isolated.automation_id).consent is Consent.ONE_KEY


def test_one_set_is_no_suite(workspace: Workspace, proposed: Automation) -> None:
    with_cases(workspace, proposed, SeenCase(arguments=("north",)))
    with pytest.raises(RequestError, match="was seen with one set"):
        plan_suite(workspace, proposed.name)


def test_a_suite_that_is_stopped_keeps_what_was_tried_to_its_end(
    workspace: Workspace, isolated: Automation, project: Path, now: datetime
) -> None:
    with_cases(workspace, isolated, *(SeenCase(arguments=(name,), cwd=str(project)) for name in ("north", "south", "west")))
    begun: list[int] = []
    trial = try_suite(
        workspace, isolated.name, now=now, on_case=lambda n, _count, _case: begun.append(n), should_stop=lambda: len(begun) >= 2
    )
    assert begun == [1, 2]
    assert (trial.arguments, trial.verdict, trial.cases) == (("north",), Verdict.PASSED, ())


def test_where_it_runs_is_chosen_before_the_approval_and_holds(
    workspace: Workspace, isolated: Automation, project: Path, now: datetime
) -> None:
    assert "always in" in decisions.choose_folder(workspace, isolated.automation_id, str(project))
    assert plan_trial(workspace, isolated.name).cwd == str(project)
    approve(workspace, isolated, now)
    approved = (workspace.paths.data_dir / "automations" / isolated.name / "approved").read_text()
    assert f"\ncwd {project}\n" in approved
    with pytest.raises(RequestError, match="chosen when it is approved"):
        decisions.choose_folder(workspace, isolated.automation_id, None)
    decisions.undo(workspace, now=now)
    decisions.choose_folder(workspace, isolated.automation_id, None)
    approve(workspace, isolated, now)
    assert "\ncwd " not in (workspace.paths.data_dir / "automations" / isolated.name / "approved").read_text()


def test_a_folder_it_was_not_tried_in_needs_the_name(workspace: Workspace, isolated: Automation, project: Path, now: datetime) -> None:
    decisions.choose_folder(workspace, isolated.automation_id, str(project / "data"))
    with pytest.raises(RequestError, match=r"it was tried in .* and would run in"):
        approve(workspace, isolated, now)
    assert now_is(workspace, isolated.name) is AutomationStatus.TRIED


@pytest.mark.parametrize("folder", ["relative", "/no/such/folder", "/etc/passwd"])
def test_what_is_no_folder_is_refused(workspace: Workspace, proposed: Automation, folder: str) -> None:
    with pytest.raises(RequestError, match="no folder it could run in"):
        decisions.choose_folder(workspace, proposed.automation_id, folder)
