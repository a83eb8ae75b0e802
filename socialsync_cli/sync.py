"""The story of a run: who and what → locks and rows → accounts → what is paid for already → fetch → the end.

`run` syncs, `resume` finishes what was interrupted, `plan` says what `run` would do and cost; `enqueue` and `requeue`
prepare the same for workers elsewhere. The command line calls them, and so can any other program; `load` makes that
a matter of a few lines:

    from socialsync_cli import sync

    social = sync.load("socialsync.toml")
    ended = social.run(users=["acme"], max_cost_usd=5, on_event=print)
    for task in ended.tasks:
        print(task.user, task.platform, task.state, task.pages_ok, task.posts)

To follow a run further: `execute/claim.py` (its locks and rows), `execute/perform.py` (the run itself),
`execute/engine.py` (its loop), `execute/drive.py` (one Apify run), `execute/finish.py` (a page's last rows).

What happens on the way is told as events (`socialsync_cli.core.events`) instead of being shown on a screen. Nothing is
printed, no signal is caught, and the environment is only read. Every error that is raised on purpose is a
`socialsync_cli.errors.SocialsyncError`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Unpack

from sqlalchemy.engine import Connection

from socialsync_cli import config as configuration
from socialsync_cli.config import Config, User, select
from socialsync_cli.core.events import Event, Listener, nobody
from socialsync_cli.core.outcomes import COMMENTS
from socialsync_cli.core.stop import StopSignal
from socialsync_cli.execute.accounts import Tokens, learn_prices, open_accounts
from socialsync_cli.execute.bundle import bundled
from socialsync_cli.execute.claim import claim, create, found, take_over, within_ceiling, without_pages
from socialsync_cli.execute.estimate import Plan, estimate, would_be_work
from socialsync_cli.execute.hold import WholeRun
from socialsync_cli.execute.opening import only_read, opened
from socialsync_cli.execute.pack import Packing
from socialsync_cli.execute.perform import carry_out, packing_of, score_settings
from socialsync_cli.execute.prepare import TaskRow, Wanted, new_run_id
from socialsync_cli.execute.queued import Queued, queued, wishes_of
from socialsync_cli.execute.request import (
    Ended,
    Request,
    Surroundings,
    ceiling_of,
    choose,
    fingerprints_of,
    options_of,
    utc_now,
)
from socialsync_cli.execute.telling import telling
from socialsync_cli.execute.wishes import Wishes, request_of
from socialsync_cli.execute.work import Options, PageWork
from socialsync_cli.show.progress import to_all
from socialsync_cli.store import bundles, runs
from socialsync_cli.store.holder import this_process

__all__ = [
    "Ended", "Event", "Plan", "Project", "Queued", "Request", "StopSignal", "Surroundings", "choose", "enqueue", "load",
    "options_of", "plan", "requeue", "resume", "run", "score_settings", "utc_now",
]  # fmt: skip


def run(request: Request, around: Surroundings) -> Ended:
    """Sync pages of users.

    Raises:
        LockedError: Another run holds a user × platform pair; nothing was called.
        DatabaseError: The database cannot be used.
        UsageError: Nothing is left to be synced.

    """
    tokens = Tokens(around.environ)
    wanted = choose(request, tokens)
    options = options_of(request, around.config)
    run_id = new_run_id(around.clock())
    with opened(around) as (database, writer):
        claim(writer, wanted, run_id, request.wait_s, around)
        ceiling = ceiling_of(request, around.config)
        tasks = writer.do(lambda c: without_pages(create(c, run_id, wanted, options, ceiling, around)), durable=True)
        with telling(request, around, database) as (watched, over):
            hold = WholeRun(run_id)
            return over(carry_out(hold, tasks, tokens, options, request, writer, watched, ceiling_usd=ceiling))


def resume(wanted: str, request: Request, around: Surroundings) -> Ended:
    """Finish an interrupted or failed run under the same id, using what it has already paid for.

    Raises:
        UsageError: There is no such run.
        LockedError: It still goes on, or somebody holds one of its pairs.
        DatabaseError: The database cannot be used.

    """
    tokens = Tokens(around.environ)
    with opened(around) as (database, writer):
        run_id, rows, stored = found(database, wanted)
        if not rows:
            return Ended(run_id, 0)
        fingerprints = fingerprints_of(request.users, {row.user for row in rows}, tokens)
        tasks = [TaskRow(r.id, r.user, r.platform, fingerprints.get(r.user), r.pages) for r in rows]
        options = Options(**{name: stored[name] for name in Options._fields})
        claim(writer, [Wanted(t.user, t.platform, (), None) for t in tasks], run_id, request.wait_s, around)
        writer.do(lambda c: take_over(c, run_id, around), durable=True)
        ceiling = ceiling_of(within_ceiling(request, stored), around.config)
        with telling(request, around, database) as (watched, over):
            hold = WholeRun(run_id)
            return over(
                carry_out(hold, tasks, tokens, options, request, writer, watched, ceiling_usd=ceiling, resumed=True)
            )


def enqueue(request: Request, around: Surroundings) -> Queued:
    """Prepare a run for workers elsewhere: lock, write down, say what is to be sent.

    Raises:
        LockedError: Another run holds a user × platform pair; nothing was queued.
        DatabaseError: The database cannot be used.
        UsageError: Nothing is left to be synced.

    """
    wanted = choose(request, Tokens(around.environ))
    options = options_of(request, around.config)
    run_id = new_run_id(around.clock())
    with opened(around) as (_, writer):
        claim(writer, wanted, run_id, request.wait_s, around)

        def write(connection: Connection) -> None:
            tasks = create(connection, run_id, wanted, options, ceiling_of(request, around.config), around)
            together = bundled(tasks, around.config.settings.apify.max_pages_per_run)
            bundles.create(connection, run_id, together, wishes_of(request, around.config))
            runs.comment_key(connection)

        writer.do(write, durable=True)
        return writer.do(lambda c: queued(c, run_id))


def requeue(wanted: str, request: Request, around: Surroundings) -> Queued:
    """Prepare a queued run to be finished: all that is open is to be sent again, which harms nobody.

    Raises:
        UsageError: There is no such run, or it was never queued.
        LockedError: Somebody holds one of its pairs.
        DatabaseError: The database cannot be used.

    """
    with opened(around) as (database, writer):
        run_id, rows, stored = found(database, wanted)
        request = within_ceiling(request, stored)
        if not writer.do(lambda c: bundles.is_open(c, run_id)):
            claim(writer, [Wanted(r.user, r.platform, (), None) for r in rows], run_id, request.wait_s, around)

            def reopen(connection: Connection) -> None:
                runs.take_over(connection, run_id, holder=this_process(), now=around.clock())
                bundles.reopen(connection, run_id, wishes_of(request, around.config))

            writer.do(reopen, durable=True)
        return writer.do(lambda c: queued(c, run_id))


def plan(request: Request, around: Surroundings) -> Plan:
    """Return what a run would do and cost; nothing is started and nothing is written.

    Raises:
        UsageError: Nothing is left to be synced.
        DatabaseError: The database cannot be used.

    """
    settings = around.config.settings
    tokens = Tokens(around.environ)
    wanted = choose(request, tokens)
    packing = packing_of(options_of(request, around.config), around, short_of_money=False)
    now = around.clock()
    window_start = now - timedelta(days=settings.sync.refresh_days)
    tasks = [TaskRow("", w.user, w.platform, w.fingerprint, len(w.handles)) for w in wanted]
    accounts = open_accounts(tasks, tokens, around.config, around.stop, around.tell)
    try:
        with only_read(settings.database.url) as connection:
            work = would_be_work(connection, wanted, packing, window_start)
            learn_prices(
                (account, _actors(work.get(account.fingerprint, ()), packing)) for account in accounts.values()
            )
            return estimate(connection, list(accounts.values()), work, packing, now)
    finally:
        for account in accounts.values():
            account.account.close()


def _actors(pages: Iterable[PageWork], packing: Packing) -> set[str]:
    return {packing.actors[p.platform, part] for p in pages for part in (*p.awaited, COMMENTS)}


def load(
    path: Path | str | None = None, *, environ: Mapping[str, str] | None = None, clock: Callable[[], datetime] = utc_now
) -> Project:
    """Read a configuration, for programs that sync as the command line does.

    Args:
        path: The file; None: `$SOCIALSYNC_CONFIG`, `./socialsync.toml`, the user's configuration folder.
        environ: Where `SOCIALSYNC_…` variables and `env:` tokens come from; None: that of the process.
        clock: The time, in UTC; only its days matter to what is stored.

    Raises:
        ConfigError: There is none, or something in it is wrong.

    """
    environ = os.environ if environ is None else environ
    read = configuration.load(None if path is None else Path(path), environ=environ, cwd=Path.cwd())
    return Project(read, environ, clock)


@dataclass(frozen=True)
class Project:
    """A configuration, and what can be done with it; `load` makes one."""

    config: Config
    environ: Mapping[str, str]
    clock: Callable[[], datetime] = utc_now

    def run(
        self, users: Sequence[str] | None = None, *, on_event: Listener = nobody, stop: StopSignal | None = None,
        **wishes: Unpack[Wishes],
    ) -> Ended:  # fmt: skip
        """Sync, and return how it ended: `exit_code` is 0 if every task did well.

        Args:
            users: Their ids; None: everybody.
            on_event: Hears what happens, from several threads; what it raises is logged and does no harm.
            stop: `stop.set("…")`, from any thread, ends the run: its Apify runs are aborted, and what has come stays.
            wishes: The other options of `socialsync run`: `platforms`, `pages`, `posts`, `max_cost_usd` …

        Raises:
            UsageError: There is no such user or page.
            LockedError: Another run holds one of these pages' user × platform; nothing was called.
            DatabaseError: The database cannot be used.

        """
        return run(request_of(self._chosen(users), **wishes), self._around(on_event, stop))

    def resume(
        self, run_id: str = "last", *, on_event: Listener = nobody, stop: StopSignal | None = None,
        **wishes: Unpack[Wishes],
    ) -> Ended:  # fmt: skip
        """Finish an interrupted or failed run, paying for nothing twice; as `run` otherwise."""
        return resume(run_id, request_of(self._chosen(None), **wishes), self._around(on_event, stop))

    def plan(self, users: Sequence[str] | None = None, **wishes: Unpack[Wishes]) -> Plan:
        """Return what `run` would start and cost; nothing is started and nothing is written."""
        return plan(request_of(self._chosen(users), **wishes), self._around(nobody, None))

    def _chosen(self, users: Sequence[str] | None) -> list[User]:
        return select(self.config.users(), list(users or ()), everyone=users is None)

    def _around(self, on_event: Listener, stop: StopSignal | None) -> Surroundings:
        return Surroundings(self.config, self.environ, to_all(on_event), stop or StopSignal(), self.clock)
