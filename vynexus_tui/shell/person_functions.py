"""The names of the person's shell functions, read and never executed: a shortcut of such a name would hide or be hidden."""

import re
from pathlib import Path

from vynexus_tui.shell.file_writing import read_small_text

SNAPSHOTS = ("functions.bash", "functions.zsh", "functions.fish")
"""What the hooks write into the state directory when a shell starts: a name per line."""
_NAME = re.compile(r"[^\s(){}]+")


def read_functions(state_dir: Path) -> frozenset[str]:
    """Names of functions that a shell with the hook had when it started last. Empty where no hook has run yet."""
    texts = (read_small_text(state_dir / name) or "" for name in SNAPSHOTS)
    return frozenset(name for text in texts for name in text.splitlines() if _NAME.fullmatch(name))
