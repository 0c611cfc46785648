"""First real runs beside their tries, added once each."""

from collections.abc import Iterable

from vynexus_tui.domain.identifiers import AutomationId
from vynexus_tui.domain.run_comparison import RunComparison
from vynexus_tui.store.database import Connection
from vynexus_tui.store.json_bodies import from_json, to_json


def add_comparisons(connection: Connection, comparisons: Iterable[RunComparison]) -> None:
    """Adds comparisons; one whose run is already known is left alone."""
    connection.executemany(
        "INSERT OR IGNORE INTO run_comparisons VALUES (?,?,?,?,?)",
        [(c.run_id, c.automation_id, c.script_sha256, int(c.started_at.timestamp() * 1e6), to_json(c)) for c in comparisons],
    )


def read_comparisons(connection: Connection) -> dict[tuple[AutomationId, str], RunComparison]:
    """The newest one of each script (automation and digest) that was approved."""
    rows = connection.execute("SELECT body FROM run_comparisons ORDER BY started_us, run_id")
    found = (from_json(row[0], RunComparison) for row in rows)
    return {(c.automation_id, c.script_sha256): c for c in found}
