"""What the last scheduled start of an automation said, without secrets: the one trace of a start that was refused."""

import re
from dataclasses import dataclass
from datetime import datetime

from vynexus_tui.domain.errors import ShellError
from vynexus_tui.engine.assembly import Workspace, build_redactor
from vynexus_tui.shell.file_writing import read_small_text, replace_text

_MOST_KEPT = 16_000
"""Characters; cut after the secrets were taken out, for half a secret is not recognised."""
_HEAD = re.compile(r"(\S+) exit (\d+)\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class LastStart:
    """The newest start of an automation by its schedule."""

    at: datetime
    exit_code: int
    output: str
    """Its last lines, both outputs in turn; recorded text."""


def keep_start(workspace: Workspace, name: str, output: bytes, *, exit_code: int, at: datetime) -> None:
    """Takes the place of the start before it (0600). Raises ShellError where it cannot be written."""
    if workspace.settings_error is not None:
        text = "what it said was not kept: the settings file, which may name secrets of yours, has a mistake\n"
    else:
        text = build_redactor(workspace).output(output.decode("utf-8", "surrogateescape"))
    if len(text) > _MOST_KEPT:
        text = text[-_MOST_KEPT:].partition("\n")[2]
    folder = workspace.paths.scheduled_dir
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ShellError(f"{folder} cannot be made: {error.strerror}", "check its permissions and the free space") from error
    replace_text(folder / f"{name}.log", f"{at.isoformat()} exit {exit_code}\n{text}")


def read_last_start(workspace: Workspace, name: str) -> LastStart | None:
    """The newest start, or None."""
    text = read_small_text(workspace.paths.scheduled_dir / f"{name}.log") or ""
    head = _HEAD.match(text)
    return LastStart(at=datetime.fromisoformat(head[1]), exit_code=int(head[2]), output=text[head.end() :]) if head else None
