"""What a recorded line takes from the shell it was typed in, or changes in it, and a script cannot."""

import re
from collections.abc import Iterable, Sequence

from vynexus_tui.automation.quoting import Edit, read_quoting
from vynexus_tui.automation.steps import Problem, ScriptStep
from vynexus_tui.domain.automations import RefusalReason
from vynexus_tui.language.program_facts import is_trivial, stateful_reason

_ONLY_IN_A_SHELL = frozenset(
    "source . eval alias unalias set shopt setopt unsetopt bindkey conda activate history fc exec exit logout trap exec bind complete dirs coproc".split()
)
"""Refused wherever they stand: inside a script they change nothing, or the script itself."""
_VENV = re.compile(r"(?:source|\.)\s+((?:\./|/|~/|\.\./)*[\w./-]*?[\w-])/bin/activate")
_NAME = re.compile(r"\$\{?[!#]?([A-Za-z_]\w*|[0-9@*#?$!-])")
_ASSIGNED = re.compile(r"(?:^|[\s;&|(])(?:(?:for|select|read(?:\s+-\w+)*)\s+([A-Za-z_]\w*)|([A-Za-z_]\w*)(?:\[[^\]]*\])?\+?=)")
CONDA_ADDED = "gives conda the hook that it needs in a script"
VENV_ADDED = "uses the virtual environment by its PATH instead of activating it"


def with_virtual_environment(step: ScriptStep) -> ScriptStep:
    """`source .venv/bin/activate` as what it means to a script: the environment's programs come first."""
    match = _VENV.fullmatch(step.text.strip())
    if not match or step.slots:
        return step
    folder = match.group(1).removeprefix("./")
    if folder.startswith("~/"):
        folder = "$HOME" + folder[1:]
    elif not folder.startswith("/"):
        folder = "$PWD/" + folder
    return ScriptStep(text=f'export VIRTUAL_ENV="{folder}" PATH="{folder}/bin:$PATH"')


def conda_hook(step: ScriptStep, *, is_function: bool) -> tuple[Edit, ...]:
    """Before `conda activate ENV` the function it needs, which only a person's own shell has.

    Not `conda run -n ENV`: it would have to stand before every later command, and holds back what they print.
    """
    words = step.words
    if not is_conda(step):
        return ()
    hook = f'eval "$({words[0]} shell.posix hook)"'
    if is_function:
        return (Edit(0, 0, f"{hook} && "),)
    size = len(step.text)
    return Edit(0, 0, f"set +u # conda's own scripts read variables that may be unset\n{hook}\n"), Edit(size, size, "\nset -u")


def is_conda(step: ScriptStep) -> bool:
    """`conda activate ENV`, and nothing else."""
    return (
        len(step.parts) == 1
        and not step.slots
        and len(step.words) <= 3
        and step.words[:2] in (("conda", "activate"), ("mamba", "activate"))
    )


def state_problem(steps: Sequence[ScriptStep]) -> Problem | None:
    """What ties the steps to the shell they were typed in, or None."""
    for step in steps:
        if any(part.is_background for part in step.parts):
            return Problem(RefusalReason.STATEFUL, f"`{step.text}` leaves a job to the calling shell")
        if step.words[:1] and step.words[0] in _ONLY_IN_A_SHELL and not is_conda(step):
            return Problem(RefusalReason.STATEFUL, f"{step.words[0]} changes the calling shell")
    reasons = [reason for step in steps for part in step.parts if (reason := stateful_reason(part))]
    if reasons and all(stateful_reason(part) or is_trivial(part) for step in steps for part in step.parts):
        return Problem(RefusalReason.STATEFUL, reasons[0])
    return _variable_problem(steps)


def assigned_names(texts: Iterable[str]) -> set[str]:
    """Variables that these texts set, as far as can be seen."""
    return {a or b for text in texts for a, b in _ASSIGNED.findall(text)}


def used_names(text: str) -> set[str]:
    """Variables and special parameters that the shell expands in a text."""
    return {name for e in read_quoting(text).expansions for name in _NAME.findall(text[e.start : e.end])}


def _variable_problem(steps: Sequence[ScriptStep]) -> Problem | None:
    used = set().union(*(used_names(step.text) for step in steps)) if steps else set()
    assigned = assigned_names(step.text for step in steps)
    if special := sorted(name for name in used if not name[0].isalpha() and name[0] != "_"):
        return Problem(RefusalReason.STATEFUL, f"reads ${special[0]} of the calling shell")
    if foreign := sorted(name for name in used - assigned if not name.isupper()):
        return Problem(RefusalReason.STATEFUL, f"reads ${foreign[0]}, a variable of the calling shell")
    for step in steps:
        for command in step.commands:
            names = {word.text.split("=")[0].rstrip("+") for word in command.assignments}
            if not command.words and names and not names & used:
                return Problem(RefusalReason.STATEFUL, f"sets {min(names)} in the calling shell, nothing here uses it")
    return None
