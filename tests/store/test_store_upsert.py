"""What a conflict does to each column, on every database that we know."""

import datetime as dt

import pytest
import sqlalchemy as sa
from store_samples import BACKENDS, DAY, HOUR, NOW, empty_database

from socialsync_cli.store.column_types import UtcDateTime
from socialsync_cli.store.upsert import Upsert

TABLE = sa.Table(
    "sample",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("count", sa.BigInteger),
    sa.Column("note", sa.Text),
    sa.Column("tags", sa.JSON),
    sa.Column("pinned", sa.Boolean),
    sa.Column("guess", sa.Boolean),
    sa.Column("seen_at", UtcDateTime),
    sa.UniqueConstraint("place", "day"),
)
COLUMNS = ("place", "day", "count", "note", "tags", "pinned", "guess", "seen_at")
KEY = ("place", "day")
TODAY = NOW.date()


@pytest.fixture(params=BACKENDS)
def database(request, tmp_path):
    with empty_database(request.param, tmp_path) as found:
        with found.write() as connection:
            TABLE.create(connection)
        yield found


def row(**more):
    values = {"place": "a", "day": TODAY, "count": None, "note": None, "tags": None, "pinned": None, "guess": False,
              "seen_at": NOW}  # fmt: skip
    return tuple((values | more)[column] for column in COLUMNS)


def after(database, upsert, *given):
    """Write rows, each in its own transaction; return what stands in the table."""
    for some in given:
        with database.write() as connection:
            assert upsert.run(connection, [some]) == 1
    with database.read() as connection:
        return [tuple(found)[1:] for found in connection.execute(sa.select(TABLE).order_by(TABLE.c.id))]


def test_rows_of_every_type_are_written_as_they_are_read(database):
    given = row(count=2**62, note='50% "of" é\N{GRINNING FACE}', tags=["a", {"b": None}], pinned=True, guess=True)
    assert after(database, Upsert(TABLE, COLUMNS, key=KEY), given) == [given]


def test_unknown_stays_unknown_in_every_column(database):
    given = row(guess=None, seen_at=None)
    assert after(database, Upsert(TABLE, COLUMNS, key=KEY), given) == [given]
    with database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).where(TABLE.c.tags.is_(sa.null()))) == 1


def test_times_are_stored_in_utc_whatever_their_zone(database):
    east = NOW.astimezone(dt.timezone(dt.timedelta(hours=5, minutes=30)))
    assert after(database, Upsert(TABLE, COLUMNS, key=KEY), row(seen_at=east)) == [row()]


def test_a_column_that_is_not_mentioned_keeps_what_it_has(database):
    upsert = Upsert(TABLE, COLUMNS, key=KEY, replace=("count",))
    assert after(database, upsert, row(count=1, note="a"), row(count=2, note="b")) == [row(count=2, note="a")]


def test_without_a_column_to_change_the_first_row_stays(database):
    upsert = Upsert(TABLE, COLUMNS, key=KEY)
    assert after(database, upsert, row(count=1), row(count=2)) == [row(count=1)]


def test_rows_with_other_keys_stand_side_by_side(database):
    upsert = Upsert(TABLE, COLUMNS, key=KEY, replace=("count",))
    given = (row(count=1), row(place="b", count=2), row(day=TODAY + DAY, count=3))
    assert after(database, upsert, *given) == list(given)


@pytest.mark.parametrize(("old", "new", "kept"), [(1, 2, 2), (1, None, 1), (None, 2, 2), (None, None, None), (7, 0, 0)])
def test_what_is_known_is_not_overwritten_by_unknown(database, old, new, kept):
    upsert = Upsert(TABLE, COLUMNS, key=KEY, keep_known=("count",))
    assert after(database, upsert, row(count=old), row(count=new)) == [row(count=kept)]


@pytest.mark.parametrize(("old", "new"), [(1, 2), (1, None), (None, 2)])
def test_a_replaced_column_has_the_new_value_also_if_that_is_unknown(database, old, new):
    upsert = Upsert(TABLE, COLUMNS, key=KEY, replace=("count",))
    assert after(database, upsert, row(count=old), row(count=new)) == [row(count=new)]


@pytest.mark.parametrize(("later", "wins"), [(HOUR, True), (dt.timedelta(0), True), (-HOUR, False)])
def test_what_is_older_than_what_is_stored_changes_nothing(database, later, wins):
    upsert = Upsert(TABLE, COLUMNS, key=KEY, replace=("count", "seen_at"), keep_known=("note",), newer="seen_at")
    first, second = row(count=1, note="a"), row(count=2, note="b", seen_at=NOW + later)
    assert after(database, upsert, first, second) == [second if wins else first]


@pytest.mark.parametrize(("guess", "wins"), [(True, True), (False, False)])
def test_a_measurement_beats_a_guess_whatever_their_times(database, guess, wins):
    upsert = Upsert(TABLE, COLUMNS, key=KEY, replace=("count", "guess", "seen_at"), newer="seen_at", beats="guess")
    first, measured = row(count=1, guess=guess), row(count=2, seen_at=NOW - HOUR)
    assert after(database, upsert, first, measured) == [measured if wins else first]


@pytest.mark.parametrize(
    ("sightings", "pinned"),
    [
        ([(True, 0)], True),
        ([(True, 0), (True, 0)], True),
        ([(True, 0), (False, 0)], False),
        ([(False, 0), (True, 0)], False),
        ([(True, 0), (False, 1)], False),
        ([(False, 0), (True, 1)], True),
        ([(False, 1), (True, 0)], False),
    ],
)
def test_a_unanimous_column_is_true_if_every_row_of_the_newest_moment_says_so(database, sightings, pinned):
    upsert = Upsert(TABLE, COLUMNS, key=KEY, replace=("seen_at",), unanimous=("pinned",), newer="seen_at")
    given = [row(pinned=said, seen_at=NOW + hours * HOUR) for said, hours in sightings]
    newest = max(hours for _, hours in sightings)
    assert after(database, upsert, *given) == [row(pinned=pinned, seen_at=NOW + newest * HOUR)]


def test_rows_that_come_together_count_one_after_the_other(database):
    upsert = Upsert(TABLE, COLUMNS, key=KEY, keep_known=("count", "note"))
    with database.write() as connection:
        assert upsert.run(connection, iter([row(count=1), row(note="b"), row(count=3)])) == 3
    assert after(database, upsert) == [row(count=3, note="b")]


def test_nothing_to_write_is_no_statement(database):
    with database.read() as connection:
        assert Upsert(TABLE, COLUMNS, key=KEY).run(connection, []) == 0


def test_some_columns_are_enough(database):
    upsert = Upsert(TABLE, ("day", "place"), key=KEY)
    assert after(database, upsert, (TODAY, "a")) == [row(guess=None, seen_at=None)]
