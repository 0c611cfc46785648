"""What a trial would change: the upper directories of its overlays compared with the real tree. Runs in the launcher.

Format of an upper directory: Linux, Documentation/filesystems/overlayfs.rst (whiteouts, opaque directories; here with user.* attributes).
"""

import os
import stat
import time
from collections.abc import Iterator
from errno import EINVAL
from io import FileIO
from typing import NamedTuple

from vynexus_tui.sandbox.masks import Masks
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
_CLOCK_SLACK_NS = 1_000_000_000
"""File times are taken from a clock that lags some milliseconds behind."""


class Change:
    """One difference, as the launcher reports it. `upper` is where its new content lies, None where there is none."""

    __slots__ = (
        "contained_bytes", "contained_count", "diff", "kind", "lower_ctime_ns", "lower_mtime_ns", "lower_newest_ctime_ns", "mode",
        "no_diff", "parent_mtime_ns", "path", "renamed_from", "size_bytes", "steps", "type", "upper", "warning",
    )  # fmt: skip

    def __init__(self, path: str, kind: str, status: os.stat_result, lower: os.stat_result | None, upper: str | None) -> None:
        self.path = path
        self.kind = kind
        self.type = type_of(status)
        self.upper = upper
        self.size_bytes = status.st_size if self.type == "file" else None
        self.lower_mtime_ns = lower.st_mtime_ns if lower else None
        self.lower_ctime_ns = lower.st_ctime_ns if lower else None
        self.lower_newest_ctime_ns: int | None = None
        self.mode: str | None = None
        self.warning: str | None = None
        self.contained_count: int | None = None
        self.contained_bytes = 0
        self.diff: str | None = None
        self.no_diff: str | None = None
        self.renamed_from: str | None = None
        self.steps: tuple[int, ...] | None = None
        self.parent_mtime_ns: int | None = None

    def measure_lower_tree(self) -> int:
        """Takes in the real directory at its path, which would be gone. Returns the number of entries below it."""
        tree = measure_tree(self.path)
        self.contained_bytes, self.lower_newest_ctime_ns = tree.size_bytes, tree.newest_ctime_ns
        return tree.entries

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

    def __init__(self, owner: int, masks: Masks, *, started_ns: int) -> None:
        self.changes: list[Change] = []
        self._notes: list[str] = []
        self._owner = owner
        self._masks = masks
        self._started_ns = started_ns
        self._other_times = self._other_attributes = 0

    def closing_notes(self) -> list[str]:
        """What could not be compared or is not, after the last layer."""
        return self._notes + [
            f"{what} of {count:,} path{'s' * (count != 1)} are not compared"
            for what, count in (("times", self._other_times), ("attributes", self._other_attributes))
            if count
        ]

    def add_layer(self, layer: Layer) -> None:
        """Compares one upper directory with the real directory below it."""
        root, real = os.lstat(layer.upper), _lstat(layer.directory)
        if real is None:
            if os.listdir(layer.upper):
                self._notes.append(f"{layer.directory} vanished while the trial ran: changes in it are not listed")
            return
        if stat.S_IMODE(root.st_mode) != layer.mode:
            self._add_mode_change(layer.directory, root, real, layer.upper)
        stack = [(layer.upper, layer.directory, False, False)]
        while stack:
            upper, directory, is_new, is_below_opaque = stack.pop()
            if len(os.fsencode(upper)) > _DEEPEST_PATH:
                self._notes.append(f"{directory[:80]}…: too deep to be listed")
                continue
            is_stand_in = self._masks.is_stand_in(upper, os.lstat(upper))
            # The kernel marks the outermost directory that was made again, and none of those made again in it.
            hides = directory != layer.directory and not is_stand_in and (is_below_opaque or is_opaque(upper))
            for name, status in _entries(upper):
                if layer.directory == directory == "/" and name in _REPLACED_AT_ROOT:
                    continue
                path = f"{directory.rstrip('/')}/{name}"
                descend_as_new = self._compare(f"{upper}/{name}", status, path, None if is_new else _lstat(path))
                if descend_as_new is not None:
                    stack.append((f"{upper}/{name}", path, descend_as_new, hides))
            if hides and not is_new:
                self._add_hidden_by_opaque(upper, directory)

    def _compare(self, upper: str, status: os.stat_result, path: str, lower: os.stat_result | None) -> bool | None:
        """Adds the change at `path`, if any. Returns None, or for a directory whether all below it is new."""
        if stat.S_ISCHR(status.st_mode) and status.st_rdev == 0:  # a whiteout
            if lower is not None:
                self._add_deletion(path, lower)
            return None
        if self._masks.is_stand_in(upper, status) and self._masks.is_untouched(upper, status):
            return None
        kind = type_of(status)
        if lower is None or type_of(lower) != kind:
            self._add_new(upper, status, path, lower)
            return True if kind == "dir" else None
        before = len(self.changes)
        self._compare_like(upper, status, path, lower)
        self._count_unlisted(upper, status, path, lower)
        if len(self.changes) == before and (shared := _other_names(lower)):
            self._notes.append(f"{path} {shared}")  # touched, maybe moved away and copied back: then the other names part from it
        return False if kind == "dir" else None

    def _compare_like(self, upper: str, status: os.stat_result, path: str, lower: os.stat_result) -> None:
        """Adds the change between two entries of one type, if any."""
        kind = type_of(status)
        if kind == "file" and not (status.st_size == lower.st_size and has_same_content(upper, path)):
            self._add_modification(upper, status, path, lower)
        elif kind == "symlink" and os.readlink(upper) != os.readlink(path):
            self._add(Change(path, "replace", status, lower, upper))
        elif kind == "symlink" and self._owner == 0 and (owner := _owner_change(status, lower)):
            self._add(Change(path, "chmod", status, lower, upper), owner)
        elif kind != "symlink":
            self._add_mode_change(path, status, lower, upper)

    def _count_unlisted(self, upper: str, status: os.stat_result, path: str, lower: os.stat_result) -> None:
        """A time of now is what every rewriting of the same content leaves; any other time was set on purpose.

        Not where the real one changed meanwhile: /tmp, say, which every program writes to.
        """
        is_set = status.st_mtime_ns != lower.st_mtime_ns and lower.st_ctime_ns < self._started_ns
        is_of_now = self._started_ns - _CLOCK_SLACK_NS <= status.st_mtime_ns <= time.time_ns() + _CLOCK_SLACK_NS
        self._other_times += is_set and not is_of_now
        self._other_attributes += _attributes(upper) != _attributes(path)

    def _add(self, change: Change, warning: str | None = None) -> None:
        change.warning = warning
        if change.lower_ctime_ns is not None and change.lower_ctime_ns >= self._started_ns:
            self._notes.append(f"{change.path} was changed by something else while the script was tried")
        if change.upper is not None and self._masks.covers(change.path):
            change.no_diff = "secret"
        self.changes.append(change)

    def _forbidden(self, path: str, *, is_written: bool = False) -> str | None:
        """The copy-on-write directories are the trial's own, even where the real ones are not; `is_written`: the file would do too."""
        parent = os.path.dirname(path)
        can_be_done = os.access(parent, os.W_OK) or not os.path.lexists(parent) or (is_written and os.access(path, os.W_OK))
        return None if can_be_done else "not writable: the real run cannot do this"

    def _add_new(self, upper: str, status: os.stat_result, path: str, lower: os.stat_result | None) -> None:
        change = Change(path, "replace" if lower else "create", status, lower, upper)
        change.mode = _octal(status)
        warning = _set_id(status)
        self._other_attributes += bool(_attributes(upper))
        if lower is None and self._owner != status.st_uid:
            warning = warning or f"owner {status.st_uid}:{status.st_gid}"
        if lower is not None:
            warning = warning or self._of_another_user(path, lower)
            if type_of(lower) == "dir":
                count = change.measure_lower_tree()
                warning = warning or f"replaces a directory with {count:,} entr{'y' if count == 1 else 'ies'}"
            elif type_of(lower) == "file":
                warning = warning or "replaces a file: its content is gone"
        self._add(change, warning or self._forbidden(path))

    def _add_modification(self, upper: str, status: os.stat_result, path: str, lower: os.stat_result) -> None:
        change = Change(path, "modify", status, lower, upper)
        change.mode = _mode_change(status, lower)
        warning = _set_id(status) if not _set_id(lower) else None
        warning = warning or _owner_change(status, lower) or self._forbidden(path, is_written=True) or _other_names(lower)
        self._add(change, warning)

    def _add_mode_change(self, path: str, status: os.stat_result, lower: os.stat_result, upper: str) -> None:
        mode, owner = _mode_change(status, lower), _owner_change(status, lower)
        if self._owner:  # only root can give a file away, but every directory at the top of a layer is the trial's own
            owner = None if lower.st_uid == self._owner else "belongs to another user: the real run cannot do this"
        if mode or (owner and self._owner == 0):
            change = Change(path, "chmod", status, lower, upper)
            change.mode = mode
            self._add(change, (_set_id(status) if mode else None) or owner or _other_names(lower))

    def _add_deletion(self, path: str, lower: os.stat_result) -> None:
        change = Change(path, "delete", lower, lower, None)
        parent = _lstat(os.path.dirname(path))
        change.parent_mtime_ns = parent.st_mtime_ns if parent else None
        if change.type == "dir":
            change.contained_count = change.measure_lower_tree()
        self._add(change, self._of_another_user(path, lower) or self._forbidden(path))

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


