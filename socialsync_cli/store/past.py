"""What was known of a page at every moment of its life, from the history that is kept of it.

Snapshots are kept as they were, and so are the counters of posts: one row per post and day on which one changed. A
post that was seen later does not exist yet, and a counter is that of its newest sighting so far. Only what has no
history is taken as it is stored now: names, whether a post is pinned, and whose it is.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import chain
from operator import itemgetter
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from socialsync_cli.metrics import PageHistory, PostRecord, Snapshot
from socialsync_cli.store.pages import POST_METRICS, POSTS
from socialsync_cli.store.present import (
    LOOKBACK,
    POST_LOOKBACK,
    Day,
    Names,
    beginning_of,
    days_of,
    history_of,
    names_of,
    posts_of,
)

Counters = tuple[int | None, ...]
"""Likes, comments, shares, saves and views."""
COUNTERS = ("likes", "comments", "shares", "saves", "views")


class SeenPost(NamedTuple):
    """A post and its sightings."""

    external_id: str
    published_at: datetime
    owner_username: str | None
    pinned: bool
    sightings: Sequence[tuple[datetime, Counters]]
    """When its counters were what, oldest first."""


class Past(NamedTuple):
    """What is stored of one page."""

    names: Names
    days: Sequence[Day]
    """Oldest first."""
    posts: Sequence[SeenPost]

    def measured(self, first: date | None = None, last: date | None = None) -> Iterator[tuple[Day, PageHistory]]:
        """Yield the measured days from `first` to `last`, each with what was known at its snapshot.

        Days that were imported have counts and nothing else: they are part of what was known later.
        """
        posts = _PostsInTime(self.posts)
        snapshots = _Snapshots(self.days)
        for index, day in enumerate(self.days):
            if day.snapshot.imported or (first and day.date < first) or (last and day.date > last):
                continue
            as_of = day.snapshot.captured_at
            yield day, history_of(self.names, snapshots.up_to(index), posts.at(as_of), day.posts_read_at)


class _Snapshots:
    """The snapshots that count for a day: the recent ones, and the last known counts before these."""

    def __init__(self, days: Sequence[Day]) -> None:
        self._days = days
        self._dates = [day.date for day in days]
        self._known: list[int | None] = [None]
        self._positive: list[int | None] = [None]
        for index, day in enumerate(days):
            count = day.snapshot.followers
            self._known.append(self._known[-1] if count is None else index)
            self._positive.append(index if count is not None and count > 0 else self._positive[-1])

    def up_to(self, index: int) -> list[Snapshot]:
        """Return what the figures of the day with this index need."""
        since = (self._days[index].snapshot.captured_at - LOOKBACK).date()
        begin = bisect_left(self._dates, since)
        older = sorted({i for i in (self._positive[begin], self._known[begin]) if i is not None})
        return [self._days[i].snapshot for i in chain(older, range(begin, index + 1))]


class _PostsInTime:
    """The posts of a page as they were at moments that only go forward."""

    def __init__(self, posts: Sequence[SeenPost]) -> None:
        self._posts = sorted(posts, key=lambda post: post.published_at)
        self._published = [post.published_at for post in self._posts]
        self._sightings = sorted(
            ((at, index, counters) for index, post in enumerate(self._posts) for at, counters in post.sightings),
            key=itemgetter(0),
        )
        self._seen = 0
        """So many of the sightings have been taken in."""
        self._records: list[PostRecord | None] = [None] * len(self._posts)
        self._old = 0
        """So many of the posts are beyond the longest window: those that are pinned, and the others."""
        self._old_pinned: list[int] = []
        self._old_others: list[int] = []

    def at(self, as_of: datetime) -> list[PostRecord]:
        """Return the posts that figures of this moment may need."""
        while self._seen < len(self._sightings) and self._sightings[self._seen][0] <= as_of:
            self._take(*self._sightings[self._seen])
            self._seen += 1
        begin = bisect_left(self._published, as_of - POST_LOOKBACK)
        for index in range(self._old, begin):
            (self._old_pinned if self._posts[index].pinned else self._old_others).append(index)
        self._old = begin
        witness = next((index for index in self._old_others if self._records[index] is not None), None)
        if witness is not None:
            self._old_others = [witness]
        wanted = chain(self._old_pinned, self._old_others, range(begin, bisect_right(self._published, as_of)))
        return [record for index in wanted if (record := self._records[index]) is not None]

    def _take(self, at: datetime, index: int, counters: Counters) -> None:
        before, post = self._records[index], self._posts[index]
        if before is not None:
            known = (before.likes, before.comments, before.shares, before.saves, before.views)
            counters = tuple(b if c is None else c for c, b in zip(counters, known, strict=True))
        likes, comments, shares, saves, views = counters
        self._records[index] = PostRecord(
            post.external_id, post.published_at, at, post.owner_username, post.pinned,
            likes, comments, shares, saves, views,
        )  # fmt: skip


_POST_COLUMNS = [
    POSTS.c[c]
    for c in ("page_id", "id", "external_id", "published_at", "owner_username", "pinned", "first_seen_at",
              "last_seen_at", *COUNTERS)
]  # fmt: skip


def load_pasts(connection: Connection, page_ids: Sequence[int], since: date | None) -> list[Past]:
    """Read the past of pages.

    Args:
        connection: A transaction.
        page_ids: The pages.
        since: The first day that will be asked for; None: every day may be.

    """
    days = days_of(connection, page_ids, None if since is None else since - LOOKBACK)
    posts = _posts(connection, page_ids, since)
    return [Past(n, days[n.page_id], posts[n.page_id]) for n in names_of(connection, page_ids)]


def _posts(connection: Connection, page_ids: Sequence[int], since: date | None) -> dict[int, list[SeenPost]]:
    history: dict[int, list[tuple[datetime, Counters]]] = defaultdict(list)
    rows = connection.execute(_history(page_ids, since).order_by(POST_METRICS.c.observed_at))
    for post_id, observed_at, *counters in rows:
        history[post_id].append((observed_at, tuple(counters)))
    found: dict[int, list[SeenPost]] = defaultdict(list)
    if since is None:
        query = sa.select(*_POST_COLUMNS).where(POSTS.c.page_id.in_(page_ids), POSTS.c.published_at.is_not(None))
        stored = iter(connection.execute(query))
        window = None
    else:
        window = beginning_of(since) - POST_LOOKBACK
        stored = posts_of(connection, _POST_COLUMNS, page_ids, window, POSTS.c.first_seen_at)
    for page_id, post_id, external_id, published_at, owner, pinned, first_at, last_at, *counters in stored:
        # Of a post that is beyond every window only its being there matters.
        only_there = window is not None and published_at < window
        now = (first_at or last_at) if only_there else last_at
        sightings = history.pop(post_id, [])
        if sightings and first_at is not None and first_at < sightings[0][0]:
            # A later sync of its first day has replaced the row of the one that saw it first.
            sightings.insert(0, (first_at, sightings[0][1]))
        if now is not None:
            sightings.append((now, tuple(counters)))
        found[page_id].append(SeenPost(external_id, published_at, owner, bool(pinned), sightings))
    return found


def _history(page_ids: Sequence[int], since: date | None) -> sa.Select[Any]:
    """Return the query for the sightings of posts that are inside a window of some day from `since` on."""
    query = (
        sa.select(POST_METRICS.c.post_id, POST_METRICS.c.observed_at, *(POST_METRICS.c[c] for c in COUNTERS))
        .join(POSTS, POST_METRICS.c.post_id == POSTS.c.id)
        .where(POSTS.c.page_id.in_(page_ids))
    )
    return query if since is None else query.where(POSTS.c.published_at >= beginning_of(since) - POST_LOOKBACK)


def weigh(connection: Connection, page_ids: Sequence[int], since: date | None) -> dict[int, int]:
    """Return, per page, how many sightings `load_pasts` would read."""
    query = (
        sa.select(POSTS.c.page_id, sa.func.count())
        .join(POST_METRICS, POST_METRICS.c.post_id == POSTS.c.id)
        .where(POSTS.c.page_id.in_(page_ids))
        .group_by(POSTS.c.page_id)
    )
    if since is not None:
        query = query.where(POSTS.c.published_at >= beginning_of(since) - POST_LOOKBACK)
    return {row[0]: row[1] for row in connection.execute(query)}
