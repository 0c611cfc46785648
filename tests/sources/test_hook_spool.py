import os
import re
import socket
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from vynexus_tui.domain.errors import SourceError
from vynexus_tui.domain.events import Actor, TimeQuality
from vynexus_tui.sources import hook_spool
from vynexus_tui.sources.hook_spool import MOST_CHUNKS, HookSpool

SESSION = f"4102444800000000-{os.getpid()}-42"
NOW = datetime(2026, 3, 1, tzinfo=UTC)
HOST = re.sub(r"[^A-Za-z0-9-]", "_", socket.gethostname())
BOOT_FILE = Path("/proc/sys/kernel/random/boot_id")
BOOT = BOOT_FILE.read_text()[:8] if BOOT_FILE.exists() else ""


def record(seq: int, command: str = "true", flags: str = "b", started: str = "1700000000000000") -> bytes:
    return f"\0VY1\0{seq}\0{started}\x001000\x000\0-\0{flags}\0/\0{command}\0{seq}.\0".encode()


def records(*numbers: int) -> bytes:
    return b"".join(record(n, f"c{n}") for n in numbers)


class Spool(HookSpool):
    """A spool in a folder of its own, with a reader that remembers as the store does."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700)
        super().__init__(folder)
        self.folder = folder
        self.offsets = {}
        self.numbers = {}

    def write(self, chunk: int | str = 0, content: bytes = b"", *, pid: int | None = None, host: str = HOST, boot: str = BOOT) -> Path:
        # Born in 2100: any living process of that number started before it.
        path = self.folder / f"4102444800000000-{os.getpid() if pid is None else pid}-42@{host}@{boot}.{chunk}"
        with path.open("ab") as file:
            file.write(content)
        return path

    def read_and_remember(self):
        reading = self.read(self.offsets, self.numbers, NOW)
        self.offsets = dict(reading.offsets)
        self.numbers |= reading.next_numbers
        return reading


@pytest.fixture
def spool(tmp_path):
    return Spool(tmp_path / "spool")


@pytest.fixture
def dead_pid():
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def seqs(reading):
    return [e.sequence_no for e in reading.events]


def test_a_missing_folder_is_an_empty_spool(tmp_path):
    spool = HookSpool(tmp_path / "none")
    assert spool.read({}, {}, NOW).events == ()
    spool.discard(["x"])


def test_every_command_is_read_once_while_its_file_grows(spool):
    spool.write(0, records(0, 1))
    assert seqs(spool.read_and_remember()) == [0, 1]
    assert seqs(spool.read_and_remember()) == []
    spool.write(0, records(2) + record(3)[:20])
    assert seqs(spool.read_and_remember()) == [2]
    spool.write(0, record(3)[20:])
    assert seqs(spool.read_and_remember()) == [3]


def test_an_event_keeps_its_native_id_however_often_it_is_read(spool):
    spool.write(0, records(0, 1))
    first, again = spool.read({}, {}, NOW), spool.read({}, {}, NOW)
    assert [e.native_id for e in first.events] == [e.native_id for e in again.events]
    assert len({e.native_id for e in first.events}) == 2


def test_a_file_of_the_same_name_but_another_inode_is_read_from_its_start(spool):
    path = spool.write(0, records(0, 1))
    spool.read_and_remember()
    path.rename(path.with_name("kept"))  # keeps the inode in use
    spool.write(0, records(2, 3, 4))
    assert seqs(spool.read_and_remember()) == [2, 3, 4]


def test_the_file_of_a_living_shell_stays_and_that_of_a_dead_one_goes(spool, dead_pid):
    living = spool.write(0, records(0))
    dead = [spool.write(0, records(0), pid=dead_pid), spool.write("h", b"scratch", pid=dead_pid)]
    reading = spool.read_and_remember()
    assert set(reading.deletable) == {path.name for path in dead}
    spool.discard(reading.deletable)
    assert list(spool.folder.iterdir()) == [living]
    spool.discard(reading.deletable)  # a second time does no harm


def test_a_full_chunk_of_a_living_shell_goes_once_the_next_one_exists(spool):
    full = spool.write(0, records(*range(512)))
    assert spool.read_and_remember().deletable == ()
    spool.write(1, records(512))
    reading = spool.read_and_remember()
    assert seqs(reading) == [512]
    assert reading.deletable == (full.name,)


@pytest.mark.skipif(not BOOT, reason="no boot id here: another boot cannot be told")
def test_a_shell_of_a_former_boot_is_dead_even_if_its_number_is_in_use_again(spool):
    path = spool.write(0, records(0), boot="00000000")
    assert spool.read_and_remember().deletable == (path.name,)


def test_a_process_that_started_later_than_the_session_is_another_one(spool):
    (spool.folder / f"1700000000000000-{os.getpid()}-1@{HOST}@{BOOT}.0").write_bytes(records(0))
    assert len(spool.read_and_remember().deletable) == 1


def test_the_file_of_another_host_stays_until_it_is_idle_for_a_week(spool):
    path = spool.write(0, records(0), host="elsewhere")
    os.utime(path, ((NOW - timedelta(days=6)).timestamp(),) * 2)
    assert spool.read_and_remember().deletable == ()
    os.utime(path, ((NOW - timedelta(days=8)).timestamp(),) * 2)
    assert spool.read_and_remember().deletable == (path.name,)


def test_gaps_are_counted_as_lost_once(spool):
    spool.write(0, records(0, 1, 4))
    assert spool.read_and_remember().lost_count == 2
    assert spool.read_and_remember().lost_count == 0
    spool.write(0, records(7))
    assert spool.read_and_remember().lost_count == 2
    spool.write(1, records(513))
    assert spool.read_and_remember().lost_count == 512 - 8 + 1
    assert spool.read_and_remember().lost_count == 0


def test_what_was_lost_between_two_readings_is_counted_even_if_the_earlier_files_are_gone(spool):
    first = spool.write(0, records(*range(512)))
    spool.read_and_remember()
    spool.write(2, b"")  # a shell whose disk was full began a file and could not write to it
    reading = spool.read_and_remember()
    assert (reading.lost_count, reading.deletable) == (0, (first.name,))
    spool.discard(reading.deletable)
    spool.write(2, records(1500))
    reading = spool.read_and_remember()
    assert reading.lost == {SESSION: 1500 - 512}
    assert reading.next_numbers == {SESSION: 1501}
    spool.write(3, records(1536))
    assert spool.read_and_remember().lost == {SESSION: 35}


def test_commands_lost_before_the_first_one_that_could_be_written_are_counted(spool):
    spool.write(0, records(3))
    assert spool.read_and_remember().lost == {SESSION: 3}


def test_a_known_file_that_comes_back_is_given_again_but_nothing_counts_as_lost(spool):
    path = spool.write(0, records(0, 1, 2))
    spool.read_and_remember()
    path.unlink()
    spool.offsets = {}
    spool.write(0, records(1, 2))  # as from a backup
    reading = spool.read_and_remember()
    assert (seqs(reading), reading.lost_count, spool.numbers) == ([1, 2], 0, {SESSION: 3})


def test_a_file_that_got_the_inode_of_a_deleted_one_is_read_from_its_start(spool):
    path = spool.write(0, records(0, 1, 2))
    spool.read_and_remember()
    # Same inode, other content, longer than before: what a file system makes of rm and a shell that goes on.
    path.write_bytes(record(3, "c" * 300) + records(4, 5))
    reading = spool.read_and_remember()
    assert (seqs(reading), reading.lost_count) == ([3, 4, 5], 0)


def test_a_file_too_large_for_one_reading_is_read_in_order_before_the_next_one_and_deleted_only_then(spool, monkeypatch):
    monkeypatch.setattr(hook_spool, "_WINDOW_BYTES", len(records(0, 1)) + 10)
    first = spool.write(0, records(0, 1, 2, 3))
    spool.write(1, records(4))
    readings = [spool.read_and_remember() for _ in range(2)]
    assert [seqs(reading) for reading in readings] == [[0, 1], [2, 3, 4]]
    assert [reading.lost_count for reading in readings] == [0, 0]
    assert [first.name in reading.deletable for reading in readings] == [False, True]


def test_links_folders_and_strange_names_are_left_alone(spool, tmp_path):
    target = tmp_path / "target"
    target.write_bytes(records(0))
    link = spool.write(0)
    link.unlink()
    link.symlink_to(target)
    folder = spool.write(1)
    folder.unlink()
    folder.mkdir()
    fifo = spool.write(2)
    fifo.unlink()
    os.mkfifo(fifo)
    (spool.folder / "notes.txt").write_text("mine")
    reading = spool.read({}, {}, NOW)
    assert reading.events == ()
    assert set(reading.refused) == {link.name, folder.name, fifo.name}
    spool.discard(["notes.txt", "../target", str(target)])
    assert target.exists()
    assert (spool.folder / "notes.txt").exists()


def test_a_folder_that_is_a_link_is_refused(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "spool").symlink_to(tmp_path / "real")
    with pytest.raises(SourceError):
        HookSpool(tmp_path / "spool").read({}, {}, NOW)


def test_who_typed_it_in_which_shell_comes_from_the_flags(spool):
    spool.write(0, record(0, flags="b") + record(1, flags="zd") + record(2, flags="ba"))
    assert [(e.shell, e.actor) for e in spool.read({}, {}, NOW).events] == [
        ("bash", Actor.USER),
        ("zsh", Actor.USER),
        ("bash", Actor.AGENT),
    ]


def test_a_command_whose_start_is_unknown_is_kept_without_a_time(spool):
    spool.write(0, record(0, "make", flags="f", started="-"))
    (event,) = spool.read({}, {}, NOW).events
    assert (event.command, event.shell, event.started_at, event.time_quality) == ("make", "fish", None, TimeQuality.NONE)


def test_the_last_write_is_that_of_the_newest_command_file(spool, tmp_path):
    assert spool.last_write_at() is None
    assert HookSpool(tmp_path / "none").last_write_at() is None
    older, newer, scratch, run = spool.write(0), spool.write(1), spool.write("h"), spool.folder / "run-1-1.r"
    run.touch()
    link = spool.write(2)
    link.unlink()
    link.symlink_to(run)
    for seconds, path in enumerate((older, newer, scratch, run)):
        os.utime(path, (NOW.timestamp() + seconds,) * 2)
    assert spool.last_write_at() == NOW + timedelta(seconds=1)


def test_a_session_is_full_when_as_many_files_wait_as_its_hook_writes(spool):
    for chunk in range(MOST_CHUNKS - 1):
        spool.write(chunk)
    spool.write("h")
    assert spool.full_sessions() == ()
    spool.write(MOST_CHUNKS)
    assert spool.full_sessions() == (SESSION,)


def test_a_file_that_cannot_be_deleted_does_not_keep_the_others(spool, dead_pid):
    first, second = spool.write(0, records(0), pid=dead_pid), spool.write(1, records(512), pid=dead_pid)
    reading = spool.read_and_remember()
    first.unlink()
    first.mkdir()  # no unlink succeeds on it, whoever runs this test
    spool.discard(reading.deletable)
    assert not second.exists()


def test_runs_are_read_and_deletable_and_torn_ones_only_when_old(spool):
    whole = b"\0VYR1\x001-1\0a1\0" + b"e" * 64 + b"\x001700000000000000\x0010\x000\0-\0-\0/\x001-1.\0"
    (spool.folder / "run-1700000000000000-12.r").write_bytes(whole)
    torn = spool.folder / "run-1700000000000001-13.r"
    torn.write_bytes(whole[:-5])
    os.utime(torn, (NOW.timestamp(),) * 2)
    reading = spool.read({}, {}, NOW)
    assert [run.automation_id for run in reading.runs] == ["a1"]
    assert reading.deletable == ("run-1700000000000000-12.r",)
    assert torn.name in spool.read({}, {}, NOW + timedelta(hours=2)).deletable


def test_a_run_of_a_time_to_come_is_taken_away_and_not_believed(spool):
    def write(at):
        started_us = round(at.timestamp() * 1e6)
        whole = b"\0VYR1\x00%d-1\0a1\0e\0%d\x0010\x000\0-\0-\0/\x00%d-1.\0" % (started_us, started_us, started_us)
        (spool.folder / f"run-{started_us}-1.r").write_bytes(whole)

    write(NOW + timedelta(hours=23))
    write(NOW + timedelta(hours=25))
    write(datetime(9999, 1, 1, tzinfo=UTC))
    reading = spool.read({}, {}, NOW)
    assert [run.started_at for run in reading.runs] == [NOW + timedelta(hours=23)]
    assert len(reading.deletable) == 3


class Shell:
    """Writes as a hook does, in files of 4 commands, and knows which numbers are whole in the files."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(["sleep", "600"])
        self.session = f"4102444800000000-{self.process.pid}-7"
        self.folder = folder
        self.next_seq = 0
        self.whole = set()
        self.unfinished = None  # (number, file, what is still to be written)
        self.unended = None  # (number, file) when that is only the last NUL

    def write(self, cut: int) -> None:
        """Begins one record: `cut` bytes of it. No byte at all is a full disk; a cut one may be finished or never be."""
        seq, self.next_seq = self.next_seq, self.next_seq + 1
        path = self.folder / f"{self.session}@{HOST}@{BOOT}.{seq // 4}"
        text = record(seq, f"c{seq}")
        self.append(seq, path, text[:cut], text[cut:])

    def finish(self) -> None:
        if self.unfinished:
            seq, path, rest = self.unfinished
            self.append(seq, path, rest, b"")

    def append(self, seq: int, path: Path, text: bytes, rest: bytes) -> None:
        if text or self.next_seq % 3:  # a full disk may still let a file begin
            with path.open("ab") as file:
                file.write(text)
        self.unfinished = (seq, path, rest) if rest else None
        if text:
            if self.unended and self.unended[1] == path:
                self.whole.add(self.unended[0])  # the NUL that begins this record ends that one too
            self.unended = (seq, path) if rest == b"\0" else None
        if not rest:
            self.whole.add(seq)

    def die(self) -> None:
        self.process.kill()
        self.process.wait()


