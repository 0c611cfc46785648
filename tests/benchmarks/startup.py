"""From start to the first wanted text in a real terminal of 120x40: the dashboard with and without a stored history against a bare Textual app.

    python tests/benchmarks/startup.py [--rounds 7] [--imports]

Target: CPU to the first paint at most 1.5 times the bare app's. `--imports` instead lists what the dashboard imports before its content
is there and the bare app does not: own time per module, the smallest of the rounds.
"""

import argparse
import json
import re
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bare_app import READY
from recorded_home import VYNEXUS, RecordedHome, plant_events
from terminal_program import BARE_APP, TerminalProgram

HISTORY = 2000
TARGET = 1.5
_IMPORT_LINE = re.compile(rb"import time: +(\d+) \| +(\d+) \| ( *)([\w.]+)")


class Start(NamedTuple):
    """A program and the text waited for."""

    name: str
    command: Sequence[str]
    home: RecordedHome
    wanted: bytes


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--imports", action="store_true")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        starts = _starts(Path(folder))
        for start in starts:  # compiles and caches; not counted
            _measure(start)
        if options.imports:
            _print_imports(starts, options.rounds)
        else:
            _print_times(starts, options.rounds)


def _starts(folder: Path) -> list[Start]:
    full, empty = RecordedHome(folder / "full"), RecordedHome(folder / "empty")
    full.import_events(plant_events(HISTORY)[-HISTORY:])
    full.vynexus("cycle")
    automation = json.loads(full.vynexus("automations", "--json"))["automations"][0]["name"]
    return [
        Start("bare Textual app", [sys.executable, str(BARE_APP)], empty, READY.encode()),
        Start("first paint, nothing stored", VYNEXUS, empty, b"First look"),
        Start(f"first paint, {HISTORY:,} stored", VYNEXUS, full, b"1 Automations"),
        Start(f"first content, {HISTORY:,} stored", VYNEXUS, full, automation.encode()),
    ]


def _measure(start: Start) -> tuple[float, float]:
    program = TerminalProgram(start.command, start.home.environment, cwd=start.home.home)
    try:
        return program.wait_for(start.wanted)
    finally:
        program.close()


def _print_times(starts: Sequence[Start], rounds: int) -> None:
    times: dict[str, list[tuple[float, float]]] = {start.name: [] for start in starts}
    for _ in range(rounds):
        for start in starts:
            times[start.name].append(_measure(start))
    bare = times[starts[0].name]
    print(
        f"{'':<28}{'CPU ms':>8}{'min':>6}{'ratio':>7}{'wall ms':>9}{'min':>6}{'ratio':>7}   (medians; ratio: of the medians to the bare app's)"
    )
    for name, measured in times.items():
        cells = ""
        for column, width in ((1, 8), (0, 9)):
            values = [row[column] * 1e3 for row in measured]
            ratio = statistics.median(values) / statistics.median(row[column] * 1e3 for row in bare)
            cells += f"{statistics.median(values):>{width}.0f}{min(values):>6.0f}{ratio:>7.2f}"
        print(f"{name:<28}{cells}")
    ratio = statistics.median(cpu for _, cpu in times[starts[2].name]) / statistics.median(cpu for _, cpu in bare)
    print(f"target: first paint <= {TARGET} x bare in CPU: {'met' if ratio <= TARGET else 'MISSED'} ({ratio:.2f})")


def _print_imports(starts: Sequence[Start], rounds: int) -> None:
    bare, full = (_imports(start, rounds) for start in (starts[0], starts[-1]))
    extra = {name: own_us for name, own_us in full.items() if name not in bare}
    packages: dict[str, int] = {}
    for name, own_us in extra.items():
        packages[name.split(".")[0]] = packages.get(name.split(".")[0], 0) + own_us
    print(
        f"imports: bare app {sum(bare.values()) / 1e3:.0f} ms, dashboard {sum(full.values()) / 1e3:.0f} ms (own times as -X importtime sees them)"
    )
    print("only the dashboard, by package (ms, modules):")
    for name, own_us in sorted(packages.items(), key=lambda item: -item[1])[:20]:
        print(f"  {own_us / 1e3:>7.1f} {sum(m.split('.')[0] == name for m in extra):>4}  {name}")
    print("only the dashboard, by module (ms):")
    for name, own_us in sorted(extra.items(), key=lambda item: -item[1])[:30]:
        print(f"  {own_us / 1e3:>7.1f}  {name}")


def _imports(start: Start, rounds: int) -> dict[str, int]:
    """Own microseconds of every module imported before the wanted text was there."""
    start.home.environment["PYTHONPROFILEIMPORTTIME"] = "1"
    found: dict[str, int] = {}
    for _ in range(rounds):
        program = TerminalProgram(start.command, start.home.environment, cwd=start.home.home)
        program.wait_for(start.wanted)
        for own_us, _, _, name in _IMPORT_LINE.findall(program.seen):
            found[name.decode()] = min(int(own_us), found.get(name.decode(), int(own_us)))
        program.close()
    del start.home.environment["PYTHONPROFILEIMPORTTIME"]
    return found


if __name__ == "__main__":
    main()
