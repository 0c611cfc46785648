"""Routines that are for the shell that calls them: they end in another folder or environment, so only a function of it can do them."""

from collections.abc import Sequence

from vynexus_tui.automation.quoting import Edit
from vynexus_tui.automation.steps import Problem, ScriptStep, without_moves
from vynexus_tui.domain.automations import RefusalReason
from vynexus_tui.language.program_facts import is_trivial, stateful_reason
from vynexus_tui.language.redaction import SECRET_MARK

FUNCTION_ADDED = "a function of your shell: it changes the folder or environment of the shell that calls it"
_ALLOWED = frozenset("cd pushd popd export source . alias unalias unset conda mamba activate deactivate".split())
_LEFT_OUT = frozenset("clear cls reset exit logout".split())
_MOVES = frozenset({"cd", "pushd", "popd"})
_BACK = frozenset({"..", "-", "~", ""})
_FOR_THE_CALLER = frozenset({"source", ".", "alias", "unalias", "unset"})
"""In a script of their own these have no point."""


def function_steps(steps: Sequence[ScriptStep]) -> tuple[ScriptStep, ...] | Problem | None:
    """The steps of a shell function; a Problem where they would have to be one and cannot; None where a script does it."""
    kept = [step for step in steps if not (step.words and step.words[0] in _LEFT_OUT)]
    changing = [step for step in kept if _changes(step)]
    if not changing or not _is_for_caller(kept, changing):
        return None
    words = {step.words[0] if step.words else "" for step in changing}
    if not words <= _ALLOWED or any(part.is_background for step in kept for part in step.parts):
        return None
    if any(step.slots for step in kept):
        return Problem(RefusalReason.STATEFUL, f"{changing[0].words[0]} changes the calling shell, and a function of it takes no arguments")
    if any(SECRET_MARK.search(step.text) for step in kept):
        return Problem(RefusalReason.SECRET, "a function of your shell would keep the secret in it")
    if len(kept) < 2 and words <= _MOVES:
        return Problem(RefusalReason.STATEFUL, f"{changing[0].words[0]} changes the calling shell, and alone is not worth a function")
    if words <= _MOVES and "".join(changing[-1].words[1:2]).rstrip("/") in _BACK:
        return Problem(RefusalReason.STATEFUL, f"{changing[-1].text} changes the calling shell, and this ends where it began")
    return tuple(kept)


def guarded(step: ScriptStep) -> tuple[Edit, ...]:
    """`test -f x && rm x` as `if test -f x; then rm x; fi`: a false test must not stop the chain."""
    if len(step.parts) < 2:
        return ()
    first, second = step.parts[:2]
    size = len(step.text)
    return Edit(0, 0, "if "), Edit(first.end, second.start, "; then "), Edit(size, size, "; fi")


def _changes(step: ScriptStep) -> bool:
    return any(stateful_reason(part) for part in step.parts)


def _is_for_caller(steps: Sequence[ScriptStep], changing: Sequence[ScriptStep]) -> bool:
    """Whether a script of its own would miss the point: what stays when it ends is what it is for."""
    if all(_changes(step) or all(is_trivial(part) for part in step.parts) for step in steps):
        return True
    if any(step.words[:1] and step.words[0] in _FOR_THE_CALLER and not _is_virtual_environment(step) for step in changing):
        return True
    ends = without_moves(steps)
    if ends and _changes(ends[-1]):
        return True
    last = steps[-1].words
    moves = [step for step in steps if step.words[:1] and step.words[0] in _MOVES]
    return last[:1] == ("cd",) and len(moves) == 1 and "".join(last[1:2]).rstrip("/") not in _BACK


def _is_virtual_environment(step: ScriptStep) -> bool:
    return step.words[-1].endswith("bin/activate")
