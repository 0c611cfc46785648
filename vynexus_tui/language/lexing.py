"""Read a command line the way a shell splits it: parts, pipelines, words with their exact place in the text.

Linear in the length of the text, never raises, never backtracks: every character is looked at a bounded number of times.
Written for bash; what zsh and fish add is read too: `for f (*.txt) cmd`, `repeat 3 { ... }`, `*(N)`, `cmd &!`; `begin ... end`,
`; and cmd`. What is not understood stays inside one compound part.
Grammar: POSIX Shell Command Language, sections 2.3 and 2.9; bash manual, 3.2; zsh manual, 6.3 and 6.4; fish manual, "The fish language".
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from vynexus_tui.language.tokens import Token, opens_heredoc, read_tokens, unquote

__all__ = ["LEXER_VERSION", "Command", "Part", "Redirect", "Word", "parse_command", "unquote"]

LEXER_VERSION = 2
"""Goes up when the same text would be read differently; parses kept by older versions are read anew."""


class Word(NamedTuple):
    """One word, raw as typed: text[start:end] of the parsed command line."""

    text: str
    start: int
    end: int

    @property
    def value(self) -> str:
        """The word without its quotes."""
        return unquote(self.text)


class Redirect(NamedTuple):
    """A redirection: operator (with its file descriptor) and target."""

    operator: str
    target: Word | None


class Command(NamedTuple):
    """A simple command. A subshell or loop has no words here; its part is compound."""

    assignments: tuple[Word, ...]
    words: tuple[Word, ...]
    redirects: tuple[Redirect, ...]


class Part(NamedTuple):
    """What lies between `&&`, `;`, `&` and newlines: one pipeline, or one compound command, or a list with `||` (its
    meaning would change if it were taken apart).
    """

    text: str
    start: int
    end: int
    commands: tuple[Command, ...]
    is_compound: bool
    """Loops, conditionals, subshells, functions, here-documents, `||` lists: text to be kept whole."""
    is_background: bool
    joined_by: str
    """The operator before it: "", "&&", ";", "&" or a newline."""


_MARKED = re.compile(r"[\t\r\n;&|<>()\"'\\`$#]")
"""A text without any of these is words between spaces."""
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*+(?:\[[^\]]*+\])?+\+?=")
_NUMBER = re.compile(r"\d+$|\$")

_LAST = Token("pipe", "|", 0, 0)
"""Ends the last command."""

_HEADER = "header"
"""What has its header behind it (`for f (*)`, `repeat 3`, `f()`): the next word opens its body, or is its body's first."""
_ENDS = {
    "for": ("end",), "select": ("end",), "while": ("end",), "until": ("end",), "if": ("end", "fi"), "then": ("fi",), "do": ("done",),
    "case": ("esac",), "{": ("}",), "if {": ("}",), "[[": ("]]",), "function": ("end",), "switch": ("end",), "begin": ("end",), "foreach": ("end",),
}  # fmt: skip
"""The words that end what a word began. `for`, `while` and `if` become `do` and `then` as soon as those are read: what has neither is
fish's, or has braces as zsh allows.
"""
_OPENS_IF_ENDED = frozenset({"begin", "switch", "foreach"})
"""Words that mean nothing to bash."""
_COMMAND_AT_ONCE = frozenset({"while", "until", "if", "begin", "{"})
_COMMAND_FOLLOWS = frozenset({"then", "do", "else", "elif", "!", "not", "time", "coproc"})
_RESERVED = frozenset(_ENDS) | _COMMAND_FOLLOWS | {"repeat", "}"}


@lru_cache(maxsize=65_536)
def parse_command(text: str) -> tuple[Part, ...]:
    """The parts of one command line, in order. Empty for blanks and comments."""
    if not _MARKED.search(text):
        words, at = [], 0
        for word in text.split(" "):
            end = at + len(word)
            if word:
                words.append(Word(word, at, end))
            at = end + 1
        if not words:
            return ()
        first = words[0].text
        if first not in _RESERVED and "=" not in first:
            start, end = words[0].start, words[-1].end
            return (Part(text[start:end], start, end, (Command((), tuple(words), ()),), False, False, ""),)
    return tuple(_build_part(text, segment) for segment in _whole_lists(_segments(read_tokens(text))))


