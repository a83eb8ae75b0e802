"""Nonsense among good items: these are stored as if they had been alone, and the nonsense is counted and kept."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from fault_runs import Bench, Case, bench
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nonsense_items import HOSTILE, IDS, SENSELESS, among, copy_of

from socialsync_cli.apify.mending import mended
from socialsync_cli.store.archive import Archive, read_file
from socialsync_cli.store.place import archive_folder_of

pytestmark = pytest.mark.thorough

TT_VIDEOS = "clockworks/tiktok-profile-scraper"
CASES = [Case(f"good {platform}", (), platform) for platform in ("instagram", "facebook", "tiktok")]
ACTORS = {*IDS, "apify/instagram-profile-scraper", "apify/facebook-pages-scraper"}
NOW = datetime.now(UTC)
LONG = 10_000_000
POSTGRES = os.environ.get("SOCIALSYNC_TEST_POSTGRES", "")
BACKENDS = (
    "sqlite",
    pytest.param(
        "postgresql",
        marks=pytest.mark.skipif(not POSTGRES, reason="SOCIALSYNC_TEST_POSTGRES has no address of a PostgreSQL server"),
    ),
)


@contextlib.contextmanager
def opened(folder, url: str) -> Iterator[Bench]:
    ample = {"posts_per_page": 5, "comments_per_post": 20, "keep_raw_days": 3}
    with bench(folder, CASES, sync=ample, database={"url": url}, now=NOW) as at:
        yield at


@contextlib.contextmanager
def database(backend: str, folder) -> Iterator[str]:
    """A database with nothing in it; its address."""
    if backend == "sqlite":
        yield f"sqlite:///{folder / 'socialsync.db'}"
        return
    name = f"test_{secrets.token_hex(6)}"
    server = sa.create_engine(POSTGRES)
    with server.begin() as connection:
        connection.execute(sa.schema.CreateSchema(name))
    try:
        yield f"{POSTGRES}{'&' if '?' in POSTGRES else '?'}options=-csearch_path%3D{name}"
    finally:
        with server.begin() as connection:
            connection.execute(sa.schema.DropSchema(name, cascade=True))
        server.dispose()


def stored(url: str) -> dict[str, dict[tuple[Any, ...], tuple[Any, ...]]]:
    """What a database says of pages, posts and comments, each by its natural key."""
    queries = {
        "page": "select platform, handle, '', username, followers, following, posts_count, status from social_page",
        "post": "select p.platform, p.handle, o.external_id, o.url, o.kind, o.text, o.likes, o.comments, o.shares, "
        "o.saves, o.views, o.owner_username, o.duration_seconds, o.comment_key, o.comment_url, o.comments_read "
        "from social_page_post o join social_page p on p.id = o.page_id",
        "comment": "select p.platform, o.external_id, c.external_id, c.parent_external_id, c.author_username, c.text, "
        "c.likes, c.replies from social_page_post_comment c join social_page_post o on o.id = c.post_id "
        "join social_page p on p.id = o.page_id",
    }
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        found = {
            name: {tuple(row[:3]): tuple(row[3:]) for row in connection.execute(sa.text(query))}
            for name, query in queries.items()
        }
    engine.dispose()
    return found


def kept(url: str) -> dict[str, list[Any]]:
    """The items in the raw archive, by actor."""
    items: dict[str, list[Any]] = {}
    for path in Archive(archive_folder_of(url)).files():
        header, pages = read_file(path)
        items.setdefault(header["actor"], []).extend(item for page in pages for item in page)
    return items


def of_those(good: Mapping[str, Mapping[Any, Any]], found: Mapping[str, Mapping[Any, Any]]) -> dict[str, Any]:
    """What was found of what is good."""
    return {name: {key: found[name].get(key) for key in rows} for name, rows in good.items()}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("undisturbed")
    with database("sqlite", folder) as url, opened(folder, url) as at:
        assert at.call("run", "--all")[0] == 0
        good = stored(url)
    assert all(good.values())
    return good


@pytest.mark.parametrize("backend", BACKENDS)
def test_good_items_are_stored_and_hostile_ones_are_counted_and_kept(tmp_path, undisturbed, backend):
    def tamper(run, items):
        texts = among(run.actor.name, items, HOSTILE, SENSELESS)
        if run.actor.name == TT_VIDEOS:
            texts.append(copy_of(TT_VIDEOS, items[0], 999_999, "text", b'"' + b"x" * LONG + b'"'))
        return texts

    with database(backend, tmp_path) as url, opened(tmp_path, url) as at:
        at.sandbox.state.tamper = tamper
        code, told = at.call("run", "--all")
        found = stored(url)
        assert (code, of_those(undisturbed, found)) == (0, undisturbed)
        assert len(found["post"]["tiktok", "goodtiktok", "8000000000000999999"][2]) == LONG
        said = {
            f"{len(SENSELESS)} of the items of {actor} made no sense and named no page; the raw archive keeps them"
            for actor in ACTORS
        }
        assert said <= {warning for task in told["tasks"] for warning in task["warnings"]}
        senseless = orjson.loads(mended(b"[" + b",".join(SENSELESS) + b"]"))
        archived = kept(url)
        assert archived.keys() == ACTORS
        for items in archived.values():
            assert [one for one in senseless if one not in items] == []
        into = f"--output={tmp_path / 'out'}"
        commands = [["show", "tiktok/goodtiktok"], ["report", into], ["rebuild"], ["export", "social_page_post", into]]
        assert [at.program(*command)[0] for command in commands] == [0, 0, 0, 0]


scalars = (
    st.none() | st.booleans() | st.integers() | st.integers(-(2**66), 2**66) | st.floats()
    | st.text(st.characters(), max_size=12) | st.sampled_from(["https://x", "not_found", "2025-13-01", "\0", "1,204"])
)  # fmt: skip
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
)
texts = anything.map(lambda value: json.dumps(value).encode())


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory) -> Iterator[tuple[Bench, str]]:
    folder = tmp_path_factory.mktemp("fuzzed")
    with database("sqlite", folder) as url, opened(folder, url) as at:
        yield at, url


@given(st.lists(texts, min_size=1, max_size=12), st.lists(texts, max_size=12))
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
def test_whatever_json_comes_good_items_are_stored(undisturbed, fuzzed, values, senseless):
    at, url = fuzzed
    at.sandbox.state.tamper = lambda run, items: among(run.actor.name, items, values, senseless)
    code, told = at.call("run", "--all", "--full", "--fresh")
    assert (code, [task["error"] for task in told["tasks"]]) == (0, [None] * 3)
    assert of_those(undisturbed, stored(url)) == undisturbed
