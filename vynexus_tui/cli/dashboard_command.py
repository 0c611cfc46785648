"""`vynexus`: the dashboard."""

import argparse

from vynexus_tui.engine.assembly import Workspace


def run(workspace: Workspace, options: argparse.Namespace) -> int:
    """Opens the dashboard; returns its exit status."""
    from vynexus_tui.tui.run import run_dashboard

    return run_dashboard(workspace, mouse=not options.no_mouse)
