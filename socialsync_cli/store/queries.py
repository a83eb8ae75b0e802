"""Reading what people ask about runs, their tasks and results. Nothing here writes.

A record says by the names of its fields which columns it wants; so a query and what it fills cannot drift apart.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, make_url

from socialsync_cli.core.outcomes import OVER
from socialsync_cli.errors import UsageError
from socialsync_cli.store.database import Database
from socialsync_cli.store.holder import is_alive
from socialsync_cli.store.outlines import RESULTS, RUNS, TASKS
from socialsync_cli.store.schema import HEAD, check_version, version_of

R = TypeVar("R", bound=NamedTuple)
"""A record whose fields are columns of one table."""


@contextlib.contextmanager
def existing(url: str) -> Iterator[Database]:
    """Open a database that has been in use; none is made, and none is changed.

    Raises:
        UsageError: There is none yet.
        DatabaseError: It cannot be used, or a newer socialsync has written it.

    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").is_file():
        # Before it is opened: that would make the file.
        raise UsageError(f"there is no database {parsed.database} yet; `socialsync init` or a first run makes it")
    database = Database(url)
    try:
        with database.read() as connection:
            found = version_of(connection)
        check_version(found)
        if found is None:
            raise UsageError("the database is empty; `socialsync init` or a first run fills it")
        if found != HEAD:
            raise UsageError(f"the database has version {found}, older than {HEAD}; `socialsync init` upgrades it")
        yield database
    finally:
        database.close()


def the_run(connection: Connection, wanted: str) -> str:
    """Return the id of the run that `wanted` names: a full id, a unique beginning, or `last`.

    Raises:
        UsageError: There is none, or the beginning fits several.

    """
    if wanted == "last":
        newest: str | None = connection.scalar(
            sa.select(RUNS.c.id).order_by(RUNS.c.created_at.desc(), RUNS.c.id.desc()).limit(1)
        )
        if newest is None:
            raise UsageError("there has been no run yet; `socialsync run --all` begins one")
        return newest
    begins = RUNS.c.id.startswith(wanted, autoescape=True)
    # In order: a whole id comes before those that it is the beginning of.
    fits = connection.scalars(sa.select(RUNS.c.id).where(begins).order_by(RUNS.c.id).limit(2)).all()
    if len(fits) > 1 and wanted not in fits:
        raise UsageError(f"{wanted} is the beginning of several runs; give more of the id")
    if not fits:
        raise UsageError(f"there is no run {wanted!r}; `socialsync runs` lists them")
    found: str = fits[0]
    return found


def report_exists(connection: Connection, run_id: str) -> bool:
    """Whether there is a run with this full id."""
    return connection.scalar(sa.select(sa.func.count()).select_from(RUNS).where(RUNS.c.id == run_id)) == 1


def run_of_task(connection: Connection, task_id: str) -> str | None:
    """Return the run that a task belongs to."""
    found: str | None = connection.scalar(sa.select(TASKS.c.run_id).where(TASKS.c.id == task_id))
    return found


def run(connection: Connection, record: type[R], run_id: str) -> R:
    """Return a run."""
    return next(iter(read_records(connection, record, RUNS, lambda q: q.where(RUNS.c.id == run_id))))


def tasks(connection: Connection, record: type[R], run_id: str) -> list[R]:
    """Return the tasks of a run, by user and platform."""
    return read_records(
        connection, record, TASKS, lambda q: q.where(TASKS.c.run_id == run_id).order_by(TASKS.c.user, TASKS.c.platform)
    )


def results(connection: Connection, record: type[R], run_id: str) -> list[R]:
    """Return the page results of a run, in the order in which pages were asked for."""
    wanted = sa.select(TASKS.c.id).where(TASKS.c.run_id == run_id)
    return read_records(
        connection, record, RESULTS, lambda q: q.where(RESULTS.c.task_id.in_(wanted)).order_by(RESULTS.c.id)
    )


def pages_done(connection: Connection, run_id: str) -> dict[str, int]:
    """Return, per task of a run, how many pages have a result."""
    rows = connection.execute(
        sa.select(RESULTS.c.task_id, sa.func.count())
        .join_from(RESULTS, TASKS, RESULTS.c.task_id == TASKS.c.id)
        .where(TASKS.c.run_id == run_id, RESULTS.c.result.is_not(None))
        .group_by(RESULTS.c.task_id)
    )
    return {row[0]: row[1] for row in rows}


def dead_runs(connection: Connection, now: datetime) -> set[str]:
    """Return the ids of runs that are not over although their process is."""
    rows = connection.execute(
        sa.select(RUNS.c.id, RUNS.c.holder, RUNS.c.heartbeat_at).where(RUNS.c.status.not_in(list(OVER)))
    )
    return {row.id for row in rows if not is_alive(row.holder, row.heartbeat_at, now)}


def recent_runs(
    connection: Connection, record: type[R], *, limit: int, user: str | None = None,
    status: str | None = None, dead: Collection[str] = (), dead_status: str = "FAILURE",
) -> list[R]:  # fmt: skip
    """Return runs, newest first.

    Args:
        connection: Of the database.
        record: What to fill.
        limit: How many at most.
        user: Only runs with a task of this user.
        status: Only runs in this state.
        dead: Ids of runs whose process died: they count as `dead_status`, whatever stands in their row.
        dead_status: See `dead`.

    """

    def narrowed(query: sa.Select[Any]) -> sa.Select[Any]:
        if user is not None:
            query = query.where(RUNS.c.id.in_(sa.select(TASKS.c.run_id).where(TASKS.c.user == user)))
        if status is not None:
            is_dead = RUNS.c.id.in_(list(dead))
            as_stored = sa.and_(RUNS.c.status == status, sa.not_(is_dead))
            query = query.where(sa.or_(as_stored, is_dead) if status == dead_status else as_stored)
        return query.order_by(RUNS.c.created_at.desc(), RUNS.c.id.desc()).limit(limit)

    return read_records(connection, record, RUNS, narrowed)


def users_of(connection: Connection, run_ids: Iterable[str]) -> dict[str, list[str]]:
    """Return the users of runs, in alphabetical order."""
    found: dict[str, list[str]] = {}
    for run_id, user in connection.execute(
        sa.select(TASKS.c.run_id, TASKS.c.user)
        .where(TASKS.c.run_id.in_(list(run_ids)))
        .distinct()
        .order_by(TASKS.c.user)
    ):
        found.setdefault(run_id, []).append(user)
    return found


def read_records(
    connection: Connection, record: type[R], table: sa.FromClause, narrow: Callable[[sa.Select[Any]], sa.Select[Any]]
) -> list[R]:
    """Fill records from a table; `narrow` adds conditions and order to the query."""
    query = narrow(sa.select(*(table.c[name] for name in record._fields)))
    return [record(*row) for row in connection.execute(query)]
