"""From what was recorded to the steps of a script: aliases written out, `a && b` taken apart, what only a person can do left out."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from vynexus_tui.automation.own_names import forges_mark
from vynexus_tui.automation.quoting import Context, Edit, apply_edits, read_quoting
from vynexus_tui.domain.automations import RefusalReason
from vynexus_tui.domain.patterns import SlotSpan
from vynexus_tui.language.lexing import Command, Part, Word, parse_command
from vynexus_tui.language.program_facts import command_words, interactive_reason, is_trivial, stateful_reason
from vynexus_tui.language.redaction import redact
from vynexus_tui.language.visible import has_unseen


class Problem(NamedTuple):
    """Why no script can be made, and the word that decided it."""

    reason: RefusalReason
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptStep:
    """One step of the script to be: a part of a recorded line, with the places of its parameters."""

    text: str
    slots: tuple[SlotSpan, ...] = ()

    @property
    def template(self) -> str:
        """The text with every parameter written as {name}."""
        return apply_edits(self.text, [Edit(slot.start, slot.end, f"{{{slot.name}}}") for slot in self.slots])

    @property
    def parts(self) -> tuple[Part, ...]:
        """The step read by the lexer; more than one only where a test guards what follows it."""
        return parse_command(self.text)

    @property
    def commands(self) -> tuple[Command, ...]:
        """Its simple commands; empty for loops and other compounds."""
        return tuple(command for part in self.parts for command in part.commands)

    @property
    def words(self) -> tuple[str, ...]:
        """Words of its first command by value, wrappers taken off."""
        return command_words(self.commands[0]) if self.commands else ()


BUILTINS = frozenset(
    """. : [ [[ alias bg bind break builtin caller cd command compgen complete continue declare dirs disown echo enable eval exec exit
    export false fc fg getopts hash help history jobs kill let local logout mapfile popd printf pushd pwd read readarray readonly return
    set shift shopt source suspend test times trap true type typeset ulimit umask unalias unset wait time ! { if for while until case
    select function coproc""".split()
)
_TESTS = frozenset({"test", "[", "[["})
_LEFT_AT_START = frozenset({"clear", "cls", "reset", "exit", "logout"})
_LEFT_AT_END = _LEFT_AT_START | {"cd", "popd", "pushd", "deactivate"}
_PARENTHESIS = re.compile(
    r"(?:[^\s;&|(){}$<>=!\w\\'\"`-]|(?<![\w-])(?!(?:do|then|else|elif|if|while|until|in|time)\b)[\w-]+[ \t])[ \t]*\((?!\))|!\("
)
_FORGED_STEP = re.compile(r"""(?<![^\s;&|(]):\s+["'\\]*step\b""")
"""A trial reads `: step N` from the trace; recorded text must not be able to say it."""
_PAIRS = (("do", "done"), ("if", "fi"), ("case", "esac"), ("{", "}"))


def build_steps(
    text: str, slots: Sequence[SlotSpan], aliases: Mapping[str, str], is_program: Callable[[str], bool]
) -> tuple[ScriptStep, ...] | Problem:
    """The steps of one recorded line."""
    for _ in range(2):
        text, slots = _expand_aliases(text, slots, aliases, is_program)
    if broken := _syntax_problem(text):
        return Problem(RefusalReason.SYNTAX, broken)
    steps = []
    for start, end in _cuts(parse_command(text)):
        inside = tuple(SlotSpan(start=s.start - start, end=s.end - start, name=s.name) for s in slots if start <= s.start and s.end <= end)
        steps.append(ScriptStep(text=text[start:end], slots=inside))
    # Only what stays: a value becomes an argument, and no script shows it.
    if any(has_unseen(step.template) for step in steps):
        return Problem(RefusalReason.SYNTAX, "holds characters that cannot be seen")
    if sum(len(step.slots) for step in steps) < len(slots):
        return Problem(RefusalReason.UNQUOTABLE, "a parameter reaches over the end of a command")
    return tuple(steps)


def _cuts(parts: Sequence[Part]) -> Iterator[tuple[int, int]]:
    """Where the steps lie. `test -f x && rm x` stays one step: alone, a false test would stop the script."""
    start: int | None = None
    for i, part in enumerate(parts):
        start = part.start if start is None else start
        following = parts[i + 1].joined_by if i + 1 < len(parts) else ""
        if following == "&&" and (_program(part) in _TESTS or start != part.start):
            continue
        yield start, part.end
        start = None


def _program(part: Part) -> str:
    if part.commands:
        words = command_words(part.commands[0])
        return words[0] if words else ""
    return part.text.split()[0]


def _syntax_problem(text: str) -> str | None:
    if any(unicodedata.category(ch) == "Cc" and ch not in "\n\t" for ch in text):
        return "holds a control character"
    if _FORGED_STEP.search(text) or forges_mark(parse_command(text)):
        return "holds a line that a trial would take for a step of its own"
    if not read_quoting(text).is_complete:
        return "a quote or bracket is never closed"
    stripped = text.strip()
    if stripped.endswith(("&&", "|", "\\")) or stripped.startswith(("&&", "|", ";", ")")):
        return "begins or ends with an operator"
    if _PARENTHESIS.search(text) and (odd := _odd_parenthesis(text)):
        return odd
    for part in parse_command(text):
        if any(redirect.target is None for command in part.commands for redirect in command.redirects):
            return "a redirection has no file"
        if not part.is_compound or part.commands:
            continue
        words = part.text.replace(";", " ").split()
        if odd := next((a for a, b in _PAIRS if words.count(a) != words.count(b)), None):
            return f"`{odd}` is never closed"
    return None


def _odd_parenthesis(text: str) -> str | None:
    """A parenthesis behind a word: bash reads it as an error unless it opens a subshell, a list or a function."""
    contexts = read_quoting(text).contexts
    for match in _PARENTHESIS.finditer(text):
        if contexts[match.end() - 1] is Context.SYNTAX:
            return "a parenthesis stands where bash expects none"
    return None


def _expand_aliases(
    text: str, slots: Sequence[SlotSpan], aliases: Mapping[str, str], is_program: Callable[[str], bool]
) -> tuple[str, tuple[SlotSpan, ...]]:
    edits = []
    for part in parse_command(text):
        for command in part.commands:
            word = program_word(command)
            if word and word.text in aliases and word.text not in BUILTINS and not is_program(word.text):
                edits.append(Edit(word.start, word.end, redact(aliases[word.text].strip())))
    moved = []
    for slot in slots:
        shift = sum(len(e.text) - (e.end - e.start) for e in edits if e.end <= slot.start)
        moved.append(SlotSpan(start=slot.start + shift, end=slot.end + shift, name=slot.name))
    return apply_edits(text, edits), tuple(moved)


def program_word(command: Command) -> Word | None:
    """The word that names the program, behind wrappers such as time and env."""
    count = len(command_words(command))
    return command.words[len(command.words) - count] if count else None


def unknown_program(steps: Sequence[ScriptStep], is_program: Callable[[str], bool]) -> str | None:
    """The first command that a script could not start, or None."""
    for step in steps:
        for command in step.commands:
            word = program_word(command)
            if word is None or word.value in BUILTINS:
                continue
            if word.text[:1] in "$`" or "$(" in word.text:
                return f"{word.text} is only known when it runs"
            if "/" not in word.value and not is_program(word.value):
                return f"{word.value} is no program on the PATH and no alias"
    return None


def without_person(steps: Sequence[ScriptStep]) -> tuple[tuple[ScriptStep, ...], tuple[str, ...]] | Problem:
    """The longest stretch at the end that needs nobody, with the folders and variables it depends on, and in words what is left to the person around it."""
    kept, words = stretch_without_person(steps)
    if words and all(_does_nothing(step) for step in kept):
        return Problem(RefusalReason.INTERACTIVE, next(r for step in steps if (r := _interactive(step))))
    return kept, words


def stretch_without_person(steps: Sequence[ScriptStep]) -> tuple[tuple[ScriptStep, ...], tuple[str, ...]]:
    """The same, also where nothing worth doing is left."""
    reasons = [_interactive(step) for step in steps]
    if not any(reasons):
        return tuple(steps), ()
    end = len(steps)
    while end and reasons[end - 1]:
        end -= 1
    start = max((i + 1 for i in range(end) if reasons[i]), default=0)
    kept = tuple(steps[start:end])
    works = not all(is_trivial(part) for step in kept for part in step.parts)
    settings = tuple(step for step in steps[:start] if works and _is_setting(step))
    words = [
        f"leaves `{_short(step.text)}` to you, before it"
        for step in steps[:start]
        if step not in settings and (not _does_nothing(step) or _interactive(step))
    ]
    words += [f"leaves `{_short(step.text)}` to you, after it" for step in steps[end:]]
    return (*settings, *kept), tuple(words)


def without_moves(steps: Sequence[ScriptStep]) -> tuple[ScriptStep, ...]:
    """Without `clear` at the start and `cd ..`, `exit`, `deactivate` at the end, which mean nothing to a script."""
    kept = [step for step in steps if step.words != ("deactivate",)]
    while kept and kept[0].words[:1] and kept[0].words[0] in _LEFT_AT_START:
        kept.pop(0)
    while kept and kept[-1].words[:1] and kept[-1].words[0] in _LEFT_AT_END:
        kept.pop()
    return tuple(kept)


def _interactive(step: ScriptStep) -> str | None:
    return next((reason for part in step.parts if (reason := interactive_reason(part))), None)


def _is_setting(step: ScriptStep) -> bool:
    """Whether what follows depends on it: `cd src`, `export A=1`, `source .venv/bin/activate`."""
    return not _interactive(step) and bool(step.parts) and all(stateful_reason(part) for part in step.parts)


def _does_nothing(step: ScriptStep) -> bool:
    return all(is_trivial(part) or stateful_reason(part) for part in step.parts)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else line[:39] + "…"
