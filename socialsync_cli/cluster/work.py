"""One message: claim its bundle, carry it out as `run` would, and say how its tasks ended."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from socialsync_cli.cluster.mirror import TaskRows, rows_of
from socialsync_cli.cluster.telling import tell_end, telling_admins
from socialsync_cli.core.events import Event, TaskEnded
from socialsync_cli.execute.accounts import Tokens
from socialsync_cli.execute.hold import HeldBundle
from socialsync_cli.execute.opening import opened
from socialsync_cli.execute.perform import carry_out
from socialsync_cli.execute.prepare import TaskRow
from socialsync_cli.execute.queued import as_request
from socialsync_cli.execute.request import Surroundings, fingerprints_of
from socialsync_cli.execute.work import Options
from socialsync_cli.store import bundles
from socialsync_cli.store.bundles import Claimed
from socialsync_cli.store.holder import this_process
from socialsync_cli.store.writer import Writer

log = logging.getLogger(__name__)

Show = Callable[[TaskRows], None]
"""Is given tasks whose state has changed, as they stand in the tables."""


class Finding(NamedTuple):
    """What a message came to."""

    rows: TaskRows
    """The task of the message, as it stands; with the others of its bundle if they were carried out."""
    ours: bool
    """False: somebody else works on it."""


def work_on(run_id: str, task_id: str, around: Surroundings, show: Show) -> Finding:
    """Do what a message asks for.

    Raises:
        DatabaseError: The database cannot be used; the message is worth another try.

    """
    with opened(around) as (_, writer):
        claimed = writer.do(lambda c: bundles.claim(c, run_id, task_id, this_process(), around.clock()), durable=True)
        if not isinstance(claimed, Claimed):
            return Finding(writer.do(lambda c: rows_of(c, [task_id])), ours=claimed is not None)
        ids = [task.id for task in claimed.tasks]
        show(writer.do(lambda c: rows_of(c, ids)))
        _carry_out(claimed, writer, _Showing(around, writer, show).around)
        return Finding(writer.do(lambda c: rows_of(c, ids)), ours=True)


class _Showing:
    """Shows tasks as soon as their end is in the tables."""

    def __init__(self, around: Surroundings, writer: Writer, show: Show) -> None:
        self._tell, self._writer, self._show = around.tell, writer, show
        self.around = replace(around, tell=self._hear)

    def _hear(self, event: Event) -> None:
        self._tell(event)
        if isinstance(event, TaskEnded):
            # Told from within the transaction: what is queued behind it comes after its commit.
            self._writer.submit(lambda c: self._show(rows_of(c, [event.task_id])))


def _carry_out(claimed: Claimed, writer: Writer, around: Surroundings) -> None:
    users = list(around.config.users().values())
    tokens = Tokens(around.environ)
    fingerprints = fingerprints_of(users, {task.user for task in claimed.tasks}, tokens)
    tasks: Sequence[TaskRow] = [
        TaskRow(t.id, t.user, t.platform, fingerprints.get(t.user), t.pages) for t in claimed.tasks
    ]
    hold = HeldBundle(claimed.run_id, claimed.id, _die)
    with telling_admins(claimed.run_id, writer, around) as watched:
        carry_out(
            hold, tasks, tokens, Options(**{name: claimed.options[name] for name in Options._fields}),
            as_request(claimed.wishes, users), writer, watched,
            ceiling_usd=claimed.ceiling_usd, resumed=claimed.attempts > 1,
        )  # fmt: skip
    if hold.closed_run:
        tell_end(claimed.run_id, users, writer, around)


def _die() -> None:
    """End this process at once: another one has its bundle, and with it the Apify runs that go on."""
    log.error("another worker has taken this one for dead and does its work; this one ends")
    os._exit(1)
