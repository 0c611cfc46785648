"""What each cycle did, and the results the screens are drawn from (one JSON value per name)."""

from typing import TypeVar

from vynexus_tui.domain.cycles import CycleReport
from vynexus_tui.store.database import Connection
from vynexus_tui.store.json_bodies import from_json, to_json

_KEPT_CYCLES = 2000
"""About a week of 5-minute cycles."""

Value = TypeVar("Value")


def add_cycle(connection: Connection, report: CycleReport) -> None:
    """Keeps a report; the oldest beyond a week are dropped."""
    connection.execute("INSERT INTO cycles VALUES (NULL,?,?)", (report.started_at.isoformat(), to_json(report)))
    connection.execute("DELETE FROM cycles WHERE cycle_no <= (SELECT MAX(cycle_no) FROM cycles) - ?", (_KEPT_CYCLES,))


def read_cycles(connection: Connection, *, most: int) -> list[CycleReport]:
    """The newest reports, newest first."""
    return [from_json(row[0], CycleReport) for row in connection.execute("SELECT body FROM cycles ORDER BY cycle_no DESC LIMIT ?", (most,))]


def write_result(connection: Connection, name: str, value: object) -> None:
    """Replaces one named result of the last cycle."""
    connection.execute("INSERT OR REPLACE INTO results VALUES (?,?)", (name, to_json(value)))


def read_result(connection: Connection, name: str, kind: type[Value]) -> Value | None:
    """One named result; None before the first cycle."""
    row = connection.execute("SELECT body FROM results WHERE name=?", (name,)).fetchone()
    return from_json(row[0], kind) if row else None
