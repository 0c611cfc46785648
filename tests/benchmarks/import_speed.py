"""What importing a very long zsh history costs: seconds, CPU and memory of the whole process, the first time and the second.

    python tests/benchmarks/import_speed.py [--entries 1000000] [--shell zsh|bash|fish] [--reading]

`--reading` leaves the database out: the parser alone, then every event made once, then the same file read again from its mark.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from recorded_home import ROOT, VYNEXUS, RecordedHome

_SEED = 7
_WRITTEN_AS = {
    "zsh": lambda stamp, took, text: f": {stamp}:{took};{text}\n",
    "bash": lambda stamp, took, text: f"#{stamp}\n{text}\n",
    "fish": lambda stamp, took, text: f"- cmd: {text}\n  when: {stamp}\n",
}
_READING = """
import resource, sys, time
from datetime import UTC, datetime
from pathlib import Path
from vynexus_tui.sources.history_files import read_history

def measured(name, work):
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name:<24}{time.perf_counter() - wall:>8.2f}{time.process_time() - cpu:>8.2f}{peak:>10.0f}")
    return result

path, now = Path(sys.argv[1]), datetime.now(UTC)
reading = measured("parsed", lambda: read_history(path, now=now))
measured("every event made once", lambda: sum(1 for _ in reading.events))
again = measured("read again", lambda: read_history(path, now=now, since=reading.mark))
print(f"{len(reading.events):,} events, then {len(again.events)}")
"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--entries", type=int, default=1_000_000)
    arguments.add_argument("--shell", choices=list(_WRITTEN_AS), default="zsh")
    arguments.add_argument("--reading", action="store_true")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        person = RecordedHome(Path(folder))
        file = person.home / f".{options.shell}_history"
        _write(file, options.shell, options.entries)
        print(f"{options.entries:,} entries, {file.stat().st_size / 1e6:.0f} MB of {options.shell} history")
        print(f"{'':<24}{'wall s':>8}{'CPU s':>8}{'peak MB':>10}")
        if options.reading:
            subprocess.run([sys.executable, "-c", _READING, str(file)], env=person.environment, cwd=ROOT, check=True)
            return
        command = [*VYNEXUS, "import", str(file), "--from", options.shell]
        for name in ("first import", "second import"):
            wall, cpu, peak, said = _run(command, person)
            print(f"{name:<24}{wall:>8.2f}{cpu:>8.2f}{peak:>10.0f}   {said}")
        database = person.home / ".local/share/vynexus/vynexus.db"
        print(f"the database has {database.stat().st_size / 1e6:.0f} MB")


def _write(file: Path, shell: str, count: int) -> None:
    """A few years of work: many commands are repeated, some have several lines, a shell ends now and then."""
    chosen = random.Random(_SEED)
    known = [f"git commit -m 'change {n} of the thing' && make -j{n % 8} target{n}" for n in range(20_000)]
    known += ["ls -la", "git status", "cd ..", "make test", "vim notes.md"] * 2_000 + ["exit"] * 300
    stamp = int(time.time()) - count * 120
    written_as = _WRITTEN_AS[shell]
    with file.open("w") as history:
        for number in range(count):
            stamp += chosen.randrange(200)
            text = chosen.choice(known)
            if number % 50 == 0 and shell == "zsh":
                text += "; for i in 1 2; do\\\n echo $i\\\ndone"
            history.write(written_as(stamp, chosen.randrange(9), text))


def _run(command: Sequence[str], person: RecordedHome) -> tuple[float, float, float, str]:
    """(wall s, CPU s, peak MB, what it said) of one process."""
    began = time.perf_counter()
    with tempfile.TemporaryFile() as output:
        child = subprocess.Popen(command, env=person.environment, cwd=person.home, stdout=output, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(child.pid, 0)
        elapsed = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        said = output.read().decode().strip()
    if child.returncode != 0:
        raise SystemExit(said)
    return elapsed, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, said.splitlines()[0] if said else ""


if __name__ == "__main__":
    main()
