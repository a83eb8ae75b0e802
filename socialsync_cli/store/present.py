"""What is known of pages right now: the rows that a day's figures are made from, a set of pages at a time.

A post's own row holds its newest counters, which is all that a sync needs for the day that it has just written. Where
a post was seen again since the moment in question, the page's past is asked instead (`store.past`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from socialsync_cli.metrics import PageHistory, PostRecord, Snapshot
from socialsync_cli.store.pages import METRICS, PAGES, POSTS

LOOKBACK = timedelta(days=112)
"""The longest horizon (90 days), its tolerance, and the neighbour that an interpolated base needs."""
POST_LOOKBACK = timedelta(days=181)
"""No window reaches further back; beyond it posts only tell how far back the sample goes."""


class Names(NamedTuple):
    """What a page is called: by these names it is known as the author of its posts."""

    page_id: int
    platform: str
    handle: str
    username: str | None
    external_id: str | None


class Day(NamedTuple):
    """A page's snapshot of one day."""

    date: date
    snapshot: Snapshot
    posts_read_at: datetime | None
    """When posts were last answered up to this snapshot."""


def names_of(connection: Connection, page_ids: Sequence[int]) -> list[Names]:
    """Return the names of pages, in the order of their ids."""
    columns = [PAGES.c[c] for c in ("id", "platform", "handle", "username", "external_id")]
    rows = connection.execute(sa.select(*columns).where(PAGES.c.id.in_(page_ids)).order_by(PAGES.c.id))
    return [Names(*row) for row in rows]


def days_of(connection: Connection, page_ids: Sequence[int], since: date | None) -> dict[int, list[Day]]:
    """Return the snapshots of pages, oldest first.

    Args:
        connection: A transaction.
        page_ids: The pages.
        since: Beyond it only those that still tell the last believed count of followers; None: all.

    """
    columns = [
        METRICS.c[c]
        for c in ("page_id", "date", "posts_read_at", "captured_at", "followers", "following", "posts_count",
                  "private", "followers_rounded", "imported")
    ]  # fmt: skip
    recent = sa.select(*columns).where(METRICS.c.page_id.in_(page_ids)).order_by(METRICS.c.page_id, METRICS.c.date)
    queries = [recent]
    if since is not None:
        older = METRICS.c.date < since
        queries = [
            # A 0 may turn out to be a failed scrape: then the count before it is the last known one.
            _latest(columns, page_ids, older, METRICS.c.followers > 0),
            _latest(columns, page_ids, older, METRICS.c.followers.is_not(None)),
            recent.where(METRICS.c.date >= since),
        ]
    found: dict[int, list[Day]] = defaultdict(list)
    for query in queries:
        for page_id, day, read_at, *counts in connection.execute(query):
            days = found[page_id]
            if not days or days[-1].date < day:
                days.append(Day(day, Snapshot(*counts), read_at))
    return found


def _latest(
    columns: Sequence[sa.Column[Any]], page_ids: Sequence[int], *conditions: sa.ColumnElement[bool]
) -> sa.Select[Any]:
    """Return the query for each page's latest snapshot that fulfils conditions."""
    latest = (
        sa.select(METRICS.c.page_id, sa.func.max(METRICS.c.date).label("day"))
        .where(METRICS.c.page_id.in_(page_ids), *conditions)
        .group_by(METRICS.c.page_id)
        .subquery()
    )
    same = sa.and_(METRICS.c.page_id == latest.c.page_id, METRICS.c.date == latest.c.day)
    return sa.select(*columns).join(latest, same)


def posts_of(
    connection: Connection, columns: Sequence[sa.Column[Any]], page_ids: Sequence[int], since: datetime,
    witness: sa.Column[Any],
) -> Iterator[Any]:  # fmt: skip
    """Yield the posts that figures from `since` on may need.

    Beyond the longest window these are the pinned ones, which make a fetch look complete, and one other post: any
    will do, it shows that the sample reaches as far back as can matter.

    Args:
        connection: A transaction.
        columns: Of the table of posts.
        page_ids: The pages.
        since: When posts begin to be of interest in themselves.
        witness: The one other post is that with the smallest value of this column.

    """
    older = POSTS.alias("older")
    chosen = (
        sa.select(older.c.id)
        .where(older.c.page_id == PAGES.c.id, older.c.pinned.is_not(sa.true()), older.c.published_at < since)
        .order_by(older.c[witness.name], older.c.id)
        .limit(1)
        .correlate(PAGES)
        .scalar_subquery()
    )
    of_pages = sa.select(*columns).where(POSTS.c.page_id.in_(page_ids))
    yield from connection.execute(of_pages.where(POSTS.c.published_at >= since))
    yield from connection.execute(of_pages.where(POSTS.c.published_at < since, POSTS.c.pinned.is_(sa.true())))
    yield from connection.execute(
        sa.select(*columns).select_from(PAGES.join(POSTS, POSTS.c.id == chosen)).where(PAGES.c.id.in_(page_ids))
    )


class Present(NamedTuple):
    """What is known of a page."""

    history: PageHistory
    overtaken: bool
    """A post of it was seen again after the moment: its counters of then are not in its row any more."""


def load_present(connection: Connection, moments: Mapping[int, datetime]) -> dict[int, Present]:
    """Read what the figures of these pages need.

    Args:
        connection: A transaction.
        moments: Per page id, when the snapshot was captured that the figures are for. A page whose day has another
            snapshot by now is left out: a later sync speaks for that day, or the snapshot belongs to another page.

    """
    ids, earliest = list(moments), min(moments.values())
    days = days_of(connection, ids, (earliest - LOOKBACK).date())
    posts: dict[int, list[PostRecord]] = defaultdict(list)
    columns = [
        POSTS.c[c]
        for c in ("page_id", "external_id", "published_at", "last_seen_at", "owner_username", "pinned", "likes",
                  "comments", "shares", "saves", "views")
    ]  # fmt: skip
    for page_id, *rest in posts_of(connection, columns, ids, earliest - POST_LOOKBACK, POSTS.c.published_at):
        posts[page_id].append(PostRecord(*rest))
    found: dict[int, Present] = {}
    for names in names_of(connection, ids):
        moment = moments[names.page_id]
        past = [day for day in days[names.page_id] if day.date <= moment.date()]
        if past and past[-1].snapshot.captured_at == moment and not past[-1].snapshot.imported:
            history = history_of(names, [day.snapshot for day in past], posts[names.page_id], past[-1].posts_read_at)
            overtaken = any(post.observed_at is not None and post.observed_at > moment for post in history.posts)
            found[names.page_id] = Present(history, overtaken)
    return found


def history_of(
    names: Names, snapshots: Sequence[Snapshot], posts: Sequence[PostRecord], posts_read_at: datetime | None
) -> PageHistory:
    """Put together what the metrics take."""
    return PageHistory(
        platform=names.platform,
        handle=names.handle,
        username=names.username,
        external_id=names.external_id,
        snapshots=snapshots,
        posts=posts,
        posts_read_at=posts_read_at,
    )


def beginning_of(day: date) -> datetime:
    """Return when a UTC day begins."""
    return datetime.combine(day, time(), UTC)
