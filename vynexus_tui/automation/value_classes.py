"""Values that another interpreter reads once more, made harmless by their class: digits stay digits for make and for SQL.

A value restricted at run time to the class of all values seen cannot end a string, begin a comment or expand to anything.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from vynexus_tui.automation.steps import ScriptStep
from vynexus_tui.language.program_facts import command_words


class Guard(NamedTuple):
    """What a value may be at run time."""

    expression: str
    """For bash's `=~`."""
    words: str
    program: str
    """Which would read more as code."""


_NUMBER = ("^[0-9]+$", "digits")
_DATE = ("^[0-9]+([-/][0-9]+)*$", "digits with - or / between them")
_NAME = ("^[A-Za-z0-9][A-Za-z0-9._/-]*$", "letters, digits, . _ / and -")
_SQL = frozenset("psql mysql mariadb sqlite3 duckdb".split())
_STATEMENT = re.compile(r"\s*(?:select|insert|update|delete|with|explain|vacuum|analyze|refresh|call)\b[^\\]*\Z", re.IGNORECASE | re.DOTALL)
"""Without a backslash: psql and mysql have commands of their own behind one, and some of those start programs."""
_NAMES_PROGRAM = re.compile(
    r"(?:\w*_)?(?:CC|CXX|CPP|LD|AR|AS|NM|BIN|RUN|TOOL|EXEC|SHELL|CMD|COMMAND|HOOK|PREFIX)|\w*FLAGS|MAKE\w*|PATH", re.IGNORECASE
)
_DATE_FORMATS = ("%F", "%Y%m%d", "%Y_%m_%d", "%Y/%m/%d", "%d.%m.%Y", "%d-%m-%Y", "%y%m%d", "%Y-%m", "%Y%m", "%Y.%m.%d")
_OFFSETS_H = range(-12, 15)
"""Of the world's time zones."""
_MOST_ALIKE = 3
"""Fewer dated values prove no custom."""


def class_guard(step: ScriptStep, start: int, values: Sequence[str]) -> Guard | None:
    """The guard under which what begins at text[start] may become a parameter although make or SQL reads it again, or None."""
    for command in step.commands:
        for at, word in enumerate(command.words):
            if word.start <= start < word.end:
                words = command_words(command)
                index = at - (len(command.words) - len(words))
                allowed = _allowed(words, index, word.text, start - word.start)
                found = next(((e, w) for e, w in allowed if values and all(re.fullmatch(e, value) for value in values)), None)
                return Guard(*found, words[0]) if found else None
    return None


def _allowed(words: tuple[str, ...], index: int, text: str, offset: int) -> tuple[tuple[str, str], ...]:
    if index < 1:
        return ()
    if words[0] in ("make", "gmake"):
        name, equals, _ = text[:offset].partition("=")
        before = words[index - 1]
        is_plain = (not before.startswith("-") or "=" in before) and not text.startswith("-")
        return (_NUMBER, _DATE, _NAME) if is_plain and not (equals and _NAMES_PROGRAM.fullmatch(name)) else ()
    if words[0] in _SQL and _STATEMENT.match(words[index]):
        # Between the quotes of SQL nothing of this class can end the string.
        is_quoted = text[0] == '"' and text[:offset].count("'") % 2 == 1
        return (_NUMBER, _DATE, _NAME) if is_quoted else (_NUMBER, _DATE)
    return ()


def date_format(values: Sequence[str], times: Sequence[datetime | None]) -> str | None:
    """The strftime format in which every value was the day of its own run, or None. Days are those of one time zone."""
    known = [(value, at) for value, at in zip(values, times, strict=True) if at is not None]
    if len(known) < _MOST_ALIKE or len(known) < len(values) or len({value for value, _ in known}) < 2:
        return None
    return next((f for f in _DATE_FORMATS if any(_fits(known, f, hours) for hours in _OFFSETS_H)), None)


def _fits(known: Sequence[tuple[str, datetime]], form: str, offset_h: int) -> bool:
    return all((at + timedelta(hours=offset_h)).strftime(form) == value for value, at in known)
