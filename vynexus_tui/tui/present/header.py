"""The line on top: is it recording, when does it look next, what was saved; and the machine at a glance."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from textual.content import Content

from vynexus_tui.domain.cycles import SystemSample
from vynexus_tui.tui.present import recording, units
from vynexus_tui.tui.present.content import ACCENT, BAD, MUTED, STRONG, WARN, shown, words
from vynexus_tui.tui.present.glyphs import Glyphs
from vynexus_tui.tui.present.savings import headline, headline_style
from vynexus_tui.tui.present.view import View

_GAP = 2
"""Least cells between the left part and the headline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What the app itself is doing, beside the snapshot."""

    is_looking: bool = False
    last_cycle_failed: bool = False
    next_cycle_at: datetime | None = None
    frozen_at: datetime | None = None
    database_error: str | None = None
    is_demo: bool = False
    is_resting: bool = False
    """The terminal has no focus: nothing ticks, so what is drawn must stay true."""


def header(view: View, status: Status, width: int) -> Content:
    """The whole line, exactly `width` cells: state left, headline right. What tells least goes first when room is short."""
    for left, right in _forms(view, status):
        room = width - left.cell_length - right.cell_length
        if room >= (_GAP if right else 0):
            return words(left, " " * room, right)
    light = _lights(view, status)[-1]
    if not view.snapshot.recording.problems:
        return _left(status, light, looking(status, view)[-1]).truncate(width, ellipsis=True, pad=True)
    # The key that shows the whole problem outlives the problem's words.
    return words(_left(status, light).truncate(width - 4, ellipsis=True), (" (W)", MUTED)).truncate(width, pad=True)


def _forms(view: View, status: Status) -> Iterator[tuple[Content, Content]]:
    """Left and right part, the fullest first: the amount goes, then the next look, then words of the light, last the headline.

    What a problem is and what to do about it comes before the headline.
    """
    right = words((headline(view.snapshot.savings), headline_style(view.snapshot.savings)), " ")
    lights, looks = _lights(view, status), looking(status, view)
    amount = recording.amount(view.snapshot.recording, view.now)
    yield _left(status, lights[0] + amount, looks[0]), right
    rights = (right, Content(""))
    is_urgent = bool(view.snapshot.recording.problems)
    pairs = [(light, r) for light in lights for r in rights] if is_urgent else [(light, r) for r in rights for light in lights]
    for light, headed in pairs:
        for look in looks:
            yield _left(status, light, look), headed


def _lights(view: View, status: Status) -> tuple[Content, ...]:
    lights = recording.light(view.snapshot.recording, view.now, view.glyphs, is_still=status.is_resting)
    # Made-up data needs no hook: only that it is none of the person's own is said.
    return lights[-1:] if status.is_demo and not view.snapshot.recording.hooked_shells else lights


def _left(status: Status, light: Content, look: Content | None = None) -> Content:
    demo = ("demo  ", WARN) if status.is_demo else " "
    return words((" VyNexus ", STRONG), demo, light, *(("  ", look) if look else ()))


def looking(status: Status, view: View) -> tuple[Content, ...]:
    """What the engine is doing, or when it looks next; second, where there is a shorter form, without what can be left out."""
    if status.is_looking:
        return (Content.styled("looking…", ACCENT),)
    if status.last_cycle_failed:
        return (words((f"{view.glyphs.warning} last cycle failed", BAD), " · ", ("R", STRONG)),)
    last = view.snapshot.last_cycle
    failed = f"{view.glyphs.warning} {units.plural(len(last.failures), 'stage')} failed" if last is not None and last.failures else ""
    failures = Content.styled(failed, BAD)
    if status.next_cycle_at is None:
        return (failures,)
    when = f"at {units.time_of_day(status.next_cycle_at, view.now)}" if status.is_resting else units.wait(status.next_cycle_at - view.now)
    return words(failures, " · " if failed else "", (f"next look {when}", MUTED)), failures


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
