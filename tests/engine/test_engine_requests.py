"""Requests that go wrong: everything is there in the end, nothing is paid twice, or the error says what it was."""

from __future__ import annotations

import pytest
from engine_builders import (
    FB_COMMENTS,
    FB_PAGES,
    FB_POSTS,
    IG_POSTS,
    IG_PROFILES,
    QUICK,
    TT_VIDEOS,
    at_once,
    bench,
    handles,
)
from engine_left import contents, counted

from socialsync_cli.sandbox import Customer, Fault

pytestmark = pytest.mark.thorough

PAGES = {"acme": {"facebook": handles(12)}}
ONE_EACH = {
    "apify": {"max_pages_per_run": 1, "max_concurrent_runs": 32},
    "sync": {"workers": 32, "comments_per_post": 0, "posts_per_page": 2, "keep_raw_days": 0},
    "retry": {"attempts": 40, "initial_seconds": 0.01, "max_seconds": 0.02},
}
"""Many runs at once: every mishap finds a victim, and waiting for one does not hold up the others."""

BEFORE = [
    Fault("reset"),
    Fault("hang", seconds=0.2),
    Fault("status", status=429, type="rate-limit-exceeded"),
    Fault("status", status=429, type="rate-limit-exceeded", retry_after="1"),
    Fault("status", status=409, type="concurrent-update-detected"),
    Fault("status", status=500),
    Fault("status", status=502, html=True),
    Fault("status", status=503, html=True, retry_after="1"),
    Fault("status", status=408, type="operation-timed-out"),
]
"""The request is not carried out."""
AFTER = [
    Fault("reset_after"),
    Fault("hang_after", seconds=0.2),
    Fault("status_after", status=500),
    Fault("status_after", status=504, html=True),
    Fault("slow", seconds=0.3),
    Fault("drip", seconds=0.3),
    Fault("truncate"),
    Fault("truncate_chunked"),
    Fault("invalid_json"),
    Fault("html"),
    Fault("empty"),
    Fault("null"),
    Fault("wrong_types"),
    Fault("missing_fields"),
    Fault("strip_headers"),
]
"""It is carried out, and the answer does not arrive as it should."""


def at_endpoint(endpoint, faults):
    return [Fault(**{**vars(fault), "endpoint": endpoint}) for fault in faults]


def struck(at):
    return [(told["kind"], told["status"], told["struck"]) for told in at.sandbox.state.faults.told()]


@pytest.fixture
def undisturbed(tmp_path):
    """The rows, the results and the charges of a sync that goes well."""

    def found(users, settings):
        with bench(tmp_path / "undisturbed", users, settings=settings) as at:
            done = at.sync()
            assert done.exit_code == 0
            return contents(at.db), counted(at.db, done.run_id), at.charges(), at.charged_usd()

    return found


@pytest.mark.parametrize("faults", [BEFORE, AFTER], ids=["not carried out", "answer spoiled"])
@pytest.mark.parametrize("endpoint", ["run", "items", "start"])
def test_requests_that_go_wrong_change_nothing(tmp_path, undisturbed, endpoint, faults):
    wanted = undisturbed(PAGES, ONE_EACH)
    with bench(tmp_path / "disturbed", PAGES, settings=ONE_EACH) as at:
        at.sandbox.arm(*at_endpoint(endpoint, faults))
        done = at.sync()
        assert all(count == 1 for _, _, count in struck(at)), struck(at)
        assert (contents(at.db), counted(at.db, done.run_id)) == wanted[:2]
        assert (at.charges(), at.charged_usd()) == (wanted[2], pytest.approx(wanted[3]))
        assert done.exit_code == 0
        assert done.seconds < 25
        (cost,) = at.rows("select cost_usd from sync_run")[0]
        assert cost == pytest.approx(wanted[3])


def test_a_dataset_that_is_not_there_yet_is_waited_for(tmp_path, undisturbed):
    pages = {"acme": {"tiktok": handles(2)}}
    settings = {"sync": {"comments_per_post": 0}}
    wanted = undisturbed(pages, settings)
    with bench(tmp_path / "disturbed", pages, settings=settings) as at:
        at.sandbox.arm(Fault("expired", endpoint="items"), Fault("expired", endpoint="run"))
        done = at.sync()
        assert (contents(at.db), counted(at.db, done.run_id), at.charges()) == wanted[:3]


def test_a_start_whose_request_arrives_late_is_found(tmp_path, undisturbed):
    pages = {"acme": {"instagram": handles(3)}}
    wanted = undisturbed(pages, ONE_EACH)
    with bench(tmp_path / "disturbed", pages, settings=ONE_EACH) as at:
        at.sandbox.arm(Fault("late", endpoint="start", seconds=1.0, count=None))
        done = at.sync()
        assert (contents(at.db), counted(at.db, done.run_id)) == wanted[:2]
        assert (at.charges(), at.charged_usd()) == (wanted[2], pytest.approx(wanted[3]))


