"""The parts of a score in words: what each was made from, and what peers have there."""

from __future__ import annotations

from socialsync_cli.platforms import rate_decimals
from socialsync_cli.show.figures import UNKNOWN, percent, short_count
from socialsync_cli.show.portrait import Portrait


def measured_and_peers(portrait: Portrait, part: str) -> tuple[str, str]:
    """Return what a part of the score was made from, and what is usual among peers; "" where nothing is usual."""
    engagement, growth, reach, usual = portrait.engagement, portrait.growth, portrait.reach, portrait.peers
    decimals = rate_decimals(portrait.page.platform)
    match part:
        case "audience":
            return short_count(engagement.followers), ""
        case "engagement":
            return percent(engagement.er_shrunk, decimals), percent(engagement.er_benchmark, decimals)
        case "growth":
            return percent(growth.growth_rate_30d, signed=True), percent(usual.growth_rate_30d, signed=True)
        case "consistency":
            return one_decimal(engagement.posts_per_week, "/week"), one_decimal(usual.posts_per_week, "/week")
        case _:
            views = percent(reach.view_rate, 1)
            return views if views == UNKNOWN else f"{views} views", percent(reach.view_rate_benchmark, 1)


def one_decimal(value: float | None, unit: str = "") -> str:
    """Write a figure with one decimal and its unit."""
    return UNKNOWN if value is None else f"{value:.1f}{unit}"
