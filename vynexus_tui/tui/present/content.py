"""The only way recorded text reaches a widget: as Content, whose text is never parsed as markup."""

from textual.content import Content

from vynexus_tui.language.visible import visible

MUTED = "dim"
"""Not $text-muted: inside Content its 60 % is not blended, and it comes out brighter than the text (Textual 8.2.8)."""
GOOD = "$text-success"
WARN = "$text-warning"
BAD = "$text-error"
ACCENT = "$text-primary"
STRONG = "bold"


def shown(text: str, style: str = "") -> Content:
    """One line of recorded text: nothing in it can style, be clicked, move the cursor or end the line."""
    return _styled(visible(text), style)


def shown_lines(text: str, style: str = "", *, limit: int = 40_000) -> Content:
    """Recorded text of several lines (a script, a diff, output), as harmless as `shown`."""
    return _styled(visible(text, limit=limit, keep_lines=True), style)


def lines(*parts: Content) -> Content:
    """`parts` one below the other."""
    return Content("\n").join(parts)


def words(*parts: str | tuple[str, str] | Content) -> Content:
    """Parts side by side; for our own words, and recorded text that went through `shown`."""
    return Content.assemble(*parts)


def labelled(label: str, *values: Content, width: int = 10) -> Content:
    """`label` in a quiet column, the values right of it, one per line."""
    first, *rest = values or (Content(""),)
    indent = " " * width
    return lines(words((label.ljust(width), MUTED), first), *(words(indent, value) for value in rest))


def indented(content: Content, by: int = 2) -> Content:
    """Every line moved right."""
    pad = " " * by
    return lines(*(words(pad, line) for line in content.split("\n", allow_blank=True)))


def _styled(text: str, style: str) -> Content:
    return Content.styled(text, style) if style else Content(text)
