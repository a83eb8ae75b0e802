from __future__ import annotations

from datetime import timedelta

import httpx
import impit
import pytest
from apify_client.errors import ApifyApiError, InvalidResponseBodyError, NotFoundError, RateLimitError, ServerError
from pydantic import ValidationError
from sandbox_driver import FB_PAGES, FB_POSTS, GENERAL, POSTS, PROFILES, TT_PROFILES, addresses

from socialsync_cli.sandbox import Fault
from socialsync_cli.sandbox.faults import REQUEST_KINDS, RUN_KINDS

ONE = {"usernames": ["page0001"]}
PAGES = [f"page{k:04}" for k in range(6)]
BRIEF = timedelta(milliseconds=300)


def started(drive) -> int:
    return len(drive.sandbox.state.runs)


# --- what befalls requests


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault("status", "start", status=429, type="rate-limit-exceeded"), RateLimitError),
        (Fault("status", "start", status=500), ServerError),
        (Fault("status", "start", status=502, html=True), ServerError),
        (Fault("status", "start", status=402, type="not-enough-usage-to-run-paid-actor"), ApifyApiError),
        (Fault("reset", "start"), impit.HTTPError),
        (Fault("hang", "start", seconds=0.1), impit.HTTPError),
    ],
)
def test_a_start_that_was_not_carried_out(drive, fault, error):
    drive.sandbox.arm(fault)
    with pytest.raises(error):
        drive.start(PROFILES, ONE)
    assert started(drive) == 0
    drive.start(PROFILES, ONE)  # once is enough
    assert started(drive) == 1


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault("status_after", "start", status=504, html=True), ServerError),
        (Fault("reset_after", "start"), impit.HTTPError),
        (Fault("hang_after", "start"), impit.TimeoutException),
        (Fault("truncate", "start"), impit.HTTPError),
        (Fault("truncate_chunked", "start"), (impit.HTTPError, InvalidResponseBodyError)),
        (Fault("invalid_json", "start"), InvalidResponseBodyError),
        (Fault("html", "start"), Exception),
        (Fault("empty", "start"), Exception),
        (Fault("null", "start"), Exception),
        (Fault("missing_fields", "start"), ValidationError),
        (Fault("wrong_types", "start"), ValidationError),
    ],
)
def test_a_start_whose_answer_is_lost_leaves_a_run_that_can_be_found(drive, fault, error):
    drive.sandbox.arm(fault)
    with pytest.raises(error):
        drive.start(PROFILES, ONE, timeout=BRIEF)
    (run,) = drive.client.actor(PROFILES).runs().list(desc=True).items
    record = drive.client.key_value_store(run.default_key_value_store_id).get_record("INPUT")
    assert record["value"] == ONE
    assert len(drive.dataset(run)) == 1


def test_a_start_may_arrive_after_its_connection_has_broken(drive):
    drive.sandbox.arm(Fault("late", "start", seconds=0.2))
    with pytest.raises(impit.HTTPError):
        drive.start(PROFILES, ONE)
    assert drive.client.actor(PROFILES).runs().list().items == []
    while not drive.client.actor(PROFILES).runs().list().items:
        pass
    assert started(drive) == 1


def test_retry_after_stands_in_the_header(drive):
    drive.sandbox.arm(Fault("status", "limits", status=429, type="rate-limit-exceeded", retry_after="7"))
    answer = drive.http.get("/v2/users/me/limits")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")


@pytest.mark.parametrize("kind", ["truncate", "truncate_chunked", "reset_after"])
def test_a_large_body_can_break_off(drive, kind):
    run = drive.run(TT_PROFILES, {"profiles": ["hugepage"], "resultsPerPage": 1500})
    drive.sandbox.arm(Fault(kind, "items", share=0.7))
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        drive.http.get(f"/v2/datasets/{run.default_dataset_id}/items")
    assert len(drive.dataset(run)) == 1500


def test_a_slow_body_and_a_slow_answer(drive):
    run = drive.run(PROFILES, ONE)
    for kind in ("drip", "slow"):
        drive.sandbox.arm(Fault(kind, "items", seconds=0.2))
        answer = drive.http.get(f"/v2/datasets/{run.default_dataset_id}/items")
        assert len(answer.json()) == 1
        assert answer.elapsed > timedelta(seconds=0.15)


