from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
import pytest
from apify_client.errors import InvalidRequestError, NotFoundError
from sandbox_driver import (
    FB_PAGES,
    PROFILES,
    Driver,
    addresses,
    error_of,
)

from socialsync_cli.sandbox.catalogue import ACTORS

ONE = {"usernames": ["page0001"]}


def test_a_start_answers_before_anything_has_happened(drive):
    run = drive.start(PROFILES, ONE, run_timeout=timedelta(minutes=5), cap="0.5", memory_mbytes=512, max_items=3)
    assert (run.status, run.finished_at, run.usage_total_usd) == ("READY", None, 0.0)
    assert run.options.timeout_secs == 300
    assert run.options.memory_mbytes == 512
    assert run.options.max_total_charge_usd == 0.5
    assert run.options.max_items == 3
    assert run.meta.origin == "API"
    assert "ApifyClient" in run.meta.user_agent
    finished = drive.client.run(run.id).get()
    assert (finished.status, finished.exit_code) == ("SUCCEEDED", 0)
    assert finished.pricing_info.pricing_model == "PAY_PER_EVENT"


def test_a_start_can_wait(drive):
    assert drive.start(PROFILES, ONE, wait_for_finish=5).status == "SUCCEEDED"


def test_a_run_goes_through_its_states(drive):
    drive.sandbox.behave(start_delay_s=0.15, page_s=0.1)
    run = drive.start(PROFILES, {"usernames": ["page0001", "page0002", "page0003"]})
    client = drive.client.run(run.id)
    assert client.get().status == "READY"
    assert drive.dataset(run) == []
    seen, counts = [], []
    while not seen or seen[-1] != "SUCCEEDED":
        counts.append(len(drive.dataset(run)))
        state = client.get()
        if not seen or seen[-1] != state.status:
            seen.append(state.status)
    assert seen == ["READY", "RUNNING", "SUCCEEDED"]
    assert counts == sorted(counts)
    assert {1, 2} & set(counts)
    assert len(drive.dataset(run)) == 3
    assert (state.finished_at - state.started_at).total_seconds() == pytest.approx(0.45, abs=0.02)


def test_waiting_answers_as_soon_as_the_run_ends(drive):
    drive.sandbox.behave(page_s=0.2)
    run = drive.start(PROFILES, ONE)
    began = datetime.now(UTC)
    ended = drive.http.get(f"/v2/actor-runs/{run.id}?waitForFinish=60").json()["data"]
    assert ended["status"] == "SUCCEEDED"
    assert timedelta(seconds=0.1) < datetime.now(UTC) - began < timedelta(seconds=1.5)


def test_a_run_that_takes_too_long_times_out_with_what_it_has(drive):
    drive.sandbox.behave(page_s=0.25, going_down_s=0.1)
    run = drive.start(PROFILES, {"usernames": [f"page{k:04}" for k in range(40)]}, run_timeout=timedelta(seconds=1))
    ended = drive.client.run(run.id).wait_for_finish(wait_duration=timedelta(seconds=4))
    assert ended.status == "TIMED-OUT"
    assert 3 <= len(drive.dataset(run)) <= 5
    assert ended.charged_event_counts["profile"] == len(drive.dataset(run))


def test_abort_answers_aborting_and_keeps_what_is_stored(drive):
    drive.sandbox.behave(page_s=30)
    run = drive.start(PROFILES, {"usernames": ["page0001", "page0002"]})
    client = drive.client.run(run.id)
    assert client.abort().status == "ABORTING"
    ended = client.wait_for_finish(wait_duration=timedelta(seconds=2))
    assert ended.status == "ABORTED"
    assert drive.dataset(run) == []
    assert client.abort().status == "ABORTED"  # without effect


def test_aborting_takes_a_while_when_asked_to(drive):
    drive.sandbox.behave(page_s=30, going_down_s=0.2)
    run = drive.start(PROFILES, {"usernames": ["page0001", "page0002"]})
    drive.client.run(run.id).abort()
    assert drive.client.run(run.id).get().status == "ABORTING"
    assert drive.client.run(run.id).wait_for_finish(wait_duration=timedelta(seconds=2)).status == "ABORTED"


def test_waiting_clients_hear_of_an_abort_at_once(drive):
    drive.sandbox.behave(page_s=600)
    run = drive.start(PROFILES, ONE)
    with httpx.Client(headers={"Authorization": f"Bearer {drive.token}"}, timeout=10) as other:
        import threading

        answers = []
        url = f"{drive.sandbox.url}/v2/actor-runs/{run.id}?waitForFinish=60"
        waiting = threading.Thread(target=lambda: answers.append(other.get(url).json()["data"]["status"]))
        waiting.start()
        drive.client.run(run.id).abort()
        waiting.join(timeout=5)
    assert answers == ["ABORTED"]


