"""How far the saved time can be believed: made-up persons whose true times are known. `python -m tests.benchmarks.savings [PERSONS]`

A person types four commands again and again (log-normal durations and pauses, one pause in ten a break of up to ten minutes), approves an
automation after some of that, and then uses it. The truth is what these runs would have taken by hand, which nobody can measure: once with
the time that it typically takes, once with a time of its own for every single run.
"""

import random
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from statistics import fmean, median
from typing import NamedTuple

from vynexus_tui.domain.automations import Automation, AutomationStatus, Risk, RiskLevel, Script, ScriptTemplate
from vynexus_tui.domain.events import CommandEvent, TimeQuality
from vynexus_tui.domain.identifiers import AutomationId, PatternId, RunId
from vynexus_tui.domain.patterns import AutomationPotential, Occurrence, Pattern, PatternKind, PatternStep
from vynexus_tui.domain.runs import Activity, Attention, Run, SavingsSummary, TimeSaving
from vynexus_tui.mining.occurrences import TimeByHand, time_by_hand
from vynexus_tui.performance.efficiency_tracker import EfficiencyTracker
from vynexus_tui.performance.ledger import Evidence

COUNTS = (3, 5, 10, 30)
"""Occurrences by hand before approval."""
APPROVED_AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
_COMMANDS = ("git pull", "make", "tar czf a.tgz a", "git push")
_POTENTIAL = AutomationPotential(score=0.8, frequency_share=0.8, time_saving_share=None, recency_share=None, partial=True)


class Judged(NamedTuple):
    """What the ledger says of some automations, and what is true."""

    saving: SavingsSummary
    typical_s: float
    """What these runs gave back if each would typically have taken by hand what it takes."""
    actual_s: float
    """What they gave back if each would have taken a time of its own."""
    by_hand_s: float
    """What all of them would have taken by hand."""


class _Person(NamedTuple):
    chance: random.Random
    means: Sequence[float]
    spread: float

    def durations(self) -> list[float]:
        return [self.chance.lognormvariate(mean, self.spread) for mean in self.means]

    def pause_s(self) -> float:
        return self.chance.uniform(60, 600) if self.chance.random() < 0.1 else self.chance.lognormvariate(1.3, 0.8)

    def hands_on_s(self) -> float:
        """The truth of one time, by the same rule, without the product's code."""
        return sum(min(30.0, s) for s in self.durations()) + sum(min(30.0, self.pause_s()) for _ in _COMMANDS[1:])

    def by_hand(self, at: datetime) -> TimeByHand:
        events = []
        for number, (command, took_s) in enumerate(zip(_COMMANDS, self.durations(), strict=True)):
            at += timedelta(seconds=self.pause_s())
            events.append(
                CommandEvent(
                    event_id=number,
                    command=command,
                    sequence_no=number,
                    session_id="s",
                    started_at=at,
                    duration_s=took_s,
                    time_quality=TimeQuality.EXACT,
                )
            )
            at += timedelta(seconds=took_s)
        took = time_by_hand(events)
        assert took is not None
        return took


def judge(seed: int, *, by_hand_count: int, run_count: int = 40, automation_count: int = 1, truth_draws: int = 1001) -> Judged:
    """One made-up person who uses `automation_count` automations. The true typical time is the median of `truth_draws` times: of few, the
    truth would be as uncertain as what is judged.
    """
    chance = random.Random(seed)
    found = [_use_one(chance, f"a{n}", by_hand_count, run_count, truth_draws) for n in range(automation_count)]
    saving = SavingsSummary(savings=tuple(one.saving for one in found))
    return Judged(saving, *(sum(one[column] for one in found) for column in (1, 2, 3)))


class _Used(NamedTuple):
    saving: TimeSaving
    typical_s: float
    actual_s: float
    by_hand_s: float


