"""Bottlenecks: where time goes, the costliest first."""

from textual.content import Content

from vynexus_tui.domain.findings import Finding
from vynexus_tui.tui.present import units
from vynexus_tui.tui.present.content import MUTED, STRONG, labelled, lines, shown, words
from vynexus_tui.tui.present.view import Column, ListSpec, Row, View


def key_of(finding: Finding) -> str:
    """A finding's lasting name: its kind and subject."""
    return f"{finding.kind}:{finding.subject}"


def rows(view: View) -> tuple[Row, ...]:
    """One row per finding."""
    return tuple({key_of(f): _row(f) for f in view.snapshot.performance.findings}.values())


def _row(finding: Finding) -> Row:
    lost = finding.lost_s_per_week
    return Row(
        key=key_of(finding),
        cells=(
            shown(finding.subject),
            Content.styled(finding.kind.value, MUTED),
            # The figure first: a narrow list shows little more than one word of it.
            shown(finding.fact.removeprefix("typically ")),
            Content(f"{units.coarse_duration(lost)}/wk" if lost is not None else units.UNKNOWN),
        ),
        words=f"{finding.subject} {finding.kind} {finding.fact}".lower(),
        ranks=(-(lost or 0.0), finding.subject, finding.kind.value),
        status=finding.kind.value,
        is_quiet=not finding.is_confirmed,
    )


def note(view: View) -> str:
    """On how many measurements this rests."""
    report = view.snapshot.performance
    return f"from {units.plural(report.metric_count, 'measurement')}" if report.metric_count else ""


def empty(view: View) -> Content:
    """Nothing found, or nothing measured."""
    report = view.snapshot.performance
    if report.missing:
        return lines(Content("Nothing measured."), shown(report.missing, MUTED))
    if not report.metric_count:
        return lines(Content("Nothing measured yet."), Content.styled("The recording hook measures how long commands take.", MUTED))
    return Content(f"Nothing costs noticeable time, in {units.plural(report.metric_count, 'measurement')}.")


def preview(view: View, key: str) -> Content | None:
    """The measured fact and the advice."""
    finding = next((f for f in view.snapshot.performance.findings if key_of(f) == key), None)
    if finding is None:
        return None
    parts = [words(shown(finding.subject, STRONG), ("  " + finding.kind.value, MUTED)), shown(finding.fact), Content("")]
    if finding.lost_s_per_week is not None:
        parts.append(labelled("Costs", Content(f"at least {units.lower_bound(finding.lost_s_per_week)} a week")))
    measured = units.plural(finding.measured_count, "execution")
    since = f" since {units.day(finding.since, view.now)}" if finding.since else ""
    parts.append(labelled("Measured", Content(measured + since)))
    if not finding.is_confirmed:
        parts.append(labelled("", Content.styled("not confirmed yet: too few measurements", MUTED)))
    if finding.suggestion is not None:
        gain = finding.suggestion.expected_saving_s
        parts += [Content(""), labelled("Advice", shown(finding.suggestion.text))]
        parts += [labelled("", Content(f"expected: {units.coarse_duration(gain)} a week"))] if gain is not None else []
    return lines(*parts, *_context(view))


def _context(view: View) -> list[Content]:
    report = view.snapshot.performance
    rows_ = [labelled("", words((units.coarse_duration(s).ljust(12), ""), shown(family))) for family, s in report.busiest[:5]]
    return [Content(""), Content.styled("Where the time goes", STRONG), *rows_] if rows_ else []


LIST = ListSpec(
    panel_id="bottlenecks",
    number=3,
    name="Bottlenecks",
    columns=(
        Column("command", None, weight=3),
        Column("kind", 10, needs=60),
        Column("measured", None, weight=4),
        Column("costs", 9, needs=40, align="right"),
    ),
    sorts=("cost", "command", "kind"),
    rows=rows,
    note=note,
    empty=empty,
    preview=preview,
)
