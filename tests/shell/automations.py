"""An automation as approving hands it to the shell."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from vynexus_tui.automation.chosen_parameters import find_values
from vynexus_tui.automation.micro_automation_creator import MicroAutomationCreator
from vynexus_tui.domain.automations import Automation, AutomationStatus, Parameter, Risk, RiskLevel, Script, ScriptTemplate, SeenValue
from vynexus_tui.domain.identifiers import AutomationId
from vynexus_tui.domain.settings import AutomationCreation


def automation(
    name: str = "tidy-logs",
    text: str = "#!/usr/bin/env bash\nset -eu\necho 'tidied é'\n",
    *parameters: Parameter,
    automation_id: str = "a1b2c3",
    runs_in: str | None = None,
    is_function: bool = False,
) -> Automation:
    return Automation(
        automation_id=AutomationId(automation_id),
        name=name,
        pattern_id=None,
        status=AutomationStatus.LIVE,
        script=Script(text=text),
        parameters=parameters,
        template=ScriptTemplate.WORKFLOW_SEQUENCE,
        potential=None,
        risk=Risk(level=RiskLevel.LOW),
        summary="tidies",
        cwd=None,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        runs_in=runs_in,
        is_function=is_function,
    )


def parameter(name: str, *values: str, default: str | None = None) -> Parameter:
    """One that had these values, the most frequent first."""
    return Parameter(name=name, default=default, seen=tuple(SeenValue(value=v, count=9) for v in values))


def created(commands: Sequence[str], values: Mapping[str, str] | None = None, name: str = "tidy-logs") -> Automation:
    """One whose script was written by the creator of scripts."""
    result = MicroAutomationCreator(AutomationCreation()).create_from_commands(
        commands, name, name_taken=lambda _: False, aliases={}, is_program=lambda _: True, now=datetime(2026, 1, 1, tzinfo=UTC), home="/h",
        cwd="/srv", slots=find_values(commands, values or {}),
    )  # fmt: skip
    assert isinstance(result, Automation), result
    return result