def _use_one(chance: random.Random, name: str, by_hand_count: int, run_count: int, truth_draws: int) -> _Used:
    person = _Person(chance, [chance.uniform(-1, 3.5) for _ in _COMMANDS], chance.uniform(0.1, 0.5))
    occurrences = []
    for back in range(by_hand_count, 0, -1):
        at = APPROVED_AT - timedelta(hours=20 * back)
        took = person.by_hand(at)
        occurrences.append(
            Occurrence(event_ids=(back,), session_id=str(back), started_at=at, hands_on_s=took.hands_on_s, elapsed_s=took.elapsed_s)
        )
    typically_s = median(person.hands_on_s() for _ in range(truth_draws))
    review_s = chance.uniform(20, 120)
    runs, typical_s, actual_s, at = [], -review_s, -review_s, APPROVED_AT
    for number in range(run_count):
        at += timedelta(hours=chance.uniform(8, 40))
        took_s = sum(person.durations())
        if chance.random() < 0.08:
            lost_s = chance.uniform(5, 400)
            runs.append(_run(name, f"{number}-failed", at, took_s, 1))
            at += timedelta(seconds=took_s + lost_s)
            typical_s -= min(30.0, took_s) + lost_s
            actual_s -= min(30.0, took_s) + lost_s
        runs.append(_run(name, str(number), at, took_s, 0))
        typical_s += typically_s - min(30.0, took_s)
        actual_s += person.hands_on_s() - min(30.0, took_s)
    tracker, automation = EfficiencyTracker(), _automation(name)
    baseline = tracker.baseline(_pattern(occurrences), before=APPROVED_AT)
    looked = Attention(automation_id=automation.automation_id, started_at=APPROVED_AT, duration_s=review_s, activity=Activity.REVIEW)
    account = tracker.account(automation, Evidence(runs=runs, attention=[looked]), baseline, steps_per_run=4, now=at)
    return _Used(account.saving, typical_s, actual_s, run_count * typically_s)


def _run(name: str, run_id: str, at: datetime, took_s: float, exit_code: int) -> Run:
    return Run(
        run_id=RunId(run_id),
        automation_id=AutomationId(name),
        script_sha256="",
        started_at=at,
        duration_s=took_s,
        exit_code=exit_code,
    )


def _automation(name: str) -> Automation:
    return Automation(
        automation_id=AutomationId(name),
        name=name,
        pattern_id=PatternId("p"),
        status=AutomationStatus.LIVE,
        script=Script(text="true\n"),
        parameters=(),
        template=ScriptTemplate.WORKFLOW_SEQUENCE,
        potential=None,
        risk=Risk(level=RiskLevel.LOW),
        summary="",
        cwd=None,
        created_at=APPROVED_AT,
    )


def _pattern(occurrences: Sequence[Occurrence]) -> Pattern:
    steps = tuple(PatternStep(text=command) for command in _COMMANDS)
    return Pattern(
        pattern_id=PatternId("p"),
        kind=PatternKind.WORKFLOW,
        steps=steps,
        occurrences=tuple(occurrences),
        potential=_POTENTIAL,
        worthy=True,
    )


class Verdict(NamedTuple):
    """How often, and how closely, the ledger was right."""

    covered_share: float
    """True saving within the 90 % interval."""
    held_share: float
    """True saving not below the lower bound."""
    best_ratio: float
    """All best estimates by all truths."""
    held_back_share: float
    """What the lower bound holds back of the truth, as a share of the time by hand: median."""


def verdict(judged: Sequence[Judged], *, actual: bool = False) -> Verdict:
    """Over many persons."""
    rows = [(j.saving, j.actual_s if actual else j.typical_s, j.by_hand_s) for j in judged]
    known = [(s.low_s, s.saved_s, s.high_s, true_s, by_hand_s) for s, true_s, by_hand_s in rows]
    measured = [(lo, mid, hi, t, b) for lo, mid, hi, t, b in known if lo is not None and mid is not None and hi is not None]
    return Verdict(
        covered_share=fmean(low <= true_s <= high for low, _, high, true_s, _ in measured),
        held_share=fmean(low <= true_s for low, _, _, true_s, _ in measured),
        best_ratio=sum(best for _, best, _, _, _ in measured) / sum(true_s for *_, true_s, _ in measured),
        held_back_share=median((true_s - low) / by_hand_s for low, _, _, true_s, by_hand_s in measured),
    )


def main() -> None:
    """Prints one row per number of occurrences by hand, for one automation and for five together."""
    persons = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    print("automations  by hand   truth     90 % covers  bound holds  best/truth  held back")
    for together in (1, 5):
        for count in COUNTS:
            judged = [judge(31 * seed + count, by_hand_count=count, automation_count=together) for seed in range(persons // together)]
            for name in ("typical", "actual"):
                v = verdict(judged, actual=name == "actual")
                print(
                    f"{together:>11}  {count:>7}   {name:<8}  {v.covered_share:>10.3f}  {v.held_share:>11.3f}"
                    f"  {v.best_ratio:>10.2f}  {100 * v.held_back_share:>7.0f} %"
                )


if __name__ == "__main__":
    main()
