"""Queued runs: bundles of tasks, who works on which, and how the last one to end closes the run.

A bundle is worked on by one process at a time. Whoever claims it says so with a heartbeat; when that stops, the next
one may have it. All that changes hands here does so in transactions that take turns, run by run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from socialsync_cli.core.outcomes import OVER, State, Trouble, exit_code, run_state
from socialsync_cli.errors import UsageError
from socialsync_cli.store import ledger, locks, runs
from socialsync_cli.store.database import take_turns
from socialsync_cli.store.holder import QUEUED, STALE_AFTER, is_alive, this_process
from socialsync_cli.store.lookup import chunks
from socialsync_cli.store.runs import RUNS, TASKS, TaskToResume
from socialsync_cli.store.tables import SyncBundle, SyncNotice

BUNDLES: sa.Table = SyncBundle.__table__  # type: ignore[attr-defined]  # SQLModel's metaclass adds it
NOTICES: sa.Table = SyncNotice.__table__  # type: ignore[attr-defined]

_STOPPED = Trouble("cancelled", "the run was cancelled; `socialsync resume` goes on")
_REVOKED = Trouble("cancelled", "the task was revoked in Celery; `socialsync resume` goes on")


class NewBundle(NamedTuple):
    """Tasks that are to be carried out together."""

    id: str
    """That of its first task."""
    pages: int
    task_ids: Sequence[str]


class Claimed(NamedTuple):
    """A bundle that is ours now."""

    id: str
    run_id: str
    attempts: int
    """This one included."""
    ceiling_usd: float | None
    tasks: Sequence[TaskToResume]
    options: Mapping[str, Any]
    wishes: Mapping[str, Any]


def create(connection: Connection, run_id: str, bundles: Iterable[NewBundle], wishes: Mapping[str, Any]) -> None:
    """Write down the bundles of a run that this process has begun, and hand it over to whoever comes for them."""
    for bundle in bundles:
        connection.execute(sa.insert(BUNDLES).values(id=bundle.id, run_id=run_id, pages=bundle.pages))
        for some in chunks(list(bundle.task_ids)):
            connection.execute(sa.update(TASKS).where(TASKS.c.id.in_(some)).values(bundle_id=bundle.id))
    connection.execute(
        sa.update(RUNS)
        .where(RUNS.c.id == run_id)
        .values(holder=QUEUED, wishes=dict(wishes), status=State.PENDING, started_at=None)
    )
    locks.pass_on(connection, run_id, this_process(), QUEUED)


def claim(connection: Connection, run_id: str, task_id: str, holder: str, now: datetime) -> Claimed | State | None:
    """Take up the bundle of a task; return the task's state if it is over, None if it is somebody else's."""
    take_turns(connection, f"bundles of {run_id}")
    run = connection.execute(
        sa.select(RUNS.c.holder, RUNS.c.options, RUNS.c.wishes, RUNS.c.cancel_requested_at).where(RUNS.c.id == run_id)
    ).one_or_none()
    task = connection.execute(
        sa.select(TASKS.c.status, TASKS.c.bundle_id).where(TASKS.c.id == task_id, TASKS.c.run_id == run_id)
    ).one_or_none()
    if run is None or task is None:
        return None
    if task.status in OVER:
        return State(task.status)
    if run.holder != QUEUED:
        return None
    bundle = connection.execute(sa.select(BUNDLES).where(BUNDLES.c.id == task.bundle_id)).one()
    if bundle.holder != holder and attended(bundle, now):
        return None
    if run.cancel_requested_at is not None:
        revoke(connection, run_id, now)
        return State.REVOKED
    return _take_up(connection, bundle, run, holder, now)


def attended(bundle: Any, now: datetime) -> bool:  # noqa: ANN401  a row
    """Whether somebody works on a bundle: a living process may have put it down without being able to say so."""
    fresh = bundle.heartbeat_at is not None and now - bundle.heartbeat_at < STALE_AFTER
    return fresh and is_alive(bundle.holder, bundle.heartbeat_at, now)


def _take_up(
    connection: Connection,
    bundle: Any,  # noqa: ANN401  a row
    run: Any,  # noqa: ANN401
    holder: str,
    now: datetime,
) -> Claimed:
    ceiling_usd = bundle.ceiling_usd
    if ceiling_usd is None and run.wishes.get("max_cost_usd"):
        ceiling_usd = _share(connection, bundle, run.wishes["max_cost_usd"])
    connection.execute(
        sa.update(BUNDLES)
        .where(BUNDLES.c.id == bundle.id)
        .values(holder=holder, heartbeat_at=now, attempts=bundle.attempts + 1, ceiling_usd=ceiling_usd)
    )
    ours = TASKS.c.bundle_id == bundle.id
    connection.execute(
        sa.update(TASKS)
        .where(ours, TASKS.c.status == State.PENDING)
        .values(status=State.STARTED, started_at=sa.func.coalesce(TASKS.c.started_at, now))
    )
    connection.execute(
        sa.update(RUNS)
        .where(RUNS.c.id == bundle.run_id)
        .values(status=State.STARTED, started_at=sa.func.coalesce(RUNS.c.started_at, now), heartbeat_at=now)
    )
    rows = connection.execute(
        sa.select(TASKS.c.id, TASKS.c.user, TASKS.c.platform, TASKS.c.token_fingerprint, TASKS.c.pages).where(
            ours, TASKS.c.status.not_in(list(OVER))
        )
    )
    tasks = [TaskToResume(*row) for row in rows]
    return Claimed(bundle.id, bundle.run_id, bundle.attempts + 1, ceiling_usd, tasks, run.options, run.wishes)


def _share(connection: Connection, bundle: Any, ceiling_usd: float) -> float:  # noqa: ANN401  a row
    """Return what a bundle may spend: of what nobody else has or has had, as much as it has of the pages that wait."""
    rows = connection.execute(sa.select(BUNDLES).where(BUNDLES.c.run_id == bundle.run_id)).all()
    waiting = sum(row.pages for row in rows if row.ceiling_usd is None and row.finished_at is None)
    given = sum(
        row.ceiling_usd if row.ceiling_usd is not None and row.finished_at is None else row.spent_usd for row in rows
    )
    return float(bundle.spent_usd + max(0.0, ceiling_usd - given) * bundle.pages / max(1, waiting))


def renew(connection: Connection, bundle_id: str, holder: str, now: datetime) -> bool:
    """Say that a bundle's holder is alive; False if somebody has taken the bundle from it."""
    mine = sa.and_(BUNDLES.c.id == bundle_id, BUNDLES.c.holder == holder)
    return connection.execute(sa.update(BUNDLES).where(mine).values(heartbeat_at=now)).rowcount > 0


