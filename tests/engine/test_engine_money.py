"""A ceiling is never passed, whatever goes wrong; and what was paid is written down to the last page."""

from __future__ import annotations

import pytest
from engine_builders import (
    FB_COMMENTS,
    FB_PAGES,
    IG_COMMENTS,
    IG_POSTS,
    IG_PROFILES,
    QUICK,
    TT_COMMENTS,
    TT_VIDEOS,
    Ear,
    bench,
    handles,
)

from socialsync_cli.core.events import ApifyRunBegan, Warned
from socialsync_cli.core.stop import StopSignal
from socialsync_cli.sandbox import Fault

BARE = {"sync": {"comments_per_post": 0, "keep_raw_days": 0}}
ALL = {"acme": {"instagram": handles(4), "facebook": handles(4), "tiktok": handles(4)}}


def admins(done):
    """What admins were told: the types of trouble."""
    return [event.trouble.type for event in done.ear.of(Warned) if event.admin]


def added_up(at, run_id):
    """The costs of a sync, by everyone who tells them."""
    (run,) = at.rows("select cost_usd from sync_run where id = ?", run_id)[0]
    (tasks,) = at.rows("select sum(cost_usd) from sync_task where run_id = ?", run_id)[0]
    pages = "select sum(r.cost_usd) from sync_page_result r join sync_task t on t.id = r.task_id where t.run_id = ?"
    (pages,) = at.rows(pages, run_id)[0]
    return run, tasks, pages


@pytest.mark.parametrize("ceiling", [0.001, 0.02, 0.05, 0.1, 0.17, 0.3, 0.6, 1.1])
def test_no_more_is_charged_than_the_ceiling(tmp_path, ceiling):
    settings = {"sync": {"comments_per_post": 14}, "apify": {"max_pages_per_run": 2}}
    with bench(tmp_path, ALL, settings=settings) as at:
        done = at.sync(max_cost_usd=ceiling)
        assert at.charged_usd() <= ceiling
        assert at.rows("select cost_usd from sync_run") == [(pytest.approx(at.charged_usd()),)]
        if done.exit_code:
            assert set(at.errors(done.run_id).values()) == {"cost_limit"}
            assert admins(done) == ["cost_limit"]


@pytest.mark.parametrize("settle_s", [0.0, 30.0])
def test_no_more_is_charged_than_the_ceiling_when_a_date_makes_results_dearer(tmp_path, settle_s):
    behaviour = QUICK.changed({"settle_s": settle_s})
    with bench(tmp_path, {"acme": {"tiktok": handles(8)}}, settings=BARE, behaviour=behaviour) as at:
        at.sync()
        at.next_day()
        before = at.charged_usd()
        at.sync(max_cost_usd=0.09)
        assert at.charged_usd() - before <= 0.09


@pytest.mark.parametrize("fault", [Fault("end", items=5, count=4), Fault("status", endpoint="items", count=40)])
def test_no_more_is_charged_than_the_ceiling_when_runs_fail_or_cannot_be_read(tmp_path, fault):
    settings = {**BARE, "retry": {"attempts": 3}, "apify": {"max_pages_per_run": 2}}
    with bench(tmp_path, {"acme": {"instagram": handles(10)}}, settings=settings) as at:
        at.sandbox.arm(fault)
        at.sync(max_cost_usd=0.08)
        assert at.charged_usd() <= 0.08


@pytest.mark.parametrize("count", [2, 3, 17, 29])
def test_a_ceiling_that_is_high_enough_changes_nothing(tmp_path, count):
    with bench(tmp_path, {"acme": {"instagram": handles(count)}}, settings=BARE) as at:
        done = at.sync(max_cost_usd=5.0)
        assert done.exit_code == 0
        assert at.started() == {IG_PROFILES: 1, IG_POSTS: 1}
        assert at.rows("select distinct status from apify_run") == [("SUCCEEDED",)]


