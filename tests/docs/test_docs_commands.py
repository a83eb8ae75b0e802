"""What the documentation shows is called: its commands against the sandbox, its queries, its programs."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import secrets
import shutil
import sqlite3
import subprocess
import time

import pytest
import sqlalchemy as sa
from docs_pages import DOCS, Session, blocks

from socialsync_cli.notify.webhook import sign
from socialsync_cli.sandbox import Behaviour, Sandbox
from socialsync_cli.store.database import Database
from socialsync_cli.store.schema import migrate

pytestmark = pytest.mark.thorough

PAGES = sorted(DOCS.rglob("*.md"))
WITH_COMMANDS = [p for p in PAGES if any(block.kind == "console" for block in blocks(p)) and p.stem != "duckdb"]
WITH_QUERIES = [p for p in PAGES if any(block.kind == "sql" for block in blocks(p)) and p.stem != "duckdb"]
PLAIN = {"COLUMNS": "200", "NO_COLOR": "1"}
DEMO = "<!-- begins with the demo -->\n"


def name_of(page):
    return page.relative_to(DOCS).as_posix()


@pytest.fixture(scope="module")
def apify():
    """Environment in which the program talks to a sandbox, as fast as it can."""
    with Sandbox(behaviour=Behaviour(settle_s=0.0, total_lag_s=0.0)) as sandbox:
        yield PLAIN | {
            "SOCIALSYNC_APIFY__API_URL": sandbox.url, "SOCIALSYNC_APIFY__REQUESTS_PER_SECOND": "1000",
        }  # fmt: skip


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """What the demo leaves."""
    folder = tmp_path_factory.mktemp("demo")
    code, said = Session(folder, dict(PLAIN)).call("socialsync demo --days 2 --keep demo")
    assert code == 0, said
    return folder / "demo"


@pytest.fixture
def session(request, tmp_path, apify):
    """Makes a folder for a page, with a token of its own for whatever variable the page names."""
    return functools.partial(session_of, request, tmp_path, apify)


def session_of(request, folder, apify, page):
    text = page.read_text(encoding="utf-8")
    if text.startswith(DEMO):
        shutil.copytree(request.getfixturevalue("demo"), folder, dirs_exist_ok=True)
    names = {"APIFY_TOKEN", *re.findall(r"\w*APIFY_TOKEN", text)}
    return Session(folder, apify | {name: f"sandbox-{page.stem}-{name.lower()}" for name in names})


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=name_of)
def test_the_commands_of_a_page_do_what_it_says(page, session):
    session(page).go(page)


@pytest.mark.parametrize("page", WITH_QUERIES, ids=name_of)
def test_the_queries_of_a_page_have_answers(page, demo):
    with contextlib.closing(sqlite3.connect(demo / "socialsync.db")) as database:
        for block in blocks(page):
            if block.kind == "sql":
                query = re.sub(r"\$__timeFilter\((\w+)\)", r"\1 > '2020-01-01'", block.text)
                assert database.execute(query).fetchall(), f"{name_of(page)}:{block.line}"


@pytest.fixture(scope="module")
def server():
    """A connection to an empty database of today on a PostgreSQL server; nothing of it stays."""
    address = os.environ.get("SOCIALSYNC_TEST_POSTGRES")
    if not address:
        pytest.skip("SOCIALSYNC_TEST_POSTGRES has no address of a PostgreSQL server")
    name = f"docs_{secrets.token_hex(6)}"
    glue = "&" if "?" in address else "?"
    with contextlib.closing(Database(f"{address}{glue}options=-csearch_path%3D{name}")) as database:
        with database.write() as connection:
            connection.execute(sa.schema.CreateSchema(name))
        migrate(database)
        with database.read() as connection:
            yield connection
        with database.write() as connection:
            connection.execute(sa.schema.DropSchema(name, cascade=True))


@pytest.mark.parametrize("page", WITH_QUERIES, ids=name_of)
def test_a_server_understands_the_queries_of_a_page(page, server):
    for block in blocks(page):
        if block.kind == "sql":
            query = re.sub(
                r"\$__timeFilter\((\w+)\)", r"\1 BETWEEN '2020-01-01T00:00:00Z' AND '2030-01-01T00:00:00Z'", block.text
            )
            assert server.execute(sa.text(query)).fetchall() == []


def test_duckdb_answers_from_what_was_exported(tmp_path, session):
    duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed (extra dev)")
    page = DOCS / "guides/duckdb.md"
    session(page).go(page)
    with contextlib.chdir(tmp_path), duckdb.connect() as database:
        for block in blocks(page):
            if block.kind == "sql":
                assert database.execute(block.text).fetchall(), f"line {block.line}"


def test_the_sample_in_python_knows_what_comes_from_socialsync():
    (sample,) = [block for block in blocks(DOCS / "guides/notifications.md") if block.kind == "python"]
    names: dict = {}
    exec(sample.text, names)
    now, check = int(time.time()), names["is_from_socialsync"]
    good = sign("secret", b"body", now)
    assert check("secret", good, b"body") is True
    assert [check("other", good, b"body"), check("secret", good, b"bodx")] == [False, False]
    assert check("secret", sign("secret", b"body", now - 301), b"body") is False
    other = sign("secret", b"body", now - 9).replace(f"t={now - 9}", f"t={now}")
    assert check("secret", other, b"body") is False


@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed: apt-get install nodejs")
def test_the_sample_in_javascript_knows_it_too(tmp_path):
    (sample,) = [block for block in blocks(DOCS / "guides/notifications.md") if block.kind == "js"]
    good = sign("secret", b"body", int(time.time()))
    calls = [("secret", good, "body"), ("other", good, "body"), ("secret", good, "bodx")]
    print_all = "".join(f"console.log(isFromSocialsync({s!r}, {g!r}, Buffer.from({b!r})));" for s, g, b in calls)
    (tmp_path / "x.mjs").write_text(sample.text + print_all)
    done = subprocess.run(["node", tmp_path / "x.mjs"], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["true", "false", "false"]