class TreeSize(NamedTuple):
    """What lies below a directory: entries, bytes of files, and the newest ctime (0 where nothing is)."""

    entries: int
    size_bytes: int
    newest_ctime_ns: int


def measure_tree(directory: str) -> TreeSize:
    """Looks at everything below a directory, up to a bound, without following links."""
    count = size = newest_ns = 0
    stack = [directory]
    while stack and count < _MOST_COUNTED:
        current = stack.pop()
        for name, status in _entries(current):
            count += 1
            newest_ns = max(newest_ns, status.st_ctime_ns)
            if stat.S_ISDIR(status.st_mode):
                stack.append(f"{current}/{name}")
            elif stat.S_ISREG(status.st_mode):
                size += status.st_size
    return TreeSize(count, size, newest_ns)


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


def is_opaque(path: str) -> bool:
    """Whether a directory of an upper directory hides all that the real one holds."""
    try:
        return os.getxattr(path, "user.overlay.opaque", follow_symlinks=False) == b"y"
    except OSError:
        return False


def _attributes(path: str) -> dict[str, bytes]:
    """Extended attributes a person or a program sets. The overlay's own are the upper directory's; the rest is not a script's to set."""
    try:
        names = [n for n in os.listxattr(path, follow_symlinks=False) if n.startswith(("user.", "system.posix_acl_"))]
        return {name: os.getxattr(path, name, follow_symlinks=False) for name in names if not name.startswith("user.overlay.")}
    except OSError:
        return {}


def _other_names(lower: os.stat_result) -> str | None:
    """The trial copies a file before it is changed, which parts it from its other names."""
    is_shared = stat.S_ISREG(lower.st_mode) and lower.st_nlink > 1
    return f"has {lower.st_nlink - 1} other name{'s' * (lower.st_nlink > 2)} that would change too" if is_shared else None


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
