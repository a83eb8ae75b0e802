"""Bundles of queued runs: who works on which, who closes the run, and what each may spend."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from store_samples import BACKENDS, HOUR, NOW, add_page, add_run, entry, new_database, race, rows

from socialsync_cli.errors import UsageError
from socialsync_cli.store import bundles, calls, ledger, locks, runs
from socialsync_cli.store.bundles import BUNDLES, Claimed, NewBundle
from socialsync_cli.store.calls import Message
from socialsync_cli.store.holder import QUEUED, this_process
from socialsync_cli.store.locks import LOCKS
from socialsync_cli.store.page_results import RESULTS
from socialsync_cli.store.runs import RUNS, TASKS, NewTask

HERE = this_process()
THERE = "elsewhere:7:1"
OTHER = "elsewhere:8:1"
LATER = NOW + timedelta(minutes=2)


@pytest.fixture(params=BACKENDS)
def database(request, tmp_path):
    with new_database(request.param, tmp_path) as found:
        yield found


def queue(connection, *, ceiling=None, sizes=(2, 1)):
    """Queue a run: a task per size, each a bundle of its own."""
    add_run(connection, "run-1")
    tasks = []
    for number, size in enumerate(sizes, start=1):
        pages = [(add_page(connection, f"page{number}{index}"), f"page{number}{index}") for index in range(size)]
        tasks.append(NewTask(f"task-{number}", f"user{number}", "instagram", "f1", pages))
    runs.create_tasks(connection, "run-1", tasks)
    pairs = [(task.user, task.platform) for task in tasks]
    assert locks.acquire(connection, pairs, "run-1", HERE, NOW) == []
    together = [NewBundle(task.id, len(task.pages), [task.id]) for task in tasks]
    bundles.create(connection, "run-1", together, {"fresh": False, "workers": None, "max_cost_usd": ceiling})


def claim(connection, task_id, holder=THERE, now=NOW):
    return bundles.claim(connection, "run-1", task_id, holder, now)


def end(connection, task_id, status="SUCCESS", spent_usd=0.0):
    runs.change_task(connection, task_id, status=status)
    return bundles.put_down(connection, "run-1", task_id, spent_usd, 3, NOW)


def test_a_queued_run_waits_and_keeps_its_locks_whatever_becomes_of_who_queued_it(database):
    with database.write() as c:
        queue(c)
        assert rows(c, RUNS, "status", "holder", "started_at") == [("PENDING", QUEUED, None)]
        assert runs.bury_dead(c, NOW + HOUR) == []
        held = locks.acquire(c, [("user1", "instagram")], "run-2", THERE, NOW + HOUR)
        assert [one.run_id for one in held] == ["run-1"]


def test_a_claim_gives_the_bundle_to_one_process_and_starts_its_tasks(database):
    with database.write() as c:
        queue(c)
        claimed = claim(c, "task-1")
        assert isinstance(claimed, Claimed)
        assert (claimed.id, claimed.attempts, [task.id for task in claimed.tasks]) == ("task-1", 1, ["task-1"])
        assert claim(c, "task-1", OTHER) is None
        assert rows(c, TASKS, "id", "status", "started_at") == [
            ("task-1", "STARTED", NOW), ("task-2", "PENDING", None)
        ]  # fmt: skip
        assert rows(c, RUNS, "status", "started_at") == [("STARTED", NOW)]


def test_whoever_is_silent_for_too_long_loses_the_bundle_and_hears_of_it(database):
    with database.write() as c:
        queue(c)
        claim(c, "task-1")
        assert bundles.renew(c, "task-1", THERE, NOW)
        assert calls.left_behind(c, LATER, also_waiting=0) == [Message("run-1", "task-1")]
        again = claim(c, "task-1", OTHER, LATER)
        assert isinstance(again, Claimed)
        assert again.attempts == 2
        assert not bundles.renew(c, "task-1", THERE, LATER)


def test_a_living_process_may_claim_again_what_it_could_not_put_down(database):
    with database.write() as c:
        queue(c)
        claim(c, "task-1", HERE)
        assert isinstance(claim(c, "task-1", HERE), Claimed)
        # And others may, once nothing is heard of it.
        assert isinstance(claim(c, "task-1", THERE, LATER), Claimed)


def test_at_the_same_time_only_one_gets_it(database):
    with database.write() as c:
        queue(c)

    def act(number, meet):
        with database.write() as c:
            meet()
            return isinstance(claim(c, "task-1", f"elsewhere:{number}:1"), Claimed)

    assert sorted(race(database, 4, act)) == [False, False, False, True]


def test_the_last_bundle_to_end_closes_the_run_and_gives_the_locks_back(database):
    with database.write() as c:
        queue(c)
        claim(c, "task-1")
        claim(c, "task-2", OTHER)
        assert not end(c, "task-1")
        assert rows(c, RUNS, "status", "exit_code") == [("STARTED", None)]
        assert end(c, "task-2", "FAILURE")
        assert rows(c, RUNS, "status", "exit_code", "finished_at", "apify_requests") == [("FAILURE", 3, NOW, 6)]
        assert rows(c, LOCKS) == []
        assert claim(c, "task-1") == "SUCCESS"


def test_two_that_end_at_the_same_time_close_the_run_once(database):
    with database.write() as c:
        queue(c)
        claim(c, "task-1")
        claim(c, "task-2")

    def act(number, meet):
        with database.write() as c:
            meet()
            bundles.take_turns(c, "bundles of run-1")
            return end(c, f"task-{number + 1}")

    assert sorted(race(database, 2, act)) == [False, True]
    with database.read() as c:
        assert rows(c, RUNS, "status") == [("SUCCESS",)]


def test_a_ceiling_is_shared_by_pages_and_what_is_not_spent_goes_to_those_who_come_later(database):
    with database.write() as c:
        queue(c, ceiling=8.0, sizes=(2, 1, 1))
        assert claim(c, "task-1").ceiling_usd == 4.0
        assert claim(c, "task-2", OTHER).ceiling_usd == 2.0
        end(c, "task-1", spent_usd=1.0)
        assert claim(c, "task-3").ceiling_usd == 5.0


def test_no_ceiling_is_none_for_anybody(database):
    with database.write() as c:
        queue(c)
        assert claim(c, "task-1").ceiling_usd is None


def test_stopping_revokes_what_nobody_works_on_and_leaves_the_rest_to_those_who_do(database):
    with database.write() as c:
        queue(c)
        claim(c, "task-1", HERE)
        assert bundles.ask_to_stop(c, "run-1", NOW) == ["task-2"]
        assert bundles.cancel_requested(c, "run-1")
        assert rows(c, TASKS, "id", "status") == [("task-1", "STARTED"), ("task-2", "REVOKED")]
        assert rows(c, RESULTS, "task_id", "result")[-1] == ("task-2", "revoked")
        assert claim(c, "task-2") == "REVOKED"
        assert end(c, "task-1", "REVOKED")
        assert rows(c, RUNS, "status", "exit_code") == [("REVOKED", 1)]


def test_what_a_worker_left_that_died_while_stopping_is_revoked_by_the_next_to_come(database):
    with database.write() as c:
        queue(c, sizes=(1,))
        claim(c, "task-1")
        bundles.ask_to_stop(c, "run-1", NOW)
        assert rows(c, RUNS, "status") == [("STARTED",)]
        assert claim(c, "task-1", OTHER, LATER) == "REVOKED"
        assert rows(c, RUNS, "status") == [("REVOKED",)]


def test_one_task_can_be_revoked_unless_somebody_works_on_it(database):
    with database.write() as c:
        queue(c)
        claim(c, "task-1", HERE)
        assert not bundles.revoke_task(c, "run-1", "task-1", NOW)
        assert not bundles.revoke_task(c, "run-1", "task-2", NOW)
        assert rows(c, TASKS, "id", "status") == [("task-1", "STARTED"), ("task-2", "REVOKED")]


def test_a_run_that_is_over_can_be_queued_again_with_what_has_not_ended_well(database):
    with database.write() as c:
        queue(c)
        claim(c, "task-1")
        end(c, "task-1", spent_usd=1.0)
        claim(c, "task-2")
        end(c, "task-2", "FAILURE", spent_usd=2.0)
        locks.acquire(c, [("user1", "instagram"), ("user2", "instagram")], "run-1", HERE, NOW)
        runs.take_over(c, "run-1", holder=HERE, now=NOW)
        bundles.reopen(c, "run-1", {"fresh": False, "workers": None, "max_cost_usd": 10.0})
        assert calls.messages(c, "run-1") == [Message("run-1", "task-2")]
        assert bundles.is_open(c, "run-1")
        again = claim(c, "task-2")
        assert (again.attempts, again.ceiling_usd) == (2, 2.0 + 7.0)
        assert rows(c, LOCKS, "holder") == [(QUEUED,), (QUEUED,)]


def test_a_run_that_was_never_queued_says_so(database):
    with database.write() as c:
        add_run(c, "run-1")
        with pytest.raises(UsageError, match="never queued"):
            bundles.is_open(c, "run-1")


def test_every_open_task_has_a_message_and_those_that_bring_whole_bundles_come_first(database):
    with database.write() as c:
        queue(c, sizes=(1, 1, 1))
        c.execute(sa.update(TASKS).where(TASKS.c.id == "task-2").values(bundle_id="task-1"))
        assert [message.task_id for message in calls.messages(c, "run-1")] == ["task-1", "task-3", "task-2"]


def test_what_waits_is_called_for_when_somebody_asks(database):
    with database.write() as c:
        queue(c)
        assert calls.left_behind(c, NOW, also_waiting=0) == []
        assert len(calls.left_behind(c, NOW, also_waiting=1)) == 1
        assert len(calls.left_behind(c, NOW, also_waiting=9)) == 2
        c.execute(sa.update(BUNDLES).values(finished_at=NOW))
        assert calls.left_behind(c, NOW, also_waiting=9) == []


def test_slots_count_the_apify_runs_of_all_bundles_of_a_token(database):
    def intend(c, entry_id, bundle_id, ours):
        wanted = entry(entry_id, bundle_id=bundle_id)
        return ledger.intend(c, wanted, slots=2, now=NOW, ours=ours)

    with database.write() as c:
        queue(c, sizes=(1, 1, 1))
        for number in (1, 2, 3):
            claim(c, f"task-{number}", f"elsewhere:{number}:1")
        assert intend(c, "e1", "task-1", 0)
        assert intend(c, "e2", "task-2", 0)
        assert not intend(c, "e3", "task-3", 0)
        end(c, "task-2")
        assert intend(c, "e3", "task-3", 0)


def test_admins_are_told_once_in_a_run(database):
    with database.write() as c:
        queue(c)
        assert bundles.first_to_tell(c, "run-1", "invalid_token", "f1")
        assert not bundles.first_to_tell(c, "run-1", "invalid_token", "f1")
        assert bundles.first_to_tell(c, "run-1", "invalid_token", "f2")
