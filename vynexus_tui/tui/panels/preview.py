"""The preview of the selected row, and the machine on wide screens."""

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.strip import Strip
from textual.visual import Visual
from textual.widget import Widget

from vynexus_tui.tui.panels.lines import Line
from vynexus_tui.tui.present.wrapping import wrapped

_WHEEL_LINES = 3


class TextPanel(VerticalScroll, can_focus=False):
    """A framed, scrollable text."""

    def __init__(self, panel_id: str, *, title: str, can_focus: bool = False) -> None:
        super().__init__(id=panel_id)
        self.can_focus = can_focus
        self._body = Line()
        self._content: Content | Callable[[int], Content] = Content("")
        self._start: Callable[[int], int] | None = None
        self.border_title = Content(title)

    def compose(self) -> ComposeResult:
        """The text."""
        yield self._body

    def show(self, content: Content | Callable[[int], Content], *, start: Callable[[int], int] | None = None) -> None:
        """Another text, or what makes it for a width: that is known for sure only when it is drawn. `start`: the row to begin with."""
        self._content, self._start = content, start
        self._draw()

    @property
    def text_width(self) -> int:
        """Cells in a line of text."""
        return self.scrollable_content_region.width

    def on_resize(self) -> None:
        """Wrap anew."""
        self._draw()

    def _draw(self) -> None:
        if self.text_width > 0:
            content = self._content if isinstance(self._content, Content) else self._content(self.text_width)
            self._body.show(Content("\n").join(wrapped(content, self.text_width)))
            if self._start is not None:
                self.call_after_refresh(self.scroll_to, y=self._start(self.text_width), animate=False)


class PreviewPanel(Widget):
    """A framed text that changes with every step of the cursor. It scrolls by itself: a text in a scrolling container makes
    Textual lay out the whole screen whenever its height changes, which tripled what a key costs.
    """

    def __init__(self, panel_id: str) -> None:
        super().__init__(id=panel_id)
        self._content = Content("")
        self._title = Content("")
        self._strips: list[Strip] = []
        self._width = 0
        self._top = 0

    def show(self, content: Content, title: Content) -> None:
        """Another text; from its top when it is about something else."""
        if not title.is_same(self._title):
            self._title, self._top = title, 0
            self.border_title = title
        if not content.is_same(self._content):
            self._content, self._width = content, 0
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """One painted line."""
        if self._width != self.size.width:
            self._wrap()
        index = y + self._top
        return self._strips[index] if index < len(self._strips) else Strip.blank(self.size.width, self.rich_style)

    def _wrap(self) -> None:
        self._width = self.size.width
        text = Content("\n").join(wrapped(self._content, self._width)) if self._width else Content("")
        self._strips = Visual.to_strips(self, text, self._width, None, self.visual_style, apply_selection=False, pad=True)
        self._show_from(self._top)

    def _show_from(self, top: int) -> None:
        below = len(self._strips) - self.size.height
        self._top = max(0, min(top, below))
        left = below - self._top
        self.border_subtitle = Content(f"{left} more lines" if left > 0 else "")

    def on_mouse_scroll_down(self) -> None:
        """Further down."""
        self._show_from(self._top + _WHEEL_LINES)
        self.refresh()

    def on_mouse_scroll_up(self) -> None:
        """Further up."""
        self._show_from(self._top - _WHEEL_LINES)
        self.refresh()

    def notify_style_update(self) -> None:
        """Another theme: paint the text anew."""
        super().notify_style_update()
        self._width = 0
