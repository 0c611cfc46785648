"""What a trial would change: the upper directories of its overlays compared with the real tree. Runs in the launcher.

Format of an upper directory: Linux, Documentation/filesystems/overlayfs.rst (whiteouts, opaque directories; here with user.* attributes).
"""

import os
import stat
from collections.abc import Iterator
from errno import EINVAL
from io import FileIO

from vynexus_tui.sandbox.overlays import Layer

_DEEPEST_PATH = 3500
"""Bytes; PATH_MAX is 4096, and the upper directory's own path comes on top."""
_MOST_COUNTED = 200_000
"""Entries of one deleted tree that are counted."""
_REPLACED_AT_ROOT = frozenset({"proc", "sys", "dev", "run"})
_TYPES = {
    stat.S_IFREG: "file",
    stat.S_IFDIR: "dir",
    stat.S_IFLNK: "symlink",
    stat.S_IFIFO: "fifo",
    stat.S_IFSOCK: "socket",
    stat.S_IFCHR: "device",
    stat.S_IFBLK: "device",
}
_BLOCK_BYTES = 1 << 20


class Change:
    """One difference, as the launcher reports it. `upper` is where its new content lies, None where there is none."""

    __slots__ = (
        "contained_bytes", "contained_count", "diff", "kind", "lower_mtime_ns", "mode", "no_diff", "path", "renamed_from", "size_bytes",
        "type", "upper", "warning",
    )  # fmt: skip

    def __init__(self, path: str, kind: str, status: os.stat_result, lower: os.stat_result | None, upper: str | None) -> None:
        self.path = path
        self.kind = kind
        self.type = type_of(status)
        self.upper = upper
        self.size_bytes = status.st_size if self.type == "file" else None
        self.lower_mtime_ns = lower.st_mtime_ns if lower else None
        self.mode: str | None = None
        self.warning: str | None = None
        self.contained_count: int | None = None
        self.contained_bytes = 0
        self.diff: str | None = None
        self.no_diff: str | None = None
        self.renamed_from: str | None = None

    def to_json(self) -> dict[str, object]:
        """The fields of domain FileChange, by name."""
        hidden = ("upper", "contained_bytes")
        return {name: value for name in self.__slots__ if name not in hidden and (value := getattr(self, name)) is not None}


def type_of(status: os.stat_result) -> str:
    """file, dir, symlink, fifo, socket or device."""
    return _TYPES.get(stat.S_IFMT(status.st_mode), "device")


def has_same_content(first: str, second: str) -> bool:
    """Whether two regular files hold the same bytes. False when either cannot be read."""
    try:
        with open_regular(first) as one, open_regular(second) as two:
            while True:
                block, other = one.read(_BLOCK_BYTES), two.read(_BLOCK_BYTES)
                if block != other:
                    return False
                if not block:
                    return True
    except OSError:
        return False


