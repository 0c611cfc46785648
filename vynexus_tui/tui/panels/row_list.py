"""A list whose rows have names: what changes is repainted, and what the person looks at never moves under the cursor.

Textual's DataTable has no flexible columns, widens Content cells to 1, and its sort leaves the cursor on the index.
"""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

from vynexus_tui.tui.present.content import MUTED
from vynexus_tui.tui.present.filtering import matches
from vynexus_tui.tui.present.view import Column, Row

_GAP = 2


class RowList(ScrollView, can_focus=True):
    """Rows under a fixed heading; the cursor belongs to a row's key, never to its index."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Down", show=False, id="list.down"),
        Binding("up,k", "move(-1)", "Up", show=False, id="list.up"),
        Binding("pagedown,ctrl+d", "page(1)", "Page down", show=False, id="list.page_down"),
        Binding("pageup,ctrl+u", "page(-1)", "Page up", show=False, id="list.page_up"),
        Binding("home,g", "edge(0)", "First", show=False, id="list.first"),
        Binding("end,G", "edge(1)", "Last", show=False, id="list.last"),
        Binding("enter", "open", "Open", show=False, id="list.open"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"row--cursor"}

    class Pointed(Message):
        """The cursor is on another row, or the row under it changed."""

        def __init__(self, source: "RowList") -> None:
            super().__init__()
            self.source = source

    class Opened(Message):
        """The person wants to see this row whole."""

        def __init__(self, source: "RowList", key: str) -> None:
            super().__init__()
            self.source = source
            self.key = key

    def __init__(self, columns: Sequence[Column], *, list_id: str | None = None) -> None:
        super().__init__(id=list_id)
        self._columns = tuple(columns)
        self._rows: dict[str, Row] = {}
        self._order: list[str] = []
        self._all: tuple[Row, ...] = ()
        self._cursor_key: str | None = None
        self._placeholder = Content("")
        self._painted: dict[tuple[str, bool, bool], Strip] = {}
        self.marker = "▌"
        self.query_text = ""
        self.sort_index = 0

    @property
    def cursor_key(self) -> str | None:
        """The key of the row under the cursor; None in an empty list."""
        return self._cursor_key

    @property
    def cursor_row(self) -> Row | None:
        """The row under the cursor; None in an empty list."""
        return None if self._cursor_key is None else self._rows[self._cursor_key]

    @property
    def counts(self) -> tuple[int, int]:
        """Rows that pass the filter, rows in all."""
        return len(self._order), len(self._all)

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys from top to bottom."""
        return tuple(self._order)

    def show_rows(self, rows: Sequence[Row], placeholder: Content, *, reorder: bool = False) -> None:
        """Take over the present rows; keep order while focused unless `reorder`, repaint only what differs."""
        self._all = tuple(rows)
        wanted = {r.key: r for r in self._all if matches(r, self.query_text)}
        ranked = sorted(wanted, key=lambda key: (wanted[key].ranks[self.sort_index], key))
        old_rows, old_order, old_cursor = self._rows, self._order, self._cursor_key
        order = merged_order(old_order, ranked, self._cursor_key) if self.has_focus and old_order and not reorder else ranked
        self._cursor_key = _nearest_key(old_order, order, self._cursor_key)
        self._rows, self._order = wanted, order
        changed = {key for key, row in wanted.items() if key not in old_rows or not _looks_same(old_rows[key], row)}
        self._painted = {state: strip for state, strip in self._painted.items() if state[0] in wanted and state[0] not in changed}
        placeholder_changed = not order and not placeholder.is_same(self._placeholder)
        self._placeholder = placeholder
        if order != old_order or placeholder_changed:
            self.virtual_size = Size(self.size.width, len(order) + 1)
            self.refresh()
            if self.has_focus or reorder:
                self._reveal_cursor()
        else:
            for key in changed:
                self._refresh_line(order.index(key))
        if self._cursor_key != old_cursor or (old_cursor is not None and old_rows.get(old_cursor) != wanted.get(old_cursor)):
            self.post_message(self.Pointed(self))

    def render_line(self, y: int) -> Strip:
        """One painted line: the heading, a row, or nothing."""
        width = self.size.width
        if not self._order:
            return self._placeholder_line(y, width)
        if y == 0:
            return self._paint(Content.styled(self._heading(width).plain, MUTED), width)
        index = y - 1 + round(self.scroll_y)
        if index >= len(self._order):
            return Strip.blank(width, self.rich_style)
        key = self._order[index]
        state = (key, key == self._cursor_key, self.has_focus)
        if state not in self._painted:
            self._painted[state] = self._paint_row(self._rows[key], width, is_cursor=state[1])
        return self._painted[state]

    def _paint_row(self, row: Row, width: int, *, is_cursor: bool) -> Strip:
        line = Content.assemble(self.marker if is_cursor and self.has_focus else " ", self._line(row.cells, width))
        if row.is_quiet:
            line = Content.styled(line.plain, MUTED)
        return self._paint(line, width, is_cursor=is_cursor and self.has_focus)

    def _paint(self, line: Content, width: int, *, is_cursor: bool = False) -> Strip:
        style = self.get_visual_style("row--cursor") if is_cursor else self.visual_style
        return Visual.to_strips(self, line.truncate(width, pad=True), width, 1, style, apply_selection=False, pad=True)[0]

    def _placeholder_line(self, y: int, width: int) -> Strip:
        wrapped = self._placeholder.wrap(max(10, width - 2)) if self._placeholder else []
        if 1 <= y <= len(wrapped):
            return self._paint(Content.assemble(" ", wrapped[y - 1]), width)
        return Strip.blank(width, self.rich_style)

    def _heading(self, width: int) -> Content:
        return Content(" ") + self._line(tuple(Content(c.title) for c in self._columns), width)

    def _line(self, cells: Sequence[Content], width: int) -> Content:
        parts = []
        for cell, column, cell_width in zip(cells, self._columns, column_widths(self._columns, width - 2), strict=True):
            if cell_width:
                fitted = cell.truncate(cell_width, ellipsis=True)
                space = " " * (cell_width - fitted.cell_length)
                parts.append(Content.assemble(space, fitted) if column.align == "right" else Content.assemble(fitted, space))
        return Content(" " * _GAP).join(parts)

    def _refresh_line(self, index: int) -> None:
        y = index + 1 - round(self.scroll_y)
        if 1 <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def _go(self, index: int) -> None:
        if not self._order:
            return
        old = self._cursor_key
        self._cursor_key = self._order[max(0, min(len(self._order) - 1, index))]
        if self._cursor_key != old:
            for key in (old, self._cursor_key):
                if key in self._rows:
                    self._refresh_line(self._order.index(key))
            self._reveal_cursor()
            self.post_message(self.Pointed(self))

    def _reveal_cursor(self) -> None:
        if self._cursor_key is None:
            return
        index, page, top = self._order.index(self._cursor_key), max(1, self.size.height - 1), round(self.scroll_y)
        if index < top:
            self.scroll_to(y=index, animate=False, immediate=True)
        elif index >= top + page:
            self.scroll_to(y=index - page + 1, animate=False, immediate=True)

    def _index(self) -> int:
        return self._order.index(self._cursor_key) if self._cursor_key is not None else 0

    def action_move(self, by: int) -> None:
        """One row up or down."""
        self._go(self._index() + by)

    def action_page(self, by: int) -> None:
        """One page up or down."""
        self._go(self._index() + by * max(1, self.size.height - 2))

    def action_edge(self, which: int) -> None:
        """First or last row."""
        self._go(len(self._order) - 1 if which else 0)

    def action_open(self) -> None:
        """Ask for the whole of the row under the cursor."""
        if self._cursor_key is not None:
            self.post_message(self.Opened(self, self._cursor_key))

    def on_click(self, event: events.Click) -> None:
        """First click points, a click on the row pointed at opens it."""
        offset = event.get_content_offset(self)
        index = -1 if offset is None else offset.y - 1 + round(self.scroll_y)
        if 0 <= index < len(self._order):
            if self._order[index] == self._cursor_key and event.chain > 1:
                self.action_open()
            self._go(index)

    def on_resize(self) -> None:
        """Columns follow the width."""
        self._painted.clear()
        self.virtual_size = Size(self.size.width, len(self._order) + 1)
        self._reveal_cursor()
        self.refresh()

    def notify_style_update(self) -> None:
        """Another theme."""
        super().notify_style_update()
        self._painted.clear()

    def on_focus(self) -> None:
        """The cursor line changes its look."""
        self.refresh()

    def on_blur(self) -> None:
        """The cursor line changes its look."""
        self.refresh()


