"""What the formulas have to know of each platform: what its public does to posts, and how peers fare there.

A new platform is one more entry. An anchor stands at the geometric middle of the bracket of followers that its
source publishes (above a million: at two millions). Where a source does not say so, its value need not be a median.

Most figures were read in texts that quote the reports; look at the report itself before showing one to a customer.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

Anchors = tuple[tuple[float, float], ...]
"""(followers, value) with followers ascending, all of them above 0."""


class Facts(NamedTuple):
    """A platform, as far as figures depend on it. None: there is no benchmark."""

    interactions: tuple[str, ...]
    """What the public can do to a post and see counted, beside liking it; comments come first."""
    by_views: bool
    """Whether the engagement rate that stands for a page is one by views, where posts allow it."""
    reach_as_views: bool
    """Whether peers' views stand in where `reach_rate` has nothing."""
    er_followers: Anchors | None = None
    er_views: Anchors | None = None
    view_rate: Anchors | None = None
    reach_rate: Anchors | None = None
    posts_per_week: float | None = None
    growth_rate_30d: float | None = None


FACTS: Mapping[str, Facts] = MappingProxyType(
    {
        "instagram": Facts(
            interactions=("comments",),
            by_views=False,
            reach_as_views=False,
            # HypeAuditor 2026, creators of 1–10K, 10–50K, over 1M. Rival IQ 2025: brands above 5K, median 0.36 %.
            er_followers=((3162, 0.0178), (22361, 0.0054), (2000000, 0.0033)),
            # Socialinsider 2026, 35M posts: mean views of Reels (580, 1000, 2460, 6095, 16035) divided by the middle
            # of 1–5K, 5–10K, 10–50K, 50–100K, 100K–1M followers.
            view_rate=((2236, 0.2594), (7071, 0.1414), (22361, 0.1100), (70711, 0.0862), (316228, 0.0507)),
            # Socialinsider, September 2026: reach by followers, brands.
            reach_rate=((2236, 0.0665), (7071, 0.0575), (22361, 0.0550), (70711, 0.0450), (316228, 0.0350)),
            # Rival IQ 2025, data of 2024: median over the medians of the industries.
            posts_per_week=4.4,
            # Emplifi 2026: brands grow by some 5 % a year.
            growth_rate_30d=0.004,
        ),
        "facebook": Facts(
            interactions=("comments", "shares"),
            by_views=False,
            reach_as_views=False,
            # Locowise for DataReportal, October 2021: mean of pages below 10K. Rival IQ 2025: brands of 25K–1M.
            er_followers=((3162, 0.0029), (158114, 0.00046)),
            # Socialinsider 2025.
            reach_rate=((3162, 0.0165),),
            # Rival IQ 2025, as for Instagram.
            posts_per_week=3.7,
            # Emplifi 2026: brands hardly grow.
            growth_rate_30d=0.0,
        ),
        "tiktok": Facts(
            interactions=("comments", "shares", "saves"),
            by_views=True,
            reach_as_views=True,
            # Rival IQ 2025: median of brands above 5K.
            er_followers=((3162, 0.0173),),
            # Socialinsider 2026: brands, 3.75–4.40 % whatever their size. Rival IQ 2023: mean of 4.14 %.
            er_views=((3162, 0.0400),),
            # Socialinsider 2026, 2M videos: mean views (350, 945, 3240, 9900, 34900) divided as for Instagram.
            view_rate=((2236, 0.1565), (7071, 0.1336), (22361, 0.1449), (70711, 0.1400), (316228, 0.1104)),
            # Rival IQ 2025, as for Instagram.
            posts_per_week=2.1,
            # Rival IQ 2022: 2–3 % a month, at all sizes.
            growth_rate_30d=0.025,
        ),
        "youtube": Facts(
            interactions=("comments",),
            by_views=True,
            reach_as_views=True,
            # SociaVault Labs, April 2026, on its own page: medians of (likes + comments)/views of 75,000 channels of
            # 1–10K, 10–50K, 50–100K, 100–500K and over 500K (read at a million) subscribers.
            er_views=((3162, 0.0523), (22361, 0.0374), (70711, 0.0281), (223607, 0.0212), (1000000, 0.0141)),
            # BrightBean's glossary, 2026, a rule of thumb without a sample: 30–50 % below 10K, 14–20 % up to 500K,
            # 5–15 % above; the geometric middle of each.
            view_rate=((3162, 0.387), (70711, 0.167), (1000000, 0.0866)),
            # The same: 2–5 % a month is healthy; the lower end. Nobody was found who publishes how often peers upload.
            growth_rate_30d=0.02,
        ),
    }
)
