"""Readings of the real machine, and of made-up ones whose figures are known."""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from vynexus_tui.sources.system_sampler import SystemSampler, read_core_count, read_memory_bytes

NOW = datetime(2025, 5, 16, 18, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=2)
NOWHERE = Path("/nonexistent")
needs_proc = pytest.mark.skipif(not Path("/proc/stat").exists(), reason="no /proc here: psutil is read instead")


class Machine:
    """A made-up /proc."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "self").mkdir()
        (root / "pressure").mkdir()
        self.cpu(0, 0)
        self.write("meminfo", "MemTotal: 8000 kB\nMemFree: 100 kB\nMemAvailable: 6000 kB\nSwapTotal: 4000 kB\nSwapFree: 3000 kB\n")
        self.write("self/statm", "5000 1234 100 1 0 400 0\n")
        self.write("pressure/cpu", "some avg10=12.50 avg60=1.00 avg300=0.00 total=1\nfull avg10=99.00 avg60=0.00 avg300=0.00 total=0\n")

    def write(self, path: str, text: str) -> None:
        (self.root / path).write_text(text, encoding="utf-8", errors="surrogateescape")

    def cpu(self, busy: int, idle: int) -> None:
        """Ticks since boot; a quarter of the idle ones waited for a disk, and guest time is given twice as Linux does."""
        self.write("stat", f"cpu  {busy} 0 0 {idle - idle // 4} {idle // 4} 0 0 0 {busy} 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n")

    def process(self, pid: int, program: str, ticks: int, started: int = 5) -> None:
        (self.root / str(pid)).mkdir(exist_ok=True)
        after_name = ["S", *["0"] * 10, str(ticks), "0", *["0"] * 6, str(started), *["0"] * 20]
        self.write(f"{pid}/stat", f"{pid} ({program}) {' '.join(after_name)}\n")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_the_first_reading_has_no_cpu_share_and_does_not_call_it_0(machine: Machine) -> None:
    first = SystemSampler(machine.root).sample(NOW)
    assert first.cpu_share is None
    assert first.own_cpu_share is None


def test_the_cpu_share_is_what_was_used_since_the_reading_before(machine: Machine) -> None:
    sampler = SystemSampler(machine.root)
    machine.cpu(1000, 9000)
    sampler.sample(NOW)
    machine.cpu(1300, 9100)
    assert sampler.sample(LATER).cpu_share == pytest.approx(0.75)


def test_a_clock_that_stands_still_gives_no_share(machine: Machine) -> None:
    sampler = SystemSampler(machine.root)
    sampler.sample(NOW)
    again = sampler.sample(NOW)
    assert again.cpu_share is None
    assert again.own_cpu_share is None


def test_memory_is_what_is_not_available_rather_than_what_is_not_free(machine: Machine) -> None:
    found = SystemSampler(machine.root).sample(NOW)
    assert found.memory_share == pytest.approx(0.25)
    assert found.swap_share == pytest.approx(0.25)
    assert found.own_memory_bytes == 1234 * os.sysconf("SC_PAGE_SIZE")
    assert read_memory_bytes(machine.root) == 8000 * 1024


def test_pressure_is_the_share_of_time_in_which_some_program_waited(machine: Machine) -> None:
    assert SystemSampler(machine.root).sample(NOW).pressure_cpu_share == pytest.approx(0.125)


def test_what_the_machine_does_not_say_is_unknown_and_not_0(machine: Machine) -> None:
    machine.write("meminfo", "MemTotal: 8000 kB\nMemFree: 100 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n")
    (machine.root / "pressure" / "cpu").unlink()
    (machine.root / "self" / "statm").unlink()
    found = SystemSampler(machine.root).sample(NOW)
    assert (found.memory_share, found.swap_share, found.pressure_cpu_share, found.own_memory_bytes) == (None, None, None, None)


def test_the_busiest_programs_are_added_up_by_name(machine: Machine) -> None:
    tick = os.sysconf("SC_CLK_TCK")
    sampler = SystemSampler(machine.root)
    for pid, program in ((10, "cc1"), (11, "cc1"), (12, "idle"), (13, "a"), (14, "b"), (15, "odd) name (")):
        machine.process(pid, program, 100)
    assert sampler.sample(NOW, with_busiest=True).busiest == ()
    machine.process(10, "cc1", 100 + 2 * tick)
    machine.process(11, "cc1", 100 + 1 * tick)
    machine.process(13, "a", 100 + tick // 10)
    machine.process(15, "odd) name (", 100 + tick)
    machine.process(16, "new", tick // 2, started=9)
    busiest = sampler.sample(LATER, with_busiest=True).busiest
    assert [name for name, _ in busiest] == ["cc1", "odd) name (", "new"]
    assert [share for _, share in busiest] == pytest.approx([1.5, 0.5, 0.25])


def test_a_number_that_is_used_again_is_another_process(machine: Machine) -> None:
    sampler = SystemSampler(machine.root)
    machine.process(10, "old", 500, started=5)
    sampler.sample(NOW, with_busiest=True)
    machine.process(10, "new", 600, started=77)
    assert sampler.sample(LATER, with_busiest=True).busiest[0][0] == "new"
    assert sampler.sample(LATER, with_busiest=True).busiest[0][1] == pytest.approx(600 / os.sysconf("SC_CLK_TCK") / 2)


def test_processes_are_looked_up_every_ten_seconds_at_most(machine: Machine) -> None:
    sampler = SystemSampler(machine.root)
    machine.process(10, "cc1", 100)
    sampler.sample(NOW, with_busiest=True)
    machine.process(10, "cc1", 200)
    first = sampler.sample(LATER, with_busiest=True).busiest
    machine.process(10, "cc1", 900)
    assert sampler.sample(LATER + timedelta(seconds=9), with_busiest=True).busiest == first
    assert sampler.sample(LATER + timedelta(seconds=10), with_busiest=True).busiest != first


def test_nobody_asked_for_the_busiest(machine: Machine) -> None:
    machine.process(10, "cc1", 100)
    assert SystemSampler(machine.root).sample(NOW).busiest == ()


def test_a_name_that_is_not_text_does_not_stop_the_reading(machine: Machine) -> None:
    sampler = SystemSampler(machine.root)
    machine.process(10, "\udcff\x1b[2J", 100)
    sampler.sample(NOW, with_busiest=True)
    machine.process(10, "\udcff\x1b[2J", 200)
    assert sampler.sample(LATER, with_busiest=True).busiest[0][0] == "\udcff\x1b[2J"


# --- this machine --------------------------------------------------------------------------------------------------------------------


@needs_proc
def test_this_machine_reads_as_psutil_reads_it() -> None:
    found = SystemSampler().sample(NOW)
    memory = psutil.virtual_memory()
    assert found.memory_share == pytest.approx(1 - memory.available / memory.total, abs=0.03)
    assert read_memory_bytes() == memory.total
    assert found.own_memory_bytes == pytest.approx(psutil.Process().memory_info().rss, rel=0.1)


def burn(cpu_s: float) -> None:
    begun = time.process_time()
    while time.process_time() - begun < cpu_s:
        pass


@pytest.mark.parametrize("proc", [pytest.param(Path("/proc"), marks=needs_proc), NOWHERE], ids=["proc", "psutil"])
def test_our_own_work_is_seen(proc: Path) -> None:
    sampler = SystemSampler(proc)
    sampler.sample(NOW, with_busiest=True)
    burn(0.3)
    found = sampler.sample(LATER, with_busiest=True)
    # The clock of the readings is ours: 0.3 s of work in what it calls two seconds.
    assert found.own_cpu_share == pytest.approx(0.15, abs=0.04)
    assert found.cpu_share is not None
    assert 0 < found.cpu_share <= 1
    assert found.memory_share is not None
    assert 0 < found.memory_share < 1
    assert found.own_memory_bytes is not None
    assert found.own_memory_bytes > 1_000_000
    assert psutil.Process().name() in [name for name, _ in found.busiest]


def test_what_a_finished_child_cost_is_ours() -> None:
    sampler = SystemSampler()
    sampler.sample(NOW)
    subprocess.run([sys.executable, "-c", "import time\nwhile time.process_time() < .4: pass"], check=True)
    share = sampler.sample(LATER).own_cpu_share
    assert share is not None
    assert share >= 0.19


def test_there_is_at_least_one_core() -> None:
    assert 1 <= read_core_count() <= (os.cpu_count() or 1)


@needs_proc
def test_linux_does_not_pay_for_importing_psutil() -> None:
    code = (
        "import sys; from datetime import datetime, UTC; from vynexus_tui.sources.system_sampler import SystemSampler; "
        "SystemSampler().sample(datetime(2025, 1, 1, tzinfo=UTC), with_busiest=True); sys.exit('psutil' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
