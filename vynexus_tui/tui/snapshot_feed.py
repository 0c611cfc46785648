"""Watches the store and the machine from a thread of its own, and posts what is new. The screen never queries."""

from collections.abc import Callable
from datetime import datetime
from threading import Event

from textual.message import Message

from vynexus_tui.domain.errors import StoreBusyError
from vynexus_tui.engine.assembly import Workspace
from vynexus_tui.engine.background import has_new_runs
from vynexus_tui.engine.hooks import is_paused
from vynexus_tui.engine.recording_quality import last_record_at
from vynexus_tui.engine.snapshots import ChangeWatch, MachineWatch, build_snapshot
from vynexus_tui.tui.messages import FeedFailed, RecordSeen, RunsWaiting, SampleTaken, SnapshotFetched

_STORE_POLL_S = 1.0
_POLLS_PER_RUN_CHECK = 5
_POLLS_PER_RUN_REMINDER = 60
"""Runs that wait on although a cycle was asked for (it cannot take them in) must not start one every 5 s."""


class SnapshotFeed:
    """`run` in a thread until `stop`. While `is_resting` (the terminal has no focus) the machine is not read."""

    def __init__(self, workspace: Workspace, post: Callable[[Message], object], now: Callable[[], datetime]) -> None:
        self._workspace = workspace
        self._post = post
        self._now = now
        self._wake = Event()
        self._is_stopped = False
        self._is_asked = True
        self._record_at: datetime | None = None
        self._is_off: bool | None = None
        """As the screen has it."""
        self.is_resting = False
        self.wants_busiest = False

    def stop(self) -> None:
        """End `run` at once."""
        self._is_stopped = True
        self._wake.set()

    def refresh(self) -> None:
        """Read the store now, changed or not: recording can be paused without a word in the database."""
        self._is_asked = True
        self._wake.set()

    def run(self) -> None:
        """Poll until stopped."""
        watch, machine = ChangeWatch(self._workspace), MachineWatch()
        polls_per_sample = max(1, round(self._workspace.settings.ui.refresh_s / _STORE_POLL_S))
        round_no = 0
        has_failed = did_runs_wait = False
        while not self._is_stopped:
            self._wake.clear()
            try:
                if watch.has_changed() or self._is_asked or has_failed:
                    self._is_asked = False
                    snapshot = build_snapshot(self._workspace, now=self._now())
                    self._is_off = snapshot.recording.is_paused
                    self._post(SnapshotFetched(snapshot))
                has_failed = False
                if round_no % polls_per_sample == 0 and not self.is_resting:
                    self._post(SampleTaken(machine.sample(self._now(), with_busiest=self.wants_busiest)))
                if round_no % polls_per_sample == 0:
                    self._look_at_recording()
                if round_no % _POLLS_PER_RUN_CHECK == _POLLS_PER_RUN_CHECK - 1:
                    did_runs_wait = self._look_for_runs(did_runs_wait, round_no)
            except StoreBusyError:
                self._is_asked = True
            except Exception as error:  # noqa: BLE001  (a dashboard that says what is wrong beats one that is gone)
                has_failed = True
                self._post(FeedFailed(str(error) or type(error).__name__))
                watch.close()
            round_no += 1
            self._wake.wait(_STORE_POLL_S)
        watch.close()

    def _look_at_recording(self) -> None:
        """Hooks write, and recording is switched off elsewhere, without a word in the database."""
        record_at, is_off = last_record_at(self._workspace), is_paused(self._workspace, now=self._now())
        if record_at is not None and record_at != self._record_at:
            self._record_at = record_at
            self._post(RecordSeen(record_at))
        if self._is_off not in (None, is_off):
            self._is_asked = True

    def _look_for_runs(self, did_wait: bool, round_no: int) -> bool:
        do_wait = has_new_runs(self._workspace)
        if do_wait and (not did_wait or round_no % _POLLS_PER_RUN_REMINDER == _POLLS_PER_RUN_REMINDER - 1):
            self._post(RunsWaiting())
        return do_wait
