"""What a careful colleague writes differently in a script than at the prompt, and what should not be in a script at all.

Each rule answers a ShellCheck finding (its number stands beside it); every change is declared to the person in words.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from vynexus_tui.automation.own_names import FUNCTIONS
from vynexus_tui.automation.quoting import Context, Edit, Reading, double_quoted, read_quoting
from vynexus_tui.automation.steps import ScriptStep
from vynexus_tui.language.lexing import Command, Word
from vynexus_tui.language.program_facts import command_words


class Tidied(NamedTuple):
    """The changes to a step's text, and what they are for."""

    edits: tuple[Edit, ...]
    adds: tuple[str, ...]


QUOTES = "quotes what the shell would split into words"
NAMES = "writes ./ before * so that no file name is read as an option"
_REPLACED = "writes grep -E for egrep, -F for fgrep"
_DASHES = "ends cat's options before its file"
_BACKTICKS = "writes $(...) for backticks"
_BRACES = "puts braces around `a && b` before `|| c`"
_FOLDER = "writes the folder that find looks in"
_NULS = "separates the file names between find and xargs by NUL"
_COUNTS = "counts with grep -c"
_LETTERS = "writes tr's a-z as [:lower:], A-Z as [:upper:]"
_DOLLARS = "writes '$' with a backslash"

_PROGRAM = "starts as a program what the script has a function for"
_READS_DOLLARS = frozenset(
    """trap sh bash ksh zsh ssh eval xprop alias docker podman oc dpkg-query jq rename rg unset awk gawk mawk perl sed
    envsubst""".split()
)
_EXPANDS = re.compile(r"\$[{(0-9a-zA-Z_]|`[^`]+`")
_PATTERN_OPTIONS = frozenset("-name -iname -path -ipath -wholename -iwholename -regex -iregex -lname".split())
_FIND_MODES = frozenset({"-L", "-H", "-P", "-E", "-X", "-d", "-s"})
_CLASSES = {"a-z": "'[:lower:]'", "A-Z": "'[:upper:]'", "[a-z]": "'[:lower:]'", "[A-Z]": "'[:upper:]'"}
_COUNTED = frozenset("-l -L -o -r -R -A -B -c".split())
"""With these grep's lines are not what ShellCheck takes for a count."""
_GLOB_START = re.compile(r"[*?]")
_LAST_WORDS = frozenset({"echo", "exit", "return", "printf", "true", ":"})
_TESTS = frozenset({"test", "[", "[["})


def tidy(step: ScriptStep) -> Tidied:
    """The changes that make a step's words mean the same in a script as they did at the prompt."""
    reading = read_quoting(step.text)
    found = [*_quoted_expansions(step, reading), *_command_edits(step, reading), *_braces(step, reading), *_dollars(step, reading)]
    return Tidied(tuple(edit for edit, _ in found), tuple(dict.fromkeys(words for _, words in found)))


def _quoted_expansions(step: ScriptStep, reading: Reading) -> Iterator[tuple[Edit, str]]:
    assigned = [(w.start, w.end) for command in step.commands for w in command.assignments]
    for start, end, is_split in reading.expansions:
        text = step.text[start:end]
        left, right = "", ""
        if text[0] == "`":  # SC2006
            left, right = "$(", ")"
        is_quoted = is_split and not text.startswith("$((") and not any(a <= start < b for a, b in assigned)  # SC2086, SC2046
        if is_quoted:
            left, right = f'"{left}', f'{right}"'
        if left:
            size = text[0] == "`"
            yield Edit(start, start + size, left), QUOTES if is_quoted else _BACKTICKS
            yield Edit(end - size, end, right), QUOTES if is_quoted else _BACKTICKS


