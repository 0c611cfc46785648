"""Patterns as the last cycle found them, and which of them the person does not want to see for a while."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from vynexus_tui.domain.cycles import PatternHead
from vynexus_tui.domain.identifiers import PatternId
from vynexus_tui.domain.patterns import Occurrence, Pattern
from vynexus_tui.store.database import Connection
from vynexus_tui.store.json_bodies import from_json, to_json

EVERY = -1
"""No limit, as SQLite says it."""


def write_patterns(connection: Connection, found: Sequence[tuple[PatternHead, Pattern]], *, unchanged: Collection[PatternId] = ()) -> None:
    """Replaces what earlier cycles found, best first; of the `unchanged` only the rank. Call inside a transaction."""
    ranks = dict(connection.execute("SELECT pattern_id, rank FROM patterns").fetchall())
    connection.executemany("DELETE FROM patterns WHERE pattern_id=?", [(i,) for i in ranks.keys() - {p.pattern_id for _, p in found}])
    for rank, (head, pattern) in enumerate(found):
        if pattern.pattern_id not in unchanged:
            row = (pattern.pattern_id, rank, to_json(head), to_json(pattern))
            connection.execute("INSERT OR REPLACE INTO patterns VALUES (?,?,?,?)", row)
        elif ranks.get(pattern.pattern_id) != rank:
            connection.execute("UPDATE patterns SET rank=? WHERE pattern_id=?", (rank, pattern.pattern_id))


def write_head(connection: Connection, head: PatternHead) -> None:
    """Replaces one pattern's head (its automation or refusal became known)."""
    connection.execute("UPDATE patterns SET head=? WHERE pattern_id=?", (to_json(head), head.pattern_id))


def read_heads(connection: Connection, *, most: int = 500) -> list[PatternHead]:
    """The best patterns, best first; all of them where `most` is EVERY."""
    rows = connection.execute("SELECT head FROM patterns ORDER BY rank LIMIT ?", (most,))
    return [from_json(row[0], PatternHead) for row in rows]


def read_patterns(connection: Connection) -> list[Pattern]:
    """All patterns whole, best first."""
    return [from_json(row[0], Pattern) for row in connection.execute("SELECT body FROM patterns ORDER BY rank")]


def read_pattern(connection: Connection, pattern_id: PatternId) -> Pattern | None:
    """One pattern with its occurrences."""
    row = connection.execute("SELECT body FROM patterns WHERE pattern_id=?", (pattern_id,)).fetchone()
    return from_json(row[0], Pattern) if row else None


def read_occurrences_after(connection: Connection, pattern_id: PatternId, moment: datetime) -> list[Occurrence]:
    """One pattern's occurrences since `moment`, oldest first. The others are not even read: a pattern may have thousands."""
    row = connection.execute(
        "SELECT json_group_array(json(value)) FROM patterns, json_each(patterns.body, '$.occurrences')"
        " WHERE pattern_id=? AND json_extract(value, '$.started_at')>=?",
        (pattern_id, f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"),
    ).fetchone()
    found = [(o.started_at, o) for o in from_json(row[0], list[Occurrence]) if o.started_at is not None and o.started_at > moment]
    return [o for _, o in sorted(found, key=lambda pair: pair[0])]


def snooze(connection: Connection, pattern_id: PatternId, until: datetime) -> None:
    """Hides a pattern until `until`."""
    connection.execute("INSERT OR REPLACE INTO snoozes VALUES (?,?)", (pattern_id, until.isoformat()))


def wake(connection: Connection, pattern_id: PatternId) -> None:
    """Takes a snooze back."""
    connection.execute("DELETE FROM snoozes WHERE pattern_id=?", (pattern_id,))


def read_snoozes(connection: Connection) -> dict[PatternId, datetime]:
    """Pattern to the moment until which it is hidden."""
    return {PatternId(pid): datetime.fromisoformat(until) for pid, until in connection.execute("SELECT pattern_id, until FROM snoozes")}
