"""Several processes that write the same pages at once, on PostgreSQL: nobody deadlocks, and nothing is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from store_samples import BACKENDS, add_page, new_database

from socialsync_cli.store.pages import COMMENTS, METRICS, PAGES, POSTS

WRITER = Path(__file__).with_name("store_writer.py")
AS_HERE = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
PAGES_WRITTEN, POSTS_WRITTEN, WRITERS = 6, 40, 3


@pytest.mark.parametrize("backend", BACKENDS)
def test_writers_of_the_same_pages_neither_deadlock_nor_lose_anything(backend, tmp_path):
    with new_database(backend, tmp_path) as database:
        with database.write() as connection:
            ids = [add_page(connection, f"page{number}") for number in range(PAGES_WRITTEN)]
        url = database.url.render_as_string(hide_password=False)
        given = json.dumps({"url": url, "pages": ids, "posts": POSTS_WRITTEN})
        processes = [
            subprocess.Popen([sys.executable, str(WRITER), str(seed)], stdin=subprocess.PIPE, text=True, env=AS_HERE)
            for seed in range(WRITERS)
        ]
        for process in processes:
            process.stdin.write(given)
            process.stdin.close()
        assert [process.wait(60) for process in processes] == [0] * WRITERS
        with database.read() as connection:
            counts = [connection.scalar(sa.select(sa.func.count()).select_from(t)) for t in (METRICS, POSTS, COMMENTS)]
            followers = set(connection.scalars(sa.select(PAGES.c.followers)))
        assert counts == [PAGES_WRITTEN, PAGES_WRITTEN * POSTS_WRITTEN, PAGES_WRITTEN * POSTS_WRITTEN * 2]
        assert followers == {1000 + WRITERS - 1}
