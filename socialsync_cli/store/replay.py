"""Reading the raw archive again: what a better reader understands of it gets into the rows of its day.

The items of each file go, in the order in which they were fetched, through the readers of today and into the tables
under the moment that they were captured at. Where nothing is understood differently nothing changes. Comments are no
part of it: no figure rests on them, and which of them were kept, under whose name, was the choice of the run.
"""

from __future__ import annotations

import contextlib
import gzip
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import starmap
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from socialsync_cli.core.outcomes import POSTS, PROFILES, Kind, Result
from socialsync_cli.core.records import AskedPage
from socialsync_cli.platforms import PLATFORMS, Reader
from socialsync_cli.store.archive import Archive, read_file
from socialsync_cli.store.correct import correct_posts
from socialsync_cli.store.database import Database
from socialsync_cli.store.ledger import LEDGER
from socialsync_cli.store.pages import PAGES, FoundPost, FoundProfile, store_profiles
from socialsync_cli.store.rebuild import Progress, unheard
from socialsync_cli.store.runs import RESULTS, TASKS

_ANSWERED = (Kind.OK, Kind.EMPTY)
_CHUNK = 400


class ReplaySummary(NamedTuple):
    """What was read again."""

    files: int
    items: int
    unreadable: tuple[str, ...]
    """Files that are broken."""


class _Header(NamedTuple):
    """Where a file comes from."""

    fetched_at: datetime
    ledger_id: str
    run_id: str
    """The run that read the items: not the one that paid for them, where they were taken over."""
    platform: str
    part: str
    asked: dict[str, int]
    """Handles, and the page that each meant then."""


class _Sighting(NamedTuple):
    """A page as a file's run saw it."""

    page_id: int
    captured_at: datetime
    external_id: str | None
    """If it was known already."""
    posts_answered: bool


def replay(
    database: Database, archive: Archive, *, page_ids: Collection[int] | None = None, since: date | None = None,
    tell: Progress = unheard,
) -> ReplaySummary:  # fmt: skip
    """Read the archive again; the derived rows are left as they are.

    Args:
        database: In its newest form; its rows belong to this archive.
        archive: The folder beside it.
        page_ids: Only these pages; None: all.
        since: Only what was fetched from this day on.
        tell: Hears of the progress: files.

    Raises:
        DatabaseError: The database cannot be used. Starting again completes what was begun.

    """
    files, unreadable = _in_order(archive, since)
    items = 0
    for number, path in enumerate(files, 1):
        try:
            items += _replay_file(database, path, None if page_ids is None else frozenset(page_ids))
        except _BROKEN:
            unreadable.append(str(path))
        tell(number, len(files))
    return ReplaySummary(len(files), items, tuple(unreadable))


_BROKEN = (OSError, EOFError, ValueError, KeyError, TypeError)
"""What a file that was cut off, or written by something else, can come to."""


def _in_order(archive: Archive, since: date | None) -> tuple[list[Path], list[str]]:
    """Return the files of profiles and posts in the order in which they were fetched, and those that are broken."""
    found: list[tuple[datetime, str, Path]] = []
    unreadable = []
    for path in archive.files():
        try:
            header = _header(path)
        except _BROKEN:
            unreadable.append(str(path))
            continue
        if header.part in (PROFILES, POSTS) and (since is None or header.fetched_at.date() >= since):
            found.append((header.fetched_at, header.ledger_id, path))
    return [path for _, _, path in sorted(found)], unreadable


def _header(path: Path) -> _Header:
    with gzip.open(path, "rb") as file:
        raw: dict[str, Any] = orjson.loads(file.readline())
    asked = raw["asked"] if raw["part"] in (PROFILES, POSTS) else []
    return _Header(
        fetched_at=datetime.fromisoformat(raw["fetched_at"]),
        ledger_id=raw["ledger_id"],
        run_id=raw.get("read_by") or raw["run_id"],
        platform=raw["platform"],
        part=raw["part"],
        asked=dict(asked),
    )


def _replay_file(database: Database, path: Path, page_ids: frozenset[int] | None) -> int:
    header = _header(path)
    with database.read() as connection:
        sightings = _sightings(connection, header)
    if page_ids is not None and not any(s.page_id in page_ids for s in sightings.values()):
        return 0
    platform = PLATFORMS[header.platform]
    # All that were asked for, wanted or not: an item belongs to the page that it fits best.
    asked = [AskedPage(h, s.external_id if (s := sightings.get(h)) else None) for h in header.asked]
    reader = platform.profiles_reader(asked) if header.part == PROFILES else platform.posts_reader(asked)
    wanted = {h: s for h, s in sightings.items() if page_ids is None or s.page_id in page_ids}
    count = 0
    with contextlib.closing(_pages(path)) as pages:
        for items in pages:
            profiles, posts = _understood(reader, items, wanted)
            with database.write() as connection:
                store_profiles(connection, profiles)
                correct_posts(connection, posts)
            count += len(items)
    return count


def _pages(path: Path) -> Iterator[list[Any]]:
    _, pages = read_file(path)
    yield from pages
