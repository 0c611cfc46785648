"""`vynexus uninstall`: lists and removes every path we ever wrote."""

import argparse

from vynexus_tui.cli.printing import ask, now_utc, shown
from vynexus_tui.engine.assembly import Workspace
from vynexus_tui.engine.removal import plan_removal, remove_everything


def run(workspace: Workspace, options: argparse.Namespace) -> int:
    """Shows what would go, asks, and removes it: rc lines first, so that no shell points at a missing file."""
    plan = plan_removal(workspace, purge=options.purge)
    if not plan:
        print("Nothing of ours is on this machine.")
        return 0
    print("Would remove:" if options.dry_run else "To be removed:")
    for line in plan:
        print(f"  {shown(line)}")
    if options.dry_run:
        return 0
    if not (options.yes or ask("Remove them?")):
        print("nothing was removed (--yes removes without asking)")
        return 1
    done = remove_everything(workspace, purge=options.purge, now=now_utc())
    for line in done:
        print(shown(line))
    return 1 if any(line.startswith("NOT removed") for line in done) else 0
