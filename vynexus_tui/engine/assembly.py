"""The composition root: which person, which files, which settings. Everything else in the engine takes a Workspace."""

import fcntl
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from vynexus_tui.domain.errors import SettingsError, StoreError
from vynexus_tui.domain.events import CommandEvent
from vynexus_tui.domain.settings import Settings
from vynexus_tui.domain.targets import ProjectTarget
from vynexus_tui.language.redaction import Redactor
from vynexus_tui.shell.hook_installation import HookPaths
from vynexus_tui.shell.person_aliases import read_aliases
from vynexus_tui.shell.person_functions import read_functions
from vynexus_tui.shell.workflow_shortcuts import WorkflowShortcuts
from vynexus_tui.sources.project_targets import read_project_targets
from vynexus_tui.store.database import Connection, open_database, open_for_reading, translated_errors
from vynexus_tui.store.paths import VynexusPaths, build_paths
from vynexus_tui.store.settings_file import read_settings

if TYPE_CHECKING:
    from vynexus_tui.sandbox.automation_sandbox import AutomationSandbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """One person's VyNexus: settings, files, environment."""

    settings: Settings
    paths: VynexusPaths
    environment: Mapping[str, str]
    is_demo: bool = False
    settings_error: SettingsError | None = None
    """The settings file has a mistake, so the defaults hold: only for what must work even then."""


def open_workspace(
    environment: Mapping[str, str], *, config: str | None = None, is_demo: bool = False, needs_settings: bool = True
) -> Workspace:
    """The workspace of the person whose environment this is. Writes nothing.

    Raises StoreError without HOME and, when it `needs_settings`, SettingsError for a settings file with a mistake.
    """
    paths = build_paths(environment, config=config)
    settings, mistake = Settings(), None
    try:
        settings = read_settings(paths.config_file)
    except SettingsError as error:
        if needs_settings:
            raise
        mistake = error
    return Workspace(settings=settings, paths=paths, environment=dict(environment), is_demo=is_demo, settings_error=mistake)


@contextmanager
def writing(workspace: Workspace) -> Iterator[Connection]:
    """A connection that may write, closed at the end; the database is made when it is missing."""
    path = workspace.paths.database
    connection = open_database(path, busy_timeout_ms=workspace.settings.engine.busy_timeout_ms)
    try:
        with translated_errors(path):
            yield connection
    finally:
        connection.close()


@contextmanager
def reading(workspace: Workspace) -> Iterator[Connection | None]:
    """A connection that cannot write, in one read transaction; None where nothing was stored yet."""
    path = workspace.paths.database
    connection = open_for_reading(path, busy_timeout_ms=workspace.settings.engine.busy_timeout_ms)
    if connection is None:
        yield None
        return
    try:
        with translated_errors(path):
            connection.execute("BEGIN")
            yield connection
    finally:
        connection.close()


def make_state_dir(workspace: Workspace) -> None:
    """Where spool, locks and the log lie. Raises StoreError where it cannot be made or written."""
    try:
        workspace.paths.state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        (workspace.paths.state_dir / "cycle.lock").touch(mode=0o600)
    except OSError as error:
        raise StoreError(f"{error.filename}: {error.strerror}", "check its permissions, or set XDG_STATE_HOME") from error


