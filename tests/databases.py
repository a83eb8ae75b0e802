"""The databases of tests: files of SQLite, or databases of their own on a server of PostgreSQL.

`SOCIALSYNC_TEST_DATABASE=postgresql` runs everything that is built here on the server that `SOCIALSYNC_TEST_POSTGRES`
names (`postgresql+psycopg://…`, somebody who may create databases). A test calls its database by the file that it is,
or would be, with SQLite.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import json
import os
import secrets
import sqlite3
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import make_url
from sqlmodel import SQLModel

from socialsync_cli.store.database import Database
from socialsync_cli.store.schema import migrate

SERVER = os.environ.get("SOCIALSYNC_TEST_POSTGRES", "")
ON_POSTGRESQL = os.environ.get("SOCIALSYNC_TEST_DATABASE", "sqlite") == "postgresql"

about_files = pytest.mark.skipif(ON_POSTGRESQL, reason="this is about the file of an SQLite database")

Row = dict[str, Any]

_JSON = frozenset({"hashtags", "mentions", "weights", "flags", "error", "warnings"})
_FLAGS = frozenset({"verified", "private", "pinned", "sponsored", "followers_rounded", "imported", "reach_estimated"})
_made: dict[Path, str] = {}
"""Names of databases on the server that are in use."""
_free: list[str] = []
"""Names of those that are empty again: making one takes longer than most tests."""


def fresh(file: Path) -> str:
    """Make a database with the tables of today (the one of that name, if there is one); return its address."""
    if ON_POSTGRESQL:
        return _on_server(file)
    if not file.exists():
        file.write_bytes(_new_file())
        file.chmod(0o600)
    return f"sqlite:///{file}"


def section(file: Path) -> str:
    """Return what a configuration has to say where `file` is what it means by itself."""
    return f'[database]\nurl = "{fresh(file)}"\n\n' if ON_POSTGRESQL else ""


def forget(folder: Path) -> None:
    """Empty the databases of a folder on the server; files go with the folder."""
    for file in [file for file in _made if folder in file.parents]:
        name = _made.pop(file)
        _empty(name)
        _free.append(name)


@contextlib.contextmanager
def connected(file: Path) -> Iterator[Any]:
    """Open a database as any program does; committed at the end."""
    if ON_POSTGRESQL:
        with psycopg.connect(_dsn(_made[file])) as connection:
            yield connection
        return
    with contextlib.closing(sqlite3.connect(file, timeout=30)) as connection, connection:
        yield connection


def tuples(file: Path, query: str, *values: object) -> list[tuple[Any, ...]]:
    """Return what a query finds, each value as what it means; values stand for question marks."""
    names, found = _asked(file, query, values)
    return [tuple(_meant(name, value) for name, value in zip(names, row, strict=True)) for row in found]


def rows(file: Path, query: str, *values: object) -> list[Row]:
    """Return what a query finds by the names of columns."""
    names, found = _asked(file, query, values)
    return [{name: _meant(name, value) for name, value in zip(names, row, strict=True)} for row in found]


def change(file: Path, statement: str, *values: object) -> None:
    """Change a database behind the program's back."""
    with connected(file) as connection:
        _execute(connection, statement, values)


def columns(file: Path, table: str) -> list[str]:
    """Return the names of a table's columns."""
    return _asked(file, f"SELECT * FROM {table} LIMIT 0", ())[0]


def _asked(file: Path, query: str, values: tuple[object, ...]) -> tuple[list[str], list[tuple[Any, ...]]]:
    with connected(file) as connection:
        cursor = _execute(connection, query, values)
        return [column[0] for column in cursor.description], cursor.fetchall()


def _meant(name: str, value: Any) -> Any:
    """Return what a value of a column means: SQLite keeps moments and lists as texts."""
    if value is None:
        return None
    if name == "date":
        return date.fromisoformat(value) if isinstance(value, str) else value
    if name.endswith("_at"):
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    if name in _FLAGS:
        return bool(value)
    return json.loads(value) if name in _JSON and isinstance(value, str) else value


def _execute(connection: Any, query: str, values: tuple[object, ...]) -> Any:
    return connection.execute(query.replace("?", "%s") if ON_POSTGRESQL and values else query, values)


@functools.cache
def _new_file() -> bytes:
    """The bytes of a new SQLite file, as a user has it: migrating takes longer than most tests."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "fresh.db")
        with contextlib.closing(Database(f"sqlite:///{path}")) as database:
            migrate(database)
        return path.read_bytes()


def _on_server(file: Path) -> str:
    if file not in _made:
        _made[file] = _free.pop() if _free else _new_on_server()
    return _address(_made[file])


def _new_on_server() -> str:
    name = f"test_{secrets.token_hex(6)}"
    _administer(f"CREATE DATABASE {name}")
    atexit.register(_administer, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    with contextlib.closing(Database(_address(name))) as database:
        migrate(database)
    return name


def _empty(name: str) -> None:
    """Delete all rows, whoever still has hold of them, and let numbers begin at 1 again."""
    with psycopg.connect(_dsn(name), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid != pg_backend_pid()"
        )
        connection.execute("SET session_replication_role = replica")  # in any order
        for table in SQLModel.metadata.tables:
            connection.execute(f"DELETE FROM {table}")
        connection.execute("SELECT setval(seqrelid, 1, false) FROM pg_sequence")


def _address(name: str) -> str:
    return make_url(SERVER).set(database=name).render_as_string(hide_password=False)


def _dsn(name: str) -> str:
    return _address(name).replace("postgresql+psycopg://", "postgresql://")


def _administer(statement: str) -> None:
    with psycopg.connect(SERVER.replace("postgresql+psycopg://", "postgresql://"), autocommit=True) as connection:
        connection.execute(statement)