def test_a_hanging_answer_ends_with_the_clients_patience(drive):
    drive.sandbox.arm(Fault("hang", "run"))
    run = drive.start(PROFILES, ONE)
    with pytest.raises(httpx.ReadTimeout):
        drive.http.get(f"/v2/actor-runs/{run.id}", timeout=0.2)


def test_stripped_headers_leak_a_key_error_from_the_client(drive):
    run = drive.run(PROFILES, ONE)
    drive.sandbox.arm(Fault("strip_headers", "items"))
    with pytest.raises(KeyError):
        drive.dataset(run)


def test_an_expired_dataset(drive):
    run = drive.run(PROFILES, ONE)
    drive.sandbox.arm(Fault("expired", "items"))
    with pytest.raises(NotFoundError):
        drive.dataset(run)
    drive.sandbox.state.expire(run.id)
    with pytest.raises(NotFoundError):
        drive.dataset(run)


def test_items_of_wrong_types(drive):
    run = drive.run(PROFILES, ONE)
    (right,) = drive.dataset(run)
    drive.sandbox.arm(Fault("wrong_types", "items"))
    (wrong,) = drive.dataset(run)
    assert wrong.keys() == right.keys()
    assert all(type(wrong[key]) is not type(right[key]) for key in right)


def test_faults_strike_where_when_and_how_often_they_are_told(drive):
    drive.sandbox.arm(Fault("status", "actor", actor=POSTS, skip=1, count=2, status=503))
    seen = {name: [] for name in (POSTS, PROFILES)}
    for _ in range(5):
        for name, answers in seen.items():
            answers.append(drive.http.get(f"/v2/actors/{name.replace('/', '~')}").status_code)
    assert seen == {POSTS: [200, 503, 503, 200, 200], PROFILES: [200] * 5}
    (told,) = drive.sandbox.state.faults.told()
    assert (told["seen"], told["struck"]) == (5, 2)
    assert drive.sandbox.state.stats.faults == {"status": 2}


def test_faults_by_chance_are_reproducible_and_can_be_disarmed(drive):
    def strikes():
        drive.sandbox.state.faults.clear()
        drive.sandbox.arm(Fault("status", "user", count=None, probability=0.5, seed=3, status=500))
        return [drive.http.get("/v2/users/me").status_code for _ in range(20)]

    first = strikes()
    assert set(first) == {200, 500}
    assert strikes() == first
    drive.sandbox.state.faults.clear()
    assert drive.http.get("/v2/users/me").status_code == 200


def test_faults_of_one_token_leave_others_alone(drive):
    drive.sandbox.arm(Fault("status", token="sandbox-unlucky", count=None, status=401, type="invalid-token"))
    assert drive.http.get("/v2/users/me").status_code == 200
    headers = {"Authorization": "Bearer sandbox-unlucky"}
    assert drive.http.get("/v2/users/me", headers=headers).status_code == 401


@pytest.mark.parametrize("data", [{}, {"kind": "nothing"}, {"kind": "reset", "when": 3}])
def test_faults_that_cannot_be_understood(data):
    with pytest.raises(ValueError, match=r"unknown or missing|no fault"):
        Fault.read(data)


def test_every_kind_of_fault_can_be_read_from_json():
    for kind in REQUEST_KINDS | RUN_KINDS:
        assert Fault.read({"kind": kind, "targets": ["a"]}).targets == ("a",)


# --- what befalls runs


@pytest.mark.parametrize("status", ["FAILED", "TIMED-OUT", "ABORTED"])
def test_a_run_that_ends_early_keeps_and_charges_what_it_has(drive, status):
    drive.sandbox.arm(Fault("end", run_status=status, pages=2))
    run = drive.run(PROFILES, {"usernames": PAGES})
    assert (run.status, run.exit_code != 0) == (status, True)
    assert len(drive.dataset(run)) == 2
    assert sum(drive.charged(run.id).values()) == 2
    assert drive.run(PROFILES, {"usernames": PAGES}).status == "SUCCEEDED"


def test_a_run_that_fails_without_anything(drive):
    drive.sandbox.arm(Fault("end"))
    run = drive.run(POSTS, {"username": PAGES})
    assert (run.status, drive.dataset(run), drive.charged(run.id)) == ("FAILED", [], {})
    assert run.charged_event_counts == {"apify-actor-start": 1, "post": 0, "post-details": 0}


