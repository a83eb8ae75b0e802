"""Finding many rows by their keys: exactly those, and without reading all the others."""

import pytest
from store_samples import BACKENDS, new_database

from socialsync_cli.store.lookup import chunks, rows_with
from socialsync_cli.store.pages import PAGES, POSTS
from socialsync_cli.store.upsert import Upsert

WRITE = Upsert(PAGES, ("platform", "handle"), key=("platform", "handle"))


@pytest.mark.parametrize(("count", "lengths"), [(0, []), (1, [1]), (400, [400]), (801, [400, 400, 1])])
def test_chunks_hold_every_key_once_in_its_order(count, lengths):
    found = list(chunks(iter(range(count))))
    assert list(map(len, found)) == lengths
    assert [key for some in found for key in some] == list(range(count))


@pytest.mark.parametrize("backend", BACKENDS)
def test_pairs_are_found_and_nothing_that_has_only_half_of_one(backend, tmp_path):
    stored = [(platform, f"page{n}") for platform in ("instagram", "tiktok") for n in range(900)]
    wanted = {("instagram", f"page{n}") for n in range(0, 900, 2)} | {("tiktok", "page1"), ("tiktok", "nobody")}
    with new_database(backend, tmp_path) as database, database.write() as connection:
        WRITE.run(connection, stored)
        columns = (PAGES.c.platform, PAGES.c.handle)
        found = [tuple(row) for row in rows_with(connection, columns, columns, wanted)]
    assert sorted(found) == sorted(wanted - {("tiktok", "nobody")})


def test_sqlite_goes_straight_to_the_rows(tmp_path):
    keys = [(page, f"post{n}") for page in (1, 2) for n in range(500)]
    with new_database("sqlite", tmp_path) as database, database.read() as connection:
        asked: list[str] = []
        connection.connection.driver_connection.set_trace_callback(asked.append)
        assert list(rows_with(connection, [POSTS.c.likes], (POSTS.c.page_id, POSTS.c.external_id), keys)) == []
        connection.connection.driver_connection.set_trace_callback(None)
        plans = [[row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")] for sql in asked[-1:]]
    assert len([sql for sql in asked if sql.startswith("SELECT")]) == 1
    assert [plan[0] for plan in plans] == ["SCAN pair VIRTUAL TABLE INDEX 1:"]
    assert [plan[1] for plan in plans] == [
        "SEARCH social_page_post USING INDEX sqlite_autoindex_social_page_post_1 (page_id=? AND external_id=?)"
    ]
