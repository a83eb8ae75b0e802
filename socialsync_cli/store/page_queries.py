"""Reading what people ask about pages: profiles, counters, figures, posts. Nothing here writes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from socialsync_cli.store.pages import METRICS, PAGES, POSTS
from socialsync_cli.store.queries import R, read_records
from socialsync_cli.store.report_queries import USER_PAGES
from socialsync_cli.store.tables import SocialPageEngagement, SocialPageGrowth, SocialPageReach, SocialPageScore

_FIGURES: dict[str, sa.Table] = {
    "engagement": SocialPageEngagement.__table__,  # type: ignore[attr-defined]  # SQLModel's metaclass adds it
    "growth": SocialPageGrowth.__table__,  # type: ignore[attr-defined]
    "reach": SocialPageReach.__table__,  # type: ignore[attr-defined]
    "score": SocialPageScore.__table__,  # type: ignore[attr-defined]
}
_SCORES = _FIGURES["score"]


def pages_called(connection: Connection, readings: Mapping[str, str]) -> list[tuple[int, str, str]]:
    """Return `(id, platform, handle)` of the pages with these handles (or numbers), by platform.

    Args:
        connection: Of the database.
        readings: The canonical handle on each platform.

    """
    found: list[tuple[int, str, str]] = []
    for platform, handle in readings.items():
        query = sa.select(PAGES.c.id, PAGES.c.platform, PAGES.c.handle).where(PAGES.c.platform == platform)
        named = connection.execute(query.where(PAGES.c.handle == handle)).all()
        rows = named or connection.execute(query.where(PAGES.c.external_id == handle)).all()
        found += [(row[0], row[1], row[2]) for row in rows]
    return found


def handles(connection: Connection) -> list[tuple[str, str]]:
    """Return `(platform, handle)` of every page."""
    return [(row[0], row[1]) for row in connection.execute(sa.select(PAGES.c.platform, PAGES.c.handle))]


def handles_of(connection: Connection, user_id: str | None) -> list[tuple[str, str]]:
    """Return `(platform, handle)` of a user's pages, by name; None: of everybody's."""
    query = sa.select(PAGES.c.platform, PAGES.c.handle).order_by(PAGES.c.platform, PAGES.c.handle)
    if user_id is not None:
        query = query.join_from(PAGES, USER_PAGES, USER_PAGES.c.page_id == PAGES.c.id)
        query = query.where(USER_PAGES.c.user_id == user_id)
    return [(row[0], row[1]) for row in connection.execute(query)]


def page(connection: Connection, record: type[R], page_id: int) -> R:
    """Return a page."""
    return next(iter(read_records(connection, record, PAGES, lambda q: q.where(PAGES.c.id == page_id))))


def newest_day(connection: Connection, page_id: int) -> date | None:
    """Return the newest day for which a page has figures."""
    found: date | None = connection.scalar(sa.select(sa.func.max(_SCORES.c.date)).where(_SCORES.c.page_id == page_id))
    return found


def snapshots(connection: Connection, record: type[R], page_id: int, since: date) -> list[R]:
    """Return a page's daily counters, oldest first."""
    return read_records(
        connection, record, METRICS,
        lambda q: q.where(METRICS.c.page_id == page_id, METRICS.c.date >= since).order_by(METRICS.c.date),
    )  # fmt: skip


def figures(connection: Connection, record: type[R], kind: str, page_id: int, since: date) -> dict[date, R]:
    """Return a page's derived rows by day, oldest first.

    Args:
        connection: Of the database.
        record: What to fill.
        kind: engagement, growth, reach or score.
        page_id: The page.
        since: The first day.

    """
    table = _FIGURES[kind]
    query = (
        sa.select(table.c.date, *(table.c[name] for name in record._fields))
        .where(table.c.page_id == page_id, table.c.date >= since)
        .order_by(table.c.date)
    )
    return {row[0]: record(*row[1:]) for row in connection.execute(query)}


def posts(connection: Connection, record: type[R], page_id: int, since: datetime) -> list[R]:
    """Return a page's posts published since a moment, newest first."""
    return read_records(
        connection, record, POSTS,
        lambda q: q.where(POSTS.c.page_id == page_id, POSTS.c.published_at >= since)
        .order_by(POSTS.c.published_at.desc()),
    )  # fmt: skip
