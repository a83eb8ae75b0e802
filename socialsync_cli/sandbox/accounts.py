"""The pages of the world: who they are and how their counters grow. Pure functions of seed, handle and moment."""

from __future__ import annotations

import math
from dataclasses import dataclass

from socialsync_cli.sandbox.dice import key_of, roll, series_of
from socialsync_cli.sandbox.sites import SITES
from socialsync_cli.sandbox.texts import page_name, page_trade

DAY_S = 86_400
WORLD_BEGINS = 1_704_067_200
"""2024-01-01: counters are told from here; a page's posts begin on one of the days around it."""


@dataclass(frozen=True, slots=True)
class Account:
    """One page at one moment: its name and number can change, its growth goes on."""

    platform: str
    handle: str
    """What it is asked by."""
    username: str
    """What the site calls it now, in the site's letter case."""
    number: str
    """The site's own id."""
    display_name: str
    biography: str
    website: str | None
    category: str | None
    trade: str
    verified: bool
    quirks: frozenset[str]
    key: bytes
    """What its posts are rolled with."""
    series: int
    followers_base: float
    followers_per_day: float
    wave: float
    phase: float
    follows: int
    first_post: int
    post_every_s: int
    posts_max: int | None
    engagement: float
    """Likes per follower of a usual post, in the long run."""
    comments_share: float
    """Comments per like."""
    pinned: tuple[int, ...] = ()
    """Which of its posts are pinned (old ones), in the order shown."""

    @property
    def private(self) -> bool:
        """Whether only friends see its posts."""
        return "private" in self.quirks

    def followers(self, t: int) -> int:
        """Return how many followers it has at second `t`: a slope, and a wave over the week."""
        days = (t - WORLD_BEGINS) / DAY_S
        wave = self.wave * math.sin(days * (2 * math.pi / 7) + self.phase)
        return max(0, int(self.followers_base + self.followers_per_day * days + wave))

    def following(self, t: int) -> int:
        """Return how many accounts it follows."""
        return self.follows + max(0, t - WORLD_BEGINS) // (40 * DAY_S)

    def likes_total(self, t: int) -> int:
        """Return the likes of the page (Facebook), or of all its videos (TikTok)."""
        if self.platform == "facebook":
            return int(self.followers(t) * 0.97)
        return int(self.followers(t) * 14.5) + max(0, t - WORLD_BEGINS) // 600

    def published(self, index: int) -> int:
        """Return the second at which its index-th post appears (0 is its first ever)."""
        jitter = ((index * 2_654_435_761 ^ self.series) & 0xFFFF) * self.post_every_s * 3 >> 18
        return self.first_post + index * self.post_every_s + jitter

    def count(self, t: int) -> int:
        """Return how many posts there are at second `t`."""
        if t < self.first_post:
            return 0
        index = (t - self.first_post) // self.post_every_s
        count = index + 1 if self.published(index) <= t else index
        return count if self.posts_max is None else min(count, self.posts_max)

    def index_at(self, published: int) -> int | None:
        """Return the index of the post that appeared at exactly that second; None if there is none."""
        index = (published - self.first_post) // self.post_every_s
        return index if index >= 0 and self.published(index) == published else None

    def avatar(self) -> str:
        """Return the address of its picture: signed, as on the sites."""
        return SITES[self.platform].avatar.format(self.number)


def make_account(seed: int, platform: str, handle: str, quirks: frozenset[str], *, roots: str | None = None) -> Account:
    """Make the page with that handle.

    Args:
        seed: The world's.
        platform: Which of the sites.
        handle: Canonical.
        quirks: Its oddities, words of `odd.ODD`.
        roots: What it grows from, if not from its handle: pages with equal roots are one page.

    """
    roots = handle if roots is None else roots
    dice = roll(seed, platform, roots)
    name = page_name(dice)
    trade = page_trade(dice)
    size = _size(dice, quirks)
    every = 600 if "huge" in quirks else (6, 9, 14, 24, 24, 30, 48, 80)[dice >> 48 & 7] * 3600
    first = WORLD_BEGINS - (dice >> 64 & 0xFF) * DAY_S // 2 + (dice >> 72 & 0xFFFF)
    pinned = ((), (), (1,), (4, 2))[dice >> 88 & 3] if SITES[platform].pins else ()
    return Account(
        platform=platform,
        handle=handle,
        username=_spelling(platform, handle, dice, quirks),
        number=_number(platform, roots, dice),
        display_name=name if "oddtexts" not in quirks else f"{name} ✨\u202e",
        biography=f"{trade} since {1990 + (dice >> 96) % 30}.\nBy hand 🌱 #{trade.lower()}",
        website=f"https://{handle}.example/" if dice >> 104 & 1 else None,
        category=trade if dice >> 105 & 1 else None,
        trade=trade,
        verified=bool(dice >> 106 & 3 == 0),
        quirks=quirks,
        key=key_of(seed, platform, roots, "posts"),
        series=series_of(platform, (seed, roots)),
        followers_base=size,
        followers_per_day=size * ((dice >> 110 & 0xFF) - 40) / 200_000 if "tiny" not in quirks else 0.01,
        wave=size / 4000,
        phase=(dice >> 118 & 0xFF) / 40,
        follows=(dice >> 126 & 0x3FF) + 3,
        first_post=first,
        post_every_s=every,
        posts_max=0 if "empty" in quirks else 3 if "tiny" in quirks else None,
        engagement=0.004 + (dice >> 136 & 0xFF) / 8000,
        comments_share=0.005 + (dice >> 144 & 0x3F) / 3000,
        pinned=(6, 3) if "pinned" in quirks and SITES[platform].pins else pinned,
    )


def _size(dice: int, quirks: frozenset[str]) -> float:
    """From 200 to a million followers: as many small pages as large ones, on a logarithmic scale."""
    if "big" in quirks:
        return 2_300_000.0 + (dice >> 52 & 0xFFFF)
    return 7.0 if "tiny" in quirks else float(10 ** (2.3 + (dice >> 32 & 0xFFFF) / 0xFFFF * 3.7))


def _spelling(platform: str, handle: str, dice: int, quirks: frozenset[str]) -> str:
    if platform != "facebook":
        return handle
    if "shouty" in quirks:
        return "SHOUTYPage"
    return handle.title() if dice >> 107 & 3 == 0 else handle


def _number(platform: str, roots: str, dice: int) -> str:
    spread = dice >> 160
    if platform == "instagram":
        return str(10**10 + spread % 10**10)
    if platform == "tiktok":
        return str(6_000_000_000_000_000_000 + spread % 10**18)
    if platform == "youtube":
        return str(10**30 + spread)
    return roots if roots.isdigit() else str(10**14 + spread % 10**11)
