"""Events: one executed command line each, as some source remembers it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from vynexus_tui.domain.identifiers import EventId


class Actor(StrEnum):
    """Who executed the command. Only a person's commands are mined for habits."""

    USER = "user"
    AGENT = "agent"
    AUTOMATION = "automation"
    """One of our own automations: counted as a run, never as a habit."""
    UNKNOWN = "unknown"
    """Imported histories do not say; treated as a person's."""


class TimeQuality(StrEnum):
    """How far `started_at` can be trusted."""

    EXACT = "exact"
    SESSION = "session"
    """The stamp orders events but does not date them (bash stamps old lines with the session's start)."""
    NONE = "none"


class CountQuality(StrEnum):
    """Whether one event per execution was kept."""

    EXACT = "exact"
    DEDUPED = "deduped"
    """The shell dropped repeats (fish, HISTCONTROL=erasedups): frequency cannot be learnt here."""


class CostSource(StrEnum):
    """Where CPU time and memory come from, best first."""

    RUSAGE = "rusage"
    """wait4 of a command we started: exact."""
    SHELL_DELTA = "shell_delta"
    """Growth of the shell's own child CPU time: near exact, no memory."""
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandEvent:
    """One executed command line. Unknown is None, never 0 or -1."""

    event_id: EventId
    command: str
    """Redacted text, as typed; bytes that are not UTF-8 are surrogate-escaped."""
    sequence_no: int
    """Order within the source, also where there are no times."""
    session_id: str
    started_at: datetime | None = None
    duration_s: float | None = None
    exit_code: int | None = None
    cwd: str | None = None
    """Working directory when the command started."""
    host: str | None = None
    shell: str | None = None
    actor: Actor = Actor.UNKNOWN
    origin: str = "unknown"
    """The source's name: hook, bash_history, zsh_history, jsonl ..."""
    time_quality: TimeQuality = TimeQuality.NONE
    count_quality: CountQuality = CountQuality.EXACT
    cpu_s: float | None = None
    peak_memory_bytes: int | None = None
    """Largest single process (ru_maxrss), not the sum of the tree."""
    cost_source: CostSource = CostSource.NONE
    native_id: str | None = None
    """The source's own lasting id (hook: session and sequence number), when it has one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryReading:
    """What a source gave: its events, and honestly what it could not give."""

    events: Sequence[CommandEvent]
    """Of a million entries they are made as they are asked for."""
    origin: str
    path: str | None = None
    mark: str = ""
    """How far the source was read. Given back as `since`, only what follows is read; empty where a source cannot go on."""
    undated_count: int | None = None
    """Events without a trustworthy date; None: not counted."""
    is_continued: bool = False
    """`events` are only what follows the mark that was given."""
    skipped_lines: int = 0
    """Lines that could not be understood. Counted and shown, never fatal."""
    unknown: tuple[str, ...] = ()
    """What this source cannot say, in words ("no dates", "no exit codes", ...)."""
    remedy: str = ""
    """The one line that would make it better from now on."""
