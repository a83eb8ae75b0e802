"""What is true of a post on every site."""

from __future__ import annotations

from datetime import UTC, datetime

from socialsync_cli.core.records import Post
from socialsync_cli.sandbox.counters import meaning, shown
from socialsync_cli.sandbox.posts import Entry


def known(entry: Entry, shift: int, value: int) -> int | None:
    """Return what the item of a post says of a counter; `shift` picks the dice that decide its form."""
    return meaning(shown(entry.account.quirks, entry.dice >> shift, value))


def common(entry: Entry) -> Post:
    """Return what a post has on every site; the rest is unknown."""
    return Post(
        external_id=str(entry.number),
        url=None,
        kind=entry.kind,
        text=without_nul(entry.caption.text),
        hashtags=entry.caption.hashtags,
        mentions=entry.caption.mentions,
        published_at=datetime.fromtimestamp(entry.published, UTC),
        likes=None,
        comments=None,
        shares=None,
        saves=None,
        views=None,
        pinned=entry.pinned,
        sponsored=entry.sponsored,
        owner_username=entry.account.username,
        media_url=None,
        duration_seconds=None,
        comment_key=None,
        comment_url=None,
    )


def without_nul(text: str | None) -> str | None:
    """No database takes the character NUL."""
    return None if text is None else text.replace("\0", "")
