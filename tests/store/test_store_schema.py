"""The version of a database: made, upgraded after a copy, or refused with a sentence."""

import contextlib
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlmodel import SQLModel
from store_samples import BACKENDS, add_page, empty_database, rows

from socialsync_cli.errors import DatabaseError
from socialsync_cli.store import outlines, schema
from socialsync_cli.store.column_types import UtcDateTime
from socialsync_cli.store.database import Database
from socialsync_cli.store.pages import PAGES
from socialsync_cli.store.schema import HEAD, check_version, migrate, version_of

MIGRATIONS = Path(schema.__file__).parent / "migrations"


@pytest.fixture(params=BACKENDS)
def database(request, tmp_path):
    with empty_database(request.param, tmp_path) as found:
        yield found


def version(database):
    with database.read() as connection:
        return version_of(connection)


def set_version(database, name):
    with database.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :name"), {"name": name})


def test_the_newest_version_is_that_of_the_newest_migration():
    script = ScriptDirectory(str(MIGRATIONS))
    assert script.get_heads() == [HEAD]
    assert sorted(path.name for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))[-1].split("_")[0] == HEAD


def test_an_empty_database_is_brought_to_the_newest_version_once(database):
    assert version(database) is None
    assert migrate(database) is None
    assert version(database) == HEAD
    assert migrate(database) == HEAD


def test_the_migrations_make_exactly_the_tables_of_the_models(database):
    migrate(database)
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_tables_without_a_version_are_not_touched(database):
    with database.write() as connection:
        SQLModel.metadata.create_all(connection)
    with pytest.raises(DatabaseError, match="has socialsync's tables but no version; it cannot be migrated"):
        migrate(database)


def test_tables_of_others_do_not_matter(database):
    with database.write() as connection:
        connection.execute(sa.text("CREATE TABLE theirs (id INTEGER)"))
    migrate(database)
    with database.read() as connection:
        assert {"theirs", "social_page"} <= set(sa.inspect(connection).get_table_names())


@pytest.mark.parametrize("newer", ["0999", "9999"])
def test_a_database_of_a_newer_socialsync_is_refused_and_left_alone(database, newer):
    migrate(database)
    set_version(database, newer)
    with pytest.raises(DatabaseError, match=f"has version {newer}, .* knows only {HEAD}: upgrade socialsync$"):
        migrate(database)
    assert version(database) == newer


@pytest.mark.parametrize("found", [None, "0000", HEAD])
def test_versions_up_to_the_newest_are_accepted(found):
    check_version(found)


def test_an_sqlite_file_of_an_older_version_is_copied_before_it_is_upgraded(tmp_path):
    with empty_database("sqlite", tmp_path) as database:
        migrate(database)
        with database.write() as connection:
            add_page(connection)
        set_version(database, "0000")
        copy = tmp_path / "sync.db.0000.bak"
        # No migration leads from there: the copy is made before anything is tried, and what fails changes nothing.
        with pytest.raises(Exception, match="0000"):
            migrate(database)
        assert version(database) == "0000"
        with contextlib.closing(Database(f"sqlite:///{copy}")) as kept:
            assert version(kept) == "0000"
            with kept.read() as connection:
                assert rows(connection, PAGES, "handle") == [("nasa",)]
        assert copy.stat().st_mode & 0o777 == 0o600


def test_a_copy_that_cannot_be_made_stops_the_upgrade_with_a_sentence(tmp_path):
    with empty_database("sqlite", tmp_path) as database:
        migrate(database)
        set_version(database, "0000")
        (tmp_path / "sync.db.0000.bak").mkdir()
        with pytest.raises(
            DatabaseError, match=r"the copy before the upgrade cannot be made: .*\.bak: Is a directory$"
        ):
            migrate(database)


def test_a_file_that_is_no_database_is_refused_with_a_sentence(tmp_path):
    file = tmp_path / "sync.db"
    file.write_bytes(b"Dear diary, " * 100)
    sentence = r"^the database cannot be used: the file is no SQLite database; name another one under \[database\] url$"
    opened = contextlib.closing(Database(f"sqlite:///{file}"))
    with opened as database, pytest.raises(DatabaseError, match=sentence):
        migrate(database)
    assert file.read_bytes() == b"Dear diary, " * 100


def test_a_migration_that_is_interrupted_leaves_the_database_as_it_was(tmp_path):
    with empty_database("sqlite", tmp_path) as database:
        with contextlib.closing(sqlite3.connect(tmp_path / "sync.db")) as other:
            # The last table that is made is there already, and is somebody else's.
            other.execute("CREATE TABLE user_page (id INTEGER)")
            other.commit()
        with pytest.raises(DatabaseError, match="user_page"):
            migrate(database)
        with database.read() as connection:
            assert sa.inspect(connection).get_table_names() == ["user_page"]


@pytest.mark.parametrize("outline", [outlines.RUNS, outlines.TASKS, outlines.RESULTS], ids=lambda table: table.name)
def test_the_outline_of_a_table_agrees_with_its_class(outline):
    table = SQLModel.metadata.tables[outline.name]
    special = (UtcDateTime, sa.JSON)
    assert {c.name: type(c.type) for c in outline.c if isinstance(c.type, special)} == {
        c.name: type(c.type) for c in table.c if c.name in outline.c and isinstance(c.type, special)
    }
    assert [c.name for c in outline.c if c.name not in table.c] == []
