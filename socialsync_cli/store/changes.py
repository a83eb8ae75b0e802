"""What a run changed: posts that nobody knew before, followers won and lost. Nothing here writes.

Everything that a sync stores of a page carries one moment (`sync_page_result.captured_at`); by it a post is
recognised as new, and the day is found on which the page's growth stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from socialsync_cli.store.page_results import RESULTS
from socialsync_cli.store.pages import METRICS, POSTS
from socialsync_cli.store.runs import TASKS
from socialsync_cli.store.tables import SocialPageGrowth

GROWTH: sa.Table = SocialPageGrowth.__table__  # type: ignore[attr-defined]  # SQLModel's metaclass adds it


class Change(NamedTuple):
    """What one task changed."""

    new_posts: int = 0
    followers_gained: int | None = None
    """Over its pages, since the day before on which they were known; None where no page has such a day."""


def changes_of(connection: Connection, run_id: str) -> Mapping[str, Change]:
    """Return what each task of a run changed, by the task's id."""
    tasks = sa.select(TASKS.c.id).where(TASKS.c.run_id == run_id)
    results = sa.select(RESULTS.c.task_id, RESULTS.c.page_id, RESULTS.c.captured_at).where(
        RESULTS.c.task_id.in_(tasks), RESULTS.c.captured_at.is_not(None)
    )
    seen = results.subquery()
    new = (
        sa.select(seen.c.task_id, sa.func.count())
        .join(POSTS, sa.and_(POSTS.c.page_id == seen.c.page_id, POSTS.c.first_seen_at == seen.c.captured_at))
        .group_by(seen.c.task_id)
    )
    gained = (
        sa.select(seen.c.task_id, sa.func.sum(GROWTH.c.delta_since_previous))
        .join(METRICS, sa.and_(METRICS.c.page_id == seen.c.page_id, METRICS.c.captured_at == seen.c.captured_at))
        .join(GROWTH, sa.and_(GROWTH.c.page_id == METRICS.c.page_id, GROWTH.c.date == METRICS.c.date))
        .group_by(seen.c.task_id)
    )
    posts = {task: int(count) for task, count in connection.execute(new)}
    followers = {task: None if total is None else int(total) for task, total in connection.execute(gained)}
    ids = connection.scalars(tasks)
    return {task: Change(posts.get(task, 0), followers.get(task)) for task in ids}
