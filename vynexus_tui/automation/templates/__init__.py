"""The four kinds of script, each with what it adds to the recorded commands. The first that fits is taken."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from vynexus_tui.automation.steps import ScriptStep
from vynexus_tui.automation.templates import api_call, data_processing, file_operation, workflow_sequence
from vynexus_tui.automation.templates.additions import Additions
from vynexus_tui.domain.automations import ScriptTemplate


class _Template(Protocol):
    def fits(self, steps: Sequence[ScriptStep]) -> bool: ...
    def additions(self, steps: Sequence[ScriptStep], variables: Mapping[str, str]) -> Additions: ...


class Chosen(NamedTuple):
    """A template and what it adds to these steps."""

    template: ScriptTemplate
    additions: Additions


_TEMPLATES: tuple[tuple[ScriptTemplate, _Template], ...] = (
    (ScriptTemplate.API_CALL, api_call),
    (ScriptTemplate.FILE_OPERATION, file_operation),
    (ScriptTemplate.DATA_PROCESSING, data_processing),
    (ScriptTemplate.WORKFLOW_SEQUENCE, workflow_sequence),
)


def choose_template(steps: Sequence[ScriptStep], variables: Mapping[str, str]) -> Chosen:
    """The template for these steps. The workflow fits everything, so there always is one."""
    kind, module = next((kind, module) for kind, module in _TEMPLATES if module.fits(steps))
    return Chosen(kind, module.additions(steps, variables))
