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
      \$(?![A-Za-z_])          # $(..), ${..}, $', $?, $1
    | \$[A-Za-z_]\w*\[         # fish would take an element
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
        return [(first.start, first.end, "set -e")]
    if first.text == "export" and any(re.match(r"-|\w+$", word.text) for word in rest):
        return None
    return []
