"""The pages of `socialsync demo`: a handful of made-up brands, and of the mishaps that real pages have."""

from __future__ import annotations

from typing import NamedTuple


class Brand(NamedTuple):
    """A page of the demo."""

    name: str
    trade: str
    followers: int
    """On Instagram, when the world begins; other sites have fewer or more."""
    quirks: frozenset[str] = frozenset()


BRANDS: dict[str, Brand] = {
    "lumen.observatory": Brand("Lumen Observatory", "Science Museum", 184_000),
    "harborline.coffee": Brand("Harborline Coffee", "Coffee Shop", 12_400),
    "kestrel.cycles": Brand("Kestrel Cycles", "Bicycle Shop", 2_350_000),
    "moss.and.ember": Brand("Moss & Ember", "Outdoor Shop", 71_000, frozenset({"hidden"})),
    "paperkite.studio": Brand("Paperkite Studio", "Design Studio", 38_500, frozenset({"pinned"})),
    "quietharbor.club": Brand("Quiet Harbor Club", "Sailing Club", 960, frozenset({"private"})),
    "driftwood.radio": Brand("Driftwood Radio", "Radio Station", 5_200, frozenset({"missing"})),
}
"""By handle. Hidden likes, a private club, and a station that has left the air."""

DEMO_PAGES: dict[str, tuple[str, ...]] = {
    "instagram": (
        "lumen.observatory",
        "harborline.coffee",
        "kestrel.cycles",
        "moss.and.ember",
        "paperkite.studio",
        "quietharbor.club",
    ),
    "facebook": ("lumen.observatory", "harborline.coffee", "driftwood.radio"),
    "tiktok": ("kestrel.cycles", "paperkite.studio", "lumen.observatory"),
}
"""What the demo's users have, per platform."""
