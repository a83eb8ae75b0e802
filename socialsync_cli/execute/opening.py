"""The database, as runs and plans need it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from sqlalchemy.engine import Connection

from socialsync_cli.execute.request import Surroundings
from socialsync_cli.store import runs
from socialsync_cli.store.database import Database, exists
from socialsync_cli.store.schema import HEAD, migrate, version_of
from socialsync_cli.store.writer import Writer


@contextlib.contextmanager
def opened(around: Surroundings) -> Iterator[tuple[Database, Writer]]:
    """Open the database in its newest form, with a writer; runs whose process died are closed first."""
    database = Database(around.config.settings.database.url)
    try:
        migrate(database)
        writer = Writer(database)
        try:
            writer.do(lambda c: runs.bury_dead(c, around.clock()))
            yield database, writer
        finally:
            writer.close()
    finally:
        database.close()


@contextlib.contextmanager
def only_read(url: str) -> Iterator[Connection | None]:
    """Open a database for reading, if there is one of this version."""
    if not exists(url):
        yield None
        return
    database = Database(url)
    try:
        with database.read() as connection:
            yield connection if version_of(connection) == HEAD else None
    finally:
        database.close()
