"""`vynexus status`: the glance, for people, prompts and screen readers."""

import argparse

from vynexus_tui.cli.printing import day, duration, now_utc, print_json
from vynexus_tui.domain.automations import AutomationStatus
from vynexus_tui.domain.cycles import Snapshot
from vynexus_tui.engine.assembly import Workspace
from vynexus_tui.engine.snapshots import build_snapshot

_WAITING = (AutomationStatus.NEW, AutomationStatus.TRIED)


def run(workspace: Workspace, options: argparse.Namespace) -> int:
    """Prints the glance."""
    snapshot = build_snapshot(workspace, now=now_utc())
    waiting = [h.automation.name for h in snapshot.automations if h.automation.status in _WAITING]
    failing = [h.automation.name for h in snapshot.automations if h.automation.status is AutomationStatus.FAILING]
    live = [h.automation.name for h in snapshot.automations if h.automation.status is AutomationStatus.LIVE]
    if options.json:
        print_json(
            {
                "recording": list(snapshot.recording.hooked_shells),
                "is_paused": snapshot.recording.is_paused,
                "event_count": snapshot.recording.event_count,
                "last_event_at": snapshot.recording.last_event_at,
                "waiting": waiting,
                "live": live,
                "failing": failing,
                "saved_low_s": snapshot.savings.low_s,
            }
        )
    elif options.line:
        print(_line(snapshot, len(waiting), len(failing)))
    else:
        print(recording_words(snapshot))
        print(f"commands    {snapshot.recording.event_count:,}, newest {day(snapshot.recording.last_event_at)}")
        print(f"waiting     {', '.join(waiting) or 'nothing waits for you'}")
        print(f"live        {', '.join(live) or 'none yet'}")
        if failing:
            print(f"failing     {', '.join(failing)}")
        saved = f"at least {duration(snapshot.savings.low_s)}" if snapshot.savings.low_s is not None else "nothing measured yet"
        print(f"saved       {saved} in {snapshot.savings.run_count} runs")
    return 0


def recording_words(snapshot: Snapshot) -> str:
    """Whether anything is being recorded."""
    if snapshot.recording.is_paused:
        return "recording   off (vynexus record on)"
    shells = " and ".join(snapshot.recording.hooked_shells)
    return f"recording   {shells}" if shells else "recording   not yet (vynexus hook install)"


def _line(snapshot: Snapshot, waiting: int, failing: int) -> str:
    words = [f"vy {waiting} to decide" if waiting else "vy"]
    if failing:
        words.append(f"{failing} failing")
    if snapshot.savings.low_s is not None:
        words.append(f"saved {duration(snapshot.savings.low_s)}")
    if snapshot.recording.is_paused:
        words.append("recording off")
    return " · ".join(words)
