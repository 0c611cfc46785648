"""What trying, editing and approving on the command line take is charged to the automation, as in the dashboard."""

from collections.abc import Iterator
from contextlib import contextmanager

from vynexus_tui.cli.printing import now_utc
from vynexus_tui.domain.runs import Activity
from vynexus_tui.engine.accounting import note_attention
from vynexus_tui.engine.assembly import Workspace


@contextmanager
def attending(workspace: Workspace, automation_id: str, activity: Activity) -> Iterator[None]:
    """Charges the wall time of what is done inside, however it ends."""
    started_at = now_utc()
    try:
        yield
    finally:
        duration_s = (now_utc() - started_at).total_seconds()
        note_attention(workspace, automation_id, activity, started_at=started_at, duration_s=duration_s)
