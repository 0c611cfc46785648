"""What all screens have in common: they are drawn from a View, they have a message line, and after appearing they are deaf for a moment."""

from typing import ClassVar

from textual.content import Content
from textual.screen import Screen
from textual.timer import Timer

from vynexus_tui.tui.panels.lines import Line
from vynexus_tui.tui.present.content import BAD, GOOD, MUTED, shown, words
from vynexus_tui.tui.present.glyphs import ASCII
from vynexus_tui.tui.present.view import View


class LiveScreen(Screen[None]):
    """Drawn from the newest View; says things in the line with id `message`."""

    DEAF_S: ClassVar[float] = 0.3
    """Deciding keys do nothing for this long after the screen appears, the window gets the focus back, or such a key was
    pressed: a held key, or one meant for another window, must not decide anything (a key repeats every 20-40 ms)."""

    def __init__(self, view: View) -> None:
        super().__init__()
        self.view = view
        self._hearing: Timer | None = None
        self._has_just_decided = False
        self._is_covered = True

    @property
    def is_deaf(self) -> bool:
        """Whether deciding keys are ignored now."""
        return self._is_covered or self._hearing is not None

    def hears(self) -> bool:
        """Whether a deciding key counts now. Either way the next one within DEAF_S does not."""
        if self.is_deaf:
            if not self._has_just_decided:
                self.say_quietly("dropped: too soon after the screen changed; press it again")
            self.become_deaf()
            return False
        self.become_deaf()
        self._has_just_decided = True
        return True

    def become_deaf(self) -> None:
        """Ignore deciding keys for a moment, from now."""
        if self._hearing is not None:
            self._hearing.stop()
        self._hearing = self.set_timer(self.DEAF_S, self._hear)

    def _hear(self) -> None:
        self._hearing = None
        self._has_just_decided = False

    def on_screen_resume(self) -> None:
        """The screen appeared."""
        self._is_covered = False
        self.set_class(self.view.glyphs is ASCII, "-ascii")
        self.become_deaf()
        self.show_view(self.view)

    def on_screen_suspend(self) -> None:
        """Another screen is on top. Until this one has really come back it stays deaf: a key may arrive before the event does."""
        self._is_covered = True

    def show_view(self, view: View) -> None:
        """Draw from `view`. Extended by every screen."""
        self.view = view

    def note_key(self) -> None:
        """A key was pressed; a screen that measures attention extends this."""

    def add_output(self, text: str) -> None:
        """The trial under way wrote `text`; screens that show a trial extend this."""

    def say(self, content: Content) -> None:
        """Put something into the message line, until the next message."""
        for line in self.query("#message").results(Line):
            line.show(words(" ", content))

    def say_done(self, text: str) -> None:
        """Something was done."""
        self.say(words(("* " if self.view.glyphs is ASCII else "✓ ", GOOD), shown(text)))

    def say_refused(self, text: str) -> None:
        """Something was not done, and why."""
        self.say(words((f"{self.view.glyphs.warning} ", BAD), shown(text)))

    def say_quietly(self, text: str) -> None:
        """A remark."""
        self.say(shown(text, MUTED))
