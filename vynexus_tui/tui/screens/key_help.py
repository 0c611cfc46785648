"""The keys of one place, by what they are for. Not Textual's own panel: it lists its own keys too, and cannot be scrolled or left by key."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen

from vynexus_tui.tui.panels.lines import Line
from vynexus_tui.tui.present.content import STRONG, labelled, lines

_GROUPS = {"automation": "Deciding", "list": "Lists", "app": "Everywhere"}
_HERE = "Here"
_ORDER = ("Deciding", "Lists", _HERE, "Everywhere")
_SHOWN = {
    "escape": "esc",
    "pagedown": "pgdn",
    "pageup": "pgup",
    "colon": ":",
    "question_mark": "?",
    "slash": "/",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
}
_COLUMN = 20

KeyGroups = dict[str, list[tuple[str, str]]]


def keys_of(screen: Screen[None]) -> KeyGroups:
    """Group to (keys, what they do), for every key of ours that works on this screen now."""
    keys: dict[str, list[str]] = {}
    what: dict[str, str] = {}
    for active in screen.active_bindings.values():
        binding = active.binding
        if "." in (binding.id or ""):
            assert binding.id is not None
            keys.setdefault(binding.id, []).append(_SHOWN.get(binding.key, binding.key))
            what[binding.id] = binding.description
    groups: KeyGroups = {name: [] for name in _ORDER}
    for binding_id, names in keys.items():
        groups[_GROUPS.get(binding_id.partition(".")[0], _HERE)].append((" ".join(names), what[binding_id]))
    return {name: entries for name, entries in groups.items() if entries}


class KeyHelpScreen(ModalScreen[None]):
    """Scrolls by key; any of esc, ? and q closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q", "dismiss", "Close", show=False, id="help.close"),
        Binding("j,down", "scroll_by(1)", "Down", show=False, id="help.down"),
        Binding("k,up", "scroll_by(-1)", "Up", show=False, id="help.up"),
        Binding("pagedown,space", "page_by(1)", "Page down", show=False, id="help.page_down"),
        Binding("pageup", "page_by(-1)", "Page up", show=False, id="help.page_up"),
    ]

    def __init__(self, about: str, groups: KeyGroups) -> None:
        super().__init__()
        self._about = about
        self._groups = groups

    def compose(self) -> ComposeResult:
        """What the place is for, then its keys."""
        with VerticalScroll(id="key_help", can_focus=False) as box:
            box.border_title = Content("Keys of this place")
            box.border_subtitle = Content("j k pgup pgdn · esc closes")
            text = Line(classes="body")
            text.show(lines(*([Content(self._about), Content("")] if self._about else []), *self._blocks()))
            yield text

    def _blocks(self) -> list[Content]:
        blocks = []
        for name, entries in self._groups.items():
            rows = [labelled(keys, Content(what), width=max(_COLUMN, len(keys) + 2)) for keys, what in entries]
            blocks += [Content.styled(name, STRONG), *rows, Content("")]
        return blocks

    def action_scroll_by(self, lines_down: int) -> None:
        """A line further."""
        self.query_one("#key_help").scroll_relative(y=lines_down, animate=False)

    def action_page_by(self, pages_down: int) -> None:
        """A page further."""
        box = self.query_one("#key_help")
        box.scroll_relative(y=pages_down * max(1, box.size.height - 1), animate=False)
