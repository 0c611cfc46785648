"""How often something happens per week, from the newest four recorded weeks."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from vynexus_tui.performance.statistics import count_upper_bound

_SPAN = timedelta(weeks=4)
_WEEK = timedelta(weeks=1)
_DAY = timedelta(days=1)


class WeeklyRate(NamedTuple):
    """Times per week."""

    counted: float
    """As counted; less than a week of records counts as a whole week, never extrapolated."""
    at_most: float
    """95 % upper bound, extrapolated from the time that was really recorded (a day at least)."""


class RecordedSpan(NamedTuple):
    """The newest four weeks for which there are dates."""

    begins_at: datetime
    ends_at: datetime

    def rate(self, moments: Sequence[datetime]) -> WeeklyRate:
        """How often per week `moments` (oldest first) happened in the span."""
        count = len(moments) - bisect_right(moments, self.begins_at)
        length = self.ends_at - self.begins_at
        return WeeklyRate(
            counted=count / (max(length, _WEEK) / _WEEK),
            at_most=count_upper_bound(count) / (max(length, _DAY) / _WEEK),
        )


def recorded_span(moments: Iterable[datetime], now: datetime) -> RecordedSpan | None:
    """The span to count in; None without dates. It ends with the newest record: a history that was copied here ended then."""
    known = [m for m in moments if m <= now]
    if not known:
        return None
    end = max(known)
    # A moment before the first record, so that the first one is counted too.
    return RecordedSpan(max(end - _SPAN, min(known) - timedelta(microseconds=1)), end)
