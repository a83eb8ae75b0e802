"""The second sync and those after it: what is asked for again, and that no failure leaves a hole."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from engine_builders import (
    FB_COMMENTS,
    FB_PAGES,
    FB_POSTS,
    IG_COMMENTS,
    IG_POSTS,
    IG_PROFILES,
    NOW,
    TT_COMMENTS,
    TT_VIDEOS,
    bench,
    handles,
)

from socialsync_cli.core.wanted import all_came_inside
from socialsync_cli.sandbox import Fault

CURSOR = {"sync": {"refresh_days": 0, "posts_per_page": 60, "comments_per_post": 0, "keep_raw_days": 0}}
"""Nothing is refreshed: what is asked for goes on where the last sync ended."""
DATES = {
    "instagram": (IG_POSTS, "onlyPostsNewerThan"),
    "facebook": (FB_POSTS, "onlyPostsNewerThan"),
    "tiktok": (TT_VIDEOS, "oldestPostDateUnified"),
}


def dates(at, platform):
    """From when on posts were asked for, sync by sync."""
    actor, field = DATES[platform]
    return [given.get(field) for given in at.inputs(actor)]


def stored(at, platform, handle):
    query = (
        "select o.external_id from social_page_post o join social_page p on p.id = o.page_id "
        "where p.platform = ? and p.handle = ?"
    )
    return {row[0] for row in at.rows(query, platform, handle)}


def read_at(at, handle):
    return at.rows("select posts_read_at from social_page where handle = ?", handle)[0][0]


@pytest.mark.parametrize("platform", ["instagram", "facebook", "tiktok"])
def test_the_first_sync_asks_for_the_latest_posts_and_later_ones_for_those_of_the_window(tmp_path, platform):
    settings = {"sync": {"refresh_days": 3, "comments_per_post": 0}}
    with bench(tmp_path, {"acme": {platform: handles(2)}}, settings=settings) as at:
        at.sync()
        at.next_day()
        at.sync()
        first, second = dates(at, platform)
        assert first is None
        wanted = NOW + timedelta(days=1) - timedelta(days=3)
        found = datetime.fromisoformat(second)
        if platform == "tiktok":
            assert second == wanted.date().isoformat()
        else:
            assert timedelta(0) <= found - wanted < timedelta(seconds=20)


def test_a_page_that_was_not_synced_for_longer_than_the_window_goes_on_where_it_was(tmp_path):
    settings = {"sync": {"refresh_days": 3, "posts_per_page": 60, "comments_per_post": 0}}
    with bench(tmp_path, {"acme": {"instagram": ["page000", "page001"]}}, settings=settings) as at:
        at.sync(handles=["page000"])
        cursor = read_at(at, "page000")
        at.next_day(7)
        at.sync()
        assert sorted(map(str, dates(at, "instagram")[1:])) == sorted(
            [str(cursor.isoformat(timespec="milliseconds").replace("+00:00", "Z")), "None"]
        )
        assert {post.external_id for post in at.sandbox.posts("instagram", "page000", since=cursor)} <= stored(
            at, "instagram", "page000"
        )


def test_full_asks_for_the_latest_posts_whatever_is_known(tmp_path):
    with bench(tmp_path, {"acme": {"instagram": handles(2)}}, settings={"sync": {"comments_per_post": 0}}) as at:
        at.sync()
        at.next_day()
        at.sync(full=True)
        assert dates(at, "instagram") == [None, None]
        assert at.inputs(IG_POSTS)[1]["resultsLimit"] == 4


@pytest.mark.parametrize("status", ["FAILED", "TIMED-OUT", "ABORTED"])
def test_a_sync_whose_posts_fail_leaves_no_hole(tmp_path, status):
    settings = {**CURSOR, "retry": {"attempts": 1}}
    with bench(tmp_path, {"acme": {"instagram": ["page000"]}}, settings=settings) as at:
        at.sync()
        cursor, before = read_at(at, "page000"), stored(at, "instagram", "page000")
        at.next_day(2)
        at.sandbox.arm(Fault("end", actor=IG_POSTS, run_status=status, items=1))
        done = at.sync()
        assert at.results(done.run_id) == {"acme instagram/page000": "partial"}
        assert read_at(at, "page000") == cursor
        at.next_day(2)
        done = at.sync()
        assert at.results(done.run_id) == {"acme instagram/page000": "ok"}
        assert dates(at, "instagram")[1] == dates(at, "instagram")[2]
        fresh = {post.external_id for post in at.sandbox.posts("instagram", "page000", since=NOW)}
        assert len(fresh) > 1
        assert fresh <= stored(at, "instagram", "page000")
        assert before < stored(at, "instagram", "page000")
        assert read_at(at, "page000") > cursor + timedelta(days=3)


def test_a_sync_whose_profiles_fail_still_moves_the_posts_on(tmp_path):
    with bench(tmp_path, {"acme": {"instagram": ["page000"]}}, settings={**CURSOR, "retry": {"attempts": 1}}) as at:
        at.sync()
        at.next_day()
        at.sandbox.arm(Fault("end", actor=IG_PROFILES, run_status="FAILED", items=0))
        done = at.sync()
        assert at.results(done.run_id) == {"acme instagram/page000": "partial"}
        assert at.rows("select followers from social_page_metric where date = '2025-03-11'") == []


@pytest.mark.parametrize(
    ("platform", "actor", "field"),
    [
        ("facebook", FB_COMMENTS, "startUrls"),
        ("tiktok", TT_COMMENTS, "postURLs"),
        ("instagram", IG_COMMENTS, "directUrls"),
    ],
)
def test_later_syncs_ask_for_comments_of_recent_posts_whose_number_has_changed(tmp_path, platform, actor, field):
    # Instagram brings fifteen comments inside a post: the actor is for pages with more of them.
    settings = {"sync": {"refresh_days": 5, "posts_per_page": 12, "comments_per_post": 20}}
    pages = [*handles(3), "stormy"]
    with bench(tmp_path, {"acme": {platform: pages}}, settings=settings) as at:
        at.sync()
        before = {post.external_id: post for page in pages for post in at.sandbox.posts(platform, page, limit=12)}
        at.next_day()
        at.sync()
        since = at.clock() - timedelta(days=5)
        wanted = {
            post.comment_url
            for page in pages
            for post in at.sandbox.posts(platform, page, limit=12, since=since)
            if post.comments
            and (post.external_id not in before or before[post.external_id].comments != post.comments)
            and not all_came_inside(post, 20, 0)
        }
        assert wanted
        second = at.inputs(actor)[-1]
        assert {url["url"] if isinstance(url, dict) else url for url in second[field]} == wanted


def test_nothing_is_asked_for_comments_that_have_not_changed(tmp_path):
    with bench(tmp_path, {"acme": {"facebook": handles(3)}}) as at:
        at.sync()
        assert at.started()[FB_COMMENTS] == 1
        assert at.sync().exit_code == 0
        assert at.started() == {FB_PAGES: 2, FB_POSTS: 2, FB_COMMENTS: 1}


def test_comments_that_failed_are_asked_for_again_the_next_time(tmp_path):
    with bench(tmp_path, {"acme": {"facebook": handles(2)}}, settings={"retry": {"attempts": 1}}) as at:
        at.sandbox.arm(Fault("end", actor=FB_COMMENTS, run_status="FAILED", items=0))
        done = at.sync()
        assert "partial" in at.results(done.run_id).values()
        at.clock.advance(hours=7)  # nothing of the failed sync is taken over any more
        done = at.sync()
        assert set(at.results(done.run_id).values()) == {"ok"}
        first, second = ({url["url"] for url in given["startUrls"]} for given in at.inputs(FB_COMMENTS))
        assert first <= second
