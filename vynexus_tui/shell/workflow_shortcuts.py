"""Hand an approved automation back to the shell as a command of its own name, and take it away again without a trace.

    <data_dir>/automations/<name>/<name>      the approved text, 0700; its own name, which is what its messages and --help say
    <data_dir>/automations/<name>/approved    what `vynexus run` checks before it runs it (0600), one `key value` per line:
                                              version, automation_id, sha256, status (live, paused, failing), shortcut (path), cwd (optional),
                                              kind (function: it changes the shell that calls it), most_failures (in a row),
                                              shells (those that can have the function)
    <data_dir>/automations/<name>/parameters  names, defaults and values of before (0600, JSON)
    <data_dir>/automations/<name>/failures    a byte for each failed run since the last success; `vynexus run` writes it (0600)
    <data_dir>/automations/<name>/predicted   what the approved try showed (0600, JSON); the first real run that is like it takes it away
    <directory on PATH>/<name>                an executable that calls `vynexus run <name>`, 0755
    <data_dir>/automations/shortcuts.*        what running shells read: see shortcut_files

A running shell finds the new command at its next prompt. The directory `automations` changes last, which makes the hooks forget their
table of commands and read `shortcuts.*` anew.
"""

import contextlib
import os
import re
import shlex
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from vynexus_tui.domain.automations import Automation
from vynexus_tui.domain.errors import RequestError, ShellError
from vynexus_tui.domain.identifiers import AutomationId
from vynexus_tui.shell.file_writing import read_small_text, write_new, write_whole
from vynexus_tui.shell.installed_shortcut import (
    APPROVED,
    FAILING,
    FAILURES,
    LIVE,
    NAME,
    PARAMETERS,
    PAUSED,
    PREDICTED,
    InstalledShortcut,
    approved_text,
    new_offer,
    offer_of,
    parameters_text,
    read_installed,
)
from vynexus_tui.shell.shell_words import SHELL_WORDS
from vynexus_tui.shell.shortcut_files import Published, fish_function, publish, published_paths, published_texts

_MARK = "# A VyNexus shortcut."
_HEAD = f"#!/bin/sh\n{_MARK}".encode()
_CALLED = re.compile(r"^if \[ -x (.+?) \]; then exec ", re.MULTILINE)
_FOLDER_MADE = "folder-made"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SHORTEST = 3
"""Letters: what is shorter is typed by mistake, or is somebody's habit on another machine."""


