"""The entries of a shell's own history file, packed while they are read, and what they say about sessions and repeats."""

import re
from array import array
from datetime import datetime
from typing import NamedTuple

SESSION_LINES = 100
"""Without dates, this many lines count as a session."""
MAX_EVENTS = 1_000_000
"""The newest are kept: 25 bytes and the text each."""
UNKNOWN = -1
"""Of a stamp or a duration in a packed log; outside of it, unknown is None."""
UNDATED, MADE_UP, DATED = range(3)
"""What a packed stamp is worth: none, the second in which a session began, the second of the command."""
_EARLIEST_S = 600_000_000
_FUTURE_S = 400 * 86_400
_DEDUPED_FROM = 50
"""So many commands without a single repeat happen only where the shell drops repeats."""
_MADE_UP_RUN = 5
"""So many entries of one second were stamped together: `history -w` gives all old unstamped lines the second the session started."""
_END_OF_SESSION = re.compile(rb"\s*(?:exit|logout)(?:\s+\d+)?\s*;?\s*")
_LONGEST_END = 40


class StampRange(NamedTuple):
    """Epoch seconds that can be the time of a command: 1989 to 400 days from now; 19-digit stamps have crashed shells."""

    earliest_s: int
    latest_s: int


def plausible_stamps(now: datetime) -> StampRange:
    """The range at this time."""
    return StampRange(_EARLIEST_S, int(now.timestamp()) + _FUTURE_S)


def is_end_of_session(command: bytes) -> bool:
    """Whether the command ends its shell."""
    is_short = len(command) < _LONGEST_END
    return is_short and (b"exit" in command or b"logout" in command) and _END_OF_SESSION.fullmatch(command) is not None


class LogState(NamedTuple):
    """What a log must know of the entries before it to go on as if it had read them."""

    entry_count: int = 0
    undated_count: int = 0
    made_up_count: int = 0
    skipped_count: int = 0
    session: int = 1
    session_start_s: int = UNKNOWN
    session_undated: int = 0
    """Undated entries in a row."""
    latest_s: int = 0
    is_over: bool = False
    """The last entry was an `exit`."""
    trusted_s: int = UNKNOWN
    """Entries of this second were given as dated before, so that they stay dated however many follow."""


