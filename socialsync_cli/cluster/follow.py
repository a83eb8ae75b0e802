"""What happens in a run, seen from its rows: for whoever follows a run that others carry out."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from socialsync_cli.core.events import Listener, PagesDone, TaskEnded, Waiting
from socialsync_cli.core.outcomes import OVER, State
from socialsync_cli.core.stop import StopSignal
from socialsync_cli.store.database import Database
from socialsync_cli.store.runs import RESULTS, RUNS, TASKS

_EVERY_S = 0.5
_SHARE = 20
"""A look that takes long is taken less often: it may take a twentieth of the time."""
_SELDOM_S = 10.0
_NOBODY_AFTER_S = 5.0

_Counts = dict[str, dict[str, tuple[int, int, int, float]]]
"""Per task and result: pages, posts, comments, US dollars."""


class Follower:
    """Tells of a run as it goes on.

    Args:
        database: Where it is written down.
        run_id: The run.
        tell: Hears of it.
        anybody: Whether there is a worker; asked when nothing happens.

    """

    def __init__(self, database: Database, run_id: str, tell: Listener, anybody: Callable[[], bool]) -> None:
        self._database, self._run_id, self._tell = database, run_id, tell
        self._anybody = anybody
        self._told: _Counts = {}
        self._over: set[str] = set()

    def follow(self, stop: StopSignal) -> int | None:
        """Follow the run to its end; return its exit code, None if the signal came before.

        Raises:
            DatabaseError: The database cannot be used.

        """
        ask_at = time.monotonic() + _NOBODY_AFTER_S
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
                ask_at = began + _NOBODY_AFTER_S
                if not self._anybody():
                    self._tell(Waiting("a worker; `socialsync worker` starts one"))
            if stop.wait(min(_SELDOM_S, max(_EVERY_S, _SHARE * (time.monotonic() - began)))):
                return None

    def _news(self, connection: Connection) -> None:
        for task_id, results in self._counts(connection).items():
            self._tell_pages(task_id, results)
        rows = connection.execute(sa.select(TASKS.c.id, TASKS.c.status).where(TASKS.c.run_id == self._run_id))
        for task_id, status in rows:
            if status in OVER and task_id not in self._over:
                self._over.add(task_id)
                self._tell(TaskEnded(task_id, status))

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
