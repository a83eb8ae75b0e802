"""Conditions that find many rows by their keys, each one seek of an index and none longer than a driver allows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa

_Key = TypeVar("_Key")
_AT_ONCE = 400
"""Bind parameters in one statement; old SQLite libraries take 999."""


def chunks(keys: Iterable[_Key]) -> Iterator[list[_Key]]:
    """Yield keys in lists that one IN can hold."""
    rest = iter(keys)
    while some := list(islice(rest, _AT_ONCE)):
        yield some


def having(
    first: sa.ColumnElement[Any], second: sa.ColumnElement[Any], pairs: Iterable[tuple[Any, Any]]
) -> Iterator[sa.ColumnElement[bool]]:
    """Yield conditions that together hold for the rows with these pairs of values.

    SQLite reads a whole index for `(a, b) IN (VALUES …)`, however few the pairs are; for `a = ? AND b IN (…)` it
    goes straight to each row. One condition stands for one value of `first`: choose the column with fewer of them.
    """
    by_first: dict[Any, list[Any]] = defaultdict(list)
    for one, other in pairs:
        by_first[one].append(other)
    for one, others in by_first.items():
        for some in chunks(others):
            yield sa.and_(first == one, second.in_(some))
