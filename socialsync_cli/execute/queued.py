"""A run that was prepared for workers elsewhere, and what they have to know of how it was asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from socialsync_cli.config import Config, User
from socialsync_cli.core.events import TaskInfo
from socialsync_cli.execute.request import Request, ceiling_of
from socialsync_cli.store import bundles
from socialsync_cli.store.calls import Message, messages
from socialsync_cli.store.runs import TASKS


class Queued(NamedTuple):
    """A run that waits for workers."""

    run_id: str
    tasks: Sequence[TaskInfo]
    messages: Sequence[Message]
    """What is to be sent."""
    max_cost_usd: float


def queued(connection: Connection, run_id: str) -> Queued:
    """Return a run that has been written down."""
    rows = connection.execute(
        sa.select(TASKS.c.id, TASKS.c.user, TASKS.c.platform, TASKS.c.pages).where(TASKS.c.run_id == run_id)
    )
    tasks = [TaskInfo(*row) for row in rows]
    ceiling = bundles.wishes(connection, run_id).get("max_cost_usd")
    return Queued(run_id, tasks, messages(connection, run_id), ceiling or 0.0)


def wishes_of(request: Request, config: Config) -> dict[str, Any]:
    """Return what workers have to know of a request."""
    return {"fresh": request.fresh, "workers": request.workers, "max_cost_usd": ceiling_of(request, config)}


def as_request(wishes: Mapping[str, Any], users: Sequence[User]) -> Request:
    """Return the request as far as it matters to a worker."""
    return Request(users, fresh=bool(wishes["fresh"]), workers=wishes["workers"])
