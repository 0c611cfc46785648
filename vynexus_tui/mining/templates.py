"""Turn commands into activities: what is done stays, what it is done to becomes a slot. Decided from the person's own data.

Deliberately coarse: keeping every frequent value constant tore workflows apart, and constants come back when parameters are named.
"""

import re
from collections import Counter, defaultdict
from typing import NamedTuple

from vynexus_tui.language.lexing import Command, Word, parse_command, unquote
from vynexus_tui.language.program_facts import command_head, command_words

_LONGEST_READ = 4096
PLAIN_WORD = re.compile(r"[A-Za-z][A-Za-z_-]*$")
_ALWAYS_SHARE = 0.9
"""A value seen this often at its place is part of the activity."""
_SUBCOMMAND_SHARE = 0.01
"""A plain first word seen this often is a sub-command."""
_MIN_SEEN = 3
VERBS = frozenset(
    """add apply attach backup build bundle check clean clone commit compile config copy create delete deploy describe destroy diff
    disable down download enable exec export fetch format get import init install kill lint list load log login logs merge migrate mount
    move new open pause plan prune publish pull purge push rebase reload remove rename reset restart restore resume revert rm rollback
    rollout run save scale serve set show start stash status stop submit sync tag test umount uninstall unmount unset up update upgrade
    upload validate verify watch sudo systemctl service docker""".split()
)
"""Words that say what is done wherever they stand (`ssh HOST sudo systemctl restart UNIT`), never what it is done to."""


class Argument(NamedTuple):
    """One value of a command, and where it stands in the text."""

    label: str
    """Empty for an operand, else the option, variable or redirection it belongs to (`--out=`, `MODE=`, `>`)."""
    value: str
    """Without quotes."""
    start: int
    end: int


class Frame(NamedTuple):
    """What two commands must have in common to be compared value by value."""

    program: str
    """Program, or the programs of a pipeline; the whole text of a compound command."""
    options: tuple[str, ...]
    """Sorted, so that their order does not matter."""
    labels: tuple[str, ...]
    head_size: int
    """How many first operands name a sub-command of a known program (`npm run build`: 2)."""
    may_have_subcommand: bool
    """Whether an operand stands directly behind the program; what follows an option is a value."""


class Shape(NamedTuple):
    """A step read once: its frame and its values."""

    frame: Frame
    values: tuple[str, ...]
    arguments: tuple[Argument, ...]


class Activity(NamedTuple):
    """A class of commands: a frame and, per value, the constant or None for a slot."""

    frame: Frame
    constants: tuple[str | None, ...]


def build_shape(text: str) -> Shape:
    """The shape of one step's text. Compound commands and pasted programs stay whole: they only repeat exactly."""
    parts = parse_command(text) if len(text) <= _LONGEST_READ else ()
    if len(parts) != 1 or parts[0].is_compound or not parts[0].commands:
        return Shape(Frame(text.strip(), (), (), 0, False), (), ())
    offset = parts[0].start
    programs: list[str] = []
    options: list[str] = []
    keyed: list[tuple[tuple[int, bool, str], Argument]] = []
    may_have_subcommand = False
    for number, command in enumerate(parts[0].commands):
        prefix = f"{number}|" if number else ""
        words = command_words(command)
        programs.append(words[0] if words else "")
        found = _read_arguments(command, offset)
        may_have_subcommand |= number == 0 and any(not is_option and not a.label for a, is_option in found[len(command.assignments) :][:1])
        for argument, is_option in found:
            if is_option:
                options.append(prefix + argument.value)
            else:
                keyed.append(((number, bool(argument.label), argument.label), argument._replace(label=prefix + argument.label)))
    keyed.sort(key=lambda item: item[0])
    arguments = tuple(argument for _, argument in keyed)
    head = command_head(parts[0].commands[0])
    head_size = sum(not word.startswith("-") for word in head[1:])
    frame = Frame(" | ".join(programs), tuple(sorted(options)), tuple(a.label for a in arguments), head_size, may_have_subcommand)
    return Shape(frame, tuple(a.value for a in arguments), arguments)


