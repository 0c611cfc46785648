"""Driving the real app in a test: wait for what must come, read the screen as text."""

from collections.abc import Callable

from textual.pilot import Pilot

from vynexus_tui.domain.cycles import Snapshot
from vynexus_tui.tui.app import VynexusApp
from vynexus_tui.tui.messages import SnapshotFetched
from vynexus_tui.tui.screens.live_screen import LiveScreen
from vynexus_tui.tui.screens.main import MainScreen


def screen_text(app: VynexusApp) -> str:
    """What is painted, line by line."""
    return "\n".join("".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips())


async def until(pilot: Pilot[int], condition: Callable[[], object], *, what: str = "", timeout_s: float = 15.0) -> None:
    """Wait until the condition holds; the test fails with what is on screen if it never does."""
    for _ in range(int(timeout_s / 0.02)):
        await pilot.pause(0.02)
        if condition():
            return
    raise AssertionError(f"never happened: {what or condition}\n{screen_text(pilot.app)}")


async def until_shown(pilot: Pilot[int], text: str, **given: float) -> None:
    """Wait until the text is on screen."""
    await until(pilot, lambda: text in screen_text(pilot.app), what=text, **given)


async def until_hearing(pilot: Pilot[int]) -> None:
    """Wait until deciding keys count again."""
    await until(pilot, lambda: isinstance(pilot.app.screen, LiveScreen) and not pilot.app.screen.is_deaf, what="hearing")


async def at_main(pilot: Pilot[int]) -> MainScreen:
    """The main screen, once the store was read for the first time."""
    app = pilot.app
    await until(pilot, lambda: app.snapshot is not None, what="first snapshot")
    await pilot.pause()
    while not isinstance(app.screen, MainScreen):
        app.pop_screen()
        await pilot.pause()
    return app.screen


async def showing(pilot: Pilot[int], snapshot: Snapshot) -> MainScreen:
    """The main screen, drawn from a made-up snapshot as the feed would post it."""
    screen = await at_main(pilot)
    pilot.app.post_message(SnapshotFetched(snapshot))
    await until(pilot, lambda: screen.view.snapshot.taken_at == snapshot.taken_at, what="made-up snapshot")
    await until_hearing(pilot)
    return screen