def open_regular(path: str) -> FileIO:
    """Opens a regular file for reading and nothing else: no link is followed, no pipe waited for. Raises OSError otherwise."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(EINVAL, f"{path} is no regular file")
    return FileIO(handle, "rb")


class Comparison:
    """Collects the changes of all layers, in the order of the walk, and notes on what could not be compared."""

    def __init__(self, owner: int) -> None:
        self.changes: list[Change] = []
        self.notes: list[str] = []
        self._owner = owner

    def add_layer(self, layer: Layer) -> None:
        """Compares one upper directory with the real directory below it."""
        root, real = os.lstat(layer.upper), os.lstat(layer.directory)
        if stat.S_IMODE(root.st_mode) != layer.mode and self._owner in (0, real.st_uid):
            self._add_mode_change(layer.directory, root, real, layer.upper)
        stack = [(layer.upper, layer.directory, False)]
        while stack:
            upper, directory, is_new = stack.pop()
            if len(os.fsencode(upper)) > _DEEPEST_PATH:
                self.notes.append(f"{directory[:80]}…: too deep to be listed")
                continue
            for name, status in _entries(upper):
                if layer.directory == directory == "/" and name in _REPLACED_AT_ROOT:
                    continue
                path = f"{directory.rstrip('/')}/{name}"
                descend_as_new = self._compare(f"{upper}/{name}", status, path, None if is_new else _lstat(path))
                if descend_as_new is not None:
                    stack.append((f"{upper}/{name}", path, descend_as_new))
            if not is_new and directory != layer.directory and _is_opaque(upper):
                self._add_hidden_by_opaque(upper, directory)

    def _compare(self, upper: str, status: os.stat_result, path: str, lower: os.stat_result | None) -> bool | None:
        """Adds the change at `path`, if any. Returns None, or for a directory whether all below it is new."""
        if stat.S_ISCHR(status.st_mode) and status.st_rdev == 0:  # a whiteout
            if lower is not None:
                self._add_deletion(path, lower)
            return None
        kind = type_of(status)
        if lower is None or type_of(lower) != kind:
            self._add_new(upper, status, path, lower)
            return True if kind == "dir" else None
        if kind == "dir":
            self._add_mode_change(path, status, lower, upper)
            return False
        if kind == "file" and not (status.st_size == lower.st_size and has_same_content(upper, path)):
            self._add_modification(upper, status, path, lower)
        elif kind == "symlink" and os.readlink(upper) != os.readlink(path):
            self._add(Change(path, "replace", status, lower, upper))
        elif kind != "symlink":
            self._add_mode_change(path, status, lower, upper)
        return None

    def _add(self, change: Change, warning: str | None = None) -> None:
        change.warning = warning
        self.changes.append(change)

    def _add_new(self, upper: str, status: os.stat_result, path: str, lower: os.stat_result | None) -> None:
        change = Change(path, "replace" if lower else "create", status, lower, upper)
        change.mode = _octal(status)
        warning = _set_id(status)
        if lower is not None:
            warning = warning or self._of_another_user(path, lower)
            if type_of(lower) == "dir":
                count, _ = measure_tree(path)
                warning = warning or f"replaces a directory with {count} entries"
        self._add(change, warning)

    def _add_modification(self, upper: str, status: os.stat_result, path: str, lower: os.stat_result) -> None:
        change = Change(path, "modify", status, lower, upper)
        change.mode = _mode_change(status, lower)
        warning = _set_id(status) if not _set_id(lower) else None
        self._add(change, warning or _owner_change(status, lower))

    def _add_mode_change(self, path: str, status: os.stat_result, lower: os.stat_result, upper: str) -> None:
        mode, owner = _mode_change(status, lower), _owner_change(status, lower)
        if mode or (owner and self._owner == 0):
            change = Change(path, "chmod", status, lower, upper)
            change.mode = mode
            self._add(change, (_set_id(status) if mode else None) or owner)

    def _add_deletion(self, path: str, lower: os.stat_result) -> None:
        change = Change(path, "delete", lower, lower, None)
        if change.type == "dir":
            change.contained_count, change.contained_bytes = measure_tree(path)
        self._add(change, self._of_another_user(path, lower))

    def _add_hidden_by_opaque(self, upper: str, directory: str) -> None:
        """A directory that was removed and made again: what it held and does not hold any more."""
        kept = set(os.listdir(upper))
        for name, lower in _entries(directory):
            if name not in kept:
                self._add_deletion(f"{directory}/{name}", lower)

    def _of_another_user(self, path: str, lower: os.stat_result) -> str | None:
        """In /tmp the trial owns the directory, so it may remove what the sticky bit protects in reality."""
        parent = _lstat(os.path.dirname(path))
        if self._owner == 0 or parent is None or not parent.st_mode & stat.S_ISVTX or self._owner in (parent.st_uid, lower.st_uid):
            return None
        return "belongs to another user: the real run cannot do this"


def measure_tree(directory: str) -> tuple[int, int]:
    """Entries below a directory and the bytes of its files, without following links."""
    count = size = 0
    stack = [directory]
    while stack and count < _MOST_COUNTED:
        current = stack.pop()
        for name, status in _entries(current):
            count += 1
            if stat.S_ISDIR(status.st_mode):
                stack.append(f"{current}/{name}")
            elif stat.S_ISREG(status.st_mode):
                size += status.st_size
    return count, size


def _entries(directory: str) -> Iterator[tuple[str, os.stat_result]]:
    """Name and lstat of each entry, sorted; nothing where the directory cannot be read."""
    try:
        names = sorted(os.listdir(directory))
    except OSError:
        return
    for name in names:
        status = _lstat(f"{directory}/{name}")
        if status is not None:
            yield name, status


def _lstat(path: str) -> os.stat_result | None:
    try:
        return os.lstat(path)
    except OSError:
        return None


def _is_opaque(path: str) -> bool:
    try:
        return os.getxattr(path, "user.overlay.opaque", follow_symlinks=False) == b"y"
    except OSError:
        return False


def _octal(status: os.stat_result) -> str:
    return f"{stat.S_IMODE(status.st_mode):04o}"


def _mode_change(status: os.stat_result, lower: os.stat_result) -> str | None:
    return None if _octal(status) == _octal(lower) else f"{_octal(lower)} -> {_octal(status)}"


def _owner_change(status: os.stat_result, lower: os.stat_result) -> str | None:
    before, after = (lower.st_uid, lower.st_gid), (status.st_uid, status.st_gid)
    return None if before == after else f"owner {before[0]}:{before[1]} -> {after[0]}:{after[1]}"


def _set_id(status: os.stat_result) -> str | None:
    """Setuid always; setgid only on files, where it gives rights (on directories it only passes the group on)."""
    if stat.S_ISDIR(status.st_mode):
        return None
    return "setuid" if status.st_mode & stat.S_ISUID else "setgid" if status.st_mode & stat.S_ISGID else None
