"""An automation as text for use without VyNexus: a script, a recipe of a justfile, a fish function. Pure: writes nothing, runs nothing.

Nothing is translated: each of them has the bash text run by bash, with every argument handed over as an argument. Text substitution
(`{{arg}}` of just) would let a value run as code: measured on hostile values, in 32 of 114 runs.
"""

import shlex
from dataclasses import dataclass
from typing import Literal, assert_never

from vynexus_tui.domain.automations import Automation, Parameter
from vynexus_tui.domain.errors import ShellError
from vynexus_tui.language.visible import visible

ExportTarget = Literal["sh", "just", "fish"]
_INDENT = "    "
_LONGEST_SUMMARY = 100
_BY_ITS_WHOLE_NAME = '[[ "$0" == /* || ! -f "$0" ]] || exec bash "$PWD/$0" "$@"'
"""The script reads its own text ($0: --help, --dry-run, the step it stopped at), which `bash name.sh` would look for in the folder it
runs in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What was made for one target."""

    text: str
    use: str
    """What to do with it, in one line."""
    mode: int = 0o644
    """Of the file it is written to."""

    @property
    def content(self) -> bytes:
        """The text as bytes; what was recorded and is not UTF-8 stays as it was."""
        return self.text.encode("utf-8", "surrogateescape")


def export_automation(automation: Automation, target: ExportTarget) -> Export:
    """The automation for `target`. Raises ShellError, in words, where that cannot be done faithfully."""
    match target:
        case "sh":
            return _script(automation)
        case "just":
            return _recipe(automation)
        case "fish":
            return _fish_function(automation)
        case _:
            assert_never(target)


def _script(automation: Automation) -> Export:
    name, text = automation.name, _placed(automation)
    if not automation.is_function:
        return Export(text=text, use=f"a script of its own: bash {name}.sh --help", mode=0o755)
    # A script of its own could not change the shell that calls it.
    body = text.rstrip("\n")
    return Export(text=f"{name}() {{\n{body}\n}}\n", use=f"put it into ~/.bashrc or ~/.zshrc, then: {name}")


def _recipe(automation: Automation) -> Export:
    """The values arrive in variables (`$name` exports a parameter), become arguments, and leave the environment again. This needs
    no setting of the justfile, so recipes can be put one below the other, and works since just 0.9 (2021).
    """
    _refuse_function(automation, "a recipe runs in a shell of its own")
    names = [parameter.name for parameter in automation.parameters]
    quoted = " ".join(f'"${name}"' for name in names)
    taken = [f"set -- {quoted}", f"unset -v {' '.join(names)}"] if names else []
    body = _placed(automation, taken).rstrip("\n").split("\n")
    if any(line.isspace() or "\r" in line or not _is_utf8(line) for line in body):
        odd = "lines of blanks only, carriage returns or bytes that are not UTF-8"
        raise ShellError(f"{automation.name} has {odd}: just would change or refuse them", "export it --to sh")
    lines = [
        f"# {_where(automation)}",
        f"# {visible(automation.summary, limit=_LONGEST_SUMMARY)}",
        f"{' '.join([automation.name, *map(_recipe_parameter, automation.parameters)])}:",
        *((_INDENT + line.replace("{{", "{{{{") if line else "") for line in body),
    ]
    call = " ".join([automation.name, *(f"<{p.name}>" if p.default is None else f"[{p.name}]" for p in automation.parameters)])
    return Export(text="\n".join(lines) + "\n", use=f"append it to a justfile, then: just {call}")


def _where(automation: Automation) -> str:
    if automation.runs_in is not None:
        return f"Runs in {visible(automation.runs_in)}."
    recorded = f"; recorded in {visible(automation.cwd)}" if automation.cwd else ""
    return f"Runs where the justfile is{recorded}."


def _recipe_parameter(parameter: Parameter) -> str:
    if parameter.default is None:
        return f"${parameter.name}"
    default = parameter.default.replace("\\", "\\\\").replace('"', '\\"')
    return f'${parameter.name}="{default}"'


def _fish_function(automation: Automation) -> Export:
    """A file, not `bash -c`: the script's --help reads its own header. psub takes the file away when bash has ended."""
    _refuse_function(automation, "its bash text cannot change a fish shell")
    lines = [
        f"function {automation.name} --description {_fish_quoted(visible(automation.summary, limit=_LONGEST_SUMMARY))}",
        f"{_INDENT}set -l script {_fish_quoted(_placed(automation))}",
        f"{_INDENT}bash (printf %s $script | psub -f) $argv",
        "end",
    ]
    name = automation.name
    return Export(text="\n".join(lines) + "\n", use=f"keep it as ~/.config/fish/functions/{name}.fish, then: {name} --help")


def _refuse_function(automation: Automation, because: str) -> None:
    if automation.is_function:
        raise ShellError(f"{automation.name} changes the shell that calls it: {because}", "export it --to sh: a function for bash and zsh")


def _placed(automation: Automation, added: list[str] | None = None) -> str:
    """The script, with what it needs instead of `vynexus run` behind its header: that is what --help prints, up to the first `set`."""
    leave = "return" if automation.is_function else "exit"
    folder = [f"cd -- {shlex.quote(automation.runs_in)} || {leave}"] if automation.runs_in is not None else []
    if folder and not automation.is_function:
        folder.insert(0, _BY_ITS_WHOLE_NAME)
    lines = automation.script.text.split("\n")
    if not lines[0].startswith("#!"):
        lines.insert(0, "#!/usr/bin/env bash")
    end = next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))
    return "\n".join([*lines[:end], *(added or []), *folder, *lines[end:]])


def _is_utf8(text: str) -> bool:
    return not any(0xD800 <= ord(ch) <= 0xDFFF for ch in text)


def _fish_quoted(text: str) -> str:
    """Between single quotes fish knows two escapes only."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
