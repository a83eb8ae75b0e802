"""What peers reach: published medians and means, read for the size of the page in question.

A table holds anchors (followers, value) per platform. Between anchors it is read as a straight line on
double-logarithmic paper, outside it is flat, so that no score jumps where a bracket of followers ends. An
anchor stands at the geometric middle of the bracket that its source publishes (above a million: at two
millions). Where a source does not say so, its value need not be a median.

Most figures were read in texts that quote the reports; look at the report itself before showing one to a
customer. Whoever follows thirty or more pages of a size has better peers in them: see `read_benchmarks` in
`peers`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from math import exp, inf, log
from typing import NamedTuple

from socialsync_cli.metrics.versions import BENCHMARK_VERSION

Anchors = tuple[tuple[float, float], ...]
"""(followers, value) with followers ascending, all of them above 0."""

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
    """People reached by a post per follower; TikTok, if it is not named, as in `view_rate`."""
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
        if anchors is None and platform == "tiktok":
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


DEFAULT_BENCHMARKS = Benchmarks(
    version=BENCHMARK_VERSION,
    er_followers={
        # HypeAuditor 2026, creators of 1–10K, 10–50K, over 1M. Rival IQ 2025: brands above 5K, median 0.36 %.
        "instagram": ((3162, 0.0178), (22361, 0.0054), (2000000, 0.0033)),
        # Locowise for DataReportal, October 2021: mean of pages below 10K. Rival IQ 2025: brands of 25K–1M.
        "facebook": ((3162, 0.0029), (158114, 0.00046)),
        # Rival IQ 2025: median of brands above 5K.
        "tiktok": ((3162, 0.0173),),
    },
    er_views={
        # Socialinsider 2026: brands, 3.75–4.40 % whatever their size. Rival IQ 2023: mean of 4.14 %.
        "tiktok": ((3162, 0.0400),),
    },
    # Socialinsider 2026, 35M Instagram posts and 2M TikTok videos: mean views (Reels 580, 1000, 2460, 6095,
    # 16035; TikTok 350, 945, 3240, 9900, 34900) divided by the middle of 1–5K, 5–10K, 10–50K, 50–100K,
    # 100K–1M followers.
    view_rate={
        "instagram": (
            (2236, 0.2594),
            (7071, 0.1414),
            (22361, 0.1100),
            (70711, 0.0862),
            (316228, 0.0507),
        ),
        "tiktok": ((2236, 0.1565), (7071, 0.1336), (22361, 0.1449), (70711, 0.1400), (316228, 0.1104)),
    },
    reach_rate={
        # Socialinsider, September 2026: reach by followers, brands.
        "instagram": (
            (2236, 0.0665),
            (7071, 0.0575),
            (22361, 0.0550),
            (70711, 0.0450),
            (316228, 0.0350),
        ),
        # Socialinsider 2025.
        "facebook": ((3162, 0.0165),),
    },
    # Rival IQ 2025, data of 2024: median over the medians of the industries.
    posts_per_week={"instagram": 4.4, "facebook": 3.7, "tiktok": 2.1},
    # Emplifi 2026: brands on Instagram grow by some 5 % a year, on Facebook hardly. Rival IQ 2022: 2–3 % a
    # month on TikTok, at all sizes.
    growth_rate_30d={"instagram": 0.004, "facebook": 0.0, "tiktok": 0.025},
)
