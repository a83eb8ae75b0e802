"""The derived rows: engagement, growth, reach and score of many pages at a time, from what is stored.

Snapshots and posts of a whole set of pages are read with one query each, handed to the pure functions of `metrics`,
and written with one bulk upsert per table.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlmodel import SQLModel

from socialsync_cli import metrics
from socialsync_cli.metrics import PageHistory, PostRecord, ScoreSettings, Snapshot
from socialsync_cli.store.pages import METRICS, PAGES, POSTS
from socialsync_cli.store.tables import (
    SocialPageEngagement,
    SocialPageGrowth,
    SocialPageReach,
    SocialPageScore,
)
from socialsync_cli.store.upsert import Upsert

_LOOKBACK = timedelta(days=112)
"""The longest horizon (90 days), its tolerance, and the neighbour that an interpolated base needs."""
_POST_LOOKBACK = timedelta(days=181)
"""No window reaches further back; beyond it only a page's oldest post matters."""
_SET = 200
_LARGEST = 2**63 - 1
"""What a database's integer holds; sums of nonsense can come to more."""

DERIVED: tuple[sa.Table, ...] = tuple(
    SQLModel.metadata.tables[model.__tablename__]
    for model in (SocialPageEngagement, SocialPageGrowth, SocialPageReach, SocialPageScore)
)


def _derived(table: sa.Table) -> Upsert:
    columns = [c.name for c in table.columns if c.name != "id"]
    rest = [c for c in columns if c not in ("page_id", "date")]
    return Upsert(table, columns, key=("page_id", "date"), replace=rest)


_UPSERTS = tuple(_derived(table) for table in DERIVED)
_FIELDS = tuple(tuple(c.name for c in t.columns if c.name not in ("id", "page_id", "date")) for t in DERIVED)


class DeriveSettings(NamedTuple):
    """What the figures depend on beside the data."""

    posts_per_page: int
    score: ScoreSettings


def derive(connection: Connection, moments: Mapping[int, datetime], settings: DeriveSettings) -> None:
    """Compute and write the derived rows of pages.

    Args:
        connection: A transaction that writes.
        moments: Per page id, the moment of the day's snapshot (`as_of`).
        settings: What the figures depend on.

    """
    ids = sorted(moments)
    for start in range(0, len(ids), _SET):
        some = ids[start : start + _SET]
        histories = load_histories(connection, {page_id: moments[page_id] for page_id in some})
        write_metrics(
            connection,
            (
                (page_id, moments[page_id], metrics.compute(
                    history, moments[page_id], posts_per_page=settings.posts_per_page, settings=settings.score))
                for page_id, history in histories.items()
            ),
        )  # fmt: skip


def write_metrics(connection: Connection, computed: Iterable[tuple[int, datetime, metrics.PageMetrics]]) -> None:
    """Write derived rows."""
    rows = [(page_id, as_of.date(), m) for page_id, as_of, m in computed]
    for i, upsert in enumerate(_UPSERTS):
        names = _FIELDS[i]
        upsert.run(connection, ((p, d, *(_plain(getattr(m[i], n)) for n in names)) for p, d, m in rows))


def _plain(value: Any) -> Any:  # noqa: ANN401  a figure of any kind
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, int) and abs(value) > _LARGEST:
        return None
    return dict(value) if isinstance(value, Mapping) else value


def load_histories(connection: Connection, moments: Mapping[int, datetime]) -> dict[int, PageHistory]:
    """Read what the metrics of these pages need, as known at their moments."""
    ids = list(moments)
    pages = connection.execute(
        sa.select(PAGES.c.id, PAGES.c.platform, PAGES.c.handle, PAGES.c.username, PAGES.c.external_id,
                  PAGES.c.posts_read_at).where(PAGES.c.id.in_(ids))
    ).all()  # fmt: skip
    snapshots = _snapshots(connection, ids, moments)
    posts = _posts(connection, ids, moments)
    return {
        row.id: PageHistory(
            platform=row.platform,
            handle=row.handle,
            username=row.username,
            external_id=row.external_id,
            snapshots=snapshots[row.id],
            posts=posts[row.id],
            posts_read_at=row.posts_read_at,
        )
        for row in pages
    }


def _snapshots(
    connection: Connection, ids: Sequence[int], moments: Mapping[int, datetime]
) -> dict[int, list[Snapshot]]:
    columns = [
        METRICS.c[c]
        for c in ("page_id", "captured_at", "followers", "following", "posts_count", "private", "followers_rounded",
                  "imported")
    ]  # fmt: skip
    since = min(moments.values()) - _LOOKBACK
    recent = sa.select(*columns).where(METRICS.c.page_id.in_(ids), METRICS.c.date >= since.date())
    found: dict[int, list[Snapshot]] = defaultdict(list)
    older = METRICS.c.date < since.date()
    queries = [
        _latest(columns, ids, older, METRICS.c.followers.is_not(None)),
        # A 0 may turn out to be a failed scrape: then the count before it is the last known one.
        _latest(columns, ids, older, METRICS.c.followers > 0),
        recent,
    ]
    for query in queries:
        for page_id, captured_at, *rest in connection.execute(query):
            if captured_at <= moments[page_id]:
                found[page_id].append(Snapshot(captured_at, *rest))
    return found


def _latest(
    columns: Sequence[sa.Column[Any]], ids: Sequence[int], *conditions: sa.ColumnElement[bool]
) -> sa.Select[Any]:
    """Return the query for each page's latest snapshot that fulfils conditions."""
    latest = (
        sa.select(METRICS.c.page_id, sa.func.max(METRICS.c.date).label("day"))
        .where(METRICS.c.page_id.in_(ids), *conditions)
        .group_by(METRICS.c.page_id)
        .subquery()
    )
    same = sa.and_(METRICS.c.page_id == latest.c.page_id, METRICS.c.date == latest.c.day)
    return sa.select(*columns).join(latest, same)


def _posts(connection: Connection, ids: Sequence[int], moments: Mapping[int, datetime]) -> dict[int, list[PostRecord]]:
    columns = [
        POSTS.c[c]
        for c in ("page_id", "external_id", "published_at", "last_seen_at", "owner_username", "pinned", "likes",
                  "comments", "shares", "saves", "views")
    ]  # fmt: skip
    since = min(moments.values()) - _POST_LOOKBACK
    found: dict[int, list[PostRecord]] = defaultdict(list)
    older = POSTS.alias("older")
    oldest = (
        sa.select(older.c.id)
        .where(older.c.page_id == PAGES.c.id, older.c.pinned.is_not(sa.true()), older.c.published_at < since)
        .order_by(older.c.published_at)
        .limit(1)
        .correlate(PAGES)
        .scalar_subquery()
    )
    queries = [
        sa.select(*columns).where(POSTS.c.page_id.in_(ids), POSTS.c.published_at >= since),
        # However old, the oldest post that is not pinned decides which pinned ones stay, and how far back we see.
        sa.select(*columns).select_from(PAGES.join(POSTS, POSTS.c.id == oldest)).where(PAGES.c.id.in_(ids)),
    ]
    for query in queries:
        for page_id, *rest in connection.execute(query):
            found[page_id].append(PostRecord(*rest))
    return found
