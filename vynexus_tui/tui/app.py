"""The dashboard: holds the snapshot, the clock and the engine's hand; screens draw, ask by message, and never compute."""

import asyncio
import locale
import signal
import subprocess
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.binding import BindingType
from textual.reactive import reactive
from textual.timer import Timer

from vynexus_tui.domain.cycles import Snapshot, SystemSample
from vynexus_tui.domain.errors import VynexusError
from vynexus_tui.domain.identifiers import AutomationId
from vynexus_tui.domain.trials import SandboxCapability, SandboxLevel
from vynexus_tui.engine import background, trials
from vynexus_tui.engine.assembly import Workspace
from vynexus_tui.tui import messages as m
from vynexus_tui.tui.engine_app import EngineApp
from vynexus_tui.tui.keymap import APP_KEYS
from vynexus_tui.tui.pages import open_page
from vynexus_tui.tui.palette import ActionCommands, AutomationCommands
from vynexus_tui.tui.panels.desk import NARROW, WIDE
from vynexus_tui.tui.present import recording
from vynexus_tui.tui.present.glyphs import choose_glyphs
from vynexus_tui.tui.present.header import Status
from vynexus_tui.tui.present.view import View
from vynexus_tui.tui.screens.live_screen import LiveScreen
from vynexus_tui.tui.screens.main import MainScreen
from vynexus_tui.tui.snapshot_feed import SnapshotFeed
from vynexus_tui.tui.theme import choose_theme

_REDRAW_S = 60.0
"""Ages ("12 min ago") are brought forward this often."""
_CYCLE_POLL_S = 0.25
_SAMPLES_KEPT = 300


def _utc_now() -> datetime:
    return datetime.now(tz=UTC)


