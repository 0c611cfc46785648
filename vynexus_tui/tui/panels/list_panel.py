"""A framed RowList that draws itself from a View, as its ListSpec says."""

from textual.content import Content

from vynexus_tui.tui.panels.row_list import RowList
from vynexus_tui.tui.present.view import ListSpec, View


class ListPanel(RowList):
    """One of the numbered panels."""

    def __init__(self, spec: ListSpec) -> None:
        super().__init__(spec.columns, list_id=spec.panel_id)
        self.spec = spec
        self._view: View | None = None
        self._titles = ("", "")

    def show_view(self, view: View, *, reorder: bool = False) -> None:
        """Draw from `view`; only what differs is painted."""
        self._view = view
        self.marker = view.glyphs.cursor
        rows = self.spec.rows(view)
        filtered_out = rows and self.query_text
        placeholder = Content(f"Nothing matches “{self.query_text}”. esc clears the filter.") if filtered_out else self.spec.empty(view)
        self.show_rows(rows, placeholder, reorder=reorder)
        self._retitle(view)

    def filter_by(self, text: str) -> None:
        """Show only the rows that pass the filter."""
        self.query_text = text
        if self._view is not None:
            self.show_view(self._view, reorder=True)

    def sort_by_next(self) -> str:
        """Take the next order; returns its name."""
        self.sort_index = (self.sort_index + 1) % len(self.spec.sorts)
        if self._view is not None:
            self.show_view(self._view, reorder=True)
        return self.spec.sorts[self.sort_index]

    @property
    def cursor_name(self) -> str:
        """What the row under the cursor is called: its first flexible column."""
        position = next(i for i, column in enumerate(self.spec.columns) if column.width is None)
        return "" if self.cursor_row is None else self.cursor_row.cells[position].plain

    @property
    def wished_height(self) -> int:
        """Rows it would fill, heading and frame included."""
        return max(3, self.counts[1]) + 3

    def _retitle(self, view: View) -> None:
        shown, total = self.counts
        note = f"{shown} of {total}" if self.query_text else self.spec.note(view)
        title = Content(f"{self.spec.number} {self.spec.name}" + (f" · {note}" if note else ""))
        order = Content(f"{self.spec.sorts[self.sort_index]} (o)") if self.sort_index else Content("")
        if (title.plain, order.plain) != self._titles:
            self._titles = (title.plain, order.plain)
            self.border_title, self.border_subtitle = title, order
