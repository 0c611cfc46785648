"""What a trial costs: against a bare `bash -c true`, with many files in the home, for each changed file, and in memory.

    python tests/benchmarks/sandbox.py [--rounds 25] [--files 50000] [--only start|home|changes|memory]

A trial is what the program does when a person asks for one: a new launcher, the whole tree copy-on-write, the comparison afterwards.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from vynexus_tui.domain.settings import Sandbox  # noqa: E402
from vynexus_tui.domain.trials import SandboxLevel, Trial  # noqa: E402
from vynexus_tui.sandbox import supervisor  # noqa: E402
from vynexus_tui.sandbox.automation_sandbox import AutomationSandbox  # noqa: E402

ROOMY = Sandbox(wall_s=120.0, cpu_s=100, memory_mb=1024, disk_mb=512, inodes=50_000)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TARGET = 60
_TIMED_START = """
import sys, time
began = time.monotonic()
sys.path.append(sys.argv[1])
from vynexus_tui.sandbox import launcher
stages = {"began": began, "imports": time.monotonic() - began}
def timed(name, stage):
    real = getattr(launcher, name)
    def call(*arguments):
        at = time.monotonic()
        try:
            return real(*arguments)
        finally:
            stages[stage] = time.monotonic() - at
    setattr(launcher, name, call)
timed("_build_root", "set-up")
timed("_list_changes", "comparison")
timed("_run_trial", "all")
launcher.main()
stages["run"] = stages["all"] - stages["set-up"] - stages["comparison"]
stages["ended"] = time.monotonic()
import json
print("STAGES" + json.dumps(stages), file=sys.stderr)
"""
STAGES = ("Python", "imports", "set-up", "run", "comparison", "exit", "supervisor")
_MEMORY = """
import resource, sys
sys.path.insert(0, sys.argv[1])
sys.path.insert(0, sys.argv[1] + "/tests/benchmarks")
import sandbox
def peak(who): return resource.getrusage(who).ru_maxrss / 1024
before = peak(resource.RUSAGE_SELF)
sandbox.try_script(sandbox.Path(sys.argv[2]), sys.argv[3])
print(before, peak(resource.RUSAGE_SELF), peak(resource.RUSAGE_CHILDREN))
"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rounds", type=int, default=25)
    arguments.add_argument("--files", type=int, default=50_000)
    arguments.add_argument("--only", choices=("start", "home", "changes", "memory"))
    options = arguments.parse_args()
    parts: Mapping[str, Callable[[], None]] = {
        "start": lambda: measure_start(options.rounds),
        "home": lambda: measure_home(options.rounds, options.files),
        "changes": measure_changes,
        "memory": measure_memory,
    }
    for name, part in parts.items():
        if options.only in (None, name):
            part()


