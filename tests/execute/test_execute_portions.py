"""Portions of a large run: every page in exactly one, with all who want it, and tokens spread evenly."""

import contextlib
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from socialsync_cli.execute.portions import portions_of
from socialsync_cli.execute.prepare import TaskRow, Wanted, write_tasks
from socialsync_cli.store import runs
from socialsync_cli.store.database import Database
from socialsync_cli.store.page_results import RESULTS
from socialsync_cli.store.schema import migrate

NOW = datetime(2026, 1, 10, 6, 0, tzinfo=UTC)


@pytest.fixture
def connection(tmp_path):
    with contextlib.closing(Database(f"sqlite:///{tmp_path}/socialsync.db")) as database:
        migrate(database)
        with database.write() as found:
            yield found


def cut(connection, wanted, most):
    """Write tasks and cut their pages into portions: per portion, token, platform and handle of each result."""
    runs.create_run(connection, "run-1", {}, holder="here", now=NOW)
    tasks = [
        TaskRow(t.id, t.user, t.platform, t.fingerprint, len(t.pages))
        for t in write_tasks(connection, "run-1", [Wanted(*w) for w in wanted])
    ]
    by_id = {task.id: task for task in tasks}
    names = {
        number: (by_id[task].fingerprint, by_id[task].platform, handle)
        for number, task, handle in connection.execute(sa.select(RESULTS.c.id, RESULTS.c.task_id, RESULTS.c.handle))
    }
    return [[names[number] for number in portion] for portion in portions_of(connection, tasks, most)]


def many(prefix, count):
    return [f"{prefix}{number}" for number in range(count)]


def test_a_small_run_is_one_portion(connection):
    assert cut(connection, [("acme", "tiktok", many("a", 3), "f1")], 10) == [
        [("f1", "tiktok", h) for h in many("a", 3)]
    ]


def test_a_run_without_pages_is_one_empty_portion(connection):
    assert cut(connection, [("acme", "tiktok", many("a", 3), None)], 10) == [[]]


def test_a_page_that_two_users_want_is_in_one_portion(connection):
    wanted = [("acme", "tiktok", many("a", 7), "f1"), ("bee", "tiktok", many("a", 7), "f1")]
    found = cut(connection, wanted, 3)
    assert [len(portion) for portion in found] == [6, 4, 4]
    assert all(portion.count(name) == 2 for portion in found for name in portion)


def test_the_platforms_of_a_token_are_spread_evenly(connection):
    wanted = [("acme", platform, many("a", 40), "f1") for platform in ("instagram", "facebook", "tiktok")]
    found = cut(connection, wanted, 50)
    assert [len(portion) for portion in found] == [40, 40, 40]
    for portion in found:
        counts = [sum(name[1] == platform for name in portion) for platform in ("instagram", "facebook", "tiktok")]
        assert sum(counts) == 40
        assert max(counts) - min(counts) <= 1


def test_small_tokens_stay_whole_and_share_portions(connection):
    wanted = [(f"user{n}", "tiktok", many(f"u{n}-", 4), f"f{n}") for n in range(5)]
    found = cut(connection, wanted, 10)
    assert [sorted({name[0] for name in portion}) for portion in found] == [["f0", "f1"], ["f2", "f3"], ["f4"]]
    assert [len(portion) for portion in found] == [8, 8, 4]
