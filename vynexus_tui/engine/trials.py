"""Trying an automation or any command in the sandbox: where, with what, and what is kept of it."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic, sleep

from vynexus_tui.domain.automations import Action, Automation, can_advance
from vynexus_tui.domain.errors import RequestError, StaleTrialError
from vynexus_tui.domain.events import CommandEvent
from vynexus_tui.domain.identifiers import AutomationId, PatternId
from vynexus_tui.domain.trials import ChangeKind, FileChange, SandboxCapability, Trial
from vynexus_tui.engine import decisions
from vynexus_tui.engine.assembly import Workspace, build_redactor, build_sandbox, is_folder, only_one, path_exists, reading, writing
from vynexus_tui.engine.decisions import advance_for, find_automation
from vynexus_tui.language.lexing import parse_command
from vynexus_tui.language.program_facts import command_words
from vynexus_tui.language.redaction import Redactor
from vynexus_tui.store import automations_table, events_table, patterns_table
from vynexus_tui.store.database import transaction

_LOCK_POLL_S = 0.05
_LONGEST_LINE = 1 << 16
"""Characters of a line that has no end."""
_LONGEST_COMPARISON_S = 25.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialPlan:
    """Where and with what a trial would run, before it runs; both can be changed."""

    cwd: str | None
    """None: nobody knows, the person must say."""
    cwd_reason: str
    arguments: tuple[tuple[str, str], ...]
    """(parameter, value) in order."""


def plan_trial(workspace: Workspace, automation_id: str) -> TrialPlan:
    """The folder of the last try, else where it was recorded, else one inferred from the session's `cd`s that holds its files."""
    automation = find_automation(workspace, automation_id)
    arguments = tuple((p.name, p.default if p.default is not None else (p.seen[0].value if p.seen else "")) for p in automation.parameters)
    with reading(workspace) as connection:
        last = automations_table.read_last_trial(connection, automation.automation_id) if connection else None
    if automation.runs_in and is_folder(automation.runs_in):
        return TrialPlan(cwd=automation.runs_in, cwd_reason="where it will always run", arguments=arguments)
    if last is not None and is_folder(last.cwd):
        return TrialPlan(cwd=last.cwd, cwd_reason="where it was tried last", arguments=arguments)
    if automation.cwd and is_folder(automation.cwd):
        return TrialPlan(cwd=automation.cwd, cwd_reason="where it was recorded", arguments=arguments)
    if automation.pattern_id is not None:
        inferred = _infer_cwd(workspace, automation.pattern_id)
        if inferred is not None:
            return TrialPlan(cwd=inferred, cwd_reason="inferred from its `cd`s", arguments=arguments)
    reason = "not recorded" if automation.cwd is None else f"{automation.cwd} is gone"
    return TrialPlan(cwd=None, cwd_reason=reason, arguments=arguments)


