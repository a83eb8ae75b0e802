"""Runs that are stopped: by a signal, by `cancel`, by somebody else's lock, and by `kill -9`."""

from __future__ import annotations

import signal
import time

import pytest
from e2e_program import Program, program, until
from e2e_reading import Row, rows, table
from e2e_world import let_end, requests_of, runs_of, runs_that_charged, slow, statuses

from socialsync_cli.sandbox import Behaviour, Fault, Sandbox

pytestmark = pytest.mark.thorough

PAGES = {"instagram": ["bakery", "chandlery"], "tiktok": ["bakery", "chandlery"]}
FOR_EVER_S = 600.0
PROFILES = "apify/instagram-profile-scraper"


@pytest.fixture(scope="module")
def world():
    with Sandbox(behaviour=Behaviour(settle_s=0.0, total_lag_s=0.0)) as running:
        yield running


@pytest.fixture
def made(world, tmp_path, request):
    """A program whose token no other test has."""
    with program(tmp_path, E2E_TOKEN=f"sandbox-{request.node.name}") as found:
        found.configure(world.url, {"acme": PAGES}, sync="posts_per_page = 2\ncomments_per_post = 1")
        yield found


def token(made: Program) -> str:
    return made.environ["E2E_TOKEN"]


def begun(world: Sandbox, made: Program, count: int = 3):
    """Start a run of all users, and wait until its Apify runs go on and are written down."""
    going = made.start("run", "--all", "--json")
    until(lambda: len(runs_of(world, token(made))) >= count, 60, going)
    until(lambda: sum(row["apify_run_id"] is not None for row in ledger(made)) >= count, 10, going)
    return going


def ledger(made: Program) -> list[Row]:
    return table(made.database, "apify_run")


def states(made: Program) -> set[str]:
    return {row["status"] for row in table(made.database, "sync_task")}


def run_row(made: Program) -> Row:
    return table(made.database, "sync_run")[-1]


def test_a_signal_revokes_tasks_and_aborts_apify_runs(world, made):
    with slow(world, FOR_EVER_S):
        going = begun(world, made)
    going.send(signal.SIGTERM)
    done = going.end(10)
    assert done.code == 143
    assert set(statuses(world, token(made))) == {"ABORTED"}
    assert states(made) == {"REVOKED"}
    assert (run_row(made)["status"], run_row(made)["exit_code"]) == ("REVOKED", 143)
    assert {row["result"] for row in table(made.database, "sync_page_result")} == {"revoked"}
    assert done.json["run"]["status"] == "REVOKED"
    assert table(made.database, "sync_lock") == []


def test_a_signal_aborts_also_what_is_being_started(world, made):
    world.arm(Fault("slow", endpoint="start", token=token(made), count=None, seconds=1.5))
    with slow(world, FOR_EVER_S):
        going = made.start("run", "--all")
        until(lambda: runs_of(world, token(made)), 60, going)  # and its answer is still to come
        going.send(signal.SIGTERM)
        assert going.end(10).code == 143
    assert set(statuses(world, token(made))) == {"ABORTED"}
    assert states(made) == {"REVOKED"}


def test_a_signal_aborts_also_what_was_started_without_an_answer(world, made):
    world.arm(Fault("reset_after", endpoint="start", token=token(made), count=None))
    with slow(world, FOR_EVER_S):
        going = made.start("run", "--all", "--platform", "tiktok")
        until(lambda: "was lost" in going.said("err"), 60, going)
        going.send(signal.SIGTERM)
        assert going.end(10).code == 143
    assert set(statuses(world, token(made))) == {"ABORTED"}


def test_a_second_signal_ends_the_process_at_once(world, made):
    world.arm(Fault("hang", endpoint="abort", token=token(made), count=None, seconds=30.0))
    with slow(world, FOR_EVER_S):
        going = begun(world, made)
    going.send(signal.SIGTERM)
    until(lambda: requests_of(world, token(made))["abort"], 5, going)
    going.send(signal.SIGTERM)
    assert going.end(2).code == 143


def test_a_second_run_over_the_same_pages_is_locked_out_and_may_wait(world, made):
    with slow(world, FOR_EVER_S):
        first = begun(world, made)
    until(lambda: requests_of(world, token(made))["run"] >= 3, 10, first)  # it waits for its runs now
    before, began = _but_waiting(world, made), time.monotonic()
    refused = made.call("run", "--all", "--platform", "tiktok", "--wait", "1")
    assert refused.code == 75
    assert time.monotonic() - began >= 1
    assert first.run_id() in refused.err
    assert refused.out == ""
    assert _but_waiting(world, made) == before

    waiting = made.start("run", "--all", "--platform", "tiktok", "--wait", "120", "--json")
    until(lambda: "waiting for" in waiting.said("err"), 60, waiting)
    first.send(signal.SIGINT)
    assert first.end(10).code == 130
    assert waiting.end().code == 0
    found = table(made.database, "sync_run")
    assert [(row["status"], row["exit_code"]) for row in found] == [("REVOKED", 130), ("SUCCESS", 0)]


