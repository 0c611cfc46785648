"""The file tree a trial sees: every real directory copy-on-write, secrets masked, devices and sockets of the host absent.

Runs in the launcher, inside its own user and mount namespace. A directory that has other mounts below it cannot be the lower
layer of one overlay there (the kernel locks those mounts together), so it is split: a skeleton of itself, and one overlay per child.
"""

import os
import re
import stat
from collections.abc import Iterable
from contextlib import suppress
from errno import EINVAL, EMFILE, ENOMEM, ENOSPC
from typing import TYPE_CHECKING, NamedTuple

from vynexus_tui.sandbox import linux_calls
from vynexus_tui.sandbox.copying import copy_file
from vynexus_tui.sandbox.linux_calls import MS_BIND, MS_NODEV, MS_NOEXEC, MS_NOSUID, MS_RDONLY, MS_REMOUNT
from vynexus_tui.sandbox.masks import Masks

if TYPE_CHECKING:
    from vynexus_tui.sandbox.spare_room import DiskUse

BASE = "/sys"
"""Our working space covers this directory, in our mount namespace only: it exists everywhere and no trial sees the real one,
so nothing is ever left on the disk."""
SOURCE = "vynexus"
"""Source name of every mount we make; `check_mounts` knows ours by it."""
_REPLACED = ("/proc", "/sys", "/dev", "/run")
_VIRTUAL = frozenset(
    """proc sysfs devtmpfs devpts cgroup cgroup2 securityfs debugfs tracefs pstore bpf configfs mqueue hugetlbfs binfmt_misc fusectl
    efivarfs autofs rpc_pipefs nsfs selinuxfs""".split()
)
_SKELETON_FILE_BYTES, _SKELETON_BYTES = 1 << 20, 64 << 20
"""One file, and all files of one trial, that are copied because they lie beside a mount. Others are shown read-only."""
_MOST_CHILDREN = 64
"""A split directory with more children than this (docker's overlay2, say) is hidden, unless home or the working directory is below;
then this many times eight of its directories are shown (an overlay takes 0.2 ms, so that is 0.1 s)."""
_PRIVATE = MS_NOSUID | MS_NODEV


class Layer(NamedTuple):
    """One overlay: the real directory, where its changes are kept, and the upper directory's mode at the start."""

    directory: str
    upper: str
    mode: int
    is_split: bool


class Mount(NamedTuple):
    """One line of /proc/self/mountinfo."""

    path: str
    options: frozenset[str]
    kind: str
    source: str


def read_mounts() -> list[Mount]:
    """The mounts of this process, in order; a later one covers an earlier one at the same path."""
    mounts = []
    with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as lines:
        for line in lines:
            fields = line.rstrip("\n").split(" ")
            dash = fields.index("-")
            mounts.append(Mount(_unescape(fields[4]), frozenset(fields[5].split(",")), fields[dash + 1], _unescape(fields[dash + 2])))
    return mounts


def check_mounts(mounts: list[Mount], writable_trees: Iterable[str]) -> None:
    """The last look before the script starts, from inside. Raises OSError if anything writable is not ours, or if one of
    `writable_trees` is not on a copy-on-write layer.
    """
    for mount in mounts:
        if mount.source != SOURCE and "ro" not in mount.options:
            raise OSError(EINVAL, f"{mount.path} would be writable for real")
    for tree in writable_trees:
        covering = [m for m in mounts if tree == m.path or tree.startswith(m.path.rstrip("/") + "/")]
        top = max(covering, key=lambda m: len(m.path), default=None)
        # Of mounts at the same path the last one counts; max() keeps the first, so look again.
        top = [m for m in covering if top and m.path == top.path][-1] if top else None
        if top is None or top.kind != "overlay" or "rw" not in top.options:
            raise OSError(EINVAL, f"{tree} cannot be made copy-on-write" + (f" ({top.kind})" if top else ""))


