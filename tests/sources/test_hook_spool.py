import os
import re
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vynexus_tui.domain.errors import SourceError
from vynexus_tui.domain.events import Actor
from vynexus_tui.sources.hook_spool import CHUNK_RECORDS, HookSpool

NOW = datetime(2026, 3, 1, tzinfo=UTC)
HOST = re.sub(r"[^A-Za-z0-9-]", "_", socket.gethostname())
BOOT_FILE = Path("/proc/sys/kernel/random/boot_id")
BOOT = BOOT_FILE.read_text()[:8] if BOOT_FILE.exists() else ""


def record(seq: int, command: str = "true", flags: str = "b") -> bytes:
    return f"\0VY1\0{seq}\x001700000000000000\x001000\x000\0-\0{flags}\0/\0{command}\0{seq}.\0".encode()


def records(*numbers: int) -> bytes:
    return b"".join(record(n, f"c{n}") for n in numbers)


class Spool(HookSpool):
    """A spool in a folder of its own, with a reader that remembers as the store does."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700)
        super().__init__(folder)
        self.folder = folder
        self.offsets = {}

    def write(self, chunk: int | str = 0, content: bytes = b"", *, pid: int | None = None, host: str = HOST, boot: str = BOOT) -> Path:
        # Born in 2100: any living process of that number started before it.
        path = self.folder / f"4102444800000000-{os.getpid() if pid is None else pid}-42@{host}@{boot}.{chunk}"
        with path.open("ab") as file:
            file.write(content)
        return path

    def read_and_remember(self):
        reading = self.read(self.offsets, NOW)
        self.offsets = dict(reading.offsets)
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
    assert spool.read({}, NOW).events == ()
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
    first, again = spool.read({}, NOW), spool.read({}, NOW)
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
    full = spool.write(0, records(*range(CHUNK_RECORDS)))
    assert spool.read_and_remember().deletable == ()
    spool.write(1, records(CHUNK_RECORDS))
    reading = spool.read_and_remember()
    assert seqs(reading) == [CHUNK_RECORDS]
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
    spool.write(1, records(CHUNK_RECORDS + 1))
    reading = spool.read_and_remember()
    assert reading.lost_count == CHUNK_RECORDS - 8 + 1
    assert spool.read_and_remember().lost_count == 0


def test_whole_files_that_were_never_written_count_as_lost(spool):
    spool.write(0, records(*range(CHUNK_RECORDS)))
    spool.write(3, records(3 * CHUNK_RECORDS))
    assert spool.read_and_remember().lost_count == 2 * CHUNK_RECORDS


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
    reading = spool.read({}, NOW)
    assert reading.events == ()
    assert set(reading.refused) == {link.name, folder.name, fifo.name}
    spool.discard(["notes.txt", "../target", str(target)])
    assert target.exists()
    assert (spool.folder / "notes.txt").exists()


def test_a_folder_that_is_a_link_is_refused(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "spool").symlink_to(tmp_path / "real")
    with pytest.raises(SourceError):
        HookSpool(tmp_path / "spool").read({}, NOW)


def test_who_typed_it_in_which_shell_comes_from_the_flags(spool):
    spool.write(0, record(0, flags="b") + record(1, flags="zd") + record(2, flags="ba"))
    assert [(e.shell, e.actor) for e in spool.read({}, NOW).events] == [("bash", Actor.USER), ("zsh", Actor.USER), ("bash", Actor.AGENT)]


def test_runs_are_read_and_deletable_and_torn_ones_only_when_old(spool):
    whole = b"\0VYR1\0r1\0a1\0" + b"e" * 64 + b"\x001700000000000000\x0010\x000\0-\0-\0/\0r1.\0"
    (spool.folder / "run-1700000000000000-12.r").write_bytes(whole)
    torn = spool.folder / "run-1700000000000001-13.r"
    torn.write_bytes(whole[:-5])
    os.utime(torn, (NOW.timestamp(),) * 2)
    reading = spool.read({}, NOW)
    assert [run.automation_id for run in reading.runs] == ["a1"]
    assert reading.deletable == ("run-1700000000000000-12.r",)
    assert torn.name in spool.read({}, NOW + timedelta(hours=2)).deletable
