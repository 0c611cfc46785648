"""Walks a directory that a script may change at the same time: by descriptors, so that no link swapped in leads elsewhere."""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from errno import ELOOP, ENOENT, ENOTDIR
from typing import NamedTuple

_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_DEEPEST = 400
"""Descriptors held at once."""


class Entry(NamedTuple):
    """One entry of a tree."""

    path: str
    """Relative to the root."""
    place: str
    """A name for the entry itself by which it can be asked for attributes, valid until the walk goes on; a link in its place is not
    followed if the caller does not follow it."""
    status: os.stat_result


def walk(root: str) -> Iterator[Entry]:
    """Everything below `root`, a directory before what it holds, down to 400 levels. What vanishes meanwhile is left out.

    It leaves no time of access: that of a secret's stand-in says whether the script looked into it. Raises OSError where it cannot look.
    """
    first = os.open(root, _FLAGS | os.O_NOATIME)
    open_directories = [(first, "", iter(os.listdir(first)))]
    try:
        while open_directories:
            directory, prefix, names = open_directories[-1]
            name = next(names, None)
            if name is None:
                os.close(directory)
                open_directories.pop()
                continue
            try:
                status = os.stat(name, dir_fd=directory, follow_symlinks=False)
                yield Entry(prefix + name, f"/proc/self/fd/{directory}/{name}", status)
                if stat.S_ISDIR(status.st_mode) and len(open_directories) < _DEEPEST:
                    inner = os.open(name, _FLAGS | os.O_NOATIME, dir_fd=directory)
                    open_directories.append((inner, f"{prefix}{name}/", iter(os.listdir(inner))))
            except OSError as error:
                if error.errno not in (ENOENT, ENOTDIR, ELOOP):  # it vanished, or something else is in its place
                    raise
    finally:
        for directory, _, _ in open_directories:
            os.close(directory)


def remove_tree(root: str) -> None:
    """Removes all of it, however deep, also what a script made unreadable. What another user's rights protect stays."""
    with suppress(OSError):
        top = os.open(root, _FLAGS)
        try:
            _empty(top)
        finally:
            os.close(top)
        os.rmdir(root)


def _empty(top: int) -> None:
    open_directories = [(top, "", iter(os.listdir(top)))]
    moved = 0
    while open_directories:
        directory, name, names = open_directories[-1]
        inner_name = next(names, None)
        if inner_name is None:
            open_directories.pop()
            if name:
                os.close(directory)
                with suppress(OSError):
                    os.rmdir(name, dir_fd=open_directories[-1][0])
            elif moved:
                moved = 0
                open_directories.append((top, "", iter(os.listdir(top))))  # what was too deep lies here now
            continue
        with suppress(OSError):
            if not stat.S_ISDIR(os.stat(inner_name, dir_fd=directory, follow_symlinks=False).st_mode):
                os.unlink(inner_name, dir_fd=directory)
            elif len(open_directories) < _DEEPEST:
                inner = _open_whatever_its_mode(inner_name, directory)
                open_directories.append((inner, inner_name, iter(os.listdir(inner))))
            else:
                moved += 1
                os.rename(inner_name, f"{moved}-{os.urandom(8).hex()}", src_dir_fd=directory, dst_dir_fd=top)


def _open_whatever_its_mode(name: str, directory: int) -> int:
    found = os.open(name, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=directory)
    try:
        os.chmod(f"/proc/self/fd/{found}", 0o700)
        return os.open(f"/proc/self/fd/{found}", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    finally:
        os.close(found)