class EntryLog:
    """Entries in the order of the file: about 25 bytes each beside the text, where objects would take 300.

    A session ends after `exit`, where time runs backwards (each shell writes its block when it ends) and after 100 entries without a date.
    """

    __slots__ = (
        "_before_run", "_first_session", "_has_made_up", "_is_over", "_latest_s", "_run_first", "_run_stamp_s", "_run_trusted_s",
        "_seen", "_session", "_session_starts", "_session_undated", "_undated_count", "durations_s", "ends",
        "first_position", "has_durations", "made_up_count", "qualities", "run_at", "sessions", "skipped_count", "stamps_s", "texts",
    )  # fmt: skip

    def __init__(self, state: LogState | None = None, *, has_made_up: bool = False, has_repeats: bool = False) -> None:
        """`has_made_up`: the shell may stamp old entries all at once. `has_repeats`: one was seen before."""
        state = state or LogState()
        self.first_position = state.entry_count
        """Position in the file of the first entry that is kept."""
        self.texts = bytearray()
        self.ends = array("Q", [0])
        """Entry n is texts[ends[n]:ends[n + 1]]."""
        self.stamps_s = array("q")
        self.durations_s = array("i")
        self.sessions = array("I")
        self.qualities = bytearray()
        self.has_durations = False
        """Some duration is not 0."""
        self.made_up_count = state.made_up_count
        self.skipped_count = state.skipped_count
        """Lines of the whole file so far that no entry could be made of."""
        self.run_at: int = UNKNOWN
        """Where in the file the last entries of one trustworthy second begin; UNKNOWN where the last entry has none."""
        self._undated_count = state.undated_count
        self._session, self._session_undated, self._latest_s, self._is_over = (
            state.session, state.session_undated, state.latest_s, state.is_over
        )  # fmt: skip
        self._first_session = state.session
        self._session_starts = array("q", [state.session_start_s])
        self._has_made_up = has_made_up
        self._run_trusted_s = state.trusted_s
        self._run_first = 0
        self._run_stamp_s = UNKNOWN
        self._before_run: tuple[int, ...] = state[:-1]
        self._seen: set[int] | None = None if has_repeats else set()

    def __len__(self) -> int:
        return len(self.stamps_s)

    @property
    def entry_count(self) -> int:
        """Entries of the whole file so far."""
        return self.first_position + len(self.stamps_s)

    @property
    def undated_count(self) -> int:
        """Entries of the whole file so far that have no stamp."""
        return self._undated_count

    @property
    def has_repeats(self) -> bool:
        """Some command occurs twice."""
        return self._seen is None

    @property
    def ends_made_up(self) -> bool:
        """The last entry is one of those that were stamped together, of which more may follow."""
        return bool(self.qualities) and self.qualities[-1] == MADE_UP

    @property
    def is_deduped(self) -> bool:
        """The shell drops repeats: there are enough commands, and none twice."""
        return self._seen is not None and self.entry_count >= _DEDUPED_FROM

    def append(self, text: bytes, stamp_s: int = UNKNOWN, duration_s: int = UNKNOWN, *, at: int) -> None:
        """One more entry, which begins `at` that byte of the file. Blank ones are none."""
        bare = text.strip()
        # Shells know blanks of ASCII only, readers of events all of them.
        if not bare or (not b" " < bare < b"\x7f" and not bare.decode("utf-8", "surrogateescape").strip()):
            return
        if stamp_s != self._run_stamp_s:
            self._end_run()
            self._run_stamp_s, self._run_first = stamp_s, len(self.stamps_s)
            if stamp_s != UNKNOWN:
                self.run_at, self._before_run = at, self._state()
        if self._is_over or self._session_undated == SESSION_LINES or UNKNOWN < stamp_s < self._latest_s - 1:
            self._session += 1
            self._session_starts.append(UNKNOWN)
            self._session_undated = self._latest_s = 0
        self.texts += text
        self.ends.append(len(self.texts))
        self.stamps_s.append(stamp_s)
        self.durations_s.append(duration_s)
        self.sessions.append(self._session)
        if stamp_s == UNKNOWN:
            self.qualities.append(UNDATED)
            self.run_at = UNKNOWN
            self._undated_count += 1
            self._session_undated += 1
        else:
            self.qualities.append(DATED)
            self._session_undated, self._latest_s = 0, stamp_s
        if duration_s > 0:
            self.has_durations = True
        self._is_over = is_end_of_session(bare)
        if self._seen is not None:
            self._look_for_repeat(text)
        if len(self.stamps_s) >= MAX_EVENTS + MAX_EVENTS // 4:
            self._drop_oldest(len(self.stamps_s) - MAX_EVENTS)

    def finish(self) -> None:
        """Settles the last entries; call once, after the last one."""
        self._end_run()
        if len(self.stamps_s) > MAX_EVENTS:
            self._drop_oldest(len(self.stamps_s) - MAX_EVENTS)

    def state_to_go_on(self) -> LogState:
        """The state before the last entries of one trustworthy second (`run_at`), else after the last entry."""
        if self.run_at != UNKNOWN:
            return LogState._make((*self._before_run, self._run_stamp_s))
        return self.state_at_end()

    def state_at_end(self) -> LogState:
        """The state after the last entry."""
        return LogState._make((*self._state(), UNKNOWN))

    def session_start_s(self, session: int) -> int:
        """Epoch second of the first dated entry of a session."""
        return self._session_starts[session - self._first_session]

    def _state(self) -> tuple[int, ...]:
        """The fields of a LogState but the last one; a plain tuple, because it is made for nearly every entry."""
        return (
            self.first_position + len(self.stamps_s), self._undated_count, self.made_up_count, self.skipped_count,
            self._session, self._session_starts[-1], self._session_undated, self._latest_s, self._is_over,
        )  # fmt: skip

    def _end_run(self) -> None:
        """Says whether the last entries with one stamp are dated by it, and dates their sessions."""
        stamp_s, first = self._run_stamp_s, self._run_first
        count = len(self.stamps_s) - first
        if stamp_s == UNKNOWN:
            return
        is_made_up = self._has_made_up and count >= _MADE_UP_RUN and stamp_s != self._run_trusted_s
        self._run_trusted_s = UNKNOWN
        if is_made_up:
            self.qualities[first:] = bytes([MADE_UP]) * count
            self.made_up_count += count
            self.run_at = UNKNOWN
        elif self._session_starts[-1] == UNKNOWN or self.sessions[first] != self._session:
            for session in range(self.sessions[first] - self._first_session, len(self._session_starts)):
                if self._session_starts[session] == UNKNOWN:
                    self._session_starts[session] = stamp_s

    def _look_for_repeat(self, text: bytes) -> None:
        assert self._seen is not None
        known = hash(text)
        if known in self._seen:
            self._seen = None
        else:
            self._seen.add(known)

    def _drop_oldest(self, count: int) -> None:
        cut = self.ends[count]
        del self.texts[:cut]
        self.ends = array("Q", [end - cut for end in self.ends[count:]])
        del self.stamps_s[:count], self.durations_s[:count], self.sessions[:count], self.qualities[:count]
        self.first_position += count
        self._run_first = max(0, self._run_first - count)
