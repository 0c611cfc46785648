"""Why a command is slow or fails, as far as its own figures show it. Each function gives a text with figures, or None."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from vynexus_tui.domain.findings import Suggestion
from vynexus_tui.domain.runs import CommandMetric
from vynexus_tui.performance.command_series import CommandSeries, cores_used, durations_s
from vynexus_tui.performance.failure_rates import is_failure
from vynexus_tui.performance.statistics import low_quantile
from vynexus_tui.performance.wording import percent, seconds_in_words

_DOMINATES_SHARE = 0.6
_LEAST_EXECUTIONS = 5
_REPEATS_SHARE = 0.3
_REPEAT_WITHIN = timedelta(minutes=10)
_RETRY_WITHIN = timedelta(minutes=2)
_MOST_RETRIED_SHARE = 0.5
_WAITING_CORES = 0.3
_ONE_CORE = (0.8, 1.15)
_SUSPECT_WITHIN = timedelta(hours=24)
_PARALLEL = {
    "make": "make -j{cores}",
    "pytest": "pytest -n {cores} (plug-in pytest-xdist)",
    "xz": "xz -T{cores}",
    "zstd": "zstd -T{cores}",
    "gzip": "pigz -p {cores}",
    "ctest": "ctest -j {cores}",
    "rspec": "parallel_rspec -n {cores}",
}
"""How a program that computes on one core is told to use more."""
_EXIT_CODES = {
    126: "126 means the file was found but may not be executed: chmod +x, or check its first line",
    127: "127 means the program was not found: check its spelling and PATH",
    137: "137 means it was killed, most often for lack of memory",
    139: "139 means it crashed (segmentation fault)",
    124: "124 means `timeout` ended it",
    255: "255 is how ssh reports that the connection failed",
}
_CHANGES_THINGS = frozenset(
    {f"git {verb}" for verb in ("pull", "checkout", "switch", "merge", "rebase", "reset", "stash", "cherry-pick")}
    | {f"{tool} {verb}" for tool in ("npm", "pnpm", "yarn", "pip", "pip3", "uv", "poetry", "bun") for verb in ("install", "add", "sync")}
    | {f"{tool} {verb}" for tool in ("npm", "pnpm", "yarn", "cargo", "brew", "apt", "dnf", "composer") for verb in ("update", "upgrade")}
    | {"cargo add", "brew install", "apt install", "apt-get install", "apt-get upgrade", "docker pull", "go get", "nvm use", "pyenv local"}
)
"""Families that change code or tools: suspects when something is different afterwards."""


class Repeats(NamedTuple):
    """Executions of the very command that had just succeeded, with no other command between."""

    repeat_count: int
    spent_s: float


def find_repeats(metrics: Sequence[CommandMetric]) -> dict[str, Repeats]:
    """Repeats by family. `metrics` oldest first, all families: a command of any family in the same directory breaks a repeat."""
    latest: dict[str, CommandMetric] = {}
    found: dict[str, Repeats] = {}
    for metric in metrics:
        if metric.project is None:
            continue
        before = latest.get(metric.project)
        latest[metric.project] = metric
        if before is None or before.command != metric.command or metric.duration_s is None:
            continue
        if metric.exit_code == 0 == before.exit_code and _follows_within(before, metric, _REPEAT_WITHIN):
            count, spent_s = found.get(metric.family, (0, 0.0))
            found[metric.family] = Repeats(count + 1, spent_s + metric.duration_s)
    return found


def why_slow(series: CommandSeries, times: Sequence[CommandMetric], repeats: Mapping[str, Repeats], core_count: int) -> Suggestion:
    """The most specific cause the figures show; where none does, how the wall time of `times`, its newest, divides."""
    found = (
        _repeated(series, repeats.get(series.family))
        or _retried(series)
        or _dominated(times)
        or _on_one_core(series.family, times, core_count)
        or _waiting(times)
    )
    if found is not None:
        return found
    cores = cores_used(times)
    slowest, typical = low_quantile(durations_s(times), 0.9), median(durations_s(times))
    spread = f"typically {seconds_in_words(typical)}, the slowest tenth above {seconds_in_words(slowest)}"
    if cores is None:
        return Suggestion(
            text=f"{spread}; its CPU time was not recorded: `vynexus hook install` records it, which tells computing from waiting"
        )
    waiting = f", {_waiting_share(cores)} of its wall time is waiting" if cores < 0.95 else ""
    return Suggestion(text=f"{spread}; keeps {cores:.1f} of {core_count} cores busy{waiting}")


def _repeated(series: CommandSeries, repeats: Repeats | None) -> Suggestion | None:
    total = len(series.metrics)
    if repeats is None or repeats.repeat_count < _LEAST_EXECUTIONS or repeats.repeat_count < _REPEATS_SHARE * total:
        return None
    return Suggestion(
        text=(
            f"{repeats.repeat_count} of {total} executions repeat the one before with no command between, within 10 min: "
            "keep its output, or let a file watcher start it only after a change"
        ),
        expected_saving_s=None if series.rate is None else series.rate.counted * repeats.spent_s / total,
    )


def _retried(series: CommandSeries) -> Suggestion | None:
    """Failures after which the same command was simply executed again."""
    failed, again = _retries(series.metrics)
    if len(failed) < _LEAST_EXECUTIONS or again < _MOST_RETRIED_SHARE * len(failed):
        return None
    lost_s = sum(durations_s(failed)) / len(series.metrics)
    return Suggestion(
        text=(
            f"{again} of {len(failed)} failures were followed within 2 min by the same command: "
            f"check what it needs before it starts ({seconds_in_words(median(durations_s(failed) or [0.0]))} per failed attempt)"
        ),
        expected_saving_s=None if series.rate is None else series.rate.counted * lost_s,
    )


def _retries(metrics: Sequence[CommandMetric]) -> tuple[list[CommandMetric], int]:
    failed = [m for m in metrics if is_failure(m)]
    again = sum(
        1
        for early, late in pairwise(metrics)
        if early.command == late.command and is_failure(early) and _follows_within(early, late, _RETRY_WITHIN)
    )
    return failed, again


def _follows_within(early: CommandMetric, late: CommandMetric, pause: timedelta) -> bool:
    if early.started_at is None or late.started_at is None:
        return False
    return late.started_at - early.started_at - timedelta(seconds=early.duration_s or 0) <= pause


def _dominated(times: Sequence[CommandMetric]) -> Suggestion | None:
    """One argument, or one directory, that takes most of the family's time."""
    by_command = _largest_share([(m.command, m.duration_s or 0.0) for m in times])
    if by_command is not None:
        return Suggestion(text=f"most of it is `{by_command.name}`: {by_command.words}")
    by_project = _largest_share([(m.project, m.duration_s or 0.0) for m in times if m.project is not None])
    return None if by_project is None else Suggestion(text=f"most of it is in {by_project.name}: {by_project.words}")