def _read_arguments(command: Command, offset: int) -> list[tuple[Argument, bool]]:
    found = [(_labelled(word, word.text.index("=") + 1, offset), False) for word in command.assignments]
    skipped = len(command.words) - len(command_words(command)) + 1
    for word in command.words[skipped:]:
        raw = word.text
        value = unquote(raw)
        if len(value) < 2 or value[0] != "-" or value[1].isdigit():
            found.append((Argument("", value, word.start - offset, word.end - offset), False))
        elif "=" in value:
            found.append((_labelled(word, raw.index("=") + 1, offset), False))
        else:
            found.append((Argument("", value, word.start - offset, word.end - offset), True))
    for redirect in command.redirects:
        if redirect.target is not None:
            word = redirect.target
            found.append((Argument(redirect.operator, unquote(word.text), word.start - offset, word.end - offset), False))
    return found


def _labelled(word: Word, cut: int, offset: int) -> Argument:
    """The value behind the label; in `"--out=a b"` it lies between `=` and the closing quote."""
    label, value = word.text[:cut], unquote(word.text[cut:])
    end = word.end
    if label[0] in "\"'" and word.text[-1] == label[0]:
        label, value, end = label[1:], word.text[cut:-1], word.end - 1
    return Argument(label, value, word.start + cut - offset, end - offset)


class ActivityTemplates:
    """Learns from all commands which values are constant, then names each command's activity by a small number.

    `names_of_things` are words that look like sub-commands but are what several programs in a row are used on.
    """

    def __init__(self, names_of_things: frozenset[str] = frozenset()) -> None:
        self._names_of_things = names_of_things
        self._groups: dict[object, int] = {}
        self._totals: Counter[int] = Counter()
        self._seen: defaultdict[tuple[int, int], Counter[str]] = defaultdict(Counter)
        self._symbols: dict[Activity, int] = {}
        self.activities: list[Activity] = []

    def observe(self, shape: Shape, count: int) -> None:
        """Count a command that was typed `count` times."""
        if not shape.values:
            return
        group = self._group(shape.frame)
        self._totals[group] += count
        self._seen[group, 0][shape.values[0]] += count
        groups = [group]
        if PLAIN_WORD.match(shape.values[0]):
            groups.append(self._group((shape.frame, shape.values[0])))
            self._totals[groups[1]] += count
        for place in range(1, len(shape.values)):
            for group in groups:
                self._seen[group, place][shape.values[place]] += count

    def abstract_command(self, shape: Shape) -> int:
        """The number of the command's activity; `activities[number]` says what it is."""
        activity = Activity(shape.frame, self._constants(shape))
        symbol = self._symbols.setdefault(activity, len(self.activities))
        if symbol == len(self.activities):
            self.activities.append(activity)
        return symbol

    def value_share(self, shape: Shape, place: int) -> float:
        """How much of all values at this place this one is."""
        group = self._group(shape.frame)
        return self._seen[group, place][shape.values[place]] / max(1, self._totals[group])

    def _constants(self, shape: Shape) -> tuple[str | None, ...]:
        if not shape.values:
            return ()
        group = self._group(shape.frame)
        first = shape.values[0]
        is_first_constant = self._is_constant(shape, group, 0)
        if is_first_constant and PLAIN_WORD.match(first):
            group = self._group((shape.frame, first))
        rest = (v if self._is_constant(shape, group, i) else None for i, v in enumerate(shape.values[1:], 1))
        return (first if is_first_constant else None, *rest)

    def _is_constant(self, shape: Shape, group: int, place: int) -> bool:
        value, total = shape.values[place], self._totals[group]
        seen = self._seen[group, place][value]
        if seen < _MIN_SEEN:
            return False
        if seen >= _ALWAYS_SHARE * total:
            return True
        if not PLAIN_WORD.match(value) or shape.frame.labels[place]:
            return False
        if value in VERBS:
            return True
        if not shape.frame.may_have_subcommand or value in self._names_of_things:
            return False
        return place < shape.frame.head_size or (place == 0 and seen >= _SUBCOMMAND_SHARE * total)

    def _group(self, key: object) -> int:
        return self._groups.setdefault(key, len(self._groups))
