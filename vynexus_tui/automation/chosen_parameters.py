"""What a person who makes an automation wants to give it each time: where the value they name stands in the commands they chose."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from vynexus_tui.domain.errors import RequestError
from vynexus_tui.domain.patterns import SlotSpan
from vynexus_tui.language.lexing import parse_command
from vynexus_tui.language.redaction import SECRET_MARK
from vynexus_tui.language.visible import visible

_NAME = re.compile(r"[a-z][a-z0-9_]{0,23}")


def find_values(commands: Sequence[str], values: Mapping[str, str]) -> tuple[tuple[SlotSpan, ...], ...]:
    """Per command the places of each value (parameter name to value): whole words, however quoted, and parts of words that letters and
    digits do not run into. Raises RequestError for a value that stands nowhere, and for two that overlap.
    """
    for name, value in values.items():
        if not _NAME.fullmatch(name):
            raise RequestError(f"{visible(name)!r} cannot be a parameter's name", "use small letters, digits and _, for example branch")
        if not any(True for command in commands for _ in _places(command, value)):
            raise RequestError(f"{visible(value)!r} ({name}) stands in none of these commands", "give it as it was typed")
    return tuple(_slots(command, values) for command in commands)


def _slots(command: str, values: Mapping[str, str]) -> tuple[SlotSpan, ...]:
    spans = sorted(
        (SlotSpan(start=start, end=end, name=name) for name, value in values.items() for start, end in _places(command, value)),
        key=lambda span: span.start,
    )
    for before, after in pairwise(spans):
        if after.start < before.end:
            raise RequestError(f"{before.name} and {after.name} overlap in: {visible(command, limit=80)}", "name one of them only")
    return tuple(spans)


def _places(command: str, value: str) -> Iterator[tuple[int, int]]:
    if not value:
        return
    secrets = [match.span() for match in SECRET_MARK.finditer(command)]
    words = [word for part in parse_command(command) for one in part.commands for word in (*one.assignments, *one.words)]
    whole = [(word.start, word.end) for word in words if word.value == value]
    bounded = rf"{_edge(value[0], '<!')}{re.escape(value)}{_edge(value[-1], '!')}"
    parts = [match.span() for match in re.finditer(bounded, command)]
    for start, end in (*whole, *(p for p in parts if not any(_overlap(p, w) for w in whole))):
        if not any(_overlap((start, end), secret) for secret in secrets):
            yield start, end


def _edge(ch: str, look: str) -> str:
    return f"(?{look}[^\\W_])" if ch.isalnum() else ""


def _overlap(a: tuple[int, int], b: tuple[int, int]) -> bool:
    return a[0] < b[1] and b[0] < a[1]
