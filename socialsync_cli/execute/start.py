"""Starting an actor so that it is never paid for twice.

The intent is written down first, durably; Apify's ids at once afterwards. A start whose answer was lost may have been
carried out: it is looked for among the actor's runs, by its input, before another is sent.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from socialsync_cli.apify.account import input_hash
from socialsync_cli.apify.runs import RunState
from socialsync_cli.core.events import Listener
from socialsync_cli.core.outcomes import COMMENTS, PROFILES
from socialsync_cli.core.stop import StopSignal
from socialsync_cli.errors import CancelledError, LostStartError, NotFoundError, SocialsyncError
from socialsync_cli.execute.work import Batch, Options
from socialsync_cli.platforms import PLATFORMS
from socialsync_cli.store import ledger
from socialsync_cli.store.archive import Archive
from socialsync_cli.store.ledger import Entry
from socialsync_cli.store.writer import Writer

_LOOK_AGAIN_S = (0.0, 2.0, 5.0)
"""Pauses before the searches for a start whose answer was lost: the request may still be on its way."""

_UNDER_WAY = timedelta(seconds=60)
"""How long a request of a process that died may still be on its way."""

log = logging.getLogger(__name__)


class Circumstances(NamedTuple):
    """What is the same for every batch of a run."""

    run_id: str
    bundle_id: str | None
    """Of a queued run: the part of it that is worked on."""
    writer: Writer
    archive: Archive
    options: Options
    clock: Callable[[], datetime]
    stop: StopSignal
    tell: Listener
    window_start: datetime
    run_timeout_s: int
    start_attempts: int
    comment_key: bytes
    on_apify_run: Callable[[Batch, str], None]
    """Hears of every Apify run that goes on, so that it can be aborted."""


class Starter:
    """Gets the Apify run of a batch going, or finds the one that it has already.

    Args:
        batch: What is to be served.
        around: The ledger, the clock, the signal to stop.
    """

    def __init__(self, batch: Batch, around: Circumstances) -> None:
        self._batch = batch
        self._around = around
        self._account = batch.account.account
        self.in_doubt = False
        """A start may have been carried out, and could not be looked for."""

    def entry(self) -> Entry | None:
        """Return the batch's row of the ledger, written if it is new; None if the account has no free slot."""
        if self._batch.adopted is not None:
            return self._batch.adopted
        entry = self._new_entry()
        account, now = self._batch.account, self._around.clock()
        ours = len(account.active.keys() - {self._batch.id})
        intended = self._around.writer.do(
            lambda c: ledger.intend(c, entry, slots=account.slots, now=now, ours=ours), durable=True
        )
        return entry if intended else None

    def begin(self, entry: Entry) -> RunState:
        """Start the actor, or find the run that an earlier start has begun.

        Raises:
            LostStartError: It may run, and cannot be found: the ledger remembers it.
            SocialsyncError: Nothing was started.
        """
        if entry.apify_run_id is not None:
            return self._account.wait(entry.apify_run_id, 0)
        if self._batch.adopted is not None:
            return self._begun_before(entry)
        for attempt in range(1, self._around.start_attempts + 1):
            try:
                return self._note_started(entry, self._start(entry))
            except LostStartError as error:
                log.warning("the answer to the start of %s was lost: %s", entry.actor, error)
                self.in_doubt = True
                try:
                    found = self._find_patiently(entry)
                except CancelledError:
                    self._abort_lost(entry)
                    raise
                self.in_doubt = False
                if found is not None:
                    return self._note_started(entry, found)
                if attempt == self._around.start_attempts:
                    raise
            except SocialsyncError:
                # Every other error is proof that nothing was started.
                self._change(entry, status=ledger.REFUSED)
                raise
        raise AssertionError("unreachable")

    def _begun_before(self, entry: Entry) -> RunState:
        """Find what an earlier process started without hearing of it.

        Raises:
            NotFoundError: It never started; what is still wanted of it has to be planned anew.
        """
        fresh = self._around.clock() - entry.intended_at < _UNDER_WAY
        found = self._find_patiently(entry) if fresh else self._find(entry)
        if found is not None:
            return self._note_started(entry, found)
        self._change(entry, status=ledger.REFUSED)
        raise NotFoundError(f"an intended start of {entry.actor} never happened")

    def _start(self, entry: Entry) -> RunState:
        self._around.stop.check()
        return self._account.start(
            entry.actor,
            entry.input,
            timeout_s=self._around.run_timeout_s,
            max_charge_usd=entry.max_charge_usd,
        )

    def _abort_lost(self, entry: Entry) -> None:
        """End what a start whose answer was lost may have begun, now that everything is being stopped."""
        account = self._account.last_words()
        with contextlib.suppress(SocialsyncError):
            known = self._around.writer.do(lambda c: ledger.known_runs(c, entry.intended_at))
            found = account.find_start(entry.actor, entry.input_hash, since=entry.intended_at, known=known)
            if found is not None:
                self._note_started(entry, found)
                account.abort(found.id)

    def _find_patiently(self, entry: Entry) -> RunState | None:
        """Look for the run of a start several times.

        Raises:
            LostStartError: At the last look it still could not be told whether a run was the one.
        """
        doubt: LostStartError | None = None
        for pause in _LOOK_AGAIN_S:
            self._around.stop.sleep(pause)
            try:
                found, doubt = self._find(entry), None
            except LostStartError as error:
                found, doubt = None, error
            if found is not None:
                return found
        if doubt is not None:
            raise doubt
        return None

    def _find(self, entry: Entry) -> RunState | None:
        """Look for the run of a start, and claim it: two equal starts must not share one."""
        others: set[str] = set()
        while True:
            known = self._around.writer.do(lambda c: ledger.known_runs(c, entry.intended_at)) | others
            found = self._account.find_start(entry.actor, entry.input_hash, since=entry.intended_at, known=known)
            if found is None or self._claimed(entry, found.id):
                return found
            others.add(found.id)

    def _claimed(self, entry: Entry, apify_run_id: str) -> bool:
        return self._around.writer.do(lambda c: ledger.claim(c, entry.id, apify_run_id), durable=True)

    def _note_started(self, entry: Entry, state: RunState) -> RunState:
        self._change(
            entry,
            apify_run_id=state.id,
            dataset_id=state.dataset_id,
            status=state.status,
            build=state.build,
            started_at=self._around.clock(),
        )
        return state

    def _change(self, entry: Entry, **values: object) -> None:
        self._around.writer.do(lambda c: ledger.change(c, entry.id, **values), durable=True)

    def _new_entry(self) -> Entry:
        batch = self._batch
        run_input = input_of(batch, self._around.options)
        asked: list[list[Any]] = [[page.handle, page.page_id] for page in batch.pages]
        if batch.part == COMMENTS:
            asked = [[t.key, t.url, t.post_id, t.page.page_id, t.comments] for t in batch.posts]
        return Entry(
            id=batch.id,
            run_id=self._around.run_id,
            fingerprint=batch.account.fingerprint,
            platform=batch.platform,
            part=batch.part,
            actor=batch.actor,
            apify_run_id=None,
            dataset_id=None,
            status=ledger.INTENDED,
            input=run_input,
            input_hash=input_hash(run_input),
            asked=asked,
            limit=batch.limit,
            newer_than=batch.newer_than,
            attempt=batch.attempt,
            intended_at=self._around.clock(),
            finished_at=None,
            read_at=None,
            max_charge_usd=batch.max_charge_usd,
            cost_usd=0.0,
            items=0,
            bundle_id=self._around.bundle_id,
        )


def input_of(batch: Batch, options: Options) -> dict[str, Any]:
    """Return the input of the actor for a batch."""
    platform = PLATFORMS[batch.platform]
    if batch.part == COMMENTS:
        urls = list(batch.asked_posts().values())
        return platform.comments_input(urls, limit=batch.limit, replies=options.replies, actor=batch.actor)
    handles = [page.handle for page in batch.pages]
    if batch.part == PROFILES:
        return platform.profiles_input(handles, actor=batch.actor)
    return platform.posts_input(handles, limit=batch.limit, newer_than=batch.newer_than, actor=batch.actor)
