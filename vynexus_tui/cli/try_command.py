"""`vynexus try`: one sandboxed try; exit status 0 for passed, 3 for any other verdict."""

import argparse
import shlex
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TypedDict

from vynexus_tui.cli.attending import attending
from vynexus_tui.cli.json_shapes import trial_shape
from vynexus_tui.cli.printing import folder, now_utc, print_json, shown, shown_block
from vynexus_tui.cli.trial_printing import print_trial
from vynexus_tui.domain.automations import SeenCase
from vynexus_tui.domain.errors import RequestError
from vynexus_tui.domain.runs import Activity
from vynexus_tui.domain.trials import Trial, Verdict
from vynexus_tui.engine.assembly import Workspace
from vynexus_tui.engine.decisions import find_automation
from vynexus_tui.engine.trial_suite import try_suite
from vynexus_tui.engine.trials import plan_trial, try_automation, try_command

_OTHER_VERDICT = 3
_MOST_LIVE_LINES = 200
_SHELLS = ("bash", "sh", "dash")
"""What a script's first line may name: it is tried by bash."""


def run(workspace: Workspace, options: argparse.Namespace) -> int:
    """Runs the try and prints what it would change."""
    words = options.words
    if options.name and words and not options.script:
        raise RequestError("give either an automation or a command", "vynexus try NAME, or vynexus try -- CMD...")
    if options.seen and (not options.name or options.arg or options.cwd):
        raise RequestError("--seen takes an automation's name and nothing else", "vynexus try NAME --seen")
    if options.arg and not options.name:
        raise RequestError("--arg is for an automation's parameters", "a command takes its arguments after --")
    live = _LiveOutput() if sys.stdout.isatty() and not options.json else None
    with _interruptible() as was_interrupted:
        listeners: _Listeners = {"on_output": live.add if live else None, "should_stop": was_interrupted}
        if options.name and options.seen:
            trial = _try_suite(workspace, options, listeners)
        elif options.name:
            trial = _try_automation(workspace, options, listeners)
        else:
            script, cwd = _script(options.script, words), str(Path(options.cwd or "").absolute())
            if live:
                print(f"trying in {folder(cwd)} … Ctrl-C stops it", file=sys.stderr)
            trial = try_command(workspace, script, cwd=cwd, now=now_utc(), **listeners)
    if options.json:
        print_json(trial_shape(trial))
    else:
        print_trial(trial, with_output=live is None or live.is_cut, is_whole=options.all)
    has_passed = trial.verdict is Verdict.PASSED and all(case.verdict is Verdict.PASSED for case in trial.cases)
    return 0 if has_passed else _OTHER_VERDICT


class _Listeners(TypedDict):
    on_output: Callable[[str], None] | None
    should_stop: Callable[[], bool]


class _LiveOutput:
    """Shows output while it comes; of endless output only the beginning, the report has the end."""

    def __init__(self) -> None:
        self.is_cut = False
        self._lines = 0

    def add(self, text: str) -> None:
        """One more piece."""
        if self.is_cut:
            return
        rows = shown_block(text, indent="  │ ").split("\n")
        print("\n".join(rows[: _MOST_LIVE_LINES - self._lines]), flush=True)
        self._lines += len(rows)
        if self._lines >= _MOST_LIVE_LINES:
            self.is_cut = True
            print("  │ … it goes on; Ctrl-C stops it", flush=True)


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
    with attending(workspace, find_automation(workspace, options.name).automation_id, Activity.TRY):
        return try_automation(workspace, options.name, cwd=str(Path(cwd).absolute()), arguments=arguments, now=now_utc(), **listeners)


def _try_suite(workspace: Workspace, options: argparse.Namespace, listeners: _Listeners) -> Trial:
    def say(number: int, count: int, case: SeenCase) -> None:
        print(
            f"{number} of {count}: trying in {folder(case.cwd or '')} with {shown(shlex.join(case.arguments), limit=120)} …",
            file=sys.stderr,
        )

    with attending(workspace, find_automation(workspace, options.name).automation_id, Activity.TRY):
        return try_suite(workspace, options.name, now=now_utc(), on_case=None if options.json else say, **listeners)


def _script(file: str | None, words: list[str]) -> str:
    if file:
        text = _read_script(file)
        program = _interpreter(text)
        if program is not None and program not in _SHELLS:
            raise RequestError(f"{file} is a script for {shown(program, limit=40)}, not for bash", f"vynexus try -- {program} {file}")
        return text
    if not words or not "".join(words).strip():
        raise RequestError("what should be tried?", "vynexus try NAME, vynexus try --script FILE, or vynexus try -- CMD...")
    # One word is a whole command line (`try -- 'a && b'`), several are one command's arguments.
    return (words[0] if len(words) == 1 else shlex.join(words)) + "\n"


def _read_script(file: str) -> str:
    """Its very bytes, line ends included: a script with another line end does other things."""
    try:
        content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise RequestError(f"{file}: {error.strerror}", "name a bash script") from error
    if b"\0" in content:
        raise RequestError(f"{file} is no script", f"to try a program: vynexus try -- ./{Path(file).name}")
    return content.decode("utf-8", "surrogateescape")


def _interpreter(text: str) -> str | None:
    """The program that a script's first line names."""
    if not text.startswith("#!"):
        return None
    words = text[2:].split("\n", 1)[0].split()
    names = [Path(word).name for word in words if not word.startswith("-")]
    return next((name for name in names if name != "env"), None)
