"""What Prometheus reads: how much waits, what is under way, what the last day brought and cost.

Everything is counted in the database when it is asked for, so it is the same wherever it is asked, and no process has
to remember anything.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator
from datetime import timedelta

import sqlalchemy as sa
from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.engine import Connection

from socialsync_cli.config import Config
from socialsync_cli.core.outcomes import OVER, State
from socialsync_cli.errors import DatabaseError
from socialsync_cli.execute.request import utc_now
from socialsync_cli.store import queries
from socialsync_cli.store.bundles import BUNDLES, attended
from socialsync_cli.store.database import Database
from socialsync_cli.store.ledger import LEDGER
from socialsync_cli.store.runs import RUNS, TASKS

log = logging.getLogger(__name__)

_DAY = timedelta(days=1)


class Collection(Collector):
    """Counts when it is asked."""

    def __init__(self, load: Callable[[], Config]) -> None:
        self._load = load

    def describe(self) -> list[Metric]:
        """Promise nothing: to ask would be to count."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield what there is; without a database that is one figure."""
        up = GaugeMetricFamily("socialsync_database_up", "Whether the database can be read")
        found: list[Metric] = []
        try:
            with (
                contextlib.closing(Database(self._load().settings.database.url)) as database,
                database.read() as connection,
            ):
                found = list(_counted(connection))
            up.add_metric([], 1)
        except DatabaseError as error:
            log.warning("nothing can be counted: %s", error)
            up.add_metric([], 0)
        yield up
        yield from found


def _counted(connection: Connection) -> Iterator[Metric]:
    now = utc_now()
    lately = sa.or_(RUNS.c.created_at > now - _DAY, RUNS.c.status.not_in(list(OVER)))
    dead = queries.dead_runs(connection, now)

    runs = GaugeMetricFamily("socialsync_runs", "Runs of the last day and all open ones", labels=["status"])
    counts = dict.fromkeys(State, 0)
    for run_id, status in connection.execute(sa.select(RUNS.c.id, RUNS.c.status).where(lately)):
        counts[State.FAILURE if run_id in dead else State(status)] += 1
    for state, count in counts.items():
        runs.add_metric([state], count)
    yield runs

    tasks = GaugeMetricFamily("socialsync_tasks", "Tasks of these runs", labels=["status"])
    counts = dict.fromkeys(State, 0)
    of_these = sa.select(TASKS.c.status, sa.func.count()).join_from(TASKS, RUNS, TASKS.c.run_id == RUNS.c.id)
    for status, count in connection.execute(of_these.where(lately).group_by(TASKS.c.status)):
        counts[State(status)] += count
    for state, count in counts.items():
        tasks.add_metric([state], count)
    yield tasks

    rows = connection.execute(sa.select(BUNDLES).where(BUNDLES.c.finished_at.is_(None))).all()
    held = sum(attended(row, now) for row in rows)
    bundles = GaugeMetricFamily("socialsync_bundles", "Bundles of queued runs that are open", labels=["held"])
    bundles.add_metric(["yes"], held)
    bundles.add_metric(["no"], len(rows) - held)
    yield bundles

    sums = connection.execute(
        sa.select(
            sa.func.coalesce(sa.func.sum(RUNS.c.apify_requests), 0), sa.func.coalesce(sa.func.sum(RUNS.c["items"]), 0),
            sa.func.coalesce(sa.func.sum(RUNS.c.cost_usd), 0.0),
        ).where(lately)
    ).one()  # fmt: skip
    words = (("requests", "Requests to Apify"), ("items", "Items that Apify charged"), ("cost_usd", "US dollars"))
    for (name, meaning), value in zip(words, sums, strict=True):
        yield GaugeMetricFamily(f"socialsync_{name}", f"{meaning}, of these runs", value=float(value))

    apify = GaugeMetricFamily("socialsync_apify_runs", "Apify runs of these runs", labels=["status"])
    query = sa.select(LEDGER.c.status, sa.func.count()).join_from(LEDGER, RUNS, LEDGER.c.run_id == RUNS.c.id)
    for status, count in connection.execute(query.where(lately).group_by(LEDGER.c.status)):
        apify.add_metric([status], count)
    yield apify


def registry(load: Callable[[], Config]) -> CollectorRegistry:
    """Return what is to be exposed."""
    made = CollectorRegistry()
    made.register(Collection(load))
    return made


def serve_metrics(load: Callable[[], Config], host: str, port: int) -> None:
    """Answer Prometheus in a thread, at `/metrics`.

    Raises:
        OSError: The port is taken.

    """
    start_http_server(port, addr=host, registry=registry(load))
