"""The ledger of one automation: a line for everything it gave back or cost, in tenths of a second, with the words why.

Every line is rounded against us, so the sums are the sums of the lines and anybody can check them with a pencil.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from math import ceil, floor
from typing import NamedTuple

from vynexus_tui.domain.identifiers import AutomationId
from vynexus_tui.domain.patterns import Occurrence
from vynexus_tui.domain.runs import Activity, Attention, Baseline, LedgerEntry, LedgerKind, Run

LONGEST_CLEAN_UP_S = 600.0
_LONGEST_ATTENDED_S = 30.0
"""As by hand: what takes longer is waited for without attention."""
_READING_S = 5.0
"""A scheduled run is not waited for; its result is read."""
_MOST_COUNTED_S = {Activity.TRY: _LONGEST_ATTENDED_S, Activity.EDIT: LONGEST_CLEAN_UP_S}
"""A try is waited for as any command is; an editor may stay open over lunch."""
_ATTENTION_WORDS = {
    Activity.REVIEW: "looking at it",
    Activity.TRY: "trying it",
    Activity.EDIT: "editing it",
    Activity.APPROVE: "approving it",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything that happened to one automation."""

    runs: Sequence[Run] = ()
    counted_at: Sequence[datetime] = ()
    """Runs of which the duration or the outcome is not known."""
    by_hand: Sequence[Occurrence] = ()
    """Its pattern since approval, oldest first."""
    attention: Sequence[Attention] = ()


class _Measure(NamedTuple):
    """Tenths of a second by hand."""

    low: int
    middle: int
    high: int
    elapsed: int | None
    words: str


def build_ledger(
    automation_id: AutomationId,
    evidence: Evidence,
    baseline: Baseline | None,
    *,
    low_s: float | None,
    steps_per_run: int,
    now: datetime,
) -> list[LedgerEntry]:
    """All lines, oldest first. `low_s`: the lower bound of the time by hand; without a `baseline` no line has seconds if there were runs.

    `steps_per_run` of the script, of which a run that went on from a later one did only the rest.

    What was never run has no saving, which is known; what was run and never measured by hand has one that is not.
    """
    runs = sorted(evidence.runs, key=lambda run: run.started_at)
    is_counted = baseline is None and bool(runs or evidence.counted_at)
    entries = [_charged(a, is_counted=is_counted) for a in evidence.attention]
    entries += [_counted(automation_id, at, "how long it took is not known") for at in evidence.counted_at]
    if baseline is None or low_s is None:
        entries += [_counted(automation_id, run.started_at, "how long it takes by hand was never measured") for run in runs]
    else:
        measure = _measure(baseline, low_s)
        most = baseline.most_per_week
        done = [o.started_at for o in evidence.by_hand if o.started_at is not None and o.is_successful is not False]
        per_week = Counter(_week(at, now) for at in done) if most is not None else Counter()
        attempts = sorted([*(run.started_at for run in runs), *done])
        """When the work was begun again: by any run, or by hand with success."""
        for run in runs:
            if run.exit_code != 0:
                entries += _failed(run, attempts, measure, baseline, now)
                continue
            if most is not None:
                week = _week(run.started_at, now)
                per_week[week] += 1
                if per_week[week] > most:
                    entries.append(_extra(run, per_week[week], baseline))
                    continue
            entries.append(_credited(run, _of_rest(measure, run.from_step, steps_per_run), baseline))
    entries.sort(key=lambda entry: entry.at)
    return entries


def attended_s(run: Run, baseline: Baseline) -> float:
    """How long a run kept the person, by the rule its baseline was measured with: older ones count all waiting as hands-on."""
    if run.is_scheduled:
        return _READING_S
    return run.duration_s if baseline.elapsed_s is None else min(_LONGEST_ATTENDED_S, run.duration_s)


def is_clean_up(occurrence: Occurrence, failed_ends: Sequence[datetime]) -> bool:
    """Whether work by hand only got over a failed run that ended just before (`failed_ends`: oldest first)."""
    if occurrence.started_at is None:
        return False
    first = bisect_left(failed_ends, occurrence.started_at - timedelta(seconds=LONGEST_CLEAN_UP_S))
    return first < len(failed_ends) and failed_ends[first] <= occurrence.started_at


def run_end(run: Run) -> datetime:
    """When the prompt came back."""
    return run.started_at + timedelta(seconds=run.duration_s)


def _measure(baseline: Baseline, low_s: float) -> _Measure:
    low, middle, high = floor(round(10 * low_s, 3)), round(10 * baseline.hands_on_s), ceil(round(10 * baseline.high_s, 3))
    elapsed = None if baseline.elapsed_s is None else round(10 * baseline.elapsed_s)
    return _Measure(low, middle, high, elapsed, _by_hand_words(low, middle, high))


def _by_hand_words(low: int, middle: int, high: int) -> str:
    return f"by hand {_words(middle)} ({_number(low)} to {_number(high)})"


