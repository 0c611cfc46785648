"""Write the script: header, arguments, guards, numbered steps. Everything that was recorded stays as it was typed."""

import re
from collections.abc import Sequence
from itertools import chain
from textwrap import indent
from typing import NamedTuple

from vynexus_tui.automation.inputs import Inputs
from vynexus_tui.automation.quoting import Context, double_quoted, read_quoting
from vynexus_tui.automation.templates.additions import Additions
from vynexus_tui.domain.automations import Parameter
from vynexus_tui.language.visible import visible

_WIDTH = 100
_USAGE = "usage() { sed -n '/^set /q; s/^# //p' \"$0\"; }"
_REFUSE = 'refuse() { printf \'%s: %s\\n\' "$self" "$1" >&2; usage >&2; exit 64; }'
"""64 is EX_USAGE of sysexits.h: a wrong call, which is no run."""
_STOP = 'stop() { printf \'%s: %s: %q\\n\' "$self" "$1" "$2" >&2; exit 1; }'
_GUARD = 'must_be_plain() { [[ "$1" != [-\\|]* ]] || refuse "would be read as an option or a command: $(printf %q "$1")"; }'
"""A value must be an argument: `-rf` would be an option, and ImageMagick runs what follows a leading `|`."""
_FROM_STEP = "((from_step > %d)) || "
_DRY_RUN = "  _text=\"$(sed -e '/^: step 1$/,$!d' -e 's/^((from_step > [0-9]*)) || //' \"$0\")\""


class StepText(NamedTuple):
    """One step as it stands in the script."""

    text: str
    is_state: bool
    """It changes the folder or variables of the script: done also when the script goes on from a later step."""
    is_list: bool
    """Several commands, which need braces to be skipped together."""


def write_script(*, name: str, title: str, origin: str, inputs: Inputs, additions: Additions, steps: Sequence[StepText]) -> str:
    """The whole script. `: step N` does nothing; a trial reads it from the trace to say how far the script came."""
    can_resume = len(steps) > 1
    header = _header(name, title, origin, inputs, options="[--dry-run | --from STEP]" if can_resume else "")
    body = [
        _options(inputs.parameters, len(steps)),
        [*_arguments(inputs), *(_dry_run(inputs) if can_resume else ())],
        [f': "${{{secret}:?set it in the environment first}}"' for secret in inputs.secrets],
        [f"{_FROM_STEP % (number + 1) if can_resume else ''}{check}" for number, check in additions.checks],
        *([f": step {number}", _step(step, number, can_resume=can_resume)] for number, step in enumerate(steps, 1)),
    ]
    setup = ["set -euo pipefail", *additions.setup]
    functions = [_USAGE, *([_REFUSE] if _calls("refuse", body) else ()), *([_STOP] if _calls("stop", body, additions.setup) else ())]
    functions += _stopped(name, inputs, len(steps)) if can_resume else ()
    # Not ${0##*/}: an approved script is read from memory, and $0 is then no name of anything.
    if any('"$self"' in line for line in chain(functions, setup)):
        setup.insert(1, f'self="{name}"')
    return "\n\n".join("\n".join(block) for block in [header, setup, functions, *body] if block) + "\n"


def write_function(*, name: str, title: str, origin: str, steps: Sequence[str]) -> str:
    """The body of a shell function, for bash and zsh, that can also be run as a script: a trial reads it step by step.

    A chain of `&&`: `set -e` or `exit` would end the person's shell.
    """
    chained = [f"{_in_chain(text)} &&" for text in steps]
    chained[-1] = chained[-1].removesuffix(" &&")
    header = _header(name, title, origin, Inputs((), (), (), {}), options="")
    return "\n\n".join("\n".join(block) for block in [header, *([f": step {n} &&", text] for n, text in enumerate(chained, 1))]) + "\n"


def _in_chain(text: str) -> str:
    if re.match(r"(?:source|\.)\s", text):
        return f"{{ # shellcheck source=/dev/null # a file of yours, read only when this runs\n  {text}\n}}"
    return _in_braces(text) if "||" in text else text


def usage_line(name: str, parameters: Sequence[Parameter], options: str = "") -> str:
    """How the script is called: `resize-image <file> [size]`."""
    named = (f"<{p.name}>" if p.default is None else f"[{p.name}]" for p in parameters)
    return " ".join([name, *([options] if options else ()), *named])


def _header(name: str, title: str, origin: str, inputs: Inputs, *, options: str) -> list[str]:
    lines = [f"{name}: {visible(title, limit=_WIDTH)}", origin, f"Usage: {usage_line(name, inputs.parameters, options)}"]
    width = max((len(p.name) for p in inputs.parameters), default=0)
    for parameter in inputs.parameters:
        seen = ", ".join(f"{visible(s.value, limit=30)} ({s.count})" for s in parameter.seen[:4]) or "none"
        today = "today, if not given; " if parameter.name in inputs.today else ""
        lines.append(f"  {parameter.name:<{width}}  {today}seen: {seen}")
    lines += [f"Needs {secret} in the environment." for secret in inputs.secrets]
    return ["#!/usr/bin/env bash", *(f"# {line}".rstrip() for line in lines)]


def _calls(function: str, *blocks: Sequence[Sequence[str]] | Sequence[str]) -> bool:
    return any(
        re.search(rf"\b{function} \"", line)
        for block in blocks
        for lines in block
        for line in ([lines] if isinstance(lines, str) else lines)
    )


