"""The views that other programs read: what is in them, on either database."""

import contextlib
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from store_samples import BACKENDS, DAY, NOW, add_page, add_run, empty_database

from socialsync_cli.store import schema, tables
from socialsync_cli.store.database import Database
from socialsync_cli.store.schema import HEAD, migrate, version_of
from socialsync_cli.store.views import DAILY, PAGES, POSTS, SPEND, TROUBLE, VIEWS

TODAY = date(2026, 1, 10)
MADE = {"formula_version": "1", "benchmark_version": "1"}


@pytest.fixture(params=BACKENDS)
def connection(request, tmp_path):
    with empty_database(request.param, tmp_path) as database:
        migrate(database)
        with database.write() as connection:
            yield connection


def insert(connection, model, **values):
    return connection.execute(sa.insert(model).values(**values)).inserted_primary_key[0]


def found(connection, view, *names):
    """Rows of a view, in the order of its key, as the types that are documented."""
    columns = [view.c[name] for name in names]
    return [tuple(row) for row in connection.execute(sa.select(*columns).order_by(*view.primary_key))]


def measured(connection, page, day, followers, score, *, at=NOW):
    one = {"page_id": page, "date": day}
    insert(connection, tables.SocialPageMetric, **one, followers=followers, captured_at=at)
    insert(connection, tables.SocialPageEngagement, **one, **MADE, followers=followers or None, er_headline=0.02,
           er_headline_denominator="followers", er_vs_benchmark=2.0, posts_per_week=3.5)  # fmt: skip
    insert(connection, tables.SocialPageGrowth, **one, formula_version="1", growth_abs_7d=7.0, delta_since_previous=1)
    insert(connection, tables.SocialPageReach, **one, **MADE, reach_per_post=50.0, reach_estimated=True)
    insert(connection, tables.SocialPageScore, **one, **MADE, aggregation="arithmetic", score=score)


def test_every_view_has_the_columns_that_are_documented_and_no_others(connection):
    inspector = sa.inspect(connection)
    assert set(inspector.get_view_names()) == set(VIEWS)
    for name, view in VIEWS.items():
        assert [column["name"] for column in inspector.get_columns(name)] == [column.name for column in view.c]
        assert all(column.comment for column in view.c)
        assert view.comment


def test_on_a_server_the_columns_have_the_types_that_are_documented(connection):
    if connection.dialect.name != "postgresql":
        pytest.skip("SQLite's views have no types")
    inspector, texts = sa.inspect(connection), sa.String
    for name, view in VIEWS.items():
        for column in inspector.get_columns(name):
            wanted = view.c[column["name"]].type
            kind = next(k for k in (texts, sa.Integer, sa.Float, sa.Boolean, sa.Date, sa.DateTime)
                        if isinstance(getattr(wanted, "impl", wanted), k))  # fmt: skip
            assert isinstance(column["type"], kind), (name, column)


def test_a_page_has_one_row_with_its_latest_figures_and_one_without_figures_has_one_too(connection):
    old = add_page(connection, followers=1010, status="active", last_synced_at=NOW)
    measured(connection, old, TODAY - DAY, 1000, 40.0)
    measured(connection, old, TODAY, 1010, 50.0)
    new = add_page(connection, "esa")
    names = ("page_id", "handle", "followers", "date", "engagement_rate", "growth_abs_7d", "reach_estimated", "score")
    assert found(connection, PAGES, *names) == [
        (old, "nasa", 1010, TODAY, 0.02, 7.0, True, 50.0),
        (new, "esa", None, None, None, None, None, None),
    ]


def test_a_day_has_its_figures_and_a_zero_that_cannot_be_is_unknown(connection):
    page = add_page(connection, followers=1010)
    insert(connection, tables.SocialPageMetric, page_id=page, date=TODAY - 2 * DAY, followers=990, imported=True,
           captured_at=NOW - 2 * DAY)  # fmt: skip
    measured(connection, page, TODAY - DAY, 0, None)
    measured(connection, page, TODAY, 1010, 50.0)
    names = ("date", "imported", "followers", "followers_gained", "engagement_rate", "score")
    assert found(connection, DAILY, *names) == [
        (TODAY - 2 * DAY, True, 990, None, None, None),
        (TODAY - DAY, False, None, 1, 0.02, None),
        (TODAY, False, 1010, 1, 0.02, 50.0),
    ]


