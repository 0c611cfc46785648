"""The lines between our two markers in an rc file: written, found again, and cut out so that the rest stays byte for byte."""

import shlex
from pathlib import Path

from vynexus_tui.domain.errors import ShellError

BEGIN = b"# >>> vynexus >>>"
END = b"# <<< vynexus <<<"


def render_rc_block(hook_file: Path, *, home: Path, bin_directory: Path | None) -> str:
    """The exact lines that go into the rc file. `bin_directory` is appended to PATH, so that it never hides a command; None: not needed."""
    hook = _shell_path(hook_file, home)
    lines = [BEGIN.decode()]
    if bin_directory is not None:
        folder = _shell_path(bin_directory, home)
        lines.append(f'case ":$PATH:" in *:{folder}:*) ;; *) PATH=$PATH:{folder} ;; esac')
    lines += [f"if [ -r {hook} ]; then . {hook}; fi", END.decode()]
    return "\n".join(lines) + "\n"


def with_block(content: bytes, block: bytes) -> bytes:
    """`content` with the block at its end, or in place of the one it has. Raises ShellError when the markers do not match."""
    span = _find_block(content)
    if span is not None:
        return content[: span[0]] + block + content[span[1] :]
    separator = b"" if not content or content.endswith(b"\n") else b"\n"
    return content + separator + block


def without_block(content: bytes, *, size_before: int | None) -> bytes:
    """`content` as it was before the block. `size_before`: bytes before the first installation; a newline that was added there goes too.

    Raises ShellError when the markers do not match.
    """
    span = _find_block(content)
    if span is None:
        return content
    start, stop = span
    if start - 1 == size_before and stop == len(content):
        start -= 1
    return content[:start] + content[stop:]


def has_block(content: bytes) -> bool:
    """Whether the markers are there."""
    return _find_block(content) is not None


def _find_block(content: bytes) -> tuple[int, int] | None:
    """From the start of the first marker's line to the end of the second's."""
    begins, ends = _marker_lines(content, BEGIN), _marker_lines(content, END)
    if not begins and not ends:
        return None
    if len(begins) != 1 or len(ends) != 1 or ends[0] < begins[0]:
        raise ShellError(
            f"the markers '{BEGIN.decode()}' and '{END.decode()}' do not match",
            "delete the lines of the block by hand, then try again",
        )
    stop = content.find(b"\n", ends[0])
    return begins[0], len(content) if stop < 0 else stop + 1


def _marker_lines(content: bytes, marker: bytes) -> list[int]:
    found, at = [], 0
    for line in content.split(b"\n"):
        if line.strip() == marker:
            found.append(at)
        at += len(line) + 1
    return found


def _shell_path(path: Path, home: Path) -> str:
    """A path as a word for bash and zsh: below $HOME where it is there, so that a shared rc file works on other machines."""
    try:
        inside = path.relative_to(home)
    except ValueError:
        return shlex.quote(str(path))
    return f'"$HOME"/{shlex.quote(str(inside))}'