class SpoolUnderCrashes(RuleBasedStateMachine):
    """Any interleaving of shells that write, tear and die with readers that read, crash, commit and delete."""

    @initialize()
    def begin(self):
        self.folder = TemporaryDirectory()
        self.spool = HookSpool(Path(self.folder.name))
        self.shells = [Shell(Path(self.folder.name)) for _ in range(2)]
        self.living = list(self.shells)
        self.rows, self.offsets, self.numbers, self.lost = set(), {}, {}, Counter()

    @rule(which=st.integers(0, 1), cut=st.sampled_from([0, 1, 7, -2, -1, 999, 999, 999]))
    def write(self, which, cut):
        if self.shells[which] in self.living:
            self.shells[which].write(cut)

    @rule(which=st.integers(0, 1))
    def finish(self, which):
        if self.shells[which] in self.living:
            self.shells[which].finish()

    @precondition(lambda self: self.living)
    @rule()
    def kill(self):
        self.living.pop().die()

    @rule(crash=st.sampled_from(["before commit", "after commit", "while deleting", "no"]))
    def read(self, crash):
        reading = self.spool.read(self.offsets, self.numbers, NOW)
        if crash == "before commit":
            return
        self.rows |= {event.native_id for event in reading.events}
        self.offsets = dict(reading.offsets)
        self.numbers |= reading.next_numbers
        self.lost.update(reading.lost)
        if crash != "after commit":
            self.spool.discard(reading.deletable[:1] if crash == "while deleting" else reading.deletable)

    def teardown(self):
        if not hasattr(self, "shells"):
            return
        for shell in self.shells:
            shell.die()
        self.read("no")
        for shell in self.shells:
            prefix = shell.session + ":"
            assert {int(row.removeprefix(prefix)) for row in self.rows if row.startswith(prefix)} == shell.whole
            assert self.lost[shell.session] == max(shell.whole, default=-1) + 1 - len(shell.whole)
        assert os.listdir(self.folder.name) == []
        self.folder.cleanup()


TestSpoolUnderCrashes = SpoolUnderCrashes.TestCase
TestSpoolUnderCrashes.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
