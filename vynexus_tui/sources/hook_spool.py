"""Read the hook's spool exactly once, without a lock that could ever make a prompt wait.

Each shell appends to files of its own (`<start_us>-<pid>-<random>@<host>@<boot>.<chunk>`, 512 commands each); `vynexus run` leaves one
file per run (`run-….r`), and for the first one of an approved script what it changed (`look-….r`). A reader never writes to them. The
caller stores events, offsets and next numbers in one transaction and only then calls `discard`: a crash before the commit reads again, a
crash after it finds the offsets and deletes again.

A shell numbers its commands from 0, those it cannot write included: what is missing between two numbers was lost. What was lost after
the last number that a shell could write leaves no trace, so it is not counted.
"""

import os
import re
import socket
import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from vynexus_tui.domain.errors import SourceError
from vynexus_tui.domain.events import Actor, CommandEvent, CostSource, CountQuality, TimeQuality
from vynexus_tui.domain.run_comparison import ObservedRun
from vynexus_tui.domain.runs import Run
from vynexus_tui.sources.spool_records import CommandRecord, ParsedRecords, parse_look, parse_records, parse_run

MOST_CHUNKS = 20
"""Files of one session that may wait for a reader; the hooks begin no further one."""
_WINDOW_BYTES = 64 << 20
"""Most that is read of one file at once; a full file of ordinary commands has 60 KB."""
_FOREIGN_IDLE_S = 7 * 86_400
"""A file of another host or boot is finished when nothing was added for this long; whether its shell lives cannot be seen from here."""
_TORN_RUN_S = 3_600
_MOST_AHEAD = timedelta(days=1)
"""A run dated later than that from now was made up, or its clock was wrong: it would be credited at a time that is still to come."""
_SHELLS = {"b": "bash", "z": "zsh", "f": "fish"}
_SESSION = re.compile(r"(?P<session>(?P<born>[0-9]{1,18})-(?P<pid>[0-9]{1,9})-[0-9]+)")
_SESSION_FILE = re.compile(rf"{_SESSION.pattern}@(?P<host>[\w-]+)@(?P<boot>\w*)\.(?P<part>[0-9]{{1,9}}|h)")
_RUN_FILE = re.compile(r"(run|look)-[\w-]+\.r")
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolReading:
    """What was new in the spool, what the caller has to remember, and what it may delete."""

    events: tuple[CommandEvent, ...] = ()
    """`native_id` is `session:seq` and never changes; a file that was replaced, or has a gap, gives known ones again."""
    runs: tuple[Run, ...] = ()
    looks: tuple[ObservedRun, ...] = ()
    """First runs of approved scripts: what they changed."""
    offsets: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """File name to (inode, offset), for every command file there is: replaces what was remembered."""
    next_numbers: Mapping[str, int] = field(default_factory=dict)
    """Session to the number its next command will have, for the sessions of `events`: added to what was remembered."""
    lost: Mapping[str, int] = field(default_factory=dict)
    """Session to commands newly found missing: run, but not written (disk full, nobody read)."""
    deletable: tuple[str, ...] = ()
    """Give to `discard` after the commit."""
    refused: tuple[str, ...] = ()
    """Files that are not ours to read: links, other owners, no regular files."""

    @property
    def lost_count(self) -> int:
        """Commands newly found missing, of all sessions."""
        return sum(self.lost.values())


class _SessionFile(NamedTuple):
    name: str
    session: str
    born_us: int
    pid: int
    host: str
    boot: str
    chunk: int | None
    """None: the scratch file."""


class _Content(NamedTuple):
    inode: int
    start: int
    buffer: bytes


