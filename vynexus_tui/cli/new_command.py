"""`vynexus new NAME --last N|--pick NUMBERS|--pattern ID`: make an automation by hand; without a choice: what there is to choose from."""

import argparse
import os
from collections.abc import Sequence

from vynexus_tui.cli.json_shapes import automation_shape, event_shape
from vynexus_tui.cli.printing import counted, day, folder, now_utc, print_json, print_table, shown, shown_block
from vynexus_tui.domain.automations import Automation
from vynexus_tui.domain.errors import RequestError
from vynexus_tui.domain.events import CommandEvent
from vynexus_tui.domain.identifiers import PatternId
from vynexus_tui.engine.assembly import Workspace
from vynexus_tui.engine.making import create_from_commands, create_from_pattern, of_one_shell, pick, read_recent, take_last
from vynexus_tui.engine.recording import collect

_LISTED = 15


def run(workspace: Workspace, options: argparse.Namespace) -> int:
    """Makes it and says what to do next, or lists the last commands."""
    _check(options)
    now = now_utc()
    if options.pattern is not None:
        made = create_from_pattern(workspace, PatternId(options.pattern), now=now, name=options.name).automation
    else:
        collect(workspace, now=now)  # what the shell wrote since the last cycle
        commands, is_this_shell = of_one_shell(read_recent(workspace), os.getppid())
        if not commands:
            raise RequestError("no command is recorded yet", "from now on: vynexus hook install; what you have: vynexus import")
        if options.last is None and options.pick is None:
            _print_commands(commands[-_LISTED:], is_this_shell=is_this_shell, as_json=options.json)
            return 0
        chosen = pick(commands, options.pick) if options.pick is not None else take_last(commands, options.last)
        made = create_from_commands(workspace, options.name, chosen, _values(options.param), now=now).automation
    if options.json:
        print_json(automation_shape(made))
    else:
        _print_made(made)
    return 0


def _check(options: argparse.Namespace) -> None:
    chooses = options.last is not None or options.pick is not None
    if chooses and options.name is None:
        raise RequestError("it needs a name", "for example: vynexus new build-and-test --last 3")
    if options.param and not chooses:
        raise RequestError("--param belongs to chosen commands", "for example: vynexus new deploy --last 2 --param region=north")
    if options.name is not None and not chooses and options.pattern is None:
        raise RequestError(
            f"{options.name} is to be made of what?",
            f"vynexus new {options.name} --last 3, --pick NUMBERS (see: vynexus new), or --pattern ID",
        )


def _values(given: Sequence[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for word in given:
        name, equals, value = word.partition("=")
        if not equals or not value or name in values:
            raise RequestError(f"--param {word}: not understood", "NAME=VALUE, each NAME once, VALUE as it was typed")
        values[name] = value
    return values


def _print_commands(commands: Sequence[CommandEvent], *, is_this_shell: bool, as_json: bool) -> None:
    if as_json:
        print_json({"commands": [event_shape(event) for event in commands], "is_this_shell": is_this_shell})
        return
    print(
        "The last commands of this shell:"
        if is_this_shell
        else "This shell is not recorded. The last commands of the newest session that is:"
    )
    rows = [
        (
            str(event.event_id),
            day(event.started_at) if event.started_at else "no date",
            "" if event.exit_code in (None, 0) else f"exit {event.exit_code}",
            folder(event.cwd) if event.cwd else "",
            shown(event.command, limit=120),
        )
        for event in commands
    ]
    print_table(("number", "at", "", "in", "command"), rows)
    first, last = commands[0].event_id, commands[-1].event_id
    print("\nvynexus new NAME --last 3                        the last three; ls, cd and the like are not counted")
    print(f"vynexus new NAME --pick {f'{first}-{last}' if first != last else first}".ljust(48), "exactly these, for example 12,14-16")
    print("vynexus new NAME --last 3 --param region=north   with `region` to be given each time, where north stands now")


def _print_made(made: Automation) -> None:
    print(f"made {made.name}  ({made.status}, risk {made.risk.level}; {counted(len(made.parameters), 'parameter')})")
    for line in (*made.risk.reasons, *made.adds):
        print(f"  · {shown(line)}")
    print(f"\n{shown_block(made.script.text, indent='  │ ')}\n")
    where = f" in {folder(made.cwd)}" if made.cwd else ""
    print(f"Nothing runs yet. See what it would change{where}: vynexus try {made.name}")
    print(f"Change it: vynexus edit {made.name}. Do without it: vynexus reject {made.name}")
