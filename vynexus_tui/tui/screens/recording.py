"""What is recorded: the light in words, what is wrong, and the quality of every source."""

from typing import ClassVar

from textual.binding import BindingType

from vynexus_tui.tui.keymap import RECORDING_KEYS, Hint
from vynexus_tui.tui.present import recording
from vynexus_tui.tui.present.view import View
from vynexus_tui.tui.screens.page import PageScreen


class RecordingScreen(PageScreen):
    """A page that knows the way to more: the first look, and the pause."""

    BINDINGS: ClassVar[list[BindingType]] = [*RECORDING_KEYS]
    HELP = "What a source cannot say stays unknown; its own line mends it from now on, never for the past."

    def __init__(self, view: View) -> None:
        super().__init__(view, "What is recorded", recording.page, copies=recording.remedies)

    def own_hints(self) -> list[Hint]:
        """Copying first, then where recording is changed."""
        state = self.view.snapshot.recording
        word = "Go on recording" if recording.is_paused(state, self.view.now) else "Pause recording"
        pause = [Hint(key="P", word=word, action="app.toggle_recording")] if state.hooked_shells else []
        return [*super().own_hints(), *pause, Hint(key="F", word="Your history", action="app.find_history")]
