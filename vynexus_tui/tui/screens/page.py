"""A page about one thing: what the preview says of it, and what had to be read for it."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content

from vynexus_tui.tui.keymap import PAGE_KEYS, Hint
from vynexus_tui.tui.messages import CopyAsked
from vynexus_tui.tui.panels.lines import HintLine, Line
from vynexus_tui.tui.present.content import MUTED, STRONG, lines, words
from vynexus_tui.tui.present.view import View
from vynexus_tui.tui.present.wrapping import wrapped
from vynexus_tui.tui.screens.live_screen import LiveScreen

Copies = Callable[[View], Sequence[tuple[str, str]]]
"""What can be copied here: the text, and what to call it."""


class PageScreen(LiveScreen):
    """Scrolls; `y` copies (again: the next thing), `esc` goes back."""

    BINDINGS: ClassVar[list[BindingType]] = [*PAGE_KEYS]

    def __init__(self, view: View, title: str, body: Callable[[View], Content | None], *, copies: Copies = lambda _: ()) -> None:
        super().__init__(view)
        self._title = title
        self._body = body
        self._copies = copies
        self._copied_count = 0
        self._more = Content("")

    def compose(self) -> ComposeResult:
        """Title, text, message, keys."""
        yield Line("header")
        with VerticalScroll(id="page"):
            yield Line(classes="body")
        yield Line("message")
        yield HintLine("hints")

    def show_view(self, view: View) -> None:
        """Draw from the view."""
        super().show_view(view)
        self.query_one("#header", Line).show(words((" VyNexus ", STRONG), ("› ", MUTED), self._title))
        content = self._body(view) or Content.styled("It is not there any more.", MUTED)
        width = self.query_one("#page").scrollable_content_region.width or self.size.width
        self.query_one(".body", Line).show(lines(*wrapped(lines(content, Content(""), self._more), width)))
        hints = [*self.own_hints(), Hint(key="esc", word="Back", action="screen.back")]
        self.query_one(HintLine).show_hints(hints, self.size.width)

    def own_hints(self) -> list[Hint]:
        """The keys that matter on this page. Extended by pages with more of them."""
        return [Hint(key="y", word="Copy", action="screen.copy")] if self._copies(self.view) else []

    def on_resize(self) -> None:
        """Lines are as wide as the page, which knows its width after its own layout."""
        self.call_after_refresh(self.show_view, self.view)

    def add(self, more: Content) -> None:
        """What was read from the store."""
        self._more = more
        self.show_view(self.view)

    def action_copy(self) -> None:
        """Copy the first thing; pressed again, the next."""
        things = self._copies(self.view)
        if not things:
            self.say_refused("nothing to copy here")
            return
        text, what = things[self._copied_count % len(things)]
        self._copied_count += 1
        self.post_message(CopyAsked(text, what + ("; y again: the next" if len(things) > 1 else "")))

    def action_scroll_by(self, lines_down: int) -> None:
        """A line further."""
        self.query_one("#page").scroll_relative(y=lines_down, animate=False)

    def action_back(self) -> None:
        """Back to where it was opened."""
        self.app.pop_screen()
