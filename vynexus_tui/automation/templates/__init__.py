"""The four kinds of script. The first that fits gives its name; what each knows to add, it adds wherever its commands stand."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from vynexus_tui.automation.steps import ScriptStep
from vynexus_tui.automation.templates import api_call, data_processing, file_operation, workflow_sequence
from vynexus_tui.automation.templates.additions import Additions, Routine, merged
from vynexus_tui.domain.automations import ScriptTemplate


class _Template(Protocol):
    def fits(self, steps: Sequence[ScriptStep]) -> bool: ...
    def additions(self, routine: Routine) -> Additions: ...


class Chosen(NamedTuple):
    """A template and what is added to these steps."""

    template: ScriptTemplate
    additions: Additions


_TEMPLATES: tuple[tuple[ScriptTemplate, _Template], ...] = (
    (ScriptTemplate.API_CALL, api_call),
    (ScriptTemplate.FILE_OPERATION, file_operation),
    (ScriptTemplate.DATA_PROCESSING, data_processing),
    (ScriptTemplate.WORKFLOW_SEQUENCE, workflow_sequence),
)


def choose_template(routine: Routine) -> Chosen:
    """The template for these steps. The workflow fits everything, so there always is one."""
    kind = next(kind for kind, module in _TEMPLATES if module.fits(routine.steps))
    return Chosen(kind, merged([module.additions(routine) for _, module in _TEMPLATES]))
