"""How a trial is printed: the verdict, the steps, every path it would change with its diff, and what is not known."""

import shlex
import sys
from collections.abc import Callable, Sequence
from shutil import get_terminal_size

from vynexus_tui.cli.printing import counted, duration, folder, has_colours, shown, shown_block
from vynexus_tui.domain.trials import ChangeKind, FileChange, SandboxLevel, StepOutcome, Trial, Verdict

_MOST_OF_STEP = 3
_MOST_OF_GIT = 3
"""Up to so many of git's own paths are listed like any other."""
_MOST_CHANGES = 40
_MOST_DIFF_LINES = 200
_LIMITS_OF_SETTINGS = ("disk space", "processes")
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


def print_trial(trial: Trial, *, with_output: bool = True, is_whole: bool = False) -> None:
    """Prints it, in colour where a person sees it. `with_output`: what the script wrote too, unless that was shown while it came;
    `is_whole`: every change and every line of every diff.
    """
    paint = _paint if has_colours() else _leave_plain
    lines = trial_lines(trial, with_output=with_output, is_whole=is_whole, paint=paint)
    print("\n".join(lines))
    if sys.stdout.isatty() and len(lines) > get_terminal_size().lines:
        print(lines[0])  # the first line has left the screen


def trial_lines(trial: Trial, *, with_output: bool, is_whole: bool, paint: _Paint) -> list[str]:
    """The lines of the report; `paint` gets a text and the numbers of its colour (ECMA-48 SGR)."""
    took = f" in {duration(trial.duration_s)}" if trial.duration_s is not None else ""
    level = "" if trial.level is SandboxLevel.FULL else "  (level static: nothing was executed, only read)"
    report = [paint(shown(trial.headline), f"{_STRONG};{_VERDICT_COLOUR.get(trial.verdict, _BAD)}") + f"{took}{level}"]
    if trial.limit in _LIMITS_OF_SETTINGS or (trial.limit or "").startswith(("time ", "CPU ", "memory ")):
        report.append(paint("  the limits are set under sandbox: in the settings file (vynexus config show)", _QUIET))
    for step in trial.steps:
        outcome = paint(f"{step.outcome:<13}", _STEP_COLOUR.get(step.outcome, _QUIET))
        report.append(f"  step {step.number}  {outcome}  {shown(step.text, limit=100)}")
        if of_step := trial.changes_of(step.number):
            report.append(f"{'':<25}{_short(of_step, trial.cwd, paint)}")
    report += _change_lines(trial, is_whole, paint)
    for name, text in (("output", trial.stdout), ("errors", trial.stderr)):
        if text.strip() and with_output:
            report += [f"  {name}:", shown_block(text[-4000:], indent="    ")]
    if trial.calls:
        report.append(f"  would call: {shown(', '.join(trial.calls))}")
    if trial.network_attempted:
        report.append("  it tried to reach the network, which is off in a try")
    if trial.leftover_processes:
        left = trial.leftover_processes
        report.append(f"  it left {left:,} process{'es' * (left != 1)} running; {'they were' if left != 1 else 'it was'} ended")
    report += [paint(f"  not known: {shown(line)}", _WARN) for line in trial.not_known]
    for case in trial.cases:
        colour = _VERDICT_COLOUR.get(case.verdict, _BAD)
        report.append(f"  with {shown(shlex.join(case.arguments), limit=60)} in {folder(case.cwd)}: {paint(shown(case.headline), colour)}")
    return report


def _change_lines(trial: Trial, is_whole: bool, paint: _Paint) -> list[str]:
    if trial.level is not SandboxLevel.FULL:
        return []
    where = folder(trial.cwd)
    if not trial.changes:
        so_far = {Verdict.PASSED: "would change", Verdict.FAILED: "would change", Verdict.STOPS_AT_NETWORK: "changed without a network"}
        return [f"  nothing {so_far.get(trial.verdict, 'changed until then')} ({where})"]
    found = [f"  would change {counted(len(trial.changes), 'path')} ({where})"]
    of_git = [] if is_whole else [c for c in trial.changes if c.is_gits_own]
    of_git = of_git if len(of_git) > _MOST_OF_GIT else []
    listed = [c for c in trial.changes if not (of_git and c.is_gits_own)]
    lines_left = len(listed) * _MOST_DIFF_LINES if is_whole else _MOST_DIFF_LINES
    for change in listed if is_whole else listed[:_MOST_CHANGES]:
        mark = paint(_MARKS[change.kind], _KIND_COLOUR.get(change.kind, _WARN))
        found.append(f"  {mark} {_relative(change.path, trial.cwd)}  {paint(_change_words(change, trial.cwd), _QUIET)}")
        if change.warning:
            found.append(paint(f"      {shown(change.warning)}", _BAD))
        diff = _diff_lines(change.diff, paint) if change.diff else []
        found += diff if is_whole else diff[: max(lines_left, 0)]
        if not is_whole and len(diff) > max(lines_left, 0):
            found.append(paint(f"      … {len(diff) - max(lines_left, 0):,} more lines (--all shows them)", _QUIET))
        lines_left -= len(diff)
    if of_git:
        found.append(f"    {counted(len(of_git), 'path')} below .git/, which are git's own")
    if not is_whole and len(listed) > _MOST_CHANGES:
        found.append(f"    and {len(listed) - _MOST_CHANGES:,} more (--all shows them)")
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
        words.append(f"with {change.contained_count:,} {'entry' if change.contained_count == 1 else 'entries'}")
    if change.mode and change.kind is ChangeKind.CHMOD:
        words.append(shown(change.mode))
    if change.no_diff:
        words.append(f"({change.no_diff})")
    return " ".join(words)


def _paint(text: str, colour: str) -> str:
    return f"\x1b[{colour}m{text}\x1b[0m" if colour else text


def _leave_plain(text: str, _colour: str) -> str:
    return text
