"""Runs come back as they were added."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from vynexus_tui.domain.identifiers import AutomationId, RunId
from vynexus_tui.domain.runs import Run
from vynexus_tui.store.database import open_database, transaction
from vynexus_tui.store.runs_table import add_runs, read_runs

RUN = Run(
    run_id=RunId("17-1"),
    automation_id=AutomationId("a1"),
    script_sha256="e",
    started_at=datetime(2026, 11, 22, 9, 0, 0, 7, tzinfo=UTC),
    duration_s=1.25,
    exit_code=3,
)


@pytest.mark.parametrize(
    "run", [RUN, replace(RUN, cpu_s=0.5, peak_memory_bytes=4096, cwd="/srv/\udcff", is_scheduled=True), replace(RUN, from_step=3)]
)
def test_a_run_comes_back_as_it_was_added_and_once(tmp_path: Path, run: Run) -> None:
    db = open_database(tmp_path / "v.db", busy_timeout_ms=100)
    with transaction(db):
        assert [add_runs(db, [run]), add_runs(db, [run])] == [1, 0]
    assert read_runs(db) == [run]
    db.close()
