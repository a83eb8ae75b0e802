"""The version of the schema: looked up quickly, migrated only where it is an older one, after a copy."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from socialsync_cli.errors import DatabaseError
from socialsync_cli.store.database import Database, take_turns, translated

HEAD = "0005"
"""The newest migration in `migrations/versions`; a test holds it to the files there."""


def version_of(connection: Connection) -> str | None:
    """Return the version of a database; None if it is empty.

    Raises:
        DatabaseError: It has tables, but is none of ours.

    """
    names = sa.inspect(connection).get_table_names()
    if "alembic_version" in names:
        version: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
        return version
    if "social_page" in names:
        raise DatabaseError("the database has socialsync's tables but no version; it cannot be migrated")
    return None


def check_version(found: str | None) -> None:
    """Refuse a database that a newer socialsync has written.

    Raises:
        DatabaseError: With a sentence that says what to do.

    """
    if found is not None and found > HEAD:
        raise DatabaseError(f"the database has version {found}, this socialsync knows only {HEAD}: upgrade socialsync")


def migrate(database: Database) -> str | None:
    """Bring a database to the newest version; return the version that it had, None if it was empty.

    An SQLite file with an older version is copied first, to `<file>.<version>.bak`.

    Raises:
        DatabaseError: It cannot be used, or is newer than this program.

    """
    with database.read() as connection:
        found = version_of(connection)
    check_version(found)
    if found == HEAD:
        return found
    if found is not None and database.path is not None:
        _keep(database.path, found)
    with database.write(durable=True) as connection:
        take_turns(connection, "migration")
        if version_of(connection) != HEAD:
            _upgrade(connection)
    return found


def _upgrade(connection: Connection) -> None:
    from alembic import command  # slow to import, and rarely needed
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _keep(path: Path, found: str) -> None:
    """Copy an SQLite file as it is at one moment, whatever is going on in it, to `<file>.<version>.bak`.

    If somebody else has upgraded it meanwhile, the copy is theirs.
    """
    target = path.with_name(f"{path.name}.{found}.bak")
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    with translated():
        try:
            os.close(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
            with (
                contextlib.closing(sqlite3.connect(path)) as old,
                contextlib.closing(sqlite3.connect(part)) as new,
            ):
                old.backup(new)
                version = new.execute("SELECT version_num FROM alembic_version").fetchone()
            if version == (found,):
                part.replace(target)
        except OSError as error:
            raise DatabaseError(f"the copy before the upgrade cannot be made: {target}: {error.strerror}") from error
        finally:
            part.unlink(missing_ok=True)
