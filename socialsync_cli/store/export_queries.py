"""Reading whole tables, a batch of rows at a time, as the database has them. Nothing here writes.

Rows come in the order of their primary key; where pages or tasks are chosen, in the order of what they are chosen by,
because that is the order of the index that finds them: next to nothing is sorted, so next to nothing has to be kept.
"""

from __future__ import annotations

import difflib
from collections.abc import Generator, Sequence
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.types import NullType

from socialsync_cli.errors import UsageError
from socialsync_cli.store.column_types import UtcDateTime
from socialsync_cli.store.pages import PAGES, POSTS
from socialsync_cli.store.report_queries import USER_PAGES, users
from socialsync_cli.store.runs import RUNS, TASKS
from socialsync_cli.store.tables import USER_TABLES
from socialsync_cli.store.views import SPEND, VIEWS

TABLES: dict[str, sa.Table] = {
    model.__tablename__: model.__table__  # type: ignore[attr-defined,union-attr,unused-ignore]  # SQLModel's metaclass
    for model in USER_TABLES
} | VIEWS
_BATCH = 2000
"""Rows that are in memory at once."""

_KINDS: tuple[tuple[type[sa.types.TypeEngine[Any]] | type[UtcDateTime], str], ...] = (
    (UtcDateTime, "time"),
    (sa.Date, "date"),
    (sa.Boolean, "boolean"),
    (sa.JSON, "json"),
    (sa.Float, "number"),
    (sa.Integer, "integer"),
)
_MOMENTS = {
    "social_page": "last_synced_at",
    "social_page_post": "published_at",
    "social_page_post_comment": "published_at",
    "apify_run": "intended_at",
    "socialsync_posts": "published_at",
    "socialsync_trouble": "last_synced_at",
}
"""What `since` goes by in tables that have no `date` and belong to no run."""


class Chosen(NamedTuple):
    """Which rows are wanted; None: all."""

    user: str | None = None
    platform: str | None = None
    since: date | None = None


class Column(NamedTuple):
    """A column, and what is in it: text, integer, number, boolean, date, time or json."""

    name: str
    kind: str


def table_named(name: str) -> sa.Table:
    """Return a table or a view that users may export.

    Raises:
        UsageError: There is none of that name; the text names those that are spelt alike, or all.

    """
    if name in TABLES:
        return TABLES[name]
    near = difflib.get_close_matches(name, TABLES, n=3, cutoff=0.5)
    near = near or [known for known in TABLES if name and name in known][:3]
    hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(TABLES)}"
    raise UsageError(f'there is no table "{name[:100]}"; {hint}')


def columns(table: sa.Table) -> list[Column]:
    """Return the columns of a table; what is binary is for programs of ours alone and left out."""
    return [Column(str(c.name), _kind(c)) for c in table.c if not isinstance(c.type, sa.LargeBinary)]


def batches(connection: Connection, table: sa.Table, chosen: Chosen) -> Generator[Sequence[sa.Row[Any]], None, None]:
    """Return the wanted rows of a table, as the driver has them, some thousand at a time.

    Raises:
        UsageError: The user has no pages, or the table has no days.

    """
    return _partitions(connection, statement(connection, table, chosen))


def _partitions(connection: Connection, query: sa.Select[Any]) -> Generator[Sequence[sa.Row[Any]], None, None]:
    # A server keeps what it has not given yet until it is told that nobody wants it.
    with connection.execution_options(stream_results=True, yield_per=_BATCH).execute(query) as result:
        yield from result.partitions()


def statement(connection: Connection, table: sa.Table, chosen: Chosen) -> sa.Select[Any]:
    """Return the query for the wanted rows of a table."""
    if chosen.user is not None:
        _check_user(connection, chosen.user)
    # Without a type nothing is converted: that would take longer than reading does.
    raw: list[sa.ColumnElement[Any]] = [
        sa.type_coerce(table.c[c.name], NullType()).label(c.name) for c in columns(table)
    ]
    query = sa.select(*raw)
    by: list[sa.Column[Any]] = []
    if chosen.since is not None:
        condition, by = _since(table, chosen.since)
        query = query.where(condition)
    if chosen.user is not None or chosen.platform is not None:
        condition, first = _belonging(table, chosen)
        query, by = query.where(condition), [first]
    key = [TASKS.c.run_id, TASKS.c.user, TASKS.c.platform] if table is TASKS else list(table.primary_key)
    key = [*by, *(column for column in key if column not in set(by))]
    return query.order_by(*key)


