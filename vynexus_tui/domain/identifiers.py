"""The names by which things are called across rooms, store and screen."""

from hashlib import blake2b, sha256
from typing import NewType, TypeAlias

EventId: TypeAlias = int | str
"""The store's row number, or in a history that is only peeked at: the source's own id, else its 0-based position."""

PatternId = NewType("PatternId", str)
AutomationId = NewType("AutomationId", str)
RunId = NewType("RunId", str)
TrialId = NewType("TrialId", str)


def stable_id(*parts: str) -> str:
    """A short id (12 hex digits) that depends on nothing but `parts`, so the same thing found again has the same id."""
    text = "\0".join(parts)
    try:
        raw = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half a character, which JSON can hold
        raw = text.encode("utf-8", "surrogatepass")
    return blake2b(raw, digest_size=6).hexdigest()


def text_sha256(text: str) -> str:
    """The digest an approval is bound to (hex, 64 digits), over the exact bytes that will be executed."""
    return sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
