"""Figures as a person reads them."""

from datetime import datetime


def seconds_in_words(value_s: float) -> str:
    """`0.38 s`, `4.2 s`, `42 s`, `2 min 5 s`, `1 h 10 min`; negative values keep their sign."""
    sign, size = ("-", -value_s) if value_s < 0 else ("", value_s)
    if size < 1:
        return f"{sign}{size:.2f} s"
    if size < 9.95:
        return f"{sign}{size:.1f} s"
    whole = round(size)
    if whole < 60:
        return f"{sign}{whole} s"
    minutes, seconds = divmod(whole, 60)
    if minutes < 60:
        return f"{sign}{minutes} min" + (f" {seconds} s" if seconds else "")
    hours, minutes = divmod(minutes, 60)
    return f"{sign}{hours} h" + (f" {minutes} min" if minutes else "")


def percent(share: float) -> str:
    """A share as a whole percentage."""
    return f"{share * 100:.0f} %"


def gibibytes(size_bytes: float) -> str:
    """Memory in GiB, or MiB when it is little."""
    return f"{size_bytes / 2**30:.1f} GiB" if size_bytes >= 2**30 else f"{size_bytes / 2**20:.0f} MiB"


def day_and_time(moment: datetime, now: datetime) -> str:
    """`Tue 2024-05-14 14:10` in the time zone of `now`."""
    return moment.astimezone(now.tzinfo).strftime("%a %Y-%m-%d %H:%M")
