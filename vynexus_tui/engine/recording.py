"""What goes in: the hook's spool, imported histories, and switching recording on and off."""

import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Literal

from vynexus_tui.domain.errors import RequestError, SourceError, VynexusError
from vynexus_tui.domain.events import Actor, CommandEvent, HistoryReading
from vynexus_tui.domain.settings import Recording
from vynexus_tui.engine.assembly import Workspace, build_hook_paths, reading, writing
from vynexus_tui.language.lexing import parse_command
from vynexus_tui.language.program_facts import programs
from vynexus_tui.language.redaction import redact
from vynexus_tui.shell import hook_installation, recording_pause
from vynexus_tui.shell.hook_installation import HOOK_SHELLS, HookShell, HookStatus, read_hook_status
from vynexus_tui.shell.person_aliases import read_aliases
from vynexus_tui.shell.rc_block import render_rc_block
from vynexus_tui.sources.history_files import HISTORY_FORMATS, HistoryFormat, find_histories, read_history
from vynexus_tui.sources.hook_spool import HookSpool
from vynexus_tui.store import automations_table, events_table, runs_table
from vynexus_tui.store.database import transaction

_LONGEST_NAME = 4096
"""Characters kept of folders, sessions and hosts; PATH_MAX on Linux."""
_OUR_PROGRAMS = frozenset({"vynexus", "vy"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectReport:
    """What one collection brought."""

    new_event_count: int = 0
    new_run_count: int = 0
    skipped_lines: int = 0
    lost_event_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HookState:
    """Whether one shell records."""

    shell: str
    rc_path: str
    is_installed: bool
    is_available: bool
    """The shell is on this machine and the person uses it."""
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What one import brought."""

    origin: str
    path: str | None
    read_count: int
    new_count: int
    skipped_lines: int
    unknown: tuple[str, ...]
    remedy: str


def collect(workspace: Workspace, *, now: datetime) -> CollectReport:
    """Takes in what hooks and runs appended since last time, and what known history files gained."""
    spooled = _collect_spool(workspace, now=now)
    imported = 0
    skipped = 0
    for path in _grown_sources(workspace):
        try:
            report = import_history(workspace, path, now=now)
        except SourceError:
            # A history file that went away is no reason to stop; it is looked at again next cycle.
            continue
        imported += report.new_count
        skipped += report.skipped_lines
    return replace(spooled, new_event_count=spooled.new_event_count + imported, skipped_lines=spooled.skipped_lines + skipped)


def import_history(
    workspace: Workspace, path: str | None, raw: bytes | None = None, *, source_format: str = "auto", now: datetime
) -> ImportReport:
    """Stores what a history file (or `raw` bytes from standard input) holds; again and again is the same as once."""
    fingerprint = _fingerprint(path)
    history = _read(path, raw, source_format, now=now)
    kept = replace(history, events=tuple(_cleaned(history.events, workspace.settings.recording)))
    with writing(workspace) as connection, transaction(connection):
        new_count = events_table.add_history(connection, kept, fingerprint=fingerprint, now=now)
    return ImportReport(
        origin=history.origin,
        path=history.path,
        read_count=len(history.events),
        new_count=new_count,
        skipped_lines=history.skipped_lines,
        unknown=history.unknown,
        remedy=history.remedy,
    )


def read_cleaned(
    workspace: Workspace, path: str | None, raw: bytes | None = None, *, source_format: str = "auto", now: datetime
) -> HistoryReading:
    """The newest part of a history that would be looked at, redacted, in memory only."""
    history = _read(path, raw, source_format, now=now)
    most = workspace.settings.repetitive_task_detection.max_events
    unknown = history.unknown
    if len(history.events) > most:
        unknown = (*(u for u in unknown if not u.startswith("only the newest")), f"only the newest {most:,} commands were looked at")
    return replace(history, events=tuple(_cleaned(history.events[-most:], workspace.settings.recording)), unknown=unknown)


def found_histories(workspace: Workspace) -> tuple[str, ...]:
    """History files of this person that can be imported."""
    return tuple(str(path) for path in find_histories(workspace.environment, workspace.paths.home))


def known_aliases(workspace: Workspace) -> dict[str, str]:
    """The person's aliases as their shells or rc files state them."""
    return {name: redact(text) for name, text in read_aliases(workspace.paths.state_dir, workspace.paths.home).items()}


def has_new_records(workspace: Workspace, *, now: datetime) -> bool:
    """Whether a cycle would find something new. Writes nothing."""
    with reading(workspace) as connection:
        offsets = events_table.read_spool_offsets(connection) if connection else {}
    found = HookSpool(workspace.paths.spool_dir).read(offsets, now)
    return bool(found.events or found.runs) or bool(_grown_sources(workspace))


def _read(path: str | None, raw: bytes | None, source_format: str, *, now: datetime) -> HistoryReading:
    chosen: HistoryFormat | Literal["auto"] | None = next((f for f in HISTORY_FORMATS if f == source_format), None)
    if source_format == "auto":
        chosen = "auto"
    if chosen is None:
        raise RequestError(f"no such format: {source_format}", "one of: auto, " + ", ".join(HISTORY_FORMATS))
    # Resolved: the same file under another spelling is the same history.
    where = None if path is None else Path(path).expanduser().resolve()
    return read_history(where, None if raw is None else BytesIO(raw), history_format=chosen, now=now)


def _collect_spool(workspace: Workspace, *, now: datetime) -> CollectReport:
    spool = HookSpool(workspace.paths.spool_dir)
    with reading(workspace) as connection:
        offsets = events_table.read_spool_offsets(connection) if connection else {}
        names = {a.name for a in automations_table.read_automations(connection)} if connection else set()
    found = spool.read(offsets, now)
    if not found.events and not found.runs and not found.deletable and found.offsets == offsets:
        return CollectReport(lost_event_count=found.lost_count)
    events = [_with_actor(e, names) for e in _cleaned(found.events, workspace.settings.recording)]
    with writing(workspace) as connection, transaction(connection):
        new_events = events_table.add_events(connection, events)
        new_runs = runs_table.add_runs(connection, found.runs)
        events_table.write_spool_offsets(connection, found.offsets)
    spool.discard(found.deletable)
    return CollectReport(new_event_count=new_events, new_run_count=new_runs, lost_event_count=found.lost_count)


def _cleaned(events: Iterable[CommandEvent], settings: Recording) -> Iterator[CommandEvent]:
    """Secrets replaced, long lines cut, unwanted commands and directories left out (invariant 4: before anything is stored)."""
    commands = [_compiled(p, "ignored_commands") for p in settings.ignored_commands]
    directories = [_compiled(p, "ignored_directories") for p in settings.ignored_directories]
    limit = settings.max_command_kb * 1024
    for event in events:
        if any(p.search(event.command) for p in commands) or (event.cwd and any(p.search(event.cwd) for p in directories)):
            continue
        # Redacted before it is cut: half a token is no longer recognised as one.
        command, names = redact(event.command)[:limit], (event.cwd, event.session_id, event.host, event.shell)
        cwd, session, host, shell = (name and redact(name)[:_LONGEST_NAME] for name in names)
        if (command, cwd, session, host, shell) == (event.command, *names):
            yield event
        else:
            yield replace(event, command=command, cwd=cwd, session_id=session or "", host=host, shell=shell)


def _with_actor(event: CommandEvent, names: set[str]) -> CommandEvent:
    """Marks what our own automations and programs did, so that it is never mined as a habit (invariant 6)."""
    ours = names | _OUR_PROGRAMS
    called = [name for part in parse_command(event.command) for name in programs(part)]
    return replace(event, actor=Actor.AUTOMATION) if any(name in ours for name in called) else event


def _grown_sources(workspace: Workspace) -> list[str]:
    with reading(workspace) as connection:
        sources = events_table.read_sources(connection) if connection else []
    return [s.path for s in sources if _fingerprint(s.path) not in ("", s.fingerprint)]


def _fingerprint(path: str | None) -> str:
    if path is None:
        return ""
    try:
        stat = Path(path).stat()
    except OSError:
        return ""
    return f"{stat.st_size}:{stat.st_mtime_ns}"


def _compiled(pattern: str, key: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise VynexusError(
            f"recording.{key}: {pattern!r} is not a regular expression ({error})", "correct it in the settings file"
        ) from error


# ---- recording on and off ------------------------------------------------------------------------------------------


def hook_status(workspace: Workspace) -> tuple[HookState, ...]:
    """Which shells record."""
    paths = build_hook_paths(workspace)
    return tuple(_hook_state(workspace, read_hook_status(shell, paths)) for shell in HOOK_SHELLS)


def install_hook(workspace: Workspace, shell: str, *, now: datetime) -> str:
    """Writes the hook and its rc lines; says what was written."""
    change = hook_installation.install_hook(_hook_shell(shell), build_hook_paths(workspace))
    done = "added" if change.rc_changed else "were there already"
    return f"{shell} records from its next start: 1 block in {change.rc_file} {done}; `vynexus hook remove {shell}` takes it out"


def remove_hook(workspace: Workspace, shell: str) -> str:
    """Takes the hook out again, byte for byte."""
    change = hook_installation.remove_hook(_hook_shell(shell), build_hook_paths(workspace))
    return f"{change.rc_file} is as it was before" if change.rc_changed else f"{shell} had no hook"


def rc_block(workspace: Workspace, shell: str) -> str:
    """The exact lines that would be added to the rc file."""
    paths = build_hook_paths(workspace)
    return render_rc_block(paths.hook_file(_hook_shell(shell)), home=paths.home, bin_directory=paths.bin_dir)


def _hook_state(workspace: Workspace, status: HookStatus) -> HookState:
    found = shutil.which(status.shell, path=workspace.environment.get("PATH"))
    return HookState(
        shell=status.shell,
        rc_path=str(status.rc_file),
        is_installed=status.is_installed,
        is_available=found is not None and _is_used(workspace, status),
        problem=status.problem,
    )


def _is_used(workspace: Workspace, status: HookStatus) -> bool:
    """The login shell, or one with an rc file: nobody wants a .zshrc because zsh happens to be installed."""
    return Path(workspace.environment.get("SHELL", "")).name == status.shell or status.rc_file.exists()


def _hook_shell(shell: str) -> HookShell:
    for known in HOOK_SHELLS:
        if shell == known:
            return known
    raise RequestError(f"{shell} cannot be recorded", "shells with a hook: " + ", ".join(HOOK_SHELLS))


def pause_recording(workspace: Workspace, *, minutes: int | None, now: datetime) -> str:
    """Hooks stop recording at their next prompt, for a while or until resumed."""
    if minutes is not None and minutes <= 0:
        raise RequestError("recording can only be paused for 1 minute or more", "for example: vynexus record off 30m")
    recording_pause.pause(workspace.paths.state_dir, until_s=None if minutes is None else int(now.timestamp()) + minutes * 60)
    return "recording is off" + (f" for {minutes} minutes" if minutes else " until: vynexus record on")


def resume_recording(workspace: Workspace) -> str:
    """Hooks record again."""
    recording_pause.resume(workspace.paths.state_dir)
    return "recording is on"


def is_paused(workspace: Workspace, *, now: datetime) -> bool:
    """Whether recording is switched off now."""
    return recording_pause.is_paused(workspace.paths.state_dir, now_s=int(now.timestamp()))
