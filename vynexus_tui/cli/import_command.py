"""`vynexus import`: stores a shell history, once however often it is repeated."""

import argparse
import gc
import json

from vynexus_tui.cli.json_shapes import event_shape
from vynexus_tui.cli.peek_command import chosen_source
from vynexus_tui.cli.printing import now_utc, print_json, shown
from vynexus_tui.engine.assembly import Workspace
from vynexus_tui.engine.recording import ImportReport, found_histories, import_history, read_cleaned


def run(workspace: Workspace, options: argparse.Namespace) -> int:
    """Imports the named history, or every one found here."""
    gc.disable()  # a million events and no cycles among them
    found = found_histories(workspace, options.source_format) if options.file is None else ()
    sources: list[tuple[str | None, bytes | None]] = [(path, None) for path in found] or [
        chosen_source(workspace, options.file, options.source_format)
    ]
    if options.dry_run:
        for path, raw in sources:
            _print_dry_run(workspace, path, raw, options)
        return 0
    reports = [import_history(workspace, path, raw, source_format=options.source_format, now=now_utc()) for path, raw in sources]
    if options.json:
        print_json([_shape(r) for r in reports])
        return 0
    for report in reports:
        print(f"{report.path or 'standard input'}: {report.read_count:,} commands read, {report.new_count:,} new")
        if report.left_out_count:
            print(f"  {report.left_out_count:,} were left out: filtered, forgotten by you, older than you keep, or hidden from the hook")
        if report.skipped_lines:
            print(f"  {report.skipped_lines} lines could not be understood and were left out")
        if report.unknown:
            print(f"  unknown there: {', '.join(report.unknown)}" + (f". From now on: {report.remedy}" if report.remedy else ""))
    print("Look for routines: vynexus cycle, or open the dashboard: vynexus")
    return 0


def _print_dry_run(workspace: Workspace, path: str | None, raw: bytes | None, options: argparse.Namespace) -> None:
    reading = read_cleaned(workspace, path, raw, source_format=options.source_format, now=now_utc())
    if options.json:
        for event in reading.events:
            print(json.dumps(event_shape(event)))
        return
    print(
        f"{reading.path or 'standard input'}: {len(reading.events):,} commands ({reading.origin}); what is stored already is not stored again"
    )
    if reading.unknown:
        print(f"  unknown there: {', '.join(reading.unknown)}")
    for event in reading.events[:3]:
        print(f"    {shown(event.command, limit=110)}")


def _shape(report: ImportReport) -> dict[str, object]:
    return {
        "origin": report.origin,
        "path": report.path,
        "read_count": report.read_count,
        "new_count": report.new_count,
        "left_out_count": report.left_out_count,
        "skipped_lines": report.skipped_lines,
        "unknown": list(report.unknown),
    }