def test_a_finished_run_can_be_resurrected_with_the_same_storages(drive):
    wanted = {"usernames": [f"page{k:04}" for k in range(6)]}
    run = drive.run(PROFILES, wanted, cap="0.0071")
    assert (run.status, len(drive.dataset(run))) == ("ABORTED", 3)
    with pytest.raises(InvalidRequestError):
        drive.client.run(run.id).resurrect(max_total_charge_usd=Decimal("0.005"))
    again = drive.client.run(run.id).resurrect(max_total_charge_usd=Decimal(1))
    assert again.status == "RUNNING"
    assert again.default_dataset_id == run.default_dataset_id
    ended = drive.client.run(run.id).wait_for_finish(wait_duration=timedelta(seconds=2))
    assert (ended.status, len(drive.dataset(run)), ended.stats.resurrect_count) == ("SUCCEEDED", 6, 1)
    assert sum(drive.charged(run.id).values()) == 6


def test_runs_are_listed_without_input_and_options(drive):
    first = drive.run(PROFILES, ONE)
    second = drive.run(PROFILES, ONE)
    third = drive.run(FB_PAGES, {"startUrls": addresses("page0001")})
    runs = drive.client.actor(PROFILES).runs()
    assert [row.id for row in runs.list().items] == [first.id, second.id]
    assert [row.id for row in runs.list(desc=True, limit=1).items] == [second.id]
    assert [row.id for row in runs.list(offset=1).items] == [second.id]
    assert runs.list(desc=True, limit=1).total == 2
    assert [row.id for row in drive.client.runs().list(desc=True).items] == [third.id, second.id, first.id]
    assert [row.id for row in runs.list(started_after=second.started_at).items] == [second.id]
    assert [row.id for row in runs.list(started_before=first.started_at).items] == [first.id]
    assert runs.list(status="RUNNING").items == []
    assert len(runs.list(status=["SUCCEEDED", "FAILED"]).items) == 2
    (row,) = drive.http.get("/v2/actor-runs?limit=1").json()["data"]["items"]
    assert not {"options", "stats", "statusMessage", "input"} & row.keys()
    assert error_of(drive.http.get("/v2/actor-runs?startedAfter=yesterday")) == (400, "invalid-value")


def test_runs_belong_to_their_account(drive):
    run = drive.run(PROFILES, ONE)
    stranger = Driver(drive.sandbox, "sandbox-stranger")
    assert stranger.client.run(run.id).get() is None
    assert stranger.client.runs().list().items == []
    with pytest.raises(NotFoundError):
        stranger.client.dataset(run.default_dataset_id).list_items()
    stranger.close()


def test_a_deleted_run_is_gone_but_was_paid_for(drive):
    run = drive.run(PROFILES, ONE)
    drive.client.run(run.id).delete()
    assert drive.client.run(run.id).get() is None
    assert drive.client.runs().list().items == []
    assert drive.charged() == {"page0001": 1}


def test_storages_can_be_reached_through_the_run(drive):
    run = drive.run(PROFILES, ONE)
    client = drive.client.run(run.id)
    assert client.dataset().get().item_count == 1
    assert client.dataset().list_items().items == drive.dataset(run)
    assert client.key_value_store().get_record("INPUT")["value"] == ONE
    assert client.key_value_store().get_record("OUTPUT") is None
    assert client.key_value_store().record_exists("INPUT")
    assert drive.client.key_value_store(run.default_key_value_store_id).get().act_run_id == run.id
    assert "Starting" in client.log().get()


def test_call_and_iterate_work_as_in_the_client(drive):
    run = drive.client.actor(PROFILES).call(run_input=ONE, logger=None)
    assert run.status == "SUCCEEDED"
    assert len(list(drive.client.run(run.id).iterate_dataset_items())) == 1


def test_start_and_wait_gives_items_without_a_run_id(drive):
    answer = drive.http.post(f"/v2/actors/{ACTORS[0].id}/run-sync-get-dataset-items", json=ONE)
    assert answer.status_code == 201
    assert [item["username"] for item in answer.json()] == ["page0001"]
    drive.sandbox.behave(page_s=3)
    answer = drive.http.post(f"/v2/actors/{ACTORS[0].id}/run-sync-get-dataset-items?timeout=1", json=ONE)
    assert error_of(answer) in {(408, "run-timeout-exceeded"), (400, "run-failed")}
