"""Cut a command line into tokens and words into their values: the characters, not yet the grammar.

One expression takes most tokens whole; a word with nested quotes or substitutions is followed by a stack. Nothing is looked at more
than a bounded number of times: every repetition is possessive, every jump goes forward.
Grammar: POSIX Shell Command Language, sections 2.2 and 2.10; zsh manual, chapters 6 and 7 (`&!`, `=(...)`); fish manual (`and`, `or`).
"""

import re
from typing import NamedTuple


class Token(NamedTuple):
    """A piece of a command line: text[start:end], except that zsh's and fish's operators go by their names in bash."""

    kind: str
    """word, op (&& || ; ;; newline &), pipe, redirect, open, close, group (a whole `((...))`), heredoc (its lines)."""
    text: str
    start: int
    end: int


_PIECES = r"""(?:[^ \t\r\n;&|<>()"'\\`$]++|'[^']*+(?:'|\Z)|"(?:[^"\\`$]++|\\[\s\S]|\$(?![({]))*+"|\\(?:[\s\S]|\Z)"""
_PIECES += r"""|\$'(?:[^'\\]++|\\[\s\S])*+(?:'|\\?\Z)|\$(?![({']))"""
"""What a word is made of, as far as it needs no stack."""
_TOKEN = re.compile(
    r"(?:[ \t\r]|\\\n)*+(?:(?P<comment>\#[^\n]*+)"
    r"|(?P<redirect>(?:\d++|\{[A-Za-z_]\w*+\})?+(?:<<<|<<-?|>>|>\||[<>]&|<>|[<>](?!\()|&>>?))"
    r"|(?P<pipe>\|&|\|(?!\|)|&\|(?![ \t]*+(?:[;\n]|\Z)))"
    r"|(?P<op>&&|\|\||;;&|;;|;&|;|\n|&[!|](?=[\s;]|\Z)|&)"
    r"|(?P<group>\(\()|(?P<open>\()|(?P<close>\))"
    rf"|(?P<word>{_PIECES}++))?+"
)
_MORE_PIECES = re.compile(f"{_PIECES}*+")
_GOES_ON = frozenset('"`$(<>')
"""A word whose pieces end before one of these may go on."""
_SPECIAL = re.compile(r"[\"'\\`$(){}]")
_CLOSES = {'"': '"', "(": ")", "{": "}", "`": "`"}
_QUOTE = re.compile(r"[\"'\\]")
_ESCAPED = re.compile(r'\\(?:\n|([$`"\\]))')
_ARGUMENT = re.compile(r"[ \t]++[^\s;&|#]")
_FISH_OPERATORS = {"and": "&&", "or": "||"}


def read_tokens(text: str) -> list[Token]:
    """All tokens of a text; blanks and comments are none."""
    found: list[Token] = []
    delimiters: list[str] = []
    awaits_delimiter = False
    i, size = 0, len(text)
    while i < size:
        match = _TOKEN.match(text, i)
        kind = match.lastgroup if match else None
        start, end = (match.span(kind) if kind else (match.end(), match.end())) if match else (i, i)
        if kind == "comment" or start == size:
            i = end
            continue
        if kind == "group":
            end = _end_of_nested(text, start)
        elif kind is None or (kind == "word" and end < size and text[end] in _GOES_ON):
            kind, end = "word", max(_end_of_word(text, start, end), start + 1)
        i = end
        token = Token(kind, text[start:end], start, end)
        if kind == "word":
            if awaits_delimiter:
                delimiters.append(unquote(token.text))
            elif token.text in _FISH_OPERATORS and found and found[-1].text in (";", "\n") and _ARGUMENT.match(text, end):
                token = Token("op", _FISH_OPERATORS[token.text], found.pop().start, end)
        elif kind == "op" and token.text in ("&!", "&|"):
            token = Token("op", "&", start, end)
        found.append(token)
        awaits_delimiter = kind == "redirect" and opens_heredoc(token.text)
        if token.text == "\n" and delimiters:
            i = _end_of_heredocs(text, end, delimiters)
            delimiters = []
            found.append(Token("heredoc", text[end:i], end, i))
    return found


def opens_heredoc(operator: str) -> bool:
    """Whether the redirection reads the lines that follow (`<<E`, not `<<< text`)."""
    return operator.endswith(("<<", "<<-")) and not operator.endswith("<<<")


def unquote(raw: str) -> str:
    """A word's value: quotes and backslashes taken off. Expansions stay as written."""
    if not _QUOTE.search(raw):
        return raw
    out: list[str] = []
    i, size = 0, len(raw)
    while i < size:
        quote = _QUOTE.search(raw, i)
        if not quote:
            out.append(raw[i:])
            break
        out.append(raw[i : quote.start()])
        i, ch = quote.start(), quote[0]
        if ch == "\\":
            out.append(raw[i + 1 : i + 2].strip("\n"))
            i += 2
        elif ch == "'":
            end = raw.find("'", i + 1)
            end = size if end < 0 else end
            out.append(raw[i + 1 : end])
            i = end + 1
        else:
            end = _end_of_nested(raw, i)
            inner = raw[i + 1 : end - 1] if raw[end - 1 : end] == '"' and end - 1 > i else raw[i + 1 : end]
            out.append(_ESCAPED.sub(r"\1", inner))
            i = end
    return "".join(out)


def _end_of_word(text: str, start: int, i: int) -> int:
    """Where the word that began at `start` ends; up to `i` it is read."""
    while True:
        ch, following = text[i : i + 1], text[i + 1 : i + 2]
        if ch in ('"', "`") or (ch == "(" and i > start):
            i = _end_of_nested(text, i)
        elif (ch == "$" and following in ("(", "{")) or (ch in ("<", ">") and following == "("):
            i = _end_of_nested(text, i + 1)
        else:
            return i
        pieces = _MORE_PIECES.match(text, i)
        i = pieces.end() if pieces else i


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
