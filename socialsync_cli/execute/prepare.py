"""From what was asked for to rows and work: pages are found or made, tasks and open results are written down."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from socialsync_cli.core.outcomes import COMMENTS, POSTS, PROFILES, Kind, PartAnswer
from socialsync_cli.execute.work import Options, PageWork, Subscription
from socialsync_cli.platforms import PLATFORMS
from socialsync_cli.store import page_results, runs
from socialsync_cli.store.lookup import chunks
from socialsync_cli.store.page_results import OpenResult
from socialsync_cli.store.pages import PAGES
from socialsync_cli.store.runs import NewTask
from socialsync_cli.store.tables import UserPage
from socialsync_cli.store.upsert import Upsert

_USER_PAGES: sa.Table = UserPage.__table__  # type: ignore[attr-defined]  # SQLModel's metaclass adds it
_NEW_PAGE = Upsert(PAGES, ("platform", "handle"), key=("platform", "handle"))
_NEW_USER_PAGE = Upsert(_USER_PAGES, ("user_id", "page_id"), key=("user_id", "page_id"))

_SETTLED = frozenset({Kind.OK, Kind.EMPTY, Kind.NO_ITEMS, Kind.PRIVATE, Kind.NOT_FOUND, Kind.RESTRICTED})
"""Answers that stay when a run is taken up again."""


class Wanted(NamedTuple):
    """A task that is asked for: one user × one platform."""

    user: str
    platform: str
    handles: Sequence[str]
    fingerprint: str | None
    """Of the user's token; None if there is none."""


class StoredPage(NamedTuple):
    """A page as it is in the database."""

    id: int
    external_id: str | None
    status: str | None
    private: bool | None
    posts_count: int | None
    first_synced_at: datetime | None
    posts_read_at: datetime | None


def new_run_id(now: datetime) -> str:
    """Make an id that sorts by time and can be typed."""
    return f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"


def new_task_id() -> str:
    """Make an id as Celery would."""
    return str(uuid.uuid4())


def stored_pages(connection: Connection, platform: str, handles: Sequence[str]) -> dict[str, StoredPage]:
    """Return the pages that the database has, by handle."""
    found: dict[str, StoredPage] = {}
    for some in chunks(handles):
        rows = connection.execute(
            sa.select(
                PAGES.c.handle, PAGES.c.id, PAGES.c.external_id, PAGES.c.status, PAGES.c.private,
                PAGES.c.posts_count, PAGES.c.first_synced_at, PAGES.c.posts_read_at,
            ).where(PAGES.c.platform == platform, PAGES.c.handle.in_(some))
        )  # fmt: skip
        found |= {row[0]: StoredPage(*row[1:]) for row in rows}
    return found


def write_tasks(connection: Connection, run_id: str, wanted: Iterable[Wanted]) -> list[NewTask]:
    """Make the pages that are new, and write down tasks and their open results."""
    tasks = [
        NewTask(new_task_id(), w.user, w.platform, w.fingerprint, _pages_of(connection, w.platform, w.handles))
        for w in wanted
    ]
    _NEW_USER_PAGE.run(connection, ((task.user, page_id) for task in tasks for page_id, _ in task.pages))
    runs.create_tasks(connection, run_id, tasks)
    return tasks


def _pages_of(connection: Connection, platform: str, handles: Iterable[str]) -> list[tuple[int, str]]:
    """Return the ids of pages and their handles; those that are new are made."""
    found: list[tuple[int, str]] = []
    for some in chunks(handles):
        _NEW_PAGE.run(connection, ((platform, handle) for handle in some))
        query = sa.select(PAGES.c.handle, PAGES.c.id).where(PAGES.c.platform == platform, PAGES.c.handle.in_(some))
        ids = {row[0]: row[1] for row in connection.execute(query)}
        found += [(ids[handle], handle) for handle in some]
    return found


class TaskRow(NamedTuple):
    """A task of the run that is being worked on."""

    id: str
    user: str
    platform: str
    fingerprint: str | None
    pages: int


def gather_work(
    connection: Connection, tasks: Sequence[TaskRow], result_ids: Iterable[int], options: Options,
    window_start: datetime,
) -> dict[str, list[PageWork]]:  # fmt: skip
    """Return the pages of open results, per fingerprint; each page once, whoever wants it.

    What an earlier attempt of the same run has answered stays answered.
    """
    by_id = {task.id: task for task in tasks}
    pages: dict[tuple[str, int], PageWork] = {}
    rows = page_results.results_with(connection, result_ids)
    stored: dict[tuple[str, str], StoredPage] = {}
    for platform in {task.platform for task in tasks}:
        handles = list({row.handle for row in rows if by_id[row.task_id].platform == platform})
        stored |= {(platform, h): page for h, page in stored_pages(connection, platform, handles).items()}
    for row in rows:
        task = by_id[row.task_id]
        if task.fingerprint is None:
            continue
        key = (task.fingerprint, row.page_id)
        page = pages.get(key)
        if page is None:
            known = stored[task.platform, row.handle]
            page = pages[key] = _page_work(task, row, known, options, window_start)
        page.subscriptions.append(Subscription(row.task_id, row.id))
    work: dict[str, list[PageWork]] = {}
    for (fingerprint, _), page in pages.items():
        work.setdefault(fingerprint, []).append(page)
    return work


def _page_work(task: TaskRow, row: OpenResult, known: StoredPage, options: Options, window_start: datetime) -> PageWork:
    assert task.fingerprint is not None
    first = known.posts_read_at is None or (
        row.captured_at is not None
        and known.posts_read_at == row.captured_at
        and known.first_synced_at == row.captured_at
    )
    fresh = first or options.full or known.posts_read_at is None or options.posts == 0
    page = PageWork(
        page_id=known.id,
        platform=task.platform,
        handle=row.handle,
        fingerprint=task.fingerprint,
        external_id=known.external_id,
        posts_read_at=known.posts_read_at,
        newer_than=None if fresh or known.posts_read_at is None else min(window_start, known.posts_read_at),
        first=first,
        wants_posts=options.posts > 0,
        cost_usd=row.cost_usd,
    )
    restore(page, row, known)
    page.awaited = parts_to_ask(page, known.status, options)
    return page


def restore(page: PageWork, row: OpenResult, known: StoredPage) -> None:
    """Give a page back what an earlier attempt has answered."""
    page.captured_before = row.captured_at
    page.parts = {name: answer for name, answer in row.parts.items() if answer.kind in _SETTLED}
    if not page.parts:
        return
    page.captured_at, page.posts, page.comments = row.captured_at, row.posts, row.comments
    if page.parts.get(PROFILES, PartAnswer(Kind.SILENT)).kind is Kind.OK:
        page.profile_seen, page.private, page.posts_count = True, known.private, known.posts_count


def parts_to_ask(page: PageWork, status: str | None, options: Options) -> set[str]:
    """Return the parts of a page that are to be asked for now.

    A page that was private or gone last time is only looked at; its posts are asked for once it turns out to be
    visible again. A platform without profile runs tells of profiles in its posts.
    """
    if PROFILES not in PLATFORMS[page.platform].ACTORS:
        return {POSTS} - set(page.parts)
    hidden = status in ("private", "not_found")
    parts = {PROFILES, POSTS} if options.posts > 0 and not hidden else {PROFILES}
    return parts - set(page.parts)


def owes_comments(page: PageWork, options: Options) -> bool:
    """Whether a page's posts are there while its comments were not asked for yet."""
    posts = page.parts.get(POSTS)
    return options.comments > 0 and posts is not None and posts.kind is Kind.OK and COMMENTS not in page.parts
