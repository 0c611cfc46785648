"""`vynexus run --scheduled [--in FOLDER] [--sha256 DIGEST] NAME [ARGUMENT...]`: what timers call. Nobody looks on, so the end of what it says is kept.

Output goes neither to the journal nor into a mail, where it would lie with its secrets: `vynexus schedule NAME` shows it without them.
"""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Protocol

from vynexus_tui.cli.printing import now_utc
from vynexus_tui.domain.errors import VynexusError
from vynexus_tui.engine.assembly import Workspace, only_one, open_workspace
from vynexus_tui.engine.scheduled_starts import keep_start

_STILL_RUNNING = 75
"""EX_TEMPFAIL of sysexits.h: try again later."""
_NOT_RUN = 126
_LONGEST_OUTPUT_BYTES = 1 << 18
_LAST_WORDS_S = 1.0
"""How long to wait for output after the script's end: what it left running may keep the pipe open for ever."""


class RunApproved(Protocol):
    """`run_command.run_approved`."""

    def __call__(self, arguments: list[str], *, is_scheduled: bool, only_sha256: str | None = None) -> int:
        """Its exit status."""


def run_scheduled(arguments: list[str], run: RunApproved) -> int:
    """Runs it unless its last scheduled run is still under way (75), with no input, and keeps what it said last."""
    options: dict[str, str] = {}
    while arguments[:1] in (["--in"], ["--sha256"]) and len(arguments) > 1:
        options[arguments[0]] = arguments[1]
        arguments = arguments[2:]
    if not arguments or "/" in arguments[0] or arguments[0].startswith((".", "-")):
        print("usage: vynexus run --scheduled [--in FOLDER] [--sha256 DIGEST] NAME [ARGUMENT...]", file=sys.stderr)
        return 2
    name = arguments[0]
    try:
        workspace = open_workspace(os.environ, needs_settings=False)
        with only_one(workspace, f"scheduled-{name}", waits=False):
            started_at = now_utc()
            with _captured() as said:
                status = _run_as_scheduled(options, arguments, run)
            _keep(workspace, name, bytes(said), status, started_at)
            return status
    except BlockingIOError:
        print(f"vynexus: {name} is still running since its last start, so it was not started again", file=sys.stderr)
        return _STILL_RUNNING
    except VynexusError as error:
        print(f"vynexus: {error}", file=sys.stderr)
        return error.exit_code


def _keep(workspace: Workspace, name: str, said: bytes, status: int, started_at: datetime) -> None:
    """What was said is worth less than what was done: any trouble with it leaves the run's own status alone."""
    try:
        keep_start(workspace, name, said, exit_code=status, at=started_at)
    except VynexusError as error:
        print(f"vynexus: {error}", file=sys.stderr)


def _run_as_scheduled(options: dict[str, str], arguments: list[str], run: RunApproved) -> int:
    """Only the script that was scheduled, only where it was scheduled to run."""
    name, folder = arguments[0], options.get("--in")
    try:
        if folder is not None:
            os.chdir(folder)
    except OSError as error:
        print(f"vynexus: {name} is scheduled to run in {folder}: {error.strerror}", file=sys.stderr)
        return _NOT_RUN
    return run(arguments, is_scheduled=True, only_sha256=options.get("--sha256"))


@contextmanager
def _captured() -> Iterator[bytearray]:
    """Standard input is empty; the end of both outputs is in the array afterwards."""
    said = bytearray()
    sys.stdout.flush()
    sys.stderr.flush()
    saved = [os.dup(number) for number in range(3)]
    source, sink = os.pipe()
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    for number in (1, 2):
        os.dup2(sink, number)
    os.close(sink)
    reader = threading.Thread(target=_read_end, args=(source, said), daemon=True)
    reader.start()
    try:
        yield said
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for number, descriptor in enumerate(saved):
            os.dup2(descriptor, number)
            os.close(descriptor)
        reader.join(_LAST_WORDS_S)


def _read_end(source: int, said: bytearray) -> None:
    while chunk := os.read(source, 1 << 16):
        said += chunk
        del said[:-_LONGEST_OUTPUT_BYTES]
