"""Apify runs that fail, hang, fall silent or store nonsense: what came counts, the rest is asked for again."""

from __future__ import annotations

from collections import Counter

import pytest
from engine_builders import (
    FB_COMMENTS,
    FB_PAGES,
    FB_POSTS,
    IG_POSTS,
    IG_PROFILES,
    TT_COMMENTS,
    TT_VIDEOS,
    bench,
    handles,
)
from engine_left import contents, counted
from engine_mishaps import doctor, poison

from socialsync_cli.core.events import PagesDone, TaskEnded, Warned
from socialsync_cli.sandbox import Fault

BARE = {"sync": {"comments_per_post": 0, "keep_raw_days": 0}}


def asked(at, actor, field):
    return [sorted(given[field]) for given in at.inputs(actor)]


def named(*results):
    """Results of pages of acme on Instagram, by number."""
    return {f"acme instagram/page{number:03}": result for number, result in enumerate(results)}


@pytest.fixture
def undisturbed(tmp_path):
    """The rows and results of a sync that goes well."""

    def found(users, settings):
        with bench(tmp_path / "undisturbed", users, settings=settings) as at:
            done = at.sync()
            assert done.exit_code == 0
            return contents(at.db), counted(at.db, done.run_id)

    return found


@pytest.mark.parametrize(
    ("status", "items"), [("FAILED", 0), ("FAILED", 13), ("TIMED-OUT", 7), ("ABORTED", 21), ("ABORTED", 1)]
)
def test_pages_that_a_run_did_not_get_to_are_asked_for_again(tmp_path, undisturbed, status, items):
    users = {"acme": {"instagram": handles(6)}}
    wanted = undisturbed(users, BARE)
    with bench(tmp_path / "disturbed", users, settings=BARE) as at:
        at.sandbox.arm(Fault("end", actor=IG_POSTS, run_status=status, items=items))
        at.sandbox.arm(Fault("end", actor=IG_PROFILES, run_status=status, items=items // 5))
        done = at.sync()
        assert (contents(at.db), counted(at.db, done.run_id)) == wanted
        assert done.exit_code == 0
        profiles = {target: count for (actor, target), count in at.charges().items() if actor == IG_PROFILES}
        assert profiles == dict.fromkeys(handles(6), 1)
        assert at.rows("select attempts from sync_task")[0][0] >= 2
        statuses = at.rows("select status, count(*) from apify_run group by 1 having status != 'SUCCEEDED'")
        assert statuses == [(status, 2)]
        assert at.rows("select sum(cost_usd) from apify_run") == [(pytest.approx(at.charged_usd()),)]


def test_pages_that_a_run_has_surely_finished_are_not_asked_for_again(tmp_path):
    with bench(tmp_path, {"acme": {"facebook": handles(8)}}, settings=BARE) as at:
        at.sandbox.behave(interleave=False)
        at.sandbox.arm(Fault("end", actor=FB_POSTS, run_status="FAILED", items=18))
        assert at.sync().exit_code == 0
        found = {target: count for (actor, target), count in at.charges().items() if actor == FB_POSTS}
        assert found == dict.fromkeys(handles(8), 4) | {"page004": 6}


@pytest.mark.parametrize(("platform", "actor"), [("facebook", FB_COMMENTS), ("tiktok", TT_COMMENTS)])
@pytest.mark.parametrize("items", [0, 1, 7])
def test_comments_that_a_run_did_not_get_to_are_asked_for_again_and_counted_once(
    tmp_path, undisturbed, platform, actor, items
):
    users = {"acme": {platform: handles(3)}}
    wanted = undisturbed(users, {})
    with bench(tmp_path / "disturbed", users) as at:
        at.sandbox.arm(Fault("end", actor=actor, run_status="FAILED", items=items))
        done = at.sync()
        assert (contents(at.db), counted(at.db, done.run_id)) == wanted


@pytest.mark.parametrize(
    ("status", "error"), [("FAILED", "actor_failed"), ("TIMED-OUT", "actor_timed_out"), ("ABORTED", "actor_failed")]
)
def test_an_actor_that_always_fails_is_given_up_after_some_tries(tmp_path, status, error):
    with bench(tmp_path, {"acme": {"tiktok": handles(9)}}, settings=BARE) as at:
        at.sandbox.arm(Fault("end", actor=TT_VIDEOS, run_status=status, items=0, count=None))
        done = at.sync()
        assert set(at.results(done.run_id).values()) == {"failed"}
        assert at.tasks(done.run_id) == {"acme tiktok": ("FAILURE", error)}
        assert at.started()[TT_VIDEOS] <= 14
        assert at.rows("select count(*) from social_page_metric") == [(0,)]


def test_a_page_that_breaks_every_run_fails_alone(tmp_path):
    with bench(tmp_path, {"acme": {"instagram": handles(12)}}, settings=BARE) as at:
        poison(at.sandbox, '"page007"', actor=IG_POSTS)
        done = at.sync()
        wanted = named(*["ok"] * 12) | {"acme instagram/page007": "partial"}
        assert at.results(done.run_id) == wanted
        assert at.errors(done.run_id) == {"acme instagram/page007": "actor_failed"}
        assert asked(at, IG_POSTS, "username")[-1] == ["page007"]
        assert at.started()[IG_POSTS] <= 14
        assert {target for (actor, target) in at.charges() if actor == IG_POSTS} == set(handles(12)) - {"page007"}


def test_a_page_that_breaks_every_run_after_some_items_fails_alone(tmp_path):
    with bench(tmp_path, {"acme": {"tiktok": handles(12)}}, settings=BARE) as at:
        poison(at.sandbox, '"page003"', items=2)
        done = at.sync()
        found = Counter(at.results(done.run_id).values())
        assert found["ok"] == 11
        assert at.errors(done.run_id) == {"acme tiktok/page003": "actor_failed"}


def test_a_post_whose_comments_break_every_run_makes_its_page_partial(tmp_path):
    with bench(tmp_path, {"acme": {"tiktok": ["page000", "page002"]}}) as at:
        (post, *_) = [p for p in at.sandbox.posts("tiktok", "page002", limit=4) if p.comments]
        poison(at.sandbox, post.comment_url, actor=TT_COMMENTS)
        done = at.sync()
        assert at.results(done.run_id) == {"acme tiktok/page000": "ok", "acme tiktok/page002": "partial"}
        read = at.rows("select comments_read from social_page_post where external_id = ?", post.external_id)
        assert read == [(None,)]


def test_a_run_that_hangs_ends_with_its_time_limit(tmp_path, undisturbed):
    users = {"acme": {"tiktok": handles(3)}}
    wanted = undisturbed(users, BARE)
    with bench(tmp_path / "disturbed", users, settings={**BARE, "apify": {"run_timeout_seconds": 1}}) as at:
        at.sandbox.arm(Fault("stuck", items=5))
        done = at.sync()
        assert (contents(at.db), counted(at.db, done.run_id)) == wanted
        assert done.seconds < 10


def test_a_silent_page_is_asked_for_once_more_with_the_other_silent_ones(tmp_path):
    with bench(tmp_path, {"acme": {"facebook": handles(6)}}, settings=BARE) as at:
        at.sandbox.arm(Fault("silent", actor=FB_PAGES, targets=("page001", "page004")))
        done = at.sync()
        assert set(at.results(done.run_id).values()) == {"ok"}
        names = [
            [one["url"].rstrip("/").rpartition("/")[2] for one in given["startUrls"]] for given in at.inputs(FB_PAGES)
        ]
        assert [sorted(some) for some in names] == [handles(6), ["page001", "page004"]]


def test_a_page_that_stays_silent_is_not_found_with_a_warning_and_keeps_what_is_stored(tmp_path):
    with bench(tmp_path, {"acme": {"instagram": handles(6)}}, settings=BARE) as at:
        at.sync()
        before = at.rows("select followers, display_name from social_page where handle = 'page002'")
        at.next_day()
        at.sandbox.arm(Fault("silent", targets=("page002",), count=None))
        done = at.sync()
        assert at.results(done.run_id) == named(*["ok"] * 6) | {"acme instagram/page002": "not_found"}
        assert at.tasks(done.run_id) == {"acme instagram": ("SUCCESS", None)}
        assert "page002" in str(at.rows("select warnings from sync_task where run_id = ?", done.run_id))
        after = at.rows("select followers, display_name, status from social_page where handle = 'page002'")
        assert after == [(*before[0], "not_found")]
        days = "select count(*) from social_page_metric m join social_page p on p.id = m.page_id where handle = ?"
        assert at.rows(days, "page002") == [(1,)]


@pytest.mark.parametrize("kind", ["silent", "blocked"])
@pytest.mark.parametrize(
    ("platform", "actor"), [("instagram", IG_PROFILES), ("facebook", FB_PAGES), ("tiktok", TT_VIDEOS)]
)
def test_an_actor_that_answers_for_nobody_is_broken_and_nothing_is_overwritten(tmp_path, kind, platform, actor):
    with bench(tmp_path, {"acme": {platform: handles(5)}}, settings=BARE) as at:
        at.sync()
        columns = "handle, status, followers, posts_count, display_name, last_synced_at"
        before = at.rows(f"select {columns} from social_page order by handle")
        at.next_day()
        at.sandbox.arm(Fault(kind, targets=tuple(handles(5)), count=None))
        done = at.sync()
        assert at.tasks(done.run_id) == {f"acme {platform}": ("FAILURE", "actor_failed")}
        assert set(at.results(done.run_id).values()) == {"failed"}
        assert at.rows(f"select {columns} from social_page order by handle") == before
        assert at.rows("select count(*) from social_page_metric where date > '2025-03-10'") == [(0,)]


def test_four_silent_pages_are_not_found(tmp_path):
    with bench(tmp_path, {"acme": {"facebook": handles(4)}}, settings=BARE) as at:
        at.sandbox.arm(Fault("silent", targets=tuple(handles(4)), count=None))
        done = at.sync()
        assert set(at.results(done.run_id).values()) == {"not_found"}
        assert at.started() == {FB_PAGES: 2, FB_POSTS: 2}


def test_a_blocked_page_among_good_ones_is_tried_again_and_then_failed(tmp_path):
    with bench(tmp_path, {"acme": {"instagram": [*handles(6), "blocked"]}}, settings=BARE) as at:
        done = at.sync()
        assert at.results(done.run_id) == named(*["ok"] * 6) | {"acme instagram/blocked": "failed"}
        assert at.errors(done.run_id) == {"acme instagram/blocked": "actor_failed"}
        assert asked(at, IG_PROFILES, "usernames") == [sorted([*handles(6), "blocked"]), ["blocked"], ["blocked"]]


def test_posts_that_cannot_be_missing_are_asked_for_once_more(tmp_path):
    with bench(tmp_path, {"acme": {"instagram": handles(6)}}, settings=BARE) as at:
        at.sandbox.arm(Fault("silent", actor=IG_POSTS, targets=("page003",), count=None))
        done = at.sync()
        assert at.results(done.run_id) == named(*["ok"] * 6) | {"acme instagram/page003": "partial"}
        assert at.errors(done.run_id) == {"acme instagram/page003": "actor_failed"}
        assert asked(at, IG_POSTS, "username")[1:] in ([["page003"]], [["page003"]] * 2)
        assert at.rows("select posts_read_at from social_page where handle = 'page003'") == [(None,)]


@pytest.mark.parametrize("kind", ["garbage", "duplicates", "together", "mixed"])
@pytest.mark.parametrize("platform", ["instagram", "facebook", "tiktok"])
def test_garbage_and_disorder_among_good_items_change_nothing(tmp_path, undisturbed, kind, platform):
    users = {"acme": {platform: handles(3)}}
    wanted = undisturbed(users, {})
    with bench(tmp_path / "disturbed", users) as at:
        at.sandbox.arm(Fault(kind, count=None))
        done = at.sync()
        assert (contents(at.db), counted(at.db, done.run_id)) == wanted
        assert done.exit_code == 0


def test_an_item_that_came_broken_is_read_again(tmp_path, undisturbed):
    users = {"acme": {"facebook": handles(3)}}
    wanted = undisturbed(users, {})
    with bench(tmp_path / "disturbed", users) as at:
        for actor in (FB_PAGES, FB_POSTS, FB_COMMENTS):
            at.sandbox.arm(Fault("wrong_types", endpoint="items", actor=actor))
        done = at.sync()
        assert (contents(at.db), counted(at.db, done.run_id)) == wanted
        assert at.started() == {FB_PAGES: 1, FB_POSTS: 1, FB_COMMENTS: 1}


def test_a_page_whose_profile_is_nonsense_fails_alone(tmp_path):
    def nonsense(item, _place):
        return {"inputUrl": item["inputUrl"], "id": [1]} if item.get("username") == "page001" else item

    with bench(tmp_path, {"acme": {"instagram": handles(4)}}, settings=BARE) as at:
        doctor(at.sandbox, IG_PROFILES, nonsense)
        done = at.sync()
        assert at.results(done.run_id) == named("ok", "partial", "ok", "ok")
        assert at.errors(done.run_id) == {"acme instagram/page001": "bad_data"}
        assert "page001" in "".join(event.message for event in done.ear.of(Warned))
        assert asked(at, IG_PROFILES, "usernames") == [handles(4), ["page001"]]


@pytest.mark.parametrize("messages", [["Request blocked, retrying it again with different session"], None])
def test_comments_that_are_blocked_or_nonsense_make_their_page_partial_and_are_asked_for_another_time(
    tmp_path, messages
):
    def spoiled(item, _place):
        if messages is None:
            return {"inputUrl": item["inputUrl"], "facebookUrl": item["inputUrl"], "commentUrl": 7, "text": ["x"]}
        return {
            "url": item["inputUrl"], "inputUrl": item["inputUrl"], "error": "no_items",
            "errorDescription": "Empty or private data for provided input", "requestErrorMessages": messages,
        }  # fmt: skip

    with bench(tmp_path, {"acme": {"facebook": handles(3)}}) as at:
        doctor(at.sandbox, FB_COMMENTS, spoiled)
        done = at.sync()
        commented = {
            f"acme facebook/{page}": any(post.comments for post in at.sandbox.posts("facebook", page, limit=4))
            for page in handles(3)
        }
        assert at.results(done.run_id) == {page: "partial" if some else "ok" for page, some in commented.items()}
        assert at.tasks(done.run_id)["acme facebook"][0] == "FAILURE"
        assert at.rows("select count(*) from social_page_post where comments > 0 and comments_read is not null") == [
            (0,)
        ]
        assert done.seconds < 15


def test_every_task_is_told_to_have_ended_once(tmp_path):
    users = {name: {"instagram": handles(4), "facebook": handles(3)} for name in ("acme", "other")}
    with bench(tmp_path, users, settings={"apify": {"max_pages_per_run": 1}}) as at:
        done = at.sync()
        states = dict(at.rows("select id, status from sync_task"))
        assert sorted((event.task_id, event.status) for event in done.ear.of(TaskEnded)) == sorted(states.items())
        pages = Counter()
        for event in done.ear.of(PagesDone):
            pages[event.task_id] += sum(event.results.values())
        assert sorted(pages.values()) == [3, 3, 4, 4]
