"""Locks per user and platform: all or none, and those of the dead are taken over."""

import subprocess
import sys
from datetime import timedelta

import pytest
import sqlalchemy as sa
from store_samples import BACKENDS, NOW, new_database, race, rows

from socialsync_cli.store import locks
from socialsync_cli.store.holder import STALE_AFTER, this_process
from socialsync_cli.store.locks import LOCKS, Held

MINE = [("acme", "instagram"), ("acme", "tiktok")]
ELSEWHERE = "another-machine:17:4711"


@pytest.fixture(params=BACKENDS)
def database(request, tmp_path):
    with new_database(request.param, tmp_path) as found:
        yield found


def acquire(database, pairs, run_id, holder=None, now=NOW):
    with database.write() as connection:
        return locks.acquire(connection, pairs, run_id, holder or this_process(), now)


def held(database):
    with database.read() as connection:
        return rows(connection, LOCKS)


def test_free_locks_are_taken(database):
    assert acquire(database, MINE, "run-1") == []
    assert held(database) == [(user, platform, "run-1", this_process(), NOW) for user, platform in MINE]


def test_locks_of_a_living_process_are_named_and_none_is_taken(database):
    acquire(database, [("acme", "tiktok")], "run-1")
    before = held(database)
    wanted = [("acme", "facebook"), ("acme", "tiktok"), ("zoo", "tiktok")]
    assert acquire(database, wanted, "run-2") == [Held("acme", "tiktok", "run-1")]
    assert held(database) == before


def test_other_pairs_do_not_matter(database):
    acquire(database, [("acme", "instagram"), ("zoo", "tiktok")], "run-1")
    assert acquire(database, [("acme", "tiktok"), ("zoo", "instagram")], "run-2") == []
    assert {(user, platform): run_id for user, platform, run_id, *_ in held(database)} == {
        ("acme", "instagram"): "run-1", ("acme", "tiktok"): "run-2", ("zoo", "instagram"): "run-2",
        ("zoo", "tiktok"): "run-1",
    }  # fmt: skip


def test_a_run_that_has_its_locks_already_may_take_them_again(database):
    acquire(database, MINE, "run-1")
    assert acquire(database, MINE, "run-1", now=NOW + timedelta(seconds=9)) == []
    assert {row[4] for row in held(database)} == {NOW + timedelta(seconds=9)}


def test_the_same_run_in_another_process_has_to_wait(database):
    acquire(database, MINE, "run-1", ELSEWHERE)
    assert acquire(database, MINE, "run-1") == [Held(user, platform, "run-1") for user, platform in MINE]


def test_locks_of_a_process_that_is_gone_are_taken_over(database):
    child = subprocess.run(
        [sys.executable, "-c", "from socialsync_cli.store.holder import this_process; print(this_process())"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    acquire(database, MINE, "run-1", child.stdout.strip())
    assert acquire(database, MINE[:1], "run-2") == []
    assert {(row[1], row[2]) for row in held(database)} == {("instagram", "run-2"), ("tiktok", "run-1")}


@pytest.mark.parametrize(
    ("age", "dead"), [(timedelta(0), False), (STALE_AFTER - timedelta(seconds=1), False), (STALE_AFTER, True)]
)
def test_on_another_machine_a_process_lives_as_long_as_it_says_so(database, age, dead):
    acquire(database, MINE[:1], "run-1", ELSEWHERE, NOW - age)
    assert acquire(database, MINE[:1], "run-2") == ([] if dead else [Held("acme", "instagram", "run-1")])


def test_a_heartbeat_keeps_the_locks_of_its_run_and_process_alone(database):
    later = NOW + timedelta(seconds=30)
    acquire(database, MINE[:1], "run-1", ELSEWHERE)
    acquire(database, MINE[1:], "run-2", ELSEWHERE)
    with database.write() as connection:
        locks.renew(connection, "run-1", ELSEWHERE, later)
        locks.renew(connection, "run-2", this_process(), later)
    assert {row[2]: row[4] for row in held(database)} == {"run-1": later, "run-2": NOW}


def test_a_run_gives_back_its_own_locks_alone(database):
    acquire(database, MINE[:1], "run-1")
    acquire(database, MINE[1:], "run-2")
    with database.write() as connection:
        locks.release(connection, "run-1", this_process())
        locks.release(connection, "run-2", ELSEWHERE)
    assert [row[2] for row in held(database)] == ["run-2"]
    assert acquire(database, MINE[:1], "run-3") == []


@pytest.mark.parametrize("before", ["free", "held by the dead"])
def test_of_many_that_want_the_same_locks_at_the_same_time_one_has_them(database, before):
    if before == "held by the dead":
        acquire(database, MINE, "run-0", ELSEWHERE, NOW - STALE_AFTER)

    def want(number, meet):
        with database.write() as connection:
            connection.execute(sa.select(1))
            meet()
            return locks.acquire(connection, MINE, f"run-{number + 1}", this_process(), NOW)

    outcomes = race(database, 4, want)
    (winner,) = {row[2] for row in held(database)}
    assert [f"run-{n + 1}" for n, outcome in enumerate(outcomes) if outcome == []] == [winner]
    losers = [outcome for outcome in outcomes if outcome]
    assert losers == [[Held(user, platform, winner) for user, platform in MINE]] * 3