class VynexusApp(EngineApp):
    """One window on one Workspace."""

    TITLE = "VyNexus"
    CSS_PATH = Path(__file__).with_name("app.tcss")
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (NARROW, "-normal"), (WIDE, "-wide")]  # noqa: RUF012  (as Textual declares it)
    COMMANDS: ClassVar = {ActionCommands, AutomationCommands}
    BINDINGS: ClassVar[list[BindingType]] = [*APP_KEYS]

    snapshot: reactive[Snapshot | None] = reactive(None, init=False)
    status: reactive[Status] = reactive(Status(), init=False)

    def __init__(self, workspace: Workspace, *, clock: Callable[[], datetime] = _utc_now) -> None:
        super().__init__(workspace, clock)
        self._glyphs = choose_glyphs(workspace.settings.ui.glyphs, locale.getpreferredencoding(False))
        self._feed = SnapshotFeed(workspace, self.post_message, self.now)
        self._frozen: Snapshot | None = None
        self._cycle_timer: Timer | None = None
        self._samples: deque[SystemSample] = deque(maxlen=_SAMPLES_KEPT)
        self._cycle: subprocess.Popen[bytes] | None = None
        self._sandbox: SandboxCapability | None = None
        self._has_explored_sandbox = False
        self._made: AutomationId | None = None
        self.theme = choose_theme(workspace.settings.ui.theme, workspace.environment, self.available_themes)
        self.set_reactive(VynexusApp.status, Status(is_demo=workspace.is_demo))

    def view_for(self, screen: LiveScreen | None = None) -> View:
        """What a screen is drawn from: the newest snapshot, or, on a frozen main screen, the one it was frozen at."""
        newest = self.snapshot or Snapshot(taken_at=self.now())
        snapshot = self._frozen if self._frozen is not None and isinstance(screen, MainScreen) else newest
        # Frozen with its time: an age that moved on would make what stands still look new.
        frozen_at = self.status.frozen_at if isinstance(screen, MainScreen) else None
        home = str(self.workspace.paths.home)
        shows_aside = isinstance(screen, MainScreen) and screen.shows_put_aside
        now = frozen_at or self.now()
        return View(snapshot=snapshot, now=now, glyphs=self._glyphs, home=home, trying=self.trying, shows_put_aside=shows_aside)

    async def on_mount(self) -> None:
        """Paint first; then watch the store, and look at what waits."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # Without this the terminal stays in its alternate screen with mouse tracking on.
            loop.add_signal_handler(number, partial(self.exit, return_code=128 + number))
        await self.push_screen(MainScreen(self.view_for(), self.status))
        self.set_interval(_REDRAW_S, self._bring_clock_forward)
        self.run_worker(self._feed.run, thread=True, group="feed", exit_on_error=False)
        self._look_if_needed()

    def on_unmount(self) -> None:
        """Let the threads end."""
        self._feed.stop()
        self.stop_trying()

    def watch_app_focus(self, has_focus: bool) -> None:
        """Without focus nothing ticks; with the focus back, keys meant for another window decide nothing."""
        self._feed.is_resting = not has_focus
        self.status = replace(self.status, is_resting=not has_focus)
        if has_focus and isinstance(self.screen, LiveScreen):
            self.screen.become_deaf()
            self._redraw()

    # ---- what is shown

    @on(m.SnapshotFetched)
    def _take_snapshot(self, message: m.SnapshotFetched) -> None:
        is_first = self.snapshot is None
        if self._made is not None:
            self.call_later(self._open_made)
        self.status = replace(self.status, database_error=None)
        self.snapshot = replace(message.snapshot, sandbox=message.snapshot.sandbox or self._sandbox)
        if message.snapshot.automations and not self._has_explored_sandbox:
            # Not before: what was found is remembered on disk, and looking around must write nothing.
            self._has_explored_sandbox = True
            self._explore_sandbox()
        if is_first and not message.snapshot.recording.event_count and not message.snapshot.automations:
            self.action_find_history()

    @on(m.RecordSeen)
    def _take_record(self, message: m.RecordSeen) -> None:
        last = self.snapshot.recording.last_record_at if self.snapshot else None
        if self.snapshot is None or (last is not None and last >= message.at):
            return
        recorded = replace(self.snapshot.recording, last_record_at=message.at)
        # Only the light changes: drawing every list for each command that is typed somewhere would cost more than it tells.
        self.set_reactive(VynexusApp.snapshot, replace(self.snapshot, recording=recorded))
        self.watch_status()

    @on(m.FeedFailed)
    def _say_database_error(self, message: m.FeedFailed) -> None:
        self.status = replace(self.status, database_error=message.reason)

    @on(m.SampleTaken)
    def _take_sample(self, message: m.SampleTaken) -> None:
        self._samples.append(message.sample)
        self._feed.wants_busiest = self.size.width >= WIDE
        if self.status.frozen_at is not None:
            return
        for screen in self._drawable:
            if isinstance(screen, MainScreen) and screen.is_current:
                screen.show_machine(tuple(self._samples))
                screen.show_status(self.status, replace(screen.view, now=self.now()))

    def watch_snapshot(self) -> None:
        """Draw the new snapshot."""
        self._redraw()

    def watch_status(self) -> None:
        """Draw the top line."""
        for screen in self._drawable:
            if isinstance(screen, MainScreen):
                screen.show_status(self.status, self.view_for(screen))

    @property
    def _drawable(self) -> list[LiveScreen]:
        # None once the app is ending: what comes in late must not look for parts that are gone.
        return [screen for screen in self.screen_stack if isinstance(screen, LiveScreen)] if self.is_running else []

    def _redraw(self) -> None:
        for screen in self._drawable:
            if screen.is_current and screen.is_mounted:
                with self.batch_update():
                    screen.show_view(self.view_for(screen))
            else:
                # Drawn when it is composed, or comes back to the top.
                screen.view = self.view_for(screen)

    def _bring_clock_forward(self) -> None:
        if self.app_focus:
            self._redraw()

    def action_freeze(self) -> None:
        """Keep what is on screen still, or go on."""
        is_frozen = self.status.frozen_at is not None
        self._frozen = None if is_frozen else self.snapshot
        self.status = replace(self.status, frozen_at=None if is_frozen else self.now())
        self._redraw()

    def action_toggle_help(self) -> None:
        """The keys of this place."""
        from vynexus_tui.tui.screens.key_help import KeyHelpScreen, keys_of

        if isinstance(self.screen, LiveScreen):
            self.push_screen(KeyHelpScreen(self.screen.HELP or "", keys_of(self.screen)))

    @on(m.PageAsked)
    async def _open_page(self, message: m.PageAsked) -> None:
        await open_page(self, message, self.view_for())

    async def action_choose_commands(self) -> None:
        """Make an automation by hand. Opened at once, not by message: the next key is meant for it already."""
        await open_page(self, m.PageAsked("choosing", ""), self.view_for())

    @on(m.AutomationMade)
    def _await_made(self, message: m.AutomationMade) -> None:
        if not isinstance(self.screen, MainScreen):
            self.pop_screen()
        self._made = message.automation.automation_id
        self.after_change()

    async def _open_made(self) -> None:
        """Its review, as soon as the store has shown it; unless the person went elsewhere meanwhile."""
        head = self.view_for().automation(self._made)
        if head is None:
            return
        self._made = None
        if isinstance(self.screen, MainScreen):
            await open_page(self, m.PageAsked("automations", head.automation.automation_id), self.view_for())
        self.say(f"made {head.automation.name}: s tries it, e edits it, x rejects it")

    def action_history(self) -> None:
        """Time saved, and what happened."""
        self.post_message(m.PageAsked("history", ""))

    def action_show_recording(self) -> None:
        """What is recorded, and what each source cannot say."""
        self.post_message(m.PageAsked("recording", ""))

    def action_find_history(self) -> None:
        """What the shell's own history holds."""
        self.post_message(m.PageAsked("first_run", ""))

    def after_change(self) -> None:
        """Draw at once what we know ourselves, and read the store."""
        self._redraw()
        self._feed.refresh()

    @property
    def is_recording_paused(self) -> bool:
        """Whether recording is off, as far as we have seen."""
        return self.snapshot is not None and recording.is_paused(self.snapshot.recording, self.now())

    # ---- cycles

    @on(m.HistoriesStored)
    def _look_at_histories(self, message: m.HistoriesStored) -> None:
        while len(self.screen_stack) > 2:
            self.pop_screen()
        self.say(message.text)
        self._start_cycle()

    @work(thread=True, group="look", exit_on_error=False, exclusive=True)
    def _look_if_needed(self) -> None:
        last = self.snapshot.last_cycle if self.snapshot else None
        is_old = last is not None and self.now() - last.started_at > timedelta(days=1)
        self.call_from_thread(self._start_cycle if is_old or background.needs_cycle(self.workspace, now=self.now()) else self._plan_cycle)

    def _plan_cycle(self) -> None:
        interval = self.workspace.settings.engine.cycle_interval_s
        self.status = replace(self.status, next_cycle_at=self.now() + timedelta(seconds=interval))
        if self._cycle_timer is not None:
            self._cycle_timer.stop()
        self._cycle_timer = self.set_timer(interval, self._look_if_needed)

    def action_look_now(self) -> None:
        """Start a cycle now."""
        if self._cycle is not None:
            self.say(refused="looking already")
        else:
            self._start_cycle()

    @on(m.RunsWaiting)
    def _count_runs(self) -> None:
        # Not after a failure: the same runs would wait again in a few seconds, and start the same failing cycle for ever.
        if not self.status.last_cycle_failed:
            self._start_cycle()

    def _start_cycle(self) -> None:
        if self._cycle is not None:
            return
        try:
            self._cycle = background.start_cycle(self.workspace)
        except OSError as error:
            self.status = replace(self.status, last_cycle_failed=True)
            self.say(refused=f"a cycle could not be started: {error}")
            return
        self.status = replace(self.status, is_looking=True, last_cycle_failed=False, next_cycle_at=None)
        self._poll_cycle()

    def _poll_cycle(self) -> None:
        if self._cycle is None:
            return
        exit_code = self._cycle.poll()
        if exit_code is None:
            self.set_timer(_CYCLE_POLL_S, self._poll_cycle)
            return
        self._cycle = None
        self.status = replace(self.status, is_looking=False, last_cycle_failed=exit_code != 0)
        if exit_code != 0:
            self.say(refused=f"the last cycle failed; its log: {self.workspace.paths.log_file}")
        self._feed.refresh()
        self._plan_cycle()

    @work(thread=True, group="sandbox", exit_on_error=False)
    def _explore_sandbox(self) -> None:
        try:
            capability = trials.sandbox_capability(self.workspace)
        except VynexusError as error:
            capability = SandboxCapability(level=SandboxLevel.STATIC, failed_stage=error.message, repair=error.hint)
        self.call_from_thread(self._take_capability, capability)

    def _take_capability(self, capability: SandboxCapability) -> None:
        self._sandbox = capability
        if self.snapshot is not None:
            self.snapshot = replace(self.snapshot, sandbox=capability)
