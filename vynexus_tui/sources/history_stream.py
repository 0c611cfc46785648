"""Read a history file as a stream of lines, from its beginning or from where it was read last."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import BinaryIO, Literal, Protocol, TypeAlias

from vynexus_tui.domain.events import HistoryReading
from vynexus_tui.sources.bash_history import BashParser
from vynexus_tui.sources.fish_history import FishParser
from vynexus_tui.sources.history_entries import UNKNOWN, EntryLog
from vynexus_tui.sources.history_events import build_reading
from vynexus_tui.sources.history_marks import BLOCK_BYTES, HistoryMark, PrefixDigest, begins_with, decode_mark
from vynexus_tui.sources.zsh_history import ZshParser

ShellFormat: TypeAlias = Literal["bash", "zsh", "fish"]


class HistoryParser(Protocol):
    """Takes the lines of one shell's history and keeps the entries."""

    shell: str
    is_always_deduped: bool
    """The shell keeps one copy of each command."""
    log: EntryLog
    whole_until: int
    """Up to here the file holds whole entries."""
    is_open: bool
    """The last entry may go on."""
    is_within_key: bool
    """Entries before the last one may change."""
    starts_stamped: bool | None
    looks: int

    def feed(self, lines: Sequence[bytes], /) -> None:
        """The next whole lines, without their newlines."""

    def finish(self, partial: bytes, /) -> None:
        """The end of the file; `partial` is a last line without a newline."""


def read_bytes(raw: bytes, history_format: ShellFormat, *, path: str | None, now: datetime) -> HistoryReading:
    """What `raw` holds, all of it."""
    parser = _parser(history_format, now, None)
    _parse(parser, _blocks(raw), None)
    return _reading(parser, None, path)


def read_file(file: BinaryIO, history_format: ShellFormat, *, path: str, now: datetime, since: str = "", most_bytes: int) -> HistoryReading:
    """What a file holds, or what follows the mark `since` where the file still begins with what was read then.

    Of a longer one only the last `most_bytes` are read.
    """
    digest = PrefixDigest()
    mark = decode_mark(since) if since else None
    size = file.seek(0, 2)
    file.seek(0)
    if mark is not None and mark.history_format == history_format and _goes_on(file, mark, digest, size, most_bytes):
        parser = _parser(history_format, now, mark)
        _parse(parser, _stream(file), digest)
        reading = _reading(parser, mark, path)
        return replace(reading, mark=_mark(parser, history_format, mark, digest, file.tell()))
    file.seek(0)
    digest = PrefixDigest()
    cut = _skip(file, size - most_bytes, digest)
    parser = _parser(history_format, now, None, at=cut)
    _parse(parser, _stream(file), digest)
    reading = _reading(parser, None, path)
    unknown = (*reading.unknown, f"only the last {most_bytes >> 20} MiB were read") if cut else reading.unknown
    return replace(reading, mark=_mark(parser, history_format, None, digest, file.tell()), unknown=unknown)


def _parser(history_format: ShellFormat, now: datetime, mark: HistoryMark | None, *, at: int = 0) -> HistoryParser:
    match history_format:
        case "bash":
            return BashParser(now, mark, at=at)
        case "zsh":
            return ZshParser(now, mark, at=at)
        case "fish":
            return FishParser(now, mark, at=at)


def _goes_on(file: BinaryIO, mark: HistoryMark, digest: PrefixDigest, size: int, most_bytes: int) -> bool:
    if not mark.size_bytes <= size <= mark.size_bytes + most_bytes or (size > mark.size_bytes and not mark.is_settled):
        return False
    return begins_with(file, mark, digest)


def _parse(parser: HistoryParser, blocks: Iterable[bytes], digest: PrefixDigest | None) -> None:
    line_parts: list[bytes] = []
    for block in blocks:
        if digest is not None:
            digest.feed(block)
        if b"\n" not in block:
            line_parts.append(block)
            continue
        lines = b"".join((*line_parts, block)).split(b"\n")
        line_parts = [lines.pop()]
        parser.feed(lines)
        if digest is not None:
            digest.settle(_mark_at(parser))
    parser.finish(b"".join(line_parts))


def _reading(parser: HistoryParser, mark: HistoryMark | None, path: str | None) -> HistoryReading:
    log = parser.log
    reading = build_reading(
        log,
        shell=parser.shell,
        path=path,
        is_deduped=parser.is_always_deduped or log.is_deduped,
        has_durations=log.has_durations or (mark is not None and mark.has_durations),
    )
    reported = mark.skipped_count if mark else 0
    return replace(reading, is_continued=mark is not None, skipped_lines=max(0, log.skipped_count - reported))


def _mark(parser: HistoryParser, history_format: ShellFormat, before: HistoryMark | None, digest: PrefixDigest, size_bytes: int) -> str:
    """A mark before the last entries of one second, so that their repeats are counted alike when more follow; else after the last entry:
    an undated one must never be read twice, it would count twice.
    """
    log = parser.log
    if before is not None and not before.is_settled:
        return before.encode()
    is_open = log.run_at == UNKNOWN and (parser.is_open or log.ends_made_up)
    is_settled = log.has_repeats and not parser.is_within_key and not is_open
    at = _mark_at(parser) if is_settled else size_bytes
    return HistoryMark(
        history_format=history_format,
        size_bytes=at,
        digest=digest.digest(at),
        is_settled=is_settled,
        has_durations=log.has_durations or (before is not None and before.has_durations),
        has_repeats=log.has_repeats,
        skipped_count=max(log.skipped_count, before.skipped_count if before else 0),
        log=log.state_to_go_on() if is_settled else log.state_at_end(),
        starts_stamped=parser.starts_stamped,
        looks=parser.looks,
    ).encode()


def _mark_at(parser: HistoryParser) -> int:
    return parser.whole_until if parser.log.run_at == UNKNOWN else parser.log.run_at


def _skip(file: BinaryIO, size_bytes: int, digest: PrefixDigest) -> int:
    """Leaves the file at the first line after `size_bytes`; gives where that is."""
    at = 0
    while at < size_bytes and (block := file.read(min(BLOCK_BYTES, size_bytes - at))):
        digest.feed(block)
        at += len(block)
        digest.settle(at)
    if at:
        rest = file.readline()
        digest.feed(rest)
        at += len(rest)
    return at


def _stream(file: BinaryIO) -> Iterator[bytes]:
    while block := file.read(BLOCK_BYTES):
        yield block


def _blocks(raw: bytes) -> Iterator[bytes]:
    for start in range(0, len(raw), BLOCK_BYTES):
        yield raw[start : start + BLOCK_BYTES]