class _Segment(NamedTuple):
    """The tokens between two operators that separate commands."""

    tokens: list[Token]
    operator: Token | None
    """The one before it."""
    is_compound: bool
    """Whether there is more to it than simple commands."""
    is_background: bool


class _Nesting:
    """How deep inside compound commands the tokens of one segment have led."""

    __slots__ = ("_closed_if_at", "_has_end", "_last_heredoc", "_tokens", "awaits_heredoc", "expects_command", "is_compound", "open")

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._has_end = any(token.text == "end" for token in tokens)
        self._last_heredoc = max((i for i, token in enumerate(tokens) if token.kind == "heredoc"), default=-1)
        self.begin()

    def begin(self) -> None:
        """Starts the next segment."""
        self._closed_if_at = -2
        self.open: list[str] = []
        """What has begun and not ended, outermost first: keys of _ENDS, `)` or _HEADER."""
        self.expects_command = True
        self.is_compound = self.awaits_heredoc = False

    def enter(self, position: int) -> None:
        """Takes in the token at `position`."""
        kind, text = self._tokens[position][:2]
        if kind == "word":
            self._enter_word(text, position)
        elif kind == "open":
            self._enter_bracket(position)
            self.open.append(")")
            self.expects_command = True
        elif kind == "close":
            is_closed = self.open[-1:] == [")"]
            if is_closed:
                self.open.pop()
            self.expects_command = bool(self.open)
            if is_closed and self._tokens[position - 1].kind == "open" and self.open[-1:] != ["function"]:
                self.open.append(_HEADER)
        elif kind == "group":
            self._enter_bracket(position)
            self.expects_command = False
        elif kind in ("op", "pipe"):
            self.expects_command = True
        elif kind == "heredoc":
            self.is_compound, self.awaits_heredoc = True, False
        elif opens_heredoc(text):
            self.awaits_heredoc = position < self._last_heredoc

    def _enter_bracket(self, position: int) -> None:
        self.is_compound = True
        top = self.open[-1] if self.open else ""
        if top == _HEADER:
            self.open.pop()
        elif top == "for" and "for" in (self._tokens[position - 1].text, self._tokens[position - 2].text):
            self.open[-1] = _HEADER

    def _enter_word(self, text: str, position: int) -> None:
        top = self.open[-1] if self.open else ""
        if top == _HEADER:
            if text in ("{", "do"):
                self.open[-1] = text
                self.expects_command = True
                return
            self.open.pop()
            self.expects_command = True
            top = self.open[-1] if self.open else ""
        if top == "repeat":
            self.open[-1] = _HEADER
        elif top and text in _ENDS.get(top, ()) and (self.expects_command or text in ("}", "]]")):
            self._closed_if_at = position if top == "if {" else -2
            self.open.pop()
            self.expects_command = False
        elif text == "{" and self._is_body(top, position):
            self.open[-1] = "if {" if top == "if" else "{"
            self.expects_command = True
        elif text in ("else", "elif") and self._closed_if_at == position - 1:
            self.open.append("if")
            self.expects_command = True
        elif self.expects_command:
            self._enter_first_word(text, top, position)

    def _is_body(self, top: str, position: int) -> bool:
        """Whether the brace opens the body of what `top` began; behind `if` and `while` it may be of the condition."""
        before = self._tokens[position - 1]
        if top in ("for", "select"):
            return self.expects_command
        return top == "function" or (
            top in ("if", "while", "until") and (before.kind in ("close", "group") or before.text in ("]]", "else"))
        )

    def _enter_first_word(self, text: str, top: str, position: int) -> None:
        if text == "do" and top in ("for", "select", "while", "until"):
            self.open[-1] = "do"
        elif text == "then" and top == "if":
            self.open[-1] = "then"
        elif text == "if" and top == "if" and self._tokens[position - 1].text == "else":
            pass  # fish's `else if` has no end of its own
        elif text == "case" and top == "switch":
            self.expects_command = False
        elif text in _ENDS and text not in ("do", "then") and (self._has_end or text not in _OPENS_IF_ENDED):
            self._begin(text, is_ready=text in _COMMAND_AT_ONCE)
        elif text == "repeat" and _NUMBER.match(self._tokens[min(position + 1, len(self._tokens) - 1)].text):
            self._begin(text, is_ready=False)
        elif text.endswith("()"):
            self._begin(_HEADER, is_ready=True)
        else:
            self.expects_command = text in _COMMAND_FOLLOWS or bool(_ASSIGNMENT.match(text))

    def _begin(self, what: str, *, is_ready: bool) -> None:
        self.open.append(what)
        self.is_compound = True
        self.expects_command = is_ready


