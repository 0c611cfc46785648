"""What a script's own text says: its risk, its arguments, its steps. For a script that a person has edited, and any other bash text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from vynexus_tui.automation.risk import assess
from vynexus_tui.domain.automations import Parameter, Risk, RiskLevel
from vynexus_tui.language.lexing import Part, parse_command
from vynexus_tui.language.program_facts import command_words
from vynexus_tui.language.visible import visible

_STEP = re.compile(r"^: step \d+$", re.MULTILINE)
_PARAMETER = re.compile(
    r"""^(?P<name>[a-z_]\w*)=(?:"\$\{(?P<number>\d+)(?::\?[^"\n]*|:-(?P<plain>[^"\n]*))\}"|\$\{(?P<quoted_number>\d+):-"(?P<quoted>(?:[^"\\\n]|\\.)*)"\})$""",
    re.MULTILINE,
)
"""As script_text writes them: `name="${1:?...}"`, `name="${2:-main}"`, `name=${2:-"a \\"b\\""}`."""
_NEEDED = re.compile(r'^: "\$\{[A-Za-z_]\w*:\?', re.MULTILINE)
_PREPARES = frozenset("set shopt trap usage must_be_plain : umask".split())
_FIRST_COMMANDS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptFacts:
    """What can be read from a script without running it."""

    risk: Risk
    summary: str
    """One line, visible(): the commands of its steps, or its first commands; empty when there are none."""
    parameters: tuple[Parameter, ...]
    """In the order of the arguments; what the person used before is not in the text, so `seen` is empty."""


def describe_script(text: str) -> ScriptFacts:
    """The facts of a bash script. Never raises; what it cannot read is assessed line by line, so rather too high than too low."""
    before, *steps = _STEP.split(text)
    parameters = tuple(_parameters(before))
    commands = [" ".join(step.split()) for step in steps if step.strip()] or list(_first_commands(parse_command(text)))
    summary = " › ".join(commands)
    for parameter in parameters:
        summary = re.sub(rf"""(?:'"|")?\$\{{{parameter.name}\}}(?:"'|")?""", f"{{{parameter.name}}}", summary)
    return ScriptFacts(risk=_risk(text), summary=visible(summary, limit=200), parameters=parameters)


def _risk(text: str) -> Risk:
    # Each line once more by itself: where this lexer and bash disagree about a quote, no command may vanish in it.
    lines = {line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")}
    risk = assess([*parse_command(text), *(part for line in sorted(lines) for part in parse_command(line))])
    if not _NEEDED.search(text):
        return risk
    level = RiskLevel.ELEVATED if risk.level is RiskLevel.LOW else risk.level
    return Risk(level=level, reasons=tuple(dict.fromkeys((*risk.reasons, "needs a secret from the environment"))))


def _parameters(text: str) -> Iterator[Parameter]:
    found: dict[int, Parameter] = {}
    for match in _PARAMETER.finditer(text):
        quoted = match["quoted"]
        default = match["plain"] if quoted is None else re.sub(r'\\([\\$`"])', r"\1", quoted)
        found.setdefault(int(match["number"] or match["quoted_number"]), Parameter(name=match["name"], default=default))
    yield from (found[number] for number in sorted(found))


def _first_commands(parts: tuple[Part, ...]) -> Iterator[str]:
    left = _FIRST_COMMANDS
    for part in parts:
        words = command_words(part.commands[0]) if part.commands else tuple(part.text.split()[:1])
        if not left or not words or words[0] in _PREPARES or re.match(r"(?:function\s|\w+\s*\(\))", part.text):
            continue
        left -= 1
        yield " ".join(part.text.split())
