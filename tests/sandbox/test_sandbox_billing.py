from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from apify_client.errors import ApifyApiError, ForbiddenError, InvalidRequestError
from sandbox_driver import (
    COMMENTS,
    FB_COMMENTS,
    FB_POSTS,
    NOW,
    POSTS,
    PROFILES,
    SETTLED,
    TT_PROFILES,
    TT_VIDEOS,
    Driver,
    addresses,
)

from socialsync_cli.sandbox import Customer, Sandbox


def with_customer(**terms):
    return Sandbox(now=NOW, behaviour=SETTLED, customers=[Customer("sandbox-payer", **terms)])


@pytest.fixture
def payer(request):
    """A driver of an account with the terms that the test asks for."""
    with with_customer(**getattr(request, "param", {})) as running:
        driver = Driver(running, "sandbox-payer")
        yield driver
        driver.close()


def refused(drive, actor, run_input, **options):
    with pytest.raises(ApifyApiError) as caught:
        drive.start(actor, run_input, **options)
    return caught.value.status_code, caught.value.type, caught.value.message


def test_every_item_is_charged_errors_and_notes_included(drive):
    run = drive.run(POSTS, {"username": ["page0001", "ghost", "locked", "page0002"], "resultsLimit": 3})
    assert drive.charged(run.id) == {"page0001": 3, "ghost": 1, "locked": 1, "page0002": 3}
    assert run.charged_event_counts == {"apify-actor-start": 1, "post": 8, "post-details": 8}
    assert run.usage_total_usd == pytest.approx(0.00005 + 8 * 0.0023)
    run = drive.run(TT_PROFILES, {"profiles": ["emptypage", "jídlo", "silent"]})
    assert drive.charged(run.id) == {"emptypage": 1, "jídlo": 1}


def test_duplicates_in_the_input_are_charged_twice(drive):
    run = drive.run(PROFILES, {"usernames": ["page0001", "@page0001", "https://www.instagram.com/page0001/"]})
    assert drive.charged(run.id) == {"page0001": 3}


def test_add_ons_are_charged_per_item(drive):
    basic = drive.run(POSTS, {"username": ["page0001"], "resultsLimit": 2, "dataDetailLevel": "basicData"})
    assert basic.usage_total_usd == pytest.approx(0.00005 + 2 * 0.0015)
    about = drive.run(PROFILES, {"usernames": ["page0001"], "includeAboutSection": True})
    assert about.charged_event_counts["about-section"] == 1
    dated = {"profiles": ["page0001"], "resultsPerPage": 2, "oldestPostDateUnified": "30 days"}
    run = drive.run(TT_PROFILES, dated | {"profileSorting": "latest"})
    assert run.charged_event_counts == {"apify-actor-start": 1, "result": 2, "filter": 4}


def test_starts_cost_by_memory_or_a_flat_fee(drive):
    small = drive.run(PROFILES, {"usernames": ["ghost"]}, memory_mbytes=4096)
    assert small.charged_event_counts["apify-actor-start"] == 4
    flat = drive.run(TT_VIDEOS, {"profiles": ["silent"]}, memory_mbytes=4096)
    assert flat.usage_total_usd == pytest.approx(0.001)


def test_at_the_cap_the_platform_ends_the_run_and_later_targets_are_silent(drive):
    handles = [f"page{k:04}" for k in range(20)]
    run = drive.run(POSTS, {"username": handles, "resultsLimit": 10}, cap="0.2")
    items = drive.dataset(run)
    assert run.status == "ABORTED"
    assert "maximum total charge" in run.status_message
    assert len(items) == int((0.2 - 0.00005) / 0.0023)
    assert run.usage_total_usd <= 0.2
    answered = {item["inputUrl"].rpartition("/")[2] for item in items}
    assert answered < set(handles)


def test_a_cap_that_is_just_enough_does_not_end_the_run(drive):
    run = drive.run(
        PROFILES, {"usernames": ["page0001", "page0002"]}, cap=str(Decimal("0.00005") + 2 * Decimal("0.0023"))
    )
    assert (run.status, len(drive.dataset(run))) == ("SUCCEEDED", 2)


@pytest.mark.parametrize(
    ("actor", "given", "cap"),
    [
        (TT_VIDEOS, {"profiles": ["page0001"]}, "0.49"),
        (FB_COMMENTS, {"startUrls": addresses("page0001/posts/1")}, "0.49"),
        (PROFILES, {"usernames": ["page0001"]}, "0.0025"),
    ],
)
def test_caps_below_the_minimum_are_refused(drive, actor, given, cap):
    status, type_, _ = refused(drive, actor, given, cap=cap)
    assert (status, type_) == (400, "max-total-charge-usd-below-minimum")


def test_tiktok_profiles_have_no_minimum(drive):
    run = drive.run(TT_PROFILES, {"profiles": ["page0001"], "resultsPerPage": 5}, cap="0.003")
    assert (run.status, len(drive.dataset(run))) == ("ABORTED", 1)


@pytest.mark.parametrize("query", ["maxTotalChargeUsd=0", "maxTotalChargeUsd=nan", "maxItems=0", "memory=300"])
def test_options_that_are_refused(drive, query):
    answer = drive.http.post(
        f"/v2/actors/apify~instagram-profile-scraper/runs?{query}", json={"usernames": ["page0001"]}
    )
    assert answer.status_code == 400