def _segments(tokens: list[Token]) -> Iterator[_Segment]:
    nesting = _Nesting(tokens)
    segment: list[Token] = []
    operator: Token | None = None
    for position, token in enumerate(tokens):
        if token.kind == "op" and not nesting.open and not nesting.awaits_heredoc:
            goes_on = token.text == "\n" and (segment[-1].kind == "pipe" if segment else operator and operator.text in ("&&", "||"))
            if segment and not goes_on:
                is_background = token.text == "&"
                yield _Segment([*segment, token] if is_background else segment, operator, nesting.is_compound, is_background)
                segment = []
                nesting.begin()
            operator = operator if goes_on else token
            continue
        segment.append(token)
        nesting.enter(position)
        if token.kind == "heredoc" and not nesting.open:
            yield _Segment(segment, operator, nesting.is_compound, False)
            segment, operator = [], Token("op", "\n", token.end, token.end)
            nesting.begin()
    if segment:
        yield _Segment(segment, operator, nesting.is_compound, False)


def _whole_lists(segments: Iterable[_Segment]) -> Iterator[_Segment]:
    """The segments, those of a list with `||` made one."""
    run: list[_Segment] = []
    for segment in segments:
        if run and not (segment.operator and segment.operator.text in ("&&", "||") and not run[-1].is_background):
            yield from _joined(run)
            run = []
        run.append(segment)
    yield from _joined(run)


def _joined(run: list[_Segment]) -> Iterable[_Segment]:
    if not any(segment.operator and segment.operator.text == "||" for segment in run[1:]):
        return run
    tokens = list(run[0].tokens)
    for segment in run[1:]:
        tokens += [segment.operator, *segment.tokens] if segment.operator else segment.tokens
    return [_Segment(tokens, run[0].operator, any(s.is_compound for s in run), run[-1].is_background)]


def _build_part(text: str, segment: _Segment) -> Part:
    tokens, operator = segment.tokens, segment.operator
    start, end = tokens[0].start, tokens[-1].end
    has_or = any(token.kind == "op" and token.text == "||" for token in tokens)
    commands = () if segment.is_compound else _build_commands(tokens)
    return Part(
        text[start:end], start, end, commands, segment.is_compound or has_or, segment.is_background, operator.text if operator else ""
    )


def _build_commands(tokens: Iterable[Token]) -> tuple[Command, ...]:
    commands: list[Command] = []
    assignments: list[Word] = []
    words: list[Word] = []
    redirects: list[Redirect] = []
    awaiting_target: str | None = None
    for kind, text, start, end in (*tokens, _LAST):
        if kind == "word":
            word = Word(text, start, end)
            if awaiting_target is not None:
                redirects.append(Redirect(awaiting_target, word))
                awaiting_target = None
            elif not words and _ASSIGNMENT.match(text):
                assignments.append(word)
            else:
                words.append(word)
            continue
        if kind == "close":  # a bracket that never opened
            continue
        if awaiting_target is not None:
            redirects.append(Redirect(awaiting_target, None))
            awaiting_target = None
        if kind == "redirect":
            awaiting_target = text
        elif words or assignments or redirects:
            commands.append(Command(tuple(assignments), tuple(words), tuple(redirects)))
            assignments, words, redirects = [], [], []
    return tuple(commands)
