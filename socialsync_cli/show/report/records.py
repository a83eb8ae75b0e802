"""What the report knows of a page beyond its portrait: its days, its posting hours, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from socialsync_cli.show.portrait import Portrait, PostView


class RateDay(NamedTuple):
    """A day's engagement rate beside that of the peers."""

    er_headline: float | None
    er_benchmark: float | None
    er_headline_denominator: str | None
    formula_version: str
    benchmark_version: str


class ScoreDay(NamedTuple):
    """A day's score, and how it was made."""

    score: float | None
    aggregation: str
    weights: Mapping[str, float] | None
    formula_version: str
    benchmark_version: str


class LastResult(NamedTuple):
    """What became of a page when it was last asked for."""

    result: str
    error: Mapping[str, Any] | None
    captured_at: datetime | None


class PageReport(NamedTuple):
    """One page, as the report shows it."""

    portrait: Portrait
    rates: Mapping[date, RateDay]
    scores: Mapping[date, ScoreDay]
    posts: Sequence[PostView]
    """Those of the report's days, whoever wrote them."""
    last: LastResult | None


class Trouble(NamedTuple):
    """Why the figures of a page may not be what one expects."""

    kind: str
    """private, not_found, restricted, failed, partial, silent or stale."""
    title: str
    words: str


class Cover(NamedTuple):
    """What stands above everything."""

    user: str | None
    """Whose pages they are; None: everybody's."""
    now: datetime
    days: int
    """How far back the charts go."""
