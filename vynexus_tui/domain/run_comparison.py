"""After approval a script runs outside the sandbox: what its try predicted, what its first real run changed, how the two compare."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from vynexus_tui.domain.executed_later import is_executed_later
from vynexus_tui.domain.identifiers import AutomationId, RunId
from vynexus_tui.domain.trials import ChangeKind

_MOST_LISTED = 100
_NEWS = timedelta(days=7)
_REDACTED = "{{secret:"
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictedChange:
    """One path of the approved try."""

    path: str
    kind: ChangeKind
    type: str
    renamed_from: str | None = None
    has_mode: bool = False
    """Its mode changes too."""
    is_tree: bool = False
    """Stands for everything below it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What the approved try showed, for the first real run of the same script in the same folder with the same arguments."""

    script_sha256: str
    cwd: str
    """Without links in it, as `getcwd` gives it."""
    arguments: tuple[str, ...]
    """Those left out are filled in with their defaults."""
    defaults: tuple[str | None, ...] = ()
    """Of each parameter; None where it must be given."""
    changes: tuple[PredictedChange, ...] = ()
    not_shown: tuple[str, ...] = ()
    """Places that a try hides: nothing was predicted there, so they are not looked at."""
    ends_early: str | None = None
    """Why the real run may do more than a try can show; None where it went to its end with all it needs."""


class ObservedKind(StrEnum):
    """What was found at a path after the run."""

    CREATED = "created"
    MODIFIED = "modified"
    DELETED = "deleted"
    CHMOD = "chmod"
    REWRITTEN = "rewritten"
    """As large as before but newer: whether its content is another is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedChange:
    """One path that is not as it was before the run. Other programs may have changed it in that time."""

    path: str
    kind: ObservedKind
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedRun:
    """What `vynexus run` found changed, with the prediction it looked for."""

    run_id: RunId
    automation_id: AutomationId
    started_us: int
    exit_code: int
    prediction: Prediction
    changes: tuple[ObservedChange, ...] = ()
    reach: str = "all"
    """What was looked at beside the predicted paths: `all` of the folder, its `top`, or nothing (`paths`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunComparison:
    """The first real run beside its try."""

    run_id: RunId
    automation_id: AutomationId
    script_sha256: str
    started_at: datetime
    exit_code: int
    as_predicted_count: int
    surprises: tuple[tuple[str, str], ...] = ()
    """(path, what): changed during the run and not shown by the try; at most 100."""
    surprise_count: int = 0
    missing: tuple[tuple[str, str], ...] = ()
    """(path, what the try showed) where nothing changed; at most 100."""
    missing_count: int = 0
    not_known: tuple[tuple[str, str], ...] = ()
    """(path, what): changed, and nobody can say whether the try should have shown it; at most 100."""
    reasons: tuple[str, ...] = ()
    """Why the comparison is not whole, in words."""

    @property
    def is_partial(self) -> bool:
        """Whether something could not be compared."""
        return bool(self.reasons)

    @property
    def is_as_predicted(self) -> bool:
        """Everything the try showed happened, and nothing else was seen."""
        return not self.surprise_count and not self.missing_count and not self.not_known

    @property
    def headline(self) -> str:
        """The result in a few words."""
        if self.surprise_count:
            said = _plural(self.surprise_count, "surprise")
        elif self.missing_count:
            said = f"{_plural(self.missing_count, 'path')} of the try did not change"
        elif self.not_known and not self.is_partial:
            said = f"{_plural(len(self.not_known), 'path')} may hold something else than the try showed"
        elif self.as_predicted_count:
            said = f"as the try showed ({_plural(self.as_predicted_count, 'path')})"
        else:
            said = "changed nothing in its folder, as the try showed"
        return f"first run: {said}" + (", compared in part" if self.is_partial else "")

    def needs_a_look(self, now: datetime) -> bool:
        """Whether it is worth a line where all automations are listed: surprises, for a week."""
        return self.surprise_count > 0 and now - self.started_at < _NEWS


_WRITTEN = frozenset({ObservedKind.CREATED, ObservedKind.MODIFIED, ObservedKind.REWRITTEN})
_EXPECTED = {
    ChangeKind.CREATE: _WRITTEN,
    ChangeKind.MODIFY: _WRITTEN,
    ChangeKind.REPLACE: _WRITTEN,
    ChangeKind.RENAME: _WRITTEN,
    ChangeKind.DELETE: frozenset({ObservedKind.DELETED}),
    ChangeKind.CHMOD: frozenset({ObservedKind.CHMOD}),
}
"""A file that is there by now is written over instead of made: the path is the same, and what it holds afterwards too."""
_REACH = {
    "top": "the folder holds too much to look at in time: below its top only the predicted paths were looked at",
    "paths": "the folder holds too much to look at in time: only the predicted paths were looked at",
}


def compare(observed: ObservedRun, *, started_at: datetime) -> RunComparison:
    """Expected and seen, expected and not seen, seen and not expected. Every path went through the redaction before."""
    pass_ = _Pass(observed)
    for change in sorted(observed.changes, key=lambda c: c.path):
        pass_.add(change)
    surprises = _folded(pass_.surprises)
    missing = pass_.missing()
    return RunComparison(
        run_id=observed.run_id,
        automation_id=observed.automation_id,
        script_sha256=observed.prediction.script_sha256,
        started_at=started_at,
        exit_code=observed.exit_code,
        as_predicted_count=pass_.as_predicted_count(),
        surprises=surprises[:_MOST_LISTED],
        surprise_count=len(surprises),
        missing=missing[:_MOST_LISTED],
        missing_count=len(missing),
        not_known=_folded(pass_.not_known)[:_MOST_LISTED],
        reasons=tuple(_reasons(observed)),
    )


class _Pass:
    """One comparison; collects as it goes."""

    def __init__(self, observed: ObservedRun) -> None:
        self._prediction = observed.prediction
        self._expected: dict[str, set[ObservedKind]] = {}
        self._words: dict[str, str] = {}
        self._trees: set[str] = set()
        for change in observed.prediction.changes:
            self._expect(change.path, change, _EXPECTED[change.kind])
            if change.renamed_from is not None:
                self._expect(change.renamed_from, change, _EXPECTED[ChangeKind.DELETE])
        found = {_comparable(change.path) for change in observed.changes}
        self._elsewhere = Counter(
            _DIGITS.sub("#", c.path)
            for c in observed.prediction.changes
            if c.kind is ChangeKind.CREATE and _comparable(c.path) not in found
        )
        """Predicted files that were not made under that very name: the date or a number in it may be another now."""
        self._other_names: Counter[str] = Counter()
        self._tree_names = {_DIGITS.sub("#", tree) for tree in self._trees}
        self._matched: set[str] = set()
        self._otherwise: set[str] = set()
        self.surprises: list[ObservedChange] = []
        self.not_known: list[ObservedChange] = []

    def _expect(self, path: str, change: PredictedChange, kinds: Iterable[ObservedKind]) -> None:
        place = _comparable(path)
        self._expected.setdefault(place, set()).update(ObservedKind if place != path else kinds)
        self._words[place] = change.kind.value
        if change.has_mode:
            self._expected[place].add(ObservedKind.CHMOD)
        if change.is_tree:
            self._trees.add(path)

    def add(self, change: ObservedChange) -> None:
        """Puts one change where it belongs."""
        place = _comparable(change.path)
        expected = self._expected.get(place)
        if expected is not None and change.kind in expected:
            self._matched.add(place)
        elif (
            expected is None
            and not is_executed_later(change.path)
            and (self._is_in_a_tree(change.path) or self._is_under_another_name(change))
        ):
            return
        elif change.kind is ObservedKind.REWRITTEN or self._prediction.ends_early is not None:
            self.not_known.append(change)
        else:
            self._otherwise.add(place)
            self.surprises.append(change)

    def _is_in_a_tree(self, path: str) -> bool:
        return any(folder in self._trees for folder in _parents(path))

    def _is_under_another_name(self, change: ObservedChange) -> bool:
        name = _DIGITS.sub("#", change.path)
        if change.kind is not ObservedKind.CREATED or self._elsewhere[name] <= self._other_names[name]:
            return False
        self._other_names[name] += 1
        if name in self._tree_names:
            self._trees.add(change.path)
        return True

    def _unmatched(self) -> list[tuple[PredictedChange, str]]:
        """Predicted changes with a path where nothing of the kind was seen; a rename has two."""
        left = Counter(self._other_names)
        found = []
        for change in self._prediction.changes:
            paths = [p for p in (change.path, change.renamed_from) if p is not None and _comparable(p) not in self._matched]
            name = _DIGITS.sub("#", change.path)
            if paths and change.kind is ChangeKind.CREATE and left[name] > 0:
                left[name] -= 1
            elif paths:
                found.append((change, paths[0]))
        return found

    def missing(self) -> tuple[tuple[str, str], ...]:
        """What the try showed and nothing was seen of. A path with a secret in it cannot be looked for."""
        return tuple(
            (path, change.kind.value)
            for change, path in self._unmatched()
            if _comparable(path) not in self._otherwise and _REDACTED not in path
        )

    def as_predicted_count(self) -> int:
        """Lines of the try's list that came true."""
        return len(self._prediction.changes) - len(self._unmatched())


