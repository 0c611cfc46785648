"""What looking at automations took is kept, once per time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from vynexus_tui.domain.identifiers import AutomationId
from vynexus_tui.domain.runs import Activity, Attention
from vynexus_tui.store.attention_table import add_attention, read_attention
from vynexus_tui.store.database import open_database, transaction

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def test_what_was_written_is_read_oldest_first(tmp_path: Path) -> None:
    spent = [
        Attention(automation_id=AutomationId("a"), started_at=NOW - timedelta(hours=back), duration_s=12.5 + back, activity=activity)
        for back, activity in enumerate(Activity)
    ]
    db = open_database(tmp_path / "v.db", busy_timeout_ms=100)
    with transaction(db):
        for attention in spent:
            add_attention(db, attention)
    assert read_attention(db) == spent[::-1]
    db.close()
