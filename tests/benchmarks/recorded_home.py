"""A throwaway home in which `vynexus` has recorded a history of a chosen length."""

import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.habits.planted_history import build_untimed_history  # noqa: E402

VYNEXUS = (sys.executable, "-m", "vynexus_tui")
_GENERATOR = ROOT.parent / "shared" / "evaluation" / "gen.py"
_NEWEST_AGE_S = 3600
_SEED = 7


class RecordedHome:
    """One person's files; `environment` is what programs of theirs see."""

    def __init__(self, home: Path) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.home = home
        self.environment = {
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "PATH": f"{home}/.local/bin:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "SHELL": "/bin/bash",
            "TERM": "xterm-256color",
        }
        self._sequence_no = 0

    def vynexus(self, *arguments: str) -> str:
        """Runs one command of VyNexus; gives what it printed."""
        done = subprocess.run(
            [*VYNEXUS, *arguments],
            env=self.environment,
            cwd=self.home,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        if done.returncode != 0:
            raise SystemExit(f"vynexus {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def import_events(self, rows: Sequence[dict[str, Any]]) -> Path:
        """Stores `rows` (JSONL events) as an imported history; gives the file they were imported from."""
        file = self.home / "events.jsonl"
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
        self.vynexus("import", str(file), "--from", "jsonl")
        return file

    def type_commands(self, rows: Sequence[dict[str, Any]]) -> None:
        """Leaves `rows` in the spool, as the shell hook would."""
        spool = self.home / ".local/state/vynexus/spool"
        spool.mkdir(parents=True, exist_ok=True, mode=0o700)
        now_us = time.time_ns() // 1000
        with (spool / "1700000000000000-1-1@elsewhere@.0").open("ab") as file:
            for row in rows:
                seq = self._sequence_no
                fields = ("VY1", seq, now_us + seq, row["duration_ms"] * 1000, row["exit"], "-", "b", row["cwd"], row["cmd"], f"{seq}.")
                file.write(b"\0" + b"".join(str(field).encode() + b"\0" for field in fields))
                self._sequence_no += 1


def plant_events(count: int) -> list[dict[str, Any]]:
    """About `count` events with habits in them, in the shape of JSONL imports; the newest is an hour old."""
    rows = _generated(count) if _GENERATOR.exists() else _made_here(count)
    shift_s = time.time() - _NEWEST_AGE_S - rows[-1]["ts"]
    return [{**row, "ts": row["ts"] + shift_s} for row in rows]


def _generated(count: int) -> list[dict[str, Any]]:
    spec = importlib.util.spec_from_file_location("gen", _GENERATOR)
    assert spec
    assert spec.loader
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    rows: list[dict[str, Any]] = generator.build(count, _SEED, "base")[0]
    return rows


def _made_here(count: int) -> list[dict[str, Any]]:
    lines, _ = build_untimed_history(_SEED, count)
    return [
        {"id": n, "ts": n * 40.0, "session": f"s{n // 25}", "cmd": line, "cwd": "/home/me/shop", "exit": 0, "duration_ms": 20 + n % 900}
        for n, line in enumerate(lines)
    ]
