"""Replace secrets by `{{secret:kind}}` before a command reaches the store, a script, a log or the screen (invariant 4).

Only the value goes; the words around it stay, so that patterns still match and a script can ask for the value by name.
References (`$TOKEN`, `$(cat file)`), placeholders and the names of secrets stay. Four tables, tried in this order: shapes of tokens
(secret_rules), places and programs (secret_places), names (secret_names); whether what stands there is a secret is judged by
secret_values. A rule is tried only where one of its trigger words occurs: one search per table tells which, and most lines call for none.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache, partial
from typing import NamedTuple

from vynexus_tui.language.secret_names import without_named
from vynexus_tui.language.secret_places import PLACES
from vynexus_tui.language.secret_programs import ROWS
from vynexus_tui.language.secret_rules import SEGMENT, TOKENS, Rule, Way, any_of, lower
from vynexus_tui.language.secret_values import is_filled_in, is_key_material, is_secret

SECRET_MARK = re.compile(r"\{\{secret:([a-z0-9-]+)\}\}")
"""What a secret became; group 1 is its kind."""

_MARK = "{{{{secret:{}}}}}"
_OWN = "own"
"""The kind of what a person's own rules find; of several groups the first is the value."""
_BETWEEN_WORDS = bytes(c if c < 128 and (chr(c).isalnum() or chr(c) in "_.$@=-") else 32 for c in range(256))
"""Leaves those characters of a text that may be of a program's name, or tell that it is none."""
_PIECE = re.compile(r"'[^']*+'|\"(?:[^\"\\]|\\.)*+\"|\\.|[^\s'\"\\;|&<>()]++|[\s;|&<>()]++|['\"\\]", re.DOTALL)
"""A word of the shell is of such pieces: in one kind of quotes, escaped, bare; or what stands between words."""
_ENDS_SECRET = re.compile(r"\{\{secret:[a-z0-9-]+\}\}['\"]?\Z")
_REST = re.compile(r"['\"]?\w[^\s$`'\"{}]*+['\"]?")
"""A further piece of it: no reference, and nothing that could be what stands between two other pieces."""
_TOKEN_LENGTH = 16
_LONG_WORD = re.compile(rf"[\w-]{{{_TOKEN_LENGTH}}}")
"""No shape of a token is shorter: a text without so long a word holds none."""
_COMMAND_WORD = re.compile(
    r"(?:\A|[;|&\n(])\s*+(?:(?:sudo|env|time|nohup|exec|command|builtin|nice|then|do|\w++=\S*+|-\w++)\s++)*+([^\s;|&()<>'\"$`]++)"
)
"""The first word of each command: where an alias stands, also behind a wrapper."""

_NAMES_NEXT = re.compile(
    r"(?:\s--?(?:name|namespace|net|network|host|hostname|h|container|context|service|l|label|user|u|J)[ =]"
    r"|\b(?:ssh|mosh|ssh-copy-id)(?:\s++-(?:[46AaCfGgKkMNnqsTtVvXxYy]++(?=\s)|[BbcDEeFIiJLlmOopQRSWw]\s*+\S++))*+\s++(?:\w++@)?"
    r"|\b(?:docker|podman|nerdctl|kubectl|oc|lxc|incus)\s(?:[^|;&\n]{0,80}?\s)?(?:exec|logs|attach)(?:\s++-\S++)*+\s++)\Z"
)
"""What a name follows: an option's, a host's, a container's."""
_RUNS_NONE = re.compile(
    r"\s*+(?:(?:sudo|time|nice|\w++=\S*+|-\w++)\s++)*+(?:apt|apt-get|dnf|yum|brew|pacman|apk|snap|systemctl|service|journalctl|man|tldr|which|ls|ll|mkdir"
    r"|cd|cp|mv|rm|touch|chmod|chown|ln|du|df|ps|pgrep|pkill|killall|nmap|nc|ping|host|git|rsync|scp|sftp|tar|(?:docker|podman)\s++(?:compose\s++(?:-f\s++\S++\s++)?)?"
    r"(?:pull|build|logs|stop|start|restart|rm|rmi|inspect|ps|images|volume|network|stats|cp|top|up|down)"
    r"|(?:kubectl|oc)\s++(?:-n\s++\S*+\s*+)?(?:get|describe|logs|apply|delete|scale|rollout|port-forward|top|\Z))(?:\s|\Z)"
)
"""Commands that run none of their arguments."""
_MAY_RUN = re.compile(r"['\"`(]|\s-exec")
_SEEN_BEFORE = 160
_MOST_NAMED = 2000


