"""One-line widgets: each repaints only when its text is another one."""

from collections.abc import Sequence
from functools import cache

from textual.content import Content
from textual.widgets import Static

from vynexus_tui.tui.keymap import Hint
from vynexus_tui.tui.present.content import MUTED


class Line(Static):
    """One line of Content; never markup."""

    def __init__(self, line_id: str | None = None, *, classes: str | None = None) -> None:
        super().__init__(Content(""), id=line_id, classes=classes, markup=False)
        self._now = Content("")

    def show(self, content: Content) -> None:
        """Paint it if it differs from what is there."""
        if not content.is_same(self._now):
            self._now = content
            # A line of fixed height moves nothing else: without this every tick laid out the whole screen (0.70 v. 0.35 % CPU).
            height = self.styles.height
            self.update(content, layout=height is None or height.is_auto)


class HintLine(Line):
    """The keys that matter here, clickable; those that cannot do anything now are dim."""

    def show_hints(self, hints: Sequence[Hint], width: int) -> None:
        """As many hints as fit, the palette at the right end."""
        last = _hint(Hint(key="?", word="Keys", action="app.toggle_help"))
        line = Content(" ")
        for hint in hints:
            piece = _hint(hint)
            if line.cell_length + piece.cell_length + last.cell_length + 4 > width:
                break
            line = Content.assemble(line, piece, "  ")
        gap = " " * max(0, width - line.cell_length - last.cell_length - 1)
        self.show(Content.assemble(line, gap, last))


@cache
def _hint(hint: Hint) -> Content:
    # Our own constants only: action names come from keymap.py, never from a snapshot.
    key = Content.from_markup(
        f"[@click={hint.action}][bold $key]$shown[/][/]".replace("$key", MUTED if hint.reason else "$accent"), shown=hint.key
    )
    return Content.assemble(key, Content.styled(" " + hint.word, MUTED))
