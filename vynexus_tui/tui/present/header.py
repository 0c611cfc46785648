"""The line on top: is it recording, when does it look next, what was saved; and the machine at a glance."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from textual.content import Content

from vynexus_tui.domain.cycles import RecordingState, SystemSample
from vynexus_tui.tui.present import units
from vynexus_tui.tui.present.content import ACCENT, BAD, GOOD, MUTED, STRONG, WARN, shown, words
from vynexus_tui.tui.present.glyphs import Glyphs
from vynexus_tui.tui.present.savings import headline
from vynexus_tui.tui.present.view import View


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What the app itself is doing, beside the snapshot."""

    is_looking: bool = False
    last_cycle_failed: bool = False
    next_cycle_at: datetime | None = None
    frozen_at: datetime | None = None
    database_error: str | None = None
    is_demo: bool = False


def header(view: View, status: Status, width: int) -> Content:
    """The whole line, exactly `width` cells: state left, headline right."""
    left = words(
        (" VyNexus ", STRONG),
        ("demo  ", WARN) if status.is_demo else " ",
        recording(view.snapshot.recording, view.glyphs, width),
        "  ",
        looking(status, view),
    )
    right = words((headline(view.snapshot.savings), STRONG), " ")
    room = width - left.cell_length
    if room < right.cell_length + 2:
        return left.truncate(width, ellipsis=True, pad=True)
    return left + Content(" " * (room - right.cell_length)) + right


def recording(state: RecordingState, glyphs: Glyphs, width: int) -> Content:
    """● watching bash · zsh, or why nothing is recorded."""
    if state.is_paused:
        return words((glyphs.marks[3], WARN), " recording paused", (" (P goes on)", MUTED))
    if not state.hooked_shells:
        return words((glyphs.not_recording, MUTED), " not recording")
    amount = f" · {units.plural(state.event_count, 'command')}" if width >= 100 else ""
    return words((glyphs.recording, GOOD), " watching ", shown(" · ".join(state.hooked_shells)), (amount, MUTED))


def looking(status: Status, view: View) -> Content:
    """What the engine is doing, or when it looks next."""
    if status.is_looking:
        return Content.styled("looking…", ACCENT)
    if status.last_cycle_failed:
        return words((f"{view.glyphs.warning} last cycle failed", BAD), " · ", ("R", STRONG))
    last = view.snapshot.last_cycle
    failures = f"{view.glyphs.warning} {units.plural(len(last.failures), 'stage')} failed · " if last is not None and last.failures else ""
    if status.next_cycle_at is None:
        return Content.styled(failures, BAD)
    return words((failures, BAD), (f"next look {units.wait(status.next_cycle_at - view.now)}", MUTED))


def banner(status: Status) -> Content | None:
    """The line that appears when the view is not live."""
    if status.database_error is not None:
        return words(("database: ", STRONG), shown(status.database_error))
    if status.frozen_at is not None:
        return words(
            (f"FROZEN {units.clock(status.frozen_at)}", STRONG), "  recording and looking go on · ", ("space", STRONG), " shows the present"
        )
    return None


def machine(samples: Sequence[SystemSample], glyphs: Glyphs, width: int) -> Content:
    """The machine and our own cost in one line; figures the machine does not give are left out."""
    if not samples:
        return Content("")
    latest = samples[-1]
    curve = glyphs.curve([s.cpu_share or 0.0 for s in samples][-20 if width >= 100 else -10 :], top=1.0)
    parts: list[str | tuple[str, str] | Content] = []
    if latest.cpu_share is not None:
        parts += [("cpu ", MUTED), (curve, ACCENT), f" {units.share(latest.cpu_share):>5}   "]
    if latest.memory_share is not None:
        parts += [("mem ", MUTED), f"{units.share(latest.memory_share):>5}   "]
    if latest.load_1min is not None and width >= 60:
        parts += [("load ", MUTED), f"{latest.load_1min:.1f}   "]
    own = [f"{latest.own_cpu_share * 100:.1f} % cpu"] if latest.own_cpu_share is not None else []
    own += [units.size(latest.own_memory_bytes)] if latest.own_memory_bytes is not None else []
    if own:
        parts += [("VyNexus itself ", MUTED), ", ".join(own)]
    return words(*parts)


def machine_panel(samples: Sequence[SystemSample], glyphs: Glyphs, width: int) -> Content:
    """The machine over the last minutes, for wide screens."""
    if not samples:
        return Content.styled("first reading in a moment", MUTED)
    latest = samples[-1]
    room = max(8, width - 18)
    rows = []
    for name, values, value in (
        ("cpu", [s.cpu_share or 0.0 for s in samples], latest.cpu_share),
        ("memory", [s.memory_share or 0.0 for s in samples], latest.memory_share),
    ):
        if value is not None:
            rows.append(words((name.ljust(9), MUTED), (glyphs.curve(values[-room:], top=1.0), ACCENT), f" {units.share(value):>5}"))
    if latest.load_1min is not None:
        rows.append(words(("load".ljust(9), MUTED), f"{latest.load_1min:.2f}"))
    if latest.swap_share is not None:
        rows.append(words(("swap".ljust(9), MUTED), units.share(latest.swap_share)))
    if latest.pressure_cpu_share is not None:
        rows.append(words(("pressure".ljust(9), MUTED), f"{units.share(latest.pressure_cpu_share)} of the time waiting for cpu"))
    if latest.busiest:
        rows.append(
            words(("busiest".ljust(9), MUTED), shown("   ".join(f"{name} {units.share(used)}" for name, used in latest.busiest[:3])))
        )
    if latest.own_cpu_share is not None:
        rows.append(words(("VyNexus".ljust(9), MUTED), f"{latest.own_cpu_share * 100:.1f} % cpu, {units.size(latest.own_memory_bytes)}"))
    return Content("\n").join(rows)
