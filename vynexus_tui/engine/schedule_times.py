"""When the machine's schedulers start an automation next."""

from datetime import UTC, datetime, tzinfo

from vynexus_tui.domain.automations import Automation, AutomationStatus
from vynexus_tui.domain.next_times import next_times
from vynexus_tui.engine.assembly import Workspace, local_zone


def next_run(workspace: Workspace, automation: Automation, *, now: datetime) -> datetime | None:
    """When its schedule starts it next; None without one, and while it is not live."""
    if automation.schedule is None or automation.status is not AutomationStatus.LIVE:
        return None
    return next(iter(next_times(automation.schedule.schedule, now.astimezone(scheduler_zone(workspace)), 1)), None)


def scheduler_zone(workspace: Workspace) -> tzinfo:
    """The zone in which systemd and cron read times: the machine's own, whatever TZ says in this shell."""
    if not workspace.environment.get("TZ"):
        return local_zone()
    from zoneinfo import ZoneInfo  # 4 ms that hardly anybody needs

    try:
        with open("/etc/localtime", "rb") as file:
            return ZoneInfo.from_file(file)
    except (OSError, ValueError):
        return UTC
