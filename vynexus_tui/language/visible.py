"""Make recorded text harmless to look at: the one way it may reach a terminal or a markup parser (invariant 8)."""

import unicodedata

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
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
    if ch in _BIDI or unicodedata.category(ch) in _HIDDEN_CATEGORIES:
        return f"⟨{code:X}⟩"
    return ch
