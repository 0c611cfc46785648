"""Which recorded lines were written by an AI agent and not by a person."""

_MARKER = "___BEGIN___COMMAND_"
_SNAPSHOT = "/.claude/shell-snapshots/snapshot-"
"""What agents wrap around their commands; seen in people's histories (anthropics/claude-code issues 12744 and 47689)."""


def is_agent_wrapper(command: str) -> bool:
    """Whether the line has a shape that only agents write; their shells are known by their environment, histories only by this."""
    return _MARKER in command or _SNAPSHOT in command
