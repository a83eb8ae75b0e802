"""The pages of `socialsync demo`: a handful of made-up brands, and of the mishaps that real pages have."""

from __future__ import annotations

DEMO_QUIRKS: dict[str, frozenset[str]] = {
    "lumen.observatory": frozenset(),
    "harborline.coffee": frozenset(),
    "kestrel.cycles": frozenset({"big"}),
    "moss.and.ember": frozenset({"hidden"}),
    "paperkite.studio": frozenset({"pinned"}),
    "quietharbor.club": frozenset({"private"}),
    "driftwood.radio": frozenset({"missing"}),
}
"""Handle → oddities. Hidden likes, a private club, and a station that has left the air."""

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
