"""`vynexus`: reads the arguments and hands over. Commands are imported when they are called, so that `run` stays quick."""

import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point of `vynexus` and `vy`; returns the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == ["run"]:
        # The hot path: no argparse, no domain, nothing beyond a few standard modules.
        from vynexus_tui.cli.run_command import run_automation

        return run_automation(arguments[1:])
    from vynexus_tui.cli.dispatch import dispatch

    return dispatch(arguments)
