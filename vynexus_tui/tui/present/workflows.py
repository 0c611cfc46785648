"""Workflows and their scores, with what would make them better."""

from textual.content import Content

from vynexus_tui.domain.findings import WorkflowScore
from vynexus_tui.tui.present import units
from vynexus_tui.tui.present.content import MUTED, STRONG, WARN, labelled, lines, shown, words
from vynexus_tui.tui.present.view import Column, ListSpec, Row, View


def rows(view: View) -> tuple[Row, ...]:
    """One row per workflow."""
    return tuple({w.pattern_id: _row(w, view) for w in view.snapshot.workflows}.values())


def _row(workflow: WorkflowScore, view: View) -> Row:
    return Row(
        key=workflow.pattern_id,
        cells=(
            shown(workflow.title),
            view.glyphs.bar(workflow.score),
            Content(units.share(workflow.success_share)),
            Content(units.score(workflow.performance_share)),
            Content(units.score(workflow.resource_share)),
        ),
        words=workflow.title.lower(),
        # Unscored ones come last in every order: 2.0 is above any share.
        ranks=(
            2.0 if workflow.score is None else workflow.score,
            2.0 if workflow.success_share is None else workflow.success_share,
            -workflow.occurrence_count,
        ),
        status="scored" if workflow.score is not None else "unscored",
        is_quiet=workflow.score is None,
    )


def note(view: View) -> str:
    """How many have a score."""
    scored = sum(w.score is not None for w in view.snapshot.workflows)
    return f"{scored} of {len(view.snapshot.workflows)} scored" if view.snapshot.workflows else ""


def empty(view: View) -> Content:
    """What would fill it."""
    return lines(
        Content("No workflow yet: two or more different commands, in the same order, three times."),
        Content.styled("R looks again now.", MUTED),
    )


def preview(view: View, key: str) -> Content | None:
    """The score in its parts, the worst step, the advice."""
    workflow = next((w for w in view.snapshot.workflows if w.pattern_id == key), None)
    if workflow is None:
        return None
    low = f"  at least {units.score(workflow.low)}" if workflow.low is not None else ""
    parts = [
        shown(workflow.title, STRONG),
        Content.styled(f"{units.plural(workflow.occurrence_count, 'time')}, {workflow.measured_count} measured", MUTED),
        Content(""),
        words(("Score          ", STRONG), view.glyphs.bar(workflow.score, 10), (low, MUTED)),
    ]
    shares = (("success", workflow.success_share), ("speed", workflow.performance_share), ("resources", workflow.resource_share))
    parts += [
        words((f"  {name:<13}", MUTED), view.glyphs.bar(value, 10) if value is not None else ("not known", MUTED)) for name, value in shares
    ]
    if workflow.worst_step is not None:
        parts += [Content(""), labelled("Worst step", shown(workflow.worst_step), shown(workflow.worst_reason or "", WARN), width=13)]
    if workflow.missing is not None:
        parts += [labelled("Missing", shown(workflow.missing), width=13)]
    parts += _advice(view, key)
    return lines(*parts)


def _advice(view: View, key: str) -> list[Content]:
    found = [i for i in view.snapshot.improvements if i.pattern_id == key]
    return [
        labelled(
            "Advice" if position == 0 else "",
            words(
                shown(i.text),
                (f"  ({units.coarse_duration(i.expected_saving_s)} a week)", MUTED) if i.expected_saving_s is not None else "",
            ),
            width=13,
        )
        for position, i in enumerate(found)
    ]


LIST = ListSpec(
    panel_id="workflows",
    number=4,
    name="Workflows",
    columns=(
        Column("workflow", None),
        Column("score", 10),
        Column("success", 7, needs=44, align="right"),
        Column("speed", 5, needs=56, align="right"),
        Column("load", 4, needs=56, align="right"),
    ),
    sorts=("worst first", "success", "seen"),
    rows=rows,
    note=note,
    empty=empty,
    preview=preview,
)
