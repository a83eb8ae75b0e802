"""Workers as processes, on a real Redis: one is killed in the middle, the queue is lost, and nobody can tell."""

from __future__ import annotations

import os
import signal

import pytest
import sqlalchemy as sa
from celery import Celery
from cluster_builders import BACKEND, bench, contents, kill_all, needs_redis, until

from socialsync_cli.sandbox import Behaviour

pytestmark = [pytest.mark.thorough, needs_redis]

USERS = {
    f"user{number}": {
        "instagram": [f"page{number}{letter}" for letter in "ab"] + ["shared"],
        "tiktok": [f"page{number}{letter}" for letter in "ab"],
        "facebook": [f"page{number}"],
    }
    for number in range(3)
}
SLOW = Behaviour(settle_s=0.0, total_lag_s=0.0, page_s=0.4)


def states(at, run_id):
    """Per task its state in the tables, and Celery's word for it."""
    app = Celery(broker=at.redis.url, backend=at.redis.url, set_as_current=False)
    rows = query(at, "select id, status from sync_task where run_id = :run", run=run_id)
    found = {task_id: (status, app.AsyncResult(task_id).state) for task_id, status in rows}
    app.close()
    return found


def query(at, text, **values):
    with at.engine.connect() as connection:
        return connection.execute(sa.text(text), values).all()


def holders(at):
    """The pids of those who work on bundles now."""
    rows = query(at, "select holder from sync_bundle where holder is not null")
    return {int(row.holder.split(":")[1]) for row in rows}


def run_state(at, run_id):
    return query(at, "select status from sync_run where id = :run", run=run_id)[0].status


def run_id_of(process):
    line = process.stdout.readline().split()
    assert line[0] == "run"
    return line[1]


def undisturbed(at):
    """Sync the same on this machine; return what is in the database and what was charged for it."""
    before = at.charges()
    at.configure("local.toml", "sqlite:///local.db")
    assert at.sync_here("local.toml") == 0
    engine = sa.create_engine(f"sqlite:///{at.folder}/local.db")
    try:
        return contents(engine), at.charges() - before
    finally:
        engine.dispose()


def test_a_killed_worker_and_a_lost_queue_lose_and_repeat_nothing(tmp_path):
    with bench(tmp_path, USERS, SLOW, BACKEND, apify={"max_pages_per_run": 3}) as at:
        first = at.start("worker", "-c", "2", "-n", "first@test")
        detached = at.start("run", "--all", "--executor", "celery", "--detach")
        run_id = run_id_of(detached)
        assert detached.wait(60) == 0
        until(lambda: at.sandbox.state.runs)  # something is under way at Apify
        kill_all(first)
        at.redis.kill()
        at.redis.start()
        at.start("worker", "-c", "2", "-n", "second@test")
        until(lambda: run_state(at, run_id) == "SUCCESS")
        assert set(states(at, run_id).values()) == {("SUCCESS", "SUCCESS")}
        charged = at.charges()
        assert (contents(at.engine), charged) == undisturbed(at)


def test_a_killed_process_of_a_worker_is_replaced_and_its_apify_run_taken_over(tmp_path):
    with bench(tmp_path, {"acme": {"instagram": ["a", "b", "c"]}}, SLOW) as at:
        at.start("worker", "-c", "1")
        going = at.start("run", "--all", "--executor", "celery")
        run_id = run_id_of(going)
        until(lambda: at.sandbox.state.runs)
        (pid,) = holders(at)
        os.kill(pid, signal.SIGKILL)
        assert going.wait(60) == 0
        assert set(states(at, run_id).values()) == {("SUCCESS", "SUCCESS")}
        charged = at.charges()
        assert (contents(at.engine), charged) == undisturbed(at)


@pytest.mark.parametrize("by", ["cancel", "SIGINT"])
def test_a_run_is_stopped_wherever_it_goes_on_and_can_be_resumed(tmp_path, by):
    slow = Behaviour(settle_s=0.0, total_lag_s=0.0, page_s=30.0)
    with bench(tmp_path, USERS, slow, apify={"max_pages_per_run": 3}) as at:
        at.start("worker", "-c", "1")
        going = at.start("run", "--all", "--executor", "celery")
        run_id = run_id_of(going)
        until(lambda: at.sandbox.state.runs)
        if by == "cancel":
            assert at.call("cancel", run_id)[0] == 0
            assert going.wait(30) == 1
        else:
            going.send_signal(signal.SIGINT)
            assert going.wait(30) == 130
        until(lambda: run_state(at, run_id) == "REVOKED")
        until(lambda: set(states(at, run_id).values()) == {("REVOKED", "REVOKED")})
        assert at.statuses() == {"ABORTED"}
        if by == "SIGINT":
            return  # what can be resumed does not depend on who stopped it
        at.sandbox.behave(page_s=0.0)
        code, report = at.call("resume", run_id)
        assert (code, report["run"]["id"], report["run"]["status"]) == (0, run_id, "SUCCESS")
        assert set(states(at, run_id).values()) == {("SUCCESS", "SUCCESS")}
