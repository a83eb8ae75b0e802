"""How pages are packed: one Apify run serves many, nobody's page is fetched twice, and limits hold."""

from __future__ import annotations

from collections import Counter

import pytest
from engine_builders import (
    FB_COMMENTS,
    FB_PAGES,
    FB_POSTS,
    IG_POSTS,
    IG_PROFILES,
    QUICK,
    TT_COMMENTS,
    TT_VIDEOS,
    at_once,
    bench,
    handles,
)

NO_COMMENTS = {"sync": {"comments_per_post": 0, "posts_per_page": 2, "keep_raw_days": 0}}


def sizes(bench, actor, field):
    return sorted((len(given[field]) for given in bench.inputs(actor)), reverse=True)


def most_at_once(runs):
    """How many of the runs went on at the same time, at the most."""
    return max(sum(other.created <= run.created < other.ends_at for other in runs) for run in runs)


@pytest.mark.parametrize(
    ("platform", "count", "started", "requests"),
    [
        ("instagram", 50, {IG_PROFILES: 2, IG_POSTS: 2}, 13),
        ("facebook", 50, {FB_PAGES: 2, FB_POSTS: 2}, 13),
        ("tiktok", 50, {TT_VIDEOS: 2}, 7),
        ("instagram", 120, {IG_PROFILES: 2, IG_POSTS: 6}, 25),
        ("facebook", 120, {FB_PAGES: 2, FB_POSTS: 6}, 25),
        ("tiktok", 120, {TT_VIDEOS: 6}, 19),
    ],
)
def test_a_few_apify_runs_serve_all_pages_with_three_requests_each(tmp_path, platform, count, started, requests):
    # And one for the account's plan: prices depend on it.
    with bench(tmp_path, {"acme": {platform: handles(count)}}, settings=NO_COMMENTS) as at:
        done = at.sync()
        assert at.started() == Counter(started)
        assert at.sandbox.state.stats.requests.total() == requests
        assert Counter(at.results(done.run_id).values()) == {"ok": count}
        assert at.rows("select apify_runs, apify_requests from sync_run") == [(sum(started.values()), requests)]


def test_comments_of_fifty_pages_take_a_few_more_runs(tmp_path):
    with bench(tmp_path, {"acme": {"tiktok": handles(50)}}) as at:
        assert at.sync().exit_code == 0
        assert at.started()[TT_VIDEOS] == 2
        assert 1 <= at.started()[TT_COMMENTS] <= 6
        asked = [url for given in at.inputs(TT_COMMENTS) for url in given["postURLs"]]
        assert len(asked) == len(set(asked))


def test_an_apify_run_serves_no_more_pages_than_allowed_and_runs_are_evenly_filled(tmp_path):
    settings = {**NO_COMMENTS, "apify": {"max_pages_per_run": 7}}
    with bench(tmp_path, {"acme": {"instagram": handles(31)}}, settings=settings) as at:
        assert at.sync().exit_code == 0
        assert sizes(at, IG_POSTS, "username") == [7, 6, 6, 6, 6]
        assert sizes(at, IG_PROFILES, "usernames") == [7, 6, 6, 6, 6]


def test_posts_whose_comments_are_wanted_of_no_more_pages_than_allowed_share_an_apify_run(tmp_path):
    with bench(tmp_path, {"acme": {"facebook": handles(6)}}, settings={"apify": {"max_pages_per_run": 2}}) as at:
        assert at.sync().exit_code == 0
        pages = at.rows("select pages from apify_run where actor = ?", FB_COMMENTS)
        assert max(pages) <= (2,)


def test_no_more_apify_runs_than_allowed_go_on_at_once_over_two_syncs_that_share_a_token(tmp_path):
    users = {"acme": {"instagram": handles(6, "a")}, "other": {"instagram": handles(6, "b")}}
    settings = {**NO_COMMENTS, "apify": {"max_pages_per_run": 3, "max_concurrent_runs": 2}}
    with bench(tmp_path, users, settings=settings, behaviour=QUICK.changed({"page_s": 0.05})) as at:
        done = at_once(lambda: at.sync("acme"), lambda: at.sync("other"))
        assert [one.exit_code for one in done] == [0, 0]
        assert at.started() == {IG_PROFILES: 4, IG_POSTS: 4}
        assert most_at_once(at.sandbox.state.runs) <= 2


