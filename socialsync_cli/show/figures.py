"""Counts, money, times and rates as people read them. Unknown is a dash, never 0."""

from __future__ import annotations

from datetime import UTC, datetime

UNKNOWN = "–"


def count(value: float | None) -> str:
    """Return a count with thousands separated: 1,234,567."""
    return UNKNOWN if value is None else f"{value:,.0f}"


def short_count(value: float | None) -> str:
    """Return a count in at most five characters: 950, 12.3k, 4.5M."""
    if value is None:
        return UNKNOWN
    size, sign = abs(value), "-" if value < 0 else ""
    for factor, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if size >= factor * 0.99995:
            scaled = size / factor
            return f"{sign}{scaled:.0f}{unit}" if scaled >= 99.95 else f"{sign}{scaled:.1f}{unit}"
    return f"{sign}{size:.0f}"


def plural(number: int, word: str, words: str | None = None) -> str:
    """Return a number and its noun: 1 page, 2 pages."""
    return f"{number:,} {word if number == 1 else words or word + 's'}"


def usd(value: float | None) -> str:
    """Return US dollars: cents, and finer where there is less than one."""
    if value is None:
        return UNKNOWN
    if 0 < value < 0.01:
        return f"${value:.4f}" if value >= 0.0001 else "<$0.0001"
    return f"${value:,.2f}"


def percent(fraction: float | None, decimals: int = 2, *, signed: bool = False) -> str:
    """Return a fraction as a percentage."""
    if fraction is None:
        return UNKNOWN
    return f"{fraction * 100:{'+' if signed else ''},.{decimals}f}%"


def change(value: float | None, decimals: int = 0) -> str:
    """Return a difference with its sign; none is ±0."""
    if value is None:
        return UNKNOWN
    text = f"{value:+,.{decimals}f}"
    return "±0" if not text.strip("+-0.,") else text


def iso(moment: datetime | None) -> str | None:
    """Return a moment as programs read it: 2026-01-10T06:00:00Z."""
    if moment is None:
        return None
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def clock_time(moment: datetime | None) -> str:
    """Return a moment as people read it: 2026-01-10 06:00."""
    return UNKNOWN if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}"


def duration(seconds: float | None) -> str:
    """Return a span of time in at most two units: 41 s, 3 min 12 s, 1 h 5 min, 2 d 3 h."""
    if seconds is None:
        return UNKNOWN
    whole = max(0, round(seconds))
    if seconds < 10 and seconds != whole:
        return f"{max(0.0, seconds):.1f} s"
    for large, small, size, names in (
        (86_400, 3_600, 24, ("d", "h")),
        (3_600, 60, 60, ("h", "min")),
        (60, 1, 60, ("min", "s")),
    ):
        if whole >= large:
            rest = whole % large // small % size
            return f"{whole // large} {names[0]}" + (f" {rest} {names[1]}" if rest else "")
    return f"{whole} s"


def roughly(seconds: float) -> str:
    """Return a guess without false precision: 20 s, 4 min, 2 h 10 min."""
    step = 10 if seconds < 120 else 60 if seconds < 3600 else 600
    return duration(max(step, round(seconds / step) * step))


def ago(moment: datetime | None, now: datetime) -> str:
    """Return how long ago a moment was: just now, 5 min ago, 3 d ago."""
    if moment is None:
        return UNKNOWN
    seconds = (now - moment).total_seconds()
    if seconds < 45:
        return "just now"
    for size, name in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {name} ago"
    return "1 min ago"


def between(start: datetime | None, end: datetime | None) -> float | None:
    """Return the seconds between two moments, if both are known."""
    return None if start is None or end is None else (end - start).total_seconds()
