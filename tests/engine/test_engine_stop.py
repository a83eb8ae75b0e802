"""Stopping, cancelling, and who may sync what at the same time."""

from __future__ import annotations

import threading
import time

import databases
import pytest
from engine_builders import IG_POSTS, IG_PROFILES, QUICK, TT_COMMENTS, TT_VIDEOS, Ear, bench, handles, until
from engine_left import contents, counted

from socialsync_cli.core.events import ApifyRunBegan, ApifyRunEnded, RunBegan, Waiting
from socialsync_cli.core.stop import StopSignal
from socialsync_cli.errors import LockedError
from socialsync_cli.sandbox import Fault

pytestmark = pytest.mark.thorough

BARE = {"sync": {"comments_per_post": 0, "keep_raw_days": 0}}
USERS = {"acme": {"instagram": handles(6), "tiktok": handles(3)}}


def going_on(at):
    """Which Apify runs have not ended."""
    now = at.sandbox.state.now()
    return [(run.actor.name, run.status(now)) for run in at.sandbox.state.runs if not run.final(now)]


def stopped_after(at, number, part=None, reason="SIGINT", **asked):
    """Sync, and stop when so many Apify runs have begun."""
    stop, ear = StopSignal(), Ear()

    def heard(event):
        if sum(part in (None, began.part) for began in ear.of(ApifyRunBegan)) >= number:
            stop.set(reason)

    ear.on(ApifyRunBegan, heard)
    return at.sync(stop=stop, ear=ear, **asked)


