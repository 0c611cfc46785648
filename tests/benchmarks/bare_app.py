"""The yardstick: about the least that a Textual app can be. One text that fills the screen, and a key that changes it."""

from textual.app import App, ComposeResult
from textual.widgets import Static

READY = "bare-app-ready"


class BareApp(App[None]):
    """Counts how often the arrow keys were pressed."""

    BINDINGS = [("down", "count(1)", "Down"), ("up", "count(-1)", "Up"), ("q", "quit", "Quit")]  # noqa: RUF012  (as Textual declares it)
    count = 0

    def compose(self) -> ComposeResult:
        yield Static(READY)

    def action_count(self, by: int) -> None:
        self.count += by
        self.query_one(Static).update(f"{READY} {self.count}")


if __name__ == "__main__":
    BareApp().run()
