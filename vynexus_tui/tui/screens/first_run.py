"""The first run: looks into the shell's own histories in memory, shows what is there, and stores only on enter."""

from dataclasses import replace
from threading import Thread
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll

from vynexus_tui.domain.errors import VynexusError
from vynexus_tui.engine import hooks, peeking, recording
from vynexus_tui.tui.engine_app import EngineApp
from vynexus_tui.tui.keymap import Hint
from vynexus_tui.tui.messages import ImportAsked
from vynexus_tui.tui.panels.lines import HintLine, Line
from vynexus_tui.tui.present import first_run
from vynexus_tui.tui.present.content import MUTED, STRONG, lines, words
from vynexus_tui.tui.present.first_run import FirstLook, HookOffer
from vynexus_tui.tui.present.view import View
from vynexus_tui.tui.present.wrapping import wrapped
from vynexus_tui.tui.screens.live_screen import LiveScreen


async def open_first_run(app: EngineApp, view: View) -> None:
    """Push the screen and read the histories. The thread is a daemon's: leaving does not wait for it."""
    screen = FirstRunScreen(view)
    await app.push_screen(screen)
    Thread(target=_look, args=(app, screen), daemon=True).start()


def _look(app: EngineApp, screen: "FirstRunScreen") -> None:
    def show(look: FirstLook) -> None:
        # The app may have ended meanwhile; then nobody listens.
        if app.is_running:
            app.call_later(screen.show_look, look)

    workspace = app.workspace
    paths = recording.found_histories(workspace)
    offers = tuple(
        HookOffer(shell=state.shell, rc_path=str(state.rc_path), block=hooks.rc_block(workspace, state.shell))
        for state in hooks.hook_status(workspace)
        if state.is_available and not state.is_installed
    )
    threshold = workspace.settings.repetitive_task_detection.automation_threshold
    look = FirstLook(paths=paths, hooks=offers, threshold=threshold)
    for path in paths:
        show(look)
        try:
            look = replace(look, peeks=(*look.peeks, peeking.peek(workspace, path, now=app.now())))
        except VynexusError as error:
            look = replace(look, failures=(*look.failures, f"{path}: {error.message}"))
    show(replace(look, is_complete=True))


class FirstRunScreen(LiveScreen):
    """Nothing is written before enter or a second h."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "import", "Import", show=False, id="first_run.import"),
        Binding("h", "hook", "Also record from now on", show=False, id="first_run.hook"),
        Binding("d", "demo", "Made-up data", show=False, id="first_run.demo"),
        Binding("escape", "back", "Back", show=False, id="first_run.back"),
        Binding("q", "leave", "Leave", show=False, id="first_run.leave"),
    ]

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self.look = FirstLook()
        self._shows_hook = False

    def compose(self) -> ComposeResult:
        """Title, page, message, keys."""
        yield Line("header")
        with VerticalScroll(id="page"):
            yield Line(classes="body")
        yield Line("message")
        yield HintLine("hints")

    def show_look(self, look: FirstLook) -> None:
        """More was read."""
        self.look = look
        if self.is_mounted:
            self.show_view(self.view)

    def show_view(self, view: View) -> None:
        """Draw what was found so far."""
        super().show_view(view)
        self.query_one("#header", Line).show(words((" VyNexus ", STRONG), ("› First look   everything stays on this machine", MUTED)))
        width = self.query_one("#page").scrollable_content_region.width or self.size.width
        stored_count = view.snapshot.recording.event_count
        page = first_run.page(self.look, view.glyphs, view.home, width=width, shows_hook=self._shows_hook, stored_count=stored_count)
        self.query_one(".body", Line).show(lines(*wrapped(page, width)))
        self.query_one(HintLine).show_hints(self._hints(), self.size.width)

    def _hints(self) -> list[Hint]:
        why_not = first_run.why_not_import(self.look)
        if self._shows_hook:
            no_offer = None if self.look.hooks else "your shells are recorded already, or are none that can be"
            own = [
                Hint(key="h", word="Record" if why_not else "Import and record", action="screen.hook", reason=no_offer),
                Hint(key="enter", word="Import only", action="screen.import", reason=why_not),
                Hint(key="esc", word="Back", action="screen.back"),
            ]
        else:
            own = [
                Hint(key="enter", word="Import", action="screen.import", reason=why_not),
                Hint(key="h", word="Record from now on", action="screen.hook"),
                Hint(key="d", word="Demo", action="screen.demo"),
            ]
        return [*own, Hint(key="q", word="Leave", action="screen.leave")]

    def on_resize(self) -> None:
        """Lists are cut to the width, which the page knows after its own layout."""
        self.call_after_refresh(self.show_view, self.view)

    def action_import(self) -> None:
        """Store the histories that were found."""
        reason = first_run.why_not_import(self.look)
        if reason is not None:
            self.say_refused(reason)
        elif self.hears():
            self.say_quietly("importing …")
            self.post_message(ImportAsked(with_hook=False))

    def action_hook(self) -> None:
        """First the lines, then, on the second press, import and record."""
        if not self.hears():
            return
        if self._shows_hook and self.look.hooks:
            self.say_quietly("importing, and adding the lines …")
            self.post_message(ImportAsked(with_hook=True))
        else:
            self._shows_hook = True
            self.show_view(self.view)

    def action_demo(self) -> None:
        """How to look around with made-up data."""
        self.say_quietly("vynexus demo shows the dashboard with made-up data, in a throwaway profile")

    def action_back(self) -> None:
        """From the lines to the page, from the page to the dashboard."""
        if self._shows_hook:
            self._shows_hook = False
            self.show_view(self.view)
        else:
            self.app.pop_screen()

    def action_leave(self) -> None:
        """Leave; nothing was written."""
        if self.view.snapshot.recording.event_count:
            self.app.pop_screen()
        else:
            self.app.exit(0)
