"""`vynexus redact` and `vynexus forget`: rewrite the past. Neither is ever recorded itself."""

import argparse
import getpass
import re
import sys
from dataclasses import asdict
from datetime import datetime, timedelta

from vynexus_tui.cli.printing import ask, now_utc, print_json, shown
from vynexus_tui.domain.errors import RequestError
from vynexus_tui.engine.assembly import Workspace
from vynexus_tui.engine.forgetting import ForgetReport, forget_before, forget_commands, redact_past
from vynexus_tui.engine.recording import collect


def run(workspace: Workspace, options: argparse.Namespace) -> int:
    """Says what would go, asks, and rewrites."""
    if options.json and not (options.yes or options.dry_run):
        raise RequestError("this cannot be undone, and JSON asks nobody", "add --yes, or --dry-run to look only")
    if not options.dry_run:
        collect(workspace, now=now_utc())
    looked_at = _carry_out(workspace, options, dry_run=True)
    if options.json and options.dry_run:
        print_json(asdict(looked_at))
        return 0
    if not options.json:
        _print(options, looked_at)
    if options.dry_run:
        return 0
    if options.command == "forget" and not looked_at.event_count and not looked_at.changed_automations and not options.json:
        print("nothing was changed")
        return 0
    if not (options.yes or ask("\nThis cannot be undone. Go on?")):
        print("nothing was changed (--yes does not ask, --dry-run only looks)")
        return 1
    done = _carry_out(workspace, options, dry_run=False)
    if options.json:
        print_json(asdict(done))
        return 0
    print(
        f"{'redacted in' if options.command == 'redact' else 'deleted'}: {done.event_count:,} commands; nothing of it is left in database, scripts and logs"
    )
    if done.has_leftover_log:
        print("but another process was reading: close the dashboard and repeat this command, so that the database's log is emptied too")
    return 0


def _carry_out(workspace: Workspace, options: argparse.Namespace, *, dry_run: bool) -> ForgetReport:
    if options.command == "redact":
        options.expression = options.expression or _asked_expression()
        return redact_past(workspace, options.expression, dry_run=dry_run, now=now_utc())
    if options.matching is not None:
        options.matching = _asked_expression() if options.matching == "-" else options.matching
        return forget_commands(workspace, options.matching, dry_run=dry_run, now=now_utc())
    if options.before is not None:
        return forget_before(workspace, _moment(options.before), dry_run=dry_run, now=now_utc())
    raise RequestError("forget what?", "vynexus forget --before 2026-01-01, or --before 90d, or --command REGEX")


def _asked_expression() -> str:
    """Typed unseen, so that it reaches neither the screen nor a shell history."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    return getpass.getpass("Regular expression (not shown): ")


def _print(options: argparse.Namespace, report: ForgetReport) -> None:
    print(f"{'to be redacted in' if options.command == 'redact' else 'to be deleted:'} {_commands(report.event_count)}")
    if report.changed_automations:
        what = "no longer live, to be tried anew" if options.command == "redact" else "deleted with them"
        print(f"  automations {what}: {', '.join(report.changed_automations)}")
    if report.kept_automations:
        print(f"  still in use and left alone: {', '.join(report.kept_automations)} (vynexus retire NAME)")
    for place in report.elsewhere:
        print(f"  also in {shown(place)}, which is your shell's own; take it out there yourself")


def _commands(count: int) -> str:
    return f"{count:,} command{'s' * (count != 1)}"


def _moment(text: str) -> datetime:
    if found := re.fullmatch(r"(\d{1,5})d", text):
        return now_utc() - timedelta(days=int(found[1]))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise RequestError(f"{text!r} is not a date", "for example: --before 2026-01-01, or --before 90d") from None
    return moment.astimezone()  # a date without a zone is local midnight
