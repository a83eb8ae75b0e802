"""Pages that are complete: their results, their cursors and their derived rows, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from socialsync_cli.core.outcomes import POSTS, Kind, PartAnswer, Result, Trouble, contradicts
from socialsync_cli.execute.work import PageWork
from socialsync_cli.store.derive import DeriveSettings, derive
from socialsync_cli.store.page_results import ResultChange, change_results
from socialsync_cli.store.pages import METRICS, PAGES

_STATUS = {
    Result.OK: "active",
    Result.PRIVATE: "private",
    Result.NOT_FOUND: "not_found",
    Result.RESTRICTED: "restricted",
}
_WITH_SNAPSHOT = frozenset({Result.OK, Result.PARTIAL, Result.PRIVATE})


class Finished(NamedTuple):
    """A page and what became of it."""

    page: PageWork
    result: Result | None
    """None: some of its parts are still open."""
    trouble: Trouble | None
    parts: dict[str, PartAnswer]
    """The parts that are answered, as they stand now: the page itself goes on changing."""


_UPDATE_PAGE = (
    sa.update(PAGES)
    .where(PAGES.c.id == sa.bindparam("the_page"))
    .values(
        status=sa.func.coalesce(sa.bindparam("new_status", type_=PAGES.c.status.type), PAGES.c.status),
        posts_read_at=sa.case(
            (
                sa.or_(
                    PAGES.c.posts_read_at.is_(None),
                    PAGES.c.posts_read_at < sa.bindparam("new_posts_read_at", type_=PAGES.c.posts_read_at.type),
                ),
                sa.bindparam("new_posts_read_at", type_=PAGES.c.posts_read_at.type),
            ),
            else_=PAGES.c.posts_read_at,
        ),
    )
)
_UPDATE_SNAPSHOT = (
    sa.update(METRICS)
    .where(METRICS.c.page_id == sa.bindparam("the_page"), METRICS.c.date == sa.bindparam("the_date"))
    .where(METRICS.c.captured_at == sa.bindparam("new_posts_read_at", type_=METRICS.c.captured_at.type))
    .values(posts_read_at=sa.bindparam("new_posts_read_at", type_=METRICS.c.posts_read_at.type))
)


def write_finished(connection: Connection, finished: Sequence[Finished], settings: DeriveSettings) -> None:
    """Write results; for pages that have one, also status, cursor and derived rows."""
    change_results(connection, _changes(finished))
    over = sorted((f for f in finished if f.result is not None), key=lambda f: f.page.page_id)
    if not over:
        return
    connection.execute(_UPDATE_PAGE, [_page_row(f) for f in over])
    answered = [
        {"the_page": p.page_id, "the_date": p.captured_at.date(), "new_posts_read_at": p.captured_at}
        for p in (f.page for f in over)
        if p.captured_at is not None and posts_answered(p)
    ]
    if answered:
        connection.execute(_UPDATE_SNAPSHOT, answered)
    moments = {
        f.page.page_id: f.page.captured_at
        for f in over
        if f.result in _WITH_SNAPSHOT and f.page.profile_seen and f.page.captured_at is not None
    }
    if moments:
        derive(connection, moments, settings)


def _changes(finished: Iterable[Finished]) -> Iterable[ResultChange]:
    for page, result, trouble, parts in finished:
        for subscription in page.subscriptions:
            share = page.cost_usd / len(page.subscriptions)
            yield ResultChange(
                subscription.result_id, result, page.posts, page.comments, trouble, share, page.captured_at,
                parts,
            )  # fmt: skip


def _page_row(finished: Finished) -> dict[str, object]:
    page = finished.page
    return {
        "the_page": page.page_id,
        "new_status": _STATUS.get(finished.result) if finished.result else None,
        "new_posts_read_at": page.captured_at if posts_answered(page) else None,
    }


def posts_answered(page: PageWork) -> bool:
    """Whether the whole window of posts that was asked for is known now; an empty answer counts."""
    answer = page.parts.get(POSTS)
    if answer is None or page.private or not page.wants_posts:
        return False
    if answer.kind in (Kind.OK, Kind.EMPTY):
        return True
    return answer.kind in (Kind.NO_ITEMS, Kind.SILENT) and page.profile_seen and not contradicts(answer, page.facts)
