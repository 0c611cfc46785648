"""`vynexus demo`: the dashboard on a made-up history, in a throwaway profile."""

import argparse
import sys

from vynexus_tui.cli.printing import now_utc
from vynexus_tui.engine.assembly import Workspace
from vynexus_tui.engine.demonstration import demo_workspace


def run(workspace: Workspace, options: argparse.Namespace) -> int:
    """Opens the dashboard there; nothing of the person's is read or written."""
    from vynexus_tui.tui.run import run_dashboard

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        print("vynexus: not a terminal; try `vynexus status`", file=sys.stderr)
        return 2
    print("making up a month of commands …", flush=True)
    with demo_workspace(workspace.environment, now=now_utc()) as demo:
        return run_dashboard(demo, mouse=not options.no_mouse)
