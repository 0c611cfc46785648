"""Find a person's history files, tell their format, and read one, or standard input, whatever is really there."""

import os
import re
import shlex
import stat
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from vynexus_tui.domain.errors import SourceError
from vynexus_tui.domain.events import HistoryReading
from vynexus_tui.sources.bash_history import read_bash_history
from vynexus_tui.sources.history_listing import is_listing, without_numbers
from vynexus_tui.sources.jsonl_events import read_jsonl_events
from vynexus_tui.sources.zsh_history import read_zsh_history

HistoryFormat: TypeAlias = Literal["bash", "zsh", "jsonl"]
HISTORY_FORMATS: tuple[HistoryFormat, ...] = ("bash", "zsh", "jsonl")

MAX_HISTORY_BYTES = 32 << 20
"""Of a longer history only the end is read: about a million commands."""
_BLOCK_BYTES = 1 << 20
_SNIFFED_BYTES = 64 << 10
_EXTENDED_LINE = re.compile(rb"^: *\d{1,19}:\d{1,19};", re.MULTILINE)
_JSON_LINE = re.compile(rb"\s*(?:\xef\xbb\xbf)?\{.*?[\"}]", re.DOTALL)
_FISH_LINE = re.compile(rb"- cmd: ")
_ZSH_NAMES = ("zsh", "zhistory", "histfile")
_ASSIGNMENT = re.compile(r"^\s*(?:(?:export|typeset|declare)\s+(?:-\w+\s+)*)?HISTFILE=(.*)$", re.MULTILINE)
_CONTROL_BYTES = bytes(b for b in range(32) if b not in b"\t\n\r\x1b") + b"\x7f"
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)(?::?-([^{}]*))?\})")


class Readable(Protocol):
    """An open file or a pipe, buffered or not."""

    def read(self, size: int, /) -> bytes | None:
        """Up to `size` bytes; nothing at the end."""


def detect_format(raw: bytes, name: str) -> HistoryFormat:
    """What `raw` is, from its content and then from the file's name; bash when nothing speaks against it (its format is no format)."""
    head = raw[:_SNIFFED_BYTES]
    if _JSON_LINE.match(head) and (name.endswith((".jsonl", ".ndjson", ".json")) or b'"cmd"' in head):
        return "jsonl"
    if _EXTENDED_LINE.search(head) or any(part in Path(name).name for part in _ZSH_NAMES):
        return "zsh"
    return "bash"


def find_histories(environment: Mapping[str, str], home: Path) -> tuple[Path, ...]:
    """The history files a person has, at most one per shell (the one changed last), newest first.

    HISTFILE is often not exported, so the rc files are read for it too; they are never executed.
    """
    zdotdir = Path(environment.get("ZDOTDIR") or home)
    variables = {**environment, "HOME": str(home), "ZDOTDIR": str(zdotdir)}
    bash = [home / ".bash_history", *_named_in(home / ".bashrc", variables), *_named_in(home / ".bash_profile", variables)]
    zsh = [base / name for base in dict.fromkeys((zdotdir, home)) for name in (".zsh_history", ".zhistory", ".histfile")]
    zsh += [path for base in dict.fromkeys((zdotdir, home)) for path in _named_in(base / ".zshrc", variables)]
    if named := environment.get("HISTFILE"):
        is_zsh = any(part in Path(named).name for part in _ZSH_NAMES) or environment.get("SHELL", "").endswith("zsh")
        (zsh if is_zsh else bash).append(Path(named))
    newest = [max(found) for group in (bash, zsh) if (found := [(at, path) for path in group if (at := _changed_at(path)) is not None])]
    return tuple(path for _, path in sorted(newest, reverse=True))


