"""The worker process: Celery's own worker, with one task in it, that also looks after what others have left behind."""

from __future__ import annotations

import contextlib
import functools
import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any, NamedTuple

import celery
from celery import bootsteps, signals
from celery.exceptions import Ignore, Reject, SoftTimeLimitExceeded
from redis import Redis
from redis.exceptions import RedisError

from socialsync_cli.cluster import mirror
from socialsync_cli.cluster.app import TASK, send
from socialsync_cli.cluster.mirror import TaskRows
from socialsync_cli.cluster.work import Finding, work_on
from socialsync_cli.config import Config
from socialsync_cli.core.events import Listener
from socialsync_cli.core.outcomes import OVER, State
from socialsync_cli.core.stop import StopSignal
from socialsync_cli.errors import ConfigError, DatabaseError, NetworkError, SocialsyncError
from socialsync_cli.execute.request import TIME_LIMIT, Surroundings, utc_now
from socialsync_cli.store import bundles, calls
from socialsync_cli.store.database import Database
from socialsync_cli.store.schema import migrate

LOOK_EVERY_S = 10.0
"""How often somebody looks for what is left behind; as often, at most, it is sent again."""
_AT_ONCE = 200
"""Waiting bundles that are called for at once when the queue is empty."""
_TICK_S = 0.2
_DATABASE_AWAY_S = 10.0

log = logging.getLogger(__name__)


class Workshop(NamedTuple):
    """What a worker has."""

    app: celery.Celery
    load: Callable[[], Config]
    """Reads the configuration: it may have changed since the last message."""
    environ: Mapping[str, str]
    listener: Callable[[], Listener]
    """Makes who hears of one piece of work."""


class Jobs(NamedTuple):
    """How Celery's worker is to be run."""

    concurrency: int
    pool: str
    hostname: str | None


def run_worker(shop: Workshop, jobs: Jobs, ready: Callable[[], None]) -> int:
    """Work until told to stop; return the exit code.

    Raises:
        DatabaseError: The database cannot be used.

    """
    database = Database(shop.load().settings.database.url)
    try:
        migrate(database)
    finally:
        database.close()
    _register(shop)
    shop.app.steps["worker"].add(_looker(shop))
    signals.setup_logging.connect(_keep_logging)
    signals.worker_ready.connect(lambda **_: ready(), weak=False)
    signals.task_revoked.connect(functools.partial(_on_revoked, shop), weak=False)
    worker = shop.app.Worker(
        hostname=jobs.hostname, pool_cls=jobs.pool, concurrency=jobs.concurrency, loglevel="WARNING",
        without_gossip=True, without_mingle=True, quiet=True,
    )  # fmt: skip
    worker.start()
    return worker.exitcode or 0


def _keep_logging(**_: object) -> None:
    """Keep Celery from setting up logging: the program has done so."""


def _register(shop: Workshop) -> None:
    @shop.app.task(name=TASK, bind=True, throws=(mirror.TaskFailedError,))  # type: ignore[untyped-decorator]  # Celery's
    def sync(task: Any, run_id: str) -> dict[str, object]:  # noqa: ANN401  Celery's own
        return _work(shop, task.request.id, run_id)


def _work(shop: Workshop, task_id: str, run_id: str) -> dict[str, object]:
    """Carry out a message; what is returned or raised is what Celery makes of the task."""
    try:
        finding = _watched(shop, run_id, task_id)
    except DatabaseError as error:
        log.error("task %s is put back: %s", task_id, error)
        time.sleep(_DATABASE_AWAY_S)
        raise Reject(str(error), requeue=True) from error
    own = finding.rows.pop(task_id, None)
    mirror.show(shop.app, finding.rows)
    if own is None or own["status"] not in OVER:
        raise Ignore
    if own["status"] == State.FAILURE:
        raise mirror.failure_of(own)
    if own["status"] == State.REVOKED:
        mirror.show(shop.app, {task_id: own})
        raise Ignore
    return mirror.shown(own)


def _watched(shop: Workshop, run_id: str, task_id: str) -> Finding:
    """Do the work in a thread; this one shows Celery how tasks stand, and hears when time is up."""
    stop, changed = StopSignal(), queue.SimpleQueue[TaskRows]()
    around = Surroundings(shop.load(), shop.environ, shop.listener(), stop)
    done: Future[Finding] = Future()

    def work() -> None:
        try:
            done.set_result(work_on(run_id, task_id, around, changed.put))
        except BaseException as error:
            done.set_exception(error)

    thread = threading.Thread(target=work, name="work", daemon=True)
    thread.start()
    while thread.is_alive() or not changed.empty():
        try:
            mirror.show(shop.app, changed.get(timeout=_TICK_S), started=True)
        except queue.Empty:
            continue
        except SoftTimeLimitExceeded:
            log.error("the time limit for one piece of work is reached: it is put down")
            stop.set(TIME_LIMIT)
    return done.result()


def _on_revoked(shop: Workshop, request: Any, **_: object) -> None:  # noqa: ANN401  Celery's own
    """Write into the tables what somebody has revoked in Celery."""
    run_id = (request.kwargs or {}).get("run_id")
    if run_id is None:
        return
    try:
        with _database(shop) as database, database.write(durable=True) as connection:
            bundles.revoke_task(connection, run_id, request.id, utc_now())
    except SocialsyncError as error:
        log.warning("the revoked task %s stays open in the tables: %s", request.id, error)


def _looker(shop: Workshop) -> type[bootsteps.StartStopStep]:
    """Return the part of Celery's worker that looks, now and then, for what is left behind."""

    class Looker(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery is untyped
        requires = ("celery.worker.components:Timer",)

        def start(self, worker: Any) -> None:  # noqa: ANN401  Celery's own
            self.again = worker.timer.call_repeatedly(LOOK_EVERY_S, look_around, (shop,))
            worker.timer.call_after(1.0, look_around, (shop,))

        def stop(self, worker: Any) -> None:  # noqa: ANN401
            del worker
            self.again.cancel()

    return Looker


def look_around(shop: Workshop) -> None:
    """Send again what nobody attends to: bundles whose worker has died, and, once the queue is empty, all that wait.

    The queue may have lost messages: Redis keeps them in memory.
    """
    settings = shop.load().settings.celery
    client = Redis.from_url(shop.app.conf.broker_url, socket_timeout=5.0, socket_connect_timeout=5.0)
    try:
        with contextlib.closing(client):
            mine = client.set(f"socialsync:look:{settings.queue}", 1, nx=True, px=int(LOOK_EVERY_S * 900))
            if not mine:
                return
            empty = client.llen(settings.queue) == 0
        with _database(shop) as database, database.read() as connection:
            left = calls.left_behind(connection, utc_now(), also_waiting=_AT_ONCE if empty else 0)
        if left:
            log.info("%d bundles are called for again", len(left))
            send(shop.app, left)
    except (RedisError, DatabaseError, NetworkError, ConfigError) as error:
        log.warning("nobody has looked for what is left behind: %s", error)


@contextlib.contextmanager
def _database(shop: Workshop) -> Any:  # noqa: ANN401
    database = Database(shop.load().settings.database.url)
    try:
        yield database
    finally:
        database.close()