class WorkflowShortcuts:
    """Install, pause and remove shortcuts of one person."""

    def __init__(
        self,
        *,
        data_dir: Path,
        home: Path,
        search_path: str,
        python: str,
        aliases: Mapping[str, str] | None = None,
        functions: Collection[str] = (),
    ) -> None:
        """`search_path`: the person's PATH. `python`: the interpreter that has VyNexus (sys.executable). `functions`: of their shells."""
        self._home = home
        self._automations = data_dir / "automations"
        self._own_bin = data_dir / "bin"
        self._local_bin = home / ".local" / "bin"
        self._search_path = tuple(part for part in search_path.split(":") if part.startswith("/"))
        self._python = python
        self._aliases = aliases or {}
        self._functions = functions

    @property
    def bin_directory(self) -> Path:
        """Where new shortcuts go: `~/.local/bin` when it is on PATH, else our own directory, which the hook's block appends to PATH."""
        return self._local_bin if str(self._local_bin) in self._search_path else self._own_bin

    @property
    def command_folders(self) -> tuple[Path, ...]:
        """Every folder that a shortcut may have been written to."""
        return (self._local_bin, self._own_bin)

    def collision(self, name: str) -> str | None:
        """What `name` already means to the person's shells, in words; None when it is free."""
        if name in (APPROVED, PREDICTED, PARAMETERS, FAILURES):
            return f"{name} is a file name of ours"
        if name in SHELL_WORDS:
            return f"{name} is a word of the shell itself"
        if name in self._aliases:
            return f"{name} is your alias for '{self._aliases[name]}'"
        if name in self._functions and not self._is_function_of_ours(name):
            return f"{name} is a function of your shell"
        for folder in self._search_path:
            candidate = Path(folder) / name
            if candidate.is_file() and os.access(candidate, os.X_OK) and not _is_ours(candidate):
                return f"{name} is {candidate}"
        taken = self.bin_directory / name
        if os.path.lexists(taken) and not _is_ours(taken):
            return f"{taken} exists"
        return f"{name} is too short for a command of its own" if len(name) < _SHORTEST else None

    def free_name(self, wanted: str) -> str:
        """`wanted` made into a valid name that collides with nothing and with no installed shortcut."""
        plain = re.sub(r"[^a-z0-9_-]+", "-", wanted.lower()).strip("-_")[:36].rstrip("-_")
        if not re.match(r"[a-z]", plain) or len(plain) < _SHORTEST:
            plain = f"vy-{plain}".rstrip("-")
        names = [plain, f"vy-{plain}"[:40], *(f"{plain}-{number}" for number in range(2, 1000))]
        taken = {installed.name for installed in self.list_installed()}
        return next(name for name in names if name not in taken and self.collision(name) is None)

    def install(self, automation: Automation, *, prediction: bytes | None = None, most_failures: int = 3) -> InstalledShortcut:
        """Make its name a command; its former text is replaced. `prediction`: what its first run is compared with. `most_failures`:
        runs that may fail in a row, counted from here.

        Raises ShellError naming what the name collides with or what cannot be written. Whatever is raised, nothing has changed.
        """
        name, script = automation.name, automation.script
        former = self._checked_former(name, automation.automation_id)
        if automation.runs_in is not None and _CONTROL.search(automation.runs_in):
            what = "whose name holds control characters, such as a line break"
            raise ShellError(
                f"{name} cannot be tied to a folder {what}",
                f"rename the folder, or let it run where it is called: vynexus approve --anywhere {name}",
            )
        directory = former.shortcut_path.parent if former else self.bin_directory
        installed = InstalledShortcut(
            name=name,
            automation_id=automation.automation_id,
            sha256=script.sha256,
            shortcut_path=directory / name,
            script_path=self._automations / name / name,
            cwd=automation.runs_in,
            is_predicted=prediction is not None,
            is_function=automation.is_function,
            is_said_in_fish=automation.is_function and fish_function(script.text, cwd=automation.runs_in) is not None,
            most_failures=most_failures,
        )
        texts = {
            installed.script_path: (_encoded(script.text), 0o700),
            installed.parameters_path: (parameters_text(automation.parameters), 0o600),
            installed.failures_path: None,
            installed.predicted_path: (prediction, 0o600) if prediction is not None else None,
            # The text before the digest that allows it, and the command last: at no time does it run what was not approved.
            installed.approved_path: (approved_text(installed), 0o600),
        }
        shim = _encoded(self._shim(installed))
        others = [offer_of(other) for other in self.list_installed() if other.name != name]
        offer = new_offer(installed, script.text, automation.parameters)
        told = published_texts(sorted([*others, offer], key=lambda known: known.name), self._home)
        before = {path: _content(path) for path in (*texts, installed.shortcut_path)}
        with contextlib.ExitStack() as undo:
            undo.callback(self._put_back, before)
            try:
                for folder in (self._automations.parent, self._automations, installed.script_path.parent):
                    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._make(directory)
                for path, text in texts.items():
                    if text is None:
                        path.unlink(missing_ok=True)
                    else:
                        write_whole(path, *text)
                write = write_whole if former and _is_ours(installed.shortcut_path) else write_new
                write(installed.shortcut_path, shim, 0o755)
                self._tell(told)
            except OSError as error:
                raise ShellError(f"{error.filename or name} cannot be written: {error.strerror}", "nothing was installed") from error
            undo.pop_all()
        return installed

    def remove(self, name: str) -> tuple[Path, ...]:
        """Delete what `install` wrote, the command first; gives the paths that were deleted. A name that is not installed has none."""
        installed = read_installed(self._automations, name)
        if installed is None:
            return ()
        removed = []
        try:
            for path in installed.paths:
                if path == installed.shortcut_path and not _is_ours(path):
                    continue  # someone has put a program of theirs there
                if path.exists():
                    path.unlink()
                    removed.append(path)
            if not any(installed.script_path.parent.iterdir()):
                installed.script_path.parent.rmdir()
            self._remove_made_folder()
            self._publish()
        except OSError as error:
            raise ShellError(f"{error.filename or name} cannot be deleted: {error.strerror}", "delete it by hand") from error
        return tuple(removed)

    def pause(self, name: str, *, is_failing: bool = False) -> InstalledShortcut:
        """Keep the command; `vynexus run` says why it does not run. Raises RequestError for a name that is not installed."""
        return self._set_status(name, FAILING if is_failing else PAUSED)

    def resume(self, name: str) -> InstalledShortcut:
        """The reverse of `pause`."""
        return self._set_status(name, LIVE)

    def list_installed(self) -> tuple[InstalledShortcut, ...]:
        """All shortcuts, by name."""
        if not self._automations.is_dir():
            return ()
        found = (read_installed(self._automations, folder.name) for folder in sorted(self._automations.iterdir()))
        return tuple(installed for installed in found if installed is not None)

    def written_paths(self) -> tuple[Path, ...]:
        """Every file and folder that installing has left; for `uninstall`."""
        paths = [path for installed in self.list_installed() for path in (*installed.paths, installed.script_path.parent)]
        return tuple(
            path
            for path in (*paths, *published_paths(self._automations), self._automations / _FOLDER_MADE, self._automations, self._own_bin)
            if path.exists()
        )

    def refresh(self) -> None:
        """Bring what running shells read up to date after an update of VyNexus, and commands whose Python is gone. Raises ShellError."""
        try:
            for installed in self.list_installed():
                if _is_ours(installed.shortcut_path) and _is_orphan(installed.shortcut_path):
                    write_whole(installed.shortcut_path, _encoded(self._shim(installed)), 0o755)
            if self._automations.is_dir():
                self._publish(is_new=False)
        except OSError as error:
            raise ShellError(f"{error.filename} cannot be written: {error.strerror}", "shells go on with what they have") from error

    def _checked_former(self, name: str, automation_id: AutomationId) -> InstalledShortcut | None:
        if not NAME.fullmatch(name):
            raise ShellError(f"'{name}' cannot be a command's name", "2 to 41 of a-z 0-9 _ -, a letter first")
        former = read_installed(self._automations, name)
        if former is not None and former.automation_id != automation_id:
            raise ShellError(f"{name} is another automation of yours", f"free: {self.free_name(name)}")
        if (taken := self.collision(name)) is not None:
            raise ShellError(taken, f"free: {self.free_name(name)}")
        return former

    def _set_status(self, name: str, status: str) -> InstalledShortcut:
        installed = read_installed(self._automations, name)
        if installed is None:
            raise RequestError(f"there is no shortcut {name}", "see `vynexus automations`")
        changed = replace(installed, status=status, has_failed=installed.has_failed and status != LIVE)
        try:
            if status == LIVE:
                installed.failures_path.unlink(missing_ok=True)
            write_whole(changed.approved_path, approved_text(changed), 0o600)
            if changed.is_function:
                self._publish()
        except OSError as error:
            raise ShellError(f"{changed.approved_path} cannot be written: {error.strerror}", "nothing was changed") from error
        return changed

    def _publish(self, *, is_new: bool = True) -> None:
        """Tells the shells. Raises OSError."""
        offers = [offer_of(installed) for installed in self.list_installed()]
        self._tell(published_texts(offers, self._home) if offers else None, is_new=is_new)

    def _tell(self, texts: Published | None, *, is_new: bool = True) -> None:
        publish(self._automations, texts)
        if is_new:
            os.utime(self._automations)

    def needs_new_shell(self, installed: InstalledShortcut) -> bool:
        """Whether its directory is not on PATH yet: only shells started from now on know the name."""
        return str(installed.shortcut_path.parent) not in self._search_path

    def _make(self, directory: Path) -> None:
        """The folder for commands; that the person had none is noted, so that it goes with the last of them."""
        if directory == self._local_bin and not directory.is_dir():
            write_whole(self._automations / _FOLDER_MADE, _encoded(f"{directory}\n"), 0o600)
        directory.mkdir(mode=0o755, parents=True, exist_ok=True)

    def _remove_made_folder(self) -> None:
        note = self._automations / _FOLDER_MADE
        made = (read_small_text(note) or "").removesuffix("\n")
        if made and not self.list_installed():
            with contextlib.suppress(OSError):  # the person has put something there
                Path(made).rmdir()
            note.unlink(missing_ok=True)

    def _is_function_of_ours(self, name: str) -> bool:
        installed = read_installed(self._automations, name)
        return installed is not None and installed.is_function

    def _shim(self, installed: InstalledShortcut) -> str:
        python = shlex.quote(self._python)
        gone = [
            f"{installed.name} cannot run: VyNexus was called by {self._python}, which is gone.",
            "  Install VyNexus again (uv tool install, pipx install or pip install) and start it once: vynexus cycle",
            f"  or take this command away: rm {shlex.quote(str(installed.shortcut_path))}",
        ]
        # -P: a module of the folder one happens to be in must not stand in for ours.
        return (
            f"{_HEAD.decode()} Automation {installed.automation_id}; `vynexus retire {installed.name}` removes it.\n"
            f'if [ -x {python} ]; then exec {python} -P -m vynexus_tui run {installed.name} "$@"; fi\n'
            f"printf '%s\\n' {' '.join(map(shlex.quote, gone))} >&2\nexit 127\n"
        )

    def _put_back(self, before: Mapping[Path, tuple[bytes, int] | None]) -> None:
        # A disk that refused the installation may refuse this too; `vynexus run` refuses the half of it that remains.
        with contextlib.suppress(OSError):
            for path, former in reversed(list(before.items())):
                if former is not None:
                    write_whole(path, *former)
                elif path.parent.parent == self._automations or _is_ours(path):
                    path.unlink(missing_ok=True)
            for folder in {path.parent for path in before if path.parent.parent == self._automations}:
                if folder.is_dir() and not any(folder.iterdir()):
                    folder.rmdir()
            self._remove_made_folder()
            self._publish()


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _is_ours(path: Path) -> bool:
    """Whether an executable is a shortcut that we wrote (a link to one is not)."""
    if path.is_symlink() or not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            return file.read(len(_HEAD)) == _HEAD
    except OSError:
        return False


def _is_orphan(shortcut: Path) -> bool:
    """Whether the Python that it calls is not there any more."""
    called = _CALLED.search(shortcut.read_text("utf-8", "surrogateescape"))
    return called is not None and not os.access(shlex.split(called[1])[0], os.X_OK)


def _content(path: Path) -> tuple[bytes, int] | None:
    try:
        return path.read_bytes(), path.stat().st_mode & 0o777
    except (FileNotFoundError, NotADirectoryError):
        return None
