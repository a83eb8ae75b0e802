"""Finding many rows by their keys: each is one seek of an index, and no statement is longer than a driver allows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection

_Key = TypeVar("_Key")
_AT_ONCE = 400
"""Bind parameters in one statement; old SQLite libraries take 999."""
_PAIRS_AT_ONCE = 2000

Pair = tuple[sa.Column[Any], sa.Column[Any]]
"""Two columns of a table, together a key of it."""


def chunks(keys: Iterable[_Key]) -> Iterator[list[_Key]]:
    """Yield keys in lists that one IN can hold."""
    rest = iter(keys)
    while some := list(islice(rest, _AT_ONCE)):
        yield some


def rows_with(
    connection: Connection, columns: Sequence[sa.ColumnElement[Any]], key: Pair, pairs: Iterable[tuple[Any, Any]]
) -> Iterator[Sequence[Any]]:
    """Yield the rows whose two key columns have one of these pairs of values.

    SQLite reads a whole index for `(a, b) IN (VALUES …)`, however few the pairs are. The pairs as a table of their
    own, which a JSON text is for either database, let it go straight to each row, with one statement for all of them.
    """
    table, matches = (_in_sqlite if connection.dialect.name == "sqlite" else _in_postgresql)(key)
    query = sa.select(*columns).select_from(table.join(key[0].table, matches))
    rest = iter(pairs)
    while some := list(islice(rest, _PAIRS_AT_ONCE)):
        yield from connection.execute(query, {"pairs": orjson.dumps(some).decode()})


def _in_sqlite(key: Pair) -> tuple[sa.FromClause, sa.ColumnElement[bool]]:
    pairs = sa.func.json_each(sa.bindparam("pairs", type_=sa.Text)).table_valued("value", name="pair")
    values = (sa.func.json_extract(pairs.c.value, f"$[{place}]") for place in (0, 1))
    return pairs, sa.and_(*(column == value for column, value in zip(key, values, strict=True)))


def _in_postgresql(key: Pair) -> tuple[sa.FromClause, sa.ColumnElement[bool]]:
    text = sa.bindparam("pairs", type_=sa.Text)
    pairs = sa.func.json_array_elements(sa.cast(text, sa.JSON)).table_valued("value", name="pair").render_derived()
    values = (sa.cast(pairs.c.value.op("->>")(place), key[place].type) for place in (0, 1))
    return pairs, sa.and_(*(column == value for column, value in zip(key, values, strict=True)))
