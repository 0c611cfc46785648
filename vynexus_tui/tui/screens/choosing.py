"""Make an automation by hand: the last commands, those chosen among them, and a box for its name."""

import shlex
from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Input

from vynexus_tui.domain.errors import VynexusError
from vynexus_tui.domain.events import CommandEvent
from vynexus_tui.engine import making, recording
from vynexus_tui.tui.engine_app import EngineApp
from vynexus_tui.tui.keymap import CHOOSING_KEYS, Hint
from vynexus_tui.tui.messages import CommandsChosen
from vynexus_tui.tui.panels.lines import HintLine, Line
from vynexus_tui.tui.panels.row_list import RowList
from vynexus_tui.tui.present import choosing
from vynexus_tui.tui.present.content import MUTED, STRONG, words
from vynexus_tui.tui.present.view import View
from vynexus_tui.tui.screens.live_screen import LiveScreen

_OFFERED = 50


async def open_choosing(app: EngineApp, view: View) -> None:
    """Push the screen with what is stored, at once: the next key may choose already. What the spool holds comes after it."""
    screen = ChoosingScreen(view, _read(app))
    await app.push_screen(screen)

    def read_newer() -> None:
        try:
            recording.collect(app.workspace, now=app.now())
            newer = _read(app)
        except VynexusError as error:
            app.call_from_thread(screen.say_refused, error.message)
        else:
            app.call_from_thread(screen.take_commands, newer)

    app.run_worker(read_newer, thread=True, group="recent", exit_on_error=False)


def _read(app: EngineApp) -> tuple[CommandEvent, ...]:
    return making.read_recent(app.workspace)[-_OFFERED:]


class _CommandList(RowList):
    """Enter goes on to the name at once: by a message, the letters typed behind it would still move the cursor here."""

    def action_open(self) -> None:
        if isinstance(self.screen, ChoosingScreen):
            self.screen.action_name()


class ChoosingScreen(LiveScreen):
    """Commands are chosen by key; enter goes on to the name, and enter there makes the automation."""

    BINDINGS: ClassVar[list[BindingType]] = [*CHOOSING_KEYS]
    HELP = (
        "The last commands you typed, in all shells. Choose some, enter, a name, enter: they become an automation, which is then reviewed;"
        " nothing runs before that. Behind the name you may say what it shall be given each time: deploy region=north makes a"
        " parameter of north wherever it stands."
    )

    def __init__(self, view: View, commands: Sequence[CommandEvent]) -> None:
        super().__init__(view)
        self._commands = tuple(commands)
        self._chosen: set[str] = set()

    def compose(self) -> ComposeResult:
        """List, what is chosen, name, message, keys."""
        yield Line("header")
        yield _CommandList(choosing.COLUMNS, list_id="commands")
        yield Line("chosen")
        yield Input(placeholder="its name, then enter: build-and-test   (or: deploy region=north)", id="new_name", compact=True)
        yield Line("message")
        yield HintLine("hints")

    def on_mount(self) -> None:
        """Start at the newest."""
        self.set_focus(self._list)
        self.show_view(self.view)
        self._list.action_edge(1)

    @property
    def _list(self) -> RowList:
        return self.query_one("#commands", RowList)

    def show_view(self, view: View) -> None:
        """Draw from the view, and from what was read and chosen here."""
        super().show_view(view)
        self._list.marker = view.glyphs.cursor
        self._list.border_title = Content("The last commands you typed")
        self._list.show_rows(choosing.rows(self._commands, self._chosen, view), choosing.empty())
        self.query_one("#header", Line).show(words((" VyNexus ", STRONG), ("› ", MUTED), "New automation"))
        self.query_one("#chosen", Line).show(words(" ", choosing.summary(self._chosen_commands())))
        self._draw_hints()

    def take_commands(self, commands: Sequence[CommandEvent]) -> None:
        """What was typed meanwhile; the cursor follows it while nothing was done here."""
        is_untouched = not self._chosen and self._list.cursor_key == (self._list.keys or (None,))[-1]
        # What was chosen stays, also when newer commands push it out of the list.
        known = {event.event_id for event in commands}
        kept = [event for event in self._chosen_commands() if event.event_id not in known]
        self._commands = (*kept, *commands)
        self.show_view(self.view)
        if is_untouched:
            self._list.action_edge(1)

    def on_resize(self) -> None:
        """The bottom line is as wide as the screen."""
        self._draw_hints()

    def _draw_hints(self) -> None:
        if isinstance(self.focused, Input):
            hints = [
                Hint(key="enter", word="Make it", action="screen.make"),
                Hint(key="esc", word="Back to the list", action="screen.back"),
            ]
        else:
            hints = [
                Hint(key="space", word="Choose", action="screen.choose"),
                Hint(key="shift+up", word="Choose upwards", action="screen.choose_up"),
                Hint(key="enter", word="Name it", action="screen.name"),
                Hint(key="esc", word="Back", action="screen.back"),
            ]
        self.query_one(HintLine).show_hints(hints, self.size.width)

    def _chosen_commands(self) -> tuple[CommandEvent, ...]:
        return tuple(event for event in self._commands if str(event.event_id) in self._chosen)

    def action_choose(self) -> None:
        """Choose the command under the cursor, or not."""
        if self._list.cursor_key is not None:
            self._chosen ^= {self._list.cursor_key}
            self.show_view(self.view)

    def action_choose_up(self) -> None:
        """Choose it and the one above."""
        self._choose_towards(-1)

    def action_choose_down(self) -> None:
        """Choose it and the one below."""
        self._choose_towards(1)

    def _choose_towards(self, by: int) -> None:
        if self._list.cursor_key is not None:
            self._chosen.add(self._list.cursor_key)
            self._list.action_move(by)
            self._chosen.add(self._list.cursor_key)
            self.show_view(self.view)

    def action_name(self) -> None:
        """Go on to the name."""
        if not self._chosen:
            self.say_refused("choose commands first: space")
            return
        # Not focus(): that waits its turn, and the next letter would still go to the list.
        self.set_focus(self.query_one("#new_name", Input))
        self._draw_hints()

    @on(Input.Submitted, "#new_name")
    def action_make(self) -> None:
        """Make it of what is chosen."""
        try:
            name, *given = shlex.split(self.query_one("#new_name", Input).value)
        except ValueError:
            self.say_refused(
                "a name, for example build-and-test; a quote is left open" if self.query_one(Input).value else "it needs a name"
            )
            return
        values = dict(word.partition("=")[::2] for word in given)
        self.post_message(CommandsChosen(name, self._chosen_commands(), values))

    def action_back(self) -> None:
        """From the name to the list, from the list to where it was opened."""
        if isinstance(self.focused, Input):
            self.set_focus(self._list)
            self._draw_hints()
        else:
            self.app.pop_screen()
