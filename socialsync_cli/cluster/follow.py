"""What happens in a run, seen from its rows: for whoever follows a run that others carry out."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from socialsync_cli.core.events import ApifyRunBegan, ApifyRunEnded, Listener, PagesDone, TaskBegan, TaskEnded, Waiting
from socialsync_cli.core.outcomes import OVER, State
from socialsync_cli.core.stop import StopSignal
from socialsync_cli.store.database import Database
from socialsync_cli.store.ledger import INTENDED, LEDGER, REFUSED
from socialsync_cli.store.page_results import RESULTS
from socialsync_cli.store.runs import RUNS, TASKS

_EVERY_S = 0.5
_SHARE = 20
"""A look that takes long is taken less often: it may take a twentieth of the time."""
_SELDOM_S = 10.0
NOBODY_AFTER_S = 5.0
_SLACK = timedelta(seconds=60)
"""How much later a row may be seen than it says: workers' clocks differ, and transactions take their time."""

_Counts = dict[str, dict[str, tuple[int, int, int, float]]]
"""Per task and result: pages, posts, comments, US dollars."""


class Follower:
    """Tells of a run as it goes on.

    Args:
        database: Where it is written down.
        run_id: The run.
        tell: Hears of it.
        anybody: Whether there is a worker; asked when nothing happens.
        nobody_after_s: For how long nothing happens before that.

    """

    def __init__(
        self, database: Database, run_id: str, tell: Listener, anybody: Callable[[], bool],
        nobody_after_s: float = NOBODY_AFTER_S,
    ) -> None:  # fmt: skip
        self._database, self._run_id, self._tell = database, run_id, tell
        self._anybody, self._nobody_after_s = anybody, nobody_after_s
        self._told: _Counts = {}
        self._begun: set[str] = set()
        self._over: set[str] = set()
        self._apify_begun: set[str] = set()
        self._apify_over: set[str] = set()
        self._read_since = datetime(1970, 1, 1, tzinfo=UTC) + _SLACK

    def follow(self, stop: StopSignal) -> int | None:
        """Follow the run to its end; return its exit code, None if the signal came before.

        Raises:
            DatabaseError: The database cannot be used.

        """
        ask_at = time.monotonic() + self._nobody_after_s
        while True:
            began = time.monotonic()
            with self._database.read() as connection:
                status, exit_code = connection.execute(
                    sa.select(RUNS.c.status, RUNS.c.exit_code).where(RUNS.c.id == self._run_id)
                ).one()
                self._news(connection)
            if status in OVER:
                return int(exit_code or 0)
            if status == State.PENDING and began >= ask_at:
                ask_at = began + self._nobody_after_s
                if not self._anybody():
                    self._tell(Waiting("a worker; `socialsync worker` starts one"))
            if stop.wait(min(_SELDOM_S, max(_EVERY_S, _SHARE * (time.monotonic() - began)))):
                return None

    def _news(self, connection: Connection) -> None:
        self._apify_runs(connection)
        rows = connection.execute(sa.select(TASKS.c.id, TASKS.c.status).where(TASKS.c.run_id == self._run_id)).all()
        for task_id, status in rows:
            if status != State.PENDING and task_id not in self._begun:
                self._begun.add(task_id)
                self._tell(TaskBegan(task_id))
        for task_id, results in self._counts(connection).items():
            self._tell_pages(task_id, results)
        for task_id, status in rows:
            if status in OVER and task_id not in self._over:
                self._over.add(task_id)
                self._tell(TaskEnded(task_id, status))

    def _apify_runs(self, connection: Connection) -> None:
        """Tell of Apify runs that have begun or were read to their end since the last look."""
        news = sa.or_(LEDGER.c.read_at.is_(None), LEDGER.c.read_at > self._read_since - _SLACK)
        rows = connection.execute(
            sa.select(
                LEDGER.c.id, LEDGER.c.actor, LEDGER.c.platform, LEDGER.c.part, LEDGER.c.pages,
                LEDGER.c.status, LEDGER.c["items"], LEDGER.c.cost_usd, LEDGER.c.read_at,
            ).where(LEDGER.c.run_id == self._run_id, LEDGER.c.status.not_in((INTENDED, REFUSED)), news)
        ).all()  # fmt: skip
        self._read_since = max([self._read_since, *(row.read_at for row in rows if row.read_at is not None)])
        for row in rows:
            if row.id not in self._apify_begun:
                self._apify_begun.add(row.id)
                self._tell(ApifyRunBegan(row.id, row.actor, row.platform, row.part, row.pages, adopted=False))
            if row.read_at is not None and row.id not in self._apify_over:
                self._apify_over.add(row.id)
                self._tell(ApifyRunEnded(row.id, row.actor, row.status, row[6], row.cost_usd))

    def _counts(self, connection: Connection) -> _Counts:
        rows = connection.execute(
            sa.select(
                RESULTS.c.task_id, RESULTS.c.result, sa.func.count(), sa.func.sum(RESULTS.c.posts),
                sa.func.sum(RESULTS.c.comments), sa.func.sum(RESULTS.c.cost_usd),
            )
            .join_from(RESULTS, TASKS, RESULTS.c.task_id == TASKS.c.id)
            .where(TASKS.c.run_id == self._run_id, RESULTS.c.result.is_not(None))
            .group_by(RESULTS.c.task_id, RESULTS.c.result)
        )  # fmt: skip
        found: _Counts = {}
        for task_id, result, *sums in rows:
            found.setdefault(task_id, {})[result] = (int(sums[0]), int(sums[1]), int(sums[2]), float(sums[3]))
        return found

    def _tell_pages(self, task_id: str, results: dict[str, tuple[int, int, int, float]]) -> None:
        before = self._told.get(task_id, {})
        if results == before:
            return
        self._told[task_id] = results
        pages: Counter[str] = Counter()
        posts = comments = 0
        cost_usd = 0.0
        for result in results.keys() | before.keys():
            now, then = results.get(result, (0, 0, 0, 0.0)), before.get(result, (0, 0, 0, 0.0))
            pages[result] += now[0] - then[0]
            posts, comments, cost_usd = (
                posts + now[1] - then[1],
                comments + now[2] - then[2],
                cost_usd + now[3] - then[3],
            )
        self._tell(PagesDone(task_id, pages, posts, comments, cost_usd))
