"""The first real run beside its try: what nobody expected stands out, what came true is one line."""

from collections.abc import Sequence

from textual.content import Content

from vynexus_tui.domain.cycles import AutomationHead
from vynexus_tui.tui.present import units
from vynexus_tui.tui.present.content import GOOD, MUTED, WARN, labelled, shown, words
from vynexus_tui.tui.present.view import View

_LABEL = "First run"


def first_run(head: AutomationHead, view: View, *, most: int = 20) -> Content | None:
    """What it changed that the try had not shown, and the reverse; None where no first run is to be compared."""
    compared = head.comparison
    if compared is None:
        waits = "not compared yet: waits for one in the folder and with the arguments of the try"
        return labelled(_LABEL, Content.styled(waits, MUTED)) if head.awaits_comparison else None
    style = WARN if compared.surprise_count else GOOD if compared.is_as_predicted and not compared.is_partial else ""
    rows = [words(shown(compared.headline.removeprefix("first run: "), style), (f"  {units.ago(compared.started_at, view.now)}", MUTED))]
    if compared.surprise_count:
        rows.append(Content.styled("changed during the run and not shown by the try (other programs may have done it):", MUTED))
        rows += _listed(compared.surprises, compared.surprise_count, view, most, WARN)
    if compared.missing_count:
        rows.append(Content.styled("shown by the try and not seen:", MUTED))
        rows += _listed(compared.missing, compared.missing_count, view, most)
    if compared.not_known:
        rows.append(Content.styled("changed, and the try could not have told:", MUTED))
        rows += _listed(compared.not_known, len(compared.not_known), view, most)
    rows += [shown(f"in part: {reason}", MUTED) for reason in compared.reasons]
    return labelled(_LABEL, *rows)


def _listed(found: Sequence[tuple[str, str]], count: int, view: View, most: int, style: str = "") -> list[Content]:
    rows = [words("  ", shown(what, MUTED), "  ", shown(units.folder(path, view.home), style)) for path, what in found[:most]]
    return rows + ([Content.styled(f"  and {units.count(count - most)} more", MUTED)] if count > most else [])