def try_automation(
    workspace: Workspace,
    automation_id: str,
    *,
    cwd: str,
    arguments: tuple[str, ...],
    now: datetime,
    on_output: Callable[[str], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Trial:
    """One sandboxed try, kept with the script's digest. Raises RequestError where its status allows none."""
    automation = find_automation(workspace, automation_id)
    advance_for(automation, Action.TRY)
    script = automation.script.text
    trial = try_command(workspace, script, cwd=cwd, arguments=arguments, now=now, on_output=on_output, should_stop=should_stop)
    return keep_trial(workspace, automation, trial)


def keep_trial(workspace: Workspace, automation: Automation, trial: Trial) -> Trial:
    """Stores a trial as the automation's; it counts as tried unless the script was changed meanwhile."""
    kept = replace(trial, automation_id=automation.automation_id)
    with writing(workspace) as connection, transaction(connection):
        former = automations_table.read_trial(connection, automation.automation_id, kept.script_sha256)
        if former is not None and not kept.cases:
            # What other values showed of this very script still counts.
            kept = replace(kept, cases=tuple(case for case in former.cases if case.arguments != kept.arguments))
        automations_table.add_trial(connection, automation.automation_id, kept)
        current = automations_table.read_automation(connection, automation.automation_id)
        if current is not None and current.script.sha256 == kept.script_sha256 and can_advance(current.status, Action.TRY):
            automations_table.write_automation(connection, replace(current, status=advance_for(current, Action.TRY)))
    return kept


def try_command(
    workspace: Workspace,
    script: str,
    *,
    cwd: str,
    arguments: tuple[str, ...] = (),
    now: datetime,
    on_output: Callable[[str], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Trial:
    """One sandboxed try of any script text; nothing is kept. Raises RequestError for a folder that is not there."""
    _check_folder(cwd)
    redactor = build_redactor(workspace)
    live = _LiveOutput(redactor, on_output) if on_output else None
    with _one_at_a_time(workspace, should_stop):
        trial = build_sandbox(workspace).run_trial(
            script,
            arguments=arguments,
            cwd=cwd,
            environment=workspace.environment,
            steps=script_steps(script),
            now=now,
            on_output=live.add if live else None,
            should_stop=should_stop,
        )
    if live:
        live.end()
    return _redacted(redactor, trial)


def approve_as_tried(
    workspace: Workspace,
    automation_id: str,
    script_sha256: str,
    *,
    confirm: str | None,
    now: datetime,
    on_retry: Callable[[str], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> str:
    """Approves; where a file the try touched has changed since, it is tried again first, and only the same result is approved.

    Raises RequestError where it shows another result: that must be looked at.
    """
    try:
        return decisions.approve(workspace, automation_id, script_sha256, confirm=confirm, now=now)
    except StaleTrialError as stale:
        with reading(workspace) as connection:
            old = automations_table.read_trial(connection, AutomationId(automation_id), script_sha256) if connection else None
        if old is None or any("{{secret:" in argument for argument in old.arguments):
            raise
        if on_retry is not None:
            on_retry(f"{stale.message}: trying it again")
        automation = find_automation(workspace, automation_id)
        again = try_command(workspace, automation.script.text, cwd=old.cwd, arguments=old.arguments, now=now, should_stop=should_stop)
        new = keep_trial(workspace, automation, replace(again, cases=old.cases))
        if not _shows_the_same(old, new):
            raise RequestError(f"{stale.message}, and a new try shows another result", "look at it, then approve again") from None
        if any(c.no_diff is not None or c.contained_count is not None for c in new.changes if c.kind is not ChangeKind.DELETE):
            raise RequestError(f"{stale.message}; it was tried again, but not all it writes can be shown", "approve again") from None
        return decisions.approve(workspace, automation_id, script_sha256, confirm=confirm, now=now)


def _shows_the_same(old: Trial, new: Trial) -> bool:
    return _seen_by_person(old) == _seen_by_person(new)


def _seen_by_person(trial: Trial) -> tuple[object, ...]:
    """What of a trial a decision rests on: not its times, and not those of the real files below."""
    changes = [
        (c.path, c.kind, c.type, c.diff, c.no_diff, c.contained_count, c.mode, c.renamed_from, c.warning, c.steps) for c in trial.changes
    ]
    return trial.level, trial.verdict, trial.exit_code, trial.leftover_processes, trial.not_known, changes


@contextmanager
def _one_at_a_time(workspace: Workspace, should_stop: Callable[[], bool] | None) -> Iterator[None]:
    """Waits for the trial of another window to end: each may take a quarter of the free memory."""
    if not workspace.paths.state_dir.is_dir():
        yield  # nobody uses us yet: a try leaves nothing behind, not even a lock
        return
    patience = monotonic() + workspace.settings.sandbox.wall_s + _LONGEST_COMPARISON_S
    with ExitStack() as held:
        while True:
            try:
                held.enter_context(only_one(workspace, "trial", waits=False))
                break
            except BlockingIOError:
                if (should_stop is not None and should_stop()) or monotonic() > patience:
                    raise RequestError("another try is running", "one at a time: wait for it to end, or stop it there with esc") from None
                sleep(_LOCK_POLL_S)
        yield


def sandbox_capability(workspace: Workspace) -> SandboxCapability:
    """Whether this machine can isolate a trial."""
    return build_sandbox(workspace).capability()


def script_steps(text: str) -> tuple[str, ...]:
    """The texts of a script's numbered steps: what follows each `: step N` line up to the next. None where they are not 1, 2, 3 …"""
    from vynexus_tui.automation.script_facts import step_texts  # 9 ms that most commands do not need

    return step_texts(text)


def _check_folder(cwd: str) -> None:
    if not is_folder(cwd):
        raise RequestError(f"there is no folder {cwd}", "name one that exists; nothing was tried")


def _redacted(redactor: Redactor, trial: Trial) -> Trial:
    """Nothing that looks like a secret is kept or shown of what a trial did (invariant 4)."""
    return replace(
        trial,
        arguments=tuple(redactor.output(a) for a in trial.arguments),
        stdout=redactor.output(trial.stdout),
        stderr=redactor.output(trial.stderr),
        reason=redactor.output(trial.reason) if trial.reason else trial.reason,
        steps=tuple(replace(s, text=redactor.output(s.text)) for s in trial.steps),
        not_known=tuple(redactor.output(line) for line in trial.not_known),
        changes=tuple(_redacted_change(redactor, change) for change in trial.changes),
    )


def _redacted_change(redactor: Redactor, change: FileChange) -> FileChange:
    return replace(
        change,
        path=_redacted_path(redactor, change.path),
        diff=redactor.output(change.diff) if change.diff else change.diff,
        renamed_from=_redacted_path(redactor, change.renamed_from) if change.renamed_from else None,
    )


def _redacted_path(redactor: Redactor, path: str) -> str:
    """Name by name: a rule that takes all up to the next blank would also take the name that says that it is executed later."""
    return "/".join(map(redactor.output, path.split("/")))


class _LiveOutput:
    """Passes output on in whole lines: a secret that arrives in two pieces would not be recognised."""

    def __init__(self, redactor: Redactor, on_output: Callable[[str], None]) -> None:
        self._redactor = redactor
        self._on_output = on_output
        self._held: list[str] = []
        self._held_characters = 0

    def add(self, text: str) -> None:
        """One more piece."""
        whole, mark, rest = text.rpartition("\n")
        if mark:
            self._pass_on("".join([*self._held, whole, mark]))
        self._held.append(rest)
        self._held_characters += len(rest)
        if self._held_characters > _LONGEST_LINE:
            self._pass_on("".join(self._held))

    def end(self) -> None:
        """A last line without its line feed."""
        self._pass_on("".join(self._held))

    def _pass_on(self, text: str) -> None:
        self._held, self._held_characters = [], 0
        if text:
            self._on_output(self._redactor.output(text))


def _infer_cwd(workspace: Workspace, pattern_id: PatternId) -> str | None:
    """The newest occurrence decides whose folder can be followed and in which its relative paths exist."""
    with reading(workspace) as connection:
        pattern = patterns_table.read_pattern(connection, pattern_id) if connection else None
        if pattern is None or connection is None:
            return None
        for occurrence in pattern.occurrences[::-1][:20]:
            if occurrence.cwd and is_folder(occurrence.cwd):
                return occurrence.cwd
            first = min((i for i in occurrence.event_ids if isinstance(i, int)), default=None)
            if first is None:
                continue
            goes_to = _absolute_cd(pattern.steps[0].text, home=str(workspace.paths.home))
            if goes_to and is_folder(goes_to):
                return goes_to
            before = events_table.read_session_before(connection, first)
            own = events_table.read_events_by_id(connection, [i for i in occurrence.event_ids if isinstance(i, int)])
            folder = follow_cds(before, home=str(workspace.paths.home))
            if folder and is_folder(folder) and _relative_paths_exist(own, folder):
                return folder
    return None


def follow_cds(events: Sequence[CommandEvent], *, home: str) -> str | None:
    """Where a session's `cd`s lead, starting at home; None once one cannot be followed."""
    folder: str | None = home
    for event in events:
        for part in parse_command(event.command):
            words = command_words(part.commands[0]) if len(part.commands) == 1 else ()
            if not words or words[0] != "cd":
                continue
            target = words[1] if len(words) > 1 else "~"
            goes_to = _absolute_cd(part.text, home=home)
            if goes_to is not None:
                folder = goes_to
            elif folder is None or target == "-" or "$" in target or "*" in target:
                folder = None
            else:
                folder = os.path.normpath(f"{folder}/{target}")
    return folder


def _absolute_cd(command: str, *, home: str) -> str | None:
    """The folder of `cd /a/b`, `cd ~/b` or `cd`, wherever one stands; None for any other command."""
    parts = parse_command(command)
    words = command_words(parts[0].commands[0]) if len(parts) == 1 and len(parts[0].commands) == 1 else ()
    if words[:1] != ("cd",) or len(words) > 2:
        return None
    target = words[1] if len(words) > 1 else "~"
    target = home + target[1:] if target == "~" or target.startswith("~/") else target
    is_plain = target.startswith("/") and "$" not in target and "*" not in target
    return os.path.normpath(target) if is_plain else None


def _relative_paths_exist(events: Sequence[CommandEvent], folder: str) -> bool:
    """At least one relative path that the commands name exists there; commands that name none prove nothing."""
    named = [
        word
        for event in events
        for part in parse_command(event.command)
        for command in part.commands
        for word in command_words(command)[1:]
        if not word.startswith(("-", "/", "~", "$")) and ("/" in word or "." in word) and "://" not in word
    ]
    return any(path_exists(f"{folder}/{word}") for word in named)
