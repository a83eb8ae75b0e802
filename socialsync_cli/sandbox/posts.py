"""The posts of the world: what they are and how their counters grow with age until they hardly do any more."""

from __future__ import annotations

import math
from typing import NamedTuple

from socialsync_cli.sandbox.accounts import Account
from socialsync_cli.sandbox.dice import SPREAD, post_number, roll_fast
from socialsync_cli.sandbox.sites import SITES
from socialsync_cli.sandbox.texts import CAPTIONS, NO_CAPTION, ODD_CAPTIONS, PEOPLE, Caption, Person

_VIEWED = frozenset({"reel", "video", "slideshow"})


class Entry(NamedTuple):
    """One post at one moment."""

    account: Account
    """Under which page it is found."""
    nth: int
    number: int
    """The platform's number of it (Facebook: its `postId`)."""
    t: int
    """The moment at which it is looked at, in seconds."""
    published: int
    kind: str
    """As in `core.records.Post.kind`."""
    caption: Caption
    owner: Person | None
    """The author, when it is somebody else than the page."""
    partners: tuple[Person, ...]
    """The other authors, the page itself among them when it is not the owner."""
    likes: int
    comments: int
    comments_in_the_end: float
    shares: int
    saves: int
    views: int
    plays: int
    half_life_s: float
    """How quickly its counters grow: they have 63 % of what they will ever have after so many seconds."""
    pinned: bool
    flagged: bool
    """Pinned ones are marked as such, but for collabs that the partner owns."""
    sponsored: bool
    dice: int
    """What is left of its dice, for looks."""

    @property
    def story_number(self) -> int:
        """The number that Facebook's comments name it by: another one for albums."""
        return self.number + 1 if self.kind == "album" else self.number

    @property
    def video_number(self) -> int:
        """The number in the address of a Facebook video or reel."""
        return self.number + 2

    @property
    def duration_s(self) -> float:
        """The length of a video."""
        return 5 + (self.dice & 0xFFF) / 40


def person_of(account: Account) -> Person:
    """Return a page in its role as an author."""
    return Person(int(account.number), account.username, account.display_name, account.verified)


def entry(account: Account, index: int, t: int, partner: Account | None = None) -> Entry:
    """Return a page's index-th post as it is at second `t`.

    Args:
        account: The page under which it is found.
        index: 0 is the page's first post ever.
        t: The moment; must not be before the post appeared.
        partner: The other author of all posts of a collab page.

    """
    dice = roll_fast(account.key, index)
    quirks = account.quirks
    platform = account.platform
    published = account.published(index)
    kind = SITES[platform].kinds[dice & 7]
    caption = _caption(quirks, dice >> 56 & 0xFFFF)
    if kind == "text" and not caption.text:
        kind = "image"
    owner, partners = _authors(account, index, dice, partner)
    half_life = 20_000.0 + (dice >> 16 & 0xFFFF) * 3
    grown = 1.0 - math.exp((published - t) / half_life)
    fans = max(3.0, account.followers_base + account.followers_per_day * (published - 1_704_067_200) / 86_400)
    in_the_end = fans * account.engagement * SPREAD[dice >> 32 & 0xFF]
    comments_in_the_end = _comments(quirks, in_the_end * account.comments_share * SPREAD[dice >> 40 & 0xFF])
    likes = in_the_end * grown
    plays = int(likes * (8 + (dice >> 48 & 0x1F))) if kind in _VIEWED else 0
    pinned = index in account.pinned
    return Entry(
        account=account,
        nth=index,
        number=post_number(platform, account.series, published),
        t=t,
        published=published,
        kind=kind,
        caption=caption,
        owner=owner,
        partners=partners,
        likes=int(likes),
        comments=int(comments_in_the_end * grown),
        comments_in_the_end=comments_in_the_end,
        shares=int(likes * (dice >> 72 & 0xF) / 200),
        saves=int(likes * (dice >> 76 & 0xF) / 120),
        views=plays * 2 // (3 + (dice >> 80 & 7)),
        plays=plays,
        half_life_s=half_life,
        pinned=pinned,
        flagged=pinned and owner is None,
        sponsored="adverts" in quirks or dice >> 88 & 0x3F == 0,
        dice=dice >> 96,
    )


def _comments(quirks: frozenset[str], usual: float) -> float:
    """How many comments there will ever be, and a half: so the last one appears in finite time."""
    if "nocomments" in quirks or "tiny" in quirks:
        return 0.5
    return 0.5 + int(usual) + (2500 if "stormy" in quirks else 0)


def _caption(quirks: frozenset[str], dice: int) -> Caption:
    if "wordless" in quirks:
        return NO_CAPTION
    if "oddtexts" in quirks:
        return ODD_CAPTIONS[dice % len(ODD_CAPTIONS)]
    return CAPTIONS[dice & 0xFF] if dice & 0x7F00 else NO_CAPTION


def _authors(
    account: Account, index: int, dice: int, partner: Account | None
) -> tuple[Person | None, tuple[Person, ...]]:
    """Owner (None: the page itself) and the others: on Instagram about one post in fourteen has a partner."""
    if partner is not None:
        ours = (index % 2 == 0) == (account.handle < partner.handle)
        return (None, (person_of(partner),)) if ours else (person_of(partner), (person_of(account),))
    if account.platform != "instagram":
        return None, ()
    if "pinned" in account.quirks and index == account.pinned[0]:
        return PEOPLE[1], (person_of(account),)
    if dice >> 200 & 0xFF < 18:
        other = PEOPLE[dice >> 208 & 0x1FF]
        return (other, (person_of(account),)) if dice >> 220 & 1 else (None, (other,))
    return None, ()
