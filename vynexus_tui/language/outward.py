"""What a command line changes outside this machine: what others see at once, and what happens on another machine."""

import itertools
import re

from vynexus_tui.language.command_heads import command_head
from vynexus_tui.language.commands_within import command_words, commands_within
from vynexus_tui.language.lexing import Part
from vynexus_tui.language.program_tables import PUBLISHING_HEADS, SENDING_METHODS, SENDING_OPTIONS

HTTP_CLIENTS = frozenset({"curl", "http", "https", "xh", "xhs", "wget"})
_HTTPIE = frozenset({"http", "https", "xh", "xhs"})
_HTTPIE_ITEM = re.compile(r"[\w.-]+(?::=|=(?!=)|@).*")
"""`name=value`, `name:=1` and `name@file` make httpie send a body; `name==value` is a query."""
_ELSEWHERE = re.compile(r"(?:[\w.{}-]+@)?[\w.{}-]+:(?!//)|rsync://")
"""`host:path`, `me@host:path`."""


def publishing_reason(part: Part) -> str | None:
    """What others would see at once, or None."""
    for command in commands_within(part):
        words = command_words(command)
        if words[1:2] == ("-m",) and words[0].startswith("python"):
            words = words[2:]
        named = " ".join(words[:3]), " ".join(words[:2]), " ".join(command_head(command)), " ".join(command_head(command)[:2])
        if head := next((name for name in named if name in PUBLISHING_HEADS), None):
            return f"{head} changes things for others"
        if words and words[0] in HTTP_CLIENTS and sends(words):
            return f"{words[0]} sends data"
    return None


def remote_reason(part: Part) -> str | None:
    """What happens on another machine, which no try can show, or None."""
    for command in commands_within(part):
        words = command_words(command)
        if words[:1] == ("ssh",) and not {"-N", "-fN", "-Nf"} & set(words):
            return "ssh runs on another machine: a try cannot show what it does there"
        if words and words[0] in ("scp", "rsync", "sftp") and any(_ELSEWHERE.match(word) for word in words[1:]):
            return f"{words[0]} copies between machines: a try cannot show what it does there"
    return None


def request_method(words: tuple[str, ...]) -> str:
    """The method of a call of curl, wget, httpie or xh: GET where nothing says otherwise."""
    program = words[0]
    if program in _HTTPIE:
        named = next((w for w in words[1:] if w.isupper() and w.isalpha()), None)
        has_body = any(_HTTPIE_ITEM.fullmatch(w) and "://" not in w for w in words[1:] if not w.startswith("-"))
        return named or ("POST" if has_body else "GET")
    for before, word in itertools.pairwise(words):
        if before in ("-X", "--request", "--method"):
            return word.upper()
        if match := re.match(r"(?:-X|--request=|--method=)(\w+)", word):
            return match[1].upper()
    if program == "wget":
        return "POST" if any(w.startswith(("--post", "--body")) for w in words) else "GET"
    letters = {letter for w in words[1:] if re.fullmatch("-[a-zA-Z]+", w) for letter in w[1:]}
    if "G" in letters or "--get" in words:
        return "GET"
    if "T" in letters or any(w.startswith("--upload-file") for w in words):
        return "PUT"
    if any(w.startswith(SENDING_OPTIONS) for w in words[1:]):
        return "POST"
    return "HEAD" if "I" in letters or "--head" in words else "GET"


def sends(words: tuple[str, ...]) -> bool:
    """Whether an HTTP client's words change something at the other end (anything but GET and HEAD)."""
    return request_method(words) in SENDING_METHODS
