"""The table of commands: words, options, and the module that does each."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TypeAlias

from vynexus_tui import __version__
from vynexus_tui.domain.errors import VynexusError
from vynexus_tui.engine.assembly import Workspace, open_workspace
from vynexus_tui.language.visible import visible

Command = Callable[[Workspace, argparse.Namespace], int]

_WITHOUT_SETTINGS = frozenset({"record_command", "hook_command", "uninstall_command", "doctor_command"})
"""A mistake in the settings must not keep anybody from switching recording off."""
_FORMATS = ("auto", "bash", "zsh", "fish", "atuin", "jsonl")
_SHELLS = ("bash", "zsh", "fish")


def dispatch(arguments: Sequence[str]) -> int:
    """Runs one command. Exit status: 0 done, 1 error, 2 usage or no terminal, else the command's own."""
    # Cut off here: argparse would take the first word after -- for a positional argument.
    end = list(arguments).index("--") if "--" in arguments else len(arguments)
    options = build_parser().parse_args(arguments[:end])
    options.words = list(arguments[end + 1 :])
    try:
        workspace = open_workspace(os.environ, config=options.config, needs_settings=options.module not in _WITHOUT_SETTINGS)
        command: Command = import_module(f"vynexus_tui.cli.{options.module}").run
        status = command(workspace, options)
        sys.stdout.flush()
        return status
    except VynexusError as error:
        print(f"vynexus: {visible(str(error), keep_lines=True)}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("stopped; nothing was lost", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader went away (`vynexus report | head`); keep the interpreter from complaining at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


def build_parser() -> argparse.ArgumentParser:
    """All commands and options."""
    parser = argparse.ArgumentParser(
        prog="vynexus",
        description="Watches what you repeat in the terminal, proposes an automation, shows what it would change, and measures "
        "the time it gives back. Without a command: the dashboard.",
        epilog="Start with `vynexus peek` (stores nothing) or `vynexus demo` (made-up data, throwaway profile).",
    )
    parser.add_argument("--version", action="version", version=f"vynexus {__version__}")
    parser.add_argument("--config", metavar="FILE", help="settings file (default: ~/.config/vynexus/optimization_config.yaml)")
    parser.add_argument("--no-mouse", action="store_true", help="leave the mouse to the terminal")
    parser.set_defaults(module="dashboard_command")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    _add_looking(commands)
    _add_collecting(commands)
    _add_making(commands)
    _add_deciding(commands)
    _add_keeping(commands)
    return parser


_Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001  (it has no public name)


def _add(commands: _Commands, name: str, module: str, help_text: str, *, json: bool = False) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=help_text, description=help_text)
    parser.set_defaults(module=module)
    if json:
        parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _add_looking(commands: _Commands) -> None:
    _add(commands, "demo", "demo_command", "the dashboard on a made-up history, in a throwaway profile")
    peek = _add(commands, "peek", "peek_command", "what is repeated in a history: reads, stores nothing", json=True)
    peek.add_argument("file", nargs="?", help="history file, or - for standard input (default: your shell's history)")
    peek.add_argument("--from", dest="source_format", choices=_FORMATS, default="auto", help="what the file is")
    status = _add(commands, "status", "status_command", "the glance: recording, what needs you, what was saved", json=True)
    status.add_argument("--line", action="store_true", help="one line for a prompt or tmux")
    report = _add(commands, "report", "report_command", "the full optimization report", json=True)
    report.add_argument("--markdown", action="store_true", help="print Markdown")
    for name, help_text in (
        ("patterns", "what you repeat, best first"),
        ("automations", "scripts made from it, and where they stand"),
        ("bottlenecks", "where time goes"),
        ("workflows", "scores of your workflows, lowest first, and what to improve"),
    ):
        listing = _add(commands, name, "list_command", help_text, json=True)
        if name == "patterns":
            listing.add_argument("--aside", action="store_true", help="only those you put aside")
    savings = _add(commands, "savings", "savings_command", "the time given back, per automation, week and day", json=True)
    savings.add_argument("--audit", action="store_true", help="every line of the ledger, and their sums")
    show = _add(commands, "show", "show_command", "one automation or pattern, whole, with its evidence", json=True)
    show.add_argument("name", help="automation name, or id of an automation or a pattern")


def _add_collecting(commands: _Commands) -> None:
    importing = _add(commands, "import", "import_command", "store a shell history; again and again is the same as once", json=True)
    importing.add_argument("file", nargs="?", help="history file, or - for standard input (default: your shells' histories)")
    importing.add_argument("--from", dest="source_format", choices=_FORMATS, default="auto", help="what the file is")
    importing.add_argument("--dry-run", action="store_true", help="say what would be stored (--json: one event per line)")
    cycle = _add(commands, "cycle", "cycle_command", "one engine cycle now", json=True)
    cycle.add_argument("--background", action="store_true", help="at lowest priority, without a word (for timers)")
    record = _add(commands, "record", "record_command", "switch recording on or off, or ask")
    record.add_argument("state", choices=("on", "off", "status"), nargs="?", default="status")
    record.add_argument("duration", nargs="?", help="how long to stay off, for example 30m or 2h")
    hook = _add(commands, "hook", "hook_command", "the lines in your shell's rc file that record commands")
    hook.add_argument("action", choices=("install", "remove", "status", "print"))
    hook.add_argument("shell", nargs="?", choices=_SHELLS, help="default: every shell found here")
    hook.add_argument("--yes", action="store_true", help="do not ask before writing")


