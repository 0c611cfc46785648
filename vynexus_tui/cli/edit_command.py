"""`vynexus edit NAME`: change the script in $EDITOR; trial and approval are void afterwards."""

import argparse
import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from vynexus_tui.cli.attending import attending
from vynexus_tui.cli.printing import now_utc, shown
from vynexus_tui.domain.automations import Automation
from vynexus_tui.domain.errors import RequestError
from vynexus_tui.domain.runs import Activity
from vynexus_tui.engine.assembly import Workspace
from vynexus_tui.engine.decisions import edit, find_automation


def run(workspace: Workspace, options: argparse.Namespace) -> int:
    """Opens the editor on a copy and takes the text over when it is valid bash."""
    automation = find_automation(workspace, options.name)
    with attending(workspace, automation.automation_id, Activity.EDIT):
        text = _edited(automation)
        print(shown(edit(workspace, automation.automation_id, text, now=now_utc())))
    return 0


def _edited(automation: Automation) -> str:
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    with tempfile.TemporaryDirectory(prefix="vynexus-edit-") as folder:
        copy = Path(folder, f"{automation.name}.sh")
        copy.write_text(automation.script.text, encoding="utf-8", errors="surrogateescape")
        try:
            status = subprocess.run([*shlex.split(editor), str(copy)], check=False).returncode
        except FileNotFoundError:
            raise RequestError(f"the editor {editor!r} was not found", "set EDITOR, for example: EDITOR=nano") from None
        if status != 0:
            raise RequestError(f"{editor} ended with {status}", "the script was kept as it was")
        return copy.read_bytes().decode("utf-8", "surrogateescape")
