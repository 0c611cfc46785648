"""`vynexus hook install|remove|status|print`: the exact lines are shown before anything is written."""

import argparse
import sys

from vynexus_tui.cli.printing import ask, now_utc, shown
from vynexus_tui.domain.errors import RequestError
from vynexus_tui.engine.assembly import Workspace
from vynexus_tui.engine.hooks import hook_status, install_hook, is_paused, rc_block, remove_hook


def run(workspace: Workspace, options: argparse.Namespace) -> int:
    """Installs, removes, shows."""
    states = hook_status(workspace)
    if options.action == "status":
        for state in states:
            word = "records" if state.is_installed else "does not record" if state.is_available else "is not used here"
            print(f"{state.shell} {word}  ({state.rc_path})" + (f"\n  {shown(state.problem)}" if state.problem else ""))
        if is_paused(workspace, now=now_utc()):
            print("recording is switched off: vynexus record on")
        return 0
    chosen = [s for s in states if s.shell == options.shell or (options.shell is None and s.is_available)]
    if not chosen:
        raise RequestError("none of bash, zsh and fish seems to be your shell", "name one: vynexus hook install bash")
    for state in chosen:
        if options.action == "print":
            print(rc_block(workspace, state.shell), end="")
            if not state.is_installed:
                said = f"for {state.rc_path}; the file these lines read is written by `vynexus hook install {state.shell}`"
                print(f"# {said}, which leaves the rc file alone where they are", file=sys.stderr)
        elif options.action == "remove":
            print(remove_hook(workspace, state.shell, now=now_utc()))
        elif state.is_installed:
            print(f"{state.shell} records already ({state.rc_path})")
        else:
            print(f"{'These lines go into' if options.yes else 'These lines would be added to'} {state.rc_path}:\n")
            print("\n".join("    " + shown(line) for line in rc_block(workspace, state.shell).splitlines()))
            if options.yes or ask("\nAdd them?"):
                print(install_hook(workspace, state.shell, now=now_utc()))
            else:
                print("nothing was written (--yes adds them without asking)")
    return 0
