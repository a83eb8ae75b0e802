"""The heartbeat: says that what is held has a living holder, and hears when somebody asks it to stop."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from socialsync_cli.core.stop import StopSignal
from socialsync_cli.errors import DatabaseError
from socialsync_cli.execute.hold import Hold
from socialsync_cli.store.holder import HEARTBEAT_S
from socialsync_cli.store.writer import Writer

log = logging.getLogger(__name__)


class Heartbeat:
    """Beats from the beginning of a `with` block to its end."""

    def __init__(self, writer: Writer, hold: Hold, stop: StopSignal, clock: Callable[[], datetime]) -> None:
        self._writer, self._hold = writer, hold
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
                reason = self._writer.do(lambda c: self._hold.beat(c, self._clock()))
            except DatabaseError as error:
                log.warning("no heartbeat: %s", error)
            else:
                if reason is not None:
                    self._stop.set(reason)
