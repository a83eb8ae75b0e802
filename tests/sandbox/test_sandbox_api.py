from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
import pytest
from apify_client import ApifyClient
from apify_client.errors import ApifyApiError, InvalidRequestError, NotFoundError, UnauthorizedError
from sandbox_driver import (
    COMMENTS,
    FB_COMMENTS,
    FB_PAGES,
    FB_POSTS,
    GENERAL,
    POSTS,
    PROFILES,
    SETTLED,
    TT_COMMENTS,
    TT_PROFILES,
    TT_VIDEOS,
    Driver,
    addresses,
)

from socialsync_cli.sandbox import LIFELIKE, Behaviour, Customer, Sandbox
from socialsync_cli.sandbox.catalogue import ACTORS

ONE = {"usernames": ["page0001"]}


def error_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["type"]


# --- paths, tokens, bodies


@pytest.mark.parametrize("prefix", ["actors", "acts"])
@pytest.mark.parametrize("reference", [ACTORS[0].id, "apify~instagram-profile-scraper"])
def test_actors_have_two_paths_and_two_names(drive, prefix, reference):
    answer = drive.http.post(f"/v2/{prefix}/{reference}/runs", json=ONE)
    assert answer.status_code == 201
    assert answer.json()["data"]["actId"] == ACTORS[0].id


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, (401, "token-not-provided")),
        ({"Authorization": "Bearer apify_api_unknown"}, (401, "user-or-token-not-found")),
        ({"Authorization": "Bearer sandbox-anybody"}, None),
    ],
)
def test_tokens(sandbox, headers, expected):
    answer = httpx.get(f"{sandbox.url}/v2/users/me/limits", headers=headers)
    assert answer.status_code == 200 if expected is None else error_of(answer) == expected


def test_a_token_may_stand_in_the_address(sandbox):
    assert httpx.get(f"{sandbox.url}/v2/users/me?token=sandbox-x").status_code == 200


def test_an_unknown_token_raises_in_the_client(sandbox):
    with pytest.raises(UnauthorizedError):
        ApifyClient("nobody", api_url=sandbox.url).user().limits()


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/v2/actors/apify~no-such-actor", (404, "actor-not-found")),
        ("POST", "/v2/actors/apify~no-such-actor/runs", (404, "actor-not-found")),
        ("GET", "/v2/actor-runs/nothing", (404, "record-not-found")),
        ("GET", "/v2/datasets/nothing/items", (404, "record-not-found")),
        ("GET", "/v2/key-value-stores/nothing/records/INPUT", (404, "record-not-found")),
        ("GET", "/v2/no/such/place", (404, "page-not-found")),
        ("DELETE", "/v2/users/me", (405, "method-not-allowed")),
        ("PUT", "/v2/actor-runs", (405, "method-not-allowed")),
    ],
)
def test_wrong_addresses(drive, method, path, expected):
    assert error_of(drive.http.request(method, path)) == expected


def test_bodies_may_be_gzipped_and_must_be_json(drive):
    path = f"/v2/actors/{ACTORS[0].id}/runs"
    packed = gzip.compress(json.dumps(ONE).encode())
    assert drive.http.post(path, content=packed, headers={"Content-Encoding": "gzip"}).status_code == 201
    for content, encoding, expected in [
        (b"{", "identity", (400, "run-input-body-not-valid-json")),
        (b"null", "identity", (400, "invalid-input")),
        (b"[1]", "identity", (400, "invalid-input")),
        (b"not gzip", "gzip", (400, "invalid-request")),
        (b"{}", "br", (415, "unsupported-content-encoding")),
        (b" " * 9_437_185, "identity", (413, "request-too-large")),
        (gzip.compress(b" " * 9_437_185), "gzip", (413, "request-too-large")),
    ]:
        answer = drive.http.post(path, content=content, headers={"Content-Encoding": encoding})
        assert error_of(answer) == expected


def test_a_large_input_travels_through_the_client(drive):
    handles = [f"page{k:04}" for k in range(3000)]
    run = drive.run(PROFILES, {"usernames": handles})
    record = drive.client.key_value_store(run.default_key_value_store_id).get_record("INPUT")
    assert record["value"] == {"usernames": handles}
    assert len(drive.dataset(run, fields=["username"])) == 3000


# --- inputs