class _Table:
    """A table of rules, and which of them a text may call for."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules
        triggers = {trigger for rule in rules for trigger in rule.triggers}
        self._any = any_of(triggers)
        # Where a trigger is found, those it begins with occur too.
        self._numbers = {found: [n for n, rule in enumerate(rules) if any(map(found.startswith, rule.triggers))] for found in triggers}

    def without(self, text: str, lowered: str) -> str:
        """`text` without what those rules find whose trigger occurs, tried in the order of the table."""
        found = self._any.search(lowered)
        if not found:
            return text
        numbers: set[int] = set()
        while found:
            numbers.update(self._numbers[found[0]])
            found = self._any.search(lowered, found.start() + 1)
        for number in sorted(numbers):
            rule = self._rules[number]
            if not rule.needs or any(map(text.__contains__, rule.needs)):
                text = rule.pattern.sub(partial(_judged, rule), text)
        return text


_TOKENS, _PLACES = _Table(TOKENS), _Table(PLACES)


class _Taker(NamedTuple):
    """A program that takes a secret."""

    name: re.Pattern[str]
    """Finds the program in a text of small letters."""
    after: re.Pattern[str]
    """What must follow the name."""
    rule: Rule
    """Where the secret stands behind that, in the same pipeline member."""


_ALWAYS = re.compile("")


def _by_word() -> dict[bytes, list[int]]:
    found: dict[bytes, list[int]] = defaultdict(list)
    for number, taker in enumerate(ROWS):
        for name in taker.programs.split():
            found[name.encode()].append(number)
    return dict(found)


_NUMBERS_OF = _by_word()
_PROGRAMS = frozenset(_NUMBERS_OF)
"""The names of all programs that take secrets, as bytes, lower case."""


@lru_cache(maxsize=1024)
def _takers_of(programs: frozenset[bytes]) -> tuple[_Taker, ...]:
    """How these programs take secrets, in the order of the table; kept for the few companies programs are seen in."""
    return tuple(_taker(number, name) for number, name in sorted((number, name) for name in programs for number in _NUMBERS_OF[name]))


@cache
def _taker(number: int, program: bytes) -> _Taker:
    """One row of the table for one of its programs; made when first asked for: of 600 programs a person uses 20."""
    row = ROWS[number]
    way = row.way if isinstance(row.way, Way) else Way(row.way)
    # The program stands first: a search begins with its letters then, not with a look behind at every place.
    name = re.escape(program.decode())
    return _Taker(
        re.compile(rf"{name}(?<![\w.$@=-]{name})(?:\.exe)?+(?=[\s\"']|\Z)"),
        re.compile(row.after) if row.after else _ALWAYS,
        Rule(row.kind, (), re.compile(way.expression), row.grade, way.needs),
    )


def redact(command: str) -> str:
    """`command` with every secret's value replaced by `{{secret:kind}}`. Idempotent; the same object when nothing was found."""
    lowered = lower(command)
    # An address is no call of the program its scheme is called like.
    words = lowered.replace("://", "_").replace(".exe", "    ").encode(errors="surrogatepass").translate(_BETWEEN_WORDS).split()
    longest = len(max(words, key=len, default=b""))
    text = _without_shapes(command, lowered) if longest >= _TOKEN_LENGTH else _PLACES.without(command, lowered)
    if not _PROGRAMS.isdisjoint(words):
        text = _without_taken(_takers_of(_PROGRAMS.intersection(words)), text)
    text = without_named(text, _MARK)
    if text is not command and ("}}'" in text or '}}"' in text):
        text = _without_split_rest(text)
    if len(text) >= 40 and " " not in text[1:-1] and is_key_material(text.strip()):
        return _MARK.format("key-material")
    return command if text == command else text


def redact_output(text: str) -> str:
    """What a program printed, a diff or a log, without secrets: the rules that need no program name around the value."""
    lowered = lower(text)
    return without_named(_without_shapes(text, lowered), _MARK)


