"""Read a command line the way a shell splits it: parts, pipelines, words with their exact place in the text.

Linear in the length of the text, never raises, never backtracks: every character is looked at a bounded number of times.
Written for bash; zsh and fish text is tolerated (what is not understood stays inside one compound part).
Grammar: POSIX Shell Command Language, sections 2.3 and 2.9; bash manual, 3.2.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

LEXER_VERSION = 1
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


class _Token(NamedTuple):
    kind: str
    """word, op (&& || ; ;; newline &), pipe, redirect, open, close."""
    text: str
    start: int
    end: int


_BLANK = re.compile(r"(?:[ \t\r]|\\\n)+")
_OPERATOR = re.compile(r"&&|\|\||;;&|;;|;&|;|\|&|\||\n|&(?!>)")
_REDIRECT = re.compile(r"(?:\d+|\{[A-Za-z_]\w*\})?(?:<<<|<<-?|>>|>\||[<>]&|<>|[<>](?!\()|&>>?)")
_PLAIN = re.compile(r"[^\s;&|<>()\"'\\`$]+")
_SPECIAL = re.compile(r"[\"'\\`$(){}]")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*(?:\[[^\]]*\])?\+?=")
_QUOTE = re.compile(r"[\"'\\]")
_CLOSER = {"for": "done", "while": "done", "until": "done", "select": "done", "if": "fi", "case": "esac", "{": "}", "[[": "]]"}
_COMMAND_FOLLOWS = frozenset({"then", "do", "else", "elif", "!", "time", "{"})


@lru_cache(maxsize=65_536)
def parse_command(text: str) -> tuple[Part, ...]:
    """The parts of one command line, in order. Empty for blanks and comments."""
    return tuple(_build_parts(text, list(_tokens(text))))


def unquote(raw: str) -> str:
    """A word's value: quotes and backslashes taken off. Expansions stay as written."""
    if not _QUOTE.search(raw):
        return raw
    out: list[str] = []
    i, size = 0, len(raw)
    while i < size:
        ch = raw[i]
        if ch == "\\":
            out.append(raw[i + 1 : i + 2])
            i += 2
        elif ch == "'":
            end = raw.find("'", i + 1)
            end = size if end < 0 else end
            out.append(raw[i + 1 : end])
            i = end + 1
        elif ch == '"':
            end = _end_of_nested(raw, i)
            inner = raw[i + 1 : end - 1] if raw[end - 1 : end] == '"' and end - 1 > i else raw[i + 1 : end]
            out.append(re.sub(r'\\([$`"\\\n])', r"\1", inner))
            i = end
        else:
            out.append(ch)
            i += 1
    return "".join(out)


def _tokens(text: str) -> Iterator[_Token]:
    i, size = 0, len(text)
    pending: list[str] = []
    while i < size:
        if blank := _BLANK.match(text, i):
            i = blank.end()
            continue
        if text[i] == "#":
            end = text.find("\n", i)
            i = size if end < 0 else end
            continue
        token = _next_token(text, i)
        i = token.end
        if token.kind == "redirect" and token.text.rstrip("-").endswith("<<"):
            pending.append(_heredoc_delimiter(text, i))
        yield token
        if token.text == "\n" and pending:
            end = _end_of_heredocs(text, i, pending)
            pending = []
            yield _Token("heredoc", text[i:end], i, end)
            i = end


def _next_token(text: str, i: int) -> _Token:
    if match := _REDIRECT.match(text, i):
        return _Token("redirect", match.group(), i, match.end())
    if match := _OPERATOR.match(text, i):
        kind = "pipe" if match.group() in ("|", "|&") else "op"
        return _Token(kind, match.group(), i, match.end())
    if text[i] == "(":
        return _Token("open", "(", i, i + 1)
    if text[i] == ")":
        return _Token("close", ")", i, i + 1)
    end = max(_end_of_word(text, i), i + 1)
    return _Token("word", text[i:end], i, end)


def _end_of_word(text: str, i: int) -> int:
    size, start = len(text), i
    while i < size:
        if match := _PLAIN.match(text, i):
            i = match.end()
            continue
        ch = text[i]
        if ch == "\\":
            i += 2
        elif ch == "'":
            end = text.find("'", i + 1)
            i = size if end < 0 else end + 1
        elif ch in '"`' or (ch == "(" and i > start) or text.startswith(("<(", ">("), i):
            i = _end_of_nested(text, i + (ch in "<>"))
        elif ch == "$":
            i = _end_of_dollar(text, i)
        else:
            break
    return min(i, size)


def _end_of_dollar(text: str, i: int) -> int:
    following = text[i + 1 : i + 2]
    if following in ("(", "{"):
        return _end_of_nested(text, i + 1)
    if following == "'":
        match = re.compile(r"(?:[^'\\]|\\.)*'?", re.DOTALL).match(text, i + 2)
        return match.end() if match else i + 2
    return i + 1


_CLOSES = {'"': '"', "(": ")", "{": "}", "`": "`"}


