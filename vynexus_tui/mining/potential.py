"""How fit for automation a pattern is: how often, how much time, how recently.

score = (w_f * frequency + w_t * time_saving + w_r * recency) / (sum of the weights of what is known)

frequency    1 - 0.5 ** (rate / half rate); without dates 1 - 0.5 ** (count / 4.2)
time_saving  x / (x + half time), x = median seconds by hand per week; unknown without durations or dates
recency      0.5 ** (days since last seen / half-life); unknown without dates

rate is the best of: occurrences per week over the last 4 weeks and over the last 13 weeks (3 at least), and since it was first
seen (over 4 weeks at least), so that an old habit that came back counts and one lucky afternoon does not.
Each share rises with what it measures, so the score is monotone in all three. Calibration, default settings: five runs in the
last four weeks pass 0.7 even for commands that take a second, two runs a year stay below 0.65 even for an hour's work; in a
history without dates 8 runs pass 0.7 and 7 do not.

What was seen in fewer than three sessions or days may be one job with its retries: it is held at 0.7, in a single one at 0.5.
"""

from collections.abc import Sequence
from datetime import datetime
from statistics import median

from vynexus_tui.domain.patterns import AutomationPotential, Occurrence
from vynexus_tui.domain.settings import RepetitiveTaskDetection

_WEEK_S = 7 * 86400.0
_HALF_COUNT = 4.2
_SHORT_WEEKS = 4.0
_LONG_WEEKS = 13.0
_HABIT_COUNT = 3
_MOST_BEFORE_HABIT = {1: 0.5, 2: 0.7}
"""Highest score by the number of sessions or days in which it was seen."""


def score_potential(occurrences: Sequence[Occurrence], settings: RepetitiveTaskDetection, *, now: datetime) -> AutomationPotential:
    """Potential of a pattern with these occurrences; the formula is at the top of this file."""
    dates = [o.started_at for o in occurrences if o.started_at is not None]
    rate = weekly_rate(dates, now=now) if dates else None
    half_lives = len(occurrences) / _HALF_COUNT if rate is None else rate / settings.frequency_half_per_week
    frequency = 1 - 0.5**half_lives
    by_hand_s = [o.hands_on_s for o in occurrences if o.hands_on_s is not None]
    time_saving = None
    if rate is not None and by_hand_s:
        weekly_s = median(by_hand_s) * rate
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
        score=min(score, _MOST_BEFORE_HABIT.get(times_apart(occurrences), 1.0)),
        frequency_share=frequency,
        time_saving_share=time_saving,
        recency_share=recency,
        partial=len(known) < len(weighted),
    )


def times_apart(occurrences: Sequence[Occurrence]) -> int:
    """In how many different sessions or on how many different days (UTC) it was seen, whichever is more."""
    sessions = {occurrence.session_id for occurrence in occurrences}
    days = {occurrence.started_at.date() for occurrence in occurrences if occurrence.started_at is not None}
    return max(len(sessions), len(days))


def weekly_rate(dates: Sequence[datetime], *, now: datetime) -> float:
    """Occurrences per week, by the window that shows most of them."""
    count, weeks = busiest_window(dates, now=now)
    return count / weeks


def busiest_window(dates: Sequence[datetime], *, now: datetime) -> tuple[int, float]:
    """(occurrences, weeks) of the window that shows most of them: 4 weeks, 13, or since the first."""
    ages = [max(0.0, (now - date).total_seconds() / _WEEK_S) for date in dates]
    counts = {weeks: sum(age <= weeks for age in ages) for weeks in (_SHORT_WEEKS, _LONG_WEEKS)}
    windows = [(count, weeks) for weeks, count in counts.items() if count >= _HABIT_COUNT]
    return max([*windows, (len(ages), max(_SHORT_WEEKS, *ages))], key=lambda window: window[0] / window[1])
