"""What `history` and `fc -l` print: the history with a number before every entry, and with dates where HISTTIMEFORMAT is set.

Turned back into what the shell's own file looks like, so that `history | vynexus peek -` is the same as naming the file.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

_NUMBERED = re.compile(rb" {0,6}(?P<number>\d{1,7})\*?  ?(?P<text>.*)", re.DOTALL)
_DATED = re.compile(rb"(?P<date>\d{4}-\d\d-\d\d)[ T](?P<time>\d\d:\d\d(?::\d\d)?)[ ]+(?P<text>.*)", re.DOTALL)
_SAMPLE = 400
_LEAST_NUMBERED = 0.9
"""Of the first lines; the rest continue an entry of several lines."""


def is_listing(raw: bytes) -> bool:
    """Whether nearly every line begins with a number and the numbers go up one by one."""
    lines = [line for line in raw[: 64 << 10].split(b"\n")[:_SAMPLE] if line.strip()]
    numbers = [int(found["number"]) for line in lines if (found := _NUMBERED.fullmatch(line))]
    steps = [later - earlier for earlier, later in pairwise(numbers)]
    return len(numbers) >= max(2, _LEAST_NUMBERED * len(lines)) and all(step == 1 for step in steps)


def without_numbers(raw: bytes) -> bytes:
    """The entries as a bash history file would hold them, stamped where the listing has dates (in local time)."""
    return b"\n".join(_entries(raw)) + b"\n"


def _entries(raw: bytes) -> Iterator[bytes]:
    expected: int | None = None
    for line in raw.split(b"\n"):
        found = _NUMBERED.fullmatch(line)
        if found is None or (expected is not None and int(found["number"]) != expected):
            yield line
            continue
        expected = int(found["number"]) + 1
        text = found["text"]
        if dated := _DATED.fullmatch(text):
            stamp = _epoch_s(dated["date"].decode(), dated["time"].decode())
            if stamp is not None:
                yield b"#%d" % stamp
            text = dated["text"]
        yield text


def _epoch_s(date: str, time: str) -> int | None:
    try:
        return int(datetime.fromisoformat(f"{date}T{time}").astimezone().timestamp())
    except ValueError:
        return None
