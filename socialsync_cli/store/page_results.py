"""Page results, one per task and page: how they are written while a run goes on, and found again afterwards."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from socialsync_cli.core.outcomes import Kind, PartAnswer, Result, Trouble
from socialsync_cli.store.lookup import chunks
from socialsync_cli.store.tables import SyncPageResult

RESULTS: sa.Table = SyncPageResult.__table__  # type: ignore[attr-defined]  # SQLModel's metaclass adds it


class OpenResult(NamedTuple):
    """A page result as it is stored, of a run that is taken up again."""

    id: int
    task_id: str
    page_id: int
    handle: str
    result: str | None
    posts: int
    comments: int
    captured_at: datetime | None
    cost_usd: float
    parts: dict[str, PartAnswer]


_RESULT = (
    sa.update(RESULTS)
    .where(RESULTS.c.id == sa.bindparam("the_result"))
    .values(
        result=sa.bindparam("new_result"),
        posts=sa.bindparam("new_posts"),
        comments=sa.bindparam("new_comments"),
        error=sa.bindparam("new_error", type_=RESULTS.c.error.type),
        cost_usd=sa.bindparam("new_cost_usd"),
        captured_at=sa.bindparam("new_captured_at", type_=RESULTS.c.captured_at.type),
        parts=sa.bindparam("new_parts", type_=RESULTS.c.parts.type),
    )
)


class ResultChange(NamedTuple):
    """What became of a page in one task."""

    id: int
    result: str | None
    posts: int
    comments: int
    trouble: Trouble | None
    cost_usd: float
    captured_at: datetime | None
    parts: Mapping[str, PartAnswer]


def change_results(connection: Connection, changes: Iterable[ResultChange]) -> None:
    """Write page results."""
    rows = [
        {
            "the_result": c.id,
            "new_result": c.result,
            "new_posts": c.posts,
            "new_comments": c.comments,
            "new_error": c.trouble._asdict() if c.trouble else sa.null(),
            "new_cost_usd": c.cost_usd,
            "new_captured_at": c.captured_at,
            "new_parts": {name: _packed(answer) for name, answer in c.parts.items()},
        }
        for c in changes
    ]
    if rows:
        connection.execute(_RESULT, rows)


_CAPTURED = (
    sa.update(RESULTS)
    .where(RESULTS.c.id == sa.bindparam("the_result"))
    .values(captured_at=sa.bindparam("new_captured_at", type_=RESULTS.c.captured_at.type))
)


def note_captured(connection: Connection, moments: Iterable[tuple[int, datetime]]) -> None:
    """Write down, per page result, the moment that all records of its page carry."""
    rows = [{"the_result": result_id, "new_captured_at": at} for result_id, at in moments]
    if rows:
        connection.execute(_CAPTURED, rows)


def _packed(answer: PartAnswer) -> list[Any]:
    return [answer.kind, answer.items, answer.detail, list(answer.trouble) if answer.trouble else None]


def _unpacked(parts: object) -> dict[str, PartAnswer]:
    if not isinstance(parts, dict):
        return {}
    return {
        name: PartAnswer(Kind(kind), items, detail, Trouble(*trouble) if trouble else None)
        for name, (kind, items, detail, trouble) in parts.items()
    }


def results_of(connection: Connection, task_ids: Collection[str]) -> list[OpenResult]:
    """Return the page results of tasks that are no longer open."""
    return _in_chunks(connection, RESULTS.c.task_id, list(task_ids), RESULTS.c.result.is_not(None))


def open_results(connection: Connection, task_ids: Iterable[str]) -> Iterator[tuple[str, int, int]]:
    """Yield task, page and id of the page results of tasks that are open."""
    query = sa.select(RESULTS.c.task_id, RESULTS.c.page_id, RESULTS.c.id)
    for some in chunks(task_ids):
        for row in connection.execute(query.where(RESULTS.c.task_id.in_(some), RESULTS.c.result.is_(None))):
            yield row[0], row[1], row[2]


def results_with(connection: Connection, ids: Iterable[int]) -> list[OpenResult]:
    """Return the page results with these ids."""
    return _in_chunks(connection, RESULTS.c.id, ids)


def _in_chunks(
    connection: Connection, column: sa.Column[Any], values: Iterable[object], *conditions: sa.ColumnElement[bool]
) -> list[OpenResult]:
    return [row for some in chunks(values) for row in _results(connection, sa.and_(column.in_(some), *conditions))]


def _results(connection: Connection, condition: sa.ColumnElement[bool]) -> list[OpenResult]:
    rows = connection.execute(
        sa.select(
            RESULTS.c.id, RESULTS.c.task_id, RESULTS.c.page_id, RESULTS.c.handle, RESULTS.c.result,
            RESULTS.c.posts, RESULTS.c.comments, RESULTS.c.captured_at, RESULTS.c.cost_usd,
            RESULTS.c.parts,
        ).where(condition)
    )  # fmt: skip
    return [OpenResult(*row[:9], _unpacked(row[9])) for row in rows]


def close_results(connection: Connection, task_id: str, result: Result, trouble: Trouble) -> list[str]:
    """Give the open pages of a task a result; return their handles."""
    open_ = sa.and_(RESULTS.c.task_id == task_id, RESULTS.c.result.is_(None))
    handles = list(connection.scalars(sa.select(RESULTS.c.handle).where(open_)))
    if handles:
        connection.execute(sa.update(RESULTS).where(open_).values(result=result, error=trouble._asdict()))
    return handles