def cancel_requested(connection: Connection, run_id: str) -> bool:
    """Whether somebody asked a run to stop."""
    return connection.scalar(sa.select(RUNS.c.cancel_requested_at).where(RUNS.c.id == run_id)) is not None


def put_down(
    connection: Connection, run_id: str, bundle_id: str, spent_usd: float, requests: int, now: datetime
) -> bool:
    """End the work on a bundle; return whether that was the end of the run."""
    connection.execute(
        sa.update(BUNDLES).where(BUNDLES.c.id == bundle_id).values(holder=None, finished_at=now, spent_usd=spent_usd)
    )
    connection.execute(
        sa.update(RUNS).where(RUNS.c.id == run_id).values(apify_requests=RUNS.c.apify_requests + requests)
    )
    return close_if_over(connection, run_id, now)


def close_if_over(connection: Connection, run_id: str, now: datetime) -> bool:
    """Close a queued run whose tasks are all over; return whether this has done it."""
    states = list(connection.scalars(sa.select(TASKS.c.status).where(TASKS.c.run_id == run_id)))
    status = connection.scalar(sa.select(RUNS.c.status).where(RUNS.c.id == run_id))
    if status in OVER or any(state not in OVER for state in states):
        runs.sum_up(connection, run_id)
        return False
    count, items, cost = ledger.totals(connection, run_id)
    runs.finish_run(
        connection, run_id, now=now, status=run_state(states), exit_code=exit_code(states), apify_runs=count,
        items=items, cost_usd=round(cost, 6),
    )  # fmt: skip
    locks.release(connection, run_id, QUEUED)
    return True


def ask_to_stop(connection: Connection, run_id: str, now: datetime) -> list[str]:
    """Ask the workers of a run to stop, and revoke what none of them works on; return the tasks that are."""
    take_turns(connection, f"bundles of {run_id}")
    connection.execute(sa.update(RUNS).where(RUNS.c.id == run_id).values(cancel_requested_at=now))
    return revoke(connection, run_id, now)


