"""The row of tabs that stands for the panels that have no room."""

from collections.abc import Mapping, Sequence

from textual.content import Content

from vynexus_tui.tui.present.content import MUTED, WARN, words
from vynexus_tui.tui.present.view import ListSpec, View


def tabs(specs: Sequence[ListSpec], active: str, counts: Mapping[str, int], view: View, width: int) -> Content:
    """1 Automations ◆2  2 Patterns 8 ...; the active one underlined and bold, clickable."""
    waiting = len(view.waiting)
    pieces = []
    for spec in specs:
        is_active = spec.panel_id == active
        # Constant markup: panel names and numbers are ours.
        name = f"[@click=screen.panel({spec.number})]{spec.number} {spec.name if width >= 76 or is_active else spec.name[:4]}[/]"
        label = Content.from_markup(name).stylize("bold underline" if is_active else MUTED)
        count = counts[spec.panel_id]
        if spec.panel_id == "automations" and waiting:
            mark = view.glyphs.marks[1] if len(view.glyphs.marks[1]) else ""
            pieces.append(words(label, (f" {mark}{waiting}", WARN)))
        elif spec.panel_id == "saved" or not count:
            pieces.append(label)
        else:
            pieces.append(words(label, (f" {count}", MUTED)))
    return words(" ", Content("   ").join(pieces))
