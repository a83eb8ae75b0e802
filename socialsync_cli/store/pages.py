"""Writing what was read of pages: profiles, posts and comments, many rows at a time.

Many processes may write at once. Tables are always written in this order, and rows in that of their keys, so that
nobody waits for somebody who waits for him: pages, their snapshots and figures, posts, their history, comments.

Everything is idempotent: the same records leave the same rows, and what is older than what is stored changes
nothing. A counter that was withheld never overwrites a known one of a page or a post; snapshots keep what was seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from socialsync_cli.core.records import Comment, Post, Profile
from socialsync_cli.store.lookup import rows_with
from socialsync_cli.store.tables import (
    SocialPage,
    SocialPageMetric,
    SocialPagePost,
    SocialPagePostComment,
    SocialPagePostMetric,
)
from socialsync_cli.store.upsert import Upsert

PAGES: sa.Table = SocialPage.__table__  # type: ignore[attr-defined]  # SQLModel's metaclass adds it
METRICS: sa.Table = SocialPageMetric.__table__  # type: ignore[attr-defined]
POSTS: sa.Table = SocialPagePost.__table__  # type: ignore[attr-defined]
POST_METRICS: sa.Table = SocialPagePostMetric.__table__  # type: ignore[attr-defined]
COMMENTS: sa.Table = SocialPagePostComment.__table__  # type: ignore[attr-defined]

_SUSPECT_FROM = 100
"""A count of 0 after a known count of at least this is a failed scrape, not a lost audience."""

_COUNTERS = ("likes", "comments", "shares", "saves", "views")

_METRIC = Upsert(
    METRICS,
    ("page_id", "date", "followers", "following", "posts_count", "likes_total", "private", "followers_rounded",
     "imported", "captured_at", "posts_read_at"),
    key=("page_id", "date"),
    replace=("followers", "following", "posts_count", "likes_total", "private", "followers_rounded", "imported",
             "captured_at"),
    keep_known=("posts_read_at",),
    newer="captured_at",
    beats="imported",
)  # fmt: skip

_POST_KNOWN = (
    "url", "kind", "text", "hashtags", "mentions", "published_at", "likes", "comments", "shares", "saves", "views",
    "sponsored", "owner_username", "media_url", "duration_seconds", "comment_key", "comment_url",
)  # fmt: skip
_POST = Upsert(
    POSTS,
    ("page_id", "external_id", "url", "kind", "text", "hashtags", "mentions", "published_at", "likes", "comments",
     "shares", "saves", "views", "pinned", "sponsored", "owner_username", "media_url", "duration_seconds",
     "comment_key", "comment_url", "first_seen_at", "last_seen_at"),
    key=("page_id", "external_id"),
    replace=("last_seen_at",),
    keep_known=_POST_KNOWN,
    unanimous=("pinned",),
    newer="last_seen_at",
)  # fmt: skip

_POST_METRIC = Upsert(
    POST_METRICS,
    ("post_id", "date", *_COUNTERS, "observed_at"),
    key=("post_id", "date"),
    replace=("observed_at",),
    # What an earlier sighting of the day knew was known at the end of the day, too.
    keep_known=_COUNTERS,
    newer="observed_at",
)

_COMMENT = Upsert(
    COMMENTS,
    ("post_id", "external_id", "parent_external_id", "author_username", "text", "likes", "replies", "published_at",
     "first_seen_at", "last_seen_at"),
    key=("post_id", "external_id"),
    replace=("author_username", "last_seen_at"),
    keep_known=("parent_external_id", "text", "likes", "replies", "published_at"),
    newer="last_seen_at",
)  # fmt: skip


class FoundProfile(NamedTuple):
    """A profile, for the page that it was found for."""

    page_id: int
    captured_at: datetime
    profile: Profile
    posts_read_at: datetime | None
    """When the page's posts were last answered before this."""


class FoundPost(NamedTuple):
    """A post, for the page that it was found under."""

    page_id: int
    captured_at: datetime
    post: Post


class FoundComment(NamedTuple):
    """A comment, for the post that it was found under."""

    post_id: int
    captured_at: datetime
    comment: Comment


_PAGE_COLUMNS = (
    "external_id", "username", "display_name", "biography", "url", "avatar_url", "website", "category", "verified",
    "private", "followers", "following", "posts_count", "likes_total", "last_synced_at",
)  # fmt: skip


def store_profiles(connection: Connection, found: Sequence[FoundProfile]) -> None:
    """Update pages and write their snapshots of the day."""
    if found:
        connection.execute(_UPDATE_PAGE, [_page_values(f) for f in sorted(found, key=_page_of)])
    _METRIC.run(
        connection,
        (
            (f.page_id, f.captured_at.date(), f.profile.followers, f.profile.following, f.profile.posts_count,
             f.profile.likes_total, f.profile.private, f.profile.followers_rounded, False, f.captured_at,
             f.posts_read_at)
            for f in found
        ),
    )  # fmt: skip


def _page_of(found: FoundProfile) -> int:
    return found.page_id


