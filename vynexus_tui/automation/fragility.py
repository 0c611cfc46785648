"""What works at the prompt and breaks in a script: word lists from output, `ls |`, variables that hold several words.

Each rule answers a ShellCheck finding (its number stands beside it) for which there is no change that surely means the same.
"""

import itertools
import re

from vynexus_tui.automation.quoting import Expansion, read_quoting
from vynexus_tui.automation.steps import ScriptStep
from vynexus_tui.language.lexing import Command
from vynexus_tui.language.program_facts import command_words

_ONE_VALUE = frozenset(
    "date pwd basename dirname which mktemp id whoami hostname nproc uname realpath readlink tty getconf arch logname".split()
)
_ONE_VALUE_GIT = frozenset({"rev-parse", "describe", "symbolic-ref", "merge-base"})
_LISTS = re.compile(r"\$\{?\w*(?:FLAGS|OPTS|ARGS|OPTIONS|PARAMS)\b")
_FRAGILE = tuple(
    (re.compile(expression), reason)
    for expression, reason in (
        (r"(?:^|[;&|(`])\s*ps\b[^|;&]*\|\s*[ef]?grep\b", "ps | grep also finds itself; pgrep does not"),  # SC2009
        (r"(?:^|[;&|(`])\s*ls\b[^|;&()]*\|(?!\|)", "ls in a pipe breaks on unusual file names"),  # SC2010-2012
        (r"[\u201c\u201d\u2018\u2019\u2033]", "holds typographic quotes, which quote nothing"),  # SC1110
        (r"\b(?:sh|bash|dash|zsh)\s+-\w*c\s+(?:'[^']*\{\}|\"[^\"]*\{\})", "puts file names into a program's text"),  # SC2156
        (r"\bxargs\b(?:\s+-\S+)*\s+-\w?i\b", "xargs -i is out of date: -I{}"),  # SC2267
        (r"(?:^|\s)\{['\"]", "holds a brace without a meaning"),  # SC1083
        (r"\becho\s+(?:-n\s+)?['\"][^'\"]*\\[nrt0]", "echo prints \\n as it is"),  # SC2028
        (r"\becho\s+\"?\$\{?\w+\}?\"?\s*\|\s*sed\b", "edits a variable with sed"),  # SC2001
    )
)


_EXPANDS_HERE = re.compile(r"^[^']*(?<!\\)[$`](?=[\w({])")
_LONE_BRACE = re.compile(r"\\\{\}|(?<![$\\{])\{(?![{}])(?![^{}]*(?:,|\.\.)[^{}]*\})")
_READS_NO_PIPE = frozenset(
    "alias basename cal cd chgrp chmod chown cp dirname du echo exit export kill ln mkdir mv printf pwd rename rm rmdir sleep touch unset".split()
)


def fragile_reason(step: ScriptStep) -> str | None:
    """Why these words would work at the prompt and break in a script, or None."""
    if found := next((reason for expression, reason in _FRAGILE if expression.search(step.text)), None):
        return found
    for expansion in read_quoting(step.text).expansions:
        text = step.text[expansion.start : expansion.end]
        if expansion.is_split and _LISTS.match(text):
            return f"{text} may hold several words"
        if expansion.is_split and text[:3] != "$((" and _is_list(step, expansion):
            return f"splits the output of {text} into words"
        if text.startswith("`") and ("\\" in text or text.count("`") > 2):
            return "nests backticks"
    if not step.commands and re.search(r"\bin\s+[^;\n]*(?:\$\(|`)", step.text):  # SC2045, SC2013
        return "loops over the output of a command, word by word"
    heads = [command_words(command) for command in step.commands]
    if any(a[:1] == ("find",) and b[:1] == ("xargs",) and not _can_use_nul(a, b) for a, b in itertools.pairwise(heads)):  # SC2038
        return "find | xargs breaks on file names with blanks"
    if idle := next(
        (b[0] for _, b in itertools.pairwise(heads) if b[:1] and b[0] in _READS_NO_PIPE and _is_pipeline(step)), None
    ):  # SC2216
        return f"{idle} does not read what the pipe gives it"
    return next((reason for command in step.commands if (reason := _fragile_command(command))), None)


