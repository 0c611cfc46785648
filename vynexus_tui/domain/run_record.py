"""How `vynexus run` writes one run down for the next cycle. No dataclasses here: this is on the hot path (18 ms to import)."""

ABORTED = frozenset({129, 130, 131, 141, 143, 146, 147, 148})
"""Hang-up, Ctrl-C, Ctrl-\\, closed pipe (`| head`), TERM, Ctrl-Z (macOS 146): somebody stopped it, it did not fail."""


def encode_run_record(
    *,
    run_id: str,
    automation_id: str,
    sha256: str,
    started_us: int,
    duration_us: int,
    exit_code: int,
    cpu_us: int,
    peak_kb: int,
    cwd: bytes,
    is_scheduled: bool,
    from_step: int,
) -> bytes:
    """One NUL-framed record: NUL cannot occur in a path, so nothing needs escaping; the trailer proves it is whole.

    `from_step`: 0 for a run from the start.
    """
    measured = (started_us, duration_us, exit_code, cpu_us, peak_kb)
    fields = ("VYR2", run_id, automation_id, sha256, *measured, int(is_scheduled), from_step)
    return b"\0" + b"".join(str(f).encode() + b"\0" for f in fields) + cwd + b"\0" + f"{run_id}.".encode() + b"\0"
