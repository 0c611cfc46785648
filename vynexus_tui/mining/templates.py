"""Turn commands into activities: what is done stays, what it is done to becomes a slot. Decided from the person's own data.

Deliberately coarse: keeping every frequent value constant tore workflows apart, and constants come back when parameters are named.
"""

import re
from collections import Counter, defaultdict
from typing import NamedTuple

from vynexus_tui.mining.shapes import Frame, Shape

PLAIN_WORD = re.compile(r":?[A-Za-z][A-Za-z_-]*(?::[A-Za-z][A-Za-z_-]*)*$")
"""Also a target with colons (`rails db:seed`, `gradlew :app:build`), never one with digits: that is a version or a host."""
_ALWAYS_SHARE = 0.9
"""A value seen this often at its place is part of the activity."""
_SUBCOMMAND_SHARE = 0.01
"""A plain first word seen this often is a sub-command."""
_MIN_SEEN = 3
_PLACES = frozenset(("-", ".", "..", "../..", "/", "~"))
"""Folders that are named from where one stands: `cd ..` is another step than `cd NAME`."""
_SCRIPT = re.compile(r"\.(?:py|rb|php|js|mjs|ts|pl|sh)$")
VERBS = frozenset(
    """add apply attach backup build bundle check clean clone commit compile config copy create delete deploy describe destroy diff
    disable down download enable exec export fetch format get import init install kill lint list load log login logs merge migrate mount
    move new open pause plan prune publish pull purge push rebase reload remove rename reset restart restore resume revert rm rollback
    rollout run save scale serve set show start stash status stop submit sync tag test umount uninstall unmount unset up update upgrade
    upload validate verify watch sudo systemctl service docker""".split()
)
"""Words that say what is done wherever they stand (`ssh HOST sudo systemctl restart UNIT`), never what it is done to."""


class Activity(NamedTuple):
    """A class of commands: a frame and, per value, the constant or None for a slot."""

    frame: Frame
    constants: tuple[str | None, ...]


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

    def abstract_command(self, shape: Shape, *, is_its_own: bool = False) -> int:
        """The number of the command's activity; `activities[number]` says what it is. One of its own has no slots."""
        activity = Activity(shape.frame, shape.values if is_its_own else self._constants(shape))
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
        if seen >= _ALWAYS_SHARE * total or (value in _PLACES and not shape.frame.labels[place]):
            return True
        if not PLAIN_WORD.match(value) or shape.frame.labels[place]:
            return False
        if value in VERBS:
            return True
        if not shape.frame.may_have_subcommand or value in self._names_of_things:
            return False
        return place < shape.frame.head_size or (place == _subcommand_place(shape) and seen >= _SUBCOMMAND_SHARE * total)

    def _group(self, key: object) -> int:
        return self._groups.setdefault(key, len(self._groups))


def _subcommand_place(shape: Shape) -> int:
    """Where a sub-command may stand: right behind the program, or behind the script that it runs (`python manage.py migrate`)."""
    return 1 if _SCRIPT.search(shape.values[0]) else 0
