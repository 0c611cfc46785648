"""Makes a list of changes readable: a removal and a creation of the same thing become one rename, a large new tree one line."""

import os
import stat
from collections.abc import Collection
from posixpath import dirname

from vynexus_tui.domain.executed_later import is_executed_later
from vynexus_tui.sandbox.file_changes import Change, has_same_content, open_regular
from vynexus_tui.sandbox.walking import walk

_LISTED_BELOW_NEW_DIRECTORY = 200
_MOST_BYTES_READ = 256 << 20
_MOST_TREES_COMPARED = 3000
"""Content that is read, and pairs of directories that are looked into, to recognise renames; beyond it they stay a removal and a
creation. Without the second, 1,000 directories replaced by 1,000 of the same size kept the comparison busy for longer than anybody waits."""


def fold_changes(changes: list[Change]) -> list[Change]:
    """The same changes, renames recognised and large new trees folded, sorted by path."""
    ordered = sorted(changes, key=lambda c: c.path)
    ordered = _fold_directory_renames(ordered)
    ordered = _fold_file_renames(ordered)
    return _fold_new_trees(ordered)


def _measure_new_directories(changes: list[Change]) -> dict[str, list[int]]:
    """For each new directory: entries below it, and the bytes of its files."""
    sizes = {c.path: [0, 0] for c in changes if c.kind in ("create", "replace") and c.type == "dir"}
    for change in changes:
        parent = dirname(change.path)
        while parent in sizes:
            sizes[parent][0] += 1
            sizes[parent][1] += change.size_bytes or 0
            parent = dirname(parent)
    return sizes


def _fold_directory_renames(changes: list[Change]) -> list[Change]:
    removed = [c for c in changes if c.kind == "delete" and c.type == "dir"]
    if not removed:
        return changes
    sizes = _measure_new_directories(changes)
    budget = [_MOST_BYTES_READ]
    trees_left = _MOST_TREES_COMPARED
    sources: dict[tuple[int | None, ...], list[Change]] = {}
    for source in removed:
        sources.setdefault((source.contained_count, source.contained_bytes), []).append(source)
    gone: set[int] = set()
    renamed: set[str] = set()
    for change in changes:
        if change.kind != "create" or change.type != "dir" or _is_below_any(change.path, renamed):
            continue
        alike = sources.get(tuple(sizes[change.path]), [])
        for source in alike[:trees_left]:
            trees_left -= 1
            if change.upper and not _runs_later(change, source) and _is_same_tree(change.upper, source.path, budget):
                _turn_into_rename(change, source)
                change.contained_count = source.contained_count
                gone.add(id(source))
                alike.remove(source)
                renamed.add(change.path)
                break
    return [c for c in changes if id(c) not in gone and not _is_below_any(c.path, renamed)]


def _runs_later(moved: Change, source: Change) -> bool:
    """Whether something in a moved directory is executed later, at its old or its new place: then each path keeps its line."""
    if moved.upper is None:
        return False
    try:
        found = [entry.path for entry in walk(moved.upper) if not stat.S_ISDIR(entry.status.st_mode)]
    except OSError:
        return True
    return any(is_executed_later(f"{place}/{path}") for path in found for place in (moved.path, source.path))


def _is_below_any(path: str, directories: Collection[str]) -> bool:
    parent = dirname(path)
    while directories and len(parent) > 1:
        if parent in directories:
            return True
        parent = dirname(parent)
    return False


def _turn_into_rename(change: Change, source: Change) -> None:
    change.kind = "rename"
    change.renamed_from = source.path
    change.lower_mtime_ns, change.lower_ctime_ns = source.lower_mtime_ns, source.lower_ctime_ns
    change.lower_newest_ctime_ns, change.parent_mtime_ns = source.lower_newest_ctime_ns, source.parent_mtime_ns
    change.mode = None
    change.warning = change.warning or source.warning


