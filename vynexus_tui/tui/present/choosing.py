"""The last commands as a list to choose from, and what was chosen of them in a line."""

from collections.abc import Collection, Sequence

from textual.content import Content

from vynexus_tui.domain.events import CommandEvent
from vynexus_tui.tui.present import units
from vynexus_tui.tui.present.content import ACCENT, BAD, MUTED, STRONG, lines, shown, words
from vynexus_tui.tui.present.view import Column, Row, View

COLUMNS = (
    Column("", 1),
    Column("command", None, weight=3),
    Column("exit", 4, align="right"),
    Column("when", 10, needs=60),
    Column("folder", None, needs=90),
)


def rows(commands: Sequence[CommandEvent], chosen: Collection[str], view: View) -> tuple[Row, ...]:
    """One row per command, the newest last; what is chosen has a mark."""
    return tuple(_row(place, event, str(event.event_id) in chosen, view) for place, event in enumerate(commands))


def _row(place: int, event: CommandEvent, is_chosen: bool, view: View) -> Row:
    failed = Content.styled(str(event.exit_code), BAD) if event.exit_code else Content("" if event.exit_code is None else "0")
    return Row(
        key=str(event.event_id),
        cells=(
            Content.styled("+" if is_chosen else " ", ACCENT),
            shown(event.command, STRONG if is_chosen else ""),
            failed,
            Content.styled(units.ago(event.started_at, view.now) if event.started_at else units.UNKNOWN, MUTED),
            shown(units.folder(event.cwd, view.home) if event.cwd else "", MUTED),
        ),
        words=event.command.lower(),
        ranks=(place,),
    )


def summary(chosen: Sequence[CommandEvent]) -> Content:
    """How many, and which, in the order in which they will run."""
    if not chosen:
        return Content.styled("nothing chosen yet: space chooses, shift with up or down several", MUTED)
    return words((f"{len(chosen)} chosen  ", STRONG), shown(" › ".join(event.command for event in chosen)))


def empty() -> Content:
    """Nothing to choose from, and what would change that."""
    return lines(
        Content("No command of yours is recorded yet."),
        Content.styled("vynexus hook install records from now on; F on the first screen shows what your shell history holds.", MUTED),
    )
