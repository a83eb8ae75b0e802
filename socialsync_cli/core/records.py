"""The records that cross rooms: what was read of a page, frozen, with one meaning per field.

They are named tuples: immutable, cheap to make by the hundred thousand, and ready to be handed to a database
driver. Counters are integers or None: None is "unknown", 0 is "known to be none". Times are aware and in UTC.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Profile(NamedTuple):
    """What a platform shows of a page itself."""

    external_id: str | None
    """The platform's own stable number of the account; survives renaming."""
    username: str | None
    """The handle as the site spells it now."""
    display_name: str | None = None
    biography: str | None = None
    url: str | None = None
    avatar_url: str | None = None
    """Signed and short-lived; good for a look, not for keeping."""
    website: str | None = None
    category: str | None = None
    verified: bool | None = None
    private: bool | None = None
    followers: int | None = None
    following: int | None = None
    posts_count: int | None = None
    likes_total: int | None = None
    """Likes of the page (Facebook) or of all its videos (TikTok)."""
    followers_rounded: bool = False
    """The site showed "12.3K" instead of a number."""


class Comment(NamedTuple):
    """A comment under a post, or a reply to one."""

    external_id: str
    parent_external_id: str | None
    """The comment that this one answers; None at the top level."""
    author_username: str | None
    text: str | None
    likes: int | None
    replies: int | None
    published_at: datetime | None


class Post(NamedTuple):
    """A post as it was found under a page."""

    external_id: str
    url: str | None
    kind: str | None
    """image, video, reel, carousel, slideshow, album, link, text and the like, as the platform has them."""
    text: str | None
    hashtags: tuple[str, ...]
    """Without `#`, as written, without trailing punctuation, each once."""
    mentions: tuple[str, ...]
    """Without `@`, likewise."""
    published_at: datetime | None
    likes: int | None
    """Facebook: all reactions together."""
    comments: int | None
    shares: int | None
    saves: int | None
    views: int | None
    pinned: bool
    sponsored: bool | None
    owner_username: str | None
    """The author's identifier, who may be somebody else than the page; never a display name."""
    media_url: str | None
    duration_seconds: float | None
    comment_key: str | None
    """What the platform's comment items name this post by."""
    comment_url: str | None
    """The address to ask a comment actor with."""
    comments_inside: tuple[Comment, ...] = ()
    """Comments (and their replies) that came with the post, at no extra price."""


class Verdict(StrEnum):
    """What one dataset item says about the page (or post) that it belongs to."""

    DATA = "data"
    """It holds a profile, a post or a comment."""
    EMPTY = "empty"
    """The page is there, and there is nothing (new) to report of it."""
    NO_ITEMS = "no_items"
    """One word for private, empty, nothing newer and gone: the profile decides which."""
    BLOCKED = "blocked"
    """The site blocked the scraper: says nothing about the page, ask again later."""
    PRIVATE = "private"
    NOT_FOUND = "not_found"
    RESTRICTED = "restricted"
    """An age gate, a country gate or a login wall: unknown, never gone."""
    BAD = "bad"
    """It cannot be made sense of."""


class Reading(NamedTuple):
    """One dataset item, understood."""

    target: str | None
    """The handle (or the comment key of the post) that was asked for; None if the item names none of them."""
    verdict: Verdict
    profile: Profile | None = None
    post: Post | None = None
    comment: Comment | None = None
    detail: str | None = None
    """The item's own words, for people."""


class AskedPage(NamedTuple):
    """A page as an actor is asked for it."""

    handle: str
    """Canonical: lower case, no `@`, no address; a number for a nameless Facebook page."""
    external_id: str | None = None
    """Known from earlier syncs; finds the page again after it was renamed."""


class AskedPost(NamedTuple):
    """A post whose comments are asked for."""

    key: str
    """`Post.comment_key`."""
    url: str
    """`Post.comment_url`."""
