"""One user's bad token or quota, one actor that is refused: everybody else's pages are none the worse."""

from __future__ import annotations

import json

from engine_builders import FB_PAGES, FB_POSTS, IG_POSTS, IG_PROFILES, TT_VIDEOS, bench, handles

from socialsync_cli.core.events import Warned
from socialsync_cli.sandbox import Customer, Fault

BARE = {"sync": {"comments_per_post": 0, "keep_raw_days": 0}}


def admins(done):
    return [event.trouble.type for event in done.ear.of(Warned) if event.admin]


def test_a_refused_token_fails_the_tasks_of_its_user_alone(tmp_path):
    users = {name: {"instagram": handles(2), "tiktok": handles(2)} for name in ("acme", "other")}
    with bench(tmp_path, users, settings=BARE, tokens={"other": "apify-not-known-here"}) as at:
        done = at.sync()
        assert done.exit_code == 3
        assert at.tasks(done.run_id) == {
            "acme instagram": ("SUCCESS", None), "acme tiktok": ("SUCCESS", None),
            "other instagram": ("FAILURE", "invalid_token"), "other tiktok": ("FAILURE", "invalid_token"),
        }  # fmt: skip
        assert admins(done) == ["invalid_token"]
        told = at.rows("select error from sync_task where error is not null")
        assert "apify-not-known-here" not in json.dumps(told) + repr(done.ear.events)


def test_a_token_that_is_missing_fails_the_tasks_of_its_user_alone(tmp_path):
    users = {name: {"tiktok": handles(2)} for name in ("acme", "other")}
    with bench(tmp_path, users, settings=BARE, tokens={"other": ""}) as at:
        done = at.sync()
        assert at.tasks(done.run_id) == {
            "acme tiktok": ("SUCCESS", None), "other tiktok": ("FAILURE", "invalid_token"),
        }  # fmt: skip
        assert admins(done) == ["invalid_token"]
        assert {run.customer.token for run in at.sandbox.state.runs} == {at.token}


def test_an_exhausted_quota_fails_the_tasks_of_its_user_alone(tmp_path):
    users = {name: {"instagram": handles(3), "tiktok": handles(3)} for name in ("acme", "other")}
    poor = Customer("sandbox-poor", limit_usd=5.0, used_usd=5.0)
    with bench(tmp_path, users, settings=BARE, tokens={"other": poor.token}, customers=[poor]) as at:
        done = at.sync()
        assert {name: task for name, task in at.tasks(done.run_id).items() if name.startswith("other")} == {
            "other instagram": ("FAILURE", "quota_exceeded"), "other tiktok": ("FAILURE", "quota_exceeded"),
        }  # fmt: skip
        assert at.results(done.run_id)["acme instagram/page000"] == "ok"
        assert admins(done) == ["quota_exceeded"]


def test_a_quota_that_runs_out_in_the_middle_keeps_what_came_and_is_told_as_such(tmp_path):
    poor = Customer("sandbox-poor", limit_usd=5.0, used_usd=4.97)
    with bench(
        tmp_path, {"acme": {"tiktok": handles(4)}}, settings=BARE, tokens={"acme": poor.token}, customers=[poor]
    ) as at:
        done = at.sync()
        results = sorted(at.results(done.run_id).values())
        assert at.tasks(done.run_id) == {"acme tiktok": ("FAILURE", "quota_exceeded")}
        assert set(at.errors(done.run_id).values()) == {"quota_exceeded"}
        assert results[0] == "failed"
        assert at.charged_usd() <= 0.03
        (stored,) = at.rows("select count(*) from social_page_post")[0]
        assert stored == at.charges().total() > 0
        assert admins(done) == ["quota_exceeded"]


def test_an_actor_that_one_account_may_not_run_costs_only_what_it_would_have_brought(tmp_path):
    users = {name: {"instagram": handles(2), "facebook": handles(2)} for name in ("acme", "other")}
    meek = Customer("sandbox-meek", refused_actors=frozenset({IG_POSTS}))
    with bench(tmp_path, users, settings=BARE, tokens={"other": meek.token}, customers=[meek]) as at:
        done = at.sync()
        assert at.tasks(done.run_id) == {
            "acme instagram": ("SUCCESS", None), "acme facebook": ("SUCCESS", None),
            "other facebook": ("SUCCESS", None), "other instagram": ("FAILURE", "apify_error"),
        }  # fmt: skip
        assert at.results(done.run_id)["other instagram/page000"] == "partial"
        assert admins(done) == ["apify_error"]


def test_a_broken_actor_fails_its_own_pages_alone(tmp_path):
    users = {"acme": {"instagram": handles(6), "facebook": handles(6), "tiktok": handles(6)}}
    with bench(tmp_path, users, settings=BARE) as at:
        at.sandbox.arm(Fault("end", actor=TT_VIDEOS, items=0, count=None))
        at.sandbox.arm(Fault("silent", actor=FB_PAGES, targets=tuple(handles(6)), count=None))
        at.sandbox.arm(Fault("silent", actor=FB_POSTS, targets=tuple(handles(6)), count=None))
        done = at.sync()
        assert at.tasks(done.run_id) == {
            "acme instagram": ("SUCCESS", None), "acme facebook": ("FAILURE", "actor_failed"),
            "acme tiktok": ("FAILURE", "actor_failed"),
        }  # fmt: skip
        assert at.started()[IG_PROFILES] == 1


def test_no_database_holds_a_token(tmp_path):
    users = {"acme": {"tiktok": handles(2)}, "other": {"tiktok": handles(1)}}
    with bench(
        tmp_path, users, tokens={"other": "apify-not-known-here"}, settings={"sync": {"keep_raw_days": 3}}
    ) as at:
        at.sync()
        for path in at.folder.rglob("*"):
            if path.is_file():
                held = path.read_bytes()
                assert at.token.encode() not in held
                assert b"apify-not-known-here" not in held
