"""Taking in counters that were counted elsewhere: the past of a page that no scraper can recover.

An imported day stands at noon UTC and gives way to anything measured on that day. It has no figures of its own, but
those of later days rest on it: they are made again.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
from socialsync_cli.store.history_file import HistoryFile, ImportedDay
from socialsync_cli.store.pages import METRICS, PAGES
from socialsync_cli.store.present import LOOKBACK
from socialsync_cli.store.rebuild import Progress, Span, rebuild_spans, unheard
from socialsync_cli.store.upsert import Upsert, compiled

_AT_ONCE = 5_000
"""Rows in one transaction."""
_CHUNK = 400
_NOON = time(12, tzinfo=UTC)
_NEW_PAGE = Upsert(PAGES, ("platform", "handle"), key=("platform", "handle"))

Page = tuple[str, str]
"""Platform and handle."""


class ImportSummary(NamedTuple):
    """What came of a file."""

    rows: int
    """In the file."""
    days_written: int
    days_kept: int
    """On which something was measured: that stands."""
    rows_empty: int
    """Without a single counter."""
    pages_new: int
    days_rebuilt: int
    """Later days whose figures rest on what came."""


class _Written(NamedTuple):
    days: int
    kept: int
    new: int


def import_history(
    database: Database, settings: DeriveSettings, path: Path, *, now: datetime, tell: Progress = unheard
) -> ImportSummary:
    """Take in a file; nothing is written unless all of it is good.

    Args:
        database: In its newest form.
        settings: What the figures of the days that come after depend on.
        path: A CSV file; see `store.history_file`.
        now: The time.
        tell: Hears of the progress: rows written first, then pages whose figures were made again.

    Raises:
        UsageError: The file cannot be read, or something in it is wrong; the text names the lines.
        DatabaseError: The database cannot be used. Importing again completes what was begun.

    """
    with _opened(path) as stream:
        file = HistoryFile(stream, name=str(path), today=now.astimezone(UTC).date())
        total = file.check()
        touched: dict[int, tuple[date, date]] = {}
        counts = [0, 0, 0, 0]
        days = file.days()
        done = 0
        while some := list(islice(days, _AT_ONCE)):
            told = [day for day in some if any(count is not None for count in day.counters)]
            with database.write() as connection:
                written = _write(connection, told, file.counters, touched)
            for index, count in enumerate((*written, len(some) - len(told))):
                counts[index] += count
            done += len(some)
            tell(done, total)
    spans = _spans_after(database, touched)
    rebuilt = rebuild_spans(database, settings, spans, tell=tell)
    return ImportSummary(total, counts[0], counts[1], counts[3], counts[2], rebuilt.days)


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


def _write(
    connection: Connection, days: Sequence[ImportedDay], counters: Sequence[str], touched: dict[int, tuple[date, date]]
) -> _Written:
    """Write imported days; note in `touched`, of pages that were synced before, the first and the last one."""
    if not days:
        return _Written(0, 0, 0)
    pages, new = _pages(connection, {(day.platform, day.handle) for day in days})
    # The row further down stands, as if its file had been imported later.
    latest = {(pages[day.platform, day.handle], day.date): day for day in days}
    for (page_id, synced), on in {(page, date_) for page, date_ in latest}:
        if synced:
            first, last = touched.get(page_id, (on, on))
            touched[page_id] = min(first, on), max(last, on)
    sql, encode, places = _statement(connection.dialect.name, tuple(counters))
    values = encode(
        (page_id, on, *(day.counters[place] for place in places), day.followers_rounded, True,
         datetime.combine(on, _NOON))
        for ((page_id, _), on), day in latest.items()
    )  # fmt: skip
    changed = connection.exec_driver_sql(sql, values).rowcount
    return _Written(changed, len(values) - changed, new)
