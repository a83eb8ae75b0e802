"""Whom to call for what is open in queued runs: a message names a task, and whoever gets it comes for its bundle.

A message too many harms nobody: the second one to come finds the bundle in good hands, or over.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from socialsync_cli.core.outcomes import OVER
from socialsync_cli.store.bundles import BUNDLES, attended
from socialsync_cli.store.holder import QUEUED
from socialsync_cli.store.runs import RUNS, TASKS


class Message(NamedTuple):
    """What has to be sent (again), so that somebody comes for a bundle."""

    run_id: str
    task_id: str


def messages(connection: Connection, run_id: str) -> list[Message]:
    """Return a message per open task of a run, one for each bundle first."""
    rows = connection.execute(
        sa.select(TASKS.c.id, TASKS.c.bundle_id)
        .where(TASKS.c.run_id == run_id, TASKS.c.status.not_in(list(OVER)))
        .order_by(TASKS.c.id)
    ).all()
    first: dict[str | None, str] = {}
    for row in rows:
        first.setdefault(row.bundle_id, row.id)
    heads = set(first.values())
    ordered = [*first.values(), *(row.id for row in rows if row.id not in heads)]
    return [Message(run_id, task_id) for task_id in ordered]


def left_behind(connection: Connection, now: datetime, *, also_waiting: int) -> list[Message]:
    """Return a message per bundle whose holder has died, and for so many of those that wait."""
    is_open = sa.and_(BUNDLES.c.finished_at.is_(None), RUNS.c.holder == QUEUED, RUNS.c.status.not_in(list(OVER)))
    query = sa.select(BUNDLES.c.run_id, BUNDLES.c.id, BUNDLES.c.holder, BUNDLES.c.heartbeat_at).select_from(
        BUNDLES.join(RUNS, BUNDLES.c.run_id == RUNS.c.id)
    )
    held = connection.execute(query.where(is_open, BUNDLES.c.holder.is_not(None)))
    found = [(row.run_id, row.id) for row in held if not attended(row, now)]
    waiting = connection.execute(query.where(is_open, BUNDLES.c.holder.is_(None)).limit(also_waiting))
    found += [(row.run_id, row.id) for row in waiting]
    messages = []
    for run_id, bundle_id in found:
        task_id = connection.scalar(
            sa.select(sa.func.min(TASKS.c.id)).where(TASKS.c.bundle_id == bundle_id, TASKS.c.status.not_in(list(OVER)))
        )
        if task_id is not None:
            messages.append(Message(run_id, task_id))
    return messages
