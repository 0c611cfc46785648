"""What a schedule starts: one automation with its arguments and folder, and the environment that a timer does not have by itself."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from vynexus_tui.domain.errors import ShellError
from vynexus_tui.domain.patterns import Schedule

LONGEST_RUN_S = 6 * 3600
"""A run that hangs must not keep all later ones from starting."""
NICENESS = 10
_PATIENCE_S = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedCommand:
    """One automation as a timer starts it."""

    name: str
    schedule: Schedule
    arguments: tuple[str, ...] = ()
    folder: str
    python: str
    """The interpreter that has VyNexus."""
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> tuple[str, ...]:
        """The program and its arguments. -P: a module of the folder it runs in must not stand in for ours."""
        run = (self.python, "-P", "-m", "vynexus_tui", "run", "--scheduled", "--in", self.folder, self.name)
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
    """The programs on a person's PATH, asked with a time limit and without a terminal."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = {**environment, "LC_ALL": "C"}

    def path(self, name: str) -> str | None:
        """Where a program is, or None."""
        return shutil.which(name, path=self._environment.get("PATH", os.defpath))

    def ask(self, words: Sequence[str], *, stdin: bytes = b"") -> Answer:
        """Runs a program to its end. One that cannot be started, or does not end, answers with status 127."""
        program = self.path(words[0])
        if program is None:
            return Answer(127, b"", f"{words[0]} is not installed")
        try:
            done = subprocess.run(
                [program, *words[1:]], input=stdin, capture_output=True, check=False, env=self._environment, timeout=_PATIENCE_S
            )
        except subprocess.TimeoutExpired:
            return Answer(127, b"", f"{words[0]} did not answer within {_PATIENCE_S} s")
        except OSError as error:
            return Answer(127, b"", f"{program}: {error.strerror}")
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
