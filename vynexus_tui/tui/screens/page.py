"""A page about one row: what the preview says of it, and what had to be read for it."""

from collections.abc import Callable
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
from vynexus_tui.tui.screens.live_screen import LiveScreen


class PageScreen(LiveScreen):
    """Scrolls; `y` copies, `esc` goes back."""

    BINDINGS: ClassVar[list[BindingType]] = [*PAGE_KEYS]

    def __init__(self, view: View, title: str, body: Callable[[View], Content | None], *, copies: str) -> None:
        super().__init__(view)
        self._title = title
        self._body = body
        self._copies = copies
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
        self.query_one(".body", Line).show(lines(content, Content(""), self._more))
        own = [Hint(key="y", word="Copy", action="screen.copy")] if self._copies else []
        self.query_one(HintLine).show_hints([*own, Hint(key="esc", word="Back", action="screen.back")], self.size.width)

    def on_resize(self) -> None:
        """Lines are as wide as the screen."""
        self.show_view(self.view)

    def add(self, more: Content) -> None:
        """What was read from the store."""
        self._more = more
        self.show_view(self.view)

    def action_copy(self) -> None:
        """Copy the commands."""
        if self._copies:
            self.post_message(CopyAsked(self._copies, "the commands"))
        else:
            self.say_refused("nothing to copy here")

    def action_back(self) -> None:
        """Back to where it was opened."""
        self.app.pop_screen()