class TrialRoot:
    """Builds the tree below `path` and remembers its layers."""

    path = f"{BASE}/root"

    def __init__(self, *, writable_trees: tuple[str, ...], masks: Masks, owner: int) -> None:
        self.layers: list[Layer] = []
        self.limited: dict[str, str] = {}
        """Places the trial sees otherwise than the real run would, and how."""
        self._writable_trees = writable_trees
        self._masks = masks
        self._owner = owner
        self._count = 0
        self._disk_use: DiskUse | None = None
        self._skeleton_room = _SKELETON_BYTES
        self._kinds = {m.path: m.kind for m in read_mounts()}

    @property
    def is_on_disk(self) -> bool:
        """Whether the changes are kept on disk."""
        return self._disk_use is not None

    def build(self, *, disk_bytes: int, inodes: int, spare: str | None) -> None:
        """Makes the working space and every layer. It is a tmpfs: `disk_bytes` and `inodes` are hard limits, on top of our own use.

        With `spare`, a directory on disk, the layers' changes are kept there: before Linux 6.6 a tmpfs has no user.* attributes.
        """
        linux_calls.mount(SOURCE, BASE, "tmpfs", _PRIVATE, "mode=700")
        for name in ("root", "changes", "skeleton"):
            os.mkdir(f"{BASE}/{name}")
        if spare is not None:
            from vynexus_tui.sandbox.spare_room import DiskUse

            linux_calls.mount(spare, f"{BASE}/changes", None, MS_BIND)
            self._disk_use = DiskUse(f"{BASE}/changes", disk_bytes=disk_bytes, inodes=inodes)
        for name in ("upper", "work"):
            os.mkdir(f"{BASE}/changes/{name}")
        # Without user.* attributes neither removing a directory of the person's nor making it again works (EIO, Linux 6.1).
        os.setxattr(f"{BASE}/changes/upper", "user.vynexus", b"1")
        self._split("/", keep_all=True)
        for directory in ("/var/tmp", *self._writable_trees):
            self._add_if_below_another_owner(directory)
        used = os.statvfs(BASE)
        disk_bytes += (used.f_blocks - used.f_bfree) * used.f_frsize
        inodes += used.f_files - used.f_ffree
        linux_calls.mount(SOURCE, BASE, "tmpfs", _PRIVATE | MS_REMOUNT, f"size={disk_bytes},nr_inodes={inodes}")

    def add_private_places(self, script: bytes) -> None:
        """Empty /sys and /run, a small /dev, and the script, read-only, at /run/vynexus/script."""
        mode = "755" if self._owner == 0 else "555"
        for place in ("/sys", "/run"):
            os.makedirs(self.path + place, exist_ok=True)
            linux_calls.mount(SOURCE, self.path + place, "tmpfs", _PRIVATE, f"size=16m,nr_inodes=1000,mode={mode}")
        os.mkdir(f"{self.path}/run/lock")
        os.chmod(f"{self.path}/run/lock", 0o1777)
        folder = f"{self.path}/run/vynexus"
        os.mkdir(folder)
        linux_calls.mount(SOURCE, folder, "tmpfs", _PRIVATE, f"size={len(script) + 65536},nr_inodes=4,mode=755")
        with open(f"{folder}/script", "xb") as file:
            file.write(script)
        os.chmod(f"{folder}/script", 0o444)
        linux_calls.make_read_only(folder)
        self._add_devices(f"{self.path}/dev")

    def unlisted_places(self) -> list[str]:
        """Private places in which the script left files; they are not part of the list of changes."""
        ours = {"/run": {"lock", "vynexus"}}
        return [place for place in ("/dev/shm", "/run", "/run/lock", "/sys") if _names(self.path + place) - ours.get(place, set())]

    def is_full(self) -> bool:
        """Whether the working space is used up."""
        if self._disk_use is not None:
            return self._disk_use.is_too_much()
        space = os.statvfs(BASE)
        return space.f_bfree == 0 or space.f_ffree == 0

    def _add_devices(self, folder: str) -> None:
        linux_calls.mount(SOURCE, folder, "tmpfs", MS_NOSUID | MS_NOEXEC, "size=64k,nr_inodes=64,mode=755")
        for name in ("null", "zero", "full", "random", "urandom"):
            os.close(os.open(f"{folder}/{name}", os.O_CREAT | os.O_WRONLY, 0o666))
            linux_calls.mount(f"/dev/{name}", f"{folder}/{name}", None, MS_BIND)
            linux_calls.make_read_only(f"{folder}/{name}")  # a device can be written to on a read-only mount, its mode cannot be changed
        os.mkdir(f"{folder}/pts")
        linux_calls.mount(SOURCE, f"{folder}/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=620")
        os.symlink("pts/ptmx", f"{folder}/ptmx")
        os.mkdir(f"{folder}/shm")
        linux_calls.mount(SOURCE, f"{folder}/shm", "tmpfs", _PRIVATE | MS_NOEXEC, "size=16m,nr_inodes=1000,mode=1777")
        for name, target in (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")):
            os.symlink(f"/proc/self/fd{target}", f"{folder}/{name}")
        linux_calls.make_read_only(folder)

    def _add(self, directory: str) -> None:
        """Shows `directory` copy-on-write, or hides it where that is impossible."""
        if self._kinds.get(directory) in _VIRTUAL or not os.access(directory, os.X_OK):
            self._hide(directory)
        elif self._has_mounts_below(directory):
            self._split(directory, keep_all=self._leads_to_writable_tree(directory))
        else:
            try:
                self._overlay(directory, directory, is_split=False)
            except OSError as error:
                if error.errno in (ENOSPC, ENOMEM, EMFILE):
                    raise  # ours, not the directory's: a tree with an empty /etc would be no trial
                # A read-only bind mount would be the kinder fallback, but the host's sockets would answer through it.
                self.limited[directory] = f"hidden in the trial ({error.strerror})"
                self._hide(directory)

    def _add_if_below_another_owner(self, directory: str) -> None:
        """Gives `directory` a layer of its own if it, or a directory between it and its layer, has an owner or group that is not ours.

        The first write below copies all of them up, and with one mapped id the kernel cannot keep a foreign owner (EOVERFLOW).
        """
        if self._owner == 0 or not os.access(directory, os.W_OK) or not os.path.isdir(self.path + directory):
            return
        tops = {layer.directory for layer in self.layers}
        current = directory
        while current not in tops:
            status = os.stat(current)
            if (status.st_uid, status.st_gid) != (self._owner, os.getegid()):
                self._overlay(directory, directory, is_split=False)
                return
            current = os.path.dirname(current)

    def _overlay(self, lower: str, directory: str, *, is_split: bool) -> None:
        self._count += 1
        upper, work = f"{BASE}/changes/upper/{self._count}", f"{BASE}/changes/work/{self._count}"
        os.mkdir(upper)
        os.mkdir(work)
        real = os.stat(directory)
        mode = stat.S_IMODE(real.st_mode)
        if self._owner == 0:
            os.chown(upper, real.st_uid, real.st_gid)
        elif not os.access(directory, os.W_OK):
            mode &= ~0o222  # the overlay's root belongs to us: without this, deleting /etc/hostname would look possible
        os.chmod(upper, mode)
        self._masks.lay_over(directory, upper)
        handles = [os.open(d, os.O_PATH | os.O_DIRECTORY) for d in (lower, upper, work)]
        try:  # by file descriptor: ':' ',' and '\' in a path would be syntax
            options = ["userxattr", "volatile"] if self.is_on_disk else ["userxattr"]  # volatile: nothing waits for the disk
            names = [f"{key}=/proc/self/fd/{fd}" for key, fd in zip(("lowerdir", "upperdir", "workdir"), handles, strict=True)]
            linux_calls.mount(SOURCE, self.path + directory.rstrip("/"), "overlay", _PRIVATE, ",".join([*names, *options]))
        finally:
            for fd in handles:
                os.close(fd)
        self.layers.append(Layer(directory, upper, mode, is_split))

    def _split(self, directory: str, *, keep_all: bool) -> None:
        with os.scandir(directory) as entries:
            # The stand-ins of secrets lie in the layer above. What is looked at here keeps its status, should it vanish before it is shown.
            shown = [entry for entry in entries if not self._masks.covers(entry.path) and _is_there(entry)]
        children = sorted(shown, key=lambda e: (not self._leads_to_writable_tree(e.path), e.name))
        if len(children) > _MOST_CHILDREN and not keep_all:
            self.limited[directory] = "hidden in the trial (many mounts below it)"
            self._hide(directory)
            return
        self._count += 1
        skeleton = f"{BASE}/skeleton/{self._count}"
        os.mkdir(skeleton)
        shown_as_they_are = [child.path for child in children if not self._copy_to_skeleton(child, f"{skeleton}/{child.name}")]
        self._overlay(skeleton, directory, is_split=True)
        for path in shown_as_they_are:
            with suppress(FileNotFoundError):  # vanished since; what is left is an empty file that can be written in the trial only
                linux_calls.mount(path, self.path + path, None, MS_BIND)
                linux_calls.make_read_only(self.path + path)
        directories = [child.path for child in children if child.is_dir(follow_symlinks=False) and child.path not in _REPLACED]
        for path in directories[: _MOST_CHILDREN * 8]:
            self._add(path)
        for path in directories[_MOST_CHILDREN * 8 :]:
            self.limited[path] = "hidden in the trial (too many directories beside a mount)"
            self._hide(path)

    def _copy_to_skeleton(self, child: "os.DirEntry[str]", target: str) -> bool:
        """False for a regular file that is to be bound read-only: too large to copy, or not ours to change."""
        status = child.stat(follow_symlinks=False)
        if stat.S_ISLNK(status.st_mode):
            os.symlink(os.readlink(child.path), target)
        elif stat.S_ISDIR(status.st_mode):
            os.mkdir(target)
        elif stat.S_ISREG(status.st_mode):
            is_ours = self._owner in (0, status.st_uid)
            if is_ours and status.st_size <= min(_SKELETON_FILE_BYTES, self._skeleton_room):
                self._skeleton_room -= status.st_size
                try:
                    copy_file(child.path, target)
                except FileNotFoundError:
                    return True  # it has vanished since it was listed, as things do in /tmp
            else:
                os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o600))
                if is_ours:
                    self.limited[child.path] = "read-only in the trial"
                return False
        else:
            return True  # sockets, pipes and devices of the host are left out
        if self._owner == 0:
            os.chown(target, status.st_uid, status.st_gid, follow_symlinks=False)
        return True

    def _hide(self, directory: str) -> None:
        linux_calls.mount(SOURCE, self.path + directory, "tmpfs", _PRIVATE | MS_NOEXEC | MS_RDONLY, "size=4k,nr_inodes=2,mode=000")

    def _has_mounts_below(self, directory: str) -> bool:
        return any(path.startswith(directory.rstrip("/") + "/") for path in self._kinds)

    def _leads_to_writable_tree(self, directory: str) -> bool:
        return any((tree + "/").startswith(directory.rstrip("/") + "/") for tree in self._writable_trees)


def _names(directory: str) -> set[str]:
    """What lies in it; nothing where the script took the directory away or put something else in its place."""
    try:
        return set(os.listdir(directory)) if not os.path.islink(directory) else set()
    except OSError:
        return set()


def _is_there(entry: "os.DirEntry[str]") -> bool:
    try:
        entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _unescape(field: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda m: chr(int(m.group(1), 8)), field)
