"""Counters from elsewhere: what a file may look like, what becomes of it, and what later days make of it."""

import os
import threading
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from past_builders import BEGIN, DAY, SETTINGS, derived, make_pages, new_database, profile, rows, sync

from socialsync_cli.errors import UsageError
from socialsync_cli.store.derive import DERIVED
from socialsync_cli.store.importing import ImportSummary, import_history
from socialsync_cli.store.pages import METRICS, PAGES
from socialsync_cli.store.rebuild import rebuild

NOW = datetime(2026, 1, 10, 6, tzinfo=UTC)
GROWTH = DERIVED[1]
NOTHING = ImportSummary(0, 0, 0, 0, 0, 0)


@pytest.fixture
def database(tmp_path):
    with new_database(tmp_path) as database:
        yield database


@pytest.fixture
def take_in(database, tmp_path):
    def take_in(content, now=NOW):
        path = tmp_path / "history.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return import_history(database, SETTINGS, path, now=now)

    return take_in


def noon(year, month, day):
    return datetime(year, month, day, 12, tzinfo=UTC)


def metrics(database):
    """What is stored, as (platform, handle, date, followers, following, posts_count, imported)."""
    with database.read() as connection:
        columns = (PAGES.c.platform, PAGES.c.handle, *(METRICS.c[c] for c in (
            "date", "followers", "following", "posts_count", "imported")))  # fmt: skip
        query = sa.select(*columns).join(PAGES, METRICS.c.page_id == PAGES.c.id)
        return [tuple(row) for row in connection.execute(query.order_by(PAGES.c.id, METRICS.c.date))]


def test_a_day_stands_at_noon_and_is_marked(database, take_in):
    found = take_in("platform,handle,date,followers,following,posts_count\ninstagram,NASA,2025-12-31,1000,20,3\n")
    assert found == NOTHING._replace(rows=1, days_written=1, pages_new=1)
    assert rows(database, METRICS)["social_page_metric"] == [
        {
            "id": 1, "page_id": 1, "date": date(2025, 12, 31), "followers": 1000, "following": 20, "posts_count": 3,
            "likes_total": None, "private": None, "followers_rounded": False, "imported": True,
            "captured_at": noon(2025, 12, 31), "posts_read_at": None,
        }
    ]  # fmt: skip
    page = rows(database, PAGES)["social_page"][0]
    assert {name: value for name, value in page.items() if value is not None} == {
        "id": 1,
        "platform": "instagram",
        "handle": "nasa",
    }
    assert derived(database) == {}


def test_all_the_usual_ways_to_write_a_file_mean_the_same(database, take_in):
    content = (
        "\ufeff# exported on a Sunday\r\n\r\n"
        " Followers ; DATE;Handle;platform;following\r\n"
        '"12,345";2025-12-01;@NatGeo; Instagram ;\r\n'
        ";;;;\r\n"
        "# a comment; with cells\r\n"
        "12345.0;2025-12-02T23:30:00-05:00;https://www.instagram.com/natgeo/?hl=en;instagram;n/a\r\n"
        '"12.3K";2025-12-03;"natgeo";instagram;7;\r\n'
        ";2025-12-04;natgeo;instagram;8\r\n"
        "-;2025-12-05;natgeo;instagram;null"
    )
    assert take_in(content) == ImportSummary(5, 1, 4, 0, 1, 0)
    assert metrics(database) == [
        ("instagram", "natgeo", date(2025, 12, 1), 12_345, None, None, True),
        ("instagram", "natgeo", date(2025, 12, 3), 12_300, 7, None, True),
        ("instagram", "natgeo", date(2025, 12, 4), None, 8, None, True),
    ] or metrics(database) == [
        ("instagram", "natgeo", date(2025, 12, 1), 12_345, None, None, True),
        ("instagram", "natgeo", date(2025, 12, 3), 12_345, None, None, True),
    ]