def _but_waiting(world: Sandbox, made: Program) -> dict[str, int]:
    """Count the requests of both processes, without those of the first one that waits for its Apify runs."""
    return {kind: count for kind, count in requests_of(world, token(made)).items() if kind != "run"}


def test_a_run_over_other_pages_is_not_locked_out(world, made):
    with slow(world, FOR_EVER_S):
        going = made.start("run", "--all", "--platform", "tiktok")
        until(lambda: runs_of(world, token(made)), 60, going)
    assert made.call("run", "--all", "--platform", "instagram").code == 0
    going.send(signal.SIGTERM)
    assert going.end(10).code == 143


def test_cancel_stops_another_process_and_keeps_what_has_arrived(world, made):
    world.arm(Fault("stuck", actor=PROFILES, token=token(made), items=0))
    going = begun(world, made)
    until(lambda: "SUCCESS" in states(made), 20, going)
    said = made.call("cancel", "last", "--json")
    done = going.end(5)
    assert (said.code, said.json["cancel"]["status"]) == (0, "REVOKED")
    assert done.code == 3  # tiktok was through
    run = run_row(made)
    assert (run["finished_at"] - run["cancel_requested_at"]).total_seconds() < 5
    tasks = {row["platform"]: row["status"] for row in table(made.database, "sync_task")}
    assert tasks == {"tiktok": "SUCCESS", "instagram": "REVOKED"}
    assert "ABORTED" in statuses(world, token(made))
    assert not set(statuses(world, token(made))) & {"READY", "RUNNING"}
    assert rows(made.database, "SELECT count(*) AS n FROM social_page_post")[0]["n"] > 0

    over = made.call("cancel", run["id"][:-2])
    assert (over.code, "over already" in over.out) == (0, True)
    assert made.call("cancel", "nothing-like-it").code == 2


def test_cancel_of_a_run_in_which_nothing_succeeded_ends_it_with_1(world, made):
    with slow(world, FOR_EVER_S):
        going = begun(world, made)
    assert made.call("cancel", going.run_id()).code == 0
    assert going.end(5).code == 1
    assert states(made) == {"REVOKED"}


def test_cancel_winds_up_what_a_killed_process_left(world, made):
    with slow(world, FOR_EVER_S):
        going = begun(world, made)
    going.process.kill()
    going.end(5)
    assert made.call("cancel", "last").code == 0
    assert set(statuses(world, token(made))) == {"ABORTED"}
    assert states(made) == {"REVOKED"}
    assert run_row(made)["status"] == "REVOKED"


@pytest.fixture
def killed(world, made):
    """A run that `kill -9` ended while its Apify runs went on; by now they have ended, too."""
    with slow(world, FOR_EVER_S):
        going = begun(world, made)
    going.process.kill()
    assert going.end(5).code == -signal.SIGKILL
    let_end(world, token(made))
    assert set(statuses(world, token(made))) == {"SUCCEEDED"}
    return going.run_id()


def test_resume_goes_on_under_the_same_id_and_pays_nothing_twice(world, made, killed):
    shown = made.call("status", killed, "--json").json
    assert shown["run"]["status"] == "FAILURE"
    assert {task["error"]["type"] for task in shown["tasks"]} == {"interrupted"}

    done = made.call("resume", killed[:-3], "--json")
    assert (done.code, done.json["run"]["id"], done.json["run"]["status"]) == (0, killed, "SUCCESS")
    _all_is_there_and_paid_once(world, made)
    assert len(table(made.database, "sync_run")) == 1
    assert done.json["run"]["cost_usd"] == pytest.approx(_charged(world, made), abs=1e-6)


def test_a_new_run_adopts_what_a_killed_one_has_paid_for(world, made, killed):
    done = made.call("run", "--all", "--json")
    assert done.code == 0
    assert done.json["run"]["id"] != killed
    _all_is_there_and_paid_once(world, made)
    first, second = table(made.database, "sync_run")
    assert (first["status"], second["status"]) == ("FAILURE", "SUCCESS")


def test_a_fresh_run_adopts_nothing(world, made, killed):
    before = len(runs_of(world, token(made)))
    assert made.call("run", "--all", "--fresh").code == 0
    assert len(runs_of(world, token(made))) >= 2 * before
    assert runs_that_charged(world, token(made))[PROFILES, "bakery"] == 2


def _all_is_there_and_paid_once(world: Sandbox, made: Program) -> None:
    assert set(runs_that_charged(world, token(made)).values()) == {1}
    found = rows(
        made.database,
        "SELECT g.platform, g.handle, g.followers, count(p.id) AS posts FROM social_page g "
        "LEFT JOIN social_page_post p ON p.page_id = g.id GROUP BY g.id",
    )
    assert {(row["platform"], row["handle"]): row["posts"] for row in found} == {
        (platform, handle): 2 for platform, handles in PAGES.items() for handle in handles
    }
    assert all(row["followers"] for row in found)


def _charged(world: Sandbox, made: Program) -> float:
    mine = {run.id for run in runs_of(world, token(made))}
    return float(sum(charge.usd for charge in world.state.charges() if charge.run_id in mine))
