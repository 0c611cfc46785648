"""Say a line of bash in fish, where both mean the same; what fish would read differently is not said at all.

Grammar: fish manual, "The fish language" and "Fish for bash users" (3.2 and newer).
"""

import re

from vynexus_tui.language.lexing import Command, parse_command

_ONLY_BASH = frozenset(
    "set shopt trap declare typeset local readonly let mapfile readarray read getopts eval hash enable select until case [[ (( ! { } ["
    " if for while function alias unalias return shift compgen complete bind history fc dirs ulimit times".split()
)
"""First words that fish does not know, or knows as something else."""
_ACTIVATE = re.compile(r"[^\s'\"$]*/bin/activate")
_DIFFERS = re.compile(
    r"""
      \$                       # of a list, such as PATH, fish makes several words; bash splits what it finds; neither is the other
    | [`?(){}\[\]]             # substitutions, ?, [ab] and braces
    | <<|\|&|>\||&!|\#(?<!\S\#)
    | [\n\r]
    """,
    re.VERBOSE,
)
_IS_LETTER_TO_BASH = re.compile(r"\\[A-Za-z0-9\n]")
"""`\\n` is a line break to fish."""
_QUOTED = re.compile(r"'(?P<single>[^']*)'|\"(?P<double>(?:[^\"\\]|\\.)*)\"|\\.", re.DOTALL)
_DIFFERS_IN_DOUBLE = re.compile(r"\$(?![A-Za-z_])|\$[A-Za-z_]\w*\[|`")
_VARIABLE = re.compile(r"\$([A-Za-z_]\w*)")
_MEANS_OTHER = re.compile(
    r"status|pipestatus|version|history|hostname|umask|argv|fish\w*|_"  # fish's own
    r"|BASH\w*|RANDOM|SRANDOM|SECONDS|UID|EUID|PPID|LINENO|HOSTNAME|HOSTTYPE|MACHTYPE|OSTYPE|IFS|DIRSTACK|GROUPS|EPOCH\w+|SHELLOPTS|OPT\w+"
)
"""Variables that only one of the two shells has by itself."""
_LISTS_LOST = frozenset({"CDPATH", "MANPATH"})
"""fish's `export` loses their new value where they were empty (3.6)."""


def say_in_fish(line: str) -> str | None:
    """`line` for fish: `.venv/bin/activate` becomes its fish version, `unset` becomes `set -e`. None where fish has no such words."""
    parts = parse_command(line)
    if not parts or any(part.is_compound or part.is_background or part.joined_by not in ("", "&&") for part in parts):
        return None
    if not _reads_alike(line):
        return None
    edits: list[tuple[int, int, str]] = []
    for part in parts:
        for command in part.commands:
            said = _edits(command)
            if said is None:
                return None
            edits += said
    for start, end, text in sorted(edits, reverse=True):
        line = line[:start] + text + line[end:]
    return line


def _reads_alike(line: str) -> bool:
    """Whether quotes, expansions and operators mean the same to both."""
    for quoted in _QUOTED.finditer(line):
        if "\\" in (quoted["single"] or "") or _DIFFERS_IN_DOUBLE.search(quoted["double"] or "") or _IS_LETTER_TO_BASH.match(quoted[0]):
            return False
        if any(_MEANS_OTHER.fullmatch(name) for name in _VARIABLE.findall(quoted["double"] or "")):
            return False
    bare = _QUOTED.sub("\0", line)
    return _DIFFERS.search(bare) is None and "'" not in bare and '"' not in bare


def _edits(command: Command) -> list[tuple[int, int, str]] | None:
    if not command.words:
        return None
    first, *rest = command.words
    if first.text in _ONLY_BASH or "$" in first.text:
        return None
    if first.text in (".", "source"):
        if len(rest) != 1 or not _ACTIVATE.fullmatch(rest[0].text):
            return None
        return [(first.start, first.end, "source"), (rest[0].end, rest[0].end, ".fish")]
    if first.text == "unset":
        if not all(re.fullmatch(r"[A-Za-z_]\w*", word.text) for word in rest):
            return None
        # Not to have been set is an error to fish, and ends a chain.
        return [(first.start, first.end, "begin; set -e"), (command.words[-1].end, command.words[-1].end, "; true; end")]
    if first.text == "export" and any(re.match(r"-|\w+$", word.text) or word.text.partition("=")[0] in _LISTS_LOST for word in rest):
        return None
    return []
