"""The heartbeat of a run: says that it lives, keeps its locks, and hears when somebody asks it to stop."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.engine import Connection

from socialsync_cli.core.stop import StopSignal
from socialsync_cli.errors import DatabaseError
from socialsync_cli.store import ledger, locks, runs
from socialsync_cli.store.holder import HEARTBEAT_S
from socialsync_cli.store.writer import Writer

log = logging.getLogger(__name__)

CANCELLED = "cancelled"


class Heartbeat:
    """Beats from the beginning of a `with` block to its end."""

    def __init__(
        self, writer: Writer, run_id: str, holder: str, stop: StopSignal, clock: Callable[[], datetime]
    ) -> None:
        self._writer, self._run_id, self._holder = writer, run_id, holder
        self._stop, self._clock = stop, clock
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(timeout=5)

    def _beat(self) -> None:
        while not self._over.wait(HEARTBEAT_S):
            try:
                if self._writer.do(self._once):
                    self._stop.set(CANCELLED)
            except DatabaseError as error:
                log.warning("no heartbeat: %s", error)

    def _once(self, connection: Connection) -> bool:
        now = self._clock()
        locks.renew(connection, self._run_id, self._holder, now)
        count, items, cost_usd = ledger.totals(connection, self._run_id)
        return runs.heartbeat(connection, self._run_id, now, apify_runs=count, items=items, cost_usd=cost_usd)
