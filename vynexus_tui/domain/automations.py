"""Automations: a pattern's script, its parameters, and the one rule by which its status changes."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from vynexus_tui.domain.errors import RequestError
from vynexus_tui.domain.identifiers import AutomationId, PatternId, text_sha256
from vynexus_tui.domain.patterns import Schedule


class ScriptTemplate(StrEnum):
    """The four kinds of script we know how to write."""

    FILE_OPERATION = "file_operation"
    DATA_PROCESSING = "data_processing"
    API_CALL = "api_call"
    WORKFLOW_SEQUENCE = "workflow_sequence"


class RiskLevel(StrEnum):
    """What could go wrong when it runs for real."""

    LOW = "low"
    ELEVATED = "elevated"
    """Reaches the network or changes things elsewhere."""
    HIGH = "high"
    """Destroys, publishes or needs privileges: always needs the typed name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """Level and the words behind it."""

    level: RiskLevel
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """Exact text that would be executed. An approval is bound to `sha256`."""

    text: str
    language: str = "bash"

    @property
    def sha256(self) -> str:
        """Hex digest of the text."""
        return text_sha256(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenValue:
    """A value the person used for a parameter, and how often."""

    value: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A positional argument of the script."""

    name: str
    default: str | None
    """None: must be given (destructive steps never get a default). "": the script works it out, as today's date."""
    seen: tuple[SeenValue, ...] = ()
    """Most frequent first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenCase:
    """Arguments the person used together, and where: a test case of the script."""

    arguments: tuple[str, ...]
    """One per parameter."""
    cwd: str | None = None


class AutomationStatus(StrEnum):
    """Where an automation stands."""

    NEW = "new"
    TRIED = "tried"
    LIVE = "live"
    PAUSED = "paused"
    FAILING = "failing"
    REJECTED = "rejected"
    RETIRED = "retired"


class Action(StrEnum):
    """What can happen to an automation."""

    TRY = "try"
    EDIT = "edit"
    APPROVE = "approve"
    REJECT = "reject"
    PAUSE = "pause"
    RESUME = "resume"
    FAIL = "fail"
    """Done by VyNexus itself: too many of its runs failed, so it stops running."""
    RETIRE = "retire"
    SCHEDULE = "schedule"
    UNSCHEDULE = "unschedule"
    SNOOZE = "snooze"
    """Of a pattern: not shown for some days. Changes no status."""
    NEVER = "never"
    """Of a pattern: never shown again. Changes no status."""


_S = AutomationStatus
_NEXT: dict[tuple[AutomationStatus, Action], AutomationStatus] = {
    (_S.NEW, Action.TRY): _S.TRIED,
    (_S.TRIED, Action.TRY): _S.TRIED,
    (_S.LIVE, Action.TRY): _S.LIVE,
    (_S.PAUSED, Action.TRY): _S.PAUSED,
    (_S.FAILING, Action.TRY): _S.FAILING,
    (_S.NEW, Action.EDIT): _S.NEW,
    (_S.TRIED, Action.EDIT): _S.NEW,
    (_S.LIVE, Action.EDIT): _S.NEW,
    (_S.PAUSED, Action.EDIT): _S.NEW,
    (_S.FAILING, Action.EDIT): _S.NEW,
    (_S.TRIED, Action.APPROVE): _S.LIVE,
    (_S.NEW, Action.REJECT): _S.REJECTED,
    (_S.TRIED, Action.REJECT): _S.REJECTED,
    (_S.LIVE, Action.PAUSE): _S.PAUSED,
    (_S.PAUSED, Action.RESUME): _S.LIVE,
    (_S.FAILING, Action.RESUME): _S.LIVE,
    (_S.LIVE, Action.FAIL): _S.FAILING,
    (_S.LIVE, Action.SCHEDULE): _S.LIVE,
    (_S.LIVE, Action.UNSCHEDULE): _S.LIVE,
    (_S.PAUSED, Action.UNSCHEDULE): _S.PAUSED,
    (_S.FAILING, Action.UNSCHEDULE): _S.FAILING,
    (_S.NEW, Action.RETIRE): _S.RETIRED,
    (_S.TRIED, Action.RETIRE): _S.RETIRED,
    (_S.LIVE, Action.RETIRE): _S.RETIRED,
    (_S.PAUSED, Action.RETIRE): _S.RETIRED,
    (_S.FAILING, Action.RETIRE): _S.RETIRED,
}
INSTALLED = frozenset({_S.LIVE, _S.PAUSED, _S.FAILING})
"""Statuses in which the shortcut exists. It runs only while live."""
FINISHED = frozenset({_S.REJECTED, _S.RETIRED})
"""Statuses of what is neither proposed nor in use."""


def can_advance(status: AutomationStatus, action: Action) -> bool:
    """Whether `action` is possible in `status`."""
    return (status, action) in _NEXT


def advance(status: AutomationStatus, action: Action) -> AutomationStatus:
    """The status after `action`. Raises RequestError where that makes no sense; nothing else changes a status."""
    try:
        return _NEXT[status, action]
    except KeyError:
        by_person = _NEXT.keys() - {(s, a) for s, a in _NEXT if a in (Action.FAIL, Action.SCHEDULE, Action.UNSCHEDULE)}
        possible = ", ".join(sorted(a for s, a in by_person if s == status)) or "nothing (use undo)"
        raise RequestError(f"cannot {action} an automation that is {status}", f"possible now: {possible}") from None


class ScheduleBackend(StrEnum):
    """Who starts a scheduled automation."""

    SYSTEMD = "systemd"
    """A user timer."""
    CRON = "cron"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedSchedule:
    """When an automation is started without the person, and with what."""

    schedule: Schedule
    """In the person's local time."""
    backend: ScheduleBackend
    arguments: tuple[str, ...] = ()
    """One per parameter up to the last that was given; the script has a default for each of the others. Nothing is left to be asked for."""
    cwd: str | None = None
    """Folder it is started in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Automation:
    """A proposed or approved automation."""

    automation_id: AutomationId
    name: str
    pattern_id: PatternId | None
    """None when it was made from chosen commands."""
    status: AutomationStatus
    script: Script
    parameters: tuple[Parameter, ...]
    template: ScriptTemplate
    potential: float | None
    risk: Risk
    summary: str
    """One line: what it does, in the person's own commands."""
    cwd: str | None
    """Where it was recorded; trials start there."""
    created_at: datetime
    adds: tuple[str, ...] = ()
    """What the template adds to the recorded commands, in words."""
    runs_in: str | None = None
    """Folder it always runs in; None: where it is called."""
    is_function: bool = False
    """It changes the shell that calls it (cd, export, source): installed as a shell function, not as a program. Takes no arguments."""
    schedule: DeployedSchedule | None = None
    cases: tuple[SeenCase, ...] = ()
    """Sets of arguments seen, the newest first."""
    was_proposed: bool = False
    """A cycle made it, and nobody changed it since: it may give way to a better proposal."""


class RefusalReason(StrEnum):
    """Why a pattern gets no script."""

    INTERACTIVE = "interactive"
    PRIVILEGED = "privileged"
    DESTRUCTIVE = "destructive"
    UNKNOWN_PROGRAM = "unknown program"
    UNQUOTABLE = "cannot be parameterised"
    SECRET = "holds a secret"
    STATEFUL = "changes the calling shell"
    NOT_WORTHY = "not worth a script"
    LIMIT = "automation limit reached"
    SYNTAX = "not valid bash"
    FRAGILE = "would break in a script"
    REPEATED = "already proposed"
    """An automation of any status, also a rejected one, has the same script."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A pattern for which no script is made, and the word that decided it."""

    pattern_id: PatternId | None
    reason: RefusalReason
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the person decided, about which exact script. Append-only."""

    decision_id: int
    automation_id: AutomationId
    script_sha256: str
    action: Action
    previous_status: AutomationStatus
    decided_at: datetime
    undone_at: datetime | None = None
    reason: str | None = None
    """Why VyNexus did it by itself; None: the person decided."""
