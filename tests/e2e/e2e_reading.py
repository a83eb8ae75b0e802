"""The database as any program reads it that knows SQL and not a line of ours."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from databases import Row, rows

__all__ = ["Row", "pages", "rows", "second", "table"]

_ORDER = {
    "apify_run": "intended_at, id",
    "sync_lock": '"user", platform',
    "sync_run": "created_at",
    "sync_task": 'run_id, "user", platform',
    "user_page": "user_id, page_id",
}
"""Of tables that have no id, or one that says nothing of it."""


def table(database: Path, name: str) -> list[Row]:
    """Return all rows of a table, in the order of their making."""
    return rows(database, f"SELECT * FROM {name} ORDER BY {_ORDER.get(name, 'id')}")


def pages(database: Path) -> dict[tuple[str, str], Row]:
    """Return the pages by platform and handle."""
    return {(row["platform"], row["handle"]): row for row in table(database, "social_page")}


def second(moment: datetime | None) -> str | None:
    """Return a time as the program's JSON has it."""
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")
