"""Names for parameters that a person would choose: from the option before the value, the program, or what the values look like."""

import re
from collections.abc import Sequence

from vynexus_tui.language.lexing import Word, parse_command, unquote
from vynexus_tui.language.program_facts import command_words

_LOOKS = (
    ("url", re.compile(r"[a-z][a-z0-9+.-]*://\S+")),
    ("date", re.compile(r"\d{4}-\d\d-\d\d(?:[T_ ][\d:]+Z?)?|\d{8}")),
    ("address", re.compile(r"\d{1,3}(?:\.\d{1,3}){3}(?::\d+|/\d+)?")),
    ("version", re.compile(r"v?\d+(?:\.\d+){1,3}(?:[-+.][\w.]+)?")),
    ("n", re.compile(r"-?\d+(?:\.\d+)?[kKmMgGs%]?")),
    ("commit", re.compile(r"(?=[0-9a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,64}")),
    ("host", re.compile(r"[\w.-]+@[\w.-]+|[a-z]+\d{1,2}(?:\.[a-z][\w-]*)*|[\w-]+(?:\.[\w-]+)+\.(?:com|org|net|io|dev|lan|local)")),
    ("path", re.compile(r"(?:~|\.{1,2})?/\S*|~\S*|[^\s=:@]+/\S*")),
    ("file", re.compile(r"[^\s/=@:]+\.[A-Za-z][A-Za-z0-9]{0,4}(?:\.(?:gz|bz2|xz|zst))?")),
    ("text", re.compile(r".*\s.*", re.DOTALL)),
)
_OPTIONS = {"-m": "message", "-o": "output", "-C": "dir", "-b": "branch", "--message": "message", "--output": "output"}
_PROGRAMS = {
    "git checkout": "branch", "git switch": "branch", "git branch": "branch", "git merge": "branch", "git push": "branch",
    "git pull": "branch", "git rebase": "branch", "git tag": "tag", "git commit": "message", "git clone": "url", "git add": "file",
    "git cherry-pick": "commit", "git show": "commit", "git revert": "commit",
    "docker build": "image", "docker push": "image", "docker pull": "image", "docker run": "image", "docker tag": "image",
    "docker logs": "container", "docker exec": "container", "docker stop": "container", "docker rm": "container",
    "cd": "dir", "mkdir": "dir", "pushd": "dir", "ssh": "host", "ping": "host", "scp": "file", "kill": "pid", "createdb": "database",
    "dropdb": "database", "pg_dump": "database", "psql": "database", "curl": "url", "wget": "url", "grep": "pattern", "rg": "pattern",
    "man": "topic", "pip install": "package", "npm install": "package", "apt install": "package", "brew install": "package",
    "systemctl restart": "service", "systemctl stop": "service", "systemctl start": "service", "systemctl status": "service",
    "cp": "file", "mv": "file", "rm": "file", "vim": "file", "cat": "file", "tar": "file",
}  # fmt: skip
_TELLING = {"url": "url", "date": "date", "address": "host", "version": "version", "n": "n", "text": "message"}
"""Looks that say more than the program does, and the name they give."""
_WHOLE_ONLY = frozenset({"url", "file", "dir", "path", "host"})
"""Names that do not fit a piece of a word."""
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*")


def name_parameter(text: str, start: int, values: Sequence[str], taken: set[str], *, has_label: bool = True) -> str:
    """A short lower-case name for the value that begins at `start` of a step's text, not in `taken`.

    `has_label` is False where what stands before it in its word varies too.
    """
    wanted = _describe(text, start, values, has_label)
    number, name = 1, wanted
    while name in taken:
        number += 1
        name = f"{wanted}{number}"
    return name


def _describe(text: str, start: int, values: Sequence[str], has_label: bool) -> str:
    word, before = _word_at(text, start)
    label = _label(word, start) if word is not None and has_label else ""
    if label:
        return _OPTIONS.get(label) or _readable(label) or "value"
    looks = next((name for name, pattern in _LOOKS if all(pattern.fullmatch(value) for value in values)), None)
    if looks in _TELLING:
        return _TELLING[looks]
    program = _program_name(text)
    if word is None or start - word.start > 1:
        return next((name for name in (program, looks) if name is not None and name not in _WHOLE_ONLY), "name")
    option = before.text if before is not None and before.text.startswith("-") and "=" not in before.text else ""
    by_option = _OPTIONS.get(option) or (_readable(option) if option.startswith("--") else None)
    return by_option or program or looks or _stem_name(text, start)


def _stem_name(text: str, start: int) -> str:
    """Something with a file's ending right after it is a name of files; else it is just a value."""
    return "name" if re.match(r"[\w-]*\.[a-z]", text[start:]) else "value"


def _label(word: Word, start: int) -> str:
    """What stands before the value in the same word (`--tag=x`, `TAG=x`), else nothing."""
    label, equals, _ = word.text.partition("=")
    is_label = label.startswith("-") or label.replace("_", "").isalnum()
    return label if equals and start - word.start > len(label) and is_label else ""


def _readable(label: str) -> str | None:
    """A long option or variable as a name; None where it is too short to tell anything."""
    words = _WORD.findall(label.lower())
    name = "_".join(words)
    return name if 2 <= len(name) <= 20 else None


def _word_at(text: str, start: int) -> tuple[Word | None, Word | None]:
    """The word that holds position `start`, and the word before it."""
    for part in parse_command(text):
        for command in part.commands:
            before: Word | None = None
            for word in (*command.assignments, *command.words):
                if word.start <= start < max(word.end, word.start + 1):
                    return word, before
                before = word
    return None, None


def _program_name(text: str) -> str | None:
    parts = parse_command(text)
    if not parts or not parts[0].commands:
        return None
    words = [unquote(word) for word in command_words(parts[0].commands[0])]
    operands = [word for word in words[1:] if not word.startswith("-")]
    return _PROGRAMS.get(" ".join([*words[:1], *operands[:1]])) or _PROGRAMS.get(words[0] if words else "")
