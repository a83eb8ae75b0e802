"""What a run would do and cost, without doing it: the plan of `run --dry-run`.

Posts of pages that are known are counted from what is stored of them; pages that are new are taken to have as many
as are asked for. How many comments posts come to is learned from earlier runs of the same kind.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from socialsync_cli.core.outcomes import COMMENTS, POSTS, PROFILES
from socialsync_cli.core.plan import spread
from socialsync_cli.execute.drive import ITEMS_PER_READ
from socialsync_cli.execute.pack import SMALLEST_COMMENT_RUN, Packing, pack_pages
from socialsync_cli.execute.prepare import StoredPage, Wanted, parts_to_ask, stored_pages
from socialsync_cli.execute.work import AccountWork, Batch, PageWork
from socialsync_cli.platforms import PLATFORMS
from socialsync_cli.store.ledger import LEDGER
from socialsync_cli.store.pages import POSTS as POST_TABLE

_SETTLED_SHARE = 0.48
"""How many comments per post a later sync asks for, beside the first one."""
_GUESSED_SHARE = 0.5
"""Of the comments that are asked for at most, how many there are: before anything is known."""


class PlannedRun(NamedTuple):
    """An Apify run that would be started."""

    actor: str
    pages: int
    max_items: int
    estimated_cost_usd: float


class Plan(NamedTuple):
    """What a run would do."""

    apify_runs: list[PlannedRun]
    items: int
    estimated_cost_usd: float
    requests: int

    def as_json(self) -> dict[str, object]:
        """Return the object that `run --dry-run --json` prints."""
        runs = [r._asdict() | {"estimated_cost_usd": round(r.estimated_cost_usd, 6)} for r in self.apify_runs]
        return {
            "plan": {
                "apify_runs": runs,
                "items": self.items,
                "estimated_cost_usd": round(self.estimated_cost_usd, 6),
                "requests": self.requests,
            }
        }


def would_be_work(
    connection: Connection | None, wanted: Sequence[Wanted], packing: Packing, window_start: datetime
) -> dict[str, list[PageWork]]:
    """Return the pages of a run that is not begun, per fingerprint; nothing is written."""
    pages: dict[tuple[str, str, str], PageWork] = {}
    for task in wanted:
        known = stored_pages(connection, task.platform, task.handles) if connection is not None else {}
        for handle in task.handles:
            if task.fingerprint is not None and (task.fingerprint, task.platform, handle) not in pages:
                page = _page(task, handle, known.get(handle), packing, window_start)
                pages[task.fingerprint, task.platform, handle] = page
    work: dict[str, list[PageWork]] = defaultdict(list)
    for page in pages.values():
        work[page.fingerprint].append(page)
    return work


def _page(task: Wanted, handle: str, known: StoredPage | None, packing: Packing, window_start: datetime) -> PageWork:
    assert task.fingerprint is not None
    page = PageWork(known.id if known else 0, task.platform, handle, task.fingerprint)
    if known is not None and known.posts_read_at is not None:
        page.first, page.posts_read_at = False, known.posts_read_at
        page.newer_than = None if packing.options.full else min(window_start, known.posts_read_at)
    page.posts_count = known.posts_count if known else None
    page.awaited = parts_to_ask(page, known.status if known else None, packing.options)
    return page


def estimate(
    connection: Connection | None, accounts: Sequence[AccountWork], work: Mapping[str, Sequence[PageWork]],
    packing: Packing, now: datetime,
) -> Plan:  # fmt: skip
    """Return the plan for pages that would be asked for.

    Args:
        connection: Of the database, if there is one yet.
        accounts: With the prices of their actors, as far as known.
        work: Pages per fingerprint.
        packing: How pages become batches.
        now: When it would begin.

    """
    runs: list[PlannedRun] = []
    items, requests = 0.0, 0
    for account in accounts:
        pages = work.get(account.fingerprint, ())
        waiting: dict[tuple[str, str], list[PageWork]] = defaultdict(list)
        for page in pages:
            for part in page.awaited:
                waiting[page.platform, part].append(page)
        recent = _recent_posts(connection, pages, now)
        for batch in pack_pages(account, waiting, packing, slots=account.slots):
            expected = sum(_expected(batch, page, recent) for page in batch.pages)
            items += expected
            cost = account.price_of(batch).of(expected)
            runs.append(PlannedRun(batch.actor, len(batch.pages), batch.most_items, cost))
            requests += _requests(batch.part, expected)
        for planned, expected in _comment_runs(connection, account, waiting, recent, packing):
            items += expected
            runs.append(planned)
            requests += _requests(COMMENTS, expected)
    return Plan(runs, round(items), sum(run.estimated_cost_usd for run in runs), requests)


def _requests(part: str, items: float) -> int:
    """Return how many requests an Apify run takes: its start, its end, and reading what it brought."""
    return 2 + max(1, math.ceil(items / ITEMS_PER_READ[part]))


def _expected(batch: Batch, page: PageWork, recent: Mapping[int, int]) -> float:
    if batch.part == PROFILES:
        return 1
    if page.newer_than is None:
        most = batch.limit if page.posts_count is None else min(batch.limit, page.posts_count)
        return max(1, most)
    return max(1, min(batch.limit, recent.get(page.page_id, 0)))


def _recent_posts(connection: Connection | None, pages: Sequence[PageWork], now: datetime) -> dict[int, int]:
    """Return, per page id, how many posts the window has that would be asked for.

    What was published since the page was last read is not known: as many days before that stand for it.
    """
    if connection is None:
        return {}
    found: dict[int, int] = {}
    by_hour: dict[datetime, list[int]] = defaultdict(list)
    for page in pages:
        if page.newer_than is not None and page.posts_read_at is not None:
            since = page.posts_read_at - (now - page.newer_than)
            by_hour[since.replace(minute=0, second=0, microsecond=0)].append(page.page_id)
    for since, ids in by_hour.items():
        for start in range(0, len(ids), 500):
            rows = connection.execute(
                sa.select(POST_TABLE.c.page_id, sa.func.count())
                .where(POST_TABLE.c.page_id.in_(ids[start : start + 500]), POST_TABLE.c.published_at >= since)
                .group_by(POST_TABLE.c.page_id)
            )
            found |= {row[0]: row[1] for row in rows}
    return found


def _comment_runs(
    connection: Connection | None, account: AccountWork, waiting: Mapping[tuple[str, str], Sequence[PageWork]],
    recent: Mapping[int, int], packing: Packing,
) -> list[tuple[PlannedRun, float]]:  # fmt: skip
    if not packing.options.comments:
        return []
    loads = []
    for (platform, part), pages in waiting.items():
        if part != POSTS or not pages:
            continue
        posts = sum(_expected(_probe(account, platform, packing), page, recent) for page in pages)
        per_post = _learned(connection, account, platform, pages[0].newer_than is not None)
        expected = posts * (_guess(platform, packing.options.comments) if per_post is None else per_post)
        if expected >= 1:
            loads.append((platform, pages, posts, expected))
    planned = []
    stretch = max(sum(load[2] for load in loads) / max(1, account.slots), SMALLEST_COMMENT_RUN)
    for platform, pages, posts, expected in loads:
        actor = packing.actors[platform, COMMENTS]
        for some in spread(pages, max(1, round(posts / stretch), math.ceil(len(pages) / packing.largest))):
            share = expected * len(some) / len(pages)
            cost = account.price(actor).of(share)
            most = round(posts * packing.options.comments * len(some) / len(pages))
            planned.append((PlannedRun(actor, len(some), most, cost), share))
    return planned


def _guess(platform: str, comments: int) -> float:
    """Guess how many comments per post have to be asked for, before anything is known."""
    return max(0, comments - PLATFORMS[platform].TRAITS.comments_inside) * _GUESSED_SHARE


def _probe(account: AccountWork, platform: str, packing: Packing) -> Batch:
    return Batch("", account, platform, POSTS, packing.actors[platform, POSTS], limit=max(1, packing.options.posts))


def _learned(connection: Connection | None, account: AccountWork, platform: str, later: bool) -> float | None:
    """Return how many comment items a post item came to in the newest run of this account, None if unknown.

    Where only a first sync is known, a later one is thought to need fewer: most of its posts have settled.
    """
    if connection is None:
        return None
    rows = connection.execute(
        sa.select(LEDGER.c.run_id, LEDGER.c.part, sa.func.sum(LEDGER.c["items"]))
        .where(LEDGER.c.token_fingerprint == account.fingerprint, LEDGER.c.platform == platform)
        .where(LEDGER.c.part.in_((POSTS, COMMENTS)))
        .group_by(LEDGER.c.run_id, LEDGER.c.part)
        .order_by(sa.func.max(LEDGER.c.intended_at).desc())
        .limit(4)
    ).all()
    newest = next((row[0] for row in rows if row[1] == POSTS), None)
    items = {part: count or 0 for run_id, part, count in rows if run_id == newest}
    if not items.get(POSTS):
        return None
    only_first = {row[0] for row in rows} == {newest}
    return items.get(COMMENTS, 0) / items[POSTS] * (_SETTLED_SHARE if later and only_first else 1.0)