class Redactor:
    """The built-in rules and a person's own, for everything that is stored, written or shown."""

    def __init__(self, own_patterns: Sequence[str] = (), *, aliases: Mapping[str, str] | None = None) -> None:
        self._own = tuple(re.compile(pattern) for pattern in own_patterns)
        # What an alias itself hides is no part of the lines it is used in.
        self._aliases = {name: redact(text) for name, text in (aliases or {}).items()}

    def command(self, text: str) -> str:
        """A command line without secrets, also those that only show once its alias is spelled out (`cpw=curl -u`: `cpw me:secret`)."""
        for place in reversed([m for m in _COMMAND_WORD.finditer(text) if m[1] in self._aliases] if self._aliases else ()):
            text = text[: place.start(1)] + self._unaliased(place[1], text[place.end(1) :])
        return self._without_own(redact(text))

    def output(self, text: str) -> str:
        """What a program printed, a diff or a log, without secrets."""
        return self._without_own(redact_output(text))

    def _unaliased(self, name: str, rest: str) -> str:
        """`name` and what follows it up to the next command, judged as if its alias were spelled out."""
        found = SEGMENT.match(rest)
        end = found.end() if found else 0
        alias = self._aliases[name]
        spelled = redact(alias + rest[:end])
        return name + (spelled[len(alias) :] if spelled.startswith(alias) else rest[:end]) + rest[end:]

    def _without_own(self, text: str) -> str:
        for pattern in self._own:
            text = replace_matches(pattern, text)
        return text


def replace_matches(pattern: re.Pattern[str], text: str) -> str:
    """`text` with what a person's own expression finds (its first group, where it has one) taken for a secret."""
    group = min(1, pattern.groups)
    return pattern.sub(lambda match: _replaced(_OWN, match, group) if match[group] else match[0], text)


def _without_shapes(text: str, lowered: str) -> str:
    """Without tokens of known shape and what stands in known places."""
    if _LONG_WORD.search(text):
        text = _TOKENS.without(text, lowered)
    return _PLACES.without(text, lowered)


def _without_split_rest(text: str) -> str:
    """Without the rest of a value that is written in several pieces: `-p'{{secret:password}}'"rest"`."""
    out: list[str] = []
    is_rest = False
    for piece in _PIECE.findall(text):
        is_rest = is_rest and bool(_REST.fullmatch(piece))
        if not is_rest:
            out.append(piece)
            is_rest = bool(_ENDS_SECRET.search(piece))
    return "".join(out)


def _without_taken(takers: Sequence[_Taker], text: str) -> str:
    """Without what programs take as a secret, looked for behind their names and in the same pipeline member."""
    takers = [taker for taker in takers if not taker.rule.needs or any(map(text.__contains__, taker.rule.needs))]
    return SEGMENT.sub(lambda member: _without_taken_in(member[0], takers), text) if takers else text


def _without_taken_in(member: str, takers: Sequence[_Taker]) -> str:
    lowered = lower(member)
    for taker in takers:
        for name in taker.name.finditer(lowered):
            if not _is_only_named(member, name.start()) and (behind := taker.after.match(member, name.end())):
                rest = member[behind.end() :]
                without = taker.rule.pattern.sub(partial(_judged, taker.rule), rest)
                if without != rest:
                    member = member[: behind.end()] + without
                    lowered = lower(member)
                break
    return member


def _is_only_named(member: str, at: int) -> bool:
    """Whether the program's name at `at` is that of a host, a container, a package or a file, so that another's options follow."""
    if _NAMES_NEXT.search(member, max(0, at - _SEEN_BEFORE), at):
        return True
    # Each name of a long list of files would look at all before it.
    return at < _MOST_NAMED and bool(_RUNS_NONE.match(member, 0, at)) and not _MAY_RUN.search(member, 0, at)


def _judged(rule: Rule, match: re.Match[str]) -> str:
    group = match.lastindex or 0
    # A password may be `changeme`; keys and tokens are made by machines.
    is_shown = rule.kind != "password" and is_filled_in(match[group])
    return _replaced(rule.kind, match, group) if is_secret(match[group], rule.grade) and not is_shown else match[0]


def _replaced(kind: str, match: re.Match[str], group: int) -> str:
    whole, begin = match[0], match.start()
    return whole[: match.start(group) - begin] + _MARK.format(kind) + whole[match.end(group) - begin :]
