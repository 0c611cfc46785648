"""How a trial is printed: the verdict, the steps, every path it would change with its diff, and what is not known."""

import os
import sys
from collections.abc import Callable, Sequence

from vynexus_tui.cli.printing import duration, shown, shown_block
from vynexus_tui.domain.trials import ChangeKind, FileChange, SandboxLevel, StepOutcome, Trial, Verdict

_MOST_OF_STEP = 3
_MARKS = {
    ChangeKind.CREATE: "+",
    ChangeKind.MODIFY: "~",
    ChangeKind.DELETE: "-",
    ChangeKind.CHMOD: "m",
    ChangeKind.REPLACE: "!",
    ChangeKind.RENAME: ">",
}
_GOOD, _BAD, _WARN, _QUIET, _STRONG = "32", "31", "33", "2", "1"
_KIND_COLOUR = {ChangeKind.CREATE: _GOOD, ChangeKind.DELETE: _BAD}
_STEP_COLOUR = {StepOutcome.PASSED: _GOOD, StepOutcome.FAILED: _BAD, StepOutcome.NEEDS_NETWORK: _WARN, StepOutcome.UNKNOWN: _WARN}
_VERDICT_COLOUR = {Verdict.PASSED: _GOOD, Verdict.STOPS_AT_NETWORK: _WARN, Verdict.NOT_TRIED: _WARN}
_DIFF_COLOUR = {"+": _GOOD, "-": _BAD, "@": _QUIET, "\\": _QUIET}

_Paint = Callable[[str, str], str]


def print_trial(trial: Trial, *, with_output: bool = True) -> None:
    """Prints it, in colour where a person sees it. `with_output`: what the script wrote too, unless that was shown while it came."""
    for line in trial_lines(trial, with_output=with_output, paint=_paint if _has_colours() else _leave_plain):
        print(line)


def trial_lines(trial: Trial, *, with_output: bool, paint: _Paint) -> list[str]:
    """The lines of the report; `paint` gets a text and the numbers of its colour (ECMA-48 SGR)."""
    took = f" in {duration(trial.duration_s)}" if trial.duration_s is not None else ""
    level = "" if trial.level is SandboxLevel.FULL else "  (level static: nothing was executed, only read)"
    report = [paint(shown(trial.headline), f"{_STRONG};{_VERDICT_COLOUR.get(trial.verdict, _BAD)}") + f"{took}{level}"]
    for step in trial.steps:
        outcome = paint(f"{step.outcome:<13}", _STEP_COLOUR.get(step.outcome, _QUIET))
        report.append(f"  step {step.number}  {outcome}  {shown(step.text, limit=100)}")
        if of_step := trial.changes_of(step.number):
            report.append(f"{'':<25}{_short(of_step, trial.cwd, paint)}")
    report += _change_lines(trial, paint)
    for name, text in (("output", trial.stdout), ("errors", trial.stderr)):
        if text.strip() and with_output:
            report += [f"  {name}:", shown_block(text[-4000:], indent="    ")]
    if trial.calls:
        report.append(f"  would call: {shown(', '.join(trial.calls))}")
    if trial.network_attempted:
        report.append("  it tried to reach the network, which is off in a try")
    if trial.leftover_processes:
        report.append(f"  it left {trial.leftover_processes} processes running; they were ended")
    return report + [paint(f"  not known: {shown(line)}", _WARN) for line in trial.not_known]


def _change_lines(trial: Trial, paint: _Paint) -> list[str]:
    if trial.level is not SandboxLevel.FULL:
        return []
    home = os.environ.get("HOME", "")
    where = shown(f"~{trial.cwd.removeprefix(home)}" if home and f"{trial.cwd}/".startswith(f"{home}/") else trial.cwd)
    if not trial.changes:
        return [f"  nothing would change ({where})"]
    found = [f"  would change {len(trial.changes):,} path{'s' * (len(trial.changes) != 1)} ({where})"]
    for change in trial.changes:
        mark = paint(_MARKS[change.kind], _KIND_COLOUR.get(change.kind, _WARN))
        found.append(f"  {mark} {_relative(change.path, trial.cwd)}  {paint(_change_words(change, trial.cwd), _QUIET)}")
        if change.warning:
            found.append(paint(f"      {shown(change.warning)}", _BAD))
        if change.diff:
            found += _diff_lines(change.diff, paint)
    return found


def _diff_lines(diff: str, paint: _Paint) -> list[str]:
    """Without its two lines of file names: the path stands above."""
    rows = shown_block(diff).split("\n")
    rows = rows[2:] if rows[0].startswith("--- ") else rows
    return ["      " + paint(row, _DIFF_COLOUR.get(row[:1], "")) for row in rows]


def _relative(path: str, cwd: str) -> str:
    return shown(path.removeprefix(cwd.rstrip("/") + "/"))


def _short(changes: Sequence[FileChange], cwd: str, paint: _Paint) -> str:
    """The first paths of one step on one line; the whole list follows below."""
    names = [f"{paint(_MARKS[c.kind], _KIND_COLOUR.get(c.kind, _WARN))} {_relative(c.path, cwd)}" for c in changes[:_MOST_OF_STEP]]
    more = len(changes) - _MOST_OF_STEP
    return "  ".join(names) + (f"  and {more:,} more" if more > 0 else "")


def _change_words(change: FileChange, cwd: str) -> str:
    words = [f"{change.kind} {change.type}"]
    if change.renamed_from:
        words.append(f"from {_relative(change.renamed_from, cwd)}")
    if change.contained_count:
        words.append(f"with {change.contained_count:,} entries")
    if change.mode and change.kind is ChangeKind.CHMOD:
        words.append(shown(change.mode))
    if change.no_diff:
        words.append(f"({change.no_diff})")
    return " ".join(words)


def _has_colours() -> bool:
    """Only for a person at a terminal that knows them, and has not asked for none (no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") != "dumb"


def _paint(text: str, colour: str) -> str:
    return f"\x1b[{colour}m{text}\x1b[0m" if colour else text


def _leave_plain(text: str, _colour: str) -> str:
    return text