def column_widths(columns: Sequence[Column], width: int) -> tuple[int, ...]:
    """Cells per column; 0 leaves a column out. Flexible ones share what the fixed ones leave, by weight."""
    chosen = [c for c in columns if width >= c.needs]
    fixed = sum(c.width for c in chosen if c.width is not None)
    left = max(0, width - fixed - _GAP * (len(chosen) - 1))
    weights = sum(c.weight for c in chosen if c.width is None)
    widths, used, seen = [], 0, 0
    for column in columns:
        if column not in chosen:
            widths.append(0)
        elif column.width is not None:
            widths.append(column.width)
        else:
            seen += column.weight
            share = left * seen // weights - used
            used += share
            widths.append(share)
    return tuple(widths)


def merged_order(old: Sequence[str], ranked: Sequence[str], cursor: str | None) -> list[str]:
    """Old rows in their old order; new ones at their rank, but never above the cursor, so nothing moves under it."""
    present = set(ranked)
    order = [key for key in old if key in present]
    known = set(order)
    for position, key in enumerate(ranked):
        if key not in known:
            before = next((k for k in reversed(ranked[:position]) if k in known), None)
            at = order.index(before) + 1 if before is not None else 0
            floor = order.index(cursor) + 1 if cursor in known and cursor is not None else 0
            order.insert(max(at, floor), key)
            known.add(key)
    return order


def _nearest_key(old: Sequence[str], new: Sequence[str], key: str | None) -> str | None:
    if not new:
        return None
    if key in new:
        return key
    if key in old:
        present = set(new)
        after = [k for k in old[old.index(key) :] if k in present] or [k for k in reversed(old) if k in present]
        return after[0] if after else new[0]
    return new[0]


def _looks_same(a: Row, b: Row) -> bool:
    return a.is_quiet == b.is_quiet and all(x.is_same(y) for x, y in zip(a.cells, b.cells, strict=True))
