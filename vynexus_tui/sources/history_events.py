"""Events of a packed history, made as they are asked for, and honest words about what such a file cannot say."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import overload

from vynexus_tui.domain.events import Actor, CommandEvent, CostSource, CountQuality, HistoryReading, TimeQuality
from vynexus_tui.sources.history_entries import DATED, MAX_EVENTS, UNKNOWN, EntryLog

HOOK_REMEDY = "run `vynexus hook install`"
"""What makes every history better from now on: the hook knows dates, folders, durations and exit codes."""
COUNTS_UNKNOWN = "counts unknown (the shell keeps one copy of each command)"
_QUALITIES = (TimeQuality.NONE, TimeQuality.SESSION, TimeQuality.EXACT)
_ACTOR, _COST_SOURCE = Actor.UNKNOWN, CostSource.NONE
"""Looked up once: a member of an enumeration costs 0.1 µs."""
_LEAST_DATED_SHARE = 0.5
"""With fewer dates than this, having them is the first thing to mend."""


class _Draft:
    """A CommandEvent in the making.

    `__init__` of a frozen dataclass takes 2.5 µs for its 18 fields, because each goes through object.__setattr__; plain assignments
    to the same slots take 0.5 µs, and a million events are made at least once per import.
    """

    __slots__ = CommandEvent.__slots__

    def __init__(
        self, position: int, command: str, session_id: str, started_at: datetime | None, duration_s: float | None, shell: str, origin: str,
        time_quality: TimeQuality, count_quality: CountQuality,
    ) -> None:  # fmt: skip
        self.event_id = self.sequence_no = position
        self.command = command
        self.session_id = session_id
        self.started_at = started_at
        self.duration_s = duration_s
        self.exit_code = self.cwd = self.host = self.cpu_s = self.peak_memory_bytes = self.native_id = None
        self.shell = shell
        self.actor = _ACTOR
        self.origin = origin
        self.time_quality = time_quality
        self.count_quality = count_quality
        self.cost_source = _COST_SOURCE


class HistoryEvents(Sequence[CommandEvent]):
    """The events of a log; each is made anew whenever it is asked for. A slice shares the log."""

    __slots__ = ("_count_quality", "_has_durations", "_log", "_origin", "_places", "_sessions", "_shell")

    def __init__(self, log: EntryLog, *, shell: str, count_quality: CountQuality, has_durations: bool, places: range | None = None) -> None:
        self._log = log
        self._shell = shell
        self._origin = f"{shell}_history"
        self._sessions: dict[tuple[int, int], str] = {}
        self._count_quality = count_quality
        self._has_durations = has_durations
        self._places = range(len(log)) if places is None else places

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[CommandEvent]:
        return map(self._event, self._places)

    @overload
    def __getitem__(self, index: int) -> CommandEvent: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[CommandEvent]: ...
    def __getitem__(self, index: int | slice) -> CommandEvent | Sequence[CommandEvent]:
        if isinstance(index, slice):
            return HistoryEvents(
                self._log,
                shell=self._shell,
                count_quality=self._count_quality,
                has_durations=self._has_durations,
                places=self._places[index],
            )
        return self._event(self._places[index])

    def _session(self, session: int, quality: int) -> str:
        name = f"{self._origin}:{self._log.session_start_s(session) if quality == DATED else session}"
        self._sessions[session, quality] = name
        return name

    def _event(self, place: int) -> CommandEvent:
        log = self._log
        stamp_s, session, quality = log.stamps_s[place], log.sessions[place], log.qualities[place]
        duration_s = log.durations_s[place] if self._has_durations else UNKNOWN
        draft = _Draft(
            log.first_position + place,
            log.texts[log.ends[place] : log.ends[place + 1]].decode("utf-8", "surrogateescape"),
            # By its time, not its number: the number changes when the shell cuts the file's head.
            self._sessions.get((session, quality)) or self._session(session, quality),
            None if stamp_s == UNKNOWN else datetime.fromtimestamp(stamp_s, UTC),
            None if duration_s == UNKNOWN else float(duration_s),
            self._shell,
            self._origin,
            _QUALITIES[quality],
            self._count_quality,
        )
        draft.__class__ = CommandEvent  # type: ignore[assignment]
        return draft  # type: ignore[return-value]


def build_reading(log: EntryLog, *, shell: str, path: str | None, is_deduped: bool, has_durations: bool) -> HistoryReading:
    """What a log gives. `is_deduped`: the shell keeps one copy of each command; `has_durations`: some duration is known."""
    count_quality = CountQuality.DEDUPED if is_deduped else CountQuality.EXACT
    events = HistoryEvents(log, shell=shell, count_quality=count_quality, has_durations=has_durations)
    missing = [
        missing_dates(log.undated_count + log.made_up_count, log.entry_count),
        "durations in whole seconds" if has_durations else "no durations",
        "no exit codes",
        "no folders",
        COUNTS_UNKNOWN if is_deduped else "",
        f"only the newest {MAX_EVENTS:,} commands" if log.entry_count > MAX_EVENTS else "",
    ]
    return HistoryReading(
        events=events,
        origin=f"{shell}_history",
        path=path,
        undated_count=len(log.qualities) - log.qualities.count(DATED),
        unknown=tuple(word for word in missing if word) if log.entry_count else (),
        remedy=_remedy(log, shell=shell, is_deduped=is_deduped, has_durations=has_durations),
    )


def missing_dates(undated_count: int, count: int) -> str:
    """How many of `count` commands have no date, in words; empty when all have one."""
    if not undated_count:
        return ""
    return "no dates" if undated_count == count else f"no dates for {undated_count:,} of {count:,} commands"


def _remedy(log: EntryLog, *, shell: str, is_deduped: bool, has_durations: bool) -> str:
    """The option of the shell that keeps what is missing here, beside the hook, which keeps everything."""
    option = ""
    has_dates = log.undated_count < _LEAST_DATED_SHARE * max(1, log.entry_count)
    if is_deduped:
        return HOOK_REMEDY
    if shell == "bash" and not has_dates:
        option = "HISTTIMEFORMAT='%F %T '"
    elif shell == "zsh" and not has_dates:
        option = "setopt EXTENDED_HISTORY INC_APPEND_HISTORY_TIME"
    elif shell == "zsh" and not has_durations:
        option = "setopt INC_APPEND_HISTORY_TIME"
    return f"{HOOK_REMEDY}, or put `{option}` into ~/.{shell}rc" if option else HOOK_REMEDY
