"""Which step of a script changed which path: the copy-on-write layers, looked at again each time the script reaches a step.

Runs in the launcher. What a step leaves running in the background counts for the step during which it writes.
"""

import os
import stat
import time
from collections.abc import Iterable, Iterator
from posixpath import dirname

from vynexus_tui.sandbox.file_changes import is_opaque
from vynexus_tui.sandbox.overlays import Layer
from vynexus_tui.sandbox.walking import Entry, walk

_MOST_ENTRIES = 20_000
_MOST_LOOKING_S = 2.0
"""All looks of one trial together: the script waits for them."""


class StepEffects:
    """Notes, at each step reached, what is different in the layers since the step before. Raises OSError if it cannot look now."""

    def __init__(self, layers: Iterable[Layer]) -> None:
        self._layers = tuple(layers)
        self._left_s = _MOST_LOOKING_S
        self._is_known = True
        self._step: int | None = None
        self._touched: dict[str, set[int]] = {}
        self._seen = dict(entry for layer in self._layers for entry in _entries(layer))

    def reach(self, step: int) -> None:
        """The script stands at the mark of `step`: what changed until now was the work of the step before."""
        self._look()
        self._step = step

    def finish(self) -> None:
        """The script has ended."""
        self._look()

    def steps_of(self, path: str, *, is_whole_tree: bool) -> tuple[int, ...] | None:
        """The steps that changed `path` (`is_whole_tree`: or anything below it). None where that is not known."""
        if not self._is_known or self._step is None:
            return None
        found = set(self._touched.get(path, ()))
        if is_whole_tree:
            found = found.union(*(steps for other, steps in self._touched.items() if other.startswith(f"{path}/")))
        above = path
        while not found and above != "/":  # what a directory held until it was removed and made again has no entry of its own
            above = dirname(above)
            found = set(self._touched.get(above, ()))
        return tuple(sorted(found))

    def _look(self) -> None:
        if not self._is_known:
            return
        started = time.monotonic()
        now: dict[str, tuple[object, ...]] = {}
        try:
            for layer in self._layers:
                for path, signature in _entries(layer):
                    now[path] = signature
                    if len(now) > _MOST_ENTRIES:
                        break
        except OSError:
            self._is_known = False
        self._left_s -= time.monotonic() - started
        self._is_known = self._is_known and self._left_s > 0 and len(now) <= _MOST_ENTRIES
        if self._step is not None:
            for path in now.keys() | self._seen.keys():
                if now.get(path) != self._seen.get(path):
                    self._touched.setdefault(path, set()).add(self._step)
        self._seen = now


def _entries(layer: Layer) -> Iterator[tuple[str, tuple[object, ...]]]:
    """Every path that has an entry in the layer's upper directory, with what is different after each change of it."""
    yield layer.directory, (os.lstat(layer.upper).st_mode,)
    directory = layer.directory.rstrip("/")
    for entry in walk(layer.upper):
        yield f"{directory}/{entry.path}", _signature(entry)


def _signature(entry: Entry) -> tuple[object, ...]:
    status = entry.status
    common = (status.st_mode, status.st_uid, status.st_gid)
    if stat.S_ISCHR(status.st_mode):
        return common  # all whiteouts are one inode: its times move with every deletion
    if stat.S_ISDIR(status.st_mode):
        return (*common, status.st_ino, is_opaque(entry.place))  # its times move with every entry
    return (*common, status.st_ino, status.st_size, status.st_ctime_ns)
