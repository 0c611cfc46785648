"""The look before and after the first real run of an approved script: what changed where its try said so, and in the working directory.

Only `vynexus run` uses it, and only while a prediction waits: standard library, no dataclasses, bounded, and any trouble is passed over.
The run and its exit status matter more than the comparison.
"""

# pathlib would take longer to import than most looks take.
# ruff: noqa: PTH108, PTH109, PTH115, PTH116, PTH120

import json
import os
import stat
import time
from collections import deque
from collections.abc import Iterator
from typing import Any

MOST_ENTRIES = 20_000
BEFORE_S, AFTER_S = 0.25, 0.5
"""The second look finds what the first one found, and what is new."""
_MOST_BYTES = 8 << 20
_TYPES = {stat.S_IFREG: "file", stat.S_IFDIR: "dir", stat.S_IFLNK: "symlink", stat.S_IFIFO: "fifo", stat.S_IFSOCK: "socket"}

_Entry = tuple[int, int, int, int, int, str]
"""Mode, size, mtime, ctime, inode, and where a link leads."""


class FirstRunLook:
    """One comparison under way: made before the run, asked for its report after it."""

    def __init__(self, path: str, inode: int, prediction: dict[str, Any], cwd: str) -> None:
        self._path = path
        self._inode = inode
        self._prediction = prediction
        self._cwd = cwd
        changes = prediction["changes"]
        self._paths = [name for change in changes for name in (change["path"], change["renamed_from"]) if name]
        self._trees = frozenset(
            name for change in changes if change["is_tree"] for name in (change["path"], change["renamed_from"]) if name
        )
        self._hidden = frozenset(prediction["not_shown"])
        self._before, self._reach = self._look(BEFORE_S, "all")

    def report(self, *, run_id: str, automation_id: str, started_us: int, exit_code: int) -> bytes:
        """What the run changed, as the next cycle reads it (domain ObservedRun)."""
        after, reach = self._look(AFTER_S, self._reach)
        before = self._within(self._before, reach)
        after = self._within(after, reach)
        changes = [
            {"path": path, "kind": kind, "type": _type(after.get(path) or before[path])}
            for path in sorted(before.keys() | after.keys())
            for kind in _kinds(before.get(path), after.get(path))
        ]
        return json.dumps(
            {
                "run_id": run_id,
                "automation_id": automation_id,
                "started_us": started_us,
                "exit_code": exit_code,
                "prediction": self._prediction,
                "changes": changes,
                "reach": reach,
            }
        ).encode()

    def forget(self) -> None:
        """Later runs are not looked at; a prediction that a new approval has put there meanwhile stays."""
        try:
            if os.stat(self._path).st_ino == self._inode:
                os.unlink(self._path)
        except OSError:
            pass  # the shortcut is gone by now

    def _look(self, most_s: float, wanted: str) -> tuple[dict[str, _Entry], str]:
        """The predicted paths and `all` below the working directory; of that only its `top`, or nothing (`paths`), where it is too much or
        no more is wanted.
        """
        named = {path: _entry(path, status) for path in self._paths if (status := _lstat(path)) is not None}
        top: dict[str, _Entry] | None = None
        found = dict(named)
        start = None if wanted == "paths" else _lstat(self._cwd)
        folders = deque([self._cwd] if start is not None else [])
        until_s, seen = time.monotonic() + most_s, 0
        while folders:
            for path, status in _entries(folders.popleft()):
                seen += 1
                if seen > MOST_ENTRIES or time.monotonic() > until_s:
                    return (named, "paths") if top is None else (top, "top")
                if path in self._hidden:
                    continue
                found[path] = _entry(path, status)
                is_ours = start is not None and status.st_dev == start.st_dev  # what is mounted below is not looked into
                if is_ours and stat.S_ISDIR(status.st_mode) and path not in self._trees:
                    folders.append(path)
            if wanted == "top":
                return found, "top"
            if top is None:
                top = dict(found)
        return found, "all" if start is not None else "paths"

    def _within(self, found: dict[str, _Entry], reach: str) -> dict[str, _Entry]:
        """What both looks reached."""
        if reach == "all":
            return found
        paths = frozenset(self._paths)
        return {p: e for p, e in found.items() if p in paths or (reach == "top" and os.path.dirname(p) == self._cwd)}


def begin_look(path: str, *, sha256: str, arguments: list[str]) -> FirstRunLook | None:
    """The look before the run. None where the prediction is of another script, another folder or other arguments: it waits then."""
    try:
        with open(path, "rb") as file:
            inode, text = os.fstat(file.fileno()).st_ino, file.read(_MOST_BYTES)
        prediction = json.loads(text)
        cwd = os.getcwd()
        defaults = prediction["defaults"]
        given = arguments + [d for d in defaults[len(arguments) :] if d is not None]
        if (prediction["script_sha256"], prediction["cwd"], prediction["arguments"]) != (sha256, cwd, given):
            return None
        return FirstRunLook(path, inode, prediction, cwd)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _entries(folder: str) -> Iterator[tuple[str, os.stat_result]]:
    prefix = folder.rstrip("/")
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                try:
                    status = entry.stat(follow_symlinks=False)
                except OSError:
                    continue  # gone while it was looked at
                yield f"{prefix}/{entry.name}", status
    except OSError:
        return  # not readable: then nothing is said of it


def _lstat(path: str) -> os.stat_result | None:
    try:
        return os.lstat(path)
    except (OSError, ValueError):
        return None


def _entry(path: str, status: os.stat_result) -> _Entry:
    target = ""
    if stat.S_ISLNK(status.st_mode):
        try:
            target = os.readlink(path)
        except OSError:
            target = ""
    return status.st_mode, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, target


def _type(entry: _Entry) -> str:
    return _TYPES.get(stat.S_IFMT(entry[0]), "device")


def _kinds(before: _Entry | None, after: _Entry | None) -> list[str]:
    """What happened to a path, in the words of domain ObservedKind. A directory's times move with what it holds: that is no change."""
    if before is None or after is None:
        return ["created"] if after is not None else ["deleted"]
    if stat.S_IFMT(before[0]) != stat.S_IFMT(after[0]):
        return ["modified"]
    if stat.S_ISLNK(after[0]):
        return ["modified"] if before[5] != after[5] else []
    kinds = ["chmod"] if before[0] != after[0] else []
    if not stat.S_ISREG(after[0]):
        return kinds
    if before[1] != after[1]:
        return ["modified", *kinds]
    if (before[2], before[4]) != (after[2], after[4]) or (before[3] != after[3] and not kinds):
        return ["rewritten", *kinds]
    return kinds
