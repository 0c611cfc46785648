"""Where a trial keeps what it changes on kernels before 6.6, whose memory file system has no user attributes: a directory on disk.

It is gone when the trial is; one whose process was killed goes with the next trial.
"""

import fcntl
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import EPERM

_OWN_ENTRIES = 1000
"""Layers and stand-ins, which are not the script's."""


def place() -> str:
    """Where the directories of all this person's trials lie: a disk, as a rule, also where /tmp is memory."""
    return f"/var/tmp/vynexus-{os.geteuid()}"


@contextmanager
def spare_room() -> Iterator[str]:
    """An empty directory of our own in `place`, locked for as long as this process lives. Raises OSError where it cannot be made."""
    parent = place()
    with suppress(FileExistsError):
        os.mkdir(parent, 0o700)
    status = os.lstat(parent)
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o077:
        raise OSError(EPERM, f"{parent} is not a directory of yours alone")
    _remove_abandoned(parent)
    folder = tempfile.mkdtemp(dir=parent)
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield folder
    finally:
        remove_tree(folder)
        os.close(handle)
        with suppress(OSError):  # another trial's is in it
            os.rmdir(parent)


def uses_more(upper: str, *, disk_bytes: int, inodes: int) -> bool:
    """Whether more than the limits was written below `upper`. The file system has no limit of its own for a directory."""
    used = count = 0
    stack = [upper]
    while stack:
        folder = stack.pop()
        with suppress(OSError):  # the script goes on meanwhile
            # Without a trace: the time of access of a secret's stand-in says whether the script looked into it.
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOATIME)
            try:
                names = os.listdir(handle)
            finally:
                os.close(handle)
            for name in names:
                status = os.lstat(f"{folder}/{name}")
                used += status.st_blocks * 512
                count += 1
                if stat.S_ISDIR(status.st_mode):
                    stack.append(f"{folder}/{name}")
        if used > disk_bytes or count > inodes + _OWN_ENTRIES:
            return True
    return False


def remove_tree(folder: str) -> None:
    """Removes all of it, also what a script made unreadable. What another user's rights protect stays."""
    for current, directories, files in os.walk(folder, topdown=True):
        for name in directories:
            with suppress(OSError):
                if not os.path.islink(f"{current}/{name}"):
                    os.chmod(f"{current}/{name}", 0o700)
        for name in files:
            with suppress(OSError):
                os.unlink(f"{current}/{name}")
    for current, directories, _ in os.walk(folder, topdown=False):
        for name in directories:
            with suppress(OSError):
                path = f"{current}/{name}"
                os.unlink(path) if os.path.islink(path) else os.rmdir(path)
    with suppress(OSError):
        os.rmdir(folder)


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
