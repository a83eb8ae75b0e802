"""The derived rows: engagement, growth, reach and score of many pages at a time, from what is stored.

What is known of a whole set of pages is read with one query per kind of row, handed to the pure functions of
`metrics`, and written with one bulk upsert per table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlmodel import SQLModel

from socialsync_cli import metrics
from socialsync_cli.metrics import PageHistory, ScoreSettings
from socialsync_cli.store.past import load_pasts
from socialsync_cli.store.present import load_present
from socialsync_cli.store.tables import (
    SocialPageEngagement,
    SocialPageGrowth,
    SocialPageReach,
    SocialPageScore,
)
from socialsync_cli.store.upsert import Upsert

_SET = 200
_LARGEST = 2**63 - 1
"""What a database's integer holds; sums of nonsense can come to more."""

DERIVED: tuple[sa.Table, ...] = tuple(
    SQLModel.metadata.tables[model.__tablename__]
    for model in (SocialPageEngagement, SocialPageGrowth, SocialPageReach, SocialPageScore)
)


def _derived(table: sa.Table) -> Upsert:
    columns = [c.name for c in table.columns if c.name != "id"]
    rest = [c for c in columns if c not in ("page_id", "date")]
    return Upsert(table, columns, key=("page_id", "date"), replace=rest)


_UPSERTS = tuple(_derived(table) for table in DERIVED)
_FIELDS = tuple(tuple(c.name for c in t.columns if c.name not in ("id", "page_id", "date")) for t in DERIVED)


class DeriveSettings(NamedTuple):
    """What the figures depend on beside the data."""

    posts_per_page: int
    score: ScoreSettings


def derive(connection: Connection, moments: Mapping[int, datetime], settings: DeriveSettings) -> None:
    """Compute and write the derived rows of pages.

    Args:
        connection: A transaction that writes.
        moments: Per page id, the moment of the day's snapshot (`as_of`). A page whose day has another snapshot by now
            is left alone: the later sync of a day is the one that counts.
        settings: What the figures depend on.

    """
    ids = sorted(moments)
    for start in range(0, len(ids), _SET):
        some = {page_id: moments[page_id] for page_id in ids[start : start + _SET]}
        write_metrics(
            connection,
            ((page_id, some[page_id], figures(history, some[page_id], settings))
             for page_id, history in _known(connection, some)),
        )  # fmt: skip


def figures(history: PageHistory, as_of: datetime, settings: DeriveSettings) -> metrics.PageMetrics:
    """Compute the derived rows of one page and day."""
    return metrics.compute(history, as_of, posts_per_page=settings.posts_per_page, settings=settings.score)


def _known(connection: Connection, moments: Mapping[int, datetime]) -> Iterator[tuple[int, PageHistory]]:
    """Yield what is known of pages at their moments; the past is read only where the present is a later one."""
    for page_id, present in load_present(connection, moments).items():
        if not present.overtaken:
            yield page_id, present.history
            continue
        day = moments[page_id].date()
        for past in load_pasts(connection, [page_id], day):
            yield from ((page_id, history) for _, history in past.measured(day, day))


def write_metrics(connection: Connection, computed: Iterable[tuple[int, datetime, metrics.PageMetrics]]) -> None:
    """Write derived rows."""
    rows = [(page_id, as_of.date(), m) for page_id, as_of, m in computed]
    for i, upsert in enumerate(_UPSERTS):
        names = _FIELDS[i]
        upsert.run(connection, ((p, d, *(_plain(getattr(m[i], n)) for n in names)) for p, d, m in rows))


def _plain(value: Any) -> Any:  # noqa: ANN401  a figure of any kind
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, int) and abs(value) > _LARGEST:
        return None
    return dict(value) if isinstance(value, Mapping) else value
