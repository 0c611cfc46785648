"""What goes in: the hook's spool and imported histories."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Literal

from vynexus_tui.domain.errors import RequestError, SourceError
from vynexus_tui.domain.events import HistoryReading
from vynexus_tui.engine.assembly import Workspace, build_hook_paths, build_redactor, only_one, reading, writing
from vynexus_tui.engine.cleaning import Cleaning
from vynexus_tui.engine.run_comparing import compare_runs
from vynexus_tui.shell.file_writing import read_small_text, replace_text
from vynexus_tui.shell.hook_installation import HOOK_SHELLS, read_hook_status
from vynexus_tui.sources.history_files import HISTORY_FORMATS, HistoryFormat, find_histories, read_format, read_history
from vynexus_tui.sources.hook_spool import HookSpool
from vynexus_tui.store import comparisons_table, cycles_table, events_table, hook_spans, runs_table, sources_table
from vynexus_tui.store.database import Connection, transaction
from vynexus_tui.store.events_table import OriginCount


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectReport:
    """What one collection brought."""

    new_event_count: int = 0
    new_run_count: int = 0
    skipped_lines: int = 0
    lost_event_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What one import brought."""

    origin: str
    path: str | None
    read_count: int
    new_count: int
    left_out_count: int
    """Not taken in: filtered by the settings, deleted by the person before, or not recorded by a hook that was there."""
    skipped_lines: int
    unknown: tuple[str, ...]
    remedy: str


