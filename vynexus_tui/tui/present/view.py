"""What a list is drawn from, and what a drawn row is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from textual.content import Content

from vynexus_tui.domain.cycles import AutomationHead, PatternHead, Snapshot
from vynexus_tui.domain.identifiers import AutomationId, PatternId
from vynexus_tui.tui.present.glyphs import UNICODE, Glyphs


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A snapshot, and the circumstances it is looked at in."""

    snapshot: Snapshot
    now: datetime
    glyphs: Glyphs = UNICODE
    home: str | None = None
    trying: AutomationId | None = None
    """The automation whose trial is under way."""
    shows_put_aside: bool = False
    """Patterns that were put aside are listed too."""

    def automation(self, automation_id: str | None) -> AutomationHead | None:
        """The automation with that id, if it is there."""
        return next((h for h in self.snapshot.automations if h.automation.automation_id == automation_id), None)

    def pattern(self, pattern_id: str | None) -> PatternHead | None:
        """The pattern with that id, if it is among the heads, put aside or not."""
        return next((p for p in (*self.snapshot.patterns, *self.snapshot.put_aside) if p.pattern_id == pattern_id), None)

    def pattern_of(self, head: AutomationHead) -> PatternHead | None:
        """The pattern an automation was made from."""
        pattern_id: PatternId | None = head.automation.pattern_id
        return None if pattern_id is None else self.pattern(pattern_id)

    @property
    def waiting(self) -> tuple[AutomationHead, ...]:
        """Automations that need the person: to be tried, decided on, or looked after."""
        return tuple(h for h in self.snapshot.automations if h.needs_you)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list."""

    title: str
    width: int | None
    """Cells; None takes what is left (several share it by `weight`)."""
    weight: int = 1
    needs: int = 0
    """Left out in lists narrower than this."""
    align: str = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a list."""

    key: str
    cells: tuple[Content, ...]
    """One per column."""
    words: str
    """What the filter searches."""
    ranks: tuple[float | str, ...]
    """One per sort order of the list; smaller comes first."""
    status: str = ""
    """One word, or several it may be found by."""
    is_quiet: bool = False
    """Drawn dim: nothing to do here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSpec:
    """Everything a list panel needs to know about what it lists."""

    panel_id: str
    number: int
    name: str
    columns: tuple[Column, ...]
    sorts: tuple[str, ...]
    """Names of the orders, the first is the default."""
    rows: Callable[[View], tuple[Row, ...]]
    note: Callable[[View], str]
    """What the title says after the name."""
    empty: Callable[[View], Content]
    """What to say instead of an empty table: what would fill it, and which key."""
    preview: Callable[[View, str], Content | None]
    """What the preview says of the row with that key."""
