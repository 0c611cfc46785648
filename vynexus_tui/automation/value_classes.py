"""Values that another interpreter reads once more, made harmless by their class: digits stay digits for make and for SQL.

A value restricted at run time to the class of all values seen cannot end a string, begin a comment or expand to anything.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from vynexus_tui.automation.code_readers import code_reader_behind, reader_of_code
from vynexus_tui.automation.steps import ScriptStep
from vynexus_tui.language.lexing import Word
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
_SQL = frozenset("psql mysql mariadb sqlite3 duckdb clickhouse-client".split())
_PRINT_FILES = frozenset("cat zcat gunzip gzip xzcat xz bzcat bunzip2 zstdcat zstd lz4cat".split())
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
    for part in step.parts:
        for number, command in enumerate(part.commands):
            for word in command.words:
                if word.start <= start < word.end:
                    fed = code_reader_behind(part, number)
                    words = command_words(command)
                    index = command.words.index(word) - (len(command.words) - len(words))
                    allowed = _allowed_behind(fed, words, word, start) if fed else _allowed(words, index, word.text, start - word.start)
                    return _guard(allowed, values, fed or words[0])
            for redirect in command.redirects:
                target = redirect.target
                if target and target.start <= start < target.end and (reader := reader_of_code([command])):
                    return _guard(_allowed_in_sql(target, start) if reader in _SQL else (), values, reader)
    return None


def _guard(allowed: tuple[tuple[str, str], ...], values: Sequence[str], program: str) -> Guard | None:
    found = next(((e, w) for e, w in allowed if values and all(re.fullmatch(e, value) for value in values)), None)
    return Guard(*found, program) if found else None


def _allowed_behind(fed: str, words: tuple[str, ...], word: Word, start: int) -> tuple[tuple[str, str], ...]:
    """Of a word that another program reads from a pipe: for xargs it may be no option and no two arguments."""
    if fed == "xargs" or (fed in _SQL and words[0] in _PRINT_FILES):
        return _NUMBER, _DATE, _NAME
    return _allowed_in_sql(word, start) if fed in _SQL else ()


def _allowed_in_sql(word: Word, start: int) -> tuple[tuple[str, str], ...]:
    if not _STATEMENT.match(word.value):
        return ()
    # Between the quotes of SQL nothing of this class can end the string.
    is_quoted = word.text[0] == '"' and word.text[: start - word.start].count("'") % 2 == 1
    return (_NUMBER, _DATE, _NAME) if is_quoted else (_NUMBER, _DATE)


def _allowed(words: tuple[str, ...], index: int, text: str, offset: int) -> tuple[tuple[str, str], ...]:
    if index < 1:
        return ()
    if words[0] in ("make", "gmake"):
        name, equals, _ = text[:offset].partition("=")
        before = words[index - 1]
        is_plain = (not before.startswith("-") or "=" in before) and not text.startswith("-")
        return (_NUMBER, _DATE, _NAME) if is_plain and not (equals and _NAMES_PROGRAM.fullmatch(name)) else ()
    if words[0] in _SQL and words[index - 1] in ("-f", "--file"):
        return _NUMBER, _DATE, _NAME
    return _allowed_in_sql(Word(text, 0, len(text)), offset) if words[0] in _SQL else ()


def date_format(values: Sequence[str], times: Sequence[datetime | None]) -> str | None:
    """The strftime format in which every value was the day of its own run, or None. Days are those of one time zone."""
    known = [(value, at) for value, at in zip(values, times, strict=True) if at is not None]
    if len(known) < _MOST_ALIKE or len(known) < len(values) or len({value for value, _ in known}) < 2:
        return None
    return next((f for f in _DATE_FORMATS if any(_fits(known, f, hours) for hours in _OFFSETS_H)), None)


def _fits(known: Sequence[tuple[str, datetime]], form: str, offset_h: int) -> bool:
    return all((at + timedelta(hours=offset_h)).strftime(form) == value for value, at in known)
