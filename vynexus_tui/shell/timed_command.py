"""What a schedule starts: one automation with its arguments and folder, and the environment that a timer does not have by itself."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from vynexus_tui.domain.errors import ShellError
from vynexus_tui.domain.patterns import Schedule

LONGEST_RUN_S = 6 * 3600
"""A run that hangs must not keep all later ones from starting."""
NICENESS = 10
_PATIENCE_S = 5.0
"""For all answers of one scheduler in one verb: the store's write lock is held meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedCommand:
    """One automation as a timer starts it."""

    name: str
    schedule: Schedule
    arguments: tuple[str, ...] = ()
    folder: str
    python: str
    """The interpreter that has VyNexus."""
    sha256: str
    """Of the script that was scheduled: a timer starts no other, whatever is approved under that name later."""
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> tuple[str, ...]:
        """The program and its arguments. -P: a module of the folder it runs in must not stand in for ours."""
        run = (self.python, "-P", "-m", "vynexus_tui", "run", "--scheduled", "--in", self.folder, "--sha256", self.sha256, self.name)
        return (*run, *self.arguments)


def check_printable(command: TimedCommand) -> None:
    """Raises ShellError for what a unit file and a crontab cannot hold: line breaks, unseen characters, bytes that are no text."""
    for word in (*command.words, *command.environment.values()):
        if not word.isprintable():
            raise ShellError(f"{word!r} cannot be written into a timer", "a scheduled run takes printable text on one line")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a program said."""

    status: int
    output: bytes
    complaint: str


class Programs:
    """The programs on a person's PATH, asked without a terminal, and with a time limit for all they are asked together.

    After the first that did not answer none is started: whoever made this object does not wait for the same silence again.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = {**environment, "LC_ALL": "C"}
        self._patience_s = _PATIENCE_S

    def path(self, name: str) -> str | None:
        """Where a program is, or None."""
        return shutil.which(name, path=self._environment.get("PATH", os.defpath))

    def ask(self, words: Sequence[str], *, stdin: bytes = b"", within_s: float = _PATIENCE_S) -> Answer:
        """Runs a program to its end. One that cannot be started, or does not end, answers with status 127."""
        program = self.path(words[0])
        if program is None:
            return Answer(127, b"", f"{words[0]} is not installed")
        if self._patience_s <= 0:
            return Answer(127, b"", f"{words[0]} does not answer")
        started_s = time.monotonic()
        try:
            done = subprocess.run(
                [program, *words[1:]],
                input=stdin,
                capture_output=True,
                check=False,
                env=self._environment,
                timeout=min(within_s, self._patience_s),
            )
        except subprocess.TimeoutExpired:
            self._patience_s = 0.0
            return Answer(127, b"", f"{words[0]} does not answer")
        except OSError as error:
            return Answer(127, b"", f"{program}: {error.strerror}")
        self._patience_s -= time.monotonic() - started_s
        return Answer(done.returncode, done.stdout, " ".join(done.stderr.decode("utf-8", "replace").split()))


def running_names(proc: Path) -> Iterator[str] | None:
    """Names of the running processes; None where /proc does not tell."""
    if not (proc / "self" / "comm").exists():
        return None
    return _names(proc)


def _names(proc: Path) -> Iterator[str]:
    for entry in proc.iterdir():
        if entry.name.isdigit():
            try:
                yield (entry / "comm").read_text().rstrip("\n")
            except (OSError, UnicodeDecodeError):
                continue  # it ended, or is nobody we know
