"""Is it recording, when was the last sign of life, and what can each source not say? For the screens, `status` and `doctor`."""

from datetime import datetime
from pathlib import Path

from vynexus_tui.domain.cycles import RecordingState, SourceQuality
from vynexus_tui.engine.assembly import Workspace
from vynexus_tui.engine.hooks import HookState, hook_status, is_paused, paused_until
from vynexus_tui.engine.recording import found_histories
from vynexus_tui.sources.hook_spool import HookSpool
from vynexus_tui.store import cycles_table, events_table, sources_table
from vynexus_tui.store.database import Connection
from vynexus_tui.store.events_table import OriginCount

_NAMES = {
    "bash_history": "bash history",
    "zsh_history": "zsh history",
    "fish_history": "fish history",
    "atuin": "Atuin",
    "jsonl": "JSONL events",
}


def recording_state(workspace: Workspace, connection: Connection | None, *, now: datetime) -> RecordingState:
    """Everything that is said about recording. `connection`: None before anything was stored."""
    hooks = hook_status(workspace)
    counts = _counts(connection) if connection else []
    hooked = [c.newest_at for c in counts if c.origin == "hook" and c.newest_at]
    written_at = last_record_at(workspace)
    return RecordingState(
        hooked_shells=tuple(h.shell for h in hooks if h.is_installed),
        is_paused=is_paused(workspace, now=now),
        paused_until=paused_until(workspace),
        problems=_problems(workspace, hooks),
        event_count=sum(c.event_count for c in counts),
        last_event_at=max((c.newest_at for c in counts if c.newest_at), default=None),
        last_record_at=max((*hooked, *([written_at] if written_at else [])), default=None),
        sources=(*_hook_sources(hooks, counts), *_history_sources(workspace, connection, hooks, counts)),
        lost_event_count=sources_table.count_lost(connection) if connection else 0,
    )


def last_record_at(workspace: Workspace) -> datetime | None:
    """When a hook wrote last: one directory listing, for asking every few seconds."""
    return HookSpool(workspace.paths.spool_dir).last_write_at()


def _counts(connection: Connection) -> list[OriginCount]:
    known = cycles_table.read_result(connection, "sources", list[OriginCount])
    return events_table.count_by_origin(connection) if known is None else known


def _problems(workspace: Workspace, hooks: tuple[HookState, ...]) -> tuple[str, ...]:
    found = [h.problem for h in hooks if h.problem]
    if HookSpool(workspace.paths.spool_dir).full_sessions():
        found.append("a spool is full and commands are lost: run `vynexus cycle`")
    return tuple(found)


def _hook_sources(hooks: tuple[HookState, ...], counts: list[OriginCount]) -> list[SourceQuality]:
    of_shell = {c.shell: c for c in counts if c.origin == "hook"}
    return [
        SourceQuality(
            name=f"{hook.shell} hook",
            path=hook.rc_path,
            event_count=of_shell[hook.shell].event_count if hook.shell in of_shell else 0,
            newest_at=of_shell[hook.shell].newest_at if hook.shell in of_shell else None,
            unknown=() if hook.is_installed else ("not installed",),
            remedy="" if hook.is_installed else f"vynexus hook install {hook.shell}",
        )
        for hook in hooks
        if hook.is_installed or hook.is_available or hook.shell in of_shell
    ]


def _history_sources(
    workspace: Workspace, connection: Connection | None, hooks: tuple[HookState, ...], counts: list[OriginCount]
) -> list[SourceQuality]:
    hooked = [hook.shell for hook in hooks if hook.is_installed]
    known = sources_table.read_sources(connection) if connection else []
    found = [
        SourceQuality(
            name=_NAMES.get(source.origin, source.origin),
            path=source.path,
            event_count=sum(c.event_count for c in counts if c.origin == source.origin),
            newest_at=max((c.newest_at for c in counts if c.origin == source.origin and c.newest_at), default=None),
            unknown=source.unknown if Path(source.path).exists() else ("the file is gone", *source.unknown),
            remedy="" if source.origin.removesuffix("_history") in hooked else source.remedy,
            skipped_count=source.skipped_count,
        )
        for source in known
    ]
    paths = {source.path for source in known}
    waiting = [path for path in found_histories(workspace) if str(Path(path).resolve()) not in paths]
    return found + [
        SourceQuality(name="history", path=path, event_count=0, unknown=("not imported",), remedy=f"vynexus import {path}")
        for path in waiting
    ]
