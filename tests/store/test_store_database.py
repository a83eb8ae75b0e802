"""Opening a database: its settings, its file, its transactions, and its errors as sentences."""

import contextlib
import os
import sqlite3

import pytest
import sqlalchemy as sa
from store_samples import BACKENDS, NOW, add_page, new_database, race, rows

from socialsync_cli.errors import DatabaseError
from socialsync_cli.store.database import BUSY_MS, Database, exists, take_turns, translated
from socialsync_cli.store.pages import METRICS, PAGES


@pytest.fixture
def file(tmp_path):
    return tmp_path / "sync.db"


@pytest.fixture
def database(tmp_path):
    with new_database("sqlite", tmp_path) as found:
        yield found


@pytest.fixture(params=BACKENDS)
def any_database(request, tmp_path):
    with new_database(request.param, tmp_path) as found:
        yield found


def handles(database):
    with database.read() as connection:
        return [row[0] for row in rows(connection, PAGES, "handle")]


# The file and its settings.


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("foreign_keys", 1), ("journal_mode", "wal"), ("busy_timeout", BUSY_MS)],
)
def test_every_connection_has_the_settings_that_the_program_relies_on(database, pragma, value):
    with database.read() as one, database.read() as another:
        assert [c.exec_driver_sql(f"PRAGMA {pragma}").scalar() for c in (one, another)] == [value, value]


@pytest.mark.parametrize(("durable", "level"), [(True, 2), (False, 1)])
def test_only_what_guards_money_waits_for_the_disk(database, durable, level):
    with database.write(durable=durable) as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == level


def test_a_new_file_belongs_to_its_owner_alone_with_all_that_lies_beside_it(tmp_path):
    before = os.umask(0o000)
    try:
        with new_database("sqlite", tmp_path) as database:
            with database.write() as connection:
                add_page(connection)
            modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(("sync.db", "sync.db-wal", "sync.db-shm"), 0o600)


def test_the_mode_of_a_file_that_is_there_is_its_owners_affair(file):
    file.touch(0o640)
    file.chmod(0o640)
    Database(f"sqlite:///{file}").close()
    assert file.stat().st_mode & 0o777 == 0o640


def test_a_database_knows_its_file(database, file):
    assert database.path == file


def test_a_reference_to_nothing_is_refused(any_database):
    with pytest.raises(DatabaseError), any_database.write() as connection:
        connection.execute(sa.insert(METRICS).values(page_id=4711, date=NOW.date(), captured_at=NOW))


def test_whether_a_file_is_there_can_be_asked_without_making_it(file):
    assert not exists(f"sqlite:///{file}")
    assert not file.exists()
    Database(f"sqlite:///{file}").close()
    assert exists(f"sqlite:///{file}")
    assert exists("postgresql+psycopg://somewhere/x")


# Transactions.


def test_what_was_written_is_there_for_whoever_reads_afterwards(any_database):
    with any_database.write() as connection:
        add_page(connection)
    assert handles(any_database) == ["nasa"]


@pytest.mark.parametrize("error", [KeyError("oops"), KeyboardInterrupt()])
def test_a_transaction_that_ends_with_an_error_leaves_nothing_and_the_error_is_told(any_database, error):
    def half():
        with any_database.write() as connection:
            add_page(connection)
            raise error

    with pytest.raises(type(error)):
        half()
    assert handles(any_database) == []


def test_a_reader_is_not_disturbed_by_a_writer(any_database):
    with any_database.write() as connection:
        add_page(connection)
        assert handles(any_database) == []
    assert handles(any_database) == ["nasa"]


def test_a_reader_sees_one_moment_from_its_first_question_to_its_last(database):
    with database.read() as reader:
        assert rows(reader, PAGES) == []
        with database.write() as connection:
            add_page(connection)
        assert rows(reader, PAGES) == []
    assert handles(database) == ["nasa"]


def test_a_writer_begins_as_one_so_that_it_never_fails_half_way_for_another(database, file):
    impatient = contextlib.closing(sqlite3.connect(file, timeout=0))
    with database.write(), impatient as other, pytest.raises(sqlite3.OperationalError, match="database is locked"):
        other.execute("BEGIN IMMEDIATE")


# Errors, as sentences for people.


def impatient(database):
    """Let the pooled connection give up at once instead of waiting."""
    with database.read() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=0")


def test_a_database_that_another_program_keeps_locked_is_told_apart(database, file):
    impatient(database)
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        sentence = r"^the database cannot be used: another program has been writing to it for too long$"
        with pytest.raises(DatabaseError, match=sentence), database.write():
            pass
        other.execute("ROLLBACK")
    with database.write() as connection:
        add_page(connection)


def test_a_database_that_may_only_be_read_is_told_apart(database):
    with database.read() as connection:
        connection.exec_driver_sql("PRAGMA query_only=ON")
    sentence = r"^the database cannot be used: it is read-only$"
    with pytest.raises(DatabaseError, match=sentence), database.write() as connection:
        add_page(connection)


@pytest.mark.parametrize("name", ["nowhere/sync.db", "."])
def test_a_place_where_no_file_can_be_is_told_apart(tmp_path, name):
    opened = contextlib.closing(Database(f"sqlite:///{tmp_path / name}"))
    sentence = r"the file cannot be opened \(does its folder exist, may we write there\?\)$"
    with opened as database, pytest.raises(DatabaseError, match=sentence), database.read() as connection:
        connection.execute(sa.select(1))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("database or disk is full", "the disk is full"),
        ("disk I/O error", "the disk does not take or give what it should (is it full, is there a limit of size?)"),
        ("UNIQUE constraint failed: a.b\nDETAIL: secret", "UNIQUE constraint failed: a.b"),
        ("", "?"),
    ],
)
def test_other_errors_have_the_librarys_first_line(words, sentence):
    with pytest.raises(DatabaseError) as caught, translated():
        raise sqlite3.OperationalError(words)
    assert str(caught.value) == f"the database cannot be used: {sentence}"
    assert isinstance(caught.value.__cause__, sqlite3.OperationalError)


def test_what_is_no_error_of_the_database_stays_what_it_is(any_database):
    with pytest.raises(ZeroDivisionError), any_database.read():
        _ = 1 / 0


def test_a_server_that_does_not_answer_is_told_apart_and_its_password_is_not():
    pytest.importorskip("psycopg", reason="PostgreSQL's driver is an extra")
    opened = contextlib.closing(Database("postgresql+psycopg://u:s3cret@127.0.0.1:1/x?connect_timeout=2"))
    with opened as database, pytest.raises(DatabaseError) as caught, database.read() as connection:
        connection.execute(sa.select(1))
    assert str(caught.value).startswith("the database cannot be used: ")
    assert "s3cret" not in f"{caught.value} {caught.value.__cause__}"


def test_transactions_about_the_same_thing_take_turns(any_database):
    def first_comes(number, meet):
        with any_database.write() as connection:
            connection.execute(sa.select(1))
            meet()
            take_turns(connection, "the first page")
            if rows(connection, PAGES):
                return False
            add_page(connection, f"page{number}")
            return True

    assert sorted(race(any_database, 4, first_comes)) == [False, False, False, True]
