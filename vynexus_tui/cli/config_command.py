"""`vynexus config show|check|write`."""

import argparse
from pathlib import Path

from vynexus_tui.domain.errors import RequestError
from vynexus_tui.engine.assembly import Workspace
from vynexus_tui.engine.configuration import check_settings, render_settings


def run(workspace: Workspace, options: argparse.Namespace) -> int:
    """Shows what is in force, checks a file, or writes one with every key."""
    path = Path(options.file) if options.file else workspace.paths.config_file
    match options.action:
        case "show":
            print(render_settings(workspace.settings), end="")
        case "check":
            check_settings(path)
            print(f"{path}: every key is understood" if path.exists() else f"{path} does not exist; the defaults are in force")
        case _:
            if path.exists():
                raise RequestError(f"{path} exists already", "name another file: vynexus config write FILE")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(render_settings(None), encoding="utf-8")
            print(f"wrote {path}")
    return 0
