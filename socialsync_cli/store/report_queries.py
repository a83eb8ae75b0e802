"""Reading for the report: which pages, and what became of each when it was last asked for. Nothing here writes."""

from __future__ import annotations

from typing import NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from socialsync_cli.store.page_results import RESULTS
from socialsync_cli.store.pages import PAGES
from socialsync_cli.store.runs import TASKS
from socialsync_cli.store.tables import UserPage

USER_PAGES: sa.Table = UserPage.__table__  # type: ignore[attr-defined]  # SQLModel's metaclass adds it

R = TypeVar("R", bound=NamedTuple)
"""A record whose fields are columns of one table."""


def users(connection: Connection) -> list[str]:
    """Return the users who have pages in the database."""
    return list(connection.scalars(sa.select(USER_PAGES.c.user_id).distinct().order_by(USER_PAGES.c.user_id)))


def page_ids(connection: Connection, user: str | None = None) -> list[int]:
    """Return the ids of pages (all, or a user's), by platform and handle."""
    query = sa.select(PAGES.c.id).order_by(PAGES.c.platform, PAGES.c.handle)
    if user is not None:
        query = query.where(PAGES.c.id.in_(sa.select(USER_PAGES.c.page_id).where(USER_PAGES.c.user_id == user)))
    return list(connection.scalars(query))


def last_result(connection: Connection, record: type[R], page_id: int, user: str | None = None) -> R | None:
    """Return what became of a page when it was last asked for, by anybody or by a user.

    A page whose turn did not come because its run was stopped was not asked for.
    """
    query = (
        sa.select(*(RESULTS.c[name] for name in record._fields))
        .where(RESULTS.c.page_id == page_id, RESULTS.c.result.is_not(None), RESULTS.c.result != "revoked")
        .order_by(RESULTS.c.id.desc())
        .limit(1)
    )
    if user is not None:
        query = query.join(TASKS, TASKS.c.id == RESULTS.c.task_id).where(TASKS.c.user == user)
    row = connection.execute(query).first()
    return None if row is None else record(*row)
