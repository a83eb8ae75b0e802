"""What the tables have to hold after a sync, computed from what is true in the sandbox's world."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from socialsync_cli import metrics
from socialsync_cli.core.records import Comment, Post, Profile
from socialsync_cli.core.wanted import all_came_inside
from socialsync_cli.sandbox import Sandbox, truth
from socialsync_cli.sandbox.plans import Feed, feed

PROFILE_COLUMNS = (
    "external_id", "username", "display_name", "biography", "url", "avatar_url", "website", "category", "verified",
    "private", "followers", "following", "posts_count", "likes_total",
)  # fmt: skip
SNAPSHOT_COLUMNS = (
    "followers", "following", "posts_count", "likes_total", "private", "followers_rounded",
)  # fmt: skip
POST_COLUMNS = (
    "url", "kind", "text", "hashtags", "mentions", "published_at", "likes", "comments", "shares", "saves", "views",
    "pinned", "sponsored", "owner_username", "media_url", "duration_seconds",
)  # fmt: skip
COUNTERS = ("likes", "comments", "shares", "saves", "views")
COMMENT_COLUMNS = ("parent_external_id", "author_username", "text", "likes", "replies", "published_at")
DERIVED = ("engagement", "growth", "reach", "score")
WITHOUT_READABLE_TAGS = "oddtexts"
"""A page whose hashtags and mentions have no single right reading."""


class Asked(NamedTuple):
    """How much a sync asks for of every page."""

    posts: int
    comments: int


def posts_of(world: Sandbox, platform: str, handle: str, limit: int) -> dict[str, Post]:
    """Return the posts that an actor gives when it is asked for the latest ones: pinned ones take places, too."""
    if not limit or not world.posts(platform, handle, limit=1):
        return {}
    t = world.state.world_time()
    number = platform == "facebook" and handle.isdigit()
    page = world.world.find_number(platform, handle, t) if number else world.world.find(platform, handle, t)
    assert page is not None
    given = (truth.post_record(world.world.post(page, index, t)) for index in feed(page, Feed(limit), t))
    return {post.external_id: post for post in given}


def comments_of(world: Sandbox, platform: str, post: Post, limit: int, replies: int = 0) -> dict[str, Comment]:
    """Return the comments that a first sync stores of a post.

    Instagram: those inside the post, newest first, with their replies; where these are fewer than are wanted and
    there are more, also what the comment actor gives. Only TikTok's actor has a limit for replies.
    """
    if not limit:
        return {}
    answers = replies if platform == "tiktok" or not replies else None
    if platform != "instagram":
        asked = post.comments is not None and post.comments > 0
        told = world.comments(platform, post.external_id, limit=limit, replies=answers) if asked else []
        return {comment.external_id: comment for comment in told}
    top = [comment for comment in post.comments_inside if comment.parent_external_id is None][:limit]
    ids = {comment.external_id for comment in top}
    inside = [comment for comment in post.comments_inside if comment.parent_external_id in ids]
    found = {comment.external_id: comment for comment in (*top, *inside)}
    if post.comments and not all_came_inside(post, limit, replies):
        for comment in world.comments(platform, post.external_id, limit=limit, replies=answers):
            known = found.get(comment.external_id)
            found[comment.external_id] = comment if known is None else _merged(known, comment)
    return found


def _merged(old: Comment, new: Comment) -> Comment:
    """What is newer counts where it is known."""
    return Comment(*(n if n is not None else o for o, n in zip(old, new, strict=True)))


def figures(
    world: Sandbox, platform: str, handle: str, profile: Profile, posts: dict[str, Post], captured_at: datetime,
    *, answered: bool, asked: Asked,
) -> metrics.PageMetrics:  # fmt: skip
    """Return the derived rows of a page's first day."""
    records = [
        metrics.PostRecord(
            post.external_id, post.published_at, captured_at, post.owner_username, post.pinned, post.likes,
            post.comments, post.shares, post.saves, post.views,
        )
        for post in posts.values()
    ]  # fmt: skip
    snapshot = metrics.Snapshot(
        captured_at, profile.followers, profile.following, profile.posts_count, profile.private,
        profile.followers_rounded,
    )  # fmt: skip
    history = metrics.PageHistory(
        platform, handle, profile.username, profile.external_id, [snapshot], records,
        captured_at if answered else None,
    )  # fmt: skip
    return metrics.compute(history, captured_at, posts_per_page=asked.posts)


def plain(record: Any) -> dict[str, Any]:
    """Return a derived record as its row has it."""
    return {name: _plain(value) for name, value in record._asdict().items()}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return dict(value) if isinstance(value, Mapping) else value
