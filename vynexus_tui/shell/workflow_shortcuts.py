"""Hand an approved automation back to the shell as a command of its own name, and take it away again without a trace.

    <data_dir>/automations/<name>/<name>      the approved text, 0700; its own name, which is what its messages and --help say
    <data_dir>/automations/<name>/approved    what `vynexus run` checks before it runs it (0600), one `key value` per line:
                                              version, automation_id, sha256, status (live, paused, failing), shortcut (path), cwd (optional)
    <data_dir>/automations/<name>/predicted   what the approved try showed (0600, JSON); the first real run that is like it takes it away
    <directory on PATH>/<name>                an executable that calls `vynexus run <name>`, 0755

A running shell finds the new command at its next prompt: nothing is loaded into it. The directory `automations` changes last, which
makes the hooks forget their table of commands.
"""

import contextlib
import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from vynexus_tui.domain.automations import Script
from vynexus_tui.domain.errors import RequestError, ShellError
from vynexus_tui.domain.identifiers import AutomationId
from vynexus_tui.shell.file_writing import write_new, write_whole
from vynexus_tui.shell.shell_words import SHELL_WORDS

_NAME = re.compile(r"[a-z][a-z0-9_-]{1,40}")
_MARK = "# A VyNexus shortcut."
_HEAD = f"#!/bin/sh\n{_MARK}".encode()
_VERSION = "1"
_APPROVED, _PREDICTED = "approved", "predicted"
_LIVE, _PAUSED, _FAILING = "live", "paused", "failing"


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledShortcut:
    """An approved automation as it is on disk."""

    name: str
    automation_id: AutomationId
    sha256: str
    """Of the approved text; `vynexus run` refuses any other."""
    shortcut_path: Path
    script_path: Path
    status: str = _LIVE
    """live, paused, or failing: it stopped itself."""
    cwd: str | None = None
    """Where it runs; None: where it is called."""
    needs_new_shell: bool = False
    """Its directory is not on PATH yet: only shells started from now on know the name."""
    is_predicted: bool = False
    """Its first run that is like the try will be compared with it."""

    @property
    def is_paused(self) -> bool:
        """Whether `vynexus run` refuses it."""
        return self.status != _LIVE

    @property
    def paths(self) -> tuple[Path, ...]:
        """Every file it consists of."""
        return (self.shortcut_path, self.script_path, self.approved_path, *([self.predicted_path] if self.is_predicted else []))

    @property
    def approved_path(self) -> Path:
        """What `vynexus run` checks."""
        return self.script_path.with_name(_APPROVED)

    @property
    def predicted_path(self) -> Path:
        """What the first run is compared with; there only until then."""
        return self.script_path.with_name(_PREDICTED)


