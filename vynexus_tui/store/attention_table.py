"""How long looking at automations took the person, once per time."""

from datetime import datetime

from vynexus_tui.domain.identifiers import AutomationId
from vynexus_tui.domain.runs import Activity, Attention
from vynexus_tui.store.database import Connection


def add_attention(connection: Connection, attention: Attention) -> None:
    """Writes one stretch of attention down."""
    connection.execute(
        "INSERT INTO attention VALUES (?,?,?,?)",
        (attention.automation_id, attention.started_at.isoformat(), attention.duration_s, attention.activity),
    )


def read_attention(connection: Connection) -> list[Attention]:
    """All of it, oldest first."""
    rows = connection.execute("SELECT automation_id, started_at, duration_s, activity FROM attention ORDER BY started_at")
    return [
        Attention(
            automation_id=AutomationId(aid),
            started_at=datetime.fromisoformat(at),
            duration_s=duration,
            activity=Activity(activity),
        )
        for aid, at, duration, activity in rows
    ]