def collect(workspace: Workspace, *, now: datetime) -> CollectReport:
    """Takes in what hooks and runs appended since last time, and what known history files gained.

    Of a shell that has a hook, its history file brings nothing new: what the hook did not record was not meant to be recorded.
    """
    spooled = _collect_spool(workspace, now=now)
    redact_alias_files(workspace)
    note_hooks(workspace, now=now)
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
    where = _resolved(path)
    hooked = hooked_shells(workspace, now=now)
    # Undated lines are known by what was added before them: two readers at once would add them twice.
    with only_one(workspace, "import", waits=True):
        with reading(workspace) as connection:
            known = sources_table.read_source(connection, str(where)) if connection and where else None
        fingerprint = _fingerprint(path)
        history = _read(path, raw, source_format, now=now, since=known.mark if known else "")
        cleaning = Cleaning(workspace, now=now)
        with writing(workspace) as connection:
            with transaction(connection):
                hook_spans.write_hooked_shells(connection, hooked, now=now)
            added = sources_table.add_history(connection, history, clean=cleaning.clean, fingerprint=fingerprint, now=now)
            write_counts(connection)
    is_hooked = history.origin.removesuffix("_history") in hooked
    return ImportReport(
        origin=history.origin,
        path=history.path,
        read_count=len(history.events),
        new_count=added.new_count,
        left_out_count=added.left_out_count + cleaning.left_out_count,
        skipped_lines=history.skipped_lines,
        unknown=history.unknown,
        remedy="" if is_hooked else history.remedy,
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
    return replace(history, events=tuple(Cleaning(workspace, now=now).clean(history.events[-most:])), unknown=unknown)


def found_histories(workspace: Workspace, source_format: str = "auto") -> tuple[str, ...]:
    """History files of this person that can be imported, of one format or of all."""
    found = find_histories(workspace.environment, workspace.paths.home)
    return tuple(str(path) for path in found if source_format == "auto" or read_format(path) == source_format)


def hooked_shells(workspace: Workspace, *, now: datetime) -> dict[str, datetime]:
    """Shells whose hook is installed, and since when."""
    paths = build_hook_paths(workspace)
    found: dict[str, datetime] = {}
    for shell in HOOK_SHELLS:
        if read_hook_status(shell, paths).is_installed:
            manifest = paths.manifest_file(shell)
            found[shell] = datetime.fromtimestamp(manifest.stat().st_mtime, UTC) if manifest.exists() else now
    return found


def note_hooks(workspace: Workspace, *, now: datetime) -> None:
    """Remembers since when which shell has a hook, once there is a database."""
    if not workspace.paths.database.exists():
        return
    with writing(workspace) as connection, transaction(connection):
        hook_spans.write_hooked_shells(connection, hooked_shells(workspace, now=now), now=now)


def write_counts(connection: Connection) -> None:
    """Remembers how much each source gave: counted when something changed, not whenever a screen is drawn."""
    counts = events_table.count_by_origin(connection)
    with transaction(connection):
        cycles_table.write_result(connection, "sources", counts)


def _add_counts(connection: Connection, *, after: int) -> None:
    """The same where only events with higher ids than `after` came: the others are not counted again. Call inside a transaction."""
    known = cycles_table.read_result(connection, "sources", list[OriginCount])
    counts = {(count.origin, count.shell): count for count in known or events_table.count_by_origin(connection)}
    for added in events_table.count_by_origin(connection, after=after) if known else ():
        before = counts.get((added.origin, added.shell))
        if before is not None:
            newest_at = max((at for at in (before.newest_at, added.newest_at) if at is not None), default=None)
            added = replace(added, event_count=before.event_count + added.event_count, newest_at=newest_at)
        counts[added.origin, added.shell] = added
    cycles_table.write_result(connection, "sources", [counts[key] for key in sorted(counts)])


def has_new_records(workspace: Workspace, *, now: datetime) -> bool:
    """Whether a cycle would find something new. Writes nothing."""
    return _has_new_spool(workspace, HookSpool(workspace.paths.spool_dir), now=now) or bool(_grown_sources(workspace))


def _resolved(path: str | None) -> Path | None:
    """The same file under another spelling is the same history."""
    try:
        return None if path is None else Path(path).expanduser().resolve()
    except (OSError, RuntimeError) as error:
        raise SourceError(f"{path} is a link that leads nowhere", "check the name") from error


def _read(path: str | None, raw: bytes | None, source_format: str, *, now: datetime, since: str = "") -> HistoryReading:
    chosen: HistoryFormat | Literal["auto"] | None = next((f for f in HISTORY_FORMATS if f == source_format), None)
    if source_format == "auto":
        chosen = "auto"
    if chosen is None:
        raise RequestError(f"no such format: {source_format}", "one of: auto, " + ", ".join(HISTORY_FORMATS))
    return read_history(_resolved(path), None if raw is None else BytesIO(raw), history_format=chosen, now=now, since=since)


def _collect_spool(workspace: Workspace, *, now: datetime) -> CollectReport:
    spool = HookSpool(workspace.paths.spool_dir)
    if not _has_new_spool(workspace, spool, now=now):
        return CollectReport()
    cleaning = Cleaning(workspace, now=now)
    # One transaction from the first look to the last word: a second reader at the same time would see gaps where there are none.
    with writing(workspace) as connection, transaction(connection):
        found = spool.read(sources_table.read_spool_offsets(connection), sources_table.read_next_numbers(connection), now)
        newest = events_table.newest_event_id(connection)
        cleaned = list(cleaning.clean(found.events))
        new_events = events_table.add_events(connection, cleaned)
        if new_events and new_events == len(cleaned):
            _add_counts(connection, after=newest)
        new_runs = runs_table.add_runs(connection, found.runs)
        if found.looks:
            comparisons_table.add_comparisons(connection, compare_runs(workspace, found.looks))
        sources_table.write_spool_offsets(connection, found.offsets)
        sources_table.write_next_numbers(connection, found.next_numbers, found.lost)
    spool.discard(found.deletable)
    spool.erase(found.offsets)
    if new_events != len(cleaned):
        # Some were merged into what another source gave, which may have changed that one's count.
        with writing(workspace) as connection:
            write_counts(connection)
    return CollectReport(new_event_count=new_events, new_run_count=new_runs, lost_event_count=found.lost_count)


def _has_new_spool(workspace: Workspace, spool: HookSpool, *, now: datetime) -> bool:
    with reading(workspace) as connection:
        offsets = sources_table.read_spool_offsets(connection) if connection else {}
        numbers = sources_table.read_next_numbers(connection) if connection else {}
    found = spool.read(offsets, numbers, now)
    return bool(found.events or found.runs or found.deletable) or found.offsets != offsets


def redact_alias_files(workspace: Workspace) -> None:
    """The aliases that hooks wrote down when a shell started may hold a password. Raises ShellError."""
    redactor = build_redactor(workspace)
    for path in workspace.paths.state_dir.glob("aliases.*"):
        text = read_small_text(path)
        if text is not None and (clean := "\n".join(map(redactor.command, text.split("\n")))) != text:
            replace_text(path, clean)


def _grown_sources(workspace: Workspace) -> list[str]:
    with reading(workspace) as connection:
        sources = sources_table.read_sources(connection) if connection else []
    return [s.path for s in sources if _fingerprint(s.path) not in ("", s.fingerprint)]


def _fingerprint(path: str | None) -> str:
    if path is None:
        return ""
    found = []
    # A database grows in its write-ahead log for hours before the file itself changes.
    for name in (path, f"{path}-wal"):
        try:
            stat = Path(name).stat()
        except OSError:
            continue
        found.append(f"{stat.st_size}:{stat.st_mtime_ns}")
    return " ".join(found)
