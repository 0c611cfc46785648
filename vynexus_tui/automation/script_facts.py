"""What a script's own text says: its risk, its arguments, its steps. For a script that a person has edited, and any other bash text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from vynexus_tui.automation.risk import assess
from vynexus_tui.domain.automations import Parameter, Risk, RiskLevel
from vynexus_tui.language.lexing import Part, parse_command
from vynexus_tui.language.program_facts import command_words
from vynexus_tui.language.visible import visible

_STEP = re.compile(r"^: step \d+(?: &&)?$", re.MULTILINE)
_AROUND = re.compile(r"\A\s*(?:\(\(from_step > \d+\)\) \|\| )?(?P<step>.*?)(?: &&)?\s*\Z", re.DOTALL)
"""What script_text writes around a step."""
_PARAMETER = re.compile(
    r"""^(?P<name>[a-z_]\w*)=(?:"\$\{(?P<number>\d+)(?::\?[^"\n]*|:-(?P<plain>[^"\n]*)|)\}"|\$\{(?P<quoted_number>\d+):-"(?P<quoted>(?:[^"\\\n]|\\.)*)"\})$""",
    re.MULTILINE,
)
"""As script_text writes them: `name="${1}"`, before that `name="${1:?...}"`, `name="${2:-main}"`, `name=${2:-"a \\"b\\""}`."""
_NEEDED = re.compile(r'^: "\$\{[A-Za-z_]\w*:\?', re.MULTILINE)
_PREPARES = frozenset("set shopt trap usage refuse stop stopped begin finish must_be_plain : umask".split())
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
    commands = [" ".join(own.split()) for step in steps if (own := _own_text(step))] or list(_first_commands(parse_command(text)))
    summary = " › ".join(commands)
    for parameter in parameters:
        summary = re.sub(rf"""(?:'"|")?\$\{{{parameter.name}\}}(?:"'|")?""", f"{{{parameter.name}}}", summary)
    return ScriptFacts(risk=_risk(text), summary=visible(summary, limit=200), parameters=parameters)


def step_texts(text: str) -> tuple[str, ...]:
    """What each numbered step does, without what script_text writes around it. Empty where they are not numbered 1, 2, 3 ..."""
    marks = [int(match.group().split()[2]) for match in _STEP.finditer(text)]
    if marks != list(range(1, len(marks) + 1)):
        return ()
    texts = (_own_text(step).splitlines() for step in _STEP.split(text)[1:])
    return tuple("; ".join(line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")) for lines in texts)


def _own_text(step: str) -> str:
    """A step without what stands around it."""
    step = step.replace("{ # shellcheck source=", "{\n# shellcheck source=")
    lines = [line for line in step.strip().splitlines() if not line.lstrip().startswith(("begin ", "finish ", "# shellcheck "))]
    match = _AROUND.match("\n".join(lines))
    own = match["step"] if match else step
    return own[1:-1].strip().removesuffix(";") if re.match(r"\{\s", own) and own.endswith("}") else own


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
        # `$(...)`: the script works it out.
        default = "" if default and default.startswith("$(date +") else default
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
