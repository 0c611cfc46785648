"""Install the recording hook: one static file of ours, and one marked block in the person's rc file. Removing is the exact reverse."""

import json
import os
import shlex
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Literal, TypeAlias

from vynexus_tui.domain.errors import ShellError
from vynexus_tui.shell.file_writing import rewrite, write_new, write_whole
from vynexus_tui.shell.rc_block import has_block, has_marker, quote_for_fish, render_rc_block, with_block, without_block

HookShell: TypeAlias = Literal["bash", "zsh", "fish"]
HOOK_SHELLS: tuple[HookShell, ...] = ("bash", "zsh", "fish")


@dataclass(frozen=True, slots=True, kw_only=True)
class HookPaths:
    """Where things are; `vynexus` and the hook must agree, so the hook gets them written in."""

    home: Path
    data_dir: Path
    state_dir: Path
    bin_dir: Path | None = None
    """Appended to PATH by the block; None when shortcuts go to a directory that is on PATH already."""
    zdotdir: Path | None = None
    config_home: Path | None = None
    """None: `.config` below `home`."""

    def rc_file(self, shell: HookShell) -> Path:
        """Read by every interactive shell. Never `.profile`: a mistake there can lock a person out."""
        match shell:
            case "bash":
                return self.home / ".bashrc"
            case "zsh":
                return (self.zdotdir or self.home) / ".zshrc"
            case "fish":
                return (self.config_home or self.home / ".config") / "fish/config.fish"

    def hook_file(self, shell: HookShell) -> Path:
        """Our static file that the block reads in."""
        return self.data_dir / "hooks" / f"vynexus.{shell}"

    def manifest_file(self, shell: HookShell) -> Path:
        """What was changed, so that it can be taken back."""
        return self.data_dir / "hooks" / f"installed-{shell}.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class HookChange:
    """What an installation or a removal did to which files."""

    shell: HookShell
    rc_file: Path
    hook_file: Path
    block: str
    """The lines in the rc file."""
    rc_changed: bool
    rc_created: bool = False
    """Install: there was no rc file. Remove: it was ours alone and is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HookStatus:
    """What is there now."""

    shell: HookShell
    rc_file: Path
    hook_file: Path
    is_installed: bool
    """The block is in the rc file and the file it reads is there."""
    is_current: bool
    """The hook file is the one this version would write."""
    has_traces: bool
    """Anything of ours is there: a marker in an rc file, be its block whole or damaged, the hook file, or the manifest."""
    marked_files: tuple[Path, ...] = ()
    """The rc files with a marker: today's, and the one the manifest names where ZDOTDIR or XDG_CONFIG_HOME were others then."""
    problem: str | None = None


def render_hook(shell: HookShell, paths: HookPaths, *, measures_cpu: bool = True) -> str:
    """The text of the hook file, with our folders and the setting filled in."""
    text = files("vynexus_tui.shell").joinpath("hooks", f"vynexus.{shell}").read_text("utf-8")
    for start, value in _filled_in(shell, paths, measures_cpu):
        before, found, after = text.partition(f"\n{start}")
        if not found:
            raise ShellError(f"the hook for {shell} is damaged", "install VyNexus again")
        text = f"{before}\n{start}{value}\n{after.partition(chr(10))[2]}"
    return text


def install_hook(shell: HookShell, paths: HookPaths, *, measures_cpu: bool = True) -> HookChange:
    """Write hook file, spool folder and rc block; a second time changes nothing. Raises ShellError, and then the rc file is as it was."""
    marked = _marked_files(shell, paths)
    rc_file = marked[0] if marked else _real_rc_file(paths.rc_file(shell))
    before = _read_rc(rc_file)
    block = _block(shell, paths)
    with _naming(rc_file):
        after = with_block(before or b"", block.encode("utf-8", "surrogateescape"))
    hook_file = paths.hook_file(shell)
    made: list[Path] = []
    try:
        for folder in (paths.data_dir, hook_file.parent, paths.state_dir, paths.state_dir / "spool"):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (paths.state_dir / "spool").chmod(0o700)
        _write_hook(hook_file, render_hook(shell, paths, measures_cpu=measures_cpu))
        if after != before:
            _make_folder(rc_file.parent, made)
            if before is None or not has_block(before):
                _write_manifest(paths.manifest_file(shell), rc_file, before, after, made)
            _write_rc(rc_file, before, after)
    except OSError as error:
        _remove_empty(made)
        raise ShellError(
            f"{error.filename or rc_file} cannot be written: {error.strerror}", f"add these lines by hand:\n{block}"
        ) from error
    return HookChange(shell=shell, rc_file=rc_file, hook_file=hook_file, block=block, rc_changed=after != before, rc_created=before is None)