def test_as_many_apify_runs_as_allowed_do_go_on_at_once(tmp_path):
    settings = {**NO_COMMENTS, "apify": {"max_pages_per_run": 1, "max_concurrent_runs": 3}}
    behaviour = QUICK.changed({"page_s": 0.3})
    with bench(tmp_path, {"acme": {"tiktok": handles(6)}}, settings=settings, behaviour=behaviour) as at:
        assert at.sync().exit_code == 0
        assert most_at_once(at.sandbox.state.runs) == 3


def test_a_page_that_several_users_of_one_token_want_is_fetched_once(tmp_path):
    users = {name: {"instagram": handles(3), "tiktok": handles(2)} for name in ("acme", "other", "third")}
    with bench(tmp_path, users, settings=NO_COMMENTS) as at:
        done = at.sync()
        assert set(at.results(done.run_id).values()) == {"ok"}
        assert len(at.results(done.run_id)) == 15
        expected = {(IG_PROFILES, page): 1 for page in handles(3)} | {(IG_POSTS, page): 2 for page in handles(3)}
        assert at.charges() == expected | {(TT_VIDEOS, page): 2 for page in handles(2)}
        shares = at.rows(
            "select count(distinct round(cast(cost_usd as numeric), 9)), sum(cost_usd) from sync_task group by platform"
        )
        assert [count for count, _ in shares] == [1, 1]
        assert sum(usd for _, usd in shares) == pytest.approx(at.charged_usd())


def test_a_page_that_users_of_two_tokens_want_is_fetched_once_for_each(tmp_path):
    users = {name: {"instagram": handles(2)} for name in ("acme", "other")}
    with bench(tmp_path, users, settings=NO_COMMENTS, tokens={"other": "sandbox-their-own"}) as at:
        done = at.sync()
        assert set(at.results(done.run_id).values()) == {"ok"}
        assert at.started() == {IG_PROFILES: 2, IG_POSTS: 2}
        assert Counter(run.customer.token for run in at.sandbox.state.runs) == {at.token: 2, "sandbox-their-own": 2}
        assert at.rows("select count(*) from social_page") == [(2,)]


def test_tiktok_needs_no_run_of_its_own_for_profiles(tmp_path):
    with bench(tmp_path, {"acme": {"tiktok": handles(3)}}, settings=NO_COMMENTS) as at:
        assert at.sync().exit_code == 0
        assert at.started() == {TT_VIDEOS: 1}
        wanted = [(page, at.sandbox.profile("tiktok", page).followers) for page in handles(3)]
        assert at.rows("select handle, followers from social_page order by handle") == wanted


def test_only_the_platforms_and_pages_that_are_asked_for_are_fetched(tmp_path):
    users = {"acme": {"instagram": handles(3), "facebook": handles(2)}, "other": {"instagram": handles(2)}}
    with bench(tmp_path, users, settings=NO_COMMENTS) as at:
        done = at.sync("acme", platforms=["instagram"], handles=["page001"])
        assert at.results(done.run_id) == {"acme instagram/page001": "ok"}
        assert at.charges() == {(IG_PROFILES, "page001"): 1, (IG_POSTS, "page001"): 2}


def test_without_posts_only_profiles_are_fetched(tmp_path):
    with bench(tmp_path, {"acme": {"instagram": handles(3), "facebook": handles(2)}}) as at:
        done = at.sync(posts=0)
        assert set(at.results(done.run_id).values()) == {"ok"}
        assert at.started() == {IG_PROFILES: 1, FB_PAGES: 1}


@pytest.mark.parametrize("gap", [1, 5, 20])
def test_the_estimate_reckons_with_what_was_posted_since_the_last_sync(tmp_path, gap):
    settings = {"sync": {"posts_per_page": 60, "comments_per_post": 0, "refresh_days": 14}}
    with bench(tmp_path, {"acme": {"facebook": handles(20)}}, settings=settings) as at:
        at.sync()
        before = at.charged_usd()
        at.next_day(gap)
        estimate = at.plan().estimated_cost_usd
        at.sync()
        assert estimate == pytest.approx(at.charged_usd() - before, rel=0.1)
