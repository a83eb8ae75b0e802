"""A handle that belongs to another account now: the old account's history is kept apart.

The platform's own number of an account is its identity. When a handle answers with another number, the stored page
keeps its rows under a name that says whose they were, and the handle begins anew.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from socialsync_cli.core.records import Profile
from socialsync_cli.platforms import PLATFORMS
from socialsync_cli.store.page_results import RESULTS
from socialsync_cli.store.pages import METRICS, PAGES, POSTS
from socialsync_cli.store.tables import UserPage

_USER_PAGES: sa.Table = UserPage.__table__  # type: ignore[attr-defined]  # SQLModel's metaclass adds it


def is_taken_over(connection: Connection, page_id: int, profile: Profile) -> bool:
    """Whether a profile is that of another account than the one stored under its handle.

    Where a site gives accounts new numbers at times, a page that keeps its display name is the same page.
    """
    row = connection.execute(
        sa.select(PAGES.c.platform, PAGES.c.external_id, PAGES.c.display_name).where(PAGES.c.id == page_id)
    ).one()
    if row.external_id is None or profile.external_id is None or row.external_id == profile.external_id:
        return False
    return not (PLATFORMS[row.platform].TRAITS.renumbers and row.display_name == profile.display_name)


def keep_apart(connection: Connection, page_id: int, results: Sequence[int], since: datetime) -> int:
    """Set the stored page aside and begin a new one for its handle; return the new page's id.

    Where somebody else has just done so (another token, another run), his new page is the one.

    Args:
        connection: A transaction that writes.
        page_id: The page that is stored under the handle.
        results: Page results of the sync that noticed it: they belong to the new page.
        since: What this sync has stored already carries this moment: it belongs to the new page too.
    """
    old = connection.execute(
        sa.select(PAGES.c.platform, PAGES.c.handle, PAGES.c.external_id).where(PAGES.c.id == page_id)
    ).one()
    handle, _, is_aside = old.handle.partition("~")
    if not is_aside:
        name = _free_name(connection, old.platform, f"{handle}~{old.external_id}")
        connection.execute(sa.update(PAGES).where(PAGES.c.id == page_id).values(handle=name))
        connection.execute(sa.insert(PAGES).values(platform=old.platform, handle=handle))
    new_id: int = connection.execute(
        sa.select(PAGES.c.id).where(PAGES.c.platform == old.platform, PAGES.c.handle == handle)
    ).scalar_one()
    connection.execute(sa.update(_USER_PAGES).where(_USER_PAGES.c.page_id == page_id).values(page_id=new_id))
    connection.execute(sa.update(RESULTS).where(RESULTS.c.id.in_(list(results))).values(page_id=new_id))
    for table, moment, key in ((POSTS, POSTS.c.first_seen_at, "external_id"), (METRICS, METRICS.c.captured_at, "date")):
        there = table.alias("there")
        taken = sa.select(there.c[key]).where(there.c.page_id == new_id)
        connection.execute(
            sa.update(table)
            .where(table.c.page_id == page_id, moment == since, table.c[key].not_in(taken))
            .values(page_id=new_id)
        )
    return new_id


def _free_name(connection: Connection, platform: str, name: str) -> str:
    """Return the name of a page that is set aside; a handle that goes to and fro may have used it up."""
    used = set(
        connection.scalars(
            sa.select(PAGES.c.handle).where(
                PAGES.c.platform == platform, PAGES.c.handle.startswith(name, autoescape=True)
            )
        )
    )
    return name if name not in used else next(n for i in itertools.count(2) if (n := f"{name}~{i}") not in used)
