"""Rewriting the past: a text redacted everywhere, commands deleted, old ones let go; and saying where else they still are."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from vynexus_tui.domain.errors import RequestError
from vynexus_tui.engine.assembly import Workspace, build_shortcuts, only_one, reading, writing
from vynexus_tui.engine.cleaning import retention_start
from vynexus_tui.engine.recording import collect, found_histories, write_counts
from vynexus_tui.engine.run_comparing import drop_predictions
from vynexus_tui.engine.schedule_deployment import build_schedules
from vynexus_tui.language.redaction import replace_matches
from vynexus_tui.shell.file_writing import read_small_text, replace_text
from vynexus_tui.store import forgetting, sources_table
from vynexus_tui.store.database import Connection, compact, transaction
from vynexus_tui.store.forgetting import Forgotten

_LARGEST_LOG = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetReport:
    """What was (or would be) rewritten or deleted."""

    event_count: int
    changed_automations: tuple[str, ...] = ()
    """Redacting: live no longer, to be tried anew. Forgetting: proposals that were deleted."""
    kept_automations: tuple[str, ...] = ()
    """Live automations that hold it still, because they are in use."""
    elsewhere: tuple[str, ...] = ()
    """Files of other programs in which it still is, each with the number of lines."""
    is_dry: bool = False
    has_leftover_log: bool = False
    """Another process was reading: the database's log keeps old pages until the next call."""


def redact_past(workspace: Workspace, expression: str, *, dry_run: bool, now: datetime) -> ForgetReport:
    """Takes what matches (its first group, where it has one) for a secret, everywhere it is stored. Raises RequestError for no expression."""
    pattern = _compiled(expression)

    def rewrite(text: str) -> str:
        return replace_matches(pattern, text)

    def work(connection: Connection) -> Forgotten:
        done = forgetting.redact_past(connection, rewrite, now=now)
        for name in () if dry_run else done.changed:
            build_shortcuts(workspace).remove(name)
            build_schedules(workspace).remove_all_of(name)
        return done

    report = _carried_out(workspace, pattern, work, dry_run=dry_run, now=now)
    if not dry_run:
        _rewrite_own_files(workspace, rewrite)
        drop_predictions(workspace, rewrite)
    return report


def forget_commands(workspace: Workspace, expression: str, *, dry_run: bool, now: datetime) -> ForgetReport:
    """Deletes every command that matches, and what was proposed from it. Raises RequestError for no expression."""
    pattern = _compiled(expression)

    def matches(text: str) -> bool:
        return pattern.search(text) is not None

    def work(connection: Connection) -> Forgotten:
        event_ids = forgetting.matching_events(connection, matches)
        forgetting.delete_events(connection, event_ids, now=now)
        return replace(forgetting.delete_proposals(connection, matches), event_count=len(event_ids))

    return _carried_out(workspace, pattern, work, dry_run=dry_run, now=now)


def forget_before(workspace: Workspace, moment: datetime, *, dry_run: bool, now: datetime) -> ForgetReport:
    """Deletes the dated commands before `moment`. Raises RequestError for a day to come."""
    if moment > now:
        raise RequestError(f"{moment.date()} is still to come", "for example: vynexus forget --before 2026-01-01")

    def work(connection: Connection) -> Forgotten:
        return Forgotten(event_count=forgetting.delete_before(connection, moment, for_good=True))

    return _carried_out(workspace, None, work, dry_run=dry_run, now=now)


def apply_retention(workspace: Workspace, *, now: datetime) -> None:
    """Lets go of what is older than `recording.retention_days`, a whole day at a time: patterns are looked for anew after it."""
    moment = retention_start(workspace, now=now)
    with reading(workspace) as connection:
        if connection is None or moment is None or not forgetting.events_before(connection, moment):
            return
    with writing(workspace) as connection:
        with transaction(connection):
            forgetting.delete_before(connection, moment, for_good=False)
        write_counts(connection)


def _compiled(expression: str) -> re.Pattern[str]:
    try:
        pattern = re.compile(expression)
    except (re.error, RecursionError) as error:
        # The expression itself may be the secret: it is not repeated.
        raise RequestError(f"that is not a regular expression ({error})", "escape ( ) [ ] * + ? . with a backslash") from None
    if pattern.search("") is not None:
        raise RequestError("that expression matches everything", "name what shall go")
    return pattern


def _carried_out(
    workspace: Workspace, pattern: re.Pattern[str] | None, work: Callable[[Connection], Forgotten], *, dry_run: bool, now: datetime
) -> ForgetReport:
    """Does `work`, or rehearses it; what waits in the spool is taken in before, to be rewritten with the rest."""
    if dry_run and not workspace.paths.database.exists():
        return replace(_report(workspace, pattern, Forgotten(event_count=0)), is_dry=True)
    # A cycle that is under way would write what it read before.
    with only_one(workspace, "cycle", waits=True):
        if not dry_run:
            collect(workspace, now=now)
        if not workspace.paths.database.exists():
            raise RequestError("nothing was stored yet", "there is nothing to forget")
        with only_one(workspace, "import", waits=True), writing(workspace) as connection:
            with transaction(connection, is_rehearsal=dry_run):
                done = work(connection)
            if dry_run:
                return replace(_report(workspace, pattern, done), is_dry=True)
            write_counts(connection)
            is_empty = compact(connection)
    return replace(_report(workspace, pattern, done), has_leftover_log=not is_empty)


def _report(workspace: Workspace, pattern: re.Pattern[str] | None, done: Forgotten) -> ForgetReport:
    return ForgetReport(
        event_count=done.event_count,
        changed_automations=done.changed,
        kept_automations=done.still_there,
        elsewhere=_elsewhere(workspace, pattern) if pattern else (),
    )


def _elsewhere(workspace: Workspace, pattern: re.Pattern[str]) -> tuple[str, ...]:
    """The shells' own histories, which are not ours to change."""
    with reading(workspace) as connection:
        known = [s.path for s in sources_table.read_sources(connection)] if connection else []
    found = []
    for path in dict.fromkeys((*found_histories(workspace), *known)):
        text = read_small_text(Path(path), follows_links=True, most_bytes=_LARGEST_LOG) or ""
        if count := sum(pattern.search(line) is not None for line in text.splitlines()):
            found.append(f"{path} ({count:,} line{'s' * (count != 1)})")
    return tuple(found)


def _rewrite_own_files(workspace: Workspace, rewrite: Callable[[str], str]) -> None:
    """The log of failed cycles, the aliases that hooks wrote down, and what scheduled runs said."""
    own = (workspace.paths.log_file, *workspace.paths.state_dir.glob("aliases.*"), *workspace.paths.scheduled_dir.glob("*.log"))
    for path in own:
        text = read_small_text(path, most_bytes=_LARGEST_LOG)
        if text is not None and (new := rewrite(text)) != text:
            replace_text(path, new)
