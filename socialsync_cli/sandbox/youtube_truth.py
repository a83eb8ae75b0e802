"""What is true of YouTube, as the records that a perfect reader of its items would make."""

from __future__ import annotations

from socialsync_cli.core.records import Comment, Post, Profile
from socialsync_cli.sandbox.accounts import Account
from socialsync_cli.sandbox.comments import Remark, remark_at
from socialsync_cli.sandbox.counters import is_shortened, meaning
from socialsync_cli.sandbox.posts import Entry
from socialsync_cli.sandbox.true_parts import common, known, without_nul
from socialsync_cli.sandbox.youtube_items import (
    about,
    author,
    channel_id,
    comment_id,
    description,
    subscribers,
    thumbnail,
    video_id,
    video_url,
)

_SHOWN_WHOLE = 1000


def profile(page: Account, t: int) -> Profile:
    """Return what is to be known of a channel at second `t`."""
    item = about(page, "", t)
    followers = meaning(item.get("numberOfSubscribers"))
    return Profile(
        channel_id(page),
        page.username,
        page.display_name,
        page.biography,
        url=item["channelUrl"],
        avatar_url=page.avatar(),
        website=page.website,
        verified=page.verified,
        followers=followers,
        posts_count=meaning(item.get("channelTotalVideos")),
        followers_rounded=is_shortened(item.get("numberOfSubscribers"))
        or (followers is not None and subscribers(page, t) >= _SHOWN_WHOLE),
    )


def post(entry: Entry) -> Post:
    """Return a video's record."""
    quirks, below = entry.account.quirks, description(entry)
    title = without_nul(entry.caption.text) or ""
    return common(entry)._replace(
        external_id=video_id(entry.number),
        url=video_url(entry),
        text="\n\n".join(part for part in (title, below) if part) or title,
        likes=None if "hidden" in quirks else known(entry, 4, entry.likes),
        comments=0 if "nocomments" in quirks else known(entry, 6, entry.comments),
        views=known(entry, 8, entry.plays),
        pinned=False,
        media_url=thumbnail(entry),
        duration_seconds=float(int(entry.duration_s)),
        comment_key=video_id(entry.number),
        comment_url=video_url(entry),
    )


def comment(remark: Remark) -> Comment:
    """Return a comment's record: its age is told in words, hence no date."""
    parent = None if remark.parent is None else comment_id(remark_at(remark.post, remark.parent))
    likes = None if "withheld" in remark.post.account.quirks else remark.likes
    return Comment(comment_id(remark), parent, author(remark), remark.text or "", likes, remark.replies, None)
