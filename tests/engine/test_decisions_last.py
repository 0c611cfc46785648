"""A decision is not asked for twice, not even when its pattern was away for a while."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from tests.conftest import routine
from vynexus_tui.engine import decisions, recording
from vynexus_tui.engine.assembly import Workspace, reading
from vynexus_tui.engine.optimization_engine import OptimizationEngine
from vynexus_tui.store import automations_table, patterns_table

WINDOW = 10_000
OTHERS = ("htop", "df -h", "free", "who", "uptime", "jobs", "date", "w", "id", "top")


def _type(workspace: Workspace, commands: list[str], *, at: datetime, session: str, cwd: Path) -> None:
    lines = [
        {"ts": (at + timedelta(seconds=5 * n)).timestamp(), "cmd": c, "session": session, "cwd": str(cwd), "exit": 0, "duration_ms": 900}
        for n, c in enumerate(commands)
    ]
    recording.import_history(workspace, None, "\n".join(map(json.dumps, lines)).encode(), source_format="jsonl", now=at)


def test_a_rejected_habit_that_comes_back_after_it_fell_out_of_the_window_is_not_offered_again(
    workspace: Workspace, project: Path, now: datetime
) -> None:
    detection = replace(workspace.settings.repetitive_task_detection, max_events=WINDOW)
    workspace = replace(workspace, settings=replace(workspace.settings, repetitive_task_detection=detection))
    engine = OptimizationEngine(workspace)
    for day in range(8):
        _type(workspace, routine("north"), at=now - timedelta(days=40 - day), session=f"old{day}", cwd=project)
    engine.run_cycle(now - timedelta(days=30))
    with reading(workspace) as connection:
        assert connection is not None
        (offered,) = automations_table.read_automations(connection)
    decisions.reject(workspace, offered.automation_id, now=now - timedelta(days=30))

    for stretch in range(10):
        others = [OTHERS[(n * 7 + n // 9) % len(OTHERS)] for n in range(WINDOW // 10 + 10)]
        _type(workspace, others, at=now - timedelta(days=29 - stretch), session=f"others{stretch}", cwd=project)
    engine.run_cycle(now - timedelta(days=10))
    with reading(workspace) as connection:
        assert connection is not None
        assert offered.pattern_id not in {p.pattern_id for p in patterns_table.read_patterns(connection)}

    for day in range(6):
        _type(workspace, routine("north"), at=now - timedelta(days=8 - day), session=f"new{day}", cwd=project)
    engine.run_cycle(now)
    with reading(workspace) as connection:
        assert connection is not None
        assert [a.automation_id for a in automations_table.read_automations(connection)] == [offered.automation_id]
        assert offered.pattern_id in {p.pattern_id for p in patterns_table.read_patterns(connection)}
