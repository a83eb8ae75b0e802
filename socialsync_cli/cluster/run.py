"""Queueing a run and following it: what `run --executor celery` and `resume` of such a run call."""

from __future__ import annotations

from functools import partial

import celery
import sqlalchemy as sa
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from socialsync_cli import sync
from socialsync_cli.cluster import mirror
from socialsync_cli.cluster.app import make_app, send
from socialsync_cli.cluster.follow import Follower
from socialsync_cli.cluster.telling import tell_begin
from socialsync_cli.config import Config
from socialsync_cli.core.events import RunBegan
from socialsync_cli.core.outcomes import State
from socialsync_cli.execute.cancel import cancel
from socialsync_cli.execute.queued import Queued
from socialsync_cli.execute.request import SIGNALS, Ended, Request, Surroundings
from socialsync_cli.store.database import Database
from socialsync_cli.store.runs import RUNS, TASKS

_FAREWELL_S = 6.0
"""How long a follower that is stopped waits for the workers to stop."""
_ANSWER_S = 1.0


def run(request: Request, around: Surroundings, *, detach: bool) -> Ended:
    """Queue a run; unless detached, follow it to its end.

    Raises:
        ConfigError: There is no queue.
        LockedError: Another run holds a user × platform pair; nothing was queued.
        NetworkError: The queue cannot be reached; the run is written down, and the workers will find it.

    """
    app = make_app(around.config)
    return _send_and_follow(app, sync.enqueue(request, around), around, detach=detach)


def resume(wanted: str, request: Request, around: Surroundings, *, detach: bool) -> Ended:
    """Queue again what is open in a run; unless detached, follow it to its end.

    Raises:
        UsageError: There is no such run, or it was never queued.
        ConfigError: There is no queue.
        NetworkError: The queue cannot be reached; the workers will find what is open.

    """
    app = make_app(around.config)
    return _send_and_follow(app, sync.requeue(wanted, request, around), around, detach=detach)


def _send_and_follow(app: celery.Celery, queued: Queued, around: Surroundings, *, detach: bool) -> Ended:
    around.tell(RunBegan(queued.run_id, queued.tasks, queued.max_cost_usd))
    tell_begin(around)
    database = Database(around.config.settings.database.url)
    try:
        with database.read() as connection:
            mirror.show(app, mirror.rows_of(connection, [message.task_id for message in queued.messages]))
        send(app, queued.messages)
        if detach:
            return Ended(queued.run_id, 0)
        code = Follower(database, queued.run_id, around.tell, partial(_anybody, app)).follow(around.stop)
        if code is None:
            cancel(
                queued.run_id, database=database, config=around.config, environ=around.environ, clock=around.clock,
                wait_s=_FAREWELL_S,
            )  # fmt: skip
            show_revoked(queued.run_id, around.config)
            return Ended(queued.run_id, SIGNALS.get(around.stop.reason, 1))
        return Ended(queued.run_id, code)
    finally:
        database.close()
        app.close()


def show_revoked(run_id: str, config: Config) -> None:
    """Let Celery know which tasks of a run were revoked, if it was ever queued."""
    database = Database(config.settings.database.url)
    try:
        with database.read() as connection:
            queued = connection.scalar(sa.select(RUNS.c.wishes).where(RUNS.c.id == run_id)) is not None
            revoked = sa.and_(TASKS.c.run_id == run_id, TASKS.c.status == State.REVOKED)
            ids = list(connection.scalars(sa.select(TASKS.c.id).where(revoked))) if queued else []
            rows = mirror.rows_of(connection, ids)
    finally:
        database.close()
    if rows:
        app = make_app(config)
        try:
            mirror.show(app, rows)
        finally:
            app.close()


def _anybody(app: celery.Celery) -> bool:
    """Whether a worker answers."""
    try:
        return bool(app.control.ping(timeout=_ANSWER_S))
    except (OperationalError, RedisError):
        return True  # there may be one: it is the queue that is away