def read_history(
    path: Path | None, stdin: Readable | None = None, *, history_format: HistoryFormat | Literal["auto"] = "auto", now: datetime
) -> HistoryReading:
    """The history in `path`, or in `stdin` when there is no path. An empty one has no events.

    Raises SourceError for what is missing, unreadable, a folder or no text. Of a very long one only the end is read, and `unknown` says so.
    """
    if path is not None:
        raw, cut_lines = _read_file(path)
        name = str(path)
    elif stdin is not None:
        raw, cut_lines = _read_end(stdin)
        name = "standard input"
    else:
        raise SourceError("no history was found", "name one: `vynexus peek FILE`, or run `vynexus hook install`")
    _refuse_unreadable(raw, name, history_format)
    if is_listing(raw):
        raw, history_format = without_numbers(raw), "bash"
    shown = None if path is None else name
    match detect_format(raw, name) if history_format == "auto" else history_format:
        case "bash":
            reading = read_bash_history(raw, path=shown, now=now)
        case "zsh":
            reading = read_zsh_history(raw, path=shown, now=now)
        case "jsonl":
            reading = read_jsonl_events(raw, path=shown, first_line=cut_lines)
    if not cut_lines:
        return reading
    return replace(reading, unknown=(*reading.unknown, f"only the last {MAX_HISTORY_BYTES >> 20} MiB were read"))


def _read_file(path: Path) -> tuple[bytes, int]:
    try:
        # Without O_NONBLOCK a FIFO that nobody writes to would hang here.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise SourceError(f"there is no file {path}", "check the name; `vynexus peek` alone looks for your history") from error
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}", "check its permissions") from error
    try:
        mode = os.fstat(handle).st_mode
        if stat.S_ISDIR(mode):
            raise SourceError(f"{path} is a folder", "name the history file in it")
        if not stat.S_ISREG(mode) and not stat.S_ISFIFO(mode):
            raise SourceError(f"{path} is neither a file nor a pipe", "name a history file, or - for standard input")
        os.set_blocking(handle, True)
        with open(handle, "rb", buffering=0, closefd=False) as file:
            return _read_end(file)
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}", "check the disk and try again") from error
    finally:
        os.close(handle)


def _read_end(stream: Readable) -> tuple[bytes, int]:
    """The last MAX_HISTORY_BYTES of a stream from its first whole line on, and how many lines came before."""
    kept: deque[bytes] = deque()
    size = cut_lines = 0
    while block := stream.read(_BLOCK_BYTES):
        kept.append(block)
        size += len(block)
        # One block more than the limit stays, so that what is left always reaches back to a line's start.
        while size - len(kept[0]) > MAX_HISTORY_BYTES:
            cut_lines += kept[0].count(b"\n")
            size -= len(kept.popleft())
    raw = b"".join(kept)
    if size <= MAX_HISTORY_BYTES and not cut_lines:
        return raw, 0
    start = raw.find(b"\n", max(0, size - MAX_HISTORY_BYTES)) + 1
    return raw[start:], cut_lines + raw.count(b"\n", 0, start)


def _refuse_unreadable(raw: bytes, name: str, history_format: str) -> None:
    head = raw[:_SNIFFED_BYTES]
    if head.startswith(b"SQLite format 3\0"):
        raise SourceError(f"{name} is a SQLite database, not a shell history", "name a bash or zsh history file, or JSONL")
    if history_format == "auto" and _FISH_LINE.match(head):
        raise SourceError(f"{name} is a fish history, which cannot be read yet", "name a bash or zsh history file, or JSONL")
    controls = len(head) - len(head.translate(None, _CONTROL_BYTES))
    if controls * 10 > len(head):
        raise SourceError(f"{name} is not text", "name a shell history file")


def _named_in(rc_file: Path, variables: Mapping[str, str]) -> list[Path]:
    """Files that `HISTFILE=` lines of an rc file name, as far as that can be told without executing it."""
    try:
        text = rc_file.read_text("utf-8", "surrogateescape")
    except OSError:
        return []
    found = []
    for value in _ASSIGNMENT.findall(text):
        try:
            words = shlex.split(value, comments=True)
        except ValueError:
            continue
        plain = _VARIABLE.sub(lambda m: variables.get(m[1] or m[2]) or m[3] or "", words[0]) if words else ""
        plain = _VARIABLE.sub(lambda m: variables.get(m[1] or m[2], ""), plain)
        plain = re.sub(r"^~(?=/)", lambda _: variables["HOME"], plain)
        if plain.startswith("/"):
            found.append(Path(plain))
    return found


def _changed_at(path: Path) -> float | None:
    try:
        state = path.stat()
    except (OSError, ValueError):  # ValueError: a NUL in a name from the environment
        return None
    return state.st_mtime if stat.S_ISREG(state.st_mode) else None
