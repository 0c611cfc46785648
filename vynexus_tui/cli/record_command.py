"""`vynexus record on|off [30m]|status`."""

import argparse
import re

from vynexus_tui.cli.printing import now_utc
from vynexus_tui.cli.status_command import recording_words
from vynexus_tui.domain.errors import RequestError
from vynexus_tui.engine.assembly import Workspace
from vynexus_tui.engine.hooks import pause_recording, resume_recording
from vynexus_tui.engine.snapshots import build_snapshot


def run(workspace: Workspace, options: argparse.Namespace) -> int:
    """Switches recording, or says whether it is on."""
    match options.state:
        case "on" if options.duration:
            raise RequestError("recording is switched on for good", "vynexus record on; only off takes a time, for example 30m")
        case "on":
            print(resume_recording(workspace))
        case "off":
            print(pause_recording(workspace, minutes=_minutes(options.duration), now=now_utc()))
        case _:
            print(recording_words(build_snapshot(workspace, now=now_utc())))
    return 0


def _minutes(text: str | None) -> int | None:
    if text is None:
        return None
    found = re.fullmatch(r"(\d{1,5})(m|h)?", text)
    if not found:
        raise RequestError(f"{text!r} is not a duration", "for example: vynexus record off 30m, or 2h")
    return int(found[1]) * (60 if found[2] == "h" else 1)