def test_posts_have_the_interactions_of_their_platform_and_say_whose_they_are(connection):
    counters = {"likes": 60, "comments": 20, "shares": 15, "saves": 5, "views": 1000}
    for platform, owner in (("instagram", "NASA"), ("facebook", None), ("tiktok", "esa")):
        page = add_page(connection, platform=platform, username="nasa", followers=2000)
        insert(connection, tables.SocialPagePost, page_id=page, external_id="1", owner_username=owner, **counters)
        insert(connection, tables.SocialPagePost, page_id=page, external_id="2", comments=5)
    names = ("platform", "interactions", "rate_by_followers", "rate_by_views", "own")
    assert found(connection, POSTS, *names) == [
        ("instagram", 80, 0.04, 0.08, True),
        ("instagram", None, None, None, True),
        ("facebook", 95, 0.0475, 0.095, True),
        ("facebook", None, None, None, True),
        ("tiktok", 100, 0.05, 0.1, False),
        ("tiktok", None, None, None, True),
    ]


def test_trouble_is_what_the_last_answer_about_a_page_says(connection):
    add_run(connection)
    insert(connection, tables.SyncTask, id="t", run_id="run-1", user="acme", platform="instagram", status="FAILURE")
    error = {"type": "bad_data", "message": "no sense"}

    def page_with(handle, *results):
        page = add_page(connection, handle)
        for i, result in enumerate(results):
            task = f"t-{handle}-{i}"
            insert(connection, tables.SyncRun, id=task, status="FAILURE", created_at=NOW)
            insert(connection, tables.SyncTask, id=task, run_id=task, user="acme", platform="instagram", status="x")
            insert(connection, tables.SyncPageResult, task_id=task, page_id=page, handle=handle, result=result,
                   error=error if result == "failed" else None)  # fmt: skip

    page_with("well.again", "failed", "ok")
    page_with("failed", "ok", "failed")
    page_with("stopped", "private", "revoked", None)
    page_with("never")
    names = ("handle", "user_id", "result", "error_type", "error_message", "run_id")
    assert found(connection, TROUBLE, *names) == [
        ("failed", "acme", "failed", "bad_data", "no sense", "t-failed-1"),
        ("stopped", "acme", "private", None, None, "t-stopped-0"),
        ("never", None, None, None, None, None),
    ]


def test_what_was_spent_is_added_up_by_day_user_and_platform(connection):
    late = NOW.replace(hour=23, minute=59)
    for run, at in (("a", NOW), ("b", late), ("c", late + timedelta(minutes=2))):
        add_run(connection, run, created_at=at)
        insert(connection, tables.SyncTask, id=run, run_id=run, user="acme", platform="tiktok", status="SUCCESS",
               pages=3, pages_ok=2, posts=10, comments=4, cost_usd=0.25)  # fmt: skip
    names = ("date", "user_id", "platform", "tasks", "pages", "pages_ok", "posts", "comments", "cost_usd")
    assert found(connection, SPEND, *names) == [
        (TODAY, "acme", "tiktok", 2, 6, 4, 20, 8, 0.5),
        (TODAY + DAY, "acme", "tiktok", 1, 3, 2, 10, 4, 0.25),
    ]


def test_a_database_of_the_first_version_gets_them_after_a_copy_and_keeps_its_rows(tmp_path):
    with empty_database("sqlite", tmp_path) as database:
        with database.write() as connection:
            config = Config()
            config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
            config.attributes["connection"] = connection
            command.upgrade(config, "0001")
            add_page(connection)
        assert migrate(database) == "0001"
        with database.read() as connection:
            assert version_of(connection) == HEAD
            assert found(connection, PAGES, "handle") == [("nasa",)]
    shutil.move(tmp_path / "sync.db.0001.bak", tmp_path / "old.db")
    with contextlib.closing(Database(f"sqlite:///{tmp_path / 'old.db'}")) as kept, kept.read() as connection:
        assert version_of(connection) == "0001"
        assert sa.inspect(connection).get_view_names() == []
