"""Find a person's history files, tell their format, and read one, or standard input, whatever is really there."""

import os
import re
import shlex
import stat
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Literal, Protocol, TypeAlias

from vynexus_tui.domain.errors import SourceError
from vynexus_tui.domain.events import HistoryReading
from vynexus_tui.sources.atuin_history import SQLITE_MAGIC, find_atuin_database, read_atuin_history
from vynexus_tui.sources.history_listing import is_listing, without_numbers
from vynexus_tui.sources.history_marks import BLOCK_BYTES
from vynexus_tui.sources.history_stream import read_bytes, read_file
from vynexus_tui.sources.jsonl_events import read_jsonl_events

HistoryFormat: TypeAlias = Literal["bash", "zsh", "fish", "atuin", "jsonl"]
HISTORY_FORMATS: tuple[HistoryFormat, ...] = ("bash", "zsh", "fish", "atuin", "jsonl")

MAX_HISTORY_BYTES = 256 << 20
"""Of a longer history only the end is read: some million commands."""
MAX_JSONL_BYTES = 64 << 20
_SNIFFED_BYTES = 64 << 10
_EXTENDED_LINE = re.compile(rb"^: *\d{1,19}:\d{1,19};", re.MULTILINE)
_JSON_LINE = re.compile(rb"\s*(?:\xef\xbb\xbf)?\{.*?[\"}]", re.DOTALL)
_FISH_ENTRY = re.compile(rb"\A- cmd: |^- cmd: .*\n +when: *\d", re.MULTILINE)
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
    if head.startswith(SQLITE_MAGIC):
        return "atuin"
    if _JSON_LINE.match(head) and (name.endswith((".jsonl", ".ndjson", ".json")) or b'"cmd"' in head):
        return "jsonl"
    if _FISH_ENTRY.search(head) or Path(name).name == "fish_history":
        return "fish"
    if _EXTENDED_LINE.search(head) or any(part in Path(name).name for part in _ZSH_NAMES):
        return "zsh"
    return "bash"


def find_histories(environment: Mapping[str, str], home: Path) -> tuple[Path, ...]:
    """The histories a person has, at most one per shell (the one changed last) and Atuin's, newest first.

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
    groups = (bash, zsh, _fish_histories(environment, home), [find_atuin_database(environment, home)])
    newest = [max(found) for group in groups if (found := [(at, path) for path in group if (at := _changed_at(path)) is not None])]
    return tuple(path for _, path in sorted(newest, reverse=True))


def read_format(path: Path) -> HistoryFormat | None:
    """What the file holds, by its beginning; None where it cannot be read."""
    try:
        with _opened(path) as file:
            return detect_format(file.read(_SNIFFED_BYTES), str(path))
    except SourceError:
        return None


def _fish_histories(environment: Mapping[str, str], home: Path) -> list[Path]:
    name = environment.get("fish_history", "default")
    if not name:
        return []  # fish keeps no history then
    folder = Path(environment.get("XDG_DATA_HOME") or home / ".local/share") / "fish"
    return [folder / f"{'fish' if name == 'default' else name}_history"]


def read_history(
    path: Path | None,
    stdin: Readable | None = None,
    *,
    history_format: HistoryFormat | Literal["auto"] = "auto",
    now: datetime,
    since: str = "",
) -> HistoryReading:
    """The history in `path`, or in `stdin` when there is no path. An empty one has no events.

    With `since`, the mark of an earlier reading, only what follows it, where that can be told (`is_continued`).
    Raises SourceError for what is missing, unreadable, a folder or no history. Of a very long one only the end is read, and `unknown` says so.
    """
    if path is None:
        if stdin is None:
            raise SourceError("no history was found", "name one: `vynexus peek FILE`, or run `vynexus hook install`")
        return _read_stream(stdin, None, history_format, now)
    with _opened(path) as file:
        if not file.seekable():
            return _read_stream(file, str(path), history_format, now)
        head = file.read(_SNIFFED_BYTES)
        file.seek(0)
        kind = _checked_format(head, str(path), history_format)
        if kind == "atuin":
            return read_atuin_history(path, now=now, since=since)
        if kind == "jsonl" or is_listing(head):
            return _read_stream(file, str(path), kind, now)
        return read_file(file, kind, path=str(path), now=now, since=since, most_bytes=MAX_HISTORY_BYTES)


def _read_stream(stream: Readable, path: str | None, history_format: HistoryFormat | Literal["auto"], now: datetime) -> HistoryReading:
    """What is read from its beginning every time."""
    name = path or "standard input"
    raw, cut_lines = _read_end(stream, MAX_HISTORY_BYTES)
    kind = _checked_format(raw[:_SNIFFED_BYTES], name, history_format)
    if kind == "atuin":
        raise SourceError(f"{name} is a database, which cannot be read through a pipe", "name the file: `vynexus import FILE`")
    most_bytes = MAX_HISTORY_BYTES
    if kind == "jsonl":
        most_bytes = MAX_JSONL_BYTES
        start = raw.find(b"\n", len(raw) - most_bytes) + 1 if len(raw) > most_bytes else 0
        cut_lines += raw.count(b"\n", 0, start)
        reading = read_jsonl_events(raw[start:], path=path, first_line=cut_lines)
    elif is_listing(raw):
        reading = read_bytes(without_numbers(raw), "bash", path=path, now=now)
    else:
        reading = read_bytes(raw, kind, path=path, now=now)
    if not cut_lines:
        return reading
    return replace(reading, unknown=(*reading.unknown, f"only the last {most_bytes >> 20} MiB were read"))


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """The file or pipe, from its beginning."""
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
        with open(handle, "rb", closefd=False) as file:
            yield file
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}", "check the disk and try again") from error
    finally:
        os.close(handle)


def _read_end(stream: Readable, most_bytes: int) -> tuple[bytes, int]:
    """The last bytes of a stream from its first whole line on, and how many lines came before."""
    kept: deque[bytes] = deque()
    size = cut_lines = 0
    while block := stream.read(BLOCK_BYTES):
        kept.append(block)
        size += len(block)
        # One block more than the limit stays, so that what is left always reaches back to a line's start.
        while size - len(kept[0]) > most_bytes:
            cut_lines += kept[0].count(b"\n")
            size -= len(kept.popleft())
    raw = b"".join(kept)
    if size <= most_bytes and not cut_lines:
        return raw, 0
    start = raw.find(b"\n", max(0, size - most_bytes)) + 1
    return raw[start:], cut_lines + raw.count(b"\n", 0, start)


def _checked_format(head: bytes, name: str, history_format: HistoryFormat | Literal["auto"]) -> HistoryFormat:
    """The format, chosen or told from the content. Raises SourceError where the content can be no such history."""
    found = detect_format(head, name)
    if history_format == "auto":
        history_format = found
    if found == "atuin" and history_format != "atuin":
        raise SourceError(f"{name} is a SQLite database, not a {history_format} history", "Atuin's is read with `--from atuin`")
    if history_format == "atuin" and found != "atuin":
        raise SourceError(f"{name} is not a SQLite database, as Atuin's history is", "name Atuin's history.db, or leave `--from` out")
    controls = len(head) - len(head.translate(None, _CONTROL_BYTES))
    if found != "atuin" and controls * 10 > len(head):
        raise SourceError(f"{name} is not text", "name a shell history file")
    return history_format


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