@contextmanager
def only_one(workspace: Workspace, what: str, *, waits: bool) -> Iterator[None]:
    """A lock that goes with its process. Without `waits` it raises BlockingIOError when another process holds it."""
    make_state_dir(workspace)
    handle = os.open(workspace.paths.state_dir / f"{what}.lock", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
        yield
    finally:
        os.close(handle)


def build_redactor(workspace: Workspace) -> Redactor:
    """Takes secrets out of everything, by our rules and this person's own."""
    paths = workspace.paths
    return Redactor(
        workspace.settings.recording.secret_patterns, aliases=read_aliases(paths.state_dir, paths.home, config_home=paths.config_home)
    )


def known_aliases(workspace: Workspace) -> dict[str, str]:
    """The person's aliases as their shells or rc files state them, without secrets."""
    paths = workspace.paths
    redactor = Redactor(workspace.settings.recording.secret_patterns)
    return {name: redactor.command(text) for name, text in read_aliases(paths.state_dir, paths.home, config_home=paths.config_home).items()}


def known_targets(events: Iterable[CommandEvent]) -> tuple[ProjectTarget, ...]:
    """What Make, just and npm can do in the folders where these were typed, the busiest folders first."""
    return read_project_targets(folder for folder, _ in Counter(event.cwd for event in events if event.cwd).most_common())


def build_sandbox(workspace: Workspace) -> "AutomationSandbox":
    """The sandbox of this person: our own files are hidden from trials too."""
    from vynexus_tui.sandbox.automation_sandbox import AutomationSandbox  # 18 ms that most commands do not need

    paths = workspace.paths
    # A settings file named elsewhere lies among the person's own files, which a trial must see.
    own_config = (str(paths.config_file.parent),) if paths.config_file.parent.name == "vynexus" else ()
    ours = (str(paths.data_dir), str(paths.state_dir), *own_config)
    # Before anything is stored not even the self-test's result is written.
    cache_dir = str(paths.state_dir) if paths.database.exists() else None
    return AutomationSandbox(workspace.settings.sandbox, home=str(paths.home), masked_paths=ours, cache_dir=cache_dir)


def build_shortcuts(workspace: Workspace) -> WorkflowShortcuts:
    """Installs and removes approved automations for this person."""
    paths = workspace.paths
    return WorkflowShortcuts(
        data_dir=paths.data_dir,
        home=paths.home,
        search_path=workspace.environment.get("PATH", ""),
        python=sys.executable,
        aliases=known_aliases(workspace),
        functions=read_functions(paths.state_dir),
    )


def build_hook_paths(workspace: Workspace) -> HookPaths:
    """Where hook and rc files of this person are; our own command directory joins PATH only where it is needed."""
    paths = workspace.paths
    bin_directory = build_shortcuts(workspace).bin_directory
    is_ours = bin_directory.is_relative_to(paths.data_dir)
    zdotdir = workspace.environment.get("ZDOTDIR")
    return HookPaths(
        home=paths.home,
        data_dir=paths.data_dir,
        state_dir=paths.state_dir,
        bin_dir=bin_directory if is_ours else None,
        zdotdir=Path(zdotdir) if zdotdir else None,
        config_home=paths.config_home,
    )


def is_program(workspace: Workspace, name: str) -> bool:
    """Whether `name` is an executable on the person's PATH, or a path to one."""
    if "/" in name:
        return True
    folders = workspace.environment.get("PATH", "").split(os.pathsep)
    return any(os.access(Path(folder or ".") / name, os.X_OK) for folder in folders)


def is_folder(path: str) -> bool:
    """Whether there is such a folder. Recorded paths may be anything, also too long or with a NUL in them."""
    return path_exists(path) and Path(path).is_dir()


def path_exists(path: str) -> bool:
    """Whether anything is there."""
    try:
        return Path(path).exists()
    except (OSError, ValueError):
        return False


def local_zone() -> tzinfo:
    """The machine's local time with the offset that held on each date; schedules are people's local times."""
    return _LocalZone()


class _LocalZone(tzinfo):
    """What TZ or /etc/localtime say, summer time of past years included. The standard library has no such tzinfo: a zone's name
    is unknown where /etc/localtime is a copy or TZ a rule, and datetime.astimezone() fixes the offset of its one moment.
    """

    def fromutc(self, dt: datetime) -> datetime:
        return dt.replace(tzinfo=UTC).astimezone().replace(tzinfo=self)

    def utcoffset(self, dt: datetime | None) -> timedelta | None:
        return dt.replace(tzinfo=None).astimezone().utcoffset() if dt is not None else None

    def dst(self, dt: datetime | None) -> timedelta | None:
        return None

    def tzname(self, dt: datetime | None) -> str | None:
        return dt.replace(tzinfo=None).astimezone().tzname() if dt is not None else None
