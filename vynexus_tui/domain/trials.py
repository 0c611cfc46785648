"""Trials: one sandboxed try of one script, and what that try allows."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from posixpath import basename, normpath

from vynexus_tui.domain.automations import Risk, RiskLevel
from vynexus_tui.domain.executed_later import is_executed_later
from vynexus_tui.domain.identifiers import AutomationId


class SandboxLevel(StrEnum):
    """What was isolated."""

    FULL = "full"
    STATIC = "static"
    """Nothing was executed: the script was only read."""


class Verdict(StrEnum):
    """How the try ended. Never "safe"."""

    PASSED = "passed"
    FAILED = "failed"
    STOPS_AT_NETWORK = "stops_at_network"
    ASKS_FOR_INPUT = "asks_for_input"
    CUT_OFF = "cut_off"
    NOT_TRIED = "not_tried"


class ChangeKind(StrEnum):
    """What would happen to a path."""

    CREATE = "create"
    MODIFY = "modify"
    DELETE = "delete"
    CHMOD = "chmod"
    REPLACE = "replace"
    RENAME = "rename"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """One path the script would change, on a copy-on-write view of the real files."""

    path: str
    kind: ChangeKind
    type: str
    """file, dir, symlink, fifo, socket."""
    diff: str | None = None
    """Unified diff of text; None where there is none (`no_diff` says why)."""
    no_diff: str | None = None
    """binary, large, secret."""
    size_bytes: int | None = None
    contained_count: int | None = None
    """Entries below a deleted or created directory that are not listed one by one."""
    mode: str | None = None
    renamed_from: str | None = None
    warning: str | None = None
    """setuid and the like."""
    steps: tuple[int, ...] | None = None
    """Numbers of the script's steps that changed it; None where that is not known."""
    lower_mtime_ns: int | None = None
    """mtime of the real file when the trial ran; None if there was none. Approval compares it."""
    lower_ctime_ns: int | None = None
    """Its ctime: nobody can set it back, so it moves with every change of content, mode or name."""
    lower_newest_ctime_ns: int | None = None
    """The newest ctime below a real directory that would be deleted, moved or replaced; None where there is no such tree."""
    parent_mtime_ns: int | None = None
    """mtime of the real directory something would be taken out of: a new neighbour might be taken out too (`rm *.log`)."""

    @property
    def is_gits_own(self) -> bool:
        """Below .git/, and neither a hook nor a config, which are executed later: git's own bookkeeping."""
        paths = (self.path, self.renamed_from or self.path)
        return self.warning is None and all("/.git/" in path and not is_executed_later(path) for path in paths)


