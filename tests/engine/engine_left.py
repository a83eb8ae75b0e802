"""What a sync leaves in its database, so that two syncs can be compared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import databases


def contents(db: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return what a database says of pages, by names instead of numbers and without the moments of writing."""
    return {table: sorted(_named(db, table), key=repr) for table in _TABLES}


_TABLES = (
    "social_page", "social_page_metric", "social_page_engagement", "social_page_growth", "social_page_reach",
    "social_page_score", "social_page_post", "social_page_post_metric", "social_page_post_comment", "user_page",
)  # fmt: skip
_PAGE = "(select p.platform || '/' || p.handle from social_page p where p.id = {})"
_NAMES = {
    "page_id": _PAGE.format("x.page_id"),
    "post_id": "(select " + _PAGE.format("o.page_id") + " || ' ' || o.external_id from social_page_post o "
    "where o.id = x.post_id)",
}


def _named(db: Path, table: str) -> list[tuple[Any, ...]]:
    columns = databases.columns(db, table)
    told = [_NAMES.get(c, f"x.{c}") for c in columns if c != "id" and (not c.endswith("_at") or c == "published_at")]
    rows = databases.tuples(db, f"select {', '.join(told)} from {table} x")
    return [tuple(round(value, 4) if isinstance(value, float) else value for value in row) for row in rows]


def counted(db: Path, run_id: str) -> dict[str, tuple[Any, ...]]:
    """Return what a run says of its pages: result, posts and comments."""
    query = (
        "select t.user || ' ' || t.platform || '/' || r.handle, r.result, r.posts, r.comments "
        "from sync_page_result r join sync_task t on t.id = r.task_id where t.run_id = ?"
    )
    return {row[0]: row[1:] for row in databases.tuples(db, query, run_id)}
