"""Rewrite the past: take a text out of everything that is stored, or delete events, and leave nothing of it in the file."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from typing import Any

from vynexus_tui.domain.automations import INSTALLED, Action, Automation, advance, can_advance
from vynexus_tui.domain.cycles import CycleReport, PatternHead
from vynexus_tui.domain.identifiers import AutomationId
from vynexus_tui.domain.patterns import Pattern
from vynexus_tui.domain.run_comparison import RunComparison
from vynexus_tui.domain.trials import Trial
from vynexus_tui.store import automations_table, patterns_table
from vynexus_tui.store.database import Connection
from vynexus_tui.store.events_table import command_hash, key_of_second, text_bytes
from vynexus_tui.store.json_bodies import from_json, to_json

Rewrite = Callable[[str], str]
_NOT_TEXT = re.compile(r"(?:.*_)?(?:id|ids|sha256)|name|language")
"""Fields whose text other things are found by."""
_BODIES: tuple[tuple[str, str, str, type[Any]], ...] = (
    ("patterns", "pattern_id", "head", PatternHead),
    ("patterns", "pattern_id", "body", Pattern),
    ("trials", "trial_no", "body", Trial),
    ("run_comparisons", "run_id", "body", RunComparison),
    ("decisions", "decision_id", "before", Automation),
    ("cycles", "cycle_no", "body", CycleReport),
)
_DERIVED = ("mined", "gone", "performance", "workflows", "improvements")
"""Results that the next cycle computes anew from what is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What was rewritten or deleted."""

    event_count: int
    changed: tuple[str, ...] = ()
    """Automations whose script held the text: no longer live, to be tried anew."""
    still_there: tuple[str, ...] = ()
    """Live automations that hold the text and were left alone."""


def redact_past(connection: Connection, rewrite: Rewrite, *, now: datetime) -> Forgotten:
    """Puts every stored text through `rewrite`. Call inside a transaction; then `compact`."""
    event_count = _rewrite_events(connection, rewrite, now=now)
    _rewrite_column(connection, "runs", "run_id", "cwd", rewrite)
    for table, key, column, kind in _BODIES:
        for number, text in connection.execute(f"SELECT {key}, {column} FROM {table} WHERE {column} IS NOT NULL").fetchall():
            value = from_json(text, kind)
            if (new := rewrite_texts(value, rewrite)) != value:
                connection.execute(f"UPDATE {table} SET {column}=? WHERE {key}=?", (to_json(new), number))
    changed = tuple(a.name for a in automations_table.read_automations(connection) if _rewrite_automation(connection, a, rewrite, now=now))
    _drop_derived(connection)
    return Forgotten(event_count=event_count, changed=changed)


def matching_events(connection: Connection, matches: Callable[[str], bool]) -> list[int]:
    """Ids of the events whose command matches."""
    return [number for number, command in connection.execute("SELECT event_id, command FROM events") if matches(_text(command))]


def events_before(connection: Connection, moment: datetime) -> list[int]:
    """Ids of the dated events that started before `moment`."""
    at_us = _microseconds(moment)
    rows = connection.execute(
        "SELECT event_id FROM events WHERE import_key<? AND started_us<?", (key_of_second(at_us // 1_000_000 + 1), at_us)
    )
    return [row[0] for row in rows]


def delete_events(connection: Connection, event_ids: Collection[int], *, now: datetime) -> None:
    """Deletes events; the same commands do not come back from a history that still holds them. Call inside a transaction."""
    _doom(connection, event_ids)
    connection.execute(
        "INSERT OR REPLACE INTO forgotten SELECT DISTINCT command_hash, ? FROM events WHERE event_id IN temp.doomed", (_microseconds(now),)
    )
    _delete_doomed(connection, set(event_ids))


def delete_before(connection: Connection, moment: datetime, *, for_good: bool) -> int:
    """Deletes the dated events before `moment`; `for_good`: never takes older ones in again. Call inside a transaction."""
    event_ids = events_before(connection, moment)
    if for_good:
        connection.execute("DELETE FROM kept_from WHERE started_us<?", (_microseconds(moment),))
        connection.execute("INSERT INTO kept_from VALUES (?)", (_microseconds(moment),))
    if event_ids:
        _doom(connection, event_ids)
        _delete_doomed(connection, set(event_ids))
    return len(event_ids)


def delete_proposals(connection: Connection, matches: Callable[[str], bool]) -> Forgotten:
    """Deletes patterns and undecided automations that hold a matching text; names the deployed ones. Call inside a transaction."""
    for pattern in patterns_table.read_patterns(connection):
        if any(matches(step.text) for step in pattern.steps):
            connection.execute("DELETE FROM patterns WHERE pattern_id=?", (pattern.pattern_id,))
    found = [a for a in automations_table.read_automations(connection) if matches(a.script.text)]
    kept = [a for a in found if a.status in INSTALLED]
    for automation in found:
        if automation not in kept:
            _delete_automation(connection, automation.automation_id)
    return Forgotten(event_count=0, changed=tuple(a.name for a in found if a not in kept), still_there=tuple(a.name for a in kept))


def rewrite_texts(value: Any, rewrite: Rewrite) -> Any:
    """A domain value with every text in it rewritten; ids, names, digests and words of an enum stay."""
    if type(value) is str:
        return rewrite(value)
    if isinstance(value, tuple | list):
        return type(value)(rewrite_texts(v, rewrite) for v in value)
    if isinstance(value, dict):
        return {k: rewrite_texts(v, rewrite) for k, v in value.items()}
    if not is_dataclass(value) or isinstance(value, type):
        return value
    new = {f.name: rewrite_texts(getattr(value, f.name), rewrite) for f in fields(value) if f.init and not _NOT_TEXT.fullmatch(f.name)}
    if "slots" in new and new["text"] != getattr(value, "text", None):
        new["slots"] = ()  # their places are lost with the text; the next cycle finds them again
    return replace(value, **new)


def _rewrite_events(connection: Connection, rewrite: Rewrite, *, now: datetime) -> int:
    changed = []
    for number, blob, cwd, *names in connection.execute("SELECT event_id, command, cwd, session_id, host, shell FROM events").fetchall():
        before = (_text(blob), None if cwd is None else _text(cwd), *names)
        after = tuple(None if text is None else rewrite(text) for text in before)
        if after != before:
            changed.append((number, before[0], *after))
    connection.executemany(
        "INSERT OR REPLACE INTO forgotten VALUES (?,?)",
        {(command_hash(old), _microseconds(now)) for _, old, new, *_ in changed if old != new},
    )
    connection.executemany(
        "UPDATE events SET command=?, command_hash=?, cwd=?, session_id=?, host=?, shell=? WHERE event_id=?",
        [
            (text_bytes(new), command_hash(new), None if cwd is None else text_bytes(cwd), *names, number)
            for number, _, new, cwd, *names in changed
        ],
    )
    return len(changed)


def _rewrite_column(connection: Connection, table: str, key: str, column: str, rewrite: Rewrite) -> None:
    for number, blob in connection.execute(f"SELECT {key}, {column} FROM {table} WHERE {column} IS NOT NULL").fetchall():
        text = _text(blob)
        if (new := rewrite(text)) != text:
            connection.execute(f"UPDATE {table} SET {column}=? WHERE {key}=?", (text_bytes(new), number))


def _rewrite_automation(connection: Connection, automation: Automation, rewrite: Rewrite, *, now: datetime) -> bool:
    """Whether its script held the text: then nobody tried or approved what is there now (invariant 1), and nothing leads back."""
    new = rewrite_texts(automation, rewrite)
    if new == automation:
        return False
    # A timer cannot be rewritten: with the value it starts the script with, the approval is gone too.
    is_changed: bool = new.script != automation.script or new.schedule != automation.schedule
    if is_changed:
        if can_advance(automation.status, Action.EDIT):
            new = replace(new, status=advance(automation.status, Action.EDIT), schedule=None)
        connection.execute(
            "UPDATE decisions SET undone_at=?, before=NULL WHERE automation_id=? AND undone_at IS NULL",
            (now.isoformat(), automation.automation_id),
        )
    if rewrite(automation.name) != automation.name:
        new = replace(new, name=f"automation-{automation.automation_id[-8:]}".lower(), schedule=None)
    automations_table.write_automation(connection, new)
    return is_changed or new.name != automation.name


def _doom(connection: Connection, event_ids: Collection[int]) -> None:
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS doomed (event_id INTEGER PRIMARY KEY)")
    connection.execute("DELETE FROM temp.doomed")
    connection.executemany("INSERT INTO temp.doomed VALUES (?)", [(i,) for i in event_ids])


def _delete_doomed(connection: Connection, event_ids: set[int]) -> None:
    connection.execute("DELETE FROM events WHERE event_id IN temp.doomed")
    for pattern in patterns_table.read_patterns(connection):
        left = tuple(o for o in pattern.occurrences if not any(i in event_ids for i in o.event_ids))
        if not left:
            connection.execute("DELETE FROM patterns WHERE pattern_id=?", (pattern.pattern_id,))
        elif len(left) < len(pattern.occurrences):
            body = to_json(replace(pattern, occurrences=left))
            connection.execute("UPDATE patterns SET body=? WHERE pattern_id=?", (body, pattern.pattern_id))
    _drop_derived(connection)


def _delete_automation(connection: Connection, automation_id: AutomationId) -> None:
    for table in ("automations", "trials", "decisions", "run_comparisons", "attention"):
        connection.execute(f"DELETE FROM {table} WHERE automation_id=?", (automation_id,))


def _drop_derived(connection: Connection) -> None:
    marks = ",".join("?" * len(_DERIVED))
    connection.execute(f"DELETE FROM results WHERE name IN ({marks})", _DERIVED)


def _text(blob: bytes) -> str:
    return blob.decode("utf-8", "surrogateescape")


def _microseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000)