def test_a_run_that_is_stuck_stays_running_until_it_is_aborted(drive):
    drive.sandbox.arm(Fault("stuck", items=3))
    run = drive.start(PROFILES, {"usernames": PAGES})
    client = drive.client.run(run.id)
    assert client.wait_for_finish(wait_duration=timedelta(milliseconds=200)).status == "RUNNING"
    assert len(drive.dataset(run)) == 3
    client.abort()
    assert client.get().status == "ABORTED"
    assert len(drive.dataset(run)) == 3


def test_a_run_that_is_stuck_reaches_its_timeout(drive):
    drive.sandbox.arm(Fault("stuck", items=1))
    run = drive.start(PROFILES, {"usernames": PAGES}, run_timeout=timedelta(seconds=1))
    assert drive.client.run(run.id).wait_for_finish(wait_duration=timedelta(seconds=3)).status == "TIMED-OUT"
    assert len(drive.dataset(run)) == 1


def test_silence_for_some_targets_or_for_every_second_one(drive):
    drive.sandbox.arm(Fault("silent", targets=("page0001", "page0004")), Fault("silent", skip=1))
    run = drive.run(PROFILES, {"usernames": PAGES})
    assert run.status == "SUCCEEDED"
    assert {item["username"] for item in drive.dataset(run)} == set(PAGES) - {"page0001", "page0004"}
    assert [item["username"] for item in drive.items(PROFILES, {"usernames": PAGES})] == PAGES[::2]


def test_a_run_that_finds_nothing_at_all(drive):
    drive.sandbox.arm(Fault("silent", targets=tuple(PAGES)))
    run = drive.run(FB_PAGES, {"startUrls": addresses(*PAGES)})
    assert (run.status, drive.dataset(run)) == ("SUCCEEDED", [])


def test_a_blocked_scraper_answers_no_items_with_messages(drive):
    drive.sandbox.arm(Fault("blocked", targets=tuple(PAGES)), Fault("blocked", targets=tuple(PAGES), skip=1))
    items = drive.items(POSTS, {"username": PAGES})
    assert {item["error"] for item in items} == {"no_items"}
    assert all("blocked" in item["requestErrorMessages"][0] for item in items)
    assert drive.items(TT_PROFILES, {"profiles": PAGES}) == []


def test_garbage_stands_between_good_items_and_is_charged(drive):
    drive.sandbox.arm(Fault("garbage", items=2))
    run = drive.run(FB_POSTS, {"startUrls": addresses("page0001", "page0002"), "resultsLimit": 12})
    items = drive.dataset(run)
    good = [item for item in items if isinstance(item.get("postId"), str)]
    assert (len(items), len(good)) == (36, 24)
    assert {} in items
    assert run.charged_event_counts["post"] == 36
    clean = drive.dataset(run, clean=True)
    assert {} not in clean
    assert not any(key.startswith("#") for item in clean for key in item)
    assert len(clean) < len(items)


def test_duplicates_and_orders(drive):
    plain = drive.items(POSTS, {"username": PAGES[:3], "resultsLimit": 4})
    drive.sandbox.arm(Fault("duplicates"))
    doubled = drive.items(POSTS, {"username": PAGES[:3], "resultsLimit": 4})
    assert len(doubled) == 2 * len(plain)
    drive.sandbox.arm(Fault("mixed"))
    mixed = drive.items(POSTS, {"username": PAGES[:3], "resultsLimit": 4})
    assert [item["inputUrl"][-1] for item in mixed] == ["0", "1", "2"] * 4
    drive.sandbox.arm(Fault("together"))
    together = drive.items(POSTS, {"username": PAGES[:3], "resultsLimit": 14})
    assert [item["inputUrl"][-1] for item in together] == ["0"] * 14 + ["1"] * 14 + ["2"] * 14


def test_some_items_of_a_run_have_wrong_types_whoever_reads_them(drive):
    drive.sandbox.arm(Fault("broken_items", actor=GENERAL, items=3))
    run = drive.run(GENERAL, {"directUrls": ["https://www.instagram.com/page0001/"], "resultsLimit": 7})
    items = drive.dataset(run)
    assert [isinstance(item["id"], str) for item in items] == [False, True, True] * 2 + [False]
    assert drive.dataset(run, offset=3, limit=2) == items[3:5]