def revoke(connection: Connection, run_id: str, now: datetime) -> list[str]:
    """Revoke the tasks of bundles on which nobody works; close the run if that was all. Return the tasks."""
    rows = connection.execute(sa.select(BUNDLES).where(BUNDLES.c.run_id == run_id, BUNDLES.c.finished_at.is_(None)))
    idle = [row.id for row in rows if not attended(row, now)]
    revoked: list[str] = []
    for some in chunks(idle):
        among = TASKS.c.bundle_id.in_(some)
        revoked += connection.scalars(sa.select(TASKS.c.id).where(among, TASKS.c.status.not_in(list(OVER))))
        runs.end_open_tasks(connection, run_id, State.REVOKED, _STOPPED, now, among)
        connection.execute(sa.update(BUNDLES).where(BUNDLES.c.id.in_(some)).values(holder=None, finished_at=now))
    close_if_over(connection, run_id, now)
    return revoked


def revoke_task(connection: Connection, run_id: str, task_id: str, now: datetime) -> bool:
    """Revoke one task that nobody works on; return whether that closed its run."""
    take_turns(connection, f"bundles of {run_id}")
    bundle = connection.execute(
        sa.select(BUNDLES)
        .join(TASKS, TASKS.c.bundle_id == BUNDLES.c.id)
        .where(TASKS.c.id == task_id, TASKS.c.run_id == run_id, TASKS.c.status.not_in(list(OVER)))
    ).one_or_none()
    if bundle is None or attended(bundle, now):
        return False
    runs.end_open_tasks(connection, run_id, State.REVOKED, _REVOKED, now, TASKS.c.id == task_id)
    left = sa.select(TASKS.c.id).where(TASKS.c.bundle_id == bundle.id, TASKS.c.status.not_in(list(OVER)))
    if connection.scalar(left.limit(1)) is None:
        connection.execute(sa.update(BUNDLES).where(BUNDLES.c.id == bundle.id).values(holder=None, finished_at=now))
    return close_if_over(connection, run_id, now)


def reopen(connection: Connection, run_id: str, wishes: Mapping[str, Any]) -> None:
    """Queue the tasks of a run again that have not ended well; what was paid for stays so."""
    tasks = sa.select(TASKS.c.bundle_id).where(TASKS.c.run_id == run_id, TASKS.c.status == State.PENDING)
    connection.execute(sa.update(BUNDLES).where(BUNDLES.c.run_id == run_id).values(ceiling_usd=None))
    connection.execute(
        sa.update(BUNDLES)
        .where(BUNDLES.c.run_id == run_id, BUNDLES.c.id.in_(tasks))
        .values(holder=None, heartbeat_at=None, finished_at=None)
    )
    connection.execute(
        sa.update(RUNS).where(RUNS.c.id == run_id).values(holder=QUEUED, status=State.PENDING, wishes=dict(wishes))
    )
    locks.pass_on(connection, run_id, this_process(), QUEUED)


def wishes(connection: Connection, run_id: str) -> Mapping[str, Any]:
    """Return how a queued run is to be carried out."""
    found: Mapping[str, Any] | None = connection.scalar(sa.select(RUNS.c.wishes).where(RUNS.c.id == run_id))
    return found or {}


def is_open(connection: Connection, run_id: str) -> bool:
    """Whether a run is queued and not over.

    Raises:
        UsageError: It was never queued.

    """
    run = connection.execute(sa.select(RUNS.c.holder, RUNS.c.status, RUNS.c.wishes).where(RUNS.c.id == run_id)).one()
    if run.wishes is None:
        raise UsageError(f"run {run_id} was never queued; `socialsync resume {run_id}` finishes it here")
    return run.holder == QUEUED and run.status not in OVER


def working(connection: Connection, run_id: str, now: datetime) -> bool:
    """Whether somebody works on a bundle of a run; nobody begins to until the end of this transaction."""
    take_turns(connection, f"bundles of {run_id}")
    rows = connection.execute(
        sa.select(BUNDLES.c.holder, BUNDLES.c.heartbeat_at).where(
            BUNDLES.c.run_id == run_id, BUNDLES.c.holder.is_not(None)
        )
    )
    return any(attended(row, now) for row in rows)


def first_to_tell(connection: Connection, run_id: str, type_: str, about: str) -> bool:
    """Whether nobody has told admins yet of this trouble in this run; from now on somebody has."""
    take_turns(connection, f"notices of {run_id}")
    same = sa.and_(NOTICES.c.run_id == run_id, NOTICES.c.type == type_, NOTICES.c.about == about)
    if connection.scalar(sa.select(sa.func.count()).select_from(NOTICES).where(same)):
        return False
    connection.execute(sa.insert(NOTICES).values(run_id=run_id, type=type_, about=about))
    return True
