"""Moments as Apify and the sites write them, and the date filters of the actors' inputs."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_RELATIVE = re.compile(r"(\d+) (minute|hour|day|week|month|year)s?\Z")
_UNITS_S = {
    "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800, "month": 2_629_800, "year": 31_557_600,
}  # fmt: skip


def iso(t: float) -> str:
    """Return a moment as `2026-01-10T06:00:00.000Z`."""
    return datetime.fromtimestamp(t, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def seconds(text: str) -> float:
    """Return the epoch seconds of an ISO moment; without a zone it is UTC.

    Raises:
        ValueError: When it is none.

    """
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def filter_moment(text: str, t: int, *, full: bool) -> int | None:
    """Return the second that a date filter means; None if it means nothing.

    Args:
        text: `2026-01-10`, `7 days`; with `full` also an ISO moment, or other units of time.
        t: The second at which the actor runs.
        full: Whether more than a date or a number of days is understood (TikTok's actors know only these).

    """
    relative = _RELATIVE.match(text)
    if relative:
        if not full and relative[2] != "day":
            return None
        return t - int(relative[1]) * _UNITS_S[relative[2]]
    if not full and len(text) != 10:
        return None
    try:
        return int(seconds(text))
    except ValueError:
        return None