def _stopped(name: str, inputs: Inputs, step_count: int) -> list[str]:
    """Said when a step fails: which, and how to go on. The step's number is that of the last mark above the failed line."""
    again = f"{name} --from $step"
    if inputs.parameters:
        again += f"$(printf ' %q' {' '.join(_value(p) for p in inputs.parameters)})"
    return [
        "stopped() {",
        '  local step; step="$(head -n "$1" "$0" | grep -c \'^: step \')"',
        f'  printf \'%s: stopped at step %s of {step_count}: %s\\n\' "$self" "$step" "$2" >&2',
        f'  printf \'%s: to go on from there: %s\\n\' "$self" "{again}" >&2',
        "}",
        'trap \'stopped "$LINENO" "$BASH_COMMAND"\' ERR',
    ]


def _value(parameter: Parameter) -> str:
    return f'"${{{parameter.name}}}"'


def _options(parameters: Sequence[Parameter], step_count: int) -> list[str]:
    most = f'(($# <= {len(parameters)})) || refuse "too many arguments: $#"' if parameters else '(($# == 0)) || refuse "takes no arguments"'
    if step_count < 2:
        return ['case "${1-}" in -h | --help) usage; exit 0 ;; esac', most]
    numbers = f"[1-{step_count}]" if step_count < 10 else f"@({'|'.join(map(str, range(1, step_count + 1)))})"
    return [
        "dry_run='' from_step=1",
        'case "${1-}" in',
        "  -h | --help) usage; exit 0 ;;",
        "  --dry-run) dry_run=yes; shift ;;",
        '  --from) from_step="${2-}"; shift $(($# > 1 ? 2 : 1)) ;;',
        "esac",
        f'[[ "$from_step" == {numbers} ]] || refuse "--from takes the number of a step, 1 to {step_count}"',
        most,
    ]


def _arguments(inputs: Inputs) -> list[str]:
    lines = []
    for number, parameter in enumerate(inputs.parameters, 1):
        if parameter.name in inputs.today:
            lines.append(f'{parameter.name}="${{{number}:-$(date +{inputs.today[parameter.name]})}}"')
        elif parameter.default is None:
            lines += [f'[[ -n "${{{number}-}}" ]] || refuse "{parameter.name} is missing"', f'{parameter.name}="${{{number}}}"']
        else:
            lines.append(f"{parameter.name}={_with_default(number, parameter.default)}")
    guarded = [p for p in inputs.parameters if p.name not in inputs.guards and not any(s.value.startswith("-") for s in p.seen)]
    if guarded:
        lines += [_GUARD, *(f"must_be_plain {_value(p)}" for p in guarded)]
    for name, guard in inputs.guards.items():
        lines.append(
            f'[[ "${{{name}}}" =~ {guard.expression} ]] || refuse "{name} may only be {guard.words}: {guard.program} would read more as code"'
        )
    return lines


def _with_default(number: int, value: str) -> str:
    if re.fullmatch(r"[\w ./:@%+=,-]*", value):
        return f'"${{{number}:-{value}}}"'
    # Quotes of its own: ShellCheck cannot read an apostrophe in "${1:-...}", and a } would end it.
    return f'${{{number}:-"{double_quoted(value)}"}}'


def _dry_run(inputs: Inputs) -> list[str]:
    """Prints the steps with their values. With several, marks first and then values: a value may look like another's name."""
    lines = ['if [[ -n "$dry_run" ]]; then # the steps below as text, with the values filled in', _DRY_RUN]
    names = [p.name for p in inputs.parameters]
    if len(names) == 1 and not inputs.has_inner:
        quoted = f'"\\"\\${{{names[0]}}}\\""'
        lines.append(f'  _text=${{_text//{quoted}/"${{{names[0]}@Q}}"}}')
    elif names:
        quoted, inside, mark = '"\\"\\${$_name}\\""', '"\\${$_name}"', "$'\\1'$_name$'\\2'"
        edits = [f"_text=${{_text//{quoted}/{mark}}}"]
        edits += [f"_text=${{_text//{inside}/$'\"\\1'$_name$'\\2\"'}}"] if inputs.has_inner else []
        filled = f'_value=${{!_name}}; _text=${{_text//{mark}/"${{_value@Q}}"}}'
        # A loop over one name is no loop (SC2043).
        each = f"for _name in {' '.join(names)}; do %s; done" if len(names) > 1 else f"_name='{names[0]}'; %s"
        lines += [f"  {each % '; '.join(edits)}", f"  {each % filled}"]
    return [*lines, "  printf '%s\\n' \"$_text\"", "  exit 0", "fi"]


def _step(step: StepText, number: int, *, can_resume: bool) -> str:
    if not can_resume or step.is_state:
        return step.text
    return _FROM_STEP % number + (_in_braces(step.text) if step.is_list else step.text)


def _in_braces(text: str) -> str:
    if "\n" not in text:
        return f"{{ {text}; }}"
    contexts = read_quoting(text).contexts
    # Not where a blank more would be part of a quoted text or here-document.
    is_plain = all(context is Context.SYNTAX for ch, context in zip(text, contexts, strict=True) if ch == "\n")
    return "{\n" + (indent(text, "  ") if is_plain else text) + "\n}"
