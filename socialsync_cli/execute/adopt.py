"""What an earlier run has already paid for: answered pages, Apify runs that went on without us, lost starts.

`resume` takes over its own run's ledger. A new run takes over, page by page, from the runs of the last six hours
that failed or were interrupted, unless the page's newest run ended well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from socialsync_cli.core.outcomes import COMMENTS, State
from socialsync_cli.execute.harvest import comment_targets
from socialsync_cli.execute.prepare import StoredPage, owes_comments, parts_to_ask, restore, stored_pages
from socialsync_cli.execute.work import AccountWork, Batch, Options, PageWork, PostTarget
from socialsync_cli.store import ledger, page_results, runs
from socialsync_cli.store.ledger import Entry
from socialsync_cli.store.lookup import chunks
from socialsync_cli.store.page_results import RESULTS, results_with
from socialsync_cli.store.runs import RUNS, TASKS

Heritage = dict[tuple[str, int], set[str]]
"""Per fingerprint and page id: earlier runs that paid for something which the page may still use."""


def adopt_batches(
    connection: Connection, heritage: Heritage, accounts: Mapping[str, AccountWork],
    work: Mapping[str, Sequence[PageWork]],
) -> list[Batch]:  # fmt: skip
    """Return the Apify runs of earlier runs that were not read to their end, for the pages that still need them.

    Args:
        connection: A transaction.
        heritage: Per page, the runs whose ledger counts for it.
        accounts: By fingerprint.
        work: Pages to be worked on, by fingerprint.

    """
    run_ids = {run_id for some in heritage.values() for run_id in some}
    if not run_ids:
        return []
    pages = {(f, page.page_id): page for f, some in work.items() for page in some}
    batches: list[Batch] = []
    taken: set[tuple[int, str]] = set()
    for entry in sorted(ledger.entries(connection, run_ids, unread_only=True), key=_surest_first):
        account = accounts.get(entry.fingerprint)
        if account is None:
            continue
        batch = _batch(entry, account, pages, taken, heritage)
        if batch.targets:
            batches.append(batch)
    return batches


def _surest_first(entry: Entry) -> tuple[bool, datetime]:
    return (entry.apify_run_id is None, entry.intended_at)


def _batch(
    entry: Entry, account: AccountWork, pages: Mapping[tuple[str, int], PageWork], taken: set[tuple[int, str]],
    heritage: Heritage,
) -> Batch:  # fmt: skip
    batch = Batch(
        id=entry.id,
        account=account,
        platform=entry.platform,
        part=entry.part,
        actor=entry.actor,
        limit=entry.limit,
        newer_than=entry.newer_than,
        attempt=entry.attempt,
        adopted=entry,
    )
    for asked in entry.asked:
        page = pages.get((entry.fingerprint, asked[3] if entry.part == COMMENTS else asked[1]))
        if page is None or entry.run_id not in heritage.get((entry.fingerprint, page.page_id), ()):
            continue
        if entry.part == COMMENTS:
            key, url, post_id, _, count = asked
            if COMMENTS not in page.parts and (post_id, COMMENTS) not in taken:
                taken.add((post_id, COMMENTS))
                batch.posts.append(PostTarget(page, post_id, key, url, count))
        elif entry.part in page.awaited and (page.page_id, entry.part) not in taken:
            taken.add((page.page_id, entry.part))
            page.newer_than = entry.newer_than if entry.part == "posts" else page.newer_than
            batch.pages.append(page)
    return batch


def owed_comments(
    connection: Connection, work: Mapping[str, Sequence[PageWork]], adopted: Iterable[Batch], options: Options,
    window_start: datetime,
) -> list[PostTarget]:  # fmt: skip
    """Return the posts whose comments an interrupted run had not asked for yet."""
    under_way = frozenset(target.post_id for batch in adopted for target in batch.posts)
    owing = [page for some in work.values() for page in some if owes_comments(page, options)]
    return comment_targets(connection, owing, window_start, under_way)


def take_over_answers(
    connection: Connection, work: Mapping[str, Sequence[PageWork]], options: Options, as_asked: Mapping[str, object],
    this_run: str, now: datetime,
) -> Heritage:  # fmt: skip
    """Give pages the answers of a failed or interrupted run of the last six hours.

    Returns:
        Per page, the runs whose Apify runs may be taken over for it.

    Args:
        connection: A transaction.
        work: Pages to be worked on, by fingerprint; changed in place.
        options: What is asked for.
        as_asked: The same as stored with a run: only what was asked for alike is taken over.
        this_run: The id of the run that takes over.
        now: The time.

    """
    if not runs.adoptable_runs(connection, as_asked, now):
        return {}
    heritage: Heritage = {}
    taken: list[PageWork] = []
    for fingerprint, pages in work.items():
        ancestors = {
            page_id: same
            for page_id, found in _failed_results(
                connection, fingerprint, [p.page_id for p in pages], this_run, now
            ).items()
            if (same := [ancestor for ancestor in found if runs.alike(ancestor[1], as_asked)])
        }
        ids = [result_id for found in ancestors.values() for _, _, result_id in found]
        rows = {row.id: row for row in results_with(connection, ids)}
        stored: dict[int, StoredPage] = {}
        for platform in {page.platform for page in pages}:
            handles = [p.handle for p in pages if p.platform == platform and p.page_id in ancestors]
            stored |= {page.id: page for page in stored_pages(connection, platform, handles).values()}
        for page in pages:
            found = ancestors.get(page.page_id)
            if found is None:
                continue
            heritage[fingerprint, page.page_id] = {run_id for run_id, _, _ in found}
            if page.parts:
                continue
            # The newest that got an answer: those after it may have died before they had taken it over.
            row = next((r for _, _, i in found if (r := rows[i]).captured_at is not None), None)
            if row is not None and row.captured_at is not None and now - row.captured_at < runs.ADOPT_WITHIN:
                page.first = page.first or stored[page.page_id].first_synced_at == row.captured_at
                restore(page, row, stored[page.page_id])
                page.awaited = parts_to_ask(page, stored[page.page_id].status, options)
                taken.append(page)
    # At once: should this run die, too, whoever comes next finds the answers here.
    page_results.change_results(connection, _changes(taken))
    return heritage


def _changes(pages: Iterable[PageWork]) -> Iterable[page_results.ResultChange]:
    for page in pages:
        for subscription in page.subscriptions:
            yield page_results.ResultChange(
                subscription.result_id, None, page.posts, page.comments, None, 0.0, page.captured_at, page.parts
            )


def _failed_results(
    connection: Connection, fingerprint: str, page_ids: Sequence[int], this_run: str, now: datetime
) -> dict[int, list[tuple[str, dict[str, object], int]]]:
    """Return, per page, its runs since the last one that ended well, newest first: id, options, id of its result."""
    found: dict[int, list[tuple[str, dict[str, object], int]]] = defaultdict(list)
    settled: set[int] = set()
    ended = sa.func.coalesce(RUNS.c.finished_at, RUNS.c.heartbeat_at, RUNS.c.created_at)
    for some in chunks(page_ids):
        rows = connection.execute(
            sa.select(RESULTS.c.page_id, RUNS.c.id, RUNS.c.status, RUNS.c.exit_code, RUNS.c.options, RESULTS.c.id)
            .select_from(RESULTS.join(TASKS, RESULTS.c.task_id == TASKS.c.id).join(RUNS, TASKS.c.run_id == RUNS.c.id))
            .where(
                RESULTS.c.page_id.in_(some),
                TASKS.c.token_fingerprint == fingerprint,
                RUNS.c.id != this_run,
                ended >= now - runs.ADOPT_WITHIN,
            )
            .order_by(RUNS.c.created_at.desc())
        )
        for page_id, run_id, status, code, options, result_id in rows:
            if status not in (State.FAILURE, State.REVOKED) and code is not None:
                settled.add(page_id)
            elif page_id not in settled:
                found[page_id].append((run_id, options, result_id))
    return found
