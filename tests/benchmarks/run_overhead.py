"""What `vynexus run` adds to an approved script that does nothing, against `bash -c true` and a bare Python.

    python tests/benchmarks/run_overhead.py [--rounds 40] [--files 20000]

The shortcut is what a person really types: the command that approval puts on the PATH. Its first run is looked at before and after, once,
in a folder of so many files.
"""

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from recorded_home import VYNEXUS, RecordedHome

from vynexus_tui.domain.automations import Automation, AutomationStatus, Risk, RiskLevel, Script, ScriptTemplate
from vynexus_tui.domain.identifiers import AutomationId
from vynexus_tui.domain.run_comparison import Prediction
from vynexus_tui.shell.workflow_shortcuts import WorkflowShortcuts
from vynexus_tui.store.json_bodies import to_json

NAME = "do-nothing"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rounds", type=int, default=40)
    arguments.add_argument("--files", type=int, default=20_000)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        person = RecordedHome(Path(folder))
        _approve(person)
        (person.home / "empty").mkdir()
        many = _fill(person.home / "many", options.files)
        commands: dict[str, Sequence[str]] = {
            "bash -c true": ["bash", "-c", "true"],
            "python3 -c pass": [sys.executable, "-c", "pass"],
            "python3 -I -S -c pass": [sys.executable, "-I", "-S", "-c", "pass"],
            f"vynexus run {NAME}": [*VYNEXUS, "run", NAME],
            f"{NAME} (the shortcut)": [str(person.home / ".local/bin" / NAME)],
            f"{NAME}, first, empty folder": [str(person.home / ".local/bin" / NAME)],
            f"{NAME}, first, {options.files:,} files": [str(person.home / ".local/bin" / NAME)],
        }
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for number in range(options.rounds + 2):
            for name in random.sample(list(commands), k=len(commands)):
                folder = many if "files" in name else person.home / "empty" if "first" in name else person.home
                if "first" in name:
                    _approve(person, folder)
                cost = _run(commands[name], person, folder)
                if number >= 2:
                    times[name].append(cost)
    _print(times)


def _fill(folder: Path, count: int) -> Path:
    for number in range(count):
        path = folder / f"d{number // 100}" / f"f{number}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


def _approve(person: RecordedHome, like: Path | None = None) -> None:
    shortcuts = WorkflowShortcuts(
        data_dir=person.home / ".local/share/vynexus", home=person.home, search_path=person.environment["PATH"], python=sys.executable
    )
    script = Script(text="#!/usr/bin/env bash\ntrue\n", language="bash")
    prediction = None if like is None else to_json(Prediction(script_sha256=script.sha256, cwd=str(like), arguments=())).encode()
    approved = Automation(
        automation_id=AutomationId("a-1"),
        name=NAME,
        pattern_id=None,
        status=AutomationStatus.LIVE,
        script=script,
        parameters=(),
        template=ScriptTemplate.WORKFLOW_SEQUENCE,
        potential=None,
        risk=Risk(level=RiskLevel.LOW),
        summary="",
        cwd=None,
        created_at=datetime.now(UTC),
    )
    shortcuts.install(approved, prediction=prediction)


def _run(command: Sequence[str], person: RecordedHome, cwd: Path) -> tuple[float, float]:
    """(wall ms, CPU ms) of the program and its children."""
    began = time.perf_counter()
    child = subprocess.Popen(command, env=person.environment, cwd=cwd)
    _, status, usage = os.wait4(child.pid, 0)
    elapsed = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise SystemExit(f"{command} failed")
    return elapsed * 1e3, (usage.ru_utime + usage.ru_stime) * 1e3


def _print(times: dict[str, list[tuple[float, float]]]) -> None:
    bash_ms, python_ms = (statistics.median(wall for wall, _ in times[name]) for name in ("bash -c true", "python3 -c pass"))
    print(f"{'':<36}{'wall ms':>9}{'min':>7}{'CPU ms':>8}{'min':>7}{'x bash':>8}{'over bash + python':>20}")
    for name, found in times.items():
        wall, cpu = [w for w, _ in found], [c for _, c in found]
        middle = statistics.median(wall)
        added = f"{middle - bash_ms - python_ms:+.1f} ms" if NAME in name else ""
        print(f"{name:<36}{middle:>9.1f}{min(wall):>7.1f}{statistics.median(cpu):>8.1f}{min(cpu):>7.1f}{middle / bash_ms:>8.1f}{added:>20}")


if __name__ == "__main__":
    main()
