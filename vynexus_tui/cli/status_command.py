"""`vynexus status`: the glance, for people, prompts and screen readers."""

import argparse
from dataclasses import asdict

from vynexus_tui.cli.printing import counted, day, duration, now_utc, print_json, shown
from vynexus_tui.cli.savings_command import saved_words
from vynexus_tui.domain.automations import AutomationStatus
from vynexus_tui.domain.cycles import Snapshot
from vynexus_tui.domain.runs import SavingsSummary
from vynexus_tui.engine.assembly import Workspace
from vynexus_tui.engine.snapshots import build_snapshot

_WAITING = (AutomationStatus.NEW, AutomationStatus.TRIED)


def run(workspace: Workspace, options: argparse.Namespace) -> int:
    """Prints the glance."""
    snapshot = build_snapshot(workspace, now=now_utc())
    waiting = [h.automation.name for h in snapshot.automations if h.needs_you and h.automation.status in _WAITING]
    later_count = sum(h.automation.status in _WAITING for h in snapshot.automations) - len(waiting)
    unused = [h for h in snapshot.automations if h.unused_reason is not None]
    failing = [h.automation.name for h in snapshot.automations if h.automation.status is AutomationStatus.FAILING]
    surprising = [h for h in snapshot.automations if h.comparison is not None and h.comparison.needs_a_look(snapshot.taken_at)]
    live = [h.automation.name for h in snapshot.automations if h.automation.status is AutomationStatus.LIVE]
    if options.json:
        print_json(
            {
                "recording": list(snapshot.recording.hooked_shells),
                "is_paused": snapshot.recording.is_paused,
                "event_count": snapshot.recording.event_count,
                "last_event_at": snapshot.recording.last_event_at,
                "last_record_at": snapshot.recording.last_record_at,
                "lost_event_count": snapshot.recording.lost_event_count,
                "problems": list(snapshot.recording.problems),
                "sources": [asdict(s) for s in snapshot.recording.sources],
                "waiting": waiting,
                "live": live,
                "later_count": later_count,
                "failing": failing,
                "unused": [h.automation.name for h in unused],
                "surprising": [h.automation.name for h in surprising],
                "saved_low_s": snapshot.savings.low_s,
            }
        )
    elif options.line:
        print(_line(snapshot, len(waiting), len(failing)))
    else:
        print(recording_words(snapshot))
        print(f"commands    {snapshot.recording.event_count:,}, newest {day(snapshot.recording.last_event_at)}")
        later = f" (and {later_count} later)" if later_count else ""
        print(f"waiting     {', '.join(waiting) or 'nothing waits for you'}{later}")
        print(f"live        {', '.join(live) or 'none yet'}")
        for head in snapshot.automations:
            if head.automation.status is AutomationStatus.FAILING:
                print(
                    f"stopped     {head.automation.name}: {shown(head.stopped_reason or 'failed')} (vynexus resume {head.automation.name})"
                )
        for head in unused:
            print(f"unused      {head.automation.name}: {head.unused_reason} (vynexus retire {head.automation.name})")
        for head in surprising:
            print(f"look at     {head.automation.name}: {head.comparison.headline if head.comparison else ''}")
        print(f"saved       {_saved(snapshot.savings)}")
    return 0


def _saved(savings: SavingsSummary) -> str:
    """The lower bound as a sentence: behind "saved" a cost alone would read as what was saved."""
    words = "nothing measured yet" if savings.low_s is None else saved_words(savings.low_s)
    loss = "a loss so far: " if (savings.low_s or 0.0) < 0 else ""
    return f"{loss}{words} in {counted(savings.run_count, 'run')}"


def recording_words(snapshot: Snapshot) -> str:
    """Whether anything is being recorded, the last sign of life, and what is wrong."""
    state = snapshot.recording
    if state.is_paused:
        until = f" until {state.paused_until.astimezone():%H:%M}" if state.paused_until else ""
        return f"recording   off{until} (vynexus record on)"
    if not state.hooked_shells:
        return "recording   not yet (vynexus hook install)"
    if state.last_record_at is None:
        words = f"{', '.join(state.hooked_shells)}; nothing came yet: open a new shell"
    else:
        age_s = max(0.0, (snapshot.taken_at - state.last_record_at).total_seconds())
        words = f"{', '.join(state.hooked_shells)}; last command {duration(age_s)} ago"
    lost = f"\n            {state.lost_event_count:,} commands were lost (disk full or spool full)" if state.lost_event_count else ""
    return f"recording   {words}{lost}" + "".join(f"\n            {shown(problem)}" for problem in state.problems)


def _line(snapshot: Snapshot, waiting: int, failing: int) -> str:
    words = [f"vy {waiting} to decide" if waiting else "vy"]
    if failing:
        words.append(f"{failing} failing")
    if snapshot.savings.low_s is not None:
        low_s = snapshot.savings.low_s
        words.append(f"saved {duration(low_s)}" if low_s >= 0 else saved_words(low_s))
    if snapshot.recording.is_paused:
        words.append("recording off")
    return " · ".join(words)