def refresh_hook(shell: HookShell, paths: HookPaths, *, measures_cpu: bool) -> bool:
    """Bring our own file up to date after an update of VyNexus or a changed setting; never touches an rc file. True when it wrote.

    Raises ShellError.
    """
    status = read_hook_status(shell, paths, measures_cpu=measures_cpu)
    if not status.is_installed or status.is_current:
        return False
    try:
        _write_hook(status.hook_file, render_hook(shell, paths, measures_cpu=measures_cpu))
    except OSError as error:
        raise ShellError(f"{status.hook_file} cannot be written: {error.strerror}", "the hook that is there goes on recording") from error
    return True


def remove_hook(shell: HookShell, paths: HookPaths) -> HookChange:
    """Cut the block out wherever it is, then delete our files; without them it changes nothing.

    Raises ShellError, and then no rc file was changed unless the disk failed between two of them.
    """
    manifest = _read_manifest(paths.manifest_file(shell))
    changes = [_removal(rc_file, manifest) for rc_file in _marked_files(shell, paths)]
    is_deleted = False
    try:
        for rc_file, before, after in changes:
            # Without a manifest nobody knows whether the file was there before: then an empty one stays.
            is_ours_alone = after == b"" and _is_of(manifest, rc_file) and manifest.get("bytes_before", 0) is None
            if is_ours_alone:
                rc_file.unlink()
                _remove_empty(_made_folders(manifest))
                is_deleted = True
            elif after != before:
                rewrite(rc_file, after)
        for ours in (paths.hook_file(shell), paths.manifest_file(shell)):
            ours.unlink(missing_ok=True)
        if paths.hook_file(shell).parent.exists() and not any(paths.hook_file(shell).parent.iterdir()):
            paths.hook_file(shell).parent.rmdir()
    except OSError as error:
        raise ShellError(f"{error.filename} cannot be changed: {error.strerror}", "delete the marked block by hand") from error
    return HookChange(
        shell=shell,
        rc_file=changes[0][0] if changes else paths.rc_file(shell),
        hook_file=paths.hook_file(shell),
        block=_block(shell, paths),
        rc_changed=any(after != before for _, before, after in changes),
        rc_created=is_deleted,
    )


def read_hook_status(shell: HookShell, paths: HookPaths, *, measures_cpu: bool = True) -> HookStatus:
    """What is installed now; a damaged state is a `problem`, not an error."""
    hook_file = paths.hook_file(shell)
    rc_file = paths.rc_file(shell)
    marked: tuple[Path, ...] = ()
    problem = None
    has_our_block = is_current = False
    try:
        marked = _marked_files(shell, paths)
        rc_file = marked[0] if marked else _real_rc_file(rc_file)
        content = _read_rc(rc_file) or b""
        with _naming(rc_file):
            has_our_block = has_block(content)
    except ShellError as error:
        problem = error.message
    exists = hook_file.is_file()
    if exists:
        is_current = hook_file.read_text("utf-8", "surrogateescape") == render_hook(shell, paths, measures_cpu=measures_cpu)
    if has_our_block and not exists:
        problem = f"{rc_file} names {hook_file}, which is not there: run `vynexus hook install {shell}`"
    return HookStatus(
        shell=shell,
        rc_file=rc_file,
        hook_file=hook_file,
        is_installed=has_our_block and exists,
        is_current=is_current,
        has_traces=bool(marked) or exists or paths.manifest_file(shell).exists(),
        marked_files=marked,
        problem=problem,
    )


def _marked_files(shell: HookShell, paths: HookPaths) -> tuple[Path, ...]:
    """Today's rc file and the manifest's, where a marker is in them. Raises ShellError when today's is a circle of links."""
    manifest = _read_manifest(paths.manifest_file(shell))
    named = manifest.get("rc_file")
    candidates = [_real_rc_file(paths.rc_file(shell)), *([Path(named)] if isinstance(named, str) else [])]
    return tuple(path for path in dict.fromkeys(candidates) if _is_marked(path, unless_readable=_is_of(manifest, path)))


