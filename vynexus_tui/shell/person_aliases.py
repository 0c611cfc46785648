"""The person's aliases, read and never executed: a line that starts with an alias means what the alias says."""

import re
import shlex
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from vynexus_tui.shell.file_writing import read_small_text

SNAPSHOTS = ("aliases.bash", "aliases.zsh")
"""What the hooks write into the state directory when a shell starts."""
RC_FILES = (".bashrc", ".bash_aliases", ".zshrc")
"""Read instead when no hook has run yet."""
FISH_SNAPSHOT = "aliases.fish"
_START = re.compile(r"\s*alias\s+(?!(?:-\S+\s+)*[^\s=]+=\$')\S")
_DEFINITION = re.compile(r"([^\s=$`/'\"|&;()<>]+)=(.*)", re.DOTALL)
_FISH_LINE = re.compile(r"[ \t]*(?:function|alias)[ \t]+")
_FISH_WORD = re.compile(r"""(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\$]|\\.)*"|\\.|[^\s'"\\$();&|<>])+""", re.DOTALL)
_FISH_PART = re.compile(r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|\\(.)""", re.DOTALL)
_FISH_DEFINITION = re.compile(r"alias ([^\s=/]+)[ =](.+)", re.DOTALL)
_MAX_LINES = 20
_MAX_WORD = 1 << 12


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


def parse_fish_aliases(text: str) -> dict[str, str]:
    """Name to value of fish's aliases in `text`: the hook's snapshot, an rc file, or what `alias --save` wrote.

    To fish an alias is a function with the description `alias NAME VALUE` or `alias NAME=VALUE`. A value with a variable is left out.
    """
    found: dict[str, str] = {}
    for line in _FISH_LINE.finditer(text):
        if line.start() and text[line.start() - 1] != "\n":
            continue
        words = _fish_words(text, line.end())
        if line[0].strip() == "function":
            description = next((after for word, after in pairwise(words) if word in ("--description", "-d")), "")
        else:
            arguments = [word for word in words if word not in ("-s", "--save", "--")]
            description = " ".join(["alias", *arguments]) if len(arguments) in (1, 2) else ""
        if definition := _FISH_DEFINITION.fullmatch(description):
            found[definition[1]] = definition[2]
    return found


def read_aliases(state_dir: Path, home: Path, *, config_home: Path | None = None) -> dict[str, str]:
    """Aliases as the hooks saw them; of shells without a hook's snapshot, as the rc files spell them. Empty when there is neither.

    `config_home`: where fish's folder is; None for `.config` below `home`.
    """
    fish = (config_home or home / ".config") / "fish"
    kept = _snapshots(state_dir, FISH_SNAPSHOT) or _persons_own(*_fish_files(fish / "conf.d"), fish / "config.fish")
    found = parse_fish_aliases("\n".join([*_persons_own(*_fish_files(fish / "functions")), *kept]))
    texts = _snapshots(state_dir, *SNAPSHOTS) or _persons_own(*(home / name for name in RC_FILES))
    return found | parse_aliases("\n".join(texts))


def _fish_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.fish"))


def _fish_words(text: str, start: int) -> list[str]:
    """The words from `start` to the end of the command, as fish reads them; up to the first that is not plain text."""
    words = []
    while text[start : start + 1] != "#" and (word := _FISH_WORD.match(text, start, start + _MAX_WORD)) is not None:
        words.append(_FISH_PART.sub(_fish_part, word[0]))
        start = word.end()
        while text[start : start + 1] in (" ", "\t"):
            start += 1
    is_whole = start >= len(text) or text[start] in "\n;&|#"
    return words if is_whole else words[:-1]


def _fish_part(part: re.Match[str]) -> str:
    single, double, escaped = part.groups()
    if single is not None:
        return re.sub(r"\\(['\\])", r"\1", single)
    if double is not None:
        return re.sub(r'\\(["$\\])', r"\1", double).replace("\\\n", "")
    return {"n": "\n", "t": "\t", "r": "\r", "e": "\x1b", "\n": ""}.get(escaped, escaped)


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


def _snapshots(state_dir: Path, *names: str) -> list[str]:
    """Our hooks write regular files: a link or a pipe of that name is not theirs."""
    return [text for name in names if (text := read_small_text(state_dir / name)) is not None]


def _persons_own(*paths: Path) -> list[str]:
    """What is there to read of `paths`, through links too."""
    return [text for path in paths if (text := read_small_text(path, follows_links=True)) is not None]
