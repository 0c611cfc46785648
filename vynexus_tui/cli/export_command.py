"""`vynexus export NAME --to sh|just|fish`: an automation for use without VyNexus."""

import argparse
import sys
from pathlib import Path

from vynexus_tui.cli.printing import folder, shown
from vynexus_tui.domain.errors import RequestError
from vynexus_tui.engine.assembly import Workspace
from vynexus_tui.engine.decisions import find_automation
from vynexus_tui.engine.exporting import export, write_export
from vynexus_tui.language.visible import visible


def run(workspace: Workspace, options: argparse.Namespace) -> int:
    """Prints it, or writes it to a file."""
    automation = find_automation(workspace, options.name)
    exported = export(automation, options.to)
    if options.output is not None:
        path = Path(options.output)
        write_export(exported, path, replaces=options.force)
        print(f"{automation.name} is in {folder(str(path))}", file=sys.stderr)
    elif sys.stdout.isatty() and visible(exported.text, limit=len(exported.text), keep_lines=True) != exported.text.replace("\t", "    "):
        raise RequestError("it holds control characters, which a terminal would obey", "write it to a file: --output FILE")
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(exported.content)
        sys.stdout.buffer.flush()
    print(f"  {shown(exported.use)}", file=sys.stderr)
    return 0
