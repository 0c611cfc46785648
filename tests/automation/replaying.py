"""Runs a script and the lines it was made of with stub commands that note their arguments, and compares what was noted."""

import os
import re
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path

from vynexus_tui.automation.quoting import literal_value, read_quoting
from vynexus_tui.automation.steps import BUILTINS, program_word
from vynexus_tui.domain.automations import Automation
from vynexus_tui.domain.patterns import Pattern
from vynexus_tui.language.lexing import parse_command
from vynexus_tui.language.program_facts import command_words

_STUB = '#!/bin/sh\nprintf \'%s\\0\' "${0##*/}" "$@" >> "$STUB_LOG"\nprintf \'\\n\\0\' >> "$STUB_LOG"\n'
_CHECKED = re.compile(r"\[\[ -[er] (.+?) \]\] \|\| stop")
_FOR_REAL = frozenset("sed head grep date readlink mktemp bash sh".split())
"""What our scripts themselves need; steps that use them for anything are not replayed."""


class NotReplayableError(Exception):
    """The lines name places or programs that a throwaway folder cannot hold."""


def replay(pattern: Pattern, automation: Automation, folder: Path) -> tuple[list[list[str]], list[list[str]]]:
    """The argument vectors of the newest recorded run, and of the script called with its values."""
    texts = [step.text for step in pattern.steps]
    values = _newest_values(pattern, str(folder))
    # What the shell needs itself gets another name: {path} becomes path_name.
    values = {**{f"{name}_name": value for name, value in values.items()}, **values}
    arguments = [values[name] for name in (p.name for p in automation.parameters) if name in values]
    if len(arguments) < len(automation.parameters):
        raise NotReplayableError("a parameter has another name in the script")
    recorded = _run(folder / "recorded", "\n".join(texts).encode("utf-8", "surrogateescape"), [], texts, {})
    checked = [shlex.split(_filled(path, values))[0] for path in _CHECKED.findall(automation.script.text)]
    made = _run(folder / "script", automation.script.text.encode("utf-8", "surrogateescape"), arguments, texts, dict.fromkeys(checked, ""))
    return recorded, made


def without_additions(calls: list[list[str]], adds: tuple[str, ...]) -> list[list[str]]:
    """The calls without the options that `adds` declares, and without the temporary file of a declared move."""
    given: dict[str, list[list[str]]] = {}
    for words in adds:
        if match := re.match(r"gives (\w+) (-.*?)(?:: a \w+ may be repeated)?$", words):
            given.setdefault(match[1], []).append(match[2].split())
    kept = []
    for program, *arguments in calls:
        for options in given.get(program, ()):
            if arguments[: len(options)] == options:
                arguments = arguments[len(options) :]
                break
        is_own = program in ("cp", "mv", "rm", "wc", "chmod") and any(".unfinished-" in a for a in arguments)
        if not is_own or "writes output to a temporary file beside it, then moves it" not in adds:
            kept.append([program, *arguments])
    return kept


def is_part_of(fewer: list[list[str]], more: list[list[str]]) -> bool:
    """Whether `fewer` is `more` with some left out."""
    left = iter(more)
    return all(call in left for call in fewer)


def _newest_values(pattern: Pattern, home: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for step in pattern.steps:
        for slot in step.slots:
            context = read_quoting(step.text).contexts[slot.start]
            value = literal_value(step.text[slot.start : slot.end], context)
            if value is None:
                raise NotReplayableError("a value that only the shell knew")
            # Within a word the shell leaves ~ as it is.
            is_start = slot.start == 0 or step.text[slot.start - 1] in " \t\n"
            found.setdefault(slot.name, home + value[1:] if is_start and value.startswith("~/") else value)
    return found


def _filled(path: str, values: Mapping[str, str]) -> str:
    return re.sub(r'"\$\{(\w+)\}"', lambda match: shlex.quote(values[match[1]]), path)


def _run(folder: Path, script: bytes, arguments: list[str], texts: list[str], files: Mapping[str, str]) -> list[list[str]]:
    work, stubs, log = folder / "work", folder / "stubs", folder / "log"
    work.mkdir(parents=True)
    stubs.mkdir()
    for text in texts:
        for part in parse_command(text):
            if part.is_compound and not part.commands:
                raise NotReplayableError("a loop")
            for command in part.commands:
                started = program_word(command)
                if started and "/" in started.text:
                    raise NotReplayableError(started.text)
                _prepare(command_words(command), [r.target.value for r in command.redirects if r.target], work, stubs)
    for name, content in files.items():
        _place(work, name).write_text(content)
    (folder / "it.sh").write_bytes(script)
    environment = {
        "PATH": f"{stubs}:/usr/bin:/bin",
        "HOME": str(folder.parent),
        "STUB_LOG": str(log),
        "LC_ALL": "C.UTF-8",
        **{f"BASH_FUNC_{name}%%": "() { :; }" for name in ("cd", "source", "pushd", "popd")},
    }
    done = subprocess.run(
        ["bash", str(folder / "it.sh"), *arguments], cwd=work, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=20
    )
    if arguments or b"set -euo" in script:
        assert done.returncode == 0, done.stderr.decode(errors="replace")
    noted = log.read_bytes().split(b"\n\0")[:-1] if log.exists() else []
    return [[os.fsdecode(word) for word in call.split(b"\0")[:-1]] for call in noted]


def _prepare(words: tuple[str, ...], targets: list[str], work: Path, stubs: Path) -> None:
    for target in targets:
        if not target.startswith(("/dev/", "&")) and not target.isdigit():
            _place(work, target)
    if not words or words[0] in BUILTINS:
        return
    if words[0] in _FOR_REAL or not re.fullmatch(r"[\w.+-]+", words[0]):
        raise NotReplayableError(words[0])
    stub = stubs / words[0]
    stub.write_text(_STUB)
    stub.chmod(0o755)


def _place(work: Path, name: str) -> Path:
    if name.startswith(("/", "~", "..")) or "$" in name:
        raise NotReplayableError(name)
    path = work / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
