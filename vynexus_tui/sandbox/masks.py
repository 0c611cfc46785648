"""Secrets a trial must not read: empty stand-ins lie over them in the copy-on-write layers, and tell what the script did to them.

A stand-in has the owner and mode of the real thing and nothing in it. An attempt to remove, change or read it succeeds in the trial
and leaves a trace. A mount in its place would refuse it, and `rm -rf ~/.ssh 2>/dev/null || true` would look like nothing.
"""

import os
import stat
from collections.abc import Iterable
from errno import EINVAL

from vynexus_tui.sandbox.copying import copy_status


class Masks:
    """The secrets among `paths` that exist, and the stand-ins laid over them."""

    def __init__(self, paths: Iterable[str], *, owner: int) -> None:
        self._owner = owner
        self._stand_ins: dict[str, tuple[str, os.stat_result]] = {}
        self._paths: list[str] = []
        real_paths = {os.path.realpath(path) for path in paths if os.path.lexists(path)} - {"/"}  # a link's target is what must be covered
        for path in sorted(real_paths):
            if os.path.exists(path) and not self.covers(path):
                self._paths.append(path)

    def covers(self, path: str) -> bool:
        """Whether `path` is a secret or lies in one."""
        return any(path == secret or path.startswith(f"{secret}/") for secret in self._paths)

    def refuse_inside(self, trees: Iterable[str]) -> None:
        """Raises OSError if a trial would have to work inside a secret."""
        for tree in trees:
            if self.covers(tree):
                raise OSError(EINVAL, f"{tree} is hidden from trials")

    def lay_over(self, directory: str, upper: str) -> None:
        """Puts a stand-in for every secret below `directory` into its upper directory, before that is mounted."""
        parents = set()
        for path in self._paths:
            if not path.startswith(f"{directory.rstrip('/')}/"):
                continue
            place = upper + "/" + os.path.relpath(path, directory)
            parent, real_parent = os.path.dirname(place), os.path.dirname(path)
            os.makedirs(parent, exist_ok=True)
            while parent != upper:
                parents.add((parent, real_parent))
                parent, real_parent = os.path.dirname(parent), os.path.dirname(real_parent)
            self._stand_ins[place] = (path, self._make_stand_in(place, os.stat(path), path))
        for parent, real_parent in sorted(parents, reverse=True):  # inner ones first: what is made in a directory moves its time
            if self._owner == 0:
                status = os.stat(real_parent)
                os.chown(parent, status.st_uid, status.st_gid)
            copy_status(real_parent, parent)

    def _make_stand_in(self, place: str, real: os.stat_result, path: str) -> os.stat_result:
        if stat.S_ISDIR(real.st_mode):
            os.mkdir(place)
            os.setxattr(place, "user.overlay.opaque", b"y")  # the kernel shows nothing of the directory below
        else:
            os.close(os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        mode = stat.S_IMODE(real.st_mode)
        if self._owner == 0:
            os.chown(place, real.st_uid, real.st_gid)
        elif real.st_uid != self._owner:  # the stand-in is ours, so its mode says what we may do to the real one
            mode = sum(bit << 6 for bit in (os.R_OK, os.W_OK, os.X_OK) if os.access(path, bit))
        os.chmod(place, mode)
        os.utime(place, ns=(0, real.st_mtime_ns))  # relatime: the first read after a change moves the time of access
        return os.lstat(place)

    def is_stand_in(self, place: str, status: os.stat_result) -> bool:
        """Whether the entry `place` of an upper directory is still the stand-in that was put there."""
        return place in self._stand_ins and self._stand_ins[place][1].st_ino == status.st_ino

    def is_untouched(self, place: str, status: os.stat_result) -> bool:
        """Whether that stand-in was neither changed nor filled."""
        return self._stand_ins[place][1].st_ctime_ns == status.st_ctime_ns

    def attempts(self) -> dict[str, str]:
        """Each secret the script did something to: removes, changes or reads. To be asked before anybody else looks into them."""
        found = {}
        for place, (path, before) in self._stand_ins.items():
            try:
                now = os.lstat(place)
            except OSError:
                found[path] = "removes"
                continue
            if stat.S_ISCHR(now.st_mode):
                found[path] = "removes"
            elif (now.st_ino, now.st_ctime_ns) != (before.st_ino, before.st_ctime_ns):
                found[path] = "changes"
            elif now.st_atime_ns != before.st_atime_ns:
                found[path] = "reads"
        return found
