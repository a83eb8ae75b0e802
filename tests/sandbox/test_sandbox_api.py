from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime

import httpx
import pytest
from apify_client import ApifyClient
from apify_client.errors import ApifyApiError, InvalidRequestError, UnauthorizedError
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
    error_of,
)

from socialsync_cli.sandbox import LIFELIKE, Behaviour, Customer, Sandbox
from socialsync_cli.sandbox.catalogue import ACTORS

ONE = {"usernames": ["page0001"]}


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