class WorkflowShortcuts:
    """Install, pause and remove shortcuts of one person."""

    def __init__(self, *, data_dir: Path, home: Path, search_path: str, python: str, aliases: Mapping[str, str] | None = None) -> None:
        """`search_path`: the person's PATH. `python`: the interpreter that has VyNexus (sys.executable)."""
        self._automations = data_dir / "automations"
        self._own_bin = data_dir / "bin"
        self._local_bin = home / ".local" / "bin"
        self._search_path = tuple(part for part in search_path.split(":") if part.startswith("/"))
        self._python = python
        self._aliases = aliases or {}

    @property
    def bin_directory(self) -> Path:
        """Where new shortcuts go: `~/.local/bin` when it is on PATH, else our own directory, which the hook's block appends to PATH."""
        return self._local_bin if str(self._local_bin) in self._search_path else self._own_bin

    def collision(self, name: str) -> str | None:
        """What `name` already means to the person's shells, in words; None when it is free."""
        if name in (_APPROVED, _PREDICTED):
            return f"{name} is a file name of ours"
        if name in SHELL_WORDS:
            return f"{name} is a word of the shell itself"
        if name in self._aliases:
            return f"{name} is your alias for '{self._aliases[name]}'"
        for folder in self._search_path:
            candidate = Path(folder) / name
            if candidate.is_file() and os.access(candidate, os.X_OK) and not _is_ours(candidate):
                return f"{name} is {candidate}"
        taken = self.bin_directory / name
        if os.path.lexists(taken) and not _is_ours(taken):
            return f"{taken} exists"
        return None

    def free_name(self, wanted: str) -> str:
        """`wanted` made into a valid name that collides with nothing and with no installed shortcut."""
        plain = re.sub(r"[^a-z0-9_-]+", "-", wanted.lower()).strip("-_")[:36].rstrip("-_")
        if not re.match(r"[a-z]", plain) or len(plain) < 2:
            plain = f"vy-{plain}".rstrip("-")
        names = [plain, f"vy-{plain}"[:40], *(f"{plain}-{number}" for number in range(2, 1000))]
        taken = {installed.name for installed in self.list_installed()}
        return next(name for name in names if name not in taken and self.collision(name) is None)

    def install(
        self, name: str, script: Script, automation_id: AutomationId, *, cwd: str | None = None, prediction: bytes | None = None
    ) -> InstalledShortcut:
        """Make `name` a command; the same automation's former text is replaced. `cwd`: where it always runs. `prediction`: what its first
        run is compared with.

        Raises ShellError naming what the name collides with or what cannot be written, and then nothing has changed.
        """
        former = self._checked_former(name, automation_id)
        if cwd is not None and ("\n" in cwd or "\0" in cwd):
            raise ShellError(f"{name} cannot be tied to a folder whose name has a line break", "install it without a folder")
        directory = former.shortcut_path.parent if former else self.bin_directory
        installed = InstalledShortcut(
            name=name,
            automation_id=automation_id,
            sha256=script.sha256,
            shortcut_path=directory / name,
            script_path=self._automations / name / name,
            cwd=cwd,
            needs_new_shell=str(directory) not in self._search_path,
            is_predicted=prediction is not None,
        )
        before = {path: _content(path) for path in (*installed.paths[:3], installed.predicted_path)}
        try:
            for folder in (self._automations.parent, self._automations, installed.script_path.parent):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            directory.mkdir(mode=0o755, parents=True, exist_ok=True)
            # The text before the digest that allows it, and the command last: at no time does it run what was not approved.
            write_whole(installed.script_path, script.text.encode("utf-8", "surrogateescape"), 0o700)
            installed.predicted_path.unlink(missing_ok=True)
            if prediction is not None:
                write_whole(installed.predicted_path, prediction, 0o600)
            write_whole(installed.approved_path, _approved(installed), 0o600)
            write = write_whole if former and _is_ours(installed.shortcut_path) else write_new
            write(installed.shortcut_path, self._shim(installed).encode("utf-8", "surrogateescape"), 0o755)
            os.utime(self._automations)
        except OSError as error:
            self._put_back(before)
            raise ShellError(f"{error.filename or name} cannot be written: {error.strerror}", "nothing was installed") from error
        return installed

    def remove(self, name: str) -> tuple[Path, ...]:
        """Delete what `install` wrote, the command first; gives the paths that were deleted. A name that is not installed has none."""
        installed = self._read(name)
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
            os.utime(self._automations)
        except OSError as error:
            raise ShellError(f"{error.filename or name} cannot be deleted: {error.strerror}", "delete it by hand") from error
        return tuple(removed)

    def pause(self, name: str, *, is_failing: bool = False) -> InstalledShortcut:
        """Keep the command; `vynexus run` says why it does not run. Raises RequestError for a name that is not installed."""
        return self._set_status(name, _FAILING if is_failing else _PAUSED)

    def resume(self, name: str) -> InstalledShortcut:
        """The reverse of `pause`."""
        return self._set_status(name, _LIVE)

    def list_installed(self) -> tuple[InstalledShortcut, ...]:
        """All shortcuts, by name."""
        if not self._automations.is_dir():
            return ()
        found = (self._read(folder.name) for folder in sorted(self._automations.iterdir()))
        return tuple(installed for installed in found if installed is not None)

    def written_paths(self) -> tuple[Path, ...]:
        """Every file and folder that installing has left; for `uninstall`."""
        paths = [path for installed in self.list_installed() for path in (*installed.paths, installed.script_path.parent)]
        return tuple(path for path in (*paths, self._automations, self._own_bin) if path.exists())

    def _checked_former(self, name: str, automation_id: AutomationId) -> InstalledShortcut | None:
        if not _NAME.fullmatch(name):
            raise ShellError(f"'{name}' cannot be a command's name", "2 to 41 of a-z 0-9 _ -, a letter first")
        former = self._read(name)
        if former is not None and former.automation_id != automation_id:
            raise ShellError(f"{name} is another automation of yours", f"free: {self.free_name(name)}")
        if (taken := self.collision(name)) is not None:
            raise ShellError(taken, f"free: {self.free_name(name)}")
        return former

    def _set_status(self, name: str, status: str) -> InstalledShortcut:
        installed = self._read(name)
        if installed is None:
            raise RequestError(f"there is no shortcut {name}", "see `vynexus automations`")
        changed = replace(installed, status=status)
        try:
            write_whole(changed.approved_path, _approved(changed), 0o600)
        except OSError as error:
            raise ShellError(f"{changed.approved_path} cannot be written: {error.strerror}", "nothing was changed") from error
        return changed

    def _read(self, name: str) -> InstalledShortcut | None:
        folder = self._automations / name
        try:
            lines = (folder / _APPROVED).read_text("utf-8", "surrogateescape").split("\n")
        except OSError:
            return None
        fields = dict(line.split(" ", 1) for line in lines if " " in line)
        if not _NAME.fullmatch(name) or not {"automation_id", "sha256", "shortcut"} <= fields.keys():
            return None
        shortcut_path = Path(fields["shortcut"])
        return InstalledShortcut(
            name=name,
            automation_id=AutomationId(fields["automation_id"]),
            sha256=fields["sha256"],
            shortcut_path=shortcut_path,
            script_path=folder / name,
            status=fields.get("status", _PAUSED),
            cwd=fields.get("cwd"),
            needs_new_shell=str(shortcut_path.parent) not in self._search_path,
            is_predicted=(folder / _PREDICTED).exists(),
        )

    def _shim(self, installed: InstalledShortcut) -> str:
        python = shlex.quote(self._python)
        gone = shlex.quote(f"{installed.name}: VyNexus is gone ({self._python} is not there); delete {installed.shortcut_path}")
        # -P: a module of the folder one happens to be in must not stand in for ours.
        return (
            f"{_HEAD.decode()} Automation {installed.automation_id}; `vynexus retire {installed.name}` removes it.\n"
            f'if [ -x {python} ]; then exec {python} -P -m vynexus_tui run {installed.name} "$@"; fi\n'
            f"printf '%s\\n' {gone} >&2\nexit 127\n"
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
                if not any(folder.iterdir()):
                    folder.rmdir()


def _approved(installed: InstalledShortcut) -> bytes:
    fields = {
        "version": _VERSION,
        "automation_id": installed.automation_id,
        "sha256": installed.sha256,
        "status": installed.status,
        "shortcut": str(installed.shortcut_path),
    }
    if installed.cwd is not None:
        fields["cwd"] = installed.cwd
    return "".join(f"{key} {value}\n" for key, value in fields.items()).encode("utf-8", "surrogateescape")


def _is_ours(path: Path) -> bool:
    """Whether an executable is a shortcut that we wrote (a link to one is not)."""
    if path.is_symlink() or not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            return file.read(len(_HEAD)) == _HEAD
    except OSError:
        return False


def _content(path: Path) -> tuple[bytes, int] | None:
    try:
        return path.read_bytes(), path.stat().st_mode & 0o777
    except (FileNotFoundError, NotADirectoryError):
        return None
