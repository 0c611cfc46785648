"""Readable names for automations, from the words of their commands: `bump-and-test`, `add-commit-push`, `resize-image`."""

import itertools
import re
from collections.abc import Callable, Iterator, Sequence

from vynexus_tui.automation.steps import ScriptStep
from vynexus_tui.language.lexing import Command, parse_command, unquote
from vynexus_tui.language.program_facts import TRIVIAL, command_head, command_words, commands_within, inner_text

NAME = re.compile(r"[a-z][a-z0-9-]{1,40}")
"""What an automation may be called: it becomes a file and a command."""
_DISPATCHERS = frozenset(
    """git cargo gh glab kubectl oc helm docker podman buildah nerdctl hg brew npm pip pip3 pipx yarn pnpm conda mamba jupyter dotnet
    swift stack bundle bundler rbenv pyenv nodenv asdf mise systemd rad chezmoi kpt perf heroku aws az gcloud terraform protoc""".split()
)
"""`git-up` would answer to `git up` before the person's own alias `up` does, and call itself for ever: these start `<program>-<word>`."""
_LONGEST = 32
_MOST_STEPS = 4
_VERBS = {
    "pytest": "test", "tox": "test", "nox": "test", "jest": "test", "vitest": "test", "ctest": "test", "ruff": "lint", "mypy": "check",
    "eslint": "lint", "black": "format", "prettier": "format", "tar": "archive", "zip": "zip", "unzip": "unzip", "rsync": "sync",
    "scp": "copy", "cp": "copy", "mv": "move", "rm": "remove", "mkdir": "prepare", "ln": "link", "curl": "fetch", "wget": "download",
    "http": "fetch", "grep": "search", "egrep": "search", "fgrep": "search", "rg": "search", "find": "find", "sed": "edit", "awk": "extract", "jq": "query", "sort": "sort",
    "python": "run", "python3": "run", "node": "run", "bash": "run", "sh": "run", "ssh": "remote", "chmod": "permit", "docker-compose": "compose",
    "pg_dump": "dump", "gcc": "compile", "g++": "compile", "clang": "compile", "cc": "compile", "mysqldump": "dump", "psql": "query", "pandoc": "render", "xelatex": "typeset", "pdflatex": "typeset",
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
_INTERPRETERS = frozenset({"python", "python3", "node", "ruby", "perl", "php", "bash", "sh"})
"""What runs a script says less than the script's own name."""
_SILENT = frozenset("export source . unset set [ [[ test mkdir sleep printf for if while until then do done fi".split())
"""Part of many scripts, the point of none."""
_URL = re.compile(r"\w+://(?:[^/@]*@)?(?:www\.|api\.)?(?P<host>[a-zA-Z][\w-]*)[^/]*(?:/(?:api/|v\d+/)*(?P<path>[a-zA-Z][\w-]*))?")
_DULL = frozenset("run exec the and -m get post put patch delete head czf xzf czvf xzvf cvf xvf true false".split())


def choose_name(steps: Sequence[ScriptStep], is_taken: Callable[[str], bool], *, is_function: bool = False) -> str:
    """The first free name: from what is done, then with what it is done to, then numbered. A function is named by where it goes."""
    verbs = list(dict.fromkeys(verb for step in steps if (verb := _step_verb(step))))
    base = _joined(verbs[:_MOST_STEPS]) or _slug("-".join(steps[0].words[:1])) or "do-again"
    named = itertools.chain(_places(steps) if is_function else (), _candidates(base, steps))
    candidates: Iterator[str] = (c for c in named if NAME.fullmatch(c) and not c.startswith("shellcheck"))
    return next(c for c in candidates if not is_subcommand(c) and not is_taken(c))


def is_subcommand(name: str) -> bool:
    """Whether git, cargo, kubectl or their like would start a program of this name for one of their own commands."""
    dispatcher, dash, _ = name.partition("-")
    return bool(dash) and dispatcher in _DISPATCHERS


def _undispatched(name: str) -> str:
    while is_subcommand(name):
        name = name.partition("-")[2]
    return name


def _places(steps: Sequence[ScriptStep]) -> Iterator[str]:
    """`go-shop` for `cd ~/work/shop`; `use-env` for `source env.sh`."""
    for step in steps:
        program, *operands = step.words or ("",)
        folder = operands[-1].rstrip("/").rsplit("/", 1)[-1] if operands else ""
        if program in ("cd", "pushd") and len(_slug(folder)) > 1:
            yield f"go-{_slug(folder)}"
    for step in steps:
        program, *operands = step.words or ("",)
        if program in ("source", ".", "conda", "mamba") and operands:
            named = operands[-1].removesuffix("/bin/activate").rstrip("/").rsplit("/", 1)[-1].lstrip(".").partition(".")[0]
            yield f"use-{_slug(named)}"


def _candidates(base: str, steps: Sequence[ScriptStep]) -> Iterator[str]:
    if "-" in base:
        yield base
    for step in steps:
        for command in step.commands if step.words[:1] and step.words[0] not in _SILENT else ():
            yield from (f"{base}-{subject}" for subject in _subjects(step, command) if subject not in base.split("-"))
    yield from (
        f"{_slug(head[0])}-{base}" for step in steps for c in step.commands[:1] if len(head := command_head(c)) > 1 and head[0] not in base
    )
    yield f"my-{base}"
    yield from (f"my-{base}-{number}" for number in range(2, 10_000))


def _subjects(step: ScriptStep, command: Command) -> Iterator[str]:
    """Readable words among the constant arguments, without paths, endings and options."""
    for word in command.words[1:]:
        is_slotted = any(s.start < word.end and word.start < s.end for s in step.slots)
        if url := _URL.match(word.value):
            # The service's name, or better the first thing asked of it: api.example.com/users/7 is about users.
            subject = _slug(url["path"] or url["host"])
        elif word.text.startswith("-") or "{{" in word.text or is_slotted or word.value in command_head(command):
            continue
        else:
            subject = _slug(word.value.rstrip("/").rsplit("/", 1)[-1].partition(".")[0])
        if 2 < len(subject) <= 16 and subject[0].isalpha() and " " not in word.value and subject not in _DULL:
            yield subject


def _step_verb(step: ScriptStep) -> str:
    """What the first telling command of the step does."""
    values = frozenset(unquote(step.text[slot.start : slot.end]) for slot in step.slots)
    commands = (command for part in step.parts for command in commands_within(part))
    return next((verb for command in commands if len(verb := _verb(command, values)) > 1), "")


def _verb(command: Command, values: frozenset[str]) -> str:
    words = command_words(command)
    if words[:1] == ("ssh",):
        return _remote_verb(words, values)
    if not words or words[0] in TRIVIAL | _SILENT:
        return ""
    for expression, name in _SPECIAL:
        if match := re.search(expression, " ".join(words)):
            return _slug(match.expand(name))
    head = [w for w in command_head(command) if w not in _DULL and "{{" not in w and "=" not in w and w not in values]
    if len(head) > 1 and head[0] in _INTERPRETERS:
        head = head[1:]
    elif len(head) == 1 and words[0] in _VERBS:
        return _VERBS[words[0]]
    return _slug("-".join(w.rsplit("/", 1)[-1].partition(".")[0] for w in head))


def _remote_verb(words: tuple[str, ...], values: frozenset[str]) -> str:
    """`remote-restart` for `ssh web 'app restart'`: what is done there says more than that it is done there."""
    inner = [command for part in parse_command(inner_text(words) or "") for command in part.commands]
    if not inner:
        return "tunnel" if any(w.startswith(("-L", "-R", "-D", "-fN", "-N")) for w in words) else "remote"
    done = next((verb for command in inner if (verb := _verb(command, values))), "") or _slug("".join(command_words(inner[0])[:1]))
    return f"remote-{done}".strip("-")


def _joined(verbs: Sequence[str]) -> str:
    """`git-add git-commit git-push` becomes `add-commit-push`; two different things are joined by `and`."""
    pieces = [
        verb.partition("-")[2] if before.partition("-")[0] == verb.partition("-")[0] and "-" in verb and "-" in before else verb
        for before, verb in zip(["", *verbs], verbs, strict=False)
    ]
    joined = ("-and-" if len(pieces) == 2 and pieces == list(verbs) else "-").join(map(_undispatched, pieces))
    while len(joined) > _LONGEST and "-" in joined:
        joined = joined.rpartition("-")[0]
    return joined[:_LONGEST].removesuffix("-and").strip("-")


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:_LONGEST].strip("-")
