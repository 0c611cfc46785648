"""Time saved: measured against the person's own times by hand, or, without those, counted."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from textual.content import Content

from vynexus_tui.domain.cycles import JournalEntry
from vynexus_tui.domain.runs import SavingsSummary, TimeSaving
from vynexus_tui.tui.present import units
from vynexus_tui.tui.present.content import BAD, MUTED, STRONG, labelled, lines, shown, words
from vynexus_tui.tui.present.view import Column, ListSpec, Row, View


def headline(summary: SavingsSummary) -> str:
    """Saved at least 47 min; where nothing was measured, the runs."""
    if summary.low_s is not None and summary.low_s >= 0:
        return f"saved at least {units.coarse_duration(summary.low_s)}"
    if summary.low_s is not None:
        return f"cost up to {units.coarse_duration(-summary.low_s)}"
    return f"{units.plural(summary.run_count, 'run')}, no times measured" if summary.run_count else "nothing saved yet"


def by_day(summary: SavingsSummary, now: datetime, days: int) -> tuple[tuple[date, float], ...]:
    """Best estimate per local day, all automations together, the last `days` days, empty days as 0."""
    today = now.astimezone().date()
    total: dict[str, float] = {}
    for saving in summary.savings:
        for iso_day, seconds in saving.saved_by_day_s:
            total[iso_day] = total.get(iso_day, 0.0) + seconds
    wanted = [today - timedelta(days=back) for back in range(days - 1, -1, -1)]
    return tuple((d, total.get(d.isoformat(), 0.0)) for d in wanted)


def rows(view: View) -> tuple[Row, ...]:
    """One row per automation that was ever run."""
    return tuple(_row(s, view) for s in view.snapshot.savings.savings if s.run_count)


def _row(saving: TimeSaving, view: View) -> Row:
    succeeded = 1 - saving.failed_count / saving.run_count
    by_hand = units.duration(saving.baseline.hands_on_s) if saving.baseline else units.UNKNOWN
    low = "not measured" if saving.low_s is None else units.duration(saving.low_s)
    if saving.low_s is not None and saving.low_s < 0:
        low = f"cost up to {units.coarse_duration(-saving.low_s)}"
    recent = [max(0.0, seconds) for _, seconds in saving.saved_by_day_s[-7:]]
    return Row(
        key=saving.automation_id,
        cells=(
            shown(saving.name),
            Content(units.count(saving.run_count)),
            Content(units.share(succeeded)),
            Content(by_hand),
            Content.styled(low, BAD if saving.low_s is not None and saving.low_s < 0 else MUTED if saving.low_s is None else ""),
            Content.styled(view.glyphs.curve(recent), MUTED),
        ),
        words=saving.name.lower(),
        ranks=(-(saving.low_s or 0.0), -saving.run_count, saving.name),
        status="measured" if saving.low_s is not None else "counted",
    )


def note(view: View) -> str:
    """The headline, without its verb."""
    return headline(view.snapshot.savings).removeprefix("saved ")


def empty(view: View) -> Content:
    """What would fill it."""
    return lines(
        Content("Nothing saved yet."),
        Content.styled("Approve an automation (1, then a) and use its command; every run is measured.", MUTED),
    )


def preview(view: View, key: str) -> Content | None:
    """One automation's account."""
    saving = next((s for s in view.snapshot.savings.savings if s.automation_id == key), None)
    if saving is None:
        return None
    failed = f", {saving.failed_count} failed (they count against it)" if saving.failed_count else ""
    parts = [shown(saving.name, STRONG), Content(units.plural(saving.run_count, "run") + failed), Content("")]
    if saving.baseline is None or saving.low_s is None:
        typed = saving.steps_per_run * saving.run_count
        parts += [
            labelled("Saved", Content(f"{units.plural(typed, 'line')} not typed"), width=13),
            labelled("", Content.styled("no seconds: how long it takes by hand was never measured", MUTED), width=13),
        ]
        return lines(*parts)
    baseline = saving.baseline
    is_cost = saving.low_s < 0
    parts += [
        labelled("Cost up to" if is_cost else "At least", Content.styled(units.duration(abs(saving.low_s)), STRONG), width=13),
        labelled("Best guess", Content(f"{units.gain(saving.saved_s)}, at best {units.gain(saving.high_s)}"), width=13),
        labelled(
            "By hand",
            Content(f"{units.duration(baseline.hands_on_s)} median, {units.duration(baseline.low_s)} to {units.duration(baseline.high_s)}"),
            Content.styled(f"your own, {units.plural(baseline.occurrence_count, 'time')}, before you approved it", MUTED),
            width=13,
        ),
    ]
    return lines(*parts)


def totals(view: View) -> Content:
    """The figures of the history screen."""
    summary = view.snapshot.savings
    parts = [Content.styled(headline(summary), STRONG)]
    if summary.saved_s is not None:
        parts.append(Content(f"best guess {units.gain(summary.saved_s)}"))
        week = sum(seconds for _, seconds in by_day(summary, view.now, 7))
        parts.append(Content(f"last 7 days {units.gain(week)}"))
    parts.append(Content(units.plural(summary.run_count, "run")))
    parts += [
        Content(""),
        Content.styled("by hand: your own median, before", MUTED),
        Content.styled("approval, minus the script's time;", MUTED),
        Content.styled("failed runs count against it", MUTED),
    ]
    return lines(*parts)


def journal(entries: Sequence[JournalEntry], view: View) -> Content:
    """What happened, newest first as it came."""
    if not entries:
        return Content.styled("Nothing happened yet.", MUTED)
    return lines(
        *(
            words(
                (f"{units.moment(e.at, view.now):<14}", MUTED),
                shown(e.word.ljust(10), ""),
                " ",
                shown(e.subject.ljust(20)),
                " ",
                shown(e.detail, MUTED),
            )
            for e in entries
        )
    )


LIST = ListSpec(
    panel_id="saved",
    number=5,
    name="Saved",
    columns=(
        Column("automation", None),
        Column("runs", 5, align="right"),
        Column("success", 7, needs=54, align="right"),
        Column("by hand", 9, needs=64, align="right"),
        Column("saved at least", 17, align="right"),
        Column("", 8, needs=72),
    ),
    sorts=("saved", "runs", "name"),
    rows=rows,
    note=note,
    empty=empty,
    preview=preview,
)
