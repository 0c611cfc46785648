"""Time saved: measured against the person's own times by hand, or, without those, counted."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from textual.content import Content

from vynexus_tui.domain.cycles import JournalEntry
from vynexus_tui.domain.runs import SavingsSummary, TimeSaving, iso_week
from vynexus_tui.tui.present import units
from vynexus_tui.tui.present.content import BAD, MUTED, STRONG, WARN, labelled, lines, shown, words
from vynexus_tui.tui.present.view import Column, ListSpec, Row, View


def headline(summary: SavingsSummary) -> str:
    """Saved at least 47 min; where nothing was measured, the runs."""
    if summary.low_s is not None and summary.low_s >= 0:
        return f"saved at least {units.lower_bound(summary.low_s)}"
    if summary.low_s is not None:
        return f"cost up to {units.upper_bound(-summary.low_s)}"
    return f"{units.plural(summary.run_count, 'run')}, no times measured" if summary.run_count else "nothing saved yet"


def headline_style(summary: SavingsSummary) -> str:
    """A loss is red."""
    return BAD if (summary.low_s or 0.0) < 0 else STRONG


def by_day(summary: SavingsSummary, now: datetime, days: int) -> tuple[tuple[date, float], ...]:
    """Best estimate per local day, all automations together, the last `days` days, empty days as 0."""
    today, total = now.astimezone().date(), dict(summary.by_day_s)
    wanted = [today - timedelta(days=back) for back in range(days - 1, -1, -1)]
    return tuple((d, total.get(d.isoformat(), 0.0)) for d in wanted)


def by_week(summary: SavingsSummary, now: datetime, weeks: int) -> tuple[tuple[str, float], ...]:
    """The same per ISO week, the last `weeks` weeks."""
    today, total = now.astimezone().date(), dict(summary.by_week_s)
    wanted = [iso_week(today - timedelta(weeks=back)) for back in range(weeks - 1, -1, -1)]
    return tuple((week, total.get(week, 0.0)) for week in wanted)


def rows(view: View) -> tuple[Row, ...]:
    """One row per automation that was ever run."""
    return tuple(_row(s, view) for s in view.snapshot.savings.savings if s.run_count)


def _row(saving: TimeSaving, view: View) -> Row:
    succeeded = 1 - saving.failed_count / saving.run_count
    by_hand = units.duration(saving.baseline.hands_on_s) if saving.baseline else units.UNKNOWN
    low = "not measured" if saving.low_s is None else units.duration(saving.low_s)
    if saving.low_s is not None and saving.low_s < 0:
        low = f"cost up to {units.upper_bound(-saving.low_s)}"
    recent = [seconds for _, seconds in saving.saved_by_day_s[-7:]]
    return Row(
        key=saving.automation_id,
        cells=(
            shown(saving.name),
            Content(units.count(saving.run_count)),
            Content(units.share(succeeded)),
            Content(by_hand),
            Content.styled(low, BAD if saving.low_s is not None and saving.low_s < 0 else MUTED if saving.low_s is None else ""),
            view.glyphs.gains(recent, MUTED),
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
        return lines(*parts, *forgotten(saving))
    baseline = saving.baseline
    is_cost = saving.low_s < 0
    low = Content.styled(units.duration(abs(saving.low_s)), BAD if is_cost else STRONG)
    parts += [
        labelled("Cost up to" if is_cost else "At least", low, width=13),
        labelled("Best guess", Content(f"{units.gain(saving.saved_s)}, at best {units.gain(saving.high_s)}"), width=13),
    ]
    if saving.elapsed_s is not None:
        parts.append(labelled("With waiting", Content(f"{units.gain(saving.elapsed_s)}, best guess"), width=13))
    if saving.attention_s:
        parts.append(labelled("Taken off", Content(f"{units.coarse_duration(saving.attention_s)} that you looked at it"), width=13))
    by_hand = f"{units.duration(baseline.hands_on_s)} median, {units.duration(baseline.low_s)} to {units.duration(baseline.high_s)}"
    age_days = saving.baseline_age_days(view.now)
    own = f"your own, {units.plural(baseline.occurrence_count, 'time')}, before you approved it"
    parts.append(labelled("By hand", Content(by_hand), Content.styled(own, MUTED), width=13))
    if saving.is_stale(view.now):
        parts.append(labelled("", Content.styled(f"baseline is {age_days} days old: it may have changed", WARN), width=13))
    if saving.by_hand_since is not None:
        since = (
            f"since then {units.duration(saving.by_hand_since.hands_on_s)}, {units.plural(saving.by_hand_since.occurrence_count, 'time')}"
        )
        parts.append(labelled("", Content.styled(since, MUTED), width=13))
    return lines(*parts, *forgotten(saving))


def forgotten(saving: TimeSaving) -> tuple[Content, ...]:
    """Where the person typed the work by hand all the same: how often, and what that missed."""
    if not saving.typed_by_hand_count:
        return ()
    missed = saving.missed_low_s or 0.0
    more = f"at least {units.duration(missed)} missed" if missed > 0 else "the command was there"
    typed = Content.styled(f"by hand {units.plural(saving.typed_by_hand_count, 'time')} since approval", WARN)
    return (labelled("Typed", typed, Content.styled(more, MUTED), width=13),)


def totals(view: View) -> Content:
    """The figures of the history screen."""
    summary = view.snapshot.savings
    parts = [Content.styled(headline(summary), headline_style(summary))]
    if summary.saved_s is not None:
        parts.append(Content(f"best guess {units.gain(summary.saved_s)}"))
        for name, seconds in (
            ("last 7 days", sum(s for _, s in by_day(summary, view.now, 7))),
            ("this week", by_week(summary, view.now, 1)[0][1]),
        ):
            parts.append(Content.styled(f"{name} {units.gain(seconds)}", BAD if seconds < 0 else ""))
    parts.append(Content(units.plural(summary.run_count, "run")))
    if summary.failed_cost_s:
        parts.append(Content(f"failed runs cost {units.coarse_duration(summary.failed_cost_s)}"))
    if summary.attention_s:
        parts.append(Content(f"looking at them took {units.coarse_duration(summary.attention_s)}"))
    parts += [
        Content(""),
        Content.styled("by hand: your own median, before", MUTED),
        Content.styled("approval, minus the script's time;", MUTED),
        Content.styled("every line: vynexus savings --audit", MUTED),
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
