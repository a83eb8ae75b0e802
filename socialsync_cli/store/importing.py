"""Taking in counters that were counted elsewhere: the past of a page that no scraper can recover.

An imported day stands at noon UTC and gives way to anything measured on that day. It has no figures of its own, but
those of later days rest on it: they are made again.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from socialsync_cli.errors import UsageError
from socialsync_cli.store.database import Database
from socialsync_cli.store.derive import DeriveSettings
from socialsync_cli.store.history_file import COUNTERS, HistoryFile, ImportedDay
from socialsync_cli.store.lookup import rows_with
from socialsync_cli.store.pages import METRICS, PAGES
from socialsync_cli.store.present import LOOKBACK
from socialsync_cli.store.rebuild import Progress, Span, rebuild_spans, unheard
from socialsync_cli.store.upsert import Upsert, compiled

_AT_ONCE = 5_000
"""Rows in one transaction."""
_NOON = time(12, tzinfo=UTC)

_Encode = Callable[[Iterable[Sequence[Any]]], list[tuple[Any, ...]]]
_NEW_PAGE = Upsert(PAGES, ("platform", "handle"), key=("platform", "handle"))


class ImportSummary(NamedTuple):
    """What came of a file."""

    rows: int
    """In the file."""
    rows_empty: int
    """Without a single counter."""
    days_written: int
    days_kept: int
    """On which something was measured: that stands."""
    pages_new: int
    days_rebuilt: int
    """Later days whose figures rest on what came."""


class _Page(NamedTuple):
    id: int
    synced: bool


@dataclass
class _Tally:
    """What has been written so far."""

    rows: int = 0
    empty: int = 0
    days: int = 0
    kept: int = 0
    pages_new: int = 0
    touched: dict[int, tuple[date, date]] = field(default_factory=dict)
    """Of pages that were synced before, the first and the last day that came."""


def import_history(
    database: Database, settings: DeriveSettings, path: Path, *, now: datetime, tell: Progress = unheard
) -> ImportSummary:
    """Take in a file; nothing is written unless all of it is good.

    Args:
        database: In its newest form.
        settings: What the figures of the days that come after depend on.
        path: A CSV file; see `store.history_file`.
        now: The time.
        tell: Hears of the progress: rows that are written first, then pages whose figures were made again.

    Raises:
        UsageError: The file cannot be read, or something in it is wrong; the text names the lines.
        DatabaseError: The database cannot be used. Importing again completes what was begun.

    """
    tally = _Tally()
    with _opened(path) as stream:
        file = HistoryFile(stream, name=str(path), today=now.astimezone(UTC).date())
        total = file.check()
        days = file.days()
        while some := list(islice(days, _AT_ONCE)):
            with database.write() as connection:
                _write(connection, some, file.counters, tally)
            tell(tally.rows, total)
    rebuilt = rebuild_spans(database, settings, _spans_after(database, tally.touched), tell=tell)
    return ImportSummary(tally.rows, tally.empty, tally.days, tally.kept, tally.pages_new, rebuilt.days)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file that can be read twice; what comes through a pipe is put aside first."""
    try:
        with contextlib.ExitStack() as stack:
            stream: BinaryIO = stack.enter_context(path.open("rb"))
            if not stream.seekable():
                aside = stack.enter_context(tempfile.TemporaryFile())
                shutil.copyfileobj(stream, aside)
                stream = aside
            yield stream
    except IsADirectoryError as error:
        raise UsageError(f"{path} is a folder") from error
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error


def _write(connection: Connection, rows: Sequence[ImportedDay], counters: tuple[str, ...], tally: _Tally) -> None:
    told = [row for row in rows if any(count is not None for count in row.counters)]
    pages = _pages(connection, dict.fromkeys((row.platform, row.handle) for row in told), tally)
    # Of two rows about the same day the later one stands, as if it had been imported later.
    latest = {(pages[row.platform, row.handle], row.date): row for row in told}
    for page, day in latest:
        if page.synced:
            first, last = tally.touched.get(page.id, (day, day))
            tally.touched[page.id] = min(first, day), max(last, day)
    sql, encode = _statement(connection.dialect.name, counters)
    wanted = [COUNTERS.index(name) for name in counters]
    values = encode(
        (page.id, day, datetime.combine(day, _NOON), True, row.followers_rounded, *(row.counters[i] for i in wanted))
        for (page, day), row in latest.items()
    )
    written = connection.exec_driver_sql(sql, values).rowcount if values else 0
    tally.rows += len(rows)
    tally.empty += len(rows) - len(told)
    tally.days += written
    tally.kept += len(values) - written


@cache
def _statement(dialect: str, counters: tuple[str, ...]) -> tuple[str, _Encode]:
    """Return the upsert that never changes a measured day, and what makes its parameters."""
    columns = ("page_id", "date", "captured_at", "imported", "followers_rounded", *counters)
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = insert(METRICS).values({name: sa.bindparam(name) for name in columns})
    upsert = statement.on_conflict_do_update(
        index_elements=["page_id", "date"],
        set_={name: statement.excluded[name] for name in ("followers_rounded", *counters)},
        where=METRICS.c.imported.is_(sa.true()),
    )
    return compiled(upsert, dialect, columns, METRICS)


def _pages(connection: Connection, names: Collection[tuple[str, str]], tally: _Tally) -> dict[tuple[str, str], _Page]:
    """Return pages by platform and handle; those that are not known yet are made."""
    found = _stored(connection, names)
    new = [name for name in names if name not in found]
    if new:
        _NEW_PAGE.run(connection, new)
        found |= _stored(connection, new)
        tally.pages_new += len(new)
    return found


def _stored(connection: Connection, names: Iterable[tuple[str, str]]) -> dict[tuple[str, str], _Page]:
    columns = (PAGES.c.platform, PAGES.c.handle, PAGES.c.id, PAGES.c.first_synced_at)
    rows = rows_with(connection, columns, columns[:2], names)
    return {(row[0], row[1]): _Page(row[2], row[3] is not None) for row in rows}


def _spans_after(database: Database, touched: Mapping[int, tuple[date, date]]) -> list[Span]:
    """Return the days whose figures rest on imported ones.

    These are the days on which an imported count can be a base, and all up to the first count after it: that is
    compared with the imported one however old it is, and a 0 is believed or not because of it.
    """
    spans = []
    with database.read() as connection:
        for page_id, (first, last) in touched.items():
            next_count = connection.scalar(
                sa.select(sa.func.min(METRICS.c.date)).where(
                    METRICS.c.page_id == page_id, METRICS.c.date > last, METRICS.c.followers > 0
                )
            )
            spans.append(Span(page_id, first, next_count + LOOKBACK if next_count else None))
    return spans