def test_looking_for_a_lost_start_may_go_wrong_as_well(tmp_path, undisturbed):
    pages = {"acme": {"instagram": handles(3)}}
    settings = {**ONE_EACH, "apify": {"max_pages_per_run": 2, "max_concurrent_runs": 32}}
    wanted = undisturbed(pages, settings)
    with bench(tmp_path / "disturbed", pages, settings=settings) as at:
        at.sandbox.arm(Fault("reset_after", endpoint="start", count=None))
        spoiled = [*BEFORE[:6], *(fault for fault in AFTER if fault.kind not in ("strip_headers",))]
        at.sandbox.arm(*at_endpoint("runs", spoiled))
        at.sandbox.arm(
            *at_endpoint("input", [*BEFORE[:6], *(f for f in AFTER if f.kind in ("reset_after", "truncate"))])
        )
        done = at.sync()
        assert (contents(at.db), counted(at.db, done.run_id)) == wanted[:2]
        assert (at.charges(), at.charged_usd()) == (wanted[2], pytest.approx(wanted[3]))


def test_what_a_found_run_cost_is_known_with_the_account_s_own_prices(tmp_path):
    with bench(tmp_path, {"acme": {"tiktok": handles(3)}}, settings={"sync": {"comments_per_post": 0}}) as at:
        at.sandbox.arm(Fault("reset_after", endpoint="start"))
        assert at.sync().exit_code == 0
        assert at.rows("select cost_usd from sync_run") == [(pytest.approx(at.charged_usd()),)]


def test_two_equal_starts_that_are_lost_at_once_are_not_confused(tmp_path):
    users = {name: {"instagram": handles(2)} for name in ("acme", "other")}
    with bench(tmp_path, users, settings={"sync": {"comments_per_post": 0}}) as at:
        at.sandbox.arm(Fault("reset_after", endpoint="start", count=4))
        done = at_once(lambda: at.sync("acme"), lambda: at.sync("other"))
        assert [one.exit_code for one in done] == [0, 0]
        noted = sorted(row[0] for row in at.rows("select apify_run_id from apify_run"))
        assert noted == sorted(run.id for run in at.sandbox.state.runs)
        assert at.started() == {IG_PROFILES: 2, IG_POSTS: 2}


def test_lost_starts_of_two_tokens_of_one_account_are_not_confused(tmp_path):
    users = {name: {"instagram": handles(2)} for name in ("acme", "other")}
    tokens, settings = {"other": "sandbox-of-the-same-account"}, {"sync": {"comments_per_post": 0}}
    with bench(tmp_path, users, tokens=tokens, settings=settings) as at:
        state = at.sandbox.state
        state.customers[tokens["other"]] = state.customer(at.token)
        at.sandbox.arm(Fault("reset_after", endpoint="start", count=4))
        assert at.sync().exit_code == 0
        noted = sorted(row[0] for row in at.rows("select apify_run_id from apify_run"))
        assert noted == sorted(run.id for run in state.runs)
        assert at.started() == {IG_PROFILES: 2, IG_POSTS: 2}


def test_what_was_paid_for_and_could_not_be_read_is_read_by_the_next_sync(tmp_path):
    with bench(tmp_path, {"acme": {"tiktok": handles(3)}}, settings={"retry": {"attempts": 2}}) as at:
        at.sandbox.arm(Fault("status", endpoint="items", count=None))
        assert at.sync().exit_code == 1
        at.sandbox.state.faults.clear()
        done = at.sync()
        assert set(at.results(done.run_id).values()) == {"ok"}
        assert at.started()[TT_VIDEOS] == 1


def test_an_apify_run_that_cannot_be_read_does_not_block_the_others(tmp_path):
    settings = {"apify": {"max_concurrent_runs": 1, "max_pages_per_run": 1}, "retry": {"attempts": 1}}
    with bench(tmp_path, {"acme": {"tiktok": ["page001", "page002"]}}, settings=settings) as at:
        at.sandbox.arm(Fault("status", endpoint="items"))
        done = at.sync()
        assert sorted(at.results(done.run_id).values()) == ["failed", "ok"]


def test_a_platform_that_has_no_room_is_asked_again_later(tmp_path):
    customer = Customer("sandbox-small", concurrent_runs=1)
    settings = {"apify": {"max_pages_per_run": 1}, "sync": {"comments_per_post": 0}}
    behaviour = QUICK.changed({"page_s": 0.3})
    with bench(
        tmp_path, {"acme": {"tiktok": handles(3)}}, settings=settings, behaviour=behaviour, customers=[customer],
        tokens={"acme": "sandbox-small"},
    ) as at:  # fmt: skip
        done = at.sync()
        assert set(at.results(done.run_id).values()) == {"ok"}
        assert at.started() == {TT_VIDEOS: 3}


def test_an_answer_that_nobody_can_parse_does_not_lose_the_comments(tmp_path, undisturbed):
    pages = {"acme": {"facebook": handles(3)}}
    wanted = undisturbed(pages, {})
    with bench(tmp_path / "disturbed", pages) as at:
        for endpoint in ("start", "run", "items"):
            at.sandbox.arm(Fault("truncate", endpoint=endpoint, actor=FB_COMMENTS))
            at.sandbox.arm(Fault("invalid_json", endpoint=endpoint, actor=FB_POSTS))
            at.sandbox.arm(Fault("null", endpoint=endpoint, actor=FB_PAGES))
        done = at.sync()
        assert (contents(at.db), counted(at.db, done.run_id), at.charges()) == wanted[:3]
