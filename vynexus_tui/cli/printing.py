"""How lists, times and recorded text are printed; recorded text goes through `shown` and nothing else (invariant 8)."""

import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from vynexus_tui.domain.cycles import NEVER_AGAIN
from vynexus_tui.language.visible import visible


def now_utc() -> datetime:
    """The clock; only the front ends read it."""
    return datetime.now(tz=UTC)


def shown(text: str, *, limit: int = 400) -> str:
    """Recorded text on one line, harmless."""
    return visible(text, limit=limit)


def folder(path: str) -> str:
    """A folder as a person names it: ~ for home."""
    home = os.environ.get("HOME", "")
    return shown(f"~{path.removeprefix(home)}" if home and f"{path}/".startswith(f"{home}/") else path)


def shown_block(text: str, *, indent: str = "") -> str:
    """Recorded text of several lines, harmless. A line that ends as ssh and Windows end it is no different line."""
    text = text.replace("\r\n", "\n")
    return "\n".join(indent + line for line in visible(text, limit=200_000, keep_lines=True).rstrip("\n").split("\n"))


def print_json(value: Any) -> None:
    """JSON, ASCII only, so that bytes that are not UTF-8 survive."""
    json.dump(value, sys.stdout, indent=None if isinstance(value, str) else 2, default=str)
    sys.stdout.write("\n")


def duration(seconds: float | None) -> str:
    """1.2 s, 3 m 20 s, 2 h 5 m; unknown is a dash."""
    if seconds is None:
        return "–"
    sign, s = ("−" if seconds < 0 else ""), abs(seconds)
    if s < 0.9995:
        return f"{sign}{s * 1000:.0f} ms"
    if s < 59.95:
        return f"{sign}{s:.1f} s"
    minutes, rest = divmod(round(s), 60)
    if minutes < 60:
        return f"{sign}{minutes} m {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{sign}{hours} h {minutes} m"


def share(value: float | None) -> str:
    """0.83, or a dash."""
    return "–" if value is None else f"{value:.2f}"


def day(moment: datetime | None) -> str:
    """2026-11-22 in local time, or unknown."""
    return "unknown" if moment is None else f"{moment.astimezone():%Y-%m-%d %H:%M}"


def has_colours() -> bool:
    """Only for a person at a terminal that knows them, and has not asked for none (no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") != "dumb"


def red(text: str) -> str:
    """What was lost."""
    return f"\x1b[31m{text}\x1b[0m" if text.strip() and has_colours() else text


def put_aside_until(moment: datetime | None) -> str:
    """When a pattern is shown again: a day, or never."""
    return "never" if moment == NEVER_AGAIN else day(moment)


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Left-aligned columns; the last one is never padded."""
    widths = [max(len(cell) for cell in column) for column in zip(headings, *rows, strict=True)]
    for row in (headings, *rows):
        cells = [cell.ljust(width) for cell, width in zip(row[:-1], widths, strict=False)]
        print("  ".join((*cells, row[-1])).rstrip())


def ask(question: str) -> bool:
    """Yes only for y or yes; no without a terminal."""
    if not sys.stdin.isatty():
        return False
    return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")


def counted(count: int, word: str) -> str:
    """1 routine, 2 routines."""
    return f"{count:,} {word}{'s' * (count != 1)}"
