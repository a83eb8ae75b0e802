"""The one writer: a thread through which everything goes into the database, a small transaction at a time."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from sqlalchemy.engine import Connection

from socialsync_cli.errors import DatabaseError
from socialsync_cli.store.database import Database

T = TypeVar("T")


class Writer:
    """Runs functions on a connection, one after the other, each in its own transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._jobs: queue.Queue[tuple[Callable[[Connection], Any], bool, Future[Any]] | None] = queue.Queue()
        self._closing = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[Connection], T], *, durable: bool = False) -> Future[T]:
        """Queue a transaction; the future has what `work` returned once it is committed."""
        future: Future[T] = Future()
        with self._closing:
            if self._closed:
                future.set_exception(DatabaseError("the database is closed already"))
            else:
                self._jobs.put((work, durable, future))
        return future

    def do(self, work: Callable[[Connection], T], *, durable: bool = False) -> T:
        """Run a transaction and wait until it is committed.

        Raises:
            DatabaseError: It could not be written; nothing of it is.

        """
        return self.submit(work, durable=durable).result()

    def close(self) -> None:
        """Finish what is queued, and end; what is submitted from now on fails instead of waiting for ever."""
        with self._closing:
            self._closed = True
            self._jobs.put(None)
        self._thread.join(timeout=30)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            work, durable, future = job
            try:
                with self._database.write(durable=durable) as connection:
                    result = work(connection)
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(result)
