"""Wraps a text so that what stands right of a label stays right of it."""

import re

from textual.content import Content

_LABEL = re.compile(r"\s{2,}|\s*\S(?:.{0,14}?\S)?\s{2,}")
"""An indented line, or a short label and at least two blanks: what follows is one column."""
_LEAST_COLUMN = 20


def wrapped(content: Content, width: int) -> list[Content]:
    """Lines of at most `width` cells."""
    return [line for long_line in content.split("\n", allow_blank=True) for line in _wrap_line(long_line, width)]


def _wrap_line(line: Content, width: int) -> list[Content]:
    if line.cell_length <= width:
        return [line]
    label = _LABEL.match(line.plain)
    indent = label.end() if label and width - label.end() >= _LEAST_COLUMN else 0
    head, body = line[:indent], line[indent:]
    first, *rest = body.wrap(width - indent)
    return [Content.assemble(head, first), *(Content.assemble(" " * indent, more) for more in rest)]
