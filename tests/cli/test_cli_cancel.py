"""`cancel` of runs that are over, that nobody works on any more, and that go on."""

from __future__ import annotations

import json
import threading
import time
from datetime import UTC, datetime

import sqlalchemy as sa
from cli_builders import DEAD, add_run, configured, database_in, socialsync

from socialsync_cli.config import load
from socialsync_cli.execute.cancel import Cancelled, cancel
from socialsync_cli.store import ledger, locks, runs

RUN = "20260110-120000-aaaaaa"


def _now():
    return datetime.now(UTC)


def test_a_run_that_is_over_stays_as_it_is(tmp_path):
    database = database_in(configured(tmp_path))
    add_run(database, RUN)
    database.close()
    assert socialsync(tmp_path, "cancel", "last") == (0, f"run {RUN} was over already: FAILURE\n", "")


def test_the_work_of_a_dead_process_is_wound_up(tmp_path):
    database = database_in(configured(tmp_path))
    add_run(database, RUN, holder=DEAD, open_=True)
    with database.write() as c:
        locks.acquire(c, [("acme", "instagram")], RUN, DEAD, _now())
    code, out, err = socialsync(tmp_path, "cancel", RUN)
    assert (code, out, err) == (0, f"run {RUN} had no process any more: it is REVOKED now\n", "")
    shown = json.loads(socialsync(tmp_path, "status", "--pages", "--json").out)
    assert (shown["run"]["status"], shown["run"]["exit_code"]) == ("REVOKED", 1)
    assert [(t["status"], t["error"]["type"]) for t in shown["tasks"]] == [("REVOKED", "cancelled")] * 2
    results = [[p["result"] for p in t["page_results"]] for t in shown["tasks"]]
    assert results == [["ok", "revoked"], ["revoked"]]
    with database.read() as c:
        assert c.execute(sa.select(locks.LOCKS)).all() == []
    database.close()


def test_an_apify_run_that_cannot_be_aborted_is_a_warning(tmp_path):
    database = database_in(configured(tmp_path))
    add_run(database, RUN, holder=DEAD, open_=True)
    with database.write() as c:
        assert ledger.intend(c, _entry(), slots=8, now=_now())
        ledger.change(c, "e1", status="RUNNING", apify_run_id="r1")
    code, out, err = socialsync(tmp_path, "cancel", RUN, "--json")
    assert code == 0
    assert json.loads(out)["cancel"] == {
        "run_id": RUN, "status": "REVOKED", "was_over": False, "was_dead": True, "aborted": 0, "not_aborted": 1,
    }  # fmt: skip
    assert err.startswith("warning: 1 Apify run could not be aborted")
    database.close()


def test_a_living_process_is_asked_and_waited_for(tmp_path):
    database = database_in(configured(tmp_path))
    add_run(database, RUN, at=_now(), open_=True)
    config = load(None, environ={}, cwd=tmp_path)

    def work_until_asked():
        while True:
            with database.write() as c:
                if runs.heartbeat(c, RUN, _now()):
                    runs.end_open_tasks(c, RUN, "REVOKED", runs.INTERRUPTED, _now())
                    runs.finish_run(c, RUN, now=_now(), status="REVOKED", exit_code=1)
                    return
            time.sleep(0.02)

    thread = threading.Thread(target=work_until_asked)
    thread.start()
    found = cancel("last", database=database, config=config, environ={}, clock=_now)
    thread.join()
    assert found == Cancelled(RUN, "REVOKED")
    database.close()


def test_a_process_that_does_not_stop_in_time_is_told_so(tmp_path):
    database = database_in(configured(tmp_path))
    add_run(database, RUN, at=_now(), open_=True)
    config = load(None, environ={}, cwd=tmp_path)
    slept = []
    found = cancel("last", database=database, config=config, environ={}, clock=_now, wait_s=1.0, sleep=slept.append)
    assert (found, slept) == (Cancelled(RUN, "STARTED"), [0.2] * 5)
    with database.read() as c:
        assert c.scalar(sa.select(runs.RUNS.c.cancel_requested_at)) is not None
    database.close()


def _entry():
    return ledger.Entry(
        id="e1", run_id=RUN, fingerprint="f1", platform="instagram", part="posts", actor="a/b", apify_run_id=None,
        dataset_id=None, status="INTENDED", input={}, input_hash="h", asked=[["nasa", 1]], limit=30, newer_than=None,
        attempt=1, intended_at=_now(), finished_at=None, read_at=None, max_charge_usd=None, cost_usd=0.0, items=0,
    )  # fmt: skip
