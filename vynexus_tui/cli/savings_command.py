"""`vynexus savings`: what automations gave back; `--audit` prints every line that it is the sum of."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta

from vynexus_tui.cli.printing import counted, day, duration, now_utc, print_json, print_table, red, shown
from vynexus_tui.domain.runs import LedgerEntry, SavingsSummary, TimeSaving, iso_week
from vynexus_tui.engine.accounting import Books, read_books
from vynexus_tui.engine.assembly import Workspace

_DAYS, _WEEKS = 7, 8
_WIDTH = 20
"""Of the longest bar."""


def run(workspace: Workspace, options: argparse.Namespace) -> int:
    """Prints the figures, the lines behind them, or both as JSON. Accounted anew, so that figures and lines are of one moment."""
    now = now_utc()
    books = read_books(workspace, now=now)
    if options.json:
        print_json(savings_shape(books.summary) | {"entries": [e._asdict() for e in books.entries]})
    elif not books.accounts:
        print("Nothing ran yet. Approve an automation and use it; every run is measured against your own time by hand.")
    elif options.audit:
        _print_audit(books)
    else:
        _print_table(books.summary)
        for line in (*_remarks(books.summary, now), *_charts(books.summary, now)):
            print(line)
    return 0


def savings_shape(summary: SavingsSummary) -> dict[str, object]:
    """The figures as JSON, sums included."""
    return asdict(summary) | {
        "low_s": summary.low_s,
        "saved_s": summary.saved_s,
        "high_s": summary.high_s,
        "failed_cost_s": summary.failed_cost_s,
        "attention_s": summary.attention_s,
        "by_day_s": summary.by_day_s,
        "by_week_s": summary.by_week_s,
    }


def saved_words(low_s: float) -> str:
    """The lower bound as a person reads it; a loss is called one."""
    return f"at least {duration(low_s)}" if low_s >= 0 else f"cost up to {duration(-low_s)}"


def together_words(summary: SavingsSummary) -> str:
    """The headline with what it leaves open and what was taken off; empty where nothing was measured."""
    if summary.low_s is None:
        return ""
    failed_count = sum(s.failed_count for s in summary.savings if s.low_s is not None)
    parts = [f"best estimate {duration(summary.saved_s)}, range {duration(summary.low_s)} to {duration(summary.high_s)}"]
    if failed_count:
        parts.append(f"{counted(failed_count, 'failure')} cost {duration(summary.failed_cost_s)}")
    if summary.attention_s:
        parts.append(f"looking at automations took {duration(summary.attention_s)}")
    return f"{saved_words(summary.low_s)} ({'; '.join(parts)})"


def _print_table(summary: SavingsSummary) -> None:
    used = [s for s in summary.savings if s.run_count or s.baseline]
    rows = [
        (
            s.name,
            str(s.run_count),
            str(s.failed_count),
            duration(s.baseline.hands_on_s if s.baseline else None),
            duration(s.elapsed_s),
            _saved_cell(s),
        )
        for s in used
    ]
    if rows:
        print_table(("automation", "runs", "failed", "by hand", "elapsed", "saved, hands-on"), rows)
        print()
    if together := together_words(summary):
        print("Together: " + (red(together) if (summary.low_s or 0.0) < 0 else together))
    elif summary.attention_s:
        print(f"Nothing measured ran yet; looking at automations took {duration(summary.attention_s)}.")


def _saved_cell(saving: TimeSaving) -> str:
    if not saving.run_count:
        return "not run yet"
    if saving.low_s is None:
        return f"not measured: {counted(saving.run_count, 'time')}, {counted(saving.steps_per_run, 'line')} each"
    return red(saved_words(saving.low_s)) if saving.low_s < 0 else saved_words(saving.low_s)


def _remarks(summary: SavingsSummary, now: datetime) -> Iterator[str]:
    for saving in summary.savings:
        if saving.typed_by_hand_count:
            missed = saving.missed_low_s or 0.0
            more = f"; {saving.name} would have saved at least {duration(missed)} more" if missed > 0 else ""
            yield f"{saving.name}: typed by hand {counted(saving.typed_by_hand_count, 'time')} since approval{more}"
        since = saving.by_hand_since
        if saving.baseline and since and since.low_s < saving.baseline.low_s:
            was = duration(saving.baseline.hands_on_s)
            yield f"{saving.name}: by hand it takes {duration(since.hands_on_s)} now, {was} before; the lower bound rests on that"
        elif saving.run_count and saving.is_stale(now):
            age = saving.baseline_age_days(now)
            yield f"{saving.name}: baseline is {age} days old; a few times by hand would tell whether it still holds"


def _charts(summary: SavingsSummary, now: datetime) -> Iterator[str]:
    if summary.low_s is None:
        return
    today = now.astimezone().date()
    days = [today - timedelta(days=back) for back in range(_DAYS - 1, -1, -1)]
    weeks = [iso_week(today - timedelta(weeks=back)) for back in range(_WEEKS - 1, -1, -1)]
    for title, names, found in (
        ("Per week, best estimate", weeks, dict(summary.by_week_s)),
        ("Per day, best estimate", [d.isoformat() for d in days], dict(summary.by_day_s)),
    ):
        first = next((i for i, name in enumerate(names) if name in found), None)
        if first is not None:
            yield from ("", title, *bars([(_name(n), found.get(n, 0.0)) for n in names[first:]]))


def _name(name: str) -> str:
    return name if "W" in name else f"{date.fromisoformat(name):%a} {name}"


def bars(values: Sequence[tuple[str, float]]) -> Iterator[str]:
    """One line per value: what was lost left of the axis and in red, what was gained right of it."""
    block = "█" if (sys.stdout.encoding or "").lower().replace("-", "") == "utf8" else "#"
    top = max((abs(value) for _, value in values), default=0.0) or 1.0
    lengths = [round(_WIDTH * abs(value) / top) for _, value in values]
    left = max((length for length, (_, value) in zip(lengths, values, strict=True) if value < 0), default=0)
    for length, (name, value) in zip(lengths, values, strict=True):
        figure = duration(value) if value else ""
        if value < 0:
            yield f"  {name}  {red((block * length).rjust(left))}|{'':<{_WIDTH}}  {red(figure)}"
        else:
            yield f"  {name}  {'':<{left}}|{block * length:<{_WIDTH}}  {figure}".rstrip()


# ---- the audit


def _print_audit(books: Books) -> None:
    for account in books.accounts:
        if account.entries:
            print(_measure_words(account.saving))
            _print_lines(account.entries, account.saving)
    summary = books.summary
    total = _figures(summary.low_s, summary.saved_s, summary.high_s)
    print(f"Together, seconds: low {total[0]}, best {total[1]}, high {total[2]}, in {counted(len(books.entries), 'line')}")
    together = together_words(summary)
    print(f"Headline: {red(together) if (summary.low_s or 0.0) < 0 else together or 'none, nothing measured ran yet'}")


def _measure_words(saving: TimeSaving) -> str:
    baseline = saving.baseline
    if baseline is None:
        how = "by hand never measured: its runs are counted" if saving.run_count else "never run"
        return f"{shown(saving.name)}: {how}"
    before = f" before {day(baseline.frozen_at)[:10]}" if baseline.frozen_at else " before it was approved"
    times = counted(baseline.occurrence_count, "time")
    return f"{shown(saving.name)}: by hand {baseline.hands_on_s:.1f} s, your own {times}{before}"


def _print_lines(entries: Sequence[LedgerEntry], saving: TimeSaving) -> None:
    rows = [(day(e.at), str(e.kind), *_figures(e.low_s, e.saved_s, e.high_s, e.elapsed_s), e.why) for e in entries]
    total = ("", "sum", *_figures(saving.low_s, saving.saved_s, saving.high_s, saving.elapsed_s), counted(len(rows), "line"))
    headings = ("when", "what", "low s", "best s", "high s", "elapsed s", "why")
    widths = [max(len(row[column]) for row in (headings, *rows, total)) for column in range(6)]
    for row in (headings, *rows, total):
        cells = [cell.rjust(width) if i > 1 else cell.ljust(width) for i, (cell, width) in enumerate(zip(row, widths, strict=False))]
        line = "  ".join((" ", *cells, row[-1])).rstrip()
        print(red(line) if row[3].startswith("−") else line)
    print()


def _figures(*seconds: float | None) -> tuple[str, ...]:
    return tuple("–" if s is None else f"{s:+.1f}".replace("-", "−") for s in seconds)
