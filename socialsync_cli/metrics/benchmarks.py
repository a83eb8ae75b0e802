"""What peers reach: published medians and means, read for the size of the page in question.

A table holds anchors (followers, value) per platform. Between anchors it is read as a straight line on
double-logarithmic paper, outside it is flat, so that no score jumps where a bracket of followers ends.

The figures themselves, and where they are from, stand in `platforms`. Whoever follows thirty or more pages of a
size has better peers in them: see `read_benchmarks` in `peers`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from math import exp, inf, log
from typing import Any, NamedTuple

from socialsync_cli.metrics.platforms import FACTS, Anchors
from socialsync_cli.metrics.versions import BENCHMARK_VERSION

_TIERS = (
    (1_000, "1k-5k"),
    (5_000, "5k-10k"),
    (10_000, "10k-50k"),
    (50_000, "50k-100k"),
    (100_000, "100k-1m"),
    (1_000_000, "gte1m"),
)
_TIER_BOUNDS = [bound for bound, _ in _TIERS]
_TIER_NAMES = ["lt1k", *(name for _, name in _TIERS)]


class Benchmarks(NamedTuple):
    """A whole set of tables, by platform; a platform that a table does not name has no benchmark there."""

    version: str
    """Stored with every row that was made with these tables."""
    er_followers: Mapping[str, Anchors]
    """Interactions of a post per follower."""
    er_views: Mapping[str, Anchors]
    """Interactions of a post per view."""
    view_rate: Mapping[str, Anchors]
    """Views of a post per follower."""
    reach_rate: Mapping[str, Anchors]
    """People reached by a post per follower; on some platforms, where nothing is named, as in `view_rate`."""
    posts_per_week: Mapping[str, float]
    growth_rate_30d: Mapping[str, float]
    """Followers won in 30 days per follower."""

    def engagement_rate(self, platform: str, denominator: str, followers: int | None) -> float | None:
        """Peers' engagement rate; `denominator` is "followers" or "views"."""
        table = self.er_followers if denominator == "followers" else self.er_views
        return interpolate(table.get(platform), followers)

    def views_per_follower(self, platform: str, followers: int | None) -> float | None:
        """Peers' view rate."""
        return interpolate(self.view_rate.get(platform), followers)

    def reach_per_follower(self, platform: str, followers: int | None) -> float | None:
        """Peers' reach rate, the coefficient that stands in for views where they are not shown."""
        anchors = self.reach_rate.get(platform)
        if anchors is None and FACTS[platform].reach_as_views:
            anchors = self.view_rate.get(platform)
        return interpolate(anchors, followers)


def interpolate(anchors: Anchors | None, followers: int | None) -> float | None:
    """The value for this many followers; a single anchor holds for every page, even one of unknown size."""
    if not anchors:
        return None
    if len(anchors) == 1:
        return anchors[0][1]
    if followers is None:
        return None
    above = bisect_right(anchors, (followers, inf))
    if above in (0, len(anchors)):
        return anchors[0 if above == 0 else -1][1]
    (left, low), (right, high) = anchors[above - 1], anchors[above]
    return low * exp(log(high / low) * log(followers / left) / log(right / left))


def tier(followers: int | None) -> str | None:
    """The name of the page's size class; a bound belongs to the class above it."""
    return None if followers is None else _TIER_NAMES[bisect_right(_TIER_BOUNDS, followers)]


def _table(name: str) -> dict[str, Any]:
    found = {platform: getattr(facts, name) for platform, facts in FACTS.items()}
    return {platform: value for platform, value in found.items() if value is not None}


DEFAULT_BENCHMARKS = Benchmarks(BENCHMARK_VERSION, *map(_table, Benchmarks._fields[1:]))