def _of_rest(measure: _Measure, from_step: int | None, steps_per_run: int) -> _Measure:
    """What the steps from this one on take by hand: as large a share of the time as of the steps, rounded against us."""
    if from_step is None:
        return measure
    left = max(0, steps_per_run - from_step + 1)
    low, middle = (tenths * left // max(1, steps_per_run) for tenths in (measure.low, measure.middle))
    elapsed = None if measure.elapsed is None else measure.elapsed * left // max(1, steps_per_run)
    high = -(-measure.high * left // max(1, steps_per_run))
    return _Measure(low, middle, high, elapsed, f"{_by_hand_words(low, middle, high)} from step {from_step} of {steps_per_run}")


def _credited(run: Run, measure: _Measure, baseline: Baseline) -> LedgerEntry:
    attended, took = _against_us(attended_s(run, baseline)), _against_us(run.duration_s)
    why = f"{measure.words} minus {_words(attended)}"
    if run.is_scheduled:
        why += " to read its result"
    elif took > attended:
        why += f" of the {_words(took)} it took"
    return _line(
        run.automation_id,
        run.started_at,
        LedgerKind.SCHEDULED if run.is_scheduled else LedgerKind.RUN,
        (measure.low - attended, measure.middle - attended, measure.high - attended),
        None if measure.elapsed is None else measure.elapsed - (attended if run.is_scheduled else took),
        why,
    )


def _extra(run: Run, number: int, baseline: Baseline) -> LedgerEntry:
    why = f"number {number} of that week; by hand it was due {baseline.most_per_week} times at most"
    return _line(run.automation_id, run.started_at, LedgerKind.EXTRA, (0, 0, 0), None if baseline.elapsed_s is None else 0, why)


def _failed(run: Run, attempts: Sequence[datetime], measure: _Measure, baseline: Baseline, now: datetime) -> list[LedgerEntry]:
    """The time it took, and the time until the next attempt; where none came within ten minutes it was done by hand after all."""
    attended, took = _against_us(attended_s(run, baseline)), _against_us(run.duration_s)
    elapsed = None if measure.elapsed is None else -(attended if run.is_scheduled else took)
    why = f"exit {run.exit_code} after {_words(took)}"
    lost = _line(run.automation_id, run.started_at, LedgerKind.FAILED, (-attended,) * 3, elapsed, why)
    end = run_end(run)
    # A later attempt may have begun before this one had ended.
    place = bisect_left(attempts, run.started_at + timedelta(microseconds=1))
    pause_s = max(0.0, (attempts[place] - end).total_seconds()) if place < len(attempts) else None
    if pause_s is not None and pause_s <= LONGEST_CLEAN_UP_S:
        pause = _against_us(pause_s)
        if not pause:
            return [lost]
        return [lost, _clean_up(run, (-pause,) * 3, measure, f"until the next attempt, {_words(pause)} later")]
    most = _against_us(LONGEST_CLEAN_UP_S)
    by_hand = (-min(most, measure.high), -min(most, measure.middle), -min(most, measure.low))
    when = "yet" if (now - end).total_seconds() < LONGEST_CLEAN_UP_S else "within 10 min"
    return [lost, _clean_up(run, by_hand, measure, f"no next attempt {when}: as if it was then done by hand")]


def _clean_up(run: Run, cost: tuple[int, int, int], measure: _Measure, why: str) -> LedgerEntry:
    return _line(run.automation_id, run.started_at, LedgerKind.CLEAN_UP, cost, None if measure.elapsed is None else cost[1], why)


def _charged(attention: Attention, *, is_counted: bool) -> LedgerEntry:
    took = _against_us(attention.duration_s)
    charged = min(took, _against_us(_MOST_COUNTED_S.get(attention.activity, attention.duration_s)))
    why = _ATTENTION_WORDS[attention.activity]
    if charged < took:
        why += f": {_words(charged)} of {_words(took)}"
    if is_counted:
        return _counted(attention.automation_id, attention.started_at, f"{why}, {_words(charged)}", LedgerKind.ATTENTION)
    return _line(attention.automation_id, attention.started_at, LedgerKind.ATTENTION, (-charged,) * 3, -charged, why)


def _counted(automation_id: AutomationId, at: datetime, why: str, kind: LedgerKind = LedgerKind.COUNTED) -> LedgerEntry:
    return LedgerEntry(automation_id, at, kind, None, None, None, None, why)


def _line(
    automation_id: AutomationId, at: datetime, kind: LedgerKind, tenths: tuple[int, int, int], elapsed: int | None, why: str
) -> LedgerEntry:
    low, middle, high = tenths
    return LedgerEntry(automation_id, at, kind, low / 10, middle / 10, high / 10, None if elapsed is None else elapsed / 10, why)


def _against_us(seconds: float) -> int:
    """Tenths, rounded up: what something cost is never made smaller."""
    return ceil(round(10 * seconds, 3))


def _number(tenths: int) -> str:
    return str(tenths // 10) if tenths % 10 == 0 else f"{tenths / 10:.1f}"


def _words(tenths: int) -> str:
    return f"{_number(tenths)} s"


@lru_cache(maxsize=32_768)
def local_day(at: datetime, zone: tzinfo | None) -> date:
    """The day there. Remembered: every line is asked for its week and for its day, at 5 us each."""
    return at.astimezone(zone).date()


def _week(at: datetime, now: datetime) -> tuple[int, int]:
    year, week, _ = local_day(at, now.tzinfo).isocalendar()
    return year, week
