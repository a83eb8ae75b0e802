"""Opening the database: SQLite or PostgreSQL, its pragmas, its schema, and transactions that say what they are for.

SQLite runs in WAL mode with foreign keys on. Ordinary transactions may be lost by a power cut (never half); those
that guard money are `durable`: they are on disk before the money is spent.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import DBAPIError

from socialsync_cli.errors import DatabaseError

BUSY_MS = 30_000
_CONNECT_S = 10


class Database:
    """A database, and the transactions on it."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite(self.url.database) if self.is_sqlite else _server(url)

    @property
    def path(self) -> Path | None:
        """The file of an SQLite database."""
        name = self.url.database
        return Path(name) if self.is_sqlite and name and name != ":memory:" else None

    @contextlib.contextmanager
    def write(self, *, durable: bool = False) -> Iterator[Connection]:
        """Open a transaction that writes; committed at the end, rolled back on any exception.

        Args:
            durable: Survive a power cut right after the commit.

        Raises:
            DatabaseError: The database cannot be used.

        """
        with translated(), self.engine.connect() as connection:
            if self.is_sqlite:
                # Outside of a transaction: inside, SQLite refuses to change it.
                raw: Any = connection.connection.driver_connection
                raw.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
            connection = connection.execution_options(writes=True)
            with connection.begin():
                yield connection

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that only reads.

        Raises:
            DatabaseError: The database cannot be used.

        """
        with translated(), self.engine.connect() as connection:
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def take_turns(connection: Connection, about: str) -> None:
    """Wait until no other transaction is at the same thing; from here to its end, this one is alone with it.

    SQLite's writers are alone anyway. What PostgreSQL reads afterwards is what those before have committed.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(about))))


def exists(url: str) -> bool:
    """Whether there is a database to be opened: opening SQLite would make the file. A server is taken to be there."""
    parsed = make_url(url)
    return parsed.get_backend_name() != "sqlite" or Path(parsed.database or "").is_file()


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Turn the errors of the database library into ours."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        origin = getattr(error, "orig", None) or error
        raise DatabaseError(f"the database cannot be used: {_sentence(str(origin))}") from error


def _sentence(words: str) -> str:
    known = {
        "database is locked": "another program has been writing to it for too long",
        "database or disk is full": "the disk is full",
        "disk I/O error": "the disk does not take or give what it should (is it full, is there a limit of size?)",
        "attempt to write a readonly database": "it is read-only",
        "file is not a database": "the file is no SQLite database; name another one under [database] url",
        "unable to open database file": "the file cannot be opened (does its folder exist, may we write there?)",
    }
    return next((better for raw, better in known.items() if raw in words), words.splitlines()[0] if words else "?")


def _sqlite(name: str | None) -> Engine:
    path = Path(name) if name and name != ":memory:" else None
    if path is not None and not path.exists():
        with contextlib.suppress(OSError):
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=name),
        connect_args={"check_same_thread": False, "timeout": BUSY_MS / 1000},
    )

    @sa.event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: object) -> None:  # noqa: ANN401  the driver's own object
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        cursor.execute("PRAGMA foreign_keys=ON")
        with contextlib.suppress(sqlite3.OperationalError):
            cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA temp_store=MEMORY")
        cursor.execute("PRAGMA cache_size=-8000")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _patience(url: str) -> dict[str, Any]:
    """Return how long to wait for a connection: the system's own patience is minutes."""
    return {} if "connect_timeout" in make_url(url).query else {"connect_timeout": _CONNECT_S}


def _server(url: str) -> Engine:
    try:
        return sa.create_engine(url, pool_pre_ping=True, connect_args=_patience(url))
    except ModuleNotFoundError as error:
        raise DatabaseError(
            f"{error.name} is missing; PostgreSQL needs it: pip install 'socialsync-cli[postgres]'"
        ) from error
