"""The program and a database that is locked, read-only, full, older, newer, or none at all."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections import Counter
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from databases import about_files, fresh
from e2e_program import program, until
from e2e_reading import rows
from e2e_world import requests_of, runs_of, runs_that_charged, slow, statuses

from socialsync_cli.sandbox import Behaviour, Sandbox
from socialsync_cli.store import schema
from socialsync_cli.store.database import Database
from socialsync_cli.store.schema import HEAD

pytestmark = [pytest.mark.thorough, about_files]

PAGES = {"instagram": [f"page{n}" for n in range(4)], "tiktok": ["page1", "page2"]}
NO_ROOT = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
"""Permissions of files hold for root, too."""


@pytest.fixture(scope="module")
def world():
    with Sandbox(behaviour=Behaviour(settle_s=0.0, total_lag_s=0.0)) as running:
        yield running


@pytest.fixture
def token(request):
    return f"sandbox-{request.node.name}"


@pytest.fixture
def made(world, tmp_path, token):
    with program(tmp_path, E2E_TOKEN=token) as one:
        one.configure(world.url, {"acme": PAGES}, sync="posts_per_page = 12\ncomments_per_post = 3")
        yield one


def is_whole(database):
    with contextlib.closing(sqlite3.connect(database)) as connection:
        (whole,) = connection.execute("PRAGMA integrity_check").fetchone()
        return whole == "ok" and connection.execute("PRAGMA foreign_key_check").fetchall() == []


def error_of(done):
    """The type and the sentence of the error that a command ended with."""
    (told,) = [line for line in map(json.loads, done.err.splitlines()) if line.get("event") == "error"]
    return told["type"], told["message"]


def test_a_database_that_another_program_writes_to_is_waited_for(world, made, token):
    fresh(made.database)
    other = sqlite3.connect(made.database, isolation_level=None)
    with contextlib.closing(other), slow(world, 0.1):
        going = made.start("run", "--all")
        until(lambda: runs_of(world, token), 60, going)
        other.execute("BEGIN IMMEDIATE")
        until(lambda: set(statuses(world, token)) == {"SUCCEEDED"}, 60, going)
        other.execute("ROLLBACK")
        assert going.end().code == 0
    assert set(runs_that_charged(world, token).values()) == {1}


@pytest.mark.parametrize("what", ["file", "folder"])
def test_where_nothing_may_be_written_nothing_is_called(world, made, token, what):
    folder = made.folder / "data"
    folder.mkdir()
    url = fresh(folder / "socialsync.db")
    (folder / "socialsync.db" if what == "file" else folder).chmod(0o500)
    made.prefix = NO_ROOT
    done = made.call("--log-format", "json", "run", "--all", SOCIALSYNC_DATABASE__URL=url)
    folder.chmod(0o700)
    kind, sentence = error_of(done)
    assert (done.code, done.out, kind) == (1, "", "database")
    assert "read-only" in sentence or "may we write there" in sentence
    assert requests_of(world, token) == Counter()


def test_a_full_disk_ends_the_sync_and_later_it_goes_on_without_paying_twice(world, made, token):
    fresh(made.database)
    made.prefix = ("prlimit", f"--fsize={made.database.stat().st_size + 60_000}")
    done = made.call("--log-format", "json", "run", "--all")
    kind, sentence = error_of(done)
    assert (done.code, kind) == (1, "database")
    assert sentence.startswith("the database cannot be used: the disk does not take")
    assert is_whole(made.database)
    assert 0 < rows(made.database, "SELECT count(*) AS n FROM social_page_post")[0]["n"] < 72
    paid = runs_that_charged(world, token)
    assert paid
    made.prefix = ()
    stopped = made.call("status", "--json").json
    assert stopped["run"]["status"] == "FAILURE"
    assert {task["error"]["type"] for task in stopped["tasks"] if task["error"]} <= {"database", "interrupted"}
    assert made.call("resume", "last").code == 0
    assert rows(made.database, "SELECT count(*) AS n FROM social_page_post")[0]["n"] == 72
    assert set(runs_that_charged(world, token).values()) == {1}
    assert is_whole(made.database)


def test_an_older_database_is_upgraded_after_a_copy(made):
    with contextlib.closing(Database(f"sqlite:///{made.database}")) as database, database.write() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    done = made.call("run", "--all", "--posts", "1", "--comments", "0")
    assert done.code == 0, done.err
    copy = made.folder / "socialsync.db.0001.bak"
    assert copy.stat().st_mode & 0o777 == 0o600
    with contextlib.closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]
    assert rows(made.database, "SELECT version_num FROM alembic_version") == [{"version_num": HEAD}]
    assert [path.name for path in made.folder.glob("*.part")] == []


@pytest.mark.parametrize("asked", [("run", "--all"), ("status",), ("export", "social_page")])
@pytest.mark.parametrize("what", ["newer", "letter"])
def test_a_database_that_cannot_be_understood_is_refused_with_a_sentence(world, made, token, what, asked):
    if what == "newer":
        fresh(made.database)
        with contextlib.closing(sqlite3.connect(made.database)) as connection, connection:
            connection.execute("UPDATE alembic_version SET version_num = '0999'")
    else:
        made.database.write_bytes(b"Dear diary, " * 1000)
    done = made.call("--log-format", "json", *asked)
    kind, sentence = error_of(done)
    assert (done.code, done.out, kind) == (1, "", "database")
    assert sentence == (
        f"the database has version 0999, this socialsync knows only {HEAD}: upgrade socialsync"
        if what == "newer"
        else "the database cannot be used: the file is no SQLite database; name another one under [database] url"
    )
    assert requests_of(world, token) == Counter()
