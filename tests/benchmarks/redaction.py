"""How many secrets redaction misses, how many harmless lines it changes, and what a line costs.

    python tests/benchmarks/redaction.py [LIST.jsonl ...] [--verbose]

A list holds one JSON object per line: {"cmd": the command, "secrets": the exact values that must go, [] for a harmless line}.
Without one, our own list (redaction_lines.jsonl) is taken; the rules have seen it, so its rates promise nothing about other lines.
"""

import argparse
import json
import statistics
import sys
import timeit
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from vynexus_tui.language.redaction import redact  # noqa: E402


class Line(NamedTuple):
    """One command and what in it is secret."""

    command: str
    secrets: tuple[str, ...]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("lists", nargs="*", type=Path, default=[Path(__file__).with_name("redaction_lines.jsonl")])
    arguments.add_argument("--verbose", action="store_true", help="print what was missed and what was wrongly changed")
    options = arguments.parse_args()
    columns = ("secret", "missed", "rate", "harmless", "changed", "rate", "us median", "us p95")
    print(f"{'list':<24}" + "".join(f"{column:>10}" for column in columns))
    for path in options.lists:
        _measure(path, verbose=options.verbose)


def _measure(path: Path, *, verbose: bool) -> None:
    lines = [Line(row["cmd"], tuple(row["secrets"])) for row in map(json.loads, path.read_text().splitlines())]
    secret, harmless = [line for line in lines if line.secrets], [line for line in lines if not line.secrets]
    # A value that is a word of the line elsewhere too (`--user admin ... admin`) must go everywhere to count as found.
    missed = [line for line in secret if any(value in redact(line.command) for value in line.secrets)]
    changed = [line for line in harmless if redact(line.command) != line.command]
    costs_us = sorted(min(timeit.repeat(lambda c=line.command: redact(c), number=20, repeat=3)) / 20 * 1e6 for line in harmless) or [0.0]
    print(
        f"{path.stem[:23]:<24}{len(secret):>10}{len(missed):>10}{_share(missed, secret):>10}{len(harmless):>10}{len(changed):>10}"
        f"{_share(changed, harmless):>10}{statistics.median(costs_us):>10.1f}{costs_us[int(0.95 * len(costs_us))]:>10.1f}"
    )
    for line in (*missed, *changed) if verbose else ():
        print(f"  {'missed' if line.secrets else 'changed'}: {line.command!r}\n       -> {redact(line.command)!r}")


def _share(part: list[Line], whole: list[Line]) -> str:
    return f"{len(part) / len(whole):.1%}" if whole else "-"


if __name__ == "__main__":
    main()
