"""Write the script: header, arguments, guards, numbered steps. Everything that was recorded stays as it was typed."""

import re
from collections.abc import Sequence
from itertools import chain

from vynexus_tui.automation.inputs import Inputs
from vynexus_tui.automation.quoting import double_quoted
from vynexus_tui.domain.automations import Parameter
from vynexus_tui.language.visible import visible

_WIDTH = 100
_GUARD = (
    'must_be_plain() { [[ "$1" != [-\\|]* ]] || '
    '{ printf \'%s: would be read as an option or a command: %q\\n\' "$self" "$1" >&2; exit 64; }; }'
)
"""A value must be an argument: `-rf` would be an option, and ImageMagick runs what follows a leading `|`."""


def write_script(
    *, name: str, title: str, origin: str, inputs: Inputs, setup: Sequence[str], checks: Sequence[str], steps: Sequence[str]
) -> str:
    """The whole script. `: step N` does nothing; a trial reads it from the trace to say how far the script came."""
    arguments = [_usage(inputs.parameters), _arguments(inputs), list(checks)]
    # Not ${0##*/}: an approved script is read from memory, and $0 is then no name of anything.
    says_its_name = any('"$self"' in line for line in chain(setup, *arguments))
    blocks = [
        _header(name, title, origin, inputs),
        ["set -euo pipefail", *([f'self="{name}"'] if says_its_name else []), *setup],
        *arguments,
        *([f": step {number}", text] for number, text in enumerate(steps, 1)),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def usage_line(name: str, parameters: Sequence[Parameter]) -> str:
    """How the script is called: `resize-image <file> [size]`."""
    return " ".join([name, *(f"<{p.name}>" if p.default is None else f"[{p.name}]" for p in parameters)])


def _header(name: str, title: str, origin: str, inputs: Inputs) -> list[str]:
    lines = [f"{name}: {visible(title, limit=_WIDTH)}", origin, f"Usage: {usage_line(name, inputs.parameters)}"]
    width = max((len(p.name) for p in inputs.parameters), default=0)
    for parameter in inputs.parameters:
        seen = ", ".join(f"{visible(s.value, limit=30)} ({s.count})" for s in parameter.seen[:4]) or "none"
        lines.append(f"  {parameter.name:<{width}}  seen: {seen}")
    lines += [f"Needs {secret} in the environment." for secret in inputs.secrets]
    return ["#!/usr/bin/env bash", *(f"# {line}".rstrip() for line in lines)]


def _usage(parameters: Sequence[Parameter]) -> list[str]:
    return [
        "usage() { sed -n '/^set /q; s/^# //p' \"$0\"; }",
        'case "${1-}" in -h | --help) usage; exit 0 ;; esac',
        f"if (({_wrong_count(parameters)})); then usage >&2; exit 64; fi",
    ]


def _wrong_count(parameters: Sequence[Parameter]) -> str:
    """64 is EX_USAGE of sysexits.h: a wrong call, which is no run."""
    required = sum(p.default is None for p in parameters)
    return f"$# < {required} || $# > {len(parameters)}" if required else f"$# > {len(parameters)}"


def _arguments(inputs: Inputs) -> list[str]:
    lines = []
    for number, parameter in enumerate(inputs.parameters, 1):
        if parameter.default is None:
            lines.append(f'{parameter.name}="${{{number}:?{parameter.name} is missing, see --help}}"')
        else:
            lines.append(f"{parameter.name}={_with_default(number, parameter.default)}")
    guarded = [f'"${{{p.name}}}"' for p in inputs.parameters if not any(s.value.startswith("-") for s in p.seen)]
    if guarded:
        lines += [_GUARD, *(f"must_be_plain {variable}" for variable in guarded)]
    return lines + [f': "${{{secret}:?set it in the environment first}}"' for secret in inputs.secrets]


def _with_default(number: int, value: str) -> str:
    if re.fullmatch(r"[\w ./:@%+=,-]*", value):
        return f'"${{{number}:-{value}}}"'
    # Quotes of its own: ShellCheck cannot read an apostrophe in "${1:-...}", and a } would end it.
    return f'${{{number}:-"{double_quoted(value)}"}}'
