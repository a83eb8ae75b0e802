"""Celery's states of tasks, kept equal to those of the tables.

One worker carries out several tasks together, so it has to speak for those whose messages it never got.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

import celery
import sqlalchemy as sa
from celery.exceptions import BackendError
from redis.exceptions import RedisError
from sqlalchemy.engine import Connection

from socialsync_cli.core.outcomes import State
from socialsync_cli.errors import SocialsyncError
from socialsync_cli.store.lookup import chunks
from socialsync_cli.store.runs import TASKS

log = logging.getLogger(__name__)


class TaskFailedError(SocialsyncError):
    """Raised when a task did not end well; Celery shows its text."""


_COLUMNS = ("id", "user", "platform", "status", "pages", "pages_ok", "posts", "comments", "cost_usd")
TaskRows = dict[str, dict[str, object]]
"""Per task what is worth showing."""


def rows_of(connection: Connection, task_ids: Iterable[str]) -> TaskRows:
    """Return what the tables say of tasks."""
    found: TaskRows = {}
    for some in chunks(list(task_ids)):
        query = sa.select(*(TASKS.c[name] for name in _COLUMNS), TASKS.c.error).where(TASKS.c.id.in_(some))
        found |= {row["id"]: dict(row) for row in connection.execute(query).mappings()}
    return found


def shown(row: dict[str, object]) -> dict[str, object]:
    """Return what Celery shows as the result of a task."""
    return {name: row[name] for name in _COLUMNS if name not in ("id", "status")}


def failure_of(row: dict[str, object]) -> TaskFailedError:
    """Return the error that stands for a task."""
    error = row["error"]
    known = isinstance(error, dict)
    return TaskFailedError(f"{error['type']}: {error['message']}" if isinstance(error, dict) and known else "failed")


def show(app: celery.Celery, rows: TaskRows, *, started: bool = False) -> None:
    """Give Celery's backend the states that tasks have; `started` says so of all that are not over."""
    for task_id, row in rows.items():
        try:
            _show(app, task_id, row, started=started)
        except (RedisError, BackendError) as error:
            log.warning("Celery's backend does not know the state of task %s: %s", task_id, error)
            return


def _show(app: celery.Celery, task_id: str, row: dict[str, object], *, started: bool) -> None:
    backend = app.backend
    match row["status"]:
        case State.SUCCESS:
            backend.store_result(task_id, shown(row), State.SUCCESS.value)
        case State.FAILURE:
            backend.store_result(task_id, failure_of(row), State.FAILURE.value)
        case State.REVOKED:
            backend.mark_as_revoked(task_id, "cancelled")
        case State.STARTED:
            if started:
                backend.store_result(task_id, None, State.STARTED.value)
        case _:
            backend.forget(task_id)