def _can_use_nul(find: tuple[str, ...], xargs: tuple[str, ...]) -> bool:
    """Whether names can be separated by NUL: find only prints, xargs has no separator of its own."""
    if "-print0" in find or (any(w.startswith("-printf") for w in find) and any(w.endswith("\\0") for w in find)):
        return True
    has_action = any(w.startswith(("-exec", "-ok", "-ls", "-printf", "-fprint", "-fls", "-o", ",", "-quit", "-prune")) for w in find)
    own = itertools.takewhile(lambda w: w.startswith("-") or w.isdigit() or w == "{}", xargs[1:])
    return not has_action and not any(w.startswith(("-d", "-a", "-i", "-l", "-e", "--delim", "--arg", "--eof")) for w in own)


def _is_list(step: ScriptStep, expansion: Expansion) -> bool:
    """Whether a `$(...)` stands alone as a word and may give several."""
    text, (start, end, _) = step.text, expansion
    if text[start] not in "$`" or (text[start] == "$" and text[start + 1 : start + 2] != "("):
        return False
    before, after = text[start - 1 : start], text[end : end + 1]
    if (before and before not in " \t(") or (after and after not in " \t);|&\n"):
        return False
    words = text[start:end].strip("$()`").split()
    return not (words and (words[0] in _ONE_VALUE or (words[0] == "git" and _ONE_VALUE_GIT & set(words))))


def _fragile_command(command: Command) -> str | None:
    words = command_words(command)
    program, *arguments = words or ("",)
    if program in ("export", "local", "declare", "readonly") and any("=" in w and ("$(" in w or "`" in w) for w in arguments):  # SC2155
        return f"{program} hides the failure of the command inside it"
    if program == "find" and any(w.startswith(("-exec", "-ok")) for w in arguments) and not {";", "+"} & set(arguments):  # SC2067
        return "find -exec is never ended"
    raw = [word.text for word in command.words[len(command.words) - len(words) + 1 :]]
    if program == "echo" and len(raw) == 1 and re.fullmatch(r"\"?(?:\$\(.*\)|`.*`)\"?", raw[0], re.DOTALL):  # SC2005
        return "echo $(...) says no more than the command itself"
    if program == "printf" and raw and raw[0].lstrip('"')[:1] in "$`":  # SC2059
        return "printf takes its format from outside"
    if program == "ssh" and any(_EXPANDS_HERE.search(text) for text in raw[1:]):  # SC2029
        return "expands a variable here and not on the host"
    for word in command.words:
        if word.text.startswith(('"~', "'~")):  # SC2088
            return "~ in quotes is no home directory"
        if re.match(r"\w+=\(", word.text) or "$[" in word.text:
            return f"{word.text}: use a script of your own for this"
        if _LONE_BRACE.search(word.text) and not {"'", '"'} & set(word.text):  # SC1083
            return "holds a brace without a meaning"
    return None


def _is_pipeline(step: ScriptStep) -> bool:
    """Whether the step is nothing but one pipeline, so that every command but the first reads a pipe."""
    return len(step.parts) == 1 and not step.parts[0].is_compound


def tolerates_early_end(step: ScriptStep) -> bool:
    """Whether a pipeline in the step is meant to end early, or to find nothing, without that being a failure."""
    heads = [command_words(command) for command in step.commands]
    if len(heads) < 2 or "|" not in step.text.replace("||", ""):
        return False
    stops = any(words[:1] == ("head",) or (words[:1] == ("grep",) and {"-q", "-m1", "-m"} & set(words)) for words in heads[1:])
    return stops or any(words[:1] in (("grep",), ("egrep",), ("fgrep",), ("rg",), ("diff",), ("cmp",)) for words in heads[:-1])