class HookSpool:
    """The folder the hooks write to."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def read(self, offsets: Mapping[str, tuple[int, int]], next_numbers: Mapping[str, int], now: datetime) -> SpoolReading:
        """What was added since `offsets` and `next_numbers` (of a session that is not in it: 0) were given. A missing folder is empty.

        Raises SourceError when the folder is not the caller's own.
        """
        if not self._directory.exists():
            return SpoolReading()
        with self._opened() as folder:
            return _Pass(folder, offsets, next_numbers, now).read()

    def discard(self, names: Iterable[str]) -> None:
        """Delete files whose content is committed. One that cannot be deleted now is given as deletable again."""
        if not self._directory.exists():
            return
        with self._opened() as folder:
            for name in names:
                if _SESSION_FILE.fullmatch(name) or _RUN_FILE.fullmatch(name):
                    with suppress(OSError):
                        os.unlink(name, dir_fd=folder)

    def erase(self, offsets: Mapping[str, tuple[int, int]]) -> None:
        """Overwrite what is committed in files that still grow: their text stays only in the store, redacted.

        A shell only ever appends, so the two never meet. What cannot be written now is overwritten with the next reading.
        """
        if not self._directory.exists():
            return
        with self._opened() as folder:
            for name, (inode, done) in offsets.items():
                if _SESSION_FILE.fullmatch(name):
                    with suppress(OSError):
                        _overwrite(folder, name, inode, done)

    def last_write_at(self) -> datetime | None:
        """When a shell last recorded a command that still waits here; None when none does. Reads no file."""
        newest_s = max((modified_s for _, modified_s in self._waiting()), default=None)
        return None if newest_s is None else datetime.fromtimestamp(newest_s, UTC)

    def full_sessions(self) -> tuple[str, ...]:
        """Sessions whose shell records nothing any more, or soon, because nobody has read so many of its files."""
        waiting = Counter(file.session for file, _ in self._waiting())
        return tuple(sorted(session for session, count in waiting.items() if count >= MOST_CHUNKS))

    def _waiting(self) -> list[tuple[_SessionFile, float]]:
        """The regular command files there are, and when each was written last; none where the folder cannot be listed."""
        found = []
        with suppress(OSError), os.scandir(self._directory) as entries:
            for entry in entries:
                file = _session_file(entry.name)
                # One that goes away meanwhile was read by another reader.
                with suppress(FileNotFoundError):
                    if file and file.chunk is not None and entry.is_file(follow_symlinks=False):
                        found.append((file, entry.stat(follow_symlinks=False).st_mtime))
        return found

    @contextmanager
    def _opened(self) -> Iterator[int]:
        try:
            folder = os.open(self._directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError as error:
            raise SourceError(f"the spool {self._directory} cannot be read: {error.strerror}", "run `vynexus hook install`") from error
        try:
            if os.fstat(folder).st_uid != os.geteuid():
                raise SourceError(f"the spool {self._directory} belongs to someone else", "run `vynexus doctor`")
            yield folder
        finally:
            os.close(folder)


class _Pass:
    """One reading of the folder; collects as it goes."""

    def __init__(self, folder: int, offsets: Mapping[str, tuple[int, int]], next_numbers: Mapping[str, int], now: datetime) -> None:
        self._folder = folder
        self._known_offsets = dict(offsets)
        self._known_numbers = next_numbers
        self._now_s = now.timestamp()
        self._latest = now + _MOST_AHEAD
        self._host = _plain_host()
        self._boot = _boot()
        self._events: list[CommandEvent] = []
        self._runs: list[Run] = []
        self._looks: list[ObservedRun] = []
        self._offsets: dict[str, tuple[int, int]] = {}
        self._numbers: dict[str, int] = {}
        self._lost: dict[str, int] = {}
        self._deletable: list[str] = []
        self._refused: list[str] = []

    def read(self) -> SpoolReading:
        sessions: dict[str, list[_SessionFile]] = {}
        for name in sorted(os.listdir(self._folder)):  # noqa: PTH208 (a Path cannot list an open folder)
            if file := _session_file(name):
                sessions.setdefault(file.session, []).append(file)
            elif _RUN_FILE.fullmatch(name):
                self._read_run(name)
        for files in sessions.values():
            self._read_session(files)
        return SpoolReading(
            events=tuple(self._events),
            runs=tuple(self._runs),
            looks=tuple(self._looks),
            offsets=self._offsets,
            next_numbers=self._numbers,
            lost=self._lost,
            deletable=tuple(self._deletable),
            refused=tuple(self._refused),
        )

    def _read_session(self, files: list[_SessionFile]) -> None:
        # Before reading: what a shell that is dead by now has written is all there.
        is_over = self._is_over(files)
        chunks = sorted((f for f in files if f.chunk is not None), key=lambda f: f.chunk or 0)
        for file in chunks:
            if not self._read_chunk(file, is_finished=is_over or file is not chunks[-1]):
                break  # what follows would look as if the rest of this one were lost
        if is_over:
            self._deletable += [f.name for f in files if f.chunk is None]

    def _read_chunk(self, file: _SessionFile, *, is_finished: bool) -> bool:
        """Reads what is new in one file; False when more of it is left for the next reading."""
        expected = self._numbers.get(file.session, self._known_numbers.get(file.session, 0))
        found = self._read_records(file.name, expected)
        if found is None:
            return True
        content, parsed = found
        for record in parsed.records:
            if record.seq > expected:
                self._lost[file.session] = self._lost.get(file.session, 0) + record.seq - expected
            expected = max(expected, record.seq + 1)
            self._events.append(_event(file, record))
        if parsed.records:
            self._numbers[file.session] = expected
        self._offsets[file.name] = (content.inode, content.start + parsed.resume_at)
        # A window without a single record would never move on.
        is_read = len(content.buffer) < _WINDOW_BYTES or not parsed.records
        if is_finished and is_read:
            self._deletable.append(file.name)
        return is_read

    def _read_records(self, name: str, expected: int) -> tuple[_Content, ParsedRecords] | None:
        content = self._read_file(name, self._known_offsets.get(name, (0, 0)))
        if content is None:
            return None
        parsed = parse_records(content.buffer)
        if content.start and parsed.records and parsed.records[0].seq > expected:
            # Something is missing; or this is another file that got the inode of a deleted one, and has it at its start.
            del self._known_offsets[name]
            return self._read_records(name, expected)
        return content, parsed

    def _read_run(self, name: str) -> None:
        content = self._read_file(name, (0, 0))
        if content is None:
            return
        run, look = (parse_run(content.buffer), None) if name.startswith("run-") else (None, parse_look(content.buffer))
        if run is not None and run.started_at <= self._latest:
            self._runs.append(run)
        if look is not None and look.started_us <= self._latest.timestamp() * 1e6:
            self._looks.append(look)
        if run is not None or look is not None or self._now_s - self._modified_s(name) > _TORN_RUN_S:
            self._deletable.append(name)

    def _read_file(self, name: str, known: tuple[int, int]) -> _Content | None:
        """What follows the known (inode, offset) of a regular file of our own; None for anything else."""
        try:
            handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=self._folder)
        except FileNotFoundError:
            return None  # another reader was faster
        except OSError:
            self._refused.append(name)
            return None
        try:
            state = os.fstat(handle)
            if not stat.S_ISREG(state.st_mode) or state.st_uid != os.geteuid():
                self._refused.append(name)
                return None
            start = known[1] if known[0] == state.st_ino and known[1] < state.st_size else 0
            return _Content(state.st_ino, start, _read_window(handle, start))
        finally:
            os.close(handle)

    def _is_over(self, files: list[_SessionFile]) -> bool:
        """Whether the shell is dead.

        Should this ever be wrong, only a record written in the microseconds between reading and deleting is lost: the shell opens its
        file anew for each record.
        """
        file = files[0]
        if file.host == self._host and file.boot == self._boot:
            return not _is_alive(file.pid, file.born_us)
        if file.host == self._host and file.boot and self._boot:
            return True
        return self._now_s - max(self._modified_s(f.name) for f in files) > _FOREIGN_IDLE_S

    def _modified_s(self, name: str) -> float:
        try:
            return os.stat(name, dir_fd=self._folder, follow_symlinks=False).st_mtime
        except FileNotFoundError:
            return 0.0


def _overwrite(folder: int, name: str, inode: int, done: int) -> None:
    handle = os.open(name, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    try:
        state = os.fstat(handle)
        is_ours = stat.S_ISREG(state.st_mode) and state.st_uid == os.geteuid() and state.st_ino == inode
        if is_ours and done <= state.st_size and any(os.pread(handle, 8, max(0, done - 8))):
            os.pwrite(handle, bytes(done), 0)
            # The file's time is when its shell wrote last.
            os.utime(handle, ns=(state.st_atime_ns, state.st_mtime_ns))
    finally:
        os.close(handle)


def _read_window(handle: int, start: int) -> bytes:
    parts = []
    left = _WINDOW_BYTES
    while left > 0 and (part := os.pread(handle, left, start)):
        parts.append(part)
        start += len(part)
        left -= len(part)
    return b"".join(parts)


def _event(file: _SessionFile, record: CommandRecord) -> CommandEvent:
    native_id = f"{file.session}:{record.seq}"
    return CommandEvent(
        event_id=native_id,
        native_id=native_id,
        command=record.command,
        sequence_no=record.seq,
        session_id=file.session,
        started_at=record.started_at,
        duration_s=None if record.duration_us is None else record.duration_us / 1e6,
        exit_code=record.exit_code,
        cwd=record.cwd or None,
        host=file.host,
        shell=_SHELLS.get(record.flags[:1]),
        actor=Actor.AGENT if "a" in record.flags[1:] else Actor.USER,
        origin="hook",
        time_quality=TimeQuality.NONE if record.started_at is None else TimeQuality.EXACT,
        count_quality=CountQuality.EXACT,
        cpu_s=None if record.cpu_us is None else record.cpu_us / 1e6,
        cost_source=CostSource.NONE if record.cpu_us is None else CostSource.SHELL_DELTA,
    )


def _session_file(name: str) -> _SessionFile | None:
    found = _SESSION_FILE.fullmatch(name)
    if found is None:
        return None
    chunk = None if found["part"] == "h" else int(found["part"])
    return _SessionFile(name, found["session"], int(found["born"]), int(found["pid"]), found["host"], found["boot"], chunk)


def _plain_host() -> str:
    """The host's name as the hooks put it into file names."""
    return re.sub(r"[^A-Za-z0-9-]", "_", socket.gethostname()) or "_"


def _boot() -> str:
    """The first digits of this boot's id; empty where the kernel has none."""
    try:
        return _BOOT_ID.read_text("ascii")[:8]
    except OSError:
        return ""


def is_session_of(session_id: str, pid: int) -> bool:
    """Whether a hook gave this name to the session of the shell that runs now under this process number."""
    found = _SESSION.fullmatch(session_id)
    return found is not None and int(found["pid"]) == pid and _is_alive(pid, int(found["born"]))


def _is_alive(pid: int, born_us: int) -> bool:
    """Whether that shell still runs: a process of this number that started before the shell's first prompt (5 s for a stepped clock)."""
    import psutil  # 6-9 ms, and only where a shell's file is new

    try:
        started = datetime.fromtimestamp(psutil.Process(pid).create_time(), UTC)
    except (psutil.NoSuchProcess, OverflowError):
        return False
    except psutil.AccessDenied:
        return True
    return started.timestamp() <= born_us / 1e6 + 5
