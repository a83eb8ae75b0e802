"""One number for a page, 0 to 100, and the five it is made of.

Four of the five compare the page with its peers: 50 is where the peers' median lies. They are logarithms of
ratios, so that their arithmetic mean behaves as a geometric mean of the ratios does. Fixed goalposts, open
weights and what to do about missing parts follow the OECD's Handbook on Constructing Composite Indicators
(2008); the geometric option is the one of the Human Development Index.

It measures performance, not whether an audience is real.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import exp, fsum, log
from typing import Any, NamedTuple

from socialsync_cli.metrics.benchmarks import DEFAULT_BENCHMARKS, Benchmarks
from socialsync_cli.metrics.engagement import Engagement
from socialsync_cli.metrics.growth import Growth
from socialsync_cli.metrics.history import Series
from socialsync_cli.metrics.reach import Reach
from socialsync_cli.metrics.sample import Sample
from socialsync_cli.metrics.versions import FORMULA_VERSION

DEFAULT_WEIGHTS: Mapping[str, float] = {
    "audience": 0.15,
    "engagement": 0.35,
    "growth": 0.20,
    "consistency": 0.15,
    "reach": 0.15,
}
_SMALLEST_AUDIENCE = 100
_LARGEST_AUDIENCE = 10**7
_TYPICAL_GROWTH_SPREAD = 0.02
_PRIOR_POSTS = 2
_COVERAGE_SLACK = 1e-9


class ScoreSettings(NamedTuple):
    """How sub-scores become a score, and whom a page is compared with."""

    aggregation: str = "arithmetic"
    """Or geometric, which punishes one-sided pages."""
    min_coverage: float = 0.5
    """The share of the weights (0 to 1) that must be known for a score."""
    weights: Mapping[str, float] = DEFAULT_WEIGHTS
    """audience, engagement, growth, consistency, reach: 0 or more each, whatever the sum."""
    benchmarks: Benchmarks = DEFAULT_BENCHMARKS


DEFAULT = ScoreSettings()


class Score(NamedTuple):
    """A row of social_page_score. Two are comparable if versions, `aggregation` and `weights` agree."""

    sub_audience: float | None = None
    sub_engagement: float | None = None
    sub_growth: float | None = None
    sub_consistency: float | None = None
    sub_reach: float | None = None
    contribution_audience: float | None = None
    """Points of the score that this part gives; all contributions add up to it."""
    contribution_engagement: float | None = None
    contribution_growth: float | None = None
    contribution_consistency: float | None = None
    contribution_reach: float | None = None
    coverage: float | None = None
    """The share of the weights whose parts are known, 0 to 1."""
    score: float | None = None
    aggregation: str = DEFAULT.aggregation
    weights: Mapping[str, float] = DEFAULT_WEIGHTS
    flags: tuple[str, ...] = ()
    """What to bear in mind, in alphabetical order."""
    formula_version: str = FORMULA_VERSION
    benchmark_version: str = DEFAULT_BENCHMARKS.version


def score_row(
    platform: str,
    engagement: Engagement,
    growth: Growth,
    reach: Reach,
    flags: Iterable[str],
    settings: ScoreSettings,
) -> Score:
    """The row of a day from the other rows of that day, which must have been made with the same benchmarks.

    Raises ValueError for an unknown aggregation and KeyError when one of the five weights is missing.
    """
    if settings.aggregation not in ("arithmetic", "geometric"):
        raise ValueError(f"unknown aggregation {settings.aggregation!r}")
    parts = {
        "audience": _audience(engagement.followers),
        "engagement": _engagement(engagement),
        "growth": _growth(growth.growth_rate_30d, settings.benchmarks.growth_rate_30d.get(platform)),
        "consistency": _consistency(engagement, settings.benchmarks.posts_per_week.get(platform)),
        "reach": _reach(reach, engagement.followers),
    }
    weights = {name: settings.weights[name] for name in parts}
    known = {name: value for name, value in parts.items() if value is not None}
    weight = fsum(weights[name] for name in known)
    whole = fsum(weights.values())
    coverage = weight / whole if whole else None
    enough = coverage is not None and coverage >= settings.min_coverage - _COVERAGE_SLACK and weight > 0
    score: float | None = None
    columns: dict[str, Any] = {f"sub_{name}": value for name, value in known.items()}
    if enough and settings.aggregation == "geometric":
        score = exp(fsum(weights[name] * log(max(value, 1.0)) for name, value in known.items()) / weight)
    elif enough:
        contributions = {name: weights[name] * value / weight for name, value in known.items()}
        columns |= {f"contribution_{name}": points for name, points in contributions.items()}
        score = fsum(contributions.values())
    return Score(
        **columns,
        coverage=coverage,
        score=None if score is None else _clip(score),
        aggregation=settings.aggregation,
        weights=weights,
        flags=tuple(sorted(flags)),
        benchmark_version=settings.benchmarks.version,
    )


def flags_of(series: Series, sample: Sample | None) -> list[str]:
    """What to bear in mind when reading the day's figures."""
    flags = {
        "private": bool(series.today and series.today.private),
        "rounded_followers": series.rounded,
        "suspect_zero": series.suspect_zero,
        "posts_unknown": sample is None,
    }
    if sample:
        flags["cadence_truncated"] = sample.truncated
        flags["hidden_likes"] = any(post.interactions is None for post in sample.month)
        flags["partial_counts"] = any(post.partial for post in (*sample.month, *sample.latest_rated))
    return [flag for flag, raised in flags.items() if raised]


def _audience(followers: int | None) -> float | None:
    """0 up to a hundred followers, 100 from ten millions on, even steps per doubling between."""
    if followers is None:
        return None
    if followers <= _SMALLEST_AUDIENCE:
        return 0.0
    return _clip(100 * log(followers / _SMALLEST_AUDIENCE) / log(_LARGEST_AUDIENCE / _SMALLEST_AUDIENCE))


def _engagement(row: Engagement) -> float | None:
    """100 at eight times the peers' rate; √8 times, about the top quartile of brands, is 75."""
    if row.er_shrunk is None or row.er_benchmark is None:
        return None
    return _clip(50 + 50 * log(row.er_shrunk / row.er_benchmark) / log(8))


def _growth(rate: float | None, typical: float | None) -> float | None:
    if rate is None or typical is None:
        return None
    z = (rate - typical) / _TYPICAL_GROWTH_SPREAD
    return 50 + 50 * z / (1 + abs(z))


def _consistency(row: Engagement, peers: float | None) -> float | None:
    """Half how often (100 at four times the peers' posts per week), half in how many of the last weeks."""
    if row.posts_per_week is None or row.active_weeks_share is None or peers is None:
        return None
    often = _clip(50 + 50 * log(row.posts_per_week / peers) / log(4)) if row.posts_per_week else 0.0
    return often / 2 + 100 * row.active_weeks_share / 2


def _reach(row: Reach, followers: int | None) -> float | None:
    """As the engagement, with the views; a reach that was made from followers says nothing of the page."""
    if row.view_rate is None or row.view_rate_benchmark is None or row.n_view_posts is None or not followers:
        return None
    n = row.n_view_posts
    rate = max(row.view_rate, 0.5 / followers)
    return _clip(50 + 50 * n / (n + _PRIOR_POSTS) * log(rate / row.view_rate_benchmark) / log(8))


def _clip(value: float) -> float:
    return min(max(value, 0.0), 100.0)
