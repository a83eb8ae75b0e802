"""Nothing waits for the slowest page, items are read while they come, and the rate limit holds all the same."""

from __future__ import annotations

from engine_builders import QUICK, TT_COMMENTS, TT_VIDEOS, Ear, bench, handles
from engine_mishaps import slow

from socialsync_cli.core.events import ApifyRunBegan, ApifyRunEnded, ApifyRunProgress


def test_comments_are_asked_for_while_another_page_s_posts_are_still_coming(tmp_path):
    settings = {"apify": {"max_pages_per_run": 1}}
    with bench(tmp_path, {"acme": {"tiktok": ["page000", "page002"]}}, settings=settings) as at:
        slow(at.sandbox, '"page002"', 3.0)
        ear = Ear()
        assert at.sync(ear=ear).exit_code == 0
        told = [(type(event), event.actor) for event in ear.events if isinstance(event, (ApifyRunBegan, ApifyRunEnded))]
        ends = [place for place, one in enumerate(told) if one == (ApifyRunEnded, TT_VIDEOS)]
        assert len(ends) == 2
        assert told.index((ApifyRunBegan, TT_COMMENTS)) < ends[1]
        assert told.index((ApifyRunEnded, TT_COMMENTS)) < ends[1]


def test_items_are_stored_while_the_apify_run_goes_on(tmp_path, monkeypatch):
    # The platform may hold an answer back for less than it is asked to.
    monkeypatch.setattr("socialsync_cli.sandbox.run_endpoints._WAIT_MAX_S", 0.2)
    monkeypatch.setattr("socialsync_cli.execute.drive._READ_EVERY_S", 0.0)
    settings = {"sync": {"comments_per_post": 0, "posts_per_page": 20}}
    behaviour = QUICK.changed({"page_s": 1.2, "interleave": False})
    with bench(tmp_path, {"acme": {"tiktok": handles(3)}}, settings=settings, behaviour=behaviour) as at:
        seen = []
        ear = Ear()
        ear.on(ApifyRunProgress, lambda event: seen.append(at.rows("select count(*) from social_page_post")[0][0]))
        assert at.sync(ear=ear).exit_code == 0
        assert 0 < seen[0] < 60
        assert seen[-1] == 60
        assert [event.items for event in ear.of(ApifyRunProgress)][-1] == 60
        assert at.charges().total() == 60


def test_no_second_sees_more_requests_than_allowed_over_many_threads(tmp_path):
    settings = {"apify": {"requests_per_second": 5, "max_pages_per_run": 1}, "sync": {"comments_per_post": 0}}
    with bench(tmp_path, {"acme": {"tiktok": handles(5)}}, settings=settings) as at:
        done = at.sync(workers=8)
        assert done.exit_code == 0
        assert at.sandbox.state.stats.requests.total() >= 15
        assert at.sandbox.state.stats.max_in_second[at.token] <= 5
        assert 2.0 < done.seconds < 12.0


def test_no_second_sees_more_requests_than_allowed_over_two_processes(tmp_path):
    settings = {"apify": {"requests_per_second": 5, "max_pages_per_run": 1}, "sync": {"comments_per_post": 0}}
    users = {"acme": {"tiktok": handles(3, "a")}, "other": {"tiktok": handles(3, "b")}}
    with bench(tmp_path, users, settings=settings) as at:
        child = at.child("other")
        try:
            assert at.sync("acme").exit_code == 0
            assert child.wait(40) == 0
        finally:
            child.kill()
            child.wait(10)
        assert at.sandbox.state.stats.requests.total() >= 18
        assert at.sandbox.state.stats.max_in_second[at.token] <= 5


def test_a_run_in_portions_leaves_what_a_run_in_one_piece_does_for_the_same_price(tmp_path, monkeypatch):
    pages = {"acme": {"instagram": handles(5), "tiktok": [*handles(4), "nobody"]}, "bee": {"tiktok": handles(3)}}
    tables = ("social_page_post", "social_page_post_comment", "social_page_score", "sync_page_result")
    found = []
    for folder, most in (("whole", 6000), ("portions", 2)):
        monkeypatch.setattr("socialsync_cli.execute.perform.PAGES_AT_ONCE", most)
        (tmp_path / folder).mkdir()
        with bench(tmp_path / folder, pages) as at:
            done = at.sync()
            rows = [at.rows(f"select count(*) from {table}") for table in tables]
            found.append((done.exit_code, at.results(done.run_id), rows, at.charges().total()))
    assert found[0] == found[1]