class StepOutcome(StrEnum):
    """What became of one step."""

    PASSED = "passed"
    FAILED = "failed"
    NEEDS_NETWORK = "needs network"
    """It stopped there because a trial has no network; that says nothing about the real run."""
    NOT_REACHED = "not reached"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialStep:
    """One step of the script as the trial saw it."""

    number: int
    """1-based."""
    text: str
    outcome: StepOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxCapability:
    """Whether this machine can isolate a trial, found by really trying it."""

    level: SandboxLevel
    failed_stage: str | None = None
    """The isolation step that failed, with its errno text."""
    repair: str | None = None
    """The line that would make it possible."""
    has_cgroup: bool = False
    """Memory and processes of a trial are bounded by the kernel as a whole; else by a watchdog that looks every 50 ms."""
    is_on_disk: bool = False
    """What a trial changes is kept on disk while it runs; else in memory."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What is said beside the level."""
        if self.level is SandboxLevel.STATIC:
            return ()
        bound = "a cgroup (systemd)" if self.has_cgroup else "a watchdog (every 50 ms)"
        disk = ("what a try changes is kept in /var/tmp while it runs (Linux before 6.6)",) if self.is_on_disk else ()
        return (f"memory and processes are bounded by {bound}", *disk)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialCase:
    """One more set of arguments that a script was tried with, in short."""

    arguments: tuple[str, ...]
    cwd: str
    verdict: Verdict
    headline: str
    reasons: tuple[str, ...] = ()
    """What of it a person must have seen: its red list, and what it could not show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One sandboxed try of one script with one set of arguments in one directory."""

    script_sha256: str
    level: SandboxLevel
    verdict: Verdict
    cwd: str
    arguments: tuple[str, ...] = ()
    exit_code: int | None = None
    duration_s: float | None = None
    cpu_s: float | None = None
    peak_memory_bytes: int | None = None
    steps: tuple[TrialStep, ...] = ()
    changes: tuple[FileChange, ...] = ()
    network_attempted: bool | None = None
    leftover_processes: int | None = None
    stdout: str = ""
    stderr: str = ""
    limit: str | None = None
    """Which limit cut it off."""
    reason: str | None = None
    """Why it failed or was not tried, in words."""
    not_known: tuple[str, ...] = ()
    """What this try could not show, in words; empty only when the list of changes is whole."""
    tried_at: datetime
    automation_id: AutomationId | None = None
    calls: tuple[str, ...] = field(default=())
    """Level static: programs the script would call."""
    cases: tuple[TrialCase, ...] = ()
    """The other sets of arguments it was tried with."""

    def changes_of(self, step: int) -> tuple[FileChange, ...]:
        """What one step changed, as far as that is known."""
        return tuple(c for c in self.changes if c.steps is not None and step in c.steps)

    @property
    def headline(self) -> str:
        """The verdict as a person reads it."""
        if not self.cases:
            return self._own_headline
        passed = sum(verdict is Verdict.PASSED for verdict in (self.verdict, *(case.verdict for case in self.cases)))
        return f"{self._own_headline}; {passed} of {len(self.cases) + 1} sets of values passed"

    @property
    def _own_headline(self) -> str:
        match self.verdict:
            case Verdict.PASSED:
                return f"passed: {self._change_counts}"
            case Verdict.FAILED:
                return f"failed{self._failed_step}: {self.reason or f'exit {self.exit_code}'}"
            case Verdict.STOPS_AT_NETWORK if self.exit_code == 0:
                return f"went on without network{self._failed_step.replace(' at', ',')}"
            case Verdict.STOPS_AT_NETWORK:
                return f"stops at network{self._failed_step.replace(' at', ',')}"
            case Verdict.ASKS_FOR_INPUT:
                return "asks for input"
            case Verdict.CUT_OFF:
                return f"cut off: {self.limit}"
            case Verdict.NOT_TRIED:
                return f"not tried: {self.reason}" if self.reason else "not tried"

    @property
    def _change_counts(self) -> str:
        """Changes 2 files, deletes 3,001: what goes is counted with all that is in it."""
        deleted = sum(1 + (c.contained_count or 0) for c in self.changes if c.kind is ChangeKind.DELETE)
        changed = sum(c.kind is not ChangeKind.DELETE for c in self.changes)
        parts = [f"changes {changed:,} file{'s' * (changed != 1)}"] if changed else []
        parts += [f"deletes {deleted:,}" + ("" if changed else f" file{'s' * (deleted != 1)}")] if deleted else []
        return ", ".join(parts) or "changes nothing"

    @property
    def _failed_step(self) -> str:
        stopped = (StepOutcome.FAILED, StepOutcome.NEEDS_NETWORK)
        failed = next((s.number for s in self.steps if s.outcome in stopped), None)
        return f" at step {failed} of {len(self.steps)}" if failed and len(self.steps) > 1 else ""


class Consent(StrEnum):
    """What an approval takes."""

    ONE_KEY = "one key"
    TYPED_NAME = "typed name"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRule:
    """What it takes to approve this script now, and why."""

    consent: Consent
    reasons: tuple[str, ...] = ()


