"""What the hook's spool files hold: records framed by NUL, which neither a command nor a path can contain, so nothing is escaped.

A command:  NUL VY1 NUL seq NUL start_us|- NUL dur_us|- NUL exit NUL cpu_us|- NUL flags NUL cwd NUL command NUL seq. NUL
A run:      NUL VYR2 NUL run_id NUL automation_id NUL sha256 NUL start_us NUL dur_us NUL exit NUL cpu_us|- NUL peak_kb|- NUL scheduled 0|1
            NUL from_step NUL cwd NUL run_id. NUL    (VYR1 of former versions is without `scheduled` and `from_step`)

What the first run of an approved script changed is a file of its own, JSON (`parse_look`).

The leading NUL closes a torn former record; the repeated first field at the end proves the record whole.
"""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec

from vynexus_tui.domain.identifiers import AutomationId, RunId
from vynexus_tui.domain.run_comparison import ObservedRun
from vynexus_tui.domain.runs import Run

_COMMAND_MARK = b"\0VY1\0"
_COMMAND_FIELDS = 10
_RUN_FIELDS = {b"VYR1": 11, b"VYR2": 13}
_RUN_ID = re.compile(rb"[0-9]{1,18}-[0-9]{1,9}")
"""Start in microseconds and process, as `vynexus run` writes them; it is printed, and others are forged."""
_NUMBER = re.compile(rb"[0-9]{1,18}")
_SEQ = re.compile(rb"[0-9]{1,9}")
"""No shell runs a billion commands; larger numbers are forged, and would make what was lost absurd."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_US = 253_402_300_799_000_000
"""The end of the year 9999; later stamps are forged or torn."""


class CommandRecord(NamedTuple):
    """One command as the hook wrote it. NamedTuple: made once per command."""

    seq: int
    started_at: datetime | None
    duration_us: int | None
    exit_code: int
    cpu_us: int | None
    flags: str
    cwd: str
    command: str


class ParsedRecords(NamedTuple):
    """The whole records of a buffer, and where to go on."""

    records: list[CommandRecord]
    resume_at: int
    """Offset of the last whole record's last NUL (0 without one), which can be the first one of the next."""


def parse_records(buffer: bytes) -> ParsedRecords:
    """Every whole record in `buffer`, whatever is torn between them."""
    records: list[CommandRecord] = []
    resume_at = 0
    at = buffer.find(_COMMAND_MARK)
    while at >= 0:
        found = _whole_record(buffer, at)
        if found is None:
            at = buffer.find(_COMMAND_MARK, at + 1)
            continue
        record, end = found
        records.append(record)
        # A write that was cut by just its last byte is made whole by the first byte of the next one.
        resume_at = end - 1
        at = buffer.find(_COMMAND_MARK, resume_at)
    return ParsedRecords(records, resume_at)


def _whole_record(buffer: bytes, at: int) -> tuple[CommandRecord, int] | None:
    fields = []
    start = at + 1
    for _ in range(_COMMAND_FIELDS):
        stop = buffer.find(b"\0", start)
        if stop < 0:
            return None
        fields.append(buffer[start:stop])
        start = stop + 1
    _mark, seq, started, duration, status, cpu, flags, cwd, command, tail = fields
    if tail != seq + b"." or not command or not _SEQ.fullmatch(seq) or not _NUMBER.fullmatch(status):
        return None
    started_us = _known(started)
    started_at = None if started_us is None else _moment(started_us)
    if started_at is None and started != b"-":
        return None
    return (
        CommandRecord(
            int(seq),
            started_at,
            _known(duration),
            int(status),
            _known(cpu),
            flags.decode("ascii", "replace"),
            cwd.decode("utf-8", "surrogateescape"),
            command.decode("utf-8", "surrogateescape"),
        ),
        start,
    )


def parse_run(buffer: bytes) -> Run | None:
    """The one run a run file holds; None while it is not whole."""
    if not buffer.startswith(b"\0") or not buffer.endswith(b"\0"):
        return None
    fields = buffer[1:-1].split(b"\0")
    if len(fields) != _RUN_FIELDS.get(fields[0]):
        return None
    _mark, run_id, automation_id, sha256, started, duration, status, cpu, peak, *how, cwd, tail = fields
    if tail != run_id + b"." or not _RUN_ID.fullmatch(run_id) or not all(map(_NUMBER.fullmatch, (started, duration, status, *how))):
        return None
    started_at, cpu_us, peak_kb = _moment(int(started)), _known(cpu), _known(peak)
    if started_at is None or not automation_id:
        return None
    from_step = int(how[1]) if how else 0
    return Run(
        run_id=RunId(run_id.decode("ascii", "replace")),
        automation_id=AutomationId(automation_id.decode("ascii", "replace")),
        script_sha256=sha256.decode("ascii", "replace"),
        started_at=started_at,
        duration_s=int(duration) / 1e6,
        exit_code=int(status),
        cpu_s=None if cpu_us is None else cpu_us / 1e6,
        peak_memory_bytes=None if peak_kb is None else peak_kb * 1024,
        cwd=cwd.decode("utf-8", "surrogateescape") or None,
        is_scheduled=how[:1] == [b"1"],
        from_step=from_step if from_step > 1 else None,
    )


def parse_look(buffer: bytes) -> ObservedRun | None:
    """What one first run changed; None while the file is not whole."""
    try:
        found = msgspec.convert(json.loads(buffer), ObservedRun)
    except (ValueError, RecursionError, msgspec.ValidationError):
        return None
    return found if found.run_id and found.automation_id and _moment(found.started_us) is not None else None


def _known(field: bytes) -> int | None:
    """A count; `-`, or anything else, is unknown."""
    return int(field) if _NUMBER.fullmatch(field) else None


def _moment(epoch_us: int) -> datetime | None:
    return _EPOCH + timedelta(microseconds=epoch_us) if 0 < epoch_us <= _LATEST_US else None
