"""Targets: names that a project has for a row of commands (`make deploy`, `just test`, `npm run build`)."""

from typing import NamedTuple


class ProjectTarget(NamedTuple):
    """One target of a Makefile, justfile or package.json. NamedTuple: a monorepo has thousands."""

    command: str
    """What one types to run it."""
    folder: str
    """Where one types it."""
    lines: tuple[str, ...]
    """What it runs, in order, with its variables as they are spelt there."""
