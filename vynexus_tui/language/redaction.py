"""Replace secrets by `{{secret:kind}}` before a command reaches the store, a script, a log or the screen (invariant 4).

Only the value goes; the words around it stay, so that patterns still match and a script can ask for the value by name.
References (`$TOKEN`, `$(cat file)`), placeholders and the names of secrets stay. Four tables, tried in this order: shapes of tokens
(secret_rules), places and programs (secret_places), names (secret_names); whether what stands there is a secret is judged by
secret_values. A rule is tried only where one of its trigger words occurs, so a harmless command costs some substring searches.
"""

import re
from collections.abc import Mapping, Sequence

from vynexus_tui.language.secret_names import without_named
from vynexus_tui.language.secret_places import PLACES
from vynexus_tui.language.secret_programs import TAKERS
from vynexus_tui.language.secret_rules import SEGMENT, TOKENS, Rule
from vynexus_tui.language.secret_values import is_key_material, is_secret

SECRET_MARK = re.compile(r"\{\{secret:([a-z0-9-]+)\}\}")
"""What a secret became; group 1 is its kind."""

_MARK = "{{{{secret:{}}}}}"
_OWN = "own"
"""The kind of what a person's own rules find; of several groups the first is the value."""
_PROGRAM = re.compile(r"[a-z0-9_][\w.-]*")
_LONG_WORD = re.compile(r"[\w-]{16}")
"""No shape of a token is shorter: a text without so long a word holds none."""
_COMMAND_WORD = re.compile(
    r"(?:\A|[;|&\n(])\s*+(?:(?:sudo|env|time|nohup|exec|command|builtin|nice|then|do|\w++=\S*+|-\w++)\s++)*+([^\s;|&()<>'\"$`]++)"
)
"""The first word of each command: where an alias stands, also behind a wrapper."""


def _by_trigger(rules: Sequence[Rule]) -> dict[str, list[int]]:
    """The numbers of the rules to be tried where a trigger word occurs."""
    found: dict[str, list[int]] = {}
    for number, rule in enumerate(rules):
        for trigger in rule.triggers:
            found.setdefault(trigger, []).append(number)
    return found


_TOKENS_OF, _PLACES_OF, _TAKERS_OF = map(_by_trigger, (TOKENS, PLACES, TAKERS))


def redact(command: str) -> str:
    """`command` with every secret's value replaced by `{{secret:kind}}`. Idempotent; the same object when nothing was found."""
    lowered = command.lower()
    text = _without_shapes(command, lowered)
    words = _TAKERS_OF.keys() & _PROGRAM.findall(lowered)
    for number in sorted({number for word in words for number in _TAKERS_OF[word]}) if words else ():
        text = _without_taken(TAKERS[number], text)
    text = without_named(text, _MARK)
    if len(text) >= 40 and " " not in text[1:-1] and is_key_material(text.strip()):
        return _MARK.format("key-material")
    return command if text == command else text


def redact_output(text: str) -> str:
    """What a program printed, a diff or a log, without secrets: the rules that need no program name around the value."""
    lowered = text.lower()
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
        for trigger, rules in _TOKENS_OF.items():
            if trigger in lowered:
                for number in rules:
                    kind = TOKENS[number].kind
                    text = TOKENS[number].pattern.sub(lambda match, kind=kind: _replaced(kind, match, 0), text)  # type: ignore[misc]
    found = [trigger for trigger in _PLACES_OF if trigger in lowered]
    for rule in sorted({number for trigger in found for number in _PLACES_OF[trigger]}) if found else ():
        text = PLACES[rule].pattern.sub(lambda match, rule=PLACES[rule]: _judged(rule, match), text)  # type: ignore[misc]
    return text


def _without_taken(rule: Rule, text: str) -> str:
    """Without what a program takes as a secret, looked for behind its name and in the same pipeline member."""
    if rule.needs and not any(map(text.__contains__, rule.needs)):
        return text
    if rule.program is None or not rule.program.search(text):
        return text
    return SEGMENT.sub(lambda segment: _without_taken_in(rule, segment.group()), text)


def _without_taken_in(rule: Rule, segment: str) -> str:
    found = rule.program.search(segment) if rule.program else None
    if not found:
        return segment
    return segment[: found.end()] + rule.pattern.sub(lambda match: _judged(rule, match), segment[found.end() :])


def _judged(rule: Rule, match: re.Match[str]) -> str:
    group = match.lastindex or 0
    return _replaced(rule.kind, match, group) if is_secret(match[group], rule.grade) else match[0]


def _replaced(kind: str, match: re.Match[str], group: int) -> str:
    whole, begin = match[0], match.start()
    return whole[: match.start(group) - begin] + _MARK.format(kind) + whole[match.end(group) - begin :]
