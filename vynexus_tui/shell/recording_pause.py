"""Switch recording off and on for every running shell: the hooks look for one file, which costs them no fork.

<state_dir>/paused      empty: until switched on again; a number: until that epoch second
"""

from pathlib import Path

from vynexus_tui.domain.errors import ShellError
from vynexus_tui.shell.file_writing import write_whole


def pause(state_dir: Path, *, until_s: int | None) -> None:
    """Hooks record nothing from their next prompt on, until `until_s` (epoch seconds) or `resume`. Raises ShellError."""
    try:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(_file(state_dir), b"" if until_s is None else f"{until_s}\n".encode(), 0o600)
    except OSError as error:
        raise ShellError(f"{error.filename} cannot be written: {error.strerror}", "recording goes on") from error


def resume(state_dir: Path) -> None:
    """Hooks record again. Raises ShellError."""
    try:
        _file(state_dir).unlink(missing_ok=True)
    except OSError as error:
        raise ShellError(f"{error.filename} cannot be deleted: {error.strerror}", "recording stays off") from error


def is_paused(state_dir: Path, *, now_s: int) -> bool:
    """Whether recording is off at `now_s`; what cannot be read counts as off, as it does for the hooks."""
    try:
        text = _file(state_dir).read_text("ascii").strip()
    except FileNotFoundError:
        return False
    except (OSError, UnicodeDecodeError):
        return True
    return not text.isdigit() or now_s < int(text)


def pause_end_s(state_dir: Path) -> int | None:
    """Epoch second at which the pause ends; None without a pause, or without an end."""
    try:
        text = _file(state_dir).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return int(text) if text.isdigit() and len(text) < 12 else None


def _file(state_dir: Path) -> Path:
    return state_dir / "paused"