def test_max_items_counts_for_per_item_actors_alone(drive):
    wanted = {"username": ["page0001"], "resultsLimit": 10}
    assert len(drive.dataset(drive.run(POSTS, wanted, max_items=4))) == 10
    drive.sandbox.behave(per_item=[POSTS])
    run = drive.run(POSTS, wanted, max_items=4)
    assert (run.status, len(drive.dataset(run))) == ("SUCCEEDED", 4)
    assert run.pricing_info.pricing_model == "PRICE_PER_DATASET_ITEM"
    assert run.usage_total_usd == pytest.approx(4 * 0.0023)
    assert drive.client.actor(POSTS).get().pricing_infos[0].pricing_model == "PRICE_PER_DATASET_ITEM"


@pytest.mark.parametrize("payer", [{"limit_usd": 0.05}], indirect=True)
def test_a_start_that_exceeds_the_credit_is_refused_and_a_smaller_cap_passes(payer):
    wanted = {"username": ["page0001"], "resultsLimit": 5}
    status, type_, message = refused(payer, POSTS, wanted, cap="0.06")
    assert (status, type_) == (402, "not-enough-usage-to-run-paid-actor")
    assert "remaining usage of $0.05" in message
    assert payer.run(POSTS, wanted, cap="0.04").status == "SUCCEEDED"


@pytest.mark.parametrize("payer", [{"limit_usd": 0.05}], indirect=True)
def test_the_platform_ends_a_run_when_the_credit_is_used_up(payer):
    run = payer.run(POSTS, {"username": ["page0001"], "resultsLimit": 100})
    assert run.status == "ABORTED"
    assert len(payer.dataset(run)) == 21
    assert refused(payer, POSTS, {"username": ["page0001"]})[:2] == (402, "not-enough-usage-to-run-paid-actor")
    assert payer.client.user().limits().current.monthly_usage_usd == pytest.approx(0.00005 + 21 * 0.0023)


@pytest.mark.parametrize("payer", [{"limit_usd": 10, "used_usd": 10}], indirect=True)
def test_at_the_hard_limit_nothing_starts(payer):
    with pytest.raises(ForbiddenError) as caught:
        payer.start(PROFILES, {"usernames": ["page0001"]})
    assert (caught.value.type, caught.value.message) == (
        "platform-feature-disabled",
        "Monthly usage hard limit exceeded",
    )


@pytest.mark.parametrize("payer", [{"concurrent_runs": 2}], indirect=True)
def test_too_many_concurrent_runs_are_refused_until_one_ends(payer):
    payer.sandbox.behave(start_delay_s=60)  # READY counts, too
    runs = [payer.start(PROFILES, {"usernames": ["page0001"]}) for _ in range(2)]
    status, type_, message = refused(payer, PROFILES, {"usernames": ["page0001"]})
    assert (status, type_) == (402, "concurrent-runs-limit-exceeded")
    assert "limit of 2 concurrent" in message
    payer.client.run(runs[0].id).abort()
    assert payer.start(PROFILES, {"usernames": ["page0001"]}).status == "READY"


@pytest.mark.parametrize("payer", [{"plan": "FREE"}], indirect=True)
def test_the_memory_of_all_running_jobs_is_limited(payer):
    payer.sandbox.behave(page_s=60)
    payer.start(PROFILES, {"usernames": ["page0001"]}, memory_mbytes=8192)
    status, type_, message = refused(payer, PROFILES, {"usernames": ["page0001"]}, memory_mbytes=128)
    assert (status, type_) == (402, "actor-memory-limit-exceeded")
    assert "memory limit of 8192MB" in message
    assert "currently used: 8192MB, requested: 128MB" in message
    with pytest.raises(InvalidRequestError):
        payer.start(PROFILES, {"usernames": ["page0001"]}, memory_mbytes=16384)


@pytest.mark.parametrize("payer", [{"plan": "FREE"}], indirect=True)
def test_the_free_plan_pays_more_and_gets_less(payer):
    run = payer.run(PROFILES, {"usernames": ["page0001"]})
    assert run.usage_total_usd == pytest.approx(0.00005 + 0.0026)
    assert len(payer.items(FB_POSTS, {"startUrls": addresses("page0001"), "resultsLimit": 50})) == 20
    url = payer.sandbox.posts("instagram", "stormy")[3].url
    wanted = {"directUrls": [url], "resultsLimit": 40, "includeNestedComments": True}
    comments = payer.items(COMMENTS, wanted)
    assert len(comments) == 15
    assert [item["timestamp"] for item in comments] == sorted((i["timestamp"] for i in comments), reverse=True)
    assert payer.client.user().get().plan.tier == "FREE"


def test_what_is_charged_grows_with_what_is_stored(drive):
    drive.sandbox.behave(page_s=0.1)
    run = drive.start(PROFILES, {"usernames": [f"page{k:04}" for k in range(5)]})
    seen = []
    while drive.client.run(run.id).get().status != "SUCCEEDED":
        seen.append((sum(drive.charged().values()), drive.sandbox.state.charged_usd()))
    assert seen == sorted(seen)
    assert {count for count, _ in seen} & {1, 2, 3, 4}  # how often we looked depends on the machine
    assert sum(drive.charged().values()) == 5


def test_charges_tell_run_actor_target_items_and_usd(drive):
    run = drive.run(PROFILES, {"usernames": ["page0001"]}, wait_for_finish=1)
    start, item = drive.sandbox.state.charges()
    assert start == (run.id, PROFILES, "(start)", 0, Decimal("0.00005"))
    assert item == (run.id, PROFILES, "page0001", 1, Decimal("0.0023"))


def test_old_datasets_expire(drive):
    drive.sandbox.behave(keep_runs=2)
    runs = [drive.run(PROFILES, {"usernames": ["page0001"]}) for _ in range(4)]
    gone = [drive.client.dataset(run.default_dataset_id).get() is None for run in runs]
    assert gone == [True, True, False, False]
    assert drive.client.run(runs[0].id).wait_for_finish(wait_duration=timedelta(0)).status == "SUCCEEDED"
