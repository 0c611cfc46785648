"""How fit for automation a pattern is: how often, how much time, how recently.

score = (w_f * frequency + w_t * time_saving + w_r * recency) / (sum of the weights of what is known)

frequency    1 - 0.5 ** (rate / half rate), or of the runs without dates 1 - 0.5 ** (count / 4.2), whichever is more
time_saving  x / (x + half time), x = median seconds by hand per week; unknown without durations or dates
recency      0.5 ** (days since last seen / half-life); unknown without dates

rate is the best of k / max(4 weeks, age of the k-th newest run) over all k, so that an old habit that came back counts and an
old run takes nothing away. One or two runs say little about a rate: theirs is over 52 weeks at least.
Where the runs without dates alone score more than all of them, that is the score: a date that is learnt takes nothing away.
Each share rises with what it measures, and one more run never lowers the score. Calibration, default settings: five runs in the
last four weeks pass 0.7 even for commands that take a second, two runs a year stay below 0.65 even for an hour's work; in a
history without dates 8 runs pass 0.7 and 7 do not.

What was seen fewer than three times apart may be one job with its retries: it is held at 0.7, at a single time at 0.5.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median

from vynexus_tui.domain.patterns import AutomationPotential, Occurrence
from vynexus_tui.domain.settings import RepetitiveTaskDetection

_WEEK_S = 7 * 86400.0
_HALF_COUNT = 4.2
_LEAST_WEEKS = 4.0
_LEAST_WEEKS_OF_FEW = 52.0
_HABIT_COUNT = 3
_APART = timedelta(hours=1)
_DAY = timedelta(hours=24)
_MOST_A_DAY = 2
_MOST_BEFORE_HABIT = {1: 0.5, 2: 0.7}
"""Highest score by how many times apart it was seen."""


def score_potential(occurrences: Sequence[Occurrence], settings: RepetitiveTaskDetection, *, now: datetime) -> AutomationPotential:
    """Potential of a pattern with these occurrences; the formula is at the top of this file."""
    most = _MOST_BEFORE_HABIT.get(times_apart(occurrences), 1.0)
    undated = [o for o in occurrences if o.started_at is None]
    ways = [occurrences, undated] if undated else [occurrences]
    return max((_weighed(way, settings, most, now=now) for way in ways), key=lambda potential: potential.score)


def times_apart(occurrences: Sequence[Occurrence]) -> int:
    """How many times it was seen more than an hour apart, at most two of them within 24 hours; without dates, in how many sessions.

    The largest such choice of starts, which one more run never makes smaller, as joining near runs to clusters would.
    24 hours and not a date: a calendar day of any time zone is within them.
    """
    chosen: list[datetime] = []
    for start in sorted(o.started_at for o in occurrences if o.started_at is not None):
        is_near = bool(chosen) and start - chosen[-1] <= _APART
        is_same_day = len(chosen) >= _MOST_A_DAY and start - chosen[-_MOST_A_DAY] < _DAY
        if not is_near and not is_same_day:
            chosen.append(start)
    sessions = {o.session_id for o in occurrences if o.started_at is None}
    return max(len(chosen), len(sessions))


def undated_count_more(occurrences: Sequence[Occurrence], settings: RepetitiveTaskDetection, *, now: datetime) -> bool:
    """Whether its frequency is that of the runs without dates."""
    dated, undated = _half_lives(occurrences, settings, now=now)
    return undated > dated


def busiest_window(dates: Sequence[datetime], *, now: datetime) -> tuple[int, float]:
    """(runs, weeks) up to now with most runs a week: of 4 weeks at least, with fewer than three runs of 52."""
    ages = sorted(max(0.0, (now - date).total_seconds() / _WEEK_S) for date in dates)
    windows = [(k, max(_LEAST_WEEKS if k >= _HABIT_COUNT else _LEAST_WEEKS_OF_FEW, age)) for k, age in enumerate(ages, start=1)]
    return max(windows, key=lambda window: window[0] / window[1])


def _weighed(occurrences: Sequence[Occurrence], settings: RepetitiveTaskDetection, most: float, *, now: datetime) -> AutomationPotential:
    dates = [o.started_at for o in occurrences if o.started_at is not None]
    frequency = 1 - 0.5 ** max(_half_lives(occurrences, settings, now=now))
    by_hand_s = [o.hands_on_s for o in occurrences if o.hands_on_s is not None]
    time_saving = None
    if dates and by_hand_s:
        weekly_s = median(by_hand_s) * _weekly_rate(dates, now=now)
        time_saving = weekly_s / (weekly_s + settings.time_saving_half_s_per_week)
    recency = None
    if dates:
        idle_days = max(0.0, (now - max(dates)).total_seconds() / 86400)
        recency = 0.5 ** (idle_days / settings.recency_half_life_days)
    weighted = (
        (frequency, settings.frequency_weight),
        (time_saving, settings.time_saving_weight),
        (recency, settings.recency_weight),
    )
    known = [(share, weight) for share, weight in weighted if share is not None]
    total = sum(weight for _, weight in known)
    score = sum(share * weight for share, weight in known) / total if total else 0.0
    return AutomationPotential(
        score=min(score, most),
        frequency_share=frequency,
        time_saving_share=time_saving,
        recency_share=recency,
        partial=len(known) < len(weighted),
    )


def _half_lives(occurrences: Sequence[Occurrence], settings: RepetitiveTaskDetection, *, now: datetime) -> tuple[float, float]:
    """How often, as multiples of what counts half: (by the runs with dates, by those without)."""
    dates = [o.started_at for o in occurrences if o.started_at is not None]
    by_rate = _weekly_rate(dates, now=now) / settings.frequency_half_per_week if dates else 0.0
    return by_rate, (len(occurrences) - len(dates)) / _HALF_COUNT


def _weekly_rate(dates: Sequence[datetime], *, now: datetime) -> float:
    """Runs per week in the busiest window."""
    count, weeks = busiest_window(dates, now=now)
    return count / weeks