@pytest.mark.parametrize(
    ("actor", "given", "message"),
    [
        (PROFILES, {}, "Input is not valid: Field input.usernames is required"),
        (PROFILES, {"usernames": "page0001"}, "Input is not valid: Field input.usernames must be array"),
        (PROFILES, {"usernames": []}, "Input is not valid: Field input.usernames must NOT have fewer than 1 items"),
        (PROFILES, ONE | {"nonce": 1}, "Input is not valid: Property input.nonce is not allowed"),
        (POSTS, {"username": ["a"], "resultsLimit": 0}, "Input is not valid: Field input.resultsLimit must be >= 1"),
        (POSTS, {"username": ["a"], "dataDetailLevel": "x"}, "must be equal to one of the allowed values"),
        (POSTS, {"username": ["a"], "onlyPostsNewerThan": "soon"}, "Field input.onlyPostsNewerThan must match"),
        (POSTS, {"username": ["a"], "skipPinnedPosts": 1}, "Field input.skipPinnedPosts must be boolean"),
        (COMMENTS, {"directUrls": ["page0001"]}, "Field input.directUrls must be an array of URLs"),
        (GENERAL, {}, "Input is not valid: Field input.directUrls is required"),
        (FB_PAGES, {"startUrls": ["https://www.facebook.com/a"]}, "Field input.startUrls must be an array of objects"),
        (FB_POSTS, {}, "Input is not valid: Field input.startUrls is required"),
        (FB_COMMENTS, {"startUrls": addresses("a"), "viewOption": "NEWEST"}, "one of the allowed values"),
        (TT_VIDEOS, {}, "Input is not valid: Field input.profiles is required"),
        (TT_PROFILES, {"postURLs": ["x"]}, "Input is not valid: Field input.profiles is required"),
        (TT_PROFILES, {"profiles": ["a"], "oldestPostDateUnified": "2026-01-10T00:00:00Z"}, "oldestPostDateUnified"),
        (TT_PROFILES, {"profiles": ["a"], "resultsPerPage": 1_000_001}, "must be >= 1 and <= 1000000"),
        (TT_COMMENTS, {"commentsPerPost": 3}, "Input is not valid: Field input.postURLs is required"),
    ],
)
def test_refused_inputs(shared, actor, given, message):
    for attempt in (shared.client.actor(actor).validate_input, lambda run_input: shared.start(actor, run_input)):
        with pytest.raises(InvalidRequestError) as caught:
            attempt(given)
        assert caught.value.type == "invalid-input"
        assert message in caught.value.message


def test_accepted_inputs_start_nothing_when_only_checked(drive):
    assert drive.client.actor(PROFILES).validate_input(ONE) is True
    assert drive.client.actor(FB_PAGES).validate_input({"startUrls": addresses("a"), "unknownField": 1}) is True
    assert drive.sandbox.state.runs == []


# --- runs


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


# --- items


@pytest.fixture(scope="module")
def many(shared):
    """A finished run with 2,500 items of some pages."""
    return shared.run(TT_PROFILES, {"profiles": ["hugepage"], "resultsPerPage": 2500})


def test_items_in_pages_are_the_items_in_one(shared, many):
    whole = shared.dataset(many)
    paged = [item for offset in range(0, 2501, 500) for item in shared.dataset(many, offset=offset, limit=500)]
    assert len(whole) == 2500
    assert paged == whole
    assert list(shared.client.dataset(many.default_dataset_id).iterate_items(chunk_size=700)) == whole
    assert shared.dataset(many, desc=True) == whole[::-1]
    assert shared.dataset(many, desc=True, offset=10, limit=5) == whole[2485:2490][::-1]
    assert shared.dataset(many, offset=2500) == shared.dataset(many, offset=9999) == []
    lines = shared.client.dataset(many.default_dataset_id).get_items_as_bytes(item_format="jsonl")
    assert [json.loads(line) for line in lines.splitlines()] == whole


def test_items_can_be_streamed_as_lines(shared, many):
    with shared.client.dataset(many.default_dataset_id).stream_items(item_format="jsonl") as answer:
        body = b"".join(answer.iter_bytes())
    assert body.count(b"\n") == 2500


def test_pagination_headers(shared, many):
    path = f"/v2/datasets/{many.default_dataset_id}/items"
    headers = shared.http.get(path, params={"offset": 2400, "limit": 500, "fields": "id"}).headers
    told = {name: headers[f"x-apify-pagination-{name}"] for name in ("offset", "limit", "count", "total", "desc")}
    assert told == {"offset": "2400", "limit": "500", "count": "100", "total": "2500", "desc": "false"}
    assert shared.http.get(path, params={"fields": "id"}).headers["x-apify-pagination-limit"] == "999999999999"


def test_fields_and_omit(shared, many):
    assert shared.dataset(many, limit=1, fields=["webVideoUrl", "id"])[0].keys() == {"webVideoUrl", "id"}
    whole = shared.dataset(many, limit=1)[0]
    assert shared.dataset(many, limit=1, omit=["authorMeta"])[0].keys() == whole.keys() - {"authorMeta"}


@pytest.mark.parametrize("query", ["format=xml", "limit=many", "offset=-1"])
def test_queries_that_are_refused(shared, many, query):
    answer = shared.http.get(f"/v2/datasets/{many.default_dataset_id}/items?{query}")
    assert error_of(answer) == (400, "invalid-value")


