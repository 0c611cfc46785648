"""The lines between our two markers in an rc file: written, found again, and cut out so that the rest stays byte for byte."""

import re
import shlex
import string
from collections.abc import Callable, Iterator
from pathlib import Path

from vynexus_tui.domain.errors import ShellError

BEGIN = b"# >>> vynexus >>>"
END = b"# <<< vynexus <<<"
_NAME = b"vynexus"
_OUR_PATH_LINE = re.compile(
    rb'case ":\$PATH:" in \*:(.+):\*\) ;; \*\) PATH=\$PATH:\1 ;; esac|contains -- (.+) \$PATH; or set -gx PATH \$PATH \2'
)
"""The one line of ours that need not say our name: the command directory may be anywhere."""
_PLAIN = frozenset(string.ascii_letters + string.digits + "_-./+:@")


def render_rc_block(hook_file: Path, *, home: Path, bin_directory: Path | None, shell: str = "bash") -> str:
    """The exact lines that go into the rc file of bash, zsh or fish.

    `bin_directory` is appended to PATH, so that it never hides a command; None: not needed.
    """
    render = _fish_lines if shell == "fish" else _posix_lines
    return "\n".join([BEGIN.decode(), *render(hook_file, home, bin_directory), END.decode()]) + "\n"


def quote_for_fish(text: str) -> str:
    """`text` as one word for fish, whose single quotes know two escapes."""
    if text and not set(text) - _PLAIN:
        return text
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def with_block(content: bytes, block: bytes) -> bytes:
    """`content` with the block at its end, or in place of the one it has. Raises ShellError when what it has is not ours."""
    span = _find_block(content)
    if span is not None:
        return content[: span[0]] + block + content[span[1] :]
    separator = b"" if not content or content.endswith(b"\n") else b"\n"
    return content + separator + block


def without_block(content: bytes, *, size_before: int | None) -> bytes:
    """`content` as it was before the block. `size_before`: bytes before the first installation; a newline that was added there goes too.

    Raises ShellError when the markers do not match, or enclose what is not ours.
    """
    span = _find_block(content)
    if span is None:
        return content
    start, stop = span
    if start - 1 == size_before and stop == len(content):
        start -= 1
    return content[:start] + content[stop:]


def has_block(content: bytes) -> bool:
    """Whether our block is there. Raises ShellError when the markers do not match, or enclose what is not ours."""
    return _find_block(content) is not None


def has_marker(content: bytes) -> bool:
    """Whether a line of `content` is a marker, be the block whole or damaged."""
    return bool(_marker_lines(content, BEGIN) or _marker_lines(content, END))


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
    # The person may keep a text with our markers, in a here-document for example: it is not ours to change.
    if not all(map(_is_ours, content[begins[0] : ends[0]].split(b"\n"))):
        raise ShellError(
            f"lines between '{BEGIN.decode()}' and '{END.decode()}' are not from VyNexus",
            "move your own lines out from between the two, or change the two if they are part of a text of yours; then try again",
        )
    stop = content.find(b"\n", ends[0])
    return begins[0], len(content) if stop < 0 else stop + 1


def _is_ours(line: bytes) -> bool:
    return not line.strip() or _NAME in line or _OUR_PATH_LINE.fullmatch(line.strip()) is not None


def _marker_lines(content: bytes, marker: bytes) -> list[int]:
    found, at = [], 0
    for line in content.split(b"\n"):
        if line.strip() == marker:
            found.append(at)
        at += len(line) + 1
    return found


def _posix_lines(hook_file: Path, home: Path, bin_directory: Path | None) -> Iterator[str]:
    if bin_directory is not None:
        folder = _below_home(bin_directory, home, shlex.quote)
        yield f'case ":$PATH:" in *:{folder}:*) ;; *) PATH=$PATH:{folder} ;; esac'
    hook = _below_home(hook_file, home, shlex.quote)
    yield f"if [ -r {hook} ]; then . {hook}; fi"


def _fish_lines(hook_file: Path, home: Path, bin_directory: Path | None) -> Iterator[str]:
    if bin_directory is not None:
        folder = _below_home(bin_directory, home, quote_for_fish)
        yield f"contains -- {folder} $PATH; or set -gx PATH $PATH {folder}"
    hook = _below_home(hook_file, home, quote_for_fish)
    # fish reads this file for scripts too.
    yield f"status is-interactive; and test -r {hook}; and source {hook}"


def _below_home(path: Path, home: Path, quote: Callable[[str], str]) -> str:
    """A path as a word: below $HOME where it is there, so that a shared rc file works on other machines."""
    is_below = path.is_relative_to(home)
    inside = path.relative_to(home) if is_below else path
    if "\n" in str(inside):
        raise ShellError("a folder of VyNexus has a line break in its name", "set XDG_DATA_HOME to another folder, then try again")
    if not is_below:
        return quote(str(path))
    return f'"$HOME"/{quote(str(inside))}'
