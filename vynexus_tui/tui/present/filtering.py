"""The filter's small language: words that must occur, !words that must not, status:live."""

from vynexus_tui.tui.present.view import Row


def matches(row: Row, query: str) -> bool:
    """Whether the row passes every word of the filter."""
    return all(_passes(row, word) for word in query.lower().split())


def _passes(row: Row, word: str) -> bool:
    if word.startswith("!") and len(word) > 1:
        return not _passes(row, word[1:])
    for prefix in ("status:", "state:"):
        if word.startswith(prefix):
            return any(status.startswith(word.removeprefix(prefix)) for status in row.status.split())
    return word in row.words