def test_totals_and_costs_lag_behind_the_end(sandbox, drive):
    drive.sandbox.behave(total_lag_s=0.4, settle_s=0.4)
    runs = [drive.run(PROFILES, {"usernames": [f"page{k:04}" for k in range(9)]}) for _ in range(12)]
    totals = {drive.client.dataset(run.default_dataset_id).get().item_count for run in runs}
    assert totals == {0, 4}
    assert {run.charged_event_counts["profile"] for run in runs} == {0, 3}
    assert {round(run.usage_total_usd, 5) for run in runs} == {0.0, 0.00695}
    for run in runs:
        page = drive.client.dataset(run.default_dataset_id).list_items()
        assert len(page.items) == 9  # the items are there whatever the total says
        assert page.total <= 9
    for run in runs:
        run_until_settled = drive.client.run(run.id)
        while (state := run_until_settled.get()).usage_total_usd < 0.02:
            pass
        assert state.charged_event_counts == {"apify-actor-start": 1, "profile": 9}
        assert state.usage_total_usd == pytest.approx(0.00005 + 9 * 0.0023)


# --- account and actors


def test_the_account(shared):
    me = shared.client.user().get()
    assert (me.plan.tier, me.plan.id) == ("BRONZE", "STARTER")
    limits = shared.client.user().limits()
    assert limits.limits.max_concurrent_actor_jobs == 32
    assert limits.limits.max_actor_memory_gbytes == 64
    assert limits.monthly_usage_cycle.start_at < datetime.now(UTC) < limits.monthly_usage_cycle.end_at
    usage = shared.client.user().monthly_usage()
    assert usage.total_usage_credits_usd_after_volume_discount == limits.current.monthly_usage_usd


def test_the_account_can_set_its_own_limit(drive):
    drive.client.user().update_limits(max_monthly_usage_usd=7)
    assert drive.client.user().limits().limits.max_monthly_usage_usd == 7


def test_limits_show_what_is_running(drive):
    drive.sandbox.behave(page_s=60)
    drive.start(PROFILES, ONE, memory_mbytes=2048)
    current = drive.client.user().limits().current
    assert (current.active_actor_job_count, current.actor_memory_gbytes) == (1, 2.0)


@pytest.mark.parametrize("actor", ACTORS, ids=lambda one: one.name)
def test_every_actor_tells_its_prices(shared, actor):
    found = shared.client.actor(actor.name).get()
    assert (found.id, f"{found.username}/{found.name}") == (actor.id, actor.name)
    (pricing,) = found.pricing_infos
    events = pricing.pricing_per_event.actor_charge_events
    assert events["apify-actor-start"].is_one_time_event
    primary = [event for event in events.values() if event.is_primary_event]
    assert len(primary) == 1
    assert set(primary[0].event_tiered_pricing_usd) == {"FREE", "BRONZE", "SILVER", "GOLD"}
    assert pricing.minimal_max_total_charge_usd == (actor.minimum_usd and float(actor.minimum_usd))


def test_a_token_with_few_permissions():
    customers = [Customer("sandbox-few", limits_forbidden=True, refused_actors=frozenset({PROFILES}))]
    with Sandbox(behaviour=SETTLED, customers=customers) as running:
        drive = Driver(running, "sandbox-few")
        with pytest.raises(ApifyApiError) as caught:
            drive.client.user().limits()
        assert (caught.value.status_code, caught.value.type) == (403, "insufficient-permissions")
        with pytest.raises(ApifyApiError) as caught:
            drive.start(PROFILES, ONE)
        assert caught.value.status_code == 403
        assert drive.run(POSTS, {"username": ["page0001"], "resultsLimit": 1}).status == "SUCCEEDED"
        drive.close()


# --- rate limits


def test_more_than_sixty_requests_per_second_and_resource_are_refused(sandbox, drive):
    drive.sandbox.behave(resource_rates=True)
    run = drive.run(PROFILES, ONE)
    answers = [drive.http.get(f"/v2/actor-runs/{run.id}") for _ in range(150)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert error_of(refused[0]) == (429, "rate-limit-exceeded")
    assert refused[0].headers["x-ratelimit-limit"] == "60"
    assert "retry-after" not in refused[0].headers


def test_a_limit_per_token_and_the_fullest_second(sandbox, drive):
    drive.sandbox.behave(rate_per_s=5, retry_after="3")
    answers = [drive.http.get("/v2/users/me") for _ in range(8)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 3
    assert answers[-1].headers["retry-after"] == "3"
    assert sandbox.state.stats.max_in_second[drive.token] == 8


def test_behaviours_have_known_knobs_only():
    assert LIFELIKE.changed({"page_s": 0.5}).page_s == 0.5
    with pytest.raises(KeyError):
        Behaviour().changed({"pages": 1})
