"""Bulk upserts: one statement per table, made from the SQLModel table, compiled once, fed with tuples.

SQLite gets a row at a time: there is no way to it in between. PostgreSQL gets arrays, thousands of rows in one
statement, and always in the order of the key: two writers who want the same rows wait for each other and never
deadlock.

`Session.merge` asks the database about every row; this does not. What a conflict does to each column is said once,
where the statement is made.
"""

from __future__ import annotations

import datetime as dt
import itertools
import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Connection

from socialsync_cli.store.column_types import UtcDateTime

Encoder = Callable[[Any], Any]
_ROWS = 5000
"""Rows that one statement brings to PostgreSQL."""


class Upsert:
    """INSERT … ON CONFLICT DO UPDATE for one table.

    Args:
        table: The table.
        columns: What a row holds, in this order.
        key: The columns of the unique constraint.
        replace: Columns that take the new value whatever it is.
        keep_known: Columns that take the new value unless it is NULL.
        unanimous: Boolean columns that are true only if every row of the newest moment says so; needs `newer`.
        newer: A time column: an older row changes nothing.
        beats: A boolean column: a row for which it is true is always replaced.

    """

    def __init__(
        self,
        table: sa.Table,
        columns: Sequence[str],
        *,
        key: Sequence[str],
        replace: Sequence[str] = (),
        keep_known: Sequence[str] = (),
        unanimous: Sequence[str] = (),
        newer: str | None = None,
        beats: str | None = None,
    ) -> None:
        self._table = table
        self._columns = tuple(columns)
        self._key = tuple(key)
        self._places = [columns.index(c) for c in key]
        self._replace = tuple(replace)
        self._keep_known = tuple(keep_known)
        self._unanimous = tuple(unanimous)
        self._newer, self._beats = newer, beats
        self._compiled: dict[str, tuple[str, Callable[[Iterable[Sequence[Any]]], list[tuple[Any, ...]]]]] = {}

    def run(self, connection: Connection, rows: Iterable[Sequence[Any]]) -> int:
        """Write rows; return how many were given."""
        name = connection.dialect.name
        if name not in self._compiled:
            self._compiled[name] = self._compile(name)
        sql, encode = self._compiled[name]
        values = encode(rows)
        if name == "sqlite":
            if values:
                connection.exec_driver_sql(sql, values)
            return len(values)
        for some in _once_each(values, self._places):
            for start in range(0, len(some), _ROWS):
                connection.exec_driver_sql(sql, tuple(map(list, zip(*some[start : start + _ROWS], strict=True))))
        return len(values)

    def _compile(self, name: str) -> tuple[str, Callable[[Iterable[Sequence[Any]]], list[tuple[Any, ...]]]]:
        statement: Any
        if name == "sqlite":
            statement = sqlite.insert(self._table).values({c: sa.bindparam(c) for c in self._columns})
        else:
            statement = postgresql.insert(self._table).from_select(self._columns, _arrays(self._table, self._columns))
        new, old = statement.excluded, self._table.c
        changes: dict[str, Any] = {c: new[c] for c in self._replace}
        changes |= {c: sa.func.coalesce(new[c], old[c]) for c in self._keep_known}
        where = None
        if self._newer:
            same = new[self._newer] == old[self._newer]
            changes |= {c: sa.case((same, sa.and_(old[c], new[c])), else_=new[c]) for c in self._unanimous}
            where = new[self._newer] >= old[self._newer]
            if self._beats:
                where = sa.or_(where, old[self._beats].is_(sa.true()))
        final = (
            statement.on_conflict_do_update(index_elements=list(self._key), set_=changes, where=where)
            if changes
            else statement.on_conflict_do_nothing(index_elements=list(self._key))
        )
        return compiled(final, name, self._columns, self._table)


def _arrays(table: sa.Table, columns: Sequence[str]) -> sa.TextualSelect:
    """Return a query for rows that come as one array per column."""
    dialect = PGDialect_psycopg()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
    types = [(c, table.c[c].type.compile(dialect)) for c in columns]
    # JSON comes as text: of itself, the driver would take lists for arrays.
    casts = [
        f"CAST(CAST(:{c} AS text[]) AS json[])" if type_ == "JSON" else f"CAST(:{c} AS {type_}[])" for c, type_ in types
    ]
    query = f"SELECT * FROM unnest({', '.join(casts)})"  # noqa: S608  names of our own columns
    return sa.text(query).columns(*(sa.column(c) for c in columns))


def _once_each(rows: Sequence[tuple[Any, ...]], key: Sequence[int]) -> Iterator[list[tuple[Any, ...]]]:
    """Yield rows in the order of their keys, no key twice in one list; those with the same key one after the other.

    One statement cannot change a row twice; and what comes later has to meet what came before.
    """
    of = operator.itemgetter(*key)
    rounds: list[list[tuple[Any, ...]]] = []
    for _, same in itertools.groupby(sorted(rows, key=of), key=of):
        for number, row in enumerate(same):
            if number == len(rounds):
                rounds.append([])
            rounds[number].append(row)
    yield from rounds


def compiled(
    statement: Any,  # noqa: ANN401  the inserts of two dialects share no type
    name: str,
    columns: Sequence[str],
    table: sa.Table,
) -> tuple[str, Callable[[Iterable[Sequence[Any]]], list[tuple[Any, ...]]]]:
    """Return the SQL of a statement with one bind parameter per column, and what turns rows into parameters."""
    dialect = SQLiteDialect_pysqlite() if name == "sqlite" else PGDialect_psycopg(paramstyle="format")  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
    done = statement.compile(dialect=dialect)
    order = [columns.index(parameter) for parameter in done.positiontup]
    encoders = [(i, e) for i, c in enumerate(columns) if (e := _encoder(table.c[c].type, name)) is not None]
    same = order == list(range(len(columns)))

    def encode(rows: Iterable[Sequence[Any]]) -> list[tuple[Any, ...]]:
        out = []
        for row in rows:
            values = list(row)
            for i, encoder in encoders:
                if values[i] is not None:
                    values[i] = encoder(values[i])
            out.append(tuple(values) if same else tuple(values[i] for i in order))
        return out

    return str(done), encode


def _encoder(type_: Any, name: str) -> Encoder | None:  # noqa: ANN401  a column's type
    if isinstance(type_, sa.JSON):
        return _json
    if name != "sqlite":
        return None
    if isinstance(type_, UtcDateTime):
        return _sqlite_time
    if isinstance(type_, sa.Date):
        return dt.date.isoformat
    return None


def _json(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def _sqlite_time(value: dt.datetime) -> str:
    """Write a time as SQLAlchemy does for SQLite."""
    if value.tzinfo is not dt.UTC:
        value = value.astimezone(dt.UTC)
    return value.replace(tzinfo=None).isoformat(" ", "microseconds")