class _Share(NamedTuple):
    name: str
    words: str


def _largest_share(spent: Sequence[tuple[str, float]]) -> _Share | None:
    """The name that takes most of the time, if it takes much more than its part of the executions: being frequent is no cause."""
    total_s: dict[str, float] = {}
    for name, seconds in spent:
        total_s[name] = total_s.get(name, 0.0) + seconds
    if len(total_s) < 2:
        return None
    name, most_s = max(total_s.items(), key=lambda item: item[1])
    count = sum(other == name for other, _ in spent)
    share = most_s / max(sum(total_s.values()), 1e-9)
    if count < 3 or share < max(_DOMINATES_SHARE, 1.5 * count / len(spent)):
        return None
    return _Share(name, f"{percent(share)} of the time in {count} of {len(spent)} executions, {seconds_in_words(most_s / count)} each")


def _on_one_core(family: str, times: Sequence[CommandMetric], core_count: int) -> Suggestion | None:
    cores = cores_used(times)
    if cores is None or core_count < 2 or not _ONE_CORE[0] <= cores <= _ONE_CORE[1]:
        return None
    parallel = _PARALLEL.get(family.split()[0])
    if parallel is None:
        return None
    return Suggestion(text=f"computes on {cores:.1f} of {core_count} cores: try `{parallel.format(cores=core_count)}`")


def _waiting(times: Sequence[CommandMetric]) -> Suggestion | None:
    cores = cores_used(times)
    if cores is None or cores > _WAITING_CORES:
        return None
    return Suggestion(
        text=f"{_waiting_share(cores)} of its wall time is waiting, not computing (disk, network, a lock): "
        "a faster processor or more jobs will not help, a background start (&) frees the prompt"
    )


def _waiting_share(cores: float) -> str:
    return percent(max(0.0, 1 - cores))


def why_failing(series: CommandSeries) -> Suggestion:
    """What the failures have in common."""
    failed, again = _retries(series.metrics)
    judged = series.judged()
    code, with_code = Counter(m.exit_code for m in failed).most_common(1)[0]
    if code in _EXIT_CODES and with_code > len(failed) / 2:
        return Suggestion(text=f"{with_code} of {len(failed)} failures exit {code}; {_EXIT_CODES[code]}")
    command, with_command = Counter(m.command for m in failed).most_common(1)[0]
    share_of_all = sum(m.command == command for m in judged) / len(judged)
    if with_command >= 3 and with_command / len(failed) >= max(_DOMINATES_SHARE, 1.5 * share_of_all):
        return Suggestion(text=f"{with_command} of {len(failed)} failures are `{command}` (exit {code})")
    if again >= 3 and again >= _MOST_RETRIED_SHARE * len(failed):
        return Suggestion(
            text=f"{again} of {len(failed)} failures were followed within 2 min by the same command unchanged: "
            "it depends on something that is not always there; check that first, or retry automatically"
        )
    return Suggestion(text=f"{with_code} of {len(failed)} failures exit {code}; last `{failed[-1].command}`")


class Timeline:
    """All dated executions in order, to ask what happened just before something changed."""

    def __init__(self, metrics: Sequence[CommandMetric]) -> None:
        self._metrics = [m for m in metrics if m.started_at is not None]
        self._moments = [m.started_at for m in self._metrics if m.started_at is not None]

    def suspects(self, after: datetime | None, until: datetime | None) -> str | None:
        """The newest commands between two executions that change code or tools; None without any. A day back at most."""
        if after is None or until is None:
            return None
        begin = bisect_left(self._moments, max(after, until - _SUSPECT_WITHIN))
        between = self._metrics[begin : bisect_left(self._moments, until)]
        changed = list(dict.fromkeys(m.command for m in reversed(between) if m.family in _CHANGES_THINGS))[:2]
        return " and ".join(f"`{command}`" for command in changed) or None
