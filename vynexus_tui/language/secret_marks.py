"""Texts whose secrets were replaced, compared: different rules leave different marks, or none."""

from vynexus_tui.language.redaction import SECRET_MARK

_LONGEST = 8192


def is_same_but_for_secrets(first: str, second: str) -> bool:
    """Whether two texts may be one command that different rules redacted differently: equal where neither has a mark."""
    return first == second or _fits(first, second) or _fits(second, first)


def _fits(marked: str, text: str) -> bool:
    """Whether `text` is `marked` with something in place of its marks."""
    parts = SECRET_MARK.split(marked)[::2]
    if len(parts) == 1 or len(text) > _LONGEST:
        return False
    if not text.startswith(parts[0]) or not text.endswith(parts[-1]):
        return False
    at, end = len(parts[0]), len(text) - len(parts[-1])
    for part in parts[1:-1]:
        found = text.find(part, at + 1, end)
        if found < 0:
            return False
        at = found + len(part)
    return at < end