def test_comments_are_given_up_before_posts_and_posts_before_profiles(tmp_path):
    profiles, posts = 0.00005 + 6 * 0.0023, 0.00005 + 24 * 0.0023
    pages = [*handles(5), "stormy"]
    settings = {"sync": {"comments_per_post": 20}}
    parts = []
    for number, ceiling in enumerate((profiles + 0.001, profiles + posts + 0.001, 5.0)):
        with bench(tmp_path / str(number), {"acme": {"instagram": pages}}, settings=settings) as at:
            done = at.sync(max_cost_usd=ceiling)
            charges = at.charges()
            parts.append({actor for actor, _ in charges})
            assert {(IG_PROFILES, page): 1 for page in pages}.items() <= charges.items()
            assert set(at.results(done.run_id).values()) <= {"ok", "partial"}
    assert parts == [{IG_PROFILES}, {IG_PROFILES, IG_POSTS}, {IG_PROFILES, IG_POSTS, IG_COMMENTS}]


def test_profiles_that_come_inside_posts_are_given_up_last_as_well(tmp_path):
    profiles = 0.00005 + 4 * 0.0023 + 4 * 0.01
    with bench(tmp_path, ALL, settings={"sync": {"comments_per_post": 20}}) as at:
        done = at.sync(max_cost_usd=profiles + 0.02)
        charges = at.charges()
        assert {actor for actor, _ in charges} == {IG_PROFILES, FB_PAGES, TT_VIDEOS}
        assert sorted(count for (actor, _), count in charges.items() if actor == TT_VIDEOS) == [1, 4, 4, 4]
        assert at.rows("select count(display_name) from social_page") == [(12,)]
        assert set(at.results(done.run_id).values()) == {"ok", "partial"}
        assert admins(done) == ["cost_limit"]


def test_what_is_too_little_for_all_is_enough_for_some(tmp_path):
    with bench(tmp_path, {"acme": {"instagram": handles(6)}}, settings=BARE) as at:
        done = at.sync(max_cost_usd=0.0139 + 0.00005 + 8 * 0.0023)
        results = list(at.results(done.run_id).values())
        assert sorted(results) == ["ok", "ok", "partial", "partial", "partial", "partial"]
        assert set(at.errors(done.run_id).values()) == {"cost_limit"}
        assert admins(done) == ["cost_limit"]


def test_a_cap_below_the_actor_s_minimum_is_not_even_tried(tmp_path):
    with bench(tmp_path, {"acme": {"facebook": ["page000", "page001"]}}) as at:
        done = at.sync(max_cost_usd=0.4)
        assert FB_COMMENTS not in at.started()
        assert set(at.errors(done.run_id).values()) == {"cost_limit"}
        assert at.sandbox.state.stats.statuses[400] == 0


def test_shares_that_were_not_used_flow_back(tmp_path):
    settings = {"sync": {"refresh_days": 0, "posts_per_page": 40, "comments_per_post": 0}}
    with bench(
        tmp_path, {"acme": {"instagram": handles(6)}}, settings={**settings, "apify": {"max_pages_per_run": 1}}
    ) as at:
        at.sync()
        at.next_day()
        before = at.charged_usd()
        # Enough to set one page's most aside at a time, and for what all pages really cost.
        done = at.sync(max_cost_usd=0.17)
        assert done.exit_code == 0
        assert at.charged_usd() - before <= 0.17


def test_the_ceiling_of_the_configuration_holds_and_the_request_s_own_goes_first(tmp_path):
    settings = {"sync": {"comments_per_post": 0, "max_cost_usd": 0.001}}
    with bench(tmp_path, {"acme": {"instagram": handles(2)}}, settings=settings) as at:
        assert at.sync().exit_code == 1
        assert at.charged_usd() == 0
        assert at.sync(max_cost_usd=1.0, fresh=True).exit_code == 0


def test_costs_add_up_over_run_tasks_and_pages(tmp_path):
    users = {**ALL, "other": {"instagram": handles(2), "tiktok": handles(5)}}
    with bench(tmp_path, users) as at:
        done = at.sync()
        assert added_up(at, done.run_id) == (pytest.approx(at.charged_usd()),) * 3


