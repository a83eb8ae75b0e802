"""The tables of runs in outline: what `status` and `runs` read, without the classes of `tables.py`.

Making those classes, and importing SQLModel for it, takes longer than everything else that these commands do. A test
holds each outline to its class.
"""

from __future__ import annotations

import sqlalchemy as sa

from socialsync_cli.store.column_types import UtcDateTime


def _outline(name: str, plain: str, times: str = "", json: str = "") -> sa.TableClause:
    """Return a table by the names of its columns; those without a type of their own come as the driver gives them."""
    columns: list[sa.ColumnClause[object]] = [sa.column(column) for column in plain.split()]
    columns += [sa.column(column, UtcDateTime) for column in times.split()]
    columns += [sa.column(column, sa.JSON) for column in json.split()]
    return sa.table(name, *columns)


RUNS = _outline(
    "sync_run",
    "id status apify_runs apify_requests items cost_usd exit_code holder",
    "created_at started_at finished_at heartbeat_at cancel_requested_at",
    "wishes",
)
TASKS = _outline(
    "sync_task",
    "id run_id user platform status pages pages_ok posts comments attempts cost_usd",
    "started_at finished_at",
    "error warnings",
)
RESULTS = _outline("sync_page_result", "id task_id handle result posts comments cost_usd", json="error")
