"""Write a file whole or not at all; read one that may be anything."""

import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from vynexus_tui.domain.errors import ShellError

_PREFIX = ".vynexus-"
_RANDOM_LENGTH = 8
"""Characters that mkstemp adds."""


def write_whole(path: Path, content: bytes, mode: int) -> None:
    """A new file of mode `mode` takes the place of `path`: readers see the old or the new one. Raises OSError, and then nothing changed."""
    with _temporary_beside(path) as (handle, temporary):
        _fill(handle, content)
        temporary.chmod(mode)
        temporary.replace(path)


def replace_text(path: Path, text: str) -> None:
    """A private text file of ours with another content. Raises ShellError, and then nothing changed."""
    try:
        write_whole(path, text.encode("utf-8", "surrogateescape"), 0o600)
    except OSError as error:
        raise ShellError(f"{path} cannot be written: {error.strerror}", "check its permissions and the free space") from error


def write_new(path: Path, content: bytes, mode: int) -> None:
    """Like `write_whole`, but raises FileExistsError when there is anything at `path`, a dangling link included."""
    with _temporary_beside(path) as (handle, temporary):
        _fill(handle, content)
        temporary.chmod(mode)
        os.link(temporary, path)


def rewrite(path: Path, content: bytes) -> None:
    """Replace the content of an existing file and keep its mode, owner, group and extended attributes. Raises OSError."""
    state = path.stat()
    with _temporary_beside(path) as (handle, temporary):
        _fill(handle, content)
        shutil.copystat(path, temporary)
        if (state.st_uid, state.st_gid) != (os.geteuid(), os.getegid()):
            os.chown(temporary, state.st_uid, state.st_gid)
        os.utime(temporary)
        temporary.replace(path)


def read_small_text(path: Path, *, follows_links: bool = False, most_bytes: int = 1 << 20) -> str | None:
    """The first `most_bytes` of a regular file; None for a pipe, a device, a link or what cannot be read. Never waits for a writer.

    `follows_links`: for a person's own files, which may be links into a dotfile repository.
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC | (0 if follows_links else os.O_NOFOLLOW)
    try:
        handle = os.open(path, flags)
    except OSError:
        return None
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return None
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read(most_bytes).decode("utf-8", "surrogateescape")
    except OSError:
        return None
    finally:
        os.close(handle)


def leftovers(folders: Iterable[Path]) -> tuple[Path, ...]:
    """The temporary files in `folders` of writers that were killed. One that writes at this moment has its own among them."""
    names = f"{_PREFIX}{'?' * _RANDOM_LENGTH}"
    found = {path for folder in folders for path in folder.glob(names) if path.is_file() and not path.is_symlink()}
    return tuple(sorted(path for path in found if path.stat().st_uid == os.geteuid()))


@contextlib.contextmanager
def _temporary_beside(path: Path) -> Iterator[tuple[int, Path]]:
    handle, name = tempfile.mkstemp(prefix=_PREFIX, dir=path.parent)
    try:
        yield handle, Path(name)
    finally:
        os.close(handle)
        Path(name).unlink(missing_ok=True)


def _fill(handle: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(handle, view) :]
    os.fsync(handle)
