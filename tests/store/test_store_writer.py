"""The one writer: transactions one after the other, each whole or not at all."""

import contextlib
import threading

import pytest
import sqlalchemy as sa
from store_samples import new_database, rows

from socialsync_cli.errors import DatabaseError
from socialsync_cli.store.tables import Setting
from socialsync_cli.store.writer import Writer

SETTINGS = Setting.__table__


@pytest.fixture
def database(tmp_path):
    with new_database("sqlite", tmp_path) as found:
        yield found


@pytest.fixture
def writer(database):
    with contextlib.closing(Writer(database)) as found:
        yield found


def put(name, value=""):
    return lambda connection: connection.execute(sa.insert(SETTINGS).values(name=name, value=value)).rowcount


def stored(database):
    with database.read() as connection:
        return [row[0] for row in rows(connection, SETTINGS)]


@pytest.mark.parametrize("durable", [True, False])
def test_a_transaction_is_committed_when_its_result_is_there(database, writer, durable):
    assert writer.do(put("a"), durable=durable) == 1
    assert stored(database) == ["a"]


def test_transactions_are_carried_out_in_the_order_in_which_they_came(database, writer):
    order = []
    for number in range(20):
        writer.submit(lambda _, n=number: order.append(n))
    writer.do(lambda _: None)
    assert order == list(range(20))


def test_a_transaction_that_fails_leaves_nothing_and_the_next_goes_on(database, writer):
    def half(connection):
        put("a")(connection)
        raise KeyError("oops")

    failed = writer.submit(half)
    good = writer.submit(put("b"))
    with pytest.raises(KeyError, match="oops"):
        failed.result()
    assert (good.result(), stored(database)) == (1, ["b"])


def test_an_error_of_the_database_is_ours_and_comes_to_who_asked(database, writer):
    writer.do(put("a"))
    with pytest.raises(DatabaseError, match="UNIQUE constraint failed"):
        writer.do(put("a"))


def test_many_threads_may_write(database, writer):
    threads = [threading.Thread(target=lambda n=n: [writer.do(put(f"{n}-{m}")) for m in range(5)]) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(stored(database)) == 20


def test_closing_finishes_what_is_queued(database):
    writer = Writer(database)
    gate = threading.Event()
    writer.submit(lambda _: gate.wait())
    queued = [writer.submit(put(name)) for name in "abc"]
    gate.set()
    writer.close()
    assert [future.result(timeout=0) for future in queued] == [1, 1, 1]
    assert stored(database) == ["a", "b", "c"]


def test_after_closing_nobody_waits_for_ever(database):
    writer = Writer(database)
    writer.close()
    writer.close()
    with pytest.raises(DatabaseError, match="the database is closed already"):
        writer.do(put("a"))
    assert stored(database) == []
