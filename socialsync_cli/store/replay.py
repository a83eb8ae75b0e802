"""Reading the raw archive again: what a better reader understands of it gets into the rows of its day.

The items of each file go, in the order in which they were fetched, through the readers of today and into the tables
under the moment that they were captured at. Where nothing is understood differently nothing changes. Comments are no
part of it: no figure rests on them, and which of them were kept, under whose name, was the choice of the run.
"""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from socialsync_cli.core.outcomes import POSTS, PROFILES, Kind, Result
from socialsync_cli.core.records import AskedPage
from socialsync_cli.errors import BadDataError
from socialsync_cli.platforms import PLATFORMS, Reader
from socialsync_cli.store.archive import Archive, read_file
from socialsync_cli.store.correct import correct_posts
from socialsync_cli.store.database import Database
from socialsync_cli.store.ledger import LEDGER
from socialsync_cli.store.lookup import chunks
from socialsync_cli.store.page_results import RESULTS
from socialsync_cli.store.pages import PAGES, FoundPost, FoundProfile, store_profiles
from socialsync_cli.store.rebuild import Progress, unheard
from socialsync_cli.store.runs import TASKS

_ANSWERED = (Kind.OK, Kind.EMPTY)


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
    chosen = None if page_ids is None else frozenset(page_ids)
    files, unreadable = _in_order(archive, since)
    items = 0
    for number, path in enumerate(files, 1):
        try:
            items += _replay_file(database, path, chosen)
        except BadDataError as error:
            unreadable.append(str(error))
        tell(number, len(files))
    return ReplaySummary(len(files), items, tuple(unreadable))


def _in_order(archive: Archive, since: date | None) -> tuple[list[Path], list[str]]:
    """Return the files of profiles and posts in the order in which they were fetched, and what is wrong with others."""
    found: list[tuple[datetime, str, Path]] = []
    unreadable = []
    for path in archive.files():
        try:
            header = _header(path)
        except BadDataError as error:
            unreadable.append(str(error))
            continue
        if header.part in (PROFILES, POSTS) and (since is None or header.fetched_at.date() >= since):
            found.append((header.fetched_at, header.ledger_id, path))
    return [path for _, _, path in sorted(found)], unreadable


def _header(path: Path) -> _Header:
    with _readable(path):
        raw, _ = read_file(path)
        return _Header(
            fetched_at=datetime.fromisoformat(raw["fetched_at"]),
            ledger_id=raw["ledger_id"],
            run_id=raw.get("read_by") or raw["run_id"],
            platform=raw["platform"],
            part=raw["part"],
            asked=dict(raw["asked"]) if raw["part"] in (PROFILES, POSTS) else {},
        )


@contextlib.contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Say which file it is that is broken."""
    try:
        yield
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError) as error:
        raise BadDataError(f"{path} cannot be read: {error}") from error


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
    for items in _pages(path):
        profiles, posts = _understood(reader, items, wanted)
        with database.write() as connection:
            store_profiles(connection, profiles)
            correct_posts(connection, posts)
        count += len(items)
    return count


def _pages(path: Path) -> Iterator[list[Any]]:
    with _readable(path):
        _, pages = read_file(path)
    while True:
        with _readable(path):
            items = next(pages, None)
        if items is None:
            return
        yield items


def _understood(
    reader: Reader, items: Sequence[Any], wanted: Mapping[str, _Sighting]
) -> tuple[list[FoundProfile], list[FoundPost]]:
    """Return what items say of the wanted pages; of several profiles of a page the last one."""
    profiles: dict[int, FoundProfile] = {}
    posts = []
    for item in items:
        reading = reader.read(item)
        page = wanted.get(reading.target) if reading.target is not None else None
        if page is None:
            continue
        if reading.profile is not None:
            answered = page.posts_answered and not reading.profile.private
            read_at = page.captured_at if answered else None
            profiles[page.page_id] = FoundProfile(page.page_id, page.captured_at, reading.profile, read_at)
        if reading.post is not None:
            posts.append(FoundPost(page.page_id, page.captured_at, reading.post))
    return list(profiles.values()), posts


def _sightings(connection: Connection, header: _Header) -> dict[str, _Sighting]:
    """Return, by handle, the pages that a file is about, and when they were captured.

    The results of the run know that, also where a handle has changed hands since. A page of which the run has no
    result but an open one was stored under a moment that nobody knows: it is left out. Only where the run itself is
    not known any more, the time at which the file was begun has to do.
    """
    found: dict[str, _Sighting] = {}
    run_known = connection.scalar(sa.select(TASKS.c.id).where(TASKS.c.run_id == header.run_id).limit(1)) is not None
    for some in chunks(header.asked):
        rows = connection.execute(_captured(header, some) if run_known else _stored(header, some))
        for handle, page_id, external_id, first_synced_at, captured_at, result, parts in rows:
            if run_known or header.asked[handle] == page_id:
                at = captured_at or header.fetched_at
                known_before = first_synced_at is not None and first_synced_at < at
                found[handle] = _Sighting(
                    page_id, at, external_id if known_before else None, _posts_answered(result, parts)
                )
    return found


_PAGE_COLUMNS = (PAGES.c.id, PAGES.c.external_id, PAGES.c.first_synced_at)


def _captured(header: _Header, handles: Sequence[str]) -> sa.Select[Any]:
    """Return the query for the results of a file's run; other users' with another token have moments of their own."""
    paid_by = sa.select(LEDGER.c.token_fingerprint).where(LEDGER.c.id == header.ledger_id).scalar_subquery()
    return (
        sa.select(RESULTS.c.handle, *_PAGE_COLUMNS, RESULTS.c.captured_at, RESULTS.c.result, RESULTS.c.parts)
        .join(TASKS, RESULTS.c.task_id == TASKS.c.id)
        .join(PAGES, RESULTS.c.page_id == PAGES.c.id)
        .where(
            TASKS.c.run_id == header.run_id,
            TASKS.c.platform == header.platform,
            sa.func.coalesce(paid_by, TASKS.c.token_fingerprint) == TASKS.c.token_fingerprint,
            RESULTS.c.handle.in_(handles),
            RESULTS.c.captured_at.is_not(None),
        )
    )


def _stored(header: _Header, handles: Sequence[str]) -> sa.Select[Any]:
    nothing = (sa.null(), sa.null(), sa.null())
    same = (PAGES.c.platform == header.platform, PAGES.c.handle.in_(handles))
    return sa.select(PAGES.c.handle, *_PAGE_COLUMNS, *nothing).where(*same)


def _posts_answered(result: str | None, parts: object) -> bool:
    """Whether the run got to know the page's posts."""
    answer = parts.get(POSTS) if isinstance(parts, dict) else None
    return answer is not None and result in (Result.OK, Result.PARTIAL) and answer[0] in _ANSWERED