@pytest.mark.parametrize(("reason", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_a_stopped_sync_revokes_its_tasks_and_aborts_what_runs(tmp_path, reason, code):
    with bench(tmp_path, USERS, settings=BARE) as at:
        at.sandbox.arm(Fault("stuck", items=5, count=None))
        done = stopped_after(at, 3, reason=reason)
        assert done.exit_code == code
        assert done.seconds < 8
        assert at.tasks(done.run_id) == {
            "acme instagram": ("REVOKED", "cancelled"), "acme tiktok": ("REVOKED", "cancelled"),
        }  # fmt: skip
        assert set(at.results(done.run_id).values()) == {"revoked"}
        assert at.rows("select status, exit_code from sync_run") == [("REVOKED", code)]
        assert at.rows("select count(*) from sync_lock") == [(0,)]
        assert at.started() == {IG_PROFILES: 1, IG_POSTS: 1, TT_VIDEOS: 1}
        until(lambda: not going_on(at), 3)


@pytest.mark.parametrize("again", ["resume", "run"])
@pytest.mark.parametrize("part", ["posts", "comments"])
def test_a_stopped_sync_is_completed_later_and_only_what_was_cut_is_paid_again(tmp_path, again, part):
    with bench(tmp_path / "undisturbed", USERS) as at:
        done = at.sync()
        wanted, results, charges = contents(at.db), counted(at.db, done.run_id), at.charges()
    with bench(tmp_path / "disturbed", USERS) as at:
        for actor in (IG_POSTS, TT_VIDEOS) if part == "posts" else (TT_COMMENTS,):
            at.sandbox.arm(Fault("stuck", actor=actor, items=5))
        assert stopped_after(at, 1 if part == "comments" else 2, part).exit_code == 130
        cut = at.charges() - charges if part == "comments" else at.charges()
        done = at.resume("last") if again == "resume" else at.sync()
        assert done.exit_code == 0
        assert (contents(at.db), counted(at.db, done.run_id)) == (wanted, results)
        more = at.charges() - charges
        assert sum(more.values()) <= 10
        assert {actor for actor, _ in more} <= {IG_POSTS, TT_VIDEOS, TT_COMMENTS}
        assert cut.total() >= 0
        assert len(at.rows("select id from sync_run")) == (1 if again == "resume" else 2)


@pytest.mark.parametrize("again", ["resume", "run"])
def test_what_a_first_sync_paid_for_is_not_paid_again_after_a_second_was_stopped_at_once(tmp_path, again):
    with bench(tmp_path, {"acme": {"instagram": handles(3)}}, settings=BARE) as at:
        at.sandbox.arm(Fault("stuck", actor=IG_PROFILES, items=0))
        stop, ear = StopSignal(), Ear()
        ear.on(ApifyRunEnded, lambda event: event.actor == IG_POSTS and stop.set("SIGINT"))
        assert at.sync(stop=stop, ear=ear).exit_code == 130
        assert at.charges() == {(IG_POSTS, page): 4 for page in handles(3)}
        stop, ear = StopSignal(), Ear()
        ear.on(RunBegan, lambda _event: stop.set("SIGINT"))
        assert at.sync(stop=stop, ear=ear).exit_code == 130
        done = at.resume("last") if again == "resume" else at.sync()
        assert set(at.results(done.run_id).values()) == {"ok"}
        once = {(IG_POSTS, page): 4 for page in handles(3)} | {(IG_PROFILES, page): 1 for page in handles(3)}
        assert at.charges() == once


class _Died(BaseException):
    """Stands for the end of a process."""


def test_what_was_paid_for_is_not_paid_again_after_a_sync_that_died_before_it_had_taken_it_over(tmp_path):
    with bench(tmp_path, {"acme": {"instagram": handles(3)}}, settings=BARE) as at:
        at.sandbox.arm(Fault("stuck", actor=IG_PROFILES, items=0))
        stop, ear = StopSignal(), Ear()
        ear.on(ApifyRunEnded, lambda event: event.actor == IG_POSTS and stop.set("SIGINT"))
        assert at.sync(stop=stop, ear=ear).exit_code == 130

        def die(_event):
            raise _Died

        ear = Ear()
        ear.on(RunBegan, die)
        with pytest.raises(_Died):
            at.sync(ear=ear)
        databases.change(at.db, "update sync_run set holder = 'elsewhere:1:1' where status = 'STARTED'")
        databases.change(at.db, "update sync_lock set holder = 'elsewhere:1:1'")
        at.clock.advance(minutes=2)
        done = at.sync()
        assert set(at.results(done.run_id).values()) == {"ok"}
        once = {(IG_POSTS, page): 4 for page in handles(3)} | {(IG_PROFILES, page): 1 for page in handles(3)}
        assert at.charges() == once


@pytest.mark.parametrize("endpoint", ["start", "run", "items"])
def test_a_stopped_sync_does_not_wait_for_a_request_that_hangs(tmp_path, endpoint):
    with bench(tmp_path, USERS, settings=BARE) as at:
        at.sandbox.arm(Fault("hang", endpoint=endpoint, count=None), Fault("hang", endpoint="abort", count=1))
        stop = StopSignal()
        threading.Timer(1.5, lambda: stop.set("SIGTERM")).start()
        done = at.sync(stop=stop)
        assert done.exit_code == 143
        assert done.seconds < 9.5
        assert {state for state, _ in at.tasks(done.run_id).values()} == {"REVOKED"}


def test_an_apify_run_whose_start_is_answered_after_the_stop_is_aborted_too(tmp_path):
    with bench(tmp_path, USERS, settings=BARE, behaviour=QUICK.changed({"page_s": 60.0})) as at:
        at.sandbox.arm(Fault("slow", endpoint="start", count=None, seconds=1.0))
        stop = StopSignal()
        threading.Thread(target=lambda: (until(lambda: at.sandbox.state.runs), stop.set("SIGINT")), daemon=True).start()
        done = at.sync(stop=stop)
        assert done.exit_code == 130
        assert done.seconds < 9
        until(lambda: not going_on(at), 4)


def test_a_stop_before_anything_has_begun_calls_nothing(tmp_path):
    with bench(tmp_path, USERS) as at:
        stop = StopSignal()
        stop.set("SIGINT")
        done = at.sync(stop=stop)
        assert done.exit_code == 130
        assert at.sandbox.state.stats.requests.total() == 0
        assert at.resume("last").exit_code == 0


def test_resuming_a_sync_that_ended_well_does_nothing(tmp_path):
    with bench(tmp_path, {"acme": {"instagram": handles(2)}}, settings=BARE) as at:
        done = at.sync()
        before = at.sandbox.state.stats.requests.total()
        assert at.resume(done.run_id).exit_code == 0
        assert at.sandbox.state.stats.requests.total() == before


def test_a_sync_that_is_cancelled_from_elsewhere_stops_within_seconds(tmp_path):
    with bench(tmp_path, {"acme": {"tiktok": handles(3)}}, settings=BARE) as at:
        at.sandbox.arm(Fault("stuck", items=5, count=None))
        ear = Ear()
        asked_at = []

        def cancel(event):
            databases.change(at.db, "update sync_run set cancel_requested_at = '2025-03-10 06:00:00.000000'")
            asked_at.append(time.monotonic())

        ear.on(ApifyRunBegan, cancel)
        done = at.sync(ear=ear)
        assert time.monotonic() - asked_at[0] < 6
        assert (done.exit_code, done.cancelled) == (1, True)
        assert at.tasks(done.run_id) == {"acme tiktok": ("REVOKED", "cancelled")}
        until(lambda: not going_on(at), 3)


def test_a_cancelled_sync_of_which_some_tasks_had_succeeded_ends_with_3(tmp_path):
    with bench(tmp_path, USERS, settings=BARE) as at:
        at.sandbox.arm(Fault("stuck", actor=TT_VIDEOS, items=5, count=None))
        ear, stop = Ear(), StopSignal()

        def watch(event):
            states = dict(at.rows("select platform, status from sync_task"))
            if states.get("instagram") == "SUCCESS":
                stop.set("cancelled")

        ticker = threading.Event()

        def tick():
            while not ticker.wait(0.1):
                watch(None)

        ear.on(RunBegan, lambda _event: threading.Thread(target=tick, daemon=True).start())
        try:
            done = at.sync(ear=ear, stop=stop)
        finally:
            ticker.set()
        assert (done.exit_code, done.cancelled) == (3, True)
        assert at.tasks(done.run_id) == {"acme instagram": ("SUCCESS", None), "acme tiktok": ("REVOKED", "cancelled")}


def test_a_pair_that_is_being_synced_is_locked_and_others_are_not(tmp_path):
    users = {"acme": {"instagram": handles(2), "facebook": handles(1)}, "other": {"instagram": handles(2)}}
    with bench(tmp_path, users, settings=BARE) as at:
        met = []

        def meanwhile(event):
            if met:
                return
            met.append(None)
            before = at.sandbox.state.stats.requests.total()
            with pytest.raises(LockedError) as refused:
                at.sync("acme", platforms=["instagram"])
            met.append((refused.value.exit_code, at.sandbox.state.stats.requests.total() - before))
            met.append(at.sync("acme", platforms=["facebook"]).exit_code)
            met.append(at.sync("other").exit_code)

        ear = Ear()
        ear.on(RunBegan, meanwhile)
        assert at.sync("acme", platforms=["instagram"], ear=ear).exit_code == 0
        assert met == [None, (75, 0), 0, 0]
        assert at.rows("select count(*) from sync_run") == [(3,)]
        assert at.rows("select count(*) from sync_lock") == [(0,)]


def test_a_lock_is_waited_for(tmp_path):
    with bench(tmp_path, {"acme": {"instagram": handles(2)}}, settings=BARE) as at:
        second: list = []
        thread = threading.Thread(target=lambda: second.append(at.sync(wait_s=30.0)))
        ear = Ear()

        def meanwhile(event):
            thread.start()
            time.sleep(0.5)

        ear.on(RunBegan, meanwhile)
        assert at.sync(ear=ear).exit_code == 0
        thread.join(30)
        assert second[0].exit_code == 0
        assert second[0].ear.of(Waiting)[0].what.startswith("run ")


def test_the_lock_of_a_process_that_was_killed_is_taken_over(tmp_path):
    with bench(tmp_path, {"acme": {"tiktok": handles(3)}}, settings=BARE) as at:
        at.sandbox.behave(page_s=0.5)
        child = at.child()
        try:
            until(lambda: at.sandbox.state.runs, 20)
        finally:
            child.kill()
            child.wait(10)
        assert at.rows("select count(*) from sync_lock") == [(1,)]
        done = at.sync()
        assert set(at.results(done.run_id).values()) == {"ok"}
        assert at.started() == {TT_VIDEOS: 1}
        states = at.rows("select status, exit_code from sync_run order by status")
        assert states == [("FAILURE", None), ("SUCCESS", 0)]
        errors = at.rows("select status, error ->> 'type' from sync_task where run_id != ?", done.run_id)
        assert errors == [("FAILURE", "interrupted")]