_UPDATE_PAGE = (
    sa.update(PAGES)
    .where(PAGES.c.id == sa.bindparam("the_page"))
    .where(sa.or_(PAGES.c.last_synced_at.is_(None), PAGES.c.last_synced_at <= sa.bindparam("new_last_synced_at")))
    .values(
        {
            c: sa.func.coalesce(sa.bindparam(f"new_{c}", type_=PAGES.c[c].type), PAGES.c[c])
            for c in _PAGE_COLUMNS
            if c != "followers"
        }
        | {
            "followers": sa.case(
                (
                    sa.and_(
                        sa.bindparam("new_followers", type_=PAGES.c.followers.type) == 0,
                        PAGES.c.followers >= _SUSPECT_FROM,
                    ),
                    PAGES.c.followers,
                ),
                else_=sa.func.coalesce(sa.bindparam("new_followers", type_=PAGES.c.followers.type), PAGES.c.followers),
            ),
            "first_synced_at": sa.func.coalesce(
                PAGES.c.first_synced_at, sa.bindparam("new_last_synced_at", type_=PAGES.c.last_synced_at.type)
            ),
        }
    )
)


def _page_values(found: FoundProfile) -> dict[str, object]:
    p = found.profile
    return {
        "the_page": found.page_id,
        "new_external_id": p.external_id,
        "new_username": p.username,
        "new_display_name": p.display_name,
        "new_biography": p.biography,
        "new_url": p.url,
        "new_avatar_url": p.avatar_url,
        "new_website": p.website,
        "new_category": p.category,
        "new_verified": p.verified,
        "new_private": p.private,
        "new_followers": p.followers,
        "new_following": p.following,
        "new_posts_count": p.posts_count,
        "new_likes_total": p.likes_total,
        "new_last_synced_at": found.captured_at,
    }


class _Known(NamedTuple):
    """A post as it is stored."""

    id: int
    counters: tuple[int | None, ...]
    seen_at: datetime


class StoredPosts(NamedTuple):
    """Posts that were written, by page and external id."""

    ids: dict[tuple[int, str], int]
    before: dict[tuple[int, str], tuple[int | None, ...]]
    """Likes, comments, shares, saves and views as they were known before; nothing for a new post."""


def store_posts(connection: Connection, found: Sequence[FoundPost]) -> StoredPosts:
    """Write posts and, where a counter changed, their history."""
    keys = dict.fromkeys((f.page_id, f.post.external_id) for f in found)
    known = _known_posts(connection, keys)
    _POST.run(connection, (_post_row(f) for f in found))
    fresh = [key for key in keys if key not in known]
    ids = {key: row.id for key, row in (known | _known_posts(connection, fresh)).items()}
    _POST_METRIC.run(connection, _history_rows(found, known, ids))
    return StoredPosts(ids, {key: row.counters for key, row in known.items()})


def _post_row(found: FoundPost) -> tuple[object, ...]:
    p, at = found.post, found.captured_at
    return (
        found.page_id, p.external_id, p.url, p.kind, p.text, p.hashtags, p.mentions, p.published_at,
        p.likes, p.comments, p.shares, p.saves, p.views, p.pinned, p.sponsored, p.owner_username, p.media_url,
        p.duration_seconds, p.comment_key, p.comment_url, at, at,
    )  # fmt: skip


def _history_rows(
    found: Iterable[FoundPost], known: Mapping[tuple[int, str], _Known], ids: Mapping[tuple[int, str], int]
) -> list[tuple[object, ...]]:
    """Return the sightings that are news; a post that comes twice is compared with its first copy."""
    last = dict(known)
    rows: list[tuple[object, ...]] = []
    for f in found:
        key = (f.page_id, f.post.external_id)
        now = (f.post.likes, f.post.comments, f.post.shares, f.post.saves, f.post.views)
        before = last.get(key)
        if before is not None and f.captured_at < before.seen_at:
            continue
        counters = now if before is None else tuple(map(_rather, now, before.counters))
        last[key] = _Known(ids[key], counters, f.captured_at)
        if before is None or counters != before.counters:
            rows.append((ids[key], f.captured_at.date(), *now, f.captured_at))
    return rows


def _rather(new: int | None, old: int | None) -> int | None:
    return old if new is None else new


def _known_posts(connection: Connection, keys: Iterable[tuple[int, str]]) -> dict[tuple[int, str], _Known]:
    rows = rows_with(connection, _STORED_POST, (POSTS.c.page_id, POSTS.c.external_id), keys)
    return {(row[0], row[1]): _Known(row[2], tuple(row[4:]), row[3]) for row in rows}


_STORED_POST = [POSTS.c[c] for c in ("page_id", "external_id", "id", "last_seen_at", *_COUNTERS)]


def store_comments(connection: Connection, found: Sequence[FoundComment]) -> int:
    """Write comments; return how many different ones."""
    _COMMENT.run(
        connection,
        (
            (f.post_id, c.external_id, c.parent_external_id, c.author_username, c.text, c.likes, c.replies,
             c.published_at, f.captured_at, f.captured_at)
            for f in found
            for c in (f.comment,)
        ),
    )  # fmt: skip
    return len({(f.post_id, f.comment.external_id) for f in found})


_COMMENTS_READ = (
    sa.update(POSTS)
    .where(POSTS.c.id == sa.bindparam("the_post"))
    .values(comments_read=sa.bindparam("new_comments_read"))
)


def mark_comments_read(connection: Connection, counts: Iterable[tuple[int, int]]) -> None:
    """Remember, per post id, the comment count for which its comments are now stored."""
    rows = [{"the_post": post_id, "new_comments_read": count} for post_id, count in sorted(counts)]
    if rows:
        connection.execute(_COMMENTS_READ, rows)
