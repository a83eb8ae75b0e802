"""Reading what people ask about: runs, tasks, results. Nothing here writes.

A record says by the names of its fields which columns it wants; so a query and what it fills cannot drift apart.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, make_url

from socialsync_cli.core.outcomes import OVER
from socialsync_cli.errors import UsageError
from socialsync_cli.store.database import Database
from socialsync_cli.store.holder import is_alive
from socialsync_cli.store.pages import METRICS, PAGES, POSTS
from socialsync_cli.store.runs import RESULTS, RUNS, TASKS, find_run
from socialsync_cli.store.schema import HEAD, check_version, version_of
from socialsync_cli.store.tables import SocialPageEngagement, SocialPageGrowth, SocialPageReach, SocialPageScore

_FIGURES: dict[str, sa.Table] = {
    "engagement": SocialPageEngagement.__table__,  # type: ignore[attr-defined]  # SQLModel's metaclass adds it
    "growth": SocialPageGrowth.__table__,  # type: ignore[attr-defined]
    "reach": SocialPageReach.__table__,  # type: ignore[attr-defined]
    "score": SocialPageScore.__table__,  # type: ignore[attr-defined]
}
_SCORES = _FIGURES["score"]

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
    found = find_run(connection, wanted)
    if found is None and wanted == "last":
        raise UsageError("there has been no run yet; `socialsync run --all` begins one")
    if found is None:
        raise UsageError(f"there is no run {wanted!r}; `socialsync runs` lists them")
    return found


def run(connection: Connection, record: type[R], run_id: str) -> R:
    """Return a run."""
    return next(iter(_read(connection, record, RUNS, lambda q: q.where(RUNS.c.id == run_id))))


def tasks(connection: Connection, record: type[R], run_id: str) -> list[R]:
    """Return the tasks of a run, by user and platform."""
    return _read(
        connection, record, TASKS, lambda q: q.where(TASKS.c.run_id == run_id).order_by(TASKS.c.user, TASKS.c.platform)
    )


def results(connection: Connection, record: type[R], run_id: str) -> list[R]:
    """Return the page results of a run, in the order in which pages were asked for."""
    wanted = sa.select(TASKS.c.id).where(TASKS.c.run_id == run_id)
    return _read(connection, record, RESULTS, lambda q: q.where(RESULTS.c.task_id.in_(wanted)).order_by(RESULTS.c.id))


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

    return _read(connection, record, RUNS, narrowed)


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


def _read(
    connection: Connection, record: type[R], table: sa.Table, narrow: Callable[[sa.Select[Any]], sa.Select[Any]]
) -> list[R]:
    """Fill records from a table; `narrow` adds conditions and order to the query."""
    query = narrow(sa.select(*(table.c[name] for name in record._fields)))
    return [record(*row) for row in connection.execute(query)]


def pages_called(connection: Connection, readings: Mapping[str, str]) -> list[tuple[int, str, str]]:
    """Return `(id, platform, handle)` of the pages with these handles (or numbers), by platform.

    Args:
        connection: Of the database.
        readings: The canonical handle on each platform.

    """
    found: list[tuple[int, str, str]] = []
    for platform, handle in readings.items():
        query = sa.select(PAGES.c.id, PAGES.c.platform, PAGES.c.handle).where(PAGES.c.platform == platform)
        named = connection.execute(query.where(PAGES.c.handle == handle)).all()
        rows = named or connection.execute(query.where(PAGES.c.external_id == handle)).all()
        found += [(row[0], row[1], row[2]) for row in rows]
    return found


def handles(connection: Connection) -> list[tuple[str, str]]:
    """Return `(platform, handle)` of every page."""
    return [(row[0], row[1]) for row in connection.execute(sa.select(PAGES.c.platform, PAGES.c.handle))]


def page(connection: Connection, record: type[R], page_id: int) -> R:
    """Return a page."""
    return next(iter(_read(connection, record, PAGES, lambda q: q.where(PAGES.c.id == page_id))))


def newest_day(connection: Connection, page_id: int) -> date | None:
    """Return the newest day for which a page has figures."""
    found: date | None = connection.scalar(sa.select(sa.func.max(_SCORES.c.date)).where(_SCORES.c.page_id == page_id))
    return found


def snapshots(connection: Connection, record: type[R], page_id: int, since: date) -> list[R]:
    """Return a page's daily counters, oldest first."""
    return _read(
        connection, record, METRICS,
        lambda q: q.where(METRICS.c.page_id == page_id, METRICS.c.date >= since).order_by(METRICS.c.date),
    )  # fmt: skip


def figures(connection: Connection, record: type[R], kind: str, page_id: int, since: date) -> dict[date, R]:
    """Return a page's derived rows by day, oldest first.

    Args:
        connection: Of the database.
        record: What to fill.
        kind: engagement, growth, reach or score.
        page_id: The page.
        since: The first day.

    """
    table = _FIGURES[kind]
    query = (
        sa.select(table.c.date, *(table.c[name] for name in record._fields))
        .where(table.c.page_id == page_id, table.c.date >= since)
        .order_by(table.c.date)
    )
    return {row[0]: record(*row[1:]) for row in connection.execute(query)}


def posts(connection: Connection, record: type[R], page_id: int, since: datetime) -> list[R]:
    """Return a page's posts published since a moment, newest first."""
    return _read(
        connection, record, POSTS,
        lambda q: q.where(POSTS.c.page_id == page_id, POSTS.c.published_at >= since)
        .order_by(POSTS.c.published_at.desc()),
    )  # fmt: skip
