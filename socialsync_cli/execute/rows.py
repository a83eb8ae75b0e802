"""Records become rows: what one page of a dataset holds, written in the transaction that it is given."""

from __future__ import annotations

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from socialsync_cli.core.quality import (
    PostChange,
    PostCounts,
    PostTally,
    ProfileChange,
    ProfileCounts,
    QualityWarning,
    profile_warnings,
)
from socialsync_cli.core.records import Comment, Post, Profile
from socialsync_cli.core.wanted import all_came_inside
from socialsync_cli.execute.work import Options, PageWork, PostTarget
from socialsync_cli.store.page_results import note_captured
from socialsync_cli.store.pages import (
    PAGES,
    FoundComment,
    FoundPost,
    FoundProfile,
    mark_comments_read,
    store_comments,
    store_posts,
    store_profiles,
)
from socialsync_cli.store.takeover import is_taken_over, keep_apart


class Rows:
    """Writes records of one batch, and notices what a person should look at.

    Args:
        options: How much is kept.
        comment_key: The secret with which authors of comments are hashed.
    """

    def __init__(self, options: Options, comment_key: bytes) -> None:
        self._options = options
        self._comment_key = comment_key
        self._inside: dict[str, dict[int, int]] = defaultdict(dict)
        self._profiles: dict[str, ProfileChange] = {}
        self._posts = PostTally()
        self.notes: list[tuple[PageWork, str]] = []
        """What people should know of pages."""

    def write(
        self,
        connection: Connection,
        profiles: Iterable[tuple[PageWork, Profile]],
        posts: Sequence[tuple[PageWork, Post]],
        comments: Sequence[tuple[PostTarget, Comment]],
        now: datetime,
    ) -> None:
        """Write records that were captured at `now`."""
        found = list(profiles)
        touched = {id(p): p for p, _ in (*found, *posts)} | {id(t.page): t.page for t, _ in comments}
        self._stamp(connection, touched.values(), now)
        self._store_profiles(connection, found)
        self._store_posts(connection, posts)
        self._store_comments(connection, comments)

    def inside(self, handle: str) -> int:
        """Return how many comments came inside the posts of a page."""
        return sum(self._inside.get(handle, {}).values())

    def warnings(self) -> list[QualityWarning]:
        """Judge what was written: what looks wrong, although it could be understood."""
        return [*profile_warnings(list(self._profiles.values())), *self._posts.warnings()]

    def _stamp(self, connection: Connection, pages: Iterable[PageWork], now: datetime) -> None:
        """Give pages that have none yet the one moment that all their records of this sync carry.

        What is read again after a crash is not older than it was the first time.
        """
        moments = []
        for page in pages:
            if page.captured_at is None:
                page.captured_at = max(now, page.captured_before or now)
                moments += [(s.result_id, page.captured_at) for s in page.subscriptions]
        note_captured(connection, moments)

    def _store_profiles(self, connection: Connection, found: Sequence[tuple[PageWork, Profile]]) -> None:
        rows = []
        self._compare(connection, found)
        for page, profile in found:
            assert page.captured_at is not None
            self._notice_takeover(connection, page, profile)
            page.private, page.posts_count, page.profile_seen = profile.private, profile.posts_count, True
            rows.append(FoundProfile(page.page_id, page.captured_at, profile, page.posts_read_at))
        store_profiles(connection, rows)

    def _compare(self, connection: Connection, found: Sequence[tuple[PageWork, Profile]]) -> None:
        """Set profiles beside what was known of their pages."""
        columns = (PAGES.c.followers, PAGES.c.following, PAGES.c.posts_count)
        ids = [page.page_id for page, _ in found]
        known = {
            row[0]: (ProfileCounts(*row[2:]), row[1])
            for row in connection.execute(
                sa.select(PAGES.c.id, PAGES.c.last_synced_at, *columns).where(PAGES.c.id.in_(ids))
            )
        }
        for page, profile in found:
            counts, seen_at = known.get(page.page_id, (None, None))
            if seen_at is None or page.captured_at is None or seen_at >= page.captured_at:
                continue
            now = ProfileCounts(profile.followers, profile.following, profile.posts_count)
            days = (page.captured_at - seen_at).total_seconds() / 86_400
            self._profiles[page.handle] = ProfileChange(page.handle, now, counts, days)

    def _notice_takeover(self, connection: Connection, page: PageWork, profile: Profile) -> None:
        """Begin a new page where the handle belongs to another account now."""
        if page.external_id in (None, profile.external_id) or profile.external_id is None:
            return
        assert page.captured_at is not None
        if is_taken_over(connection, page.page_id, profile):
            results = [subscription.result_id for subscription in page.subscriptions]
            page.page_id = keep_apart(connection, page.page_id, results, page.captured_at)
            page.first, page.posts_read_at, page.changed_hands = True, None, True
            note = f"{page.handle} is another account now; its past is kept as {page.handle}~{page.external_id}"
            self.notes.append((page, note))
        page.external_id = profile.external_id

    def _store_posts(self, connection: Connection, found: Sequence[tuple[PageWork, Post]]) -> None:
        if not found:
            return
        rows = []
        for page, post in found:
            assert page.captured_at is not None
            rows.append(FoundPost(page.page_id, page.captured_at, post))
        ids, before = store_posts(connection, rows)
        self._posts.add(_changes(found, before))
        inside: list[FoundComment] = []
        satisfied: dict[int, int] = {}
        wanted = self._options.comments
        for page, post in found:
            assert page.captured_at is not None
            post_id = ids[page.page_id, post.external_id]
            kept = self._kept(post.comments_inside)
            inside += [FoundComment(post_id, page.captured_at, comment) for comment in kept]
            self._inside[page.handle][post_id] = len(kept)
            if post.comments is not None and all_came_inside(post, wanted, self._options.replies):
                satisfied[post_id] = post.comments
        store_comments(connection, inside)
        if self._options.comments:
            mark_comments_read(connection, satisfied.items())

    def _kept(self, comments: Sequence[Comment]) -> list[Comment]:
        """Return the comments that came inside a post, no more than are wanted, with their replies."""
        top = [c for c in comments if c.parent_external_id is None][: self._options.comments]
        ids = {c.external_id for c in top}
        return [self._masked(c) for c in (*top, *(c for c in comments if c.parent_external_id in ids))]

    def _store_comments(self, connection: Connection, found: Sequence[tuple[PostTarget, Comment]]) -> None:
        rows = []
        for target, comment in found:
            assert target.page.captured_at is not None
            rows.append(FoundComment(target.post_id, target.page.captured_at, self._masked(comment)))
        store_comments(connection, rows)

    def _masked(self, comment: Comment) -> Comment:
        if self._options.comment_authors == "keep" or comment.author_username is None:
            return comment
        if self._options.comment_authors == "drop":
            return comment._replace(author_username=None)
        name = comment.author_username.lower().encode("utf-8", "replace")
        digest = hmac.new(self._comment_key, name, hashlib.sha256).hexdigest()
        return comment._replace(author_username=digest[:32])


def _changes(
    found: Sequence[tuple[PageWork, Post]], before: dict[tuple[int, str], tuple[int | None, ...]]
) -> Iterable[PostChange]:
    """Set posts beside what was known of them."""
    for page, post in found:
        known = before.get((page.page_id, post.external_id))
        now = PostCounts(post.likes, post.comments, post.shares, post.saves, post.views)
        yield PostChange(page.handle, now, PostCounts(*known) if known is not None else None)