def _is_marked(rc_file: Path, *, unless_readable: bool) -> bool:
    """Whether a marker is in it; who owns it and whether it can be written does not matter here.

    `unless_readable`: what to take it for when it is there and cannot be read.
    """
    try:
        return stat.S_ISREG(rc_file.stat().st_mode) and has_marker(rc_file.read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: a damaged manifest names a path with a zero byte
        return False
    except OSError:
        return unless_readable


def _removal(rc_file: Path, manifest: Mapping[str, object]) -> tuple[Path, bytes, bytes]:
    """The file, what it holds, and what it shall hold. Raises ShellError."""
    before = _read_rc(rc_file) or b""
    with _naming(rc_file):
        return rc_file, before, _restored(before, manifest if _is_of(manifest, rc_file) else {})


def _is_of(manifest: Mapping[str, object], rc_file: Path) -> bool:
    return manifest.get("rc_file") == str(rc_file)


@contextmanager
def _naming(rc_file: Path) -> Iterator[None]:
    """An error about a content says in which file it is."""
    try:
        yield
    except ShellError as error:
        raise ShellError(f"{rc_file}: {error.message}", error.hint) from error


def _block(shell: HookShell, paths: HookPaths) -> str:
    return render_rc_block(paths.hook_file(shell), home=paths.home, bin_directory=paths.bin_dir, shell=shell)


def _filled_in(shell: HookShell, paths: HookPaths, measures_cpu: bool) -> Iterator[tuple[str, str]]:
    """How a line of the hook starts, and what follows there."""
    if shell == "fish":
        yield "set -g __vy_state ", quote_for_fish(str(paths.state_dir))
        yield "set -g __vy_data ", quote_for_fish(str(paths.data_dir))
        yield "set -g __vy_cpu ", "1" if measures_cpu else "''"
        return
    word = "typeset -g " if shell == "zsh" else ""
    yield f"{word}__vy_state=", shlex.quote(str(paths.state_dir))
    yield f"{word}__vy_data=", shlex.quote(str(paths.data_dir))
    yield f"{word}__vy_cpu=", "1" if measures_cpu else ""


def _write_hook(hook_file: Path, text: str) -> None:
    write_whole(hook_file, text.encode("utf-8", "surrogateescape"), 0o600)


def _real_rc_file(rc_file: Path) -> Path:
    """Where a dotfile repository's link leads: the link stays a link."""
    try:
        return rc_file.resolve()
    except (OSError, RuntimeError) as error:
        raise ShellError(f"{rc_file} is a link that leads nowhere", "repair or delete it") from error


def _read_rc(rc_file: Path) -> bytes | None:
    """None: there is none. Refuses what is not the person's own, writable file."""
    try:
        state = rc_file.stat()
        if not stat.S_ISREG(state.st_mode):
            raise ShellError(f"{rc_file} is not a regular file", "VyNexus writes only into regular files")
        if state.st_uid != os.geteuid():
            raise ShellError(f"{rc_file} belongs to another user", "VyNexus writes only into your own files; see `vynexus hook print`")
        if not state.st_mode & stat.S_IWUSR:
            raise ShellError(f"{rc_file} is read-only", f"chmod u+w {shlex.quote(str(rc_file))}, or add the block of `vynexus hook print`")
        return rc_file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ShellError(f"{rc_file} cannot be read: {error.strerror}", "check its permissions") from error


def _write_rc(rc_file: Path, before: bytes | None, after: bytes) -> None:
    if before is None:
        write_new(rc_file, after, 0o644)
    else:
        rewrite(rc_file, after)


def _restored(content: bytes, manifest: Mapping[str, object]) -> bytes:
    """`content` without the block. A file nobody edited since must come out with the digest it had before, or nothing is written."""
    size = manifest.get("bytes_before")
    restored = without_block(content, size_before=size if isinstance(size, int) else None)
    is_untouched = sha256(content).hexdigest() == manifest.get("sha256_after")
    if is_untouched and sha256(restored).hexdigest() != manifest.get("sha256_before", ""):
        raise ShellError("the rc file would not come back as it was", "delete the marked block by hand")
    return restored


def _make_folder(folder: Path, made: list[Path]) -> None:
    """Makes `folder` and what is missing above it; `made` gets what it made, the outermost first. Raises OSError."""
    if folder.is_dir():
        return
    _make_folder(folder.parent, made)
    folder.mkdir()
    made.append(folder)


def _made_folders(manifest: Mapping[str, object]) -> list[Path]:
    made = manifest.get("folders_made")
    return [Path(path) for path in made if isinstance(path, str)] if isinstance(made, list) else []


def _remove_empty(folders: list[Path]) -> None:
    """The innermost first; what holds something by now stays."""
    for folder in reversed(folders):
        try:
            folder.rmdir()
        except OSError:
            return


def _write_manifest(manifest_file: Path, rc_file: Path, before: bytes | None, after: bytes, made: list[Path]) -> None:
    """Digests, not a copy: an rc file may hold secrets, and cutting the block restores it byte for byte."""
    manifest = {
        "rc_file": str(rc_file),
        "bytes_before": None if before is None else len(before),
        "sha256_before": sha256(before or b"").hexdigest(),
        "sha256_after": sha256(after).hexdigest(),
        "folders_made": [str(folder) for folder in made],
    }
    write_whole(manifest_file, json.dumps(manifest, indent=1).encode(), 0o600)


def _read_manifest(manifest_file: Path) -> dict[str, object]:
    try:
        manifest = json.loads(manifest_file.read_bytes())
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}
