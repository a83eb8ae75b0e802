"""Runs and their tasks: how they are written while a run goes on, and found again afterwards."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from socialsync_cli.core.outcomes import OVER, Result, State, Trouble, run_state
from socialsync_cli.store import ledger
from socialsync_cli.store.holder import is_alive
from socialsync_cli.store.lookup import chunks
from socialsync_cli.store.page_results import RESULTS
from socialsync_cli.store.tables import Setting, SyncRun, SyncTask
from socialsync_cli.store.upsert import Upsert

RUNS: sa.Table = SyncRun.__table__  # type: ignore[attr-defined]  # SQLModel's metaclass adds it
TASKS: sa.Table = SyncTask.__table__  # type: ignore[attr-defined]
SETTINGS: sa.Table = Setting.__table__  # type: ignore[attr-defined]

ADOPT_WITHIN = timedelta(hours=6)
"""How long what an interrupted or failed run has paid for is worth taking over."""
INTERRUPTED = Trouble("interrupted", "the process died in the middle; `socialsync resume` goes on")


class NewTask(NamedTuple):
    """A task to be created."""

    id: str
    user: str
    platform: str
    fingerprint: str | None
    pages: Sequence[tuple[int, str]]
    """Page id and handle."""


CEILING = "max_cost_usd"
"""What a run may cost stands among its options, so that it holds also when somebody takes it up again."""


def create_run(connection: Connection, run_id: str, options: Mapping[str, Any], *, holder: str, now: datetime) -> None:
    """Write down that a run exists and that this process works on it."""
    connection.execute(
        sa.insert(RUNS).values(
            id=run_id, status=State.STARTED, created_at=now, started_at=now, options=dict(options),
            holder=holder, heartbeat_at=now,
        )
    )  # fmt: skip


_NEW_RESULT = Upsert(
    RESULTS, ("task_id", "page_id", "handle", "posts", "comments", "cost_usd"), key=("task_id", "page_id")
)


def create_tasks(connection: Connection, run_id: str, tasks: Sequence[NewTask]) -> None:
    """Write down tasks and, for every page, that it has no result yet."""
    connection.execute(
        sa.insert(TASKS),
        [
            {
                "id": task.id, "run_id": run_id, "user": task.user, "platform": task.platform,
                "status": State.PENDING, "pages": len(task.pages), "token_fingerprint": task.fingerprint,
            }
            for task in tasks
        ],
    )  # fmt: skip
    for task in tasks:
        for pages in chunks(task.pages):
            _NEW_RESULT.run(connection, ((task.id, page_id, handle, 0, 0, 0.0) for page_id, handle in pages))


def take_over(connection: Connection, run_id: str, *, holder: str, now: datetime) -> None:
    """Open an interrupted or failed run again for this process, and the results that were not final."""
    connection.execute(
        sa.update(RUNS)
        .where(RUNS.c.id == run_id)
        .values(
            status=State.STARTED, holder=holder, heartbeat_at=now, finished_at=None, exit_code=None,
            cancel_requested_at=None,
        )
    )  # fmt: skip
    connection.execute(
        sa.update(TASKS)
        .where(TASKS.c.run_id == run_id, TASKS.c.status != State.SUCCESS)
        .values(status=State.PENDING, error=sa.null(), finished_at=None)
    )
    tasks = sa.select(TASKS.c.id).where(TASKS.c.run_id == run_id)
    connection.execute(
        sa.update(RESULTS)
        .where(
            RESULTS.c.task_id.in_(tasks),
            RESULTS.c.result.in_((Result.FAILED, Result.PARTIAL, Result.REVOKED)),
        )
        .values(result=None, error=sa.null())
    )


def heartbeat(connection: Connection, run_id: str, now: datetime, **values: object) -> bool:
    """Say that the run is alive, and how far it is; return whether somebody asked it to stop."""
    connection.execute(sa.update(RUNS).where(RUNS.c.id == run_id).values(heartbeat_at=now, **values))
    asked = connection.scalar(sa.select(RUNS.c.cancel_requested_at).where(RUNS.c.id == run_id))
    return asked is not None


def sum_up(connection: Connection, run_id: str) -> None:
    """Bring the totals of a run up to date whose Apify runs were read by another one."""
    count, items, cost_usd = ledger.totals(connection, run_id)
    connection.execute(
        sa.update(RUNS).where(RUNS.c.id == run_id).values(apify_runs=count, items=items, cost_usd=cost_usd)
    )


def finish_run(connection: Connection, run_id: str, *, now: datetime, **values: object) -> None:
    """Write down how a run ended."""
    connection.execute(sa.update(RUNS).where(RUNS.c.id == run_id).values(finished_at=now, heartbeat_at=now, **values))


def change_task(connection: Connection, task_id: str, **values: object) -> None:
    """Change columns of a task."""
    # None in a JSON column would be stored as the text "null".
    known = {name: sa.null() if value is None else value for name, value in values.items()}
    connection.execute(sa.update(TASKS).where(TASKS.c.id == task_id).values(**known))


def bury_dead(connection: Connection, now: datetime) -> list[str]:
    """Close the runs whose process died; return their ids. Their open tasks become FAILURE, `interrupted`.

    They have no exit code: a run that died after its last task still has something to be taken over.
    """
    rows = connection.execute(
        sa.select(RUNS.c.id, RUNS.c.holder, RUNS.c.heartbeat_at).where(RUNS.c.status.in_(("PENDING", "STARTED")))
    ).all()
    dead = [row.id for row in rows if not is_alive(row.holder, row.heartbeat_at, now)]
    for run_id in dead:
        end_open_tasks(connection, run_id, State.FAILURE, INTERRUPTED, now)
        states = connection.scalars(sa.select(TASKS.c.status).where(TASKS.c.run_id == run_id)).all()
        connection.execute(
            sa.update(RUNS)
            .where(RUNS.c.id == run_id)
            .values(status=run_state(states) if states else State.FAILURE,
                    finished_at=sa.func.coalesce(RUNS.c.heartbeat_at, RUNS.c.created_at))
        )  # fmt: skip
    return dead


def end_open_tasks(
    connection: Connection, run_id: str, state: State, trouble: Trouble, now: datetime,
    among: sa.ColumnElement[bool] | None = None,
) -> None:  # fmt: skip
    """End the tasks of a run (or those `among` them) that are not over; if they are revoked, their open pages too."""
    is_open = sa.and_(
        TASKS.c.run_id == run_id, TASKS.c.status.not_in(list(OVER)), sa.true() if among is None else among
    )
    if state is State.REVOKED:
        # Pages first: afterwards nobody knows any more which tasks were open.
        connection.execute(
            sa.update(RESULTS)
            .where(RESULTS.c.task_id.in_(sa.select(TASKS.c.id).where(is_open)), RESULTS.c.result.is_(None))
            .values(result=Result.REVOKED)
        )
    connection.execute(sa.update(TASKS).where(is_open).values(status=state, error=trouble._asdict(), finished_at=now))


def adoptable_runs(connection: Connection, options: Mapping[str, Any], now: datetime) -> list[str]:
    """Return the runs of the last six hours that failed or were interrupted, newest first.

    The first run that ended well hides those before it only page by page; see `execute.adopt`.
    """
    rows = connection.execute(
        sa.select(RUNS.c.id, RUNS.c.options)
        .where(sa.or_(RUNS.c.status.in_((State.FAILURE, State.REVOKED)), RUNS.c.exit_code.is_(None)))
        .where(RUNS.c.status.in_(list(OVER)))
        .where(sa.func.coalesce(RUNS.c.finished_at, RUNS.c.heartbeat_at, RUNS.c.created_at) >= now - ADOPT_WITHIN)
        .order_by(RUNS.c.created_at.desc())
    )
    return [row.id for row in rows if alike(row.options, options)]


def alike(stored: Mapping[str, Any], options: Mapping[str, Any]) -> bool:
    """Whether a run asked for the same, whatever it was allowed to cost."""
    return {name: value for name, value in stored.items() if name != CEILING} == dict(options)


class TaskToResume(NamedTuple):
    """A task of a run that is taken up again."""

    id: str
    user: str
    platform: str
    token_fingerprint: str | None
    pages: int


def tasks_to_resume(connection: Connection, run_id: str) -> tuple[list[TaskToResume], dict[str, Any]]:
    """Return the tasks of a run and what was asked for; no task at all means that nothing is left to do."""
    run = connection.execute(
        sa.select(RUNS.c.status, RUNS.c.exit_code, RUNS.c.options).where(RUNS.c.id == run_id)
    ).one()
    if run.status == State.SUCCESS and run.exit_code is not None:
        return [], {}
    rows = connection.execute(
        sa.select(TASKS.c.id, TASKS.c.user, TASKS.c.platform, TASKS.c.token_fingerprint, TASKS.c.pages).where(
            TASKS.c.run_id == run_id
        )
    )
    return [TaskToResume(*row) for row in rows], run.options


def comment_key(connection: Connection) -> bytes:
    """Return this database's secret for hashing the authors of comments; made when it is first needed."""
    found = connection.scalar(sa.select(SETTINGS.c.value).where(SETTINGS.c.name == "comment_key"))
    if found is None:
        found = secrets.token_hex(32)
        connection.execute(sa.insert(SETTINGS).values(name="comment_key", value=found))
    return bytes.fromhex(found)
