"""The entry point: no terminal, no dashboard; and whatever ends it, the terminal is left as it was found."""

import sys

from vynexus_tui.engine.assembly import Workspace

NO_TERMINAL = 2


def run_dashboard(workspace: Workspace, *, mouse: bool = True) -> int:
    """Runs until the person leaves; returns the exit status (128 + n after signal n)."""
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.__stderr__)):
        # Textual (it draws on stderr) would write 30 kB of escapes into the pipe and never end.
        sys.stderr.write("not a terminal; try `vynexus status`\n")
        return NO_TERMINAL
    from vynexus_tui.tui.app import VynexusApp

    app = VynexusApp(workspace)
    app.run(mouse=mouse)
    return app.return_code or 0
