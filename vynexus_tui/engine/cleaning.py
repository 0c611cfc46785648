"""What may be stored of a command: secrets replaced, unwanted lines left out, and whose command it was (invariants 4 and 6)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from vynexus_tui.domain.automations import INSTALLED, AutomationStatus
from vynexus_tui.domain.events import Actor, CommandEvent, TimeQuality
from vynexus_tui.engine.assembly import Workspace, build_redactor, reading
from vynexus_tui.language.agents import is_agent_wrapper
from vynexus_tui.language.lexing import parse_command
from vynexus_tui.language.program_facts import programs
from vynexus_tui.sources.atuin_history import read_atuin_filters
from vynexus_tui.store import automations_table

_LONGEST_NAME = 4096
"""Characters kept of folders, sessions and hosts; PATH_MAX on Linux."""
_REMEMBERED = 50_000
"""Lines whose cleaned form is kept at hand, about 10 MB."""
_INSTALLED_ONCE = INSTALLED | {AutomationStatus.RETIRED}
_Names = tuple[str | None, str | None, str | None, str | None]
_OUR_PROGRAMS = ("vynexus", "vy")
_NAMES_A_SECRET = re.compile(r"(?:^|[\s;&|/(\"'])(?:vynexus(?:_tui)?|vy)[\"']?\s+(?:-\S+\s+(?:\S+\s+)?)*(?:redact|forget)\b")
"""These commands name what shall be gone; they are never stored themselves."""


class Cleaning:
    """The same for every event: make one per reading."""

    def __init__(self, workspace: Workspace, *, now: datetime) -> None:
        settings = workspace.settings.recording
        atuin = read_atuin_filters(workspace.environment, workspace.paths.home) if settings.uses_atuin_filters else None
        self._commands = _compiled((*settings.command_filter, *(atuin.history_filter if atuin else ())))
        self._folders = _compiled((*settings.cwd_filter, *(atuin.cwd_filter if atuin else ())))
        self._limit = settings.max_command_kb * 1024
        self._redactor = build_redactor(workspace)
        self._kept_from = retention_start(workspace, now=now)
        self.left_out_count = 0
        """Events that the settings do not want."""
        with reading(workspace) as connection:
            automations = automations_table.read_automations(connection) if connection else []
        # One that was never deployed has no command: what the person calls by that name is their own.
        names = [a.name for a in automations if a.status in _INSTALLED_ONCE]
        self._ours = frozenset((*names, *_OUR_PROGRAMS))
        self._automation_names = re.compile("|".join(map(re.escape, names))) if names else None
        self._has_filters = bool(self._commands or self._folders or self._kept_from)
        self._names: dict[_Names, _Names] = {}
        self._known: dict[str, str] = {}

    def clean(self, events: Iterable[CommandEvent]) -> Iterator[CommandEvent]:
        """The events that may be stored, as they may be stored. A reading may be gone through more than once."""
        left_out_count = 0
        for event in events:
            may_be_ours = "vy" in event.command or (
                self._automation_names is not None and bool(self._automation_names.search(event.command))
            )
            if (may_be_ours and _NAMES_A_SECRET.search(event.command)) or (self._has_filters and self._is_unwanted(event)):
                left_out_count += 1
                continue
            command = self._known.get(event.command) or self._cleaned(event.command)
            before = (event.cwd, event.session_id, event.host, event.shell)
            names = self._names.get(before) or self._cleaned_names(before)
            actor = self._actor(event) if may_be_ours or is_agent_wrapper(event.command) else event.actor
            if actor is not event.actor or command != event.command or names != before:
                cwd, session, host, shell = names
                event = replace(event, command=command, cwd=cwd, session_id=session or "", host=host, shell=shell, actor=actor)
            yield event
        self.left_out_count = max(self.left_out_count, left_out_count)

    def _is_unwanted(self, event: CommandEvent) -> bool:
        if (
            self._kept_from is not None
            and event.time_quality is TimeQuality.EXACT
            and event.started_at
            and event.started_at < self._kept_from
        ):
            return True
        if any(pattern.search(event.command) for pattern in self._commands):
            return True
        return event.cwd is not None and any(pattern.search(event.cwd) for pattern in self._folders)

    def _cleaned(self, text: str) -> str:
        """Most lines of a history are there many times: each is looked at once."""
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        # Redacted before it is cut: half a token is no longer recognised as one. Far behind the cut nothing can matter, and a line
        # of 200 MB would take a minute.
        self._known[text] = self._redactor.command(text[: 2 * self._limit])[: self._limit]
        return self._known[text]

    def _cleaned_names(self, names: _Names) -> _Names:
        """Folder, session, host and shell; there are few of them, each looked at once."""
        cwd, session, host, shell = (name and self._redactor.command(name)[:_LONGEST_NAME] for name in names)
        self._names[names] = (cwd, session, host, shell)
        return cwd, session, host, shell

    def _actor(self, event: CommandEvent) -> Actor:
        """Our own automations and agents are marked, so that they are never mined as a habit."""
        if is_agent_wrapper(event.command):
            return Actor.AGENT
        if event.actor is Actor.AGENT:
            return event.actor
        called = [name for part in parse_command(event.command) for name in programs(part)]
        is_ours = any(name in self._ours and f"/{name}" not in event.command for name in called)
        return Actor.AUTOMATION if is_ours else event.actor


def retention_start(workspace: Workspace, *, now: datetime) -> datetime | None:
    """The midnight (UTC) from which commands are kept; None: all are."""
    days = workspace.settings.recording.retention_days
    return (now - timedelta(days=days)).replace(hour=0, minute=0, second=0, microsecond=0) if days else None


def _compiled(patterns: Iterable[str]) -> list[re.Pattern[str]]:
    """Our own are checked with the settings; what Atuin's dialect has beyond Python's is left out."""
    found = []
    for pattern in patterns:
        try:
            found.append(re.compile(pattern))
        except (re.error, RecursionError):
            continue
    return found
