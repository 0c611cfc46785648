"""Where a trial keeps what it changes on kernels before 6.6, whose memory file system has no user attributes: a directory on disk.

It is gone when the trial is; one whose process was killed goes with the next trial.
"""

import fcntl
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import ENOENT, EPERM

from vynexus_tui.sandbox.walking import remove_tree, walk

_DISK_FLOOR_BYTES = 1 << 30
_ATTEMPTS = 20
_OWN_ENTRIES = 1000
"""Layers and stand-ins, which are not the script's."""


def place() -> str:
    """Where the directories of all this person's trials lie: a disk, as a rule, also where /tmp is memory."""
    return f"/var/tmp/vynexus-{os.geteuid()}"


@contextmanager
def spare_room() -> Iterator[str]:
    """An empty directory of our own in `place`, locked for as long as this process lives. Raises OSError where it cannot be made."""
    parent = place()
    folder, handle = _claim(parent)
    try:
        yield folder
    finally:
        remove_tree(folder)
        os.close(handle)
        with suppress(OSError):  # another trial's is in it
            os.rmdir(parent)


def _claim(parent: str) -> tuple[str, int]:
    """A new directory in `parent` and the descriptor that locks it.

    Until it is locked another trial may take it for an abandoned one, or take the still empty `parent` away: then once more.
    """
    for _ in range(_ATTEMPTS):
        with suppress(FileNotFoundError):
            with suppress(FileExistsError):
                os.mkdir(parent, 0o700)
            status = os.lstat(parent)
            if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o077:
                raise OSError(EPERM, f"{parent} is not a directory of yours alone")
            _remove_abandoned(parent)
            folder = tempfile.mkdtemp(dir=parent)
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            fcntl.flock(handle, fcntl.LOCK_EX)
            if os.path.exists(folder):
                return folder, handle
            os.close(handle)
    raise OSError(ENOENT, f"{parent} cannot be kept")


class DiskUse:
    """How much was written below a directory on disk, which has no limit of its own."""

    def __init__(self, folder: str, *, disk_bytes: int, inodes: int) -> None:
        self._folder = folder
        self._disk_bytes = disk_bytes
        self._inodes = inodes
        self._free_bytes = self._free()
        self._was_too_much = False

    def is_too_much(self) -> bool:
        """Whether it is, or once was, as much as the limits."""
        self._was_too_much = self._was_too_much or self._drains_the_disk() or self._is_used_up()
        return self._was_too_much

    def _is_used_up(self) -> bool:
        used = 0
        with suppress(OSError):  # it can be looked at again in 0.1 s
            for count, entry in enumerate(walk(self._folder), start=1):
                used += entry.status.st_blocks * 512
                if used >= self._disk_bytes or count >= self._inodes + _OWN_ENTRIES:
                    return True
        return False

    def _drains_the_disk(self) -> bool:
        """A backstop for what no directory shows: files that were removed while open. Others write to that disk too."""
        return self._free_bytes - self._free() > max(_DISK_FLOOR_BYTES, 3 * self._disk_bytes)

    def _free(self) -> int:
        space = os.statvfs(self._folder)
        return space.f_bfree * space.f_frsize


def _remove_abandoned(parent: str) -> None:
    """What a killed process left: nobody holds its lock any more."""
    for name in os.listdir(parent):
        with suppress(OSError):
            handle = os.open(f"{parent}/{name}", os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                remove_tree(f"{parent}/{name}")
            finally:
                os.close(handle)
