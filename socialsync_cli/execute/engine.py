"""The loop of a run: which batch is next, who works on it, and what its report means for its pages.

One thread decides; worker threads drive Apify runs; one writer thread owns the database. Nothing waits for the
slowest page that does not need it: comments are asked for as soon as a slot is free and their posts are known.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from typing import NamedTuple

from sqlalchemy.engine import Connection

from socialsync_cli.core.events import PagesDone, TaskEnded, Warned
from socialsync_cli.core.outcomes import (
    COMMENTS,
    POSTS,
    PROFILES,
    Kind,
    PartAnswer,
    Result,
    State,
    Trouble,
    contradicts,
    page_result,
)
from socialsync_cli.errors import (
    ApifyError,
    CancelledError,
    CapacityError,
    CostLimitError,
    DatabaseError,
    InvalidTokenError,
    NotFoundError,
    QuotaError,
    SocialsyncError,
)
from socialsync_cli.execute.board import TaskBoard
from socialsync_cli.execute.budget import Budget
from socialsync_cli.execute.drive import Circumstances, drive
from socialsync_cli.execute.finish import Finished, write_finished
from socialsync_cli.execute.pack import Packing, pack_comments, pack_pages, split
from socialsync_cli.execute.settle import settle
from socialsync_cli.execute.work import AccountWork, Batch, PageWork, PostTarget, Report
from socialsync_cli.platforms import PLATFORMS
from socialsync_cli.store import ledger, runs
from socialsync_cli.store.derive import DeriveSettings
from socialsync_cli.store.pages import mark_comments_read

_NO_SLOT_S = 1.0
_CAPACITY_S = 10.0
_TICK_S = 0.5
_HOPELESS = 3
"""So many Apify runs of one actor in a row that ended badly and empty: the actor itself is broken."""


class Rules(NamedTuple):
    """What the engine keeps to."""

    workers: int
    attempts: int
    initial_s: float
    max_s: float
    derive: DeriveSettings


class Engine:
    """Carries out a run.

    Args:
        accounts: The tokens, with the pages that they pay for.
        tasks: The tasks, by id.
        around: What every batch needs.
        packing: How pages become batches.
        budget: The ceiling.
        rules: What the engine keeps to.

    """

    def __init__(
        self,
        accounts: Sequence[AccountWork],
        tasks: Mapping[str, TaskBoard],
        around: Circumstances,
        packing: Packing,
        budget: Budget,
        rules: Rules,
    ) -> None:
        self._accounts = accounts
        self._tasks = tasks
        self._around = around._replace(on_apify_run=self._note_apify_run)
        self._packing = packing
        self._budget = budget
        self._rules = rules
        self._todo: queue.Queue[Batch | None] = queue.Queue()
        self._done: queue.Queue[Report] = queue.Queue()
        self._threads: list[threading.Thread] = []
        self._running = 0
        self._open_apify: dict[str, tuple[AccountWork, str]] = {}
        self._failures: dict[tuple[str, str], int] = defaultdict(int)
        self._told: set[tuple[str, str]] = set()
        self._writes: list[Future[None]] = []

    # --- the loop -------------------------------------------------------------------------------------------

    def carry_out(
        self,
        waiting: Mapping[str, Sequence[PageWork]],
        adopted: Iterable[Batch] = (),
        comments: Iterable[PostTarget] = (),
    ) -> None:
        """Work until every page has its result, or until the run is stopped.

        Args:
            waiting: Per fingerprint, pages whose `awaited` parts are to be asked for (or that are complete).
            adopted: Batches of an earlier run that are already paid for.
            comments: Posts whose comments an interrupted run had still to ask for.

        Raises:
            DatabaseError: The database failed; what was committed stays.

        """
        try:
            self._queue(waiting, adopted, comments)
            while not self._around.stop.is_set():
                self._launch()
                if not self._running and not self._anything_left():
                    break
                self._take_report(_TICK_S)
            if self._around.stop.is_set():
                self._wind_down()
            self._check_writes(wait=True)
        finally:
            for _ in self._threads:
                self._todo.put(None)

    def _take_report(self, timeout_s: float) -> None:
        try:
            report = self._done.get(timeout=timeout_s)
        except queue.Empty:
            self._check_writes(wait=False)
            return
        self._running -= 1
        report.batch.account.active.pop(report.batch.id, None)
        self._open_apify.pop(report.batch.id, None)
        self._on_report(report)

    def _queue(
        self,
        waiting: Mapping[str, Sequence[PageWork]],
        adopted: Iterable[Batch],
        comments: Iterable[PostTarget],
    ) -> None:
        for target in comments:
            account = self._account_of(target.page)
            if account is not None:
                self._queue_comments(account, [target])
        under_way: dict[int, set[str]] = defaultdict(set)
        for batch in adopted:
            batch.account.ready.append(batch)
            for page in batch.pages:
                under_way[id(page)].add(batch.part)
        for account in self._accounts:
            asked: dict[tuple[str, str], list[PageWork]] = defaultdict(list)
            complete = []
            for page in waiting.get(account.fingerprint, ()):
                for part in sorted(page.awaited - {COMMENTS} - under_way[id(page)]):
                    asked[page.platform, part].append(page)
                if not page.awaited:
                    complete.append(page)
            account.ready += pack_pages(account, asked, self._packing, slots=account.slots)
            if account.dead is not None:
                self._fail_all(account, account.dead)
            self._finish(complete)

    def _anything_left(self) -> bool:
        return any(a.ready or any(a.asks_again.values()) or any(a.comments.values()) for a in self._accounts)

    def _launch(self) -> None:
        now = time.monotonic()
        for account in self._accounts:
            while (
                self._running < self._rules.workers
                and len(account.active) < account.slots
                and now >= account.full_until
                and (batch := self._next(account, now)) is not None
            ):
                account.active[batch.id] = batch
                self._running += 1
                self._note_attempt(batch)
                if len(self._threads) < min(self._rules.workers, self._running):
                    thread = threading.Thread(
                        target=self._work, name=f"worker-{len(self._threads)}", daemon=True
                    )
                    self._threads.append(thread)
                    thread.start()
                self._todo.put(batch)

    def _work(self) -> None:
        while (batch := self._todo.get()) is not None:
            self._done.put(drive(batch, self._around))

    def _next(self, account: AccountWork, now: float) -> Batch | None:
        """Return the next batch that may be started for an account, None if there is none just now."""
        while True:
            self._drop_dead(account)
            batch = next((b for b in account.ready if b.not_before <= now), None)
            if batch is None:
                if self._gather(account):
                    continue
                return None
            account.ready.remove(batch)
            fitting = self._within_budget(batch)
            if fitting is not None:
                return fitting
            if batch in account.ready:
                return None

    def _gather(self, account: AccountWork) -> bool:
        """Make batches of what has been put aside: comments, and pages to be asked again together."""
        before = len(account.ready)
        free = max(1, account.slots - len(account.active))
        for platform, targets in account.comments.items():
            if targets:
                account.ready += pack_comments(account, platform, targets, self._packing, slots=free)
                targets.clear()
        first_round = any(b.part != COMMENTS for b in (*account.ready, *account.active.values()))
        due = {key: pages for key, pages in account.asks_again.items() if pages}
        if due and not first_round:
            batches = pack_pages(account, due, self._packing, slots=1)
            account.ready += [self._second_try(batch) for batch in batches]
            account.asks_again.clear()
        return len(account.ready) > before

    def _second_try(self, batch: Batch) -> Batch:
        batch.attempt = 2
        batch.not_before = time.monotonic() + min(self._rules.initial_s, self._rules.max_s)
        return batch

    def _drop_dead(self, account: AccountWork) -> None:
        """Give up what cannot be started any more."""
        lost = [
            b
            for b in account.ready
            if (account.dead or account.dead_actors.get(b.actor))
            and (b.adopted is None or b.adopted.apify_run_id is None)
        ]
        for batch in lost:
            account.ready.remove(batch)
            trouble = account.dead or account.dead_actors[batch.actor]
            self._give_up(batch, trouble)
        if account.dead is not None:
            self._fail_all(account, account.dead)

    def _fail_all(self, account: AccountWork, trouble: Trouble) -> None:
        """Fail what an account has put aside."""
        pages = [(key[1], page) for key, some in account.asks_again.items() for page in some]
        account.asks_again.clear()
        for part, page in pages:
            self._answer_pages([page], part, PartAnswer(Kind.FAILED, trouble=trouble))
        targets = [target for some in account.comments.values() for target in some]
        account.comments.clear()
        if targets:
            self._finish(self._comment_answers(targets, trouble))

    # --- money ----------------------------------------------------------------------------------------------

    def _within_budget(self, batch: Batch) -> Batch | None:
        """Reserve what a batch may cost, cutting it down to what is left; None if it has to wait or is given up."""
        if not self._budget.limited or batch.adopted is not None:
            return batch
        price = batch.account.price(batch.actor)
        need = max(price.of(batch.most_items), price.minimum_charge_usd)
        if need > self._budget.free_usd:
            if self._budget.in_flight:
                batch.account.ready.insert(0, batch)
                return None
            affordable = self._affordable(batch)
            if affordable is None:
                self._tell_once(Trouble("cost_limit", "the cost limit of the run is reached"))
                self._give_up(batch, Trouble("cost_limit", "the cost limit of the run left nothing for this"))
                return None
            batch = affordable
            need = min(max(price.of(batch.most_items), price.minimum_charge_usd), self._budget.free_usd)
        batch.max_charge_usd = need
        self._budget.reserve(batch.id, need)
        return batch

    def _affordable(self, batch: Batch) -> Batch | None:
        """Cut a batch down to the targets that what is left pays for; the others go back to wait."""
        price = batch.account.price(batch.actor)
        free = self._budget.free_usd
        if free < price.minimum_charge_usd:
            return None
        each = price.item_usd * (batch.most_items / batch.targets)
        count = int((free - price.start_usd) / each) if each > 0 else batch.targets
        if count < 1:
            return None
        rest = Batch(
            id=self._packing.new_id(), account=batch.account, platform=batch.platform, part=batch.part,
            actor=batch.actor, pages=batch.pages[count:], posts=batch.posts[count:], limit=batch.limit,
            newer_than=batch.newer_than, attempt=batch.attempt,
        )  # fmt: skip
        batch.pages, batch.posts = batch.pages[:count], batch.posts[:count]
        if rest.targets:
            batch.account.ready.insert(0, rest)
        return batch

    def _tell_once(self, trouble: Trouble, about: str = "") -> None:
        """Tell admins of something that stops work; once, not per page."""
        if (trouble.type, about) not in self._told:
            self._told.add((trouble.type, about))
            self._around.tell(Warned(trouble.message, trouble, admin=True))

    # --- reports --------------------------------------------------------------------------------------------

    def _on_report(self, report: Report) -> None:
        batch = report.batch
        self._budget.settle(batch.id, report.cost_usd)
        if report.no_slot:
            self._put_back(batch, _NO_SLOT_S)
        elif report.error is not None:
            self._on_error(batch, report.error)
        else:
            self._on_answers(report)

    def _put_back(self, batch: Batch, pause_s: float) -> None:
        batch.id = self._packing.new_id() if batch.adopted is None else batch.id
        batch.account.full_until = time.monotonic() + pause_s
        batch.account.ready.insert(0, batch)

    def _on_error(self, batch: Batch, error: Exception) -> None:
        account = batch.account
        if isinstance(error, DatabaseError):
            raise error
        if isinstance(error, CancelledError):
            return
        if isinstance(error, CapacityError):
            self._put_back(batch, _CAPACITY_S if not account.active else _NO_SLOT_S)
            return
        if isinstance(error, NotFoundError) and batch.adopted is not None:
            self._start_afresh(batch)
            return
        trouble = (
            Trouble.of(error)
            if isinstance(error, SocialsyncError)
            else Trouble("internal", f"{type(error).__name__}")
        )
        if isinstance(error, (InvalidTokenError, QuotaError)):
            account.dead = trouble
            self._tell_once(trouble, account.fingerprint)
        elif isinstance(error, CostLimitError):
            self._tell_once(trouble)
        elif isinstance(error, ApifyError):
            account.dead_actors[batch.actor] = trouble
            self._tell_once(trouble, batch.actor)
        self._give_up(batch, trouble)

    def _start_afresh(self, batch: Batch) -> None:
        """Ask again for what an earlier Apify run held that has expired."""
        assert batch.adopted is not None
        entry_id, now = batch.adopted.id, self._around.clock()
        self._write(lambda c: ledger.change(c, entry_id, status="EXPIRED", read_at=now))
        batch.adopted, batch.id = None, self._packing.new_id()
        batch.account.ready.append(batch)

    def _on_answers(self, report: Report) -> None:
        batch = report.batch
        part = batch.part
        pages = {page.handle: page for page in batch.pages}
        settled = settle(
            report, lambda t: pages[t].tries.get(part, 0) if t in pages else 0, self._rules.attempts
        )
        self._share_cost(report)
        self._note_failures(report)
        touched: list[PageWork] = []
        if part == COMMENTS:
            targets = {t.key: t for t in batch.posts}
            done = [targets[key] for key in settled.final]
            read = [(t.post_id, t.count) for t in done if settled.final[t.key].kind is not Kind.FAILED]
            for target in done:
                touched += self._comment_answers([target], settled.final[target.key].trouble)
        else:
            read = []
            for handle, answer in settled.final.items():
                self._take_answer(pages[handle], part, answer)
                touched.append(pages[handle])
            for handle in settled.again:
                pages[handle].tries[part] = pages[handle].tries.get(part, 0) + 1
                batch.account.asks_again[batch.platform, part].append(pages[handle])
            self._queue_comments(batch.account, report.comment_targets)
        self._split(report, settled.split)
        self._finish(touched, report, read)

    def _share_cost(self, report: Report) -> None:
        """Charge pages pro rata of their items; every asked page bears its part of what belongs to none."""
        everyone = report.batch.everyone()
        if report.cost_usd <= 0 or not everyone:
            return
        items: dict[int, float] = defaultdict(float)
        by_target = {page.handle: page for page in report.batch.pages} | {
            t.key: t.page for t in report.batch.posts
        }
        for target, answer in report.answers.items():
            items[id(by_target[target])] += max(answer.items, 1 if answer.kind is not Kind.SILENT else 0)
        total = sum(items.values())
        for page in everyone:
            share = items[id(page)] / total if total else 1 / len(everyone)
            page.cost_usd += report.cost_usd * share

    def _note_failures(self, report: Report) -> None:
        """Notice an actor that fails every time, before every page has been tried alone."""
        key = (report.batch.account.fingerprint, report.batch.actor)
        if report.status == "SUCCEEDED" or report.items:
            self._failures[key] = 0
            return
        self._failures[key] += 1
        if self._failures[key] >= max(_HOPELESS, self._rules.attempts):
            type_ = "actor_timed_out" if report.status == "TIMED-OUT" else "actor_failed"
            trouble = Trouble(type_, f"{report.batch.actor} ended {report.status} again and again")
            report.batch.account.dead_actors[report.batch.actor] = trouble

    def _split(self, report: Report, targets: frozenset[str]) -> None:
        if not targets:
            return
        pause = min(self._rules.initial_s * 2 ** (report.batch.attempt - 1), self._rules.max_s)
        for batch in split(report.batch, targets, self._rules.attempts, self._packing.new_id):
            batch.not_before = time.monotonic() + pause
            batch.account.ready.append(batch)

    # --- pages ----------------------------------------------------------------------------------------------

    def _take_answer(self, page: PageWork, part: str, answer: PartAnswer) -> None:
        """Note the final answer of a part; a platform without profile runs answers both with its posts."""
        page.parts[part] = answer
        page.awaited.discard(part)
        if PROFILES not in PLATFORMS[page.platform].ACTORS and part == POSTS:
            seen = (
                PartAnswer(Kind.OK, 1)
                if page.profile_seen and answer.kind in (Kind.OK, Kind.EMPTY)
                else answer
            )
            page.parts[PROFILES] = seen

    def _answer_pages(self, pages: Iterable[PageWork], part: str, answer: PartAnswer) -> None:
        touched = []
        for page in pages:
            self._take_answer(page, part, answer)
            touched.append(page)
        self._finish(touched)

    def _queue_comments(self, account: AccountWork, targets: Iterable[PostTarget]) -> None:
        for target in targets:
            target.page.open_comment_posts += 1
            target.page.awaited.add(COMMENTS)
            account.comments[target.page.platform].append(target)

    def _comment_answers(self, targets: Iterable[PostTarget], trouble: Trouble | None) -> list[PageWork]:
        """Note that comments of posts are done (or given up); return their pages."""
        touched = {}
        for target in targets:
            page = target.page
            page.open_comment_posts -= 1
            page.comment_trouble = page.comment_trouble or trouble
            touched[id(page)] = page
            if page.open_comment_posts == 0:
                page.awaited.discard(COMMENTS)
                kind = Kind.FAILED if page.comment_trouble else Kind.OK
                page.parts[COMMENTS] = PartAnswer(kind, page.comments, None, page.comment_trouble)
        return list(touched.values())

    def _give_up(self, batch: Batch, trouble: Trouble) -> None:
        if batch.part == COMMENTS:
            self._finish(self._comment_answers(batch.posts, trouble))
        else:
            self._answer_pages(batch.pages, batch.part, PartAnswer(Kind.FAILED, trouble=trouble))

    def _finish(
        self, pages: Iterable[PageWork], report: Report | None = None, read: Sequence[tuple[int, int]] = ()
    ) -> None:
        """Write what is known now of pages: results for those that are complete, answered parts for the others."""
        finished = [self._finished(page) for page in {id(p): p for p in pages}.values()]
        now = self._around.clock()
        changes = [
            (s.task_id, f.page.handle, f.result, f.trouble, f.page)
            for f in finished
            if f.result is not None
            for s in f.page.subscriptions
        ]

        def write(connection: Connection) -> None:
            if report is not None:
                entry_id = report.batch.adopted.id if report.batch.adopted else report.batch.id
                ledger.change(
                    connection, entry_id, status=report.status, items=report.items, cost_usd=report.cost_usd,
                    finished_at=now, read_at=now,
                )  # fmt: skip
            mark_comments_read(connection, read)
            write_finished(connection, finished, self._rules.derive)
            self._write_tasks(connection, {c[0] for c in changes})

        self._count(changes)
        self._write(write)

    def _finished(self, page: PageWork) -> Finished:
        if page.awaited or self._reopened(page):
            return Finished(page, None, None, dict(page.parts))
        result, trouble = page_result(page.parts, page.facts)
        return Finished(page, result, trouble, dict(page.parts))

    def _reopened(self, page: PageWork) -> bool:
        """Ask again for posts that cannot be missing, and for posts that turned out to be visible after all."""
        profile, posts = page.parts.get(PROFILES), page.parts.get(POSTS)
        wanted = self._packing.options.posts > 0
        if profile is None or profile.kind is not Kind.OK or page.private:
            return False
        account = self._account_of(page)
        if account is None or account.dead is not None:
            return False
        if posts is None and wanted:
            page.awaited.add(POSTS)
            account.ready += pack_pages(account, {(page.platform, POSTS): [page]}, self._packing, slots=1)
            return True
        if posts is not None and contradicts(posts, page.facts) and page.tries.get(POSTS, 0) < 1:
            page.tries[POSTS] = 1
            del page.parts[POSTS]
            page.awaited.add(POSTS)
            account.asks_again[page.platform, POSTS].append(page)
            return True
        return False

    def _account_of(self, page: PageWork) -> AccountWork | None:
        return next((a for a in self._accounts if a.fingerprint == page.fingerprint), None)

    # --- tasks ----------------------------------------------------------------------------------------------

    def _note_attempt(self, batch: Batch) -> None:
        ids = {s.task_id for page in batch.everyone() for s in page.subscriptions}
        fresh = []
        for task_id in ids:
            board = self._tasks[task_id]
            board.attempts = max(board.attempts, batch.attempt)
            if not board.started:
                board.started, board.state = True, State.STARTED
                fresh.append(task_id)
        if fresh:
            now = self._around.clock()
            self._write(
                lambda c: (
                    [runs.change_task(c, i, status=State.STARTED, started_at=now) for i in fresh] and None
                )
            )

    def _count(self, changes: Sequence[tuple[str, str, Result | None, Trouble | None, PageWork]]) -> None:
        news: dict[str, list[tuple[Result, PageWork]]] = defaultdict(list)
        for task_id, handle, result, trouble, page in changes:
            assert result is not None
            board = self._tasks[task_id]
            board.add(handle, result, trouble)
            board.posts += page.posts
            board.comments += page.comments
            board.cost_usd += page.cost_usd / len(page.subscriptions)
            news[task_id].append((result, page))
        for task_id, some in news.items():
            results: dict[str, int] = defaultdict(int)
            for result, _ in some:
                results[result] += 1
            self._around.tell(
                PagesDone(
                    task_id, results, sum(p.posts for _, p in some), sum(p.comments for _, p in some),
                    sum(p.cost_usd / len(p.subscriptions) for _, p in some),
                )
            )  # fmt: skip

    def _write_tasks(self, connection: Connection, task_ids: Iterable[str]) -> None:
        for task_id in task_ids:
            board = self._tasks[task_id]
            over = board.done >= board.pages
            write_task(connection, board, self._around.clock() if over else None)
            if over:
                self._around.tell(TaskEnded(task_id, board.state))

    # --- writing and stopping -------------------------------------------------------------------------------

    def _write(self, work: Callable[[Connection], None]) -> None:
        self._writes.append(self._around.writer.submit(work))
        self._check_writes(wait=False)

    def _check_writes(self, *, wait: bool) -> None:
        """Raise what a transaction raised; forget those that went well."""
        rest = []
        for future in self._writes:
            if wait or future.done():
                future.result()
            else:
                rest.append(future)
        self._writes = rest

    def _note_apify_run(self, batch: Batch, apify_run_id: str) -> None:
        self._open_apify[batch.id] = (batch.account, apify_run_id)

    def _wind_down(self) -> None:
        """Abort what runs at Apify, and give what is being stored a moment to end."""
        aborts = [
            threading.Thread(target=_abort, args=(account, run_id), daemon=True)
            for account, run_id in list(self._open_apify.values())
        ]
        for thread in aborts:
            thread.start()
        deadline = time.monotonic() + 4.0
        while self._running and time.monotonic() < deadline:
            self._take_report(0.1)
        for thread in aborts:
            thread.join(timeout=max(0.0, deadline - time.monotonic()))


def _abort(account: AccountWork, apify_run_id: str) -> None:
    try:
        account.account.abort(apify_run_id)
    except SocialsyncError:
        pass


def write_task(connection: Connection, board: TaskBoard, finished_at: object) -> None:
    """Write a task as it stands; with `finished_at`, as it ended."""
    values: dict[str, object] = {
        "pages_ok": board.pages_ok,
        "posts": board.posts,
        "comments": board.comments,
        "attempts": board.attempts,
        "cost_usd": board.cost_usd,
        "warnings": board.warnings(),
    }
    if finished_at is not None:
        board.state = board.final_state()
        error = board.trouble if board.state is not State.SUCCESS else None
        values |= {
            "status": board.state,
            "finished_at": finished_at,
            "error": error._asdict() if error else None,
        }
    runs.change_task(connection, board.id, **values)
