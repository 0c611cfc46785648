"""Several different things in a row: the first failure stops them, and says where."""

from collections.abc import Mapping, Sequence

from vynexus_tui.automation.steps import ScriptStep
from vynexus_tui.automation.templates.additions import Additions

_TRAP = 'trap \'printf "%s: stopped at line %s: %s\\n" "$self" "$LINENO" "$BASH_COMMAND" >&2\' ERR'


def fits(steps: Sequence[ScriptStep]) -> bool:
    """Always: this is the template of everything that is none of the others."""
    return bool(steps)


def additions(steps: Sequence[ScriptStep], variables: Mapping[str, str]) -> Additions:
    """One trap that names the failing step; nothing for a single step, which names itself."""
    del variables
    if len(steps) < 2:
        return Additions()
    return Additions(setup=(_TRAP,), adds=("stops at the first step that fails and names it",))
