"""What was decided is not asked again: whole cycles over real SQLite."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.conftest import remember, routine
from vynexus_tui.domain.automations import Automation, AutomationStatus, RefusalReason, Script
from vynexus_tui.domain.cycles import PatternHead
from vynexus_tui.domain.identifiers import AutomationId, PatternId
from vynexus_tui.engine.assembly import Workspace, reading, writing
from vynexus_tui.engine.creation import repetition_of
from vynexus_tui.engine.optimization_engine import OptimizationEngine
from vynexus_tui.store import automations_table, patterns_table
from vynexus_tui.store.database import transaction


def _forget_the_pattern(workspace: Workspace, proposed: Automation, status: AutomationStatus) -> None:
    """Leaves the automation as one that another pattern was the reason for."""
    other = replace(proposed, automation_id=AutomationId("other"), pattern_id=PatternId("split"), status=status)
    with writing(workspace) as connection, transaction(connection):
        connection.execute("DELETE FROM automations")
        automations_table.write_automation(connection, other)


def _proposals(workspace: Workspace) -> tuple[list[Automation], list[PatternHead]]:
    with reading(workspace) as connection:
        assert connection is not None
        return automations_table.read_automations(connection), patterns_table.read_heads(connection)


@pytest.mark.parametrize("status", [AutomationStatus.REJECTED, AutomationStatus.RETIRED, AutomationStatus.LIVE, AutomationStatus.NEW])
def test_a_script_that_was_proposed_for_another_pattern_is_not_proposed_again(
    workspace: Workspace, project: Path, proposed: Automation, now: datetime, status: AutomationStatus
) -> None:
    _forget_the_pattern(workspace, proposed, status)
    later = now + timedelta(days=3)
    remember(workspace, project, [["htop", *routine("west")]] * 3, now=later)
    report = OptimizationEngine(workspace).run_cycle(later)
    assert (report.failures, report.created_count) == ((), 0)
    automations, heads = _proposals(workspace)
    assert [a.automation_id for a in automations] == ["other"]
    (refusal,) = [h.refusal for h in heads if h.pattern_id == proposed.pattern_id]
    assert refusal is not None
    assert (refusal.reason, refusal.detail) == (RefusalReason.REPEATED, f"the same script as {proposed.name}, which is {status}")


def test_another_name_default_or_count_makes_no_other_script(proposed: Automation) -> None:
    header, _, steps = proposed.script.text.partition("\n: step 1\n")
    renamed = Script(text=header.replace(proposed.name, "other").replace("(1", "(2") + "\n: step 1\n" + steps)
    made = replace(proposed, name="other", script=renamed, pattern_id=PatternId("new"))
    refusal = repetition_of(made, [proposed])
    assert refusal is not None
    assert refusal.pattern_id == "new"


def test_another_step_makes_another_script(proposed: Automation) -> None:
    made = replace(proposed, script=Script(text=proposed.script.text + "\n: step 3\nls\n"))
    assert repetition_of(made, [proposed]) is None
    assert repetition_of(made, []) is None
