"""Databases to write to, and short ways to say what stands in them."""

from __future__ import annotations

import contextlib
import secrets
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from databases import ON_POSTGRESQL, SERVER, forget, fresh
from sqlmodel import SQLModel

from socialsync_cli.core.records import Comment, Post, Profile
from socialsync_cli.store.database import Database
from socialsync_cli.store.holder import this_process
from socialsync_cli.store.ledger import INTENDED, Entry
from socialsync_cli.store.tables import SocialPage, SyncRun

NOW = datetime(2026, 1, 10, 6, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

BACKENDS = ("postgresql",) if ON_POSTGRESQL else ("sqlite",)


@contextlib.contextmanager
def empty_database(backend, folder):
    """Open a database without a table: a new file, or a schema of its own on the server of the environment."""
    if backend == "sqlite":
        with contextlib.closing(Database(f"sqlite:///{folder / 'sync.db'}")) as database:
            yield database
        return
    name = f"test_{secrets.token_hex(6)}"
    with contextlib.closing(Database(SERVER)) as server:
        with server.write() as connection:
            connection.execute(sa.schema.CreateSchema(name))
        glue = "&" if "?" in SERVER else "?"
        with contextlib.closing(Database(f"{SERVER}{glue}options=-csearch_path%3D{name}")) as database:
            yield database
        with server.write() as connection:
            connection.execute(sa.schema.DropSchema(name, cascade=True))


@contextlib.contextmanager
def new_database(backend, folder):
    """Open a database with the tables of today."""
    if backend == "postgresql":
        with contextlib.closing(Database(fresh(folder / "sync.db"))) as database:
            yield database
        forget(folder)
        return
    with empty_database(backend, folder) as database:
        with database.write() as connection:
            SQLModel.metadata.create_all(connection)
        yield database


def add_page(connection, handle="nasa", platform="instagram", **more):
    """Add a page; return its id."""
    values = {"platform": platform, "handle": handle, **more}
    return connection.execute(sa.insert(SocialPage).values(**values)).inserted_primary_key[0]


def add_run(connection, run_id="run-1", **more):
    """Add a run that this process works on."""
    values = {"id": run_id, "status": "STARTED", "created_at": NOW, "started_at": NOW, "holder": this_process(),
              "heartbeat_at": NOW, **more}  # fmt: skip
    connection.execute(sa.insert(SyncRun).values(**values))


def race(database, runners, act):
    """Let threads act at the same time; return what each of them came to.

    `act` gets the number of its thread, and a function that waits for all others to be as far. On SQLite a second
    writer does not come that far: there nobody waits.
    """
    barrier = threading.Barrier(runners, timeout=20)

    def meet():
        if not database.is_sqlite:
            barrier.wait()

    with ThreadPoolExecutor(runners) as pool:
        return list(pool.map(lambda number: act(number, meet), range(runners)))


def rows(connection, table, *columns):
    """Return what a table holds, in the order of its key: whole rows, or some columns."""
    wanted = [table.c[c] for c in columns] or [table]
    return [tuple(row) for row in connection.execute(sa.select(*wanted).order_by(*table.primary_key.columns))]


def profile(**more):
    return Profile(external_id=more.pop("external_id", "528817151"), username=more.pop("username", "nasa"), **more)


def post(external_id="p1", **more):
    values = {
        "url": None, "kind": None, "text": None, "hashtags": (), "mentions": (), "published_at": None, "likes": None,
        "comments": None, "shares": None, "saves": None, "views": None, "pinned": False, "sponsored": None,
        "owner_username": None, "media_url": None, "duration_seconds": None, "comment_key": None, "comment_url": None,
    }  # fmt: skip
    return Post(external_id, **(values | more))


def comment(external_id="c1", **more):
    values = {
        "parent_external_id": None, "author_username": None, "text": None, "likes": None, "replies": None,
        "published_at": None,
    }  # fmt: skip
    return Comment(external_id, **(values | more))


def entry(entry_id="e1", **more):
    """A start of an actor that is only intended."""
    values = {
        "run_id": "run-1", "fingerprint": "f1", "platform": "instagram", "part": "posts", "actor": "apify/posts",
        "apify_run_id": None, "dataset_id": None, "status": INTENDED, "input": {"username": ["nasa"]},
        "input_hash": "h1", "asked": [["nasa", 1]], "limit": 30, "newer_than": None, "attempt": 1,
        "intended_at": NOW, "finished_at": None, "read_at": None, "max_charge_usd": None, "cost_usd": 0.0, "items": 0,
    }  # fmt: skip
    return Entry(entry_id, **(values | more))
