"""Cycles: one engine pass, and the one immutable value that a screen is drawn from."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from vynexus_tui.domain.automations import Automation, Refusal
from vynexus_tui.domain.events import CountQuality
from vynexus_tui.domain.findings import Improvement, PerformanceReport, WorkflowScore
from vynexus_tui.domain.identifiers import AutomationId, PatternId
from vynexus_tui.domain.patterns import AutomationPotential, PatternKind, Schedule
from vynexus_tui.domain.run_comparison import RunComparison
from vynexus_tui.domain.runs import Run, SavingsSummary
from vynexus_tui.domain.trials import SandboxCapability, Trial

NEVER_AGAIN = datetime(9999, 1, 1, tzinfo=UTC)
"""Until when a pattern is hidden that shall never be shown again. Not the last moment there is: that has no local time everywhere."""


class Stage(StrEnum):
    """The steps of a cycle, in order."""

    COLLECT = "collect"
    IDENTIFY = "identify"
    CREATE = "create"
    ANALYZE = "analyze"
    OPTIMIZE = "optimize"
    ACCOUNT = "account"
    RECORD = "record"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageFailure:
    """A stage that could not be done; the others were."""

    stage: Stage
    message: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleReport:
    """What one cycle did."""

    started_at: datetime
    duration_s: float
    cpu_s: float | None
    event_count: int
    """Events considered."""
    new_event_count: int
    pattern_count: int
    created_count: int
    skipped_lines: int = 0
    lost_event_count: int = 0
    """Gaps in the hook's sequence numbers."""
    failures: tuple[StageFailure, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternHead:
    """A pattern as a list shows it; the evidence is read by id."""

    pattern_id: PatternId
    kind: PatternKind
    steps: tuple[str, ...]
    """Templates with {slot}."""
    occurrence_count: int
    session_count: int
    potential: AutomationPotential
    worthy: bool
    reasons: tuple[str, ...]
    schedule: Schedule | None
    last_seen_at: datetime | None
    hands_on_s: float | None
    """Median by hand."""
    automation_id: AutomationId | None = None
    refusal: Refusal | None = None
    snoozed_until: datetime | None = None
    count_quality: CountQuality = CountQuality.EXACT
    """DEDUPED: the occurrences prove that it happens, never how often."""

    @property
    def title(self) -> str:
        """The steps in one line."""
        return " › ".join(self.steps)

    @property
    def is_hidden_for_good(self) -> bool:
        """Put aside until the person takes that back."""
        return self.snoozed_until == NEVER_AGAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomationHead:
    """An automation as a list shows it."""

    automation: Automation
    trial: Trial | None
    """Latest trial of the current script."""
    run_count: int = 0
    failed_count: int = 0
    last_run_at: datetime | None = None
    saved_low_s: float | None = None
    shortcut_path: str | None = None
    comparison: RunComparison | None = None
    """The first real run of the current script beside its try; None until one ran like it."""
    awaits_comparison: bool = False
    """The next run that is like the try is compared with it."""
    aborted_count: int = 0
    """Runs that somebody stopped: they say nothing about the script."""
    success_interval: tuple[float, float] | None = None
    """90 % interval of the success rate; None before the first run."""
    needs_you: bool = False
    """It asks for the person now; at most a few proposals do so at a time."""
    unused_reason: str | None = None
    """Why retiring it is proposed."""
    stopped_reason: str | None = None
    """Why it stopped itself."""
    next_run_at: datetime | None = None
    """When its schedule starts it next; None without one, and while it is not live."""
    last_scheduled_run: Run | None = None
    failure_streak: int = 0
    """How many of its newest scheduled runs failed in a row."""

    @property
    def success_share(self) -> float | None:
        """Share of the runs that succeeded, of those that nobody stopped; None before the first."""
        judged = self.run_count - self.aborted_count
        return None if judged == 0 else 1 - self.failed_count / judged


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceQuality:
    """What one source gave, what it cannot say, and the one line that mends it."""

    name: str
    """The source in words: `bash hook`, `zsh history`, `Atuin`."""
    path: str | None
    event_count: int
    newest_at: datetime | None = None
    unknown: tuple[str, ...] = ()
    """What it cannot say ("no dates", "counts unknown", ...)."""
    remedy: str = ""
    """The command or shell option that makes it better from now on."""
    skipped_count: int = 0
    """Lines that could not be understood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingState:
    """Whether anything is being recorded, and the last sign of life."""

    hooked_shells: tuple[str, ...] = ()
    is_paused: bool = False
    paused_until: datetime | None = None
    """None while paused: until further notice."""
    problems: tuple[str, ...] = ()
    """Why something that should be recorded is not ("the spool is full", ...), each with what to do."""
    event_count: int = 0
    last_event_at: datetime | None = None
    last_record_at: datetime | None = None
    """When a hook wrote last, read or not: the sign of life. None: never seen."""
    sources: tuple[SourceQuality, ...] = ()
    lost_event_count: int = 0
    """Over all hooks and time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """One thing that happened: a decision, a trial, a run, a cycle."""

    at: datetime
    word: str
    subject: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything one screen shows, read in one transaction."""

    taken_at: datetime
    recording: RecordingState = field(default_factory=RecordingState)
    automations: tuple[AutomationHead, ...] = ()
    """At most 500, those that need the person first."""
    patterns: tuple[PatternHead, ...] = ()
    """At most 500, best first."""
    put_aside: tuple[PatternHead, ...] = ()
    """Patterns the person does not want to see for a while, or ever again."""
    performance: PerformanceReport = field(default_factory=PerformanceReport)
    workflows: tuple[WorkflowScore, ...] = ()
    improvements: tuple[Improvement, ...] = ()
    savings: SavingsSummary = field(default_factory=SavingsSummary)
    last_cycle: CycleReport | None = None
    sandbox: SandboxCapability | None = None
    journal: tuple[JournalEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemSample:
    """One reading of the machine. None where the machine does not say, never 0."""

    taken_at: datetime
    cpu_share: float | None
    memory_share: float | None
    """1 - MemAvailable/MemTotal."""
    load_1min: float | None
    own_cpu_share: float | None
    """VyNexus itself, of one core."""
    own_memory_bytes: int | None
    swap_share: float | None = None
    pressure_cpu_share: float | None = None
    """Pressure stall information, some avg10."""
    busiest: tuple[tuple[str, float], ...] = ()
    """(program, share of one core)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimizationReport:
    """The comprehensive report: what is repeated, what was automated, where time goes, what came back."""

    taken_at: datetime
    event_count: int
    pattern_count: int
    high_potential_count: int
    """Worthy patterns above the automation threshold."""
    automation_counts: dict[str, int]
    """Status to number."""
    top_patterns: tuple[PatternHead, ...]
    automations: tuple[AutomationHead, ...]
    performance: PerformanceReport
    workflows: tuple[WorkflowScore, ...]
    improvements: tuple[Improvement, ...]
    savings: SavingsSummary
    last_cycle: CycleReport | None
