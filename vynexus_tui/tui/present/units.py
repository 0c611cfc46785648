"""Figures as people read them. Unknown is a dash, never 0."""

from datetime import datetime, timedelta
from math import ceil, floor

from vynexus_tui.domain.events import CountQuality

UNKNOWN = "–"
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86400


def duration(seconds: float | None) -> str:
    """4.1 s, 17 s, 17 m 50 s, 6 h 12 m."""
    if seconds is None:
        return UNKNOWN
    if seconds < 0:
        return "−" + duration(-seconds)
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < _MINUTE_S:
        return f"{whole} s"
    if whole < _HOUR_S:
        return f"{whole // _MINUTE_S} m {whole % _MINUTE_S:02d} s"
    return f"{whole // _HOUR_S} h {whole % _HOUR_S // _MINUTE_S:02d} m"


def coarse_duration(seconds: float | None) -> str:
    """12 s, 47 min, 6 h 12 min: for headlines, where seconds would only fidget."""
    if seconds is None:
        return UNKNOWN
    if seconds < 0:
        return "−" + coarse_duration(-seconds)
    if seconds < _MINUTE_S:
        return f"{round(seconds)} s"
    minutes = round(seconds / _MINUTE_S)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


def lower_bound(seconds: float) -> str:
    """`coarse_duration`, rounded down: what follows "at least"."""
    unit = _MINUTE_S if abs(seconds) >= _MINUTE_S else 1
    return coarse_duration(floor(seconds / unit) * unit)


def upper_bound(seconds: float) -> str:
    """`coarse_duration`, rounded up: what follows "up to"."""
    unit = _MINUTE_S if abs(seconds) >= _MINUTE_S else 1
    return coarse_duration(ceil(seconds / unit) * unit)


def gain(seconds: float | None) -> str:
    """18 min; what came out negative is a cost of so much, never a negative saving."""
    return f"cost {coarse_duration(-seconds)}" if seconds is not None and seconds < 0 else coarse_duration(seconds)


def ago(at: datetime | None, now: datetime) -> str:
    """Just now, 12 min ago, 3 h ago, 2 d ago, then the date."""
    if at is None:
        return "no date"
    seconds = (now - at).total_seconds()
    if seconds < _MINUTE_S:
        return "just now"
    if seconds < _HOUR_S:
        return f"{int(seconds // _MINUTE_S)} min ago"
    if seconds < _DAY_S:
        return f"{int(seconds // _HOUR_S)} h ago"
    if seconds < 14 * _DAY_S:
        return f"{int(seconds // _DAY_S)} d ago"
    return day(at, now)


def age(at: datetime, now: datetime) -> str:
    """3 s ago, 12 min ago, 3 h ago, 20 d ago: for a sign of life, where seconds tell."""
    seconds = max(0, int((now - at).total_seconds()))
    for unit, unit_s in (("d", _DAY_S), ("h", _HOUR_S), ("min", _MINUTE_S)):
        if seconds >= unit_s:
            return f"{seconds // unit_s} {unit} ago"
    return f"{seconds} s ago"


def day(at: datetime, now: datetime) -> str:
    """3 Nov, with the year when it is another one. Local time."""
    local = at.astimezone()
    return f"{local.day} {local:%b}" + ("" if local.year == now.astimezone().year else f" {local.year}")


def moment(at: datetime | None, now: datetime) -> str:
    """22 Nov 09:31, in local time."""
    return "no date" if at is None else f"{day(at, now)} {at.astimezone():%H:%M}"


def time_of_day(at: datetime, now: datetime) -> str:
    """09:31, with the day where that is not today. Local time."""
    local = at.astimezone()
    return f"{local:%H:%M}" if local.date() == now.astimezone().date() else moment(at, now)


def clock(at: datetime) -> str:
    """09:31:07, in local time."""
    return f"{at.astimezone():%H:%M:%S}"


def wait(left: timedelta) -> str:
    """now, in 40 s, in 4 min."""
    seconds = left.total_seconds()
    if seconds <= 0:
        return "now"
    return f"in {round(seconds)} s" if seconds < _MINUTE_S else f"in {round(seconds / _MINUTE_S)} min"


def share(value: float | None) -> str:
    """96 %."""
    return UNKNOWN if value is None else f"{value * 100:.0f} %"


def score(value: float | None) -> str:
    """.88, and 1.0 for a full one."""
    if value is None:
        return UNKNOWN.rjust(3)
    return "1.0" if value >= 0.995 else f"{value:.2f}"[1:]


def size(size_bytes: int | None) -> str:
    """46 MB."""
    if size_bytes is None:
        return UNKNOWN
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size_bytes >= factor:
            figure = size_bytes / factor
            return f"{figure:.1f} {unit}" if figure < 10 else f"{figure:.0f} {unit}"
    return f"{size_bytes} B"


def count(number: int) -> str:
    """14,832."""
    return f"{number:,}"


def plural(number: int, word: str) -> str:
    """1 file, 2 files."""
    return f"{count(number)} {word}{'s' * (number != 1)}"


def seen(number: int, quality: CountQuality) -> str:
    """38×; a dash where a history keeps one copy of each command."""
    return UNKNOWN if quality is CountQuality.DEDUPED else f"{count(number)}×"


def seen_in(number: int, session_count: int, quality: CountQuality) -> str:
    """38 times in 12 sessions; no figure where a history keeps one copy of each command."""
    if quality is CountQuality.DEDUPED:
        return "count unknown (its history keeps one copy of each command)"
    return f"{plural(number, 'time')} in {plural(session_count, 'session')}"


def folder(path: str, home: str | None) -> str:
    """The path with the home directory written ~."""
    if home and (path == home or path.startswith(home.rstrip("/") + "/")):
        return "~" + path[len(home.rstrip("/")) :]
    return path