def _is_same_tree(upper: str, real: str, budget: list[int]) -> bool:
    """Names, types, modes, targets and contents are equal all the way down. Contents are read: size and mtime can be forged."""
    if os.lstat(upper).st_mode != os.lstat(real).st_mode:
        return False
    stack = [(upper, real)]
    while stack:
        first, second = stack.pop()
        try:
            names = sorted(os.listdir(first))
            if names != sorted(os.listdir(second)):
                return False
            for name in names:
                one, other = f"{first}/{name}", f"{second}/{name}"
                if not _is_same_entry(one, other, budget):
                    return False
                if stat.S_ISDIR(os.lstat(one).st_mode):
                    stack.append((one, other))
        except OSError:
            return False
    return True


def _is_same_entry(one: str, other: str, budget: list[int]) -> bool:
    first, second = os.lstat(one), os.lstat(other)
    if (first.st_mode, first.st_uid, first.st_gid) != (second.st_mode, second.st_uid, second.st_gid):
        return False
    if stat.S_ISLNK(first.st_mode):
        return os.readlink(one) == os.readlink(other)
    if stat.S_ISREG(first.st_mode):
        budget[0] -= first.st_size
        return first.st_size == second.st_size and budget[0] >= 0 and has_same_content(one, other)
    return True


def _fold_file_renames(changes: list[Change]) -> list[Change]:
    removed = [c for c in changes if c.kind == "delete" and c.type == "file" and c.size_bytes]
    created = [c for c in changes if c.kind == "create" and c.type == "file" and c.size_bytes]
    common_sizes = {c.size_bytes for c in removed} & {c.size_bytes for c in created}
    budget = [_MOST_BYTES_READ]
    sources: dict[bytes, list[Change]] = {}
    for change in reversed(removed):
        if change.size_bytes in common_sizes and (digest := _digest(change.path, budget)):
            sources.setdefault(digest, []).append(change)
    gone: set[int] = set()
    for change in created:
        if not sources or change.size_bytes not in common_sizes or change.upper is None:
            continue
        alike = sources.get(_digest(change.upper, budget) or b"", [])
        source = _moved_from(alike, os.lstat(change.upper))
        if source is not None:
            alike.remove(source)
            _turn_into_rename(change, source)
            gone.add(id(source))
    return [c for c in changes if id(c) not in gone]


def _moved_from(alike: list[Change], moved: os.stat_result) -> Change | None:
    """Of removed files with the same content the one that was moved: files often have a twin, but a move keeps the time too."""
    wanted = (moved.st_mode, moved.st_uid, moved.st_gid, moved.st_mtime_ns)
    return next((c for c in alike[::-1] if _identity(os.lstat(c.path)) == wanted), None)


def _identity(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_mode, status.st_uid, status.st_gid, status.st_mtime_ns


def _digest(path: str, budget: list[int]) -> bytes | None:
    from hashlib import blake2b  # 6 ms, for the few trials that need it

    digest = blake2b(digest_size=16)
    try:
        with open_regular(path) as file:
            while block := file.read(1 << 20):
                budget[0] -= len(block)
                if budget[0] < 0:
                    return None
                digest.update(block)
    except OSError:
        return None
    return digest.digest()


def _fold_new_trees(changes: list[Change]) -> list[Change]:
    """A new directory with more than 200 entries is one line, but what runs later or has special rights keeps its own."""
    sizes = _measure_new_directories(changes)
    folded: list[str] = []
    kept = []
    for change in changes:
        if _is_below_any(change.path, folded[-1:]):
            if _keeps_own_line(change):
                kept.append(change)
            continue
        count, size = sizes.get(change.path, (0, 0))
        if count > _LISTED_BELOW_NEW_DIRECTORY:
            change.contained_count, change.size_bytes = count, size
            folded.append(change.path)
        kept.append(change)
    return kept


def _keeps_own_line(change: Change) -> bool:
    return change.warning is not None or (change.type != "dir" and is_executed_later(change.path))
