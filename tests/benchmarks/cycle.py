"""What one `vynexus cycle` costs, against the simplest tool that says what repeats: `sort | uniq -c | sort -n`.

    python tests/benchmarks/cycle.py [--events 10000,100000] [--rounds 3]

Per size: the first cycle over an imported history, one with the next 200 commands in the hook's spool, one with nothing new, and a
whole look a day later. CPU, wall and peak memory of the whole program, and the CPU of each stage inside it. 100,000 is also the most
that a cycle looks at by default; --most sets it. Below 20,000 commands every look is a whole one.
"""

import argparse
import json
import os
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from recorded_home import ROOT, RecordedHome, plant_events

NEW_COMMANDS = 200
STAGES = ("collect", "identify", "create", "analyze", "optimize", "account", "record")


class Cost(NamedTuple):
    """What one run of a program took."""

    cpu_s: float
    wall_s: float
    peak_mb: float | None
    """VmHWM as the program itself saw it: wait4's ru_maxrss begins with what the parent held."""
    stages_s: dict[str, float]


def main() -> None:
    if sys.argv[1:2] == ["--cycle"]:
        _cycle(sys.argv[2])
        return
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--events", default="10000,100000")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--most", type=int, help="max_events in a settings file (reading one takes 30 ms)")
    options = arguments.parse_args()
    print(f"{'':<32}{'CPU s':>8}{'min':>7}{'wall s':>8}{'min':>7}{'MB':>6}{'x sort':>8}   stages, CPU ms (medians)")
    for count in map(int, options.events.split(",")):
        _measure(count, options.rounds, options.most)


def _measure(count: int, rounds: int, most: int | None) -> None:
    rows = plant_events(count)
    known, new = rows[:-NEW_COMMANDS], rows[-NEW_COMMANDS:]
    with tempfile.TemporaryDirectory() as folder:
        made = RecordedHome(Path(folder) / "made")
        if most is not None:
            settings = made.home / ".config/vynexus/optimization_config.yaml"
            settings.parent.mkdir(parents=True)
            settings.write_text(f"repetitive_task_detection:\n  max_events: {most}\n")
        began = time.perf_counter()
        file = made.import_events(known)
        print(f"{len(known):,} events; importing them took {time.perf_counter() - began:.1f} s")
        file.unlink()
        commands = Path(folder) / "commands"
        commands.write_text("".join(row["cmd"].replace("\n", " ") + "\n" for row in rows))
        costs: dict[str, list[Cost]] = {}
        for number in range(rounds):
            person = _copy(made, Path(folder) / f"round{number}")
            costs.setdefault("sort | uniq -c | sort -n", []).append(_run(["sh", "-c", f"sort {commands} | uniq -c | sort -n"], person))
            costs.setdefault("cycle, first", []).append(_run_cycle(person))
            person.type_commands(new)
            costs.setdefault(f"cycle, {NEW_COMMANDS} new commands", []).append(_run_cycle(person))
            costs.setdefault("cycle, nothing new", []).append(_run_cycle(person))
            _age_last_look(person)
            costs.setdefault("cycle, a day later", []).append(_run_cycle(person))
            shutil.rmtree(person.home)
    yardstick = statistics.median(cost.cpu_s for cost in costs["sort | uniq -c | sort -n"])
    for name, found in costs.items():
        print(_line(name, found, yardstick))


def _line(name: str, found: Sequence[Cost], yardstick_s: float) -> str:
    cpu, wall = [cost.cpu_s for cost in found], [cost.wall_s for cost in found]
    stages = {stage: statistics.median(cost.stages_s.get(stage, 0.0) for cost in found) * 1e3 for stage in STAGES}
    told = "  ".join(f"{stage} {ms:.0f}" for stage, ms in stages.items() if found[0].stages_s)
    peak = f"{max(cost.peak_mb for cost in found):.0f}" if found[0].peak_mb else "-"
    return (
        f"  {name:<30}{statistics.median(cpu):>8.2f}{min(cpu):>7.2f}{statistics.median(wall):>8.2f}{min(wall):>7.2f}"
        f"{peak:>6}{statistics.median(cpu) / yardstick_s:>8.1f}   {told}"
    )


def _copy(made: RecordedHome, home: Path) -> RecordedHome:
    shutil.copytree(made.home, home)
    return RecordedHome(home)


def _age_last_look(person: RecordedHome) -> None:
    """As if the last whole look had been a day ago."""
    with closing(sqlite3.connect(person.home / ".local/share/vynexus/vynexus.db")) as database, database:
        (mark,) = database.execute("SELECT body FROM results WHERE name='mined'").fetchone()
        newest, whole_at, *rest = json.loads(mark)
        a_day_ago = datetime.fromisoformat(whole_at) - timedelta(days=1)
        database.execute("UPDATE results SET body=? WHERE name='mined'", (json.dumps([newest, a_day_ago.isoformat(), *rest]),))


def _run_cycle(person: RecordedHome) -> Cost:
    report = person.home / "stages"
    cost = _run([sys.executable, __file__, "--cycle", str(report)], person)
    told = dict(line.split() for line in report.read_text().splitlines())
    peak_mb = float(told.pop("peak_mb"))
    return cost._replace(peak_mb=peak_mb, stages_s={stage: float(cpu_s) for stage, cpu_s in told.items()})


def _run(command: Sequence[str], person: RecordedHome) -> Cost:
    began = time.perf_counter()
    child = subprocess.Popen(command, env=person.environment, cwd=person.home, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise SystemExit(f"{command} failed")
    return Cost(usage.ru_utime + usage.ru_stime, time.perf_counter() - began, None, {})


def _cycle(report: str) -> None:
    """The child: `vynexus cycle` with a stop watch around each stage."""
    sys.path.insert(0, str(ROOT))
    from vynexus_tui.cli.main import main as vynexus
    from vynexus_tui.engine.optimization_engine import OptimizationEngine

    with open(report, "w") as file:

        def timed(stage: str, work: Any) -> Any:
            def run(*arguments: Any) -> Any:
                began = time.process_time()
                result = work(*arguments)
                file.write(f"{stage} {time.process_time() - began}\n")
                return result

            return run

        for stage in STAGES:
            setattr(OptimizationEngine, f"_{stage}", timed(stage, getattr(OptimizationEngine, f"_{stage}")))
        status = vynexus(["cycle"])
        peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
        file.write(f"peak_mb {int(peak[1]) / 1024 if peak else 0}\n")
    sys.exit(status)


if __name__ == "__main__":
    main()
