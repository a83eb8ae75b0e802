"""What the report says of how platforms are measured."""

from __future__ import annotations

from collections.abc import Sequence

from socialsync_cli.metrics.platforms import FACTS
from socialsync_cli.platforms import PLATFORMS


def counted() -> str:
    """Return what counts as an interaction: "likes and comments on Instagram, …"."""
    return ", ".join(
        f"{_listed([platform.TRAITS.likes, *FACTS[name].interactions])} on {platform.TITLE}"
        for name, platform in PLATFORMS.items()
    )


def by_views() -> str:
    """Return the platforms whose engagement rates are given by views."""
    return _listed([platform.TITLE for name, platform in PLATFORMS.items() if FACTS[name].by_views])


def _listed(words: Sequence[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
