"""How long a person is at something, told by their keys."""

from collections.abc import Callable
from datetime import datetime

_LONGEST_PAUSE_S = 30.0
"""As between two commands by hand: who presses nothing for longer may have gone for coffee."""


class AttentionClock:
    """Runs from key to key."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self.begin()

    def begin(self) -> None:
        """Something new is looked at."""
        self.started_at = self._last = self._clock()
        self.seconds = 0.0

    def note_key(self) -> None:
        """A key was pressed."""
        now = self._clock()
        self.seconds += min(_LONGEST_PAUSE_S, max(0.0, (now - self._last).total_seconds()))
        self._last = now
