"""Several different things in a row: the first failure stops them, and says where, and how to go on from there."""

from collections.abc import Sequence

from vynexus_tui.automation.steps import ScriptStep
from vynexus_tui.automation.templates.additions import Additions, Routine


def fits(steps: Sequence[ScriptStep]) -> bool:
    """Always: this is the template of everything that is none of the others."""
    return bool(steps)


def additions(routine: Routine) -> Additions:
    """What script_text writes for every script of several steps; a single step names itself."""
    if len(routine.steps) < 2:
        return Additions()
    return Additions(
        adds=(
            "stops at the first step that fails, names it and says how to go on",
            "--dry-run prints the steps, --from STEP goes on from one",
        )
    )
