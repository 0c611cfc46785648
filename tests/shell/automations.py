"""An automation as approving hands it to the shell."""

from datetime import UTC, datetime

from vynexus_tui.domain.automations import Automation, AutomationStatus, Parameter, Risk, RiskLevel, Script, ScriptTemplate, SeenValue
from vynexus_tui.domain.identifiers import AutomationId


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
