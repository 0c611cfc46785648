"""`vynexus approve|reject|pause|resume|retire|snooze|undo`: the same rules as the keys."""

import argparse
import sys
from pathlib import Path

from vynexus_tui.cli.attending import attending
from vynexus_tui.cli.printing import now_utc, shown
from vynexus_tui.domain.automations import Automation
from vynexus_tui.domain.errors import RequestError, VynexusError
from vynexus_tui.domain.identifiers import PatternId
from vynexus_tui.domain.runs import Activity
from vynexus_tui.engine import decisions
from vynexus_tui.engine.assembly import Workspace
from vynexus_tui.engine.trials import approve_as_tried


def run(workspace: Workspace, options: argparse.Namespace) -> int:
    """Decides and says what changed."""
    now = now_utc()
    match options.command:
        case "approve":
            said = _approve(workspace, options)
        case "undo":
            said = decisions.undo(workspace, options.name, now=now)
        case "snooze":
            put_aside = decisions.never if options.never else decisions.snooze
            said = put_aside(workspace, _pattern_id(workspace, options.name), now=now)
        case verb:
            act = {"reject": decisions.reject, "pause": decisions.pause, "resume": decisions.resume, "retire": decisions.retire}[verb]
            said = act(workspace, options.name, now=now)
    print(shown(said))
    return 0


def _approve(workspace: Workspace, options: argparse.Namespace) -> str:
    automation = decisions.find_automation(workspace, options.name)
    if options.runs_in and options.anywhere:
        raise RequestError("--in names a folder and --anywhere none", "give one of them")
    if not options.sha256:
        raise RequestError(
            "an approval is bound to the exact script: say which",
            f"look at it: vynexus show {automation.name}\n  then: vynexus approve {automation.name} --sha256 {automation.script.sha256}",
        )
    if options.runs_in or options.anywhere:
        chosen = None if options.anywhere else str(Path(options.runs_in).absolute())
        print(shown(decisions.choose_folder(workspace, automation.automation_id, chosen)))
        try:
            return _approve_as_shown(workspace, automation, options)
        except VynexusError:
            decisions.choose_folder(workspace, automation.automation_id, automation.runs_in)  # not approved: it stays as it was
            raise
    return _approve_as_shown(workspace, automation, options)


def _approve_as_shown(workspace: Workspace, automation: Automation, options: argparse.Namespace) -> str:
    with attending(workspace, automation.automation_id, Activity.APPROVE):
        return approve_as_tried(
            workspace,
            automation.automation_id,
            options.sha256,
            confirm=options.confirm,
            now=now_utc(),
            on_retry=lambda text: print(shown(text), file=sys.stderr),
        )


def _pattern_id(workspace: Workspace, name: str) -> PatternId:
    try:
        automation = decisions.find_automation(workspace, name)
    except RequestError:
        return PatternId(name)
    return automation.pattern_id or PatternId(name)
