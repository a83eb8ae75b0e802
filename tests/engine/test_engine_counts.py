"""What a sync takes, in counts that do not depend on the machine: Apify runs, requests, items, SQL statements."""

import contextlib
from collections import Counter

import pytest
import sqlalchemy as sa
from engine_builders import bench, handles

PAGES_TABLES = ("social_page", "sync_page_result")


@contextlib.contextmanager
def counted():
    """Count the statements about pages, their posts and their results; the heart beats as often as it likes."""
    found = Counter()

    def count(_connection, _cursor, statement, _parameters, _context, _many):
        kind = statement.split()[0]
        if kind != "CREATE" and any(table in statement for table in PAGES_TABLES):
            found[kind] += 1

    sa.event.listen(sa.Engine, "before_cursor_execute", count)
    try:
        yield found
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", count)


def taken(at):
    """Sync; return Apify runs, requests, items charged, and statements by kind."""
    runs, requests, items = (
        at.started().total(), at.sandbox.state.stats.requests.total(), at.charges().total(),
    )  # fmt: skip
    with counted() as statements:
        assert at.sync().exit_code == 0
    return (
        at.started().total() - runs,
        at.sandbox.state.stats.requests.total() - requests,
        at.charges().total() - items,
        dict(statements),
    )


def pages_of(count):
    return {"acme": {platform: handles(count) for platform in ("instagram", "facebook", "tiktok")}}


@pytest.fixture
def five(tmp_path):
    """Two days of five pages per platform: what each took."""
    with bench(tmp_path / "five", pages_of(5)) as at:
        first = taken(at)
        at.next_day()
        yield first, taken(at)


def test_counts_of_two_days(five):
    first, second = five
    assert (first[:3], second[:3]) == ((7, 22, 113), (7, 22, 101))
    assert second[3] == {"INSERT": 38, "SELECT": 62, "UPDATE": 28}
    assert first[3] == second[3]


def test_statements_do_not_grow_with_the_pages(five, tmp_path):
    with bench(tmp_path / "fifteen", pages_of(15)) as at:
        assert taken(at)[3] == five[0][3]
