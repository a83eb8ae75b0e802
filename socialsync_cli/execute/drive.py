"""One batch, from its start at Apify to its last item: what a worker thread does.

Everything that could be paid twice goes through the ledger first. Nothing is raised: whatever happens is in the
report, and the engine decides what it means.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import math
import time
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy.engine import Connection

from socialsync_cli.apify.account import ItemsPage
from socialsync_cli.apify.runs import RunState
from socialsync_cli.core.events import ApifyRunBegan, ApifyRunEnded, ApifyRunProgress, Waiting
from socialsync_cli.core.outcomes import COMMENTS, POSTS, PROFILES
from socialsync_cli.core.records import Reading
from socialsync_cli.errors import NotFoundError, SocialsyncError
from socialsync_cli.execute.harvest import Harvest, comment_targets
from socialsync_cli.execute.start import Circumstances, Starter
from socialsync_cli.execute.work import Batch, PostTarget, Report
from socialsync_cli.store.archive import ArchiveFile
from socialsync_cli.store.ledger import Entry

ITEMS_PER_READ = {PROFILES: 128, POSTS: 600, COMMENTS: 2000}
"""So many come to some megabytes: a profile brings a dozen posts along, a comment is small."""
_READ_EVERY_S = 55
"""What a run has brought is read so often while it goes on."""
_SETTLE_S = (1.0, 3.0, 6.0)
"""Pauses before reading a dataset again that seems emptier than what was charged for it."""
_GRACE_S = 120
"""So long a run may go on beyond its time, but no longer than that time, before it is ended from here."""
_OTHER_PEOPLE = frozenset({"latestComments"})
"""What items of posts say about others than their authors."""

log = logging.getLogger(__name__)


def drive(batch: Batch, around: Circumstances) -> Report:
    """Carry out a batch and report."""
    way = _Drive(batch, around)
    try:
        return way.carry_out()
    except SocialsyncError as error:
        return Report(batch, error=error, begun=way.begun)
    except Exception as error:
        log.exception("unexpected error in a batch of %s", batch.actor)
        return Report(batch, error=error, begun=way.begun)


class _Drive:
    def __init__(self, batch: Batch, around: Circumstances) -> None:
        self._batch = batch
        self._around = around
        self._account = batch.account.account
        self._harvest = self._fresh_harvest()
        self._offset = 0
        self._starter = Starter(batch, around)
        self._is_begun = False

    @property
    def begun(self) -> bool:
        """Whether the Apify run exists, as far as anybody can tell."""
        return self._is_begun or self._starter.in_doubt

    def carry_out(self) -> Report:
        entry = self._starter.entry()
        if entry is None:
            return Report(self._batch, no_slot=True)
        state = self._starter.begin(entry)
        self._is_begun = True
        self._around.on_apify_run(self._batch, state.id)
        self._tell_began(entry)
        state = self._read_all(entry, state)
        if state.status == "SUCCEEDED" and self._harvest.garbled:
            # What came broken may have been broken on its way: reading again costs nothing, asking again does.
            self._harvest = self._fresh_harvest()
            self._offset = 0
            state = self._read_all(entry, state)
        return self._report(entry, state)

    def _fresh_harvest(self) -> Harvest:
        around = self._around
        archived = around.archive.folder is not None and (
            around.options.comment_authors == "keep" or self._batch.part != COMMENTS
        )
        return Harvest(self._batch, around.options, around.comment_key, archived=archived)

    def _read_all(self, entry: Entry, state: RunState) -> RunState:
        """Wait for the run to end while its items are read, stored and archived; return its final state."""
        file = self._open_file(entry, state)
        whole = False
        try:
            state = self._follow(entry, state, file)
            whole = True
        finally:
            file.close(keep=whole)
        return state

    def _tell_began(self, entry: Entry) -> None:
        self._around.tell(
            ApifyRunBegan(
                entry.id, entry.actor, entry.platform, entry.part, len(self._batch.everyone()),
                adopted=self._batch.adopted is not None,
            )
        )  # fmt: skip

    def _open_file(self, entry: Entry, state: RunState) -> ArchiveFile:
        now = self._around.clock()
        header = {
            "actor": entry.actor,
            "build": state.build,
            "platform": entry.platform,
            "part": entry.part,
            "apify_run_id": state.id,
            "dataset_id": state.dataset_id,
            "run_id": entry.run_id,
            "read_by": self._around.run_id,
            "ledger_id": entry.id,
            "input": entry.input,
            "asked": entry.asked,
            "fetched_at": now.isoformat(),
        }
        return self._around.archive.open(entry.id, header, now)

    def _follow(self, entry: Entry, state: RunState, file: ArchiveFile) -> RunState:
        """Wait for the run to end, reading what is there in the meantime; return its final state."""
        timeout_s, poll_s = self._around.run_timeout_s, self._account.poll_s
        read_at = time.monotonic()
        over_at = read_at + timeout_s + min(_GRACE_S, timeout_s)
        while not state.final:
            self._around.tell(Waiting(entry.actor))
            asked_at = time.monotonic()
            state = self._wait(state, min(poll_s, max(1, math.ceil(over_at - asked_at))))
            if state.final:
                break
            now = time.monotonic()
            if state.status == "RUNNING" and now - read_at >= _READ_EVERY_S:
                read_at = now
                self._read(entry, state, file)
            if now > over_at:
                state = self._cut_short(state)
            elif now - asked_at < poll_s / 4:
                self._around.stop.sleep(2.0)
        self._read_rest(entry, state, file)
        return state

    def _cut_short(self, state: RunState) -> RunState:
        """End a run that goes on although its time is over; it counts as timed out whatever Apify calls it."""
        with contextlib.suppress(SocialsyncError):
            self._account.abort(state.id)
            for pause in _SETTLE_S:
                self._around.stop.sleep(pause)
                state = self._account.wait(state.id, 0)
                if state.final:
                    break
        return state._replace(status="TIMED-OUT")

    def _wait(self, state: RunState, seconds: int) -> RunState:
        for pause in (1.0, 2.0):
            try:
                return self._account.wait(state.id, seconds)
            except NotFoundError:
                self._around.stop.sleep(pause)
        return self._account.wait(state.id, seconds)

    def _read(self, entry: Entry, state: RunState, file: ArchiveFile) -> int | None:
        """Read and store what there is beyond what was read; return how many items Apify says there are."""
        while True:
            (readings, redacted), raw, total = self._items(state)
            if readings:
                self._archive(file, raw if redacted is None else redacted)
                del raw, redacted
                store = functools.partial(self._harvest.store, readings=readings, now=self._moment(state))
                self._around.writer.do(store)
                self._offset += len(readings)
                self._around.tell(ApifyRunProgress(entry.id, self._offset))
            # A short page is the last one, unless Apify says that there is more.
            if not readings or (len(readings) < self._most_items and self._offset >= (total or 0)):
                return total
            self._around.stop.check()

    @property
    def _most_items(self) -> int:
        return ITEMS_PER_READ[self._batch.part]

    def _take(self, items: list[Any]) -> tuple[list[Reading], bytes | None]:
        """Understand a page of items; return also what is archived in their place where people are not to be named."""
        readings = self._harvest.read(items)
        if self._around.options.comment_authors == "keep":
            return readings, None
        if self._batch.part == COMMENTS:
            return readings, b""
        redacted = [
            {k: v for k, v in item.items() if k not in _OTHER_PEOPLE} if isinstance(item, dict) else item
            for item in items
        ]
        return readings, orjson.dumps(redacted)

    def _archive(self, file: ArchiveFile, line: bytes) -> None:
        if line:
            file.write(line)

    def _items(self, state: RunState) -> ItemsPage[tuple[list[Reading], bytes | None]]:
        """Read a page; a dataset that is not there yet is waited for, one that has expired is not."""
        read = functools.partial(
            self._account.items, state.dataset_id, offset=self._offset, limit=self._most_items, take=self._take
        )
        for pause in () if self._batch.adopted is not None else (1.0, 3.0):
            try:
                return read()
            except NotFoundError:
                self._around.stop.sleep(pause)
        return read()

    def _read_rest(self, entry: Entry, state: RunState, file: ArchiveFile) -> None:
        """Read to the end; when there should be more than came, ask again: counts and contents lag a little."""
        total = self._read(entry, state, file) or 0
        for pause in _SETTLE_S:
            if self._offset >= max(total, state.charged_items) or (self._offset and state.status != "SUCCEEDED"):
                return
            self._around.stop.sleep(pause)
            total = self._read(entry, state, file) or 0

    def _moment(self, state: RunState) -> datetime:
        """Return when items were captured: now, or when an adopted run ended before."""
        now = self._around.clock()
        adopted = self._batch.adopted
        if adopted is None or state.finished_at is None:
            return now
        return state.finished_at if adopted.intended_at <= state.finished_at <= now else now

    def _report(self, entry: Entry, state: RunState) -> Report:
        if state.price is not None:
            self._batch.account.prices[entry.actor] = state.price
        cost = state.cost(self._offset, self._batch.account.price_of(self._batch))
        harvest = self._harvest
        targets = self._around.writer.do(lambda c: self._count_and_find_comments(c))
        self._around.tell(ApifyRunEnded(entry.id, entry.actor, state.status, self._offset, cost))
        return Report(
            self._batch,
            status=state.status,
            answers=harvest.answers(),
            incomplete=frozenset() if state.status == "SUCCEEDED" else harvest.incomplete(),
            anonymous_not_found=harvest.anonymous_not_found,
            senseless=harvest.senseless,
            comment_targets=tuple(targets),
            notes=tuple(harvest.warnings()),
            items=self._offset,
            cost_usd=cost,
            out_of_quota=state.out_of_quota,
        )

    def _count_and_find_comments(self, connection: Connection) -> list[PostTarget]:
        batch, harvest = self._batch, self._harvest
        if batch.part == POSTS:
            for page in batch.pages:
                page.posts = max(page.posts, harvest.distinct(page.handle))
                page.comments = max(page.comments, harvest.inside(page.handle))
            if self._around.options.comments:
                return comment_targets(connection, batch.pages, self._around.window_start)
        return []
