"""Cut a history into traces: what one person typed in one shell without a long pause."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from vynexus_tui.domain.events import Actor, CommandEvent, TimeQuality
from vynexus_tui.domain.traces import Step, Trace
from vynexus_tui.language.lexing import parse_command

UNTIMED_STRETCH = 100
"""Lines of an untimed history that count as one session: about a day of typing."""
SESSION_PAUSE_S = 4 * 3600.0
"""A shell left open over a longer pause starts a new session: a terminal multiplexer keeps one shell for weeks."""
_HISTORY_FILES = frozenset({"bash_history", "zsh_history", "fish_history"})
"""Files that all shells of a person share; there only a pause tells sessions apart."""
_NO_STEPS = frozenset(("exit", "logout", "clear", "cls", "reset", "fg", "bg", "jobs"))
"""What is said to the terminal, whatever the person is doing."""
_COMMAND_NOT_FOUND = 127
_LONGEST_READ = 4096
"""A longer line is a program somebody pasted: kept as one step, not read."""
_MOST_PARTS = 40


_NEVER = datetime.min.replace(tzinfo=UTC)


def build_traces(events: Sequence[CommandEvent], *, idle_gap_s: float = 1800.0) -> tuple[Trace, ...]:
    """Traces in the order in which they begin. Mistyped commands (exit 127) and our own automations' runs are left out."""
    by_shell: dict[tuple[str, str], list[CommandEvent]] = {}
    for event in events:
        if event.actor is not Actor.AUTOMATION:
            by_shell.setdefault((event.origin, event.session_id), []).append(event)
    return tuple(trace for shell in by_shell.values() for trace in _cut_shell(shell, idle_gap_s))


def _cut_shell(events: list[CommandEvent], idle_gap_s: float) -> Iterator[Trace]:
    events.sort(key=lambda event: event.sequence_no)
    if all(event.time_quality is TimeQuality.EXACT for event in events):
        # What one import brought later may have happened earlier.
        events.sort(key=lambda event: event.started_at or _NEVER)
    shares_shells = not events[0].session_id or events[0].origin in _HISTORY_FILES
    session_pause_s = idle_gap_s if shares_shells else max(SESSION_PAUSE_S, idle_gap_s)
    session = untimed_count = 0
    first, steps, is_continuation, has_ended = events[0], list[tuple[Step, CommandEvent]](), False, False
    previous: CommandEvent | None = None
    for event in events:
        pause_s = _pause_s(previous, event)
        untimed_count += event.started_at is None
        is_stretch_full = event.started_at is None and untimed_count > UNTIMED_STRETCH
        if pause_s > idle_gap_s or has_ended or is_stretch_full:
            if steps:
                yield _build_trace(first, session, steps, is_continuation)
            is_new_session = pause_s > session_pause_s or has_ended or is_stretch_full
            session += is_new_session
            untimed_count = 1 if is_new_session else untimed_count
            first, steps = event, []
            is_continuation = is_stretch_full and not has_ended and pause_s <= idle_gap_s
        if event.exit_code != _COMMAND_NOT_FOUND:
            steps += [(step, event) for step in _read_steps(event)]
        has_ended = event.started_at is None and event.command.strip() in ("exit", "logout")
        previous = event
    if steps:
        yield _build_trace(first, session, steps, is_continuation)


def _build_trace(first: CommandEvent, session: int, steps: list[tuple[Step, CommandEvent]], is_continuation: bool) -> Trace:
    name = f"{first.session_id}+{session}" if session else first.session_id
    starts = [event.started_at for _, event in steps if event.time_quality is TimeQuality.EXACT]
    times_s = tuple(start.timestamp() for start in starts if start is not None)
    return Trace(
        session_id=name,
        steps=tuple(step for step, _ in steps),
        started_at=first.started_at,
        is_continuation=is_continuation,
        host=first.host,
        times_s=times_s if len(times_s) == len(steps) else (),
        end_s=times_s[-1] + (steps[-1][1].duration_s or 0.0) if times_s else 0.0,
    )


def _pause_s(previous: CommandEvent | None, event: CommandEvent) -> float:
    """Seconds between the end of one command and the start of the next; 0 where unknown."""
    if previous is None or previous.started_at is None or event.started_at is None:
        return 0.0
    worked_s = previous.duration_s or 0.0 if previous.time_quality is TimeQuality.EXACT else 0.0
    return (event.started_at - previous.started_at).total_seconds() - worked_s


def _read_steps(event: CommandEvent) -> list[Step]:
    if len(event.command) > _LONGEST_READ:
        return [Step(event.event_id, event.command)]
    parts = parse_command(event.command)
    if len(parts) > _MOST_PARTS:
        return [Step(event.event_id, event.command)]
    return [Step(event.event_id, part.text) for part in parts if part.text not in _NO_STEPS]
