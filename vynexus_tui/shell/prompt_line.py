"""A routine as one line for the prompt: its own commands, with a place for each argument.

A place is always outside of quotes, so that a word as the person typed it, quotes and all, can stand there.
"""

import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from vynexus_tui.domain.automations import Parameter
from vynexus_tui.language.lexing import parse_command
from vynexus_tui.language.script_steps import read_steps
from vynexus_tui.language.visible import has_unseen
from vynexus_tui.shell.fish_wording import say_in_fish

_OURS = re.compile(r"\b(?:from_step|unfinished)\b")
"""Variables of the script writer; a step that still has one is more than the person's own command."""
_PLACE = re.compile(r"\$\{([A-Za-z_]\w*)\}")
_VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w*|[^A-Za-z_({'\"\s])")
_GAP = "\x1f"
"""Stands for an argument while the text around it is made; no text that is shown on a prompt holds it."""
_MOST_CHARACTERS = 2_000


class PromptLine(NamedTuple):
    """The texts between the arguments, one more than there are arguments; and which parameter each argument is, from 0."""

    texts: tuple[str, ...]
    places: tuple[int, ...]


def is_plain(text: str) -> bool:
    """Whether a person sees all there is of `text`, on one line."""
    return text.isprintable() and not has_unseen(text)


def split_steps(script: str) -> tuple[str, ...]:
    """The steps of a script, a line each; none where one of them is not simply one line, or the numbers are not 1, 2, 3 …"""
    steps = read_steps(script)
    return steps if all(len(step.splitlines()) == 1 and not _OURS.search(step) for step in steps) else ()


def build_prompt_line(name: str, script: str, parameters: Sequence[Parameter], *, cwd: str | None, is_for_fish: bool) -> PromptLine:
    """The commands of `script` joined by `&&`; where they cannot be told from its text, the call of `name`."""
    order = {parameter.name: number for number, parameter in enumerate(parameters)}
    steps = [_line_of(step, order) for step in split_steps(script)]
    lines = [step for step in steps if step is not None]
    if cwd is not None:
        lines.insert(0, (f"cd {shlex.quote(cwd)}", ()))
    text = " && ".join(text for text, _ in lines)
    said = say_in_fish(text) if is_for_fish else text
    is_folder_plain = cwd is None or is_plain(cwd)
    is_said = said is not None and is_plain(said.replace(_GAP, "")) and len(said) <= _MOST_CHARACTERS
    if not steps or None in steps or said is None or not is_said or not is_folder_plain:
        return _call(name, len(order))
    return PromptLine(texts=tuple(said.split(_GAP)), places=tuple(place for _, places in lines for place in places))


def render_prompt_line(line: PromptLine, parameters: Sequence[Parameter], quote: Callable[[str], str]) -> str:
    """As the hooks read it, line by line: a text, a parameter's number from 1, what stands there when nothing was typed, a text, …"""
    rows = [line.texts[0]]
    for place, text in zip(line.places, line.texts[1:], strict=True):
        default = parameters[place].default or ""  # an empty one the script works out itself, as today's date
        rows += [str(place + 1), quote(default) if default and is_plain(default) else f"{{{parameters[place].name}}}", text]
    return "\n".join(rows)


def _call(name: str, count: int) -> PromptLine:
    gaps = _GAP.join([" "] * count)
    return PromptLine(texts=tuple(f"{name}{gaps}{_GAP if count else ''}".split(_GAP)), places=tuple(range(count)))


def _line_of(step: str, order: Mapping[str, int]) -> tuple[str, tuple[int, ...]] | None:
    """One step with gaps where its arguments stand, and which they are. None where it needs more than the environment."""
    parts = parse_command(step)
    if not parts or any(part.is_background for part in parts) or _GAP in step:
        return None
    step = step[: parts[-1].end]  # without a comment behind it
    if any(part.is_compound or part.joined_by not in ("", "&&") for part in parts):
        step = f"{{ {step}; }}"
    return _with_gaps(step, order)


def _with_gaps(step: str, order: Mapping[str, int]) -> tuple[str, tuple[int, ...]] | None:
    out, places, at, quote = "", [], 0, ""
    while at < len(step):
        ch = step[at]
        if ch == "$" and quote != "'" and (place := _PLACE.match(step, at)) is not None and place[1] in order:
            places.append(order[place[1]])
            at = place.end()
            if quote:
                opens_here = out.endswith('"') and not out.endswith('\\"')
                is_closed = step.startswith('"', at)
                out = out[:-1] if opens_here else out + '"'
                out, at, quote = out + _GAP + ("" if is_closed else '"'), at + is_closed, "" if is_closed else quote
            else:
                out += _GAP
            continue
        if ch == "`" or (step.startswith("$(", at) and order) or (ch == "$" and quote != "'" and _is_foreign(step, at)):
            return None
        length = 2 if ch == "\\" and quote != "'" else 1
        if ch in "'\"" and quote in ("", ch):
            quote = "" if quote else ch
        out, at = out + step[at : at + length], at + length
    return None if quote else (out, tuple(places))


def _is_foreign(step: str, at: int) -> bool:
    """Whether the variable at `at` is neither of the environment nor set by the step itself."""
    variable = _VARIABLE.match(step, at)
    if variable is None or variable[1].isupper():
        return False
    return re.search(rf"\bfor {re.escape(variable[1])} in\b|\b{re.escape(variable[1])}=", step) is None
