"""Since when, and until when, which shell had a recording hook: what it did not record then was not meant to be recorded."""

from collections.abc import Mapping
from datetime import datetime

from vynexus_tui.store.database import Connection


def read_hook_spans(connection: Connection) -> dict[str, list[tuple[int, int | None]]]:
    """Shell to the times during which its hook was installed, in epoch microseconds; None: it still is."""
    found: dict[str, list[tuple[int, int | None]]] = {}
    for shell, first, last in connection.execute("SELECT shell, first_us, last_us FROM hook_spans ORDER BY first_us"):
        found.setdefault(shell, []).append((first, last))
    return found


def write_hooked_shells(connection: Connection, since: Mapping[str, datetime], *, now: datetime) -> None:
    """Notes which hooks are installed now, and since when. Call inside a transaction."""
    open_now = {shell for (shell,) in connection.execute("SELECT shell FROM hook_spans WHERE last_us IS NULL")}
    for shell in open_now - since.keys():
        connection.execute("UPDATE hook_spans SET last_us=? WHERE shell=? AND last_us IS NULL", (_epoch_us(now), shell))
    for shell in since.keys() - open_now:
        connection.execute("INSERT INTO hook_spans VALUES (?,?,NULL)", (shell, _epoch_us(since[shell])))


def _epoch_us(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000)
