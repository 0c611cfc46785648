"""How far a part reaches beyond what it names: downloaded code, whole trees, loaded libraries; and what it overwrites on its way."""

import re

from vynexus_tui.language.commands_within import command_words, commands_within
from vynexus_tui.language.lexing import Command, Part
from vynexus_tui.language.program_tables import (
    CHANGES_RIGHTS,
    DATA_CHANGE,
    DATABASE_CLIENTS,
    DOWNLOADERS,
    HARMLESS_DEVICES,
    INTERPRETERS,
    LOADS_CODE,
    STOPS_PROCESSES,
)
from vynexus_tui.language.texts_within import unread_text

_UNKNOWN = re.compile(r"[$`]|[^=]*(?:[*?]|\[[^\]]+\])")
_STOPS_SERVICES = frozenset("stop disable mask kill restart reload start enable isolate".split())
_FAR = re.compile(r"/|~|\.\.(?:/|$)|\$\{?(?:HOME|OLDPWD)\b")
_ROOMY = ("/tmp/", "/var/tmp/", "/home/", "/Users/", "/dev/shm/")
_DOWNLOADED = re.compile(r"(?:\$\(|<\(|`)\s*(?:\S*/)?(?:curl|wget)\b")
_PIPED = re.compile(
    r"\b(?:curl|wget)\b[^;&|\n]{0,500}+(?:\|[^;&|\n]{0,200}+){0,4}?\|\s*(?:sudo\s+)?(?:\S*/)?(?:(?:ba|z|da|k|fi)?sh|python3?|perl|ruby|node)\b"
)


def sweeping_reason(part: Part) -> str | None:
    """What runs foreign code or changes more than it names, or None."""
    if _runs_download(part):
        return "runs what it downloads"
    if unread_text([command_words(command) for command in part.commands], part.text):
        return "runs text that cannot be read here"
    for command in commands_within(part):
        if reason := _sweeps(command):
            return reason
    return None


def _sweeps(command: Command) -> str | None:
    words = command_words(command)
    if name := next((n for n in _set_names(command) if n in LOADS_CODE), None):
        return f"{name} makes programs run other code"
    if any(w.value.startswith(("-S", "--split-string")) for w in command.words) and any(w.value.endswith("env") for w in command.words[:3]):
        return "env -S runs a text as a command"
    program = words[0] if words else ""
    letters = {c for w in words[1:] if w.startswith("-") and not w.startswith("--") for c in w[1:]}
    if program in CHANGES_RIGHTS and ("R" in letters or "--recursive" in words) and any(_FAR.match(w) for w in words[1:]):
        return f"{program} -R changes everything below a folder outside this one"
    if program in ("tar", "bsdtar") and (folder := _unpacked_into(words)):
        return f"{program} unpacks into {folder}"
    return None


def _set_names(command: Command) -> list[str]:
    """Variables that the command sets for a program: `A=1 make`, `env A=1 make`, `export A=1`."""
    return [word.text.partition("=")[0].rstrip("+") for word in (*command.assignments, *command.words) if "=" in word.text]


def _unpacked_into(words: tuple[str, ...]) -> str | None:
    is_unpacking = re.fullmatch(r"[a-zA-Z]*x[a-zA-Z]*", words[1] if words[1:] else "") is not None or any(
        w in ("--extract", "--get") or re.fullmatch(r"-[a-zA-Z]*x[a-zA-Z]*", w) for w in words[1:]
    )
    for i, word in enumerate(words):
        folder = words[i + 1] if word in ("-C", "--directory") and i + 1 < len(words) else re.sub("^(?:-C|--directory=)", "", word)
        if is_unpacking and folder != word and _FAR.match(folder) and not folder.startswith(("~", "$", *_ROOMY)):
            return folder
    return None


def _runs_download(part: Part) -> bool:
    heads = [words[0] for command in part.commands if (words := command_words(command))]
    first = next((i for i, head in enumerate(heads) if head in DOWNLOADERS), len(heads))
    if INTERPRETERS & set(heads[first + 1 :]) and not part.is_compound:
        return True
    if INTERPRETERS & set(heads) and _DOWNLOADED.search(part.text):
        return True
    return (part.is_compound or not part.commands) and _PIPED.search(part.text) is not None


def lasting_reason(part: Part) -> str | None:
    """What is overwritten, stopped or only known at run time, or None."""
    # Not within: a fragment of "$(date) $x" looks like a command as well.
    if unknown := next((w[0] for command in part.commands if (w := command_words(command)) and _UNKNOWN.match(w[0])), None):
        return f"{unknown} is only known when it runs"
    for command in commands_within(part):
        words = command_words(command)
        if words and words[0] in STOPS_PROCESSES:
            return f"{words[0]} stops running programs"
        if words[:1] == ("systemctl",) and (verb := next((w for w in words[1:] if w in _STOPS_SERVICES), None)):
            return f"systemctl {verb} changes which services run"
        if words and words[0] in DATABASE_CLIENTS and any(DATA_CHANGE.search(w) for w in words[1:]):
            return f"{words[0]} changes data"
        if (
            words[:1] == ("tee",)
            and not {"-a", "--append"} & set(words)
            and (files := [w for w in words[1:] if not w.startswith(("-", *HARMLESS_DEVICES))])
        ):
            return f"overwrites {files[0]}"
        for redirect in command.redirects:
            if redirect.target and _truncates(redirect.operator) and not redirect.target.value.startswith(HARMLESS_DEVICES):
                return f"overwrites {redirect.target.value}"
    return None


def _truncates(operator: str) -> bool:
    return operator.lstrip("0123456789") in (">", ">|", "&>")
