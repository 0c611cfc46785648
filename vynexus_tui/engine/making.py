"""Automations that a person makes by hand: of any pattern, or of commands they choose among the last ones they typed."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from vynexus_tui.domain.automations import FINISHED, Automation, Refusal
from vynexus_tui.domain.cycles import AutomationHead
from vynexus_tui.domain.errors import RequestError
from vynexus_tui.domain.events import Actor, CommandEvent
from vynexus_tui.domain.identifiers import PatternId
from vynexus_tui.engine.assembly import Workspace, build_shortcuts, is_program, known_aliases, reading, writing
from vynexus_tui.engine.creation import create_automation, room
from vynexus_tui.engine.snapshots import read_pattern
from vynexus_tui.language.lexing import parse_command
from vynexus_tui.language.program_facts import command_words, is_trivial
from vynexus_tui.sources.hook_spool import is_session_of
from vynexus_tui.store import automations_table, events_table, patterns_table
from vynexus_tui.store.database import transaction

_LOOKED_AT = 2000
"""Events among which the person's own are looked for; 20 ms."""
_MOVES = frozenset({"cd", "pushd", "popd"})
_OF_THE_SCREEN = frozenset({"clear", "cls", "reset", "exit", "logout"})
"""Nobody wants them in a script, and they fill the list."""
_SPAN = re.compile(r"([0-9]{1,18})(?:-([0-9]{1,18}))?")
_NOT_WHOLE = "{{secret:long-line}}"
"""What the hooks write instead of the rest of a line of more than 4,096 characters that may hold a secret."""
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


def read_recent(workspace: Workspace) -> tuple[CommandEvent, ...]:
    """What the person typed last, in all their shells, newest last; without agents, automations, our own commands and `clear`."""
    with reading(workspace) as connection:
        events = events_table.read_events(connection, most=_LOOKED_AT) if connection else []
    own = [event for event in events if event.actor in (Actor.USER, Actor.UNKNOWN) and event.command.strip() not in _OF_THE_SCREEN]
    # What is imported later may be older.
    return tuple(sorted(own, key=lambda event: event.started_at or _LONG_AGO))


def of_one_shell(commands: Sequence[CommandEvent], shell_pid: int) -> tuple[tuple[CommandEvent, ...], bool]:
    """Those typed in the shell with this process number, and True; where no hook records it those of the newest session."""
    sessions = dict.fromkeys(event.session_id for event in reversed(commands))
    here = next((session for session in sessions if is_session_of(session, shell_pid)), None)
    session = here or next(iter(sessions), None)
    return tuple(event for event in commands if event.session_id == session), here is not None


def take_last(commands: Sequence[CommandEvent], count: int) -> tuple[CommandEvent, ...]:
    """The last `count` that do something, with the changes of folder between them. Raises RequestError when there are not so many."""
    working = [number for number, event in enumerate(commands) if not _only_looks(event.command)]
    if count < 1 or len(working) < count:
        raise RequestError(
            f"cannot take the last {count}: {len(working)} are known of this shell, not counting those that only look around",
            "see them: vynexus new",
        )
    return tuple(
        event
        for number, event in enumerate(commands[working[-count] :], start=working[-count])
        if number in working[-count:] or (number < working[-1] and _moves(event.command))
    )


def pick(commands: Sequence[CommandEvent], numbers: str) -> tuple[CommandEvent, ...]:
    """Those with the numbers in a text such as `12,14-16`, in the order in which they were typed. Raises RequestError."""
    chosen: set[object] = set()
    for part in numbers.replace(" ", "").split(","):
        span = _SPAN.fullmatch(part)
        if span is None:
            raise RequestError(f"{part!r} is no number and no range", "for example: --pick 12,14-16")
        first, last = int(span[1]), int(span[2] or span[1])
        found = [event.event_id for event in commands if isinstance(event.event_id, int) and first <= event.event_id <= last]
        if not found:
            raise RequestError(f"no command {part} among the last {len(commands)}", "see their numbers: vynexus new")
        chosen.update(found)
    return tuple(event for event in commands if event.event_id in chosen)