def red_list(trial: Trial) -> tuple[str, ...]:
    """What a person must have seen before this goes live (invariant 1)."""
    found = []
    deleted = [c for c in trial.changes if c.kind is ChangeKind.DELETE]
    if deleted:
        found.append(f"deletes {len(deleted)} path{'s' * (len(deleted) != 1)}")
    outside = [c for c in trial.changes if not all(_is_inside(p, trial.cwd) for p in (c.path, c.renamed_from or c.path))]
    if outside:
        found.append(f"changes {len(outside)} path{'s' * (len(outside) != 1)} outside {trial.cwd}")
    found += [line for c in trial.changes for line in _executed_later(c)]
    found += [f"{c.path}: {c.warning}" for c in trial.changes if c.warning]
    if trial.leftover_processes:
        found.append(f"leaves {trial.leftover_processes} background process{'es' * (trial.leftover_processes != 1)}")
    return tuple(found)


def approval_rule(trial: Trial | None, script_sha256: str, risk: Risk, *, runs_in: str | None) -> ApprovalRule:
    """Invariant 1: no approval without a trial of this very script; what the trial showed decides how much consent it takes.

    `runs_in`: the folder it would always run in; None: where it is called.
    """
    if trial is None:
        return ApprovalRule(consent=Consent.BLOCKED, reasons=("try it first (s)",))
    if trial.script_sha256 != script_sha256:
        return ApprovalRule(consent=Consent.BLOCKED, reasons=("the script changed since the try: try it again (s)",))
    reasons = red_list(trial)
    if risk.level is RiskLevel.HIGH:
        reasons += risk.reasons
    if runs_in is not None and normpath(runs_in) != normpath(trial.cwd):
        reasons += (f"it was tried in {trial.cwd} and would run in {runs_in}",)
    reasons += _unreached(trial) + _case_reasons(trial)
    match trial.verdict:
        case Verdict.PASSED:
            return ApprovalRule(
                consent=Consent.TYPED_NAME if reasons or trial.not_known else Consent.ONE_KEY, reasons=reasons + trial.not_known
            )
        case Verdict.STOPS_AT_NETWORK:
            return ApprovalRule(consent=Consent.TYPED_NAME, reasons=("what happens after the network step is unknown", *reasons))
        case Verdict.NOT_TRIED:
            return ApprovalRule(consent=Consent.TYPED_NAME, reasons=("nothing was executed, it was only read", *reasons))
        case Verdict.FAILED | Verdict.ASKS_FOR_INPUT | Verdict.CUT_OFF:
            return ApprovalRule(consent=Consent.BLOCKED, reasons=(trial.headline,))


def _unreached(trial: Trial) -> tuple[str, ...]:
    """A script that ended well without doing its steps has shown nothing of them."""
    left = [str(s.number) for s in trial.steps if s.outcome in (StepOutcome.NOT_REACHED, StepOutcome.UNKNOWN)]
    if trial.verdict is not Verdict.PASSED or not left:
        return ()
    return (f"what step{'s' * (len(left) != 1)} {', '.join(left)} would do was not seen",)


def _case_reasons(trial: Trial) -> tuple[str, ...]:
    """What the other sets of arguments showed that one key is not enough for."""
    odd = [case for case in trial.cases if case.verdict is not Verdict.PASSED]
    shown = [f"{len(odd)} of {len(trial.cases) + 1} sets of arguments did not pass"] if odd else []
    known = {*red_list(trial), *trial.not_known}
    return (*shown, *dict.fromkeys(reason for case in trial.cases for reason in case.reasons if reason not in known))


def _is_inside(path: str, directory: str) -> bool:
    folder = normpath(directory)
    return folder == "/" or normpath(path) == folder or normpath(path).startswith(folder + "/")


def _executed_later(change: FileChange) -> list[str]:
    # A bare new directory executes nothing; what is put into it is listed on its own. A whole tree that is moved is not.
    is_bare = change.kind is ChangeKind.CREATE and change.type == "dir" and not change.contained_count
    # A link or a moved tree in the place of .git or .config brings in all that is executed from there.
    is_whole = change.type != "dir" or change.kind is ChangeKind.RENAME
    stands_for_all = is_whole and basename(change.path) in (".git", ".config", ".local")
    found = [f"writes {change.path}, which is executed later"] if (is_executed_later(change.path) or stands_for_all) and not is_bare else []
    if change.renamed_from is not None and is_executed_later(change.renamed_from):
        found.append(f"moves {change.renamed_from} away, which is executed later")
    return found
