"""How far a history file was read: the very bytes that were read, and what their readers must know to go on after them."""

from collections import deque
from hashlib import blake2b
from typing import BinaryIO

import msgspec

from vynexus_tui.sources.history_entries import LogState

BLOCK_BYTES = 1 << 20


class HistoryMark(msgspec.Struct, frozen=True, kw_only=True):
    """A place in a history file. It lies where reading on gives the same events as reading everything."""

    history_format: str
    size_bytes: int
    digest: str
    """Of the bytes before it."""
    is_settled: bool
    """False: what follows may change what was read before (an open quote), or words about the whole file; so it holds for an
    unchanged file only."""
    has_durations: bool
    has_repeats: bool
    skipped_count: int
    """Lines of the whole file that were reported as skipped."""
    log: LogState
    starts_stamped: bool | None = None
    """Of a bash history: whether it begins with a stamp; None: there was nothing yet."""
    looks: int = 0
    """Lines of a bash history that were looked at in vain."""

    def encode(self) -> str:
        """As text, for whoever keeps it."""
        return msgspec.json.encode(self).decode()


def decode_mark(text: str) -> HistoryMark | None:
    """The mark; None when it is none of ours, and everything is to be read."""
    try:
        return msgspec.json.decode(text, type=HistoryMark)
    except (msgspec.DecodeError, UnicodeError):
        return None


class PrefixDigest:
    """A digest of the first bytes of a stream, where it is known only later how many they are."""

    def __init__(self) -> None:
        self._hash = blake2b(digest_size=16)
        self._hashed_bytes = 0
        self._held: deque[bytes] = deque()

    def feed(self, block: bytes) -> None:
        """The next bytes of the stream."""
        self._held.append(block)

    def settle(self, size_bytes: int) -> None:
        """The prefix has at least so many bytes."""
        while self._held and self._hashed_bytes + len(self._held[0]) <= size_bytes:
            block = self._held.popleft()
            self._hash.update(block)
            self._hashed_bytes += len(block)

    def digest(self, size_bytes: int) -> str:
        """Digest of the first `size_bytes`, which are no fewer than `settle` was told."""
        self.settle(size_bytes)
        whole = self._hash.copy()
        if self._held:
            whole.update(memoryview(self._held[0])[: size_bytes - self._hashed_bytes])
        return whole.hexdigest()


def begins_with(file: BinaryIO, mark: HistoryMark, digest: PrefixDigest) -> bool:
    """Whether the file still begins with the bytes before the mark; then it is left there, and `digest` has taken them in."""
    left = mark.size_bytes
    while left and (block := file.read(min(left, BLOCK_BYTES))):
        digest.feed(block)
        left -= len(block)
        digest.settle(mark.size_bytes - left)
    return not left and digest.digest(mark.size_bytes) == mark.digest
