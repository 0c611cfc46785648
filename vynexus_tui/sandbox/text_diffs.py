"""Unified diffs for a list of changes, within budgets: a hostile file may neither take long to compare nor leak a secret."""

import os
import re
import signal
import time
from types import FrameType

from vynexus_tui.sandbox.file_changes import Change, open_regular

_MOST_FILE_BYTES = 256 << 10
_MOST_LINES = 5000
_MOST_DIFF_CHARACTERS = 4 << 20
"""All diffs of one trial together."""
_ONE_DIFF_S, _ALL_DIFFS_S = 0.5, 3.0
"""A person waits for them. Two texts of 2,490 lines can keep difflib busy for 1 s, and there may be thousands."""
_SECRET_NAME = re.compile(
    r"(?:^|[._-])(?:env|keys?|pem|p12|pfx|kdbx|jks|keystore|rsa|dsa|ecdsa|ed25519|secrets?|tokens?|passwords?|passwd|credentials?|htpasswd)"
    r"(?:$|[._-])|^\.(?:netrc|npmrc|pypirc|pgpass|git-credentials)$",
    re.IGNORECASE,
)
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
"""str.splitlines() would also end a line at a form feed, and no other program does."""
_CODE = (".py", ".js", ".ts", ".go", ".rs", ".c", ".h", ".cpp", ".java", ".rb", ".md", ".html", ".css")
"""A program named after secrets (`token.py`) is text like any other."""


class _TooSlowError(Exception):
    """The diff at hand has used up its time."""


def looks_secret(path: str) -> bool:
    """Whether a file's name says that its content is not for the screen."""
    name = path.rpartition("/")[2]
    return bool(_SECRET_NAME.search(name)) and not name.endswith(_CODE)


def add_diffs(changes: list[Change]) -> list[str]:
    """Gives every created or modified text its diff, or the reason it has none. Returns notes on what was left out."""
    notes = []
    deadline = time.monotonic() + _ALL_DIFFS_S
    characters = _MOST_DIFF_CHARACTERS
    previous = signal.signal(signal.SIGALRM, _stop)
    try:
        for change in changes:
            if change.kind not in ("create", "modify", "replace") or change.type not in ("file", "symlink"):
                continue
            if change.no_diff is not None:
                continue  # a masked secret
            if change.type == "file" and looks_secret(change.path):
                change.no_diff = "secret"
                notes.append(f"diff of {change.path} left out: secret-like name")
            elif characters <= 0 or time.monotonic() > deadline:
                change.no_diff = "large"
            else:
                change.diff, change.no_diff = _diff_in_time(change)
                characters -= len(change.diff or "")
    finally:
        signal.signal(signal.SIGALRM, previous)
    return notes


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise _TooSlowError


def _diff_in_time(change: Change) -> tuple[str | None, str | None]:
    """The diff, or None and why. An alarm stops it."""
    try:
        signal.setitimer(signal.ITIMER_REAL, _ONE_DIFF_S)
        return _diff(change)
    except _TooSlowError:
        return None, "large"
    except OSError:
        return None, "unreadable"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _diff(change: Change) -> tuple[str | None, str | None]:
    if change.upper is None:
        return None, None
    if change.type == "symlink":
        before = [_target_line(change.path)] if change.kind == "replace" and os.path.islink(change.path) else []
        return _unified(change.path, before, [_target_line(change.upper)]), None
    old = _read_text(change.path) if change.kind == "modify" else ""
    new = _read_text(change.upper)
    if old is None or new is None:
        return None, "binary"
    before, after = _LINE.findall(old), _LINE.findall(new)
    if len(before) + len(after) > _MOST_LINES:
        return None, "large"
    return _unified(change.path, before, after), None


def _read_text(path: str) -> str | None:
    """The text of a small UTF-8 file; None if it is something else. Raises _TooSlowError for a large one."""
    with open_regular(path) as file:
        content = file.read(_MOST_FILE_BYTES + 1) or b""
    if len(content) > _MOST_FILE_BYTES:
        raise _TooSlowError
    try:
        return None if b"\0" in content else content.decode()
    except UnicodeDecodeError:
        return None


def _target_line(link: str) -> str:
    return f"-> {_on_one_line(os.readlink(link))}\n"


def _on_one_line(name: str) -> str:
    """A name in which every control character is spelled out: a line feed in a name would forge a line of the diff."""
    return "".join(ch if ch.isprintable() else ch.encode("unicode_escape").decode() for ch in name)


def _unified(path: str, before: list[str], after: list[str]) -> str:
    from difflib import unified_diff  # 1.5 ms that a trial without changed texts does without

    shown = _on_one_line(path)
    names = (f"a{shown}" if before else "/dev/null", f"b{shown}")
    lines = unified_diff(before, after, *names)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