def create_from_commands(
    workspace: Workspace, name: str, chosen: Sequence[CommandEvent], values: Mapping[str, str] | None = None, *, now: datetime
) -> AutomationHead:
    """An automation of chosen commands; each of `values` (parameter to value) becomes a parameter where it stands in them.

    Raises RequestError for a name that is taken, and with the refusal's reason.
    """
    from vynexus_tui.automation.chosen_parameters import find_values
    from vynexus_tui.automation.micro_automation_creator import MicroAutomationCreator

    if not chosen:
        raise RequestError("no command was chosen", "see the last ones: vynexus new")
    texts = [event.command for event in chosen]
    whole = workspace.settings.recording.max_command_kb * 1024
    if cut := next((text for text in texts if _NOT_WHOLE in text or len(text) >= whole), None):
        raise RequestError(f"`{cut[:40]}…` was too long to be recorded whole", "put it into a script of its own")
    slots = find_values(texts, values or {})
    shortcuts = build_shortcuts(workspace)

    def create(names: set[str]) -> Automation | Refusal:
        return MicroAutomationCreator(workspace.settings.automation_creation).create_from_commands(
            texts,
            name,
            name_taken=lambda wanted: wanted in names or shortcuts.collision(wanted) is not None,
            aliases=known_aliases(workspace),
            is_program=lambda program: is_program(workspace, program),
            now=now,
            home=str(workspace.paths.home),
            # Where the first was typed: the others follow it by their own cd.
            cwd=next((event.cwd for event in chosen if event.cwd), None),
            slots=slots,
        )

    made = _made(workspace, create, name=name, pattern_id=None)
    if len(made.parameters) < len(values or {}):
        raise RequestError("a parameter stands only in a command that a script leaves to you", "choose without it")
    if note := _folders_note(chosen):
        made = replace(made, adds=(*made.adds, note))
    return _kept(workspace, made)


def create_from_pattern(workspace: Workspace, pattern_id: PatternId, *, now: datetime, name: str | None = None) -> AutomationHead:
    """An automation from any pattern, also below the threshold. Raises RequestError with the refusal's reason."""
    pattern = read_pattern(workspace, pattern_id)

    def create(names: set[str]) -> Automation | Refusal:
        return create_automation(workspace, pattern, names, now=now, name=name)

    return _kept(workspace, _made(workspace, create, name=name, pattern_id=pattern_id))


def _made(
    workspace: Workspace, create: Callable[[set[str]], Automation | Refusal], *, name: str | None, pattern_id: PatternId | None
) -> Automation:
    with reading(workspace) as connection:
        existing = automations_table.read_automations(connection) if connection else []
    if pattern_id is not None and (of_it := next((a for a in existing if a.pattern_id == pattern_id and a.status not in FINISHED), None)):
        raise RequestError(f"this pattern already has an automation: {of_it.name}", f"see: vynexus show {of_it.name}")
    if same := next((a for a in existing if a.name == name), None):
        raise RequestError(f"{name} is an automation already ({same.status})", "choose another name")
    if room(workspace.settings, existing) <= 0:
        raise RequestError("the limit of automations is reached", "retire one first: vynexus retire NAME")
    outcome = create({a.name for a in existing})
    if isinstance(outcome, Refusal):
        raise RequestError(f"no script can be made of it: {outcome.reason}: {outcome.detail}", "nothing was made")
    return outcome


def _kept(workspace: Workspace, made: Automation) -> AutomationHead:
    with writing(workspace) as connection, transaction(connection):
        same = automations_table.read_automation(connection, made.name)
        if same is not None and same.automation_id != made.automation_id:
            raise RequestError(f"{made.name} is an automation already ({same.status})", "choose another name")
        known = automations_table.read_automation(connection, made.automation_id)
        if known is not None and known.status not in FINISHED:
            raise RequestError(f"this pattern already has an automation: {known.name}", f"see: vynexus show {known.name}")
        automations_table.write_automation(connection, made)
        for head in patterns_table.read_heads(connection, most=patterns_table.EVERY) if made.pattern_id else ():
            if head.pattern_id == made.pattern_id:
                patterns_table.write_head(connection, replace(head, automation_id=made.automation_id, refusal=None))
                patterns_table.wake(connection, head.pattern_id)
    return AutomationHead(automation=made, trial=None)


def _only_looks(command: str) -> bool:
    return all(is_trivial(part) for part in parse_command(command))


def _moves(command: str) -> bool:
    return any((words := command_words(one)) and words[0] in _MOVES for part in parse_command(command) for one in part.commands)


def _folders_note(chosen: Sequence[CommandEvent]) -> str:
    """What a script of commands that were typed in several folders must be looked at for."""
    folders = {event.cwd for event in chosen if event.cwd}
    if len(folders) < 2 or any(_moves(event.command) for event in chosen):
        return ""
    return f"runs in one folder what was typed in {len(folders)}: no cd is among the commands"