def _end_of_nested(text: str, i: int) -> int:
    """Index after the quote or bracket that opens at `i`; the end of the text when it never closes. A stack, not recursion."""
    size = len(text)
    stack = [_CLOSES[text[i]]]
    i += 1
    while stack and i < size:
        match = _SPECIAL.search(text, i)
        if not match:
            return size
        i, ch, top = match.start(), match.group(), stack[-1]
        step = 1
        if ch == "\\":
            step = 2
        elif ch == top:
            stack.pop()
        elif ch == "$" and text[i + 1 : i + 2] in ("(", "{"):
            stack.append(_CLOSES[text[i + 1]])
            step = 2
        elif ch == "`":
            stack.append("`")
        elif top != '"' and ch == '"':
            stack.append('"')
        elif top not in ('"', "`") and ch == "'":
            end = text.find("'", i + 1)
            step = (size if end < 0 else end + 1) - i
        elif top == ")" and ch == "(":
            stack.append(")")
        i += step
    return min(i, size)


def _heredoc_delimiter(text: str, i: int) -> str:
    if blank := _BLANK.match(text, i):
        i = blank.end()
    return unquote(text[i : _end_of_word(text, i)])


def _end_of_heredocs(text: str, i: int, delimiters: list[str]) -> int:
    for delimiter in delimiters:
        while i < len(text):
            end = text.find("\n", i)
            line_end = len(text) if end < 0 else end
            line = text[i:line_end]
            i = min(line_end + 1, len(text))
            if line.lstrip("\t") == delimiter:
                break
    return i


class _PartBuilder:
    """Collects the tokens of one part and knows how deep inside a compound command it is."""

    def __init__(self, joined_by: str) -> None:
        self.joined_by = joined_by
        self.closers: list[str] = []
        self.is_compound = False
        self.expects_command = True
        self.tokens: list[_Token] = []

    def add(self, token: _Token) -> None:
        self.tokens.append(token)
        if token.kind == "word":
            self._add_word(token.text)
        elif token.kind == "open":
            self.is_compound = True
            self.closers.append(")")
            self.expects_command = True
        elif token.kind == "close":
            if self.closers and self.closers[-1] == ")":
                self.closers.pop()
            self.expects_command = bool(self.closers)
        elif token.kind in ("op", "pipe"):
            self.expects_command = True
        elif token.kind == "heredoc":
            self.is_compound = True

    def _add_word(self, text: str) -> None:
        if self.closers and text == self.closers[-1] and (self.expects_command or text == "]]"):
            self.closers.pop()
            self.expects_command = False
        elif not self.expects_command:
            return
        elif text in _CLOSER:
            self.closers.append(_CLOSER[text])
            self.is_compound = True
            self.expects_command = text not in ("for", "select", "case", "[[")
        elif text == "function" or text.endswith("()"):
            self.is_compound = True
            self.expects_command = text.endswith("()")
        else:
            self.expects_command = text in _COMMAND_FOLLOWS or bool(_ASSIGNMENT.match(text))

    def build(self, text: str, *, is_background: bool) -> Part:
        start, end = self.tokens[0].start, self.tokens[-1].end
        commands = () if self.is_compound else _build_commands(self.tokens)
        has_or = any(t.kind == "op" and t.text == "||" for t in self.tokens)
        return Part(text[start:end], start, end, commands, self.is_compound or has_or, is_background, self.joined_by)


def _build_parts(text: str, tokens: list[_Token]) -> Iterator[Part]:
    builder = _PartBuilder("")
    for position, token in enumerate(tokens):
        before_heredoc = token.text == "\n" and position + 1 < len(tokens) and tokens[position + 1].kind == "heredoc"
        if token.kind != "op" or builder.closers or before_heredoc or _is_in_or_list(builder, tokens, position):
            builder.add(token)
            if token.kind == "heredoc" and not builder.closers:
                yield builder.build(text, is_background=False)
                builder = _PartBuilder("\n")
            continue
        if builder.tokens:
            is_background = token.text == "&"
            if is_background:
                builder.tokens.append(token)
            yield builder.build(text, is_background=is_background)
        builder = _PartBuilder(token.text)
    if builder.tokens:
        yield builder.build(text, is_background=False)


def _is_in_or_list(builder: _PartBuilder, tokens: list[_Token], position: int) -> bool:
    """Whether this `&&` or `||` belongs to a list that has a `||` before its end."""
    operator = tokens[position].text
    if operator == "||":
        return bool(builder.tokens)
    if operator != "&&":
        return False
    if any(t.kind == "op" and t.text == "||" for t in builder.tokens):
        return True
    # 64 tokens ahead and no further, so that a chain of thousands of `&&` stays linear.
    following = (t.text for t in tokens[position + 1 : position + 65] if t.kind == "op" and t.text != "&&")
    return next(following, None) == "||"


def _build_commands(tokens: list[_Token]) -> tuple[Command, ...]:
    commands: list[Command] = []
    assignments: list[Word] = []
    words: list[Word] = []
    redirects: list[Redirect] = []
    awaiting_target: str | None = None
    for token in [*tokens, _Token("pipe", "|", 0, 0)]:
        if token.kind == "word":
            word = Word(token.text, token.start, token.end)
            if awaiting_target is not None:
                redirects.append(Redirect(awaiting_target, word))
                awaiting_target = None
            elif not words and _ASSIGNMENT.match(token.text):
                assignments.append(word)
            else:
                words.append(word)
        elif token.kind == "redirect":
            if awaiting_target is not None:
                redirects.append(Redirect(awaiting_target, None))
            awaiting_target = token.text
        elif token.kind in ("pipe", "op"):
            if awaiting_target is not None:
                redirects.append(Redirect(awaiting_target, None))
            if words or assignments or redirects:
                commands.append(Command(tuple(assignments), tuple(words), tuple(redirects)))
            assignments, words, redirects, awaiting_target = [], [], [], None
    return tuple(commands)
