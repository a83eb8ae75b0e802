"""What the world has to know of each site: a platform, seen from the other side. A new one is one more entry."""

from __future__ import annotations

from typing import NamedTuple


class Site(NamedTuple):
    """One of the sites that pages are on."""

    avatar: str
    """Where pictures of pages are; {} is the page's number."""
    epoch: int
    """From when the seconds in the numbers of its posts count."""
    series_bits: int
    """The low bits of a post's number that name its series (the page that posts); the rest are seconds."""
    kinds: tuple[str, str, str, str, str, str, str, str]
    """What posts are, one as likely as the other."""
    comments_from: int
    """Where the numbers of comments begin; 0: they are moments."""
    followers: float
    """How many followers a brand of the demo has, to one on Instagram."""
    pins: bool
    """Whether old posts can be pinned."""
    says_blocked: bool
    """Whether its actors say that they were blocked; others say nothing at all."""


SITES: dict[str, Site] = {
    "instagram": Site(
        avatar="https://scontent.cdninstagram.com/v/t51.2885-19/{}_n.jpg?stp=dst-jpg&oh=00_sig&oe=68F0",
        epoch=1_314_220_021,
        series_bits=33,
        kinds=("image", "image", "image", "carousel", "carousel", "reel", "reel", "reel"),
        comments_from=17_900_000_000_000_000,
        followers=1.0,
        pins=True,
        says_blocked=True,
    ),
    "facebook": Site(
        avatar="https://scontent.xx.fbcdn.net/v/t39.30808-1/{}_n.jpg?_nc_cat=1&oh=00_sig&oe=68F0",
        epoch=1_072_915_200,
        series_bits=33,
        kinds=("image", "image", "album", "video", "reel", "link", "text", "image"),
        comments_from=10**15,
        followers=0.6,
        pins=False,
        says_blocked=True,
    ),
    "tiktok": Site(
        avatar="https://p16-common-sign.tiktokcdn-us.com/avt-{}~720x720.jpeg?x-expires=1&x-signature=sig",
        epoch=0,
        series_bits=32,
        kinds=("video", "video", "video", "video", "video", "video", "video", "slideshow"),
        comments_from=0,
        followers=1.4,
        pins=True,
        says_blocked=False,
    ),
    "youtube": Site(
        avatar="https://yt3.googleusercontent.com/sig{}=s900-c-k-c0x00ffffff-no-rj",
        epoch=0,
        series_bits=33,
        kinds=("video", "video", "video", "video", "video", "video", "video", "video"),
        comments_from=10**15,
        followers=0.8,
        pins=False,
        says_blocked=False,
    ),
}
