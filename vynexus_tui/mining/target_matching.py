"""Does the project have a name for these steps already? Steps are compared with what Make, just and npm targets run."""

import re
from collections import Counter
from collections.abc import Sequence, Set
from functools import lru_cache
from itertools import chain, islice
from posixpath import basename
from typing import TypeAlias

from vynexus_tui.domain.patterns import PatternStep
from vynexus_tui.domain.targets import ProjectTarget
from vynexus_tui.language.lexing import parse_command
from vynexus_tui.language.program_facts import is_navigation

_Commands: TypeAlias = tuple[tuple[str, ...], ...]
"""The words of each command, without quotes; what varies is blanked."""
_RUNNERS = frozenset("make just npm pnpm yarn bun".split())
_LEAST_SHARE = 0.8
"""Share of the steps and of the target's own lines that must agree, in order."""
_ENTRANCES = ("default", "all")
_ANY = "\0"
"""Stands in a word for what varies: a parameter of the pattern, a variable of the target."""
_VARIABLE = re.compile(r"\$\([^()]*\)|\$\{[^{}]*\}|\$\$?[\w@<^*?+%]|\{\{[^{}]*\}\}")
_LONGEST_LINE = 2000
"""Characters; a longer line is a program."""
_MOST_COMMANDS = 60
_DEEPEST = 3
"""Targets that call targets, such as `release: ; make build && make upload`, are looked into this deep."""
_MOST_COMPARED = 1_000_000
"""Pairs of words that are compared for one row of steps, half a second; ten steps against a hundred targets of forty lines take
fewer. A target that would take more is passed over."""
_MOST_CATALOGUES = 32
"""Sets of near folders whose targets are kept prepared."""


_CALL = re.compile(
    r"(?:make|gmake|just|task|(?:npm|pnpm|yarn|bun) run|npm (?:test|start)) [\w.][\w.:/-]*(?: (?:-[\w-]+(?:=\S+)?|[A-Za-z_]\w*=\S*))*"
)
"""A target and nothing but options and variables."""


def is_target_call(step: PatternStep) -> bool:
    """Whether the step calls a target by its name: there is nothing to shorten."""
    return len(step.text) <= _LONGEST_LINE and _CALL.fullmatch(_spaced(step.text)) is not None


def find_target(steps: Sequence[PatternStep], folders: Set[str | None], targets: Sequence[ProjectTarget]) -> ProjectTarget | None:
    """The target that runs what the steps do. Only of folders in which the occurrences began, or into which a step moves."""
    moves = {basename(step.text.split()[-1].rstrip("/")) for step in steps if step.text.split()[:1] == ["cd"]}
    near = [target for target in targets if target.folder in folders or basename(target.folder) in moves]
    if not near:
        return None
    catalogue = _catalogue(tuple(near))
    typed = _all_commands(tuple(map(_blanked, steps)))
    has_only_parameters = len(typed) == 1 and any(_ANY in word for word in typed[0])
    expanded = catalogue.expanded(typed)
    # A row of steps one of which calls a target must be all that the other one does: `git pull` before it would be forgotten.
    share = _LEAST_SHARE if expanded == typed else 1.0
    comparison = _Comparison()
    for target, own, wanted in catalogue.prepared:
        if has_only_parameters and not any(_ANY in word for words in wanted for word in words):
            continue
        if comparison.finds_same(expanded, wanted, share) or (wanted != own and comparison.finds_same(typed, own, _LEAST_SHARE)):
            return target
    return None


class _Catalogue:
    """Targets made ready to be compared: each command is expanded once for all rows of steps."""

    def __init__(self, targets: Sequence[ProjectTarget]) -> None:
        self._by_command = {target.command: target for target in reversed(targets)}
        self._known: dict[tuple[str, int], _Commands] = {}
        prepared = [(target, own, self.expanded(own)) for target in targets for own in [_all_commands(target.lines)]]
        # `just plan` is the name of what it does, `default: plan` only leads there.
        self.prepared = sorted(prepared, key=lambda found: (found[1] != found[2], found[0].command.split()[-1] in _ENTRANCES))

    def expanded(self, commands: _Commands, depth: int = _DEEPEST) -> _Commands:
        """These commands, and in place of a call of a target what that runs."""
        if not depth or not any(words[:1] and words[0] in _RUNNERS for words in commands):
            return commands
        return tuple(islice(chain.from_iterable(self._run_by(words, depth) for words in commands), _MOST_COMMANDS))

    def _run_by(self, words: tuple[str, ...], depth: int) -> _Commands:
        called = self._by_command.get(" ".join(words)) if words[:1] and words[0] in _RUNNERS else None
        if called is None:
            return (words,)
        key = called.command, depth
        if key not in self._known:
            self._known[key] = self.expanded(_all_commands(called.lines), depth - 1)
        return self._known[key]