def _add_making(commands: _Commands) -> None:
    new = _add(commands, "new", "new_command", "make an automation of commands you chose, or of any pattern", json=True)
    new.usage = "vynexus new [NAME] [--last N | --pick NUMBERS | --pattern ID] [--param NAME=VALUE]... [--json]"
    new.add_argument(
        "name", nargs="?", help="what to call it (a pattern's name is found if you give none); nothing: list the last commands"
    )
    of = new.add_mutually_exclusive_group()
    of.add_argument("--last", type=int, metavar="N", help="the last N commands of this shell")
    of.add_argument("--pick", metavar="NUMBERS", help="commands by their numbers, for example 12,14-16")
    of.add_argument("--pattern", metavar="ID", help="a pattern of `vynexus patterns`, whatever its potential")
    new.add_argument("--param", metavar="NAME=VALUE", action="append", default=[], help="what to give it each time, where VALUE stands now")
    export = _add(commands, "export", "export_command", "an automation for use without VyNexus")
    export.add_argument("name")
    export.add_argument(
        "--to", choices=("sh", "just", "fish"), required=True, help="a bash script, a recipe of a justfile, a fish function"
    )
    export.add_argument("--output", metavar="FILE", help="write it there (default: print it)")
    export.add_argument("--force", action="store_true", help="replace FILE if it is there")


def _add_deciding(commands: _Commands) -> None:
    trying = _add(commands, "try", "try_command", "run an automation or any command in the sandbox; show what it would change", json=True)
    trying.usage = "vynexus try [NAME | --script FILE | -- CMD...] [--cwd DIR] [--arg K=V]... [--seen] [--all] [--json]"
    trying.add_argument("name", nargs="?", help="automation")
    trying.add_argument("--script", metavar="FILE", help="a bash script instead (- reads it from standard input)")
    trying.add_argument("--all", action="store_true", help="list every change and every line of every diff")
    trying.add_argument("--cwd", metavar="DIR", help="folder to try it in")
    trying.add_argument("--arg", metavar="K=V", action="append", default=[], help="a parameter's value")
    trying.add_argument("--seen", action="store_true", help="with every set of arguments you used by hand")
    approve = _add(commands, "approve", "decide_command", "let an automation that was tried go live")
    approve.add_argument("name")
    approve.add_argument("--sha256", metavar="H", help="digest of the script you looked at (see: vynexus show NAME)")
    approve.add_argument("--confirm", metavar="NAME", help="its name again, where what it does demands that")
    approve.add_argument("--in", dest="runs_in", metavar="DIR", help="always run it there (default: as `vynexus show NAME` says)")
    approve.add_argument("--anywhere", action="store_true", help="run it where it is called")
    for name, help_text in (
        ("reject", "do not offer an automation again"),
        ("pause", "make a live automation refuse to run"),
        ("resume", "let a paused automation run again"),
        ("retire", "remove an automation's command; its runs stay on record"),
    ):
        _add(commands, name, "decide_command", help_text).add_argument("name")
    schedule = _add(
        commands, "schedule", "schedule_command", "have a live automation started at its times; without NAME: what is", json=True
    )
    schedule.add_argument("name", nargs="?", help="automation")
    schedule.add_argument("--at", metavar="WHEN", help='for example "weekdays 9:00" (default: the times at which you do it yourself)')
    schedule.add_argument("--arg", metavar="K=V", action="append", default=[], help="a parameter's value")
    schedule.add_argument("--off", action="store_true", help="take it off again")
    schedule.add_argument("--yes", action="store_true", help="do not ask")
    snooze = _add(commands, "snooze", "decide_command", "do not show a pattern for some days")
    snooze.add_argument("name", help="pattern id, or an automation's name")
    snooze.add_argument("--never", action="store_true", help="never show it again")
    undo = _add(commands, "undo", "decide_command", "take the last decision back")
    undo.add_argument("name", nargs="?", help="the last decision about this automation or pattern")
    edit = _add(commands, "edit", "edit_command", "change an automation's script in $EDITOR; it must be tried again")
    edit.add_argument("name")
    run = _add(commands, "run", "run_command", "run an approved automation")
    run.add_argument("name")


def _add_keeping(commands: _Commands) -> None:
    redact = _add(commands, "redact", "forget_command", "take a secret out of everything that is stored; never recorded itself", json=True)
    redact.add_argument("expression", nargs="?", metavar="REGEX", help="what shall go, or its first group (default: asked for, unseen)")
    forget = _add(commands, "forget", "forget_command", "delete commands and what was proposed from them", json=True)
    what = forget.add_mutually_exclusive_group()
    what.add_argument("--before", metavar="DATE", help="everything older, for example 2026-01-01 or 90d")
    what.add_argument("--command", dest="matching", metavar="REGEX", help="every command that matches; - asks for it, unseen")
    for rewriting in (redact, forget):
        rewriting.add_argument("--dry-run", action="store_true", help="only say what would go")
        rewriting.add_argument("--yes", action="store_true", help="do not ask")
    _add(commands, "doctor", "doctor_command", "what works here, every path in use, and the fix for what does not", json=True)
    config = _add(commands, "config", "config_command", "settings: show, check a file, or write one with every key")
    config.add_argument("action", choices=("show", "check", "write"))
    config.add_argument("file", nargs="?")
    uninstall = _add(commands, "uninstall", "uninstall_command", "remove hooks, commands and every file we wrote")
    uninstall.add_argument("--purge", action="store_true", help="the database and settings too")
    uninstall.add_argument("--dry-run", action="store_true", help="only list what would be removed")
    uninstall.add_argument("--yes", action="store_true", help="do not ask")
