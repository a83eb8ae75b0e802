"""The loop of a run: which batch is next, who works on it, and what its report means for its pages.

One thread decides; worker threads drive Apify runs; one writer thread owns the database. Nothing waits for the
slowest page that does not need it: comments are asked for as soon as a slot is free and their posts are known.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from socialsync_cli.core.outcomes import COMMENTS, Kind, Trouble
from socialsync_cli.errors import (
    ApifyError,
    CancelledError,
    CapacityError,
    CostLimitError,
    DatabaseError,
    InvalidTokenError,
    LostStartError,
    NotFoundError,
    QuotaError,
    SocialsyncError,
)
from socialsync_cli.execute.board import TaskBoard
from socialsync_cli.execute.budget import Budget
from socialsync_cli.execute.crew import Crew
from socialsync_cli.execute.desk import Desk
from socialsync_cli.execute.dispatch import Dispatcher
from socialsync_cli.execute.hopeless import is_unreachable, note_failures, pause_for_room
from socialsync_cli.execute.pack import Packing, pack_pages, split
from socialsync_cli.execute.settle import reopen, settle
from socialsync_cli.execute.shares import share_cost
from socialsync_cli.execute.start import Circumstances
from socialsync_cli.execute.work import AccountWork, Batch, PageWork, PostTarget, Report
from socialsync_cli.store import ledger
from socialsync_cli.store.derive import DeriveSettings

_NO_SLOT_S = 1.0
_TICK_S = 0.5
_FAREWELL_S = 4.0
"""How long a run that is stopped waits for what is under way."""


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
        self._by_fingerprint = {account.fingerprint: account for account in accounts}
        self._around = around
        self._packing = packing
        self._budget = budget
        self._rules = rules
        self._crew = Crew(rules.workers, around)
        self._desk = Desk(tasks, around, rules.derive, self._reopened)
        pause_s = min(rules.initial_s, rules.max_s)
        self._dispatch = Dispatcher(packing, budget, self._desk, around.tell, pause_s, accounts)

    def carry_out(
        self,
        waiting: Mapping[str, Sequence[PageWork]],
        adopted: Iterable[Batch] = (),
        comments: Iterable[PostTarget] = (),
        more: Iterable[Mapping[str, Sequence[PageWork]]] = (),
    ) -> None:
        """Work until every page has its result, or until the run is stopped.

        Args:
            waiting: Per fingerprint, pages whose `awaited` parts are to be asked for (or that are complete).
            adopted: Batches of an earlier run that are already paid for.
            comments: Posts whose comments an interrupted run had still to ask for.
            more: Further pages like `waiting`, a portion whenever a worker has nothing else to do.

        Raises:
            DatabaseError: The database failed; what was committed stays.

        """
        try:
            self._queue(waiting, adopted, comments)
            portions = iter(more)
            while not self._around.stop.is_set():
                self._launch()
                if self._dispatch.more_to_come and self._idle():
                    portion = next(portions, None)
                    self._dispatch.more_to_come = portion is not None
                    self._queue(portion or {}, (), ())
                    continue
                if not self._crew.busy and not self._anything_left():
                    break
                self._take_report(_TICK_S)
            if self._around.stop.is_set():
                self._wind_down()
            self._desk.check_writes(wait=True)
        finally:
            self._crew.dismiss()

    def _take_report(self, timeout_s: float) -> None:
        report = self._crew.report(timeout_s)
        if report is None:
            self._desk.check_writes(wait=False)
            return
        report.batch.account.active.pop(report.batch.id, None)
        self._on_report(report)

    def _queue(
        self,
        waiting: Mapping[str, Sequence[PageWork]],
        adopted: Iterable[Batch],
        comments: Iterable[PostTarget],
    ) -> None:
        for target in comments:
            self._dispatch.queue_comments(self._by_fingerprint[target.page.fingerprint], [target])
        under_way: dict[int, set[str]] = defaultdict(set)
        for batch in adopted:
            batch.account.ready.append(batch)
            for page in batch.pages:
                under_way[id(page)].add(batch.part)
            for target in batch.posts:
                target.page.open_comment_posts += 1
                target.page.awaited.add(COMMENTS)
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
                self._dispatch.fail_all(account, account.dead)
            self._desk.finish(complete)

    def _anything_left(self) -> bool:
        return any(a.ready or any(a.asks_again.values()) or any(a.comments.values()) for a in self._accounts)

    def _idle(self) -> bool:
        """Whether a worker has nothing to do although Apify has room."""
        now = time.monotonic()
        return self._crew.has_room and not any(
            any(batch.not_before <= now for batch in account.ready)
            or (any(account.comments.values()) and not self._budget.limited)
            for account in self._accounts
            if account.full_until <= now
        )

    def _launch(self) -> None:
        now = time.monotonic()
        for account in self._accounts:
            while (
                self._crew.has_room
                and len(account.active) < account.slots
                and now >= account.full_until
                and (batch := self._dispatch.next(account, now)) is not None
            ):
                account.active[batch.id] = batch
                self._desk.note_attempt(batch)
                self._crew.give(batch)

    def _on_report(self, report: Report) -> None:
        batch = report.batch
        unknown = isinstance(report.error, LostStartError) or (report.begun and report.error is not None)
        self._budget.settle(batch.id, None if unknown else report.cost_usd)
        if report.no_slot:
            self._put_back(batch, _NO_SLOT_S)
        elif report.error is not None:
            self._on_error(report, report.error)
        else:
            self._on_answers(report)

    def _put_back(self, batch: Batch, pause_s: float) -> None:
        batch.id = self._packing.new_id() if batch.adopted is None else batch.id
        batch.account.full_until = time.monotonic() + pause_s
        batch.account.ready.insert(0, batch)

    def _on_error(self, report: Report, error: Exception) -> None:
        batch = report.batch
        if isinstance(error, DatabaseError):
            raise error
        if isinstance(error, CancelledError):
            return
        if isinstance(error, CapacityError) and (pause := pause_for_room(batch, self._rules.max_s)) is not None:
            self._put_back(batch, pause)
        elif isinstance(error, NotFoundError) and batch.adopted is not None:
            self._start_afresh(batch)
        else:
            self._draw_conclusions(report, error)

    def _draw_conclusions(self, report: Report, error: Exception) -> None:
        """Give up a batch, and whatever else the same error would stop."""
        batch, account = report.batch, report.batch.account
        if isinstance(error, SocialsyncError):
            trouble = Trouble.of(error)
        else:
            trouble = Trouble("internal", f"unexpected {type(error).__name__}")
        if isinstance(error, (InvalidTokenError, QuotaError, CapacityError)) or is_unreachable(account, error):
            account.dead = trouble
            self._dispatch.tell_once(trouble, account.fingerprint)
        elif isinstance(error, CostLimitError):
            self._dispatch.tell_once(trouble)
        elif isinstance(error, ApifyError) and not report.begun:
            account.dead_actors[batch.actor] = trouble
            self._dispatch.tell_once(trouble, batch.actor)
        self._dispatch.give_up(batch, trouble)

    def _start_afresh(self, batch: Batch) -> None:
        """Ask again for what an earlier Apify run held that has expired."""
        assert batch.adopted is not None
        entry, now = batch.adopted, self._around.clock()
        if entry.apify_run_id is not None:
            self._desk.write(lambda c: ledger.change(c, entry.id, status="EXPIRED", read_at=now))
        batch.adopted, batch.id = None, self._packing.new_id()
        batch.account.ready.append(batch)

    def _on_answers(self, report: Report) -> None:
        batch = report.batch
        part = batch.part
        pages = {page.handle: page for page in batch.pages}
        settled = settle(report, lambda t: pages[t].tries.get(part, 0) if t in pages else 0, self._rules.attempts)
        share_cost(report)
        self._desk.note(report.notes)
        note_failures(report, self._rules.attempts)
        if report.out_of_quota:
            batch.account.dead = Trouble("quota_exceeded", "Apify ended a run: the account's usage limit is reached")
            self._dispatch.tell_once(batch.account.dead, batch.account.fingerprint)
        touched: list[PageWork] = []
        if part == COMMENTS:
            done = [target for target in batch.posts if target.key in settled.final]
            read = [
                (t.post_id, t.comments) for t in done if settled.final[t.key].kind not in (Kind.FAILED, Kind.BLOCKED)
            ]
            for target in done:
                touched += self._desk.comment_answers([target], settled.final[target.key].trouble)
        else:
            read = []
            for handle, answer in settled.final.items():
                self._desk.take_answer(pages[handle], part, answer, batch.limit)
                touched.append(pages[handle])
            for handle in settled.again:
                pages[handle].tries[part] = pages[handle].tries.get(part, 0) + 1
                batch.account.asks_again[batch.platform, part].append(pages[handle])
            self._dispatch.queue_comments(batch.account, report.comment_targets)
        self._split(report, settled.split)
        self._desk.finish(touched, report, read)

    def _split(self, report: Report, targets: frozenset[str]) -> None:
        if not targets:
            return
        pause = min(self._rules.initial_s * 2 ** (report.batch.attempt - 1), self._rules.max_s)
        for batch in split(report.batch, targets, self._rules.attempts, self._packing.new_id):
            batch.not_before = time.monotonic() + pause
            batch.account.ready.append(batch)

    def _reopened(self, page: PageWork) -> bool:
        return reopen(page, self._by_fingerprint[page.fingerprint], posts_wanted=self._packing.options.posts > 0)

    def _wind_down(self) -> None:
        """Abort what runs at Apify, and give what is being stored a moment to end."""
        deadline = time.monotonic() + _FAREWELL_S
        while time.monotonic() < deadline:
            # Again and again: also those whose start was under way when the signal came.
            aborting = self._crew.abort_apify_runs()
            if self._crew.busy:
                self._take_report(0.1)
            elif aborting:
                time.sleep(0.05)
            else:
                break
