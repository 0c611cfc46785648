"""A full and a read-only spool: no word at the prompt, what was lost is counted, recording goes on. A small disk in namespaces of its own."""

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.shell.conftest import PtyShell
from vynexus_tui.sources.hook_spool import HookSpool, SpoolReading

BOTH = pytest.mark.parametrize("name", ["bash", "zsh"])


class SmallDisk:
    """A shell whose spool is a file system of 32 KiB."""

    def __init__(self, home, name: str, mount: str) -> None:
        own = ["unshare", "-Urm", "sh", "-c", f'mount -t tmpfs -o {mount} none "$0" && exec "$@"']
        if subprocess.run([*own, str(home.spool), "true"], capture_output=True).returncode:
            pytest.skip("no user and mount namespaces here: the disk cannot be filled")
        home.write_rc(name)
        options = ["-i"] if name == "bash" else ["-i", "-o", "no_global_rcs"]
        self.shell = PtyShell([shutil.which("unshare"), *own[1:], str(home.spool), shutil.which(name), *options], home.env, home.root)
        self._inside = Path(f"/proc/{self.shell.pid}/root{home.spool}")
        self._mount_point = str(home.spool)

    def fill(self) -> None:
        with contextlib.suppress(OSError), (self._inside / "fill").open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))

    def free(self) -> None:
        (self._inside / "fill").unlink()

    def remount(self, option: str) -> None:
        entered = ["nsenter", "-t", str(self.shell.pid), "-U", "-m", "--preserve-credentials"]
        done = subprocess.run([*entered, "mount", "-o", f"remount,{option}", self._mount_point], capture_output=True)
        if done.returncode:
            pytest.skip(f"cannot be mounted anew here: {done.stderr!r}")

    def read(self) -> SpoolReading:
        return HookSpool(self._inside).read({}, {}, datetime.now(UTC))


@contextlib.contextmanager
def small_disk(home, name: str, mount: str = "size=32k,mode=700") -> Iterator[SmallDisk]:
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed here")
    disk = SmallDisk(home, name, mount)
    try:
        yield disk
    finally:
        disk.shell.close()


def type_quietly(disk: SmallDisk, lines: list[str]) -> None:
    for line in lines:
        shown = disk.shell.type(line)
        assert not any(word in shown.lower() for word in ("space", "error", "read-only", "vynexus", "spool")), shown


@BOTH
def test_on_a_full_disk_nothing_is_said_and_what_was_lost_is_counted(home, name):
    typed = [f": {number} " + "x" * 900 for number in range(24)]
    with small_disk(home, name) as disk:
        type_quietly(disk, typed[:4])
        disk.fill()
        type_quietly(disk, typed[4:20])
        disk.free()
        type_quietly(disk, typed[20:])
        reading = disk.read()
    kept = [event.command for event in reading.events]
    assert kept[:4] == typed[:4]
    assert kept[-4:] == typed[20:]
    assert 0 < reading.lost_count == len(typed) - len(kept)


@BOTH
def test_on_a_read_only_disk_nothing_is_said_and_what_was_lost_is_counted(home, name):
    typed = [f": {number}" for number in range(12)]
    with small_disk(home, name) as disk:
        type_quietly(disk, typed[:4])
        disk.remount("ro")
        type_quietly(disk, typed[4:8])
        disk.remount("rw")
        type_quietly(disk, typed[8:])
        reading = disk.read()
    assert [event.command for event in reading.events] == typed[:4] + typed[8:]
    assert reading.lost_count == 4


@BOTH
def test_a_session_that_begins_on_a_read_only_disk_records_when_it_can(home, name):
    typed = [f": {number}" for number in range(8)]
    with small_disk(home, name, "ro,size=32k,mode=700") as disk:
        type_quietly(disk, typed[:4])
        disk.remount("rw")
        type_quietly(disk, typed[4:])
        reading = disk.read()
    kept = [event.command for event in reading.events]
    assert kept == typed[-len(kept) :]
    assert len(kept) >= 3
    assert reading.lost_count == len(typed) - len(kept)
