"""What belongs to a run before its work begins: its pairs of user × platform, and its rows.

A new run writes itself down; one that is taken up again is found, and opened for this process.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy.engine import Connection

from socialsync_cli.core.events import Waiting
from socialsync_cli.errors import LockedError
from socialsync_cli.execute.prepare import TaskRow, Wanted, write_tasks
from socialsync_cli.execute.request import Request, Surroundings
from socialsync_cli.execute.work import Options
from socialsync_cli.store import bundles, locks, runs
from socialsync_cli.store.database import Database
from socialsync_cli.store.holder import this_process
from socialsync_cli.store.queries import the_run
from socialsync_cli.store.runs import NewTask
from socialsync_cli.store.writer import Writer


def claim(writer: Writer, wanted: Iterable[Wanted], run_id: str, wait_s: float, around: Surroundings) -> None:
    """Lock pairs for a run, waiting for other runs up to `wait_s` seconds.

    Raises:
        LockedError: Another run still holds one of them; none was locked.

    """
    pairs = [(task.user, task.platform) for task in wanted]
    deadline = time.monotonic() + wait_s
    while True:
        held = writer.do(lambda c: locks.acquire(c, pairs, run_id, this_process(), around.clock()))
        if not held:
            return
        first = held[0]
        around.tell(Waiting(f"run {first.run_id}, which holds {first.user} × {first.platform}"))
        if time.monotonic() >= deadline:
            raise LockedError(
                f"run {first.run_id} is syncing {first.user} × {first.platform}; "
                "wait for it with --wait SECONDS, or stop it with `socialsync cancel`"
            )
        around.stop.sleep(min(1.0, max(0.05, deadline - time.monotonic())))


def create(
    connection: Connection,
    run_id: str,
    wanted: Sequence[Wanted],
    options: Options,
    ceiling_usd: float | None,
    around: Surroundings,
) -> list[NewTask]:
    """Write down a run with its tasks and pages, none of them begun."""
    as_asked = options.for_later(around.config.settings.sync.refresh_days) | {runs.CEILING: ceiling_usd}
    runs.create_run(connection, run_id, as_asked, holder=this_process(), now=around.clock())
    return write_tasks(connection, run_id, wanted)


def without_pages(tasks: Iterable[NewTask]) -> list[TaskRow]:
    """Return tasks without their pages: of a large run these would fill memory until its end."""
    return [TaskRow(t.id, t.user, t.platform, t.fingerprint, len(t.pages)) for t in tasks]


def found(database: Database, wanted: str) -> tuple[str, list[runs.TaskToResume], dict[str, Any]]:
    """Return the full id of a run, its tasks (none: nothing is left to do), and what was asked for.

    Raises:
        UsageError: There is no such run.

    """
    with database.read() as connection:
        run_id = the_run(connection, wanted)
        return run_id, *runs.tasks_to_resume(connection, run_id)


def within_ceiling(request: Request, stored: Mapping[str, Any]) -> Request:
    """Return a request to take a run up again: what it may cost is as before, unless another limit is asked for."""
    return request if request.max_cost_usd is not None else request._replace(max_cost_usd=stored.get(runs.CEILING))


def take_over(connection: Connection, run_id: str, around: Surroundings) -> None:
    """Open a run of an earlier process for this one.

    Raises:
        LockedError: Workers are at it.

    """
    if bundles.working(connection, run_id, around.clock()):
        raise LockedError(f"workers are at run {run_id}; stop it with `socialsync cancel`, or let them finish")
    runs.take_over(connection, run_id, holder=this_process(), now=around.clock())