def try_script(home: Path, script: str) -> Trial:
    """One trial at full level, or the end of the benchmark."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(home)}
    sandbox = AutomationSandbox(ROOMY, home=str(home), cache_dir=str(home.parent))
    trial = sandbox.run_trial(script, cwd=str(home), environment=environment, now=NOW)
    if trial.level is not SandboxLevel.FULL or trial.exit_code != 0:
        raise SystemExit(f"no full trial: {trial.level.value}, {trial.verdict.value}, {trial.reason}")
    return trial


def timed_trial(home: Path, script: str) -> tuple[dict[str, float], Trial]:
    """Milliseconds of each stage and of all, and the trial."""
    plain, supervisor._START = supervisor._START, _TIMED_START
    try:
        began = time.monotonic()
        trial = try_script(home, script)
        ended = time.monotonic()
    finally:
        supervisor._START = plain
    told = json.loads(trial.stderr.rpartition("STAGES")[2])
    told |= {"Python": told["began"] - began, "supervisor": ended - told["ended"], "total": ended - began}
    told["exit"] = told["total"] - sum(told[name] for name in ("Python", "imports", "set-up", "run", "comparison", "supervisor"))
    return {name: told[name] * 1e3 for name in (*STAGES, "total")}, trial


def _run(*command: str) -> float:
    began = time.monotonic()
    subprocess.run(command, check=True)
    return (time.monotonic() - began) * 1e3


def measure_start(rounds: int) -> None:
    """A trial of `true` and its yardsticks in turn."""
    with tempfile.TemporaryDirectory() as folder:
        home = _new_home(folder)
        ways: dict[str, Callable[[], float]] = {
            "bash -c true": lambda: _run("bash", "-c", "true"),
            "python -I -S -c pass": lambda: _run(sys.executable, "-I", "-S", "-c", "pass"),
            "a trial of `true`": lambda: _trial_ms(home),
        }
        times: dict[str, list[float]] = {name: [] for name in ways}
        stages = []
        for number in range(rounds + 2):
            for name in random.sample(list(ways), k=len(ways)):
                times[name].append(ways[name]())
            stages.append(timed_trial(home, "true")[0])
            if number < 2:
                times, stages = {name: [] for name in ways}, []
    bash = times["bash -c true"]
    print(f"{'':<24}{'ms':>8}{'x bash':>8}{'min':>8}{'x bash':>8}")
    for name, found in times.items():
        middle, least = statistics.median(found), min(found)
        print(f"{name:<24}{middle:>8.1f}{middle / statistics.median(bash):>8.1f}{least:>8.1f}{least / min(bash):>8.1f}")
    ratio = statistics.median(times["a trial of `true`"]) / statistics.median(bash)
    print(f"target: at most {TARGET} times: {'kept' if ratio <= TARGET else 'MISSED'}")
    for word, middle_of in (("median", statistics.median), ("min", min)):
        print(f"stages, {word} ms: " + ", ".join(f"{name} {middle_of(s[name] for s in stages):.1f}" for name in (*STAGES, "total")))
    print()


def _trial_ms(home: Path) -> float:
    began = time.monotonic()
    try_script(home, "true")
    return (time.monotonic() - began) * 1e3


def measure_home(rounds: int, files: int) -> None:
    """Trials in an empty home and in a full one in turn."""
    with tempfile.TemporaryDirectory() as folder:
        homes = {0: _new_home(f"{folder}/empty"), files: _new_home(f"{folder}/full")}
        for number in range(files):
            place = homes[files] / f"{number // 500}"
            place.mkdir(exist_ok=True)
            (place / f"{number}.txt").write_text("text\n")
        found: dict[int, list[dict[str, float]]] = {count: [] for count in homes}
        for _ in range(rounds):
            for count in random.sample(list(homes), k=2):
                found[count].append(timed_trial(homes[count], "true")[0])
    for what in ("set-up", "total"):
        few, many = (statistics.median(times[what] for times in found[count]) for count in homes)
        print(f"{what}: {few:.1f} ms with an empty home, {many:.1f} ms with {files:,} files in it: ratio {many / few:.2f}")
    print()


CHANGES = {
    "100 small files modified": (100, "for f in d/*; do echo more >> $f; done"),
    "1,000 small files modified": (1000, "for f in d/*; do echo more >> $f; done"),
    "5,000 small files modified": (5000, "for f in d/*; do echo more >> $f; done"),
    "10,000 small files created": (0, "mkdir d; for ((n = 0; n < 10000; n++)); do echo $n > d/$n; done"),
    "10,000 files deleted": (10_000, "rm -r d"),
    "10,000 modes changed": (10_000, "chmod 600 d/*"),
    "a directory of 2,000 moved": (2000, "mv d e"),
}


def measure_changes() -> None:
    """The comparison after scripts that change much."""
    print(f"{'':<30}{'run ms':>9}{'comparison ms':>15}{'ms per file':>13}{'entries':>9}")
    for name, (count, script) in CHANGES.items():
        with tempfile.TemporaryDirectory() as folder:
            home = _new_home(folder)
            for number in range(count):
                (home / "d").mkdir(exist_ok=True)
                (home / "d" / f"{number}.txt").write_text("".join(f"{number} line {line}\n" for line in range(20)))
            stages, trial = timed_trial(home, script)
        per_file = stages["comparison"] / (count or 10_000)
        print(f"{name:<30}{stages['run']:>9.0f}{stages['comparison']:>15.0f}{per_file:>13.3f}{len(trial.changes):>9,}", flush=True)
    print()


def measure_memory() -> None:
    """Peak memory of a process that runs one trial, and of the largest process below it."""
    scripts = {
        "true": "true",
        "50 MB of output": "yes 'a line of forty characters or thereabouts' | head -c 50000000",
        "5,000 new files with diffs": "for ((n = 0; n < 5000; n++)); do echo $n > $n.txt; done",
    }
    print(f"{'MB':<30}{'before':>9}{'supervising':>13}{'launcher':>10}")
    for name, script in scripts.items():
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-c", _MEMORY, str(ROOT), str(_new_home(folder)), script]
            told = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
        print(f"{name:<30}{'{:>9.1f}{:>13.1f}{:>10.1f}'.format(*map(float, told.split()))}")


def _new_home(folder: str) -> Path:
    home = Path(folder, "home")
    home.mkdir(parents=True)
    return home


if __name__ == "__main__":
    main()
