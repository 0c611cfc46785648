"""The person's aliases, read and never executed: a line that starts with an alias means what the alias says."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

SNAPSHOTS = ("aliases.bash", "aliases.zsh")
"""What the hooks write into the state directory when a shell starts."""
RC_FILES = (".bashrc", ".bash_aliases", ".zshrc")
"""Read instead when no hook has run yet."""
_START = re.compile(r"\s*alias\s+(?!(?:-\S+\s+)*[^\s=]+=\$')\S")
_DEFINITION = re.compile(r"([^\s=$`/'\"|&;()<>]+)=(.*)", re.DOTALL)
_MAX_BYTES = 1 << 20
_MAX_LINES = 20


def parse_aliases(text: str) -> dict[str, str]:
    """Name to value of the `alias` lines in `text` (the output of `alias -p` or `alias -L`, or an rc file).

    zsh's global and suffix aliases are left out: they do not stand for a first word. So are values in `$'...'`.
    """
    found: dict[str, str] = {}
    for words in _definitions(text.split("\n")):
        if any(word.startswith(("-", "+")) and word not in ("--", "-r", "-p", "-L") for word in words):
            continue
        for word in words:
            if (definition := _DEFINITION.fullmatch(word)) is not None:
                found[definition[1]] = definition[2]
    return found


def read_aliases(state_dir: Path, home: Path) -> dict[str, str]:
    """Aliases as the hooks saw them; without a hook's snapshot, as the rc files spell them. Empty when there is neither."""
    for paths in ([state_dir / name for name in SNAPSHOTS], [home / name for name in RC_FILES]):
        texts = [text for path in paths if (text := _read_text(path)) is not None]
        if texts:
            return parse_aliases("\n".join(texts))
    return {}


def _definitions(lines: list[str]) -> Iterator[list[str]]:
    """The words after `alias`, of each definition; a quoted value may go over several lines."""
    at = 0
    while at < len(lines):
        if not _START.match(lines[at]):
            at += 1
            continue
        for stop in range(at + 1, min(at + _MAX_LINES, len(lines)) + 1):
            try:
                words = shlex.split("\n".join(lines[at:stop]), comments=True)
            except ValueError:  # a quote is still open
                continue
            yield _up_to_operator(words[1:])
            at = stop - 1
            break
        at += 1


def _up_to_operator(words: list[str]) -> list[str]:
    """What belongs to `alias` when another command follows on the line."""
    for number, word in enumerate(words):
        if word in (";", "&&", "||", "|"):
            return words[:number]
    return words


def _read_text(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return file.read(_MAX_BYTES).decode("utf-8", "surrogateescape")
    except OSError:
        return None
