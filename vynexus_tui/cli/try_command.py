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

from vynexus_tui.cli.json_shapes import trial_shape
from vynexus_tui.cli.printing import now_utc, print_json, shown, shown_block
from vynexus_tui.cli.trial_printing import print_trial
from vynexus_tui.domain.errors import RequestError
from vynexus_tui.domain.trials import Trial, Verdict
from vynexus_tui.engine.assembly import Workspace
from vynexus_tui.engine.trials import plan_trial, try_automation, try_command

_OTHER_VERDICT = 3


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
