"""The recording light, and the page behind it: what every source gave, what it cannot say, and the one line that mends it."""

from dataclasses import replace
from datetime import datetime

from textual.content import Content

from vynexus_tui.domain.cycles import RecordingState, SourceQuality
from vynexus_tui.tui.present import units
from vynexus_tui.tui.present.content import ACCENT, GOOD, MUTED, STRONG, WARN, labelled, lines, shown, words
from vynexus_tui.tui.present.glyphs import Glyphs
from vynexus_tui.tui.present.view import View

_LABEL = 10


def is_paused(state: RecordingState, now: datetime) -> bool:
    """Whether recording is off at `now`: a pause may have run out since the state was read."""
    return state.is_paused and not (state.paused_until is not None and state.paused_until <= now)


def light(state: RecordingState, now: datetime, glyphs: Glyphs, *, is_still: bool) -> tuple[Content, ...]:
    """The light in words, the longest form first. `is_still`: it will not be drawn again soon, so it names times, not ages."""
    if is_paused(state, now):
        return _paused(state, now, glyphs)
    if state.problems:
        return _problem(state.problems, glyphs)
    if not state.hooked_shells:
        off = words((glyphs.not_recording, MUTED), " not recording")
        return words(off, ": no hook ", ("(F)", MUTED)), off
    shells = shown(", ".join(state.hooked_shells))
    if state.last_record_at is None:
        mark = words((glyphs.recording, WARN), " recording ", shells, " · ")
        return tuple(words(mark, (f"{what}open a new shell", WARN)) for what in ("nothing recorded yet: ", "nothing yet: ", ""))
    when = f"at {units.time_of_day(state.last_record_at, now)}" if is_still else units.age(state.last_record_at, now)
    mark = words((glyphs.recording, GOOD), " recording")
    return (
        words(mark, " ", shells, (f" · last command {when}", MUTED)),
        words(mark, " ", shells, (f" · last {when}", MUTED)),
        words(mark, (f" · last {when}", MUTED)),
        mark,
    )


def _paused(state: RecordingState, now: datetime, glyphs: Glyphs) -> tuple[Content, ...]:
    until = f" until {units.time_of_day(state.paused_until, now)}" if state.paused_until is not None else ""
    off = words((glyphs.marks[3], WARN), f" recording paused{until}")
    return words(off, (" (P goes on)", MUTED)), words(off, (" (P)", MUTED))


def _problem(problems: tuple[str, ...], glyphs: Glyphs) -> tuple[Content, ...]:
    first, *others = problems
    more = words((f" · {len(others)} more", MUTED)) if others else Content("")
    # What is wrong comes before the colon, what to do about it after it.
    return tuple(
        words((f"{glyphs.warning} ", WARN), shown(text, WARN), more, (" (W)", MUTED)) for text in (first, first.partition(": ")[0])
    )


def amount(state: RecordingState, now: datetime) -> Content:
    """How many commands there are, beside a light that shines."""
    is_shining = state.hooked_shells and not state.problems and not is_paused(state, now)
    return Content.styled(f" · {units.plural(state.event_count, 'command')}", MUTED) if is_shining else Content("")


def page(view: View) -> Content:
    """The light and what is wrong, then every source."""
    sources = view.snapshot.recording.sources
    first = next((source.remedy for source in sources if source.remedy), "")
    blocks = [_source(source, view, is_first=source.remedy == first) for source in sources] or [_nothing()]
    return lines(_state(view), *(part for block in blocks for part in (Content(""), block)))


def remedies(view: View) -> tuple[tuple[str, str], ...]:
    """Every remedy once, and what to call it: what `y` copies, one after the other."""
    names: dict[str, str] = {}
    for source in view.snapshot.recording.sources:
        if source.remedy:
            names.setdefault(source.remedy, source.name)
    return tuple((remedy, f"what mends the {name}: {remedy}") for remedy, name in names.items())


def _state(view: View) -> Content:
    state = view.snapshot.recording
    # Each problem has its own line here, so the light says how it shines apart from them.
    rows = [light(replace(state, problems=()), view.now, view.glyphs, is_still=True)[0]]
    rows += [words((f"{view.glyphs.warning} ", WARN), shown(problem, WARN)) for problem in state.problems]
    rows.append(_amount(state.event_count, state.last_event_at, view))
    if state.lost_event_count:
        rows.append(Content.styled(f"{units.plural(state.lost_event_count, 'command')} lost in all: run, but could not be written", WARN))
    if state.sources and not state.hooked_shells:
        rows.append(words(("F", STRONG), " shows your history, and there ", ("h", STRONG), " what recording would add to your shells"))
    return lines(*rows)


def _source(source: SourceQuality, view: View, *, is_first: bool) -> Content:
    rows = [words(shown(source.name, STRONG), "   ", _amount(source.event_count, source.newest_at, view))]
    if source.path is not None:
        rows.append(_row("from", shown(units.folder(source.path, view.home))))
    known = Content.styled("says when, where, how long and how it ended", MUTED)
    rows.append(_row("quality", shown(", ".join(source.unknown)) if source.unknown else known))
    if source.skipped_count:
        rows.append(_row("skipped", Content.styled(f"{units.plural(source.skipped_count, 'line')} that could not be understood", WARN)))
    if source.remedy:
        key = "y" if is_first else "y again"
        rows.append(_row("mend it", words(shown(source.remedy, ACCENT), (f"  {key} copies it", MUTED))))
    return lines(*rows)


def _amount(count: int, newest_at: datetime | None, view: View) -> Content:
    newest = f", newest {units.ago(newest_at, view.now)}" if newest_at is not None else ""
    return Content.styled(units.plural(count, "command") + newest, MUTED)


def _row(label: str, value: Content) -> Content:
    return labelled(label, value, width=_LABEL)


def _nothing() -> Content:
    return lines(
        Content("Nothing is stored yet, so there is nothing to find repetitions in."),
        words(("F", STRONG), " looks into your shell's history and imports it; looking stores nothing"),
        words(("vynexus hook install", STRONG), " records from now on: when, where, how long and how it ended"),
    )
