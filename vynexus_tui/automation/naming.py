"""Readable names for automations, from the words of their commands: `bump-and-test`, `git-add-commit-push`, `resize-image`."""

import re
from collections.abc import Callable, Iterator, Sequence

from vynexus_tui.language.lexing import Command
from vynexus_tui.language.program_facts import TRIVIAL, command_head, command_words

NAME = re.compile(r"[a-z][a-z0-9-]{1,40}")
"""What an automation may be called: it becomes a file and a command."""
_LONGEST = 32
_MOST_STEPS = 4
_VERBS = {
    "pytest": "test", "tox": "test", "nox": "test", "jest": "test", "vitest": "test", "ctest": "test", "ruff": "lint", "mypy": "check",
    "eslint": "lint", "black": "format", "prettier": "format", "tar": "archive", "zip": "zip", "unzip": "unzip", "rsync": "sync",
    "scp": "copy", "cp": "copy", "mv": "move", "rm": "remove", "mkdir": "prepare", "ln": "link", "curl": "fetch", "wget": "download",
    "http": "fetch", "grep": "search", "rg": "search", "find": "find", "sed": "edit", "awk": "extract", "jq": "query", "sort": "sort",
    "python": "run", "python3": "run", "node": "run", "bash": "run", "sh": "run", "ssh": "remote", "chmod": "permit", "docker-compose": "compose",
    "pg_dump": "dump", "mysqldump": "dump", "psql": "query", "pandoc": "render", "xelatex": "typeset", "pdflatex": "typeset",
}  # fmt: skip
_SPECIAL: tuple[tuple[str, str], ...] = (
    (r"(convert|magick|mogrify)\b.* -resize", "resize-image"),
    (r"(convert|magick|mogrify)\b", "convert-image"),
    (r"ffmpeg\b.*\.(mp3|wav|flac|ogg|m4a)\b", "convert-audio"),
    (r"ffmpeg\b", "convert-video"),
    (r"tar\s+-?\w*x", "unpack"),
    (r"uv version --bump|bumpversion|bump2version|npm version|cargo release|hatch version|poetry version", "bump"),
    (r"python3? -m (pytest|unittest)", "test"),
    (r"python3? -m build", "build"),
    (r"(npm|pnpm|yarn|bun|uv|poetry|cargo) (run )?(test|build|lint|format|check)\b", r"\3"),
    (r"uv run (\w+)", r"\1"),
)
_DULL = frozenset("run exec the a to and of -m".split())


def choose_name(commands: Sequence[Command], texts: Sequence[str], is_taken: Callable[[str], bool]) -> str:
    """The first free name: from what is done, then with what it is done to, then numbered."""
    words = list(dict.fromkeys(word for command, text in zip(commands, texts, strict=True) for word in [_verb(command, text)] if word))
    base = _joined(words[:_MOST_STEPS]) or "do-again"
    candidates: Iterator[str] = (c for c in _candidates(base, commands) if NAME.fullmatch(c) and not c.startswith("shellcheck"))
    return next(c for c in candidates if not is_taken(c))


def _candidates(base: str, commands: Sequence[Command]) -> Iterator[str]:
    if "-" in base:
        yield base
    for command in commands:
        for word in command_words(command)[1:]:
            subject = _slug(word.rsplit("/", 1)[-1].partition(".")[0]) if not word.startswith("-") and "{{" not in word else ""
            if len(subject) > 2 and not subject[0].isdigit() and subject not in base and len(base) + len(subject) < _LONGEST:
                yield f"{base}-{subject}"
    yield f"my-{base}"
    yield from (f"{base}-{number}" for number in range(2, 10_000))


def _verb(command: Command, text: str) -> str:
    words = command_words(command)
    if not words or words[0] in TRIVIAL | {"export", "source", ".", "unset"}:
        return ""
    for expression, name in _SPECIAL:
        if match := re.search(expression, " ".join(words)):
            return _slug(match.expand(name))
    head = [w for w in command_head(command) if w not in _DULL and "{{" not in w]
    if len(head) == 1 and words[0] in _VERBS:
        return _VERBS[words[0]]
    return _slug("-".join(w.rsplit("/", 1)[-1].partition(".")[0] for w in head) or text)


def _joined(verbs: Sequence[str]) -> str:
    """`git-add git-commit git-push` becomes `git-add-commit-push`; two different things are joined by `and`."""
    if len(verbs) > 1 and len({v.partition("-")[0] for v in verbs}) == 1 and all("-" in v for v in verbs):
        joined = "-".join([verbs[0], *(v.partition("-")[2] for v in verbs[1:])])
    elif len(verbs) == 2:
        joined = "-and-".join(verbs)
    else:
        joined = "-".join(verbs)
    while len(joined) > _LONGEST and "-" in joined:
        joined = joined.rpartition("-")[0]
    return joined[:_LONGEST].removesuffix("-and").strip("-")


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:_LONGEST].strip("-")
