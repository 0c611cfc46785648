"""`vynexus peek`: what is repeated in a history, with the scripts; stores nothing."""

import argparse
import gc
import sys
from collections.abc import Sequence

from vynexus_tui.cli.json_shapes import automation_shape, pattern_shape, refusal_shape
from vynexus_tui.cli.printing import now_utc, print_json, shown, shown_block
from vynexus_tui.domain.automations import Automation, Refusal
from vynexus_tui.domain.errors import SourceError
from vynexus_tui.domain.patterns import Pattern
from vynexus_tui.engine.assembly import Workspace
from vynexus_tui.engine.peeking import Peek, peek
from vynexus_tui.engine.recording import found_histories

_WITH_SCRIPT = 5
_OTHERS = 8


def run(workspace: Workspace, options: argparse.Namespace) -> int:
    """Prints the routines worth automating, or exactly why there are none."""
    gc.disable()  # as in a cycle: many objects, no cycles among them
    path, raw = chosen_source(workspace, options.file, options.source_format)
    found = peek(workspace, path, raw, source_format=options.source_format, now=now_utc())
    if options.json:
        print_json(
            {
                "patterns": [pattern_shape(p) for p in found.patterns],
                "automations": [automation_shape(o) for o in found.outcomes.values() if isinstance(o, Automation)],
                "refusals": {i: refusal_shape(o) for i, o in found.outcomes.items() if not isinstance(o, Automation)},
                "explanation": found.explanation,
                "unknown": list(found.reading.unknown),
                "skipped_lines": found.reading.skipped_lines,
            }
        )
        return 0
    _print_peek(found)
    return 0


def chosen_source(workspace: Workspace, file: str | None, source_format: str = "auto") -> tuple[str | None, bytes | None]:
    """(path, None) for a file, (None, bytes) for standard input; the person's own history when none is named."""
    if file == "-" or (file is None and not sys.stdin.isatty() and not found_histories(workspace)):
        return None, sys.stdin.buffer.read()
    if file is not None:
        return file, None
    histories = found_histories(workspace, source_format)
    if not histories:
        raise SourceError("no shell history was found", "name one: vynexus peek ~/.bash_history, or pipe one: history | vynexus peek -")
    return histories[0], None


def _print_peek(found: Peek) -> None:
    print(shown(found.explanation))
    print("Nothing was stored.")
    reading = found.reading
    if reading.skipped_lines:
        print(f"{reading.skipped_lines} lines could not be understood and were left out.")
    if reading.unknown:
        print(f"Unknown in this history: {', '.join(reading.unknown)}." + (f" From now on: {reading.remedy}" if reading.remedy else ""))
    scripted = [(p, o) for p in found.patterns if isinstance(o := found.outcomes.get(p.pattern_id), Automation)]
    refused = [(p, o) for p in found.patterns if isinstance(o := found.outcomes.get(p.pattern_id), Refusal)]
    for number, (pattern, automation) in enumerate(scripted, start=1):
        if number <= _WITH_SCRIPT:
            _print_whole(number, pattern, automation)
        else:
            if number == _WITH_SCRIPT + 1:
                print("\nMore (their scripts: --json, or the dashboard):")
            print(f"{number:>3}  {automation.name}: {pattern.occurrence_count}x  {shown(pattern.title, limit=90)}")
    _print_others("Routines for which no script can be made:", [(p, f"{o.reason}: {o.detail}") for p, o in refused])
    rest = [p for p in found.patterns if not p.worthy]
    _print_others("Repeated, but not worth a script:", [(p, ", ".join(p.reasons)) for p in rest])
    if scripted:
        print("\nNext: `vynexus` opens the dashboard; s tries one in a sandbox, a approves it.")


def _print_others(heading: str, others: Sequence[tuple[Pattern, str]]) -> None:
    if others:
        print(f"\n{heading}")
    for pattern, why in others[:_OTHERS]:
        print(f"     {pattern.occurrence_count}x  {shown(pattern.title, limit=70)}  ({shown(why, limit=120)})")
    if len(others) > _OTHERS:
        print(f"     and {len(others) - _OTHERS} more (--json lists all)")


def _print_whole(number: int, pattern: Pattern, automation: Automation) -> None:
    seen = f"{pattern.occurrence_count} times in {pattern.session_count} sessions"
    print(f"\n{number:>3}  {automation.name}: {seen}, potential {potential_words(pattern)}")
    print(f"     {shown(pattern.title)}")
    print(shown_block(automation.script.text, indent="       │ "))


def potential_words(pattern: Pattern) -> str:
    """0.83 (frequency 0.90, time saving unknown, recency 0.70)."""
    p = pattern.potential
    parts = (("frequency", p.frequency_share), ("time saving", p.time_saving_share), ("recency", p.recency_share))
    return f"{p.score:.2f} ({', '.join(f'{word} {value:.2f}' if value is not None else f'{word} unknown' for word, value in parts)})"
