"""`vynexus try`: one sandboxed try; exit status 0 for passed, 3 for any other verdict."""

import argparse
import shlex
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TypedDict

from vynexus_tui.cli.json_shapes import trial_shape
from vynexus_tui.cli.printing import duration, now_utc, print_json, shown, shown_block
from vynexus_tui.domain.errors import RequestError
from vynexus_tui.domain.trials import ChangeKind, FileChange, SandboxLevel, Trial, Verdict
from vynexus_tui.engine.assembly import Workspace
from vynexus_tui.engine.trials import plan_trial, try_automation, try_command

_OTHER_VERDICT = 3
_MOST_OF_STEP = 3
_MARKS = {
    ChangeKind.CREATE: "+",
    ChangeKind.MODIFY: "~",
    ChangeKind.DELETE: "-",
    ChangeKind.CHMOD: "m",
    ChangeKind.REPLACE: "!",
    ChangeKind.RENAME: ">",
}


def run(workspace: Workspace, options: argparse.Namespace) -> int:
    """Runs the try and prints what it would change."""
    words = options.words
    if options.name and words and not options.script:
        raise RequestError("give either an automation or a command", "vynexus try NAME, or vynexus try -- CMD...")
    is_live = sys.stdout.isatty() and not options.json
    with _interruptible() as was_interrupted:
        listeners: _Listeners = {"on_output": _print_live if is_live else None, "should_stop": was_interrupted}
        if options.name:
            trial = _try_automation(workspace, options, listeners)
        else:
            trial = try_command(workspace, _script(options.script, words), cwd=options.cwd or str(Path.cwd()), now=now_utc(), **listeners)
    if options.json:
        print_json(trial_shape(trial))
    else:
        print_trial(trial, with_output=not is_live)
    return 0 if trial.verdict is Verdict.PASSED else _OTHER_VERDICT


class _Listeners(TypedDict):
    on_output: Callable[[str], None] | None
    should_stop: Callable[[], bool]


def _print_live(text: str) -> None:
    print(shown_block(text, indent="  │ "), flush=True)


@contextmanager
def _interruptible() -> Iterator[Callable[[], bool]]:
    """The first Ctrl-C ends the script and lets its changes be listed; the second one ends us."""
    interrupted = False

    def note(_signal: int, _frame: FrameType | None) -> None:
        nonlocal interrupted
        interrupted = True
        signal.signal(signal.SIGINT, before)
        print("stopping the try; again: no list of its changes", file=sys.stderr)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: interrupted
    finally:
        signal.signal(signal.SIGINT, before)


def _try_automation(workspace: Workspace, options: argparse.Namespace, listeners: _Listeners) -> Trial:
    plan = plan_trial(workspace, options.name)
    cwd = options.cwd or plan.cwd
    if cwd is None:
        raise RequestError(f"the folder to try it in is unknown ({plan.cwd_reason})", f"name one: vynexus try {options.name} --cwd .")
    values = dict(plan.arguments)
    for given in options.arg:
        key, mark, value = given.partition("=")
        if not mark or key not in values:
            raise RequestError(f"--arg {given}: no such parameter", "parameters: " + (", ".join(values) or "none"))
        values[key] = value
    if not options.json:
        shown_arguments = " ".join(f"{k}={shown(v, limit=60)}" for k, v in values.items())
        print(f"trying in {shown(cwd)}" + (f" with {shown_arguments}" if values else "") + " …", file=sys.stderr)
    arguments = tuple(values.values())
    return try_automation(workspace, options.name, cwd=str(Path(cwd).absolute()), arguments=arguments, now=now_utc(), **listeners)


def _script(file: str | None, words: list[str]) -> str:
    if file:
        try:
            return Path(file).read_text(encoding="utf-8", errors="surrogateescape")
        except OSError as error:
            raise RequestError(f"{file}: {error.strerror}", "name a bash script") from error
    if not words:
        raise RequestError("what should be tried?", "vynexus try NAME, vynexus try --script FILE, or vynexus try -- CMD...")
    # One word is a whole command line (`try -- 'a && b'`), several are one command's arguments.
    return (words[0] if len(words) == 1 else shlex.join(words)) + "\n"


def print_trial(trial: Trial, *, with_output: bool = True) -> None:
    """The verdict, the steps, every file it would change with its diff, and what is not known."""
    took = f" in {duration(trial.duration_s)}" if trial.duration_s is not None else ""
    level = "" if trial.level is SandboxLevel.FULL else "  (level static: nothing was executed, only read)"
    print(f"{shown(trial.headline)}{took}{level}")
    for step in trial.steps:
        print(f"  step {step.number}  {step.outcome:<13}  {shown(step.text, limit=100)}")
        if of_step := trial.changes_of(step.number):
            print(f"          {'':<13}  {_short(of_step, trial.cwd)}")
    for change in trial.changes:
        print(f"  {_MARKS[change.kind]} {shown(change.path)}{_change_words(change)}")
        if change.diff:
            print(shown_block(change.diff, indent="      "))
    if not trial.changes and trial.level is SandboxLevel.FULL:
        print("  no file would change")
    for name, text in (("output", trial.stdout), ("errors", trial.stderr)):
        if text.strip() and with_output:
            print(f"  {name}:")
            print(shown_block(text[-4000:], indent="    "))
    if trial.calls:
        print(f"  would call: {shown(', '.join(trial.calls))}")
    if trial.network_attempted:
        print("  it tried to reach the network, which is off in a try")
    if trial.leftover_processes:
        print(f"  it left {trial.leftover_processes} processes running; they were ended")
    for line in trial.not_known:
        print(f"  not known: {shown(line)}")


def _short(changes: Sequence[FileChange], cwd: str) -> str:
    """The first paths of one step on one line; the whole list follows below."""
    names = [f"{_MARKS[c.kind]} {shown(c.path.removeprefix(cwd.rstrip('/') + '/'), limit=40)}" for c in changes[:_MOST_OF_STEP]]
    more = len(changes) - _MOST_OF_STEP
    return "  ".join(names) + (f"  and {more:,} more" if more > 0 else "")


def _change_words(change: FileChange) -> str:
    words = [f"  {change.kind} {change.type}"]
    if change.renamed_from:
        words.append(f"from {shown(change.renamed_from)}")
    if change.contained_count:
        words.append(f"with {change.contained_count:,} entries")
    if change.mode and change.kind is ChangeKind.CHMOD:
        words.append(shown(change.mode))
    if change.no_diff:
        words.append(f"({change.no_diff})")
    if change.warning:
        words.append(change.warning)
    return " ".join(words)
