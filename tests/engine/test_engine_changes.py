"""Pages that change over the days: another account under the name, renamed, private, gone, and back again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from engine_builders import NOW, bench

BARE = {"sync": {"comments_per_post": 0, "posts_per_page": 6, "keep_raw_days": 0}}
CHANGES = NOW + timedelta(hours=12)


def days(at, handle):
    """The counters of a page, day by day."""
    query = (
        "select m.date, m.followers from social_page_metric m join social_page p on p.id = m.page_id "
        "where p.handle = ? order by m.date"
    )
    return at.rows(query, handle)


def posts(at, handle):
    query = "select o.external_id from social_page_post o join social_page p on p.id = o.page_id where p.handle = ?"
    return {row[0] for row in at.rows(query, handle)}


@pytest.fixture
def two_days(tmp_path):
    """Sync some pages of a platform before and after they change."""

    def synced(at):
        first = at.sync()
        before = {handle: (days(at, handle), posts(at, handle)) for handle in next(iter(at.users["acme"].values()))}
        at.next_day()
        second = at.sync()
        return first, before, second

    return synced


@pytest.mark.parametrize("platform", ["instagram", "facebook", "tiktok"])
def test_a_name_that_belongs_to_another_account_begins_anew_and_the_past_is_kept_apart(tmp_path, two_days, platform):
    with bench(tmp_path, {"acme": {platform: ["takeover", "page001"]}}, settings=BARE, changes_at=CHANGES) as at:
        old = at.sandbox.profile(platform, "takeover")
        _, before, second = two_days(at)
        new = at.sandbox.profile(platform, "takeover")
        assert old.external_id != new.external_id
        assert at.results(second.run_id) == {f"acme {platform}/takeover": "ok", f"acme {platform}/page001": "ok"}
        aside = f"takeover~{old.external_id}"
        pages = at.rows("select handle, external_id from social_page order by handle")
        assert pages == [
            ("page001", at.sandbox.profile(platform, "page001").external_id),
            ("takeover", new.external_id), (aside, old.external_id),
        ]  # fmt: skip
        assert (days(at, aside), posts(at, aside)) == before["takeover"]
        assert days(at, "takeover") == [(date(2025, 3, 11), new.followers)]
        since = at.clock() - timedelta(days=14)
        wanted = {post.external_id for post in at.sandbox.posts(platform, "takeover", limit=4, since=since)}
        assert wanted <= posts(at, "takeover")
        assert not posts(at, "takeover") & before["takeover"][1]
        growth = "select count(*) from social_page_growth g join social_page p on p.id = g.page_id where p.handle = ?"
        assert at.rows(growth + " and g.date = '2025-03-11'", aside) == [(0,)]
        owners = at.rows("select handle from user_page u join social_page p on p.id = u.page_id order by 1")
        assert owners == [("page001",), ("takeover",)]


@pytest.mark.parametrize("platform", ["instagram", "facebook", "tiktok"])
def test_a_renamed_page_goes_on_under_the_handle_that_is_asked_for(tmp_path, two_days, platform):
    with bench(tmp_path, {"acme": {platform: ["renames"]}}, settings=BARE, changes_at=CHANGES) as at:
        _, before, second = two_days(at)
        assert at.results(second.run_id) == {f"acme {platform}/renames": "ok"}
        assert at.rows("select handle, username from social_page") == [("renames", "renames.now")]
        assert len(days(at, "renames")) == 2
        assert before["renames"][1] <= posts(at, "renames")


@pytest.mark.parametrize("platform", ["instagram", "tiktok"])
def test_a_page_that_turns_private_keeps_what_is_known(tmp_path, two_days, platform):
    with bench(tmp_path, {"acme": {platform: ["goesprivate"]}}, settings=BARE, changes_at=CHANGES) as at:
        first, before, second = two_days(at)
        assert list(at.results(first.run_id).values()) == ["ok"]
        assert at.results(second.run_id) == {f"acme {platform}/goesprivate": "private"}
        assert at.tasks(second.run_id) == {f"acme {platform}": ("SUCCESS", None)}
        assert at.rows("select status from social_page") == [("private",)]
        assert posts(at, "goesprivate") == before["goesprivate"][1]
        assert days(at, "goesprivate")[0] == before["goesprivate"][0][0]


@pytest.mark.parametrize("platform", ["instagram", "facebook", "tiktok"])
def test_a_page_that_is_gone_keeps_what_is_known(tmp_path, two_days, platform):
    with bench(tmp_path, {"acme": {platform: ["vanishes"]}}, settings=BARE, changes_at=CHANGES) as at:
        _, before, second = two_days(at)
        columns = "followers, display_name, external_id"
        known = at.rows(f"select {columns} from social_page")
        assert at.results(second.run_id) == {f"acme {platform}/vanishes": "not_found"}
        assert at.tasks(second.run_id) == {f"acme {platform}": ("SUCCESS", None)}
        assert at.rows("select status from social_page") == [("not_found",)]
        assert (days(at, "vanishes"), posts(at, "vanishes")) == before["vanishes"]
        assert None not in known[0]


@pytest.mark.parametrize("platform", ["instagram", "facebook", "tiktok"])
def test_a_page_that_moved_leaves_its_name_and_is_new_under_the_other(tmp_path, two_days, platform):
    pages = ["movesaway", "movesaway.now"]
    with bench(tmp_path, {"acme": {platform: pages}}, settings=BARE, changes_at=CHANGES) as at:
        first, before, second = two_days(at)
        assert at.results(first.run_id) == {
            f"acme {platform}/movesaway": "ok",
            f"acme {platform}/movesaway.now": "not_found",
        }
        assert at.results(second.run_id)[f"acme {platform}/movesaway.now"] == "ok"
        assert days(at, "movesaway")[0] == before["movesaway"][0][0]
        assert days(at, "movesaway.now")[-1][0] == date(2025, 3, 11)
        assert posts(at, "movesaway.now")


def test_a_page_that_was_gone_is_looked_at_and_fetched_again_once_it_is_back(tmp_path):
    with bench(tmp_path, {"acme": {"instagram": ["movesaway.now"]}}, settings=BARE, changes_at=CHANGES) as at:
        assert list(at.results(at.sync().run_id).values()) == ["not_found"]
        done = at.sync()
        assert list(at.results(done.run_id).values()) == ["not_found"]
        assert at.started() == {"apify/instagram-profile-scraper": 2, "apify/instagram-post-scraper": 1}
        at.next_day()
        assert list(at.results(at.sync().run_id).values()) == ["ok"]
        wanted = {post.external_id for post in at.sandbox.posts("instagram", "movesaway.now", limit=4)}
        assert wanted <= posts(at, "movesaway.now")
