"""Runs of automations, added once each."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from vynexus_tui.domain.identifiers import AutomationId, RunId
from vynexus_tui.domain.runs import Run
from vynexus_tui.store.database import Connection

_ABSURD_S, _ABSURD_BYTES = 1e9, 1 << 60
"""30 years, an exbibyte: a record that says more was made up; SQLite could not even hold some of them."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def add_runs(connection: Connection, runs: Iterable[Run]) -> int:
    """Adds runs; one already known is left alone. Returns how many were new."""
    cursor = connection.executemany(
        "INSERT OR IGNORE INTO runs VALUES (?,?,?,?,?,?,?,?,?,?,?)",
        [
            (
                run.run_id,
                run.automation_id,
                run.script_sha256,
                (run.started_at - _EPOCH) // timedelta(microseconds=1),
                round(run.duration_s * 1e6),
                run.exit_code,
                None if run.cpu_s is None else round(run.cpu_s * 1e6),
                run.peak_memory_bytes,
                None if run.cwd is None else run.cwd.encode("utf-8", "surrogateescape"),
                int(run.is_scheduled),
                run.from_step,
            )
            for run in runs
            if abs(run.duration_s) < _ABSURD_S and (run.peak_memory_bytes or 0) < _ABSURD_BYTES and (run.cpu_s or 0.0) < _ABSURD_S
        ],
    )
    return max(cursor.rowcount, 0)


def read_runs(connection: Connection, *, automation_id: AutomationId | None = None, most: int = 100_000) -> list[Run]:
    """The newest `most` runs, oldest first."""
    rows = connection.execute(
        "SELECT * FROM runs WHERE ?1 IS NULL OR automation_id=?1 ORDER BY started_us DESC LIMIT ?2", (automation_id, most)
    ).fetchall()
    return [
        Run(
            run_id=RunId(run_id),
            automation_id=AutomationId(aid),
            script_sha256=sha256,
            started_at=_EPOCH + timedelta(microseconds=started),
            duration_s=duration / 1e6,
            exit_code=exit_code,
            cpu_s=None if cpu is None else cpu / 1e6,
            peak_memory_bytes=memory,
            cwd=None if cwd is None else cwd.decode("utf-8", "surrogateescape"),
            is_scheduled=bool(scheduled),
            from_step=from_step,
        )
        for run_id, aid, sha256, started, duration, exit_code, cpu, memory, cwd, scheduled, from_step in reversed(rows)
    ]
