"""The database as any program reads it that knows SQLite and not a line of ours."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

Row = dict[str, Any]

_JSON = frozenset({"hashtags", "mentions", "weights", "flags", "error", "warnings"})
_FLAGS = frozenset(
    {"verified", "private", "pinned", "sponsored", "followers_rounded", "imported", "reach_estimated"}
)  # fmt: skip


def rows(database: Path, query: str, *values: object) -> list[Row]:
    """Return what a query finds, each value as what it means."""
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)) as connection:
        cursor = connection.execute(query, values)
        names = [column[0] for column in cursor.description]
        return [{name: _meant(name, value) for name, value in zip(names, row, strict=True)} for row in cursor]


def table(database: Path, name: str) -> list[Row]:
    """Return all rows of a table, in the order of their making."""
    return rows(database, f"SELECT * FROM {name} ORDER BY rowid")


def pages(database: Path) -> dict[tuple[str, str], Row]:
    """Return the pages by platform and handle."""
    return {(row["platform"], row["handle"]): row for row in table(database, "social_page")}


def _meant(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name == "date":
        return date.fromisoformat(value)
    if name.endswith("_at"):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    if name in _FLAGS:
        return bool(value)
    return json.loads(value) if name in _JSON else value


def second(moment: datetime | None) -> str | None:
    """Return a time as the program's JSON has it."""
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")