def test_costs_add_up_when_runs_fail(tmp_path):
    with bench(tmp_path, ALL) as at:
        at.sandbox.arm(Fault("end", actor=IG_POSTS, items=7), Fault("end", actor=TT_COMMENTS, items=3))
        at.sandbox.arm(Fault("end", actor=TT_VIDEOS, items=6, run_status="TIMED-OUT"))
        done = at.sync()
        assert added_up(at, done.run_id) == (pytest.approx(at.charged_usd()),) * 3


def test_costs_add_up_after_a_sync_was_stopped_and_resumed(tmp_path):
    with bench(tmp_path, {"acme": {"instagram": handles(4)}}, settings=BARE) as at:
        at.sandbox.arm(Fault("stuck", actor=IG_POSTS, items=6))
        stop, ear = StopSignal(), Ear()
        ear.on(ApifyRunBegan, lambda event: event.part == "posts" and stop.set("SIGINT"))
        at.sync(stop=stop, ear=ear)
        done = at.resume("last")
        assert done.exit_code == 0
        assert added_up(at, done.run_id) == (pytest.approx(at.charged_usd()),) * 3


def test_a_resumed_sync_keeps_to_the_ceiling_of_both_together(tmp_path):
    settings = {**BARE, "apify": {"max_pages_per_run": 3}}
    with bench(tmp_path, {"acme": {"instagram": handles(9)}}, settings=settings) as at:
        at.sandbox.arm(Fault("stuck", actor=IG_POSTS, items=6, count=2))
        stop, ear = StopSignal(), Ear()
        ear.on(ApifyRunBegan, lambda event: event.part == "posts" and stop.set("SIGINT"))
        at.sync(stop=stop, ear=ear, max_cost_usd=0.08)
        at.resume("last", max_cost_usd=0.08)
        assert at.charged_usd() <= 0.08


def test_starts_that_never_happened_are_made_up_for_within_the_ceiling_and_only_for_wanted_pages(tmp_path):
    with bench(tmp_path, {"acme": {"instagram": handles(6)}}, settings={**BARE, "retry": {"attempts": 1}}) as at:
        at.sandbox.arm(Fault("reset", endpoint="start", count=None))
        assert at.sync().exit_code == 1
        at.sandbox.state.faults.clear()
        done = at.sync(handles=["page000"], max_cost_usd=0.02)
        assert at.results(done.run_id) == {"acme instagram/page000": "ok"}
        assert at.charges() == {(IG_PROFILES, "page000"): 1, (IG_POSTS, "page000"): 4}
        assert at.charged_usd() <= 0.02
        assert at.rows("select cost_usd from sync_run where id = ?", done.run_id) == [
            (pytest.approx(at.charged_usd()),)
        ]


def test_starts_of_which_nothing_can_be_heard_are_taken_to_have_cost_what_they_may(tmp_path):
    settings = {"apify": {"max_pages_per_run": 1}, "retry": {"attempts": 1}, "sync": {"comments_per_post": 0}}
    with bench(tmp_path, {"acme": {"tiktok": handles(4)}}, settings=settings) as at:
        at.sandbox.arm(Fault("reset_after", endpoint="start", count=None), Fault("status", endpoint="runs", count=None))
        ceiling = 1.1 * 4 * 0.0023
        done = at.sync(workers=1, max_cost_usd=ceiling)
        assert at.started() == {TT_VIDEOS: 1}
        assert at.charged_usd() <= ceiling
        assert set(at.errors(done.run_id).values()) == {"network", "cost_limit"}


def test_the_ceiling_of_a_run_holds_when_it_is_taken_up_again_unless_another_is_asked_for(tmp_path):
    with bench(tmp_path, {"acme": {"instagram": handles(6)}}) as at:
        done = at.sync(max_cost_usd=0.05)
        assert "cost_limit" in at.errors(done.run_id).values()
        again = at.resume(done.run_id)
        assert "cost_limit" in at.errors(again.run_id).values()
        assert at.charged_usd() <= 0.05
        assert at.resume(done.run_id, max_cost_usd=5.0).exit_code == 0
        assert set(at.results(done.run_id).values()) == {"ok"}