def _comparable(path: str) -> str:
    """The place that is compared: git names its own files after their content and the time, so they count as one."""
    before, mark, _ = path.partition("/.git/")
    return f"{before}{mark}" if mark and not is_executed_later(path) else path


def _parents(path: str) -> Iterable[str]:
    end = path.rfind("/")
    while end > 0:
        yield path[:end]
        end = path.rfind("/", 0, end)


def _folded(changes: list[ObservedChange]) -> tuple[tuple[str, str], ...]:
    """(path, what) of each, with what lies below a directory that came or went counted in its line, and git's own files in one."""
    heads: dict[str, str] = {}
    below: Counter[str] = Counter()
    folders = {c.path for c in changes if c.type == "dir" and c.kind in (ObservedKind.CREATED, ObservedKind.DELETED)}
    for change in changes:
        over = [folder for folder in _parents(change.path) if folder in folders]
        place = _comparable(change.path)
        if over:
            below[over[-1]] += 1
        else:
            heads[place] = change.kind.value if place == change.path else "git's own files"
    return tuple((path, what + (f", with {below[path]:,} more below it" if below[path] else "")) for path, what in heads.items())


def _reasons(observed: ObservedRun) -> Iterable[str]:
    if observed.prediction.ends_early is not None:
        yield observed.prediction.ends_early
    if observed.exit_code:
        yield f"this run failed (exit {observed.exit_code})"
    if observed.reach in _REACH:
        yield _REACH[observed.reach]
    if observed.prediction.not_shown:
        yield "places that are hidden from a try were not looked at"


def _plural(count: int, word: str) -> str:
    return f"{count:,} {word}{'s' * (count != 1)}"