def _kind(column: sa.Column[Any]) -> str:
    return next((kind for type_, kind in _KINDS if isinstance(column.type, type_)), "text")


def _check_user(connection: Connection, user: str) -> None:
    known = {*users(connection), *connection.scalars(sa.select(TASKS.c.user).distinct())}
    if user not in known:
        near = difflib.get_close_matches(user, known, n=3)
        hint = f"did you mean {' or '.join(near)}?" if near else "`socialsync users` lists the users"
        raise UsageError(f'nothing of a user "{user[:100]}" is in the database; {hint}')


def _belonging(table: sa.Table, chosen: Chosen) -> tuple[sa.ColumnElement[bool], sa.Column[Any]]:
    """Return which rows belong to a user and a platform, and the column that is chosen by."""
    if table is PAGES:
        return PAGES.c.id.in_(_page_ids(chosen)), PAGES.c.id
    if table is USER_PAGES:
        on_platform = table.c.page_id.in_(_page_ids(chosen._replace(user=None)))
        if chosen.user is None:
            return on_platform, table.c.page_id
        return on_platform & (table.c.user_id == chosen.user), table.c.user_id
    if table is SPEND:
        wanted = ((table.c.user_id, chosen.user), (table.c.platform, chosen.platform))
        return sa.and_(*(column == one for column, one in wanted if one is not None)), table.c.date
    if "post_id" in table.c:
        posts = sa.select(POSTS.c.id).where(POSTS.c.page_id.in_(_page_ids(chosen)))
        return table.c.post_id.in_(posts), table.c.post_id
    if table is RUNS:
        return RUNS.c.id.in_(sa.select(TASKS.c.run_id).where(*_of_task(chosen))), RUNS.c.id
    if table is TASKS:
        return sa.and_(*_of_task(chosen)), TASKS.c.run_id
    if "task_id" in table.c:
        return table.c.task_id.in_(sa.select(TASKS.c.id).where(*_of_task(chosen))), table.c.task_id
    if "page_id" in table.c:
        return table.c.page_id.in_(_page_ids(chosen)), table.c.page_id
    # An Apify run belongs to all whose token and pages it was for.
    same = (TASKS.c.run_id == table.c.run_id, TASKS.c.platform == table.c.platform)
    token = TASKS.c.token_fingerprint == table.c.token_fingerprint
    return sa.exists().where(*same, token, *_of_task(chosen)), table.c.id


def _page_ids(chosen: Chosen) -> sa.Select[Any]:
    query = sa.select(PAGES.c.id)
    if chosen.platform is not None:
        query = query.where(PAGES.c.platform == chosen.platform)
    if chosen.user is not None:
        query = query.where(PAGES.c.id.in_(sa.select(USER_PAGES.c.page_id).where(USER_PAGES.c.user_id == chosen.user)))
    return query


def _of_task(chosen: Chosen) -> list[sa.ColumnElement[bool]]:
    conditions = []
    if chosen.user is not None:
        conditions.append(TASKS.c.user == chosen.user)
    if chosen.platform is not None:
        conditions.append(TASKS.c.platform == chosen.platform)
    return conditions


def _since(table: sa.Table, since: date) -> tuple[sa.ColumnElement[bool], list[sa.Column[Any]]]:
    """Return which rows are new enough, and the column by whose index they are found, if there is one."""
    if "date" in table.c:
        return table.c.date >= since, []
    moment = datetime.combine(since, time.min, tzinfo=UTC)
    if table.name in _MOMENTS:
        return table.c[_MOMENTS[table.name]] >= moment, []
    if table is RUNS:
        return RUNS.c.created_at >= moment, [RUNS.c.created_at]
    runs = sa.select(RUNS.c.id).where(RUNS.c.created_at >= moment)
    if table is TASKS:
        return TASKS.c.run_id.in_(runs), [TASKS.c.run_id]
    if "task_id" in table.c:
        return table.c.task_id.in_(sa.select(TASKS.c.id).where(TASKS.c.run_id.in_(runs))), [table.c.task_id]
    raise UsageError(f"{table.name} has no days: leave --since out")
