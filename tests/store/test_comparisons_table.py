"""First runs are kept once each, and an older database gains their table without losing anything."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

from vynexus_tui.domain.identifiers import AutomationId, RunId
from vynexus_tui.domain.run_comparison import RunComparison
from vynexus_tui.store.comparisons_table import add_comparisons, read_comparisons
from vynexus_tui.store.database import open_database, transaction
from vynexus_tui.store.migrations import MIGRATIONS

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def a_comparison(run: str, *, sha256: str = "s", hours: int = 0, path: str = "/p/a") -> RunComparison:
    return RunComparison(
        run_id=RunId(run),
        automation_id=AutomationId("a"),
        script_sha256=sha256,
        started_at=NOW + timedelta(hours=hours),
        exit_code=0,
        as_predicted_count=1,
        surprises=((path, "created"),),
        surprise_count=1,
    )


def test_what_was_written_is_read_and_a_run_is_kept_once(tmp_path: Path) -> None:
    db = open_database(tmp_path / "v.db", busy_timeout_ms=100)
    with transaction(db):
        add_comparisons(db, [a_comparison("r1", path="/p/caf\udce9")])
        add_comparisons(db, [a_comparison("r1", path="/p/other")])
    assert read_comparisons(db) == {("a", "s"): a_comparison("r1", path="/p/caf\udce9")}
    db.close()


def test_the_newest_one_of_each_script_counts(tmp_path: Path) -> None:
    db = open_database(tmp_path / "v.db", busy_timeout_ms=100)
    with transaction(db):
        add_comparisons(db, [a_comparison("r2", hours=1), a_comparison("r1"), a_comparison("r3", sha256="t")])
    assert {key: c.run_id for key, c in read_comparisons(db).items()} == {("a", "s"): "r2", ("a", "t"): "r3"}
    db.close()


def test_a_database_from_before_keeps_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "v.db"
    old = sqlite3.connect(path)
    for script in MIGRATIONS[:2]:
        old.executescript(script)
    old.execute("INSERT INTO snoozes VALUES ('p', 'x')")
    old.execute("PRAGMA user_version=2")
    old.commit()
    old.close()
    db = open_database(path, busy_timeout_ms=100)
    assert db.execute("SELECT * FROM snoozes").fetchall() == [("p", "x")]
    assert read_comparisons(db) == {}
    assert db.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    db.close()
