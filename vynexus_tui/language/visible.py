"""Make recorded text harmless to look at: the one way it may reach a terminal or a markup parser (invariant 8)."""

import re
import unicodedata

_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_UNSEEN = re.compile(
    "[\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Blanks other than the space, fillers, variation selectors, bidi and zero-width characters: a shell reads them, nobody sees them."""
_LIMIT = 4000


def visible(text: str, *, limit: int = _LIMIT, keep_lines: bool = False) -> str:
    """`text` with every control, bidi and undecodable character written out, cut at `limit` characters with an ellipsis.

    ESC and its like reach the terminal otherwise: Textual and Rich drop only seven of them.
    `keep_lines` keeps newlines (for scripts, diffs and output); tabs become four spaces there.
    """
    cut = text[:limit]
    if cut.isascii() and cut.isprintable():
        return cut + ("…" if len(text) > limit else "")
    return "".join([_shown(ch, keep_lines) for ch in cut]) + ("…" if len(text) > limit else "")


def has_unseen(text: str) -> bool:
    """Whether a character in `text` takes part in it without being seen: `a<NBSP>b` is one file and looks like two."""
    return not text.isascii() and _UNSEEN.search(text) is not None


def _shown(ch: str, keep_lines: bool) -> str:
    code = ord(ch)
    if ch == "\n":
        return ch if keep_lines else "⏎"
    if ch == "\t":
        return "    " if keep_lines else "⇥"
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if _UNSEEN.match(ch) or unicodedata.category(ch) in _HIDDEN_CATEGORIES:
        return f"⟨{code:X}⟩"
    return ch