_catalogue = lru_cache(maxsize=_MOST_CATALOGUES)(_Catalogue)


def _blanked(step: PatternStep) -> str:
    text, last = "", 0
    for slot in step.slots:
        text, last = f"{text}{step.text[last : slot.start]}{_ANY}", slot.end
    return text + step.text[last:]


@lru_cache(maxsize=16_384)
def _all_commands(lines: tuple[str, ...]) -> _Commands:
    """The commands of these lines as words. Moves between folders say nothing."""
    return tuple(islice((command for line in lines for command in _commands(line)), _MOST_COMMANDS))


@lru_cache(maxsize=16_384)
def _commands(line: str) -> _Commands:
    """The words of each command in a line, without quotes, with what varies blanked."""
    if len(line) > _LONGEST_LINE:
        return ()
    blanked = _VARIABLE.sub(_ANY, line)
    parts = [part for part in parse_command(blanked) if not is_navigation(part)]
    return tuple(tuple(part.text.replace('"', "").replace("'", "").split()) for part in parts)


class _Comparison:
    """Compares one row of steps with targets, and tires."""

    def __init__(self) -> None:
        self._left = _MOST_COMPARED

    def finds_same(self, typed: _Commands, wanted: _Commands, share: float) -> bool:
        """Whether the steps are the target's lines, in order, with few more on either side."""
        least = share * max(len(typed), len(wanted))
        if not wanted or min(len(typed), len(wanted)) < least:
            return False
        programs = Counter(words[:1] for words in typed) & Counter(words[:1] for words in wanted)
        if programs.total() < least:
            return False
        pairs = sum(map(len, typed)) * sum(map(len, wanted))
        if pairs > self._left:
            return False
        self._left -= pairs
        return _most_in_order(typed, wanted) >= least


def _most_in_order(typed: _Commands, wanted: _Commands) -> int:
    """How many commands agree when both are read in order: the longest common subsequence."""
    row = [0] * (len(wanted) + 1)
    for words in typed:
        diagonal = 0
        for j, other in enumerate(wanted, 1):
            agrees = _may_be_equal(words, other)
            diagonal, row[j] = row[j], diagonal + 1 if agrees else max(row[j], row[j - 1])
    return row[-1]


def _may_be_equal(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """Whether two commands agree word by word, where what varies may be anything; the programs must be the same."""
    if a == b:
        return True
    if a[:1] != b[:1] or not a or _ANY in a[0]:
        return False
    reachable = {0}
    for word in b[1:]:
        reachable = _after(reachable, word, a[1:])
        if not reachable:
            return False
    rest = a[1:]
    return any(all(word == _ANY for word in rest[i:]) for i in reachable)


def _after(reachable: set[int], word: str, others: tuple[str, ...]) -> set[int]:
    """Places in `others` up to which it may be read when `word` comes next."""
    if word == _ANY:
        return set(range(min(reachable), len(others) + 1))
    found: set[int] = set()
    is_read = False
    for end in range(min(reachable), len(others)):
        is_read = is_read or end in reachable
        if is_read and _words_agree(word, others[end]):
            found.add(end + 1)
        is_read = is_read and others[end] == _ANY
    return found


def _words_agree(a: str, b: str) -> bool:
    if a == b:
        return True
    if _ANY in a and _ANY in b:
        return True
    if _ANY in b:
        a, b = b, a
    return _ANY in a and _fits(a.split(_ANY), b)


def _fits(pieces: Sequence[str], text: str) -> bool:
    """Whether `text` is these pieces with anything between them. By hand: a regular expression takes exponential time here."""
    first, *middle, last = pieces
    if len(text) < len(first) + len(last) or not text.startswith(first) or not text.endswith(last):
        return False
    at, end = len(first), len(text) - len(last)
    for piece in middle:
        at = text.find(piece, at, end)
        if at < 0:
            return False
        at += len(piece)
    return True


def _spaced(text: str) -> str:
    return " ".join(text.split())