def _command_edits(step: ScriptStep, reading: Reading) -> Iterator[tuple[Edit, str]]:
    for number, command in enumerate(step.commands):
        words = command_words(command)
        if not words:
            continue
        arguments = command.words[len(command.words) - len(words) + 1 :]
        program = command.words[len(command.words) - len(words)]
        if program.text in FUNCTIONS:
            yield Edit(program.start, program.start, "command "), _PROGRAM
        if program.text in ("egrep", "fgrep"):  # SC2196, SC2197
            yield Edit(program.start, program.end, f"grep -{program.text[0].upper()}"), _REPLACED
        is_piped = number + 1 < len(step.commands) and re.match(r"\s*\|(?!\|)", step.text[command.words[-1].end :])
        if words[0] == "cat" and len(words) == 2 and is_piped and not command.redirects and words[1][:1] != "-":  # SC2002
            yield Edit(arguments[0].start, arguments[0].start, "-- "), _DASHES
        if words[0] == "find" and (not arguments or (arguments[0].text[0] == "-" and arguments[0].text not in _FIND_MODES)):  # SC2185
            yield Edit(program.end, program.end, " ."), _FOLDER
        following = step.commands[number + 1] if is_piped else None
        if following and words[0] == "find" and command_words(following)[:1] == ("xargs",):
            yield from _nul_edits(command, following)
        if following and words[0] == "grep" and command_words(following) == ("wc", "-l") and not _COUNTED & set(words):  # SC2126
            yield Edit(program.end, program.end, " -c"), _COUNTS
            yield Edit(command.words[-1].end, following.words[-1].end, " || (($? == 1))"), _COUNTS
        for word in arguments if words[0] == "tr" else ():
            if word.value in _CLASSES:  # SC2018, SC2019
                yield Edit(word.start, word.end, _CLASSES[word.value]), _LETTERS
        yield from _glob_edits(words[0], arguments, reading)


def _nul_edits(find: Command, xargs: Command) -> Iterator[tuple[Edit, str]]:
    """SC2038; only where `_can_use_nul`."""
    program = next(word for word in xargs.words if word.value.endswith("xargs"))
    texts = [word.text for word in find.words]
    if "-print0" in texts or any(text.startswith("-printf") for text in texts):
        return
    if texts[-1] == "-print":
        yield Edit(find.words[-1].end, find.words[-1].end, "0"), _NULS
    else:
        yield Edit(find.words[-1].end, find.words[-1].end, " -print0"), _NULS
    if not {"-0", "--null"} & {word.text for word in xargs.words}:
        yield Edit(program.end, program.end, " -0"), _NULS


def _glob_edits(program: str, arguments: tuple[Word, ...], reading: Reading) -> Iterator[tuple[Edit, str]]:
    for before, word in zip((None, *arguments), arguments, strict=False):
        has_glob = any(ch in "*?[" and reading.contexts[word.start + i] is Context.BARE for i, ch in enumerate(word.text))
        is_plain = not any(ch in "'\"\\$`" for ch in word.text.removesuffix("$"))
        if not has_glob or not is_plain:
            continue
        is_pattern = (program == "find" and before and before.text in _PATTERN_OPTIONS) or (
            program == "grep" and word == _first_operand(arguments)
        )
        if is_pattern or re.match(r"--?[\w-]+=", word.text):  # SC2061, SC2062
            yield Edit(word.start, word.start, '"'), QUOTES
            yield Edit(word.end, word.end, '"'), QUOTES
        elif _GLOB_START.match(word.text) and program not in ("echo", "printf"):  # SC2035
            yield Edit(word.start, word.start, "./"), NAMES


def _first_operand(arguments: tuple[Word, ...]) -> Word | None:
    return next((word for word in arguments if not word.text.startswith("-")), None)


def _braces(step: ScriptStep, reading: Reading) -> Iterator[tuple[Edit, str]]:
    """SC2015: `a && b || c` runs c also when b fails; the braces say that this is meant."""
    operators = [m for m in re.finditer(r"&&|\|\|", step.text) if reading.contexts[m.start()] in (Context.SYNTAX, Context.BARE)]
    either = next((i for i, m in enumerate(operators) if m.group() == "||"), 0)
    if not either or not step.commands or "(" in step.text:
        return
    first, last = command_words(step.commands[0])[:1], command_words(step.commands[-1])[:1]
    if last and last[0] in _LAST_WORDS:
        return
    if first and first[0] in _TESTS and len(step.commands) == 2:
        return
    start = step.commands[0].words[0].start
    yield Edit(start, start, "{ "), _BRACES
    yield Edit(operators[either].start(), operators[either].start(), "; } "), _BRACES


def _dollars(step: ScriptStep, reading: Reading) -> Iterator[tuple[Edit, str]]:
    r"""SC2016: '$x' is meant literally here; "\\$x" says so."""
    for start, end in reading.single_quoted:
        content = step.text[start + 1 : end - 1]
        user = next((command_words(c)[0] for c in step.commands if any(w.start <= start < w.end for w in c.words)), None)
        is_slotted = any(start <= slot.start < end for slot in step.slots)
        if _EXPANDS.search(content) and user not in _READS_DOLLARS and not is_slotted and "!" not in content:
            yield Edit(start, end, f'"{double_quoted(content)}"'), _DOLLARS
