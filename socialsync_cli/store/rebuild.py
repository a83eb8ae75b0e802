"""Making the derived rows again, for any page and day, from the history that is stored.

A row comes out as it was written on its day, because it is made from what was known then; after a change of formulas,
benchmarks or weights it comes out as they want it now. Pages are worked on a set at a time and rows are written in
small transactions, so that memory stays bounded and a sync that goes on meanwhile is hardly held up.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from socialsync_cli.metrics import PageMetrics
from socialsync_cli.store.database import Database
from socialsync_cli.store.derive import DERIVED, DeriveSettings, figures, write_metrics
from socialsync_cli.store.pages import METRICS, PAGES
from socialsync_cli.store.past import Past, load_pasts, weigh

Progress = Callable[[int, int], None]
"""Hears how many of how many pages are done."""

_SET = 100
_MOST_SIGHTINGS = 200_000
"""A set is cut where its posts have more sightings than this: each takes some 200 bytes."""
_AT_ONCE = 500
"""Days in one transaction: some tens of milliseconds in which nobody else can write."""


class Span(NamedTuple):
    """Days of a page."""

    page_id: int
    first: date | None = None
    """None: from its first day on."""
    last: date | None = None
    """None: to its last day."""


class RebuildSummary(NamedTuple):
    """What was made again."""

    pages: int
    """That were looked at."""
    days: int
    """Each has four derived rows now."""
    removed: int
    """Derived rows of days on which nothing was measured."""


class _Row(NamedTuple):
    page_id: int
    as_of: datetime
    posts_read_at: datetime | None
    figures: PageMetrics


def unheard(_done: int, _total: int) -> None:
    """Tell nobody of the progress."""


def rebuild(
    database: Database, settings: DeriveSettings, *, page_ids: Collection[int] | None = None,
    since: date | None = None, tell: Progress = unheard,
) -> RebuildSummary:  # fmt: skip
    """Make the derived rows again.

    Args:
        database: In its newest form.
        settings: What the figures depend on.
        page_ids: Only these pages; None: all.
        since: Only days from this one on.
        tell: Hears of the progress.

    Raises:
        DatabaseError: The database cannot be used. What was written by then stays; starting again completes it.

    """
    with database.read() as connection:
        wanted = list(connection.scalars(sa.select(PAGES.c.id).order_by(PAGES.c.id)))
    if page_ids is not None:
        chosen = frozenset(page_ids)
        wanted = [page_id for page_id in wanted if page_id in chosen]
    return rebuild_spans(database, settings, [Span(page_id, since) for page_id in wanted], tell=tell)


def rebuild_spans(
    database: Database, settings: DeriveSettings, spans: Sequence[Span], *, tell: Progress = unheard
) -> RebuildSummary:
    """Make the derived rows of some days of some pages again; arguments and errors as for `rebuild`."""
    days = removed = 0
    for start in range(0, len(spans), _SET):
        some = spans[start : start + _SET]
        days += _rebuild_set(database, settings, some)
        with database.write() as connection:
            removed += _remove_unfounded(connection, some)
        tell(min(start + _SET, len(spans)), len(spans))
    return RebuildSummary(len(spans), days, removed)


def _rebuild_set(database: Database, settings: DeriveSettings, spans: Sequence[Span]) -> int:
    firsts = [span.first for span in spans if span.first is not None]
    since = min(firsts) if len(firsts) == len(spans) else None
    with database.read() as connection:
        weights = weigh(connection, [span.page_id for span in spans], since)
    written = 0
    for portion in _portions(spans, weights):
        with database.read() as connection:
            pasts = load_pasts(connection, [span.page_id for span in portion], since)
        rows = _rows(pasts, {span.page_id: span for span in portion}, settings)
        while some := list(islice(rows, _AT_ONCE)):
            with database.write() as connection:
                written += _write(connection, some)
    return written


def _portions(spans: Iterable[Span], weights: Mapping[int, int]) -> Iterator[list[Span]]:
    """Cut a set so that what is read for a portion at once stays small, if one page alone does not exceed that."""
    portion: list[Span] = []
    load = 0
    for span in spans:
        weight = weights.get(span.page_id, 0)
        if portion and load + weight > _MOST_SIGHTINGS:
            yield portion
            portion, load = [], 0
        portion.append(span)
        load += weight
    if portion:
        yield portion


def _rows(pasts: Iterable[Past], spans: Mapping[int, Span], settings: DeriveSettings) -> Iterator[_Row]:
    for past in pasts:
        page_id = past.names.page_id
        span = spans[page_id]
        for day, history in past.measured(span.first, span.last):
            as_of = day.snapshot.captured_at
            yield _Row(page_id, as_of, day.posts_read_at, figures(history, as_of, settings))


def _write(connection: Connection, rows: Sequence[_Row]) -> int:
    """Write rows, but for those of days that a sync has written since they were read: its rows are the newer ones."""
    dates = [row.as_of.date() for row in rows]
    stored = connection.execute(
        sa.select(METRICS.c.page_id, METRICS.c.captured_at, METRICS.c.posts_read_at).where(
            METRICS.c.page_id.in_({row.page_id for row in rows}), METRICS.c.date.between(min(dates), max(dates))
        )
    )
    standing = {(row.page_id, row.captured_at, row.posts_read_at) for row in stored}
    kept = [row for row in rows if row[:3] in standing]
    write_metrics(connection, ((row.page_id, row.as_of, row.figures) for row in kept))
    return len(kept)


def _remove_unfounded(connection: Connection, spans: Sequence[Span]) -> int:
    """Remove derived rows of days on which nothing was measured; return how many."""
    removed = 0
    values = [{"page": s.page_id, "first": s.first or date.min, "last": s.last or date.max} for s in spans]
    for table in DERIVED:
        measured = sa.exists().where(
            METRICS.c.page_id == table.c.page_id, METRICS.c.date == table.c.date, METRICS.c.imported.is_(sa.false())
        )
        statement = sa.delete(table).where(
            table.c.page_id == sa.bindparam("page"),
            table.c.date.between(sa.bindparam("first"), sa.bindparam("last")),
            sa.not_(measured),
        )
        removed += connection.execute(statement, values).rowcount
    return removed
