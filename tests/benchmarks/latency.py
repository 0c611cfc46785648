"""From a key (down or up) to what it repaints, in a terminal of 120x40: idle, and while a cycle runs in the background.

    python tests/benchmarks/latency.py [--presses 200] [--events 100000]

The dashboard and a bare Textual app are open at once and get keys in turn, so that a noisy machine hits both alike. The cycle is the
dashboard's own (key R) over a history with new commands; the bare app beside it says how much of a delay is the machine's.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import NamedTuple

from bare_app import READY
from recorded_home import VYNEXUS, RecordedHome, plant_events
from terminal_program import BARE_APP, Repaint, TerminalProgram

DOWN, UP = b"\x1b[B", b"\x1b[A"
ROWS = 12
"""Keys go down so far, then up again."""
SETTLE_S = 4.0
PAUSE_S = 0.05


class Answer(NamedTuple):
    """What followed a key, and what it cost the program."""

    repaint: Repaint
    cpu_ms: float


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--presses", type=int, default=200)
    arguments.add_argument("--events", type=int, default=100_000)
    options = arguments.parse_args()
    rows = plant_events(options.events)
    with tempfile.TemporaryDirectory() as folder:
        person = RecordedHome(Path(folder))
        person.import_events(rows).unlink()
        person.vynexus("cycle")
        programs = {
            "bare Textual app": TerminalProgram([sys.executable, str(BARE_APP)], person.environment, cwd=person.home),
            "dashboard": TerminalProgram(VYNEXUS, person.environment, cwd=person.home),
        }
        programs["bare Textual app"].wait_for(READY.encode())
        programs["dashboard"].wait_for(b"2 Patterns")
        for program in programs.values():
            program.read_for(SETTLE_S)
        # A list that is long enough to move in.
        programs["dashboard"].press(b"2", silence_s=0.5)
        keys = cycle([DOWN] * ROWS + [UP] * ROWS)
        idle = _press_in_turn(programs, keys, options.presses)
        busy: dict[str, list[Answer]] = {name: [] for name in programs}
        cycles = 0
        while len(busy["dashboard"]) < options.presses:
            cycles += 1
            person.type_commands(rows[:200])
            _start_cycle(programs["dashboard"])
            for name, found in _press_in_turn(programs, keys, options.presses, while_busy=programs["dashboard"]).items():
                busy[name] += found
        for program in programs.values():
            program.close()
    _print(idle, busy, cycles)


def _start_cycle(dashboard: TerminalProgram) -> None:
    dashboard.press(b"R", silence_s=0.3)
    end = time.monotonic() + 10
    while not dashboard.has_children():
        dashboard.read_for(0.05)
        if time.monotonic() > end:
            raise SystemExit("the dashboard did not start a cycle")


def _press_in_turn(
    programs: dict[str, TerminalProgram], keys: Iterator[bytes], presses: int, *, while_busy: TerminalProgram | None = None
) -> dict[str, list[Answer]]:
    found: dict[str, list[Answer]] = {name: [] for name in programs}
    for key in islice(keys, presses):
        if while_busy is not None and not while_busy.has_children():
            break
        for name, program in programs.items():
            cpu_s = program.cpu_s()
            repaint = program.press(key)
            if repaint is not None:
                found[name].append(Answer(repaint, (program.cpu_s() - cpu_s) * 1e3))
            program.read_for(PAUSE_S)
    return found


def _print(idle: dict[str, list[Answer]], busy: dict[str, list[Answer]], cycles: int) -> None:
    print(f"load average {os.getloadavg()[0]:.1f}; {cycles} cycles in the background; milliseconds")
    print(f"{'':<32}{'first byte':>11}{'min':>6}{'p95':>7}{'last byte':>11}{'p95':>7}{'CPU':>7}{'bytes':>7}{'keys':>6}")
    for state, found in (("idle", idle), ("cycle running", busy)):
        for name, answers in found.items():
            first, last = [a.repaint.first_ms for a in answers], [a.repaint.last_ms for a in answers]
            cpu_ms, written = (
                statistics.median(values) for values in ([a.cpu_ms for a in answers], [a.repaint.byte_count for a in answers])
            )
            print(
                f"{f'{name}, {state}':<32}{statistics.median(first):>11.1f}{min(first):>6.1f}{_p95(first):>7.1f}"
                f"{statistics.median(last):>11.1f}{_p95(last):>7.1f}{cpu_ms:>7.1f}{written:>7.0f}{len(answers):>6}"
            )
    for name in idle:
        first, last = (
            statistics.median(getattr(a.repaint, which) for a in busy[name])
            / statistics.median(getattr(a.repaint, which) for a in idle[name])
            for which in ("first_ms", "last_ms")
        )
        print(f"{name}: cycle running / idle = {first:.2f} (first byte), {last:.2f} (last byte)")
    for state, found in (("idle", idle), ("cycle running", busy)):
        dashboard, bare = (statistics.median(a.repaint.first_ms for a in found[name]) for name in ("dashboard", "bare Textual app"))
        print(f"dashboard / bare app, first byte, {state}: {dashboard / bare:.2f} (target: at most 2)")


def _p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


if __name__ == "__main__":
    main()
